"""Units in their windows as steps that anyone can replay: which row of the design each changes, from what to what."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import polars as pl

from .added import added_edits, added_links
from .applied import Applied, changed
from .candidates import ROW_SCHEMA
from .choices import Part
from .design import LINK_SCHEMA, SIDES, Design
from .knowledge import Knowledge
from .offers import levels
from .pieces import CAGE, PART, Piece, Unit, Units
from .planned import Edit, Step
from .prices import Prices
from .problem import Problem
from .repairs import Judging
from .seats import FREE
from .work import work_of

__all__ = ["steps_of"]

Handover = Callable[..., Step]  # of a unit that exchanges a host, and its parts
NO_HOSTS: Mapping[str, Handover] = MappingProxyType({})


def steps_of(
    design: Design,
    assignment: Mapping[str, int],
    units: Units,
    problem: Problem,
    knowledge: Knowledge,
    judging: Judging,
    prices: Prices | None,
    *,
    hosts: Mapping[str, Handover] = NO_HOSTS,
) -> dict[int, tuple[Step, ...]]:
    """Steps by window, in the order of their units; ports of new cages are given out as windows go by.

    hosts  of each unit that exchanges a host what makes its step, which comes before all else in its window; the
           design is the one that all of them leave
    """
    order = sorted(assignment, key=lambda name: (assignment[name], name not in hosts, name))
    free = {pool: deque(ports) for pool, ports in units.ports.items()}
    coming: dict[int, list[tuple[str, str]]] = defaultdict(list)
    placed: dict[str, list[tuple[Piece, Applied]]] = {}
    given: dict[str, Mapping[str, str]] = {}  # ports of new cages, by link and side
    for name in order:
        unit, window = units.units[name], assignment[name]
        for ready in sorted(at for at in coming if at <= window):
            for pool, port in coming.pop(ready):
                free[pool].append(port)
        given[name] = {key: free[pool].popleft() for key, pool in unit.cages.items()}
        placed[name] = _placed(unit, given[name])
        for pool, port in _freed(unit, units):
            coming[problem.usable(window)].append((pool, port))
    expected = _expected([each for name in order for each in placed[name]], judging)
    now = {row["link"]: row for row in design.links.iter_rows(named=True)}
    by_window: dict[int, list[Step]] = defaultdict(list)
    parts = _parts(assignment, order, units, problem)
    for name in order:
        unit, own = units.units[name], by_window[assignment[name]]
        if name in hosts:
            own.append(hosts[name](unit, parts=parts[name]))
        else:
            own.append(_step(unit, parts[name], placed[name], given[name], now, expected, knowledge, prices))
    return {window: tuple(steps) for window, steps in sorted(by_window.items())}


def _parts(
    assignment: Mapping[str, int], order: Sequence[str], units: Units, problem: Problem
) -> dict[str, tuple[Part, ...]]:
    """The parts of each unit: what is in stock, or set free and rested, is used before any is bought."""
    there = {name.removeprefix(PART): pool.stock for name, pool in problem.pools.items() if name.startswith(PART)}
    coming: dict[int, list[Part]] = defaultdict(list)
    told: dict[str, tuple[Part, ...]] = {}
    for name in order:
        window = assignment[name]
        for ready in sorted(at for at in coming if at <= window):
            for part in coming.pop(ready):
                there[part.part] = there.get(part.part, 0) + part.count
        own = []
        for part in units.units[name].parts:
            used = min(there.get(part.part, 0), part.count) if part.action == "buy" else 0
            there[part.part] = there.get(part.part, 0) - used
            own += [Part("use", part.part, used)] if used else []
            own += [replace(part, count=part.count - used)] if part.count > used else []
            if part.action == "free":
                coming[problem.usable(window)].append(part)
        told[name] = tuple(sorted(own))
    return told


def _placed(unit: Unit, ports: Mapping[str, str]) -> list[tuple[Piece, Applied]]:
    """The pieces of a unit with ports of their own: what was worked out once for links alike named another link's."""
    told = []
    for piece in unit.pieces:
        changes, seats = dict(piece.applied.changes), dict(piece.applied.seats)
        first = next(iter(added_links(piece)), None)
        for side in SIDES:
            legs = getattr(piece.applied.proposal, f"{side}_legs")
            lead = unit.pieces[0]
            owner = lead if legs and piece.leg else piece
            if seats[side].way == FREE:
                port = ports.get(f"{first or owner.link} {side}", seats[side].port)
                changes[f"{side}_port"] = port
                seats[side] = replace(seats[side], port=port)
            elif legs and piece.leg:
                changes |= {
                    f"{side}_{name}": lead.row[f"{side}_{name}"] for name in ("port", "cage", "cage_power_mw", "modes")
                }
            lanes = changes.get(f"{side}_lanes")
            if legs and piece.leg and isinstance(lanes, list):
                changes[f"{side}_lanes"] = [lane + piece.leg * len(lanes) for lane in lanes]
        told.append((piece, replace(piece.applied, changes=changes, seats=seats)))
    return told


