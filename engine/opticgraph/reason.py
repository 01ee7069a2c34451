"""Reason once a kind: representatives judged in one SHACL run, what is found on them handed to every member.

What cannot be told into kinds is judged on the whole graph, and above WHOLE_GRAPH links it comes out unknown, never
skipped. docs/kinds.md says why both give what a SHACL processor gives on the whole graph.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from urllib.parse import quote

import polars as pl
from rdflib import Graph, URIRef
from rdflib.namespace import OWL, RDF, RDFS, SH
from rdflib.term import Node

from .derive import Judged
from .design import SIDES, Design
from .facts import CASE, believed, derived_graph, graph_of, named, types_of
from .footprint import Footprint, Walk
from .footprints import footprints
from .graph import BASE, OPTIC, THINGS
from .kinds import Members, Unplaced, has_columns, kinds_of
from .knowledge import Knowledge
from .places import at_odds, own_terms, own_walks
from .rules import Rules
from .shacl import Result, as_graph, focus_counts, validate
from .sources import local
from .things import SORTS, focus_iris, frame_of
from .walks import HERE
from .wide import Wide

__all__ = [
    "RESULT",
    "WHOLE_GRAPH",
    "How",
    "Judging",
    "Memory",
    "Reasoned",
    "Results",
    "Said",
    "asked_of",
    "handed_out",
    "judged_by",
    "on_graph",
    "part_of",
    "reason",
    "said_of_kinds",
]

WHOLE_GRAPH = 20_000  # links up to which a rule is judged on the whole graph: some minutes of pySHACL
_TARGETS = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf, SH.target)
# A result: as shacl.Result has it, the sort of the thing it is about, its row in the frame, and its side if it is an
# end. What is no thing of the design has no sort.
RESULT = pl.Schema(
    {
        "shape": pl.String(),
        "focus": pl.String(),
        "path": pl.String(),
        "value": pl.String(),
        "sort": pl.String(),
        "nth": pl.UInt32(),
        "side": pl.String(),
    }
)
_TOLD = ("shape", "focus", "path", "value")  # by SHACL
_KIND = "urn:opticgraph:kinds:"  # of relations that list representatives, in the graph of one run only


@dataclass(frozen=True)
class How:
    """How one shape with a target was judged: by kinds or on the whole graph, why, and how many things."""

    by: str  # kinds, whole graph, or not at all
    why: str
    things: int
    kinds: int


@dataclass(frozen=True)
class Reasoned:
    """What was found: results as SHACL has them with the things they are about (RESULT), and how shapes were judged."""

    results: pl.DataFrame
    hows: Mapping[str, How]


# The results of any thing of a kind: shape, path, value, and the walk at whose end the value is, if that is its own.
Said = tuple[tuple[str, str, str, Walk | None], ...]
# What was said of a shape's kinds, each by what the shape's tests come to.
Memory = dict[tuple[Node, tuple[object, ...]], Said]


def reason(
    design: Design, judged: Judged, knowledge: Knowledge, rules: Rules, memory: Memory | None = None
) -> Reasoned:
    """Judge every shape with a target on everything it targets.

    memory  what shipped rules said of kinds in earlier runs, for callers that judge many designs under the same
            knowledge and rules; it is added to, and changes no answer
    """
    members: dict[Node, Members] = {}
    hows: dict[str, How] = {}
    asked, told = asked_of(rules, design.triples)
    placed = {head: told for head, told in asked.items() if not isinstance(told, Unplaced)}
    kinds = kinds_of(placed, judged)
    for head in asked:
        own = kinds.get(head) or asked[head]
        if isinstance(own, Members):
            members[head] = own
            hows[str(head)] = How("kinds", "", own.things, own.count)
        else:
            hows[str(head)] = How("whole graph", str(own), 0, 0)
    kept = memory if memory is not None and _at_one(judged) else {}
    results = _on_representatives(design, judged, knowledge, rules.shapes, members, told, kept)
    foreign = {head for head in asked if not _shipped(rules, str(head))}
    for key in [key for key in kept if key[0] in foreign]:
        del kept[key]  # a user's rule may read what else is in the catalogue of this one design
    rest = [head for head in asked if head not in members]
    if rest:
        more, counts = _on_whole_graph(design, judged, knowledge, rules.shapes, rest)
        results.append(more)
        for head in rest:
            how = hows[str(head)]
            by = how.by if counts is not None else "not at all"
            hows[str(head)] = replace(how, by=by, things=(counts or {}).get(str(head), 0))
    return Reasoned(pl.concat([pl.DataFrame(schema=RESULT), *results]), hows)


def asked_of(
    rules: Rules, triples: bytes
) -> tuple[dict[Node, tuple[str, Footprint] | Unplaced], Mapping[Node, Footprint]]:
    """Of each shape with a target its target class and footprint, or why it cannot be told into kinds.

    They come in a stable order, and with the footprints of all shapes that report. triples is what a design says
    beyond its columns.
    """
    shapes = rules.shapes
    heads = sorted({s for s, p, o in shapes if _is_target(shapes, s, p, o)}, key=str)
    reporting = {head: {head, *shapes.objects(head, SH.property)} for head in heads}
    each = footprints(shapes, frozenset().union(*reporting.values()), read_from=rules.read_from)
    shared = _shared(reporting)
    extra, widened = _predicates(triples), _widened(triples)
    asked: dict[Node, tuple[str, Footprint] | Unplaced] = {}
    for head in reporting:
        targets = [(p, o) for s, p, o in shapes.triples((head, None, None)) if _is_target(shapes, s, p, o)]
        told = each[head]
        beyond = sorted({step.property for walk in told.walks for step in walk} & extra)
        classes = sorted(({str(o) for _, o in targets} | {name for _, name in told.classes}) & widened)
        if len(targets) != 1 or targets[0][0] != SH.targetClass or not str(targets[0][1]).startswith(OPTIC):
            asked[head] = Unplaced("its targets are not those of one class of the ontology")
        elif head in shared:
            asked[head] = Unplaced("it shares a shape with another one that has a target")
        elif told.refused:
            asked[head] = Unplaced(told.refused)
        elif beyond:
            asked[head] = Unplaced(f"the design says more of {', '.join(map(local, beyond))} than its columns hold")
        elif classes:
            asked[head] = Unplaced(f"the design itself says what is of class {', '.join(map(local, classes))}")
        else:
            asked[head] = local(str(targets[0][1])), told
    return asked, each


def _is_target(shapes: Graph, shape: Node, predicate: Node, value: Node) -> bool:
    """Whether a triple gives a shape a target; a shape that is a class targets what is of it."""
    if predicate == RDF.type and value in (RDFS.Class, OWL.Class):
        kinds = (SH.NodeShape, SH.PropertyShape)
        return any((shape, RDF.type, kind) in shapes for kind in kinds) or (shape, SH.property, None) in shapes
    return predicate in _TARGETS


def _predicates(triples: bytes) -> frozenset[str]:
    """The properties of what a design says beyond its columns."""
    return frozenset(line.split(" ", 2)[1][1:-1] for line in triples.decode().splitlines() if line.strip())


def _widened(triples: bytes) -> frozenset[str]:
    """Classes of which a design's own triples say that more is of them than its columns tell."""
    wide = (f"<{RDF.type}>", f"<{RDFS.subClassOf}>")
    said = [line.split(" ", 2) for line in triples.decode().splitlines() if line.strip()]
    return frozenset(value.removesuffix(" .")[1:-1] for _, predicate, value in said if predicate in wide)


