"""The text of a SPARQL query as rdflib's algebra; each text is parsed once, which is by far the slowest part."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pyparsing import ParseResults
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue, Expr
from rdflib.plugins.sparql.sparql import Query

__all__ = ["query_of"]

_PREFIX = re.compile(r"\s*PREFIX ([\w.-]*): <([^>]*)>\n")


def query_of(text: str, namespaces: Mapping[str, str], *, base: str | None = None) -> Query:
    """The query, the caller's own: rdflib changes algebra while it works on it.

    Prefixes written on lines before the query, as pySHACL does, are taken for namespaces, so that the same query is
    known again without them.
    """
    known = dict(namespaces)
    while match := _PREFIX.match(text):
        known[match[1]] = match[2]
        text = text[match.end() :]
    return translateQuery(_copied(_tree(text.strip())), base, known)


@lru_cache(maxsize=512)
def _tree(text: str) -> ParseResults:
    return parseQuery(text)


def _copied(part: Any) -> Any:
    if isinstance(part, Expr):
        evaluate = part._evalfn.__func__ if part._evalfn else None
        return Expr(part.name, evaluate, **{name: _copied(value) for name, value in part.items()})
    if isinstance(part, CompValue):
        return CompValue(part.name, **{name: _copied(value) for name, value in part.items()})
    if isinstance(part, ParseResults):
        return ParseResults([_copied(each) for each in part])
    return type(part)(map(_copied, part)) if isinstance(part, list) else part
