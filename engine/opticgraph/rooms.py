"""What there is room for: cages, spare fibres and power as pools, and what of them a unit takes and sets free."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import polars as pl

from .added import added_links
from .derive import Judged
from .design import SIDES, Design
from .pieces import CAGE, POWER, STRANDS, Piece, broken_out
from .problem import Pool
from .seats import FREE, Seat, free_seats

__all__ = ["Rooms", "Used", "rooms_of"]


@dataclass(frozen=True)
class Used:
    """What a unit takes of pools and gives to them, and the pool that each new cage comes from, by link and side."""

    cages: Mapping[str, str]
    takes: Mapping[str, int]
    gives: Mapping[str, int]


@dataclass(frozen=True)
class Rooms:
    """Free cages by the name of their pool, those names by device, and links by the port group they are on.

    whole  patterns of devices that a change of breakout resets as a whole
    """

    design: Design
    judged: Judged
    cages: Mapping[str, Seat]
    by_device: Mapping[str, Sequence[str]]
    groups: Mapping[tuple[str, str], tuple[str, ...]]
    whole: tuple[str, ...]

    def used(self, pieces: Sequence[Piece]) -> Used | None:
        """What a unit of these pieces takes and gives; None where there is no cage for a link that comes in."""
        cages: dict[str, str] = {}
        takes: dict[str, int] = defaultdict(int)
        gives: dict[str, int] = defaultdict(int)
        for piece in pieces:
            added = added_links(piece)
            for link in added:
                for side in SIDES:
                    pool = self._pool_for(piece, side)
                    if pool is None:
                        return None
                    cages[f"{link} {side}"] = pool
                    takes[pool] += 1
            if not added:
                self._cages(piece, cages, takes, gives)
            type_ = piece.applied.types["a"]
            if piece.applied.proposal.copies and type_ and type_.fibers:
                takes[STRANDS + str(piece.row["route"] or piece.link)] += type_.fibers * len(added)
            if piece.applied.proposal.fibers == "spare" and not piece.retired:
                told = str(piece.applied.changes.get("strands") or 2)
                pool = STRANDS + str(piece.row["route"] or piece.link)
                takes[pool] += type_.fibers if type_ and type_.fibers else int(told)
                if piece.row["strands"]:
                    gives[pool] += int(piece.row["strands"])
            for side in SIDES:
                more = _more_power(piece, side)
                if more and piece.row[f"{side}_headroom_mw"] is not None:
                    (takes if more > 0 else gives)[POWER + str(piece.row[f"{side}_device"])] += abs(more)
        return Used(cages, takes, gives)

    def _pool_for(self, piece: Piece, side: str) -> str | None:
        """The free cages from which a link that comes in gets its own: that of its seat, or one like that of now."""
        device, seat = str(piece.row[f"{side}_device"]), piece.applied.seats[side]
        if piece.applied.proposal.beside:
            return self._pool(device, seat.socket, seat.power_mw, seat.modes) if seat.way == FREE else None
        same = (name for name in self.by_device.get(device, ()) if name in self.cages)
        return next((name for name in same if self.cages[name].socket == piece.row[f"{side}_cage"]), None)

    def _cages(self, piece: Piece, cages: dict[str, str], takes: dict[str, int], gives: dict[str, int]) -> None:
        for side, legs in broken_out(piece.applied).items():
            device, seat = str(piece.row[f"{side}_device"]), piece.applied.seats[side]
            if seat.way == FREE and not piece.retired and not (legs and piece.leg):
                pool = self._pool(device, seat.socket, seat.power_mw, seat.modes)
                if pool:
                    cages[f"{piece.link} {side}"] = pool
                    takes[pool] += 1
            if seat.way == FREE or piece.retired or (legs and piece.leg):
                modes = piece.row[f"{side}_modes"]
                agreed = tuple(modes) if modes is not None else None
                pool = self._pool(device, piece.row[f"{side}_cage"], piece.row[f"{side}_cage_power_mw"], agreed)
                if pool and not piece.row[f"{side}_lanes"]:
                    gives[pool] += 1

    def _pool(self, device: str, socket: str | None, power: int | None, modes: tuple[str, ...] | None) -> str | None:
        for name in self.by_device.get(device, ()):
            seat = self.cages.get(name)
            if seat and (seat.socket, seat.power_mw, seat.modes) == (socket, power, modes):
                return name
        return None

    def reset_with(self, pieces: Sequence[Piece], cages: Mapping[str, str]) -> Iterator[str]:
        """Links that go down with a change of breakout: those of the port group that it resets, or of the device."""
        off = self.off_with(pieces)
        for side in _changing(pieces):
            piece = pieces[0]
            device = str(piece.row[f"{side}_device"])
            ports = [str(piece.row[f"{side}_port"])]
            if pool := cages.get(f"{piece.link} {side}"):
                ports += self.cages[pool].names
            for port in ports:
                yield from self.groups.get((device, port), ())
        if off:
            at = pl.col("a_device").is_in(off) | pl.col("b_device").is_in(off)
            active = pl.col("status").fill_null("active") == "active"
            yield from self.design.links.filter(at, active)["link"].sort()

    def off_with(self, pieces: Sequence[Piece]) -> tuple[str, ...]:
        """Devices that a change of breakout resets as a whole: they are off meanwhile."""
        devices = {str(pieces[0].row[f"{side}_device"]) for side in _changing(pieces)}
        return tuple(sorted(each for each in devices if any(fnmatchcase(each, pattern) for pattern in self.whole)))

    def pool(self, name: str) -> Pool:
        """A pool of cages, power or fibres, with what there is of it today."""
        if name.startswith(CAGE):
            return Pool(name, self.cages[name].count)
        if name.startswith(POWER):
            return Pool(name, max(0, self._headroom(name.removeprefix(POWER))))
        return Pool(name, self._spare(name.removeprefix(STRANDS)))

    def _headroom(self, device: str) -> int:
        """What a device may still draw beside what its modules draw now."""
        own = self.judged.devices.filter(pl.col("device") == device)
        limit, draw = own.select("optics_power_mw", "draw_mw").row(0)
        return int(limit or 0) - int(draw or 0)

    def _spare(self, route: str) -> int:
        on_route = (pl.col("route") == route) | (pl.col("route").is_null() & (pl.col("link") == route))
        return int(self.design.links.filter(on_route)["spare_strands"].max() or 0)  # type: ignore[arg-type]


def _changing(pieces: Sequence[Piece]) -> list[str]:
    """Sides at which a unit changes what a port is broken out to."""
    return [side for side, legs in broken_out(pieces[0].applied).items() if legs or pieces[0].row[f"{side}_lanes"]]


def rooms_of(design: Design, judged: Judged, whole: tuple[str, ...] = ()) -> Rooms:
    """What there is room for in a design as judged; whole as in Rooms."""
    cages: dict[str, Seat] = {}
    by_device: dict[str, list[str]] = {}
    for device, seats in free_seats(judged).items():
        by_device[device] = [f"{CAGE}{device} {seat.socket} {nth}" for nth, seat in enumerate(seats)]
        cages |= {name: seat for name, seat in zip(by_device[device], seats, strict=True) if seat.way == FREE}
    return Rooms(design, judged, cages, by_device, _port_groups(design), whole)


def _more_power(piece: Piece, side: str) -> int:
    type_ = piece.applied.types[side]
    gone = piece.retired or (broken_out(piece.applied)[side] and piece.leg)
    after = 0 if gone else (type_.power_high_mw or 0) if type_ else 0
    if added := added_links(piece):
        return after * len(added)
    return after - int(piece.row[f"{side}_power_high_mw"] or 0)


def _port_groups(design: Design) -> dict[tuple[str, str], tuple[str, ...]]:
    """Device and port -> links on ports of its port group, its own too."""
    grouped = design.ports.filter(pl.col("port_group").is_not_null()).select("device", "port", "port_group")
    if grouped.is_empty():
        return {}
    ends = pl.concat(
        design.links.filter(pl.col("status") == "active").select("link", device=f"{s}_device", port=f"{s}_port")
        for s in SIDES
    )
    by_group: dict[tuple[str, str], list[str]] = defaultdict(list)
    for device, group, link in (
        ends.join(grouped, on=["device", "port"]).select("device", "port_group", "link").sort("link").iter_rows()
    ):
        by_group[device, group].append(link)
    return {(device, port): tuple(by_group[device, group]) for device, port, group in grouped.iter_rows()}
