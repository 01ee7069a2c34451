"""A plan as RDF: what is to be done as P-Plan steps in order, each of what it uses and brings about as PROV has it."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pyoxigraph as ox

from ...graph import BASE
from ...planned import Plan, Step, Window

__all__ = ["render"]

PPLAN, PROV = "http://purl.org/net/p-plan#", "http://www.w3.org/ns/prov#"
RDFS, XSD = "http://www.w3.org/2000/01/rdf-schema#", "http://www.w3.org/2001/XMLSchema#"
RDF, TERMS = "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "http://purl.org/dc/terms/"
_PLAN = f"{BASE}plan"
_PREFIXES = {"dcterms": TERMS, "p-plan": PPLAN, "prov": PROV, "rdfs": RDFS, "xsd": XSD}


def render(plan: Plan) -> bytes:
    """The Turtle text, sorted, the same bytes for the same plan."""
    quads = sorted(_triples(plan), key=lambda triple: tuple(map(str, triple)))
    text = ox.serialize(quads, format=ox.RdfFormat.TURTLE, prefixes=_PREFIXES)
    assert text is not None
    return text


def _iri(*parts: str) -> ox.NamedNode:
    return ox.NamedNode("/".join((_PLAN, *(quote(part, safe="") for part in parts))))


def _link(name: str) -> ox.NamedNode:
    return ox.NamedNode(f"{BASE}link/{quote(name, safe='')}")


def _node(base: str, name: str) -> ox.NamedNode:
    return ox.NamedNode(f"{base}{name}")


_TYPE = _node(RDF, "type")


def _triples(plan: Plan) -> Iterator[ox.Triple]:
    whole = ox.NamedNode(_PLAN)
    for base, name in ((PPLAN, "Plan"), (PROV, "Plan"), (PROV, "Entity")):
        yield ox.Triple(whole, _TYPE, _node(base, name))
    yield _text(whole, RDFS, "label", f"Plan of {len(plan.windows)} windows, {plan.status}")
    yield _text(whole, TERMS, "description", f"Made by opticgraph {plan.version} under the trust policy {plan.trust}.")
    state = _iri("state", "0")
    yield from _state(state, "The design before the plan")
    for window in plan.windows:
        here, after = _iri("window", str(window.n)), _iri("state", str(window.n))
        yield from _window(here, window, whole)
        yield ox.Triple(here, _node(PPLAN, "hasInputVar"), state)
        yield ox.Triple(after, _node(PPLAN, "isOutputVarOf"), here)
        yield ox.Triple(after, _node(PROV, "wasDerivedFrom"), state)
        told = window.state
        yield from _state(
            after, f"After window {window.n}: {told.works} work, {told.fails} fail, {told.unknown} unknown"
        )
        if window.n > 1:
            yield ox.Triple(here, _node(PPLAN, "isPrecededBy"), _iri("window", str(window.n - 1)))
        for step in window.steps:
            yield from _step(step, here, whole)
        state = after


def _text(subject: ox.NamedNode, base: str, name: str, text: str) -> ox.Triple:
    said = text.encode("utf-8", "replace").decode()
    return ox.Triple(subject, _node(base, name), ox.Literal(said))


def _state(node: ox.NamedNode, words: str) -> Iterator[ox.Triple]:
    yield ox.Triple(node, _TYPE, _node(PPLAN, "Variable"))
    yield ox.Triple(node, _node(PPLAN, "isVariableOfPlan"), ox.NamedNode(_PLAN))
    yield _text(node, RDFS, "label", words)


def _window(node: ox.NamedNode, window: Window, whole: ox.NamedNode) -> Iterator[ox.Triple]:
    yield ox.Triple(node, _TYPE, _node(PPLAN, "MultiStep"))
    yield ox.Triple(node, _node(PPLAN, "isStepOfPlan"), whole)
    yield _text(node, RDFS, "label", f"Window {window.n}")
    if window.day:
        yield ox.Triple(node, _node(TERMS, "date"), ox.Literal(window.day, datatype=_node(XSD, "date")))
    for site in window.sites:
        yield _text(node, TERMS, "spatial", site)


def _step(step: Step, window: ox.NamedNode, whole: ox.NamedNode) -> Iterator[ox.Triple]:
    node = _iri("step", step.unit)
    yield ox.Triple(node, _TYPE, _node(PPLAN, "Step"))
    yield ox.Triple(node, _node(PPLAN, "isStepOfPlan"), whole)
    yield ox.Triple(node, _node(TERMS, "isPartOf"), window)
    yield _text(node, RDFS, "label", step.unit)
    yield _text(node, TERMS, "description", " ".join(step.words) or step.strategy)
    for needed in step.after:
        yield ox.Triple(node, _node(PPLAN, "isPrecededBy"), _iri("step", needed))
    for link in step.links:
        yield ox.Triple(node, _node(PROV, "used"), _link(link))
    for part in step.parts:
        entity = _iri("step", step.unit, part.action, part.part)
        yield ox.Triple(entity, _TYPE, _node(PROV, "Entity"))
        yield _text(entity, RDFS, "label", f"{part.action} {part.count} x {part.part}")
        way = (entity, "wasGeneratedBy", node) if part.action == "free" else (node, "used", entity)
        yield ox.Triple(way[0], _node(PROV, way[1]), way[2])
