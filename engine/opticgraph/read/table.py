"""Sheets of any make as columns of text under known names: CSV, Parquet, and the rows of a workbook."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import polars as pl

from .. import terms
from ..design import Note
from ..errors import BadCell, DesignError
from .cells import Table

__all__ = ["from_csv", "from_parquet", "from_rows", "header_row", "plain", "text"]

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
TOP = 20  # rows at the top of a sheet in which its header is looked for
NAMED = 50  # columns nobody knows that are named one by one


def from_csv(raw: bytes, file: str, known: Mapping[str, str], required: Sequence[str]) -> Table:
    """A sheet of separated values; its encoding and separator are found out, and said when they are not the usual."""
    raw, notes = _as_utf8(raw, file)
    if not raw.strip():
        raise DesignError(cells=(BadCell(file, 0, "", "an empty file", "a sheet with a header row"),))
    top = raw[: 1 << 20].decode("utf-8", "ignore")
    separator = max(SEPARATORS, key=lambda mark: (_recognised(_records(top, mark), known), top.count(mark)))
    if separator != ",":
        notes.append(Note(file, "", f"the columns are separated by a {SEPARATORS[separator]}"))
    records = list(_records(top, separator))
    at = header_row(records, known, required)
    header = records[at]
    # What stands above the header is cut off; a header in the first row costs no copy of the file.
    body = raw[_offset(top, separator, at) :] if at else raw
    names = [f"column{index}" for index in range(len(header))]
    try:
        lines = pl.read_csv(body, separator=separator, infer_schema=False, new_columns=names)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        lines = _patiently(body, separator, file, len(header), at + 2)
    return from_rows(lines, header, file, known, required, first=at + 2, notes=notes)


def from_parquet(source: bytes, file: str, known: Mapping[str, str], required: Sequence[str]) -> Table:
    """A Parquet file; numbers of any type become the shortest text that means them exactly."""
    try:
        frame = pl.read_parquet(io.BytesIO(source))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        said = str(error).splitlines()[0][:200]
        found = f"a Parquet file that is broken or cut off ({said})"
        raise DesignError(cells=(BadCell(file, 0, "", found, "a whole Parquet file"),)) from error
    header = frame.columns
    lines = frame.select(text(frame[name]).alias(f"column{index}") for index, name in enumerate(header))
    return from_rows(lines, header, file, known, required, first=2)


def from_rows(
    lines: pl.DataFrame,
    header: Sequence[str | None],
    file: str,
    known: Mapping[str, str],
    required: Sequence[str],
    *,
    first: int,
    notes: Sequence[Note] = (),
) -> Table:
    """Text columns under their keys, stripped, empty cells null, blank rows gone; `first` is the row they start in."""
    headers, ignored, bad = _headers(header, file, known, required, first - 1)
    if bad:
        raise DesignError(cells=tuple(bad))
    places = {key: index for index, key in headers.items()}
    cells = lines.select(pl.col(lines.columns[index]).alias(key) for index, key in headers.items())
    stripped = pl.col(_blank_at_an_end(cells)).str.strip_chars()
    filled = cells.with_columns(pl.when(stripped != "").then(stripped))
    filled = filled.with_columns(row=pl.int_range(pl.len(), dtype=pl.Int64) + first)
    if not any(filled[key].null_count() == 0 for key in required):  # else no row is blank
        filled = filled.filter(pl.any_horizontal(pl.col(key).is_not_null() for key in places))
    if first > 2:
        notes = (*notes, Note(file, f"row {first - 1}", "the header was found here; what stands above it was not read"))
    if filled.is_empty():
        notes = (*notes, Note(file, f"row {first - 1}", "no row below the header"))
    written = {key: str(header[index]).strip() for key, index in places.items()}
    return Table(file, filled, written, (*notes, *ignored))


def _blank_at_an_end(cells: pl.DataFrame) -> list[str]:
    """The columns with an empty cell or one that has to be stripped; mostly none, and copies take room."""
    odd = (pl.all().str.strip_chars() != pl.all()) | (pl.all() == "")
    told = cells.lazy().select(odd.any()).collect()
    return [name for name in told.columns if told[name].any()]


def header_row(rows: Iterable[Sequence[str | None]], known: Mapping[str, str], required: Sequence[str]) -> int:
    """Which of the top rows is the header: the first with every required column, else that with the most known ones."""
    best, most = 0, -1
    for index, row in enumerate(rows):
        if index == TOP:
            break
        keys = {known[plain(cell)] for cell in row if cell and plain(cell) in known}
        if keys.issuperset(required):
            return index
        filled = any(cell and cell.strip() for cell in row)
        if filled and (most < 0 or len(keys) > most):
            best, most = index, len(keys)
    return best


def plain(header: str) -> str:
    """A header without what people spell differently: case, blanks, punctuation."""
    return re.sub(r"[\W_]+", "", header).casefold()


def _headers(
    header: Sequence[str | None], file: str, known: Mapping[str, str], required: Sequence[str], row: int
) -> tuple[dict[int, str], list[Note], list[BadCell]]:
    """Which column is which; columns nobody knows as notes; missing and doubled ones as bad cells."""
    found: dict[str, int] = {}
    strangers: list[str] = []
    bad: list[BadCell] = []
    for index, cell in enumerate(header):
        name = (cell or "").strip()
        key = known.get(plain(name))
        if not name:
            continue
        if key is None:
            strangers.append(name)
        elif key in found:
            other = f"{str(header[found[key]]).strip()} in column {letters(found[key])}"
            what = f"{name} in column {letters(index)}, the same as {other}"
            bad.append(BadCell(file, row, name, what, "each column once"))
        else:
            found[key] = index
    missing = [key for key in required if key not in found]
    there = [str(cell).strip() for cell in header if cell and cell.strip()]
    for key in missing:
        near = terms.nearest(key, tuple(name for name in strangers if len(name) < 60))
        hint = f"; {near} looks like it" if near else ""
        listed = ", ".join(name[:60] for name in there[:NAMED]) + (", ..." if len(there) > NAMED else "")
        bad.append(BadCell(file, row, key, f"no such column among {listed or 'nothing'}{hint}", f"a column {key}"))
    return {index: key for key, index in found.items()}, _strangers(strangers, file, known), bad


def _strangers(names: Sequence[str], file: str, known: Mapping[str, str]) -> list[Note]:
    notes = []
    for name in names[:NAMED]:
        near = terms.nearest(name, tuple(dict.fromkeys(known.values()))) if len(name) < 60 else None
        hint = f"; the nearest known column is {near}" if near else ""
        notes.append(Note(file, f"column {name[:60]}", f"not a column that is known, so not read{hint}"))
    if len(names) > NAMED:
        notes.append(Note(file, "", f"{len(names) - NAMED} more columns are not known and were not read"))
    return notes


def letters(index: int) -> str:
    """The letters a spreadsheet shows above a column, A for 0."""
    name, rest = "", index + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        name = chr(ord("A") + digit) + name
    return name


def _as_utf8(raw: bytes, file: str) -> tuple[bytes, list[Note]]:
    """The same text in UTF-8 without a mark, and what had to be done for it."""
    notes: list[Note] = []
    start = raw[:1000]
    if start[:2] in (b"\xff\xfe", b"\xfe\xff") or start.count(0) > len(start) // 4:
        encoding = "utf-16" if start[:1] in (b"\xff", b"\xfe") else "utf-16-le" if start[1:2] == b"\0" else "utf-16-be"
        notes.append(Note(file, "", "the text is UTF-16, not UTF-8, and was read as such"))
        try:
            raw = raw.decode(encoding).encode()
        except UnicodeError as error:
            cell = BadCell(file, 0, "", "UTF-16 text that breaks off", "a whole text file in UTF-8")
            raise DesignError(cells=(cell,)) from error
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    try:
        if not raw.isascii():
            raw.decode()
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        encoding = "latin-1" if re.search(rb"[\x81\x8d\x8f\x90\x9d]", raw) else "cp1252"
        said = f"byte 0x{raw[error.start]:02X} is not UTF-8; the text was read as {encoding}"
        notes.append(Note(file, f"line {line}", said))
        raw = raw.decode(encoding).encode()
    if b"\r" in raw[: 1 << 20] and b"\n" not in raw[: 1 << 20]:
        raw = raw.replace(b"\r", b"\n")
    return raw, notes


def _records(text: str, separator: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for _ in range(TOP):
            yield next(reader)
    except (StopIteration, csv.Error):
        return


def _recognised(records: Iterable[Sequence[str]], known: Mapping[str, str]) -> int:
    return max((len({plain(cell) for cell in row} & known.keys()) for row in records), default=0)


def _offset(text: str, separator: str, header: int) -> int:
    """The byte at which the header starts."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    for _ in range(header):
        next(reader)
    ends = [match.end() for match in re.finditer("\n", text)]
    return len(text[: ends[reader.line_num - 1]].encode())


