"""Put tasks in order: exactly where they are few, greedily and repacked where they are many, with what is proven."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from .chains import emptied
from .continuity import Topology, broken, pairs_that_cut
from .counting import impossible, least_windows
from .exact import relaxed_choice, search, within
from .greedy import first_plan
from .problem import Problem, Task, limits_broken
from .solving import Effort

__all__ = ["EXACT", "Schedule", "schedule"]

EXACT = 120  # tasks up to which one model holds all of them
CELLS = 12_000  # tasks times windows of such a model
REPACKED = 6  # windows that are repacked at a time
ROUND = 0.4  # deterministic seconds of one repacking


@dataclass(frozen=True)
class Schedule:
    """An assignment, if one was found, and what is known of better ones.

    bound        windows that no plan can do without, and why
    impossible   no assignment keeps the limits, and that is proven
    """

    assignment: Mapping[str, int] | None
    bound: int
    bound_words: str
    optimal: bool
    impossible: bool


def schedule(problem: Problem, aims: Sequence[tuple[str, int]], effort: Effort, *, weighted: bool = False) -> Schedule:
    """The best order that can be found with this effort."""
    least, _, words = least_windows(problem)
    if next(impossible(problem), None) or least > problem.windows:
        return Schedule(None, least, words, False, True)
    chosen = _preferred(problem, aims, effort)
    start = first_plan(problem, chosen) if chosen else None
    if start is not None and (list(limits_broken(problem, start)) or broken(problem, start)):
        start = None  # what greed overlooked is left to the search
    if len(problem.tasks) <= EXACT and len(problem.tasks) * min(problem.windows, EXACT) <= CELLS:
        found = search(problem, aims, effort, weighted=weighted, start=start, least_windows=least)
        proven = found.bounds.get("windows", 0)
        if proven > least and aims[0][0] == "windows":
            least, words = proven, "the search found none with fewer"
        return Schedule(found.best, least, words, found.optimal, found.infeasible)
    if start is None:
        return Schedule(None, least, words, False, False)
    packed = _repacked(problem, _chained(problem, start, least), effort, least)
    return Schedule(packed, least, words, False, False)


def _preferred(problem: Problem, aims: Sequence[tuple[str, int]], effort: Effort) -> dict[str, list[str]]:
    """Of each target its tasks, what is best for the aims first; by a model where parts or money are short."""
    prices = {name: pool.price or 0 for name, pool in problem.pools.items()}
    names = [aim for aim, _ in aims if aim != "windows"]

    def rank(task: Task) -> tuple[object, ...]:
        spent = task.costs.get("cost", 0) + sum(prices[pool] * count for pool, count in task.takes)
        told = {**task.costs, "cost": spent}
        each = max(1, len(task.covers))
        return (*(told.get(aim, 0) / each for aim in names), len(task.takes), task.name)

    ranked = {target: sorted(tasks, key=rank) for target, tasks in problem.settling.items()}
    first = {task.name: task for tasks in ranked.values() for task in tasks[:1]}
    taken: dict[str, int] = defaultdict(int)
    for task in first.values():
        for pool, count in task.takes:
            taken[pool] += count
    covered = sorted(target for task in first.values() for target in task.covers)
    short = any(
        problem.pools[pool].price is None and count > problem.pools[pool].stock for pool, count in taken.items()
    )
    stocked = any(pool.price and pool.stock for pool in problem.pools.values())
    several = any(len(tasks) > 1 for tasks in ranked.values())
    if several and (covered != sorted(problem.targets) or short or stocked or problem.budget is not None):
        picked = relaxed_choice(problem, names, effort)
        if picked is not None:
            ranked = {
                target: sorted(tasks, key=lambda task: task.name not in picked) for target, tasks in ranked.items()
            }
    return {target: [task.name for task in tasks] for target, tasks in ranked.items()}


# --- repacking -----------------------------------------------------------------------------------------------------


def _repacked(problem: Problem, start: dict[str, int], effort: Effort, least: int) -> dict[str, int]:
    """Fewer windows: some that are half empty are packed into one less, as long as that works."""
    best, failed = start, set[frozenset[int]]()
    shape = Topology(problem)
    cuts = tuple(dict.fromkeys((*problem.cuts, *pairs_that_cut(problem, shape))))
    fixed = _timed(problem)
    while max(best.values(), default=-1) + 1 > least and not effort.over:
        windows = _half_empty(problem, best, fixed, failed)
        if not windows:
            break
        names = [name for name, window in best.items() if window in windows]
        part = replace(
            problem,
            tasks=tuple(problem.by_name[name] for name in names),
            targets=tuple(target for name in names for target in problem.by_name[name].covers),
            windows=len(windows) - 1,
            together=(),
            cuts=cuts,
            pools={name: replace(pool, price=0) for name, pool in problem.pools.items()},
            budget=None,
        )
        tried = within(part, effort, most=ROUND)
        failed.add(frozenset(windows))
        if tried is None:
            continue
        slots = sorted(windows)[:-1]
        moved = {**best, **{name: slots[window] for name, window in tried.items()}}
        closed = _closed(moved)
        if not list(limits_broken(problem, closed)) and not broken(problem, closed, shape):
            best, failed = closed, set()
    return best


def _chained(problem: Problem, start: dict[str, int], least: int) -> dict[str, int]:
    """The plan with as many windows emptied as chains of moves can, if it still keeps every limit."""
    moved = emptied(problem, start, _timed(problem), least)
    return start if list(limits_broken(problem, moved)) or broken(problem, moved) else moved


def _timed(problem: Problem) -> frozenset[str]:
    """Tasks that others wait for or that wait themselves: they stay in their windows."""
    waiting = {name for task in problem.tasks if task.after for name in (task.name, *task.after)}
    waiting |= {name for task in problem.tasks if task.follows for name in (task.name, *task.follows)}
    return frozenset(waiting | {task.name for task in problem.tasks if task.windows is not None})


def _half_empty(
    problem: Problem, assignment: Mapping[str, int], fixed: frozenset[str], failed: set[frozenset[int]]
) -> frozenset[int]:
    """Windows with most hands free that were not tried together yet and whose work might fit into one less."""
    load: dict[int, int] = defaultdict(int)
    for name, window in assignment.items():
        load[window] += problem.by_name[name].hands
    kept = {assignment[name] for name in fixed if name in assignment}
    hands = problem.hands if problem.hands is not None else max(load.values())
    free = sorted((window for window in load if window not in kept), key=lambda window: (load[window], window))
    for first in range(max(0, min(len(free) - REPACKED + 1, 40))):
        several = free[first : first + REPACKED]
        if sum(load[window] for window in several) <= hands * (len(several) - 1) and frozenset(several) not in failed:
            return frozenset(several)
    return frozenset()


def _closed(assignment: Mapping[str, int]) -> dict[str, int]:
    """The same order with no window left empty."""
    place = {window: nth for nth, window in enumerate(sorted(set(assignment.values())))}
    return {name: place[window] for name, window in sorted(assignment.items())}
