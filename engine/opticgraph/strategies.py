"""What a link may become, as the queries of queries/options say: one strategy a file, one row a proposal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import pyoxigraph as ox

from .origins import columns_behind
from .resources import folder
from .sources import local

__all__ = ["STRATEGIES", "Proposal", "propose", "read_columns"]

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


def read_columns() -> tuple[str, ...]:
    """Columns of a link that some strategy can hang on, beside its module types: links that agree in them are
    proposed the same."""
    text = "".join((folder("queries") / "options" / f"{name}.rq").read_text(encoding="utf-8") for name in STRATEGIES)
    return columns_behind(text)


def propose(graph: bytes) -> Iterator[Proposal]:
    """What all strategies propose for the links of a graph: N-Triples of a derived design and all that is believed."""
    store = ox.Store()
    store.bulk_load(input=graph, format=ox.RdfFormat.N_TRIPLES)
    for strategy in STRATEGIES:
        query = (folder("queries") / "options" / f"{strategy}.rq").read_text(encoding="utf-8")
        found = store.query(query)
        assert isinstance(found, ox.QuerySolutions)
        names = [variable.value for variable in found.variables]
        for solution in found:
            yield _proposal(strategy, {name: term for name in names if (term := solution[name]) is not None})


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
    )
