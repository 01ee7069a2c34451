"""What a notebook shows of a result: its counts, and the rows that matter most, as a small table of plain HTML.

All that comes from a design is text, whatever it holds. Styles stand in the elements, as notebooks and what shows them
elsewhere drop style sheets; colours are those of the report, on a ground of their own, so that it reads in the light
and in the dark. No script, no address.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

import polars as pl

from ..choices import Options
from ..difference import Diff
from ..planned import Plan
from ..proof.verified import CHECKS, Verification
from ..reasons import Explanation
from ..result import Audit
from ..table import Table
from .answer import shown as spoken
from .diff.words import became
from .rows import counts as counted_anew
from .verification import place
from .words import clean, counted, listed, says, title

__all__ = ["MOST", "shown"]

MOST = 20  # rows shown
INK, SOFT, RULE, PAPER = "#1f2428", "#5b646c", "#e2e4e6", "#ffffff"
COLOURS = {
    "fails": ("#b3261e", "#fbe9e7"),
    "unknown": ("#8a5a00", "#fdf1d6"),
    "works": ("#1b6e53", "#e4f3ec"),
    "": (INK, "#f0f1f2"),
}
# Words that are coloured wherever they are a whole cell.
MEANING = {
    "fails": "fails", "violation": "fails", "worse": "fails", "infeasible": "fails",
    "unknown": "unknown", "warning": "unknown", "warns": "unknown", "partial": "unknown",
    "works": "works", "holds": "works", "better": "works", "complete": "works",
}  # fmt: skip
_FONT = "font:13px/1.45 system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif"
_BOX = f"{_FONT};color:{INK};background:{PAPER};padding:10px 12px;border:1px solid {RULE};border-radius:8px"
_CELL = f"text-align:left;vertical-align:top;padding:4px 14px 4px 0;border:0;border-bottom:1px solid {RULE}"

Tile = tuple[str, str]  # what it says, and the meaning that colours it


def shown(result: object) -> str:
    """The HTML of a result."""
    match result:
        case Audit():
            return _audit(result)
        case Explanation():
            return _explanation(result)
        case Options():
            return _options(result)
        case Plan():
            return _plan(result)
        case Verification():
            return _verification(result)
        case Diff():
            return _diff(result)
        case Table():
            return _answer(result)
        case _:
            raise TypeError(f"{type(result).__name__}: found no view; expected a result")


def _audit(audit: Audit) -> str:
    counts = audit.counts or counted_anew(audit)
    tiles = [(f"{counts[word]:,} {said}", word if counts[word] else "") for word, said in _SPOKEN.items()]
    head = ("", "link", "finding", "rule")
    rows = [(each.severity, each.link or each.subject, says(each), title(each.rule)) for each in audit.findings[:MOST]]
    about = f"{counted(counts['links'], 'link')}, trust: {audit.trust}"
    return _box(about, tiles, head, rows, len(audit.findings), "finding")


_SPOKEN = {"fails": "fail", "unknown": "unknown", "works": "work"}


def _explanation(told: Explanation) -> str:
    head = ("", "aspect", "found", "limit", "sources")
    rows = [
        (
            aspect.outcome,
            f"{aspect.title}{f' ({aspect.end} end)' if aspect.end else ''}",
            _figure(aspect.found, aspect.unit),
            _figure(aspect.limit, aspect.unit),
            listed(dict.fromkeys(basis.source for basis in aspect.basis)),
        )
        for aspect in told.aspects[:MOST]
    ]
    tiles = [(told.verdict.verdict, told.verdict.verdict)]
    return _box(f"{told.link}: {told.ends[0]} to {told.ends[1]}", tiles, head, rows, len(told.aspects), "aspect")


def _figure(value: str | None, unit: str | None) -> str:
    return "" if value is None else f"{value} {unit}" if unit else value


def _options(options: Options) -> str:
    """The options that are none of staying as it is, those that work first; without one, what was refused."""
    table = options.table.filter(pl.col("strategy") != "stay")
    refused = table.filter(pl.col("verdict") == "fails")
    offered = table.filter(pl.col("verdict") != "fails").sort(pl.col("verdict") != "works", maintain_order=True)
    works = offered.filter(pl.col("verdict") == "works")["link"].n_unique()
    links = options.table["link"].n_unique()
    tiles = [
        (f"{counted(offered.height, 'option')}", "works" if offered.height else ""),
        (f"{refused.height:,} refused", ""),
        (f"{works:,} of {counted(links, 'link')} may become something that works", ""),
    ]
    told = offered if offered.height else refused
    head = ("", "link", "strategy", "modules", "Gb/s", "needs" if offered.height else "rules that refuse it")
    rows = [
        (
            row["verdict"],
            row["link"],
            row["strategy"],
            _pair(row["a_module"], row["b_module"]),
            "" if row["rate_gbps"] is None else str(row["rate_gbps"]),
            (row["needs"] or "") if offered.height else listed(map(title, row["rules"] or ())),
        )
        for row in told.head(MOST).iter_rows(named=True)
    ]
    return _box("What links may become", tiles, head, rows, told.height, "option" if offered.height else "refusal")


def _plan(plan: Plan) -> str:
    buy = sum(line.buy for line in plan.bom)
    tiles = [
        (plan.status, MEANING.get(plan.status, "")),
        (counted(len(plan.windows), "window"), ""),
        (counted(sum(each.window is not None for each in plan.chosen), "link") + " planned", ""),
        (counted(buy, "part") + " to buy", ""),
        *([(f"{len(plan.left):,} left out", "unknown")] if plan.left else []),
    ]
    if not plan.windows:
        return _box("Plan", tiles, ("what collides",), [(each.words,) for each in plan.collisions[:MOST]], 0, "")
    head = ("window", "sites", "what is done", "down while it is open", "after it")
    rows = [
        (
            f"{window.n}{f', {window.day}' if window.day else ''}",
            listed(window.sites),
            listed(f"{step.strategy} {listed(step.links)}" for step in window.steps),
            listed(window.down) or "nothing",
            f"{window.state.works} work, {window.state.fails} fail, {window.state.unknown} unknown",
        )
        for window in plan.windows[:MOST]
    ]
    return _box("Plan", tiles, head, rows, len(plan.windows), "window")


def _verification(told: Verification) -> str:
    word = "holds" if told.holds else "does not hold" if told.faults else "nothing was proven"
    tiles = [
        (word, "works" if told.holds else "fails" if told.faults else "unknown"),
        (counted(len(told.windows), "window") + " replayed", ""),
        (counted(len(told.faults), "fault"), "fails" if told.faults else ""),
    ]
    if told.faults:
        head, what = ("where", "what does not hold", "check"), "fault"
        rows = [(place(each), each.words, each.check) for each in told.faults[:MOST]]
    else:
        head, what = ("", "what was asserted", "looked at"), "check"
        looked = {check: told.looked.get(check, 0) for check in CHECKS}
        rows = [("holds" if looked[each] else "-", words, f"{looked[each]:,}") for each, words in CHECKS.items()]
    return _box("Plan, proven anew", tiles, head, rows, len(told.faults) or len(rows), what)


def _diff(diff: Diff) -> str:
    ways = [each.way for each in diff.links]
    tiles = [(f"{ways.count(way):,} {way}", MEANING.get(way, "") if way in ways else "") for way in ("worse", "better")]
    tiles += [(f"{ways.count(way):,} {way}", "") for way in ("same", "added", "removed") if way in ways]
    rows = [
        (each.way, each.link, became(each.old, each.new), listed(cause.words for cause in each.causes))
        for each in diff.links[:MOST]
    ]
    head = ("", "link", "verdict", "because")
    return _box(f"{diff.old.name} against {diff.new.name}", tiles, head, rows, len(ways), "link")


def _answer(table: Table) -> str:
    if table.truth is not None:
        return _box(table.question, [(spoken(table.truth), "")], (), (), 0, "")
    if table.triples is not None and not table.columns:
        return _box(table.question, [(counted(table.triples.count("\n"), "triple"), "")], (), (), 0, "")
    rows = [tuple(map(spoken, row)) for row in table.rows[:MOST]]
    return _box(table.question, [(counted(len(table.rows), "row"), "")], table.columns, rows, len(table.rows), "row")


def _pair(a: str | None, b: str | None) -> str:
    names = [name or "as it is" for name in (a, b)]
    return names[0] if names[0] == names[1] else " / ".join(names)


# --- as HTML ---------------------------------------------------------------------------------------------------------


def _box(
    about: str, tiles: Iterable[Tile], head: Sequence[str], rows: Sequence[Sequence[str]], of: int, what: str
) -> str:
    """A heading, tiles, and a table that says how many rows it leaves out."""
    marks = "".join(
        f'<span style="display:inline-block;margin:0 8px 0 0;padding:2px 10px;border-radius:10px;font-weight:600;'
        f'color:{COLOURS[meaning][0]};background:{COLOURS[meaning][1]}">{_text(said)}</span>'
        for said, meaning in tiles
    )
    body = _table(head, rows) if rows else ""
    left = of - len(rows)
    more = f'<div style="margin-top:6px;color:{SOFT}">and {counted(left, what)} more</div>' if rows and left > 0 else ""
    heading = f'<div style="margin:0 0 8px;font-weight:600">{_text(about)}</div>'
    return f'<div class="opticgraph" style="{_BOX}">{heading}<div>{marks}</div>{body}{more}</div>'


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    top = "".join(f'<th style="{_CELL};color:{SOFT};background:{PAPER}">{_text(each)}</th>' for each in head)
    lines = "".join(f'<tr style="background:{PAPER}">{"".join(map(_cell, row))}</tr>' for row in rows)
    style = f"border-collapse:collapse;margin:10px 0 0;border:0;color:{INK};{_FONT}"
    return f'<table style="{style}"><thead><tr>{top}</tr></thead><tbody>{lines}</tbody></table>'


def _cell(value: str) -> str:
    meaning = MEANING.get(value)
    colour = f";font-weight:600;color:{COLOURS[meaning][0]}" if meaning else ""
    return f'<td style="{_CELL}{colour}">{_text(value)}</td>'


def _text(value: str) -> str:
    return escape(clean(value))
