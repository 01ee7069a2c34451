"""Whether a state brings new findings, is what the plan says of it, and what the whole design says at the end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

import polars as pl

from ..derive import Judged
from ..design import SIDES, Design
from ..goal import Goal
from ..planned import Plan, Window
from .replay import Moment, Pair
from .sound import Found, State
from .verified import Fault

__all__ = ["check_power", "check_state", "check_tally", "check_whole", "conditions"]

_SPEAK = ("ends-speak-same-interface", "bidi-ends-are-complementary")
_VERBS = {"works": "work", "fails": "fail", "unknown": "are unknown"}


def conditions(plan: Plan) -> Mapping[str, tuple[str, ...]]:
    """Links of which the plan itself says that something is not known yet, and what."""
    return {each.link: each.needs for each in plan.chosen if each.verdict == "unknown" and each.needs}


def check_state(moment: Moment, base: State, after: State, waits: Mapping[str, Sequence[str]]) -> Iterator[Fault]:
    """No finding that the design before the plan had not, but an unknown that the plan itself names (waits)."""
    known = {each.key for each in base.all}
    for each in sorted(after.all):
        fresh = each.key not in known and set(each.links) & after.anew
        told = each.severity == "unknown" and each.links and set(each.links) <= waits.keys()
        if fresh and not told:
            one = _one_end(each, moment.links)
            check, why = ("ends-move-together", one) if one else ("states-are-sound", each.rule)
            yield Fault(moment.window.n, "", check, f"{why}: {each.message}", each.links)


def _one_end(found: Found, edited: Mapping[str, Pair]) -> str:
    """Of two ends that do not interwork, the one that the window left as it was."""
    for link in found.links if found.rule in _SPEAK else ():
        old, new = edited.get(link, (None, None))
        same = [side for side in SIDES if old and new and old[f"{side}_module"] == new[f"{side}_module"]]
        if new and len(same) == 1:
            return f"{link} gets another module at one end only, {new[f'{same[0]}_module']} stays at end {same[0]}"
    return ""


def check_tally(window: Window, after: State) -> Iterator[Fault]:
    """Verdict counts are as the plan says."""
    for verdict, real in after.counts.items():
        told = getattr(window.state, verdict)
        if told != real:
            words = f"the plan says that {told} links {_VERBS[verdict]} after it, but it comes to {real}"
            yield Fault(window.n, "", "states-are-as-told", words)


def check_power(n: int, base: Judged, judged: Judged, design: Design, goal: Goal) -> Iterator[Fault]:
    """What the modules of devices and sites draw is within the goal's limits, and known of all that came in.

    base is the design before the plan: what is not known of its modules is no fault of the plan.
    """
    if not goal.power_w:
        return
    sites = dict(design.devices.select("device", "site").iter_rows())
    draws: dict[str, Decimal] = defaultdict(Decimal)
    for device, draw in judged.devices.select("device", "draw_mw").iter_rows():
        for place in {device, sites.get(device)} - {None}:
            draws[str(place)] += Decimal(draw or 0) / 1000
    for place, limit in sorted(goal.power_w.items()):
        if draws[place] > limit:
            words = f"after it, the modules of {place} draw {draws[place]:f} W, where the goal gives {limit:f} W"
            yield Fault(n, "", "states-are-sound", words)
    for device, module in sorted(_undrawn(judged) - _undrawn(base)):
        if {device, sites.get(device)} & goal.power_w.keys():
            words = f"the draw of {module} in {device} is not known, where the goal limits power"
            yield Fault(n, "", "states-are-sound", words)


def _undrawn(judged: Judged) -> set[tuple[str, str]]:
    """Device and type of modules whose draw is not known."""
    return {
        (str(device), str(module))
        for side in SIDES
        for device, module in judged.links.filter(pl.col(f"{side}_power_high_mw").is_null())
        .select(f"{side}_device", f"{side}_type")
        .drop_nulls()
        .iter_rows()
    }


def check_whole(n: int, state: State, found: Mapping[str, tuple[Found, ...]]) -> Iterator[Fault]:
    """What is found on the last state as a whole is what the windows came to."""
    every = {each for several in found.values() for each in several}
    for each in sorted({each.key: each for each in sorted(every ^ state.all)}.values()):
        words = f"judged whole, the last state differs from what the windows come to: {each.rule}: {each.message}"
        yield Fault(n, "", "whole-agrees", words, each.links)