def _freed(unit: Unit, units: Units) -> Iterator[tuple[str, str]]:
    """Cages that a unit sets free, as the pool they go to and their port; as many as its task gives."""
    given = {pool: count for pool, count in unit.task.gives if pool in units.ports}
    for piece in unit.pieces:
        for side in SIDES:
            device, seat = str(piece.row[f"{side}_device"]), piece.applied.seats[side]
            legs = getattr(piece.applied.proposal, f"{side}_legs")
            stays = added_links(piece) or not (seat.way == FREE or piece.retired or (legs and piece.leg))
            if stays or piece.row[f"{side}_lanes"]:
                continue
            place = f"{CAGE}{device} {piece.row[f'{side}_cage']}"
            own = next((pool for pool, left in given.items() if left and pool.rpartition(" ")[0] == place), None)
            if own:
                given[own] -= 1
                yield own, str(piece.row[f"{side}_port"])


def _expected(placed: Sequence[tuple[Piece, Applied]], judging: Judging) -> dict[str, list[str]]:
    """Light levels that each link's receivers should report after the work."""
    own = [(piece, applied) for piece, applied in placed if not piece.retired]
    if not own:
        return {}
    rows = pl.DataFrame([piece.row for piece, _ in own], infer_schema_length=None).select(*ROW_SCHEMA)
    rows = rows.cast(dict(ROW_SCHEMA))  # type: ignore[arg-type]
    outcomes = judging(changed(rows, ((nth, applied) for nth, (_, applied) in enumerate(own))))
    return {piece.link: levels(applied, outcomes.of(nth)) for nth, (piece, applied) in enumerate(own)}


def _step(
    unit: Unit,
    parts: tuple[Part, ...],
    placed: Sequence[tuple[Piece, Applied]],
    ports: Mapping[str, str],
    now: Mapping[str, Mapping[str, Any]],
    expected: Mapping[str, Sequence[str]],
    knowledge: Knowledge,
    prices: Prices | None,
) -> Step:
    edits: list[Edit] = []
    settings: dict[str, None] = {}
    words: dict[str, None] = {}
    for piece, applied in placed:
        row = now[piece.link]
        if piece.retired:
            edits.append(Edit("links", piece.link, "set", (("status", row["status"], "retired"),)))
            words[f"Take {piece.link} out: its traffic goes over {unit.pieces[0].link}."] = None
            continue
        work = work_of(piece.row, applied, knowledge, prices=prices, expects=expected.get(piece.link, ()))
        settings |= dict.fromkeys(work.settings)
        words |= dict.fromkeys(work.steps)
        if added_links(piece):
            edits += added_edits(piece, row, ports)
            continue
        edits.append(Edit("links", piece.link, "set", tuple(_values(row, piece, applied))))
    devices = {str(piece.row[f"{side}_device"]) for piece, _ in placed for side in SIDES}
    return Step(
        unit=unit.task.name,
        strategy=unit.strategy,
        links=tuple(name for piece in unit.pieces for name in (piece.link, *added_links(piece))),
        sites=unit.task.sites,
        devices=tuple(sorted(devices)),
        down=unit.task.down,
        after=(*unit.task.after, *unit.task.follows),
        edits=tuple(edits),
        parts=parts,
        settings=tuple(settings),
        words=tuple(words),
    )


def _values(now: Mapping[str, Any], piece: Piece, applied: Applied) -> Iterator[tuple[str, object, object]]:
    """Columns of a link that change, in the order of the frame; what was planned is in service once it is done."""
    after = applied.after(piece.row)
    touched = {*applied.changes, *applied.shifts} - {"status"}
    for name in LINK_SCHEMA:
        if name in touched and _plain(now[name]) != _plain(after[name]):
            yield name, _plain(now[name]), _plain(after[name])


def _plain(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value
