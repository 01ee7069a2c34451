"""What links may become: options, what was rejected and what would flip it, frozen and in a stable order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING

import polars as pl

from .parts import ModuleType
from .result import Finding
from .views import as_frame, as_graph, as_html

if TYPE_CHECKING:
    from rdflib import Graph

__all__ = ["TABLE_SCHEMA", "Change", "Flip", "LinkOptions", "Missing", "Option", "Options", "Part", "Rejected", "Work"]


# One row a link and option or refusal, for more links than one reads one by one; a refusal's verdict is `fails`.
TABLE_SCHEMA = pl.Schema(
    {
        "link": pl.String(),
        "strategy": pl.String(),
        "a_module": pl.String(),
        "b_module": pl.String(),
        "rate_gbps": pl.Int64(),
        "verdict": pl.String(),
        "needs": pl.String(),
        "rules": pl.List(pl.String()),
    }
)


@dataclass(frozen=True, order=True)
class Part:
    """Something an option needs or sets free: action is buy, move, free or use."""

    action: str
    part: str
    count: int


@dataclass(frozen=True)
class Change:
    """One thing done to a link: which columns get which values, that in words, and whether service stops for it.

    cost   how many things change
    parts  what is bought for it, with how many of it, where that can be told
    """

    values: tuple[tuple[str, object], ...]
    words: str
    outage: bool = True
    cost: float = 1
    parts: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Flip:
    """The least that would make something work: what is changed, and what the rules then say: works or unknown.

    cost    how many things change
    outage  whether service stops
    price   of what is bought, by the price list; None without one, or where it does not tell of all
    """

    changes: tuple[Change, ...]
    verdict: str
    needs: tuple[str, ...]
    cost: float
    outage: bool
    price: Decimal | None = None
    currency: str = ""

    @property
    def words(self) -> str:
        """All changes in one sentence."""
        return ", and ".join(change.words for change in self.changes)


@dataclass(frozen=True)
class Work:
    """What a change of a link takes.

    settings    FEC, speed and breakout mode of the ports, in words
    frees       what is free afterwards, in words
    steps       in order, with checks before and after and the way back
    outage      whether service stops, and why or why not
    power_mw    most the modules draw: before and after; None where a source is missing
    cost        of what is bought, by the price list; None without one, or where it has not all
    """

    parts: tuple[Part, ...]
    settings: tuple[str, ...]
    frees: tuple[str, ...]
    steps: tuple[str, ...]
    outage: bool
    why_outage: str
    power_mw: tuple[int | None, int | None]
    cost: Decimal | None = None
    currency: str = ""


@dataclass(frozen=True)
class Option:
    """One thing a link may become.

    verdict     works, or unknown with what it needs; of the strategy `stay` that of the audit
    findings    what the rules say of it: warnings and unknowns
    together    links that move with it: legs of one module, or parallel links it takes over
    changes     columns of the link that change: from, to
    contested   what would give it another verdict, were it believed: `fails if connector of X: ...`
    adds        columns of a link that comes in with it, as candidates.ROW_SCHEMA has them: through a switch that takes
                this link at one rate and passes it on at another; verdict, findings and needs are of both links
    """

    strategy: str
    a_module: str | None
    b_module: str | None
    a_interface: str | None
    b_interface: str | None
    rate_gbps: int | None
    verdict: str
    needs: tuple[str, ...]
    findings: tuple[Finding, ...]
    together: tuple[str, ...]
    changes: Mapping[str, tuple[object, object]]
    work: Work
    contested: tuple[str, ...] = ()
    adds: Mapping[str, object] | None = None


@dataclass(frozen=True)
class Rejected:
    """One thing a link may not become: every rule that rejects it, what they say, and the least that would flip it.

    changes     columns of the link that would change: from, to
    contested   what would make it work, or unknown, were it believed
    """

    strategy: str
    a_module: str | None
    b_module: str | None
    a_interface: str | None
    b_interface: str | None
    rate_gbps: int | None
    rules: tuple[str, ...]
    findings: tuple[Finding, ...]
    flips: tuple[Flip, ...]
    changes: Mapping[str, tuple[object, object]]
    contested: tuple[str, ...] = ()


@dataclass(frozen=True)
class Missing:
    """A fact that is not recorded, and how many unknown verdicts and options it would settle."""

    supply: str
    links: tuple[str, ...]
    verdicts: int
    options: int
    words: str


@dataclass(frozen=True)
class LinkOptions:
    """All about one link.

    now       verdict of the link as it is; repairs are the least changes that make a failing one work
    wanted    rate in Gb/s that is wanted; None where it has it already
    record    the link as it was judged, columns as in candidates.ROW_SCHEMA: what the changes of an option start from
    """

    link: str
    now: str
    rate_gbps: int | None
    wanted_gbps: int | None
    options: tuple[Option, ...]
    rejected: tuple[Rejected, ...]
    repairs: tuple[Flip, ...]
    record: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Options:
    """What every link asked about may become, by name; missing facts in order of worth.

    links   worked out when they are asked for, where there are many
    table   TABLE_SCHEMA: one row a link and option or refusal
    types   what is believed of each module type that the links and their options may name
    """

    version: str
    trust: str
    links: Sequence[LinkOptions]
    missing: tuple[Missing, ...]
    table: pl.DataFrame
    notes: tuple[str, ...] = ()
    types: Mapping[str, ModuleType] = field(default_factory=lambda: MappingProxyType({}))

    def to_polars(self, table: str = "options") -> pl.DataFrame:
        """One of its tables.

        options  one row a link and option or refusal: link, strategy, a_module, b_module, rate_gbps (Gb/s), verdict,
                 needs, rules
        missing  one row a fact that is not recorded, the most telling first: supply, words, verdicts, options, links
        flips    one row a change that would make a refusal or a failing link work: link, strategy, a_module, b_module,
                 change, verdict, outage, price, currency

        Raises InputError for a table of another name.

        >>> table = choices.to_polars()
        >>> table.filter(table["verdict"] == "works")["strategy"].unique().sort().to_list()
        ['breakout', 'port-reuse', 'prepare', 'stay']
        """
        return as_frame(self, table)

    def to_graph(self) -> Graph:
        """Every option and refusal of the table as an rdflib graph: a node of class optic:Option for each.

        >>> from rdflib import RDF, URIRef
        >>> told = choices.to_graph().subjects(RDF.type, URIRef("https://w3id.org/opticgraph/ontology#Option"))
        >>> len(set(told)) == choices.table.height
        True
        """
        return as_graph(self)

    def _repr_html_(self) -> str:
        return as_html(self)
