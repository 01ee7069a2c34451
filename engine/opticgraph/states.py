"""The design after each window, audited: all states in one run, each with what its changes can reach.

A state differs from the one before it in some links. What rules can find anew is at those links, at the devices they
end on, and in their groups (docs/decisions/0020-plan-model.md); so of each state just that neighbourhood is judged,
under names of its own, and every other finding is carried over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import unquote

import polars as pl

from .derive import derive
from .design import LINK_SCHEMA, SIDES, Design
from .findings import findings_of, verdict_of
from .graph import BASE
from .judge import Verdicts
from .knowledge import Knowledge
from .marks import MARK, number_of, plain, unmarked
from .planned import Edit, State, Step
from .reason import Memory, reason
from .result import Audit, Finding, Findings
from .rules import Rules

__all__ = ["audited", "finding_key"]

AT_ONCE = 40_000  # links of states that are judged together
Thing = tuple[str, str]  # link, device or group, and its name; a port is its device


@dataclass(frozen=True)
class Changed:
    """What one window changes: its steps and links, of those the ones that come in, the devices and groups its changes
    can reach, and what of those each link in reach is at."""

    steps: Sequence[Step]
    links: frozenset[str]
    added: frozenset[str]
    things: frozenset[Thing]
    ends: Mapping[str, tuple[Thing, ...]]


def audited(
    design: Design,
    now: Audit,
    windows: Sequence[Sequence[Step]],
    knowledge: Knowledge,
    rules: Rules,
    memory: Memory,
    *,
    hosted: Design | None = None,
) -> Iterator[State]:
    """The state after each window; now is the audit of the design before the first, the memory reason.reason's.

    hosted  the design with all hosts that steps exchange, for the devices and ports of those
    """
    assert isinstance(now.verdicts, Verdicts)
    reached: list[Changed] = []
    found: dict[int, Sequence[Finding]] = {}
    for union, several in _neighbourhoods(design, hosted or design, windows):
        found |= _found(union, knowledge, rules, memory)
        reached += several
    standing: dict[Thing, list[Finding]] = {}
    for finding in now.findings:
        standing.setdefault(_about(finding), []).append(finding)
    known = {finding_key(finding) for finding in now.findings}
    verdicts = dict(now.verdicts.words.iter_rows())
    counts = Counter(verdicts.values())
    for nth, own in enumerate(reached):
        touched = {*own.things, *(("link", name) for name in own.links)}
        fresh = [finding for finding in found.get(nth, []) if _about(finding) in touched]
        for thing in touched:
            standing.pop(thing, None)
        for finding in fresh:
            standing.setdefault(_about(finding), []).append(finding)
        for link in _retired(own.steps) & verdicts.keys():
            counts[verdicts.pop(link)] -= 1
        for link in own.added:
            verdicts[link] = "works"
            counts["works"] += 1
        for link, things in own.ends.items():
            if link in verdicts:
                told = [f for thing in (("link", link), *things) for f in standing.get(thing, ()) if link in f.links]
                counts[verdicts[link]] -= 1
                verdicts[link] = verdict_of(finding.severity for finding in told)
                counts[verdicts[link]] += 1
        new = sorted({_said(finding) for finding in fresh if finding_key(finding) not in known})
        yield State(counts["works"], counts["fails"], counts["unknown"], tuple(new))


def _retired(steps: Iterable[Step]) -> set[str]:
    return {
        edit.key
        for step in steps
        for edit in step.edits
        if edit.table == "links" and any(name == "status" and value == "retired" for name, _, value in edit.values)
    }


class _Network:
    """The links as they stand after the steps so far: row numbers of all versions there ever were.

    It keeps an invariant: which links end on a device or are in a group is as the newest versions have it.
    """

    def __init__(self, design: Design, steps: Iterable[Step]) -> None:
        self.names = {link: nth for nth, link in enumerate(design.links["link"])}
        self.last: dict[str, dict[str, object]] = {}
        wanted = {edit.key for step in steps for edit in step.edits if edit.table == "links"}
        few = design.links.filter(pl.col("link").is_in(list(wanted)))
        self.last = {str(row["link"]): row for row in few.iter_rows(named=True)}
        self.added: list[dict[str, object]] = []
        self.near: dict[Thing, set[str]] = {}
        self.ends: dict[str, tuple[Thing, ...]] = {}
        for link, group, a, b in design.links.select("link", "group", "a_device", "b_device").iter_rows():
            self._put(link, group, a, b)

    def _put(self, link: str, group: str | None, a: str, b: str) -> None:
        self.ends[link] = (("device", a), ("device", b), *((("group", group),) if group else ()))
        for thing in self.ends[link]:
            self.near.setdefault(thing, set()).add(link)

    def change(self, edit: Edit, first: int) -> set[Thing]:
        """Put one edit into effect; what it can reach is handed back."""
        if edit.table != "links":  # of devices and ports, which stand as they are in the hosted design from then on
            device = edit.key if edit.table == "devices" else unquote(edit.key.partition(" ")[0])
            return {("device", device)}
        before = self.ends.get(edit.key, ())
        for thing in before:
            self.near[thing].discard(edit.key)
        was = self.last.get(edit.key) or {**dict.fromkeys(LINK_SCHEMA), "link": edit.key}
        row = {**was, **{name: _listed(value) for name, _, value in edit.values}}
        if edit.action == "remove":
            self.names.pop(edit.key)
            self.ends.pop(edit.key)
            return {*before}
        self.last[edit.key] = row
        self.names[edit.key] = first + len(self.added)
        self.added.append(row)
        group = row.get("group")
        self._put(edit.key, str(group) if group is not None else None, str(row["a_device"]), str(row["b_device"]))
        return {*before, *self.ends[edit.key]}


def _listed(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _neighbourhoods(
    design: Design, hosted: Design, windows: Sequence[Sequence[Step]]
) -> Iterator[tuple[Design, list[Changed]]]:
    """What each window's changes can reach, some states at a time as one design under names of their own."""
    network = _Network(design, (step for steps in windows for step in steps))
    height = design.links.height
    told, rows, numbers = list[Changed](), list[int](), list[int]()
    since: dict[str, int] = {}  # device -> the first state in which its host is another one
    for nth, steps in enumerate(windows):
        edits = [edit for step in steps for edit in step.edits]
        things = {thing for edit in edits for thing in network.change(edit, height)}
        links = frozenset(edit.key for edit in edits if edit.table == "links")
        since |= {edit.key: nth for edit in edits if edit.table == "devices"}
        near = sorted({*links & network.names.keys(), *(link for thing in things for link in network.near[thing])})
        rows += [network.names[link] for link in near]
        numbers += [nth] * len(near)
        added = frozenset(edit.key for edit in edits if (edit.table, edit.action) == ("links", "add"))
        told.append(Changed(steps, links, added, frozenset(things), {link: network.ends[link] for link in near}))
        if len(rows) > AT_ONCE or nth == len(windows) - 1:
            newer = pl.DataFrame(network.added, schema=design.links.schema, orient="row")
            yield _as_one(design, hosted, since, pl.concat([design.links, newer]), rows, numbers), told
            told, rows, numbers = [], [], []


