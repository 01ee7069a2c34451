"""The audit for a terminal: what fails and why, what is missing, what was read; no colour and one width when piped."""

from __future__ import annotations

import io
from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..result import VERDICTS, Audit, Finding
from .needs import supplies
from .rows import Row, counts, rows, shared
from .words import (
    alike,
    causes,
    clean,
    counted,
    ends,
    fibre,
    guesses,
    headline,
    idle,
    listed,
    modules,
    place,
    says,
    standing,
    stands,
    tally,
    title,
)

__all__ = ["render"]

COLOURS = {"fails": "red", "unknown": "yellow", "works": "green", "violation": "red", "warning": "yellow"}
LISTED = 40  # links told one by one; beyond that they are summed by rule


def render(audit: Audit, *, width: int = 100, colour: bool = False, listed: int = LISTED) -> str:
    """The text, lines no longer than the width; colour only where it is asked for."""
    console = Console(
        file=io.StringIO(),
        width=width,
        force_terminal=colour,
        color_system="standard" if colour else None,
        legacy_windows=False,
        force_jupyter=False,
        force_interactive=False,
        highlight=False,
        markup=False,
        emoji=False,
        _environ={},
    )
    told = rows(audit)
    with console.capture() as capture:
        _head(console, audit)
        _links(console, audit, told, listed)
        _contested(console, told)
        _apart(console, shared(audit), listed)
        _supplies(console, audit)
        _coverage(console, audit)
        _read(console, audit)
    return "\n".join(line.rstrip() for line in capture.get().strip("\n").split("\n")) + "\n"


def _head(console: Console, audit: Audit) -> None:
    told = counts(audit)
    line = Text(f"{counted(told['links'], 'link')}: ", style="bold")
    for word, spoken in tally(told):
        line.append(spoken, style=COLOURS[word] if told[word] else "dim")
        line.append(", " if word != VERDICTS[-1] else "")
    _say(console, line)
    _say(console, Text(f"Judged by opticgraph {clean(audit.version)}, trust policy {clean(audit.trust)}.", style="dim"))
    if stands(audit):
        _say(console, Text(clean(stands(audit))))
    if not told["links"]:
        _say(console, Text("Nothing could be told: no link was read."))


def _links(console: Console, audit: Audit, told: list[Row], most: int) -> None:
    open_ = [row for row in told if row.verdict.verdict != "works"]
    warned = [row for row in told if row.verdict.verdict == "works" and row.findings]
    sound = [row for row in told if row.verdict.verdict == "works" and not row.findings]
    if len(open_) > most:
        _causes(console, audit)
    shown = [*open_, *warned][:most]
    verdict = ""
    for row in shown:
        if row.verdict.verdict != verdict:
            verdict = row.verdict.verdict
            number = sum(other.verdict.verdict == verdict for other in told)
            _title(console, f"{verdict.upper()} ({number:,})", COLOURS[verdict])
        _link(console, row)
    left = len(open_) + len(warned) - len(shown)
    if left:
        console.print()
        what = "links fail, are unknown or have warnings" if left > 1 else "link fails, is unknown or has warnings"
        _say(console, Text(f"{left:,} more {what}. See all: --format html, csv, xlsx or json."))
    if sound and len(told) <= most:
        if verdict != "works":
            _title(console, f"WORKS ({len(sound) + len(warned):,})", COLOURS["works"])
        for row in sound:
            _link(console, row)
    elif sound:
        console.print()
        _say(console, Text(f"{counted(len(sound), 'link')} without a finding not listed.", style="dim"))


def _link(console: Console, row: Row) -> None:
    line = Text("  ")
    line.append(clean(row.name), style="bold")
    about = [ends(row, " -- "), modules(row), fibre(row)]
    if row.text("status") not in ("", "active"):
        about.append(row.text("status"))
    # A link without a name is called by its ends, and nobody wants to read them twice.
    if row.name == f"{row.text('a_device')}:{row.text('a_port')}--{row.text('b_device')}:{row.text('b_port')}":
        del about[0]
    line.append("  " + clean(" | ".join(filter(None, about))), style="dim")
    _say(console, line, indent=4, hang=True)
    told = headline(row)
    _say(console, Text(clean(told), style=COLOURS[row.verdict.verdict]), indent=4)
    own = [finding for finding in row.findings if finding.link is not None]
    # What the headline has named already need not be named again.
    apart = sorted({other.subject for other in row.findings if other.link is None and other.subject[1:] not in told})
    for same in alike(own):
        _say(console, Text(clean(same[0].message)), indent=4)
        _standing(console, same[0])
        _say(console, Text(_rests(same), style="dim"), indent=4)
    if apart:
        _say(console, Text(clean(f"See also {listed(apart)}, below."), style="dim"), indent=4)
    for dispute in row.verdict.disputes:
        _say(console, Text(clean(f"Sources differ: {dispute}")), indent=4)
    for contest in row.verdict.contested if row.verdict.verdict != "works" else ():
        _say(console, Text(clean(f"Contested: it {contest}")), indent=4)


