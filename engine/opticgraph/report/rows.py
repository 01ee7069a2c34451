"""An audit as the rows that reports show: each link with its verdict and findings, worst first."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from ..result import SEVERITIES, VERDICTS, Audit, Finding, Verdict

__all__ = ["NATURES", "Row", "counts", "links_of", "natural", "rows", "shared"]

NATURES = ("cannot", "out-of-spec", "cannot-tell", "practice")  # worst first


@dataclass(frozen=True)
class Row:
    """One link: its record, its verdict and its findings, worst first, its own before those it shares."""

    link: Mapping[str, object]
    verdict: Verdict
    findings: tuple[Finding, ...]

    @property
    def name(self) -> str:
        return self.verdict.link

    def text(self, column: str) -> str:
        """The record's value in this column, or an empty text."""
        value = self.link.get(column)
        return "" if value is None else str(value)


def rows(audit: Audit) -> list[Row]:
    """Every link once, the worst first, then by name."""
    records = {str(record["link"]): record for record in audit.links}
    findings: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in audit.findings:
        for link in links_of(finding):
            findings[link].append(finding)
    made = [
        Row(
            records.get(verdict.link, {}),
            verdict,
            tuple(sorted(findings[verdict.link], key=lambda finding: (_rank(finding), finding.link is None))),
        )
        for verdict in audit.verdicts
    ]
    return sorted(made, key=lambda row: (VERDICTS.index(row.verdict.verdict), _worst(row), natural(row.name)))


def shared(audit: Audit) -> list[Finding]:
    """The findings that are about a device, a port or a group rather than one link."""
    return [finding for finding in audit.findings if finding.link is None]


def links_of(finding: Finding) -> tuple[str, ...]:
    """Every link the finding touches."""
    return finding.links if finding.link is None or finding.link in finding.links else (finding.link, *finding.links)


def counts(audit: Audit) -> dict[str, int]:
    """How many links there are, and how many of each verdict."""
    told = {word: sum(verdict.verdict == word for verdict in audit.verdicts) for word in VERDICTS}
    return {"links": len(audit.verdicts), **told}


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """A key that puts leaf2 before leaf10."""
    return tuple(
        (0, int(piece), "") if piece.isascii() and piece.isdigit() else (1, 0, piece)
        for piece in re.split(r"([0-9]{1,18})", text)
        if piece
    )


def _rank(finding: Finding) -> tuple[int, int]:
    return SEVERITIES.index(finding.severity), NATURES.index(finding.nature)


def _worst(row: Row) -> tuple[int, int]:
    return _rank(row.findings[0]) if row.findings else (len(SEVERITIES), len(NATURES))
