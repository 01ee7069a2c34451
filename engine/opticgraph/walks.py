"""Walks through a graph: steps along properties, as SHACL paths and SPARQL property paths spell them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from rdflib import Graph, URIRef
from rdflib.collection import Collection
from rdflib.namespace import RDF, SH
from rdflib.paths import AlternativePath, InvPath, MulPath, SequencePath
from rdflib.term import Node

__all__ = ["HERE", "Compare", "Refusal", "Step", "Walk", "back", "of_pattern", "of_shape"]


@dataclass(frozen=True, order=True)
class Step:
    """One property, followed from subject to object or back."""

    property: str
    inverse: bool = False


Walk = tuple[Step, ...]
HERE: Walk = ()


@dataclass(frozen=True)
class Compare:
    """An order test: the value at the end of `left` against that of `right`, or against a constant (its text)."""

    left: Walk
    op: str  # < or <=
    right: Walk | None
    constant: str | None = None


class Refusal(Exception):
    """Why a shape cannot be told."""


def back(walk: Walk) -> Walk:
    """A walk from its end to its start."""
    return tuple(Step(step.property, not step.inverse) for step in reversed(walk))


def of_shape(shapes: Graph, shape: Node) -> tuple[Walk, ...]:
    """The walks from the focus of a shape to its value nodes: those of its path, or none."""
    path = shapes.value(shape, SH.path)
    return (HERE,) if path is None else tuple(_of_path(shapes, path))


def _of_path(shapes: Graph, node: Node) -> Iterator[Walk]:
    """The walks of a SHACL path; alternatives make several."""
    if isinstance(node, URIRef):
        yield (Step(str(node)),)
    elif (node, RDF.first, None) in shapes:
        yield from _one_after_another(Collection(shapes, node), lambda part: _of_path(shapes, part))
    elif (inverse := shapes.value(node, SH.inversePath)) is not None:
        yield from map(back, _of_path(shapes, inverse))
    elif (several := shapes.value(node, SH.alternativePath)) is not None:
        for part in Collection(shapes, several):
            yield from _of_path(shapes, part)
    else:
        raise Refusal("it follows a path any number of times")


def of_pattern(path: Any) -> tuple[Walk, ...]:
    """The walks of the property of a SPARQL pattern."""
    return tuple(_of_property(path))


def _of_property(path: Any) -> Iterator[Walk]:
    if isinstance(path, URIRef):
        yield (Step(str(path)),)
    elif isinstance(path, SequencePath):
        yield from _one_after_another(path.args, _of_property)
    elif isinstance(path, AlternativePath):
        for part in path.args:
            yield from _of_property(part)
    elif isinstance(path, InvPath):
        yield from map(back, _of_property(path.arg))
    elif isinstance(path, MulPath):
        raise Refusal("it follows a path any number of times")
    else:
        raise Refusal("a pattern of its SPARQL names no property")


def _one_after_another(parts: Iterable[Any], of: Callable[[Any], Iterator[Walk]]) -> list[Walk]:
    heads: list[Walk] = [HERE]
    for part in parts:
        tails = list(of(part))
        heads = [head + tail for head in heads for tail in tails]
        if len(heads) > _MOST:
            raise Refusal(f"its path has more than {_MOST} ways")
    return heads


_MOST = 256  # ways through alternatives of alternatives, each of which is a column
