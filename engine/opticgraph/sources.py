"""What every source states, and which of it a trust policy believes.

Facts stand in ontology/catalog/<source>.trig, one named graph for each sort of evidence. Where sources differ all
facts are kept; a policy (ontology/trust/<policy>.ttl) ranks sources and kinds of source, and the best ranked fact is
believed, at equal rank the stricter one. Average powers are believed as one source's set, never mixed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import pyoxigraph as ox

from . import owndata, terms
from .errors import CatalogError
from .resources import folder

__all__ = [
    "CLAIM",
    "OPTIC",
    "PART",
    "SOURCE",
    "Belief",
    "Fact",
    "Source",
    "believe",
    "quads_of",
    "read_facts",
    "read_policy",
    "read_sources",
]

OPTIC = "https://w3id.org/opticgraph/ontology#"
PART = "https://w3id.org/opticgraph/catalog#"
CLAIM = "https://w3id.org/opticgraph/claims#"
SOURCE = "https://w3id.org/opticgraph/sources#"
TRUST = "https://w3id.org/opticgraph/trust#"
_Rank = Callable[["Fact"], tuple[int, int]]
_Strict = Callable[["Fact"], tuple[Decimal, str]]

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_OWL = "http://www.w3.org/2002/07/owl#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
_DECIMAL = "http://www.w3.org/2001/XMLSchema#decimal"

# Read beats derived beats cited, where source and figure are of equal rank.
EVIDENCE = ("read", "derived", "cited")

# Average powers of one lane: believed as one source's set (facts R53).
POWERS = tuple(OPTIC + name for name in ("launchMinDbm", "launchMaxDbm", "receiveMinDbm", "overloadDbm"))

# A thing has one of these; sources that name another one contest it.
SINGLE = frozenset(
    OPTIC + name
    for name in (
        "band breakoutMode detector fecClause fibers formFactor implements lineRateGBd modulation moduleFec polish "
        "opticalLanes rateGbps soldAs electricalLanes electricalLaneRateGbps osnrMinDb gridSpacingGhz "
        "legLanes legs legRateGbps"
    ).split()
)
# A thing has several of these; one source's whole set is believed.
SETS = frozenset(OPTIC + name for name in ("connector", "hostFec", "wavelengthNm"))
# Things of a type with figures of their own; some rule each other out, see _clashing.
_NODES = frozenset(OPTIC + name for name in ("reach", "breakout"))
_ON_FIBER, _LEG_INTERFACE = OPTIC + "onFiber", OPTIC + "legInterface"
_LEGS = tuple(OPTIC + name for name in ("legs", "legLanes", "legRateGbps"))
_OF_NODES = frozenset({_ON_FIBER, _LEG_INTERFACE, *_LEGS})
# Statements that cannot both be true; the second of each pair is the stricter.
OPPOSITES = ((OPTIC + "takes", OPTIC + "refuses"), (OPTIC + "interworksWith", OPTIC + "clashesWith"))


@dataclass(frozen=True, order=True)
class Source:
    """A document: id (local name), title, kind (local name), date, address, publisher; unknown ones are empty."""

    id: str
    title: str
    kind: str
    date: str = ""
    address: str = ""
    publisher: str = ""


class Fact(NamedTuple):
    """One statement of one source: subject and figure are IRIs, value is an N-Triples term.

    A tuple and no dataclass, as there are thousands, and they are put in order more than once.
    """

    subject: str
    figure: str
    value: str
    source: str
    evidence: str

    @property
    def number(self) -> Decimal:
        """The value of a numeric figure; raises decimal.InvalidOperation on any other."""
        return Decimal(text_of(self.value))


@dataclass(frozen=True)
class Belief:
    """What a policy believes of all facts, and what it passed over.

    facts      the believed facts, sorted
    contested  (subject, figure) -> all facts about it, where sources give different values
    spread     (subject, figure) -> lowest and highest value that any source gives, for numeric figures
    """

    facts: tuple[Fact, ...]
    contested: Mapping[tuple[str, str], tuple[Fact, ...]]
    spread: Mapping[tuple[str, str], tuple[Decimal, Decimal]]


def text_of(value: str) -> str:
    """The lexical form of an N-Triples term: `"6.3"^^<...>` is 6.3, an IRI is itself without brackets."""
    if value.startswith("<"):
        return value[1:-1]
    body = value[1 : value.rindex('"')]
    return body.replace('\\"', '"').replace("\\n", "\n").replace("\\\\", "\\") if "\\" in body else body


def local(iri: str) -> str:
    """The part of an IRI after # or the last /."""
    return iri.rsplit("#", 1)[-1] if "#" in iri else iri.rsplit("/", 1)[-1]


