"""Findings in the trade's words: the templates of shapes/ (optic:says) filled with names, figures and units."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import repeat
from typing import TypeVar

from .design import SIDES
from .facts import FIELDS
from .fields import Field
from .knowledge import Knowledge, ModuleType
from .pairing import NOTHING
from .recall import Picked
from .resolve import nearest

__all__ = ["Thing", "Things", "figure", "quantity", "say", "say_each"]

T = TypeVar("T")

MM_PER_KM = 1_000_000


@dataclass(frozen=True)
class Thing:
    """What a finding is about, with all that is known of it.

    kind   link, end, port, device or group
    row    its columns: of a link those of derive.Judged.links, of others those of their frame
    side   a or b for an end
    links  the links it touches
    """

    kind: str
    row: Mapping[str, object]
    side: str | None
    links: tuple[str, ...]
    knowledge: Knowledge

    def get(self, column: str, side: str | None = None) -> object:
        """A column of the thing; of an end its own column first, then its link's."""
        at = side or self.side
        return self.row.get(f"{at}_{column}", self.row.get(column)) if at else self.row.get(column)

    def type(self, side: str | None = None) -> ModuleType | None:
        """The module type at this end, or at the end named."""
        return self.knowledge.types.get(str(self.get("type", side)))


@dataclass(frozen=True)
class Things:
    """Things of one kind and side, as columns; links has those that each touches."""

    kind: str
    rows: Picked
    side: str | None
    links: Sequence[tuple[str, ...]]
    knowledge: Knowledge

    def each(self, of: Callable[[Thing], T]) -> list[T]:
        """What a function of a thing comes to for each of them; it must not read the thing's links."""
        return self.rows.each(lambda row: of(Thing(self.kind, row, self.side, (), self.knowledge)))

    def values(self, column: str, side: str | None = None) -> Sequence[object]:
        """A column of each of them, as Thing.get has it."""
        at = side or self.side
        name = f"{at}_{column}" if at and f"{at}_{column}" in self.rows.names else column
        return self.rows.column(name) if name in self.rows.names else [None] * len(self.rows)


def say(template: str, thing: Thing) -> str:
    """The sentence with every name in braces replaced; an unknown name stays, so that a test sees it."""
    text, *rest = _parts(template)
    for name, after in zip(rest[::2], rest[1::2], strict=True):
        text += _word(name, thing) + after
    return text.strip()


def say_each(template: str, things: Things) -> list[str]:
    """The sentence of each of the things."""
    text, *rest = _parts(template)
    pieces: list[Iterable[str]] = [repeat(text, len(things.rows))]
    for name, after in zip(rest[::2], rest[1::2], strict=True):
        pieces += [_words(name, things), repeat(after, len(things.rows))]
    return ["".join(said).strip() for said in zip(*pieces, strict=True)]


def _words(name: str, things: Things) -> list[str]:
    if name in _PLACES:
        device, port = (things.values(column, _PLACES[name]) for column in ("device", "port"))
        return list(map(_placed, device, port))
    if name == "link":  # all of them differ
        return [str(link) for link in things.values(name)]
    if name == "links":
        told = zip(things.rows, things.links, strict=True)
        return [_word(name, Thing(things.kind, row, things.side, links, things.knowledge)) for row, links in told]
    return things.each(lambda thing: _word(name, thing))


@lru_cache(maxsize=256)
def _parts(template: str) -> list[str]:
    return re.split(r"\{(\w+)\}", template)


_PLACES = {"aPlace": "a", "bPlace": "b", "place": None}


def quantity(thousandths: int, unit: str) -> str:
    """A figure with its unit as people write it: 6.3 dB, 120 m, 14 km."""
    value = Decimal(thousandths) / 1000
    if unit == "m" and abs(value) >= 1000:
        value, unit = value / 1000, "km"
    text = f"{value.normalize():f}"
    return f"{text} {unit}".strip()


