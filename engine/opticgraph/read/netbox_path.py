"""What lies between two interfaces: length, fibre, connectors and state of the cables and panels passed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from types import MappingProxyType

from .. import terms
from .netbox_dump import Cable, Dump
from .netbox_trace import Strand
from .netbox_words import word

__all__ = ["Between", "between"]

# International yard and pound agreement of 1959: an inch is 25.4 mm.
_MILLIMETRES: Mapping[str, Decimal] = MappingProxyType(
    {
        "km": Decimal(1_000_000),
        "m": Decimal(1_000),
        "cm": Decimal(10),
        "mi": Decimal(1_609_344),
        "ft": Decimal("304.8"),
        "in": Decimal("25.4"),
    }
)
_LONGEST_MM = 40_075 * 10**6  # once around the earth; no cable is longer
_STATES = ("retired", "planned", "spare", "active")


@dataclass(frozen=True)
class Between:
    """Values by link column, what was told by something else as (field, value, because), and notes."""

    columns: Mapping[str, object]
    assumed: tuple[tuple[str, str, str], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Told:
    """One value, why it is so if no record says it, and what stood in the way if there is none."""

    value: object = None
    because: str = ""
    notes: tuple[str, ...] = ()


def between(dump: Dump, strands: Sequence[Strand]) -> Between:
    """What the strands of one link pass; strands of one link may run in cables of their own."""
    ways = sorted({(each.cables, each.panels) for each in strands})
    cables = [dump.cables[key] for key in dict.fromkeys(key for passed, _ in ways for key in passed)]
    panels = sorted({panel for _, passed in ways for panel in passed})
    fibre = _fibre(cables)
    told = {
        "status": _status(cables),
        "fiber_type": fibre,
        "length_mm": _length([[dump.cables[key] for key in passed] for passed, _ in ways]),
        "panel_connector": _panel(dump, panels, "connector"),
        "panel_polish": _panel(dump, panels, "polish"),
        "route": _route(dump, cables),
    }
    if fibre.value not in ("DAC", "ACC", "AOC"):
        told["connectors"] = _mated(dump, [passed for _, passed in ways])
        told["splices"] = _spliced(dump, [passed for _, passed in ways])
    return Between(
        columns=MappingProxyType({field: one.value for field, one in told.items()}),
        assumed=tuple((field, str(one.value), one.because) for field, one in told.items() if one.because),
        notes=tuple(note for one in told.values() for note in one.notes),
    )


def _status(cables: Sequence[Cable]) -> _Told:
    """The state furthest from use that a cable of the way has; without one it is in use, as in a link sheet."""
    states = {each.status: _state(each.status) for each in cables if each.status}
    value = next((state for state in _STATES if state in states.values()), "active")
    strange = [status for status, known in states.items() if known is None]
    if strange:
        return _Told(value, f"cable status {', '.join(strange)} is not one of NetBox's own")
    return _Told(value, f"the cables differ: {', '.join(sorted(states))}" if len(states) > 1 else "")


def _state(status: str) -> str | None:
    known = word("cable status", status)
    return known.notation if known else terms.notation("LinkStatus", status)


def _fibre(cables: Sequence[Cable]) -> _Told:
    known = [(each, word("cable type", each.type)) for each in cables]
    notes = tuple(
        f"cable {each.name} is of type {each.type}, no optical one: the fibre is not told"
        if each.type
        else f"cable {each.name} has no type: the fibre is not told"
        for each, found in known
        if found is None
    )
    types = sorted({str(found.notation) for _, found in known if found})
    if notes or len(types) == 1:
        return _Told(None if notes else types[0], notes=notes)
    because = f"the cables differ: {', '.join(types)}"
    if set(types) <= {"OM1", "OM2", "OM3", "OM4", "OM5"}:
        return _Told(types[0], f"{because}; the lowest grade is taken")
    for family in (("MMF", "OM"), ("SMF", "OS")):
        if all(each.startswith(family) for each in types):
            return _Told(family[0], because)
    return _Told(notes=(f"{because}: the fibre is not told",))


def _length(ways: Sequence[Sequence[Cable]]) -> _Told:
    """The sum of the cables of a way, in whole millimetres, never rounded down; the longest of parallel ways."""
    lacking = tuple(
        dict.fromkeys(
            f"cable {each.name} has {why}: the length is not known"
            for passed in ways
            for each in passed
            if (why := _no_length(each))
        )
    )
    if lacking:
        return _Told(notes=lacking)
    sums = sorted(
        {
            int(sum((_mm(each) for each in passed), Decimal()).to_integral_value(rounding=ROUND_CEILING))
            for passed in ways
        }
    )
    return _Told(sums[-1], "its strands run in cables of different length; the longest is taken" if sums[1:] else "")


def _no_length(cable: Cable) -> str:
    if cable.length is None:
        return "no length"
    if cable.unit not in _MILLIMETRES:
        return f"length {cable.length} in no known unit ({cable.unit})" if cable.unit else "a length without a unit"
    if not 0 < _mm(cable) <= _LONGEST_MM:
        return f"length {cable.length} {cable.unit}, which no cable has"
    return ""


def _mm(cable: Cable) -> Decimal:
    return (cable.length or Decimal()) * _MILLIMETRES[cable.unit or ""]


def _panel(dump: Dump, panels: Sequence[tuple[int, int]], what: str) -> _Told:
    """Connector or polish of the patch field: of the front ports, where patch leads are plugged in."""
    types = {dump.fronts[front].type for front, _ in panels}
    words = {(known.notation if what == "connector" else known.polish) if known else None for known in
             (word("port type", each) for each in types if each != "splice")}  # fmt: skip
    if len(words) < 2 and None not in words:
        return _Told(next(iter(words), None))
    if what == "polish" and words == {None}:
        return _Told()
    named = ", ".join(sorted(each or "no type" for each in types))
    return _Told(notes=(f"the front ports are of type {named}: one {what} of the patch field is not told",))


def _route(dump: Dump, cables: Sequence[Cable]) -> _Told:
    """The bundles, and the cables between panels, that the link runs in."""
    trunks = [
        each.bundle or each.name
        for each in cables
        if each.bundle or not any(plug.kind == "dcim.interface" for plug in each.a + each.b)
    ]
    return _Told(", ".join(dict.fromkeys(trunks)) or None)


def _mated(dump: Dump, ways: Sequence[Sequence[tuple[int, int]]]) -> _Told:
    """Connector pairs: the two module plugs and those of each panel."""
    most = max(ways, key=lambda passed: sum(_pairs(dump, *panel) for panel in passed))
    count = 2 + sum(_pairs(dump, *panel) for panel in most)
    parts = [f"{dump.fronts[panel[0]].place} ({_pairs(dump, *panel)})" for panel in most]
    return _Told(count, f"counted: both module plugs (2), {', '.join(parts)}" if parts else "")


def _spliced(dump: Dump, ways: Sequence[Sequence[tuple[int, int]]]) -> _Told:
    count = max(sum("splice" in _types(dump, *panel) for panel in passed) for passed in ways)
    return _Told(count or None, f"counted: {count} panel ports of type splice" if count else "")


def _types(dump: Dump, front: int, rear: int) -> tuple[str | None, str | None]:
    return dump.fronts[front].type, dump.rears[rear].type


def _pairs(dump: Dump, front: int, rear: int) -> int:
    """One adapter joins two like plugs; a cassette has a pair of its own on either face; a splice has none."""
    types = _types(dump, front, rear)
    if "splice" in types:
        return sum(each != "splice" for each in types)
    return 1 if types[0] == types[1] else 2
