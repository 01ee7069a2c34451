"""Options for a terminal: first a table of all links, then of each what it may become, what refuses it, the way out.

Where one link is asked for all is told of it; where there are more, of each way the best and the nearest. The other
formats always have all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich import box
from rich.table import Table

from ...choices import LinkOptions, Option, Options
from ..lines import console_of, say, told
from ..words import alike, clean, counted, listed
from .summary import (
    OUTCOMES,
    Refusal,
    by_strategy,
    comes_in,
    ends,
    gbps,
    mirrored,
    moved,
    offered,
    outcome,
    refusals,
    sign,
    then,
    warnings,
)

__all__ = ["render"]

MOST_LINKS = 200  # a terminal is no place for more
SHOWN = 3  # modules of one way named, where several links are told
CHANGES = 3  # among several links a way out with more changes than this is none that one wants to read

Lines = Iterator[tuple[int, str]]


def render(options: Options, *, width: int = 100) -> str:
    """The text, in lines of at most the width."""
    console = console_of(width)
    links = options.links[:MOST_LINKS]
    several, left = len(links) > 1, len(options.links) - len(links)
    if several:
        say(console, 0, _headline(links))
        console.print()
        console.print(_table(links))
    elif not links:
        say(console, 0, "No link was read, so nothing could be told.")
    for nth, each in enumerate(links):
        if nth or several:
            console.print()
        for indent, text in _link(each, all=not several):
            say(console, indent, text)
    if options.missing:
        console.print()
        say(console, 0, "What to find out first:")
        for missing in options.missing:
            settles = [counted(missing.verdicts, "verdict")] if missing.verdicts else []
            waits = [counted(missing.options, "option")] if missing.options else []
            asking = " and ".join([*settles, *waits])
            say(console, 2, f"{missing.words}, for {asking}: {listed(missing.links, 6)}")
    more = [f"{counted(left, 'more link')} not told here."] if left else []
    notes = [*more, *options.notes, *([_MORE] if several else [])]
    for note in notes:
        console.print()
        say(console, 0, note)
    return told(console)


_MORE = "See every option and refusal of a link: --link NAME; of all: --format html, csv, xlsx or json."


def _headline(links: Sequence[LinkOptions]) -> str:
    told = [outcome(each) for each in links]
    spoken = {
        "reaches": "can have the wanted rate", "step": "can take a step towards it",
        "depends": "may, once what is missing is known", "nothing": "no way yet", "there": "there already",
    }  # fmt: skip
    parts = [f"{told.count(name)} {spoken[name]}" for name in OUTCOMES if name in told]
    return f"{counted(len(links), 'link')}: {'; '.join(parts)}"


def _table(links: Sequence[LinkOptions]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 2, 0, 0), show_edge=False)
    table.add_column("Link", ratio=3, overflow="fold")
    table.add_column("Now", no_wrap=True)
    table.add_column("Best of each way", ratio=7, overflow="fold")
    table.add_column("Needs", ratio=4, overflow="fold")
    table.expand = True
    for each in links:
        now = f"{each.now} {gbps(each.rate_gbps)}" if each.rate_gbps else each.now
        ways = by_strategy(offered(each))
        if not ways:
            said = f"no way to {each.wanted_gbps}G yet" if each.wanted_gbps else "has the wanted rate"
            repair = each.repairs[0].words if each.repairs else ""
            table.add_row(clean(each.link), now, said, clean(f"repair: {repair}" if repair else ""))
        for nth, (strategy, images) in enumerate(ways):
            best = images[0][0]
            head = (clean(each.link), now) if not nth else ("", "")
            table.add_row(*head, clean(f"{sign(best)} {strategy}: {ends(best)}"), clean(_needs(best)))
    return table


def _needs(option: Option) -> str:
    """What an option asks for, in few words."""
    asked = sorted({need.partition(":")[0] for need in option.needs})
    told = [f"find out {', '.join(asked)}"] if asked else []
    told.append("service stops" if option.work.outage else "no outage")
    if option.together:
        told.append(f"with {counted(len(option.together), 'more link')}")
    return "; ".join(told)


def _link(each: LinkOptions, *, all: bool) -> Lines:
    wanted = f", {each.wanted_gbps}G wanted" if each.wanted_gbps else ", the wanted rate"
    yield 0, f"{each.link}: {each.now} at {gbps(each.rate_gbps)}{wanted}"
    for option in each.options if all else ():
        if option.strategy == "stay":
            for findings in alike(option.findings):
                yield 2, f"{_MARKS[findings[0].severity]} {findings[0].message}"
    for flip in each.repairs if all else each.repairs[:SHOWN]:
        yield 2, f"to repair it: {flip.words}{then(flip)}"
    ways = by_strategy(offered(each))
    for strategy, images in ways:
        yield 2, strategy
        told = images if all else images[:1]
        for nth, same in enumerate(told):
            yield from _option(same, steps=all and not nth)
        rest = [f"{sign(same[0])} {ends(same[0])}" for same in images[len(told) :]]
        if rest:
            yield 4, f"and {len(rest)} more: {listed(dict.fromkeys(rest), SHOWN)}"
    # an account of a part, as --why-not gives, lacks even `stay` and says nothing of the rest
    if each.wanted_gbps and {option.strategy for option in each.options} == {"stay"}:
        yield 2, f"nothing the catalogue knows brings it to {each.wanted_gbps}G as it is recorded"
    for strategy, refused in refusals(each.rejected):
        yield from _refused(strategy, refused, all=all)


_MARKS = {"violation": "x", "unknown": "?", "warning": "!"}


def _option(images: Sequence[Option], *, steps: bool) -> Lines:
    option = images[0]
    work = option.work
    outage = "service stops" if work.outage else "no outage"
    power = f", {work.power_mw[1] / 1000:g} W" if work.power_mw[1] is not None else ""
    cost = f", cost {work.cost} {work.currency}" if work.cost is not None else ""
    turned = ", or the other way round" if mirrored(images) else ""
    yield 4, f"{sign(option)} {ends(option)}{turned}: {gbps(option.rate_gbps)}, {outage}{power}{cost}"
    if seats := moved(option):
        yield 8, f"in {' and '.join(seats)}"
    if option.adds:
        yield 8, comes_in(option)
    for need in option.needs:
        yield 8, f"needs {need}"
    bought = [f"{part.count} x {part.part}" for part in work.parts if part.action == "buy"]
    if bought:
        yield 8, f"buy {', '.join(bought)}"
    if option.together:
        yield 8, f"together with {listed(option.together, 6)}"
    for message in warnings(option):
        yield 8, f"! {message}"
    for contest in option.contested:
        yield 8, f"contested: it {contest}"
    for nth, step in enumerate(work.steps if steps else (), 1):
        yield 8, f"{nth}. {step}"


def _refused(strategy: str, refused: Sequence[Refusal], *, all: bool) -> Lines:
    if not all:
        nearest, count = refused[0], sum(len(refusal.all) for refusal in refused)
        rules = ", ".join(nearest.nearest.rules)
        yield 2, f"not {strategy} ({count}): {'nearest ' if count > 1 else ''}{ends(nearest.nearest)}: {rules}"
        yield from _way_out(nearest, most=1, indent=6)
        swayed = [(each, refusal) for refusal in refused for each in refusal.nearest.contested[:1]]
        for contest, refusal in swayed[:1]:
            yield 6, f"contested: {ends(refusal.nearest)} {contest}"
        return
    yield 2, f"not {strategy}"
    for refusal in refused:
        yield 4, f"- {_who(refusal)}: {', '.join(refusal.nearest.rules)}"
        for same in alike(refusal.nearest.findings):
            yield 8, same[0].message
        for contest in refusal.nearest.contested:
            yield 8, f"contested: it {contest}"
        yield from _way_out(refusal, most=SHOWN, indent=8)


def _way_out(refusal: Refusal, *, most: int, indent: int) -> Lines:
    ways = [flip for flip in refusal.flips if most > 1 or len(flip.changes) <= CHANGES]
    for flip in ways[:most]:
        yield indent, f"would work with {flip.words}{then(flip)}"


def _who(refusal: Refusal) -> str:
    """The modules refused: the nearest by name, of the others how many."""
    if mirrored(refusal.all):
        return f"{ends(refusal.nearest)}, or the other way round"
    others: Iterable[str] = dict.fromkeys(ends(each) for each in refusal.all[1:])
    more = len(list(others))
    return ends(refusal.nearest) + (f" and {more} more alike" if more else "")
