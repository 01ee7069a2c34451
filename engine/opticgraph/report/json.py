"""The audit as one JSON object, as audit.schema.json describes it: keys sorted, order stable."""

from __future__ import annotations

import json

from ..design import Account
from ..result import Audit, Coverage, Finding, Verdict
from .rows import counts

__all__ = ["finding_as_json", "render"]


def render(audit: Audit) -> str:
    """The JSON text, with a newline at its end."""
    report: dict[str, object] = {
        "opticgraph": audit.version,
        "trust": audit.trust,
        "counts": counts(audit),
        "verdicts": [_verdict(verdict) for verdict in audit.verdicts],
        "findings": [finding_as_json(finding) for finding in audit.findings],
        "coverage": [_coverage(coverage) for coverage in audit.coverage],
        "read": _read(audit.read),
    }
    if audit.standing is not None:
        report["standing"] = vars(audit.standing)
        report["findings"] = [
            {**finding_as_json(finding), "waived": finding.waived, "known": finding.known} for finding in audit.findings
        ]
    return json.dumps(report, ensure_ascii=False, allow_nan=False, indent=2, sort_keys=True) + "\n"


def _verdict(verdict: Verdict) -> dict[str, object]:
    return {
        "link": verdict.link,
        "verdict": verdict.verdict,
        "rules": verdict.rules,
        "assumed": verdict.assumed,
        "judged": verdict.judged,
        "not_judged": verdict.not_judged,
        "contested": verdict.contested,
        "disputes": verdict.disputes,
    }


def finding_as_json(finding: Finding) -> dict[str, object]:
    """A finding as it stands in any report."""
    return {
        "id": finding.id,
        "rule": finding.rule,
        "severity": finding.severity,
        "nature": finding.nature,
        "link": finding.link,
        "links": finding.links,
        "end": finding.end,
        "subject": finding.subject,
        "message": finding.message,
        "found": finding.found,
        "limit": finding.limit,
        "unit": finding.unit,
        "estimated": finding.estimated,
        "sources": finding.sources,
        "contested": finding.contested,
        "input": finding.input and {"file": finding.input[0], "row": finding.input[1]},
    }


def _coverage(coverage: Coverage) -> dict[str, object]:
    return {
        "rule": coverage.rule,
        "judged": coverage.judged,
        "found": coverage.found,
        "not_judged": coverage.not_judged,
        "how": coverage.how,
        "why": coverage.why,
    }


def _read(account: Account) -> dict[str, object]:
    return {
        "files": account.files,
        "guessed": [
            {"link": guess.link, "field": guess.field, "value": guess.value, "because": guess.because}
            for guess in account.guessed
        ],
        "ignored": [{"file": note.file, "place": note.place, "text": note.text} for note in account.ignored],
    }
