"""Findings in the trade's words: the templates of shapes/ (optic:says) filled with names, figures and units."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from .facts import FIELDS
from .fields import Field
from .knowledge import Knowledge, ModuleType
from .pairing import NOTHING
from .resolve import nearest

__all__ = ["Thing", "figure", "quantity", "say"]


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


def say(template: str, thing: Thing) -> str:
    """The sentence with every name in braces replaced; an unknown name stays, so that a test sees it."""
    return re.sub(r"\{(\w+)\}", lambda match: _word(match[1], thing), template).strip()


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


def _place(side: str | None) -> Callable[[Thing], str]:
    def place(thing: Thing) -> str:
        device, port = thing.get("device", side), thing.get("port", side)
        return " ".join(str(part) for part in (device, port) if part) or "an unnamed port"

    return place


def _module(side: str | None) -> Callable[[Thing], str]:
    def module(thing: Thing) -> str:
        type_, text = thing.type(side), thing.get("module", side)
        if type_ is None:
            return str(text) if text else "no recorded module"
        name = type_.interface if type_.id.startswith(type_.interface) else type_.id
        return name if not text or str(text) in (name, type_.id) else f"{text} ({name})"

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
    place = _place(None)(thing)
    if not text:
        return f"{place}: no module is recorded. Give {thing.side}_module."
    close = nearest(str(text), thing.knowledge)
    hint = f" Nearest known names: {', '.join(close)}." if close else ""
    return f"{place}: no module is known by the name “{text}”.{hint} Give its part number, or add it by --catalog."


def _pair_advice(thing: Thing) -> str:
    a, b = str(thing.get("speaks", "a")), str(thing.get("speaks", "b"))
    told = thing.knowledge.interworks.get((a, b))
    if told and told.conditions:
        return f"{told.conditions[0][0].upper()}{told.conditions[0][1:]}.".replace("..", ".")
    return "Use the same interface at both ends, or a pair that interworks."


def _distance_problem(thing: Thing) -> str:
    measure = "loss_db, or the received power of both ends"
    if thing.get("length_mm") is None:
        if thing.get("cable"):
            return "the length of the cable is not recorded. Give length_m."
        return f"neither length, loss nor received power is recorded. Give length_km, {measure}."
    if thing.get("fiber_type") == "MMF":
        return "the grade of the multimode fibre is not recorded and the reach depends on it. Give fiber_type (OM3 ...)."
    why = thing.get("reach_why")
    if why and thing.get("fiber_type") is None and not thing.get("cable"):
        return f"the reach depends on the fibre, which is not recorded. Give fiber_type, or {measure}."
    if why:
        return f"no source states how far {why} reaches on {thing.get('fiber_type')}. Give {measure}."
    return f"the modules are not known well enough to tell how far they reach. Give {measure}."


def _reach_advice(thing: Thing) -> str:
    if thing.get("cable"):
        return "Use a longer cable type, or optics."
    if thing.row.get("loss_mdb") is None:
        return "Use a module of longer reach; measured loss would show whether it is merely engineered."
    return "Use a module of longer reach."


def _by(column: str) -> Callable[[Thing], str]:
    """The interface that a limit comes from: `100GBASE-LR4.reach.SMF` is 100GBASE-LR4."""
    return lambda thing: str(thing.get(column) or "the interface").split(".reach.")[0]


def _loss_words(thing: Thing) -> str:
    measured = not thing.get("estimated")
    low = quantity(int(str(thing.get("path_low_mdb"))), "dB")
    return f"the measured loss of {low}" if measured else f"even the lowest estimate of the loss, {low} ({_estimate(thing)}),"


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
        parts.append(f"{thing.get('splices')} splices")
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


def _fecs(thing: Thing) -> str:
    type_ = thing.type()
    return _either(type_.host_fecs) if type_ and type_.host_fecs else "what its maker says"


def _fec_advice(thing: Thing) -> str:
    type_ = thing.type()
    if type_ and type_.module_fec and NOTHING in type_.host_fecs:
        return f"The module does its own FEC ({type_.module_fec}); switch the port's off."
    return "Set the port accordingly."


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
        return "it is not broken out at all"
    return "it offers " + _either(f"{b.legs}x{b.leg_rate_gbps}G of {b.leg_lanes} lanes" for b in type_.breakouts)


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
    "aLineFec": lambda t: str(t.get("line_fec", "a")),
    "aModule": _module("a"),
    "aPlace": _place("a"),
    "aSpeaks": lambda t: str(t.get("speaks", "a") or "an unknown interface"),
    "aWords": _interface("a"),
    "adapterCages": lambda t: _either(sorted(t.knowledge.adapters.get(str(t.get("adapter")), ()))),
    "attenuatorAdvice": _attenuator,
    "bLineFec": lambda t: str(t.get("line_fec", "b")),
    "bModule": _module("b"),
    "bPlace": _place("b"),
    "bSpeaks": lambda t: str(t.get("speaks", "b") or "an unknown interface"),
    "bWords": _interface("b"),
    "breakoutsOffered": _breakouts,
    "cage": lambda t: str(t.get("cage") or "unknown"),
    "coherentModule": _coherent,
    "connectorAdvice": _connector_advice,
    "connectorCount": lambda t: str(2 if t.get("connectors") is None else t.get("connectors")),
    "detector": lambda t: str(getattr(t.type(), "detector", None) or "unknown"),
    "device": lambda t: str(t.get("device") or "the device"),
    "dispersionBy": lambda t: f"{_module('a')(t)} to {_module('b')(t)}",
    "distanceProblem": _distance_problem,
    "end": lambda t: t.side or "",
    "endLossWords": _end_loss,
    "estimateWords": _estimate,
    "fecAdvice": _fec_advice,
    "fecAllowed": _fecs,
    "adapterName": lambda t: str(t.get("adapter")),
    "fiberType": lambda t: str(t.get("fiber_type") or "the cable" if t.get("cable") else t.get("fiber_type") or "unknown fibre"),
    "gradesServed": _grades,
    "group": lambda t: f"group {t.get('group')}",
    "knownAdapters": lambda t: _either(sorted(t.knowledge.adapters)),
    "link": lambda t: str(t.get("link")),
    "links": lambda t: ", ".join(t.links),
    "lossAdvice": lambda t: "It may be running; clean the connectors, or use a module with a larger budget.",
    "lossBy": _by("budget_by"),
    "lossOver": _loss_over,
    "lossWords": _loss_words,
    "module": _module(None),
    "moduleConnectors": _connectors(None),
    "modulePolish": lambda t: str(getattr(t.type(), "polish", None)),
    "moduleProblem": _module_problem,
    "modules": lambda t: ", ".join(sorted(map(str, t.row.get("modules") or ()))),  # type: ignore[call-overload]
    "otherModes": lambda t: ", ".join(map(str, t.row.get("other_modes") or ())),  # type: ignore[call-overload]
    "pairAdvice": _pair_advice,
    "place": _place(None),
    "portModes": lambda t: _either(t.get("modes") or ()),
    "reachAdvice": _reach_advice,
    "reachBy": _by("reach_by"),
    "strandsMissing": lambda t: str(int(str(t.get("strands_needed") or 0)) - int(str(t.get("strands") or 0))),
    "takenFormFactors": lambda t: _either(sorted(t.knowledge.takes.get(str(t.get("socket")), ()))),
}