def figure(property: str, thing: Thing) -> tuple[str | None, str | None]:
    """The bare figure of a property and its unit, as the JSON gives them: ("14000", "m")."""
    field = _field(property, thing)
    value = thing.get(field.column) if field else None
    if field is None or value is None:
        return None, None
    if field.kind == "decimal":
        return f"{(Decimal(int(str(value))) / 1000).normalize():f}", field.unit or None
    return (", ".join(map(str, value)) if isinstance(value, list) else str(value)), field.unit or None


def _word(name: str, thing: Thing) -> str:
    if name in _WORDS:
        return _WORDS[name](thing)
    field = _field(name, thing)
    value = thing.get(field.column) if field else None
    if field is None:
        return f"{{{name}}}"
    if value is None:
        return "unknown"
    if field.kind == "decimal":
        return quantity(int(str(value)), field.unit)
    if isinstance(value, list):
        return _either(map(str, value))
    return f"{value} {field.unit}" if field.kind == "whole" else str(value)


def _field(property: str, thing: Thing) -> Field | None:
    """The field of a property: the thing's own first, then its link's, then any."""
    order = [FIELDS.get(thing.kind, {}), *FIELDS.values()]
    return next((table[property] for table in order if property in table), None)


def _either(words: object) -> str:
    """a, b or c"""
    *rest, last = list(words) or ["nothing"]  # type: ignore[call-overload]
    return f"{', '.join(rest)} or {last}" if rest else last


def _and(words: Iterable[object]) -> str:
    """a, b and c"""
    *rest, last = map(str, words)
    return f"{', '.join(rest)} and {last}" if rest else last


def _place(side: str | None) -> Callable[[Thing], str]:
    def place(thing: Thing) -> str:
        return _placed(thing.get("device", side), thing.get("port", side))

    return place


def _placed(device: object, port: object) -> str:
    return " ".join(str(part) for part in (device, port) if part) or "an unnamed port"


def _module(side: str | None) -> Callable[[Thing], str]:
    def module(thing: Thing) -> str:
        type_, text = thing.type(side), thing.get("module", side)
        if type_ is None:
            return str(text) if text else "no recorded module"
        part = type_.about[0] == type_.id and len(type_.about) == 3
        name = type_.interface if part or type_.id.startswith(type_.interface) else type_.id
        same = not text or str(text) == name or (str(text) == type_.id and not part)
        return name if same else f"{text} ({name})"

    return module


def _interface(side: str) -> Callable[[Thing], str]:
    """4 x 25.78 GBd NRZ on 1295.56 to 1309.14 nm"""

    def words(thing: Thing) -> str:
        ids = thing.knowledge.by_interface.get(str(thing.get("speaks", side)), ())
        type_ = thing.knowledge.types[ids[0]] if ids else thing.type(side)
        if type_ is None or type_.lanes is None:
            return "figures not known"
        waves = sorted(type_.wavelengths, key=Decimal)
        span = f" at {waves[0]} nm" if len(waves) == 1 else f" at {waves[0]} to {waves[-1]} nm" if waves else ""
        lanes = f"{type_.lanes} lane{'s' if type_.lanes > 1 else ''}"
        return f"{lanes} of {type_.modulation or 'unknown modulation'}{span}"

    return words


def _module_problem(thing: Thing) -> str:
    text = thing.get("module")
    if not text:
        return f"no module is recorded. Give {thing.side}_module."
    close = nearest(str(text), thing.knowledge)
    hint = f" Nearest known names: {', '.join(close)}." if close else ""
    return f"no module is known by the name “{text}”.{hint} Give its part number, or add it by --catalog."


def _pair_advice(thing: Thing) -> str:
    a, b = str(thing.get("speaks", "a")), str(thing.get("speaks", "b"))
    told = thing.knowledge.interworks.get((a, b))
    if told and told.conditions:
        return f"{told.conditions[0][0].upper()}{told.conditions[0][1:]}.".replace("..", ".")
    for leg, whole, wanted in (("a", "b", a), ("b", "a", b)):
        if thing.row.get(f"{leg}_legs") and not thing.row.get(f"{whole}_legs"):
            return f"Use {wanted} at {_place(whole)(thing)}, or another interface that interworks with it."
    return "Use the same interface at both ends, or a pair that interworks."