def _shared(reporting: Mapping[Node, Iterable[Node]]) -> frozenset[Node]:
    """Heads that report by a shape which another head reports by too: whose result it is could not be told."""
    owners: dict[Node, list[Node]] = defaultdict(list)
    for head, shapes in reporting.items():
        for shape in shapes:
            owners[shape].append(head)
    return frozenset(head for several in owners.values() if len(several) > 1 for head in several)


# --- on representatives ------------------------------------------------------------------------------------------


def _on_representatives(
    design: Design,
    judged: Judged,
    knowledge: Knowledge,
    shapes: Graph,
    members: Mapping[Node, Members],
    told: Mapping[Node, Footprint],
    memory: Memory,
) -> list[pl.DataFrame]:
    fresh = {head: own for head, every in members.items() if (own := _unknown(head, every, memory)).first.height}
    if fresh:
        said = said_of_kinds(fresh, design, judged, types_of(judged), knowledge, shapes, told)
        for head, own in fresh.items():
            memory.update(((head, own.told[kind]), said[head].get(kind, ())) for kind in own.first["kind"])
    results = []
    for head, own in members.items():
        by_kind = {kind: each for kind in own.first["kind"] if (each := memory[head, own.told[kind]])}
        if by_kind:
            results.append(handed_out(by_kind, own.of(list(by_kind)), own.sort, judged))
    return results


