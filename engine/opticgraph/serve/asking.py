"""The routes of the shipped questions: each by name, with its parameters, and described by what its header says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from ..ask import GIVEN, joined
from ..errors import QueryError
from ..parameters import bind
from ..question import Question, questions
from .formats import GRAPHS, RESULTS, TYPES
from .protocol import answered, formats_of
from .refusal import Refused
from .site import Site

__all__ = ["routes"]


def routes(app: FastAPI, site: Site) -> None:
    """Add /questions, and a route for each."""
    known = {question.name: question for question in questions()}

    @app.get("/questions", summary="All shipped questions", tags=["questions"])
    def listed() -> JSONResponse:
        return JSONResponse([_told(question) for question in known.values()])

    for question in known.values():
        app.add_api_route(
            f"/questions/{question.name}",
            _answering(question, site),
            methods=["GET"],
            summary=question.text,
            tags=["questions"],
            operation_id=question.name,
            response_class=Response,
            openapi_extra={"parameters": _described(question)},
        )

    @app.get("/questions/{name:path}", include_in_schema=False)
    def unknown(name: str) -> Response:
        raise Refused(404, "found no such question; /questions lists all")


def _answering(question: Question, site: Site) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        items = request.query_params.multi_items()
        given = dict(items)
        if len(given) < len(items):
            raise Refused(400, "found a parameter twice; expected each once")
        formats = formats_of(request, RESULTS, GRAPHS)
        try:
            bound = await run_in_threadpool(bind, question, given, design=site.design, knowledge=site.knowledge)
        except QueryError as error:
            raise Refused(400, str(error)) from error
        if bound and GIVEN in question.query:  # it compares with a parameter, which is then a part of what it reads
            return await _looked(site, question, given, formats)
        return await answered(site, {"query": question.query, "bound": joined(question, bound)}, formats)

    return answer


async def _looked(site: Site, question: Question, given: dict[str, str], formats: list[str]) -> Response:
    format = next((name for name in formats if name in RESULTS.values()), "")
    if not format:
        raise Refused(406, f"the answer is rows; expected Accept to name one of {', '.join(RESULTS)}")
    request = {"look": "question", "question": question.name, "given": given, "format": format}
    kind, answer = await site.looking.ask(request)
    if kind == "refused":
        raise Refused(400, answer.decode())
    return Response(answer, media_type=TYPES[format])


def _told(question: Question) -> dict[str, Any]:
    parameters = [{"name": each.name, "text": each.text, "example": each.example} for each in question.parameters]
    return {"name": question.name, "text": question.text, "parameters": parameters, "query": question.query}


def _described(question: Question) -> list[dict[str, Any]]:
    return [
        {
            "name": each.name,
            "in": "query",
            "required": False,
            "description": f"{each.text}; without it, the answer is for all",
            "schema": {"type": "string", "example": each.example},
        }
        for each in question.parameters
    ]
