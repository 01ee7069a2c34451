"""What one end is, and what two ends come to over a fibre: looked up once for each combination that occurs.

What each fact means is said in SPARQL, in queries/derive.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .budget import CONNECTORS
from .knowledge import Knowledge
from .parts import Breakout, ModuleType, Reach

__all__ = ["NOTHING", "End", "Pair", "end_of", "pair_of"]

NOTHING = "none"  # the notation of FEC switched off, and of a line without amplifiers
TOLERANCE_MDB = 1000  # a plain photodiode bears 1 dB above its specified overload: contract.md, outcomes
COHERENT_FECS = ("cfec", "ofec", "scfec")  # those a coherent module puts on the line when its host asks for them
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
    """What two module types and a fibre come to; `by` fields name the reach that sets the limit.

    fiber is the recorded one, or the class that both modules want where that may be assumed; reaches are those that
    hold on it, with the FEC and the line as recorded.
    """

    cable: bool = False
    coherent: bool = False
    a_speaks: str | None = None
    b_speaks: str | None = None
    a_leg: str | None = None
    b_leg: str | None = None
    a_leg_mode: str | None = None
    b_leg_mode: str | None = None
    agree: bool = False
    clash: bool = False
    unsuited: bool = False  # the fibre or the line is not one that an end is made for: other rules say so
    fiber: str | None = None
    fiber_class: str | None = None
    strands_needed: int | None = None
    crossing: tuple[str, ...] = ()
    a_reaches: tuple[str, ...] = ()
    b_reaches: tuple[str, ...] = ()
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
    socket_lanes, _ = knowledge.sockets.get(socket or "", (None, None))
    overload = type_.overload_mdbm
    return End(
        socket=socket,
        form_factor=type_.form_factor,
        # an adapter may pass on fewer lanes than the cage has, never more nor faster ones
        socket_lanes=min((n for n in (cage_lanes, socket_lanes) if n is not None), default=None) if goes_in else None,
        socket_rate_mbps=cage_rate if goes_in else None,
        module_lanes=type_.electrical_lanes if goes_in else None,
        module_rate_mbps=type_.electrical_rate_mbps if goes_in else None,
        power_low_mw=type_.power_low_mw,
        power_high_mw=type_.power_high_mw,
        line_fec=_line_fec(type_, fec),
        direction=type_.direction,
        medium=type_.medium,
        overload_mdbm=overload,
        overload_tolerable_mdbm=None if overload is None else overload + _slack(type_),
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
    active: bool,
    knowledge: Knowledge,
) -> Pair:
    """Two ends over a fibre; legs is how many lanes of a broken-out module the link uses, None for the whole."""
    types = [t for t in (a, b) if t]
    media = {t.medium for t in types}
    cable = "cable assembly" in (knowledge.fiber_class.get(fiber or ""), *media)
    a_leg = _leg(a, a_legs, _may_speak(b, b_legs), knowledge)
    b_leg = _leg(b, b_legs, _may_speak(a, a_legs), knowledge)
    a_speaks, b_speaks = _speaks(a, a_legs, a_leg), _speaks(b, b_legs, b_leg)
    agree = a_speaks is not None and b_speaks is not None and _interwork(a_speaks, b_speaks, knowledge)
    clash = a_speaks is not None and b_speaks is not None and not agree
    if fiber is None and active and agree and not cable and len(media) == 1:
        fiber = media.pop()
    fiber_class = knowledge.fiber_class.get(fiber) if fiber else None
    spoken = [knowledge.interfaces[s] for s in (a_speaks, b_speaks) if s and s in knowledge.interfaces]
    facts: dict[str, object] = {
        "cable": cable,
        "coherent": not cable and any(t.coherent for t in types),
        "a_speaks": a_speaks,
        "b_speaks": b_speaks,
        "a_leg": a_leg.id if a_leg else None,
        "b_leg": b_leg.id if b_leg else None,
        "a_leg_mode": _mode(a_leg),
        "b_leg_mode": _mode(b_leg),
        "agree": agree,
        "clash": clash,
        "fiber": fiber,
        "fiber_class": fiber_class,
        "rate_gbps": _least(i.rate_gbps for i in spoken),
        "osnr_needed_mdb": _most(t.osnr_min_mdb for t in types),
        "spacing_needed_mhz": _most(t.spacing_min_mhz for t in types),
    }
    if clash:
        return Pair(**facts)  # type: ignore[arg-type]  # one finding says it all; figures of no link mislead
    a_reaches = _reaches(a, fiber, a_fec, line, knowledge) if a else []
    b_reaches = _reaches(b, fiber, b_fec, line, knowledge) if b else []
    facts |= {"a_reaches": tuple(r.id for r in a_reaches), "b_reaches": tuple(r.id for r in b_reaches)}
    if not cable:
        budgets = [any(r.budget_mdb is not None for r in reaches) for reaches in (a_reaches, b_reaches)]
        dark = line == NOTHING and any(t.coherent for t in types) and not all(budgets)
        facts["unsuited"] = dark or any(_unsuited(t, fiber, line, knowledge) for t in types)
        facts["strands_needed"] = _most(
            [_fibers(a, a_legs, a_speaks, knowledge), _fibers(b, b_legs, b_speaks, knowledge)]
        )
        facts["crossing"] = spoken[0].crossing if agree and spoken[0].crossing == spoken[-1].crossing else ()
        facts["reflectance_limit_mdb"] = _least(_reflectance(t, connectors) for t in types)
        facts["a_receive_min_mdbm"] = _receive_min(a, a_reaches)
        facts["b_receive_min_mdbm"] = _receive_min(b, b_reaches)
    if a and b:
        facts |= _distance([(a, a_reaches), (b, b_reaches)])
        if not cable:
            facts |= {**_least_attenuation(a, b), **_plant((a, b), fiber, knowledge)}
            if fiber_class == "SMF" and fiber not in SHIFTED:
                facts |= _dispersion((a, b))
    return Pair(**facts)  # type: ignore[arg-type]


def _unsuited(type_: ModuleType, fiber: str | None, line: str | None, knowledge: Knowledge) -> bool:
    """Whether the amplifiers of the line stop the type's wavelengths, or it is made for another fibre."""
    if line == "amplified" and type_.band not in (None, "C band"):
        return True
    fiber_class = knowledge.fiber_class.get(fiber or "")
    if fiber_class and type_.medium and fiber_class != type_.medium:
        return True
    grades = {r.fiber for r in type_.reaches if knowledge.fiber_class.get(r.fiber) == "MMF"}
    return fiber_class == "MMF" and fiber != "MMF" and bool(grades) and fiber not in grades


