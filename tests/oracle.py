"""The oracle for kinds: pySHACL over the whole graph of a design, and what we find, both as multisets of results."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pyshacl
from rdflib import BNode, Graph, URIRef
from rdflib.namespace import SH
from rdflib.plugins.parsers.ntriples import W3CNTriplesParser
from rdflib.term import Node

from opticgraph.derive import Judged, derive
from opticgraph.design import Design
from opticgraph.facts import CASE, graph_of
from opticgraph.graph import BASE
from opticgraph.knowledge import Knowledge, know
from opticgraph.reason import Reasoned, reason
from opticgraph.rules import Rules

__all__ = ["Found", "by_kinds", "differences", "knowledge", "ours", "whole_graph"]

Found = Counter[tuple[str, str, str, str, str, str]]  # focus, shape, path, value, severity, message


@cache
def knowledge() -> Knowledge:
    return know()


def whole_graph(design: Design, shapes: Graph, *, judged: Judged | None = None) -> Found:
    """What pySHACL finds on the whole graph, with the shapes and their targets as they stand."""
    judged = judged or derive(design, knowledge())
    data = Graph()
    data.addN((*_triple(line), data) for line in graph_of(design, judged, knowledge()).decode().splitlines())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # rdflib warns of every ill-typed value that it writes
        _, report, _ = pyshacl.validate(data, shacl_graph=shapes, inference="none", advanced=False, inplace=True)
        return _results(report)


class _Sink:
    """What rdflib's N-Triples parser gives a triple to."""

    def __init__(self) -> None:
        self.found: tuple[Node, Node, Node]

    def triple(self, subject: Node, predicate: Node, object_: Node) -> None:
        self.found = subject, predicate, object_


_BLANK: dict[str, BNode] = {}


@cache
def _triple(line: str) -> tuple[Node, Node, Node]:
    """A line as rdflib reads it; most lines of a graph are the catalogue's, the same every time."""
    sink = _Sink()
    W3CNTriplesParser(sink, bnode_context=_BLANK).parsestring(line)
    return sink.found


def _results(report: Graph) -> Found:
    return Counter(
        found for result in report.objects(None, SH.result) if not _shadow((found := _found(report, result))[0])
    )


def _found(report: Graph, result: Node) -> tuple[str, str, str, str, str, str]:
    focus, shape, path, value, severity, message = (
        report.value(result, property)
        for property in (
            SH.focusNode,
            SH.sourceShape,
            SH.resultPath,
            SH.value,
            SH.resultSeverity,
            SH.resultMessage,
        )
    )
    return (
        str(focus),
        str(shape),
        str(path) if isinstance(path, URIRef) else "",
        "" if value is None else value.n3(),
        str(severity),
        str(message),
    )


def _shadow(focus: str) -> bool:
    """A port as a further meaning of an ambiguous name has it, which is judged as the port itself."""
    return focus.startswith(f"{BASE}port/") and f"%{ord(CASE):02X}" in focus


def ours(reasoned: Reasoned, shapes: Graph) -> Found:
    """What we found, with the severity and message that a shape gives its results."""
    said, told = _said(shapes), reasoned.results.select("shape", "focus", "path", "value")
    return Counter((focus, shape, path, value, *said[shape]) for shape, focus, path, value in told.iter_rows())


def _said(shapes: Graph) -> Mapping[str, tuple[str, str]]:
    return {
        str(shape): (str(shapes.value(shape, SH.severity) or SH.Violation), str(shapes.value(shape, SH.message)))
        for shape in {s for s, _, _ in shapes.triples((None, SH.message, None))}
    }


def by_kinds(design: Design, shapes: Graph, *, judged: Judged | None = None) -> Reasoned:
    """What we find through the real path, columns first."""
    return reason(design, judged or derive(design, knowledge()), knowledge(), Rules({}, {}, shapes))


def differences(design: Design, shapes: Graph) -> list[str]:
    """What only one of the two finds, one line a result; nothing if they agree."""
    judged = derive(design, knowledge())
    reasoned = by_kinds(design, shapes, judged=judged)
    found, expected = ours(reasoned, shapes), whole_graph(design, shapes, judged=judged)
    return sorted(
        [f"missing {count} of {result}" for result, count in (expected - found).items()]
        + [f"too much {count} of {result}" for result, count in (found - expected).items()]
    )


def shapes_of(*files: Path) -> Graph:
    shapes = Graph()
    for file in files:
        shapes.parse(file, format="turtle")
    return shapes
