"""Plans of small made-up problems against brute force, which shares no code with the search but the problem itself."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from opticgraph.problem import Cut, Edge, Pool, Problem, Task, costs, faults
from opticgraph.schedule import schedule
from opticgraph.solving import Effort

AIMS = [("cost", 1), ("windows", 1), ("outage", 1), ("power", 1)]


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Up to five links between up to four devices, up to three options each, and any mix of limits."""
    nodes = draw(st.integers(2, 4))
    ends = st.tuples(st.integers(0, nodes - 1), st.integers(0, nodes - 1)).filter(lambda pair: pair[0] != pair[1])
    edges = {
        f"e{nth}": Edge(f"n{a}", f"n{b}", 100) for nth, (a, b) in enumerate(draw(st.lists(ends, min_size=1, max_size=5)))
    }
    pools = st.lists(st.sampled_from(["p", "q"]), unique=True).map(lambda names: tuple((name, 1) for name in sorted(names)))
    tasks = [
        Task(
            name=f"{link}.{nth}",
            covers=(link,),
            sites=(edge.a, edge.b),
            down=(link,) if draw(st.booleans()) else (),
            rates=((link, 400),),
            takes=draw(pools),
            gives=draw(pools),
            after=("host",) if draw(st.integers(0, 5)) == 0 else (),
            costs={"cost": draw(st.integers(0, 3)), "outage": draw(st.integers(0, 2)), "power": draw(st.integers(-2, 2))},
        )
        for link, edge in edges.items()
        for nth in range(draw(st.integers(1, 3 if len(edges) < 4 else 2)))
    ]
    tasks.append(Task("host", sites=("n0",), down=("e0",), costs={"cost": 1}))
    floor = draw(st.sampled_from([0, 100, 200]))
    names = st.sampled_from([None, 1, 5])
    return Problem(
        tasks=tuple(tasks),
        targets=tuple(edges),
        edges=edges,
        windows=draw(st.integers(1, 3)),
        hands=draw(st.sampled_from([None, 1, 2])),
        sites=draw(st.sampled_from([None, 2, 3])),
        cuts=(Cut(tuple(edges), "gbps", min(floor, 100 * len(edges)), "floor"),),
        may_be_down=frozenset(draw(st.lists(st.sampled_from(sorted(edges)), unique=True))),
        pools={
            "p": Pool("p", draw(st.integers(0, 2)), draw(names), draw(st.integers(0, 1))),
            "q": Pool("q", draw(st.integers(0, 1)), 2),
        },
        budget=draw(st.sampled_from([None, 8])),
    )


def brute(problem: Problem, aims: list[tuple[str, int]]) -> tuple[int, ...] | None:
    """The best worth of any plan, by trying them all."""
    own = {task.name: task for task in problem.tasks}
    ways = [[task.name for task in problem.tasks if link in task.covers] for link in problem.targets]
    best = None
    for picked in product(*ways):
        for windows in product(range(problem.windows), repeat=len(picked)):
            for host in (None, *range(problem.windows)):
                tried = dict(zip(picked, windows, strict=True)) | ({} if host is None else {"host": host})
                worth = _worth(problem, own, tried)
                if worth is not None:
                    key = tuple(worth[aim] for aim, _ in aims)
                    best = key if best is None or key < best else best
    return best


def _worth(problem: Problem, own: Mapping[str, Task], tried: Mapping[str, int]) -> dict[str, int] | None:
    """What a plan comes to; None where it breaks a limit."""
    bought = dict.fromkeys(problem.pools, 0)
    rates = {name: edge.gbps for name, edge in problem.edges.items()}
    there = {name: pool.stock for name, pool in problem.pools.items()}
    for window in range(problem.windows):
        tasks = [own[name] for name, at in tried.items() if at == window]
        if any(tried.get(before, window) >= window for task in tasks for before in task.after):
            return None
        if problem.hands is not None and len(tasks) > problem.hands:
            return None
        if problem.sites is not None and len({site for task in tasks for site in task.sites}) > problem.sites:
            return None
        down = {edge for task in tasks for edge in task.down}
        if sum(rate for edge, rate in rates.items() if edge not in down) < problem.cuts[0].least:
            return None
        if not _in_touch(problem, down):
            return None
        for name, pool in problem.pools.items():
            more = sum(dict(task.takes).get(name, 0) for task in tasks) - there[name]
            if more > 0 and (pool.price is None or window < pool.arrives):
                return None
            bought[name] += max(more, 0)
            there[name] = max(-more, 0) + sum(dict(task.gives).get(name, 0) for task in tasks)
        for task in tasks:
            rates.update(task.rates)
    told = {aim: sum(own[name].costs.get(aim, 0) for name in tried) for aim in ("cost", "outage", "power")}
    told["cost"] += sum((problem.pools[name].price or 0) * count for name, count in bought.items())
    told["windows"] = max(tried.values()) + 1
    return None if problem.budget is not None and told["cost"] > problem.budget else told


def _in_touch(problem: Problem, down: set[str]) -> bool:
    """Whether the ends of every link whose loss matters are joined by links that are up."""
    part = {end: end for edge in problem.edges.values() for end in (edge.a, edge.b)}
    for name, edge in problem.edges.items():
        if name not in down:
            old, new = part[edge.a], part[edge.b]
            part = {end: new if own == old else own for end, own in part.items()}
    return all(part[e.a] == part[e.b] for name, e in problem.edges.items() if name not in problem.may_be_down)


@settings(max_examples=120, deadline=None)
@given(problems(), st.booleans())
def test_small_plans_are_as_good_as_brute_force(problem: Problem, windows_first: bool) -> None:
    aims = [AIMS[1], AIMS[0], *AIMS[2:]] if windows_first else AIMS
    found, best = schedule(problem, aims, Effort(30.0)), brute(problem, aims)
    if best is None:
        assert found.assignment is None
        assert found.impossible  # proven, not given up
        return
    assert found.assignment is not None
    assert faults(problem, found.assignment) == []
    told = costs(problem, found.assignment)
    assert tuple(told[aim] for aim, _ in aims) == best
    assert found.optimal


def _ring(spans: int, **limits: object) -> Problem:
    edges = {f"s{nth}": Edge(f"n{nth}", f"n{(nth + 1) % spans}", 100) for nth in range(spans)}
    tasks = tuple(Task(name, (name,), (e.a, e.b), down=(name,), rates=((name, 400),)) for name, e in edges.items())
    return Problem(tasks, tuple(edges), edges, **{"windows": spans, **limits})  # type: ignore[arg-type]


def test_no_two_spans_of_a_ring_share_a_window() -> None:
    found = schedule(_ring(6), AIMS, Effort(10.0))
    assert found.assignment is not None
    assert sorted(found.assignment.values()) == [0, 1, 2, 3, 4, 5]
    assert (found.bound, found.optimal) == (6, True)


def test_a_ring_of_six_has_no_plan_in_five_windows() -> None:
    found = schedule(_ring(6, windows=5), AIMS, Effort(10.0))
    assert found.assignment is None
    assert found.impossible


def test_a_ring_that_must_survive_a_failure_has_no_plan() -> None:
    found = schedule(_ring(4, survive=tuple(frozenset({f"s{n}"}) for n in range(4))), AIMS, Effort(10.0))
    assert found.assignment is None
    assert found.impossible


def test_what_work_did_not_settle_is_not_called_impossible() -> None:
    found = schedule(_ring(6, hands_a_site=1), AIMS, Effort(0.0))
    assert not found.impossible
