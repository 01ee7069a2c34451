"""Queries whose patterns are put in another order, and whose text is parsed once, have the solutions rdflib gives."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import Graph, Namespace, URIRef, Variable
from rdflib.plugins.sparql.sparql import Query

from opticgraph.queries import query_of
from opticgraph.stepwise import stepwise

NS = Namespace("urn:o:")
HEAD = "PREFIX o: <urn:o:>\n"

_NODES = st.sampled_from([NS.x, NS.y, NS.z])
_GRAPHS = st.lists(st.tuples(_NODES, st.sampled_from([NS.a, NS.b, NS.c]), _NODES), max_size=8)
_ENDS = st.sampled_from(["$this", "?s", "?t", "?u", "o:x"])
_STEPS = st.sampled_from(
    ["o:a", "o:b", "^o:b", "o:a/o:b", "o:a/^o:b/o:c", "^(o:a/o:b)", "o:a|o:b", "o:a*", "(o:a|o:b)/o:c", "?p"]
)
_BLOCKS = st.lists(st.tuples(_ENDS, _STEPS, _ENDS).map(" ".join), min_size=1, max_size=4).map(" . ".join)
_GROUPS = st.one_of(
    _BLOCKS,
    st.tuples(
        _BLOCKS, st.sampled_from(["OPTIONAL", "FILTER EXISTS", "FILTER NOT EXISTS", "MINUS"]), _BLOCKS
    ).map(lambda each: f"{each[0]} {each[1]} {{ {each[2]} }}"),
    st.tuples(_BLOCKS, _BLOCKS).map(lambda each: f"{{ {each[0]} }} UNION {{ {each[1]} }}"),
)  # fmt: skip


def graph_of(triples: list[tuple[URIRef, URIRef, URIRef]]) -> Graph:
    graph = Graph()
    for triple in triples:
        graph.add(triple)
    return graph


def solutions(graph: Graph, query: str | Query, names: str = "this s t u p") -> Counter[tuple[object, ...]]:
    """As a multiset, by the variables of the query as written."""
    found = graph.query(query, initBindings={"this": NS.x})
    return Counter(tuple(row.get(Variable(name)) for name in names.split()) for row in found.bindings)


@settings(deadline=None, max_examples=300)
@given(_GRAPHS, _GROUPS)
def test_the_order_of_patterns_changes_no_solution(triples: list[tuple[URIRef, URIRef, URIRef]], group: str) -> None:
    text = f"SELECT $this ?s ?t ?u ?p WHERE {{ {group} }}"
    graph = graph_of(triples)
    query = query_of(text, {"o": str(NS)})
    stepwise(query.algebra)
    assert solutions(graph, query) == solutions(graph, HEAD + text)


def test_a_path_is_a_pattern_a_step() -> None:
    query = query_of("SELECT * { ?t o:b ?u . ?s ^o:a/o:c ?t . ?s o:a $this }", {"o": str(NS)})
    stepwise(query.algebra)
    [group] = [query.algebra.p.p]
    assert len(group.triples) == 4  # a path of two steps is two patterns; which comes first is told while matching


@settings(deadline=None)
@given(_GRAPHS, _GROUPS)
def test_a_text_parsed_before_is_the_same_query(triples: list[tuple[URIRef, URIRef, URIRef]], group: str) -> None:
    text = f"SELECT $this ?s ?t ?u ?p WHERE {{ {group} }}"
    graph = graph_of(triples)
    expected = solutions(graph, HEAD + text)
    first = query_of(text, {"o": str(NS)})
    assert solutions(graph, first) == expected
    stepwise(first.algebra)  # what is done to one copy is not done to the next
    assert solutions(graph, query_of(HEAD + text, {})) == expected
    assert str(query_of(text, {"o": str(NS)}).algebra) == str(query_of(text, {"o": str(NS)}).algebra)


def test_the_same_text_means_what_its_namespaces_say() -> None:
    graph = graph_of([(NS.x, NS.a, NS.y)])
    text = "SELECT ?s WHERE { $this o:a ?s }"
    assert solutions(graph, query_of(text, {"o": "urn:o:"}), "s") == Counter({(NS.y,): 1})
    assert solutions(graph, query_of(text, {"o": "urn:p:"}), "s") == Counter()
    assert solutions(graph, query_of(f"PREFIX o: <urn:o:>\n{text}", {"o": "urn:p:"}), "s") == Counter({(NS.y,): 1})
    assert solutions(graph, query_of("SELECT ?s { $this <a> ?s }", {}, base="urn:o:"), "s") == Counter()
    with pytest.raises(Exception, match="prefix : o"):
        query_of(text, {})
