"""What a function of rows comes to is worked out once for each combination of the columns that it reads."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opticgraph.recall import Picked
from opticgraph.wide import Wide

_WORDS = st.none() | st.sampled_from(["a", "1", "b"])
_NUMBERS = st.none() | st.integers(0, 2)
_ROWS = st.lists(st.tuples(_WORDS, _NUMBERS, st.none() | st.lists(_NUMBERS, max_size=2), _WORDS), max_size=30)
SCHEMA = {"a": pl.String, "b": pl.Int64, "c": pl.List(pl.Int64), "d": pl.String}


def picked(frame: pl.DataFrame) -> Picked:
    return Picked(Wide(frame), pl.int_range(frame.height, dtype=pl.UInt32, eager=True))


def told(row: Mapping[str, object]) -> str:
    """Reads a, then b or c by what a is, and d only now and then."""
    second = "b" if row["a"] in (None, "a") else "c"
    if row.get(second) == 1 and row.get("no such column") is None:
        return f"{row['a']!r} {second} {row['d']!r}"
    return f"{row['a']!r} {second} {row.get(second)!r}"


@settings(deadline=None)
@given(_ROWS)
def test_remembering_is_calling(rows: list[tuple[object, ...]]) -> None:
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    assert picked(frame).each(told) == [told(row) for row in frame.iter_rows(named=True)]


def test_a_function_is_called_once_for_what_it_reads() -> None:
    calls: list[object] = []

    def work_out(row: Mapping[str, object]) -> object:
        calls.append(row["a"])
        return row["a"]

    frame = pl.DataFrame({"a": [[1], [2], [1], None, None], "b": [1, 2, 3, 4, 5]})
    assert picked(frame).each(work_out) == [[1], [2], [1], None, None]
    assert sorted(map(str, calls[1:])) == ["None", "[1]", "[2]"]  # the first call shows what it reads


def test_what_goes_through_a_row_by_itself_cannot_be_watched() -> None:
    with pytest.raises(TypeError, match="by name"):
        picked(pl.DataFrame({"a": [1]})).each(dict)
    with pytest.raises(KeyError):
        picked(pl.DataFrame({"a": [1]})).each(lambda row: row["b"])


def test_rows_of_a_frame() -> None:
    frame = pl.DataFrame({"a": [1, 2], "b": [["x"], None]})
    assert [dict(row) for row in picked(frame)] == frame.to_dicts()
    [first, _] = picked(frame)
    assert (len(first), first.get("c", "none"), "c" in first) == (2, "none", False)
