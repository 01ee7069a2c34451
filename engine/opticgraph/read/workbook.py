"""Workbooks (.xlsx) as sheets of text, opened only after their ZIP directory and their cells were found harmless."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from xml.etree import ElementTree

import fastexcel
import polars as pl

from ..design import Note
from ..errors import BadCell, DesignError
from .cells import Table
from .table import TOP, from_rows, header_row, letters, plain

__all__ = ["tables"]

UNPACKED = 1 << 30  # bytes; a million links with thirty columns unpack to about this
SPANNED = 100_000_000  # cells from A1 to the last one used; the parser holds each of them in memory
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_CHUNK = 1 << 22

_REFERENCE = re.compile(rb'\sr="([A-Z]{1,3})([0-9]{1,7})"')
_ERROR = re.compile(
    rb'<(?:\w+:)?c\b(?=[^>]*\st="e")[^>]*\sr="([A-Z]+)([0-9]+)"[^>]*>(?:.*?<(?:\w+:)?v>([^<]*)<)?', re.S
)
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_UNSTORED = re.compile(
    rb'<(?:\w+:)?c\b[^>]*\sr="([A-Z]+)([0-9]+)"[^>]*>\s*<(?:\w+:)?f\b[^>]*(?:/>|>([^<]*)</(?:\w+:)?f>)\s*'
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)


@dataclass(frozen=True)
class _Scan:
    """What the XML of a sheet holds that its values do not tell: spans, errors, formulas."""

    rows: int
    columns: int
    formulas: int
    faults: tuple[tuple[str, int, str], ...]  # column letters, row, what stands there


@dataclass(frozen=True)
class _Part:
    """One sheet: the workbook's bytes, its XML's name in there, its cells as text, and what errors call it."""

    book: bytes
    member: str
    lines: pl.DataFrame
    file: str


def tables(
    data: bytes, file: str, known: Mapping[str, Mapping[str, str]], required: Mapping[str, Sequence[str]]
) -> dict[str, Table]:
    """The sheets wanted, by kind: those of that name, or for links the first sheet that has its columns."""
    members = _members(data, file)
    try:
        book = fastexcel.read_excel(data)
    except Exception as error:  # fastexcel raises its own families, and panics of its parser as BaseException
        raise _broken(file, error) from error
    names = {kind: name for kind in known for name in book.sheet_names if plain(name) == kind}
    notes: list[Note] = []
    loaded: dict[str, pl.DataFrame] = {}
    kinds = [kind for kind in known if kind in names or kind == next(iter(known))]
    for kind in kinds:
        for name in [names[kind]] if kind in names else book.sheet_names:
            if name not in loaded:
                loaded[name] = _load(book, name, members, file)
            top = loaded[name].head(TOP).rows()
            keys = {known[kind].get(plain(cell)) for row in top for cell in row if cell}
            if kind not in names and keys.issuperset(required[kind]):
                names[kind] = name
                break
    first = next(iter(known))
    names.setdefault(first, book.sheet_names[0])
    unused = [name for name in book.sheet_names if name not in names.values()]
    notes += [Note(file, f"sheet {name}", "not a sheet that is known, so not read") for name in unused]
    result = {}
    for kind, name in names.items():
        place = file if kind == first else f"{file} sheet {name}"
        part = _Part(data, members[name], loaded[name], place)
        result[kind] = _table(part, known[kind], required[kind], notes)
        notes = []
    return result


def _table(part: _Part, known: Mapping[str, str], required: Sequence[str], notes: Sequence[Note]) -> Table:
    lines, file = part.lines, part.file
    if not lines.width or not lines.height:
        raise DesignError(cells=(BadCell(file, 0, "", "an empty sheet", "a sheet with a header row"),))
    at = header_row(lines.head(TOP).iter_rows(), known, required)
    header = lines.row(at)
    result = from_rows(lines[at + 1 :], header, file, known, required, first=at + 2, notes=notes)
    scan = _scan(part.book, part.member)
    if scan.formulas:
        said = f"{scan.formulas} formulas were read as the values stored with them"
        result = replace(result, notes=(*result.notes, Note(file, "", said)))
    return replace(result, bad=tuple(_faults(part, scan, result, header, at + 1))) if scan.faults else result


def _faults(part: _Part, scan: _Scan, result: Table, header: Sequence[str | None], header_at: int) -> Iterator[BadCell]:
    """Cells that hold an error or a formula without a value, in the columns that are read and below the header."""
    filled = [str(cell).strip() for cell in header if cell and cell.strip()]
    columns = dict(zip(_filled(part.book, part.member, header_at), filled, strict=False))
    read = set(result.headers.values())
    for column, row, what in scan.faults:
        if row > header_at and columns.get(column) in read:
            formula = not what.startswith("#")
            expected = "a stored value: open and save the workbook in a spreadsheet program" if formula else "a value"
            yield BadCell(part.file, row, columns[column], what, expected)


def _filled(data: bytes, member: str, row: int) -> list[str]:
    """The letters of the cells in a row that hold something, left to right."""
    pattern = rb'<(?:\w+:)?c\b[^>]*\sr="([A-Z]+)%d"[^>]*(?:/>|>(.*?)</(?:\w+:)?c>)' % row
    with zipfile.ZipFile(io.BytesIO(data)) as book, book.open(member) as xml:
        top = xml.read(_CHUNK)
    return [match[1].decode() for match in re.finditer(pattern, top, re.S) if match[2] and b"<" in match[2]]


def _load(book: fastexcel.ExcelReader, name: str, members: Mapping[str, str], file: str) -> pl.DataFrame:
    try:
        return book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars()
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        raise _broken(file, error) from error


def _members(data: bytes, file: str) -> dict[str, str]:
    """Sheet names to their files in the ZIP; DesignError for what is no workbook, broken, or unpacks to too much."""
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        found = "an .xls workbook or one under a password"
        raise DesignError(cells=(BadCell(file, 0, "", found, "an .xlsx workbook without a password"),))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            unpacked = sum(entry.file_size for entry in book.infolist())
            if unpacked > UNPACKED:
                found = f"a workbook that unpacks to {unpacked / (1 << 20):,.0f} MiB"
                raise DesignError(
                    cells=(BadCell(file, 0, "", found, f"at most {UNPACKED >> 20:,} MiB; use .csv or .parquet"),)
                )
            members = _sheets(book)
            # Reading each part to its end proves its checksum, and that it is no longer than the directory says.
            for entry in book.infolist():
                if entry.filename not in members.values():
                    _drain(book, entry)
        for name, member in members.items():
            scan = _scan(data, member)
            if scan.rows * scan.columns > SPANNED:
                last = f"{letters(scan.columns - 1)}{scan.rows}"
                found = f"sheet {name}, which reaches to cell {last}: {scan.rows * scan.columns:,} cells"
                expected = f"at most {SPANNED:,}; delete the empty rows and columns at its end"
                raise DesignError(cells=(BadCell(file, 0, "", found, expected),))
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError, EOFError, OSError, NotImplementedError) as error:
        raise _broken(file, error) from error
    except RuntimeError as error:  # zipfile's word for an encrypted part
        raise _broken(file, error) from error
    except Exception as error:
        if type(error).__module__ == "zlib":
            raise _broken(file, error) from error
        raise
    return members


def _drain(book: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    with book.open(entry) as part:
        while part.read(_CHUNK):
            pass


def _sheets(book: zipfile.ZipFile) -> dict[str, str]:
    relations = {
        str(each.get("Id")): str(each.get("Target"))
        for each in ElementTree.fromstring(book.read("xl/_rels/workbook.xml.rels"))
    }
    members = {}
    for each in ElementTree.fromstring(book.read("xl/workbook.xml")).iter():
        if each.tag.endswith("}sheet"):
            target = relations[str(each.get(_RELATION))]
            members[str(each.get("name"))] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return members


def _scan(data: bytes, member: str) -> _Scan:
    rows = columns = formulas = 0
    faults: list[tuple[str, int, str]] = []
    for part in _parts(data, member):
        cells = set(_REFERENCE.findall(part))
        rows = max(rows, max((int(row) for _, row in cells), default=0))
        columns = max(columns, max((_index(column) for column in {column for column, _ in cells}), default=0))
        formulas += len(_FORMULA.findall(part))
        faults += [(at[1].decode(), int(at[2]), (at[3] or b"#ERROR").decode()) for at in _ERROR.finditer(part)]
        faults += [
            (at[1].decode(), int(at[2]), "=" + (at[3] or b"").decode("utf-8", "replace"))
            for at in _UNSTORED.finditer(part)
        ]
    return _Scan(rows, columns, formulas, tuple(faults))


def _parts(data: bytes, member: str) -> Iterator[bytes]:
    """The XML in pieces that end between rows."""
    with zipfile.ZipFile(io.BytesIO(data)) as book, book.open(member) as xml:
        rest = b""
        while chunk := xml.read(_CHUNK):
            piece = rest + chunk
            cut = piece.rfind(b"<row ")
            cut = len(piece) if cut <= 0 else cut
            yield piece[:cut]
            rest = piece[cut:]
        yield rest


def _index(column: bytes) -> int:
    index = 0
    for letter in column:
        index = index * 26 + letter - ord("A") + 1
    return index


def _broken(file: str, error: BaseException) -> DesignError:
    said = (str(error).splitlines() or [type(error).__name__])[0][:160]
    return DesignError(
        cells=(BadCell(file, 0, "", f"a workbook that is broken or cut off ({said})", "a whole .xlsx workbook"),)
    )
