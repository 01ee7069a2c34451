"""The routes put together, behind the checks that every request passes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from importlib.metadata import version

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from . import asking, protocol, workbench
from .refusal import Refused
from .site import Site

__all__ = ["app_of"]

_TEXT = "text/plain; charset=utf-8"


def app_of(site: Site, *, hosts: Collection[str]) -> FastAPI:
    """The application.

    hosts  names under which it may be asked; any other is a page elsewhere that has had its name turned to us
    """
    # the pages that describe the interface load their script from elsewhere, so there are none; /openapi.json is here
    app = FastAPI(title="opticgraph", version=version("opticgraph"), docs_url=None, redoc_url=None)
    protocol.routes(app, site)
    asking.routes(app, site)
    workbench.routes(app, site)

    @app.middleware("http")
    async def guarded(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
        host = request.headers.get("host", "")
        if name_of(host) not in hosts:
            told = f"found the host {host!r}; expected one of {', '.join(sorted(hosts))}, or a server with --allow-host"
            response = _refusal(403, told)
        else:
            response = await answer(request)
        response.headers.setdefault("content-security-policy", workbench.OWN)
        response.headers["x-content-type-options"] = "nosniff"
        response.headers["referrer-policy"] = "no-referrer"
        response.headers["cross-origin-resource-policy"] = "same-origin"
        return response

    @app.exception_handler(Refused)
    async def refused(_: Request, error: Exception) -> Response:
        assert isinstance(error, Refused)
        response = _refusal(error.status, error.text)
        if error.status == 503:
            response.headers["retry-after"] = "2"
        return response

    @app.exception_handler(RequestValidationError)
    async def unfit(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return _refusal(400, "; ".join(f"{each['loc'][-1]}: {each['msg']}" for each in error.errors()))

    @app.exception_handler(HTTPException)
    async def otherwise(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code == 405:
            response = _refusal(405, f"{request.method}: this server only reads: GET, and POST to /sparql")
            response.headers["allow"] = (error.headers or {}).get("Allow", "GET")
            return response
        return _refusal(error.status_code, "found no such page; / is the workbench, /openapi.json names all else")

    return app


def name_of(host: str) -> str:
    """The name in a Host header, without its port."""
    if host.startswith("["):
        return host.partition("]")[0].removeprefix("[").lower()
    return host.partition(":")[0].lower()


def _refusal(status: int, text: str) -> Response:
    return Response(f"{text}\n".encode("utf-8", "replace"), status_code=status, media_type=_TEXT)
