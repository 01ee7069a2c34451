"""A table of a result: its columns with type and meaning, and how its rows come of the result."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from ...result import texts

__all__ = ["METRES", "MONEY", "TEXT", "TEXTS", "TRUTH", "WHOLE", "Frame", "columns", "known"]

TEXT, WHOLE, TRUTH, TEXTS = pl.String(), pl.Int64(), pl.Boolean(), pl.List(pl.String())
MONEY, METRES = pl.Decimal(38, 4), pl.Decimal(38, 3)


@dataclass(frozen=True)
class Frame:
    """One table of a result: column -> its meaning, with unit; their types; and how rows come of the result."""

    about: str
    columns: Mapping[str, str]
    schema: pl.Schema
    made: Callable[[Any], pl.DataFrame]


def columns(about: str, named: Mapping[str, tuple[Any, str]], rows: Callable[[Any], Iterable[Sequence[Any]]]) -> Frame:
    """A table whose rows are values in the order of its columns."""
    schema = pl.Schema({name: kind for name, (kind, _) in named.items()})

    def made(result: Any) -> pl.DataFrame:
        held = [list(column) for column in zip(*rows(result), strict=True)] or [[] for _ in schema]
        return pl.DataFrame([texts(name, held[at], kind) for at, (name, kind) in enumerate(schema.items())])

    return Frame(about, {name: says for name, (_, says) in named.items()}, schema, made)


def known(about: str, schema: pl.Schema, columns: Mapping[str, str], made: Callable[[Any], pl.DataFrame]) -> Frame:
    """A table that a report or the result itself has already."""
    if list(schema) != list(columns):
        raise AssertionError(f"{about}: a column without a meaning")
    return Frame(about, columns, schema, made)