def said_of_kinds(
    members: Mapping[Node, Members],
    design: Design,
    judged: Judged,
    types: Iterable[str],
    knowledge: Knowledge,
    shapes: Graph,
    told: Mapping[Node, Footprint],
) -> dict[Node, dict[int, Said]]:
    """What is found on representatives as it holds of every member, by shape and kind.

    judged has the representatives and what they name; types are the module types of the whole design.
    """
    found = _found_on(members, design, judged, types, knowledge, shapes, told) if members else {}
    said = {}
    for head, own in members.items():
        by_kind = found.get(head, {})
        reporting = {str(shape): shape for shape in (head, *shapes.objects(head, SH.property))}
        walks = {
            name: own_walks(told[shape], own.sort)
            for name, shape in reporting.items()
            if any(result.shape == name and result.value for each in by_kind.values() for result in each)
        }
        said[head] = _generalised(by_kind, own, judged, walks)
    return said


def _unknown(head: Node, members: Members, memory: Memory) -> Members:
    """The kinds of a shape of which nothing is remembered."""
    new = [kind for kind in members.first["kind"] if (head, members.told[kind]) not in memory]
    return replace(members, first=members.first.filter(pl.col("kind").is_in(new)))


def _shipped(rules: Rules, shape: str) -> bool:
    outcome = rules.outcomes.get(shape)
    rule = rules.rules.get(outcome.rule) if outcome else None
    return rule is not None and rule.shipped


def _at_one(judged: Judged) -> bool:
    """Whether no link is told apart from others by its place in the design (places.at_odds)."""
    odds = at_odds(judged.links)["at_odds"]
    return odds.null_count() == len(odds)


def _found_on(
    members: Mapping[Node, Members],
    design: Design,
    judged: Judged,
    types: Iterable[str],
    knowledge: Knowledge,
    shapes: Graph,
    told: Mapping[Node, Footprint],
) -> Mapping[Node, Mapping[int, list[Result]]]:
    """What a SHACL processor finds on the representatives, by shape with a target and kind."""
    few = part_of(judged, _representatives(members))
    read = {step.property for head in members for walk in told[head].walks for step in walk}
    if any(told[head].classes for head in members):
        read |= {str(RDF.type), str(RDFS.subClassOf)}
    # of the catalogue all that the whole design uses: what is said of one type may be read from another
    data = as_graph(derived_graph(_kept(design, few), few) + believed(types, knowledge), properties=read)
    run = _aimed(shapes, [])
    stands_for: dict[tuple[str, str], int] = {}
    for at, (head, kinds) in enumerate(_standing(members, judged)):
        relation = URIRef(f"{_KIND}{at}")
        run.add((head, SH.targetObjectsOf, relation))
        for iri, kind in kinds:
            data.add((URIRef(_KIND), relation, URIRef(iri)))
            stands_for[str(head), iri] = kind
    head_of = {str(s): head for head in members for s in (head, *shapes.objects(head, SH.property))}
    found: dict[Node, dict[int, list[Result]]] = defaultdict(lambda: defaultdict(list))
    for result in validate(data, run):
        head = head_of[result.shape]
        found[head][stands_for[str(head), result.focus]].append(result)
    return found


def _aimed(shapes: Graph, heads: Iterable[Node]) -> Graph:
    """The shapes with the targets of these heads only; prefixes that are declared in what is imported stand beside."""
    kept = set(heads)
    run = Graph()
    run += (t for t in shapes if t[0] in kept or not _is_target(shapes, *t))
    for owner in set(shapes.objects(None, SH.prefixes)):
        for imported in shapes.transitive_objects(owner, OWL.imports):
            run += ((owner, SH.declare, declared) for declared in shapes.objects(imported, SH.declare))
    return run


@lru_cache(maxsize=4)
def _aimed_once(shapes: Graph, heads: tuple[Node, ...]) -> Graph:
    """The same, for one state of a design after another."""
    return _aimed(shapes, heads)


def _standing(members: Mapping[Node, Members], judged: Judged) -> Iterator[tuple[Node, list[tuple[str, int]]]]:
    """Each shape with the IRIs that stand for its kinds; those of one sort are made together."""
    for sort in SORTS:
        own = {head: each.first for head, each in members.items() if each.sort == sort}
        if own:
            rows = pl.concat(own.values())
            named = iter(zip(focus_iris(sort, judged, rows), rows["kind"], strict=True))
            yield from ((head, list(islice(named, first.height))) for head, first in own.items())


