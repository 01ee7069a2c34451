"""Why there is no plan: by arithmetic first, then the smallest set of limits that cannot hold together, by leaving out.

What a search could not settle is never called impossible.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from .counting import bounds, impossible
from .exact import attainable
from .pieces import MILLI, POWER
from .planned import Collision
from .problem import Pool, Problem
from .solving import Effort

__all__ = ["collisions_of"]

FEW = 60  # tasks up to which sets of limits are searched
TRIED = 3.0  # deterministic seconds for one set of limits


@dataclass(frozen=True)
class _Limit:
    """A limit that can be lifted: its name, words, and the problem without it."""

    name: str
    words: str
    lifted: Callable[[Problem], Problem]


def collisions_of(problem: Problem, effort: Effort) -> tuple[Collision, ...]:
    """What collides, in words, with ways out; empty where nothing is proven."""
    told = [Collision((limit,), words, tuple(_way_out(limit))) for limit, words in dict.fromkeys(impossible(problem))]
    if told:
        return tuple(told)
    for count, limit, words in sorted(bounds(problem), key=lambda bound: -bound[0]):
        if count > problem.windows:
            ways = tuple(_relaxed(problem, {"windows", limit}, effort)) or (f"{count} windows or more",)
            said = f"{words}: that takes {count} windows, and there are {problem.windows}"
            return (Collision(tuple(sorted({"windows", limit})), said, ways),)
    if len(problem.tasks) > FEW:
        return ()
    core = _core(problem, effort)
    if core is None:
        return ()
    words = "; ".join(limit.words for limit in core)
    ways = tuple(_relaxed(problem, {limit.name for limit in core}, effort))
    return (Collision(tuple(limit.name for limit in core), f"these cannot hold together: {words}", ways),)


def _way_out(limit: str) -> Iterator[str]:
    yield {
        "continuity": "let the link be down (may_be_down), or give it spare fibres and free cages at both ends",
        "sites": "let hands be at one more site in a window (windows.sites)",
        "hands": "more hands in a window (windows.hands)",
        "windows": "a later day, or more windows",
        "minutes": "longer windows (windows.minutes)",
    }.get(limit, "an option that works")


def _limits(problem: Problem) -> Iterator[_Limit]:
    if problem.windows < _at_most(problem):
        yield _Limit("windows", f"{problem.windows} windows", _more_windows)
    for name, value, words in (
        ("hands", problem.hands, "{} hands a window"),
        ("hands_a_site", problem.hands_a_site, "{} hands at one site"),
        ("sites", problem.sites, "{} sites a window"),
        ("minutes", problem.minutes, "{} minutes for work in a window"),
    ):
        if value is not None:
            yield _Limit(name, words.format(value), partial(_apart, name, None))
    if problem.budget is not None:
        yield _Limit("budget", f"a budget of {problem.budget / 1000:g}", partial(_without, budget=None))
    if any(task.windows is not None for task in problem.tasks):
        yield _Limit("by", "days by which links are wanted", partial(_freed, windows=None))
    if any(task.after or task.follows for task in problem.tasks):
        yield _Limit("order", "hosts before their modules", partial(_freed, after=(), follows=()))
    for several in problem.together:
        yield _Limit("together", f"{', '.join(several)} change together", partial(_apart, "together", several))
    for cut in problem.cuts:
        yield _Limit("continuity", cut.why, partial(_apart, "cuts", cut))
    for service in problem.services:
        words = f"{service[3]} keeps {service[2]} Gb/s from {service[0]} to {service[1]}"
        yield _Limit("service", words, partial(_apart, "services", service))
    if problem.survive:
        yield _Limit("survive_failure", "one further failure survives", partial(_without, survive=()))
    if set(problem.edges) - problem.may_be_down:
        yield _Limit("nothing-cut-off", "nothing is cut off", partial(_without, may_be_down=frozenset(problem.edges)))
    for name, pool in sorted(problem.pools.items()):
        if pool.price is None:
            limit = "stock" if name.startswith("part ") else "room"
            yield _Limit(limit, _there(pool), partial(_plenty, name=name))
        elif pool.arrives:
            yield _Limit("lead", f"{name} comes for window {pool.arrives + 1}", partial(_plenty, name=name))


def _there(pool: Pool) -> str:
    """How much of a pool there is, in words: `13 W more for the modules of spine1`, `2 x part QDD-400G-FR4-S`."""
    if pool.name.startswith(POWER):
        return f"{pool.stock / MILLI:g} W more for the modules of {pool.name.removeprefix(POWER)}"
    return f"{pool.stock} x {pool.name}"


def _more_windows(problem: Problem) -> Problem:
    return replace(problem, windows=_at_most(problem) + 1, usable_from=())


def _at_most(problem: Problem) -> int:
    """Windows beyond which more are of no use: one for each target, and for each task that others need."""
    return len(problem.targets) + sum(not task.covers for task in problem.tasks)


def _without(problem: Problem, **values: Any) -> Problem:
    return replace(problem, **values)


def _freed(problem: Problem, **values: Any) -> Problem:
    return replace(problem, tasks=tuple(replace(task, **values) for task in problem.tasks))


def _apart(field: str, one: object, problem: Problem) -> Problem:
    """Without one of several, or without the limit where there is but one."""
    value: Any = None if one is None else tuple(other for other in getattr(problem, field) if other != one)
    return _without(problem, **{field: value})


def _plenty(problem: Problem, *, name: str) -> Problem:
    pool = replace(problem.pools[name], price=problem.pools[name].price or 0, arrives=0)
    return replace(problem, pools={**problem.pools, name: pool})


def _core(problem: Problem, effort: Effort) -> list[_Limit] | None:
    """Limits none of which can be spared: each is left out in turn, and put back if that makes a plan possible."""
    if attainable(problem, effort, most=TRIED) is not False:
        return None
    kept = list(_limits(problem))
    without = problem
    for limit in list(kept):
        lifted = limit.lifted(without)
        if attainable(lifted, effort, most=TRIED) is False:
            without = lifted
            kept.remove(limit)
    return kept


def _relaxed(problem: Problem, limits: set[str], effort: Effort) -> Iterator[str]:
    """Of each limit that is a number the nearest one with which there is a plan."""
    tries: dict[str, tuple[int | None, Callable[[int], Problem], str]] = {
        "windows": (problem.windows, lambda n: replace(problem, windows=n, usable_from=()), "{} windows"),
        "hands": (problem.hands, lambda n: replace(problem, hands=n), "{} hands a window"),
        "sites": (problem.sites, lambda n: replace(problem, sites=n), "{} sites a window"),
        "hands_a_site": (problem.hands_a_site, lambda n: replace(problem, hands_a_site=n), "{} hands at one site"),
    }
    for name in sorted(limits & tries.keys()):
        now, make, words = tries[name]
        if now is None or len(problem.tasks) > FEW:
            continue
        for more in range(now + 1, now + 1 + len(problem.targets)):
            tried = make(more)
            if attainable(tried, effort, most=TRIED):
                yield words.format(more)
                break
    if "budget" in limits and problem.budget is not None:
        from .exact import cheapest

        least = cheapest(replace(problem, budget=None), effort)
        if least is not None:
            yield f"a budget of {least / 1000:g}"
