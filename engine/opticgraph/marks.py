"""Names for links and devices that stand several times in one design to be judged at once: each with a number."""

from __future__ import annotations

import re
from dataclasses import replace

import polars as pl

from .result import Finding

__all__ = ["MARK", "number_of", "numbers_in", "plain", "unmarked"]

MARK = "\x1e"  # between a name and its number; no name has it (readers strip control characters)
_MARKED = re.compile(f"{MARK}([0-9]+)")


def number_of(name: str) -> int | None:
    """The number of the first marked name in a text, if there is one."""
    found = _MARKED.search(name)
    return int(found[1]) if found else None


def numbers_in(names: pl.Expr) -> pl.Expr:
    """The same of a column."""
    return names.str.extract(_MARKED.pattern).cast(pl.UInt32)


def unmarked(text: str) -> str:
    """A text with all names as they are recorded."""
    return _MARKED.sub("", text)


def plain(finding: Finding) -> Finding:
    """A finding with names as they are recorded."""
    return replace(
        finding,
        link=finding.link and unmarked(finding.link),
        links=tuple(map(unmarked, finding.links)),
        subject=unmarked(finding.subject),
        message=unmarked(finding.message),
    )
