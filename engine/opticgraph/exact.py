"""Choose and order up to about a hundred tasks with CP-SAT: options and windows in one model, cuts as they are found.

First what costs least whatever the order; then windows, one fewer each time; then the other aims. Cuts that a solution
breaks are added and it is solved again, so that each clean pass is a plan (docs/decisions/0020-plan-model.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .continuity import Topology, broken, pairs_that_cut
from .counting import impossible
from .model import Model
from .problem import Assignment, Cut, Problem, costs
from .solving import Effort, solve

__all__ = ["Found", "attainable", "cheapest", "relaxed_choice", "search", "within"]

SHARE = 0.25  # of the work that is left, for one question


@dataclass
class Found:
    """What a search came to: the best assignment, whether no better one is possible, whether none is at all.

    bounds   by aim what none can be below, as far as it is proven
    """

    best: dict[str, int] | None = None
    optimal: bool = False
    infeasible: bool = False
    bounds: dict[str, int] = field(default_factory=dict)


def search(
    problem: Problem,
    aims: Sequence[tuple[str, int]],
    effort: Effort,
    *,
    weighted: bool = False,
    start: Assignment | None = None,
    least_windows: int = 1,
) -> Found:
    """The best plan by the aims in their order, or by their weighted sum; start is a plan that is known already."""
    shape = Topology(problem)
    cuts = dict.fromkeys((*problem.cuts, *pairs_that_cut(problem, shape)))
    state = _Search(problem, shape, cuts, effort, least_windows)
    found = Found(best=dict(start) if start else None)
    if weighted:
        _minimise(state, found, dict(aims), {}, problem.windows)
        return found
    held: dict[str, int] = {}
    windows = costs(problem, found.best)["windows"] if found.best else problem.windows
    found.optimal = True
    for aim, _ in aims:
        if aim == "windows":
            least = _fewest(state, found, held, windows)
            if found.infeasible or found.best is None:
                break
            windows = costs(problem, found.best)["windows"]
            found.bounds["windows"] = least
            found.optimal = found.optimal and least == windows
        elif any(task.costs.get(aim) for task in problem.tasks) or aim == "cost":
            least = _least(state, found, held, windows, aim)
            if found.infeasible or found.best is None:
                break
            found.bounds[aim] = least
            held[aim] = costs(problem, found.best)[aim]
            if "windows" not in found.bounds:
                windows = max(windows, costs(problem, found.best)["windows"])
            found.optimal = found.optimal and least == held[aim]
    if found.best is None:
        found.optimal = False
    return found


@dataclass
class _Search:
    problem: Problem
    shape: Topology
    cuts: dict[Cut, None]
    effort: Effort
    least_windows: int


def _least(state: _Search, found: Found, held: Mapping[str, int], windows: int, aim: str) -> int:
    """Make one aim as small as can be; what it cannot be below is handed back."""
    problem = state.problem
    # Whatever the order, it is at least what options alone come to; mostly an order then attains just that.
    relaxed = Model(problem, 1, (), ordered=False)
    relaxed.hold(held)
    relaxed.model.minimize(relaxed.aim(aim))
    status, solver = solve(relaxed.model, state.effort, most=state.effort.left * SHARE)
    if status == "INFEASIBLE":
        found.infeasible, found.best = True, None
        return 0
    least = round(solver.best_objective_bound) if status in ("OPTIMAL", "FEASIBLE") else 0
    if found.best is not None and costs(problem, found.best)[aim] <= least and _meets(problem, found.best, held):
        return least
    told, tried = _attain(state, {**held, aim: least}, windows)
    if told == "INFEASIBLE" and windows < problem.windows and "windows" not in found.bounds:
        windows = problem.windows  # a known plan had fewer windows, but it may not be one of these
        told, tried = _attain(state, {**held, aim: least}, windows)
    if tried is not None:
        found.best = tried
        return least
    if told != "INFEASIBLE":
        return least
    return max(least, _minimise(state, found, {aim: 1}, held, windows))


def _meets(problem: Problem, assignment: Assignment, held: Mapping[str, int]) -> bool:
    told = costs(problem, assignment)
    return all(told[aim] <= most for aim, most in held.items())


def _fewest(state: _Search, found: Found, held: Mapping[str, int], windows: int) -> int:
    """One window fewer each time until none is possible; what is proven to be needed is handed back."""
    problem, least = state.problem, state.least_windows
    if found.best is None or not _meets(problem, found.best, held):
        status, tried = _attain(state, held, problem.windows)
        if tried is None:
            if status == "INFEASIBLE":
                found.infeasible = True
            found.best = None if found.infeasible else found.best
            return least
        found.best = tried
    while (used := costs(problem, found.best)["windows"]) > least and not state.effort.over:
        status, tried = _attain(state, held, used - 1)
        if tried is None:
            return used if status == "INFEASIBLE" else least
        found.best = tried
    return min(least, used)


def _attain(state: _Search, held: Mapping[str, int], windows: int) -> tuple[str, dict[str, int] | None]:
    """A plan within so many windows that keeps what is held, or INFEASIBLE, or UNKNOWN where work ran out."""
    model = Model(state.problem, windows, state.cuts)
    model.hold(held)
    while not state.effort.over:
        status, solver = solve(model.model, state.effort, most=state.effort.left * SHARE)
        if status not in ("OPTIMAL", "FEASIBLE"):
            return status, None
        tried = model.read(solver)
        new = [cut for cut in broken(state.problem, tried, state.shape) if cut not in state.cuts]
        if not new:
            return status, tried
        state.cuts.update(dict.fromkeys(new))
        model.keep(new)
    return "UNKNOWN", None


def _minimise(state: _Search, found: Found, weights: Mapping[str, int], held: Mapping[str, int], windows: int) -> int:
    """The plan with the least sum, options and order at once; the sum's bound is handed back."""
    problem = state.problem
    model = Model(problem, windows, state.cuts)
    model.hold(held)
    model.model.minimize(sum(weight * model.aim(aim) for aim, weight in sorted(weights.items())))
    bound = 0
    while not state.effort.over:
        status, solver = solve(model.model, state.effort, most=state.effort.left * SHARE)
        if status == "INFEASIBLE":
            found.infeasible, found.best = True, None
            return 0
        if status == "UNKNOWN":
            break
        bound = max(bound, round(solver.best_objective_bound))
        tried = model.read(solver)
        new = [cut for cut in broken(problem, tried, state.shape) if cut not in state.cuts]
        if not new:
            if (
                found.best is None
                or _sum(problem, tried, weights) <= _sum(problem, found.best, weights)
                or not _meets(problem, found.best, held)
            ):
                found.best = tried
            found.optimal = status == "OPTIMAL"
            if status == "OPTIMAL":
                return _sum(problem, tried, weights)
            break
        state.cuts.update(dict.fromkeys(new))
        model.keep(new)
    found.optimal = False
    return bound


