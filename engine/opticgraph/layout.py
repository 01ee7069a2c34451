"""What is believed, laid out as values to look things up in."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyoxigraph as ox

from . import terms
from .parts import About, Interface, ModuleType, Said, inherit, interfaces, kinds_of, one, thousandths
from .resources import folder
from .sources import OPTIC, PART, RDFS, SKOS, Belief, Fact, Source, local, text_of

__all__ = ["Interoperation", "Knowledge", "Triple", "fold", "laid_out", "said_by_subject", "types_named"]

Triple = tuple[str, str, str]  # subject and property as IRIs, value as N-Triples


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
    interfaces    id -> Interface
    names         folded name -> ids of interfaces, types and parts that are called so
    by_interface  interface -> ids of its types
    takes         socket -> form factors it takes; refuses likewise; both by notation, adapters by name
    sockets       socket -> (lanes, lane rate in Mb/s)
    adapters      adapter -> cages it goes into
    interworks    (interface, interface) -> Interoperation, in both orders
    fiber_class   fibre -> SMF, MMF or cable assembly, by notations
    losses        band -> (low, high) in mdB a km; plugs: connector -> (low, high) in mdB; splice in mdB
    facts         (subject, figure), by local names -> believed facts
    contested     the same key -> every fact, where sources differ
    sources       id -> Source
    common        the believed facts, closed, of all but module types, as N-Triples
    of_type       the same for each module type and part, with what it inherits
    """

    trust: str
    types: Mapping[str, ModuleType]
    interfaces: Mapping[str, Interface]
    names: Mapping[str, tuple[str, ...]]
    by_interface: Mapping[str, tuple[str, ...]]
    takes: Mapping[str, frozenset[str]]
    refuses: Mapping[str, frozenset[str]]
    sockets: Mapping[str, tuple[int | None, int | None]]
    adapters: Mapping[str, frozenset[str]]
    interworks: Mapping[tuple[str, str], Interoperation]
    fiber_class: Mapping[str, str]
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


def laid_out(trust: str, belief: Belief, inferred: Iterable[Triple], sources: Mapping[str, Source]) -> Knowledge:
    """What a policy believes and what follows from it, types and parts with what they inherit."""
    triples = {(f.subject, f.figure, f.value) for f in belief.facts} | terms.broader() | set(inferred)
    said = said_by_subject(triples)
    kinds = kinds_of(said)
    types: dict[str, ModuleType] = {}
    by_interface: dict[str, list[str]] = defaultdict(list)
    for type_, gained in inherit(said, kinds, belief.spread):
        types[type_.id] = type_
        by_interface[type_.interface].append(type_.id)
        triples.update(gained)
    common, of_type = _lines(triples, types)
    socket = _notations("FormFactor") | {s: local(s) for s, own in kinds.items() if "Adapter" in own}
    by_fact: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    for fact in belief.facts:
        by_fact[local(fact.subject), local(fact.figure)].append(fact)
    return Knowledge(
        trust=trust,
        types=types,
        interfaces=interfaces(said, kinds),
        names=_names(said, kinds),
        by_interface={interface: tuple(ids) for interface, ids in by_interface.items()},
        takes=_relation(said, "takes", socket),
        refuses=_relation(said, "refuses", socket),
        sockets={
            name: (
                one(said.get(s, {}), "electricalLanes", int),
                one(said.get(s, {}), "electricalLaneRateGbps", thousandths),
            )
            for s, name in socket.items()
        },
        adapters={
            name: _relation(said, "intoCage", socket).get(name, frozenset())
            for s, name in socket.items()
            if "Adapter" in kinds.get(s, ())
        },
        interworks=_interworks(said, belief.facts),
        fiber_class=_fiber_class(),
        losses=_losses(said),
        plugs=_plugs(said),
        splice=next((db for about in said.values() if (db := one(about, "spliceLossDb", thousandths))), 0),
        facts={key: tuple(values) for key, values in by_fact.items()},
        contested={(local(s), local(p)): rivals for (s, p), rivals in belief.contested.items()},
        sources=sources,
        common=common,
        of_type=of_type,
    )


def fold(name: str) -> str:
    """A name as it is compared: case, blanks, hyphens, underscores, slashes and brackets do not matter."""
    return re.sub(r"[\s\-_/()]+", "", name).casefold()


