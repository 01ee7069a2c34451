"""A proposal applied to a link: the row as it would be, and which seats and modules it uses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import polars as pl

from .candidates import ROW_SCHEMA, framed
from .design import SIDES
from .knowledge import Knowledge
from .pairing import NOTHING
from .parts import ModuleType
from .seats import FREE, KEPT, Place, Seat
from .strategies import Proposal

__all__ = ["FILTERS", "READ", "Applied", "Seating", "apply", "changed", "fellow", "module_columns", "read_of"]

FILTERS = "mux_mdb"

Row = Mapping[str, object]
Seating = Callable[[str, Place], tuple[ModuleType, Seat] | None]  # seats.seat_for under some knowledge


@dataclass(frozen=True)
class Applied:
    """A proposal on one link: the columns that change (ROW_SCHEMA), the new types, and the seats, by side.

    shifts  figures that become more by so much, whatever they are now, so that links alike share one proposal
    lacks   cages that it needs and that neither the record nor the host catalogue names as free
    adds    a link that comes in with it, as what it has otherwise than this one has now
    host    a model that comes in as one more device
    """

    proposal: Proposal
    changes: Row
    types: Mapping[str, ModuleType | None]
    seats: Mapping[str, Seat]
    shifts: Mapping[str, int]
    lacks: tuple[str, ...] = ()
    adds: Applied | None = None
    host: str = ""

    def after(self, row: Row) -> dict[str, object]:
        """The link's row as it would be."""
        known = {name: row[name] if row[name] is not None or name != FILTERS else 0 for name in self.shifts}
        figures = {name: _whole(now) + self.shifts[name] for name, now in known.items() if now is not None}
        return {**row, **self.changes, **figures}

    @property
    def new(self) -> tuple[str, ...]:
        """Sides that get another module."""
        return tuple(side for side in SIDES if f"{side}_module" in self.changes)

    def added(self, row: Row) -> dict[str, object]:
        """The row of the link that comes in; there must be one."""
        assert self.adds is not None
        stays = row[f"{self.proposal.switch_at}_device"]
        return {**self.adds.after(row), "link": f"{row['link']} to {stays}"}


def apply(
    proposal: Proposal, row: Row, places: Mapping[str, Place], knowledge: Knowledge, seat_of: Seating
) -> Applied | None:
    """The proposal on a link as judged (READ); None where no module type is known for it, or nothing would change."""
    changes: dict[str, object] = {}
    types: dict[str, ModuleType | None] = {}
    seats: dict[str, Seat] = {}
    for side in SIDES:
        interface = getattr(proposal, f"{side}_interface")
        legs = getattr(proposal, f"{side}_legs")
        rate = getattr(proposal, f"{side}_cage_rate")
        place = places[side]
        there = knowledge.types.get(str(row[f"{side}_type"])) if row[f"{side}_type"] else None
        whole = not legs and not row[f"{side}_lanes"] and not proposal.beside
        stays = interface is None or (whole and there is not None and there.interface == interface)
        if interface is None or stays:
            type_, seat = there, _seat_of(there, place, rate, knowledge)
            if seat is None:
                return None
        else:
            found = _beside(interface, place, knowledge, seat_of) if proposal.beside else None
            found = found or seat_of(interface, place)
            if found is None:
                return None
            type_, seat = found
            changes |= module_columns(side, type_)
            changes[f"{side}_lanes"] = _leg_lanes(type_, legs)
        types[side], seats[side] = type_, seat
        changes |= _seated(side, seat, type_, not stays, knowledge)
        if getattr(proposal, f"{side}_plugs") and type_ and type_.connectors:
            changes[f"{side}_connector"] = _plug(str(row[f"{side}_connector"]), type_)
            changes[f"{side}_polish"] = type_.polish
    changes |= _plant(proposal, types, row, knowledge)
    differs = [name for name, value in changes.items() if row[name] != value]
    if proposal.strategy != "stay" and not differs and not proposal.copies:
        return None
    # what was measured is struck out also where this link has it not: others of its kind may
    changes = {name: value for name, value in changes.items() if name in differs or name in _MEASURED}
    changes = changes if differs else {}
    rates = [type_.rate_gbps for side in SIDES if (type_ := types[side]) and not getattr(proposal, f"{side}_legs")]
    told = min((rate for rate in rates if rate), default=None)
    if told is not None and any(f"{side}_module" in changes for side in SIDES):
        changes |= {"rate_gbps": told} if row["rate_gbps"] != told else {}
    if changes:
        changes["status"] = "planned"  # of what is to come nothing is taken for granted
    shifts = {name: by for name, by in _shifts(proposal, row).items() if name not in changes}
    return Applied(proposal, changes, types, seats, shifts, tuple(_lacking(proposal, types, seats, places, knowledge)))


