"""What one end is, and what two ends come to over a fibre: looked up once for each combination that occurs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .knowledge import Knowledge
from .parts import Breakout, ModuleType, Reach

__all__ = ["End", "Pair", "end_of", "pair_of"]

NOTHING = "none"  # the notation of FEC switched off, and of a line without amplifiers
TOLERANCE_MDB = 1000  # a plain photodiode bears 1 dB above its specified overload: contract.md, outcomes
NO_SLACK = ("APD", "SOA and PIN")  # receivers that do not
BROADER = {
    **dict.fromkeys(("OS1", "OS2", "G.652.D", "G.653", "G.655", "G.657"), "SMF"),
    **dict.fromkeys(("OM1", "OM2", "OM3", "OM4", "OM5"), "MMF"),
    **dict.fromkeys(("DAC", "ACC", "AOC"), "cable assembly"),
}
SHIFTED = ("G.653", "G.655")  # their dispersion around 1310 nm is not that of G.652


@dataclass(frozen=True)
class End:
    """What is known of one end from its module type, cage, adapter and FEC setting; lane rates in Mb/s."""

    socket: str | None = None
    form_factor: str | None = None
    socket_lanes: int | None = None
    socket_rate_mbps: int | None = None
    module_lanes: int | None = None
    module_rate_mbps: int | None = None
    power_low_mw: int | None = None
    power_high_mw: int | None = None
    line_fec: str | None = None
    direction: str | None = None
    medium: str | None = None
    overload_mdbm: int | None = None
    overload_tolerable_mdbm: int | None = None
    takes_connectors: tuple[str, ...] | None = None
    takes_polish: str | None = None
    adapter_unknown: str | None = None


@dataclass(frozen=True)
class Pair:
    """What two module types and a fibre come to; `by` fields name the reach or type that sets the limit."""

    cable: bool = False
    coherent: bool = False
    a_speaks: str | None = None
    b_speaks: str | None = None
    a_leg_mode: str | None = None
    b_leg_mode: str | None = None
    agree: bool = False
    clash: bool = False
    unsuited: bool = False  # the fibre or the line is not one that an end is made for, so no distance is
    fiber: str | None = None
    fiber_class: str | None = None
    strands_needed: int | None = None
    crossing: tuple[str, ...] = ()
    reach_mm: int | None = None
    reach_sure_mm: int | None = None
    reach_by: str | None = None
    reach_why: str | None = None
    budget_mdb: int | None = None
    budget_sure_mdb: int | None = None
    budget_by: str | None = None
    a_receive_min_mdbm: int | None = None
    b_receive_min_mdbm: int | None = None
    a_least_mdb: int | None = None
    b_least_mdb: int | None = None
    a_least_tolerable_mdb: int | None = None
    b_least_tolerable_mdb: int | None = None
    km_low_mdb: int | None = None
    km_high_mdb: int | None = None
    plug_low_mdb: int | None = None
    plug_high_mdb: int | None = None
    dispersion_km_low: int | None = None
    dispersion_km_high: int | None = None
    dispersion_floor: int | None = None
    dispersion_ceiling: int | None = None
    osnr_needed_mdb: int | None = None
    spacing_needed_mhz: int | None = None
    reflectance_limit_mdb: int | None = None
    rate_gbps: int | None = None


def end_of(
    type_: ModuleType | None, *, cage: str | None, adapter: str | None, fec: str | None, knowledge: Knowledge
) -> End:
    """One end. Host lanes are compared only where the module goes into the socket at all."""
    known_adapter = adapter if adapter in knowledge.adapters else None
    socket = known_adapter or (None if adapter else cage)
    unknown = adapter if adapter and not known_adapter else None
    if type_ is None:
        return End(socket=socket, adapter_unknown=unknown)
    goes_in = socket is not None and type_.form_factor in knowledge.takes.get(socket, ())
    cage_lanes, cage_rate = knowledge.sockets.get(cage or "", (None, None))
    lanes, rate = knowledge.sockets.get(socket or "", (None, None))
    lanes = lanes if cage_lanes is None or known_adapter is None else min(lanes or cage_lanes, cage_lanes)
    rate = cage_rate if known_adapter else rate
    return End(
        socket=socket,
        form_factor=type_.form_factor,
        socket_lanes=lanes if goes_in else None,
        socket_rate_mbps=rate if goes_in else None,
        module_lanes=type_.electrical_lanes if goes_in else None,
        module_rate_mbps=type_.electrical_rate_mbps if goes_in else None,
        power_low_mw=type_.power_low_mw,
        power_high_mw=type_.power_high_mw,
        line_fec=_line_fec(type_, fec),
        direction=type_.direction,
        medium=type_.medium,
        overload_mdbm=type_.overload_mdbm,
        overload_tolerable_mdbm=None if type_.overload_mdbm is None else type_.overload_mdbm + _slack(type_),
        takes_connectors=type_.connectors or None,
        takes_polish=type_.polish,
        adapter_unknown=unknown,
    )


def pair_of(
    a: ModuleType | None,
    b: ModuleType | None,
    *,
    a_legs: int | None,
    b_legs: int | None,
    a_fec: str | None,
    b_fec: str | None,
    fiber: str | None,
    line: str | None,
    connectors: int | None,
    knowledge: Knowledge,
) -> Pair:
    """Two ends over a fibre; legs is how many lanes of a broken-out module the link uses, None for the whole."""
    types = [t for t in (a, b) if t]
    cable = BROADER.get(fiber or "") == "cable assembly" or any(t.medium == "cable assembly" for t in types)
    a_leg, b_leg = _legs(a, a_legs, b, b_legs, knowledge)
    a_speaks, b_speaks = _speaks(a, a_legs, a_leg), _speaks(b, b_legs, b_leg)
    agree = bool(a_speaks and b_speaks) and (
        a_speaks == b_speaks or (a_speaks, b_speaks) in knowledge.interworks and knowledge.interworks[a_speaks, b_speaks].works  # type: ignore[index]
    )
    media = {t.medium for t in types if t.medium}
    fiber_class = BROADER.get(fiber, fiber) if fiber else media.pop() if len(media) == 1 and agree else None
    reaches = [(t, _reaches(t, fiber or fiber_class, fec, line)) for t, fec in ((a, a_fec), (b, b_fec)) if t]
    spoken = [knowledge.types[ids[0]] for s in (a_speaks, b_speaks) if s and (ids := knowledge.by_interface.get(s))]
    fibers = [t.fibers for t in spoken if t.fibers]
    clash = bool(a_speaks and b_speaks) and not agree  # then one finding says it all; figures of no link mislead
    facts: dict[str, object] = {
        "cable": cable,
        "coherent": any(t.coherent for t in types),
        "a_speaks": a_speaks,
        "b_speaks": b_speaks,
        "a_leg_mode": _mode(a_leg),
        "b_leg_mode": _mode(b_leg),
        "agree": agree,
        "fiber": fiber or (fiber_class if not cable else None),
        "fiber_class": fiber_class,
        "clash": clash,
        "unsuited": not cable and any(_unsuited(t, fiber, fiber_class, line) for t in types),
        "strands_needed": max(fibers, default=None) if not cable and not clash else None,
        "crossing": _crossing(fibers) if not cable and agree else (),
        "rate_gbps": min((t.rate_gbps for t in spoken if t.rate_gbps), default=None),
        "osnr_needed_mdb": max((t.osnr_min_mdb for t in types if t.osnr_min_mdb is not None), default=None),
        "spacing_needed_mhz": max((t.spacing_min_mhz for t in types if t.spacing_min_mhz is not None), default=None),
    }
    if len(types) == 2:
        facts |= _distance(reaches)
        if not cable and not clash:
            facts["reflectance_limit_mdb"] = _reflectance(types, connectors)
            facts |= _light(a, b, reaches) | _plant(types, fiber_class, knowledge)  # type: ignore[arg-type]
            if fiber_class == "SMF" and fiber not in SHIFTED:
                facts |= _dispersion(types)
    return Pair(**facts)  # type: ignore[arg-type]


def _unsuited(type_: ModuleType, fiber: str | None, fiber_class: str | None, line: str | None) -> bool:
    if line == "amplified" and not type_.coherent:
        return type_.band not in (None, "C band")
    if line == NOTHING and type_.coherent:
        return all(reach.budget_mdb is None for reach in _reaches(type_, fiber or fiber_class, None, line))
    if fiber_class and type_.medium and fiber_class != type_.medium:
        return True
    grades = {reach.fiber for reach in type_.reaches if BROADER.get(reach.fiber) == "MMF"}
    return BROADER.get(fiber or "") == "MMF" and bool(grades) and fiber not in grades


def _slack(receiver: ModuleType) -> int:
    return 0 if receiver.detector in NO_SLACK else TOLERANCE_MDB


def _line_fec(type_: ModuleType, fec: str | None) -> str | None:
    if type_.coherent:
        return fec if fec in ("cfec", "ofec", "scfec") else type_.module_fec
    if type_.module_fec:
        return type_.module_fec
    return fec or (type_.host_fecs[0] if type_.host_fecs == ("rs544",) else None)  # KP4 of 400GBASE-R is always on


def _legs(
    a: ModuleType | None, a_legs: int | None, b: ModuleType | None, b_legs: int | None, knowledge: Knowledge
) -> tuple[Breakout | None, Breakout | None]:
    """The breakout that each end's lanes are a leg of; where a module offers several, the one its far end speaks."""

    def offers(type_: ModuleType | None, lanes: int | None) -> list[Breakout]:
        return [leg for leg in type_.breakouts if leg.leg_lanes == lanes] if type_ and lanes else []

    a_offers, b_offers = offers(a, a_legs), offers(b, b_legs)
    best: tuple[Breakout | None, Breakout | None] = (
        a_offers[0] if a_offers else None,
        b_offers[0] if b_offers else None,
    )
    a_ways: Sequence[Breakout | None] = a_offers or [None]
    b_ways: Sequence[Breakout | None] = b_offers or [None]
    for x in a_ways:
        for y in b_ways:
            left, right = _speaks(a, a_legs, x), _speaks(b, b_legs, y)
            pair = knowledge.interworks.get((left or "", right or ""))
            if left and right and (left == right or (pair and pair.works)):
                return x, y
    return best