def _sum(problem: Problem, assignment: Assignment, weights: Mapping[str, int]) -> int:
    told = costs(problem, assignment)
    return sum(weight * told[aim] for aim, weight in weights.items())


def relaxed_choice(problem: Problem, aims: Sequence[str], effort: Effort) -> frozenset[str] | None:
    """The tasks that are best by the aims whatever their order; None where none is found."""
    held: dict[str, int] = {}
    picked: frozenset[str] | None = None
    for aim in aims:
        model = Model(problem, 1, (), ordered=False)
        model.hold(held)
        model.model.minimize(model.aim(aim))
        status, solver = solve(model.model, effort, most=effort.left * SHARE)
        if status not in ("OPTIMAL", "FEASIBLE"):
            break
        picked = frozenset(model.read(solver))
        held[aim] = round(solver.objective_value)
    return picked


def within(problem: Problem, effort: Effort, *, most: float) -> dict[str, int] | None:
    """Tasks put into the problem's windows with little effort; None where that was not enough, which proves nothing."""
    shape, own = Topology(problem), {edge for task in problem.tasks for edge in task.down}
    cuts = dict.fromkeys(cut for cut in problem.cuts if own & set(cut.edges))
    model = Model(problem, problem.windows, cuts)
    until = effort.left - most
    while effort.left > max(until, 0) and not effort.over:
        status, solver = solve(model.model, effort, most=effort.left - max(until, 0))
        if status not in ("OPTIMAL", "FEASIBLE"):
            return None
        tried = model.read(solver)
        new = [cut for cut in broken(problem, tried, shape) if cut not in cuts]
        if not new:
            return tried
        cuts.update(dict.fromkeys(new))
        model.keep(new)
    return None


def attainable(problem: Problem, effort: Effort, *, most: float) -> bool | None:
    """Whether there is any plan at all: yes, proven not, or None where this effort did not tell."""
    if next(impossible(problem), None):
        return False
    own = Effort(min(most, effort.left), effort.seed, effort.stop)
    shape = Topology(problem)
    state = _Search(problem, shape, dict.fromkeys((*problem.cuts, *pairs_that_cut(problem, shape))), own, 1)
    status, tried = _attain(state, {}, problem.windows)
    effort.left -= most - own.left if own.left < most else 0
    return True if tried is not None else False if status == "INFEASIBLE" else None


def cheapest(problem: Problem, effort: Effort) -> int | None:
    """The least that any plan costs; None where that is not told."""
    found = search(problem, (("cost", 1),), effort)
    return costs(problem, found.best)["cost"] if found.best is not None and found.optimal else None