def _slack(receiver: ModuleType) -> int:
    """A receiver that is not said to be of another sort is a plain photodiode."""
    return TOLERANCE_MDB if receiver.detector in (None, "PIN") else 0


def _line_fec(type_: ModuleType, fec: str | None) -> str | None:
    if type_.coherent and fec in COHERENT_FECS:
        return fec
    if type_.coherent or type_.module_fec:
        return type_.module_fec
    return fec or ("rs544" if type_.host_fecs == ("rs544",) else None)  # KP4 of 400GBASE-R is always on


def _offers(type_: ModuleType | None, lanes: int | None) -> list[Breakout]:
    """The breakouts of a type in legs of so many lanes, by name."""
    found = [leg for leg in type_.breakouts if leg.leg_lanes == lanes] if type_ and lanes else []
    return sorted(found, key=lambda leg: leg.id)


def _may_speak(type_: ModuleType | None, lanes: int | None) -> list[str]:
    """Every interface that an end may speak: its type's own, or that of any breakout in legs of so many lanes."""
    if type_ is None or lanes is None:
        return [type_.interface] if type_ else []
    return [leg.leg_interface for leg in _offers(type_, lanes) if leg.leg_interface]


def _leg(type_: ModuleType | None, lanes: int | None, far: Sequence[str], knowledge: Knowledge) -> Breakout | None:
    """The breakout that an end's lanes are a leg of: where there are several, one that the far end may speak."""
    offers = _offers(type_, lanes)
    spoken = [leg for leg in offers if any(_interwork(leg.leg_interface, other, knowledge) for other in far)]
    return next(iter(spoken or offers), None)


def _interwork(one: str | None, other: str, knowledge: Knowledge) -> bool:
    told = knowledge.interworks.get((one or "", other))
    return one == other or (told is not None and told.works)


def _speaks(type_: ModuleType | None, legs: int | None, leg: Breakout | None) -> str | None:
    if legs:
        return leg.leg_interface if leg else None
    return type_.interface if type_ else None


def _mode(leg: Breakout | None) -> str | None:
    return f"{leg.legs}x{leg.leg_rate_gbps}G" if leg and leg.leg_rate_gbps else None