def _speaks(type_: ModuleType | None, legs: int | None, leg: Breakout | None) -> str | None:
    if type_ is None or (legs and leg is None):
        return None
    return leg.leg_interface if leg else type_.interface


def _mode(leg: Breakout | None) -> str | None:
    return f"{leg.legs}x{leg.leg_rate_gbps}G" if leg and leg.leg_rate_gbps else None


def _crossing(fibers: list[int]) -> tuple[str, ...]:
    """Polarities that work: parallel optics want type B; a duplex pair is crossed by B and by C alike (facts R23)."""
    if len(fibers) == 2 and fibers[0] == fibers[1]:
        return ("B",) if fibers[0] > 2 else ("B", "C") if fibers[0] == 2 else ()
    return ()


def _reaches(type_: ModuleType, fiber: str | None, fec: str | None, line: str | None) -> list[Reach]:
    """The type's reaches on this fibre and line, and with this FEC if it is known; a cable brings its own medium."""
    if type_.medium == "cable assembly":
        return list(type_.reaches)
    if fiber is None:
        return []
    exact = [r for r in type_.reaches if r.fiber == fiber]
    broad = [r for r in type_.reaches if r.fiber == BROADER.get(fiber)]
    on_line = [r for r in exact or broad if r.line is None or r.line == (line or NOTHING)]
    with_fec = [r for r in on_line if r.fec is None or fec is None or r.fec == fec]
    return with_fec or [r for r in on_line if r.fec is None]


