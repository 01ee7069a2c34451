"""Every rule of the catalogue finds what its example says and nothing else, and the shipped catalogue breaks none."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pyoxigraph
import pytest
from pyshacl import validate
from rdflib import OWL, RDF, SH, Graph, Namespace
from rdflib.term import Node

from opticgraph.sources import believe, catalog_files, read_facts, read_policy, read_sources

ROOT = Path(__file__).parents[1]
RULES = ROOT / "shapes" / "catalog"
EXAMPLES = Path(__file__).parent / "catalog"
ONTOLOGY = ROOT / "ontology"
OPTIC = Namespace("https://w3id.org/opticgraph/ontology#")

Result = tuple[Node | None, Node | None, Node | None]  # focus, shape, severity


def names(folder: Path, pattern: str) -> list[str]:
    return sorted(path.stem for path in folder.glob(pattern))


@cache
def ontology() -> Graph:
    graph = Graph()
    for name in ("optics.ttl", "lists.ttl"):
        graph.parse(ONTOLOGY / name)
    return graph


@cache
def shapes(*rules: str) -> Graph:
    graph = Graph().parse(RULES.parent / "prefixes.ttl")
    for rule in rules:
        graph.parse(RULES / f"{rule}.ttl")
    return graph


def found(data: Graph, rules: Graph) -> set[Result]:
    """What the rules find in the data: pySHACL with no inference and the data left as it was."""
    _, report, _ = validate(data, shacl_graph=rules, inference="none", inplace=True)
    assert isinstance(report, Graph)
    return results(report, report.objects(None, SH.result))


def results(graph: Graph, nodes: Iterable[Node]) -> set[Result]:
    return {
        (graph.value(node, SH.focusNode), graph.value(node, SH.sourceShape), graph.value(node, SH.resultSeverity))
        for node in nodes
    }


def expected(example: Graph) -> set[Result]:
    return results(example, example.subjects(RDF.type, SH.ValidationResult))


def per_source(rule: str) -> bool:
    return any(shapes(rule).subjects(OPTIC.perSource, None))


@cache
def catalogue() -> tuple[Graph, dict[str, Graph]]:
    """All facts with what they are about, and the facts of each source by itself.

    An article is left out: it is there to be answered, and may clash with what others say, and with itself.
    """
    articles = {source.id for source in read_sources().values() if source.kind == "Article"}
    union = ontology() + Graph().parse(ONTOLOGY / "sources.ttl")
    by_source: dict[str, Graph] = {}
    for path in sorted((ONTOLOGY / "catalog").glob("*.trig")):
        if path.stem in articles:
            continue
        facts = (quad.triple for quad in pyoxigraph.parse(path=path, format=pyoxigraph.RdfFormat.TRIG))
        lines = pyoxigraph.serialize(facts, format=pyoxigraph.RdfFormat.N_TRIPLES)
        by_source[path.stem] = Graph().parse(data=lines, format="nt")
        union += by_source[path.stem]
    return union, by_source


@cache
def believed() -> Graph:
    """What the default policy believes, with what the sources are."""
    sources = read_sources()
    belief = believe(read_facts(catalog_files()), policy=read_policy("standards"), sources=sources)
    lines = "".join(f"<{fact.subject}> <{fact.figure}> {fact.value} .\n" for fact in belief.facts)
    return Graph().parse(data=lines, format="nt") + Graph().parse(ONTOLOGY / "sources.ttl")


def test_every_rule_has_examples_and_every_example_a_rule() -> None:
    assert names(EXAMPLES, "*") == names(RULES, "*.ttl")
    for rule in names(RULES, "*.ttl"):
        assert names(EXAMPLES / rule, "*.ttl") == ["conforms", "violates"]


@pytest.mark.parametrize("rule", names(RULES, "*.ttl"))
def test_example_that_conforms(rule: str) -> None:
    example = Graph().parse(EXAMPLES / rule / "conforms.ttl")
    assert found(ontology() + example, shapes(rule)) == set()


@pytest.mark.parametrize("rule", names(RULES, "*.ttl"))
def test_example_that_violates(rule: str) -> None:
    example = Graph().parse(EXAMPLES / rule / "violates.ttl")
    assert expected(example) != set()
    assert found(ontology() + example, shapes(rule)) == expected(example)


@pytest.mark.parametrize("rule", names(RULES, "*.ttl"))
def test_rule_is_described(rule: str) -> None:
    """Title, sentence, severity and a static message on every shape that has an IRI; the file's name is the rule's."""
    graph = shapes(rule)
    own = {
        node
        for node in graph.subjects(RDF.type, None)
        if str(node).startswith(f"https://w3id.org/opticgraph/rules#{rule}")
    }
    main = Namespace("https://w3id.org/opticgraph/rules#")[rule]
    assert main in own
    assert [len(list(graph.objects(main, p))) for p in (SH.name, SH.description)] == [1, 1]
    assert str(graph.value(main, SH.description)).endswith(".")
    for shape in own:
        assert [len(list(graph.objects(shape, p))) for p in (SH.severity, SH.message)] == [1, 1], shape
        assert shape == main or graph.value(shape, OPTIC.ofRule) == main, shape


def test_one_value_a_figure_covers_every_figure_that_has_a_stricter_side() -> None:
    rule = shapes("one-value-a-figure-a-source")
    covered = set(rule.objects(None, SH.path))
    figures = {
        p for p in ontology().subjects(OPTIC.stricter, None) if (p, RDF.type, OWL.DatatypeProperty) in ontology()
    }
    assert figures - covered == set()
    assert covered == set(rule.objects(None, SH.targetSubjectsOf))


@pytest.mark.parametrize("rule", [rule for rule in names(RULES, "*.ttl") if not per_source(rule)])
def test_shipped_catalogue_conforms(rule: str) -> None:
    union, _ = catalogue()
    assert found(union, shapes(rule)) == set()


@pytest.mark.parametrize("rule", [rule for rule in names(RULES, "*.ttl") if not per_source(rule)])
def test_what_is_believed_conforms(rule: str) -> None:
    """Articles included: of what they say only that is believed which clashes with nothing."""
    assert found(ontology() + believed(), shapes(rule)) == set()


def test_every_source_conforms_by_itself() -> None:
    _, by_source = catalogue()
    rules = shapes(*(rule for rule in names(RULES, "*.ttl") if per_source(rule)))
    broken = {source: found(facts, rules) for source, facts in by_source.items()}
    assert {source: results for source, results in broken.items() if results} == {}
