"""The one seam to pySHACL: a data graph and shapes in, results out as plain values, in a stable order."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pyoxigraph as ox
import pyshacl
from pyshacl.shapes_graph import ShapesGraph
from rdflib import Graph, URIRef, plugin
from rdflib.namespace import SH
from rdflib.plugins.sparql import CUSTOM_EVALS
from rdflib.plugins.sparql.processor import SPARQLProcessor
from rdflib.query import Processor
from rdflib.term import Node

from . import inmemory
from .batches import in_batches
from .errors import CatalogError
from .stepwise import matches, prepared

__all__ = ["Result", "as_graph", "focus_counts", "validate"]


@dataclass(frozen=True, order=True)
class Result:
    """One SHACL result: IRIs, and the value as N-Triples; path and value are empty where the result has none."""

    shape: str
    focus: str
    path: str
    value: str


def as_graph(triples: bytes, *, common: bytes = b"", properties: Collection[str] | None = None) -> Graph:
    """N-Triples as a graph for pySHACL; of some properties only, where the shapes can read no others.

    common  more of them, which many graphs have and which are therefore read once
    """
    if properties is not None:  # told from the lines, before there are terms
        wanted = {f"<{each}>".encode() for each in properties}
        triples = b"".join(line for line in triples.splitlines(keepends=True) if line.split(b" ", 2)[1] in wanted)
    graph = inmemory.as_graph(ox.parse(triples, format=ox.RdfFormat.N_TRIPLES))
    graph.addN((*triple, graph) for triple in _read(common))
    return graph


@lru_cache(maxsize=2)
def _read(triples: bytes) -> tuple[tuple[Node, Node, Node], ...]:
    return tuple(inmemory.as_graph(ox.parse(triples, format=ox.RdfFormat.N_TRIPLES)))


def validate(data: Graph, shapes: Graph) -> tuple[Result, ...]:
    """What pySHACL finds, sorted. Neither graph is changed. Raises CatalogError for rules that it does not take."""
    with _parsed_once(), in_batches():
        try:
            _, report, _ = pyshacl.validate(
                data, shacl_graph=shapes, inference="none", advanced=False, meta_shacl=False, inplace=True
            )
        except Exception as error:  # pySHACL raises its own errors, and whatever a comparison of odd values met
            raise CatalogError(f"the rules could not be judged: pySHACL says {_first_line(error)}") from error
    if not isinstance(report, Graph):
        raise CatalogError(f"the rules could not be judged: pySHACL says {_first_line(report)}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # rdflib warns of ill-typed values, which are what is reported
        return _results(report)


def _first_line(error: object) -> str:
    text = str(getattr(error, "message", "")) or str(error)
    return next((line for line in text.splitlines() if line.strip()), type(error).__name__)


def _results(report: Graph) -> tuple[Result, ...]:
    results = []
    for result in report.objects(None, SH.result):  # not the details within them
        shape, focus, path, value = (
            report.value(result, p) for p in (SH.sourceShape, SH.focusNode, SH.resultPath, SH.value)
        )
        results.append(
            Result(
                str(shape),
                str(focus),
                str(path) if isinstance(path, URIRef) else "",  # a path of several steps is a blank node
                "" if value is None else value.n3(),
            )
        )
    return tuple(sorted(results))


def focus_counts(data: Graph, shapes: Graph) -> dict[str, int]:
    """How many things each shape looks at, by the shape's IRI: what its targets come to in the data."""
    return {str(shape.node): len(list(shape.focus_nodes(data))) for shape in ShapesGraph(shapes).shapes}


class _Memo(SPARQLProcessor):
    """rdflib's own SPARQL processor, but a query is parsed once and not for every focus node.

    pySHACL asks each SPARQL constraint anew for each thing it looks at, and three quarters of its time went into
    parsing the same text. rdflib lets a processor be registered by name; this is the whole of the seam.
    """

    def query(  # type: ignore[override]  # rdflib calls its own processor with more than the base class declares
        self,
        strOrQuery: Any,  # noqa: N803
        initBindings: Any = None,  # noqa: N803
        initNs: Any = None,  # noqa: N803
        base: Any = None,
        DEBUG: bool = False,  # noqa: N803
    ) -> Any:
        if isinstance(strOrQuery, str):
            strOrQuery = prepared(strOrQuery, base, tuple(sorted((initNs or {}).items())))  # noqa: N806
        return super().query(strOrQuery, initBindings or {}, initNs or {}, base, DEBUG)


@contextmanager
def _parsed_once() -> Iterator[None]:
    plain = plugin.get("sparql", Processor)
    plugin.register("sparql", Processor, __name__, "_Memo")
    CUSTOM_EVALS[__name__] = matches
    try:
        yield
    finally:
        del CUSTOM_EVALS[__name__]
        plugin.register("sparql", Processor, plain.__module__, plain.__name__)
