"""Plans of small made-up problems against brute force, which shares no code with the search but the problem itself."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from opticgraph.problem import Cut, Edge, Pool, Problem, Task, costs, faults
from opticgraph.schedule import schedule
from opticgraph.solving import Effort

AIMS = [("cost", 1), ("windows", 1), ("outage", 1), ("power", 1)]


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Up to six links between up to four devices, up to three options each, and any mix of limits."""
    nodes = draw(st.integers(2, 4))
    ends = st.tuples(st.integers(0, nodes - 1), st.integers(0, nodes - 1)).filter(lambda pair: pair[0] != pair[1])
    edges = {
        f"e{nth}": Edge(f"n{a}", f"n{b}", 100)
        for nth, (a, b) in enumerate(draw(st.lists(ends, min_size=1, max_size=6)))
    }
    pools = st.lists(st.sampled_from(["p", "q"]), unique=True).map(
        lambda names: tuple((name, 1) for name in sorted(names))
    )
    tasks = [
        Task(
            name=f"{link}.{nth}",
            covers=(link,),
            sites=(edge.a, edge.b),
            down=(link,) if draw(st.booleans()) else (),
            rates=((link, 400),),
            takes=draw(pools),
            gives=draw(pools),
            minutes=draw(st.sampled_from([10, 30])),
            **({draw(st.sampled_from(["after", "follows"])): ("host",)} if draw(st.integers(0, 5)) == 0 else {}),
            costs={
                "cost": draw(st.integers(0, 3)),
                "outage": draw(st.integers(0, 2)),
                "power": draw(st.integers(-2, 2)),
            },
        )
        for link, edge in edges.items()
        for nth in range(draw(st.integers(1, 3)))
    ]
    off = ("n0",) if draw(st.booleans()) else ()
    at = tuple(name for name, edge in edges.items() if "n0" in (edge.a, edge.b))
    tasks.append(Task("host", sites=("n0",), down=at if off else ("e0",), off=off, costs={"cost": 1}))
    floor = min(draw(st.sampled_from([0, 100, 200])), 100 * len(edges))
    eased = (("n0", floor),) if off and draw(st.booleans()) else ()
    names = st.sampled_from([None, 1, 5])
    return Problem(
        tasks=tuple(tasks),
        targets=tuple(edges),
        edges=edges,
        windows=draw(st.integers(1, 3)),
        hands=draw(st.sampled_from([None, 1, 2])),
        minutes=draw(st.sampled_from([None, None, 40])),
        sites=draw(st.sampled_from([None, 2, 3])),
        cuts=(Cut(tuple(edges), "gbps", floor, "floor", eased),),
        may_be_down=frozenset(draw(st.lists(st.sampled_from(sorted(edges)), unique=True))),
        pools={
            "p": Pool("p", draw(st.integers(0, 2)), draw(names), draw(st.integers(0, 1))),
            "q": Pool("q", draw(st.integers(0, 1)), 2),
        },
        budget=draw(st.sampled_from([None, 8])),
    )


def brute(problem: Problem, aims: list[tuple[str, int]]) -> tuple[int, ...] | None:
    """The best worth of any plan: all that can be done in each window, from every state that windows before can leave.

    Of two ways into one state only the better is gone on from: whatever comes next adds the same to both.
    """
    ways = {link: [task for task in problem.tasks if link in task.covers] for link in problem.targets}
    host = next(task for task in problem.tasks if not task.covers)
    stocks = tuple(pool.stock for pool in problem.pools.values())
    layer: dict[_State, _Sums] = {(frozenset(), False, False, stocks): (0, 0, 0)}
    best = None
    for window in range(problem.windows):
        after: dict[_State, _Sums] = {}
        for state, spent in layer.items():
            left = [[None, *ways[link]] for link in problem.targets if link not in state[0]]
            for picked in product(*left, [None] if state[1] else [None, host]):
                step = _step(problem, state, window, [task for task in picked if task])
                if step is None:
                    continue
                reached, added = step
                sums = spent[0] + added[0], spent[1] + added[1], spent[2] + added[2]
                if problem.budget is not None and sums[0] > problem.budget:
                    continue
                after[reached] = min(after.get(reached, sums), sums)
        for (done, hosted, needed, _), sums in after.items():
            if len(done) == len(problem.targets) and hosted == needed:
                worth = dict(zip(("cost", "outage", "power"), sums, strict=True)) | {"windows": window + 1}
                key = tuple(worth[aim] for aim, _ in aims)
                best = key if best is None or key < best else best
        layer = {state: sums for state, sums in after.items() if len(state[0]) < len(problem.targets)}
    return best


