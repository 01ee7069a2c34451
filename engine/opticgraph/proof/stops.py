"""Which links work stops: what is touched of a link, and whose light goes out while a step is done."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from fnmatch import fnmatchcase

from ..derive import Judged
from ..design import SIDES
from .replay import Done, Row

__all__ = ["Seat", "active", "resets", "resets_whole", "seats", "stopped", "swapped", "touched"]

# Columns of a link that someone changes with hands or settings; the others are record, or follow from these.
_END = ("device", "port", "module", "lanes", "adapter", "fec", "connector", "polish")
_PATH = (
    "fiber_type", "strands", "route", "panel_connector", "panel_polish", "polarity", "connectors", "splices",
    "attenuator_mdb", "line_system", "channel", "spacing_mhz", "mux_mdb",
)  # fmt: skip

Seat = tuple[str, str]  # device and port


def active(row: Row | None) -> bool:
    """Whether a link is in service, as its record says."""
    return row is not None and (row["status"] or "active") == "active"


def seats(row: Row | None) -> dict[str, Seat]:
    """The port of each end, where it is recorded."""
    if row is None:
        return {}
    ends = {side: (row[f"{side}_device"], row[f"{side}_port"]) for side in SIDES}
    return {side: (str(device), str(port)) for side, (device, port) in ends.items() if device and port}


def touched(old: Row | None, new: Row | None, side: str | None = None) -> tuple[str, ...]:
    """The columns by which work on a link is told; of one end, those of that end and of the fibre."""
    if old is None or new is None:
        return ("link",)
    sides = SIDES if side is None else (side,)
    names = [f"{each}_{name}" for each in sides for name in _END] + list(_PATH)
    return tuple(name for name in names if (old[name] or None) != (new[name] or None))


def stopped(
    done: Done, links: Mapping[str, Row], users: Mapping[Seat, Collection[str]], free_strands: Mapping[str, int]
) -> Iterator[tuple[str, str]]:
    """Links in service that carry nothing while a step is done, each with why.

    links         all links before the step; users: those at each port
    free_strands  by link: spare fibres of its route before the step
    """
    opened: dict[Seat, str] = {}
    exchanged = swapped(done)
    for link, (old, new) in done.links.items():
        columns = touched(old, new)
        if not columns or old is None:
            continue
        carried_over = {device for device, _ in seats(old).values()} & exchanged
        if carried_over or not _made_before_broken(link, old, new, columns, free_strands):
            if active(old):
                told = "is taken away" if new is None else f"is changed ({', '.join(columns)})"
                yield link, told
            opened |= {seat: link for side, seat in seats(old).items() if new is None or _opened(old, new, side)}
    worked = {link for link, pair in done.links.items() if touched(*pair)}
    for (device, port), by in sorted(opened.items()):
        for link in sorted(set(users.get((device, port), ())) - worked):
            if active(links.get(link)):
                yield link, f"shares the module in {device} {port} with {by}"
    for link, row in links.items() if exchanged else ():
        over = sorted({str(row[f"{side}_device"]) for side in SIDES} & exchanged)
        if over and link not in worked and active(row):
            yield link, f"runs over {over[0]}, which is exchanged"


def swapped(done: Done) -> frozenset[str]:
    """Devices whose host a step exchanges: they are off while it is done."""
    pairs = done.devices.items()
    return frozenset(device for device, (old, new) in pairs if _model(old) != _model(new))


def _model(row: Row | None) -> object:
    return row["device_type"] if row else None


def _opened(old: Row, new: Row, side: str) -> bool:
    """Whether the module of this end is taken out, set otherwise or moved."""
    names = ("device", "port", "module", "adapter")
    return any((old[f"{side}_{name}"] or None) != (new[f"{side}_{name}"] or None) for name in names)


def _made_before_broken(
    link: str, old: Row, new: Row | None, columns: tuple[str, ...], free_strands: Mapping[str, int]
) -> bool:
    """Whether a link can be lit in other cages and on other fibres while the one of now goes on."""
    if new is None:
        return False
    ours = seats(old), seats(new)
    others = all(ours[0].get(side) != ours[1].get(side) for side in SIDES)
    needed = new["strands"]
    return others and isinstance(needed, int) and free_strands.get(link, 0) >= needed


def resets(old: Judged, new: Judged, links: Mapping[str, Row]) -> Iterator[tuple[str, str]]:
    """Links in service on a port group in which the breakout of a port changes, which sets the whole group anew."""
    before, after = _modes(old), _modes(new)
    reset = {
        (device, group): port
        for (device, port), (group, modes) in before.items()
        if group and (then := after.get((device, port), (group, modes))[1]) != modes and _broken_out(modes | then)
    }
    for link, row in links.items() if reset else ():
        for seat in seats(row).values():
            group = before.get(seat, (None, None))[0]
            if group and active(row) and (seat[0], group) in reset:
                yield link, f"is on port group {group} of {seat[0]}, where {reset[seat[0], group]} changes its breakout"


def resets_whole(
    old: Judged, new: Judged, links: Mapping[str, Row], patterns: Collection[str]
) -> dict[str, dict[str, str]]:
    """Devices of these patterns of which the breakout of a port changes: the links in service there, each with why."""
    if not patterns:
        return {}
    before, after = _modes(old), _modes(new)
    nothing: tuple[str | None, frozenset[str]] = (None, frozenset())
    changed = {
        device
        for device, port in before.keys() | after.keys()
        if (was := before.get((device, port), nothing)[1]) != (then := after.get((device, port), nothing)[1])
        and _broken_out(was | then)
        and any(fnmatchcase(device, pattern) for pattern in patterns)
    }
    return {
        device: {
            link: f"ends on {device}, which a change of breakout resets"
            for link, row in links.items()
            if active(row) and device in (row["a_device"], row["b_device"])
        }
        for device in sorted(changed)
    }


def _modes(judged: Judged) -> dict[Seat, tuple[str | None, frozenset[str]]]:
    rows = judged.ports.select("device", "port", "port_group", "modes_in_use").iter_rows()
    return {(device, port): (group, frozenset(modes or ())) for device, port, group, modes in rows}


def _broken_out(modes: Collection[str]) -> bool:
    return any(not mode.startswith("1x") for mode in modes)
