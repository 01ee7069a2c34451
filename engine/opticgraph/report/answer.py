"""The answer to a question: rows for a terminal, a spreadsheet and programs; a graph as Turtle.

Names stand for IRIs where people read (text, csv); json and xml are SPARQL 1.1 results, with the IRIs.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType
from urllib.parse import unquote
from xml.sax.saxutils import escape, quoteattr

import pyoxigraph as ox
from rich import box
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from ..errors import QueryError
from ..graph import BASE, PART, XSD
from ..sources import CLAIM, OPTIC, SOURCE
from ..table import Iri, Table, Typed, Value
from ..terms import from_iri
from .csv import cell
from .words import clean

__all__ = ["ENDINGS", "FORMATS", "render", "shown"]

LONG = 60  # characters from which on a column of text is folded
ENDINGS: Mapping[str, str] = MappingProxyType(
    {".txt": "text", ".csv": "csv", ".json": "json", ".xml": "xml", ".srx": "xml", ".ttl": "turtle"}
)
RESULTS = "http://www.w3.org/2005/sparql-results#"
SH = "http://www.w3.org/ns/shacl#"
RULE = "https://w3id.org/opticgraph/rules#"
_PREFIXES = MappingProxyType(
    {"claim": CLAIM, "optic": OPTIC, "part": PART, "rule": RULE, "sh": SH, "source": SOURCE, "xsd": XSD}
)
_INNER = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")  # where a word of a variable ends
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2


def render(table: Table, *, format: str) -> bytes:
    """The answer as bytes, in one of FORMATS; QueryError where the format cannot hold it."""
    if format not in FORMATS:
        raise QueryError(f"{format}: no such format of an answer; expected one of {' '.join(FORMATS)}")
    if table.triples is not None and not table.columns and format != "turtle":
        if format != "text":
            raise QueryError(f"{format}: the answer is a graph; expected the format turtle")
        format = "turtle"
    elif table.triples is None and format == "turtle":
        raise QueryError("turtle: the answer is rows, not a graph; expected text, csv, json or xml")
    return FORMATS[format](table).encode("utf-8", "replace")


def shown(value: Value) -> str:
    """A value as people read it: the trade's word or the name for an IRI, numbers without trailing zeros."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return f"{value.normalize():f}"
        case Iri():
            return _name(value)
        case _:
            return str(value)


def _name(iri: str) -> str:
    if word := from_iri(iri):
        return word[1]
    if iri.startswith(BASE):
        kind, *names = (unquote(each) for each in iri.removeprefix(BASE).split("/"))
        if kind == "link" and len(names) == 2:
            return f"{names[0]}, {names[1]} end"
        return " ".join(names) or iri
    for base in _PREFIXES.values():
        if iri.startswith(base):
            return unquote(iri.removeprefix(base))
    return iri


# --- for people ---------------------------------------------------------------------------------------------------


def _text(table: Table) -> str:
    lines = [clean(table.question)]
    if table.truth is not None:
        return f"{lines[0]}\n{shown(table.truth)}\n"
    grid = Grid(box=box.SIMPLE_HEAD, pad_edge=False)
    for at, column in enumerate(table.columns):
        numbers = [row[at] for row in table.rows if row[at] is not None]
        right = bool(numbers) and all(isinstance(each, int | Decimal) for each in numbers)
        header = Text(_INNER.sub(" ", clean(column)).lower())
        grid.add_column(header, justify="right" if right else "left", overflow="fold", max_width=LONG)
    for row in table.rows:
        grid.add_row(*(Text(clean(shown(value))) for value in row))
    target = io.StringIO()
    # as wide as the rows are: a terminal, or less -S, shows a wide table better than broken names
    width = 2 * LONG * max(1, len(table.columns))
    console = Console(file=target, width=width, color_system=None, highlight=False, legacy_windows=False, _environ={})
    if table.rows:
        console.print(grid)
    lines += [line.rstrip() for line in target.getvalue().strip("\n").split("\n")] if table.rows else []
    lines.append(f"{len(table.rows)} rows" if len(table.rows) != 1 else "1 row")
    return "\n".join(lines) + "\n"


def _csv(table: Table) -> str:
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\r\n")
    writer.writerow(table.columns if table.truth is None else ["answer"])
    rows = table.rows if table.truth is None else ((table.truth,),)
    writer.writerows([cell(shown(value)) for value in row] for row in rows)
    return sheet.getvalue()


# --- for programs -------------------------------------------------------------------------------------------------


def _json(table: Table) -> str:
    """SPARQL 1.1 Query Results JSON Format."""
    if table.truth is not None:
        told: object = {"head": {}, "boolean": table.truth}
    else:
        bindings = [
            {name: _json_term(value) for name, value in zip(table.columns, row, strict=True) if value is not None}
            for row in table.rows
        ]
        told = {"head": {"vars": table.columns}, "results": {"bindings": bindings}}
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def _json_term(value: Value) -> dict[str, str]:
    kind, text, datatype, language = _term(value)
    told = {"type": kind, "value": text}
    return told | ({"xml:lang": language} if language else {"datatype": datatype} if datatype else {})


def _xml(table: Table) -> str:
    """SPARQL Query Results XML Format (Second Edition)."""
    lines = ['<?xml version="1.0"?>', f'<sparql xmlns="{RESULTS}">', "  <head>"]
    lines += [f"    <variable name={quoteattr(name)}/>" for name in table.columns]
    lines.append("  </head>")
    if table.truth is not None:
        lines.append(f"  <boolean>{str(table.truth).lower()}</boolean>")
    else:
        lines += ["  <results>", *(line for row in table.rows for line in _xml_row(table.columns, row)), "  </results>"]
    return "\n".join([*lines, "</sparql>"]) + "\n"


def _xml_row(columns: tuple[str, ...], row: tuple[Value, ...]) -> Iterable[str]:
    yield "    <result>"
    for name, value in zip(columns, row, strict=True):
        if value is not None:
            kind, text, datatype, language = _term(value)
            said = f" datatype={quoteattr(datatype)}" if datatype else ""
            said = f" xml:lang={quoteattr(language)}" if language else said
            inner = escape(_NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text))
            yield f"      <binding name={quoteattr(name)}><{kind}{said}>{inner}</{kind}></binding>"
    yield "    </result>"


def _term(value: Value) -> tuple[str, str, str, str]:
    """Kind, text, datatype and language of a value, as both SPARQL result formats call them."""
    if isinstance(value, Iri):
        return ("bnode", value[2:], "", "") if value.startswith("_:") else ("uri", str(value), "", "")
    if isinstance(value, Typed):
        return "literal", value.text, value.datatype, value.language
    if isinstance(value, bool):
        return "literal", str(value).lower(), XSD + "boolean", ""
    datatype = XSD + "integer" if isinstance(value, int) else XSD + "decimal" if isinstance(value, Decimal) else ""
    return "literal", shown(value), datatype, ""


def _turtle(table: Table) -> str:
    triples = list(ox.parse(input=table.triples or "", format=ox.RdfFormat.N_TRIPLES))
    written = ox.serialize((quad.triple for quad in triples), format=ox.RdfFormat.TURTLE, prefixes=dict(_PREFIXES))
    return (written or b"").decode()


FORMATS: Mapping[str, Callable[[Table], str]] = MappingProxyType(
    {"text": _text, "csv": _csv, "json": _json, "xml": _xml, "turtle": _turtle}
)
