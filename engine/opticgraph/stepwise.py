"""A SPARQL query with its triple patterns in an order that starts at $this, one step of a path at a time.

rdflib matches the patterns of a group in an order chosen before $this is bound, and paths last, so that a rule about
one link may look at every module first. The order of patterns changes no solution, nor does writing a path a/b as two
patterns with a variable between them, which is how SPARQL 1.1 defines it (section 18.2.2.4).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any

from rdflib import Variable
from rdflib.paths import InvPath, SequencePath
from rdflib.plugins.sparql.parserutils import CompValue

__all__ = ["stepwise"]

_Triple = tuple[Any, Any, Any]  # rdflib's terms and paths; it gives them no type in common


def stepwise(algebra: CompValue) -> None:
    """Order the patterns of the algebra, in place."""
    fresh = (Variable(f"stepwise{n}") for n in count())
    for group in _groups(algebra, set()):
        group["triples"] = _ordered([step for triple in group.triples for step in _steps(triple, fresh)])


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


def _ordered(triples: Sequence[_Triple]) -> list[_Triple]:
    """From $this on: each pattern joined to one before it, where there is such a one."""
    known, left, ordered = {Variable("this")}, list(triples), []
    while left:
        rank = {id(t): (t[0] not in known, isinstance(t[2], Variable) and t[2] not in known) for t in left}
        joined = [t for t in left if t[0] in known or t[2] in known]
        best = min(joined or left, key=lambda triple: rank[id(triple)])
        left.remove(best)
        ordered.append(best)
        known |= {term for term in best if isinstance(term, Variable)}
    return ordered
