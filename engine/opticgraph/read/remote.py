"""A design that stands in a SPARQL endpoint, read in pages; no page is taken for the whole of what was asked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from http.client import HTTPException
from typing import Any, NoReturn
from urllib.error import HTTPError
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from urllib.request import Request, urlopen

import pyoxigraph as ox

from ..errors import BadCell, DesignError

__all__ = ["HEADS", "triples_of"]

HEADS = ("sparql+http://", "sparql+https://")
PAGE = 50_000  # triples that are asked for at once; some servers give fewer and do not say so
_SECONDS = 120.0  # what a server may take for a page
_MOST = 1 << 28  # bytes of a page
_COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
_ALL = "SELECT ?s ?p ?o WHERE { ?s ?p ?o } ORDER BY ?s ?p ?o"
# The same for Virtuoso, which sorts 10,000 rows at most where LIMIT and OFFSET stand beside ORDER BY. That the order
# outlasts the inner query is no promise of SPARQL, so it comes second, and what comes of it is counted.
_WITHIN = f"SELECT ?s ?p ?o WHERE {{ {{ {_ALL} }} }}"
_EXPECTED = "a SPARQL 1.1 endpoint that answers in JSON"


def triples_of(address: str) -> bytes:
    """All triples of the endpoint's default graph, as N-Triples, each line once, in code point order.

    address  sparql+http(s)://..., with what the protocol adds to name a graph: ?default-graph-uri=IRI

    Raises DesignError where nobody answers, the answer is none, or fewer triples come than there are.
    """
    if not address.startswith(HEADS):
        _refuse(address, "no address of a server", f"one that begins with {HEADS[1]} or {HEADS[0]}")
    total = int(_rows(address, _COUNT)[0]["n"]["value"])
    lines: set[str] = set()
    got = 0
    all_ = _ALL
    while got < total:
        try:
            rows = _rows(address, f"{all_} LIMIT {PAGE} OFFSET {got}")
        except DesignError:
            if got or all_ == _WITHIN:
                raise
            all_ = _WITHIN
            continue
        if not rows:
            _refuse(address, f"{got:,} of {total:,} triples", "all of them, page by page")
        if len(rows) < total and any(term["type"] == "bnode" for row in rows for term in row.values()):
            told = f"blank nodes in {total:,} triples that come in pages"
            _refuse(address, told, "nodes with IRIs, as a blank node has another name on each page")
        lines.update(_lines(address, rows))
        got += len(rows)
    if len(lines) < total:  # the order was not kept from page to page, or the graph has changed meanwhile
        _refuse(address, f"{len(lines):,} different triples in {total:,} rows", "a graph that stands still")
    return "".join(sorted(lines)).encode()


def _lines(address: str, rows: list[Mapping[str, Any]]) -> Iterator[str]:
    for row in rows:
        try:
            yield f"{_term(row['s'])} {_term(row['p'])} {_term(row['o'])} .\n"
        except (KeyError, TypeError, ValueError) as error:
            _refuse(address, f"a row that is no triple ({error})", _EXPECTED, error)


def _term(told: Mapping[str, str]) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    match told["type"]:
        case "uri":
            return ox.NamedNode(told["value"])
        case "bnode":
            return ox.BlankNode("b" + told["value"].encode().hex())
        case _:
            if language := told.get("xml:lang"):
                return ox.Literal(told["value"], language=language)
            datatype = told.get("datatype")
            return ox.Literal(told["value"], datatype=ox.NamedNode(datatype) if datatype else None)


def _rows(address: str, query: str) -> list[Mapping[str, Any]]:
    parts = urlsplit(address.removeprefix("sparql+"))
    # a form, so that no server finds the address too long; what names a graph goes with it
    form = urlencode([*parse_qsl(parts.query), ("query", query)]).encode()
    headers = {"Accept": "application/sparql-results+json", "Content-Type": "application/x-www-form-urlencoded"}
    request = Request(urlunsplit(parts._replace(query="", fragment="")), data=form, headers=headers)
    try:
        with urlopen(request, timeout=_SECONDS) as answer:
            body = answer.read(_MOST + 1)
    except HTTPError as error:
        with error:
            said = error.read(200).decode("utf-8", "replace").strip().partition("\n")[0]
        _refuse(address, f"status {error.code}: {said}", _EXPECTED, error)
    except (OSError, HTTPException, ValueError) as error:
        _refuse(address, f"no answer ({getattr(error, 'reason', error)})", _EXPECTED, error)
    if len(body) > _MOST:
        _refuse(address, f"a page of more than {_MOST >> 20} MiB", "smaller ones")
    try:
        rows: list[Mapping[str, Any]] = json.loads(body)["results"]["bindings"]
    except (KeyError, TypeError, ValueError) as error:
        _refuse(address, "an answer that is no SPARQL result in JSON", _EXPECTED, error)
    return rows


def _refuse(address: str, found: str, expected: str, cause: BaseException | None = None) -> NoReturn:
    raise DesignError(cells=(BadCell(address, 0, "", found, expected),)) from cause
