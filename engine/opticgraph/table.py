"""A question and its answer as rows: what queries and catalogue look-ups come back with."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

__all__ = ["Iri", "Table", "Typed", "Value"]


class Iri(str):
    """An IRI, told apart from a text."""

    __slots__ = ()


@dataclass(frozen=True)
class Typed:
    """A literal that is neither text, number nor truth value: as written, with its datatype or its language."""

    text: str
    datatype: str = ""
    language: str = ""

    def __str__(self) -> str:
        return self.text


Value: TypeAlias = str | int | Decimal | bool | Typed | None


@dataclass(frozen=True)
class Table:
    """The question in English, the names of the columns, and the rows in their order; None is no value.

    An answer without rows is `truth`, of a query that asks yes or no, or `triples`, of a query that makes a graph:
    N-Triples, each line once, in code point order. Rows of the catalogue have the facts behind them as triples too.
    """

    question: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    truth: bool | None = None
    triples: str | None = None
