"""A diff for a terminal: which links came out otherwise, what is said of them now, and what bears on that."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from ...difference import Cause, Diff, FindingChange, LinkChange, OptionChange, PlanChange, PlanSide, Side
from ..lines import console_of, say, told
from ..words import counted, listed
from ..words import tally as verdicts
from .words import became, modules, placed, tally, way, why

__all__ = ["render"]

LISTED = 40  # links of one heading told one by one
SHOWN = 8  # causes of one link, facts that differ, and modules of one strategy
TITLES = {
    "worse": "WORSE",
    "added": "ADDED",
    "removed": "REMOVED",
    "better": "BETTER",
    "same": "SAME VERDICT, OTHER FINDINGS",
}
SPOKEN = {"came": "new", "went": "gone", "changed": "now"}

Lines = Iterator[tuple[int, str]]


def render(diff: Diff, *, width: int = 100) -> str:
    """The text, in lines of at most the width."""
    console = console_of(width)
    for indent, text in _lines(diff):
        say(console, indent, text)
    return told(console)


def _lines(diff: Diff) -> Lines:
    yield 0, tally(diff)
    yield 2, f"old: {_side(diff.old)}"
    yield 2, f"new: {_side(diff.new)}"
    for words in diff.what_if:
        yield 4, f"what if: {words}"
    for name, title in TITLES.items():
        links = [link for link in diff.links if link.way == name]
        if links:
            yield 0, ""
            yield 0, f"{title} ({len(links):,})"
            for link in links[:LISTED]:
                yield from _link(link)
            if len(links) > LISTED:
                yield 2, f"and {len(links) - LISTED:,} more; --format csv or json has all"
    if diff.others:
        yield 0, ""
        yield 0, f"OF NO LINK ({len(diff.others):,})"
        for indent, text in _findings(diff.others):
            yield indent - 2, text
    if diff.options is not None:
        yield from _options(diff.options)
    if diff.plans is not None:
        yield from _plans(diff.plans)
    yield from _differs(diff)
    for note in diff.notes:
        yield 0, ""
        yield 0, note


def _side(side: Side) -> str:
    counts = ", ".join(words for word, words in verdicts(side.counts) if side.counts[word])
    return f"{side.name} (trust: {side.trust}): {counted(side.counts['links'], 'link')}: {counts or 'none judged'}"


def _link(change: LinkChange) -> Lines:
    yield 2, f"{change.link}: {became(change.old, change.new)}"
    yield from _findings(change.findings)
    for cause in change.causes[:SHOWN]:
        yield 4, f"because of {_cause(cause)}"
    if len(change.causes) > SHOWN:
        yield 4, f"and of {len(change.causes) - SHOWN} more"


def _findings(changes: Iterable[FindingChange]) -> Lines:
    told = dict.fromkeys((SPOKEN[way(each)], each.told.severity, each.told.message) for each in changes)
    for spoken, severity, message in told:
        yield 4, f"{spoken} {severity}: {message}"


def _cause(cause: Cause) -> str:
    return f"{cause.kind}: {cause.words}"


def _options(changes: Sequence[OptionChange]) -> Lines:
    ways = [change.way for change in changes]
    yield 0, ""
    yield 0, f"OPTIONS: {ways.count('gone'):,} gone, {ways.count('came'):,} new, {ways.count('changed'):,} changed"
    by_link: dict[str, dict[tuple[str, str, str], list[str]]] = defaultdict(lambda: defaultdict(list))
    for change in changes:
        by_link[change.link][change.way, change.strategy, why(change)].append(modules(change))
    for link in list(by_link)[:LISTED]:
        yield 2, link
        for (spoken, strategy, said), names in by_link[link].items():
            yield 4, f"{'new' if spoken == 'came' else spoken}: {strategy} with {listed(names, SHOWN)} ({said})"
    if len(by_link) > LISTED:
        yield 2, f"and of {len(by_link) - LISTED:,} more links; --format csv or json has all"


def _plans(change: PlanChange) -> Lines:
    ways = [each.way for each in change.links]
    counts = ", ".join(f"{ways.count(name):,} {words}" for name, words in _MOVED.items() if name in ways)
    yield 0, ""
    yield 0, f"PLAN: {counts or 'each link as before'}"
    for name, side in (("old", change.old), ("new", change.new)):
        yield 2, f"{name}: {_plan(side)}"
        for words in side.collisions:
            yield 4, words
    for each in change.links[:LISTED]:
        yield 2, f"{each.link}: {placed(each.old)} -> {placed(each.new)}"
    if len(change.links) > LISTED:
        yield 2, f"and {len(change.links) - LISTED:,} more links; --format json has all"


_MOVED = {
    "gone": "planned no longer",
    "came": "planned now",
    "changed": "by other means",
    "moved": "in another window",
    "left": "left out for another reason",
}


def _plan(side: PlanSide) -> str:
    aims = [
        (f"{value} parts" if not side.currency else f"cost {value} {side.currency}")
        if name == "cost"
        else f"{name} {value}"
        for name, value in side.aims
        if name != "windows"
    ]
    return ", ".join((side.status, counted(side.windows, "window"), *aims))


def _differs(diff: Diff) -> Lines:
    records = listed((counted(count, sort.removesuffix("s")) for sort, count in diff.records.items()), 4)
    if not diff.causes and not records:
        return
    yield 0, ""
    yield 0, "WHAT DIFFERS"
    if records:
        yield 2, f"data: the records of {records}"
    for cause in diff.causes[:SHOWN]:
        yield 2, _cause(cause)
    if len(diff.causes) > SHOWN:
        yield 2, f"and {len(diff.causes) - SHOWN:,} more; --format json has all"
