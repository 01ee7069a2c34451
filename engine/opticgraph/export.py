"""A design written out as a sheet, as Parquet or as RDF, for people, for other tools and to be read again."""

from __future__ import annotations

import io
import os
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO, cast

import polars as pl
import pyoxigraph as ox
import xlsxwriter
from polars import selectors

from . import fields
from .derive import derive
from .design import SIDES, Design, Note
from .errors import BadCell, DesignError
from .facts import as_judged, believed, types_of
from .fields import Field
from .graph import BASE, OPTIC, PART, XSD, recorded
from .knowledge import know
from .nodes import Lines, ordered

__all__ = ["ENDINGS", "convert", "sheets"]

RDF: Mapping[str, ox.RdfFormat] = MappingProxyType(
    {
        ".ttl": ox.RdfFormat.TURTLE,
        ".nt": ox.RdfFormat.N_TRIPLES,
        ".nq": ox.RdfFormat.N_QUADS,
        ".trig": ox.RdfFormat.TRIG,
        ".jsonld": ox.RdfFormat.JSON_LD,
        ".rdf": ox.RdfFormat.RDF_XML,
    }
)
ENDINGS = (".csv", ".xlsx", ".parquet", *RDF, *(f"{ending}.gz" for ending in RDF))
PREFIXES = MappingProxyType(
    {
        "optic": OPTIC,
        "part": PART,
        "device": f"{BASE}device/",
        "group": f"{BASE}group/",
        "link": f"{BASE}link/",
        "module": f"{BASE}module/",
        "owl": "http://www.w3.org/2002/07/owl#",
        "port": f"{BASE}port/",
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "xsd": XSD,
    }
)
_THOUSAND = pl.lit(1000).cast(pl.Decimal(38, 3))
_CREATED = datetime(1980, 1, 1)  # the same design is to give the same bytes on any day
_BUFFER = 1 << 20
ROWS = 1_048_575  # links that a worksheet holds below its header


def convert(
    design: Design,
    path: str | Path,
    *,
    derived: bool = False,
    trust: str = "standards",
    catalogs: Sequence[Path] = (),
) -> tuple[Note, ...]:
    """Write the design in the format of the ending, whole or not at all; what the format cannot hold comes back.

    derived adds what was assumed, every derived fact and what is believed of the module types, in RDF only: any SHACL
    processor then finds with the shipped shapes what an audit finds.

    A workbook holds text as text, so that nothing in it is ever a formula. A CSV file has no types: there a text that
    starts with = + - or @ stays as it is, since any mark before it would be read back as a part of the name.

    Raises DesignError for an ending of no format, and where the file cannot be written or could not hold the links.

    >>> opticgraph.convert(design, "design.ttl", derived=True)
    ()
    """
    target = Path(path)
    name = target.name.lower()
    ending = next((each for each in sorted(ENDINGS, key=len, reverse=True) if name.endswith(each)), "")
    if not ending:
        raise DesignError(
            cells=(BadCell(str(path), 0, "", f"the ending {target.suffix or 'none'}", ", ".join(ENDINGS)),)
        )
    if derived and ending.removesuffix(".gz") not in RDF:
        raise DesignError(cells=(BadCell(str(path), 0, "", f"derived facts in a {ending} file", "an ending of RDF"),))
    lost: tuple[Note, ...] = ()
    if ending == ".xlsx":
        if design.links.height > ROWS:
            found = f"{design.links.height:,} links"
            raise DesignError(
                cells=(BadCell(str(path), 0, "", found, f"at most {ROWS:,} in a workbook; use .parquet"),)
            )
        _write(target, lambda out: _workbook(sheets(design), out))
        lost = _triples_lost(design, str(path))
    elif ending in (".csv", ".parquet"):
        links = _link_sheet(design)
        if ending == ".csv":
            links = links.with_columns(
                selectors.decimal().cast(pl.String).str.strip_chars_end("0").str.strip_suffix(".")
            )
        _write(target, links.write_csv if ending == ".csv" else links.write_parquet)
        lost = (*_triples_lost(design, str(path)), *_rows_lost(design, str(path)))
    else:
        pieces = _derived(design, trust, catalogs) if derived else ordered(recorded(design))
        _write(target, lambda out: _rdf(pieces, RDF[ending.removesuffix(".gz")], out, packed=ending.endswith(".gz")))
    return lost


def sheets(design: Design) -> dict[str, pl.DataFrame]:
    """The link sheet and its side sheets, typed; columns that nobody filled are left out, but for the required ones."""
    rare = [f"{side}_{name}" for side in SIDES for name in ("port_group", "card", "optics_power_w")]
    links = _link_sheet(design)
    return {
        "links": links.drop(name for name in rare if name in links.columns),
        "ports": _filled(_sheet(design.ports, fields.PORT, side=True), ("device", "port")),
        "devices": _filled(_sheet(design.devices, fields.DEVICE, side=True), ("device",)),
    }


def _link_sheet(design: Design) -> pl.DataFrame:
    """Links with all that is known of their ports, devices and groups."""
    links = design.links
    ports, devices = _sheet(design.ports, fields.PORT), _sheet(design.devices, fields.DEVICE)
    about = _sheet(links.select("link", "group", *(field.column for field in fields.LINK)), fields.LINK)
    parts = [about.select("link", "status")]
    for side in SIDES:
        names = [f"{side}_{name}" for name in ("device", "port", "module", *(field.column for field in fields.END))]
        end = _sheet(links.select(pl.col(name).alias(name[2:]) for name in names), fields.END)
        end = end.join(ports, on=["device", "port"], how="left", maintain_order="left")
        end = end.join(devices, on="device", how="left", maintain_order="left")
        parts.append(end.rename(lambda name, side=side: f"{side}_{name}"))  # type: ignore[misc]
    groups = _sheet(design.groups, fields.GROUP)
    parts.append(about.drop("link", "status").join(groups, on="group", how="left", maintain_order="left"))
    required = ("link", *(f"{side}_{name}" for side in SIDES for name in ("device", "port")))
    return _filled(pl.concat(parts, how="horizontal"), required)


