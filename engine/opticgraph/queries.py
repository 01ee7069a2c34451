"""The text of a SPARQL query as rdflib's algebra; each text is parsed once, which is by far the slowest part."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pyparsing import ParseResults
from rdflib import BNode, Literal, URIRef, Variable
from rdflib.plugins.sparql import operators
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue, Expr
from rdflib.plugins.sparql.sparql import Query

__all__ = ["learn", "query_of", "spelt"]

_PREFIX = re.compile(r"\s*PREFIX ([\w.-]*): <([^>]*)>\n")
_TERMS = {"iri": URIRef, "blank": BNode, "variable": Variable}
_learnt: dict[str, Any] = {}  # parsed by an earlier run: a text has one tree, so it does not matter who adds it


def query_of(text: str, namespaces: Mapping[str, str], *, base: str | None = None) -> Query:
    """The query, the caller's own: rdflib changes algebra while it works on it.

    Prefixes written on lines before the query, as pySHACL does, are taken for namespaces, so that the same query is
    known again without them.
    """
    known = dict(namespaces)
    while match := _PREFIX.match(text):
        known[match[1]] = match[2]
        text = text[match.end() :]
    used = {prefix: iri for prefix, iri in known.items() if f"{prefix}:" in text}  # rdflib takes its time to bind one
    return translateQuery(_copied(_tree(text.strip())), base, used)


def spelt(text: str) -> Any:
    """What a query is parsed to, as JSON holds it. Raises ValueError where it has a part that JSON does not hold."""
    return _spelt(_tree(text.strip()))


def learn(trees: Mapping[str, Any]) -> None:
    """Take queries, by their text, for parsed as they were spelt."""
    _learnt.update({text.strip(): tree for text, tree in trees.items()})


@lru_cache(maxsize=512)
def _tree(text: str) -> ParseResults:
    return _unspelt(_learnt[text]) if text in _learnt else parseQuery(text)


def _copied(part: Any) -> Any:
    if isinstance(part, Expr):
        evaluate = part._evalfn.__func__ if part._evalfn else None
        return Expr(part.name, evaluate, **{name: _copied(value) for name, value in part.items()})
    if isinstance(part, CompValue):
        return CompValue(part.name, **{name: _copied(value) for name, value in part.items()})
    if isinstance(part, ParseResults):
        return ParseResults([_copied(each) for each in part])
    return type(part)(map(_copied, part)) if isinstance(part, list) else part


def _spelt(part: Any) -> Any:
    if isinstance(part, Expr):
        evaluate = part._evalfn.__func__ if part._evalfn else None
        by = evaluate.__name__ if evaluate else ""
        if evaluate is not getattr(operators, by, None):
            raise ValueError(f"rdflib evaluates {part.name} in a way that has no name")
        return {"expr": part.name, "by": by, "parts": {name: _spelt(value) for name, value in part.items()}}
    if isinstance(part, CompValue):
        return {"comp": part.name, "parts": {name: _spelt(value) for name, value in part.items()}}
    if isinstance(part, ParseResults):
        return {"results": [_spelt(each) for each in part]}
    if isinstance(part, Literal):
        return {"literal": str(part), "type": part.datatype and str(part.datatype), "language": part.language}
    for kind, term in _TERMS.items():
        if type(part) is term:
            return {kind: str(part)}
    if type(part) is list:
        return [_spelt(each) for each in part]
    if part is None or type(part) in (str, int, bool):
        return part
    raise ValueError(f"a parsed query has a {type(part).__name__}")


def _unspelt(part: Any) -> Any:
    if isinstance(part, list):
        return [_unspelt(each) for each in part]
    if not isinstance(part, dict):
        return part
    kind, told = next(iter(part.items()))
    match kind:
        case "expr":
            evaluate = getattr(operators, part["by"]) if part["by"] else None
            return Expr(told, evaluate, **{name: _unspelt(value) for name, value in part["parts"].items()})
        case "comp":
            return CompValue(told, **{name: _unspelt(value) for name, value in part["parts"].items()})
        case "results":
            return ParseResults([_unspelt(each) for each in told])
        case "literal":
            return Literal(told, lang=part["language"], datatype=part["type"] and URIRef(part["type"]))
        case _:
            return _TERMS[kind](told)
