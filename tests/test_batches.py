"""What pySHACL finds of many things at once is what it finds of one after another, each result as often."""

from __future__ import annotations

import warnings
from collections import Counter

import pyshacl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import Graph, Namespace
from rdflib.namespace import SH

from opticgraph.errors import CatalogError
from opticgraph.ntriples import XSD
from opticgraph.shacl import as_graph, validate

EX = Namespace("https://example.org/")
SHAPES = """
@prefix ex: <https://example.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

ex:either a sh:NodeShape ; sh:targetClass ex:Thing ; sh:or ( [ sh:not ex:few ] ex:small ex:next-is-small ) .
ex:few a sh:PropertyShape ; sh:path ex:size ; sh:maxInclusive 6 .
ex:small a sh:PropertyShape ; sh:path ex:size ; sh:maxInclusive 3 .
ex:next-is-small a sh:NodeShape ; sh:property [ sh:path ex:next ; sh:property ex:small ] .
ex:has a sh:NodeShape ; sh:targetClass ex:Thing ; sh:property ex:sized , ex:follows .
ex:sized a sh:PropertyShape ; sh:path ex:size ; sh:minCount 1 ; sh:maxCount 1 .
ex:follows a sh:PropertyShape ; sh:path ex:next ; sh:property ex:sized ; sh:or ( ex:small ex:few ) .
ex:asks a sh:NodeShape ; sh:targetClass ex:Thing ; sh:sparql [ a sh:SPARQLConstraint ; sh:select """ + (
    '"""SELECT $this ?value WHERE { $this ex:next ?value . ?value ex:next ?other . FILTER ( ?other != $this ) }"""'
    """ ; sh:prefixes ex:prefixes ] .
ex:prefixes sh:declare [ sh:prefix "ex" ; sh:namespace "https://example.org/"^^xsd:anyURI ] .
"""
)

Things = list[tuple[list[int], list[int]]]  # of each its sizes and the things that it names
THINGS = st.lists(
    st.tuples(st.lists(st.integers(0, 9), max_size=2), st.lists(st.integers(0, 30), max_size=3)), max_size=30
)


def data(things: Things) -> bytes:
    lines = []
    for at, (sizes, nexts) in enumerate(things):
        lines.append(f"<{EX}{at}> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{EX.Thing}> .")
        lines += [f'<{EX}{at}> <{EX.size}> "{size}"^^<{XSD}integer> .' for size in sizes]
        lines += [f"<{EX}{at}> <{EX.next}> <{EX}{each}> ." for each in nexts]
    return "\n".join(lines).encode()


def one_by_one(things: Things) -> Counter[tuple[str, str, str]]:
    """By pySHACL as it is, on rdflib as it is. Shapes without a name are one."""
    graph, shapes = Graph().parse(data=data(things), format="nt"), Graph().parse(data=SHAPES)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _, report, _ = pyshacl.validate(graph, shacl_graph=shapes, inference="none")
    told: Counter[tuple[str, str, str]] = Counter()
    for result in report.objects(None, SH.result):
        shape, focus, value = (report.value(result, each) for each in (SH.sourceShape, SH.focusNode, SH.value))
        told[str(shape) if str(shape).startswith(EX) else "", str(focus), "" if value is None else value.n3()] += 1
    return told


@settings(max_examples=30, deadline=None)
@given(THINGS)
def test_many_at_once_and_one_by_one_are_the_same(things: Things) -> None:
    found = validate(as_graph(data(things)), Graph().parse(data=SHAPES))
    told = Counter((each.shape if each.shape.startswith(EX) else "", each.focus, each.value) for each in found)
    assert told == one_by_one(things)


def test_what_is_wrong_with_a_shape_is_told_although_another_one_holds() -> None:
    told = SHAPES.replace("ex:small ex:next-is-small )", "ex:small ex:asks )").replace(
        "ex:asks a sh:NodeShape ; sh:targetClass ex:Thing", "ex:asks a sh:NodeShape"
    )
    shapes = Graph().parse(
        data=told.replace("FILTER", "MINUS").replace("( ?other != $this )", "{ ?other ex:next $this }")
    )
    with pytest.raises(CatalogError, match="MINUS"):
        validate(as_graph(data([([1], [])] * 20)), shapes)
