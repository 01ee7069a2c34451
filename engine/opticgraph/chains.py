"""Empty windows by moving their work into others, where need be along chains: one task makes room for another.

With the sites of every window as they are, who goes where is a flow; a chain is a path on which one more task flows.
Moves are counted, not timed, so that the same plan comes out each time.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Mapping

from .continuity import Topology, cuts_of
from .problem import Cut, Problem, Task, is_kept

__all__ = ["emptied"]

LOOKS = 400_000  # windows looked at, over all chains


def emptied(problem: Problem, assignment: Mapping[str, int], fixed: frozenset[str], least: int) -> dict[str, int]:
    """The same work in fewer windows, as far as chains lead; tasks that are fixed stay where they are."""
    return _Windows(problem, assignment, fixed).run(least)


class _Windows:
    """What is done in each window. It keeps an invariant: no window breaks a limit of its own."""

    def __init__(self, problem: Problem, assignment: Mapping[str, int], fixed: frozenset[str]) -> None:
        self.problem, self.shape, self.fixed = problem, Topology(problem), fixed
        self.window = dict(assignment)
        self.tasks: dict[int, set[str]] = {}
        self.at_site: dict[int, Counter[str]] = {}
        self.near: dict[str, set[int]] = defaultdict(set)
        self.roomy: set[int] = set()  # windows with so few sites that a link between two others could come
        self._lay_out()
        self.rates = {name: edge.gbps for name, edge in problem.edges.items()}
        self.cuts: dict[str, list[Cut]] = defaultdict(list)
        for cut in problem.cuts:
            for edge in cut.edges:
                self.cuts[edge].append(cut)
        self.looks = LOOKS
        self.held = {target for several in problem.together for target in several}

    def run(self, least: int) -> dict[str, int]:
        open_ = sorted(self.tasks, key=lambda window: (self._load(window), window))
        for window in open_:
            if len(self.tasks) <= least or self.looks <= 0:
                break
            if window in self.tasks and not self.tasks[window] & self.fixed:
                self._empty(window)
        place = {window: nth for nth, window in enumerate(sorted(self.tasks))}
        return {name: place[window] for name, window in sorted(self.window.items())}

    def _empty(self, window: int) -> None:
        before = dict(self.window)
        names = sorted(self.tasks[window])
        for name in names:
            self._leave(name, window)
        del self.tasks[window], self.at_site[window]
        self.roomy.discard(window)
        for name in names:
            if not self._put(name):
                self.window = before
                self._lay_out()
                return

    def _lay_out(self) -> None:
        self.tasks, self.at_site = defaultdict(set), defaultdict(Counter)
        self.near, self.roomy = defaultdict(set), set()
        for name, window in self.window.items():
            self._enter(name, window)

    def _enter(self, name: str, window: int) -> None:
        self.tasks[window].add(name)
        self.window[name] = window
        for site in self.problem.by_name[name].sites:
            self.at_site[window][site] += 1
            self.near[site].add(window)
        self._mark(window)

    def _leave(self, name: str, window: int) -> None:
        self.tasks[window].discard(name)
        for site in self.problem.by_name[name].sites:
            self.at_site[window][site] -= 1
            if not self.at_site[window][site]:
                del self.at_site[window][site]
                self.near[site].discard(window)
        self._mark(window)

    def _mark(self, window: int) -> None:
        most = self.problem.sites
        if most is None or len(self.at_site[window]) <= most - 2:
            self.roomy.add(window)
        else:
            self.roomy.discard(window)

    def _put(self, name: str) -> bool:
        """Find a window for a task, where need be by moving others on: the shortest chain there is."""
        came: dict[int, tuple[str, int | None]] = {}  # window -> who comes, and from where
        queue: deque[tuple[str, int | None]] = deque([(name, None)])
        tried: set[str] = {name}
        while queue and self.looks > 0:
            comer, origin = queue.popleft()
            near = self.roomy.union(*(self.near[site] for site in self.problem.by_name[comer].sites))
            for window in sorted(near):
                self.looks -= 1
                if window == origin or window in came or not self._might(comer, window):
                    continue
                if self._fits(comer, window, None):
                    self._move(comer, window, origin, came)
                    return True
                leaving = [other for other in sorted(self.tasks[window]) if self._moves(other) and other not in tried]
                room = [other for other in leaving if self._fits(comer, window, other)]
                if room:
                    came[window] = (comer, origin)
                    kinds: set[tuple[str, ...]] = set()
                    for other in room:  # of those between the same sites one is as good as another
                        if (sites := self.problem.by_name[other].sites) not in kinds:
                            kinds.add(sites)
                            tried.add(other)
                            queue.append((other, window))
        return False

    def _move(self, comer: str, window: int, origin: int | None, came: Mapping[int, tuple[str, int | None]]) -> None:
        self._enter(comer, window)
        while origin is not None:
            self._leave(comer, origin)
            comer, before = came[origin]
            self._enter(comer, origin)
            origin = before

    def _moves(self, name: str) -> bool:
        return name not in self.fixed and not self.held & set(self.problem.by_name[name].covers)

    def _might(self, name: str, window: int) -> bool:
        """Whether its sites might be worked at then."""
        sites = set(self.at_site[window])
        own = set(self.problem.by_name[name].sites)
        return self.problem.sites is None or len(sites | own) <= self.problem.sites + (len(own - sites) <= 1)

    def _load(self, window: int) -> int:
        return sum(self.problem.by_name[name].hands for name in self.tasks[window])

    def _fits(self, name: str, window: int, leaving: str | None) -> bool:
        problem = self.problem
        own = problem.by_name[name]
        others = [problem.by_name[other] for other in self.tasks[window] if other != leaving]
        if problem.hands is not None and own.hands + sum(task.hands for task in others) > problem.hands:
            return False
        minutes = own.minutes + sum(task.minutes for task in others)
        if problem.minutes is not None and minutes > problem.minutes:
            return False
        sites = {site for task in others for site in task.sites}
        if problem.sites is not None and len(sites | set(own.sites)) > problem.sites:
            return False
        if problem.hands_a_site is not None:
            for site in own.sites:
                if own.hands + sum(task.hands for task in others if site in task.sites) > problem.hands_a_site:
                    return False
        return self._stays_up(own, others)

    def _stays_up(self, own: Task, others: list[Task]) -> bool:
        down = frozenset(edge for task in (own, *others) for edge in task.down)
        off = frozenset(end for task in (own, *others) for end in task.off)
        if any(not is_kept(cut, down, self.rates, off) for edge in own.down for cut in self.cuts[edge]):
            return False
        if self.problem.services or self.problem.survive or off:
            return next(cuts_of(self.problem, self.shape, down, self.rates, off), None) is None
        ends = [self.problem.edges[edge] for edge in own.down]
        needed = [self.shape.required[each.a] == self.shape.required[each.b] for each in ends]
        return all(
            not need or self.shape.joined(edge, down, self.rates) for edge, need in zip(own.down, needed, strict=True)
        )