_POWER = "the received power of both ends"


def _distance_problem(thing: Thing) -> str:
    if thing.get("cable"):
        return _cable_problem(thing)
    if thing.get("line_system") == "amplified":
        return f"no source states how {_modules(thing)} fares on an amplified line. Ask its maker, or give {_POWER}."
    if thing.get("length_mm") is None:
        return _nothing_long(thing)
    if thing.get("fiber_type") == "MMF":
        return "the grade of the multimode fibre decides, and it is not recorded. Give fiber_type, such as OM4."
    far = str(thing.get("reach_why") or _modules(thing))
    measure = f"loss_db, or {_POWER}" if thing.get("loss_mdb") is None else _POWER
    return f"no source states how far {far} reaches on {thing.get('fiber_type')}. Give {measure}."


def _nothing_long(thing: Thing) -> str:
    """What to give where there is no length, and what there is beside it tells nothing."""
    received = [side for side in SIDES if thing.get("rx_mdbm", side) is not None]
    if len(received) == 2:
        return f"no source states how little light {_modules(thing)} needs. Give length_km or loss_db."
    if thing.get("loss_mdb") is not None:
        problem = f"no source states how much loss {_modules(thing)} bears, and no length is recorded"
        return f"{problem}. Give length_km, or {_POWER}."
    if received:
        missing = "b" if received == ["a"] else "a"
        return f"received power is recorded at one end only. Give {missing}_rx_dbm, length_km or loss_db."
    return f"neither length, loss nor received power is recorded. Give length_km, loss_db, or {_POWER}."


def _cable_problem(thing: Thing) -> str:
    if thing.get("length_mm") is None:
        return "the length of the cable is not recorded. Give length_m."
    why = thing.get("reach_why") or _modules(thing)
    return f"no source states how long {why} may be. Ask its maker, or give the part number."


def _modules(thing: Thing) -> str:
    return " and ".join(dict.fromkeys(_module(side)(thing) for side in SIDES))


def _fec_that_reaches(thing: Thing) -> str | None:
    """A FEC with which both ends of a cable are specified for its length."""
    length = int(str(thing.get("length_mm") or 0))
    offered = [
        {reach.fec for reach in type_.reaches if reach.fec and (reach.reach_mm or 0) >= length}
        for side in SIDES
        if (type_ := thing.type(side))
    ]
    return min(set.intersection(*offered), default=None) if offered else None


def _reach_advice(thing: Thing) -> str:
    if thing.get("cable"):
        fec = _fec_that_reaches(thing)
        return (
            f"Set FEC {fec} at both ports, or use a longer cable type."
            if fec
            else "Use a longer cable type, or optics."
        )
    if thing.row.get("loss_mdb") is None and _disperses_little(thing):
        return "Use a module of longer reach; measured loss would show whether it is merely engineered."
    return "Use a module of longer reach."


def _disperses_little(thing: Thing) -> bool:
    """Whether the dispersion of the whole length is within what both interfaces bear."""
    names = ("length_mm", "dispersion_km_low", "dispersion_km_high")
    if any(thing.get(name) is None for name in names):
        return True
    length, low, high = (int(str(thing.get(name))) for name in names)
    floor, ceiling = thing.get("dispersion_floor"), thing.get("dispersion_ceiling")
    too_low = floor is not None and length * low < int(str(floor)) * MM_PER_KM
    return not too_low and (ceiling is None or length * high <= int(str(ceiling)) * MM_PER_KM)


def _by(column: str) -> Callable[[Thing], str]:
    """The interface that a limit comes from: `100GBASE-LR4.reach.SMF` is 100GBASE-LR4."""
    return lambda thing: str(thing.get(column) or "the interface").split(".reach.")[0]


