"""What became of every cable and interface of a NetBox dump that is in no link."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence, Set

from ..design import Note
from .netbox_dump import Cable, Dump
from .netbox_modules import is_optical
from .netbox_trace import Walk
from .netbox_words import word

__all__ = ["cable_notes", "counts"]

_PLUGS = ("dcim.interface", "dcim.frontport", "dcim.rearport")
_LOGICAL = ("bridge", "channel", "lag", "virtual")
_FAST = re.compile(r"(\d+(?:\.\d+)?)([gt])base-(?!k[prx])")  # not backplanes


def counts(dump: Dump, walked: Sequence[Walk], used: Set[int], linked: Set[int]) -> dict[str, int]:
    """How many cables and interfaces came to what; each is in one count."""
    other = _below(dump, walked) - used
    rest = [one for key, one in dump.interfaces.items() if key not in linked]
    optical = [one for one in rest if is_optical(one)]
    return {
        "devices": len(dump.devices),
        "cables": len(dump.cables),
        "cables in links": len(used),
        "cables between interfaces below 40G or of other kinds": len(other),
        "cables in no link": len(dump.cables) - len(used) - len(other),
        "interfaces": len(dump.interfaces),
        "interfaces in links": len(linked),
        "interfaces with a cable but in no link": sum(one.cable is not None for one in optical),
        "interfaces without a cable": sum(one.cable is None for one in optical),
        "interfaces below 40G or of other kinds": len(rest) - len(optical),
    }


def cable_notes(dump: Dump, walked: Sequence[Walk], used: Set[int], file: Mapping[str, str]) -> list[Note]:
    """Why cables are in no link, and what interfaces say that no cable does."""
    rest = dump.cables.keys() - used - _below(dump, walked)
    stops: dict[int, str] = {}
    for walk in walked:
        absent = [plug.place for plug in (walk.start, walk.end) if plug and plug.id not in dump.interfaces]
        why = walk.stop or (f"{' and '.join(absent)} not in interfaces.json" if absent else "")
        for passed in walk.cables if why else ():
            stops.setdefault(passed, f"from {walk.start.place}: {why}")
    notes, foreign = [], Counter[str]()
    for key in sorted(rest):
        cable = dump.cables[key]
        kinds = sorted({plug.kind for plug in cable.a + cable.b})
        if not any(kind in _PLUGS or kind.startswith("circuits.") for kind in kinds):
            foreign[" and ".join(kinds) or "nothing"] += 1
        else:
            why = stops.get(key, "no interface is patched through to it")
            notes.append(Note(file["cables"], f"cable {cable.name} ({_ends(cable)})", f"in no link: {why}"))
    notes += [
        Note(file["cables"], f"cables that join {kinds}", f"{count} in no link: no network interfaces")
        for kinds, count in foreign.items()
    ]
    return notes + _interface_notes(dump, file["interfaces"])


def _below(dump: Dump, walked: Sequence[Walk]) -> set[int]:
    """Cables on ways that start at interfaces which are no optical ports of 40G, wherever they end."""
    slow: set[int] = set()
    fast: set[int] = set()
    for walk in walked:
        ends = [dump.interfaces.get(plug.id) for plug in (walk.start, walk.end) if plug]
        kind = slow if all(one is not None and not is_optical(one) for one in ends) else fast
        kind.update(walk.cables)
    return slow - fast


def _ends(cable: Cable) -> str:
    return " -- ".join(", ".join(plug.place for plug in side) or "nothing" for side in (cable.a, cable.b))


def _interface_notes(dump: Dump, file: str) -> list[Note]:
    notes, unread = [], Counter[str]()
    for one in dump.interfaces.values():
        device = dump.devices.get(one.device)
        place = f"{device.name if device else f'#{one.device}'} {one.name}"
        if one.cable is not None and one.cable not in dump.cables:
            notes.append(Note(file, place, f"its cable #{one.cable} is not in cables.json"))
        if one.wireless:
            notes.append(Note(file, place, "wireless links are not read"))
        if one.marked and is_optical(one):
            notes.append(Note(file, place, "marked as connected, but no cable is recorded: no link"))
        unknown = one.type not in _LOGICAL and word("interface type", one.type) is None
        if unknown and (one.cable is not None or _is_fast(one.type)):
            unread[one.type or "no type"] += 1
    if unread:
        listed = ", ".join(f"{kind} ({count})" for kind, count in sorted(unread.items()))
        notes.append(Note(file, "types", f"in use, but not read as optical ports: {listed}"))
    return notes


def _is_fast(kind: str | None) -> bool:
    """Whether a type that is not in our list names an Ethernet of 40G or more: NetBox grows faster than the list."""
    found = _FAST.match(kind or "")
    return bool(found and float(found[1]) * (1000 if found[2] == "t" else 1) >= 40)
