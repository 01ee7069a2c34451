"""What is kept of rules is what reading them comes to: footprints and queries, as often as they are asked for."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from rdflib import Graph
from rdflib.namespace import SH
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Node

from opticgraph import footprints as kept_footprints
from opticgraph import queries
from opticgraph.footprint import Footprint, footprint
from opticgraph.footprints import footprints
from opticgraph.judge import audit
from opticgraph.read import load
from opticgraph.rules import read_rules

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
QUERIES = (
    "SELECT $this WHERE { $this <p:a>/^<p:b>|!(<p:c>) ?value . FILTER ( ?value != 'x'@en && ?value < -6.5 ) }",
    "SELECT DISTINCT $this ?value { { $this a ?value } UNION { ?value ^<p:a>* $this } OPTIONAL { [] <p:c> ?value } }",
    "SELECT $this { $this <p:a> ?a FILTER EXISTS { ?a <p:b> true, 007, '1'^^<d:t> FILTER REGEX(STR(?a), '^x', 'i') } }",
    "SELECT ?a (COUNT(DISTINCT ?b) AS ?n) { ?a <p:b> ?b BIND (?b * 2 AS ?c) } GROUP BY ?a HAVING (?n > 1) LIMIT 3",
    "SELECT $this { $this ?p (1 2 [ <p:a> ?x ]) MINUS { $this <p:b> ?x } VALUES (?x ?y) { (1 UNDEF) (<a:b> 'c') } }",
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "opticgraph"


def named(shapes: Graph) -> set[Node]:
    heads = set(shapes.subjects(SH.targetClass, None))
    return heads | {each for head in heads for each in shapes.objects(head, SH.property)}


def test_kept_footprints_are_those_of_the_shapes(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = read_rules()
    shapes = named(rules.shapes)
    plain = {shape: footprint(rules.shapes, shape) for shape in shapes}
    assert footprints(rules.shapes, shapes, read_from="these") == plain
    monkeypatch.setattr(kept_footprints, "footprint", lambda *_: Footprint(refused="worked out anew"))
    assert footprints(rules.shapes, shapes, read_from="these") == plain
    assert footprints(rules.shapes, shapes, read_from="others") != plain


def test_footprints_of_shapes_from_no_file_are_not_kept(home: Path) -> None:
    rules = read_rules()
    assert footprints(rules.shapes, named(rules.shapes))
    assert not home.exists()


def test_a_shape_without_a_name_is_read_every_time(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "@prefix sh: <http://www.w3.org/ns/shacl#> . <r:a> sh:targetClass <c:a> ; sh:property [ sh:path <p:a> ] ."
    for _ in range(2):
        shapes = Graph().parse(data=text, format="turtle")
        assert footprints(shapes, named(shapes), read_from="it") == {s: footprint(shapes, s) for s in named(shapes)}


@pytest.mark.parametrize("harm", [lambda kept: kept[:-9], lambda kept: b"[]", lambda kept: b'{"queries":{}}'])
def test_what_was_kept_and_harmed_is_worked_out_anew(home: Path, harm: Callable[[bytes], bytes]) -> None:
    rules = read_rules()
    told = footprints(rules.shapes, named(rules.shapes), read_from="these")
    (kept,) = home.iterdir()
    kept.write_bytes(harm(kept.read_bytes()))
    assert footprints(rules.shapes, named(rules.shapes), read_from="these") == told


def test_a_query_is_spelt_as_it_was_parsed() -> None:
    rules = read_rules()
    for text in (*QUERIES, *map(str, rules.shapes.objects(None, SH.select))):
        spelt = json.loads(json.dumps(queries.spelt(text)))
        assert plain(queries._unspelt(spelt)) == plain(queries._tree(text.strip())), text


def plain(part: object) -> object:
    """A parse tree with all there is to it: names, values, the functions that evaluate it, the types of its terms."""
    if isinstance(part, CompValue):
        by = getattr(part, "_evalfn", None)
        told = {name: plain(value) for name, value in part.items()}
        return type(part), part.name, by and by.__func__, told
    if isinstance(part, str):
        return type(part), part, getattr(part, "datatype", None), getattr(part, "language", None)
    return (type(part), [plain(each) for each in part]) if hasattr(part, "__iter__") else part


def test_an_audit_finds_the_same_with_rules_of_ones_own_that_were_kept(home: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.ttl"
    for limit, expected in ((50_000, 7), (100_000, 0)):  # another rule under the same name
        own.write_text(
            "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix o: <https://w3id.org/opticgraph/ontology#> .\n"
            "<r:short> a sh:NodeShape ; sh:targetClass o:Link ; sh:property [ sh:path o:lengthM ; "
            f'sh:maxInclusive {limit} ; sh:severity sh:Warning ; sh:message "Too long."@en ] .'
        )
        findings = [audit(load(EXAMPLES / "metro-ring"), rules=[own]).findings for _ in range(2)]
        first, second = ([f.message for f in found if f.rule == "r:short"] for found in findings)
        assert first == second
        assert len(first) == expected
