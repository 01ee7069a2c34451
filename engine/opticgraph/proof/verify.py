"""Prove a plan anew: replay it from its file, judge every state, and hold it against the network and the goal."""

from __future__ import annotations

import gc
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from ..derive import Judged
from ..design import SIDES, Design
from ..goal import Goal
from ..goalfile import read_goal
from ..judge import version
from ..knowledge import Knowledge, know
from ..planned import Plan
from ..read.plan import load_plan
from ..reason import Judging
from ..rules import Rules, read_rules
from .groups import check_groups, check_lags, groups_of, members, rate_changes
from .halves import by_halves
from .order import check_chosen, check_limits, check_order, check_sites
from .replay import Moment, Row, replay
from .running import Running
from .service import check_open, failing, network_of
from .sound import State, first_state, next_state, whole
from .states import check_power, check_state, check_tally, check_whole, conditions
from .stops import resets, resets_whole, stopped, swapped
from .supply import Strands, Types, check_bill, check_legs, check_modules, check_seats, check_stock
from .verified import CHECKS, Fault, Proven, Verification

__all__ = ["verify"]

SWEPT = 50  # windows after which their graphs, which refer to themselves, are swept; a command does not do so by itself


def verify(
    design: Design,
    plan: Plan | str | Path,
    *,
    goal: Goal | str | Path | None = None,
    trust: str | None = None,
    rules: Sequence[Path] = (),
    catalogs: Sequence[Path] = (),
) -> Verification:
    """Prove a plan, or the plan in a file, on a design.

    goal   limits that it must keep: hands, sites, days, stock, services; without one, what the design itself asks
    trust  whose figures win; None is the policy that the plan was made under

    Raises DesignError for a file that cannot be read as a plan or goal.

    >>> proof = opticgraph.verify(ring, plan, goal=goal)
    >>> proof.holds, proof.faults
    (True, ())
    """
    held = plan if isinstance(plan, Plan) else load_plan(plan)
    limits = goal if isinstance(goal, Goal) else Goal() if goal is None else read_goal(Path(goal))
    knowledge = know(trust=trust or held.trust, catalogs=catalogs)
    read = read_rules(rules)
    with by_halves(read.shapes, design.links.height) as by:
        return _verified(design, held, limits, knowledge, read, by)


def _verified(design: Design, plan: Plan, goal: Goal, knowledge: Knowledge, rules: Rules, by: Judging) -> Verification:
    found: list[Fault] = []
    looked: Counter[str] = Counter(dict.fromkeys(CHECKS, 0))

    def told(check: str, things: int, faults: Iterable[Fault]) -> None:
        looked[check] += things
        found.extend(faults)

    told("steps-are-in-order", sum(len(window.steps) for window in plan.windows), check_order(plan))
    told("windows-are-in-order", len(plan.windows), check_limits(plan, goal))
    told("parts-are-there", 0, check_stock(plan, goal))
    told("bill-is-right", len(plan.bom), check_bill(plan, goal))
    base = state = first_state(design, knowledge, rules, by)
    groups, waits = groups_of(design.groups.iter_rows(named=True), goal), conditions(plan)
    running = Running(design.links.iter_rows(named=True))
    strands = Strands(running.links)
    lags: dict[str, dict[int, str]] = defaultdict(dict)
    windows = []
    for moment in replay(design, plan, found):
        n, before = moment.window.n, dict(running.links)
        down, off = set(moment.window.down), dict[str, frozenset[str]]()
        for done in moment.done:
            looked["edits-meet-the-state"] += len(done.step.edits)
            stops = dict(stopped(done, running.links, running.users, strands.of(running.links, done.links)))
            down |= stops.keys() | set(done.step.down)
            off |= {device: _links_of(running.links, device) for device in swapped(done)}
            told("down-is-told", len(stops), _unsaid(n, done.step.unit, stops, done.step.down))
            told("legs-move-together", len(done.links), check_legs(done, n, running.users))
            told("strands-are-free", len(done.links), strands.step(done, n))
            running.step(done)
            told("seats-are-free", len(done.links), check_seats(done, n, running.users, running.links))
            for group, link in rate_changes(done):
                lags[group].setdefault(n, link)
        after = next_state(state, moment, knowledge, rules, by)
        types = _types(state.judged), _types(after.judged)
        for done in moment.done:
            told("parts-are-there", len(done.step.parts), check_modules(done, n, *types))
        told("windows-are-in-order", 0, check_sites(moment, _sites(moment.after)))
        reset = dict(resets(state.judged, after.judged, before))
        for device, own in resets_whole(state.judged, after.judged, before, goal.resets_device).items():
            if device not in off:
                reset |= own
                off[device] = frozenset(own)
        told("down-is-told", len(down | reset.keys()), _unsaid(n, "", {**_because(down), **reset}, moment.window.down))
        down |= reset.keys()
        told("edits-meet-the-state", 0, _strangers(moment, before))
        rates = state.rates(), after.rates()
        networks = network_of(before, rates[0]), network_of(running.links, rates[1])
        down &= networks[0].ends.keys()
        cuts = [*check_open(*networks, down, goal, off), *failing(networks[0], down, goal)]
        told("nothing-is-cut", len(down), [Fault(n, "", "nothing-is-cut", *cut) for cut in cuts])
        carried = members(before, rates[0]), members(running.links, rates[1])
        told("floors-hold", 0, check_groups(moment.window, groups, *carried, down, looked, off))
        told("states-are-sound", len(after.anew), check_state(moment, base, after, waits))
        told("states-are-sound", 0, check_power(n, base.judged, after.judged, design, goal))
        told("states-are-as-told", 1, check_tally(moment.window, after))
        looked["ends-move-together"] += len(moment.links)
        windows.append(_proven(moment, after, down))
        state = after
        if len(windows) % SWEPT == 0:
            gc.collect()
    if windows:
        told("members-move-together", 0, check_lags(lags, groups, goal, looked))
        told(
            "plan-does-as-chosen",
            len(plan.chosen),
            check_chosen(plan, state.design, _types(state.judged), state.rates(), goal),
        )
        every = whole(state.design, state.judged, knowledge, rules, by)
        told("whole-agrees", len(running.links), check_whole(windows[-1].n, state, every))
    return Verification(
        version=version(),
        trust=knowledge.trust,
        plan_trust=plan.trust,
        before=base.counts,
        after=state.counts,
        windows=tuple(windows),
        faults=tuple(sorted(set(found))),
        looked=dict(looked),
        conditions=tuple(f"{link}: {'; '.join(needs)}" for link, needs in sorted(waits.items())),
        notes=tuple(_notes(plan, knowledge)),
    )


