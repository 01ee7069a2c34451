"""Which findings were accepted before: by a waiver, which must hold still, or by standing in an older result."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from urllib.parse import quote

import polars as pl

from .result import Audit, Coverage, Finding, Findings, Standing, in_order
from .waivers import Waiver, rests_of

__all__ = ["RULE", "compare", "waive"]

RULE = "waiver-holds"
_BASE = "https://w3id.org/opticgraph/"
# Outcome -> severity and static sentence. Nothing else speaks of a waiver that covers nothing, so that it must fail;
# of one that has ended, or that was given for other facts, the finding itself does, since it counts again.
_OUTCOMES = {
    "idle": ("violation", "A waiver covers nothing."),
    "expired": ("warning", "A waiver has ended."),
    "fallen": ("warning", "A waiver was given for other facts."),
}


def waive(audit: Audit, waivers: Sequence[Waiver], today: date) -> Audit:
    """The audit with the findings marked that a waiver covers, and one finding for each waiver that does not hold."""
    held = _frame(audit)
    ids = {waiver.finding for waiver in waivers}
    pairs = pl.DataFrame(
        {"rule": [waiver.rule for waiver in waivers], "link": [waiver.link for waiver in waivers]},
        schema={"rule": pl.String, "link": pl.String},
    )
    named = pl.concat(
        [held.filter(pl.col("id").is_in(ids)), held.join(pairs.unique(), on=["rule", "link"], how="semi")]
    )
    candidates = list(Findings(named.unique("id", maintain_order=True)))
    wanted = {finding.link for finding in candidates}
    records = {str(record["link"]): record for record in audit.links if record["link"] in wanted}
    rests = {finding.id: rests_of(finding, records.get(finding.link or "", {})) for finding in candidates}
    own = [[f for f in candidates if _covers(waiver, f)] for waiver in waivers]
    marks: dict[str, str] = {}
    for waiver, covered in zip(waivers, own, strict=True):
        if waiver.until >= today:
            for finding in covered:
                if rests[finding.id] in waiver.rests:
                    marks.setdefault(finding.id, f"{waiver.reason} ({waiver.who}, until {waiver.until})")
    more: list[Finding] = []
    for waiver, covered in zip(waivers, own, strict=True):
        # Where its finding is gone, another one of its rule on its link is what has become of it.
        left = covered or [f for f in candidates if _same(waiver, f) and f.id not in marks]
        changed = [f for f in left if rests[f.id] not in waiver.rests]
        if not left:
            told = f"covers nothing: there is no such finding. Take it out of {waiver.place[0]}"
            more.append(_finding("idle", waiver, told))
        elif waiver.until < today:
            more.append(_finding("expired", waiver, f"ended on {waiver.until}. Mend what it covers, or waive it anew"))
        elif changed:
            told = (
                f"was given for other facts than finding {changed[0].id} rests on now: {changed[0].message} Look at it "
                f'again, and waive it anew with rests = "{rests[changed[0].id]}"'
            )
            more.append(_finding("fallen", waiver, told))
    marked = held.with_columns(
        waived=pl.col("id").replace_strict(marks, default=None, return_dtype=pl.String),
    )
    added = Findings.of(more).frame.with_columns(waived=pl.lit(None, pl.String), known=pl.lit(False))
    coverage = Coverage(RULE, len(waivers), len(more), 0, "whole graph", "" if waivers else "there is no waiver")
    standing = replace(audit.standing or Standing(), waivers=len(waivers), waived=len(marks))
    return replace(
        audit,
        findings=in_order(pl.concat([marked, added])),
        coverage=tuple(sorted((*audit.coverage, coverage), key=lambda each: each.rule)),
        standing=standing,
    )


def compare(audit: Audit, old: Audit, file: str) -> Audit:
    """The audit with the findings marked that an older result has too, except those that were waived there."""
    accepted = {finding.id for finding in old.findings if finding.waived is None}
    held = _frame(audit)
    marked = held.with_columns(known=pl.col("id").is_in(accepted))
    known = int(marked["known"].sum())
    standing = replace(
        audit.standing or Standing(),
        baseline=file,
        known=known,
        new=marked.height - known,
        gone=len(accepted - set(marked["id"])),
    )
    return replace(audit, findings=Findings(marked), standing=standing)


def _frame(audit: Audit) -> pl.DataFrame:
    """The findings as columns, with what is told of them already."""
    if isinstance(audit.findings, Findings):
        frame = audit.findings.frame
        told = {"waived": pl.lit(None, pl.String), "known": pl.lit(False)}
        return frame.with_columns(value.alias(name) for name, value in told.items() if name not in frame.columns)
    waived, known = [f.waived for f in audit.findings], [f.known for f in audit.findings]
    frame = Findings.of(audit.findings).frame
    return frame.with_columns(pl.Series("waived", waived, pl.String), pl.Series("known", known, pl.Boolean))


def _covers(waiver: Waiver, finding: Finding) -> bool:
    return finding.id == waiver.finding if waiver.finding else _same(waiver, finding)


def _same(waiver: Waiver, finding: Finding) -> bool:
    return bool(waiver.rule and waiver.link) and (finding.rule, finding.link) == (waiver.rule, waiver.link)


def _finding(outcome: str, waiver: Waiver, told: str) -> Finding:
    severity, fault = _OUTCOMES[outcome]
    about = waiver.finding or f"{waiver.rule}/{waiver.link}"
    shape = f"{_BASE}rules#{RULE}.{outcome}"
    focus = f"{_BASE}waiver/{quote(about, safe='/', errors='replace')}"
    return Finding(
        id=hashlib.sha256(f"{shape}\n{focus}".encode()).hexdigest()[:16],
        rule=RULE,
        severity=severity,
        nature="practice",
        link=None,
        links=(),
        end=None,
        subject=f"waiver of {waiver.about}",
        message=f"The waiver of {waiver.about} ({waiver.reason}; {waiver.who}) {told}.",
        fault=fault,
        found=str(waiver.until) if outcome == "expired" else None,
        limit=None,
        unit=None,
        estimated=False,
        sources=(),
        contested=False,
        input=waiver.place,
        shape=shape,
        focus=focus,
        path=None,
        value=None,
    )
