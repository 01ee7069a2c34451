"""A diff as one flat table (RFC 4180): a row for each finding, option and choice of a plan that changed, and one for a
link without any.

Columns: the link, how it came out (worse, better, same, added, removed), its verdicts; what changed (finding, option,
plan) and how (came, went, changed, gone, moved, left); of a finding severity, rule and both messages; of an option
strategy, modules and what it came and comes to; of a plan the same for each link that is planned otherwise, and before
them a row for `plan: status`, `plan: windows` and each aim that differs; what bears on the link, parted by semicolons.
A cell that a spreadsheet would take for a formula starts with an apostrophe.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...difference import Diff, FindingChange, PlanChange, PlanSide
from ..csv import table
from .words import outcome, placed, way

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

    if diff.plans:
        yield from _plans(diff.plans)


def _plans(change: PlanChange) -> Iterator[dict[str, object]]:
    """What differs between both plans as wholes, and then by link."""
    was, now = (_whole(side) for side in (change.old, change.new))
    for name in dict.fromkeys((*was, *now)):
        if was.get(name) != now.get(name):
            yield {"what": f"plan: {name}", "change": "changed", "old": was.get(name), "new": now.get(name)}
    for move in change.links:
        planned = next((side for side in (move.new, move.old) if side and side.window is not None), None)
        yield {
            "link": move.link,
            "what": "plan",
            "change": move.way,
            "strategy": planned and planned.strategy,
            "a_module": planned and planned.a_module,
            "b_module": planned and planned.b_module,
            "rate_gbps": planned and planned.rate_gbps,
            "old": placed(move.old),
            "new": placed(move.new),
        }


def _whole(side: PlanSide) -> dict[str, object]:
    told: dict[str, object] = {"status": side.status, "windows": side.windows}
    told |= {name: value for name, value in side.aims if name != "windows"}
    return told | ({"collisions": "; ".join(side.collisions)} if side.collisions else {})


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
