"""The method of procedure as a page to print: a window begins on a sheet of its own."""

from __future__ import annotations

from ...design import Design
from ...planned import Plan
from .. import NO_SOURCES
from ..page import page
from .method import Checks, Heading, Table, Text, blocks
from .told import Told

__all__ = ["render"]

_KINDS = {Heading: "heading", Text: "text", Checks: "checks", Table: "table"}


def render(plan: Plan, design: Design) -> str:
    """The page."""
    return page(
        "plan/mop.html.jinja",
        styles=["page.css", "plan/plan.css"],
        script="plan/plan.js",
        sources=NO_SOURCES,
        plan=plan,
        blocks=[(_KINDS[type(block)], block) for block in blocks(Told(plan, design))],
    )
