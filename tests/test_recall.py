"""What a function comes to is remembered by the columns that it reads, and only by those."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opticgraph.recall import Recall, recalled, rows_of

_VALUES = st.none() | st.integers(0, 2) | st.sampled_from(["a", "1"]) | st.lists(st.integers(0, 1), max_size=2)
_ROWS = st.lists(st.fixed_dictionaries(dict.fromkeys("abcd", _VALUES)), min_size=1, max_size=30)


def told(row: Mapping[str, object]) -> str:
    """Reads a, then b or c by what a is, and d only now and then."""
    second = "b" if row["a"] in (None, 0, "a", []) else "c"
    if row.get(second) == 1 and row.get("no such column") is None:
        return f"{row['a']!r} {second} {row['d']!r}"
    return f"{row['a']!r} {second} {row.get(second)!r}"


@given(_ROWS)
def test_remembering_is_calling(rows: list[dict[str, object]]) -> None:
    recall: Recall = {}
    for row in rows * 2:
        assert recalled(recall, "told", row, told) == told(row)
        assert recalled(recall, "read", row, lambda row: row["d"]) == row["d"]


def test_a_function_is_called_once_for_what_it_reads() -> None:
    calls: list[object] = []

    def work_out(row: Mapping[str, object]) -> object:
        calls.append(row["a"])
        return row["a"]

    recall: Recall = {}
    frame = pl.DataFrame({"a": [[1], [2], [1], None, None], "b": [1, 2, 3, 4, 5]})
    assert [recalled(recall, 0, row, work_out) for row in rows_of(frame)] == [[1], [2], [1], None, None]
    assert calls == [[1], [2], None]
    recalled(recall, 1, {"a": None}, work_out)  # another key is another function
    assert calls == [[1], [2], None, None]


def test_what_goes_through_a_row_by_itself_cannot_be_watched() -> None:
    with pytest.raises(TypeError, match="by name"):
        recalled({}, 0, {"a": 1}, dict)
    with pytest.raises(KeyError):
        recalled({}, 0, {"a": 1}, lambda row: row["b"])


def test_rows_of_a_frame() -> None:
    frame = pl.DataFrame({"a": [1, 2], "b": [["x"], None]})
    assert [dict(row) for row in rows_of(frame)] == frame.to_dicts()
    [first, _] = rows_of(frame)
    assert (len(first), first.get("c", "none"), "c" in first) == (2, "none", False)