# links that are done, whether the host is, whether something done needs it, and what pools hold
_State = tuple[frozenset[str], bool, bool, tuple[int, ...]]
_Sums = tuple[int, int, int]  # cost, outage, power


def _step(problem: Problem, state: _State, window: int, tasks: list[Task]) -> tuple[_State, _Sums] | None:
    """The state after a window in which these tasks are done, and what they come to; None where a limit is broken."""
    done, hosted, needed, there = state
    if any(task.after for task in tasks) and not hosted:
        return None
    if any(task.follows for task in tasks) and not hosted and all(task.covers for task in tasks):
        return None
    if problem.hands is not None and len(tasks) > problem.hands:
        return None
    if problem.minutes is not None and sum(task.minutes for task in tasks) > problem.minutes:
        return None
    if problem.sites is not None and len({site for task in tasks for site in task.sites}) > problem.sites:
        return None
    down = frozenset(edge for task in tasks for edge in task.down)
    off = {end for task in tasks for end in task.off}
    floor = 0 if off and problem.cuts[0].eased else problem.cuts[0].least
    if sum(400 if edge in done else 100 for edge in problem.edges if edge not in down) < floor:
        return None
    if not _in_touch(problem, down, off):
        return None
    left, cost = [], sum(task.costs.get("cost", 0) for task in tasks)
    for (name, pool), stock in zip(problem.pools.items(), there, strict=True):
        more = sum(dict(task.takes).get(name, 0) for task in tasks) - stock
        if more > 0 and (pool.price is None or window < pool.arrives):
            return None
        cost += max(more, 0) * (pool.price or 0)
        left.append(max(-more, 0) + sum(dict(task.gives).get(name, 0) for task in tasks))
    settled = frozenset(link for task in tasks for link in task.covers)
    sums = cost, *(sum(task.costs.get(aim, 0) for task in tasks) for aim in ("outage", "power"))
    hosted = hosted or any(not task.covers for task in tasks)
    needed = needed or any(task.after or task.follows for task in tasks)
    return (done | settled, hosted, needed, tuple(left)), sums  # type: ignore[return-value]


def _in_touch(problem: Problem, down: frozenset[str], off: set[str]) -> bool:
    """Whether all that links whose loss matters join, but for what is off itself, is joined by links that are up."""
    needed, there = _parts(problem, problem.may_be_down), _parts(problem, down)
    kept = [end for end in needed if end not in off]
    return all(there[a] == there[b] for a in kept for b in kept if needed[a] == needed[b])


def _parts(problem: Problem, without: frozenset[str]) -> dict[str, str]:
    part = {end: end for edge in problem.edges.values() for end in (edge.a, edge.b)}
    for name, edge in problem.edges.items():
        if name not in without:
            old, new = part[edge.a], part[edge.b]
            part = {end: new if own == old else own for end, own in part.items()}
    return part


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


def test_a_device_of_a_ring_is_put_off_and_its_spans_are_changed_in_that_window() -> None:
    """The ring is then opened at one place, which the device is; what is behind it alone would be cut off."""
    ring = _ring(5, windows=4)
    host = Task("host", sites=("n0",), down=("s0", "s4"), off=("n0",))
    tasks = [replace(task, follows=("host",) if task.name in host.down else ()) for task in ring.tasks]
    found = schedule(replace(ring, tasks=(*tasks, host)), AIMS, Effort(10.0))
    assert found.assignment is not None
    assert found.assignment["host"] == found.assignment["s0"] == found.assignment["s4"]
    assert (max(found.assignment.values()), found.optimal) == (3, True)
    stub = {**ring.edges, "stub": Edge("n0", "behind", 100)}
    alone = schedule(
        replace(ring, tasks=(*tasks, replace(host, down=(*host.down, "stub"))), edges=stub), AIMS, Effort(9.0)
    )
    assert alone.impossible


def test_what_work_did_not_settle_is_not_called_impossible() -> None:
    found = schedule(_ring(6, hands_a_site=1), AIMS, Effort(0.0))
    assert not found.impossible
