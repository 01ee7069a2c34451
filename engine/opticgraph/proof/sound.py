"""What is found in each state: whatever a window may have changed, judged anew on the graph, or a state as a whole.

No kinds are used. docs/decisions/0021 says why what is around a change suffices.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from ..derive import Judged, derive
from ..design import SIDES, Design
from ..findings import findings_of
from ..knowledge import Knowledge
from ..reason import WHOLE_GRAPH, Judging, on_graph, part_of
from ..result import VERDICTS
from ..rules import Rules
from ..things import SORTS, focus_iris, frame_of
from .replay import Moment

__all__ = ["Found", "State", "first_state", "next_state", "whole"]

_WORST = {"violation": "fails", "unknown": "unknown"}  # findings that make a verdict


@dataclass(frozen=True, order=True)
class Found:
    """One finding of a rule that makes a link fail or unknown."""

    rule: str
    severity: str
    focus: str
    links: tuple[str, ...]
    message: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What stays the same while its figures change."""
        return self.rule, self.severity, self.focus


@dataclass(frozen=True)
class State:
    """A state as judged: what was found, by the thing it is about, and the design's derived facts.

    anew  links that were judged anew for it
    """

    design: Design
    judged: Judged
    found: Mapping[str, tuple[Found, ...]]
    anew: frozenset[str]

    @property
    def all(self) -> frozenset[Found]:
        """Everything found."""
        return frozenset(each for several in self.found.values() for each in several)

    @property
    def verdicts(self) -> Mapping[str, str]:
        """Of each link the verdict."""
        links = self.judged.links["link"].unique().sort().to_list()
        worst = dict.fromkeys(links, "works")
        for severity in ("unknown", "violation"):
            for each in self.all:
                if each.severity == severity:
                    worst.update((link, _WORST[severity]) for link in each.links if link in worst)
        return worst

    @property
    def counts(self) -> Mapping[str, int]:
        """How many links work, fail and are unknown."""
        words = list(self.verdicts.values())
        return {verdict: words.count(verdict) for verdict in reversed(VERDICTS)}

    def rates(self) -> dict[str, int | None]:
        """Of each link the rate that is recorded, else that of its modules, in Gb/s."""
        told = self.judged.links.select("link", "case", rate=pl.coalesce("rate_gbps", "pair_rate_gbps"))
        return dict(told.filter(pl.col("case") == 0).select("link", "rate").iter_rows())


def first_state(design: Design, knowledge: Knowledge, rules: Rules, by: Judging) -> State:
    """The design before the plan, judged whole."""
    judged = derive(design, knowledge)
    return State(design, judged, whole(design, judged, knowledge, rules, by), frozenset(judged.links["link"].unique()))


def whole(
    design: Design, judged: Judged, knowledge: Knowledge, rules: Rules, by: Judging
) -> Mapping[str, tuple[Found, ...]]:
    """What is found on a whole design, on its graph; one that is too large for that is judged in parts of the graph."""
    if judged.links.height <= WHOLE_GRAPH:
        results, _ = on_graph(design, judged, knowledge, rules, by=by)
        return _by_focus(results, judged, knowledge, rules)
    found: dict[str, tuple[Found, ...]] = {}
    every = {
        sort: pl.int_range(frame_of(sort, judged).height, dtype=pl.UInt32, eager=True)
        for sort in ("port", "device", "group")
    }
    links = pl.int_range(judged.links.height, dtype=pl.UInt32, eager=True)
    for start in range(0, links.len(), WHOLE_GRAPH):
        rows = {"link": links[start : start + WHOLE_GRAPH], **(every if not start else {})}
        results, _ = on_graph(design, judged, knowledge, rules, rows, by=by)
        found |= _by_focus(results, judged, knowledge, rules)
    return found


def next_state(state: State, moment: Moment, knowledge: Knowledge, rules: Rules, by: Judging) -> State:
    """The state after a window: what was found before it, but anew for all that it may have changed."""
    judged = derive(moment.after, knowledge)
    near = _near(state.judged, judged, moment)
    rows = _rows(judged, near)
    results, few = on_graph(moment.after, judged, knowledge, rules, rows, by=by)
    gone = _foci(part_of(state.judged, _rows(state.judged, near))) | _foci(few)
    kept = {focus: found for focus, found in state.found.items() if focus not in gone}
    fresh = _by_focus(results, judged, knowledge, rules)
    return State(moment.after, judged, {**kept, **fresh}, frozenset(near.links))


# --- what a window may have changed ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Near:
    links: frozenset[str]
    ports: frozenset[tuple[str, str]]
    devices: frozenset[str]
    groups: frozenset[str]


