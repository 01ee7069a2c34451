"""Rows that agree on everything asked of them: tests as expressions in, a number for each group of rows out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from .wide import LIKE, Wide

__all__ = ["alike", "first_of_each"]

_ROOM = 1 << 62  # what the digits of one row may come to together
_FLAGS = 38  # truth values whose three digits fit in that


def alike(frame: Wide, tests: Iterable[pl.Expr]) -> pl.Series:
    """A number from 0 on for each row: equal if and only if all tests come to the same, missing being one outcome.

    What hangs on shared columns alone is told there, once for all rows that share them.
    """
    distinct = list({test.meta.serialize(): test for test in tests}.values())
    columns = set(frame.shared.columns)
    shared = [test for test in distinct if columns and columns.issuperset(test.meta.root_names())]
    if not shared:
        return _alike(frame.lazy(), distinct)
    own = [test for test in distinct if not columns.issuperset(test.meta.root_names())]
    told = _alike(frame.shared.lazy(), shared).gather(frame.own[LIKE])
    return _alike(frame.lazy().with_columns(told.alias(LIKE)), [pl.col(LIKE), *own])


def first_of_each(groups: pl.Series) -> pl.DataFrame:
    """`group`, `nth` and `rows`: of groups that count from 0 the first row of each, and how many it has."""
    each = pl.DataFrame({"group": groups}).with_row_index("nth").lazy().group_by("group")
    return each.agg(pl.col("nth").min(), rows=pl.len()).sort("group").collect()


def _alike(frame: pl.LazyFrame, tests: Sequence[pl.Expr]) -> pl.Series:
    """The same of a plain frame: outcomes are digits of one integer.

    Truth values are added up where they are worked out, by dozens; words and numbers become codes first. Lists differ
    also by their order, which can only make more groups than need be.
    """
    named = {f"test {at}": test for at, test in enumerate(tests)}
    rows = frame.with_columns(**named).select(pl.lit(0, pl.UInt8).alias("nothing asked"), *named)
    flags = [name for name, kind in rows.collect_schema().items() if kind == pl.Boolean]
    rest = [name for name in named if name not in flags]
    sums = [_digits(flags[at : at + _FLAGS]).alias(str(at)) for at in range(0, len(flags), _FLAGS)]
    told = rows.select("nothing asked", *sums, *rest).collect()
    total, span = told["nothing asked"].cast(pl.UInt64), 1
    for values in told.iter_columns():
        if values.null_count() == len(values):
            continue
        codes = _dense(values) if values.name not in named else _codes(values)
        size = int(str(codes.max() or 0)) + 1
        if span * size > _ROOM:
            total = _dense(total).cast(pl.UInt64)
            span = int(str(total.max() or 0)) + 1
        total = total + codes.cast(pl.UInt64) * span
        span *= size
    return _dense(total)


def _digits(flags: Sequence[str]) -> pl.Expr:
    places = (pl.col(name).cast(pl.UInt8).fill_null(2).cast(pl.UInt64) * 3**at for at, name in enumerate(flags))
    return pl.sum_horizontal(places)


def _codes(values: pl.Series) -> pl.Series:
    """Small numbers for values, 0 for none; equal numbers if and only if equal values."""
    if isinstance(values.dtype, pl.List):
        # a mark after every part, so that no list reads as another one
        values = values.cast(pl.List(pl.String)).list.eval(pl.element() + "\x1f").list.join("")
    if values.dtype == pl.String:
        return (values.cast(pl.Categorical).to_physical().cast(pl.UInt64) + 1).fill_null(0)
    places = _dense(values).cast(pl.UInt64)  # none stands first among them
    return places if values.null_count() else places + 1


def _dense(values: pl.Series) -> pl.Series:
    """The place of each value among all there are."""
    return values.unique().sort().search_sorted(values)