def _distance(reaches: Sequence[tuple[ModuleType, list[Reach]]]) -> dict[str, object]:
    """Reach and budget of the weaker end; `sure` ones hold whatever FEC is set, and stand only where they differ."""
    facts: dict[str, object] = {}
    for name, figures in (
        ("reach", [[(r.reach_mm, r.id) for r in own if r.reach_mm is not None] for _, own in reaches]),
        ("budget", [[(r.budget_mdb, r.id) for r in own if r.budget_mdb is not None] for _, own in reaches]),
    ):
        unit = "mm" if name == "reach" else "mdb"
        if all(figures):
            best, by = min(max(own) for own in figures)
            sure, _ = min(min(own) for own in figures)
            facts |= {f"{name}_{unit}": best, f"{name}_by": by}
            if sure != best:
                facts[f"{name}_sure_{unit}"] = sure
    lacking = sorted({t.interface for t, own in reaches if all(r.reach_mm is None for r in own)})
    if lacking:
        facts["reach_why"] = " and ".join(lacking)
    return facts


def _light(a: ModuleType, b: ModuleType, reaches: list[tuple[ModuleType, list[Reach]]]) -> dict[str, object]:
    facts: dict[str, object] = {}
    for side, receiver, sender, (_, own) in (("a", a, b, reaches[0]), ("b", b, a, reaches[1])):
        stated = [r.receive_min_mdbm for r in own if r.receive_min_mdbm is not None]
        facts[f"{side}_receive_min_mdbm"] = min(stated) if stated else receiver.receive_min_mdbm
        if receiver.overload_mdbm is not None and sender.launch_max_mdbm is not None:
            least = sender.launch_max_mdbm - receiver.overload_mdbm
            facts[f"{side}_least_mdb"] = least
            facts[f"{side}_least_tolerable_mdb"] = least - _slack(receiver)
    return facts