def _links_of(links: Mapping[str, Row], device: str) -> frozenset[str]:
    return frozenset(link for link, row in links.items() if device in (row["a_device"], row["b_device"]))


def _unsaid(n: int, unit: str, stops: Mapping[str, str], down: Sequence[str]) -> Iterator[Fault]:
    """Links that are stopped, of a step or a window, and not named by its down."""
    for link in sorted(stops.keys() - set(down)):
        whose = "down of the step" if unit else "down of the window"
        words = f"{link} {stops[link]}, and so carries nothing, but {whose} does not name it"
        yield Fault(n, unit, "down-is-told", words, (link,))


def _because(down: Iterable[str]) -> dict[str, str]:
    return dict.fromkeys(down, "is stopped by a step")


def _strangers(moment: Moment, before: Mapping[str, Row]) -> Iterator[Fault]:
    """Names of links in steps that no link of the design has."""
    known = before.keys() | moment.links.keys()
    for step in moment.window.steps:
        for link in sorted({*step.links, *step.down} - known):
            yield Fault(moment.window.n, step.unit, "edits-meet-the-state", f"{link} is no link of the design", (link,))
    for link in sorted(set(moment.window.down) - known):
        yield Fault(moment.window.n, "", "edits-meet-the-state", f"{link} is no link of the design", (link,))


def _proven(moment: Moment, after: State, down: Iterable[str]) -> Proven:
    window = moment.window
    return Proven(window.n, window.day, len(window.steps), len(after.anew), after.counts, tuple(sorted(down)))


def _notes(plan: Plan, knowledge: Knowledge) -> Iterator[str]:
    if not plan.windows:
        yield "The plan has no window, so there is nothing to prove."
    if plan.trust != knowledge.trust:
        yield f"Planned under the trust policy {plan.trust}, proven under {knowledge.trust}."
    if plan.left:
        yield f"The plan leaves as they are: {', '.join(link for link, _ in plan.left)}."


def _sites(design: Design) -> dict[str, str]:
    return {str(device): str(site) for device, site in design.devices.select("device", "site").iter_rows() if site}


def _types(judged: Judged) -> Types:
    """Of each end the id of its module type, where the catalogue knows it."""
    rows = judged.links.select("link", "case", "a_type", "b_type").rows()
    return {
        (link, side): told
        for link, case, *both in rows
        for side, told in zip(SIDES, both, strict=True)
        if told and case == 0
    }
