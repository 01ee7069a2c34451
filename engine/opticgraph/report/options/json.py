"""Options as one JSON object, as options.schema.json describes it: keys sorted, order stable."""

from __future__ import annotations

import json
from collections.abc import Mapping

from ...choices import Flip, LinkOptions, Missing, Option, Options, Rejected
from ...result import Finding

__all__ = ["render"]


def render(options: Options) -> str:
    """The JSON text, with a newline at its end."""
    report = {
        "opticgraph": options.version,
        "trust": options.trust,
        "links": [_link(each) for each in options.links],
        "missing": [_missing(each) for each in options.missing],
        "notes": options.notes,
    }
    return json.dumps(report, ensure_ascii=False, allow_nan=False, indent=2, sort_keys=True) + "\n"


def _link(each: LinkOptions) -> dict[str, object]:
    return {
        "link": each.link,
        "now": each.now,
        "rate_gbps": each.rate_gbps,
        "wanted_gbps": each.wanted_gbps,
        "options": [_option(option) for option in each.options],
        "rejected": [_rejected(rejected) for rejected in each.rejected],
        "repairs": [_flip(flip) for flip in each.repairs],
    }


def _option(option: Option) -> dict[str, object]:
    work = option.work
    return {
        "strategy": option.strategy,
        "a_module": option.a_module,
        "b_module": option.b_module,
        "a_interface": option.a_interface,
        "b_interface": option.b_interface,
        "rate_gbps": option.rate_gbps,
        "verdict": option.verdict,
        "needs": option.needs,
        "findings": [_finding(finding) for finding in option.findings],
        "parts": [{"part": part.part, "count": part.count, "action": part.action} for part in work.parts],
        "settings": work.settings,
        "frees": work.frees,
        "steps": work.steps,
        "outage": work.outage,
        "why_outage": work.why_outage,
        "power_w": {"before": _watts(work.power_mw[0]), "after": _watts(work.power_mw[1])},
        "cost": None if work.cost is None else float(work.cost),
        "currency": work.currency or None,
        "together": option.together,
        "contested": option.contested,
        "adds": None if option.adds is None else dict(sorted(option.adds.items())),
        "changes": {name: {"from": old, "to": new} for name, (old, new) in sorted(option.changes.items())},
    }


def _watts(milliwatts: int | None) -> float | None:
    return None if milliwatts is None else milliwatts / 1000


def _rejected(rejected: Rejected) -> dict[str, object]:
    return {
        "strategy": rejected.strategy,
        "a_module": rejected.a_module,
        "b_module": rejected.b_module,
        "a_interface": rejected.a_interface,
        "b_interface": rejected.b_interface,
        "rate_gbps": rejected.rate_gbps,
        "rules": rejected.rules,
        "findings": [_finding(finding) for finding in rejected.findings],
        "flip": [_flip(flip) for flip in rejected.flips],
        "contested": rejected.contested,
    }


def _flip(flip: Flip) -> dict[str, object]:
    return {
        "change": flip.words,
        "changes": [{"words": change.words, "values": dict(change.values)} for change in flip.changes],
        "verdict": flip.verdict,
        "needs": flip.needs,
        "cost": flip.cost,
        "price": None if flip.price is None else float(flip.price),
        "currency": flip.currency or None,
        "outage": flip.outage,
    }


def _finding(finding: Finding) -> Mapping[str, object]:
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "end": finding.end,
        "message": finding.message,
        "found": finding.found,
        "limit": finding.limit,
        "unit": finding.unit,
        "sources": finding.sources,
    }


def _missing(each: Missing) -> dict[str, object]:
    return {
        "supply": each.supply,
        "words": each.words,
        "links": each.links,
        "verdicts": each.verdicts,
        "options": each.options,
    }
