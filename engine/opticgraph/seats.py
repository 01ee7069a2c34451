"""Where a module of an end may sit: the cage it uses now, a free cage of the device, or one of another host."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from . import hosts
from .derive import Judged
from .design import SIDES
from .errors import DesignError
from .knowledge import Knowledge, ModuleType
from .ports import port_number
from .resolve import candidates, runs

__all__ = ["Place", "Seat", "free_alike", "free_seats", "places_of", "seat_for", "unused"]

ENOUGH = 64  # free cages beyond which it does not matter how many: no option asks for more
KEPT, FREE, OTHER = "kept", "free", "other host"  # in the order in which they are preferred


@dataclass(frozen=True)
class Seat:
    """A cage that an end may use.

    way     kept, free, or other host
    port    its name on the device; of the cage of now the link tells it
    count   how many like it there are; names are their ports, of free ones
    host    the model that would take the device's place
    """

    way: str
    socket: str | None
    power_mw: int | None
    modes: tuple[str, ...] | None
    port: str = ""
    count: int = 1
    host: str = ""
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Place:
    """What one end may use: its seats, the cage of now first."""

    seats: tuple[Seat, ...]


def places_of(judged: Judged, links: pl.DataFrame, *, host: str | None = None) -> dict[tuple[str, str], Place]:
    """(device, port) -> what may be used there, for both ends of these links; host is a model that may come in.

    Raises DesignError where the host catalogue has no such model.
    """
    ends = pl.concat(
        links.select(
            device=f"{s}_device",
            port=f"{s}_port",
            socket=f"{s}_cage",
            power=f"{s}_cage_power_mw",
            modes=f"{s}_modes",
        )
        for s in SIDES
    ).unique(["device", "port"], keep="first", maintain_order=True)
    free = free_seats(judged)
    more = _of_model(host) if host else ()
    places = {}
    for device, port, socket, power, modes in ends.iter_rows():
        kept = Seat(KEPT, socket, power, tuple(modes) if modes is not None else None)
        places[device, port] = Place((kept, *free.get(device, ()), *more))
    return places


def seat_for(interface: str, place: Place, *, knowledge: Knowledge) -> tuple[ModuleType, Seat] | None:
    """The module type of an interface and the seat for it: one that takes and runs it, rather kept than free.

    Where no seat takes any type of the interface, the cage of now and the type nearest to it: rules then say what is
    wrong. None where no type implements the interface.
    """
    offers = []
    for rank, seat in enumerate(place.seats):
        ids = candidates(interface, socket=seat.socket, knowledge=knowledge)
        for id in ids:
            type_ = knowledge.types[id]
            fits = type_.form_factor in knowledge.takes.get(seat.socket or "", ())
            offers.append((not fits, not runs(type_, seat.socket, knowledge), rank, id, type_, seat))
    if not offers:
        return None
    best = min(offers, key=lambda offer: offer[:4])
    if best[0]:  # nothing takes it: what keeps it out is said of the cage of now
        best = min((offer for offer in offers if offer[2] == 0), key=lambda offer: offer[:4], default=best)
    return best[4], best[5]


# --- free cages ----------------------------------------------------------------------------------------------------


def free_seats(judged: Judged) -> Mapping[str, Sequence[Seat]]:
    """Free cages by device: those the record names, and those that the host catalogue has beyond the ones in use."""
    used = pl.concat(judged.links.select(device=f"{s}_device", port=f"{s}_port") for s in SIDES).unique()
    named = judged.ports.join(used, on=["device", "port"], how="anti").filter(pl.col("cage").is_not_null())
    seats: dict[str, list[Seat]] = defaultdict(list)
    alike = ["device", "cage", "power_mw", "modes"]
    for device, cage, power, modes, port in (
        named.sort("device", "port").group_by(alike, maintain_order=True).agg("port").iter_rows()
    ):
        told = tuple(modes) if modes is not None else None
        seats[device].append(Seat(FREE, cage, power, told, port[0], len(port), names=tuple(port)))
    recorded = dict(judged.ports.group_by("device").agg("port").iter_rows())
    for device, model in judged.devices.select("device", "device_type").drop_nulls().iter_rows():
        seats[device] += unused(model, recorded.get(device, []))
    return seats


def unused(model: str, taken: Iterable[str]) -> Iterator[Seat]:
    """Cages of a model that are none of these ports, one seat for those that are alike."""
    found = hosts.find(model)
    if found is None or found.evidence == "none":
        return
    taken = list(taken)
    for each in found.ranges:
        pattern = each.pattern
        if each.condition or not each.form_factor or not each.ports or pattern is None:
            continue
        gone = {port_number(name, pattern, any_rate=True, any_member=True) for name in taken}
        left = [number for number in each.ports if number not in gone]
        if left:
            modes = each.modes if each.modes and not each.modes_in_part else None
            names = tuple(pattern.replace("{port}", str(number)) for number in left)
            yield Seat(FREE, each.form_factor, each.power_mw, modes, names[0], len(left), names=names)


def _of_model(model: str) -> Sequence[Seat]:
    """One seat for each sort of cage of a model that takes the device's place."""
    found = hosts.find(model)
    if found is None:
        hint = hosts.near(model)
        raise DesignError(f"--host: found {model!r}; expected a model of the host catalogue{_nearest(hint)}")
    seats: dict[tuple[object, ...], Seat] = {}
    for each in found.ranges:
        if each.form_factor and not each.condition:
            modes = each.modes if each.modes and not each.modes_in_part else None
            port = next(iter(each.names), "1").replace("{port}", str(next(iter(each.ports), 1)))
            seat = Seat(
                OTHER, each.form_factor, each.power_mw, modes, port, each.count or 1, f"{found.maker} {found.name}"
            )
            seats.setdefault((seat.socket, seat.power_mw), seat)
    return tuple(seats.values())


def _nearest(names: Sequence[str]) -> str:
    return f", such as {' or '.join(names[:3])}" if names else ""


def free_alike(judged: Judged) -> dict[str, int]:
    """device -> a number: equal for devices whose free cages are alike but for their names."""
    numbers: dict[object, int] = {}
    return {
        device: numbers.setdefault(
            tuple((seat.socket, seat.power_mw, seat.modes, min(seat.count, ENOUGH)) for seat in seats), len(numbers)
        )
        for device, seats in free_seats(judged).items()
    }
