"""Reason once a kind: representatives judged in one SHACL run, what is found on them handed to every member.

What cannot be told into kinds is judged on the whole graph, and above WHOLE_GRAPH links it comes out unknown, never
skipped. docs/kinds.md says why both give what a SHACL processor gives on the whole graph.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import polars as pl
from rdflib import Graph, URIRef
from rdflib.collection import Collection
from rdflib.namespace import RDF, SH
from rdflib.term import Node

from .derive import Judged
from .design import SIDES, Design
from .facts import FIELDS, graph_of
from .footprint import Footprint, Walk, footprint
from .graph import XSD
from .kinds import Members, Unplaced, kinds_of
from .knowledge import Knowledge
from .rules import Rules
from .shacl import Result, as_graph, focus_counts, validate
from .sources import local
from .things import SORTS, Focus, foci_of, focus_iris, frame_of

__all__ = ["WHOLE_GRAPH", "How", "Reasoned", "reason"]

WHOLE_GRAPH = 20_000  # links up to which a rule is judged on the whole graph: some minutes of pySHACL
_TARGETS = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf, SH.target)
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
    """What was found: results as SHACL has them with the things they are about, and how each shape was judged."""

    results: Sequence[tuple[Result, Focus | None]]
    hows: Mapping[str, How]


def reason(design: Design, judged: Judged, knowledge: Knowledge, rules: Rules) -> Reasoned:
    """Judge every shape with a target on everything it targets."""
    heads = sorted({s for target in _TARGETS for s in rules.shapes.subjects(target, None)}, key=str)
    members: dict[Node, Members] = {}
    hows: dict[str, How] = {}
    asked = _asked(rules.shapes, heads, _predicates(design.triples))
    placed = {head: told for head, told in asked.items() if not isinstance(told, Unplaced)}
    kinds = kinds_of(placed, judged)
    for head in heads:
        own = kinds.get(head) or asked[head]
        if isinstance(own, Members):
            members[head] = own
            hows[str(head)] = How("kinds", "", own.things, own.count)
        else:
            hows[str(head)] = How("whole graph", str(own), 0, 0)
    told = {head: footprint for head, (_, footprint) in placed.items()}
    results = _on_representatives(design, judged, knowledge, rules.shapes, members, told)
    rest = [head for head in heads if head not in members]
    if rest:
        more, counts = _on_whole_graph(design, judged, knowledge, rules.shapes, rest)
        results += more
        for head in rest:
            how = hows[str(head)]
            by = how.by if counts is not None else "not at all"
            hows[str(head)] = replace(how, by=by, things=(counts or {}).get(str(head), 0))
    return Reasoned(results, hows)


def _asked(
    shapes: Graph, heads: Sequence[Node], extra: frozenset[str]
) -> dict[Node, tuple[str, Footprint] | Unplaced]:
    """Of each shape with a target its target class and footprint, or why it cannot be told into kinds."""
    shared = _shared(shapes, heads)
    asked: dict[Node, tuple[str, Footprint] | Unplaced] = {}
    for head in heads:
        targets = [(p, o) for p in _TARGETS for o in shapes.objects(head, p)]
        told = footprint(shapes, head)
        beyond = sorted({step.property for walk in told.walks for step in walk} & extra)
        if len(targets) != 1 or targets[0][0] != SH.targetClass:
            asked[head] = Unplaced("its targets are not those of one class")
        elif head in shared:
            asked[head] = Unplaced("it shares a shape with another one that has a target")
        elif beyond:
            says = f"the design says more of {', '.join(map(local, beyond))} than its columns hold"
            asked[head] = Unplaced(says)
        else:
            asked[head] = local(str(targets[0][1])), told
    return asked


def _predicates(triples: bytes) -> frozenset[str]:
    """The properties of what a design says beyond its columns."""
    return frozenset(line.split(" ", 2)[1][1:-1] for line in triples.decode().splitlines() if line.strip())


def _within(shapes: Graph, shape: Node) -> set[Node]:
    """A shape and all shapes nested in it."""
    seen: set[Node] = set()
    todo = [shape]
    while todo:
        at = todo.pop()
        if at in seen:
            continue
        seen.add(at)
        for predicate in (SH.property, SH.node, SH["not"], SH.qualifiedValueShape):
            todo += shapes.objects(at, predicate)
        for predicate in (SH["or"], SH["and"], SH.xone):
            for members in shapes.objects(at, predicate):
                todo += Collection(shapes, members)
    return seen


def _shared(shapes: Graph, heads: Iterable[Node]) -> frozenset[Node]:
    """Heads that report by a shape which another head reports by too: whose result it is could not be told."""
    owners: dict[Node, list[Node]] = defaultdict(list)
    for head in heads:
        reporting = {head, *shapes.objects(head, SH.property)}
        for shape in reporting:
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
) -> list[tuple[Result, Focus | None]]:
    if not members:
        return []
    few = _only(judged, _representatives(members))
    read = {step.property for head in members for walk in told[head].walks for step in walk}
    data = as_graph(graph_of(_kept(design, few), few, knowledge), properties=read)
    run = Graph()
    run += (triple for triple in shapes if triple[1] not in _TARGETS)
    stands_for: dict[tuple[str, str], int] = {}
    for at, (head, own) in enumerate(members.items()):
        relation = URIRef(f"{_KIND}{at}")
        run.add((head, SH.targetObjectsOf, relation))
        iris = focus_iris(own.sort, judged, own.first)
        for iri, kind in zip(iris, own.first["kind"], strict=True):
            data.add((URIRef(_KIND), relation, URIRef(iri)))
            stands_for[str(head), iri] = kind
    head_of = {str(s): head for head in members for s in (head, *shapes.objects(head, SH.property))}
    found: dict[Node, dict[int, list[Result]]] = defaultdict(lambda: defaultdict(list))
    for result in validate(data, run):
        head = head_of[result.shape]
        found[head][stands_for[str(head), result.focus]].append(result)
    own = {
        shape: _own_figure(told[head] if shape == str(head) else footprint(shapes, URIRef(shape)))
        for shape, head in head_of.items()
    }
    return [each for head, by_kind in found.items() for each in _handed_out(by_kind, members[head], judged, own)]


def _representatives(members: Mapping[Node, Members]) -> dict[str, pl.Series]:
    """The rows of each frame that stand for a kind."""
    rows: dict[str, list[pl.Series]] = defaultdict(list)
    for own in members.values():
        rows["link" if own.sort == "end" else own.sort].append(own.first["nth"])
    return {sort: pl.concat(each).unique().sort() for sort, each in rows.items()}


def _only(judged: Judged, rows: Mapping[str, pl.Series]) -> Judged:
    """The judged design cut down to representatives, with all that their links lead to."""
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
        links=links,
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


def _handed_out(
    by_kind: Mapping[int, list[Result]], members: Members, judged: Judged, own: Mapping[str, Callable[[Focus], str]]
) -> Iterator[tuple[Result, Focus]]:
    """Every member's own results: the representative's, with the member's name and its own figures."""
    theirs = members.of(list(by_kind))
    for focus, kind in zip(foci_of(members.sort, judged, theirs), theirs["kind"], strict=True):
        for result in by_kind[kind]:
            value = own[result.shape](focus) if result.value else ""
            yield Result(result.shape, focus.iri, result.path, value or result.value), focus


