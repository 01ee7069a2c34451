"""Rows that agree: grouping by expressions is grouping rows in plain Python, missing and lists included."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from opticgraph import alike as module
from opticgraph.alike import alike as alike_of
from opticgraph.wide import Wide

SCHEMA = {
    "flag": pl.Boolean,
    "sure": pl.Boolean,
    "word": pl.String,
    "amount": pl.Int64,
    "words": pl.List(pl.String),
    "lanes": pl.List(pl.Int64),
}
_WORDS = st.sampled_from(["", "a", "b", "ab", "a,b"])
_ROWS = st.lists(
    st.tuples(
        *[st.none() | st.booleans()] * 2,
        st.none() | _WORDS,
        st.none() | st.integers(-(2**62), 2**62),
        st.none() | st.lists(_WORDS, max_size=3),
        st.none() | st.lists(st.integers(0, 12), max_size=3),
    ),
    max_size=12,
)


def alike(frame: pl.DataFrame, tests: Sequence[pl.Expr]) -> pl.Series:
    return alike_of(Wide(frame), tests)


def pairs(told: Sequence[object]) -> list[bool]:
    """Which of them are equal to which."""
    return [one == two for one, two in product(told, repeat=2)]


@settings(deadline=None)
@given(_ROWS, st.sets(st.sampled_from(sorted(SCHEMA)), min_size=1))
def test_rows_are_alike_if_they_are_equal(rows: list[tuple[object, ...]], asked: set[str]) -> None:
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    groups = alike(frame, [pl.col(name) for name in sorted(asked)]).to_list()
    told = [repr([row[at] for at, name in enumerate(SCHEMA) if name in asked]) for row in rows]
    assert len(groups) == len(rows)
    assert [one == two for one, two in product(groups, repeat=2)] == [
        one == two for one, two in product(told, repeat=2)
    ]
    assert sorted(set(groups)) == list(range(len(set(told))))


@settings(deadline=None, max_examples=30)
@given(st.lists(st.lists(st.none() | st.booleans(), min_size=90, max_size=90), min_size=1, max_size=8))
def test_more_truth_values_than_one_number_holds(rows: list[list[bool | None]]) -> None:
    frame = pl.DataFrame(rows, schema={f"c{at}": pl.Boolean for at in range(90)}, orient="row")
    groups = alike(frame, [pl.col(name) for name in frame.columns]).to_list()
    assert [one == two for one, two in product(groups, repeat=2)] == [
        one == two for one, two in product(rows, repeat=2)
    ]


def test_more_words_than_one_number_holds() -> None:
    size = 40
    frame = pl.DataFrame({f"c{at}": [str((row * (at + 1)) % size) for row in range(size)] for at in range(20)})
    assert size**20 > module._ROOM
    assert alike(frame, [pl.col(name) for name in frame.columns]).n_unique() == size


def test_the_same_test_twice_and_no_rows() -> None:
    frame = pl.DataFrame({"a": [3, 1, 3, None]})
    assert alike(frame, [pl.col("a"), pl.col("a"), pl.col("a") > 2]).n_unique() == 3
    assert alike(frame.clear(), [pl.col("a")]).to_list() == []
