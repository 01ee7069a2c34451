"""The audit as one flat table (RFC 4180): a row for each finding of each link, one row for a link without findings.

Columns: the link, its verdict and what it says; the finding (severity, nature, rule, message, subject, end, found,
limit, unit, estimated, contested, sources, give = the columns an unknown asks for); the link's record; what was
assumed, judged and not judged; file and row of the input; finding = the finding's id; and, where waivers or an older
result were given, standing = why it does not count. A finding about a device or
group stands once for each link it touches, always with the same id; one that touches no link has no link and no
verdict. A cell that a spreadsheet would take for a formula starts with an apostrophe.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from ..result import Audit, Finding
from .needs import give
from .rows import Row, links_of, rows
from .words import clean, headline, standing

__all__ = ["COLUMNS", "RECORD", "cell", "render", "table"]

RECORD = (
    "status", "group", "rate_gbps", "fiber_type", "length_m",
    "a_site", "a_device", "a_port", "a_module", "b_site", "b_device", "b_port", "b_module",
)  # fmt: skip
FINDING = (
    "severity", "nature", "rule", "message", "subject", "end", "found", "limit", "unit",
    "estimated", "contested", "sources", "give",
)  # fmt: skip
COLUMNS = (
    "link", "verdict", "says", *FINDING, *RECORD, "assumed", "judged", "not_judged", "file", "row", "finding",
)  # fmt: skip

# OWASP, "CSV Injection": cells that begin so are run as formulas. A plain number is safe and stays one.
FORMULA = re.compile(r"[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


def render(audit: Audit) -> str:
    """The table with its header; lines end in CR LF."""
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\r\n")
    columns = COLUMNS if audit.standing is None else (*COLUMNS, "standing")
    writer.writerow(columns)
    writer.writerows([cell(row.get(column)) for column in columns] for row in _rows(audit))
    return sheet.getvalue()


def table(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    """Rows as RFC 4180 has them, with a header; what a row does not say is an empty cell. Lines end in CR LF.

    Raises ValueError for a value of no column. An audit, which has as many rows as a network, does without that check.
    """
    sheet = io.StringIO()
    writer = csv.DictWriter(sheet, columns, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({column: cell(value) for column, value in row.items()} for row in rows)
    return sheet.getvalue()


def _rows(audit: Audit) -> Iterator[dict[str, object]]:
    for row in rows(audit):
        link = _link(row)
        if not row.findings:
            yield link
        for finding in row.findings:
            yield {**link, **_finding(finding)}
    for finding in audit.findings:
        if not links_of(finding):
            yield _finding(finding)


def _link(row: Row) -> dict[str, object]:
    verdict = row.verdict
    return {
        "link": row.name,
        "verdict": verdict.verdict,
        "says": headline(row),
        **{column: row.link.get(column) for column in RECORD},
        "assumed": "; ".join(verdict.assumed),
        "judged": verdict.judged,
        "not_judged": " ".join(verdict.not_judged),
    }


def _finding(finding: Finding) -> dict[str, object]:
    file, row = finding.input or (None, None)
    return {
        **{column: getattr(finding, column) for column in FINDING if column not in ("sources", "give")},
        "sources": " ".join(finding.sources),
        "give": give(finding) if finding.severity == "unknown" else None,
        "file": file,
        "row": row,
        "finding": finding.id,
        "standing": standing(finding),
    }


def cell(value: object) -> str:
    """A value as a cell that no spreadsheet runs as a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return _safe(str(value))


@lru_cache(maxsize=1 << 16)  # most cells of a fleet say what others say
def _safe(text: str) -> str:
    run = FORMULA.match(text) and not NUMBER.fullmatch(text)
    return f"'{clean(text)}" if run else clean(text)
