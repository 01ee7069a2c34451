"""The network as the scheduler's problem: what carries traffic, what must stay up, and when work may be done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from fnmatch import fnmatchcase

import polars as pl

from .added import added_links
from .continuity import Topology, narrowest
from .design import Design
from .errors import QueryError
from .goal import Goal, Target
from .pieces import MILLI, Unit, Units
from .problem import Cut, Edge, Problem, counted_once

__all__ = ["Asked", "asked_of", "problem_of", "with_limits"]


@dataclass(frozen=True)
class Asked:
    """The design under the goal's limits, and what is asked of each link."""

    design: Design
    targets: Mapping[str, Target]


def asked_of(design: Design, goal: Goal, to_gbps: int | None) -> Asked:
    """What is wanted of which links: by the goal, else by the rate given, else by target_gbps of the design.

    Raises QueryError where a name of the goal is not in the design, or nothing is wanted at all.
    """
    links = design.links.filter(pl.col("status").is_in(["active"]) | pl.col("status").is_null())
    rates = dict(links.select("link", "rate_gbps").iter_rows())
    targets: dict[str, Target] = {}
    to_gbps = to_gbps if to_gbps is not None else goal.to_gbps
    if goal.targets:
        for nth, target in enumerate(goal.targets, 1):
            for link in _meant(links, target, nth):
                targets[link] = target
    elif to_gbps is not None:
        targets = {link: Target(links=(link,), gbps=to_gbps) for link in rates}
    else:
        wanted = links.filter(pl.col("target_gbps").is_not_null()).select("link", "target_gbps")
        targets = {link: Target(links=(link,), gbps=rate) for link, rate in wanted.iter_rows()}
    targets = {
        link: target for link, target in targets.items() if target.gbps is None or (rates[link] or 0) < target.gbps
    }
    if not targets:
        raise QueryError(
            "plan: found no link below a wanted rate; expected target_gbps in the design, --to 400G, or --goal FILE"
        )
    if any(target.by for target in targets.values()) and not goal.windows.days:
        raise QueryError("goal: found `by` in a target, but windows have no days; give windows.days, or windows.first")
    if goal.leads and not goal.windows.days:
        raise QueryError("goal: found lead, but windows have no days; give windows.days, or windows.first")
    wanted_of = pl.DataFrame(
        [(link, target.gbps) for link, target in targets.items()], schema=["link", "wanted"], orient="row"
    ).cast({"wanted": pl.Int64})
    told = design.links.join(wanted_of, on="link", how="left", maintain_order="left")
    limited = replace(design, links=told.with_columns(target_gbps=pl.col("wanted")).drop("wanted"))
    _known(goal, design)
    return Asked(with_limits(limited, goal), dict(sorted(targets.items())))


def _meant(links: pl.DataFrame, target: Target, nth: int) -> Iterator[str]:
    names = links["link"].to_list()
    if target.between:
        ends = set(target.between)
        found = [link for link, a, b in links.select("link", "a_device", "b_device").iter_rows() if {a, b} == ends]
        if not found:
            raise QueryError(f"goal, target {nth}: found no link between {' and '.join(target.between)}")
        yield from found
    for pattern in target.links:
        found = [name for name in names if name == pattern or fnmatchcase(name, pattern)]
        if not found:
            raise QueryError(f"goal, target {nth}: found {pattern!r}; expected an active link{_near(pattern, names)}")
        yield from found


def _near(name: str, names: list[str]) -> str:
    near = get_close_matches(name, names, n=3, cutoff=0.4)
    return f", such as {', '.join(near)}" if near else ""


def _known(goal: Goal, design: Design) -> None:
    """Raise QueryError for a name in the goal that the design does not have."""
    links, groups = design.links["link"].to_list(), design.groups["group"].to_list()
    devices = pl.concat([design.links["a_device"], design.links["b_device"]]).unique().sort().to_list()
    for where, name, names in (
        *(("may_be_down", name, links) for name in goal.may_be_down if not any(c in name for c in "*?[")),
        *((f"risk {risk.name}", name, links) for risk in goal.risks for name in risk.links),
        *(("resets_device", name, devices) for name in goal.resets_device if not any(c in name for c in "*?[")),
        *(("floor", name, groups) for name in goal.floors),
        *(("power_w", name, devices) for name in goal.power_w),
        *((f"service {each.name}", name, devices) for each in goal.services for name in (each.a, each.b)),
    ):
        if name not in set(names):
            raise QueryError(f"goal, {where}: found {name!r}; expected a name of the design{_near(name, names)}")


def with_limits(design: Design, goal: Goal) -> Design:
    """The design with the goal's power limits and floors in place of its own."""
    power = {device: int(watts * MILLI) for device, watts in goal.power_w.items()}
    devices, groups = design.devices, design.groups
    if power:
        told = pl.col("device").replace_strict(power, default=None, return_dtype=pl.Int64)
        devices = devices.with_columns(optics_power_mw=pl.coalesce(told, "optics_power_mw"))
    if goal.floors:
        floors = pl.col("group").replace_strict(dict(goal.floors), default=None, return_dtype=pl.Int64)
        groups = groups.with_columns(floor_gbps=pl.coalesce(floors, "floor_gbps"))
    return replace(design, devices=devices, groups=groups)


