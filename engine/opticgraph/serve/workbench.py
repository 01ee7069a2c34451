"""The routes of the workbench: one page, its style and script, and what the script asks for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Annotated

from fastapi import FastAPI, Query, Response
from fastapi.responses import JSONResponse
from jinja2 import Environment, StrictUndefined

from .. import report
from ..question import questions
from ..report import words
from ..report.page import SIGNS
from ..report.picture import picture
from ..report.plan import render as render_plan
from ..report.rows import Row, counts, rows
from ..result import VERDICTS
from . import links as tables
from .network import network
from .refusal import Refused
from .site import Site

__all__ = ["OWN", "routes"]

# Styles that Cytoscape.js and YASGUI put into the page themselves, told by their hashes; web/package.json pins both.
_PUT_IN = "'sha256-pgvDUBa4IjFA2yuSJ2cqcyxmNYJMborsd0ORcRv9vw8=' 'sha256-zCK2EVMoPc04mRF/g5CotUvxbJPWS+8V0b+s9ptqQIk='"
# What the page may load: its own server's files, and nothing else from anywhere.
OWN = (
    f"default-src 'none'; script-src 'self'; style-src 'self' {_PUT_IN}; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_TYPES: Mapping[str, str] = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8"}
_OWN_FILES = ("editor.js", "network.js", "workbench.js")
_NPM_FILES = ("cytoscape.min.js", "yasgui.min.css", "yasgui.min.js")  # there after `make web`
_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">')

Text = Annotated[str, Query(max_length=200)]


def routes(app: FastAPI, site: Site) -> None:
    """Add /, /static, /plan and /api."""
    told = rows(site.audit)
    links = tables.table(told)
    by_name = {row.name: row for row in told}
    page = _page(site, told).encode("utf-8", "replace")
    style = _report("page.css") + _report("lanes.css") + _own("workbench.css")
    static = {"workbench.css": style, **{name: _own(name) for name in _OWN_FILES}, **_from_npm()}

    @app.get("/", include_in_schema=False)
    def workbench() -> Response:
        return Response(page, media_type="text/html; charset=utf-8")

    @app.get("/static/{name:path}", include_in_schema=False)
    def part(name: str) -> Response:
        if name not in static:
            raise Refused(404, "found no such file")
        return Response(static[name], media_type=_TYPES[name.rpartition(".")[2]])

    if site.plan is not None:
        plan = render_plan(site.plan, site.design, format="html")
        policy = _POLICY.search(plan.decode())
        assert policy is not None

        @app.get("/plan", include_in_schema=False)
        def windows() -> Response:
            # the page names its own style and script by their hashes
            headers = {"content-security-policy": policy[1].replace("&#39;", "'") + "; frame-ancestors 'none'"}
            return Response(plan, media_type="text/html; charset=utf-8", headers=headers)

    @app.get("/api/links", summary="Links that all filters let through, worst first", tags=["links"])
    def listed(
        verdict: Text = "",
        rule: Text = "",
        site: Text = "",
        part: Text = "",
        text: Text = "",
        offset: Annotated[int, Query(ge=0)] = 0,
        limit: Annotated[int, Query(ge=1, le=tables.MOST)] = 100,
    ) -> JSONResponse:
        asked = {"verdict": verdict, "rule": rule, "site": site, "part": part, "text": text}
        return JSONResponse(tables.page(links, **asked, offset=offset, limit=limit))

    @app.get("/api/network", summary="What these links join, drawn: devices, or sites and kinds", tags=["links"])
    def drawn(verdict: Text = "", rule: Text = "", site: Text = "", part: Text = "", text: Text = "") -> JSONResponse:
        asked = {"verdict": verdict, "rule": rule, "site": site, "part": part, "text": text}
        return JSONResponse(network(tables.filtered(links, **asked)))

    @app.get("/api/links/{name:path}", summary="A link: record, findings, what is contested", tags=["links"])
    def one(name: str) -> JSONResponse:
        return JSONResponse(tables.detail(by_name[_known(name)]))

    @app.get("/api/explanations/{name:path}", summary="What a link's verdict rests on", tags=["links"])
    async def explanation(name: str) -> Response:
        return await _looked({"look": "explain", "link": _known(name)})

    @app.get("/api/options/{name:path}", summary="What a link may become, and why not more", tags=["links"])
    async def options(name: str, why_not: Text = "") -> Response:
        return await _looked({"look": "options", "link": _known(name), "why_not": why_not})

    def _known(name: str) -> str:
        if name not in by_name:
            raise Refused(404, f"found no link {name!r}; /api/links lists all")
        return name

    async def _looked(request: Mapping[str, str]) -> Response:
        kind, answer = await site.looking.ask(request)
        if kind == "refused":
            raise Refused(400, answer.decode())
        return Response(answer, media_type="application/json")


def _page(site: Site, told: list[Row]) -> str:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_clean
    )
    template = (files(__package__) / "static" / "index.html.jinja").read_text("utf-8")
    sites = sorted({row.text(name) for row in told for name in ("a_site", "b_site")} - {""})
    return environment.from_string(template).render(
        audit=site.audit,
        counts=counts(site.audit),
        npm=_from_npm(),
        picture=picture(told),
        plan=site.plan,
        questions=questions(),
        rules=sorted({finding.rule for finding in site.audit.findings}),
        signs=SIGNS,
        sites=sites,
        verdicts=VERDICTS,
        words=words,
    )


def _clean(value: object) -> object:
    return words.clean(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _own(name: str) -> str:
    return (files(__package__) / "static" / name).read_text("utf-8")


def _from_npm() -> Mapping[str, str]:
    """The parts that others made, as far as they are there."""
    folder = files(__package__) / "static" / "vendor"
    return {f"vendor/{name}": _own(f"vendor/{name}") for name in _NPM_FILES if (folder / name).is_file()}


def _report(name: str) -> str:
    return (files(report) / name).read_text("utf-8")
