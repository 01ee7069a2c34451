"""What differs between two states of a network and why, frozen and in a stable order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from .result import SEVERITIES, VERDICTS, Finding
from .views import as_frame, as_html

__all__ = [
    "KINDS",
    "Cause",
    "Diff",
    "FindingChange",
    "LinkChange",
    "OptionChange",
    "OptionRow",
    "PlanChange",
    "PlanMove",
    "PlanSide",
    "Planned",
    "Side",
]

KINDS = ("data", "rule", "catalogue", "trust", "version", "figures")


@dataclass(frozen=True, order=True)
class Cause:
    """One thing that differs and bears on a link.

    kind     data (the record), rule, catalogue (what sources state), trust (which of them is believed), version
             (of opticgraph), or figures: told from findings alone, as a result written earlier has no record
    subject  what it is of: `link span-3`, `port leaf1 1`, `link-within-reach`, `100GBASE-LR4.reach.SMF`
    what     the column or figure; empty where the thing itself came or went
    old, new what it was and is; None where there was or is none
    """

    kind: str
    subject: str
    what: str
    old: str | None
    new: str | None

    @property
    def words(self) -> str:
        """The cause in one line."""
        if not self.what and self.old is None:
            return f"{self.subject} is new"
        if not self.what and self.new is None:
            return f"{self.subject} is gone"
        if not self.what and self.kind == "rule":
            return f"{self.subject} reads otherwise"
        told = " -> ".join("not known" if value is None else value for value in (self.old, self.new))
        return f"{self.subject}: {self.what} {told}" if self.what else f"{self.subject} {told}"


@dataclass(frozen=True)
class FindingChange:
    """A finding that came (old is None), went (new is None), or says something else of the same thing."""

    old: Finding | None
    new: Finding | None

    @property
    def told(self) -> Finding:
        """The finding as it is, or was."""
        found = self.new or self.old
        assert found is not None
        return found

    @property
    def links(self) -> tuple[str, ...]:
        """Every link that it touches, or did."""
        both = [finding for finding in (self.old, self.new) if finding]
        return tuple(sorted({name for each in both for name in (*each.links, each.link) if name}))

    @property
    def worse(self) -> str | None:
        """The severity, where the finding is new or more severe than it was."""
        if self.new is None:
            return None
        if self.old is None or SEVERITIES.index(self.new.severity) < SEVERITIES.index(self.old.severity):
            return self.new.severity
        return None


@dataclass(frozen=True)
class LinkChange:
    """A link whose verdict or findings changed: its verdicts, None where it was not or is not there."""

    link: str
    old: str | None
    new: str | None
    findings: tuple[FindingChange, ...]
    causes: tuple[Cause, ...]

    @property
    def way(self) -> str:
        """worse, better, same (verdict, other findings), added or removed."""
        if self.old is None:
            return "added"
        if self.new is None:
            return "removed"
        step = VERDICTS.index(self.new) - VERDICTS.index(self.old)
        return "worse" if step < 0 else "better" if step > 0 else "same"


@dataclass(frozen=True)
class OptionRow:
    """What an option comes to: works, unknown, fails, or refused by a what-if."""

    verdict: str
    rules: tuple[str, ...]
    needs: str
    cost: Decimal | None
    currency: str
    refused: str = ""


@dataclass(frozen=True)
class OptionChange:
    """An option of a link that came, went or comes to something else; one that fails or is refused is none."""

    link: str
    strategy: str
    a_module: str | None
    b_module: str | None
    rate_gbps: int | None
    old: OptionRow | None
    new: OptionRow | None

    @property
    def way(self) -> str:
        """came, gone, or changed."""
        was, is_ = (row is not None and row.verdict in ("works", "unknown") for row in (self.old, self.new))
        return "changed" if was and is_ else "gone" if was else "came"


@dataclass(frozen=True)
class Planned:
    """What a plan does about a link, and in which window; where it leaves the link out, why."""

    window: int | None
    strategy: str | None
    a_module: str | None
    b_module: str | None
    rate_gbps: int | None
    left: str


@dataclass(frozen=True)
class PlanMove:
    """A link that is planned otherwise; None where it was or is not wanted."""

    link: str
    old: Planned | None
    new: Planned | None

    @property
    def way(self) -> str:
        """came, gone (planned no longer), changed (becomes something else), moved (another window), or left (why)."""
        was, is_ = (each is not None and each.window is not None for each in (self.old, self.new))
        if was != is_:
            return "came" if is_ else "gone"
        if self.old is None or self.new is None or not is_:
            return "left"
        both = [(p.strategy, p.a_module, p.b_module, p.rate_gbps) for p in (self.old, self.new)]
        return "moved" if both[0] == both[1] else "changed"


@dataclass(frozen=True)
class PlanSide:
    """What a plan comes to: its status, windows with work, aims in their order, and what collides if there is none."""

    status: str
    windows: int
    aims: tuple[tuple[str, object], ...]
    collisions: tuple[str, ...]
    currency: str


@dataclass(frozen=True)
class PlanChange:
    """The plans of both sides for one goal, and the links that they plan otherwise."""

    old: PlanSide
    new: PlanSide
    links: tuple[PlanMove, ...]


@dataclass(frozen=True)
class Side:
    """One of the two: its name, the policy it was judged under, the version that judged it, and counts of verdicts."""

    name: str
    trust: str
    version: str
    counts: Mapping[str, int]


@dataclass(frozen=True)
class Diff:
    """What changed and why.

    what_if   the changes that were asked for, as written
    causes    rules, effective facts, policy and version that differ, and records that came or went
    records   how many records of links, ports, devices and groups differ, also where no verdict does
    links     links that came, went, or whose verdict or findings changed, worst first
    others    findings that touch no link
    options   None if options were not asked for; plans: None if no goal was given
    notes     what could not be told, and why
    nothing_told  whether nothing at all could be told of the new side
    """

    version: str
    old: Side
    new: Side
    what_if: tuple[str, ...]
    causes: tuple[Cause, ...]
    records: Mapping[str, int]
    links: tuple[LinkChange, ...]
    others: tuple[FindingChange, ...]
    options: tuple[OptionChange, ...] | None
    notes: tuple[str, ...]
    nothing_told: bool
    plans: PlanChange | None = None

    @property
    def worse(self) -> frozenset[str]:
        """Severities of findings that are new or more severe than they were."""
        every = (change for link in self.links for change in link.findings)
        return frozenset(worse for change in (*every, *self.others) if (worse := change.worse))

    def to_polars(self, table: str = "links") -> pl.DataFrame:
        """One of its tables.

        links     one row a link that came, went or changed, worst first: link, way, old, new, because
        findings  one row a finding that came, went or changed: id, link, change, rule, severity, old, new
        options   one row an option, if options were compared: link, strategy, a_module, b_module, rate_gbps (Gb/s),
                  change, old, new
        causes    one row a rule, effective fact, policy or version that differs: kind, subject, what, old, new

        Raises InputError for a table of another name.

        >>> changes.to_polars("findings").select("link", "change", "rule").unique().sort("rule").rows()
        [('agb-ing-1', 'came', 'dispersion-within-limit'), ('agb-ing-1', 'came', 'link-within-reach')]
        """
        return as_frame(self, table)

    def _repr_html_(self) -> str:
        return as_html(self)
