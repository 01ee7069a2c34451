"""Proposals to many kinds of link as columns: each that differs once, applied to any number of rows at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from .applied import FILTERS, Applied, fellow
from .candidates import ROW_SCHEMA

__all__ = ["Ways", "applied_to", "ways_of"]


@dataclass(frozen=True)
class Ways:
    """The proposals that differ in more than the link they were made for, and what each does to a row.

    each     one Applied for all that are alike
    changes  column -> what each sets it to, and whether it does
    shifts   figure -> by how much each makes it more, null where it does not
    """

    each: Sequence[Applied]
    changes: Mapping[str, tuple[pl.Series, pl.Series]]
    shifts: Mapping[str, pl.Series]


def ways_of(applied: Mapping[int, Sequence[Applied]]) -> tuple[Ways, pl.DataFrame]:
    """The ways, and one row for each proposal to a kind of link, in their order: `kind`, `way`, `fellow`.

    fellow is the way of the link of now where that goes on beside, or of the link that comes in, else null.
    """
    numbers: dict[object, int] = {}
    each: list[Applied] = []

    def number(one: Applied) -> int:
        at = numbers.setdefault(_told(one), len(each))
        if at == len(each):
            each.append(one)
        return at

    # kinds share proposals: each is looked at once
    once = {id(one): one for own in applied.values() for one in own}
    told = {key: (number(one), number(other) if (other := fellow(one)) else None) for key, one in once.items()}
    rows = [(kind, *told[id(one)]) for kind, own in applied.items() for one in own]
    asked = pl.DataFrame(rows, schema={"kind": pl.Int64, "way": pl.UInt32, "fellow": pl.UInt32}, orient="row")
    return Ways(each, _changes(each), _shifts(each)), asked


def applied_to(rows: pl.DataFrame, ways: Ways, way: pl.Series, columns: Iterable[str] = ROW_SCHEMA) -> pl.DataFrame:
    """Each row (ROW_SCHEMA) with its way applied to it: these columns of it, as Applied.after has them."""
    told = []
    for name in columns:
        value = pl.col(name)
        if name in ways.shifts:
            by = ways.shifts[name].gather(way)
            now = value.fill_null(0) if name == FILTERS else value
            value = pl.when(by.is_not_null()).then(now + by).otherwise(value)
        if name in ways.changes:
            new, sets = ways.changes[name]
            value = pl.when(sets.gather(way)).then(new.gather(way)).otherwise(value)
        told.append(value.alias(name))
    return rows.select(told)


def _told(one: Applied) -> object:
    """All that a proposal comes to, whichever link it was made for."""
    return (
        one.proposal.said,
        repr(sorted(one.changes.items())),
        tuple(type_.id if type_ else None for _, type_ in sorted(one.types.items())),
        tuple(sorted(one.shifts.items())),
        one.lacks,
        one.host,
        _told(one.adds) if one.adds else None,
    )


def _changes(each: Sequence[Applied]) -> Mapping[str, tuple[pl.Series, pl.Series]]:
    names = sorted({name for one in each for name in one.changes})
    return {
        name: (
            pl.Series([one.changes.get(name) for one in each], dtype=ROW_SCHEMA[name]),
            pl.Series([name in one.changes for one in each], dtype=pl.Boolean),
        )
        for name in names
    }


def _shifts(each: Sequence[Applied]) -> Mapping[str, pl.Series]:
    names = sorted({name for one in each for name in one.shifts})
    return {name: pl.Series([one.shifts.get(name) for one in each], dtype=pl.Int64) for name in names}
