"""Module types as values: what is believed of each type and part, own facts first, then its type's, its interface's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import TypeVar

from . import terms
from .sources import OPTIC, POWERS, RDF, local, text_of

__all__ = [
    "Breakout",
    "Interface",
    "ModuleType",
    "Reach",
    "all_words",
    "inherit",
    "interfaces",
    "one",
    "thousandths",
    "word",
]

T = TypeVar("T")
Said = Mapping[str, Mapping[str, Sequence[str]]]  # subject -> property -> values as N-Triples
About = Mapping[str, Sequence[str]]

# What a type inherits from its interface, and a part from its type and interface, where it does not say its own.
INHERITED = tuple(
    OPTIC + name
    for name in (
        "band breakout connector detector direction dispersionMaxPsNm dispersionMinPsNm dispersionPerKmHigh "
        "dispersionPerKmLow electricalLaneRateGbps electricalLanes fibers formFactor gridSpacingGhz hostFec implements "
        "launchMaxDbm launchMinDbm lineRateGBd modulation moduleFec opticalLanes osnrMinDb overloadDbm polish powerW "
        "rateGbps reach receiveMinDbm reflectance wavelengthNm"
    ).split()
)
MEDIA = MappingProxyType(
    {"CableInterface": "cable assembly", "SingleModeInterface": "SMF", "MultimodeInterface": "MMF"}
)

# Parallel optics want type B; pairs of fibres are crossed by B and by C alike (facts R23).
CROSSINGS = MappingProxyType(
    {"ParallelInterface": ("B",), "DuplexInterface": ("B", "C"), "TwinDuplexInterface": ("B", "C")}
)


@dataclass(frozen=True)
class Reach:
    """How far a type goes: fibre and line as notations, FEC None where it does not matter; mm, mdB and mdBm."""

    id: str
    fiber: str
    fec: str | None
    line: str | None
    reach_mm: int | None
    budget_mdb: int | None
    receive_min_mdbm: int | None


@dataclass(frozen=True)
class Breakout:
    """One way to use a type's lanes for several links."""

    id: str
    legs: int
    leg_lanes: int
    leg_rate_gbps: int | None
    leg_interface: str | None


@dataclass(frozen=True)
class Interface:
    """An interface by itself: a leg of a breakout may speak one that no module type implements.

    crossing  polarities that bring its transmitters to the receivers of its like
    """

    fibers: int | None
    rate_gbps: int | None
    crossing: tuple[str, ...]


@dataclass(frozen=True)
class ModuleType:
    """One module type or part with all that is believed of it.

    Words are notations of ontology/lists.ttl; powers are average powers of a lane in mdBm; unknown is None or empty.

    medium             SMF, MMF or cable assembly
    wavelengths        nm as text, lowest first
    electrical_rate_mbps  of one lane between module and host
    power_low_mw, power_high_mw  the least and the most that any source says
    dispersion_km      thousandths of ps/nm that a kilometre has: low, high; dispersion_limits what it bears
    breaks_out         False: a source says it does not; None: no source says
    reflectance        (number of connectors, limit in mdB), fewest first; None for any number
    about              the subjects its facts stand under: itself, the type it is sold as, the interface
    """

    id: str
    interface: str
    form_factor: str | None
    medium: str | None
    coherent: bool
    direction: str | None
    rate_gbps: int | None
    lanes: int | None
    fibers: int | None
    modulation: str | None
    wavelengths: tuple[str, ...]
    band: str | None
    detector: str | None
    connectors: tuple[str, ...]
    polish: str | None
    host_fecs: tuple[str, ...]
    module_fec: str | None
    electrical_lanes: int | None
    electrical_rate_mbps: int | None
    power_low_mw: int | None
    power_high_mw: int | None
    launch_min_mdbm: int | None
    launch_max_mdbm: int | None
    receive_min_mdbm: int | None
    overload_mdbm: int | None
    osnr_min_mdb: int | None
    spacing_min_mhz: int | None
    dispersion_km: tuple[int, int] | None
    dispersion_limits: tuple[int | None, int | None]
    reaches: tuple[Reach, ...]
    breakouts: tuple[Breakout, ...]
    breaks_out: bool | None
    reflectance: tuple[tuple[int | None, int], ...]
    about: tuple[str, ...]

    @property
    def subjects(self) -> tuple[str, ...]:
        """All that facts about it stand under: its reaches, about, its breakouts."""
        return (*(each.id for each in self.reaches), *self.about, *(each.id for each in self.breakouts))


