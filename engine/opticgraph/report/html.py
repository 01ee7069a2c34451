"""The audit as one page that needs nothing else: readable offline, in print, with a keyboard and without scripts."""

from __future__ import annotations

from collections.abc import Mapping

from ..result import VERDICTS, Audit
from . import NO_SOURCES, needs
from .page import page
from .picture import picture
from .rows import counts, rows, shared

__all__ = ["render"]

MOST_ROWS = 5_000  # links in the table; a browser takes no pleasure in more
MOST_OPEN = 60  # reasons unfolded from the start


def render(audit: Audit, *, sources: Mapping[str, tuple[str, str]] = NO_SOURCES) -> str:
    """The page; sources give for a source's id its title and its address, if it has one."""
    told = rows(audit)
    return page(
        "page.html.jinja",
        styles=["page.css"],
        script="page.js",
        sources=sources,
        audit=audit,
        counts=counts(audit),
        picture=picture(told),
        rows=told[:MOST_ROWS],
        opened=sum(row.verdict.verdict != "works" for row in told) <= MOST_OPEN,
        left=max(len(told) - MOST_ROWS, 0),
        rules=sorted({finding.rule for row in told[:MOST_ROWS] for finding in row.findings}),
        shared=shared(audit),
        verdicts=VERDICTS,
        needs=needs,
    )
