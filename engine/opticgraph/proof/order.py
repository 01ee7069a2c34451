"""Whether windows, steps and choices are in order: days, hands, sites, what comes before what, what was chosen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fnmatch import fnmatchcase

from ..design import SIDES, Design
from ..goal import Goal
from ..planned import Plan, Step, Window
from .replay import Done, Moment
from .stops import swapped, touched
from .verified import Fault

__all__ = ["check_chosen", "check_limits", "check_order", "check_sites"]


def check_order(plan: Plan) -> Iterator[Fault]:
    """Windows ascend, and each step is there once and after those that it needs.

    A number may be left out: nothing is done then, but what was set free rests, and what was bought arrives.
    """
    last = 0
    for window in plan.windows:
        if window.n <= last:
            before = f"after window {last}" if last else "first"
            words = f"window {window.n} stands {before}: windows count from 1, in the order in which they are worked"
            yield Fault(window.n, "", "windows-are-in-order", words)
        last = window.n
    known = Counter(step.unit for window in plan.windows for step in window.steps)
    seen: set[str] = set()
    for window in plan.windows:
        for step in window.steps:
            for needed in sorted(set(step.after) - seen):
                told = "comes only later" if needed in known else "is not in the plan"
                words = f"{step.unit} needs {needed} before it, which {told}"
                yield Fault(window.n, step.unit, "steps-are-in-order", words, step.links)
            if step.unit in seen:
                yield Fault(window.n, step.unit, "steps-are-in-order", f"{step.unit} is done twice", step.links)
            seen.add(step.unit)


def check_limits(plan: Plan, goal: Goal) -> Iterator[Fault]:
    """No more windows, hands and sites than the goal gives, on its days, by when it wants them."""
    limits = goal.windows
    over = [window.n for window in plan.windows if limits.most is not None and window.n > limits.most]
    if over:
        words = f"{max(over)} windows, where the goal gives {limits.most}"
        yield Fault(over[0], "", "windows-are-in-order", words)
    last: date | None = None
    for window in plan.windows:
        for words in _over(window, goal):
            yield Fault(window.n, "", "windows-are-in-order", words)
        day = _day(window.day)
        if window.day is not None and day is None:
            yield Fault(window.n, "", "windows-are-in-order", f"{window.day!r} is no day such as 2027-01-12")
        elif day is None and limits.days:
            yield Fault(window.n, "", "windows-are-in-order", "it has no day, where the goal names days")
        elif day is not None and limits.days and day not in limits.days:
            yield Fault(window.n, "", "windows-are-in-order", f"{day} is not among the days that the goal gives")
        if day is not None:
            if last is not None and day <= last:
                yield Fault(
                    window.n, "", "windows-are-in-order", f"{day} is not after {last}, the day of the window before"
                )
            last = day
    for window in plan.windows:
        for step in window.steps:
            if step.strategy in goal.forbidden:
                words = f"{step.unit} is done by {step.strategy}, which the goal forbids"
                yield Fault(window.n, step.unit, "plan-does-as-chosen", words, step.links)
            for part in step.parts:
                maker, dot, _ = part.part.partition(".")
                if part.action == "buy" and goal.makers and dot and " " not in maker and maker not in goal.makers:
                    words = f"it buys {part.part}, where the goal allows parts of {', '.join(goal.makers)} alone"
                    yield Fault(window.n, step.unit, "plan-does-as-chosen", words, step.links)


def _over(window: Window, goal: Goal) -> Iterator[str]:
    limits = goal.windows
    if limits.hands is not None and len(window.steps) > limits.hands:
        yield f"{len(window.steps)} changes, where the goal has hands for {limits.hands}"
    yield from _too_long(window, goal)
    sites = {site for step in window.steps for site in step.sites} | set(window.sites)
    if limits.sites is not None and len(sites) > limits.sites:
        yield f"work at {len(sites)} sites ({', '.join(sorted(sites))}), where the goal allows {limits.sites}"
    for site in sorted(sites):
        here = sum(site in step.sites for step in window.steps)
        if limits.hands_a_site is not None and here > limits.hands_a_site:
            yield f"{here} changes at {site}, where the goal has hands for {limits.hands_a_site}"


def _too_long(window: Window, goal: Goal) -> Iterator[str]:
    """Where the work of a window takes longer than it is open, or than the plan says of a step."""
    limits = goal.windows
    if not limits.timed:
        return
    minutes = 0
    for step in window.steps:
        own = limits.minutes_of(host=any(edit.table == "devices" for edit in step.edits))
        minutes += own
        if step.minutes is not None and step.minutes != own:
            yield f"{step.unit} takes {own} minutes by the goal, where the plan says {step.minutes}"
    whole = limits.drain_minutes + minutes + limits.check_minutes
    if limits.minutes is not None and whole > limits.minutes:
        drain, check = f"{limits.drain_minutes} to drain", f"{limits.check_minutes} of checks"
        yield f"{whole} minutes ({drain}, {minutes} of work, {check}), where the goal gives {limits.minutes}"


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def check_sites(moment: Moment, sites: Mapping[str, str]) -> Iterator[Fault]:
    """The sites that a step names are those of the ends where it changes something."""
    told = {site for each in moment.done for site in each.step.sites}
    for each in moment.done:
        for site, device in sorted(_worked(each, sites)):
            if site not in each.step.sites:
                words = f"{each.step.unit} changes something on {device} at {site}, but names no work at {site}"
                yield Fault(moment.window.n, each.step.unit, "windows-are-in-order", words, each.step.links)
    if told != set(moment.window.sites):
        words = f"its steps are worked at {_listed(told)}, but it names {_listed(moment.window.sites)}"
        yield Fault(moment.window.n, "", "windows-are-in-order", words)


def _worked(done: Done, sites: Mapping[str, str]) -> set[tuple[str, str]]:
    """Where a step changes something by hand: the site and device of each such end."""
    devices = set(swapped(done))
    for old, new in done.links.values():
        for side in SIDES:
            devices |= {str(row[f"{side}_device"]) for row in (old, new) if row and touched(old, new, side)}
    return {(sites[device], device) for device in devices if sites.get(device)}


def _listed(words: Sequence[str] | set[str]) -> str:
    return ", ".join(sorted(words)) or "no site"


def check_chosen(
    plan: Plan,
    after: Design,
    types: Mapping[tuple[str, str], str],
    rates: Mapping[str, int | None],
    goal: Goal,
) -> Iterator[Fault]:
    """Each choice is done in the window it names, by the wanted day, and the last state has its modules and rate.

    types are those of modules by link and side, as the catalogue knows them, and rates those of links, in that state
    """
    places: dict[str, tuple[Window, Step]] = {
        step.unit: (window, step) for window in plan.windows for step in window.steps
    }
    rows = {str(row["link"]): row for row in after.links.iter_rows(named=True)}
    for chosen in plan.chosen:
        if chosen.window is None:
            continue
        window, step = places.get(chosen.unit, (None, None))
        if window is None or step is None:
            words = f"{chosen.link} is to be changed by {chosen.unit} in window {chosen.window}, but no window has it"
            yield Fault(chosen.window, chosen.unit, "plan-does-as-chosen", words, (chosen.link,))
            continue
        if window.n != chosen.window:
            words = f"{chosen.link} is to be changed in window {chosen.window}, but {chosen.unit} is done in {window.n}"
            yield Fault(window.n, chosen.unit, "plan-does-as-chosen", words, (chosen.link,))
        row = rows.get(chosen.link, {})
        for column, wanted, real in (
            ("a_module", chosen.a_module, types.get((chosen.link, "a"))),
            ("b_module", chosen.b_module, types.get((chosen.link, "b"))),
            ("rate_gbps", chosen.rate_gbps, rates.get(chosen.link)),
        ):
            if row and wanted is not None and wanted not in (real, row[column]):
                words = f"{chosen.link}: {column} {wanted} was chosen, but the last state has {row[column]}"
                yield Fault(window.n, chosen.unit, "plan-does-as-chosen", words, (chosen.link,))
    done = {chosen.unit for chosen in plan.chosen}
    for unit, (window, step) in places.items():
        carries_over = any(edit.table == "devices" for edit in step.edits)  # the links of a host, as they are
        changes = any(edit.table == "links" for edit in step.edits) and not carries_over
        if step.links and unit not in done and changes and plan.chosen:
            words = f"{unit} changes {', '.join(step.links)}, but the plan has chosen nothing for them"
            yield Fault(window.n, unit, "plan-does-as-chosen", words, step.links)
    yield from _late(plan, goal)


def _late(plan: Plan, goal: Goal) -> Iterator[Fault]:
    """Links that are done after the day by which the goal wants them."""
    days = {window.n: _day(window.day) for window in plan.windows}
    by = [(pattern, target.by) for target in goal.targets if target.by for pattern in target.links]
    for chosen in plan.chosen:
        day = days.get(chosen.window or 0)
        wanted = min((until for pattern, until in by if fnmatchcase(chosen.link, pattern)), default=None)
        if day is not None and wanted is not None and day > wanted:
            words = f"{chosen.link} is wanted by {wanted}, but is changed on {day}"
            yield Fault(chosen.window or 0, chosen.unit, "plan-does-as-chosen", words, (chosen.link,))
