"""A SPARQL query matched from $this on: one step of a path at a time, each from what is bound already.

rdflib matches the patterns of a group in an order chosen before it looks, and paths last, so that a rule about one link
may look at every module first. The order of patterns changes no solution, nor does writing a path a/b as two patterns
with a variable between them, which is how SPARQL 1.1 defines it (section 18.2.2.4).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import count
from typing import Any

from rdflib import BNode, Graph, Variable
from rdflib.paths import InvPath, SequencePath
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.plugins.sparql.sparql import FrozenBindings, QueryContext

from .queries import query_of

__all__ = ["matches", "prepared", "stepwise"]

_Triple = tuple[Any, Any, Any]  # rdflib's terms and paths; it gives them no type in common


@lru_cache(maxsize=512)
def prepared(text: str, base: str | None, namespaces: tuple[tuple[str, Any], ...]) -> Any:
    """A query as rdflib takes it, parsed once and in steps."""
    query = query_of(text, dict(namespaces), base=base)
    stepwise(query.algebra)
    return query


def stepwise(algebra: CompValue) -> None:
    """Write every path of the algebra in steps, in place."""
    fresh = (Variable(f"stepwise{n}") for n in count())
    for group in _groups(algebra, set()):
        group["triples"] = [step for triple in group.triples for step in _steps(triple, fresh)]


def matches(context: QueryContext, part: CompValue) -> Iterator[FrozenBindings]:
    """The solutions of a basic graph pattern; rdflib takes it for its own evaluation of one (its CUSTOM_EVALS)."""
    if part.name != "BGP" or context.graph is None:
        raise NotImplementedError  # which is how rdflib is told to do it by itself
    return _matched(context, context.graph, part.triples, dict(context.bindings))


def _groups(part: Any, seen: set[int]) -> Iterator[CompValue]:
    """Every basic graph pattern, those in the conditions of filters too."""
    if isinstance(part, CompValue):
        if id(part) in seen:
            return
        seen.add(id(part))
        if part.name == "BGP":
            yield part
        for value in list(part.values()):
            yield from _groups(value, seen)
    elif isinstance(part, (list, tuple)):
        for item in part:
            yield from _groups(item, seen)


def _steps(triple: _Triple, fresh: Iterator[Variable]) -> Iterator[_Triple]:
    """One pattern with a sequence as its path as several, an inverse step turned round."""
    subject, predicate, object_ = triple
    if isinstance(predicate, InvPath):
        yield from _steps((object_, predicate.arg, subject), fresh)
    elif isinstance(predicate, SequencePath):
        for step in predicate.args[:-1]:
            between = next(fresh)
            yield from _steps((subject, step, between), fresh)
            subject = between
        yield from _steps((subject, predicate.args[-1], object_), fresh)
    else:
        yield triple


def _matched(
    context: QueryContext, graph: Graph, patterns: Sequence[_Triple], bound: dict[Any, Any]
) -> Iterator[FrozenBindings]:
    if not patterns:
        yield FrozenBindings(context, bound)
        return
    first = min(patterns, key=lambda triple: _rank(triple, bound)) if len(patterns) > 1 else patterns[0]
    rest = [triple for triple in patterns if triple is not first]
    known = [bound.get(term) if _is_open(term) else term for term in first]
    for found in graph.triples((known[0], known[1], known[2])):
        told = dict(bound)
        for term, was, value in zip(first, known, found, strict=True):
            if was is None and told.setdefault(term, value) != value:
                break  # a variable that stands twice, and would be two things
        else:
            yield from _matched(context, graph, rest, told)


def _rank(triple: _Triple, bound: Mapping[Any, Any]) -> tuple[bool, bool, bool]:
    """First from a subject that is known, then from an object, and from a constant last: many things may have it."""
    subject, _, object_ = triple
    return (
        _is_open(subject) and subject not in bound,
        _is_open(object_) and object_ not in bound,
        not _is_open(object_),
    )


def _is_open(term: object) -> bool:
    return isinstance(term, Variable | BNode)