def read_of(row: Row, places: Mapping[str, Place]) -> tuple[object, ...]:
    """What is read of a link (READ) when a proposal is applied: links alike in it may share what comes of it."""
    told = [tuple(value) if isinstance(value := row[name], list) else value for name in _AS_IT_IS]
    there = [row[name] is not None for name in _IF_THERE]
    # a cage elsewhere may have the name of the port of now
    same = [row[f"{side}_port"] in {seat.port for seat in places[side].seats} for side in SIDES]
    return (*told, *there, *same, *(places[side] for side in SIDES))


def _lacking(
    proposal: Proposal,
    types: Mapping[str, ModuleType | None],
    seats: Mapping[str, Seat],
    places: Mapping[str, Place],
    knowledge: Knowledge,
) -> Iterator[str]:
    """Cages that links beside the one of now need and that nothing names as free."""
    for side, type_ in types.items():
        beside = proposal.beside and seats[side].way == KEPT  # where the link of now has its module
        needed = (proposal.copies or 1) - 1 + beside
        if not needed:
            continue
        free = sum(
            seat.count
            for seat in places[side].seats
            if seat.way == FREE and type_ and type_.form_factor in knowledge.takes.get(seat.socket or "", ())
        )
        if free < needed:
            cages = f"{needed - free} more free cage{'s' if needed - free > 1 else ''}"
            yield f"{side}_port: {cages} like the one of now"


def changed(rows: pl.DataFrame, applied: Iterable[tuple[int, Applied]]) -> pl.DataFrame:
    """The links as they would be: each proposal on the link at its place in rows, as rows of ROW_SCHEMA."""
    held = list(rows.select(*ROW_SCHEMA).iter_rows(named=True))
    return framed(each.after(held[nth]) for nth, each in applied)


def fellow(applied: Applied) -> Applied | None:
    """What else there is then: a link that comes in, or that of now where it goes on beside, through the filters."""
    if applied.adds or not applied.proposal.beside:
        return applied.adds
    added = applied.proposal.mux_mdb or 0
    shifts = {**_through(added), **{f"{side}_rx_mdbm": -added for side in SIDES}}
    return replace(applied, changes={}, shifts=shifts, lacks=())


_MEASURED = frozenset(("loss_mdb", "reflectance_mdb", *(f"{s}_{name}_mdbm" for s in SIDES for name in ("rx", "tx"))))
_AS_IT_IS = (
    "strands", "polarity", "rate_gbps", "loss_nm",
    *(
        f"{side}_{name}"
        for side in SIDES
        for name in (
            "type", "module", "module_also", "lanes", "fec", "connector", "polish", "cage", "cage_power_mw", "modes",
            "adapter", "power_high_mw",
        )
    ),
)  # fmt: skip
_IF_THERE = (*sorted(_MEASURED), *(f"{side}_headroom_mw" for side in SIDES))
READ = (*_AS_IT_IS, *_IF_THERE, *(f"{side}_port" for side in SIDES))  # columns that apply reads


def module_columns(side: str, type_: ModuleType) -> dict[str, object]:
    """The end with another module: what was measured at the old one says nothing of it, and the host sets its FEC."""
    own = NOTHING if type_.module_fec and not type_.coherent else None  # coherent hosts name the code of the line
    fec = type_.host_fecs[0] if len(type_.host_fecs) == 1 else own
    return {
        f"{side}_module": type_.id,
        f"{side}_module_also": None,
        f"{side}_fec": fec,
        f"{side}_tx_mdbm": None,
        f"{side}_rx_mdbm": None,
    }