def catalog_files() -> tuple[Path, ...]:
    """The shipped catalogue: one TriG file a source."""
    return tuple(sorted((folder("ontology") / "catalog").glob("*.trig")))


def read_facts(files: Iterable[Path]) -> tuple[Fact, ...]:
    """All facts of TriG, N-Quads or Turtle files, sorted; facts without evidence are left out.

    A graph says its source and evidence in the default graph (optic:accordingTo, optic:evidence). A claim that its
    source takes back (optic:withdrawnBy) is no fact of it, nor is what a claim says of itself and its cases. Triples
    outside any such graph, as in a user's own Turtle file, belong to source `own-<file name>` and count as read.
    Raises CatalogError with file and line where a file cannot be parsed.
    """
    found: list[Fact] = []
    for file in files:
        if file.suffix.lower() == ".csv":
            found += [Fact(s, p, o, f"own-{file.stem}", "read") for s, p, o in owndata.triples(file)]
            continue
        plain: list[ox.Quad] = []
        graphs: dict[str, list[ox.Quad]] = defaultdict(list)
        for quad in quads_of(file):
            if isinstance(quad.graph_name, ox.NamedNode):
                graphs[quad.graph_name.value].append(quad)
            else:
                plain.append(quad)
        said = {(q.subject.value, q.predicate.value): q.object for q in plain if isinstance(q.subject, ox.NamedNode)}
        for name, quads in graphs.items():
            source, evidence = said.get((name, OPTIC + "accordingTo")), said.get((name, OPTIC + "evidence"))
            if not isinstance(source, ox.NamedNode) or not isinstance(evidence, ox.NamedNode):
                raise CatalogError(
                    f"{file.name}: found graph <{name}> without source or evidence; "
                    "expected optic:accordingTo and optic:evidence of it outside any graph"
                )
            if local(evidence.value) != "no-evidence" and (name, OPTIC + "withdrawnBy") not in said:
                found += _facts(quads, local(source.value), local(evidence.value))
        own = [q for q in plain if isinstance(q.subject, ox.NamedNode) and q.subject.value not in graphs]
        found += _facts(own, f"own-{file.stem}", "read")
    return tuple(sorted(set(found)))


def read_policy(name: str) -> tuple[str, ...]:
    """The order of trust, best first: local names of sources and source kinds.

    name is that of a shipped policy (`standards`, `playbook`) or a Turtle file. Raises CatalogError if there is none.
    """
    file = folder("ontology") / "trust" / f"{name}.ttl"
    shipped = sorted(path.stem for path in file.parent.glob("*.ttl"))
    if name not in shipped:
        file = Path(name)
        if not file.is_file():
            raise CatalogError(f"trust policy: found {name!r}; expected a Turtle file or one of {', '.join(shipped)}")
    triples = {(str(q.subject), q.predicate.value): q.object for q in quads_of(file)}
    heads = [o for (_, predicate), o in triples.items() if predicate == OPTIC + "prefers"]
    if len(heads) != 1:
        raise CatalogError(f"{file.name}: found {len(heads)} lists of optic:prefers; expected one")
    order, at = [], str(heads[0])
    while (item := triples.get((at, RDF + "first"))) is not None:
        order.append(local(text_of(str(item))))
        at = str(triples.get((at, RDF + "rest")))
    return tuple(order)


