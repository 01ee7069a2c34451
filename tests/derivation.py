"""Derived facts as queries/derive says them: the queries run one after the other over a design and what is believed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import polars as pl
import pyoxigraph as ox

from opticgraph.derive import Judged
from opticgraph.design import Design
from opticgraph.facts import derived_graph
from opticgraph.graph import to_graph
from opticgraph.sources import catalog_files
from opticgraph.wide import Wide

__all__ = ["QUERIES", "after", "columns", "listed", "order", "queries", "query"]

QUERIES = Path(__file__).parent.parent / "queries" / "derive"
BELIEVED, DESIGN = ox.NamedNode("urn:believed"), ox.NamedNode("urn:design")
DECIMAL = "http://www.w3.org/2001/XMLSchema#decimal"


def columns(design: Design, judged: Judged) -> frozenset[str]:
    """Every triple of a judged design, as its columns have it; of an ambiguous name its first meaning."""
    lines = derived_graph(design, replace(judged, links=Wide(judged.links.filter(pl.col("case") == 0))))
    return frozenset(canonical(quad.triple) for quad in ox.parse(lines, format=ox.RdfFormat.N_TRIPLES))


def queries(design: Design, judged: Judged, types: Iterable[str], knowledge: bytes) -> frozenset[str]:
    """The same as the queries have it.

    They begin with the design as recorded, less its retired links, with what the host catalogue tells of its ports and
    with what its module names mean: those of the triples given that say a module type.
    """
    status = pl.col("status").fill_null("active")
    links = design.links.with_columns(status).filter(status != "retired")
    recorded = to_graph(replace(design, links=links, ports=judged.ports.select(design.ports.columns)))
    said = "".join(f"{triple} .\n" for triple in types if "#ofType> " in triple)
    return derived(recorded + said.encode(), knowledge)


def derived(design: bytes, knowledge: bytes) -> frozenset[str]:
    """Every triple of a design (N-Triples) and all that the queries add to it."""
    store = _store(knowledge)
    store.clear_graph(DESIGN)
    store.load(design, format=ox.RdfFormat.N_TRIPLES, to_graph=DESIGN)
    for name in order():
        found = store.query(query(name), default_graph=[BELIEVED, DESIGN, ox.DefaultGraph()])
        assert isinstance(found, ox.QueryTriples)
        store.extend(ox.Quad(each.subject, each.predicate, each.object, DESIGN) for each in found)
    return frozenset(canonical(quad.triple) for quad in store.quads_for_pattern(None, None, None, DESIGN))


def canonical(triple: ox.Triple) -> str:
    """A triple as N-Triples with its number as XSD 1.1 writes it: no zeros at either end, no point in a whole one."""
    value = triple.object
    if isinstance(value, ox.Literal) and value.datatype.value == DECIMAL and "." in value.value:
        shorter = value.value.rstrip("0").removesuffix(".")
        value = ox.Literal(shorter, datatype=value.datatype)
    return f"{triple.subject} {triple.predicate} {value}"


@cache
def order() -> tuple[str, ...]:
    """The names of the queries, each after those whose facts it reads; CycleError if there is no such order."""
    return tuple(TopologicalSorter(after()).static_order())


@cache
def after() -> Mapping[str, tuple[str, ...]]:
    """Query -> the queries that its header says it comes after."""
    names = sorted(path.stem for path in QUERIES.glob("*.rq"))
    return {name: tuple(sorted(listed(name, "after"))) for name in names}


def listed(name: str, heading: str) -> Iterable[str]:
    """What a header lists under a heading, which may run over lines that are indented."""
    found = re.search(rf"^# {heading}: (.*(?:\n#   .*)*)", query(name), re.MULTILINE)
    return re.split(r"[,;]\s*", " ".join(found[1].replace("\n#", " ").split())) if found else ()


@cache
def query(name: str) -> str:
    return (QUERIES / f"{name}.rq").read_text(encoding="utf-8")


@cache
def _store(knowledge: bytes) -> ox.Store:
    """What is believed, and in graphs of their own all that the sources state."""
    store = ox.Store()
    store.bulk_load(knowledge, format=ox.RdfFormat.N_TRIPLES, to_graph=BELIEVED)
    for file in catalog_files():
        store.bulk_load(path=str(file), format=ox.RdfFormat.TRIG)
    return store