def _loss_words(thing: Thing) -> str:
    measured = not thing.get("estimated")
    low = quantity(int(str(thing.get("path_low_mdb"))), "dB")
    if measured:
        return f"the measured loss of {low}"
    return f"even the lowest estimate of the loss, {low} ({_estimate(thing)}),"


def _loss_over(thing: Thing) -> str:
    return quantity(int(str(thing.get("path_low_mdb"))) - int(str(thing.get("budget_mdb"))), "dB")


def _estimate(thing: Thing) -> str:
    parts = [
        f"{quantity(int(str(thing.get('length_mm') or 0)), 'm')} at "
        f"{_per_km(thing.get('km_low_mdb'))} to {_per_km(thing.get('km_high_mdb'))} dB/km"
    ]
    connectors = thing.get("connectors")
    high = quantity(int(str(thing.get("plug_high_mdb") or 0)), "dB")
    parts.append(f"{2 if connectors is None else connectors} connectors of 0 to {high}")
    if thing.get("splices"):
        splice = quantity(thing.knowledge.splice, "dB")
        parts.append(f"{thing.get('splices')} splices of 0 to {splice}")
    if thing.get("attenuator_mdb"):
        parts.append(f"attenuator {quantity(int(str(thing.get('attenuator_mdb'))), 'dB')}")
    return ", ".join(parts)


def _per_km(mdb: object) -> str:
    return f"{(Decimal(int(str(mdb or 0))) / 1000).normalize():f}"


def _end_loss(thing: Thing) -> str:
    low, high = thing.get("loss_low_mdb"), thing.get("loss_high_mdb")
    if low == high:
        return quantity(int(str(low or 0)), "dB")
    return f"{quantity(int(str(low or 0)), 'dB')} to {quantity(int(str(high or 0)), 'dB')}"


def _attenuator(thing: Thing) -> str:
    """The least stock attenuator that brings the light within limits: 1, 3, 5, 10 or 15 dB (facts R12)."""
    least, low = thing.get("least_mdb"), thing.get("loss_low_mdb")
    if low is None:
        over = int(str(thing.get("rx_mdbm") or 0)) - int(str(thing.get("overload_mdbm") or 0))
    else:
        over = int(str(least or 0)) - int(str(low))
    fits = [db for db in (1, 3, 5, 10, 15) if db * 1000 >= over]
    return f"{fits[0]} dB" if fits else f"at least {quantity(over, 'dB')}"


def _setting(fec: object) -> str:
    return "FEC off" if fec == NOTHING else f"FEC {fec}"


def _fecs(thing: Thing) -> str:
    type_ = thing.type()
    return _either(map(_setting, type_.host_fecs)) if type_ and type_.host_fecs else "what its maker says"


def _fec_advice(thing: Thing) -> str:
    type_ = thing.type()
    if type_ and type_.module_fec and NOTHING in type_.host_fecs:
        return f"It does its own FEC ({type_.module_fec}), so switch the port's off."
    return f"Set the port to {_fecs(thing)}."


def _line_fec(side: str) -> Callable[[Thing], str]:
    def words(thing: Thing) -> str:
        fec = thing.get("line_fec", side)
        return "no FEC" if fec == NOTHING else f"FEC {fec}"

    return words


def _line_fec_advice(thing: Thing) -> str:
    """Set the port that is not as its module wants it; if both are, the modules themselves differ."""
    for side in SIDES:
        type_ = thing.type(side)
        if type_ and type_.host_fecs and thing.get("fec", side) not in (None, *type_.host_fecs):
            return f"Set {_place(side)(thing)} to {_either(map(_setting, type_.host_fecs))}."
    own = {type_.module_fec for side in SIDES if (type_ := thing.type(side)) and type_.module_fec}
    return "Use modules that do the same FEC." if len(own) == 2 else "Set both ports alike."


def _grades(thing: Thing) -> str:
    type_ = thing.type()
    return _either(sorted({r.fiber for r in type_.reaches})) if type_ else "no fibre"


