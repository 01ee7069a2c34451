"""The endpoint's description of itself, in the terms of SPARQL 1.1 Service Description."""

from __future__ import annotations

from collections.abc import Mapping

import pyoxigraph as ox

from .graphs import GRAPH, PARTS

__all__ = ["description", "named"]

_SD = "http://www.w3.org/ns/sparql-service-description#"
_FORMATS = "http://www.w3.org/ns/formats/"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_DESCRIPTION = "http://purl.org/dc/terms/description"
_PREFIXES = {"sd": _SD, "dcterms": "http://purl.org/dc/terms/", "formats": _FORMATS}
_WRITTEN: Mapping[str, ox.RdfFormat] = {
    "turtle": ox.RdfFormat.TURTLE,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "jsonld": ox.RdfFormat.JSON_LD,
}


def description(endpoint: str, graphs: Mapping[str, str], *, format: str) -> bytes:
    """The service at this address, as RDF.

    graphs  IRI of a named graph -> what stands in it
    format  turtle, ntriples or jsonld
    """
    service, dataset = ox.NamedNode(endpoint), ox.NamedNode(endpoint + "#dataset")
    lines = [
        _says(service, _RDF + "type", _SD + "Service"),
        _says(service, _SD + "endpoint", endpoint),
        _says(service, _SD + "supportedLanguage", _SD + "SPARQL11Query"),
        _says(service, _SD + "defaultDataset", endpoint + "#dataset"),
        _says(dataset, _RDF + "type", _SD + "Dataset"),
        _says(dataset, _SD + "defaultGraph", endpoint + "#default"),
        _says(ox.NamedNode(endpoint + "#default"), _RDF + "type", _SD + "Graph"),
    ]
    names = ("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV")
    for name in (*names, "Turtle", "N-Triples", "JSON-LD"):
        lines.append(_says(service, _SD + "resultFormat", _FORMATS + name))
    for nth, (graph, told) in enumerate(sorted(graphs.items())):
        named = ox.NamedNode(f"{endpoint}#graph{nth}")
        lines += [
            _says(dataset, _SD + "namedGraph", named.value),
            _says(named, _RDF + "type", _SD + "NamedGraph"),
            _says(named, _SD + "name", graph),
        ]
        if told:
            lines.append(ox.Triple(named, ox.NamedNode(_DESCRIPTION), ox.Literal(told, language="en")))
    prefixes = None if format == "ntriples" else _PREFIXES
    return ox.serialize(sorted(lines, key=str), format=_WRITTEN[format], prefixes=prefixes) or b""


def named(store: ox.Store) -> dict[str, str]:
    """The named graphs of a store, with what stands in each."""
    told = {GRAPH + name: text for name, text in PARTS.items()}
    found = (graph.value for graph in store.named_graphs() if isinstance(graph, ox.NamedNode))
    return {graph: told.get(graph, "") for graph in sorted(found)}


def _says(subject: ox.NamedNode, predicate: str, of: str) -> ox.Triple:
    return ox.Triple(subject, ox.NamedNode(predicate), ox.NamedNode(of))
