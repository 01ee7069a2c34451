"""A question and its answer as rows: what queries and catalogue look-ups come back with."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

import polars as pl

from .views import as_frame, as_graph, as_html

if TYPE_CHECKING:
    from rdflib import Graph

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

    def to_polars(self) -> pl.DataFrame:
        """The rows as a frame, with the columns of the question.

        A column is Boolean, Int64 or Decimal where all its values are such; else text as people read it, with the name
        of a link, port or part for its IRI. Raises InputError where the answer is yes or no, or a graph.

        >>> answer.to_polars().select("link", "marginDb").row(0)
        ('ing-rgb-1', Decimal('-11.54'))
        """
        return as_frame(self, "")

    def to_graph(self) -> Graph:
        """What a CONSTRUCT or DESCRIBE query made, as an rdflib graph. Raises InputError where the answer is rows."""
        return as_graph(self)

    def _repr_html_(self) -> str:
        return as_html(self)