def _representatives(members: Mapping[Node, Members]) -> dict[str, pl.Series]:
    """The rows of each frame that stand for a kind."""
    rows: dict[str, list[pl.Series]] = defaultdict(list)
    for own in members.values():
        rows["link" if own.sort == "end" else own.sort].append(own.first["nth"])
    return {sort: pl.concat(each).unique().sort() for sort, each in rows.items()}


def part_of(judged: Judged, rows: Mapping[str, pl.Series]) -> Judged:
    """The judged design cut down to some rows of its frames, by sort, with all that their links lead to."""
    none = pl.Series([], dtype=pl.UInt32)
    links = judged.links[rows.get("link", none)]
    ends = pl.concat(links.select(device=f"{s}_device", port=f"{s}_port") for s in SIDES)
    ports = pl.concat(
        [judged.ports.join(ends, on=["device", "port"], how="semi"), judged.ports[rows.get("port", none)]]
    )
    named = pl.concat([ends["device"], judged.devices[rows.get("device", none)]["device"]])
    groups = pl.concat([links["group"], judged.groups[rows.get("group", none)]["group"]])
    return replace(
        judged,
        links=Wide(links),
        ports=ports.unique(maintain_order=True),
        devices=judged.devices.filter(pl.col("device").is_in(named.drop_nulls().unique().to_list())),
        groups=judged.groups.filter(pl.col("group").is_in(groups.drop_nulls().unique().to_list())),
    )


def _kept(design: Design, few: Judged) -> Design:
    return replace(
        design,
        devices=few.devices.select(design.devices.columns),
        groups=few.groups.select(design.groups.columns),
        triples=b"",
    )


def _generalised(
    found: Mapping[int, list[Result]], members: Members, judged: Judged, own: Mapping[str, Sequence[Walk]]
) -> dict[int, Said]:
    """What is found on representatives as it holds of every member; own has by shape where members differ."""
    first = members.first.filter(pl.col("kind").is_in(list(found)))
    walks = dict.fromkeys(walk for several in own.values() for walk in several)
    standing = {walk: terms.to_list() for walk, terms in _terms(walks, members.sort, judged, first).items()}
    said = {}
    for at, kind in enumerate(first["kind"]):
        told = []
        for result in found[kind]:
            way: Walk | None = HERE
            if result.value != f"<{result.focus}>":
                way = next((w for w in own.get(result.shape, ()) if standing[w][at] == result.value), None)
            told.append((result.shape, result.path, result.value if way is None else "", way))
        said[kind] = tuple(told)
    return said


def handed_out(by_kind: Mapping[int, Said], theirs: pl.DataFrame, sort: str, judged: Judged) -> pl.DataFrame:
    """Every member's own results (RESULT): what is said of its kind, with its name, its own figures and things.

    theirs has the members: `nth` of the sort's frame, `side` (of an end), `kind`.
    """
    theirs = theirs.with_columns(focus=focus_iris(sort, judged, theirs))
    ways: dict[Walk, int] = {}  # at whose ends members have values of their own
    rows = [
        (kind, shape, path, value, None if way is None else ways.setdefault(way, len(ways)))
        for kind, told in by_kind.items()
        for shape, path, value, way in told
    ]
    results = pl.DataFrame(rows, schema=_BY_KIND, orient="row")
    handed = theirs.with_row_index("row").join(results, on="kind", how="inner")
    ends = {HERE: "<" + theirs["focus"] + ">"} | _terms(ways.keys() - {HERE}, sort, judged, theirs)
    for way, number in ways.items():
        mine = pl.when(pl.col("way") == number).then(ends[way].gather(handed["row"]))
        handed = handed.with_columns(value=mine.otherwise("value"))
    return handed.select(*_TOLD, pl.lit(sort).alias("sort"), "nth", "side")


_BY_KIND = {"kind": pl.UInt32, "shape": pl.String, "path": pl.String, "value": pl.String, "way": pl.UInt32}


