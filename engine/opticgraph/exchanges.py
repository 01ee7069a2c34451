"""Which hosts have to be exchanged for wanted links, of those that may be, and the design from which to plan then."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

import polars as pl

from .admitted import offers_of
from .derive import Judged
from .design import SIDES, Design
from .errors import QueryError
from .exchange import Exchange, exchange_of, exchanged, model_named
from .goal import Goal, Target
from .hosts import near
from .knowledge import Knowledge
from .pieces import MILLI
from .proposals import Told
from .result import Audit
from .seats import OTHER
from .states import finding_key

__all__ = ["Hosted", "allowed_hosts", "hosted"]

Telling = Callable[[pl.DataFrame, str], Told]  # what the strategies come to on links, with a host that may come in
Judging = Callable[[Design], tuple[Judged, Audit]]


@dataclass(frozen=True)
class Hosted:
    """The design with the hosts that are exchanged for wanted links, as judged; without any, the design of now."""

    design: Design
    judged: Judged
    now: Audit
    exchanges: tuple[Exchange, ...]
    notes: tuple[str, ...] = ()


def allowed_hosts(goal: Goal, devices: pl.DataFrame) -> dict[str, str]:
    """device -> the model that may take its place, by the first line of the goal that names it.

    Raises QueryError for a line that names no device of the design, or no model of the host catalogue.
    """
    allowed: dict[str, str] = {}
    types = dict(devices.select("device", "device_type").iter_rows())
    for pattern, named in goal.hosts:
        model = model_named(named)
        if model is None:
            hint = f", such as {' or '.join(near(named)[:3])}" if near(named) else ""
            raise QueryError(f"hosts: found {named!r}; expected a model of the host catalogue{hint}")
        own = [device for device in types if device == pattern or fnmatchcase(device, pattern)]
        if not own:
            raise QueryError(f"goal, hosts: found {pattern!r}; expected a device of the design")
        for device in own:
            allowed.setdefault(device, model)
    return {device: model for device, model in sorted(allowed.items()) if model_named(types[device]) != model}


def hosted(
    base: Hosted,
    rows: pl.DataFrame,
    told: Told,
    targets: Mapping[str, Target],
    goal: Goal,
    knowledge: Knowledge,
    telling: Telling,
    judging: Judging,
) -> Hosted:
    """The design with hosts exchanged for those wanted links that have no option without; rows and told are of base.

    For each such link the fewest devices, of which those count that other links need too. An exchange after which
    something fails or is unknown that was not before is left out, and so is one for whose modules cages are lacking.
    """
    allowed = allowed_hosts(goal, base.design.devices)
    lines = {str(row["link"]): row for row in told.rows.iter_rows(named=True)}
    without = sorted(lines.keys() & targets.keys() - offers_of(told, targets, goal, lines).keys())
    if not allowed or not without:
        return base
    devices = _needed(rows.filter(pl.col("link").is_in(without)), allowed, targets, goal, telling)
    wanted = {link: target.gbps for link, target in targets.items() if target.gbps}
    notes, exchanges = [], []
    for device in sorted(devices):
        made = exchange_of(base.judged, device, allowed[device], wanted, knowledge)
        if isinstance(made, str):
            notes.append(f"{device} is not exchanged: {made}")
        else:
            exchanges.append(made)
    power = {device: int(watts * MILLI) for device, watts in goal.power_w.items()}
    known = {finding_key(finding) for finding in base.now.findings}
    while exchanges:
        design = exchanged(base.design, exchanges, power)
        judged, now = judging(design)
        worse = dict(_worse(now, known, design, {each.device for each in exchanges}))
        if not worse:
            return Hosted(design, judged, now, tuple(exchanges), tuple(notes))
        exchanges = [each for each in exchanges if each.device not in worse]
        notes += [f"{device} is not exchanged: then, {why}" for device, why in sorted(worse.items())]
    return Hosted(base.design, base.judged, base.now, (), tuple(notes))


def _needed(
    rows: pl.DataFrame,
    allowed: Mapping[str, str],
    targets: Mapping[str, Target],
    goal: Goal,
    telling: Telling,
) -> set[str]:
    """Devices to be exchanged, so that each of these links that can be helped has an option."""
    ends = {link: {"a": a, "b": b} for link, a, b in rows.select("link", "a_device", "b_device").iter_rows()}
    ways: dict[str, set[frozenset[str]]] = {}
    for model in sorted({allowed[device] for pair in ends.values() for device in pair.values() if device in allowed}):
        told = telling(rows, model)
        lines = {str(row["link"]): row for row in told.rows.iter_rows(named=True)}
        for link, offers in offers_of(told, targets, goal, lines, hosted=True).items():
            for offer in offers:
                seats = told.ways[offer.way].seats
                sides = frozenset(ends[link][side] for side in SIDES if seats[side].way == OTHER)
                if sides and sides <= allowed.keys():
                    ways.setdefault(link, set()).add(sides)
    chosen: set[str] = set()
    while left := {link: own for link, own in ways.items() if not any(sides <= chosen for sides in own)}:
        pairs = ((len(sides - chosen), link, sorted(sides)) for link, own in left.items() for sides in own)
        chosen |= set(min(pairs)[2])
    return chosen


def _worse(
    now: Audit, known: Collection[object], design: Design, devices: Collection[str]
) -> Iterator[tuple[str, str]]:
    """Of exchanged devices what their exchange would break: a finding that there was not before."""
    ends = {link: (a, b) for link, a, b in design.links.select("link", "a_device", "b_device").iter_rows()}
    for finding in now.findings:
        if finding.severity == "warning" or finding_key(finding) in known:
            continue
        told = sorted({device for link in finding.links for device in ends.get(link, ()) if device in devices})
        for device in told or sorted(devices):
            yield device, finding.message.rstrip(".")
