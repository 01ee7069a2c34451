"""Questions: the shipped ones of queries/ask and a user's .rq file, with what their headers say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from . import terms
from .errors import QueryError
from .resources import folder

__all__ = ["Parameter", "Question", "find", "plain", "questions"]

# A parameter's line in the header: `# formFactor: the form factor to seat, such as optic:QSFP28`.
_PARAMETER = re.compile(r"#\s*(?P<name>[A-Za-z]\w*): (?P<text>\S.*), such as (?P<example>\S.*)")

# Tokens in which a keyword means nothing, in the order in which SPARQL 1.1 (19.8) tells them apart.
_QUIET = re.compile(
    r"""
      <[^<>"{}|^`\\\x00-\x20]*>                                  # IRI
    | \"\"\"(?:\"{0,2}(?:[^"\\]|\\.))*\"\"\" | '''(?:'{0,2}(?:[^'\\]|\\.))*'''
    | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*'              # string
    | \#[^\n\r]*                                                 # comment
    | [?$]\w+                                                    # variable
    | (?:[^\W\d_][\w.-]*)?:(?:[\w:.-]|%[0-9A-Fa-f]{2}|\\.)*      # prefixed name
    """,
    re.VERBOSE | re.DOTALL,
)
_NETWORK = re.compile(r"\bSERVICE\b", re.IGNORECASE)
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")


@dataclass(frozen=True, order=True)
class Parameter:
    """A variable of a question that may be given a value, and a value as people write it."""

    name: str
    text: str
    example: str


@dataclass(frozen=True, order=True)
class Question:
    """One .rq file: its name, the question in English, its parameters in order, the query, where it stands."""

    name: str
    text: str
    parameters: tuple[Parameter, ...]
    query: str
    file: str
    shipped: bool


@cache
def questions() -> tuple[Question, ...]:
    """Every shipped question, A to Z."""
    return tuple(_read(file, shipped=True) for file in sorted((folder("queries") / "ask").glob("*.rq")))


def find(question: str | Path) -> Question:
    """The shipped question of this name, or the one in a .rq file.

    Raises QueryError with the nearest names where there is none, and where a query asks the network.
    """
    known = {each.name: each for each in questions()}
    if isinstance(question, str) and question in known:
        return known[question]
    file = Path(question)
    if file.suffix.lower() in (".rq", ".sparql"):
        return _read(file, shipped=False)
    near = terms.nearest(str(question), known)
    first = f"{near} (nearest), " if near else ""
    rest = ", ".join(name for name in known if name != near)
    raise QueryError(f"question: found {str(question)!r}; expected {first}{rest}, or a .rq file")


def plain(query: str) -> str:
    """The query without what a keyword means nothing in: IRIs, strings, comments, variables, prefixed names."""
    spelt = _ESCAPE.sub(lambda found: _character(found[1] or found[2]), query)
    return _QUIET.sub(" ", spelt)


def _character(code: str) -> str:
    return chr(int(code, 16)) if int(code, 16) <= 0x10FFFF else " "


def _read(file: Path, *, shipped: bool) -> Question:
    try:
        query = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise QueryError(f"{file}: could not be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise QueryError(f"{file}: found bytes that are not UTF-8; expected a SPARQL query") from error
    if _NETWORK.search(plain(query)):
        raise QueryError(f"{file}: found SERVICE; expected a query of this design alone, no network is asked")
    header = list(_header(query))
    told = [found for line in header if (found := _PARAMETER.fullmatch(line))]
    title = header[0].removeprefix("#").strip() if header else ""
    return Question(
        name=file.stem,
        text=title if title.endswith("?") else file.stem,
        parameters=tuple(Parameter(each["name"], each["text"], each["example"]) for each in told),
        query=query,
        file=file.name if shipped else str(file),
        shipped=shipped,
    )


def _header(query: str) -> Iterator[str]:
    """The comment lines at the top."""
    for line in query.splitlines():
        if not line.startswith("#"):
            return
        yield line.rstrip()
