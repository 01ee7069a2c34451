"""An Excel workbook of tables: every text is a text cell, never a formula or a link; same tables, same bytes."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

import xlsxwriter

from .words import clean

__all__ = ["Cell", "Column", "Sheet", "number", "workbook"]

EPOCH = datetime(1980, 1, 1, tzinfo=UTC)  # a constant, so that two runs give the same bytes
MOST_ROWS = 1_048_575  # below the header, by Excel's own limit
MOST_LETTERS = 32_767  # of one cell
FILLS = {
    "fails": ("#F9DEDC", "#8C1D18"),
    "violation": ("#F9DEDC", "#8C1D18"),
    "unknown": ("#FFF0C2", "#6B4E00"),
    "warning": ("#FFF0C2", "#6B4E00"),
    "works": ("#D5F0E3", "#0B5138"),
}

Cell = str | int | Decimal | None
Column = tuple[str, int]  # header and width


@dataclass(frozen=True)
class Sheet:
    """One table; coloured columns show a verdict's colour, choices are what a column's drop-down offers."""

    name: str
    columns: Sequence[Column]
    lines: Iterable[Sequence[Cell]]
    coloured: Sequence[int] = (0, 1)
    choices: tuple[int, tuple[str, ...]] | None = None


def workbook(title: str, version: str, sheets: Iterable[Sheet]) -> bytes:
    """The workbook's bytes."""
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(file, options)
    book.set_properties({"title": title, "created": EPOCH, "comments": f"opticgraph {clean(version)}"})
    style = _styles(book)
    for sheet in sheets:
        _sheet(book, style, sheet)
    book.close()
    return file.getvalue()


def number(text: str | None) -> Cell:
    """The text as a number if it is one, only so that Excel sorts and sums it; the text is what was judged."""
    try:
        value = Decimal(text or "")
    except InvalidOperation:
        return text
    return value if value.is_finite() else text


Styles = dict[str, xlsxwriter.format.Format]


def _styles(book: xlsxwriter.Workbook) -> Styles:
    made = {
        word: book.add_format({"bg_color": fill, "font_color": ink, "valign": "top"})
        for word, (fill, ink) in FILLS.items()
    }
    made["header"] = book.add_format({"bold": True, "bottom": 1, "valign": "top"})
    made["text"] = book.add_format({"valign": "top", "text_wrap": True})
    return made


def _sheet(book: xlsxwriter.Workbook, style: Styles, table: Sheet) -> None:
    sheet = book.add_worksheet(table.name)
    for index, (header, width) in enumerate(table.columns):
        sheet.set_column(index, index, width)
        sheet.write_string(0, index, header, style["header"])
    told = list(table.lines)
    if len(told) > MOST_ROWS:
        rest = len(told) - MOST_ROWS + 1
        told[MOST_ROWS - 1 :] = [[f"{rest:,} more rows do not fit into a sheet: use csv or json"]]
    for line, cells in enumerate(told, 1):
        for index, cell in enumerate(cells):
            _write(sheet, line, index, cell, style, coloured=index in table.coloured)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, len(told), len(table.columns) - 1)
    if table.choices and told:
        column, words = table.choices
        sheet.data_validation(1, column, len(told), column, {"validate": "list", "source": list(words)})


def _write(
    sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, cell: Cell, style: Styles, *, coloured: bool
) -> None:
    if isinstance(cell, str):
        if cell:
            text = clean(cell)
            fits = text if len(text) <= MOST_LETTERS else text[: MOST_LETTERS - 1] + "\N{HORIZONTAL ELLIPSIS}"
            sheet.write_string(row, column, fits, style.get(cell if coloured else "text", style["text"]))
    elif cell is not None:
        sheet.write_number(row, column, cell, style["text"])
