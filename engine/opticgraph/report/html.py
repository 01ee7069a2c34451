"""The audit as one page that needs nothing else: readable offline, in print, with a keyboard and without scripts."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from ..result import VERDICTS, Audit
from . import needs, words
from .picture import picture
from .rows import counts, rows, shared

__all__ = ["render"]

NO_SOURCES: Mapping[str, tuple[str, str]] = MappingProxyType({})
MOST_ROWS = 5_000  # links in the table; a browser takes no pleasure in more
MOST_OPEN = 60  # reasons unfolded from the start
SIGNS = {"fails": "\N{MULTIPLICATION X}", "unknown": "?", "works": "\N{CHECK MARK}"}


def render(audit: Audit, *, sources: Mapping[str, tuple[str, str]] = NO_SOURCES) -> str:
    """The page; sources give for a source's id its title and its address, if it has one."""
    told = rows(audit)
    # Hashes let the page's own style and script through its content policy, and nothing else.
    style, script = _file("page.css"), _file("page.js")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_printed
    )
    environment.filters |= {"give": needs.give, "title_of": words.title}
    template = environment.from_string(_file("page.html.jinja"))
    return template.render(
        audit=audit,
        counts=counts(audit),
        picture=picture(told),
        rows=told[:MOST_ROWS],
        opened=sum(row.verdict.verdict != "works" for row in told) <= MOST_OPEN,
        left=max(len(told) - MOST_ROWS, 0),
        rules=sorted({finding.rule for row in told[:MOST_ROWS] for finding in row.findings}),
        shared=shared(audit),
        signs=SIGNS,
        source=lambda name: _source(sources, name),
        script=Markup(script),
        script_hash=_hash(script),
        style=Markup(style),
        style_hash=_hash(style),
        verdicts=VERDICTS,
        needs=needs,
        words=words,
    )


def _source(sources: Mapping[str, tuple[str, str]], name: str) -> tuple[str, str]:
    """Title and address of a source; an address that is no web address is left out."""
    title, address = sources.get(name, ("", ""))
    return title or name, address if address.startswith(("https://", "http://")) else ""


def _printed(value: object) -> object:
    # Every text of the audit passes here on its way into the page.
    return words.clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _file(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
