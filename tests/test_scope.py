"""What a query reads: told from its algebra, enough for the same answer, and never all of it in memory."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from dataclasses import replace
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asking
from opticgraph import ask, nodes, sparql
from opticgraph.asked import scope_of
from opticgraph.dataset import dataset
from opticgraph.derive import derive
from opticgraph.design import Design
from opticgraph.export import convert
from opticgraph.facts import derived_graph
from opticgraph.graph import to_graph
from opticgraph.question import Question, questions
from opticgraph.read import load
from opticgraph.scope import EVERYTHING, Scope

HEAD = "PREFIX o: <urn:o:>\nPREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>\n"
OPTIC = "https://w3id.org/opticgraph/ontology#"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
EXAMPLES = Path(__file__).parents[1] / "examples"


def scope(query: str) -> Scope:
    return scope_of(HEAD + query)


# --- told from the algebra ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("ASK {}", ""),
        ("SELECT * { ?s o:a/^o:b|o:c ?o }", "a b c"),
        ("SELECT * { ?s o:a+ ?o }", "a"),
        ("SELECT * { ?s o:a*/o:b? /o:c ?o }", "a b c"),
        ("SELECT * { ?s o:a* ?o . ?o o:b ?x }", "a b"),
        ("SELECT * { ?s o:a* ?o . ?o o:b? ?x . ?x o:c 1 }", "a b c"),
        ("SELECT * { ?s o:a ?x OPTIONAL { ?x o:b ?y } MINUS { ?x o:c 1 } }", "a b c"),
        ("SELECT * { { ?s o:a 1 } UNION { SELECT ?s { ?s o:b 1 } ORDER BY ?s LIMIT 1 } }", "a b"),
        ("SELECT (EXISTS { ?s o:b 1 ; o:c 2 } AS ?e) { ?s o:a 1 }", "a b c"),
        ("SELECT * { ?s o:a 1 FILTER(1 = 2 || NOT EXISTS { ?s o:b ?o FILTER EXISTS { ?o o:c 1 } }) }", "a b c"),
        ("SELECT * { ?s o:a ?x BIND(EXISTS { ?x o:b|o:c 1 } AS ?y) }", "a b c"),
        (
            "SELECT ?s { ?s o:a ?x } GROUP BY ?s HAVING(EXISTS { ?s o:b 1 }) ORDER BY (EXISTS { ?s o:c/o:d 1 })",
            "a b c d",
        ),
        ("SELECT * { ?s o:a [ o:b 1 ] GRAPH ?g { ?x ?y ?z } }", "a b"),
        ("CONSTRUCT { ?s ?p ?o } { ?s o:a ?o . VALUES ?p { o:z } }", "a"),
        ("CONSTRUCT WHERE { ?s o:a ?o }", "a"),
    ],
)
def test_predicates_that_are_named(query: str, names: str) -> None:
    assert scope(query) == Scope(frozenset(f"urn:o:{name}" for name in names.split()), frozenset())


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?s ?p ?o }",
        "SELECT * { ?s o:a 1 FILTER EXISTS { ?s ?p 2 } }",
        "SELECT * { ?s !o:a ?o }",
        "SELECT * { ?s o:a/!(o:b|^o:c) ?o }",
        "SELECT * { ?s o:a* ?o }",
        "SELECT * { ?s (o:a|o:b?) ?o }",
        "SELECT * { ?s (o:a?)+ ?o }",
        "SELECT * { o:x o:a* ?o }",
        "SELECT * { ?s o:a* ?o . ?x o:b 1 }",
        "SELECT * { ?x o:b 1 OPTIONAL { ?x o:a* ?o } }",
        "DESCRIBE ?s { ?s o:a 1 }",
        "BASE <urn:x:> SELECT * { ?s <y> ?o }",
        "SELECT * { ?s o:a\\-b ?o }",
        "SELECT * { ?s no:prefix ?o }",
        "no query",
    ],
)
def test_what_may_read_everything(query: str) -> None:
    assert scope(query) == EVERYTHING


@pytest.mark.parametrize(
    ("query", "classes"),
    [
        ("SELECT * { ?s a o:C . ?s rdf:type o:D }", frozenset({"urn:o:C", "urn:o:D"})),
        ("SELECT * { ?s a o:C . ?t a ?class }", None),
        ("SELECT * { ?s a/o:a o:C }", None),
        ("SELECT * { ?s o:a o:C }", frozenset()),
    ],
)
def test_classes_that_are_asked_for(query: str, classes: frozenset[str] | None) -> None:
    assert scope(query).classes == classes


# --- enough for the same answer -------------------------------------------------------------------------------------

_NAMES = st.sampled_from("abcd")
_NODES = st.sampled_from(["o:x", "o:y", "o:z", "o:C", "1"])
_ENDS = st.sampled_from(["?s", "?t", "?u", "o:x", "o:C"])
_PATHS = st.recursive(
    st.one_of(_NAMES.map(lambda name: f"o:{name}"), st.just("a")),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("/|"), inner).map(lambda each: f"({each[0]}{each[1]}{each[2]})"),
        st.tuples(inner, st.sampled_from("*?+")).map(lambda each: f"({each[0]}){each[1]}"),
        inner.map(lambda each: f"^({each})"),
    ),
    max_leaves=4,
)
_TRIPLES = st.tuples(_ENDS, st.one_of(_PATHS, st.sampled_from(["?p", "!o:a"])), _ENDS).map(" ".join)
_GROUPS = st.recursive(
    st.lists(_TRIPLES, min_size=1, max_size=3).map(" . ".join),
    lambda inner: st.tuples(
        inner,
        st.sampled_from(["OPTIONAL {{ {} }}", "MINUS {{ {} }}", "FILTER EXISTS {{ {} }}", "FILTER NOT EXISTS {{ {} }}",
                         "{{ {} }}", "{{ SELECT ?s {{ {} }} }}", "BIND(EXISTS {{ {} }} AS ?v)", "GRAPH ?g {{ {} }}"]),
        inner,
    ).map(lambda each: f"{{ {each[0]} }} {each[1].format(each[2])}"),
    max_leaves=3,
)  # fmt: skip
_GRAPHS = st.lists(
    st.tuples(st.sampled_from(["o:x", "o:y", "o:z"]), st.one_of(_NAMES.map(lambda n: f"o:{n}"), st.just("a")), _NODES),
    max_size=12,
)


@settings(max_examples=400, deadline=None)
@given(_GRAPHS, _GROUPS)
def test_the_answer_is_the_same(graph: list[tuple[str, str, str]], group: str) -> None:
    turtle = "@prefix o: <urn:o:> .\n" + "".join(f"{' '.join(triple)} .\n" for triple in graph)
    named = b"<urn:o:x> <urn:o:a> <urn:o:y> <urn:o:g> .\n<urn:o:y> <urn:o:d> <urn:o:C> <urn:o:g> .\n"
    whole = ox.serialize(ox.parse(turtle, format=ox.RdfFormat.TURTLE), format=ox.RdfFormat.N_TRIPLES) or b""
    query = f"{HEAD}SELECT * {{ {group} }}"

    def answer(triples: bytes) -> list[str]:
        found = sparql.load(triples + named).query(query)
        assert isinstance(found, ox.QuerySolutions)
        return sorted(str(each) for each in found)

    try:
        expected = answer(whole)
    except SyntaxError:  # BIND to a name that is in use
        return
    assert answer(scope_of(query).of(whole)) == expected


@pytest.mark.parametrize("asked", questions(), ids=lambda asked: asked.name)
def test_shipped_questions_find_the_same_in_what_they_read(asked: Question) -> None:
    default, named = graphs()
    read = sparql.load(scope_of(asked.query).of(default) + named)
    assert sparql.solve(read, asked.query, {}) == sparql.solve(asking.store(), asked.query, {})


@cache
def graphs() -> tuple[bytes, bytes]:
    """Of all that questions read the default graph, and what stands in named ones."""
    whole = asking.store()
    default = whole.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph())
    named = (quad for quad in whole if quad.graph_name != ox.DefaultGraph())
    return default or b"", ox.serialize(named, format=ox.RdfFormat.N_QUADS) or b""


def test_only_what_is_read_is_made() -> None:
    design, knowledge = asking.known()
    query = f"PREFIX optic: <{OPTIC}> SELECT * {{ ?s a optic:Cage ; optic:lane ?n ; optic:fiberClass ?o }}"
    lines = dataset(design, query, knowledge=knowledge).splitlines()
    assert {line.split(b" ")[1] for line in lines} == {
        f"<{iri}>".encode() for iri in (TYPE, f"{OPTIC}lane", f"{OPTIC}fiberClass")
    }
    whole = set(dataset(design, knowledge=knowledge).splitlines())
    assert set(lines) == set(scope_of(query).of(b"\n".join(sorted(whole)) + b"\n").splitlines())


# --- in pieces, on disk ---------------------------------------------------------------------------------------------


def test_a_store_on_disk_answers_as_one_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    design, _ = asking.known()
    asked = ("contested-figures", "power-per-device")
    expected = [ask.query(design, each) for each in asked]
    monkeypatch.setattr(ask, "IN_MEMORY", 1000)
    assert [ask.query(design, each) for each in asked] == expected


@pytest.mark.parametrize("name", ["metro-ring"])
def test_pieces_are_the_whole(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    design = with_triples(load(EXAMPLES / name))
    judged = derive(design, asking.known()[1])
    files = ("whole.nt", "whole.ttl", "whole.jsonld", "whole.nt.gz")

    def written(derived: bool) -> list[bytes]:
        for file in files:
            convert(design, tmp_path / file, derived=derived)
        return [(tmp_path / file).read_bytes() for file in files]

    def all_of_it() -> list[object]:
        return [to_graph(design), derived_graph(design, judged), written(False), written(True)]

    expected = all_of_it()
    monkeypatch.setattr(nodes, "PIECE", 500)
    assert all_of_it() == expected


def with_triples(design: Design) -> Design:
    """With triples about its own nodes and others, some of which its columns say as well."""
    own = to_graph(design).splitlines(keepends=True)
    subjects = sorted({line.split(b" ")[0] for line in own})
    more = [subject + b' <urn:o:says> "more" .\n' for subject in subjects[::3]]
    return replace(
        design, triples=b"".join(sorted([*more, own[0], b'_:b0 <urn:o:p> "x" .\n', b"<a:b> <c:d> <e:f> .\n"]))
    )


_HOLD = (
    "import sys; from opticgraph.scratch import scratch; from opticgraph import sparql\n"
    "with scratch() as folder:\n"
    "    sparql.keep([b'<a:b> <c:d> <e:f> .\\n'], str(folder)); print(folder, flush=True); sys.stdin.read()\n"
    "    raise SystemExit(1)\n"
)


@pytest.mark.parametrize("end", ["kill", "error"])
def test_a_store_on_disk_is_gone_however_it_ends(end: str) -> None:
    with subprocess.Popen([sys.executable, "-c", _HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        folder = Path(holder.stdout.readline().decode().strip())
        assert list(folder.iterdir())
        holder.send_signal(signal.SIGKILL) if end == "kill" else holder.stdin.close()
        holder.wait()
    for _ in range(200):
        if not folder.exists():
            break
        time.sleep(0.05)
    assert not folder.exists()
