"""A diff as one flat table (RFC 4180): a row for each finding and option that changed, one for a link without either.

Columns: the link, how it came out (worse, better, same, added, removed), its verdicts; what changed (finding or option)
and how (came, went, changed, gone); of a finding severity, rule and both messages, of an option strategy, modules and
what it came and comes to; what bears on the link, parted by semicolons. A cell that a spreadsheet would take for a
formula starts with an apostrophe.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...difference import Diff, FindingChange
from ..csv import table
from .words import outcome, way

__all__ = ["COLUMNS", "render"]

COLUMNS = (
    "link", "way", "old_verdict", "new_verdict", "what", "change", "severity", "rule", "strategy", "a_module",
    "b_module", "rate_gbps", "old", "new", "because", "finding",
)  # fmt: skip


def render(diff: Diff) -> str:
    """The table with its header; lines end in CR LF."""
    return table(COLUMNS, _rows(diff))


def _rows(diff: Diff) -> Iterator[dict[str, object]]:
    for link in diff.links:
        because = "; ".join(f"{cause.kind}: {cause.words}" for cause in link.causes)
        about = {"link": link.link, "way": link.way, "old_verdict": link.old, "new_verdict": link.new}
        for change in link.findings:
            yield {**about, **_finding(change), "because": because}
        if not link.findings:
            yield {**about, "because": because}
    for change in diff.others:
        yield _finding(change)
    for option in diff.options or ():
        yield {
            "link": option.link,
            "what": "option",
            "change": option.way,
            "strategy": option.strategy,
            "a_module": option.a_module,
            "b_module": option.b_module,
            "rate_gbps": option.rate_gbps,
            "old": outcome(option.old),
            "new": outcome(option.new),
        }


def _finding(change: FindingChange) -> dict[str, object]:
    return {
        "what": "finding",
        "change": way(change),
        "severity": change.told.severity,
        "rule": change.told.rule,
        "old": change.old and change.old.message,
        "new": change.new and change.new.message,
        "finding": change.told.id,
    }
