"""Choose what links become and put it in order: every state on the way audited, or the reason why there is no plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path

import polars as pl

from .candidates import judge_rows
from .collide import collisions_of
from .derive import Judged, derive
from .design import Design
from .errors import InputError
from .exchanges import Hosted, hosted
from .goal import Goal
from .goalfile import read_goal
from .handover import handover_of, handovers
from .interrupts import on_interrupt
from .judge import judge
from .knowledge import Knowledge, know
from .network import Asked, asked_of, problem_of
from .outcome import bom_of, chosen_of, windows_of
from .pieces import MILLI, Units
from .planned import Collision, Plan
from .prices import read_prices
from .problem import costs, faults
from .proposals import Told, asked_links, told_alike
from .reason import Memory
from .repairs import Judging
from .result import Audit
from .rules import read_rules
from .schedule import Schedule, schedule
from .solving import Effort, available
from .states import audited
from .steps import steps_of
from .units import units_of

__all__ = ["plan"]


def plan(
    design: Design,
    *,
    to_gbps: int | None = None,
    goal: Goal | Path | None = None,
    host: str | None = None,
    prices: Path | None = None,
    work: float | None = None,
    seed: int | None = None,
    trust: str = "standards",
    rules: Sequence[Path] = (),
    catalogs: Sequence[Path] = (),
) -> Plan:
    """Windows in order that bring links to their wanted rates, each state on the way audited.

    to_gbps  the wanted rate of all links; without it the goal's targets, else target_gbps of each link
    goal     limits and wishes, or their file (docs/plan.md)
    host     a model that may take the place of a device which the goal names no other for, where a link needs it
    prices   a price list, in place of the goal's; without one, parts are counted
    work     deterministic seconds of search, and seed: the same input and these give the same plan

    Raises QueryError and DesignError where the goal does not fit the design, InputError where OR-Tools is missing, or
    where a state would have findings that the design before has not: such a plan is refused.

    >>> ring = opticgraph.load("examples/metro-ring-400")
    >>> goal = Path("examples/metro-ring-400/goal.toml")
    >>> plan = opticgraph.plan(ring, goal=goal)
    >>> plan.status, [(window.day, window.down) for window in plan.windows]
    ('complete', [('2027-01-12', ('bas-lie-1',)), ('2027-01-19', ('rhe-bas-1',))])
    """
    available()
    wish = read_goal(goal) if isinstance(goal, Path) else goal or Goal()
    wish = replace(wish, hosts=(*wish.hosts, *([("*", host)] if host else [])))
    wish = replace(wish, work=wish.work if work is None else work, seed=wish.seed if seed is None else seed)
    listed = prices or (Path(wish.prices) if wish.prices else None)
    priced = read_prices(listed) if listed else None
    asked = asked_of(design, wish, to_gbps)
    knowledge, known = know(trust=trust, catalogs=catalogs), read_rules(rules)
    memory: Memory = {}  # links as they would be are of many kinds that there are today
    judging = partial(judge_rows, knowledge=knowledge, rules=known, memory=memory)

    def judged_of(design: Design) -> tuple[Judged, Audit]:
        judged = derive(design, knowledge)
        return judged, judge(design, judged, knowledge, known, catalogs, memory=memory)

    base = Hosted(asked.design, *judged_of(asked.design), ())
    now = base.now
    every, rows, told = _weighed(base, asked, knowledge, judging)
    then = base
    if wish.hosts:
        telling = partial(_on_host, base, knowledge, judging)
        then = hosted(base, rows, told, asked.targets, wish, knowledge, telling, judged_of)
        if then.exchanges:
            every, rows, told = _weighed(then, asked, knowledge, judging)
    handed = handovers(base.design, base.judged, then.exchanges)
    units = units_of(then.design, then.judged, told, asked.targets, wish, knowledge, priced, handed)
    problem, notes = problem_of(asked, every, units, wish)
    effort = Effort(wish.work, wish.seed)
    with on_interrupt(effort.stop):
        found = schedule(problem, wish.objective, effort, weighted=wish.weighted) if units.targets else _NOTHING
        if found.assignment is None and effort.stop.is_set():
            raise KeyboardInterrupt  # there is no plan yet that could be shown
    assignment = found.assignment or {}
    collisions: tuple[Collision, ...] = ()
    if found.assignment is None and units.targets:
        collisions = collisions_of(problem, Effort(wish.work, wish.seed))
        if found.impossible and not collisions:
            collisions = (Collision((), "the limits cannot hold together; no smaller set was found", ()),)
    if assignment and (broken := faults(problem, assignment)):
        raise AssertionError(f"an order that breaks limits: {broken[0]}")
    steps = steps_of(
        then.design,
        assignment,
        units,
        problem,
        knowledge,
        judging,
        priced,
        hosts={
            handed[each.device].task.name: partial(handover_of, exchange=each, before=design, judged=base.judged)
            for each in then.exchanges
        },
    )
    states = list(audited(asked.design, now, list(steps.values()), knowledge, known, memory, hosted=then.design))
    for nth, state in enumerate(states):
        bad = [said for said in state.new_findings if not said.startswith("warning")]
        if bad:
            raise InputError(f"plan: refused, for the state after window {list(steps)[nth] + 1} is unsound: {bad[0]}")
    told_costs = costs(problem, assignment) if assignment else {}
    return Plan(
        version=now.version,
        trust=trust,
        status=_status(found, units),
        windows=windows_of(asked, every, problem, assignment, steps, states, wish),
        chosen=chosen_of(units, assignment, steps, priced),
        bom=bom_of(asked.design, units, problem, assignment, wish, priced),
        collisions=collisions,
        objective=tuple(
            (aim, _told(aim, told_costs[aim], priced is not None)) for aim, _ in wish.objective if told_costs
        ),
        bound=found.bound,
        bound_words=found.bound_words,
        optimal=found.optimal and not effort.stop.is_set(),
        interrupted=effort.stop.is_set(),
        left=units.left,
        notes=(*units.notes, *then.notes, *notes, *_said(found, units)),
        currency=priced.currency if priced else "",
    )


def _weighed(
    base: Hosted, asked: Asked, knowledge: Knowledge, judging: Judging
) -> tuple[pl.DataFrame, pl.DataFrame, Told]:
    """All links as judged, the wanted ones of them, and what the strategies come to on those."""
    every = asked_links(base.judged, None)
    rows = every.filter(pl.col("link").is_in(list(asked.targets)))
    return every, rows, told_alike(base.design, base.judged, rows, base.now, knowledge, judging)


def _on_host(base: Hosted, knowledge: Knowledge, judging: Judging, rows: pl.DataFrame, host: str) -> Told:
    return told_alike(base.design, base.judged, rows, base.now, knowledge, judging, host=host)


_NOTHING = Schedule(None, 0, "nothing can be planned", False, False)


def _status(found: Schedule, units: Units) -> str:
    if found.assignment is not None:
        return "partial" if units.left else "complete"
    return "infeasible" if found.impossible or not units.targets else "partial"


def _told(aim: str, value: int, priced: bool) -> object:
    """An aim in the unit of its words: money, windows, links down, watts, changes of cabling."""
    if aim == "cost":
        return Decimal(value) / MILLI if priced else value // MILLI
    return Decimal(value) / MILLI if aim == "power" else value


def _said(found: Schedule, units: Units) -> tuple[str, ...]:
    if found.assignment is None and units.targets and not found.impossible:
        return ("no plan was found with this work, and none is proven impossible: give more with --work",)
    return ()
