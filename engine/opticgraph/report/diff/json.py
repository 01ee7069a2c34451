"""A diff as one JSON object, as diff.schema.json describes it: keys sorted, order stable."""

from __future__ import annotations

import json
from decimal import Decimal

from ...difference import (
    Cause,
    Diff,
    FindingChange,
    LinkChange,
    OptionChange,
    OptionRow,
    PlanChange,
    Planned,
    PlanSide,
    Side,
)
from ..json import finding_as_json
from .words import way

__all__ = ["render"]


def render(diff: Diff) -> str:
    """The JSON text, with a newline at its end."""
    report = {
        "opticgraph": diff.version,
        "old": _side(diff.old),
        "new": _side(diff.new),
        "what_if": diff.what_if,
        "causes": [_cause(each) for each in diff.causes],
        "records": dict(diff.records),
        "links": [_link(each) for each in diff.links],
        "others": [_finding(each) for each in diff.others],
        "options": None if diff.options is None else [_option(each) for each in diff.options],
        "plans": diff.plans and _plans(diff.plans),
        "notes": diff.notes,
    }
    return json.dumps(report, ensure_ascii=False, allow_nan=False, indent=2, sort_keys=True) + "\n"


def _side(side: Side) -> dict[str, object]:
    return {"name": side.name, "trust": side.trust, "opticgraph": side.version, "counts": dict(side.counts)}


def _cause(cause: Cause) -> dict[str, object]:
    return {
        "kind": cause.kind,
        "subject": cause.subject,
        "what": cause.what or None,
        "old": cause.old,
        "new": cause.new,
        "words": cause.words,
    }


def _link(change: LinkChange) -> dict[str, object]:
    return {
        "link": change.link,
        "change": change.way,
        "old": change.old,
        "new": change.new,
        "findings": [_finding(each) for each in change.findings],
        "causes": [_cause(each) for each in change.causes],
    }


def _finding(change: FindingChange) -> dict[str, object]:
    return {
        "change": way(change),
        "old": change.old and finding_as_json(change.old),
        "new": change.new and finding_as_json(change.new),
    }


def _option(change: OptionChange) -> dict[str, object]:
    return {
        "link": change.link,
        "change": change.way,
        "strategy": change.strategy,
        "a_module": change.a_module,
        "b_module": change.b_module,
        "rate_gbps": change.rate_gbps,
        "old": change.old and _row(change.old),
        "new": change.new and _row(change.new),
    }


def _row(row: OptionRow) -> dict[str, object]:
    return {
        "verdict": row.verdict,
        "rules": row.rules,
        "needs": row.needs or None,
        "cost": None if row.cost is None else float(row.cost),
        "currency": row.currency or None,
        "refused": row.refused or None,
    }


def _plans(change: PlanChange) -> dict[str, object]:
    return {
        "old": _plan(change.old),
        "new": _plan(change.new),
        "links": [
            {
                "link": each.link,
                "change": each.way,
                "old": each.old and _planned(each.old),
                "new": each.new and _planned(each.new),
            }
            for each in change.links
        ],
    }


def _plan(side: PlanSide) -> dict[str, object]:
    aims = {name: float(value) if isinstance(value, Decimal) else value for name, value in side.aims}
    return {
        "status": side.status,
        "windows": side.windows,
        "aims": aims,
        "collisions": side.collisions,
        "currency": side.currency or None,
    }


def _planned(planned: Planned) -> dict[str, object]:
    return {
        "window": planned.window,
        "strategy": planned.strategy,
        "a_module": planned.a_module,
        "b_module": planned.b_module,
        "rate_gbps": planned.rate_gbps,
        "left": planned.left or None,
    }
