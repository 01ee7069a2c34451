"""The W3C's SHACL tests, core and SPARQL, through our path: what they tell is no column, so it is judged as a graph.

The tests are not kept here: OPTICGRAPH_W3C_SHACL names the folder data-shapes-test-suite/tests of the repository
w3c/data-shapes.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from rdflib import BNode, Graph, Namespace, URIRef
from rdflib.namespace import RDF, SH
from rdflib.term import Node

from opticgraph.derive import derive
from opticgraph.design import DEVICE_SCHEMA, GROUP_SCHEMA, LINK_SCHEMA, PORT_SCHEMA, Design
from opticgraph.errors import CatalogError
from opticgraph.knowledge import Knowledge, know
from opticgraph.reason import reason
from opticgraph.rules import Rules

pytestmark = pytest.mark.oracle

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
SHT = Namespace("http://www.w3.org/ns/shacl-test#")
FOLDER = os.environ.get("OPTICGRAPH_W3C_SHACL", "")
ABSENT = "the W3C's tests are absent: set OPTICGRAPH_W3C_SHACL to data-shapes-test-suite/tests of w3c/data-shapes"
# What pySHACL gives another answer to, and so do we: "1" for true of sh:uniqueLang, and $shapesGraph.
KNOWN = frozenset({"core/property/uniqueLang-002.ttl", "sparql/pre-binding/shapesGraph-001.ttl"})

Found = Counter[tuple[str, str, str, str]]  # focus, path, value, shape; blank nodes are _


def files() -> list[str]:
    found = sorted(Path(FOLDER).rglob("*.ttl")) if FOLDER else []
    return [str(file.relative_to(FOLDER)) for file in found if b"sht:Validate" in file.read_bytes()]


def test_the_tests_are_there() -> None:
    if not FOLDER:
        pytest.skip(ABSENT)
    assert len(files()) > 100


@pytest.mark.parametrize("file", files())
def test_w3c(file: str) -> None:
    if file in KNOWN:
        pytest.xfail("pySHACL gives another answer")
    for data, shapes, results in entries(Path(FOLDER) / file):
        if results is None:
            with pytest.raises(CatalogError):
                ours(data, shapes)
        else:
            assert ours(data, shapes) == results


def entries(file: Path) -> Iterator[tuple[Graph, Graph, Found | None]]:
    """Data, shapes and results of each test in a file; no results where the shapes must be refused."""
    manifest = graph(file)
    for test in manifest.subjects(RDF.type, SHT.Validate):
        action, result = manifest.value(test, MF.action), manifest.value(test, MF.result)
        data, shapes = (graph(local(manifest.value(action, which), file)) for which in (SHT.dataGraph, SHT.shapesGraph))
        if result == SHT.Failure:
            yield data, shapes, None
        else:
            yield data, shapes, Counter(expected(manifest, each) for each in manifest.objects(result, SH.result))


def expected(manifest: Graph, result: Node) -> tuple[str, str, str, str]:
    focus, path, value, shape = (
        manifest.value(result, which) for which in (SH.focusNode, SH.resultPath, SH.value, SH.sourceShape)
    )
    return text(focus), str(path) if isinstance(path, URIRef) else "", "" if value is None else n3(value), text(shape)


def n3(term: Node) -> str:
    return "_" if isinstance(term, BNode) else term.n3()  # type: ignore[attr-defined]


@cache
def graph(file: Path) -> Graph:
    return Graph().parse(file, format="turtle", publicID=file.as_uri())


def local(iri: Node | None, file: Path) -> Path:
    name = str(iri).removeprefix("file://")
    return Path(name) if name else file


def text(term: Node | None) -> str:
    return "" if term is None else "_" if isinstance(term, BNode) else str(term)


def ours(data: Graph, shapes: Graph) -> Found:
    lines = data.serialize(format="nt", encoding="utf-8")
    design = Design(
        *map(pl.DataFrame, ([],) * 4, (LINK_SCHEMA, PORT_SCHEMA, DEVICE_SCHEMA, GROUP_SCHEMA)), triples=lines
    )
    reasoned = reason(design, derive(design, knowledge()), knowledge(), Rules({}, {}, shapes))
    assert {how.by for how in reasoned.hows.values()} <= {"whole graph"}
    blank = {str(node) for g in (data, shapes) for node in g.all_nodes() if isinstance(node, BNode)}
    return Counter(
        (
            "_" if focus in blank else focus,
            path,
            "_" if value.startswith("_:") else value,
            "_" if shape in blank else shape,
        )
        for shape, focus, path, value in reasoned.results.select("shape", "focus", "path", "value").iter_rows()
    )


@cache
def knowledge() -> Knowledge:
    return know()