def _connectors(side: str | None) -> Callable[[Thing], str]:
    def words(thing: Thing) -> str:
        type_ = thing.type(side)
        return _either(type_.connectors) if type_ and type_.connectors else "a connector no source names"

    return words


def _connector_advice(thing: Thing) -> str:
    plug, type_ = str(thing.get("connector")), thing.type()
    takes = type_.connectors[0] if type_ and type_.connectors else ""
    if "MPO" in takes and "MPO" not in plug:
        return f"A cord changes the plug but makes no fibres: {type_.fibers if type_ else 8} are needed end to end."
    return "Exchange the cord."


def _breakouts(thing: Thing) -> str:
    type_ = thing.type()
    if type_ is None or not type_.breakouts:
        return "it offers none at all"
    modes = [b for b in type_.breakouts if b.leg_rate_gbps]
    return "it offers " + _either(f"{b.legs}x{b.leg_rate_gbps}G in legs of {_lanes(b.leg_lanes)}" for b in modes)


def _lanes(count: object) -> str:
    return f"{count} lane{'' if count == 1 else 's'}"


def _socket(thing: Thing) -> str:
    """a QSFP28 cage, or: the adapter OSFP-to-QSFP"""
    socket = str(thing.get("socket") or "unknown")
    if socket in thing.knowledge.adapters:
        return f"the adapter {socket}"
    return f"{'an' if socket[0] in 'AEIO' else 'a'} {socket} cage"


def _taken(thing: Thing) -> str:
    """The form factors that the socket takes, without those whose lanes are faster than its own."""
    sockets, socket = thing.knowledge.sockets, str(thing.get("socket"))
    takes = thing.knowledge.takes.get(socket, frozenset())
    own = sockets.get(str(thing.get("cage")), (None, None))[1]
    rate = {form_factor: sockets.get(form_factor, (None, None))[1] or 0 for form_factor in takes}
    runs = [form_factor for form_factor in takes if own is None or rate[form_factor] <= own]
    return _either(sorted(runs or takes, key=lambda name: (name != socket, rate[name], name)))


def _dispersion_by(limit: int) -> Callable[[Thing], str]:
    """The interface whose limit is the stricter one: 0 the negative, 1 the positive."""

    def words(thing: Thing) -> str:
        types = [type_ for side in SIDES if (type_ := thing.type(side)) and type_.dispersion_limits[limit] is not None]
        sign = 1 if limit else -1
        return min(types, key=lambda type_: sign * (type_.dispersion_limits[limit] or 0)).interface if types else "it"

    return words


def _bands(thing: Thing) -> str:
    return _and(sorted({str(type_.band) for side in SIDES if (type_ := thing.type(side)) and type_.band}))


def _together(thing: Thing) -> str:
    """L1 and L2 run through the module in leaf1 Ethernet1"""
    shared: Iterable[Mapping[str, object]] = thing.row.get("together") or ()  # type: ignore[assignment]
    return "; ".join(f"{_and(each['links'])} run through the module in {each['place']}" for each in shared)  # type: ignore[arg-type]


def _other_modes(thing: Thing) -> str:
    own, group = (set(thing.row.get(name) or ()) for name in ("modes_in_use", "group_modes"))  # type: ignore[call-overload]
    return ", ".join(sorted(map(str, group - own or group)))


def _strands_by(thing: Thing) -> str:
    spoken = [(str(thing.get("speaks", side)), thing.type(side)) for side in SIDES if thing.get("speaks", side)]
    types = thing.knowledge.types
    for interface, _ in spoken:
        ids = thing.knowledge.by_interface.get(interface, ())
        if ids and types[ids[0]].fibers == thing.get("strands_needed"):
            return interface
    return spoken[0][0] if spoken else "the interface"


def _connector_count(thing: Thing) -> str:
    count = thing.get("connectors")
    return "2 connectors (assumed)" if count is None else f"{count} connector{'' if count == 1 else 's'}"


