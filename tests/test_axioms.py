"""Each axiom of the ontology rejects a catalogue that breaks it, names the culprit, and entails what it should.

owlrl reports an inconsistency as a node of the closed graph: of class err:ErrorMessage, with the message as err:error.
"""

from __future__ import annotations

import logging
from functools import cache
from pathlib import Path

import pytest
from owlrl import DeductiveClosure, OWLRL_Semantics
from rdflib import OWL, RDF, RDFS, XSD, Graph, Namespace

HERE = Path(__file__).parent
ONTOLOGY = HERE.parent / "ontology"
ERR = Namespace("http://www.daml.org/2002/03/agents/agent-ont#")
FAULT = "### The fault"
FOLLOWS = "### What follows"
PREFIXES = {
    "optic": "https://w3id.org/opticgraph/ontology#",
    "part": "https://w3id.org/opticgraph/catalog#",
    "xsd": str(XSD),
}


@cache
def axioms() -> Graph:
    """The ontology's axioms alone, without lists, declarations and what is for readers, so that a closure is quick."""
    whole = Graph().parse(ONTOLOGY / "optics.ttl")
    declarations = {OWL.Class, OWL.DatatypeProperty, OWL.ObjectProperty, OWL.AnnotationProperty, OWL.Ontology}
    logic = {RDF.first, RDF.rest, RDF.type, RDFS.domain, RDFS.range, RDFS.subClassOf, RDFS.subPropertyOf}
    kept = Graph()
    for triple in whole:
        if (triple[1] in logic or str(triple[1]).startswith(str(OWL))) and triple[2] not in declarations:
            kept.add(triple)
    return kept


def closed(text: str) -> Graph:
    graph = axioms() + Graph().parse(data=text, format="turtle")
    DeductiveClosure(OWLRL_Semantics).expand(graph)
    return graph


def messages(graph: Graph) -> list[str]:
    return sorted(str(message) for message in graph.objects(None, ERR.error))


def files(folder: str) -> list[Path]:
    return sorted((HERE / folder).glob("*.ttl"))


def expected_names(text: str) -> list[str]:
    """The names on the file's second line, as the message writes them: in full."""
    line = text.splitlines()[1]
    assert line.startswith("# Names: ")
    names = line.removeprefix("# Names: ").split()
    return [PREFIXES[name.split(":")[0]] + name.split(":")[1] if ":" in name else name for name in names]


@pytest.mark.parametrize("path", files("broken"), ids=lambda path: path.stem)
def test_broken_catalogue_is_rejected(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "rdflib.term")  # it tells of every bad literal; owlrl does so too
    text = path.read_text(encoding="utf-8")
    found = messages(closed(text))
    names = expected_names(text)
    assert any(all(name in message for name in names) for message in found), found


@pytest.mark.parametrize("path", files("broken"), ids=lambda path: path.stem)
def test_without_its_fault_it_is_accepted(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(FAULT) == 1
    assert messages(closed(text.split(FAULT)[0])) == []


@pytest.mark.parametrize("path", files("entailed"), ids=lambda path: path.stem)
def test_axiom_entails(path: Path) -> None:
    given, follows = path.read_text(encoding="utf-8").split(FOLLOWS)
    prefixes = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())
    wanted = set(Graph().parse(data=prefixes + follows, format="turtle"))
    stated = set(Graph().parse(data=given, format="turtle"))
    graph = closed(given)
    assert wanted - set(graph) == set()
    assert wanted & stated == set()
    assert messages(graph) == []


def test_the_ontology_itself_is_consistent() -> None:
    assert messages(closed("")) == []


def test_every_disjointness_has_its_broken_catalogue() -> None:
    """A new pair of disjoint classes or properties wants a file in tests/broken."""
    pairs = {frozenset(pair) for pair in axioms().subject_objects(OWL.disjointWith)}
    pairs |= {frozenset(pair) for pair in axioms().subject_objects(OWL.propertyDisjointWith)}
    for node in axioms().subjects(RDF.type, OWL.AllDisjointClasses):
        head = axioms().value(node, OWL.members)
        assert head is not None
        members = list(axioms().items(head))
        pairs |= {frozenset((a, b)) for a in members for b in members if a != b}
    covered = [set(expected_names(path.read_text(encoding="utf-8"))) for path in files("broken")]
    missing = [
        sorted(map(str, pair)) for pair in pairs if not any({str(x) for x in pair} <= names for names in covered)
    ]
    assert missing == []
