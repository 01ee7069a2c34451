"""A migration as a scheduler sees it: tasks that settle targets, in windows, under limits; no device, no optics.

An assignment is task name -> window, from 0. `faults` says in words what an assignment breaks, and nothing else decides
what a plan is: the exact search, the greedy one and the brute force of the tests are all held against it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

__all__ = [
    "Assignment",
    "Cut",
    "Edge",
    "Flow",
    "Pool",
    "Problem",
    "Task",
    "costs",
    "counted_once",
    "faults",
    "flows",
    "is_kept",
    "limits_broken",
]

Assignment = Mapping[str, int]


@dataclass(frozen=True, order=True)
class Edge:
    """A link that carries traffic today: between what, and how much."""

    a: str
    b: str
    gbps: int


@dataclass(frozen=True)
class Task:
    """Something done in one window.

    covers     targets that it settles; a task that covers none is done only if another one needs it
    down       edges that carry nothing while it is done
    off        ends of edges that are out of service themselves while it is done; all their edges are down then
    after      tasks that must have been done in earlier windows
    follows    tasks that must have been done in earlier windows, or are done in the same one
    takes      of pools, and gives to them; rates that edges have once it is done, 0 for none at all
    windows    in which it may be done; None is any
    minutes    that it takes; what is done in one window is done one after another
    costs      by aim, in whole units
    """

    name: str
    covers: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    down: tuple[str, ...] = ()
    off: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()
    takes: tuple[tuple[str, int], ...] = ()
    gives: tuple[tuple[str, int], ...] = ()
    rates: tuple[tuple[str, int], ...] = ()
    windows: frozenset[int] | None = None
    hands: int = 1
    minutes: int = 0
    costs: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    def may(self, window: int) -> bool:
        """Whether it may be done in a window."""
        return self.windows is None or window in self.windows


@dataclass(frozen=True)
class Pool:
    """Something that tasks use up and set free: a part, a free cage of a device, spare fibres, power.

    price    of one that is bought, in whole units; None cannot be bought
    arrives  first window that may use what is bought
    """

    name: str
    stock: int = 0
    price: int | None = None
    arrives: int = 0


@dataclass(frozen=True, order=True)
class Cut:
    """What a set of edges must carry in every window: so many of them up (links), or so many Gb/s.

    eased  how much less while an end is off (Task.off): nobody asks of it to be in touch with itself
    """

    edges: tuple[str, ...]
    measure: str
    least: int
    why: str = ""
    eased: tuple[tuple[str, int], ...] = ()

    def asked(self, off: Collection[str]) -> int:
        """What it asks while some ends are off."""
        return self.least - sum(less for end, less in self.eased if end in off)


@dataclass(frozen=True)
class Problem:
    """Tasks, targets that must all be settled exactly once, and limits.

    together     targets that are settled in one window
    usable_from  of each window the first one that may use what it has set free
    survive      sets of edges each of which may fail with a window open
    may_be_down  edges whose loss alone matters to nobody
    services     a, b, floor in Gb/s, name
    """

    tasks: tuple[Task, ...]
    targets: tuple[str, ...]
    edges: Mapping[str, Edge]
    windows: int
    hands: int | None = None
    sites: int | None = None
    hands_a_site: int | None = None
    minutes: int | None = None
    cuts: tuple[Cut, ...] = ()
    services: tuple[tuple[str, str, int, str], ...] = ()
    survive: tuple[frozenset[str], ...] = ()
    may_be_down: frozenset[str] = frozenset()
    together: tuple[tuple[str, ...], ...] = ()
    pools: Mapping[str, Pool] = field(default_factory=lambda: MappingProxyType({}))
    usable_from: tuple[int, ...] = ()
    budget: int | None = None

    @cached_property
    def by_name(self) -> Mapping[str, Task]:
        """Tasks by name."""
        return {task.name: task for task in self.tasks}

    @cached_property
    def settling(self) -> Mapping[str, Sequence[Task]]:
        """Of each target the tasks that settle it."""
        found: dict[str, list[Task]] = {target: [] for target in self.targets}
        for task in self.tasks:
            for target in task.covers:
                found[target].append(task)
        return found

    @cached_property
    def offs(self) -> frozenset[str]:
        """Ends that some task puts out of service while it is done."""
        return frozenset(end for task in self.tasks for end in task.off)

    @cached_property
    def retires(self) -> frozenset[str]:
        """Edges that some task takes out for good."""
        return frozenset(edge for task in self.tasks for edge, rate in task.rates if rate <= 0)

    def usable(self, window: int) -> int:
        """The first window that may use what this one has set free."""
        return self.usable_from[window] if self.usable_from else window + 1


@dataclass(frozen=True)
class Flow:
    """A window in which something is done: which edges are down, which ends off, and what the other edges carry."""

    window: int
    down: frozenset[str]
    off: frozenset[str]
    rates: Mapping[str, int]


def flows(problem: Problem, assignment: Assignment) -> Iterator[Flow]:
    """Each window in which something is done; rates are one mapping, which changes when the next is asked for."""
    by_window = _by_window(assignment)
    rates = {name: edge.gbps for name, edge in problem.edges.items()}
    for window in sorted(by_window):
        tasks = [problem.by_name[name] for name in by_window[window]]
        down = frozenset(edge for task in tasks for edge in task.down)
        yield Flow(window, down, frozenset(end for task in tasks for end in task.off), rates)
        for task in tasks:
            rates.update(task.rates)


def is_kept(cut: Cut, down: frozenset[str], rates: Mapping[str, int], off: Collection[str] = ()) -> bool:
    """Whether a cut carries what it must while some edges are down, and some ends off."""
    up = (rates[edge] for edge in cut.edges if edge not in down)
    return (sum(up) if cut.measure == "gbps" else sum(rate > 0 for rate in up)) >= cut.asked(off)


def bought(problem: Problem, assignment: Assignment) -> dict[str, int]:
    """How many of each pool must be bought; what cannot be had at all is counted too."""
    taken: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    given: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for name, window in assignment.items():
        for pool, count in problem.by_name[name].takes:
            taken[pool][window] += count
        for pool, count in problem.by_name[name].gives:
            given[pool][problem.usable(window)] += count
    most: dict[str, int] = {}
    for pool, windows in taken.items():
        used, there = 0, problem.pools[pool].stock
        most[pool] = 0
        for window in sorted({*windows, *given[pool]}):
            there += given[pool][window]
            used += windows[window]
            most[pool] = max(most[pool], used - there)
    return most


def costs(problem: Problem, assignment: Assignment) -> dict[str, int]:
    """What an assignment comes to by aim; windows is the last one in which something is done, counted from 1."""
    told: Counter[str] = Counter({"cost": 0, "outage": 0, "power": 0, "recabling": 0})
    for name in assignment:
        told.update(problem.by_name[name].costs)
    prices = {name: pool.price or 0 for name, pool in problem.pools.items()}
    told["cost"] += sum(prices[pool] * count for pool, count in bought(problem, assignment).items())
    told["windows"] = max(assignment.values(), default=-1) + 1
    return dict(told)


def limits_broken(problem: Problem, assignment: Assignment) -> Iterator[str]:
    """What an assignment breaks apart from what must stay up, in words."""
    done = {name: problem.by_name[name] for name in assignment}
    settled = Counter(target for task in done.values() for target in task.covers)
    for target in problem.targets:
        if settled[target] != 1:
            yield f"{target} is settled {settled[target]} times"
    for name, task in done.items():
        if not 0 <= assignment[name] < problem.windows or not task.may(assignment[name]):
            yield f"{name} may not be done in window {assignment[name] + 1}"
        for before in task.after:
            if assignment.get(before, problem.windows) >= assignment[name]:
                yield f"{name} is done before {before}"
        for before in task.follows:
            if assignment.get(before, problem.windows) > assignment[name]:
                yield f"{name} is done before {before}"
    needed = {before for task in done.values() for before in (*task.after, *task.follows)}
    for name, task in done.items():
        if not task.covers and name not in needed:
            yield f"{name} is done, though nothing that is done needs it"
    for several in problem.together:
        windows = {window for name, window in assignment.items() if set(done[name].covers) & set(several)}
        if len(windows) > 1:
            yield f"{', '.join(several)} are not done together"
    for window, names in sorted(_by_window(assignment).items()):
        tasks = [done[name] for name in names]
        yield from (f"window {window + 1}: {words}" for words in _crowded(problem, tasks))
    for pool, count in sorted(bought(problem, assignment).items()):
        known = problem.pools[pool]
        if count and known.price is None:
            yield f"{count} more of {pool} are needed than there are"
    yield from _too_early(problem, assignment)
    if problem.budget is not None and (cost := costs(problem, assignment)["cost"]) > problem.budget:
        yield f"it costs {cost}, and {problem.budget} is the budget"


def _crowded(problem: Problem, tasks: Sequence[Task]) -> Iterator[str]:
    hands = sum(task.hands for task in tasks)
    if problem.hands is not None and hands > problem.hands:
        yield f"{hands} changes, {problem.hands} at most"
    minutes = sum(task.minutes for task in tasks)
    if problem.minutes is not None and minutes > problem.minutes:
        yield f"{minutes} minutes of work, {problem.minutes} at most"
    at_site: Counter[str] = Counter()
    for task in tasks:
        at_site.update(dict.fromkeys(task.sites, task.hands))
    if problem.sites is not None and len(at_site) > problem.sites:
        yield f"work at {len(at_site)} sites, {problem.sites} at most"
    if problem.hands_a_site is not None:
        for site, count in sorted(at_site.items()):
            if count > problem.hands_a_site:
                yield f"{count} changes at {site}, {problem.hands_a_site} at most"


def _too_early(problem: Problem, assignment: Assignment) -> Iterator[str]:
    """Parts that are used before what is bought of them arrives."""
    late = {name for name, pool in problem.pools.items() if pool.price is not None and pool.arrives > 0}
    if not late:
        return
    for pool in sorted(late):
        early = {name: window for name, window in assignment.items() if window < problem.pools[pool].arrives}
        if count := bought(problem, early).get(pool, 0):
            yield f"{count} of {pool} are needed before window {problem.pools[pool].arrives + 1}, when they arrive"


def faults(problem: Problem, assignment: Assignment) -> list[str]:
    """Everything that an assignment breaks, in words; empty for a plan."""
    from .continuity import broken  # it reads this module's types

    return [*limits_broken(problem, assignment), *(cut.why for cut in broken(problem, assignment))]


def counted_once(edges: Iterable[str], ends: Mapping[str, Edge], offs: Collection[str]) -> tuple[tuple[str, int], ...]:
    """Cut.eased where all edges at an end that is off count as one: of a ring, it is opened at one place."""
    at = Counter(end for name in edges for end in {ends[name].a, ends[name].b})
    return tuple((end, at[end] - 1) for end in sorted(offs) if at[end] > 1)


def _by_window(assignment: Assignment) -> dict[int, list[str]]:
    by_window: dict[int, list[str]] = defaultdict(list)
    for name, window in assignment.items():
        by_window[window].append(name)
    return by_window


def sites_of(tasks: Iterable[Task]) -> frozenset[str]:
    """Where hands are needed for tasks."""
    return frozenset(site for task in tasks for site in task.sites)