def _own_figure(told: Footprint) -> Callable[[Focus], str]:
    """A figure that is only compared is each member's own; a word or term is the same for the whole kind (empty)."""
    if told.value == ():
        return lambda focus: f"<{focus.iri}>"
    compared = {walk for c in told.compares for walk in (c.left, c.right)}
    walk = told.value if told.value in compared and told.value not in told.exact else None
    return (lambda focus: _literal(walk, focus)) if walk else (lambda _: "")


def _literal(walk: Walk, focus: Focus) -> str:
    field = FIELDS[focus.kind][local(walk[-1].property)]
    value = focus.row[f"{focus.side}_{field.column}" if focus.kind == "end" else field.column]
    text = f"{(Decimal(int(str(value))) / 1000).normalize():f}" if field.kind == "decimal" else str(value)
    datatype = "integer" if field.kind == "count" else "decimal"
    return f'"{text}"^^<{XSD}{datatype}>'


# --- on the whole graph ------------------------------------------------------------------------------------------


def _on_whole_graph(
    design: Design, judged: Judged, knowledge: Knowledge, shapes: Graph, heads: list[Node]
) -> tuple[list[tuple[Result, Focus | None]], Mapping[str, int] | None]:
    """Results with their things and how many things each shape looked at; None where the design is too large."""
    if judged.links.height > WHOLE_GRAPH:
        return [], None
    data = as_graph(graph_of(design, judged, knowledge))
    run = Graph()
    run += (t for t in shapes if t[1] not in _TARGETS or t[0] in heads)
    results = validate(data, run)
    wanted = {result.focus for result in results}
    foci = {iri: focus for sort in SORTS for iri, focus in _all(sort, judged) if iri in wanted}
    return [(result, foci.get(result.focus)) for result in results], focus_counts(data, run)


def _all(sort: str, judged: Judged) -> Iterator[tuple[str, Focus]]:
    rows = pl.select(nth=pl.int_range(frame_of(sort, judged).height, dtype=pl.UInt32))
    sides = SIDES if sort == "end" else (None,)
    every = pl.concat(rows.with_columns(side=pl.lit(side, pl.String)) for side in sides)
    return ((focus.iri, focus) for focus in foci_of(sort, judged, every))