def _terms(walks: Collection[Walk], sort: str, judged: Judged, rows: pl.DataFrame) -> dict[Walk, pl.Series]:
    """What walks lead to from each of the rows, as N-Triples."""
    placed, frame = rows.with_row_index("row"), frame_of(sort, judged)
    parts: dict[Walk, list[pl.DataFrame]] = {walk: [] for walk in walks}
    for side in (SIDES if sort == "end" else (None,)) if walks else ():
        own = placed.filter(pl.col("side").eq_missing(side))
        few = frame[own["nth"]]
        things = named(few) if sort in ("link", "end") else few
        for walk in walks:
            parts[walk].append(pl.DataFrame({"row": own["row"], "term": own_terms(walk, sort, side, things)}))
    return {walk: pl.concat(each).sort("row")["term"] for walk, each in parts.items()}


# --- on the whole graph ------------------------------------------------------------------------------------------


def _on_whole_graph(
    design: Design, judged: Judged, knowledge: Knowledge, shapes: Graph, heads: list[Node]
) -> tuple[pl.DataFrame, Mapping[str, int] | None]:
    """Results with their things and how many things each shape looked at; None where the design is too large."""
    if judged.links.height > WHOLE_GRAPH:
        return pl.DataFrame(schema=RESULT), None
    data = as_graph(graph_of(design, judged, knowledge))
    run = _aimed(shapes, heads)
    told = _placed(validate(data, run), judged), focus_counts(data, run)
    data.close()
    return told


Results = tuple[Result, ...]  # sorted
# What judges N-Triples by some of the shapes in a graph: a design's and what is believed, shapes, those with a target.
Judging = Callable[[bytes, bytes, Graph, Sequence[Node]], Results]


def judged_by(triples: bytes, common: bytes, shapes: Graph, heads: Sequence[Node]) -> Results:
    """What a SHACL processor finds on the triples by these of the shapes, sorted."""
    data = as_graph(triples, common=common)
    found = validate(data, _aimed_once(shapes, tuple(heads)))
    data.close()
    return found


def on_graph(
    design: Design,
    judged: Judged,
    knowledge: Knowledge,
    rules: Rules,
    rows: Mapping[str, pl.Series] | None = None,
    *,
    by: Judging = judged_by,
) -> tuple[pl.DataFrame, Judged]:
    """What a SHACL processor finds on the graph itself, without kinds (RESULT), and what of the design it looked at.

    rows  of each frame, by sort, what to look at, with all that its links lead to; facts that are told across links
          are those of the whole design. A rule of which cannot be told what it reads around a thing sees all of it.
    by    how shapes are judged on triples
    """
    asked, _ = asked_of(rules, design.triples)
    few, near, common = judged, list[Node](), believed(types_of(judged), knowledge)
    found = [pl.DataFrame(schema=RESULT)]
    if rows is not None:
        few = part_of(judged, rows)
        near = [head for head, each in asked.items() if not isinstance(each, Unplaced) and has_columns(*each)]
        found.append(_placed(by(derived_graph(_kept(design, few), few), common, rules.shapes, near), judged))
    rest = [head for head in asked if head not in near]
    if rest and judged.links.height <= WHOLE_GRAPH:
        found.append(_placed(by(derived_graph(design, judged), common, rules.shapes, rest), judged))
    return pl.concat(found), few


def _placed(found: Iterable[Result], judged: Judged) -> pl.DataFrame:
    """Results with the things they are about."""
    rows = [(each.shape, each.focus, each.path, each.value) for each in found if not _shadow(each.focus)]
    results = pl.DataFrame(rows, schema={name: RESULT[name] for name in _TOLD}, orient="row")
    wanted = results["focus"].unique().implode()
    things = pl.concat(_all(sort, judged).filter(pl.col("focus").is_in(wanted)) for sort in SORTS)
    return results.join(things, on="focus", how="left").select(*RESULT)


def _shadow(focus: str) -> bool:
    """Whether a thing is a port as a further meaning of a module's name has it: judged as the port itself."""
    return focus.startswith(f"{BASE}{THINGS['cage'].head}/") and quote(CASE) in focus


def _all(sort: str, judged: Judged) -> pl.DataFrame:
    """All things of a sort: `focus`, `sort`, `nth`, `side`."""
    rows = pl.select(nth=pl.int_range(frame_of(sort, judged).height, dtype=pl.UInt32))
    sides = SIDES if sort == "end" else (None,)
    every = pl.concat(rows.with_columns(side=pl.lit(side, pl.String)) for side in sides)
    return every.select(pl.lit(sort).alias("sort"), "nth", "side", focus=focus_iris(sort, judged, every))