def _as_one(
    design: Design,
    hosted: Design,
    since: Mapping[str, int],
    versions: pl.DataFrame,
    rows: Sequence[int],
    numbers: Sequence[int],
) -> Design:
    """States as one design: rows of the links' versions, and the number of the state that each is of."""
    nth = pl.Series("nth", numbers, dtype=pl.Int64)
    mark = pl.concat_str(pl.lit(MARK), nth.cast(pl.String))
    own = ("link", "group", *(f"{side}_device" for side in SIDES))
    links = versions[rows]
    used = pl.concat(links.select(device=f"{side}_device", nth=nth) for side in SIDES).unique()
    groups = links.select("group", nth=nth).drop_nulls().unique()
    begun = pl.col("device").replace_strict(since, default=None, return_dtype=pl.Int64)
    new = (pl.col("nth") >= begun).fill_null(False)

    def standing(name: str, order: list[str]) -> pl.DataFrame:
        """Rows of devices or ports, of the host that each has in each state."""
        parts = ((design, used.filter(~new)), (hosted, used.filter(new)))
        return pl.concat(_marked(getattr(each, name), own, "device", order) for each, own in parts).sort(order)

    return replace(
        design,
        links=links.with_columns(pl.concat_str(name, mark).alias(name) for name in own).sort("link"),
        ports=standing("ports", ["device", "port"]),
        devices=standing("devices", ["device"]),
        groups=_marked(design.groups, groups, "group", ["group"]),
        triples=b"",
    )


def _marked(frame: pl.DataFrame, used: pl.DataFrame, name: str, order: list[str]) -> pl.DataFrame:
    """Rows of what states use, once a state."""
    mark = pl.concat_str(name, pl.lit(MARK), pl.col("nth").cast(pl.String))
    return frame.join(used, on=name).with_columns(mark.alias(name)).drop("nth").sort(order)


def _found(union: Design, knowledge: Knowledge, rules: Rules, memory: Memory) -> Mapping[int, Sequence[Finding]]:
    """The findings on every state by its number, as they would be on it alone."""
    if union.links.is_empty():
        return {}
    judged = derive(union, knowledge)
    results = reason(union, judged, knowledge, rules, memory).results
    told: dict[int, list[Finding]] = {}
    for finding in Findings(findings_of(results, rules=rules, judged=judged, knowledge=knowledge)):
        number = number_of(unquote(finding.focus))
        if number is not None:
            told.setdefault(number, []).append(plain(finding))
    return told


def _about(finding: Finding) -> Thing:
    """The thing a finding is about: its link, or the device or group that its focus names; of a port, its device."""
    if finding.link:
        return "link", finding.link
    head, _, rest = finding.focus.removeprefix(BASE).partition("/")
    name = unmarked(unquote(rest.partition("/")[0]))  # what stands in a name is percent-encoded
    return ("device" if head == "port" else head), name


def finding_key(finding: Finding) -> tuple[object, ...]:
    """What stays the same of a finding while its figures change."""
    return finding.rule, finding.severity, finding.link or finding.subject, finding.end


def _said(finding: Finding) -> str:
    return f"{finding.severity}: {finding.rule}: {finding.message}"
