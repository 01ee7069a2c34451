"""Where cables lead: every strand from interface to interface, through patch panels and cable profiles.

NetBox keeps which lane goes where in two ways: a cable profile maps connector and position of one end to those of the
other, and a panel maps positions of a front port to positions of a rear port. A walk follows one position at a time
and keeps positions on a stack, as trunks can run within trunks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from .netbox_dump import Cable, Dump, Plug, profile_shape

__all__ = ["Strand", "Walk", "across", "strands", "walks"]

_INTERFACE, _FRONT, _REAR = "dcim.interface", "dcim.frontport", "dcim.rearport"
_LONGEST = 64  # cables; no real way has so many, a loop in the record has

# The profiles whose positions do not run in order: connector and position at A to connector and position at B.
# Source: netbox v4.6.8 dcim/cable_profiles.py.
_SHUFFLED: Mapping[str, Mapping[tuple[int, int], tuple[int, int]]] = MappingProxyType(
    {
        "trunk-2c4p-shuffle": {
            (1, 1): (1, 1),
            (1, 2): (1, 2),
            (1, 3): (2, 1),
            (1, 4): (2, 2),
            (2, 1): (1, 3),
            (2, 2): (1, 4),
            (2, 3): (2, 3),
            (2, 4): (2, 4),
        },
        "trunk-4c4p-shuffle": {(c, p): (p, c) for c in range(1, 5) for p in range(1, 5)},
        "breakout-2c4p-8c1p-shuffle": {
            (1, 1): (1, 1),
            (1, 2): (2, 1),
            (1, 3): (5, 1),
            (1, 4): (6, 1),
            (2, 1): (3, 1),
            (2, 2): (4, 1),
            (2, 3): (7, 1),
            (2, 4): (8, 1),
        },
    }
)


@dataclass(frozen=True)
class Walk:
    """One way from an interface: the cables and panels passed, and where it ended or why it stopped."""

    start: Plug
    start_position: int | None
    cables: tuple[int, ...] = ()
    panels: tuple[tuple[int, int], ...] = ()  # front port, rear port
    end: Plug | None = None
    end_position: int | None = None
    stop: str = ""


@dataclass(frozen=True)
class Strand:
    """One way between two interfaces at one position; a is the end whose cable stands first in the record."""

    a: Plug
    b: Plug
    a_position: int | None
    b_position: int | None
    cables: tuple[int, ...]
    panels: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class _Plant:
    cables: Mapping[int, Cable]
    plugs: Mapping[tuple[str, int], Plug]
    ports: Mapping[tuple[str, int], tuple[str, int]]  # panel port to its place and its count of positions
    through: Mapping[tuple[str, int, int], tuple[str, int, int]]  # panel port and position to those behind it


def walks(dump: Dump) -> tuple[Walk, ...]:
    """Every way from every interface that has a cable."""
    plant = _plant(dump)
    return tuple(
        walk
        for start in plant.plugs.values()
        if start.kind == _INTERFACE
        for position in start.positions or (None,)
        for walk in _walk(plant, Walk(start, position), start, () if position is None else (position,))
    )


def strands(dump: Dump, found: tuple[Walk, ...]) -> tuple[Strand, ...]:
    """The walks that reached an interface, each once though it was walked from both ends."""

    def order(plug: Plug) -> tuple[int, str, int]:
        return dump.cables[plug.cable].row, plug.side, plug.order

    made = set()
    for walk in found:
        if walk.end is None:
            continue
        there = Strand(walk.start, walk.end, walk.start_position, walk.end_position, walk.cables, walk.panels)
        back = Strand(
            walk.end, walk.start, walk.end_position, walk.start_position, walk.cables[::-1], walk.panels[::-1]
        )
        made.add(there if order(there.a) < order(there.b) else back)
    return tuple(
        sorted(made, key=lambda one: (order(one.a), order(one.b), one.a_position or 0, one.b_position or 0, one.cables))
    )


def _plant(dump: Dump) -> _Plant:
    ports = {(_FRONT, front.id): (front.place, front.positions) for front in dump.fronts.values()}
    ports |= {(_REAR, rear.id): (rear.place, rear.positions) for rear in dump.rears.values()}
    through = {}
    for front in dump.fronts.values():
        for own, rear, position in front.rear:
            through[(_FRONT, front.id, own)] = (_REAR, rear, position)
            through[(_REAR, rear, position)] = (_FRONT, front.id, own)
    plugs = {(plug.kind, plug.id): plug for cable in dump.cables.values() for plug in cable.a + cable.b}
    return _Plant(dump.cables, plugs, ports, through)


def _walk(plant: _Plant, walk: Walk, plug: Plug, stack: tuple[int, ...]) -> Iterator[Walk]:
    """All ways on, out of this plug into its cable."""
    cable = plant.cables[plug.cable]
    if len(walk.cables) == _LONGEST:
        yield replace(walk, stop=f"the way passes more than {_LONGEST} cables: a loop")
        return
    far, stack, stop = _across(cable, plug, stack)
    walk = replace(walk, cables=(*walk.cables, cable.id), stop=stop)
    if stop:
        yield walk
    for one in far:
        yield from _arrive(plant, walk, one, stack)


def _arrive(plant: _Plant, walk: Walk, plug: Plug, stack: tuple[int, ...]) -> Iterator[Walk]:
    """All ways on, from the far plug of a cable."""
    if plug.kind == _INTERFACE:
        if plug == walk.start:
            yield replace(walk, stop="the way comes back to where it started")
        else:
            yield replace(walk, end=plug, end_position=stack[-1] if stack else None)
    elif plug.kind in (_FRONT, _REAR):
        behind, stack, stop = _through(plant, plug, stack)
        onward = plant.plugs.get(behind)
        if stop or onward is None:
            place, _ = plant.ports.get(behind, (plug.place, 1))
            yield replace(walk, stop=stop or f"nothing is plugged in at {place}")
        else:
            panel = (plug.id, behind[1]) if plug.kind == _FRONT else (behind[1], plug.id)
            yield from _walk(plant, replace(walk, panels=(*walk.panels, panel)), onward, stack)
    elif plug.kind.startswith("circuits."):
        yield replace(walk, stop=f"it ends at the circuit {plug.place}, and circuits are not followed")
    else:
        yield replace(walk, stop=f"it ends at {plug.place} ({plug.kind}), no network interface")


def _across(cable: Cable, plug: Plug, stack: tuple[int, ...]) -> tuple[tuple[Plug, ...], tuple[int, ...], str]:
    """The plugs that the light meets at the other end of a cable, and the position it has there."""
    near, far = (cable.a, cable.b) if plug.side == "A" else (cable.b, cable.a)
    if not far:
        return (), stack, f"cable {cable.name} has no far end"
    if cable.profile:
        return _across_profile(cable.name, cable.profile, plug, far, stack)
    if len(near) > 1 and len(far) > 1:
        what = f"cable {cable.name} has {len(near)} and {len(far)} plugs and no profile"
        return (), stack, f"{what}: which meets which is not recorded"
    return far, stack, ""


def _across_profile(
    cable: str, profile: str, plug: Plug, far: tuple[Plug, ...], stack: tuple[int, ...]
) -> tuple[tuple[Plug, ...], tuple[int, ...], str]:
    if not stack and len(plug.positions) == 1:
        stack = plug.positions
    if not stack or plug.connector is None:
        return (), (), f"which position of cable {cable} is meant is not recorded"
    met = across(profile, plug.side, (plug.connector, stack[-1]))
    if met is None:
        return (), (), f"profile {profile} of cable {cable} has no position {stack[-1]}, or is not known"
    hit = tuple(one for one in far if one.connector == met[0] and met[1] in one.positions)
    stop = "" if hit else f"position {stack[-1]} of cable {cable} leads to connector {met[0]}, not plugged in"
    return hit, (*stack[:-1], met[1]), stop


def _through(plant: _Plant, plug: Plug, stack: tuple[int, ...]) -> tuple[tuple[str, int], tuple[int, ...], str]:
    """The port behind a panel port, and the positions still to be told."""
    nowhere = ("", 0)
    if (port := plant.ports.get((plug.kind, plug.id))) is None:
        return nowhere, (), f"{plug.place} is not in the dump"
    position = 1
    if port[1] > 1:
        if not stack:
            return nowhere, (), f"{plug.place} has {port[1]} positions, and which of them is meant is not recorded"
        position, stack = stack[-1], stack[:-1]
    if (behind := plant.through.get((plug.kind, plug.id, position))) is None:
        return nowhere, (), f"position {position} of {plug.place} leads nowhere"
    if (other := plant.ports.get(behind[:2])) is None:
        return nowhere, (), f"the port behind {plug.place} is not in the dump"
    return behind[:2], (*stack, behind[2]) if other[1] > 1 else stack, ""


def across(profile: str, side: str, here: tuple[int, int]) -> tuple[int, int] | None:
    """Connector and position at the other end of a cable of this profile, from those at side A or B."""
    pairs = _SHUFFLED.get(profile)
    if pairs is None:
        a, b = profile_shape(profile, "A"), profile_shape(profile, "B")
        if "shuffle" in profile or a is None or b is None:
            return None
        pairs = dict(zip(_positions(*a), _positions(*b), strict=False))
    return pairs.get(here) if side == "A" else {there: here for here, there in pairs.items()}.get(here)


def _positions(connectors: int, positions: int) -> list[tuple[int, int]]:
    return [(c, p) for c in range(1, connectors + 1) for p in range(1, positions + 1)]
