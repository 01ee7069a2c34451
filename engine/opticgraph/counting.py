"""Windows that no plan can do without, told by counting: before any search, and the same after it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import ceil, comb

from .continuity import Topology, pairs_that_cut
from .problem import Cut, Problem, Task

__all__ = ["Bound", "bounds", "impossible", "least_windows"]

Bound = tuple[int, str, str]  # windows, the limit that asks for them, and why in words


def least_windows(problem: Problem) -> Bound:
    """The highest of all bounds."""
    return max(bounds(problem), key=lambda bound: bound[0], default=(0, "", "nothing is to be done"))


def bounds(problem: Problem, shape: Topology | None = None) -> Iterator[Bound]:
    """Each limit with the windows that it alone asks for."""
    settling = {target: tasks for target, tasks in problem.settling.items() if tasks}
    if not settling:
        return
    yield 1, "", "something is to be done"
    if problem.hands is not None:
        total = sum((_share(tasks) for tasks in settling.values()), Fraction(0))
        yield ceil(total / problem.hands), "hands", f"{_said(total)} changes, {problem.hands} hands a window"
    if problem.minutes:
        # a change may be a part of one that settles several targets
        work = sum((min(Fraction(t.minutes, len(t.covers)) for t in tasks) for tasks in settling.values()), Fraction(0))
        yield ceil(work / problem.minutes), "minutes", f"{_said(work)} minutes of work, {problem.minutes} a window"
    yield from _of_sites(problem, settling)
    for cut in dict.fromkeys((*problem.cuts, *pairs_that_cut(problem, shape or Topology(problem)))):
        yield from _of_cut(problem, settling, cut)
    if any(all(task.after for task in tasks) for tasks in settling.values()):
        yield 2, "order", "a host has to be in place before its modules"


def impossible(problem: Problem) -> Iterator[tuple[str, str]]:
    """Targets that no window can settle by itself, with what is in the way: the limit, and words."""
    cuts = [cut for cut in (*problem.cuts, *pairs_that_cut(problem, Topology(problem))) if cut.measure == "links"]
    by_edge: dict[str, list[Cut]] = defaultdict(list)
    for cut in cuts:
        for edge in cut.edges:
            by_edge[edge].append(cut)
    for target, tasks in problem.settling.items():
        if not tasks:
            yield "options", f"{target} has no option that works"
            continue
        reasons = [reason for task in tasks if (reason := _alone(problem, task, by_edge))]
        if len(reasons) == len(tasks):
            yield reasons[0]


def _alone(problem: Problem, task: Task, by_edge: dict[str, list[Cut]]) -> tuple[str, str] | None:
    """Why a task cannot be done in a window of its own."""
    if problem.sites is not None and len(task.sites) > problem.sites:
        said = f"{task.name} takes hands at {' and '.join(task.sites)}, and a window has {problem.sites} site"
        return "sites", said
    if problem.hands is not None and task.hands > problem.hands:
        return "hands", f"{task.name} takes {task.hands} hands, and a window has {problem.hands}"
    if problem.minutes is not None and task.minutes > problem.minutes:
        return "minutes", f"{task.name} takes {task.minutes} minutes, and a window has {problem.minutes} for work"
    if task.windows is not None and not any(window < problem.windows for window in task.windows):
        return "windows", f"no window is late enough for its parts, or early enough for its day: {task.name}"
    for edge in task.down:
        for cut in by_edge.get(edge, ()):
            up = {name for name in cut.edges if problem.edges[name].gbps > 0}
            if len(up - set(task.down)) < cut.asked(problem.offs):
                return "continuity", cut.why
    return None


def _share(tasks: Sequence[Task]) -> Fraction:
    """The least part of a change that settling one target takes."""
    return min(Fraction(task.hands, len(task.covers)) for task in tasks)


def _said(total: Fraction) -> str:
    return str(ceil(total))


def _of_sites(problem: Problem, settling: dict[str, Sequence[Task]]) -> Iterator[Bound]:
    at_site: dict[str, Fraction] = defaultdict(Fraction)
    near: dict[str, set[str]] = defaultdict(set)
    pairs: set[frozenset[str]] = set()
    for tasks in settling.values():
        shared = set.intersection(*(set(task.sites) for task in tasks))
        for site in shared:
            at_site[site] += _share(tasks)
            near[site] |= shared - {site}
        if len(shared) > 1:
            pairs.add(frozenset(shared))
    most = min((each for each in (problem.hands, problem.hands_a_site) if each is not None), default=None)
    visits = {site: ceil(load / most) if most else 1 for site, load in at_site.items()}
    if problem.sites is not None and problem.sites > 1:
        for site, others in near.items():
            visits[site] = max(visits[site], ceil(len(others) / (problem.sites - 1)))
    if visits:
        site = min(visits, key=lambda site: (-visits[site], site))
        yield visits[site], "sites", f"{_said(at_site[site])} changes at {site}, which takes {visits[site]} windows"
    if problem.sites is None:
        return
    total = sum(visits.values())
    yield ceil(total / problem.sites), "sites", f"{total} visits of sites, {problem.sites} sites a window"
    if pairs and problem.sites > 1 and all(len(pair) == 2 for pair in pairs):
        possible = comb(problem.sites, 2)
        yield ceil(len(pairs) / possible), "sites", f"{len(pairs)} pairs of sites, {possible} in one window"


def _of_cut(problem: Problem, settling: dict[str, Sequence[Task]], cut: Cut) -> Iterator[Bound]:
    if cut.measure != "links":
        return
    own = {name for name in cut.edges if problem.edges[name].gbps > 0}
    spare = len(own) - cut.asked(problem.offs)
    total = sum(
        (min(Fraction(len(own & set(task.down)), len(task.covers)) for task in tasks) for tasks in settling.values()),
        Fraction(0),
    )
    if spare > 0 and total:
        yield ceil(total / spare), "continuity", f"{_said(total)} links to be down, {spare} of them at once: {cut.why}"
