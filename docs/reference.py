"""The reference pages, made from what they are about: the terms of the ontology, and what the catalogue knows."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from rdflib import OWL, RDF, RDFS, SKOS, Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from opticgraph.lookup import look_up
from opticgraph.resources import folder
from opticgraph.sources import OPTIC

__all__ = ["catalogue_pages", "lists_page", "table", "terms_page"]

QUDT = Namespace("http://qudt.org/schema/qudt/")
# Units as the trade writes them.
UNITS = {
    "DeciB": "dB", "DeciB-PER-KiloM": "dB/km", "DeciB_M": "dBm", "GigaBIT-PER-SEC": "Gb/s", "GigaHZ": "GHz", "M": "m",
    "NanoM": "nm", "W": "W", "gigabaud": "GBd", "ps-per-nm": "ps/nm", "ps-per-nm-km": "ps/(nm km)",
}  # fmt: skip


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [header, ["---" for _ in header], *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


# --- the ontology ----------------------------------------------------------------------------------------------------


def terms_page() -> str:
    """Classes and properties of ontology/optics.ttl: what each is, domain, range and unit."""
    graph = Graph().parse(folder("ontology") / "optics.ttl")
    text = [
        "# Terms",
        "",
        "Made from `ontology/optics.ttl`. All are in the namespace `https://w3id.org/opticgraph/ontology#`, prefix",
        "`optic:`. OWL 2 RL says here what things are; the [rules](../docs/rules.md) say what a design must satisfy.",
        "What a record may say for a word is on [the page of lists](lists.md).",
        "",
        "## Classes",
        "",
    ]
    rows = []
    for term in _ours(graph, OWL.Class):
        above = _names(graph, graph.objects(term, RDFS.subClassOf))
        apart = _names(graph, graph.objects(term, OWL.disjointWith))
        rows.append((_anchored(term), _means(graph, term), above, apart))
    text.append(table(("class", "what it is", "is a", "never also a"), rows))
    header = ("property", "what it says", "of", "value")
    rows = [_property(graph, term) for term in _ours(graph, OWL.ObjectProperty)]
    text += ["## Properties between things", "", table(header, rows)]
    rows = [
        (*_property(graph, term), ", ".join(UNITS[_local(unit)] for unit in graph.objects(term, QUDT.hasUnit)))
        for term in _ours(graph, OWL.DatatypeProperty)
    ]
    text += ["## Values", "", table((*header, "unit"), rows)]
    return "\n".join(text)


def _property(graph: Graph, term: URIRef) -> tuple[str, ...]:
    ends = (_names(graph, graph.objects(term, end)) for end in (RDFS.domain, RDFS.range))
    return _anchored(term), _means(graph, term), *ends


def lists_page() -> str:
    """The closed lists of ontology/lists.ttl: the words a record may say."""
    graph = Graph().parse(folder("ontology") / "lists.ttl")
    text = ["# Lists", "", "Made from `ontology/lists.ttl`: the words that a field of a record may say.", ""]
    by_class: defaultdict[URIRef, list[URIRef]] = defaultdict(list)
    for concept, kind in graph.subject_objects(RDF.type):
        if str(kind).startswith(OPTIC) and graph.value(concept, SKOS.notation) is not None:
            by_class[URIRef(kind)].append(URIRef(concept))
    for kind in sorted(by_class):
        rows = []
        for concept in sorted(by_class[kind], key=lambda each: str(graph.value(each, SKOS.notation))):
            also = ", ".join(sorted(map(str, graph.objects(concept, SKOS.altLabel))))
            rows.append((f"`{graph.value(concept, SKOS.notation)}`", also, _means(graph, concept)))
        text += [f"## {_local(kind)}", "", _means(graph, kind), "", table(("word", "also", "what it is"), rows)]
    return "\n".join(text)


def _ours(graph: Graph, kind: Node) -> list[URIRef]:
    terms = (URIRef(term) for term in set(graph.subjects(RDF.type, kind)) if str(term).startswith(OPTIC))
    return sorted(terms, key=lambda term: str(term).casefold())


def _means(graph: Graph, term: Node) -> str:
    told = [graph.value(term, SKOS.definition)]
    examples = sorted(map(str, graph.objects(term, SKOS.example)))
    return " ".join([*(str(each) for each in told if each), *(f"*{each}*" for each in examples)])


def _names(graph: Graph, terms: Iterable[Node]) -> str:
    """Names of classes, units and datatypes; of a union its members."""
    names: set[str] = set()
    for term in terms:
        union = graph.value(term, OWL.unionOf)
        members = [term] if union is None else Collection(graph, union)
        names |= {_led(graph, each) for each in members}
    return ", ".join(sorted(name for name in names if name))


def _local(term: Node) -> str:
    return re.split(r"[#/]", str(term))[-1] if isinstance(term, URIRef) else ""


def _led(graph: Graph, term: Node) -> str:
    """The name of a term, with a link to where the reference pages tell of it."""
    name = _local(term)
    if not str(term).startswith(OPTIC):
        return name
    return f"[{name}](#{name})" if (term, RDF.type, None) in graph else f"[{name}](lists.md#{name.lower()})"


def _anchored(term: URIRef) -> str:
    return f'<span id="{_local(term)}">`{_local(term)}`</span>'


# --- what the catalogue knows ----------------------------------------------------------------------------------------

_CATALOGUE = {
    "modules": (
        "Module types",
        "What is believed of each under the default trust policy, and whose word the reach is. `opticgraph catalog"
        " modules LR4` has every figure of one, and the part numbers that are sold as it.",
    ),
    "hosts": (
        "Host models",
        "Switches, routers and cards whose ports are known, by maker. With a model, the command has its cages.",
    ),
    "sources": (
        "Sources",
        "Where every figure comes from. [Knowledge](../docs/knowledge.md) says how far each is trusted.",
    ),
    "contested": (
        "Contested figures",
        "Where sources differ, what each says, and which is believed under the default trust policy.",
    ),
}


def catalogue_pages() -> dict[str, str]:
    """What the catalogue answers about each topic, by file name."""
    return {f"{topic}.md": _topic(topic, *told) for topic, told in _CATALOGUE.items()}


def _topic(topic: str, title: str, about: str) -> str:
    found = look_up(topic)
    text = [f"# {title}", "", f"Made from what `opticgraph catalog {topic}` answers. {about}", ""]
    if topic == "hosts":
        makers: defaultdict[str, list[str]] = defaultdict(list)
        for (model,) in found.rows:
            maker, _, name = str(model).partition(".")
            makers[maker].append(name)
        text.append(table(("maker", "models"), [(maker, ", ".join(names)) for maker, names in sorted(makers.items())]))
    else:
        header = [column.replace("_", " ") for column in found.columns]
        text.append(table(header, (["" if cell is None else _linked(str(cell)) for cell in row] for row in found.rows)))
    return "\n".join(text)


def _linked(cell: str) -> str:
    return f"[{cell.partition('://')[2]}]({cell})" if re.fullmatch(r"https?://\S+", cell) else cell
