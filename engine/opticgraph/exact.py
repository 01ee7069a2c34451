"""Choose and order up to about a hundred tasks with CP-SAT: options and windows in one model, cuts as they are found.

First what costs least whatever the order; then windows, one fewer each time; then the other aims. Cuts that a solution
breaks are added and it is solved again, so that each clean pass is a plan (docs/decisions/0020-plan-model.md).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .continuity import Topology, broken, pairs_that_cut
from .counting import impossible
from .problem import Assignment, Cut, Problem, costs
from .solving import Effort, solve

if TYPE_CHECKING:
    pass

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
    relaxed = _Model(problem, 1, (), ordered=False)
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
    model = _Model(state.problem, windows, state.cuts)
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
    model = _Model(problem, windows, state.cuts)
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


class _Model:
    """A problem as CP-SAT variables: x[task, window] is whether it is done then; not ordered, all is one window."""

    def __init__(self, problem: Problem, windows: int, cuts: Sequence[Cut] | Mapping[Cut, None], ordered: bool = True):
        from ortools.sat.python import cp_model

        self.problem, self.model = problem, cp_model.CpModel()
        self.windows = range(windows)
        self.ordered = ordered
        self.x: dict[str, dict[int, Any]] = {
            task.name: {
                window: self.model.new_bool_var("") for window in self.windows if not ordered or task.may(window)
            }
            for task in problem.tasks
        }
        self.done = {name: sum(each.values()) for name, each in self.x.items()}
        self._carries: dict[tuple[str, int, str], Any] = {}
        self._by_edge: dict[str, list[str]] = defaultdict(list)
        self._by_end: dict[str, list[str]] = defaultdict(list)
        self._by_rate: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for task in problem.tasks:
            for edge in task.down:
                self._by_edge[edge].append(task.name)
            for end in task.off:
                self._by_end[end].append(task.name)
            for edge, rate in task.rates:
                self._by_rate[edge].append((task.name, rate))
        self._settle()
        self._bought = self._pools()
        if problem.budget is not None:
            self.model.add(self.aim("cost") <= problem.budget)
        if ordered:
            self._windows()
            self.keep(cuts)

    def aim(self, name: str) -> Any:
        """What a plan comes to by one aim, as an expression."""
        if name == "windows":
            last = self.model.new_int_var(0, len(self.windows), "")
            for each in self.x.values():
                for window, done in each.items():
                    self.model.add(last >= (window + 1) * done)
            return last
        told = [task.costs.get(name, 0) * self.done[task.name] for task in self.problem.tasks]
        if name == "cost":
            told += [(self.problem.pools[pool].price or 0) * count for pool, count in self._bought.items()]
        return sum(told)  # in one go: these expressions change in place when another is added to one

    def hold(self, held: Mapping[str, int]) -> None:
        """Let aims be no more than this."""
        for name, most in held.items():
            self.model.add(self.aim(name) <= most)

    def keep(self, cuts: Sequence[Cut] | Mapping[Cut, None]) -> None:
        """Hold every window to these cuts."""
        for cut in cuts:
            for window in self.windows:
                self._keep(cut, window)

    def read(self, solver: Any) -> dict[str, int]:
        """The assignment that was found."""
        return {
            name: window
            for name, each in sorted(self.x.items())
            for window, done in each.items()
            if solver.boolean_value(done)
        }

    def _settle(self) -> None:
        for tasks in self.problem.settling.values():
            self.model.add(sum(self.done[task.name] for task in tasks) == 1)
        waiting: dict[str, list[Any]] = defaultdict(list)
        for task in self.problem.tasks:
            if not task.covers:
                self.model.add(self.done[task.name] <= 1)
            for before, same in (*((name, 0) for name in task.after), *((name, 1) for name in task.follows)):
                waiting[before].append(self.done[task.name])
                if not self.ordered:
                    self.model.add(self.done[task.name] <= self.done[before])
                    continue
                for window, done in self.x[task.name].items():
                    earlier = [each for at, each in self.x[before].items() if at < window + same]
                    self.model.add(done <= sum(earlier))
        for task in self.problem.tasks:
            if not task.covers:
                self.model.add(self.done[task.name] <= sum(waiting[task.name]))

    def _windows(self) -> None:
        problem = self.problem
        for window in self.windows:
            tasks = [(task, self.x[task.name][window]) for task in problem.tasks if window in self.x[task.name]]
            if problem.hands is not None:
                self.model.add(sum(task.hands * done for task, done in tasks) <= problem.hands)
            if problem.minutes is not None:
                self.model.add(sum(task.minutes * done for task, done in tasks) <= problem.minutes)
            at_site: dict[str, list[tuple[int, Any]]] = defaultdict(list)
            for task, done in tasks:
                for site in task.sites:
                    at_site[site].append((task.hands, done))
            if problem.hands_a_site is not None:
                for each in at_site.values():
                    self.model.add(sum(hands * done for hands, done in each) <= problem.hands_a_site)
            if problem.sites is not None:
                open_ = {site: self.model.new_bool_var("") for site in sorted(at_site)}
                for site, each in sorted(at_site.items()):
                    for _, done in each:
                        self.model.add_implication(done, open_[site])
                self.model.add(sum(open_.values()) <= problem.sites)
        for several in problem.together:
            first, *others = ([task.name for task in problem.settling[target]] for target in several)
            for other in others:
                for window in self.windows:
                    self.model.add(self._sum(first, window) == self._sum(other, window))

    def _sum(self, names: Sequence[str], window: int) -> Any:
        return sum(self.x[name][window] for name in dict.fromkeys(names) if window in self.x[name])

    def _pools(self) -> dict[str, Any]:
        taken: dict[str, list[tuple[str, int]]] = defaultdict(list)
        given: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for task in self.problem.tasks:
            for name, count in task.takes:
                taken[name].append((task.name, count))
            for name, count in task.gives:
                given[name].append((task.name, count))
        bought = {}
        for name, uses in sorted(taken.items()):
            pool = self.problem.pools[name]
            most = sum(count for _, count in uses)
            buy: Any = 0
            if pool.price is not None:
                buy = bought[name] = self.model.new_int_var(0, most, "")
            elif most <= pool.stock:
                continue
            if not self.ordered:
                freed = sum(count * self.done[task] for task, count in given[name])
                self.model.add(sum(count * self.done[task] for task, count in uses) <= pool.stock + freed + buy)
                continue
            for window in self.windows:
                used = [count * each for task, count in uses for at, each in self.x[task].items() if at <= window]
                freed = [
                    count * each
                    for task, count in given[name]
                    for at, each in self.x[task].items()
                    if self.problem.usable(at) <= window
                ]
                there = buy if window >= pool.arrives else 0
                if used:
                    self.model.add(sum(used) <= pool.stock + sum(freed) + there)
        return bought

    def _keep(self, cut: Cut, window: int) -> None:
        told: list[Any] = []
        for edge in dict.fromkeys(cut.edges):
            told.append(self._carried(edge, window, cut.measure))
        eased = dict(cut.eased)
        told += [
            eased[end] * self.x[name][window]
            for end, names in sorted(self._by_end.items())
            if end in eased
            for name in names
            if window in self.x[name]
        ]
        self.model.add(sum(told) >= cut.least)

    def _carried(self, edge: str, window: int, measure: str) -> Any:
        """What an edge carries while a window is open, in Gb/s, or whether it is up, as an expression."""
        key = edge, window, measure
        if key in self._carries:
            return self._carries[key]

        def counted(rate: int) -> int:
            return rate if measure == "gbps" else int(rate > 0)

        today = self.problem.edges[edge].gbps
        downs = [name for name in dict.fromkeys(self._by_edge[edge]) if window in self.x[name]]
        changes = self._by_rate.get(edge, [])
        before: Any = counted(today) + sum(
            (counted(rate) - counted(today)) * done
            for name, rate in changes
            for at, done in self.x[name].items()
            if at < window and rate != today
        )
        names = dict.fromkeys((*downs, *(name for name, _ in changes)))
        covers = [set(self.problem.by_name[name].covers) for name in names]
        if not downs:
            told = before
        elif len(names) == 1 or set.intersection(*covers):  # only one of them is done: what it takes down is of today
            told = before - counted(today) * sum(self.x[name][window] for name in downs)
        else:
            most = max(counted(today), *(counted(rate) for _, rate in changes), 0)
            told = self.model.new_int_var(0, most, "")
            self.model.add(told <= before)
            for name in downs:
                self.model.add(told <= most * (1 - self.x[name][window]))
        self._carries[key] = told
        return told


def relaxed_choice(problem: Problem, aims: Sequence[str], effort: Effort) -> frozenset[str] | None:
    """The tasks that are best by the aims whatever their order; None where none is found."""
    held: dict[str, int] = {}
    picked: frozenset[str] | None = None
    for aim in aims:
        model = _Model(problem, 1, (), ordered=False)
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
    model = _Model(problem, problem.windows, cuts)
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
