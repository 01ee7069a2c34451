"""Which triples of the default graph a query can read, told from its patterns; all of them where that cannot be told.

Why leaving out the others is sound. SPARQL 1.1 (section 18) works out every answer from what its triple patterns
match; all else (joins, filters, aggregates, EXISTS, sub-queries) sees solutions and no graph. A pattern with an IRI as
predicate matches only triples with that predicate, and one that asks for `rdf:type` a class only those of the class.
So with every triple that some pattern can match, wherever in the query it stands, each pattern has all its matches,
and the answer is the same. The same holds for paths, step by step, but for those that may be of no step at all (`p*`,
`p?`): such a path leads from every node of the graph to itself, so that triples of any predicate count. Where it is
joined with a step that must be taken, in its own sequence or in a pattern beside it, that does no harm: a node that no
triple read has is at no such step.

Everything is read by a predicate that is a variable, a negated property set, a path of no step that nothing is joined
with, DESCRIBE, and what rdflib, which reads the query here, does not know or may read otherwise than the engine that
answers it. What stands in GRAPH reads named graphs, never the default one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from pyparsing import ParseResults
from rdflib import BNode, URIRef, Variable
from rdflib.paths import AlternativePath, InvPath, MulPath, Path, SequencePath
from rdflib.plugins.sparql.algebra import translatePath, translatePName, translatePrologue, traverse
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue

from .graph import RDF_TYPE
from .question import plain
from .scope import EVERYTHING, Scope

__all__ = ["scope_of"]

_Pattern = tuple[Any, URIRef | Path, Any]
_JOINS = (Variable, BNode)
_OTHERWISE = re.compile(r"\bBASE\b", re.IGNORECASE)  # relative IRIs; rdflib resolves them in a way of its own


class _Unbounded(Exception):
    """Something in the query may read any triple."""


def scope_of(query: str) -> Scope:
    """What a query can read of the default graph; EVERYTHING where that cannot be told."""
    if "\\" in query or _OTHERWISE.search(plain(query)):
        return EVERYTHING
    try:
        head, body = parseQuery(query)
        named = partial(translatePName, prologue=translatePrologue(head, None, {}))
        patterns = list(_patterns(traverse(body, visitPost=named)))
        predicates = frozenset(str(each) for _, path, _ in patterns for each in _steps(path))
    except Exception:  # whatever rdflib makes of a text that is no query, or none to it: the engine is to say so
        return EVERYTHING
    typed = [(path, object_) for _, path, object_ in patterns if URIRef(RDF_TYPE) in _steps(path)]
    told = all(isinstance(path, URIRef) and isinstance(object_, URIRef) for path, object_ in typed)
    return Scope(predicates, frozenset(str(object_) for _, object_ in typed) if told else None)


def _patterns(part: Any) -> Iterator[_Pattern]:
    """Every triple pattern of the default graph, as written: rdflib's algebra loses a filter within a filter."""
    if isinstance(part, CompValue):
        if part.name in ("DescribeQuery", "ServiceGraphPattern"):
            raise _Unbounded
        if part.name == "GraphGraphPattern":
            return
        for name, value in part.items():
            if name == "triples" or (name == "template" and "where" not in part):  # CONSTRUCT WHERE
                yield from _joined(value)
            elif name != "template":
                yield from _patterns(value)
    elif isinstance(part, (list, tuple, ParseResults)):
        for each in part:
            yield from _patterns(each)


def _joined(written: Any) -> list[_Pattern]:
    """The patterns of one block; a path that may be of no step must meet, by its ends, one that is not."""
    patterns: list[_Pattern] = []
    for row in written:
        terms = list(row)  # one pattern, or several one after the other
        patterns += ((s, _path(p), o) for s, p, o in zip(terms[::3], terms[1::3], terms[2::3], strict=True))
    met = {end for s, path, o in patterns if not _may_be_empty(path) for end in (s, o)}
    loose = [(s, o) for s, path, o in patterns if _may_be_empty(path)]
    while loose:
        tied = [ends for ends in loose if any(isinstance(end, _JOINS) and end in met for end in ends)]
        if not tied:
            raise _Unbounded
        met.update(end for ends in tied for end in ends)
        loose = [ends for ends in loose if ends not in tied]
    return patterns


def _path(predicate: Any) -> URIRef | Path:
    path = traverse(predicate, visitPost=translatePath) if isinstance(predicate, CompValue) else predicate
    if not isinstance(path, (URIRef, Path)):
        raise _Unbounded
    return path


def _steps(path: URIRef | Path) -> frozenset[URIRef]:
    match path:
        case URIRef():
            return frozenset({path})
        case InvPath():
            return _steps(path.arg)
        case SequencePath() | AlternativePath():
            return frozenset().union(*map(_steps, path.args))
        case MulPath():
            return _steps(path.path)
    raise _Unbounded  # a negated property set


def _may_be_empty(path: URIRef | Path) -> bool:
    """Whether a path may lead from a node to itself by no step."""
    match path:
        case InvPath():
            return _may_be_empty(path.arg)
        case SequencePath():
            return all(map(_may_be_empty, path.args))
        case AlternativePath():
            return any(map(_may_be_empty, path.args))
        case MulPath():
            return path.mod in ("*", "?") or _may_be_empty(path.path)
    return False
