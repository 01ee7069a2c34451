"""What follows from the believed facts by the ontology's OWL 2 RL axioms, and whether they contradict it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from .errors import CatalogError
from .resources import folder
from .sources import OPTIC, RDF, Fact, local

if TYPE_CHECKING:
    from rdflib import Graph

__all__ = ["close"]

_ERROR = "http://www.daml.org/2002/03/agents/agent-ont#"  # owlrl writes what it finds wrong under this name
_OWL = "http://www.w3.org/2002/07/owl#"


def close(facts: Iterable[Fact]) -> tuple[tuple[str, str, str], ...]:
    """The triples (subject, predicate, object IRI) that follow and were not stated, sorted.

    Only types, relations between things, and optic:fibers enter: figures and names have no axioms, and closing them
    takes five times as long. Raises CatalogError naming the contradiction and the sources that state it.
    """
    import owlrl
    from rdflib import Graph
    from rdflib.term import Literal, URIRef

    graph = Graph()
    graph.parse(folder("ontology") / "optics.ttl", format="turtle")
    relations = {
        str(p)
        for kind in ("ObjectProperty", "SymmetricProperty", "TransitiveProperty")
        for p in graph.subjects(URIRef(RDF + "type"), URIRef(_OWL + kind))
    }
    stated: list[tuple[Fact, URIRef | Literal]] = []
    for fact in facts:
        if fact.value.startswith("<") and (fact.figure in relations or fact.figure == RDF + "type"):
            stated.append((fact, URIRef(fact.value[1:-1])))
        elif fact.figure == OPTIC + "fibers":
            stated.append((fact, Literal(int(fact.number))))
    for fact, value in stated:
        graph.add((URIRef(fact.subject), URIRef(fact.figure), value))
    before = set(graph)
    things = {URIRef(fact.subject) for fact, _ in stated} | {v for _, v in stated if isinstance(v, URIRef)}
    owlrl.DeductiveClosure(
        owlrl.OWLRL_Semantics, rdfs_closure=False, axiomatic_triples=False, datatype_axioms=False
    ).expand(graph)
    _refuse_contradictions(graph, [fact for fact, _ in stated])
    return tuple(
        sorted(
            (str(s), str(p), str(o))
            for s, p, o in graph
            if (s, p, o) not in before
            and s in things
            and isinstance(o, URIRef)
            and (str(p).startswith(OPTIC) or (str(p) == RDF + "type" and str(o).startswith(OPTIC)))
        )
    )


def _refuse_contradictions(graph: Graph, facts: list[Fact]) -> None:
    messages = sorted({str(o) for _, p, o in graph if str(p) == _ERROR + "error"})
    if not messages:
        return
    lines = []
    for message in messages:
        named = sorted({f"{f.source} ({f.evidence})" for f in facts if f.subject in message})
        lines.append(f"{_shorten(message)} Stated by: {', '.join(named) or 'the ontology'}.")
    raise CatalogError("the catalogue contradicts the ontology:\n" + "\n".join(lines))


def _shorten(message: str) -> str:
    return " ".join(local(word.strip("'<>,.")) if "://" in word else word for word in message.split())
