"""The audit as an Excel workbook: verdicts, findings, what is missing, coverage and what was read, a sheet each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..result import Audit
from .needs import give, supplies
from .rows import counts, rows
from .words import fibre, guesses, headline, place, says, standing, stands
from .workbook import Cell, Column, Sheet, number, workbook

__all__ = ["render"]

SIDES = ("site", "device", "port", "module")


def render(audit: Audit) -> bytes:
    """The workbook's bytes; every text is a text cell, never a formula or a link."""
    return workbook(
        "Optics audit",
        audit.version,
        [
            Sheet("Verdicts", VERDICTS, _verdicts(audit)),
            Sheet("Findings", FINDINGS if audit.standing is None else (*FINDINGS, STANDING), _findings(audit)),
            Sheet("Missing", MISSING, _missing(audit)),
            Sheet("Coverage", COVERAGE, _coverage(audit)),
            Sheet("Read", READ, _read(audit)),
        ],
    )


VERDICTS: Sequence[Column] = (
    ("link", 24), ("verdict", 10), ("says", 60), ("rules", 30),
    *((f"{side}_{name}", 18) for side in "ab" for name in SIDES),
    ("fibre", 16), ("length_m", 10), ("status", 9), ("group", 18), ("rate_gbps", 10),
    ("assumed", 40), ("judged", 8), ("not_judged", 30), ("sources differ", 40), ("contested", 60),
)  # fmt: skip


def _verdicts(audit: Audit) -> Iterable[Sequence[Cell]]:
    for row in rows(audit):
        told = row.verdict
        yield (
            row.name, told.verdict, headline(row), " ".join(told.rules),
            *(row.text(f"{side}_{name}") for side in "ab" for name in SIDES),
            row.text("fiber_type") or fibre(row), number(row.text("length_m")), row.text("status"), row.text("group"),
            number(row.text("rate_gbps")), "; ".join(told.assumed), told.judged, " ".join(told.not_judged),
            "; ".join(told.disputes), "; ".join(told.contested),
        )  # fmt: skip


FINDINGS: Sequence[Column] = (
    ("severity", 10), ("rule", 26), ("link", 24), ("subject", 40), ("says", 40), ("message", 80), ("found", 12),
    ("limit", 12), ("unit", 8), ("estimated", 10), ("sources differ", 14), ("give", 24), ("sources", 30),
    ("links touched", 30), ("place", 24), ("id", 40),
)  # fmt: skip


STANDING: Column = ("standing", 60)


def _findings(audit: Audit) -> Iterable[Sequence[Cell]]:
    for finding in audit.findings:
        yield (
            finding.severity, finding.rule, finding.link, finding.subject, says(finding), finding.message,
            number(finding.found), number(finding.limit), finding.unit, "yes" if finding.estimated else "",
            "yes" if finding.contested else "", give(finding) if finding.severity == "unknown" else "",
            " ".join(finding.sources), " ".join(finding.links), place(finding), finding.id,
            *([standing(finding)] if audit.standing is not None else []),
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
    if stands(audit):
        yield "accepted", "", stands(audit), None
    for word, count in counts(audit).items():
        yield "verdicts", "", word, count
    for file in audit.read.files:
        yield "file", file, "", None
    for word, count in audit.read.counts.items():
        yield "read", "", word, count
    for field, because, count in guesses(audit.read):
        yield "assumed", field, f"from {because}", count
    for note in audit.read.ignored:
        yield "not used", f"{note.file}, {note.place}", note.text, None