def _sheet(frame: pl.DataFrame, about: Sequence[Field], *, side: bool = False) -> pl.DataFrame:
    """The columns of a frame as a sheet has them: its headers, its units, lists as text."""
    known = {field.column: field for field in about}
    return frame.select(_cells(name, known.get(name), side=side) for name in frame.columns)


def _cells(name: str, field: Field | None, *, side: bool) -> pl.Expr:
    column = pl.col(name)
    if field is None:
        return column
    if field.kind == "decimal":
        column = (column.cast(pl.Decimal(38, 3)) / _THOUSAND).cast(pl.Decimal(38, 3))
    elif field.kind == "lanes":
        column = column.cast(pl.List(pl.String)).list.join(",")
    elif field.kind == "modes":
        column = column.list.join(" ")
    return column.alias(field.also[0] if side and field.also else field.header)


def _filled(frame: pl.DataFrame, required: Sequence[str]) -> pl.DataFrame:
    return frame.select(name for name in frame.columns if name in required or frame[name].null_count() < frame.height)


def _workbook(tables: Mapping[str, pl.DataFrame], out: BinaryIO) -> None:
    """Every text by write_string, which makes neither formula nor link of it."""
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_urls": False}) as book:
        book.set_properties({"created": _CREATED})
        bold = book.add_format({"bold": True})
        for name, frame in tables.items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 1)
            for column, header in enumerate(frame.columns):
                sheet.write_string(0, column, header, bold)
            for row, values in enumerate(frame.iter_rows(), start=1):
                for column, value in enumerate(values):
                    if isinstance(value, str):
                        sheet.write_string(row, column, value)
                    elif value is not None:
                        sheet.write_number(row, column, float(value))
            sheet.autofilter(0, 0, frame.height, max(frame.width - 1, 0))
            sheet.autofit()


def _derived(design: Design, trust: str, catalogs: Sequence[Path]) -> Iterator[bytes]:
    knowledge = know(trust=trust, catalogs=catalogs)
    judged = derive(design, knowledge)
    told, derived = as_judged(design, judged)
    return ordered([*told, *derived, Lines(believed(types_of(judged), knowledge))])


def _rdf(pieces: Iterable[bytes], format: ox.RdfFormat, out: BinaryIO, *, packed: bool) -> None:
    """N-Triples in pieces into a file in some format, no more of them at a time than a piece."""
    target: BinaryIO = cast(BinaryIO, _Packed(out)) if packed else out
    if format == ox.RdfFormat.N_TRIPLES:
        for piece in pieces:
            target.write(piece)
    else:
        source = io.BufferedReader(_Read(iter(pieces)), _BUFFER)
        triples = ox.parse(source, format=ox.RdfFormat.N_TRIPLES)
        ox.serialize(triples, output=target, format=format, prefixes=dict(PREFIXES))
    if target is not out:
        target.close()


class _Read(io.RawIOBase):
    """Pieces as a file to read from."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._left = pieces, memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._left = memoryview(piece)
        size = min(len(buffer), len(self._left))
        buffer[:size], self._left = self._left[:size], self._left[size:]
        return size


class _Packed(io.BufferedIOBase):
    """A gzip file that says neither when nor on what system it was written: the same design gives the same bytes."""

    def __init__(self, out: BinaryIO) -> None:
        self._out, self._packing = out, zlib.compressobj(9, zlib.DEFLATED, 31)

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self._out.write(self._packing.compress(content))
        return len(content)

    def close(self) -> None:
        if not self.closed:
            self._out.write(self._packing.flush())
        super().close()


def _write(target: Path, fill: Callable[[BinaryIO], object]) -> None:
    """Fill a file beside the target and put it in its place, so that no half-written one is ever there."""
    try:
        handle, beside = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        raise DesignError(cells=(BadCell(str(target), 0, "", said, "a folder that can be written to"),)) from error
    try:
        with os.fdopen(handle, "wb") as out:
            fill(out)
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(beside, 0o666 & ~umask)  # mkstemp lets nobody else read
        os.replace(beside, target)
    except OSError as error:
        Path(beside).unlink(missing_ok=True)
        said = (error.strerror or str(error)).lower()
        raise DesignError(cells=(BadCell(str(target), 0, "", said, "a file that can be written"),)) from error
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def _triples_lost(design: Design, file: str) -> tuple[Note, ...]:
    count = design.triples.count(b"\n")
    return (Note(file, "", f"{count} triples have no column in a sheet and were left out"),) if count else ()


def _rows_lost(design: Design, file: str) -> tuple[Note, ...]:
    """What one link sheet cannot say: things no link touches, and columns that only side sheets have."""
    notes = []
    used = pl.concat(design.links.select(device=f"{side}_device", port=f"{side}_port") for side in SIDES)
    for count, what in (
        (design.ports.join(used, on=["device", "port"], how="anti").height, "ports without a link"),
        (design.devices.join(used, on="device", how="anti").height, "devices without a link"),
        (design.groups.join(design.links, on="group", how="anti").height, "groups without a link"),
    ):
        if count:
            notes.append(
                Note(file, "", f"{count} {what} have no place in one link sheet; an .xlsx or RDF file keeps them")
            )
    return tuple(notes)