def _plant(types: list[ModuleType], fiber_class: str | None, knowledge: Knowledge) -> dict[str, object]:
    """What a kilometre and a connector of this plant lose; of two kinds of connector the one that loses more."""
    facts: dict[str, object] = {}
    bands = [knowledge.losses[t.band] for t in types if t.band and t.band in knowledge.losses]
    if len(bands) == len(types) and fiber_class in ("SMF", "MMF"):
        facts["km_low_mdb"], facts["km_high_mdb"] = min(low for low, _ in bands), max(high for _, high in bands)
    plugs = [knowledge.plugs[c] for t in types for c in t.connectors if c in knowledge.plugs]
    if plugs:
        facts["plug_low_mdb"], facts["plug_high_mdb"] = min(low for low, _ in plugs), max(high for _, high in plugs)
    return facts


def _reflectance(types: Iterable[ModuleType], connectors: int | None) -> int | None:
    """The limit for so many connectors: that of the next larger number stated, of the largest beyond it."""
    limits = []
    for type_ in types:
        if type_.reflectance:
            count = connectors or 2
            limits.append(
                next((limit for n, limit in type_.reflectance if n is None or n >= count), type_.reflectance[-1][1])
            )
    return min(limits, default=None)


def _dispersion(types: Iterable[ModuleType]) -> dict[str, object]:
    types = list(types)
    per_km = [t.dispersion_km for t in types if t.dispersion_km]
    floors = [t.dispersion_limits[0] for t in types if t.dispersion_limits[0] is not None]
    ceilings = [t.dispersion_limits[1] for t in types if t.dispersion_limits[1] is not None]
    if len(per_km) < len(types):
        return {}
    return {
        "dispersion_km_low": min(low for low, _ in per_km),
        "dispersion_km_high": max(high for _, high in per_km),
        "dispersion_floor": max(floors, default=None),
        "dispersion_ceiling": min(ceilings, default=None),
    }
