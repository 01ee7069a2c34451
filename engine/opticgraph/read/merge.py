"""What several places say of one thing, made one row; what they say differently is a clash that names both places."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

import polars as pl

from ..errors import BadCell

__all__ = ["settle"]


def settle(
    said: pl.DataFrame, keys: Sequence[str], label: Callable[[str, str], str]
) -> tuple[pl.DataFrame, list[BadCell]]:
    """One row a key, in order, with the first value said in each column; clashes as bad cells.

    said   the keys, value columns, and `file`, `row` and `via` of the place that said it
    label  from `via` and a column to the header that the place has for it
    """
    values = [name for name in said.columns if name not in (*keys, "file", "row", "via")]
    # Texts become numbers that sort as they do: comparing a few million of them is then cheap.
    spellings = {name: _spellings(said[name]) for name in (*keys, *values) if said.schema[name] == pl.String}
    key = pl.lit(0, pl.Int64)
    for name in keys:
        key = key * len(spellings[name]) + _numbered(pl.col(name), spellings[name])
    coded = said.lazy().select(
        key.alias("key"), *(_numbered(pl.col(name), spellings[name]) if name in spellings else name for name in values)
    )
    held = coded.collect()
    bad: list[BadCell] = []
    again = held["key"].is_duplicated()
    if again.any():
        # Where nothing differs the least value is the value; nulls do not count.
        highest = [pl.col(name).max().alias(f"highest {name}") for name in values]
        settled = held.filter(again).group_by("key").agg(pl.col(values).min(), *highest)
        for name in values:
            clashing = settled.filter(pl.col(name) != pl.col(f"highest {name}")).select("key", *values)
            bad += _clashes(said, _decoded(clashing, keys, spellings), name, keys, label)
        held = pl.concat([held.filter(~again), settled.select(held.columns)])
    return _decoded(held.sort("key"), keys, spellings), bad


def _spellings(texts: pl.Series) -> pl.Series:
    return texts.drop_nulls().unique().sort()


def _numbered(texts: pl.Expr, spellings: pl.Series) -> pl.Expr:
    return texts.cast(pl.Enum(spellings)).to_physical().cast(pl.Int64)


def _decoded(coded: pl.DataFrame, keys: Sequence[str], spellings: Mapping[str, pl.Series]) -> pl.DataFrame:
    key = coded["key"]
    places: dict[str, pl.Series] = {}
    for name in reversed(keys):
        places[name] = key % len(spellings[name])
        key = key // len(spellings[name])
    texts = {name: spellings[name].gather(places[name]) for name in keys}
    rest = coded.drop("key")
    texts |= {name: spellings[name].gather(rest[name]) if name in spellings else rest[name] for name in rest.columns}
    return pl.DataFrame([texts[name].alias(name) for name in texts])


def _clashes(
    often: pl.DataFrame, keyed: pl.DataFrame, name: str, keys: Sequence[str], label: Callable[[str, str], str]
) -> list[BadCell]:
    if keyed.is_empty():
        return []
    rows = often.filter(pl.col(name).is_not_null()).join(keyed.select(keys), on=keys, how="semi")
    firsts: dict[tuple[object, ...], dict[str, object]] = {}
    bad: list[BadCell] = []
    for row in rows.sort("file", "row", "via").iter_rows(named=True):
        key = tuple(row[column] for column in keys)
        first = firsts.setdefault(key, row)
        if row[name] == first[name]:
            continue
        elsewhere = "" if first["file"] == row["file"] else f" of {first['file']}"
        place = f"row {first['row']}{elsewhere}" if first["row"] else f"{first['file']}"
        expected = f"{_said(first[name], name)} as in {place} for {' '.join(str(part) for part in key)}"
        bad.append(
            BadCell(str(row["file"]), row["row"] or 0, label(row["via"], name), _said(row[name], name), expected)
        )
    return bad


def _said(value: object, name: str) -> str:
    """A value as people write it: thousandths as decimals, lists as words."""
    if isinstance(value, int) and name.rsplit("_", 1)[-1] in ("mw", "mdb", "mdbm", "mm", "mhz"):
        return f"{(Decimal(value) / 1000).normalize():f}"
    return str(value)
