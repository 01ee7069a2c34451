"""A plan for a terminal: what it comes to, then of each window what is done, what is down, and the state it leaves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...planned import BomLine, Capacity, Plan, Step, Window
from ..lines import wrapped
from ..words import counted, listed
from .spent import spent

__all__ = ["render"]

MOST_WINDOWS = 60  # a terminal is no place for more; the other formats have all
MOST_NAMES = 6  # links, sites or steps named in a line

Lines = Iterator[tuple[int, str]]


def render(plan: Plan, *, width: int = 100) -> str:
    """The text, in lines of at most the width."""
    return wrapped(_lines(plan), width)


def _lines(plan: Plan) -> Lines:
    yield 0, _headline(plan)
    yield 0, _worth(plan)
    for note in plan.notes:
        yield 0, f"Note: {note}."
    for collision in plan.collisions:
        yield 0, ""
        yield 0, f"No plan: {collision.words}."
        for way in collision.relaxations:
            yield 2, f"way out: {way}"
    for window in plan.windows[:MOST_WINDOWS]:
        yield 0, ""
        yield from _window(window)
    if len(plan.windows) > MOST_WINDOWS:
        yield 0, ""
        yield 0, f"... and {len(plan.windows) - MOST_WINDOWS} more windows; --format json has all."
    yield from _left(plan)
    yield from _bill(plan)


def _headline(plan: Plan) -> str:
    links = sum(chosen.window is not None for chosen in plan.chosen)
    said = {
        "complete": f"{counted(links, 'link')} in {counted(len(plan.windows), 'window')}",
        "partial": f"{counted(links, 'link')} in {counted(len(plan.windows), 'window')}, {len(plan.left)} left out",
        "infeasible": "There is no plan",
    }[plan.status]
    stopped = "; stopped early, this is the best plan so far" if plan.interrupted else ""
    return f"{said}{stopped}."


_AIMS = {
    "cost": "cost",
    "windows": "windows",
    "outage": "links down, each once a window",
    "power": "more power",
    "recabling": "changes of cabling",
}


def _worth(plan: Plan) -> str:
    told = []
    for aim, value in plan.objective:
        unit = {"cost": f" {plan.currency}" if plan.currency else " parts", "power": " W"}.get(aim, "")
        number = f"{value:,}" if isinstance(value, int) else f"{value:,.2f}".rstrip("0").rstrip(".")
        told.append(f"{_AIMS[aim]} {number}{unit}")
    worth = f"In this order of aims: {'; '.join(told)}. " if told else ""
    last = max((window.n for window in plan.windows), default=0)
    if plan.optimal:
        return f"{worth}Nothing better is possible."
    if plan.windows:
        gap = 100 * (last - plan.bound) / plan.bound if plan.bound else 0
        return (
            f"{worth}At least {counted(plan.bound, 'window')}: {plan.bound_words}; the plan is {gap:.1f} % above that."
        )
    return f"At least {counted(plan.bound, 'window')}: {plan.bound_words}." if plan.bound else "Nothing can be planned."


def _window(window: Window) -> Lines:
    day = f", {window.day}" if window.day else ""
    yield 0, f"WINDOW {window.n}{day}: {_some(window.sites)}"
    for step in window.steps[:MOST_NAMES]:
        yield from _step(step, window)
    if len(window.steps) > MOST_NAMES:
        rest = [link for step in window.steps[MOST_NAMES:] for link in step.links]
        yield 2, f"and {len(window.steps) - MOST_NAMES} more: {_some(rest)}"
    if window.times:
        yield 2, spent(window)
    down = _some(window.down) if window.down else "nothing"
    yield 2, f"down while it is open: {down}"
    for capacity in window.capacity[:MOST_NAMES]:
        yield 2, _capacity(capacity)
    state = window.state
    fresh = "no new finding" if not state.new_findings else f"new: {'; '.join(state.new_findings)}"
    yield 2, f"after it: {state.works:,} work, {state.fails:,} fail, {state.unknown:,} unknown; {fresh}"
    for warning in window.warnings[:MOST_NAMES]:
        yield 2, f"! {warning}"


def _step(step: Step, window: Window) -> Lines:
    yield 2, step.unit
    ports = [
        f"{edit.key}: {', '.join(f'{name} {_value(new)}' for name, _, new in edit.values if name in _SHOWN)}"
        for edit in step.edits
        if any(name in _SHOWN for name, _, _ in edit.values)
    ]
    for port in ports[:4]:
        yield 4, port
    bought = [
        f"{part.count} x {part.part}{' from stock or set free earlier' if part.action == 'use' else ''}"
        for part in step.parts
        if part.action in ("buy", "use")
    ]
    freed = [f"{part.count} x {part.part}" for part in step.parts if part.action == "free"]
    told = [f"fit {', '.join(bought)}"] * bool(bought) + [f"frees {', '.join(freed)}"] * bool(freed)
    if told:
        yield 4, "; ".join(told)


_SHOWN = ("a_port", "b_port", "a_lanes", "b_lanes", "strands", "status")


def _value(value: object) -> str:
    return "-".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _capacity(capacity: Capacity) -> str:
    floor = f", floor {capacity.floor_gbps}G" if capacity.floor_gbps is not None else ""
    return f"{capacity.kind} {capacity.group}: {capacity.open_gbps}G while open, {capacity.after_gbps}G after{floor}"


def _left(plan: Plan) -> Lines:
    if not plan.left:
        return
    yield 0, ""
    yield 0, f"LEFT OUT ({len(plan.left):,})"
    by_reason: dict[str, list[str]] = {}
    for link, why in plan.left:
        by_reason.setdefault(why.replace(link, "LINK"), []).append(link)
    for why, links in sorted(by_reason.items(), key=lambda item: (-len(item[1]), item[0])):
        yield 2, f"{_some(links)}: {why}"


def _bill(plan: Plan) -> Lines:
    if not plan.bom:
        return
    yield 0, ""
    yield 0, "PARTS"
    for line in plan.bom:
        yield 2, _part(line, plan.currency)


def _part(line: BomLine, currency: str) -> str:
    told = [
        f"{word} {count}"
        for word, count in (("buy", line.buy), ("reuse", line.reuse), ("set free", line.freed))
        if count
    ]
    first = f", first in window {line.first}" if line.first and line.buy + line.reuse else ""
    price = f", {line.price:,} {currency} each" if line.price is not None and line.buy else ""
    return f"{line.part}: {', '.join(told) or 'none left'}{first}{price}"


def _some(names: Sequence[str]) -> str:
    if len(names) <= MOST_NAMES:
        return listed(names) if names else "nothing"
    return f"{', '.join(names[:MOST_NAMES])} and {len(names) - MOST_NAMES} more"
