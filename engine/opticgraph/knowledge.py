"""What is believed about modules, cages, fibres and connectors: loaded, weighed, closed, and laid out as tables."""

from __future__ import annotations

import hashlib
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from . import terms
from .closure import close
from .resources import folder
from .sources import (
    OPTIC,
    PART,
    RDF,
    RDFS,
    SKOS,
    Fact,
    Source,
    believe,
    catalog_files,
    local,
    read_facts,
    read_policy,
    read_sources,
    text_of,
)

__all__ = ["Interoperation", "Knowledge", "ModuleType", "Reach", "fold", "know"]


@dataclass(frozen=True)
class Reach:
    """How far a type goes: fibre and line as notations, FEC None where it does not matter; mm and mdB."""

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

    legs: int
    leg_lanes: int
    leg_rate_gbps: int | None
    leg_interface: str | None


@dataclass(frozen=True)
class ModuleType:
    """One module type or part with all that is believed of it: own, of its type, of its interface, in this order.

    Words are notations of ontology/lists.ttl; powers are average powers of a lane in mdBm; unknown is None or empty.
    power_low_mw and power_high_mw are the least and the most that any source says; lane rates are Mb/s.
    """

    id: str
    interface: str
    form_factor: str | None
    medium: str | None  # SMF, MMF or cable assembly
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
    dispersion_km: tuple[int, int] | None  # thousandths of ps/nm in a kilometre: low, high
    dispersion_limits: tuple[int | None, int | None]
    reaches: tuple[Reach, ...]
    breakouts: tuple[Breakout, ...]
    breaks_out: bool | None  # False: a source says it does not; None: no source says
    reflectance: tuple[tuple[int | None, int], ...]  # (connectors, limit in mdB)
    about: tuple[str, ...]  # the subjects its facts stand under: part, type, interface


@dataclass(frozen=True)
class Interoperation:
    """What sources say about two interfaces: yes or no, with conditions in words."""

    works: bool
    conditions: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Knowledge:
    """All that one trust policy believes, as values to look things up in.

    trust         name of the policy
    types         id -> ModuleType, parts included
    names         folded name -> ids of interfaces, types and parts that are called so
    by_interface  interface -> ids of its types
    takes         socket -> form factors it takes; refuses likewise; both by notation, adapters by name
    sockets       socket -> (lanes, lane rate in Mb/s)
    adapters      adapter -> cages it goes into
    interworks    (interface, interface) -> Interoperation, both orders
    losses        band -> (low, high) in mdB a km; plugs: connector -> (low, high) in mdB; splice in mdB
    facts         (subject, figure), by local names -> believed facts
    contested     the same key -> every fact, where sources differ
    sources       id -> Source
    common        the believed facts, closed, of all but module types, as N-Triples
    of_type       the same for each module type and part, with what it inherits
    """

    trust: str
    types: Mapping[str, ModuleType]
    names: Mapping[str, tuple[str, ...]]
    by_interface: Mapping[str, tuple[str, ...]]
    takes: Mapping[str, frozenset[str]]
    refuses: Mapping[str, frozenset[str]]
    sockets: Mapping[str, tuple[int | None, int | None]]
    adapters: Mapping[str, frozenset[str]]
    interworks: Mapping[tuple[str, str], Interoperation]
    losses: Mapping[str, tuple[int, int]]
    plugs: Mapping[str, tuple[int, int]]
    splice: int
    facts: Mapping[tuple[str, str], tuple[Fact, ...]]
    contested: Mapping[tuple[str, str], tuple[Fact, ...]]
    sources: Mapping[str, Source]
    common: bytes
    of_type: Mapping[str, bytes]

    @property
    def graph(self) -> bytes:
        """All that is believed, as N-Triples: what questions read."""
        return self.common + b"".join(self.of_type.values())


def know(*, trust: str = "standards", catalogs: Sequence[Path] = ()) -> Knowledge:
    """Believe the shipped catalogue and the user's, under a policy.

    trust is a shipped policy or a Turtle file; catalogs are TriG, Turtle or N-Quads files. Raises CatalogError where
    a file cannot be read or contradicts the ontology.
    """
    files = [*catalog_files(), *catalogs]
    sources = read_sources(catalogs)
    belief = believe(read_facts(files), policy=read_policy(trust), sources=sources)
    triples = {(f.subject, f.figure, f.value) for f in belief.facts}
    triples |= {(s, p, f"<{o}>") for s, p, o in _closed(belief.facts, files=files, trust=trust)}
    return _tables(trust, triples, belief.facts, belief.contested, belief.spread, sources)


