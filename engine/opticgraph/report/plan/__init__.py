"""A plan as what people carry away: a file to replay, texts, tables, a workbook, pages, tickets, RDF."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

from ...design import Design
from ...errors import InputError
from ...planned import Plan
from .. import NO_SOURCES, as_bytes, by_ending

__all__ = ["FORMATS", "format_of", "render"]

# Format -> (module of this package, what a file's name ends in). The longest ending that fits tells the format, so
# that a method of procedure and a ticket, which are both Markdown, have endings of their own.
FORMATS: Mapping[str, tuple[str, tuple[str, ...]]] = MappingProxyType(
    {
        "text": ("text", (".txt",)),
        "json": ("json", (".json",)),
        "csv": ("csv", (".csv",)),
        "xlsx": ("xlsx", (".xlsx",)),
        "html": ("html", (".html", ".htm")),
        "mop": ("mop", (".md", ".mop.md")),
        "mop-html": ("mop_html", (".mop.html", ".mop.htm")),
        "ticket": ("ticket", (".ticket.md",)),
        "svg": ("gantt", (".svg",)),
        "turtle": ("turtle", (".ttl",)),
    }
)
_NEED_NO_DESIGN = ("json", "csv", "svg", "text", "turtle")


def format_of(name: str) -> str:
    """The format that a file's name tells by its longest ending; InputError where none does."""
    return by_ending(name, FORMATS, f"{name}: the ending tells no format of a plan")


def render(plan: Plan, design: Design, *, format: str, sources: Mapping[str, tuple[str, str]] = NO_SOURCES) -> bytes:
    """The plan as bytes, in one of FORMATS; InputError for any other.

    design   what the plan starts from: formats that speak of panels, plugs and light read it
    sources  source id -> (title, address), for the format html
    """
    if format not in FORMATS:
        raise InputError(f"{format}: no such format for a plan; expected one of {' '.join(FORMATS)}")
    module = import_module(f".{FORMATS[format][0]}", __name__)
    if format == "html":
        content = module.render(plan, design, sources=sources)
    else:
        content = module.render(plan) if format in _NEED_NO_DESIGN else module.render(plan, design)
    return as_bytes(content)
