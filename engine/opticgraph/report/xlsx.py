"""The audit as an Excel workbook: verdicts, findings, what is missing, coverage and what was read, a sheet each."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

import xlsxwriter

from ..result import Audit
from .needs import give, supplies
from .rows import counts, rows
from .words import clean, fibre, guesses, headline, place, says

__all__ = ["render"]

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
SIDES = ("site", "device", "port", "module")

Cell = str | int | Decimal | None
Column = tuple[str, int]  # header and width


def render(audit: Audit) -> bytes:
    """The workbook's bytes; every text is a text cell, never a formula or a link."""
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(file, options)
    book.set_properties({"title": "Optics audit", "created": EPOCH, "comments": f"opticgraph {clean(audit.version)}"})
    style = _styles(book)
    _sheet(book, style, "Verdicts", VERDICTS, _verdicts(audit))
    _sheet(book, style, "Findings", FINDINGS, _findings(audit))
    _sheet(book, style, "Missing", MISSING, _missing(audit))
    _sheet(book, style, "Coverage", COVERAGE, _coverage(audit))
    _sheet(book, style, "Read", READ, _read(audit))
    book.close()
    return file.getvalue()


VERDICTS: Sequence[Column] = (
    ("link", 24), ("verdict", 10), ("says", 60), ("rules", 30),
    *((f"{side}_{name}", 18) for side in "ab" for name in SIDES),
    ("fibre", 16), ("length_m", 10), ("status", 9), ("group", 18), ("rate_gbps", 10),
    ("assumed", 40), ("judged", 8), ("not_judged", 30), ("sources differ", 40),
)  # fmt: skip


def _verdicts(audit: Audit) -> Iterable[Sequence[Cell]]:
    for row in rows(audit):
        told = row.verdict
        yield (
            row.name, told.verdict, headline(row), " ".join(told.rules),
            *(row.text(f"{side}_{name}") for side in "ab" for name in SIDES),
            row.text("fiber_type") or fibre(row), _number(row.text("length_m")), row.text("status"), row.text("group"),
            _number(row.text("rate_gbps")), "; ".join(told.assumed), told.judged, " ".join(told.not_judged),
            "; ".join(told.contested),
        )  # fmt: skip


FINDINGS: Sequence[Column] = (
    ("severity", 10), ("rule", 26), ("link", 24), ("subject", 40), ("says", 40), ("message", 80), ("found", 12),
    ("limit", 12), ("unit", 8), ("estimated", 10), ("sources differ", 14), ("give", 24), ("sources", 30),
    ("links touched", 30), ("place", 24), ("id", 40),
)  # fmt: skip


def _findings(audit: Audit) -> Iterable[Sequence[Cell]]:
    for finding in audit.findings:
        yield (
            finding.severity, finding.rule, finding.link, finding.subject, says(finding), finding.message,
            _number(finding.found), _number(finding.limit), finding.unit, "yes" if finding.estimated else "",
            "yes" if finding.contested else "", give(finding) if finding.severity == "unknown" else "",
            " ".join(finding.sources), " ".join(finding.links), place(finding), finding.id,
        )  # fmt: skip


MISSING: Sequence[Column] = (
    ("what is missing", 40), ("column", 34), ("links that ask", 16), ("that ask for nothing else", 24),
)  # fmt: skip


def _missing(audit: Audit) -> Iterable[Sequence[Cell]]:
    for supply in supplies(audit):
        yield supply.need.words, supply.need.columns, supply.asked, supply.settles


COVERAGE: Sequence[Column] = (
    ("rule", 32), ("judged", 10), ("found", 10), ("not judged", 10), ("how", 14), ("why", 60),
)  # fmt: skip


def _coverage(audit: Audit) -> Iterable[Sequence[Cell]]:
    for rule in audit.coverage:
        yield rule.rule, rule.judged, rule.found, rule.not_judged, rule.how, rule.why


READ: Sequence[Column] = (("what", 16), ("where", 40), ("told", 80), ("count", 10))


def _read(audit: Audit) -> Iterable[Sequence[Cell]]:
    yield "judged by", f"opticgraph {audit.version}", f"trust policy {audit.trust}", None
    for word, number in counts(audit).items():
        yield "verdicts", "", word, number
    for file in audit.read.files:
        yield "file", file, "", None
    for word, number in audit.read.counts.items():
        yield "read", "", word, number
    for field, because, number in guesses(audit.read):
        yield "assumed", field, f"from {because}", number
    for note in audit.read.ignored:
        yield "not used", f"{note.file}, {note.place}", note.text, None


Styles = dict[str, xlsxwriter.format.Format]


def _styles(book: xlsxwriter.Workbook) -> Styles:
    made = {
        word: book.add_format({"bg_color": fill, "font_color": ink, "valign": "top"})
        for word, (fill, ink) in FILLS.items()
    }
    made["header"] = book.add_format({"bold": True, "bottom": 1, "valign": "top"})
    made["text"] = book.add_format({"valign": "top", "text_wrap": True})
    return made


def _sheet(
    book: xlsxwriter.Workbook, style: Styles, name: str, columns: Sequence[Column], lines: Iterable[Sequence[Cell]]
) -> None:
    sheet = book.add_worksheet(name)
    for index, (header, width) in enumerate(columns):
        sheet.set_column(index, index, width)
        sheet.write_string(0, index, header, style["header"])
    told = list(lines)
    if len(told) > MOST_ROWS:
        rest = len(told) - MOST_ROWS + 1
        told[MOST_ROWS - 1 :] = [[f"{rest:,} more rows do not fit into a sheet: use csv or json"]]
    for number, line in enumerate(told, 1):
        for index, cell in enumerate(line):
            _write(sheet, number, index, cell, style)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, len(told), len(columns) - 1)


def _write(sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, cell: Cell, style: Styles) -> None:
    if isinstance(cell, str):
        if cell:
            text = clean(cell)
            fits = text if len(text) <= MOST_LETTERS else text[: MOST_LETTERS - 1] + "\N{HORIZONTAL ELLIPSIS}"
            sheet.write_string(row, column, fits, style.get(cell if column < 2 else "text", style["text"]))
    elif cell is not None:
        sheet.write_number(row, column, cell, style["text"])


def _number(text: str | None) -> Cell:
    # Only so that Excel sorts and sums it; the text is what was judged.
    try:
        value = Decimal(text or "")
    except InvalidOperation:
        return text
    return value if value.is_finite() else text