def _reaches(
    type_: ModuleType, fiber: str | None, fec: str | None, line: str | None, knowledge: Knowledge
) -> list[Reach]:
    """The type's reaches on this fibre, or where none names it on its class, on this line and with this FEC.

    A FEC that is not known rules nothing out: the reaches with it and without stand. A line that is not known leaves
    only those that hold on any. A cable brings its own medium.
    """
    exact = [r for r in type_.reaches if r.fiber == fiber or type_.medium == "cable assembly"]
    broad = [r for r in type_.reaches if fiber and r.fiber == knowledge.fiber_class[fiber]]
    return [r for r in exact or broad if r.line in (None, line) and (fec is None or r.fec in (None, fec))]


def _distance(ends: Sequence[tuple[ModuleType, list[Reach]]]) -> dict[str, object]:
    """Reach and budget of the weaker end; `sure` ones hold whatever FEC is set, and stand only where they differ."""
    facts: dict[str, object] = {}
    for name, unit, figures in (
        ("reach", "mm", [[(r.reach_mm, r.id) for r in own if r.reach_mm is not None] for _, own in ends]),
        ("budget", "mdb", [[(r.budget_mdb, r.id) for r in own if r.budget_mdb is not None] for _, own in ends]),
    ):
        if all(figures):
            best, by = min(max(own) for own in figures)
            sure, _ = min(min(own) for own in figures)
            facts |= {f"{name}_{unit}": best, f"{name}_by": by}
            if sure != best:
                facts[f"{name}_sure_{unit}"] = sure
    lacking = sorted({t.interface for t, own in ends if all(r.reach_mm is None for r in own)})
    if lacking:
        facts["reach_why"] = " and ".join(lacking)
    return facts


def _receive_min(receiver: ModuleType | None, reaches: Iterable[Reach]) -> int | None:
    stated = _least(r.receive_min_mdbm for r in reaches)
    return stated if stated is not None or receiver is None else receiver.receive_min_mdbm


def _least_attenuation(a: ModuleType, b: ModuleType) -> Mapping[str, object]:
    facts: dict[str, object] = {}
    for side, receiver, sender in (("a", a, b), ("b", b, a)):
        if receiver.overload_mdbm is not None and sender.launch_max_mdbm is not None:
            least = sender.launch_max_mdbm - receiver.overload_mdbm
            facts |= {f"{side}_least_mdb": least, f"{side}_least_tolerable_mdb": least - _slack(receiver)}
    return facts


def _plant(types: Sequence[ModuleType], fiber: str | None, knowledge: Knowledge) -> Mapping[str, object]:
    """What a kilometre and a connector of this plant lose; of two kinds of connector the one that loses more."""
    facts: dict[str, object] = {}
    bands = [knowledge.losses[t.band] for t in types if t.band and t.band in knowledge.losses]
    if fiber and len(bands) == len(types):
        facts |= {"km_low_mdb": min(low for low, _ in bands), "km_high_mdb": max(high for _, high in bands)}
    plugs = [knowledge.plugs[c] for t in types for c in t.connectors if c in knowledge.plugs]
    if plugs:
        facts |= {"plug_low_mdb": min(low for low, _ in plugs), "plug_high_mdb": max(high for _, high in plugs)}
    return facts


def _reflectance(type_: ModuleType, connectors: int | None) -> int | None:
    """The limit for so many connectors: of those stated for as many or more the mildest, beyond them the strictest."""
    count = CONNECTORS if connectors is None else connectors
    enough = [limit for stated, limit in type_.reflectance if stated is None or stated >= count]
    return max(enough) if enough else _least(limit for _, limit in type_.reflectance)


def _dispersion(types: Sequence[ModuleType]) -> Mapping[str, object]:
    per_km = [t.dispersion_km for t in types if t.dispersion_km]
    if len(per_km) < len(types):
        return {}
    return {
        "dispersion_km_low": min(low for low, _ in per_km),
        "dispersion_km_high": max(high for _, high in per_km),
        "dispersion_floor": _most(t.dispersion_limits[0] for t in types),
        "dispersion_ceiling": _least(t.dispersion_limits[1] for t in types),
    }


def _fibers(type_: ModuleType | None, legs: int | None, speaks: str | None, knowledge: Knowledge) -> int | None:
    """How many fibres an end uses: of a whole module what is said of it, of a leg what its interface has."""
    if type_ is not None and not legs:
        return type_.fibers
    spoken = knowledge.interfaces.get(speaks or "")
    return spoken.fibers if spoken else None


def _least(values: Iterable[int | None]) -> int | None:
    return min((value for value in values if value is not None), default=None)


def _most(values: Iterable[int | None]) -> int | None:
    return max((value for value in values if value is not None), default=None)