def _patiently(body: bytes, separator: str, file: str, width: int, first: int) -> pl.DataFrame:
    """Rows one by one, for a file that is not as regular as it should be: names every row that is not."""
    rows: list[list[str | None]] = []
    bad: list[BadCell] = []
    reader = csv.reader(io.StringIO(body.decode(), newline=""), delimiter=separator, strict=True)
    try:
        next(reader)
        for record in reader:
            if any(cell.strip() for cell in record[width:]):
                extra = next(cell for cell in record[width:] if cell.strip())
                place = f"cell {width + 1} and beyond" if len(record) > width + 1 else f"cell {width + 1}"
                expected = f"{width} cells as in the header; a text with a {SEPARATORS[separator]} stands in quotes"
                bad.append(BadCell(file, first + len(rows), place, extra, expected))
            rows.append([*record[:width], *[None] * (width - len(record))])
    except csv.Error as error:
        found = f"a cell whose quotes do not close ({error})"
        bad.append(BadCell(file, first + len(rows), "", found, 'quotes in pairs; a " inside a text is written ""'))
    if bad:
        raise DesignError(cells=tuple(bad))
    columns = zip(*rows, strict=True) if rows else ([] for _ in range(width))
    return pl.DataFrame({f"column{index}": pl.Series(values, dtype=pl.String) for index, values in enumerate(columns)})


def text(values: pl.Series) -> pl.Series:
    """A column as the text a person would write; each distinct number is written down once."""
    kind = values.dtype
    if not kind.is_numeric() or (kind.is_float() and values.is_nan().any()):  # NaN equals nothing, not even itself
        return _written(values)
    distinct = values.unique()
    at = values.to_frame().join(
        distinct.to_frame().with_row_index("at"), on=values.name, how="left", nulls_equal=True, maintain_order="left"
    )
    return _written(distinct).gather(at["at"])


def _written(values: pl.Series) -> pl.Series:
    kind = values.dtype
    if kind == pl.String:
        return values
    if isinstance(kind, pl.List):
        return values.cast(pl.List(pl.String)).list.join(" ")
    if kind.is_float():  # 4.0 means 4 to a person; the shortest text that reads back as the same float
        return values.cast(pl.String).str.replace(r"\.0$", "")
    if kind == pl.Binary:
        return values.cast(pl.String, strict=False)
    if kind.is_nested() or kind == pl.Object:
        return pl.Series([None if value is None else repr(value) for value in values], dtype=pl.String)
    return values.cast(pl.String)
