"""Whatever people have as a Design: told apart by content, several put together."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import polars as pl
import pyoxigraph as ox

from .. import fields
from ..design import Account, Design
from ..errors import BadCell, DesignError
from . import rdf, sheet
from .merge import settle
from .triples import unpacked

__all__ = ["load", "sniff"]

DUMP = ("devices", "interfaces", "cables")  # what a REST dump of NetBox or Nautobot has at least two of
_TOP = 1 << 16
_EXPECTED = (
    "a link sheet (.csv .xlsx .parquet), a folder of sheets, RDF (.ttl .nt .nq .trig .jsonld .rdf, also .gz) "
    "or the folder of a NetBox REST dump"
)
_COMMENTS = re.compile(r"\A(?:\s|#[^\n]*\n)*")
_TURTLE = re.compile(
    r"@prefix\b|@base\b|prefix\s+\w*:|base\s*<|<[a-z][a-z0-9+.-]*:[^>\s]*>|_:\w|\[\s*(?:\]|a\b|<)", re.I
)
_QUAD = re.compile(r'(?:<[^>]*>|_:\S+) <[^>]*> (?:<[^>]*>|_:\S+|"(?:[^"\\]|\\.)*"\S*) (?:<[^>]*>|_:\S+) ?\.\s*$', re.M)
_FORMAT_OF_KIND = MappingProxyType(
    {
        "turtle": ox.RdfFormat.TRIG,  # every Turtle and N-Triples document is a TriG document
        "n-quads": ox.RdfFormat.N_QUADS,
        "json-ld": ox.RdfFormat.JSON_LD,
        "rdf/xml": ox.RdfFormat.RDF_XML,
    }
)


def load(*paths: str | Path) -> Design:
    """The design that all these describe together; `-` is standard input.

    Each is a link sheet (.csv .xlsx .parquet), a folder of sheets, RDF (.ttl .nt .nq .trig .jsonld .rdf, also .gz), the
    folder of a NetBox REST dump, or a SPARQL endpoint (`sparql+https://...`); the kind is told by content. The frames
    have figures in whole thousandths: length_mm, loss_mdb, power_mw.

    Raises DesignError with every bad cell: file, place, what was found and what was expected.

    >>> design = opticgraph.load("examples/metro-ring")
    >>> design.links.select("link", "length_mm").row(0)
    ('agb-ing-1', 71600000)
    """
    if not paths:
        raise DesignError(f"no design was given; expected {_EXPECTED}")
    designs = [_one(str(path)) for path in paths]
    return designs[0] if len(designs) == 1 else _together(designs)


def sniff(data: bytes) -> str:
    """What a file holds: gzip, parquet, workbook, turtle, n-quads, json-ld, json, rdf/xml, binary or text."""
    for kind, magic in (
        ("gzip", b"\x1f\x8b"),
        ("parquet", b"PAR1"),
        ("workbook", b"PK"),
        ("workbook", b"\xd0\xcf\x11\xe0"),
    ):
        if data.startswith(magic):
            return kind
    wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    if b"\0" in data[:_TOP] and not wide and data[1:2] != b"\0" and data[:1] != b"\0":
        return "binary"
    top = data[:_TOP].decode("utf-8-sig", "replace").lstrip("\ufeff")
    start = top[_COMMENTS.match(top).end() :]  # type: ignore[union-attr]
    if start.startswith(("{", "[")) and not _TURTLE.match(start):
        return "json-ld" if re.search(r'"@(?:context|graph|id|type)"\s*:', top) else "json"
    if re.match(r"<\?xml|<!--|<!DOCTYPE|<\w*:?RDF\b", start, re.I):
        return "rdf/xml"
    if _TURTLE.match(start):
        return "n-quads" if _QUAD.match(start) else "turtle"
    return "text"


def _one(file: str) -> Design:
    if file.startswith("sparql+"):
        from . import remote  # few ask a server, and what speaks to one takes its time to import

        return rdf.read(file, data=remote.triples_of(file), format=ox.RdfFormat.N_TRIPLES)
    path = Path(file)
    if file != "-" and path.is_dir():
        return _folder(file, path)
    data = _bytes(file)
    ending = Path(file.removesuffix(".gz")).suffix.lower()
    if sniff(data) == "gzip":
        data = unpacked(data, file)
    kind = sniff(data)
    if kind in _FORMAT_OF_KIND:
        named = rdf.FORMATS.get(ending)
        fits = named and (
            kind not in ("turtle", "n-quads") or named not in (ox.RdfFormat.JSON_LD, ox.RdfFormat.RDF_XML)
        )
        return rdf.read(
            file, data=data, format=named if fits and kind in ("turtle", "n-quads") else _FORMAT_OF_KIND[kind]
        )
    if kind in ("json", "binary"):
        found = _json(data) if kind == "json" else "a binary file of no known kind"
        raise DesignError(cells=(BadCell(file, 0, "", found, _EXPECTED),))
    if ending in rdf.FORMATS and kind == "text":
        return rdf.read(file, data=data, format=rdf.FORMATS[ending])
    return sheet.read(file, data=data)


def _bytes(file: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        raise DesignError(cells=(BadCell(file, 0, "", said, "a file or folder that can be read"),)) from error


def _json(data: bytes) -> str:
    try:
        held = json.loads(data)
    except ValueError as error:
        return f"JSON that is broken or cut off ({error})"
    keys = list(held) if isinstance(held, dict) else []
    if "results" in keys:
        return "one file of a NetBox REST dump; give its folder"
    listed = f" with the keys {', '.join(map(str, keys[:5]))}" if keys else ""
    return f"JSON{listed} that is not JSON-LD (it has no @context, @graph or @id)"


def _folder(file: str, path: Path) -> Design:
    try:
        inside = sorted(path.iterdir())
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        raise DesignError(cells=(BadCell(file, 0, "", said, "a folder that can be read"),)) from error
    if any(sheet.is_sheet(each, "links") for each in inside):
        return sheet.read(file)
    if sum((path / f"{name}.json").is_file() for name in DUMP) >= 2:
        from . import netbox  # a fifth of our own modules, and few have a dump

        return netbox.read(path)
    found = ", ".join(each.name for each in inside[:20]) + (", ..." if len(inside) > 20 else "")
    expected = (
        "a sheet called links (.csv .xlsx .parquet), or devices.json, interfaces.json and cables.json of a NetBox dump"
    )
    raise DesignError(cells=(BadCell(file, 0, "", f"a folder of {found or 'nothing'}", expected),))


def _together(designs: Sequence[Design]) -> Design:
    """One design from several; what they say differently of one thing, or a link name used twice, is an error."""
    bad: list[BadCell] = []
    links = pl.concat([each.links for each in designs])
    for name, files, rows in _twice(links):
        first, *others = (f"{file} row {row}" if row else file for file, row in zip(files, rows, strict=True))
        bad += [
            BadCell(files[-1], rows[-1] or 0, "link", name, f"a name no other link has; {first} has it too")
            for _ in others[:1]
        ]
    frames = {}
    for name, keys, about in (
        ("ports", ("device", "port"), fields.PORT),
        ("devices", ("device",), fields.DEVICE),
        ("groups", ("group",), fields.GROUP),
    ):
        parts = [
            getattr(each, name).with_columns(file=pl.lit(each.account.files[0]), row=pl.lit(0), via=pl.lit(""))
            for each in designs
        ]
        headers = {field.column: field.header for field in about}
        said = pl.concat(parts)
        if name == "ports":
            said = said.with_columns(pl.col("modes").list.join(" "))
        frames[name], clashes = settle(said, keys, lambda _, column, headers=headers: headers[column])  # type: ignore[misc]
        bad += clashes
    if bad:
        raise DesignError(cells=tuple(bad))
    ports = frames["ports"].with_columns(pl.col("modes").str.split(" "))
    accounts = [each.account for each in designs]
    counts = {
        "links": links.height,
        "ports": ports.height,
        "devices": frames["devices"].height,
        "groups": frames["groups"].height,
    }
    for account in accounts:
        for name, count in account.counts.items():
            if name not in ("links", "ports", "devices", "groups"):
                counts[name] = counts.get(name, 0) + count
    lines = {line for index, each in enumerate(designs) for line in _own_blanks(each.triples, index)}
    return replace(
        designs[0],
        links=links.sort("link"),
        ports=ports,
        devices=frames["devices"],
        groups=frames["groups"],
        account=Account(
            files=tuple(dict.fromkeys(file for account in accounts for file in account.files)),
            counts=MappingProxyType(counts),
            guessed=tuple(sorted(guess for account in accounts for guess in account.guessed)),
            ignored=tuple(sorted(note for account in accounts for note in account.ignored)),
        ),
        triples="".join(line + "\n" for line in sorted(lines)).encode(),
    )


def _twice(links: pl.DataFrame) -> list[tuple[str, list[str], list[int | None]]]:
    doubled = links.filter(pl.col("link").is_duplicated()).group_by("link", maintain_order=True).agg("file", "row")
    return list(doubled.iter_rows())


def _own_blanks(triples: bytes, index: int) -> list[str]:
    """The lines of one design with its blank nodes told apart from those of the others."""
    lines = triples.decode().splitlines()
    return [re.sub(r"(^|> )_:(\w+)", rf"\1_:d{index}\2", line) for line in lines]
