"""The footprints of a set of rules, worked out once and kept with the queries as parsed: parsing SPARQL is slow."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import rdflib
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import SH
from rdflib.term import Node

from . import cache
from .footprint import Compare, Footprint, Step, Walk, footprint
from .queries import learn, spelt

__all__ = ["footprints"]

# The modules that make footprints of shapes.
CODE = ("footprint", "footprints", "graph", "patterns", "queries", "walks")
_WALKS = ("exact", "texts", "counts", "values", "own")


def footprints(shapes: Graph, named: Iterable[Node], *, read_from: str = "") -> Mapping[Node, Footprint]:
    """The footprint of each of these shapes.

    read_from tells what the shapes were read from, and nothing is kept where that is not known.
    """
    wanted = set(named)
    iris = {shape for shape in wanted if isinstance(shape, URIRef)}  # a blank node is another one in every run
    name = _name(read_from) if read_from else ""
    kept = cache.recall(name) if name else None
    told: dict[Node, Footprint] = {}
    if kept is not None:
        with suppress(ValueError, LookupError, TypeError, AttributeError):  # whatever befell the file
            held = json.loads(kept)
            learn(held["queries"])
            told |= {URIRef(iri): _unspelt(each) for iri, each in held["footprints"].items()}
    whole = told.keys() == iris
    told = {shape: told[shape] if whole and shape in iris else footprint(shapes, shape) for shape in wanted}
    if name and not whole:
        with suppress(ValueError):  # a query that JSON does not hold
            content = {"footprints": {str(s): _spelt(told[s]) for s in iris}, "queries": _queries(shapes)}
            cache.keep(name, json.dumps(content, separators=(",", ":")).encode())
    return told


def _name(read_from: str) -> str:
    code = [Path(__file__).with_name(f"{name}.py") for name in CODE]
    return f"rules-{cache.digest(code, read_from, rdflib.__version__)}"


def _queries(shapes: Graph) -> dict[str, Any]:
    texts = {str(text) for text in shapes.objects(None, SH.select) if isinstance(text, Literal)}
    queries = {}
    for text in sorted(texts):
        with suppress(Exception):  # one that cannot be parsed is refused by reason; rdflib raises whatever it met
            queries[text] = spelt(text)
    return queries


def _spelt(told: Footprint) -> dict[str, Any]:
    return {
        **{name: sorted(map(_walk, getattr(told, name))) for name in _WALKS},
        "compares": [
            [_walk(c.left), c.op, None if c.right is None else _walk(c.right), c.constant] for c in told.compares
        ],
        "classes": [[_walk(walk), name] for walk, name in told.classes],
        "refused": told.refused,
    }


def _walk(walk: Walk) -> list[tuple[str, bool]]:
    return [(step.property, step.inverse) for step in walk]


def _unspelt(held: Mapping[str, Any]) -> Footprint:
    walks = {name: frozenset(map(_unspelt_walk, held[name])) for name in _WALKS}
    return Footprint(
        exact=walks["exact"],
        texts=walks["texts"],
        counts=walks["counts"],
        compares=frozenset(
            Compare(_unspelt_walk(left), op, None if right is None else _unspelt_walk(right), constant)
            for left, op, right, constant in held["compares"]
        ),
        classes=frozenset((_unspelt_walk(walk), name) for walk, name in held["classes"]),
        values=walks["values"],
        own=walks["own"],
        refused=held["refused"],
    )


def _unspelt_walk(steps: Iterable[tuple[str, bool]]) -> Walk:
    return tuple(Step(property, inverse) for property, inverse in steps)
