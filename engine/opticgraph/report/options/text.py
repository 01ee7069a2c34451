"""Options for a terminal: what each link may become, what that needs, and of the rest the rule and the way out."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from ...choices import Flip, LinkOptions, Option, Options, Rejected
from ..words import clean

__all__ = ["render"]

SHOWN = 3  # refusals of one strategy told one by one
CHANGES = 3  # a way out with more changes than this is no way out that one wants to read


def render(options: Options, *, width: int = 100) -> str:
    """The text, in lines of at most the width."""
    target = io.StringIO()
    console = Console(file=target, width=width, color_system=None, highlight=False, markup=False, emoji=False)

    def line(text: str, *, indent: int = 0) -> None:
        console.print(Padding(Text(clean(text), overflow="fold"), (0, 0, 0, indent)))

    for nth, each in enumerate(options.links):
        if nth:
            console.print()
        for indent, text in _link(each):
            line(text, indent=indent)
    if options.missing:
        console.print()
        line("What to find out first:")
        for missing in options.missing:
            worth = f"{missing.verdicts} verdicts, {missing.options} options"
            line(f"{missing.words} ({worth}): {_listed(missing.links)}", indent=2)
    for note in options.notes:
        console.print()
        line(note)
    return "".join(row.rstrip() + "\n" for row in target.getvalue().splitlines())


Lines = Iterator[tuple[int, str]]


def _link(each: LinkOptions) -> Lines:
    wanted = f", {each.wanted_gbps}G wanted" if each.wanted_gbps else ", which is what is wanted"
    yield 0, f"{each.link}: {each.now} at {_gbps(each.rate_gbps)}{wanted}"
    for flip in each.repairs:
        yield 2, f"to repair it: {flip.words}{_but(flip)}"
    for strategy, options in groupby(each.options, key=lambda option: option.strategy):
        if strategy == "stay":
            continue
        yield 2, strategy
        for option in options:
            yield from _option(option)
    # an account of a part, as --why-not gives, lacks even `stay` and says nothing of the rest
    if each.wanted_gbps and {option.strategy for option in each.options} == {"stay"}:
        yield 2, f"nothing the catalogue knows brings it to {each.wanted_gbps}G as it is recorded"
    refused = sorted(each.rejected, key=_nearness)
    for strategy, group in groupby(sorted(refused, key=lambda r: r.strategy), key=lambda r: r.strategy):
        yield from _refused(strategy, sorted(group, key=_nearness))


def _option(option: Option) -> Lines:
    mark = "+" if option.verdict == "works" else "?"
    work = option.work
    outage = "service stops" if work.outage else "no outage"
    power = f", {work.power_mw[1] / 1000:g} W" if work.power_mw[1] is not None else ""
    cost = f", cost {work.cost}" if work.cost is not None else ""
    yield 4, f"{mark} {_ends(option)}: {option.verdict} at {_gbps(option.rate_gbps)}, {outage}{power}{cost}"
    for need in option.needs:
        yield 8, f"needs {need}"
    if option.together:
        yield 8, f"together with {_listed(option.together)}"
    for finding in option.findings:
        if finding.severity == "warning":
            yield 8, f"! {finding.message}"


def _refused(strategy: str, refused: Sequence[Rejected]) -> Lines:
    yield 2, f"not {strategy}"
    for rejected in refused[:SHOWN]:
        yield 4, f"- {_ends(rejected)}: {', '.join(rejected.rules)}"
        ways = [flip for flip in rejected.flips if len(flip.changes) <= CHANGES]
        for flip in ways[:1]:
            yield 8, f"would work with {flip.words}{_but(flip)}"
    if len(refused) > SHOWN:
        rules = sorted({rule for rejected in refused[SHOWN:] for rule in rejected.rules})
        yield 4, f"- and {len(refused) - SHOWN} more: {', '.join(rules)}"


def _nearness(rejected: Rejected) -> tuple[object, ...]:
    """Those that need least first."""
    least = min((flip.cost for flip in rejected.flips), default=float("inf"))
    return least, len(rejected.rules), str(rejected.a_module), str(rejected.b_module)


def _but(flip: Flip) -> str:
    return "" if flip.verdict == "works" else f" (then {flip.verdict}: {'; '.join(flip.needs)})"


def _ends(each: Option | Rejected) -> str:
    a, b = each.a_module or "an unknown module", each.b_module or "an unknown module"
    return f"2 x {a}" if a == b else f"{a} to {b}"


def _gbps(rate: int | None) -> str:
    return f"{rate}G" if rate else "an unknown rate"


def _listed(names: Iterable[str]) -> str:
    told = list(names)
    return ", ".join(told[:6]) + (f" and {len(told) - 6} more" if len(told) > 6 else "")
