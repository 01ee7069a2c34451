"""Options as one flat table (RFC 4180): a row for each link and option, rejection or repair.

Of very many links it has what Options.table has of each option and rejection; the rest is worked out for those asked
for by name.

Columns: the link with its verdict and rates; kind (option, rejected, repair), the strategy, modules and interfaces of
both ends; what the option comes to, what it needs and takes; of a rejection the rules and what they say; what would
make it work, the nearest first. Lists are parted by semicolons. A cell that a spreadsheet would take for a formula
starts with an apostrophe.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...choices import Flip, LinkOptions, Option, Options, Rejected
from ..csv import table
from .summary import comes_in, warnings

__all__ = ["COLUMNS", "render"]

MOST = 1_000  # links told in full
COLUMNS = (
    "link", "now", "link_rate_gbps", "wanted_gbps", "kind", "strategy", "a_module", "b_module", "a_interface",
    "b_interface", "rate_gbps", "verdict", "needs", "parts", "settings", "frees", "steps", "outage", "why_outage",
    "power_before_w", "power_after_w", "cost", "together", "adds", "warnings", "rules", "why", "would_work_with",
)  # fmt: skip


def render(options: Options) -> str:
    """The table with its header; lines end in CR LF."""
    rows = (row for each in options.links for row in _rows(each)) if len(options.links) <= MOST else _plain(options)
    return table(COLUMNS, rows)


def _plain(options: Options) -> Iterator[dict[str, object]]:
    for row in options.table.iter_rows(named=True):
        kind = "rejected" if row["verdict"] == "fails" and row["strategy"] != "stay" else "option"
        yield {**row, "kind": kind, "rules": " ".join(row["rules"] or ())}


def _rows(each: LinkOptions) -> Iterator[dict[str, object]]:
    link = {"link": each.link, "now": each.now, "link_rate_gbps": each.rate_gbps, "wanted_gbps": each.wanted_gbps}
    for option in each.options:
        yield {**link, "kind": "option", **_modules(option), **_option(option)}
    for rejected in each.rejected:
        yield {**link, "kind": "rejected", **_modules(rejected), **_rejected(rejected)}
    for flip in each.repairs:
        yield {**link, "kind": "repair", **_repair(flip)}


def _modules(each: Option | Rejected) -> dict[str, object]:
    names = ("strategy", "a_module", "b_module", "a_interface", "b_interface", "rate_gbps")
    return {name: getattr(each, name) for name in names}


def _option(option: Option) -> dict[str, object]:
    work = option.work
    before, after = (None if power is None else f"{power / 1000:g}" for power in work.power_mw)
    return {
        "verdict": option.verdict,
        "needs": _listed(option.needs),
        "parts": _listed(f"{part.action} {part.count} x {part.part}" for part in work.parts),
        "settings": _listed(work.settings),
        "frees": _listed(work.frees),
        "steps": _listed(work.steps),
        "outage": work.outage,
        "why_outage": work.why_outage,
        "power_before_w": before,
        "power_after_w": after,
        "cost": work.cost,
        "together": _listed(option.together),
        "adds": comes_in(option),
        "warnings": _listed(warnings(option)),
    }


def _rejected(rejected: Rejected) -> dict[str, object]:
    return {
        "verdict": "fails",
        "rules": " ".join(rejected.rules),
        "why": _listed(dict.fromkeys(finding.message for finding in rejected.findings)),
        "would_work_with": _listed(_flip(flip) for flip in rejected.flips),
    }


def _repair(flip: Flip) -> dict[str, object]:
    return {
        "verdict": flip.verdict,
        "needs": _listed(flip.needs),
        "outage": flip.outage,
        "cost": f"{flip.cost:g}",
        "would_work_with": flip.words,
    }


def _flip(flip: Flip) -> str:
    return flip.words if flip.verdict == "works" else f"{flip.words} (then {flip.verdict}: {', '.join(flip.needs)})"


def _listed(words: Iterable[str]) -> str:
    return "; ".join(words)
