"""The result of planning: windows in order, what each does and what state it leaves, frozen and in a stable order."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl

from .choices import Part
from .views import as_frame, as_graph, as_html

if TYPE_CHECKING:
    from rdflib import Graph

__all__ = ["BomLine", "Capacity", "Chosen", "Collision", "Edit", "Plan", "State", "Step", "Times", "Window"]


@dataclass(frozen=True, order=True)
class Edit:
    """One row of the design that a step changes, so that anyone can replay it.

    table   links, ports or devices, the frames of design.Design
    key     name of the link or device; of a port its device, percent-encoded, a space, and the port
    action  set, add or remove
    values  column, from, to: columns of that frame, whole thousandths where the frame has them; on add from is None, on
            remove there are none
    """

    table: str
    key: str
    action: str
    values: tuple[tuple[str, object, object], ...] = ()


@dataclass(frozen=True)
class Step:
    """What is done at one go: an option put into effect, or a host exchanged.

    unit      name that is unique in the plan; a step that needs another one done before names it in `after`
    links     that change together
    sites     where hands are needed
    down      links that carry nothing while it is done; empty where it is made before the old is broken
    edits     in order
    parts     what is bought, taken from stock, moved and set free
    words     the steps of the option in the trade's words
    minutes   that it takes, where the goal says it
    """

    unit: str
    strategy: str
    links: tuple[str, ...]
    sites: tuple[str, ...]
    devices: tuple[str, ...]
    down: tuple[str, ...]
    after: tuple[str, ...]
    edits: tuple[Edit, ...]
    parts: tuple[Part, ...]
    settings: tuple[str, ...]
    words: tuple[str, ...]
    minutes: int | None = None


@dataclass(frozen=True, order=True)
class Capacity:
    """What a group can carry: while the window is open, and after it, in Gb/s, and its floor."""

    group: str
    kind: str
    open_gbps: int
    after_gbps: int
    floor_gbps: int | None


@dataclass(frozen=True)
class State:
    """The design after a window, as audited: verdict counts, and findings that the design before the plan had not."""

    works: int
    fails: int
    unknown: int
    new_findings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Times:
    """How long a window is open in minutes, where the goal says it, and what draining and checks take of it."""

    open: int | None
    drain: int
    check: int


@dataclass(frozen=True)
class Window:
    """One maintenance window: its place in the order, its day where the goal names days, and what is done in it.

    down      links that carry nothing while it is open
    capacity  of every group that it touches
    warnings  what a planner wants to hear: rates that differ within an ECMP, protection at less than the new rate
    """

    n: int
    day: str | None
    sites: tuple[str, ...]
    steps: tuple[Step, ...]
    down: tuple[str, ...]
    capacity: tuple[Capacity, ...]
    state: State
    warnings: tuple[str, ...] = ()
    times: Times | None = None


@dataclass(frozen=True, order=True)
class Chosen:
    """Which option a link takes, in which window; window is None where it could not be put in order."""

    link: str
    strategy: str
    a_module: str | None
    b_module: str | None
    rate_gbps: int | None
    verdict: str
    needs: tuple[str, ...]
    unit: str
    window: int | None
    cost: Decimal | None = None


@dataclass(frozen=True, order=True)
class BomLine:
    """A part over the whole plan, net: bought, taken from stock or from what an earlier window set free, left free.

    where   sites that need it; first is the window that needs it first
    """

    part: str
    buy: int
    reuse: int
    freed: int
    where: tuple[str, ...] = ()
    first: int | None = None
    price: Decimal | None = None


@dataclass(frozen=True, order=True)
class Collision:
    """Limits that cannot hold together, the smallest set found, and the cheapest ways out, in words."""

    limits: tuple[str, ...]
    words: str
    relaxations: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """Options chosen and put in order.

    status      complete, partial (what is left is in left), or infeasible
    objective   value by name in the user's order: windows, cost, outage, power
    bound       windows that no plan can do without, and why
    interrupted whether it was stopped before its work limit; it is then the best plan so far
    left        link and why it is not in the plan
    """

    version: str
    trust: str
    status: str
    windows: tuple[Window, ...]
    chosen: tuple[Chosen, ...]
    bom: tuple[BomLine, ...]
    collisions: tuple[Collision, ...]
    objective: tuple[tuple[str, object], ...]
    bound: int
    bound_words: str
    optimal: bool
    interrupted: bool = False
    left: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    currency: str = ""

    def to_polars(self, table: str = "windows") -> pl.DataFrame:
        """One of its tables.

        windows  one row a window: window, day, sites, steps, down, works, fails, unknown, warnings
        steps    one row a step: window, step, strategy, links, sites, devices, down, after, parts, settings, words
        chosen   one row a link: link, strategy, a_module, b_module, rate_gbps (Gb/s), verdict, needs, step, window,
                 cost
        bom      one row a part, net: part, buy, reuse, freed, sites, first_window, price

        Raises InputError for a table of another name.

        >>> plan.to_polars("bom").select("part", "buy", "freed").rows()
        [('400G-ER4-30-QSFP-DD', 4, 0), ('Arista.QSFP-100G-ERL4', 0, 4)]
        """
        return as_frame(self, table)

    def to_graph(self) -> Graph:
        """The plan in P-Plan and PROV as an rdflib graph: windows and steps in order, the states between them.

        >>> from rdflib import RDF, URIRef
        >>> windows = plan.to_graph().subjects(RDF.type, URIRef("http://purl.org/net/p-plan#MultiStep"))
        >>> len(set(windows)) == len(plan.windows)
        True
        """
        return as_graph(self)

    def _repr_html_(self) -> str:
        return as_html(self)