def _contested(console: Console, told: list[Row]) -> None:
    """What works and would not if another source were believed: each belief once, with the links that hang on it."""
    by_belief: dict[str, list[str]] = {}
    for row in told:
        for contest in row.verdict.contested if row.verdict.verdict == "works" else ():
            by_belief.setdefault(contest, []).append(row.name)
    if not by_belief:
        return
    hang = {name for names in by_belief.values() for name in names}
    _title(console, f"CONTESTED ({len(hang):,} that work)")
    for contest, names in sorted(by_belief.items(), key=lambda each: (-len(each[1]), each[0])):
        _say(console, Text(clean(listed(names))), indent=2)
        verdict, _, rest = contest.partition(" ")
        verb = verdict if len(names) == 1 else {"fails": "fail", "works": "work"}.get(verdict, "are unknown")
        _say(console, Text(clean(f"{verb} {rest}"), style="dim"), indent=4)


def _standing(console: Console, finding: Finding) -> None:
    if standing(finding):
        _say(console, Text(clean(standing(finding)), style="bold"), indent=4)


def _rests(findings: Sequence[Finding]) -> str:
    sources = sorted({source for finding in findings for source in finding.sources})
    parts = [
        listed(sorted({title(finding.rule) for finding in findings})),
        f"by {listed(sources)}" if sources else "",
        listed(sorted({place(finding) for finding in findings} - {""})),
    ]
    return clean(" | ".join(filter(None, parts)))


def _causes(console: Console, audit: Audit) -> None:
    _title(console, "BY RULE")
    table = _table("", "violations", "unknown", "warnings", "links")
    for cause in causes(audit):
        figures = (cause.violations, cause.unknowns, cause.warnings, cause.links)
        table.add_row(title(cause.rule), *(f"{figure:,}" if figure else "" for figure in figures))
    _print(console, table)


def _apart(console: Console, findings: list[Finding], most: int) -> None:
    if not findings:
        return
    _title(console, "DEVICES, PORTS AND GROUPS")
    for finding in findings[:most]:
        line = Text("  ")
        line.append(clean(finding.subject), style="bold")
        line.append(f"  touches {counted(len(finding.links), 'link')}", style="dim")
        _say(console, line, indent=4, hang=True)
        _say(console, Text(clean(says(finding)), style=COLOURS[finding.severity]), indent=4)
        _say(console, Text(clean(finding.message)), indent=4)
        _standing(console, finding)
        _say(console, Text(_rests((finding,)), style="dim"), indent=4)
    if len(findings) > most:
        _say(console, Text(f"{len(findings) - most:,} more. See all: --format html, csv, xlsx or json."))


def _supplies(console: Console, audit: Audit) -> None:
    wanted = supplies(audit)
    if not wanted:
        return
    _title(console, "WHAT TO SUPPLY FIRST")
    table = _table("", "column", "links that ask", "that ask for nothing else", left=2)
    for supply in wanted:
        table.add_row(clean(supply.need.words), clean(supply.need.columns), f"{supply.asked:,}", f"{supply.settles:,}")
    _print(console, table)


def _coverage(console: Console, audit: Audit) -> None:
    silent = idle(audit)
    _title(console, "COVERAGE")
    rules, judged = len(audit.coverage), len(audit.coverage) - len(silent)
    _say(console, Text(f"{judged} of {counted(rules, 'rule')} found something to judge."), indent=2)
    if silent:
        table = _table("nothing to judge", "because", left=2)
        for rule, why in silent:
            table.add_row(title(rule), clean(why))
        _print(console, table)


def _read(console: Console, audit: Audit) -> None:
    account = audit.read
    _title(console, "READ")
    numbers = ", ".join(f"{number:,} {clean(word)}" for word, number in account.counts.items())
    _say(console, Text(clean(listed(account.files)) + (f": {numbers}" if numbers else "")), indent=2)
    for field, because, number in guesses(account):
        _say(console, Text(clean(f"assumed {field} of {counted(number, 'link')}, from {because}")), indent=2)
    for note in account.ignored[:LISTED]:
        _say(console, Text(clean(f"not used: {note.file}, {note.place}: {note.text}")), indent=2)
    if len(account.ignored) > LISTED:
        _say(console, Text(f"not used: {len(account.ignored) - LISTED:,} more; see --format json"), indent=2)


def _title(console: Console, text: str, colour: str = "") -> None:
    console.print()
    console.print(Text(text, style=f"bold {colour}".strip()))


def _say(console: Console, text: Text, *, indent: int = 0, hang: bool = False) -> None:
    # The first line of a hanging paragraph carries its own indent; only the lines that follow are moved.
    lines = text.wrap(console, console.width - indent, overflow="fold")
    for number, line in enumerate(lines):
        console.print(line if hang and number == 0 else Padding(line, (0, 0, 0, indent), expand=False))


def _table(*columns: str, left: int = 1) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 3, 0, 0))
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number < left else "right", overflow="fold")
    return table


def _print(console: Console, table: Table) -> None:
    console.print(Padding(table, (0, 0, 0, 2), expand=False))
