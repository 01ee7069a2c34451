"""A problem as a CP-SAT model: which task is done in which window, under its limits and under cuts that are added."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from .problem import Cut, Problem

__all__ = ["Model"]


class Model:
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