def fold(name: str) -> str:
    """A name as it is compared: case, blanks, hyphens, underscores, slashes and brackets do not matter."""
    return re.sub(r"[\s\-_/()]+", "", name).casefold()


def _closed(facts: Sequence[Fact], *, files: Sequence[Path], trust: str) -> Iterable[tuple[str, str, str]]:
    """The closure: shipped if it is of just these files, else from the user's cache, else worked out and cached."""
    digest = _digest([folder("ontology") / "optics.ttl", Path(__file__).with_name("closure.py"), *files], trust)
    name = Path(trust).stem if os.path.sep in trust else trust
    shipped, cached = folder("ontology") / "closed" / f"{name}.nt", _cache() / f"{digest}.nt"
    for file in (shipped, cached):
        if file.is_file():
            head, *lines = file.read_text(encoding="utf-8").splitlines()
            if head == f"# {digest}":
                return [tuple(part[1:-1] for part in line[:-2].split(" ")) for line in lines]  # type: ignore[misc]
    inferred = close(facts)
    try:
        write_closure(cached, digest, inferred)
    except OSError:
        pass  # a cache that cannot be written only costs time
    return inferred


def write_closure(file: Path, digest: str, inferred: Iterable[tuple[str, str, str]]) -> None:
    """Keep a closure: a comment with what it was worked out from, then N-Triples; whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    lines = [f"# {digest}", *(f"<{s}> <{p}> <{o}> ." for s, p, o in inferred)]
    draft.write_text("\n".join(lines) + "\n", encoding="utf-8")
    draft.replace(file)


def _digest(files: Iterable[Path], trust: str) -> str:
    policy = folder("ontology") / "trust" / f"{trust}.ttl"
    hashed = hashlib.sha256()
    for file in [policy if policy.is_file() else Path(trust), *files]:
        hashed.update(file.name.encode() + b"\0" + file.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return hashed.hexdigest()


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "opticgraph"


# --- tables -----------------------------------------------------------------------------------------------------

# What a type inherits from its interface, and a part from its type and interface, where it does not say its own.
_INHERITED = tuple(
    OPTIC + name
    for name in (
        "band breakout connector detector direction dispersionMaxPsNm dispersionMinPsNm dispersionPerKmHigh "
        "dispersionPerKmLow electricalLaneRateGbps electricalLanes fibers formFactor gridSpacingGhz hostFec implements "
        "launchMaxDbm launchMinDbm lineRateGBd modulation moduleFec opticalLanes osnrMinDb overloadDbm polish powerW "
        "rateGbps reach receiveMinDbm reflectance wavelengthNm"
    ).split()
)
_POWERS = ("launchMinDbm", "launchMaxDbm", "receiveMinDbm", "overloadDbm")


def _tables(trust, triples, facts, contested, spread, sources):  # type: ignore[no-untyped-def]
    said: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for s, p, o in sorted(triples):
        said[s][p].append(o)
    types_of = {s: {local(text_of(o)) for o in about.get(RDF + "type", ())} for s, about in said.items()}
    lines = _lines(said, types_of, spread, triples)
    interworks = _interworks(said, facts)
    triples |= terms.broader()
    ordered = sorted(triples)
    of_type: dict[str, list[str]] = {id: [] for id in lines}
    for s, p, o in ordered:
        if local(s) in of_type:
            of_type[local(s)].append(f"<{s}> <{p}> {o} .\n")
    by_interface: dict[str, list[str]] = defaultdict(list)
    for type_ in lines.values():
        by_interface[type_.interface].append(type_.id)
    by_fact: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    for fact in facts:
        by_fact[local(fact.subject), local(fact.figure)].append(fact)
    word = _words()
    takes, refuses = (
        {
            word.get(s, local(s)): frozenset(word[text_of(o)] for o in about[OPTIC + figure] if text_of(o) in word)
            for s, about in said.items()
            if OPTIC + figure in about
        }
        for figure in ("takes", "refuses")
    )
    return Knowledge(
        trust=trust,
        types=lines,
        names=_names(said, types_of),
        by_interface={interface: tuple(ids) for interface, ids in by_interface.items()},
        takes=takes,
        refuses=refuses,
        sockets={
            word.get(s, local(s)): (
                _one(about, "electricalLanes", int),
                _one(about, "electricalLaneRateGbps", _thousandths),
            )
            for s, about in said.items()
            if s in word or "Adapter" in types_of[s]
        },
        adapters={
            local(s): frozenset(word[text_of(o)] for o in about.get(OPTIC + "intoCage", ()) if text_of(o) in word)
            for s, about in said.items()
            if "Adapter" in types_of[s]
        },
        interworks=interworks,
        losses={
            word[text_of(about[OPTIC + "band"][0])]: (
                _one(about, "fiberLossLowDbPerKm", _thousandths),
                _one(about, "fiberLossHighDbPerKm", _thousandths),
            )
            for about in said.values()
            if OPTIC + "fiberLossHighDbPerKm" in about
        },
        plugs={
            word[s]: (
                _one(about, "connectorLossLowDb", _thousandths) or 0,
                _one(about, "connectorLossHighDb", _thousandths),
            )
            for s, about in said.items()
            if OPTIC + "connectorLossHighDb" in about and s in word
        },
        splice=next((_one(a, "spliceLossDb", _thousandths) for a in said.values() if OPTIC + "spliceLossDb" in a), 0),
        facts={key: tuple(values) for key, values in by_fact.items()},
        contested={(local(s), local(p)): rivals for (s, p), rivals in contested.items()},
        sources=sources,
        common="".join(line for s, p, o in ordered if local(s) not in lines and (line := f"<{s}> <{p}> {o} .\n")).encode(),
        of_type={id: "".join(own).encode() for id, own in of_type.items()},
    )


def _lines(said, types_of, spread, triples):  # type: ignore[no-untyped-def]
    """Every module type and part, with what it inherits; what is inherited joins the triples."""
    lines = {}
    for subject in sorted(s for s, kinds in types_of.items() if kinds & {"ModuleType", "Part"}):
        about = said[subject]
        chain = [subject]
        if OPTIC + "soldAs" in about:
            chain.append(text_of(about[OPTIC + "soldAs"][0]))
        interface = next((text_of(said[s][OPTIC + "implements"][0]) for s in chain if OPTIC + "implements" in said[s]), None)
        if interface is None:
            continue  # shapes/catalog says so; nothing can be told of it
        chain.append(interface)
        merged = dict(about)
        own_powers = next((s for s in chain if any(OPTIC + p in said[s] for p in _POWERS)), None)
        for figure in _INHERITED:
            if figure in merged:
                continue
            heirs = [own_powers] if local(figure) in _POWERS else chain
            giver = next((s for s in heirs if s and figure in said[s]), None)
            if giver:
                merged[figure] = said[giver][figure]
                triples.update((subject, figure, value) for value in said[giver][figure])
        power = next((spread[s, OPTIC + "powerW"] for s in chain if (s, OPTIC + "powerW") in spread), None)
        lines[local(subject)] = _line(subject, interface, merged, said, types_of, chain, power)
    return lines


def _line(subject, interface, about, said, types_of, chain, power):  # type: ignore[no-untyped-def]
    kinds = types_of.get(interface, set())
    medium = (
        "cable assembly"
        if "CableInterface" in kinds
        else "SMF"
        if "SingleModeInterface" in kinds
        else "MMF"
        if "MultimodeInterface" in kinds
        else None
    )
    nodes = [text_of(o) for o in about.get(OPTIC + "breakout", ())]
    breakouts = tuple(
        Breakout(
            _one(said[n], "legs", int) or 0,
            _one(said[n], "legLanes", int) or 0,
            _one(said[n], "legRateGbps", _whole),
            _word(said[n], "legInterface"),
        )
        for n in nodes
        if OPTIC + "legs" in said[n]
    )
    per_km = _one(about, "dispersionPerKmLow", _thousandths), _one(about, "dispersionPerKmHigh", _thousandths)
    return ModuleType(
        id=local(subject),
        interface=local(interface),
        form_factor=_word(about, "formFactor"),
        medium=medium,
        coherent="CoherentInterface" in kinds,
        direction=_word(about, "direction"),
        rate_gbps=_one(about, "rateGbps", _whole),
        lanes=_one(about, "opticalLanes", int),
        fibers=_one(about, "fibers", int),
        modulation=_word(about, "modulation"),
        wavelengths=tuple(
            f"{nm.normalize():f}" for nm in sorted(Decimal(text_of(o)) for o in about.get(OPTIC + "wavelengthNm", ()))
        ),
        band=_word(about, "band"),
        detector=_word(about, "detector"),
        connectors=_all(about, "connector"),
        polish=_word(about, "polish"),
        host_fecs=_all(about, "hostFec"),
        module_fec=_word(about, "moduleFec"),
        electrical_lanes=_one(about, "electricalLanes", int),
        electrical_rate_mbps=_one(about, "electricalLaneRateGbps", _thousandths),
        power_low_mw=int(power[0] * 1000) if power else None,
        power_high_mw=int(power[1] * 1000) if power else None,
        launch_min_mdbm=_one(about, "launchMinDbm", _thousandths),
        launch_max_mdbm=_one(about, "launchMaxDbm", _thousandths),
        receive_min_mdbm=_one(about, "receiveMinDbm", _thousandths),
        overload_mdbm=_one(about, "overloadDbm", _thousandths),
        osnr_min_mdb=_one(about, "osnrMinDb", _thousandths),
        spacing_min_mhz=_one(about, "gridSpacingGhz", _thousandths),
        dispersion_km=per_km if None not in per_km else None,
        dispersion_limits=(
            _one(about, "dispersionMinPsNm", _thousandths),
            _one(about, "dispersionMaxPsNm", _thousandths),
        ),
        reaches=tuple(
            Reach(
                local(n),
                _word(said[n], "onFiber") or "",
                _word(said[n], "withFec"),
                _word(said[n], "onLine"),
                _one(said[n], "reachM", _thousandths),
                _one(said[n], "lossBudgetDb", _thousandths),
                _one(said[n], "receiveMinDbm", _thousandths),
            )
            for n in (text_of(o) for o in about.get(OPTIC + "reach", ()))
        ),
        breakouts=breakouts,
        breaks_out=bool(breakouts) if nodes else None,
        reflectance=tuple(
            sorted(
                (
                    (_one(said[n], "connectorCount", int), _one(said[n], "reflectanceLimitDb", _thousandths))
                    for n in (text_of(o) for o in about.get(OPTIC + "reflectance", ()))
                ),
                key=lambda pair: (pair[0] is None, pair),
            )
        ),
        about=tuple(local(s) for s in chain),
    )


def _interworks(said, facts):  # type: ignore[no-untyped-def]
    sources: dict[tuple[str, str], set[str]] = defaultdict(set)
    for fact in facts:
        if local(fact.figure) in ("interworksWith", "clashesWith"):
            sources[local(fact.subject), local(text_of(fact.value))].add(fact.source)
    conditions: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for about in said.values():
        if len(about.get(OPTIC + "between", ())) == 2:
            pair = tuple(sorted(local(text_of(o)) for o in about[OPTIC + "between"]))
            conditions[pair] += [text_of(o) for o in about.get(OPTIC + "condition", ())]
    pairs = {}
    for subject, about in said.items():
        for figure, works in (("interworksWith", True), ("clashesWith", False)):
            for other in about.get(OPTIC + figure, ()):
                a, b = local(subject), local(text_of(other))
                pairs[a, b] = Interoperation(
                    works,
                    tuple(sorted(conditions[tuple(sorted((a, b)))])),
                    tuple(sorted(sources[a, b] | sources[b, a])),
                )
    return pairs


def _names(said, types_of):  # type: ignore[no-untyped-def]
    """Names of interfaces, types and parts, with those of ontology/names.ttl."""
    import pyoxigraph as ox

    called: dict[str, set[str]] = defaultdict(set)
    for subject, kinds in types_of.items():
        if kinds & {"ModuleType", "Part"} or any(kind.endswith("Interface") for kind in kinds):
            called[fold(local(subject))].add(local(subject))
            for figure in (RDFS + "label", SKOS + "altLabel", SKOS + "notation"):
                for value in said[subject].get(figure, ()):
                    called[fold(text_of(value))].add(local(subject))
    file = folder("ontology") / "names.ttl"
    for q in ox.parse(path=str(file), format=ox.RdfFormat.TURTLE):
        if isinstance(q.subject, ox.NamedNode) and q.subject.value.startswith(PART) and isinstance(q.object, ox.Literal):
            called[fold(q.object.value)].add(local(q.subject.value))
    return {name: tuple(sorted(ids)) for name, ids in called.items()}


def _words() -> dict[str, str]:
    return {
        terms.iri(name, notation): notation
        for name in ("FormFactor", "Band", "Connector")
        for notation in terms.words(name)
    }


def _word(about: Mapping[str, Sequence[str]], figure: str) -> str | None:
    values = about.get(OPTIC + figure)
    if not values:
        return None
    iri = text_of(values[0])
    known = terms.from_iri(iri)
    return known[1] if known else local(iri)


def _all(about: Mapping[str, Sequence[str]], figure: str) -> tuple[str, ...]:
    return tuple(sorted(_word({OPTIC + figure: [value]}, figure) or "" for value in about.get(OPTIC + figure, ())))


def _one(about, figure, read):  # type: ignore[no-untyped-def]
    values = about.get(OPTIC + figure)
    if not values:
        return None
    try:
        return read(text_of(values[0]))
    except (ValueError, InvalidOperation):
        return None  # shapes/catalog reports an ill-typed figure


def _thousandths(text: str) -> int:
    return int(Decimal(text) * 1000)


def _whole(text: str) -> int:
    return int(Decimal(text))
