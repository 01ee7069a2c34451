"""docs/api.md, made from the docstrings: every public function and type, with columns, errors and examples."""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, get_args, get_type_hints

from reference import table

import opticgraph
from opticgraph.report.frames import TABLES

__all__ = ["FUNCTIONS", "api_page", "signature"]

# In this order an example may use what the ones before it have made.
FUNCTIONS = ("load", "audit", "explain", "query", "options", "diff", "plan", "verify", "convert")
RESULTS = ("Design", "Audit", "Explanation", "Table", "Options", "Diff", "Plan", "Verification")


def api_page() -> str:
    """Every public function and type with its fields, columns, errors and example."""
    types = [name for name in opticgraph.__all__ if inspect.isclass(getattr(opticgraph, name))]
    errors = [name for name in types if issubclass(getattr(opticgraph, name), Exception)]
    rest = [name for name in types if name not in RESULTS and name not in errors]
    held = {found.__name__: found for name in types for found in _within(getattr(opticgraph, name))}
    text = [
        "# Python API",
        "",
        "Made by `python docs/generate.py` from the docstrings; do not edit. What is listed here stays: a test holds",
        "names and signatures to a list, and all else may change on any day.",
        "",
        "Each command has its twin as a function over values. `import opticgraph` loads nothing else: a part is",
        "imported when it is first used. Results are frozen, and in a stable order; `to_polars()` gives their tables",
        "as frames, `to_graph()` what there is in RDF, and a notebook shows them as a small table. Figures are whole",
        "numbers, decimals or text, never floats. Bad input is an [error](#errors) that names file, place, what was",
        "found and what was expected.",
        "",
        "The examples run in the root of this repository, in this order: each may use what those before it have made.",
        "",
        "```python",
        "from pathlib import Path",
        "import opticgraph",
        "```",
        "",
        "## Functions",
        "",
    ]
    for name in FUNCTIONS:
        function = getattr(opticgraph, name)
        text += [f"### {name}", "", *_code(_wrapped(f"opticgraph.{name}{signature(function)}")), *_said(function)]
    text += ["## Results", ""]
    for name in RESULTS:
        text += _type(getattr(opticgraph, name))
    text += ["## What they hold", ""]
    for name in sorted({*rest, *held} - {*RESULTS, *errors}):
        text += _type(held.get(name) or getattr(opticgraph, name))
    text += ["## Errors", "", "All are `OpticgraphError`; `cells` of an `InputError` lists every bad place.", ""]
    found = (getattr(opticgraph, name) for name in errors)
    rows = [(f"`{each.__name__}`", f"`{each.__bases__[0].__name__}`", _doc(each)) for each in found]
    text += [table(("error", "is a", "says"), rows)]
    return "\n".join(text)


def signature(function: Callable[..., Any]) -> str:
    """A signature as it is written, the same under every version of Python."""
    found, told, star = inspect.signature(function), [], False
    for each in found.parameters.values():
        if each.kind is each.KEYWORD_ONLY and not star:
            told.append("*")
        star = star or each.kind in (each.KEYWORD_ONLY, each.VAR_POSITIONAL)
        name = f"*{each.name}" if each.kind is each.VAR_POSITIONAL else each.name
        typed = "" if each.annotation is each.empty else f": {each.annotation}"
        told.append(f"{name}{typed}" + ("" if each.default is each.empty else f" = {_default(each.default)}"))
    return f"({', '.join(told)}) -> {found.return_annotation}"


def _default(value: object) -> str:
    return "{}" if value == {} else '"' + value + '"' if isinstance(value, str) else repr(value)


def _wrapped(line: str) -> list[str]:
    """A signature, a parameter a line where it is long."""
    if len(line) <= 100:
        return [line]
    head, _, rest = line.partition("(")
    inner, _, tail = rest.rpartition(") -> ")
    return [f"{head}(", *(f"    {each}," for each in re.split(r", (?=\*|\w+: )", inner)), f") -> {tail}"]


def _code(lines: Iterable[str], language: str = "python") -> list[str]:
    return [f"```{language}", *lines, "```", ""]


def _type(found: type) -> list[str]:
    text = [f"### {found.__name__}", "", *_said(found)]
    if dataclasses.is_dataclass(found):
        text += _code(f"{field.name}: {field.type}" for field in dataclasses.fields(found))
    for name, member in sorted(vars(found).items()):
        if isinstance(member, property) and member.fget:
            returned = member.fget.__annotations__["return"]
            text += [f"`{name}: {returned}`", "", *_said(member.fget)]
        elif name in ("to_polars", "to_graph"):
            text += [f"`{name}{signature(member).replace('self, ', '').replace('self', '')}`", ""]
            if name == "to_polars" and found in TABLES:
                text += _frames(found)
            else:
                text += _said(member)
    return text


def _frames(found: type) -> list[str]:
    """What to_polars says, with a table of columns for each of its tables in place of their names."""
    doc = inspect.getdoc(found.to_polars) or ""  # type: ignore[attr-defined]
    paragraphs = doc.split("\n\n")
    names = tuple(TABLES[found])
    told = [each for each in paragraphs if not each.startswith(names)]
    text = _paragraphs(told[:1])
    for name, frame in TABLES[found].items():
        rows = [(f"`{column}`", str(frame.schema[column]), says) for column, says in frame.columns.items()]
        text += [f"`{name}`: {frame.about}.", "", table(("column", "type", "what it says"), rows)]
    return text + _paragraphs(told[1:])


def _said(documented: object) -> list[str]:
    return _paragraphs((inspect.getdoc(documented) or "").split("\n\n"))


def _doc(found: type) -> str:
    return " ".join((inspect.getdoc(found) or "").split())


_TOLD = re.compile(r"(?P<names>\w+(?:, \w+)*) {2,}(?P<says>\S.*)")


def _paragraphs(paragraphs: Iterable[str]) -> list[str]:
    """Docstrings as Markdown: `name  what it is` in a list, examples as such."""
    text: list[str] = []
    for paragraph in paragraphs:
        lines = paragraph.splitlines()
        if lines and lines[0].startswith(">>>"):
            text += _code(lines, "pycon")
        elif lines and all(_TOLD.match(line) or line.startswith("  ") for line in lines):
            for line in lines:
                told = _TOLD.match(line)
                if told:
                    names = ", ".join(f"`{name}`" for name in told["names"].split(", "))
                    text.append(f"- {names}: {_plain(told['says'])}")
                else:
                    text[-1] += f" {_plain(line.strip())}"
            text.append("")
        else:
            text += [*map(_plain, lines), ""]
    return text


def _plain(line: str) -> str:
    """Text that Markdown would take for markup: names with underscores or stars."""
    name = r"(?<![\w`])(\w*[_*]\w*(?:_\w+)*)"
    parts = re.split(r"(`[^`]*`)", line)
    return "".join(part if part.startswith("`") else re.sub(name, r"`\1`", part) for part in parts)


def _within(found: type) -> Iterator[type]:
    """The types of ours that its fields hold, at any depth."""
    asked, seen = [found], {found}
    while asked:
        each = asked.pop()
        hints = get_type_hints(each).values() if dataclasses.is_dataclass(each) else ()
        for inner in (leaf for hint in hints for leaf in _leaves(hint)):
            if inner not in seen and inner.__module__.startswith("opticgraph") and dataclasses.is_dataclass(inner):
                seen.add(inner)
                asked.append(inner)
                yield inner


def _leaves(hint: Any) -> Iterator[type]:
    for each in get_args(hint):
        yield from _leaves(each)
    if inspect.isclass(hint):
        yield hint
