"""What a link may become, as the queries of queries/options say: one strategy a file, one row a proposal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

import pyoxigraph as ox

from .errors import QueryError
from .origins import columns_behind
from .question import Question, find
from .resources import folder
from .sources import local

__all__ = ["STRATEGIES", "Proposal", "propose", "read_columns", "read_strategy", "strategies"]

# In the order in which an architect tries them: what touches least comes first.
STRATEGIES = (
    "port-reuse",
    "direct-swap",
    "breakout",
    "merge",
    "fiber-overlay",
    "wavelength-overlay",
    "re-terminate",
    "coherent",
    "one-ended",
    "prepare",
    "bond",
    "stay",
)


@dataclass(frozen=True)
class Proposal:
    """One row of a strategy: what a link would become; what is None stays as it is.

    interface      what each end would speak, by its local name in the catalogue
    legs           into how many legs the module of that end is broken out; the link uses the first
    cage_rate      what the lanes of the cage at that end must come to at least, in Gb/s
    plugs          whether the plug at that end is made to be one the module takes
    strands        the fibres that the link would have
    fibers         which they are: spare, or spare and freed; None are those of now
    merged         how many parallel links it takes over, itself included
    copies         how many links like it there would be
    mux_mdb        what new filters on the way lose, both ends together
    beside         whether the link of now goes on through the same filters
    switch_at      the end that a switch takes over, which stands at its site; what was there goes on a link of its own
    switch_interface  what that switch speaks on the link that comes in
    """

    link: str
    strategy: str
    a_interface: str | None = None
    b_interface: str | None = None
    a_legs: int | None = None
    b_legs: int | None = None
    a_cage_rate: int | None = None
    b_cage_rate: int | None = None
    a_plugs: bool = False
    b_plugs: bool = False
    strands: int | None = None
    fibers: str | None = None
    merged: int | None = None
    copies: int | None = None
    mux_mdb: int | None = None
    beside: bool = False
    switch_at: str | None = None
    switch_interface: str | None = None

    @property
    def said(self) -> tuple[object, ...]:
        """All that it says, whichever link it says it of."""
        return tuple(value for name, value in vars(self).items() if name != "link")


# What a row of a strategy may say, and no more: a word that nobody reads would be a strategy misunderstood.
VARIABLES = frozenset(
    (
        "link", "aInterface", "bInterface", "aLegs", "bLegs", "aCageRateGbps", "bCageRateGbps", "plugs", "aPlugs",
        "bPlugs", "strands", "fibers", "merged", "copies", "muxDb", "beside", "switchAt", "switchInterface",
    )
)  # fmt: skip


@cache
def strategies() -> tuple[Question, ...]:
    """Every strategy with its question and query, in the order of STRATEGIES."""
    return tuple(read_strategy(folder("queries") / "options" / f"{name}.rq") for name in STRATEGIES)


def read_strategy(file: Path) -> Question:
    """A strategy file. Raises QueryError where it asks no question, or says more than is read of a proposal."""
    strategy = find(file)
    if not strategy.text.endswith("?"):
        raise QueryError(f"{file}:1: found no question; expected a first line such as `# What may the link become?`")
    try:
        found = ox.Store().query(strategy.query)
    except SyntaxError as error:
        raise QueryError(f"{file}: {error}") from error
    said = {variable.value for variable in found.variables} if isinstance(found, ox.QuerySolutions) else set()
    if "link" not in said:
        raise QueryError(f"{file}: found no ?link; expected a SELECT of ?link and what it would become")
    if unknown := sorted(said - VARIABLES):
        told = ", ".join(f"?{name}" for name in unknown)
        raise QueryError(f"{file}: found {told}; expected of {', '.join(f'?{name}' for name in sorted(VARIABLES))}")
    return strategy


def read_columns() -> tuple[str, ...]:
    """Columns of a link that some strategy can hang on, beside its module types: links that agree in them are
    proposed the same."""
    return columns_behind("".join(strategy.query for strategy in strategies()))


def propose(graph: bytes) -> Iterator[Proposal]:
    """What all strategies propose for the links of a graph: N-Triples of a derived design and all that is believed."""
    store = ox.Store()
    store.bulk_load(input=graph, format=ox.RdfFormat.N_TRIPLES)
    for strategy in strategies():
        found = store.query(strategy.query)
        assert isinstance(found, ox.QuerySolutions)
        names = [variable.value for variable in found.variables]
        for solution in found:
            yield _proposal(strategy.name, {name: term for name in names if (term := solution[name]) is not None})


def _proposal(strategy: str, row: dict[str, ox.NamedNode | ox.Literal]) -> Proposal:
    def text(name: str) -> str | None:
        return row[name].value if name in row else None

    def whole(name: str) -> int | None:
        return int(Decimal(row[name].value)) if name in row else None

    def part(name: str) -> str | None:
        return local(row[name].value) if name in row else None

    return Proposal(
        link=row["link"].value,
        strategy=strategy,
        a_interface=part("aInterface"),
        b_interface=part("bInterface"),
        a_legs=whole("aLegs"),
        b_legs=whole("bLegs"),
        a_cage_rate=whole("aCageRateGbps"),
        b_cage_rate=whole("bCageRateGbps"),
        a_plugs="plugs" in row or "aPlugs" in row,
        b_plugs="plugs" in row or "bPlugs" in row,
        strands=whole("strands"),
        fibers=text("fibers"),
        merged=whole("merged"),
        copies=whole("copies"),
        mux_mdb=int(Decimal(row["muxDb"].value) * 1000) if "muxDb" in row else None,
        beside="beside" in row,
        switch_at=text("switchAt"),
        switch_interface=part("switchInterface"),
    )