def read_sources(files: Iterable[Path] = ()) -> Mapping[str, Source]:
    """Every shipped source by its id; user files count as own data under the name `own-<file name>`."""
    return _shipped_sources() | {
        f"own-{file.stem}": Source(f"own-{file.stem}", f"own data ({file.name})", "OwnData") for file in files
    }


def believe(
    facts: Sequence[Fact],
    *,
    policy: Sequence[str],
    sources: Mapping[str, Source],
    granted: Mapping[tuple[str, str], str] = MappingProxyType({}),
) -> Belief:
    """Pick, for each subject and figure, the fact of best rank; at equal rank the stricter; see the module's top.

    policy is best first, as from read_policy; a source ranked by itself beats its kind. Sources that the policy does
    not name come last. Figures declare which value is stricter by optic:stricter in the ontology. granted names, by
    subject and figure, a source that is believed there whatever its rank.
    """
    stricter = _stricter()
    place = {name: at for at, name in enumerate(policy)}

    def rank(fact: Fact) -> tuple[int, int]:
        if granted and granted.get((fact.subject, fact.figure)) == fact.source:
            return -1, 0
        source = sources.get(fact.source)
        kind = source.kind if source else "OwnData"
        at = min(place.get(fact.source, len(place)), place.get(kind, len(place)))
        return at, EVIDENCE.index(fact.evidence) if fact.evidence in EVIDENCE else len(EVIDENCE)

    def strict(fact: Fact) -> tuple[Decimal, str]:
        sign = stricter.get(fact.figure)
        return (sign * fact.number if sign else Decimal(0)), fact.value

    clashing, beaten = _clashing(facts, rank=rank, articles={s.id for s in sources.values() if s.kind == "Article"})
    lost = {fact.value for fact in beaten if fact.figure in _NODES}
    nodes = lost - {fact.value for fact in facts if fact.figure in _NODES and fact not in beaten}
    by_key: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    powers: dict[str, list[Fact]] = defaultdict(list)
    believed: list[Fact] = []
    for fact in facts:
        if fact in beaten or f"<{fact.subject}>" in nodes:
            continue
        if fact.figure in POWERS:
            powers[fact.subject].append(fact)
        elif fact.figure in stricter or fact.figure in SINGLE or fact.figure in SETS:
            by_key[fact.subject, fact.figure].append(fact)
        elif not any(fact.figure in pair for pair in OPPOSITES):
            believed.append(fact)
    for (_, figure), rivals in by_key.items():
        if len(rivals) == 1:  # as nearly all are
            believed += rivals
            continue
        best = min(rivals, key=lambda fact: (rank(fact), strict(fact), fact))
        whole = [fact for fact in rivals if (fact.source, fact.evidence) == (best.source, best.evidence)]
        believed += whole if figure in SETS else [best]
    for rivals in powers.values():
        believed += _power_set(rivals, rank=rank, strict=strict)
    settled, opposed = _settle_opposites(facts, rank=rank)
    believed += settled
    for subject, rivals in powers.items():
        for fact in rivals:
            by_key[subject, fact.figure].append(fact)
    by_key |= clashing | opposed
    contested = {
        key: tuple(sorted(rivals))
        for key, rivals in by_key.items()
        if key in opposed or len(_values(rivals, sets=key[1] in SETS)) > 1
    }
    spread = {
        key: (min(f.number for f in rivals), max(f.number for f in rivals))
        for key, rivals in by_key.items()
        if key[1] in stricter or key[1] in POWERS
    }
    return Belief(tuple(sorted(believed)), contested, spread)


