"""A NetBox 4.x REST dump, a folder of JSON files, as a design.

Links are what cables, patch panels and cable profiles join: one link for each pair of interfaces of which at least one
is an optical port of 40G or more. Every cable, transceiver and interface of the dump is in a count of the account,
and what is not read is in a count or a note.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import polars as pl

from ..design import DEVICE_SCHEMA, GROUP_SCHEMA, LINK_SCHEMA, PORT_SCHEMA, Account, Assumption, Design, Note
from .netbox_account import cable_notes, counts
from .netbox_dump import Dump, Interface, Plug, load
from .netbox_modules import TYPE_OF_INTERFACE, Fitted, Placement, is_optical, place
from .netbox_path import between
from .netbox_trace import Strand, strands, walks
from .netbox_words import Word, word

__all__ = ["read"]

_TABLES = ("cables", "interfaces", "inventory-items", "module-bays", "modules")
_KBPS_IN_GBPS = 1_000_000


@dataclass(frozen=True)
class _End:
    """One end of a link."""

    plug: Plug
    interface: Interface
    device: str
    port: str  # the cage: the interface, or the bay of a module that brought several interfaces
    fitted: Fitted
    positions: tuple[int, ...]  # those of the cable that the link uses, if it does not use all
    lanes: tuple[int, ...]
    because: str  # what told the lanes, if no record did
    channels: tuple[Interface, ...]  # of the interface, that run over this link


@dataclass(frozen=True)
class _Way:
    """Two interfaces joined by strands."""

    link: str
    a: _End
    b: _End
    strands: tuple[Strand, ...]


def read(folder: Path) -> Design:
    """The design that a NetBox dump describes; DesignError names every file and place that cannot be used."""
    dump = load(folder)
    file = {name: (folder / f"{name}.json").as_posix() for name in _TABLES}
    walked = walks(dump)
    found = strands(dump, walked)
    placed = place(dump, file)
    ways = _ways(dump, placed, found)
    groups = _groups(dump, ways)
    rows, guessed, notes = [], [], []
    for way in ways:
        row, because, troubles = _link(dump, way, file["cables"])
        rows.append(row | {"group": groups.get(way.link)})
        guessed += because
        notes += troubles
    ports, odd = _ports(dump, placed, ways, file["interfaces"])
    used = {cable for way in ways for cable in _cables(way.strands)}
    linked = {end.interface.id for way in ways for end in (way.a, way.b)}
    notes += odd + cable_notes(dump, walked, used, file) + _idle(dump, placed, linked, file["interfaces"])
    names = {row["device"] for row in ports}
    devices = [
        {"device": one.name, "device_type": one.type, "site": one.site}
        for one in dump.devices.values()
        if one.name in names
    ]
    tally = counts(dump, walked, used, linked) | {
        "links": len(rows),
        "ports": len(ports),
        "devices with such ports": len(devices),
        "LAGs": len(set(groups.values())),
        **placed.counts,
    }
    return Design(
        links=pl.DataFrame(rows, schema=LINK_SCHEMA).sort("link"),
        ports=pl.DataFrame(ports, schema=PORT_SCHEMA).sort("device", "port"),
        devices=pl.DataFrame(devices, schema=DEVICE_SCHEMA).sort("device"),
        groups=pl.DataFrame(
            [{"group": group, "kind": "LAG"} for group in sorted(set(groups.values()))], schema=GROUP_SCHEMA
        ),
        account=Account(
            files=dump.files,
            counts=MappingProxyType(dict(sorted(tally.items()))),
            guessed=tuple(sorted(guessed)),
            ignored=tuple(sorted({*dump.notes, *placed.notes, *notes})),
        ),
    )


def _ways(dump: Dump, placed: Placement, found: Sequence[Strand]) -> list[_Way]:
    """Strands by the pair of interfaces they join, if one of the two is optical, each way with a name of its own."""
    joined: dict[tuple[int, int], list[Strand]] = defaultdict(list)
    for strand in found:
        pair = [dump.interfaces.get(plug.id) for plug in (strand.a, strand.b)]
        if all(pair) and any(one is not None and is_optical(one) for one in pair):
            joined[(strand.a.id, strand.b.id)].append(strand)
    legs: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for ids in joined:
        for key in ids:
            legs[key].append(ids)
    channels: dict[int, list[Interface]] = defaultdict(list)
    for one in dump.interfaces.values():
        if one.parent is not None and one.channel is not None:
            channels[one.parent].append(one)
    carried = Counter(cable for group in joined.values() for cable in _cables(group))
    labels = Counter(cable.label for cable in dump.cables.values())

    def end(ids: tuple[int, int], plug: Plug, positions: Sequence[int | None]) -> _End:
        interface = dump.interfaces[plug.id]
        fitted = placed.fitted.get(plug.id, Fitted(None))
        used = tuple(sorted({position for position in positions if position is not None}))
        used = () if set(used) == set(plug.positions) else used
        leg = legs[plug.id].index(ids) + 1
        lanes, because = _lanes(fitted, used, len(plug.positions), leg, len(legs[plug.id]))
        over = tuple(one for one in channels[plug.id] if one.channel in used)
        device, port = _device(dump, interface), fitted.bay or interface.name
        return _End(plug, interface, device, port, fitted, used, lanes, because, over)

    ways = []
    for ids, group in joined.items():
        a = end(ids, group[0].a, [one.a_position for one in group])
        b = end(ids, group[0].b, [one.b_position for one in group])
        name = f"{a.device}:{a.interface.name}--{b.device}:{b.interface.name}"
        cables = _cables(group)
        label = dump.cables[next(iter(cables))].label
        if label and len(cables) == 1 and labels[label] == 1 and carried[next(iter(cables))] == 1:
            name = label
        ways.append(_Way(name, a, b, tuple(group)))
    names = Counter(way.link for way in ways)
    return [
        way
        if names[way.link] == 1
        else replace(way, link=f"{way.link} (#{way.a.interface.id} to #{way.b.interface.id})")
        for way in ways
    ]


def _cables(group: Sequence[Strand]) -> set[int]:
    return {cable for one in group for cable in one.cables}


def _lanes(fitted: Fitted, positions: tuple[int, ...], of: int, leg: int, legs: int) -> tuple[tuple[int, ...], str]:
    """Lanes of the module that a link uses, none for all of them, and what told them if no record did."""
    if positions:
        lanes = tuple(lane for each in positions for lane in _share(fitted.lanes, each, of))
        spread = lanes != positions
        return lanes, f"position {', '.join(map(str, positions))} of {of}, and {fitted.lanes} lanes" if spread else ""
    if legs > 1:
        because = f"no cable profile tells lanes; this is leg {leg} of {legs} in the order of the record"
        return _share(fitted.lanes, leg, legs), because
    if fitted.legs > 1:
        because = f"interface {fitted.leg} of {fitted.legs} of the module in bay {fitted.bay}, in the order of names"
        return _share(fitted.lanes, fitted.leg, fitted.legs), because
    return (), ""


def _share(lanes: int | None, part: int, of: int) -> tuple[int, ...]:
    """The lanes of one of several equal parts of a module; the lane of the same number if they do not divide."""
    if not lanes or not of or lanes % of:
        return (part,)
    each = lanes // of
    return tuple(range((part - 1) * each + 1, part * each + 1))


def _device(dump: Dump, interface: Interface) -> str:
    known = dump.devices.get(interface.device)
    return known.name if known else f"#{interface.device}"


def _link(dump: Dump, way: _Way, file: str) -> tuple[dict[str, object], list[Assumption], list[Note]]:
    """One row of the links, and what to say about it."""
    lies = between(dump, way.strands)
    row: dict[str, object] = {"link": way.link, "file": file, "row": dump.cables[way.a.plug.cable].row, **lies.columns}
    guessed = [Assumption(way.link, *told) for told in lies.assumed]
    notes = [Note(file, f"link {way.link}", text) for text in lies.notes]
    for side, end in (("a", way.a), ("b", way.b)):
        row |= {
            f"{side}_device": end.device,
            f"{side}_port": end.port,
            f"{side}_module": end.fitted.part or end.fitted.medium,
            f"{side}_module_also": end.fitted.medium if end.fitted.part else None,
            f"{side}_lanes": list(end.lanes) or None,
        }
        if end.fitted.guess:
            guessed.append(Assumption(way.link, f"{side}_module", str(end.fitted.part), end.fitted.guess))
        if end.because:
            guessed.append(Assumption(way.link, f"{side}_lanes", " ".join(map(str, end.lanes)), end.because))
    copper = [end.interface.type for end in (way.a, way.b) if _kind(end.interface) == "copper"]
    if row["fiber_type"] is None and copper:
        row["fiber_type"] = "DAC"
        guessed.append(Assumption(way.link, "fiber_type", "DAC", f"the interface type is {copper[0]}"))
    rates = {rate: because for end in (way.a, way.b) for rate, because in _rates(end)}
    if len(rates) == 1:
        row["rate_gbps"], because = next(iter(rates.items()))
        guessed += [Assumption(way.link, "rate_gbps", str(row["rate_gbps"]), because)] if because else []
    elif rates:
        text = f"the ends run at {' and '.join(f'{rate}G' for rate in sorted(rates))}: the rate is not told"
        notes.append(Note(file, f"link {way.link}", text))
    return row, guessed, notes


def _known(interface: Interface) -> Word | None:
    return word("interface type", interface.type)


def _kind(interface: Interface) -> str:
    known = _known(interface)
    return known.kind if known else ""


def _rates(end: _End) -> list[tuple[int, str]]:
    """The rate of an end and what told it if not its speed; the speed of a broken-out port is not that of a leg."""
    broken_out = bool(end.positions or end.lanes) and end.fitted.legs == 1
    speeds = {one.speed_kbps for one in (end.channels if broken_out else (end.interface,)) if one.speed_kbps}
    if len(speeds) == 1 and (speed := speeds.pop()) % _KBPS_IN_GBPS == 0:
        return [(speed // _KBPS_IN_GBPS, "")]
    known = _known(end.interface)
    if known and known.rate_gbps and known.kind != "cage" and not broken_out:
        return [(known.rate_gbps, f"the interface type is {end.interface.type}")]
    return []


def _groups(dump: Dump, ways: Sequence[_Way]) -> Mapping[str, str]:
    """LAG by link: LAGs at both ends of a link are one group, and so are those a chassis pair joins."""
    lags: dict[str, list[str]] = {}
    for way in ways:
        of_link = []
        for end in (way.a, way.b):
            members = [one.lag for one in (*end.channels, end.interface) if one.lag is not None]
            lag = dump.interfaces.get(members[0]) if members else None
            of_link += [f"{_device(dump, lag)}:{lag.name}"] if lag else []
        if of_link:
            lags[way.link] = of_link
    together: dict[str, frozenset[str]] = {}
    for of_link in lags.values():
        merged = frozenset(of_link).union(*(together.get(lag, frozenset()) for lag in of_link))
        together |= dict.fromkeys(merged, merged)
    return {link: "--".join(sorted(together[of_link[0]])) for link, of_link in lags.items()}


def _ports(
    dump: Dump, placed: Placement, ways: Sequence[_Way], file: str
) -> tuple[list[dict[str, object]], list[Note]]:
    """One row for each cage that the dump knows, in use or not."""
    ends = {end.interface.id: end for way in ways for end in (way.a, way.b)}
    rows: dict[tuple[str, str], dict[str, object]] = {}
    notes = []
    for key, interface in dump.interfaces.items():
        if key not in ends and not is_optical(interface):
            continue
        device = _device(dump, interface)
        fitted = placed.fitted.get(key, Fitted(None))
        port = fitted.bay or interface.name
        known = _known(interface)
        by_type = known.notation if known and known.kind == "cage" else None
        by_bay = placed.cages.get(key)
        row: dict[str, object] = {
            "device": device,
            "port": port,
            "cage": by_type or by_bay,
            "card": placed.cards.get(key),
        }
        if by_type and by_bay and not by_type.startswith(by_bay):
            text = f"the interface type says {by_type}, its module bay {by_bay}; the type is taken"
            notes.append(Note(file, f"{device} {interface.name}", text))
        if known and known.kind == "cage" and row["cage"] is None:
            text = f"type {interface.type} tells no cage: {known.remark}"
            notes.append(Note(file, f"{device} {interface.name}", text))
        before = rows.setdefault((device, port), row)
        before["cage"] = before["cage"] or row["cage"]
    return list(rows.values()), notes


def _idle(dump: Dump, placed: Placement, linked: set[int], file: str) -> list[Note]:
    """Transceivers that serve no link: they are nowhere else in the design."""
    idle = [(dump.interfaces[key], fitted) for key, fitted in placed.fitted.items() if key not in linked]
    return [
        Note(file, f"{_device(dump, one)} {one.name}", f"transceiver {fitted.part} serves no link")
        for one, fitted in idle
        if fitted.how != TYPE_OF_INTERFACE
    ]
