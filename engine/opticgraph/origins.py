"""From what a rule or query reads back to what is recorded: which columns of a design it can hang on.

Every derived fact has one query in queries/derive, which says what it is told from. So the terms that a text of SHACL
or SPARQL names lead back, fact by fact, to properties of the record; nothing needs to be listed by hand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from . import fields
from .design import SIDES
from .resources import folder

__all__ = ["columns_behind", "recorded_behind"]

_TERM = re.compile(r"optic:(\w+)")
_RECORDED = frozenset(
    field.property for table in (fields.LINK, fields.END, fields.PORT, fields.DEVICE) for field in table
)


def recorded_behind(text: str) -> frozenset[str]:
    """Properties of the record that what a text of Turtle or SPARQL names can be told from, by local name."""
    todo, seen = set(_TERM.findall(text)), set()
    while todo:
        name = todo.pop()
        seen.add(name)
        todo |= _told_from().get(name, frozenset()) - seen
    return frozenset(seen & _RECORDED)


def columns_behind(text: str) -> tuple[str, ...]:
    """The same as columns of links and, as a_... and b_..., of their ends and ports."""
    found = recorded_behind(text)
    links = [field.column for field in fields.LINK if field.property in found]
    ends = [field.column for field in (*fields.END, *fields.PORT) if field.property in found]
    return (*links, *(f"{side}_{name}" for side in SIDES for name in ends))


@cache
def _told_from() -> Mapping[str, frozenset[str]]:
    """Each derived property or class, and the terms that its CONSTRUCT reads."""
    told: dict[str, frozenset[str]] = {}
    for file in sorted((folder("queries") / "derive").glob("*.rq")):
        lines = file.read_text(encoding="utf-8").splitlines()
        query = "\n".join(line for line in lines if not line.startswith("#"))
        head, _, body = query.partition("WHERE")
        for name in _TERM.findall(head.partition("CONSTRUCT")[2]):
            told[name] = told.get(name, frozenset()) | frozenset(_TERM.findall(body))
    return MappingProxyType(told)
