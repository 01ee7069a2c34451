"""The routes of the SPARQL 1.1 Protocol and, read-only, of the Graph Store Protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

import pyoxigraph as ox
from fastapi import FastAPI, Request, Response

from .description import description
from .formats import GRAPHS, RESULTS, TYPES, liked
from .refusal import Refused
from .screen import screen, too_long
from .site import Site

__all__ = ["answered", "formats_of", "routes"]

_SPARE = 8_000  # bytes of a form beyond those of its query, which is written in up to three letters a byte
_DRAINED = 64 << 20  # bytes of a body that is too long that are read and let go, so that the client hears why
_KNOWN = ("query", "default-graph-uri", "named-graph-uri")


def routes(app: FastAPI, site: Site) -> None:
    """Add /sparql, and /data for whole graphs."""

    @app.get("/sparql", summary="SPARQL 1.1 query, in the address", tags=["SPARQL"])
    async def by_get(request: Request) -> Response:
        asked = request.query_params.multi_items()
        if not asked:
            told = formats_of(request, GRAPHS)
            address = str(request.url.replace(query="", fragment=""))
            return Response(description(address, site.graphs, format=told[0]), media_type=TYPES[told[0]])
        return await _asked(request, site, asked)

    @app.post("/sparql", summary="SPARQL 1.1 query, as a form or as application/sparql-query", tags=["SPARQL"])
    async def by_post(request: Request) -> Response:
        body = await _body(request, site)
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        asked = request.query_params.multi_items()
        if kind == "application/x-www-form-urlencoded":
            try:
                form = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=100)
            except ValueError as error:
                raise Refused(400, "the form is no UTF-8, or has more than 100 fields") from error
            return await _asked(request, site, [*asked, *form])
        if kind == "application/sparql-query":
            try:
                return await _asked(request, site, [*asked, ("query", body.decode())])
            except UnicodeDecodeError as error:
                raise Refused(400, "the query is no UTF-8") from error
        if kind == "application/sparql-update":
            raise Refused(403, "found an update; this endpoint only reads")
        expected = "application/x-www-form-urlencoded or application/sparql-query"
        raise Refused(415, f"found a body of {kind or 'no type'!r}; expected {expected}")

    @app.get("/data", summary="A graph as a whole: ?default, or ?graph=IRI; without either, which there are")
    async def graph(request: Request) -> Response:
        asked = request.query_params.multi_items()
        if not asked:
            lines = "".join(f"{name}\t{told}\n" for name, told in site.graphs.items())
            return Response(lines, media_type="text/plain; charset=utf-8")
        if [name for name, _ in asked] not in (["default"], ["graph"]):
            raise Refused(400, "expected ?default or ?graph=IRI, one of them, once")
        name = asked[0][1] if asked[0][0] == "graph" else ""
        if asked[0][0] == "graph" and name not in site.graphs:
            raise Refused(404, f"found no graph <{name}>; /data without a parameter names all that are here")
        return await answered(site, {"graph": name}, formats_of(request, GRAPHS))


def formats_of(request: Request, *known: Mapping[str, str]) -> list[str]:
    """The formats that the client takes of those known; Refused where it takes none."""
    accept = ",".join(request.headers.getlist("accept"))
    told = [format for each in known for format in liked(accept, each)]
    if not told:
        types = ", ".join(dict.fromkeys(TYPES[format].partition(";")[0] for each in known for format in each.values()))
        raise Refused(406, f"found Accept: {accept}; expected one of {types}")
    return told


async def answered(site: Site, request: Mapping[str, Any], formats: Sequence[str]) -> Response:
    """The answer of one of the processes over the store, or Refused."""
    kind, answer = await site.asking.ask({**request, "formats": list(formats)})
    limits = site.limits
    match kind:
        case "syntax":
            raise Refused(400, f"no query in SPARQL 1.1: {answer.decode()}")
        case "refused":
            raise Refused(400, answer.decode())
        case "unacceptable":
            expected = ", ".join(dict.fromkeys(RESULTS if answer == b"rows" else GRAPHS))
            raise Refused(406, f"the answer is {answer.decode()}; expected Accept to name one of {expected}")
        case "rows":
            raise Refused(413, f"the answer has more than {limits.rows:,} rows; expected a LIMIT, or a narrower query")
        case "bytes":
            raise Refused(413, f"the answer has more than {limits.answer_mb} MB; expected a LIMIT, or fewer columns")
        case _:
            return Response(answer, media_type=TYPES[kind])


async def _asked(request: Request, site: Site, asked: Sequence[tuple[str, str]]) -> Response:
    given: dict[str, list[str]] = {}
    for name, value in asked:
        given.setdefault(name, []).append(value)
    if "update" in given:
        raise Refused(403, "found an update; this endpoint only reads")
    if strange := sorted(given.keys() - set(_KNOWN)):
        raise Refused(400, f"found the parameter {strange[0]!r}; expected {', '.join(_KNOWN)}")
    queries = given.get("query", [])
    if len(queries) != 1:
        raise Refused(400, f"found {len(queries)} queries; expected one")
    screen(queries[0], limits=site.limits, graphs=site.graphs)
    named = {name: given.get(f"{name}-graph-uri", []) for name in ("default", "named")}
    for graph in (*named["default"], *named["named"]):
        _iri(graph)
        if graph not in site.graphs:
            raise Refused(403, f"found the graph <{graph}>; expected one that is here: /data names them all")
    return await answered(site, {"query": queries[0], **named}, formats_of(request, RESULTS, GRAPHS))


def _iri(text: str) -> None:
    try:
        ox.NamedNode(text)
    except ValueError as error:
        raise Refused(400, f"found {text!r} as a graph; expected an IRI") from error


async def _body(request: Request, site: Site) -> bytes:
    """The body, as far as a query may be long; a longer one is read to its end and let go."""
    most = 3 * site.limits.query_kb * 1000 + _SPARE
    held = bytearray()
    size = 0
    async for piece in request.stream():
        size += len(piece)
        if size <= most:
            held += piece
        elif size > _DRAINED:
            break
    if size > most:
        raise Refused(413, too_long(site.limits))
    return bytes(held)