def problem_of(asked: Asked, every: pl.DataFrame, units: Units, goal: Goal) -> tuple[Problem, tuple[str, ...]]:
    """The problem, and notes about floors that are not kept even today; every has all links as judged."""
    design, notes = asked.design, list[str]()
    edges = {
        link: Edge(a, b, rate or 1)
        for link, a, b, rate in every.filter(pl.col("status") == "active")
        .select("link", "a_device", "b_device", "rate_gbps")
        .iter_rows()
        if a != b
    }
    for piece in (piece for unit in units.units.values() for piece in unit.pieces):
        ends = str(piece.row["a_device"]), str(piece.row["b_device"])
        edges |= {name: Edge(*ends, 0) for name in added_links(piece) if ends[0] != ends[1]}
    members: dict[str, list[str]] = defaultdict(list)
    for link, group in design.links.select("link", "group").drop_nulls().sort("link").iter_rows():
        if link in edges:
            members[group].append(link)
    kinds = {group: (kind, floor) for group, kind, floor in design.groups.iter_rows()}
    cuts = []
    together = []
    offs = sorted({device for unit in units.units.values() for device in unit.task.off})
    for group, links in sorted(members.items()):
        kind, floor = kinds.get(group, (None, None))
        if kind in ("ring", "protection") and len(links) > 1:
            why = f"{group}: at most one link of a {kind} may be down at a time"
            cuts.append(Cut(tuple(links), "links", len(links) - 1, why, counted_once(links, edges, offs)))
        elif kind == "LAG":
            wanted = tuple(link for link in links if link in units.targets)
            if goal.lag == "together" and len(wanted) > 1:
                together.append(wanted)
        if floor and (kind not in ("ring", "protection") or len(links) == 1):
            today = sum(edges[link].gbps for link in links)
            if today < floor:
                notes.append(f"{group} carries {today}G today, below its floor of {floor}G: it is held to what it has")
            why = f"{group}: {min(floor, today)} Gb/s must stay up"
            # what a group carries to a device is not missed while the device itself is off
            only = [device for device in offs if all(device in (edges[link].a, edges[link].b) for link in links)]
            eased = tuple((device, min(floor, today)) for device in only)
            cuts.append(Cut(tuple(links), "gbps", min(floor, today), why, eased))
    tasks = tuple(
        replace(
            unit.task,
            windows=_allowed(unit, asked.targets, goal),
            down=tuple(name for name in unit.task.down if name in edges),
            rates=tuple((name, rate) for name, rate in unit.task.rates if name in edges),
            minutes=goal.windows.minutes_of(host=not unit.task.covers),
        )
        for unit in units.units.values()
    )
    links = design.links["link"].to_list()
    may = frozenset(name for name in links if any(name == p or fnmatchcase(name, p) for p in goal.may_be_down))
    hosts = [unit for unit in units.units.values() if not unit.task.covers]
    most = goal.windows.count(otherwise=len(units.targets) + len(hosts))
    survive: tuple[frozenset[str], ...] = ()
    if goal.survive:
        sets = {frozenset((name,)) for name in edges} | {
            frozenset(risk.links).intersection(edges) for risk in goal.risks
        }
        survive = tuple(sorted(sets, key=sorted))
    problem = Problem(
        tasks=tasks,
        targets=units.targets,
        edges=edges,
        windows=most,
        hands=goal.windows.hands,
        sites=goal.windows.sites,
        hands_a_site=goal.windows.hands_a_site,
        minutes=goal.windows.work_minutes,
        cuts=tuple(cuts),
        survive=survive,
        may_be_down=may,
        together=tuple(together),
        pools=units.pools,
        usable_from=tuple(goal.windows.usable_from(window) for window in range(most)),
        budget=int(goal.budget * MILLI) if goal.budget is not None else None,
    )
    services = []
    shape = Topology(problem)
    for each in goal.services:
        today = narrowest(problem, shape, each.a, each.b)
        if today < each.floor_gbps:
            notes.append(
                f"{each.name} has {today}G from {each.a} to {each.b} today, below its floor of {each.floor_gbps}G: "
                "it is held to what it has"
            )
        services.append((each.a, each.b, min(today, each.floor_gbps), each.name))
    return replace(problem, services=tuple(services)), tuple(notes)


def _allowed(unit: Unit, targets: Mapping[str, Target], goal: Goal) -> frozenset[int] | None:
    """Windows in which a unit may be done: before the day by which its links are wanted."""
    days: list[date] = [day for piece in unit.pieces if (day := targets[piece.link].by)]
    if not days:
        return None
    return frozenset(nth for nth, day in enumerate(goal.windows.days) if day <= min(days))