def _leg_lanes(type_: ModuleType, legs: int | None) -> list[int] | None:
    if legs is None:
        return None
    lanes = next((b.leg_lanes for b in type_.breakouts if b.legs == legs), None)
    return list(range(1, lanes + 1)) if lanes else None


def _seat_of(type_: ModuleType | None, place: Place, rate: int | None, knowledge: Knowledge) -> Seat | None:
    """The seat of a module that stays: the one of now, or with a rate another one whose lanes come to it."""
    if rate is None:
        return place.seats[0]
    for seat in place.seats:
        lanes, lane_rate = knowledge.sockets.get(seat.socket or "", (None, None))
        fits = type_ is not None and type_.form_factor in knowledge.takes.get(seat.socket or "", ())
        if fits and (lanes or 0) * (lane_rate or 0) >= rate * 1000:
            return seat if seat.way != KEPT else None  # it sits in such a cage already
    return None


def _seated(side: str, seat: Seat, type_: ModuleType | None, new: bool, knowledge: Knowledge) -> dict[str, object]:
    if seat.way == KEPT:
        fits = type_ is not None and type_.form_factor in knowledge.takes.get(seat.socket or "", ())
        return {f"{side}_adapter": None} if new and fits else {}  # what goes into the cage needs no adapter
    changes: dict[str, object] = {
        f"{side}_port": seat.port,
        f"{side}_cage": seat.socket,
        f"{side}_cage_power_mw": seat.power_mw,
        f"{side}_modes": list(seat.modes) if seat.modes is not None else None,
        f"{side}_adapter": None,
    }
    if seat.way != FREE:
        changes[f"{side}_headroom_mw"] = None  # another host has a budget of its own
    return changes


def _beside(interface: str, place: Place, knowledge: Knowledge, seat_of: Seating) -> tuple[ModuleType, Seat] | None:
    """A seat that takes a module while the one of now keeps its own; None where no such cage is known."""
    others = Place(tuple(seat for seat in place.seats if seat.way != KEPT))
    found = seat_of(interface, others)
    if found is None or found[0].form_factor not in knowledge.takes.get(found[1].socket or "", ()):
        return None
    return found


def _shifts(proposal: Proposal, row: Row) -> dict[str, int]:
    """The loss of new filters, and what a device may still draw where modules go on beside or are set free."""
    shifts = _through(proposal.mux_mdb) if proposal.mux_mdb else {}
    more = (proposal.copies or 1) - (proposal.merged or 1) + proposal.beside
    for side in SIDES if more else ():
        draw = row[f"{side}_power_high_mw"]
        shifts |= {f"{side}_headroom_mw": -more * _whole(draw)} if draw is not None else {}
    return shifts


def _through(filters_mdb: int) -> dict[str, int]:
    """What filters that come in add to a path: a loss that was measured without them did not see them."""
    return {FILTERS: filters_mdb, "loss_mdb": filters_mdb}


def _whole(value: object) -> int:
    return int(str(value))


def _plug(now: str, type_: ModuleType) -> str:
    return now if now in type_.connectors else type_.connectors[0]


def _plant(
    proposal: Proposal, types: Mapping[str, ModuleType | None], row: Row, knowledge: Knowledge
) -> dict[str, object]:
    changes: dict[str, object] = {}
    if proposal.strands is not None:
        changes["strands"] = proposal.strands
    if proposal.a_plugs and proposal.b_plugs:
        crossings = [knowledge.interfaces[type_.interface].crossing for type_ in types.values() if type_ is not None]
        if crossings and crossings[0] and crossings[0] == crossings[-1]:
            polarity = row["polarity"]
            changes["polarity"] = polarity if polarity in crossings[0] else crossings[0][0]
    if proposal.fibers:  # what was measured, was measured on others
        changes |= {"loss_mdb": None, "loss_nm": None, "reflectance_mdb": None}
    return changes