def types_named(term: str, knowledge: Knowledge) -> frozenset[str]:
    """Ids of the module types that a name means, alone or with others, or that have it in their id; all without one."""
    named = set(knowledge.names.get(fold(term), ()))
    return frozenset(id for id, type_ in knowledge.types.items() if named & set(type_.about) or fold(term) in fold(id))


def said_by_subject(triples: Iterable[Triple]) -> Said:
    """Objects by subject and property, in order."""
    said: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for s, p, o in sorted(triples):
        said[s][p].append(o)
    return {s: dict(about) for s, about in said.items()}


def _lines(triples: Iterable[Triple], types: Mapping[str, ModuleType]) -> tuple[bytes, dict[str, bytes]]:
    common: list[str] = []
    of_type: dict[str, list[str]] = {PART + id: [] for id in types}
    for s, p, o in sorted(triples):
        of_type.get(s, common).append(f"<{s}> <{p}> {o} .\n")
    return "".join(common).encode(), {local(s): "".join(lines).encode() for s, lines in of_type.items()}


def _relation(said: Said, name: str, socket: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """Socket -> the form factors that a property of it names."""
    return {
        socket[s]: frozenset(socket[text_of(o)] for o in about[OPTIC + name] if text_of(o) in socket)
        for s, about in said.items()
        if OPTIC + name in about and s in socket
    }


def _interworks(said: Said, facts: Iterable[Fact]) -> dict[tuple[str, str], Interoperation]:
    told: dict[tuple[str, str], set[str]] = defaultdict(set)
    for fact in facts:
        if local(fact.figure) in ("interworksWith", "clashesWith"):
            told[local(fact.subject), local(text_of(fact.value))].add(fact.source)
    conditions: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for about in said.values():
        pair = tuple(sorted(local(text_of(o)) for o in about.get(OPTIC + "between", ())))
        conditions[pair] += [text_of(o) for o in about.get(OPTIC + "condition", ())]
    pairs = {}
    for subject, about in said.items():
        for figure, works in (("interworksWith", True), ("clashesWith", False)):
            for other in about.get(OPTIC + figure, ()):
                a, b = local(subject), local(text_of(other))
                words = tuple(sorted(conditions[tuple(sorted((a, b)))]))
                pairs[a, b] = Interoperation(works, words, tuple(sorted(told[a, b] | told[b, a])))
    return pairs


def _fiber_class() -> dict[str, str]:
    notation = _notations("Fiber")
    broader = {notation[fiber]: notation[text_of(wider)] for fiber, _, wider in terms.broader()}
    return {fiber: broader.get(fiber, fiber) for fiber in notation.values()}


def _losses(said: Said) -> dict[str, tuple[int, int]]:
    band = _notations("Band")
    return {
        band[text_of(about[OPTIC + "band"][0])]: (low, high)
        for about in said.values()
        if (low := one(about, "fiberLossLowDbPerKm", thousandths)) is not None
        and (high := one(about, "fiberLossHighDbPerKm", thousandths)) is not None
    }


def _plugs(said: Said) -> dict[str, tuple[int, int]]:
    return {
        name: (_low(said[s]), high)
        for s, name in _notations("Connector").items()
        if (high := one(said.get(s, {}), "connectorLossHighDb", thousandths)) is not None
    }


def _low(about: About) -> int:
    return one(about, "connectorLossLowDb", thousandths) or 0


def _names(said: Said, kinds: Mapping[str, set[str]]) -> dict[str, tuple[str, ...]]:
    """Names of interfaces, types and parts, with those of ontology/names.ttl."""
    called: dict[str, set[str]] = defaultdict(set)
    for subject, own in kinds.items():
        if own & {"ModuleType", "Part"} or any(kind.endswith("Interface") for kind in own):
            called[fold(local(subject))].add(local(subject))
            for figure in (RDFS + "label", SKOS + "altLabel", SKOS + "notation"):
                for value in said[subject].get(figure, ()):
                    called[fold(text_of(value))].add(local(subject))
    for quad in ox.parse(path=str(folder("ontology") / "names.ttl"), format=ox.RdfFormat.TURTLE):
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.Literal):
            called[fold(quad.object.value)].add(local(quad.subject.value))
    return {name: tuple(sorted(ids)) for name, ids in called.items()}


def _notations(list_name: str) -> dict[str, str]:
    return {terms.iri(list_name, word): word for word in terms.words(list_name)}
