"""Nodes of a graph, worked out from columns: only what is wanted of them, and some of them at a time."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeAlias

import polars as pl

from .fields import Field
from .ntriples import described, values
from .scope import Scope

__all__ = ["Column", "Lines", "Nodes", "Sort", "ordered", "within"]

PIECE = 1 << 14  # nodes written at a time, of some 2 kB each
_DRAWN = 32  # of the nodes of a piece, one in so many tells where pieces begin
_KEYED = 1 << 18  # IRIs that are made at a time to tell which piece they are in

Column: TypeAlias = Callable[[pl.DataFrame], pl.Series]  # what each row comes to: a term, or whether


class Sort(Protocol):
    """Nodes of one sort: rows that tell of them, the IRI of each row's node, and what is said of it."""

    @property
    def rows(self) -> pl.DataFrame: ...
    @property
    def iri(self) -> Column: ...
    def lines(self, rows: pl.DataFrame) -> pl.DataFrame: ...
    def within(self, scope: Scope) -> Sort | None: ...


@dataclass(frozen=True)
class Nodes:
    """A sort whose lines are worked out from columns.

    iri      the node that a row tells of
    said     objects by property
    fields   what stands in columns, under a prefix
    classes  by class, whether the node is of it
    """

    rows: pl.DataFrame
    iri: Column
    said: Mapping[str, Column] = field(default_factory=dict)
    fields: Sequence[Field] = ()
    prefix: str = ""
    classes: Mapping[str, Column] = field(default_factory=dict)

    def lines(self, rows: pl.DataFrame) -> pl.DataFrame:
        """subject, lines: one row a node."""
        subject = self.iri(rows)
        said = {name: of(rows) for name, of in self.said.items()} | values(subject, rows, self.fields, self.prefix)
        return described(subject, said, classes={name: of(rows) for name, of in self.classes.items()})

    def within(self, scope: Scope) -> Nodes | None:
        """What is said in a scope; None if nothing is."""
        said = {name: of for name, of in self.said.items() if scope.reads(name)}
        fields = tuple(each for each in self.fields if scope.reads(each.property))
        classes = {name: of for name, of in self.classes.items() if scope.asks(name)}
        return replace(self, said=said, fields=fields, classes=classes) if said or fields or classes else None


class Lines:
    """A sort of what is N-Triples already."""

    def __init__(self, triples: bytes) -> None:
        self.triples = triples
        lines = triples.decode().removesuffix("\n").split("\n") if triples else []
        self.rows = pl.DataFrame({"lines": lines}, schema={"lines": pl.String})

    def iri(self, rows: pl.DataFrame) -> pl.Series:
        return rows["lines"].str.splitn(" ", 2).struct.field("field_0")

    def lines(self, rows: pl.DataFrame) -> pl.DataFrame:
        """subject, lines: one row a triple."""
        return rows.select(self.iri(rows).alias("subject"), "lines")

    def within(self, scope: Scope) -> Lines:
        """What is said in a scope."""
        return Lines(scope.of(self.triples))


def within(scope: Scope, sorts: Iterable[Sort]) -> list[Sort]:
    """What sorts say in a scope; those that say nothing there are left out."""
    return [held for sort in sorts if (held := sort.within(scope)) is not None]


def ordered(sorts: Iterable[Sort]) -> Iterator[bytes]:
    """Nodes as N-Triples in the order of their IRIs, what several sorts say of one put together, in pieces.

    A piece holds the nodes in a range of IRIs; no more than one is ever held as text.
    """
    sorts = [sort for sort in sorts if sort.rows.height]
    bounds = _bounds(sorts)
    placed = [_placed(sort, bounds) for sort in sorts]
    for piece in range(len(bounds) + 1):
        parts = zip(sorts, placed, strict=True)
        lines = [sort.lines(rows) for sort, rows_in in parts if (rows := rows_in(piece)).height]
        if lines:
            yield _written(pl.concat(lines))


def _bounds(sorts: Sequence[Sort]) -> pl.Series:
    """Where a piece ends and the next one begins, told by some of the IRIs."""
    if sum(sort.rows.height for sort in sorts) <= PIECE:
        return pl.Series([], dtype=pl.String)
    drawn = [sort.iri(sort.rows.gather_every(max(PIECE // _DRAWN, 1))).alias("iri") for sort in sorts]
    return pl.concat(drawn).drop_nulls().sort().gather_every(_DRAWN, _DRAWN).unique().sort()


def _placed(sort: Sort, bounds: pl.Series) -> Callable[[int], pl.DataFrame]:
    """The rows of a piece, in their order; a row without an IRI is in some piece and says nothing there."""
    if bounds.is_empty():
        return lambda _: sort.rows
    places = pl.concat(
        bounds.search_sorted(sort.iri(rows).fill_null(""), side="right").cast(pl.UInt32)
        for rows in sort.rows.iter_slices(_KEYED)
    )
    order = places.arg_sort()
    ends = places.gather(order).search_sorted(pl.Series(range(len(bounds) + 1), dtype=pl.UInt32), side="right")
    starts = [0, *ends]
    return lambda piece: sort.rows[order.slice(starts[piece], starts[piece + 1] - starts[piece])]


def _written(nodes: pl.DataFrame) -> bytes:
    nodes = nodes.drop_nulls()
    often = nodes["subject"].is_duplicated()
    if often.any():
        lines = nodes.filter(often).with_columns(pl.col("lines").str.split("\n")).explode("lines")
        merged = (
            lines.unique().sort("lines").group_by("subject", maintain_order=True).agg(pl.col("lines").str.join("\n"))
        )
        nodes = pl.concat([nodes.filter(~often), merged])
    target = io.BytesIO()
    nodes.sort("subject").select("lines").write_csv(target, include_header=False, quote_style="never")
    return target.getvalue()