def inherit(
    said: Said,
    kinds: Mapping[str, set[str]],
    spread: Mapping[tuple[str, str], tuple[Decimal, Decimal]],
) -> Iterator[tuple[ModuleType, list[tuple[str, str, str]]]]:
    """Every type and part with what it inherits, and that as triples; one that implements nothing is left out.

    Average powers are inherited as one set: who states any of its own inherits none.
    """
    for subject in sorted(s for s, own in kinds.items() if own & {"ModuleType", "Part"}):
        chain = [subject, *map(text_of, said[subject].get(OPTIC + "soldAs", ())[:1])]
        interface = next((text_of(v) for s in chain for v in said.get(s, {}).get(OPTIC + "implements", ())), None)
        if interface is None:
            continue  # shapes/catalog says so; nothing can be told of it
        chain.append(interface)
        about = dict(said[subject])
        gained: list[tuple[str, str, str]] = []
        powers = next(([s] for s in chain if any(figure in said.get(s, {}) for figure in POWERS)), [])
        for figure in INHERITED:
            if figure in about:
                continue
            giver = next((s for s in (powers if figure in POWERS else chain) if figure in said.get(s, {})), None)
            if giver:
                about[figure] = said[giver][figure]
                gained += [(subject, figure, value) for value in said[giver][figure]]
        draw = next((spread[s, OPTIC + "powerW"] for s in chain if (s, OPTIC + "powerW") in spread), None)
        yield _type(subject, interface, about, said, kinds.get(interface, set()), chain, draw), gained


def interfaces(said: Said, kinds: Mapping[str, set[str]]) -> dict[str, Interface]:
    """Every interface by its local name."""
    return {
        local(subject): Interface(
            fibers=one(said[subject], "fibers", int),
            rate_gbps=one(said[subject], "rateGbps", whole),
            crossing=next((polarities for kind, polarities in CROSSINGS.items() if kind in own), ()),
        )
        for subject, own in kinds.items()
        if "Interface" in own
    }


def _type(
    subject: str,
    interface: str,
    about: About,
    said: Said,
    kinds: set[str],
    chain: Sequence[str],
    draw: tuple[Decimal, Decimal] | None,
) -> ModuleType:
    breakouts = [text_of(v) for v in about.get(OPTIC + "breakout", ())]
    offered = tuple(_breakout(node, said[node]) for node in breakouts if OPTIC + "legs" in said.get(node, {}))
    per_km = one(about, "dispersionPerKmLow", thousandths), one(about, "dispersionPerKmHigh", thousandths)
    limits = [said.get(text_of(v), {}) for v in about.get(OPTIC + "reflectance", ())]
    return ModuleType(
        id=local(subject),
        interface=local(interface),
        form_factor=word(about, "formFactor"),
        medium=_medium((said.get(text_of(v), {}) for v in about.get(OPTIC + "reach", ())), kinds),
        coherent="CoherentInterface" in kinds,
        direction=word(about, "direction"),
        rate_gbps=one(about, "rateGbps", whole),
        lanes=one(about, "opticalLanes", int),
        fibers=one(about, "fibers", int),
        modulation=word(about, "modulation"),
        wavelengths=tuple(
            f"{nm.normalize():f}" for nm in sorted(Decimal(text_of(v)) for v in about.get(OPTIC + "wavelengthNm", ()))
        ),
        band=word(about, "band"),
        detector=word(about, "detector"),
        connectors=all_words(about, "connector"),
        polish=word(about, "polish"),
        host_fecs=all_words(about, "hostFec"),
        module_fec=word(about, "moduleFec"),
        electrical_lanes=one(about, "electricalLanes", int),
        electrical_rate_mbps=one(about, "electricalLaneRateGbps", thousandths),
        power_low_mw=int(draw[0] * 1000) if draw else None,
        power_high_mw=int(draw[1] * 1000) if draw else None,
        launch_min_mdbm=one(about, "launchMinDbm", thousandths),
        launch_max_mdbm=one(about, "launchMaxDbm", thousandths),
        receive_min_mdbm=one(about, "receiveMinDbm", thousandths),
        overload_mdbm=one(about, "overloadDbm", thousandths),
        osnr_min_mdb=one(about, "osnrMinDb", thousandths),
        spacing_min_mhz=one(about, "gridSpacingGhz", thousandths),
        dispersion_km=None if per_km[0] is None or per_km[1] is None else (per_km[0], per_km[1]),
        dispersion_limits=(
            one(about, "dispersionMinPsNm", thousandths),
            one(about, "dispersionMaxPsNm", thousandths),
        ),
        reaches=tuple(_reach(text_of(v), said) for v in about.get(OPTIC + "reach", ())),
        breakouts=offered,
        breaks_out=bool(offered) if breakouts else None,
        reflectance=tuple(
            sorted(
                (
                    (one(node, "connectorCount", int), limit)
                    for node in limits
                    if (limit := one(node, "reflectanceLimitDb", thousandths)) is not None
                ),
                key=lambda pair: (pair[0] is None, pair[0] or 0, pair[1]),
            )
        ),
        about=tuple(dict.fromkeys(local(s) for s in chain)),
    )