def _coherent(thing: Thing) -> str:
    side = next((s for s in ("a", "b") if (t := thing.type(s)) and t.coherent), "a")
    return _module(side)(thing)


def _band(thing: Thing) -> str:
    side = next((s for s in ("a", "b") if (t := thing.type(s)) and t.band != "C band"), "a")
    type_ = thing.type(side)
    return str(type_.band if type_ else "unknown band")


_WORDS: Mapping[str, Callable[[Thing], str]] = {
    "aBand": _band,
    "aDirection": lambda t: {"U": "up", "D": "down"}.get(str(t.get("direction", "a")), "unknown"),
    "aLineFec": _line_fec("a"),
    "aModule": _module("a"),
    "aPlace": _place("a"),
    "aSocket": _socket,
    "aSpeaks": lambda t: str(t.get("speaks", "a") or "an unknown interface"),
    "aWords": _interface("a"),
    "adapterCages": lambda t: _either(sorted(t.knowledge.adapters.get(str(t.get("adapter")), ()))),
    "attenuatorAdvice": _attenuator,
    "bLineFec": _line_fec("b"),
    "bModule": _module("b"),
    "bPlace": _place("b"),
    "bSpeaks": lambda t: str(t.get("speaks", "b") or "an unknown interface"),
    "bWords": _interface("b"),
    "breakoutsOffered": _breakouts,
    "bands": _bands,
    "cage": lambda t: str(t.get("cage") or "unknown"),
    "coherentModule": _coherent,
    "connectorAdvice": _connector_advice,
    "connectorWords": _connector_count,
    "detector": lambda t: str(getattr(t.type(), "detector", None) or "unknown"),
    "device": lambda t: str(t.get("device") or "the device"),
    "dispersionCeilingBy": _dispersion_by(1),
    "dispersionFloorBy": _dispersion_by(0),
    "distanceProblem": _distance_problem,
    "end": lambda t: t.side or "",
    "endLossWords": _end_loss,
    "estimateWords": _estimate,
    "fecAdvice": _fec_advice,
    "fecAllowed": _fecs,
    "adapterName": lambda t: str(t.get("adapter")),
    "fiberType": lambda t: str(t.get("fiber_type") or ("the cable" if t.get("cable") else "unknown fibre")),
    "gradesServed": _grades,
    "group": lambda t: f"group {t.get('group')}",
    "hostFec": lambda t: _setting(t.get("fec")),
    "knownAdapters": lambda t: _either(sorted(t.knowledge.adapters)),
    "legLanes": lambda t: _lanes(t.get("legs")),
    "lineFecAdvice": _line_fec_advice,
    "link": lambda t: str(t.get("link")),
    "links": lambda t: _and(t.row.get("doubled") or t.links),  # type: ignore[arg-type]
    "lossAdvice": lambda t: "It may be running; clean the connectors, or use a module with a larger budget.",
    "lossBy": _by("budget_by"),
    "lossOver": _loss_over,
    "lossWords": _loss_words,
    "module": _module(None),
    "moduleConnectors": _connectors(None),
    "modulePolish": lambda t: str(getattr(t.type(), "polish", None)),
    "moduleProblem": _module_problem,
    "medium": lambda t: "cable" if t.get("cable") else "fibre",
    "modules": lambda t: ", ".join(sorted(map(str, t.row.get("modules") or ()))),  # type: ignore[call-overload]
    "onFiber": lambda t: "" if t.get("cable") else f" on {t.get('fiber_type') or 'this fibre'}",
    "otherModes": _other_modes,
    "pairAdvice": _pair_advice,
    "place": _place(None),
    "portModes": lambda t: _either(t.get("modes") or ()),
    "reachAdvice": _reach_advice,
    "reachBy": _by("reach_by"),
    "sharedModules": _together,
    "strandsBy": _strands_by,
    "strandsMissing": lambda t: str(int(str(t.get("strands_needed") or 0)) - int(str(t.get("strands") or 0))),
    "takenFormFactors": _taken,
}
