"""Lint of the ontology: every term is labelled, defined in one sentence, of known range and unit, and used."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pyoxigraph
import pytest
from rdflib import OWL, RDF, RDFS, SKOS, XSD, Graph, Literal, Namespace, URIRef

ROOT = Path(__file__).parents[1]
ONTOLOGY = ROOT / "ontology"
OPTIC = Namespace("https://w3id.org/opticgraph/ontology#")
QUDT = Namespace("http://qudt.org/schema/qudt/")
PROPERTIES = (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
FILES = ("optics.ttl", "lists.ttl", "alignments.ttl")


@cache
def parsed(name: str) -> Graph:
    return Graph().parse(ONTOLOGY / name)


def terms(name: str) -> list[URIRef]:
    """What the file defines: its own terms, whether classes, properties or concepts."""
    return sorted(
        node
        for node in set(parsed(name).subjects(SKOS.definition, None)) | set(parsed(name).subjects(RDF.type, None))
        if isinstance(node, URIRef) and str(node).startswith(str(OPTIC))
    )


def local(term: URIRef) -> str:
    return str(term).removeprefix(str(OPTIC))


@cache
def words() -> dict[str, int]:
    """How often each name of an own term stands anywhere, as optic:name in RDF and queries or as name in Python."""
    count: dict[str, int] = {}
    for folder, pattern, name in (
        ("ontology", "*.ttl", r"optic:([\w.-]*\w)"),
        ("ontology", "*.trig", r"optic:([\w.-]*\w)"),
        ("shapes", "*.ttl", r"optic:([\w.-]*\w)"),
        ("queries", "*.rq", r"optic:([\w.-]*\w)"),
        ("engine", "*.py", r"(\w+)"),
    ):
        for path in sorted((ROOT / folder).rglob(pattern)):
            for word in re.findall(name, path.read_text(encoding="utf-8")):
                count[word] = count.get(word, 0) + 1
    return count


@pytest.mark.parametrize("name", FILES)
def test_every_term_has_one_label_and_one_definition(name: str) -> None:
    faults = []
    for term in terms(name):
        if (term, RDFS.label, None) not in parsed(name) and name == "alignments.ttl":
            continue  # another file's term, aligned
        labels, definitions = (list(parsed(name).objects(term, p)) for p in (RDFS.label, SKOS.definition))
        if [getattr(label, "language", None) for label in labels] != ["en"]:
            faults.append(f"{local(term)}: {len(labels)} labels, one English label was expected")
        if [getattr(text, "language", None) for text in definitions] != ["en"]:
            faults.append(f"{local(term)}: {len(definitions)} definitions, one English definition was expected")
    assert faults == []


@pytest.mark.parametrize("name", FILES)
def test_every_definition_is_one_sentence(name: str) -> None:
    definitions = {term: str(text) for term, text in parsed(name).subject_objects(SKOS.definition)}
    assert definitions
    assert {
        text
        for text in definitions.values()
        if not re.fullmatch(r"\S.*[^.]\.", text) or re.search(r"[.!?] +[A-Z]", text)
    } == set()


def test_labels_are_unlike_within_a_kind() -> None:
    """Two classes, two properties or two concepts of one list never share a label."""
    seen: dict[tuple[str, str], URIRef] = {}
    faults = []
    for name in ("optics.ttl", "lists.ttl"):
        for term in terms(name):
            for kind in parsed(name).objects(term, RDF.type):
                group = "property" if kind in PROPERTIES else str(kind)
                if str(kind).startswith(str(OWL)) and kind not in (*PROPERTIES, OWL.Class):
                    continue  # symmetric, transitive and so on stand beside owl:ObjectProperty
                key = (group, str(parsed(name).value(term, RDFS.label)))
                if seen.setdefault(key, term) != term:
                    faults.append(f"{local(term)} and {local(seen[key])} are both labelled {key[1]}")
    assert faults == []


def test_every_property_says_its_range() -> None:
    graph = parsed("optics.ttl")
    faults = []
    for kind in (OWL.ObjectProperty, OWL.DatatypeProperty):
        for term in graph.subjects(RDF.type, kind):
            ranges = list(graph.objects(term, RDFS.range))
            literal = len(ranges) == 1 and str(ranges[0]).startswith(str(XSD))
            if len(ranges) != 1 or literal != (kind == OWL.DatatypeProperty):
                faults.append(f"{term}: ranges {[str(r) for r in ranges]}")
    assert faults == []


def test_every_decimal_figure_has_its_unit() -> None:
    """One unit, either of QUDT or defined among our lists; whole numbers are counts and have none."""
    graph = parsed("optics.ttl")
    own = set(parsed("lists.ttl").subjects(RDF.type, QUDT.Unit))
    faults = []
    for term, range_ in graph.subject_objects(RDFS.range):
        units = list(graph.objects(term, QUDT.hasUnit))
        if len(units) != (1 if range_ == XSD.decimal else 0):
            faults.append(f"{term}: {len(units)} units")
        faults += [f"{term}: {unit}" for unit in units if str(unit).startswith(str(OPTIC)) and unit not in own]
    assert faults == []


def test_every_notation_means_one_thing_within_its_list() -> None:
    """What people write, canonical or not, names one concept of a list."""
    graph = parsed("lists.ttl")
    seen: dict[tuple[str, str], URIRef] = {}
    faults = []
    for term in terms("lists.ttl"):
        for kind in graph.objects(term, RDF.type):
            for text in (*graph.objects(term, SKOS.notation), *graph.objects(term, SKOS.altLabel)):
                assert isinstance(text, Literal)
                if seen.setdefault((str(kind), str(text).casefold()), term) != term:
                    faults.append(f"{text}: {local(term)} and {local(seen[str(kind), str(text).casefold()])}")
    assert faults == []


def test_no_term_is_unused() -> None:
    """A class or property stands somewhere besides where it is defined."""
    defined = [
        term for term in terms("optics.ttl") if term not in set(parsed("optics.ttl").subjects(RDF.type, OWL.Ontology))
    ]
    assert [local(term) for term in defined if words().get(local(term), 0) < 2] == []


def test_catalogue_speaks_only_of_defined_terms() -> None:
    """Every term of ours that a catalogue file uses is defined; every catalogue thing is labelled."""
    known = {str(term) for name in ("optics.ttl", "lists.ttl") for term in terms(name)}
    part = "https://w3id.org/opticgraph/catalog#"
    described: set[str] = set()
    pointed: set[str] = set()
    faults = set()
    for path in sorted((ONTOLOGY / "catalog").glob("*.trig")):
        for quad in pyoxigraph.parse(path=path, format=pyoxigraph.RdfFormat.TRIG):
            for node in quad.triple:
                if isinstance(node, pyoxigraph.NamedNode):
                    if node.value.startswith(str(OPTIC)) and node.value not in known:
                        faults.add(f"{path.name}: {node.value}")
                    if node.value.startswith(part):
                        pointed.add(node.value)
            if quad.predicate.value == str(RDFS.label) and isinstance(quad.subject, pyoxigraph.NamedNode):
                described.add(quad.subject.value)
    assert sorted(faults) == []
    assert sorted(pointed - described) == []


def test_every_catalogue_file_holds_one_source() -> None:
    """A file is named after its source, which is described; its graphs are that source's, by evidence or by claim."""
    claim = re.compile(r"https://w3id\.org/opticgraph/claims#S\d+")
    source = "https://w3id.org/opticgraph/sources#"
    described = {str(node) for node in parsed("sources.ttl").subjects(RDF.type, OPTIC.Source)}
    faults = []
    for path in sorted((ONTOLOGY / "catalog").glob("*.trig")):
        graphs = {
            quad.graph_name.value
            for quad in pyoxigraph.parse(path=path, format=pyoxigraph.RdfFormat.TRIG)
            if isinstance(quad.graph_name, pyoxigraph.NamedNode) and not claim.fullmatch(quad.graph_name.value)
        }
        if source + path.stem not in described:
            faults.append(f"{path.name}: no such source")
        if not graphs or graphs - {f"{source}{path.stem}.{evidence}" for evidence in ("read", "cited", "derived")}:
            faults.append(f"{path.name}: graphs {sorted(graphs)}")
    assert faults == []