def _medium(reaches: Iterable[About], kinds: set[str]) -> str | None:
    """What it is made for: the one class of fibre that all its reaches are over, or else that of its interface.

    A part may be sold for another fibre than its interface is named for, and its data sheet wins for that part.
    """
    by_kind = next((medium for kind, medium in MEDIA.items() if kind in kinds), None)
    wider = {fiber: text_of(over) for fiber, _, over in terms.broader()}
    fibers = {text_of(v) for reach in reaches for v in reach.get(OPTIC + "onFiber", ())}
    classes = {local(wider.get(fiber, fiber)) for fiber in fibers} & {"SMF", "MMF"}
    return classes.pop() if len(classes) == 1 and by_kind != "cable assembly" else by_kind


def _reach(node: str, said: Said) -> Reach:
    about = said.get(node, {})
    return Reach(
        id=local(node),
        fiber=word(about, "onFiber") or "",
        fec=word(about, "withFec"),
        line=word(about, "onLine"),
        reach_mm=one(about, "reachM", thousandths),
        budget_mdb=one(about, "lossBudgetDb", thousandths),
        receive_min_mdbm=one(about, "receiveMinDbm", thousandths),
    )


def _breakout(node: str, about: About) -> Breakout:
    return Breakout(
        id=local(node),
        legs=one(about, "legs", int) or 0,
        leg_lanes=one(about, "legLanes", int) or 0,
        leg_rate_gbps=one(about, "legRateGbps", whole),
        leg_interface=word(about, "legInterface"),
    )


def word(about: About, figure: str) -> str | None:
    """The notation of a closed list's word, or the local name of any other thing; None where nothing is said."""
    return next(iter(all_words(about, figure)), None)


def all_words(about: About, figure: str) -> tuple[str, ...]:
    """The same for a figure with several values, sorted."""
    iris = [text_of(value) for value in about.get(OPTIC + figure, ())]
    return tuple(sorted(known[1] if (known := terms.from_iri(iri)) else local(iri) for iri in iris))


def one(about: About, figure: str, read: Callable[[str], T]) -> T | None:
    """The value of a figure; None where nothing is said, or nothing that can be read (shapes/catalog reports that)."""
    values = about.get(OPTIC + figure)
    try:
        return read(text_of(values[0])) if values else None
    except (ValueError, InvalidOperation):
        return None


def thousandths(text: str) -> int:
    """6.3 as 6300."""
    return int(Decimal(text) * 1000)


def whole(text: str) -> int:
    """100.0 as 100."""
    return int(Decimal(text))


def kinds_of(said: Said) -> dict[str, set[str]]:
    """The classes of every subject, by local name."""
    return {subject: {local(text_of(v)) for v in about.get(RDF + "type", ())} for subject, about in said.items()}
