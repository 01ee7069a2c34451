"""The method of procedure as Markdown, to be put into a wiki or a ticket; text of the record stays text."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ...design import Design
from ...planned import Plan
from ..words import clean
from .method import Block, Checks, Heading, Table, Text, blocks
from .told import Told

__all__ = ["markdown", "plain", "render"]

# What Markdown, or the HTML that it lets through, would take for more than text.
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|!~$&])")
_START = re.compile(r"^(\s*)([-+=]|\d+[.)])")


def render(plan: Plan, design: Design) -> str:
    """The text."""
    return markdown(blocks(Told(plan, design)))


def markdown(told: Iterable[Block]) -> str:
    """Blocks as Markdown, with blank lines between."""
    return "\n\n".join(_block(block) for block in told) + "\n"


def _block(block: Block) -> str:
    match block:
        case Heading(level, text):
            return f"{'#' * level} {plain(text)}"
        case Text(text):
            return plain(text)
        case Checks(items):
            return "\n".join(f"- [ ] {plain(item)}" for item in items)
        case Table(header, rows):
            first, *rest = [f"| {' | '.join(map(plain, row))} |" for row in (header, *rows)]
            return "\n".join((first, f"|{' --- |' * len(header)}", *rest))


def plain(text: str) -> str:
    """The text with nothing in it that Markdown would read as more."""
    return _START.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", clean(text)))
