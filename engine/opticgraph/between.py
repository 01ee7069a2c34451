"""A switch that has both rates, put before an end that stays at the lower one: where one stands, and what it adds.

What it adds is a second link, from the switch to the end that was there. It is told as a change of the link's row, so
that it is judged and counted by kinds like the fellow of a link that goes on beside (beside.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from . import hosts
from .applied import Applied, Seating, module_columns
from .derive import Judged
from .design import LINK_COLUMNS, SIDES
from .knowledge import Knowledge
from .parts import ModuleType
from .resolve import runs
from .seats import ENOUGH, KEPT, OTHER, Place, Seat, free_seats, unused
from .strategies import Proposal

__all__ = ["Standing", "Switch", "put_between", "standing"]

Row = Mapping[str, object]


@dataclass(frozen=True)
class Switch:
    """A device that could stand between: its name and free cages, what it may still draw, of a new one the model."""

    device: str
    seats: tuple[Seat, ...]
    left_mw: int | None
    host: str = ""

    @property
    def like(self) -> tuple[object, ...]:
        """All that matters of it but names."""
        seats = tuple((seat.socket, seat.power_mw, seat.modes, min(seat.count, ENOUGH)) for seat in self.seats)
        return seats, self.left_mw, self.host


@dataclass(frozen=True)
class Standing:
    """Links as rows with `lower_end`, the end that stays below the wanted rate, and `a_switch`, `b_switch`: a number
    of a switch at the site of that end, equal for those alike but for their names; switches has them by link and side.
    """

    rows: pl.DataFrame
    switches: Mapping[tuple[str, str], Switch]


def standing(judged: Judged, rows: pl.DataFrame, knowledge: Knowledge, *, host: str | None = None) -> Standing:
    """Which switch could stand at either end of these links (proposals.asked_links); host is a model that may come in.

    There is none where both ends have a cage of the wanted rate or neither has one, or where an end is a leg of a
    module. Devices of the design come before a new one, and the first by name stands for all of a site.
    """
    sites = dict(judged.devices.select("device", "site").drop_nulls().iter_rows())
    none = [pl.lit(None, kind).alias(name) for name, kind in _COLUMNS.items()]
    if not host and len(sites) == len(set(sites.values())):  # no two devices at one site
        return Standing(rows.with_columns(none), {})
    free = free_seats(judged)
    rates = _rates(knowledge)
    asked = _with_lower_end(rows, free, rates)
    known = asked.filter(pl.col("lower_end").is_not_null())
    at_site: dict[str, list[str]] = defaultdict(list)
    for device, site in sorted(sites.items()):
        if len(free.get(device, ())) and sum(seat.count for seat in free[device]) > 1:
            at_site[site].append(device)
    left = dict(judged.devices.select("device", pl.col("optics_power_mw") - pl.col("draw_mw").fill_null(0)).iter_rows())
    new = tuple(unused(host, ())) if host else ()
    found: dict[tuple[str, str], Switch] = {}
    columns = ("link", "a_device", "b_device", "target_gbps", "lower_end")
    for link, a, b, wanted, _ in known.select(columns).iter_rows():
        for side, device in zip(SIDES, (a, b), strict=True):
            others = (name for name in at_site.get(sites.get(device, ""), ()) if name not in (a, b))
            one = next((name for name in others if _runs(free[name], wanted, rates)), None)
            if one is not None:
                found[link, side] = Switch(one, tuple(free[one]), left[one])
            elif host and _runs(new, wanted, rates):
                model = hosts.find(host)
                assert model is not None
                name = f"{model.maker} {model.name}"
                found[link, side] = Switch(f"new {name} at {sites.get(device, device)}", new, None, name)
    numbers: dict[object, int] = {}
    each = [
        (link, *(numbers.setdefault(found[link, s].like, len(numbers)) if (link, s) in found else None for s in SIDES))
        for link in known["link"]
        if any((link, s) in found for s in SIDES)
    ]
    told = pl.DataFrame(each, schema={"link": pl.String, "a_switch": pl.Int64, "b_switch": pl.Int64}, orient="row")
    joined = asked.join(told, on="link", how="left", maintain_order="left")
    some = pl.any_horizontal(pl.col(f"{s}_switch").is_not_null() for s in SIDES)
    return Standing(joined.with_columns(lower_end=pl.when(some).then("lower_end")), found)


_COLUMNS = {"lower_end": pl.String(), "a_switch": pl.Int64(), "b_switch": pl.Int64()}


def _rates(knowledge: Knowledge) -> dict[str, int]:
    """Of each sort of cage what its lanes come to, in Mb/s."""
    return {name: (lanes or 0) * (rate or 0) for name, (lanes, rate) in knowledge.sockets.items()}


def _runs(seats: Sequence[Seat], wanted: int, rates: Mapping[str, int]) -> bool:
    return any(rates.get(seat.socket or "", 0) >= wanted * 1000 for seat in seats)


def _with_lower_end(rows: pl.DataFrame, free: Mapping[str, Sequence[Seat]], rates: Mapping[str, int]) -> pl.DataFrame:
    best = {
        device: max((rates.get(seat.socket or "", 0) for seat in seats), default=0) for device, seats in free.items()
    }
    short = []
    for side in SIDES:
        cage = pl.col(f"{side}_cage").replace_strict(rates, default=None, return_dtype=pl.Int64)
        others = pl.col(f"{side}_device").replace_strict(best, default=0, return_dtype=pl.Int64)
        short.append(pl.max_horizontal(cage, pl.when(cage.is_not_null()).then(others)) < pl.col("target_gbps") * 1000)
    whole = pl.all_horizontal(pl.col(f"{s}_lanes").list.len().fill_null(0) == 0 for s in SIDES)
    lower = pl.when(short[0] & ~short[1]).then(pl.lit("a")).when(short[1] & ~short[0]).then(pl.lit("b"))
    return rows.with_columns(lower_end=pl.when(whole).then(lower))


# --- what comes of it --------------------------------------------------------------------------------------------


def put_between(
    proposal: Proposal,
    row: Row,
    places: Mapping[str, Place],
    switch: Switch | None,
    knowledge: Knowledge,
    seat_of: Seating,
) -> Applied | None:
    """The proposal on a link as judged (applied.READ), with the link it adds; None where a module or cage is lacking.

    At the site of proposal.switch_at the fibres of the link go to the switch, and a cord from there to what stays.
    """
    stays = str(proposal.switch_at)
    far = next(side for side in SIDES if side != stays)
    there = {s: knowledge.types.get(str(row[f"{s}_type"])) if row[f"{s}_type"] else None for s in SIDES}
    kept = there[stays]
    if switch is None or kept is None:
        return None
    found = _far_end(getattr(proposal, f"{far}_interface"), there[far], places[far], knowledge, seat_of)
    if found is None:
        return None
    far_type, far_seat = found
    changes: dict[str, object] = {f"{s}_{name}_mdbm": None for s in SIDES for name in ("tx", "rx")}
    if far_type is not there[far]:
        changes |= module_columns(far, far_type) | {f"{far}_lanes": None, f"{far}_adapter": None}
        changes |= _cage(far, far_seat) if far_seat.way != KEPT else {}
    facing = next(_facing(str(getattr(proposal, f"{stays}_interface")), far_type, switch.seats, knowledge), None)
    if facing is None:
        return None
    rest = tuple(_without(switch.seats, facing[1]))
    freed = there[far] if far_type is not there[far] else None
    onward = next(_facing(str(proposal.switch_interface), kept, rest, knowledge, freed=freed), None)
    if onward is None:
        return None
    changes |= _at_switch(stays, switch, *facing, draws=onward[0])
    if far_type is there[far]:
        changes[f"{stays}_fec"] = changes[f"{stays}_fec"] or row[f"{far}_fec"]
    if getattr(proposal, f"{stays}_plugs"):
        changes |= _plug(stays, row, stays, facing[0])
    rates = [type_.rate_gbps for type_ in (far_type, facing[0]) if type_.rate_gbps]
    changes |= {"rate_gbps": min(rates, default=None), "status": "planned"}
    added = _cord(kept, knowledge) | {"rate_gbps": kept.rate_gbps, "status": "planned"}
    added |= {f"{s}_{name}_mdbm": None for s in SIDES for name in ("tx", "rx")}
    added |= _at_switch(far, switch, *onward, draws=facing[0])
    # the pair as it ran so far, or both ports set alike
    added[f"{far}_fec"] = added[f"{far}_fec"] or row[f"{far if onward[0] is freed else stays}_fec"]
    added |= _plug(far, row, stays, onward[0])
    types, seats = {far: far_type, stays: facing[0]}, {far: far_seat, stays: facing[1]}
    adds = Applied(proposal, added, {far: onward[0], stays: kept}, {far: onward[1], stays: places[stays].seats[0]}, {})
    return Applied(proposal, changes, types, seats, {}, adds=adds, host=switch.host)


def _far_end(
    interface: str | None, there: ModuleType | None, place: Place, knowledge: Knowledge, seat_of: Seating
) -> tuple[ModuleType, Seat] | None:
    """The module of the end that has the higher rate: that of now, or one of the interface in a cage that takes it."""
    if interface is None or (there is not None and there.interface == interface):
        return (there, place.seats[0]) if there is not None else None
    found = seat_of(interface, Place(tuple(seat for seat in place.seats if seat.way != OTHER)))
    return found if found is not None and _takes(*found, knowledge) else None


def _facing(
    interface: str,
    partner: ModuleType,
    seats: Sequence[Seat],
    knowledge: Knowledge,
    *,
    freed: ModuleType | None = None,
) -> Iterator[tuple[ModuleType, Seat]]:
    """Types of an interface for the other end of a module, each with a seat that takes and runs it; the best first.

    What was set free comes first, then plain types, then makers' parts. Of single-fibre modules it is the one that
    sends on what the partner receives.
    """
    wanted = _OPPOSITE.get(partner.direction or "")
    own = [freed] if freed is not None and freed.interface == interface else []
    fitting = [
        (type_ is not freed, len(type_.about) == 3, type_.form_factor != seat.socket, rank, type_.id, type_, seat)
        for type_ in (*own, *(knowledge.types[id] for id in knowledge.by_interface.get(interface, ())))
        for rank, seat in enumerate(seats)
        if type_.direction == wanted and _takes(type_, seat, knowledge)
    ]
    yield from ((type_, seat) for *_, type_, seat in sorted(fitting, key=lambda each: each[:5]))


def _takes(type_: ModuleType, seat: Seat, knowledge: Knowledge) -> bool:
    return type_.form_factor in knowledge.takes.get(seat.socket or "", ()) and runs(type_, seat.socket, knowledge)


def _without(seats: Sequence[Seat], used: Seat) -> Iterator[Seat]:
    """The free cages that are left once one is used."""
    for seat in seats:
        if seat is not used:
            yield seat
        elif len(seat.names) > 1:
            yield replace(seat, port=seat.names[1], count=seat.count - 1, names=seat.names[1:])


def _cage(side: str, seat: Seat) -> dict[str, object]:
    return {
        f"{side}_port": seat.port,
        f"{side}_cage": seat.socket,
        f"{side}_cage_power_mw": seat.power_mw,
        f"{side}_modes": list(seat.modes) if seat.modes is not None else None,
    }


def _at_switch(side: str, switch: Switch, type_: ModuleType, seat: Seat, *, draws: ModuleType) -> dict[str, object]:
    """An end at the switch; of what that may draw, its other new module has its part."""
    left = None if switch.left_mw is None else switch.left_mw - (draws.power_high_mw or 0)
    return {
        **module_columns(side, type_),
        **_cage(side, seat),
        f"{side}_device": switch.device,
        f"{side}_lanes": None,
        f"{side}_adapter": None,
        f"{side}_headroom_mw": left,
    }


def _cord(kept: ModuleType, knowledge: Knowledge) -> dict[str, object]:
    """The plant of a link within a site: a cord made for the module, of which nobody knows yet how long it is."""
    crossing = knowledge.interfaces[kept.interface].crossing
    own: dict[str, object] = {
        "fiber_type": _CORDS.get(kept.medium or ""),
        "strands": kept.fibers,
        "polarity": crossing[0] if crossing else None,
        "connectors": 0,
        "splices": 0,
        "line_system": "none",
    }
    return dict.fromkeys(_PLANT) | own


def _plug(side: str, row: Row, like: str, type_: ModuleType) -> dict[str, object]:
    """A plug that the module takes: that of now at an end, if it does."""
    now, polish = row[f"{like}_connector"], row[f"{like}_polish"]
    plug = now if now in type_.connectors else next(iter(type_.connectors), None)
    return {f"{side}_connector": plug, f"{side}_polish": type_.polish or (polish if plug == now else None)}


_OPPOSITE = {"U": "D", "D": "U"}
_CORDS = {"SMF": "OS2", "MMF": "OM4"}
# What a link has of its own, and one that comes in does not have from it.
_PLANT = tuple(name for name in LINK_COLUMNS if name not in ("link", "status", "rate_gbps"))
