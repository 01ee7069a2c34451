"""The planner and the checker on the same design and goal: each sort of work and limit once, and made-up ones.

They share no code, so what one believes the other proves; where there is no plan, all orders are tried here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from network import LC, design_of, link
from opticgraph import plan, verify
from opticgraph.goal import Goal, Lead, Risk, Target, Windows
from opticgraph.planned import Plan, Times
from opticgraph.report.plan import render

Row = Mapping[str, object]
FR4, LR4 = "400GBASE-FR4-QSFP-DD", "100GBASE-LR4"
DAYS = tuple(date(2027, 1, day) for day in (5, 12, 19, 26))
ARISTA = "Arista DCS-7060DX4-32"  # 32 cages for QSFP-DD


def joined(name: str, a: str, b: str, *, to: int | None = 400, module: str = LR4, **columns: object) -> Row:
    """A link between two named devices, each end in a port of its own."""
    more = {"length_m": 400, "connectors": 2, "rate_gbps": 100, "target_gbps": to or "", **LC, **columns}
    return {**link(name, module, **more), "a_device": a, "b_device": b, "a_port": f"to-{name}", "b_port": f"of-{name}"}


def parallel(count: int, **columns: object) -> list[Row]:
    return [joined(f"p{nth}", "x", "y", **columns) for nth in range(1, count + 1)]


def triangle(**columns: object) -> list[Row]:
    return [joined("xy", "x", "y", **columns), joined("yz", "y", "z", **columns), joined("zx", "z", "x", **columns)]


def proven(rows: Iterable[Row], goal: Goal) -> Plan:
    """The plan, which is complete, and of which the checker says that it holds."""
    design = design_of(rows)
    made = plan(design, goal=goal)
    assert (made.status, made.collisions) == ("complete", ())
    told = verify(design, made, goal=goal)
    assert told.faults == ()
    assert told.holds
    return made


def refused(rows: Iterable[Row], goal: Goal) -> set[str]:
    """Names of the limits that collide."""
    made = plan(design_of(rows), goal=goal)
    assert (made.status, made.windows) == ("infeasible", ())
    return {limit for each in made.collisions for limit in each.limits}


def by(strategy: str, links: str = "*") -> Goal:
    return Goal(targets=(Target((links,), strategies=(strategy,)),))


# --- sorts of work ---------------------------------------------------------------------------------------------------


def spine_and_leaves() -> list[Row]:
    rows = [
        joined(f"leaf-{nth}", "spine", f"leaf-{nth}", length_m=120, a_breakout="4x100G 1x400G", b_cage="QSFP28")
        for nth in range(1, 5)
    ]
    beside = [joined(f"other-{nth}", "spine2", f"leaf-{nth}", to=None, length_m=120) for nth in range(1, 5)]
    return [*rows, *beside, joined("core", "spine", "spine2", to=None)]


def test_a_breakout_that_resets_its_device_takes_all_links_of_it_down() -> None:
    goal = Goal(targets=(Target(("leaf-*",), strategies=("breakout",)),), resets_device=("spin?",))
    made = proven(spine_and_leaves(), goal)
    assert made.windows[0].down == ("core", "leaf-1", "leaf-2", "leaf-3", "leaf-4")
    assert made.windows[0].warnings == ("spine is off while a change of breakout resets it: nothing reaches it",)
    [window] = made.windows
    few = replace(window, down=window.down[1:], steps=(replace(window.steps[0], down=window.down[1:]),))
    told = verify(design_of(spine_and_leaves()), replace(made, windows=(few,)), goal=goal)
    assert {(fault.check, fault.links) for fault in told.faults} == {("down-is-told", ("core",))}


def test_legs_of_a_breakout_come_in_one_step() -> None:
    made = proven(spine_and_leaves(), Goal(targets=(Target(("leaf-*",), strategies=("breakout",)),)))
    [step] = made.windows[0].steps
    assert step.links == step.down == ("leaf-1", "leaf-2", "leaf-3", "leaf-4")
    lanes = {edit.key: new for edit in step.edits for name, _, new in edit.values if name == "a_lanes"}
    assert lanes == {"leaf-1": (1,), "leaf-2": (2,), "leaf-3": (3,), "leaf-4": (4,)}
    assert {part.count for part in step.parts if part.part.startswith("400GBASE-DR4")} == {1}


def test_a_merge_takes_the_others_out_and_frees_their_modules() -> None:
    goal = Goal(targets=(Target(("p*",), gbps=400, strategies=("merge",)),), may_be_down=("p*",))
    made = proven(parallel(4), goal)
    [step] = made.windows[0].steps
    retired = {edit.key for edit in step.edits if ("status", "active", "retired") in edit.values}
    assert retired == {"p2", "p3", "p4"}
    assert {(line.part, line.freed) for line in made.bom if line.freed} == {(LR4 + "-QSFP28", 8)}


def test_fibres_laid_beside_and_free_cages_cost_no_outage() -> None:
    more = {
        "a_device_type": ARISTA,
        "b_device_type": ARISTA,
        "a_cage": "QSFP28",
        "b_cage": "QSFP28",
        "spare_strands": 2,
    }
    rows = [
        {**each, **more, "spare_strands": 2, "a_port": "Ethernet1/1", "b_port": "Ethernet2/1"} for each in triangle()
    ]
    made = proven(rows, by("fiber-overlay"))
    assert [window.down for window in made.windows] == [()]
    assert len(made.windows[0].steps) == 3


# --- limits ----------------------------------------------------------------------------------------------------------


def test_members_of_a_lag_change_in_one_window_or_not_at_all() -> None:
    rows = [
        *parallel(3, group="lag", group_kind="LAG"),
        joined("xz", "x", "z", to=None),
        joined("zy", "z", "y", to=None),
    ]
    made = proven(rows, Goal(windows=Windows(hands=3)))
    assert [len(window.steps) for window in made.windows] == [3]
    assert refused(rows, Goal(windows=Windows(hands=2))) == {"hands", "together"}


def test_the_one_link_of_a_ring_that_is_recorded_keeps_its_floor() -> None:
    alone = {"group": "ring", "group_kind": "ring", "group_floor_gbps": 100}
    rows = [joined("p1", "x", "y", **alone), joined("p2", "x", "y", to=None)]
    assert refused(rows, Goal()) == {"continuity"}


def test_stock_is_used_before_anything_is_bought_and_can_be_all_there_is() -> None:
    made = proven(triangle(), Goal(stock={FR4: 6}, buy=False))
    assert {(line.part, line.buy, line.reuse) for line in made.bom if line.where} == {(FR4, 0, 6)}
    assert {part.action for window in made.windows for step in window.steps for part in step.parts} == {"use", "free"}
    assert refused(triangle(), Goal(stock={FR4: 5}, buy=False)) == {"stock"}


def test_what_is_set_free_rests_and_what_is_bought_arrives_before_it_is_used() -> None:
    """The modules of one link are all there is for the other, and those of the first come late."""
    rows = [
        *triangle(to=None),
        joined("up", "x", "y", a_cage="QSFP-DD", b_cage="QSFP-DD"),
        joined("old", "x", "y", module="40GBASE-LR4", a_cage="QSFP28", b_cage="QSFP28", rate_gbps=40, to=100),
    ]
    targets = (Target(("up",), gbps=400), Target(("old",), gbps=100, strategies=("direct-swap",)))
    parts = (
        "400G-LR4-10-QSFP-DD",
        FR4,
        "400GBASE-LR4-6-QSFP-DD",
        "400GBASE-FR8-QSFP-DD",
        "400GBASE-LR8-QSFP-DD",
        "400G-ER4-30-QSFP-DD",
    )
    goal = Goal(targets=targets, windows=Windows(days=DAYS, soak_days=8), stock={FR4: 2}, buy=False)
    made = proven(rows, goal)
    assert [(window.n, [step.links for step in window.steps]) for window in made.windows] == [
        (1, [("up",)]),
        (3, [("old",)]),
    ]
    late = Goal(targets=targets[:1], windows=Windows(days=DAYS), leads=tuple(Lead(part, 10) for part in parts))
    assert [window.n for window in proven(rows, late).windows] == [3]


def test_one_further_failure_of_a_duct_must_leave_a_way() -> None:
    goal = Goal(survive=True, risks=(Risk("duct", ("p1", "p2")),))
    assert refused(parallel(3), goal) == {"nothing-cut-off", "survive_failure"}
    made = proven([*parallel(4)], replace(goal, targets=(Target(("p1", "p2"), gbps=400),)))
    assert [window.down for window in made.windows] == [("p1", "p2")]


def test_power_makers_and_days_are_kept() -> None:
    goal = Goal(power_w={"x": Decimal(24)}, makers=("Arista",), windows=Windows(days=DAYS[1:]))
    made = proven(triangle(), goal)
    assert {window.day for window in made.windows} <= {str(day) for day in DAYS[1:]}
    assert refused(triangle(), Goal(power_w={"x": Decimal(20)})) == {"room"}


def test_a_window_holds_what_its_minutes_allow_and_the_checker_adds_them_up() -> None:
    more = [joined(f"m{nth}", "x", "y", length_m=400) for nth in (1, 2, 3)]
    times = Windows(minutes=120, drain_minutes=15, change_minutes=30, check_minutes=30)
    goal = Goal(windows=times)
    rows = [*more, joined("xz", "x", "z", to=None), joined("zy", "z", "y", to=None)]
    made, design = proven(rows, goal), design_of(rows)
    assert [len(window.steps) for window in made.windows] == [2, 1]
    assert {(window.times, step.minutes) for window in made.windows for step in window.steps} == {
        (Times(120, 15, 30), 30)
    }
    assert "105 of 120 min: 15 to drain, 60 of work, 30 of checks" in render(made, design, format="text").decode()
    assert "(minute 45 to 75)" in render(made, design, format="mop").decode()
    shorter = replace(goal, windows=replace(times, minutes=100))
    [fault] = verify(design, made, goal=shorter).faults
    assert (fault.window, fault.check) == (1, "windows-are-in-order")
    assert fault.words.startswith("105 minutes (15 to drain, 60 of work, 30 of checks), where the goal gives 100")
    assert refused(more, Goal(windows=replace(times, most=1), may_be_down=("m*",))) >= {"minutes"}


# --- made-up networks ------------------------------------------------------------------------------------------------


@st.composite
def networks(draw: st.DrawFn) -> tuple[list[Row], Goal]:
    """Up to five links between up to four devices, which one module brings to 400G, and limits of any sort."""
    devices = st.sampled_from("wxyz"[: draw(st.integers(2, 4))])
    ends = st.tuples(devices, devices).filter(lambda pair: pair[0] < pair[1])
    group = {"group": "g", "group_kind": draw(st.sampled_from(["LAG", "ring"]))}
    rows = [
        joined(f"l{nth}", a, b, **(group if draw(st.booleans()) else {}))
        for nth, (a, b) in enumerate(draw(st.lists(ends, min_size=2, max_size=5)))
    ]
    names = [str(row["link"]) for row in rows]
    goal = Goal(
        windows=Windows(most=draw(st.integers(1, 3)), hands=draw(st.sampled_from([None, 1, 2]))),
        stock={FR4: draw(st.integers(2 * len(rows) - 1, 2 * len(rows)))},
        buy=False,
        lag=draw(st.sampled_from(["together", "apart"])),
        may_be_down=tuple(sorted(draw(st.sets(st.sampled_from(names))))),
    )
    return rows, goal


def any_order(rows: Sequence[Row], goal: Goal) -> bool:
    """Whether any way to put each link into a window keeps the limits."""
    ends = {str(row["link"]): (row["a_device"], row["b_device"]) for row in rows}
    grouped = {str(row["link"]): row["group_kind"] for row in rows if row.get("group")}
    if goal.stock[FR4] < 2 * len(rows):
        return False
    for windows in product(range(goal.windows.most or 1), repeat=len(rows)):
        at = dict(zip(ends, windows, strict=True))
        lag = {at[name] for name, kind in grouped.items() if kind == "LAG"}
        if len(lag) > 1 and goal.lag == "together":
            continue
        if all(_window_holds({name for name in at if at[name] == n}, ends, grouped, goal) for n in set(windows)):
            return True
    return False


def _window_holds(
    down: set[str], ends: Mapping[str, tuple[object, object]], grouped: Mapping[str, object], goal: Goal
) -> bool:
    if goal.windows.hands is not None and len(down) > goal.windows.hands:
        return False
    if sum(grouped.get(name) == "ring" for name in down) > 1:
        return False
    part = {device: device for pair in ends.values() for device in pair}
    for a, b in (ends[name] for name in ends if name not in down):
        part = {device: part[b] if own == part[a] else own for device, own in part.items()}
    return all(part[a] == part[b] for name, (a, b) in ends.items() if name not in goal.may_be_down)


@settings(max_examples=3, deadline=None)
@given(networks())
def test_what_is_planned_is_proven_and_what_is_not_has_no_order(made_up: tuple[list[Row], Goal]) -> None:
    rows, goal = made_up
    design = design_of(rows)
    made = plan(design, goal=goal)
    assert made.status == ("complete" if any_order(rows, goal) else "infeasible")
    if made.windows:
        assert verify(design, made, goal=goal).faults == ()
    else:
        assert made.collisions != ()
