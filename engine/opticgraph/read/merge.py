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
    coded = said.with_columns(pl.col(name).cast(pl.Enum(texts)).to_physical() for name, texts in spellings.items())
    order = coded.select(*keys, *values).with_row_index("at").sort(*keys, "at")
    again = order.select(pl.all_horizontal(pl.col(key) == pl.col(key).shift(1) for key in keys)).to_series()
    bad: list[BadCell] = []
    if again.any():
        differ = [(pl.col(name).min() != pl.col(name).max()).alias(f"differ {name}") for name in values]
        first = [pl.col(name).drop_nulls().first() for name in values]
        grouped = order.group_by(keys, maintain_order=True).agg(*first, *differ)
        for name in values:
            clashing = _decoded(grouped.filter(pl.col(f"differ {name}")).select(keys), spellings)
            bad += _clashes(said, clashing, name, keys, label)
        order = grouped
    return _decoded(order.select(*keys, *values), spellings), bad


def _spellings(texts: pl.Series) -> pl.Series:
    return texts.drop_nulls().unique().sort()


def _decoded(coded: pl.DataFrame, spellings: Mapping[str, pl.Series]) -> pl.DataFrame:
    return coded.with_columns(
        spellings[name].gather(coded[name]).alias(name) for name in coded.columns if name in spellings
    )


def _clashes(
    often: pl.DataFrame, keyed: pl.DataFrame, name: str, keys: Sequence[str], label: Callable[[str, str], str]
) -> list[BadCell]:
    if keyed.is_empty():
        return []
    rows = often.join(keyed, on=keys, how="semi").filter(pl.col(name).is_not_null()).sort("file", "row", "via")
    firsts: dict[tuple[object, ...], dict[str, object]] = {}
    bad: list[BadCell] = []
    for row in rows.iter_rows(named=True):
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
