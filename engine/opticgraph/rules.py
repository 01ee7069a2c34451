"""Rules as values: what stands in shapes/ and in a user's files about each rule and each of its outcomes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS, SH
from rdflib.term import Node

from .cache import digest
from .errors import CatalogError
from .inmemory import as_graph
from .resources import folder
from .sources import OPTIC, local

__all__ = ["Outcome", "Rule", "Rules", "as_lines", "read_rules"]

O = Namespace(OPTIC)  # noqa: E741
RULE = "https://w3id.org/opticgraph/rules#"
SEVERITIES = {SH.Violation: "violation", O.Unknown: "unknown", SH.Warning: "warning", SH.Info: "warning"}
NATURES = {"violation": "cannot", "unknown": "cannot-tell", "warning": "practice"}

Path_ = tuple[str, ...]  # local names of properties, from the focus on


@dataclass(frozen=True)
class Outcome:
    """One named shape: what it finds, how bad that is, and how to say it."""

    shape: str
    rule: str
    severity: str
    nature: str
    fault: str
    says: str
    figure: Path_
    limit: Path_
    rests_on: tuple[str, ...]
    supply: str


@dataclass(frozen=True)
class Rule:
    """One rule: its name and sentence, the aspect it judges, and what a thing must have for it to judge."""

    name: str
    iri: str
    title: str
    sentence: str
    aspect: str
    target: str
    needs: tuple[Path_, ...]
    sources: tuple[str, ...]
    shipped: bool


@dataclass(frozen=True)
class Rules:
    """All rules by name, all outcomes by shape IRI, and the shapes themselves as a graph for a SHACL processor.

    read_from  a hash of the files they were read from; empty where they come from elsewhere
    """

    rules: Mapping[str, Rule]
    outcomes: Mapping[str, Outcome]
    shapes: Graph
    read_from: str = ""


def read_rules(files: Sequence[Path] = ()) -> Rules:
    """The shipped rules and those of a user's files, which are ordinary SHACL, core and SPARQL.

    Of a user's shape that says nothing in our terms, the rule is the shape's own name and the sentence its message.
    Raises CatalogError with file and line for a file that is not Turtle or has no shape.
    """
    shipped = sorted(folder("shapes").glob("*.ttl"))
    shapes = as_graph(triple for file in shipped for triple in ox.parse(path=file, format=ox.RdfFormat.TURTLE))
    rules = {rule.name: rule for rule in _rules(shapes, shipped=True)}
    outcomes = {outcome.shape: outcome for outcome in _outcomes(shapes, default=None)}
    for file in files:
        graph = _parse(file)
        found = list(_rules(graph, shipped=False))
        if not found:
            raise CatalogError(f"{file}: found no SHACL shape with a target; expected at least one sh:NodeShape")
        rules |= {rule.name: rule for rule in found}
        outcomes |= {outcome.shape: outcome for outcome in _outcomes(graph, default=found[0])}
        shapes += graph
    return Rules(dict(sorted(rules.items())), dict(sorted(outcomes.items())), shapes, digest([*shipped, *files]))


def as_lines(rules: Rules) -> str:
    """All shapes as N-Triples, sorted, for any SHACL processor; blank nodes are called the same in every run."""
    told = ox.parse(rules.shapes.serialize(format="nt", encoding="utf-8"), format=ox.RdfFormat.N_TRIPLES)
    shapes = ox.Dataset(told)
    shapes.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return "".join(sorted(f"{quad.triple} .\n" for quad in shapes))


def _parse(file: Path) -> Graph:
    try:
        return Graph().parse(file, format="turtle")
    except OSError as error:
        raise CatalogError(f"{file}: could not be read: {error.strerror}") from error
    except Exception as error:  # rdflib's Turtle parser raises its own BadSyntax and many others
        line = getattr(error, "lines", None)
        place = f":{line + 1}" if isinstance(line, int) else ""
        reason = getattr(error, "message", None) or str(error).splitlines()[0]
        raise CatalogError(f"{file}{place}: found {reason}; expected valid Turtle") from error


def _rules(graph: Graph, *, shipped: bool) -> Iterable[Rule]:
    targets = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf, SH.target)
    heads = {s for target in targets for s in graph.subjects(target, None)}
    classes = {s for kind in (RDFS.Class, OWL.Class) for s in graph.subjects(RDF.type, kind)}
    heads |= classes & set(graph.subjects(RDF.type, SH.NodeShape))  # such a shape targets what is of the class
    heads -= set(graph.subjects(O.ofRule, None))
    for head in sorted(heads, key=str):
        yield Rule(
            name=local(str(head)),
            iri=str(head),
            title=_text(graph, head, SH.name) or local(str(head)),
            sentence=_text(graph, head, SH.description) or _text(graph, head, SH.message),
            aspect=_text(graph, head, O.aspect) or local(str(head)),
            target=", ".join(sorted(local(str(o)) for target in targets for o in graph.objects(head, target)))
            or local(str(head)),
            needs=tuple(sorted(_path(graph, need) for need in graph.objects(head, O.needs))),
            sources=tuple(sorted(local(str(o)) for o in graph.objects(head, DCTERMS.source))),
            shipped=shipped,
        )


def _outcomes(graph: Graph, *, default: Rule | None) -> Iterable[Outcome]:
    shapes = set(graph.subjects(RDF.type, SH.NodeShape)) | set(graph.subjects(RDF.type, SH.PropertyShape))
    shapes |= set(graph.objects(None, SH.property))
    for shape in sorted(shapes, key=str):
        severity = SEVERITIES.get(graph.value(shape, SH.severity) or SH.Violation, "violation")  # type: ignore[call-overload]
        rule = graph.value(shape, O.ofRule) or _owner(graph, shape) or (default and URIRef(default.iri))
        yield Outcome(
            shape=str(shape),
            rule=local(str(rule)),
            severity=severity,
            nature=_text(graph, shape, O.nature) or NATURES[severity],
            fault=_text(graph, shape, SH.message),
            says=_text(graph, shape, O.says),
            figure=_path(graph, graph.value(shape, O.figure)),
            limit=_path(graph, graph.value(shape, O.heldAgainst)),
            rests_on=tuple(sorted(local(str(o)) for o in graph.objects(shape, O.restsOn))),
            supply=_text(graph, shape, O.supply),
        )


def _owner(graph: Graph, shape: Node) -> Node | None:
    """The shape with a target that a nested shape of a user's file belongs to."""
    seen, at = set(), shape
    while at not in seen:
        seen.add(at)
        if (at, SH.targetClass, None) in graph or (at, SH.targetNode, None) in graph:
            return at
        at = next(iter(sorted(graph.subjects(None, at), key=str)), at)
    return None


def _path(graph: Graph, node: Node | None) -> Path_:
    if node is None:
        return ()
    if isinstance(node, URIRef):
        return (local(str(node)),)
    return tuple(local(str(item)) for item in Collection(graph, node))


def _text(graph: Graph, subject: Node, predicate: URIRef) -> str:
    values = sorted(str(o) for o in graph.objects(subject, predicate) if isinstance(o, Literal))
    return values[0] if values else ""