def _power_set(rivals: Iterable[Fact], *, rank: _Rank, strict: _Strict) -> list[Fact]:
    """One source's set of average powers: the best ranked, then the most complete, then the stricter."""
    sets: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    for fact in rivals:
        sets[fact.source, fact.evidence].append(fact)
    whole: dict[tuple[str, str], list[Fact]] = {}
    for (source, evidence), own in sets.items():
        # figures of one source that rest on different evidence complete each other
        others = [f for (s, e), fs in sets.items() if s == source and e != evidence for f in fs]
        have = {f.figure for f in own}
        whole[source, evidence] = own + [f for f in others if f.figure not in have]
    best = min(
        whole.values(),
        key=lambda fs: (
            rank(fs[0])[0],
            -len({f.figure for f in fs}),
            rank(fs[0])[1],
            sum(strict(f)[0] for f in fs),
            fs,
        ),
    )
    picked: dict[str, Fact] = {}
    for fact in sorted(best, key=strict):
        picked.setdefault(fact.figure, fact)
    return list(picked.values())


def _clashing(
    facts: Sequence[Fact], *, rank: _Rank, articles: Collection[str]
) -> tuple[dict[tuple[str, str], list[Fact]], frozenset[Fact]]:
    """Facts that cannot both be true, by subject and figure; and those that a better ranked one rules out.

    Classes that the ontology calls disjoint; reaches over single-mode against multimode fibre; and breakouts into as
    many legs of as many lanes and the same rate that speak something else. Only where one of the two is an article's:
    between sources that know what they speak of, such a clash is a mistake that closing the facts or shapes/catalog
    tells of. At equal rank all stands.
    """
    told: dict[str, dict[str, str]] = defaultdict(dict)
    rivals: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.figure in _OF_NODES:
            told[fact.subject][fact.figure] = fact.value
        elif fact.figure in _NODES or fact.figure == RDF + "type":
            rivals[fact.subject, fact.figure].append(fact)
    fiber_class = {fiber: text_of(wider) for fiber, _, wider in terms.broader()}
    disjoint = _disjoint()

    def clash(one: Fact, other: Fact) -> bool:
        if (one.source in articles) == (other.source in articles):
            return False
        if one.figure == RDF + "type":
            return (text_of(one.value), text_of(other.value)) in disjoint
        a, b = told[text_of(one.value)], told[text_of(other.value)]
        if one.figure == OPTIC + "reach":
            fibers = [text_of(each[_ON_FIBER]) for each in (a, b) if _ON_FIBER in each]
            return len({fiber_class.get(fiber, fiber) for fiber in fibers}) > 1
        return all(a.get(name) == b.get(name) for name in _LEGS) and a.get(_LEG_INTERFACE) != b.get(_LEG_INTERFACE)

    clashing: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    beaten: set[Fact] = set()
    for key, own in rivals.items():
        for fact in own if len(own) > 1 else ():
            others = [other for other in own if clash(fact, other)]
            if others:
                clashing[key].append(fact)
            if any(rank(other)[0] < rank(fact)[0] for other in others):
                beaten.add(fact)
    return clashing, frozenset(beaten)


def _settle_opposites(facts: Iterable[Fact], *, rank: _Rank) -> tuple[list[Fact], dict[tuple[str, str], list[Fact]]]:
    """Of statements that cannot both be true the better ranked, at equal rank the sterner one; and where both are made.

    The latter by the subject and figure of the milder one.
    """
    settled: list[Fact] = []
    opposed: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    for milder, sterner in OPPOSITES:
        by_pair: dict[tuple[str, ...], list[Fact]] = defaultdict(list)
        for fact in facts:
            if fact.figure in (milder, sterner):
                pair = (fact.subject, text_of(fact.value))
                by_pair[tuple(sorted(pair)) if sterner == OPTIC + "clashesWith" else pair].append(fact)
        for rivals in by_pair.values():
            best = min(rivals, key=lambda fact: (rank(fact)[0], fact.figure == milder, rank(fact)[1], fact))
            settled += [f for f in rivals if f.figure == best.figure]
            if len({fact.figure for fact in rivals}) > 1:
                opposed[min(fact.subject for fact in rivals if fact.figure == milder), milder] += rivals
    return settled, opposed


