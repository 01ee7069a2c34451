"""A plan as what people carry away: a file to replay, texts, tables, a workbook, pages, tickets, RDF."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

from ...design import Design
from ...errors import InputError
from ...planned import Plan
from .. import NO_SOURCES

__all__ = ["ENDINGS", "FORMATS", "format_of", "render"]

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
ENDINGS: Mapping[str, str] = MappingProxyType(
    {ending: format for format, (_, endings) in FORMATS.items() for ending in endings}
)
_NEED_NO_DESIGN = ("json", "csv", "svg", "text", "turtle")


def format_of(name: str) -> str:
    """The format that a file's name tells by its longest ending; InputError where none does."""
    fits = [ending for ending in ENDINGS if name.lower().endswith(ending)]
    if not fits:
        known = " ".join(sorted(ENDINGS))
        raise InputError(f"{name}: the ending tells no format of a plan; expected one of {known}, or name the format")
    return ENDINGS[max(fits, key=len)]


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
    return content if isinstance(content, bytes) else str(content).encode("utf-8", "replace")
