"""What of a query is refused before it is parsed: too long, too deep, updates, and what would ask the network.

It looks at the text from left to right once, so that no text is slow to look at. The process that answers has no way to
the network either (worker.py); here a person is told so.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from .limits import Limits
from .refusal import Refused

__all__ = ["screen"]

# Tokens in which a keyword or a bracket means nothing; one that is not closed runs to the end.
_QUIET = re.compile(
    r"""
      <[^<>"{}|^`\\\x00-\x20]*>
    | \"\"\"(?:[^"\\]|\\.|"(?!""))*(?:\"\"\"|\\?\Z) | '''(?:[^'\\]|\\.|'(?!''))*(?:'''|\\?\Z)
    | "(?:[^"\\\n\r]|\\.)*"? | '(?:[^'\\\n\r]|\\.)*'?
    | \#[^\n\r]*
    | [?$]\w+
    | (?:[^\W\d_][\w.-]*)?:(?:[\w:.-]|%[0-9A-Fa-f]{2}|\\.)*
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_WORD = re.compile(r"[A-Za-z]+")
_FROM = re.compile(r"\bFROM\s+(?:NAMED\s+)?<([^>]*)>", re.IGNORECASE)
_UPDATES = frozenset("INSERT DELETE LOAD CLEAR CREATE DROP COPY MOVE ADD WITH".split())
_PROLOGUE = frozenset({"PREFIX", "BASE", "VERSION"})


def screen(query: str, *, limits: Limits, graphs: Collection[str]) -> None:
    """Raise Refused where a query is not to be tried; graphs are those that FROM may name."""
    if len(query.encode("utf-8", "replace")) > limits.query_kb * 1000:
        raise Refused(413, too_long(limits))
    # An escaped letter is that letter in a keyword, too; what either way of reading shows is refused.
    for text in dict.fromkeys((query, _ESCAPE.sub(_character, query))):
        words = [word.upper() for word in _WORD.findall(_bare(text, limits))]
        first = next((word for word in words if word not in _PROLOGUE), "")
        if first in _UPDATES:
            raise Refused(403, f"found the update {first}; this endpoint only reads: SELECT, ASK, CONSTRUCT, DESCRIBE")
        if "SERVICE" in words:
            raise Refused(403, "found SERVICE; expected a query of the graphs here, as no network is asked")
        if "FROM" in words:
            for graph in _FROM.findall(text):
                if graph not in graphs:
                    raise Refused(403, f"found FROM <{graph}>; expected a graph that is here: /data names them all")


def too_long(limits: Limits) -> str:
    """What is said of a query that is too long."""
    return f"the query is longer than {limits.query_kb} kB; expected a shorter one, or a server with --query-kb"


def _bare(text: str, limits: Limits) -> str:
    bare = _QUIET.sub(" ", text)
    depth = 0
    for character in bare:
        if character in "({[":
            depth += 1
            if depth > limits.depth:
                raise Refused(400, f"the query has more than {limits.depth} brackets within each other")
        elif character in ")}]":
            depth -= 1
    return bare


def _character(code: re.Match[str]) -> str:
    number = int(code[1] or code[2], 16)
    return chr(number) if number <= 0x10FFFF and not 0xD800 <= number < 0xE000 else " "