def _near(old: Judged, new: Judged, moment: Moment) -> _Near:
    """Links that a window edits, all whose port, group or module's facts it changes with them, and those things."""
    edited = moment.links
    swapped = {device for each in moment.done for device in each.devices}
    ports = _differing(old.ports, new.ports, ["device", "port"])
    ports |= {port for each in moment.done for port in each.ports}
    devices = {device for (device,) in _differing(old.devices, new.devices, ["device"])} | swapped
    groups = {group for (group,) in _differing(old.groups, new.groups, ["group"])}
    for pair in edited.values():
        for row in filter(None, pair):
            ports |= {(str(row[f"{side}_device"]), str(row[f"{side}_port"])) for side in SIDES}
            devices |= {str(row[f"{side}_device"]) for side in SIDES}
            groups |= {str(row["group"])} if row["group"] else set()
    at = pl.DataFrame(sorted(ports), schema={"device": pl.String, "port": pl.String}, orient="row")
    links = set(edited)
    for judged in (old, new):
        ends = judged.links.select(
            "link", "group", *(f"{side}_{name}" for side in SIDES for name in ("device", "port"))
        )
        for side in SIDES:
            here = ends.select("link", device=f"{side}_device", port=f"{side}_port")
            links |= set(here.join(at, on=["device", "port"], how="semi")["link"])
            links |= set(here.filter(pl.col("device").is_in(sorted(swapped)))["link"])
        links |= set(ends.filter(pl.col("group").is_in(sorted(groups)))["link"])
    return _Near(frozenset(links), frozenset((a, b) for a, b in ports), frozenset(devices), frozenset(groups))


def _differing(old: pl.DataFrame, new: pl.DataFrame, keys: list[str]) -> set[tuple[str, ...]]:
    """Keys of rows that are not the same in both, or not in both."""
    columns = sorted(set(old.columns) & set(new.columns) - {*keys, "place"})
    pieces = [frame.select(*keys, *columns).with_columns(there=pl.lit(True)) for frame in (old, new)]
    joined = pieces[0].join(pieces[1], on=keys, how="full", coalesce=True, suffix="_new")
    told = (pl.col(name).ne_missing(pl.col(f"{name}_new")) for name in ("there", *columns))
    changed = joined.filter(pl.any_horizontal(told))
    return {tuple(map(str, key)) for key in changed.select(keys).iter_rows()}


def _rows(judged: Judged, near: _Near) -> dict[str, pl.Series]:
    """The rows of each frame that are near."""
    ports = judged.ports.select("device", "port")
    at = pl.DataFrame(sorted(near.ports), schema=ports.schema, orient="row")
    return {
        "link": _at(judged.links["link"].is_in(sorted(near.links))),
        "port": ports.with_row_index("nth").join(at, on=["device", "port"], how="semi", maintain_order="left")["nth"],
        "device": _at(judged.devices["device"].is_in(sorted(near.devices))),
        "group": _at(judged.groups["group"].is_in(sorted(near.groups))),
    }


def _at(holds: pl.Series) -> pl.Series:
    return holds.fill_null(False).arg_true().cast(pl.UInt32)


# --- what was found --------------------------------------------------------------------------------------------------


def _by_focus(
    results: pl.DataFrame, judged: Judged, knowledge: Knowledge, rules: Rules
) -> dict[str, tuple[Found, ...]]:
    findings = findings_of(results, rules=rules, judged=judged, knowledge=knowledge)
    found: dict[str, list[Found]] = {}
    for row in findings.filter(pl.col("severity").is_in(list(_WORST))).iter_rows(named=True):
        links = set(row["links"]) | ({row["link"]} if row["link"] else set())
        each = Found(row["rule"], row["severity"], row["focus"], tuple(sorted(links)), row["message"])
        found.setdefault(each.focus, []).append(each)
    return {focus: tuple(sorted(several)) for focus, several in found.items()}


def _foci(judged: Judged) -> set[str]:
    """The IRIs of all things of a judged design."""
    return set(_iris(judged))


def _iris(judged: Judged) -> Iterator[str]:
    for sort in SORTS:
        nth = pl.int_range(frame_of(sort, judged).height, dtype=pl.UInt32, eager=True)
        sides: Iterable[str | None] = SIDES if sort == "end" else (None,)
        for side in sides:
            rows = pl.DataFrame({"nth": nth, "side": pl.repeat(side, nth.len(), dtype=pl.String, eager=True)})
            yield from focus_iris(sort, judged, rows)