def _values(rivals: Iterable[Fact], *, sets: bool) -> set[object]:
    if not sets:
        return {fact.value for fact in rivals}
    by_source: dict[str, set[str]] = defaultdict(set)
    for fact in rivals:
        by_source[fact.source].add(fact.value)
    return {frozenset(values) for values in by_source.values()}


def _facts(quads: Iterable[ox.Quad], source: str, evidence: str) -> list[Fact]:
    return [
        Fact(q.subject.value, q.predicate.value, _canonical(q.object), source, evidence)
        for q in quads
        if isinstance(q.subject, ox.NamedNode)
        and not q.subject.value.startswith(CLAIM)
        and not isinstance(q.object, ox.BlankNode)
    ]


def _canonical(value: object) -> str:
    """A value as N-Triples; of a decimal its canonical form, so that 25.0 and 25 are one term to any engine."""
    if isinstance(value, ox.Literal) and value.datatype.value == _DECIMAL:
        try:
            return f'"{Decimal(value.value).normalize():f}"^^<{_DECIMAL}>'
        except InvalidOperation:
            return str(value)  # shapes/catalog reports it
    return str(value)


def quads_of(file: Path) -> list[ox.Quad]:
    """What a file of RDF holds; CatalogError with file and line where it cannot be read."""
    format = ox.RdfFormat.from_extension(file.suffix.lstrip(".").lower()) or ox.RdfFormat.TURTLE
    try:
        return list(ox.parse(path=str(file), format=format))
    except SyntaxError as error:
        raise CatalogError(f"{file.name}:{error.lineno}: found {error.msg}; expected valid {format.name}") from error
    except OSError as error:
        raise CatalogError(f"{file.name}: could not be read: {error.strerror}") from error


@cache
def _ontology() -> list[ox.Quad]:
    return quads_of(folder("ontology") / "optics.ttl")


@cache
def _disjoint() -> frozenset[tuple[str, str]]:
    """Pairs of classes, in both orders, that the ontology calls disjoint."""
    quads = _ontology()
    pairs = {(str(q.subject), str(q.object)) for q in quads if q.predicate.value == _OWL + "disjointWith"}
    said = {(str(q.subject), q.predicate.value): q.object for q in quads}
    for (_, predicate), head in said.items():
        if predicate == _OWL + "members":
            members, at = [], str(head)
            while (item := said.get((at, RDF + "first"))) is not None:
                members.append(str(item))
                at = str(said.get((at, RDF + "rest")))
            pairs |= {(one, other) for one in members for other in members if one != other}
    return frozenset((one[1:-1], other[1:-1]) for a, b in pairs for one, other in ((a, b), (b, a)))


@cache
def _stricter() -> Mapping[str, int]:
    """Figures that declare a stricter value: 1 if the lower is, -1 if the higher is."""
    signs = {OPTIC + "lower": 1, OPTIC + "higher": -1}
    return {
        text_of(str(q.subject)): signs[text_of(str(q.object))]
        for q in _ontology()
        if q.predicate.value == OPTIC + "stricter"
    }


@cache
def _shipped_sources() -> dict[str, Source]:
    said: dict[str, dict[str, str]] = defaultdict(dict)
    for q in quads_of(folder("ontology") / "sources.ttl"):
        if isinstance(q.subject, ox.NamedNode) and q.subject.value.startswith(SOURCE):
            said[local(q.subject.value)].setdefault(local(q.predicate.value), text_of(str(q.object)))
    return {
        id: Source(
            id,
            about.get("title", about.get("label", id)),
            local(about.get("sourceKind", "")),
            about.get("issued", about.get("date", "")),
            about.get("landingPage", about.get("identifier", "")),
            about.get("publisher", ""),
        )
        for id, about in sorted(said.items())
        if "sourceKind" in about
    }
