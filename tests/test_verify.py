"""A plan that holds is proven, and one that was damaged is refused with the sentence that names what is wrong."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import plans_made
from opticgraph.goal import Goal, Lead, Risk, Service, Windows
from opticgraph.planned import Edit, Part, Plan, Step
from opticgraph.proof.verified import CHECKS, Verification
from opticgraph.proof.verify import verify

ENGINE = Path(__file__).parent.parent / "engine" / "opticgraph"


def proven(plan: Plan, goal: Goal | None = None) -> Verification:
    return verify(plans_made.design(), plan, goal=goal)


def said(plan: Plan, goal: Goal | None = None) -> list[str]:
    """What is found against a plan, as window, check and sentence."""
    return [f"{fault.window} {fault.check}: {fault.words}" for fault in proven(plan, goal).faults]


# --- a plan that holds -----------------------------------------------------------------------------------------------


def test_a_plan_that_holds_is_proven_and_every_check_had_something_to_look_at() -> None:
    told = proven(plans_made.plan())
    assert told.faults == ()
    assert told.holds
    assert [dict(window.state) for window in told.windows] == [{"works": 12, "fails": 0, "unknown": 0}] * 3
    assert [window.judged for window in told.windows] == [4, 5, 3]  # the ring; the ring and core-1; the legs
    idle = {check for check in CHECKS if not told.looked[check]}
    assert idle == {"members-move-together"}  # the network has no LAG


def test_limits_that_the_plan_keeps_are_kept() -> None:
    days = (date(2027, 1, 12), date(2027, 1, 19), date(2027, 1, 26))
    goal = Goal(
        windows=Windows(days=days, most=3, hands=2, hands_a_site=1, sites=3),
        services=(Service("dci", "leaf1", "south-cr", 100),),
        floors={"ring": 100},
        survive=False,
        leads=(Lead("400G-PLR4-QSFP-DD", 10),),
    )
    assert said(dated(plans_made.plan(), days), goal) == []


def dated(plan: Plan, days: Sequence[date]) -> Plan:
    return replace(
        plan, windows=tuple(replace(each, day=str(day)) for each, day in zip(plan.windows, days, strict=True))
    )


# --- damage ----------------------------------------------------------------------------------------------------------


def window(plan: Plan, n: int, **changes: Any) -> Plan:
    """The plan with a window (from 1) changed."""
    windows = [replace(each, **changes) if each.n == n else each for each in plan.windows]
    return replace(plan, windows=tuple(windows))


def step(plan: Plan, unit: str, change: Callable[[Step], Step]) -> Plan:
    """The plan with a step changed."""
    windows = [
        replace(each, steps=tuple(change(own) if own.unit == unit else own for own in each.steps))
        for each in plan.windows
    ]
    return replace(plan, windows=tuple(windows))


def edit(plan: Plan, unit: str, link: str, column: str, change: Callable[[Any, Any], tuple[Any, Any]]) -> Plan:
    """The plan with what an edit does to one column of a link changed."""

    def of_edit(each: Edit) -> Edit:
        values = tuple((n, *change(old, new)) if n == column else (n, old, new) for n, old, new in each.values)
        return replace(each, values=values) if each.key == link else each

    return step(plan, unit, lambda own: replace(own, edits=tuple(map(of_edit, own.edits))))


LEGS = "legs of spine1 E1"
FR4, PLR4, DR = "400GBASE-FR4-QSFP-DD", "400G-PLR4-QSFP-DD", "100GBASE-DR-QSFP28"


def swapped(plan: Plan) -> Plan:
    """Two windows in each other's place, numbered anew."""
    one, two, three = plan.windows
    return replace(plan, windows=(replace(two, n=1), replace(one, n=2), three))


def moved(plan: Plan) -> Plan:
    """A second span of the ring in the window of the first."""
    one, two, three = plan.windows
    core, span = two.steps
    first = replace(one, steps=(*one.steps, span), down=(*one.down, "span-3"), sites=("east", "north", "south", "west"))
    return replace(plan, windows=(first, replace(two, steps=(core,), down=("core-1",), sites=("north",)), three))


def without(plan: Plan, unit: str) -> Plan:
    """A step left out."""
    windows = [replace(each, steps=tuple(own for own in each.steps if own.unit != unit)) for each in plan.windows]
    return replace(plan, windows=tuple(windows))


def leg_left(plan: Plan) -> Plan:
    """A leg that stays on the module that is taken out."""

    def two(own: Step) -> Step:
        return replace(own, edits=tuple(each for each in own.edits if each.key != "up-3-1"))

    return step(plan, LEGS, two)


def parts(plan: Plan, unit: str, *changed: Part) -> Plan:
    return step(plan, unit, lambda own: replace(own, parts=changed))


def reused(plan: Plan) -> Plan:
    """What is freed by the first span is used by two steps later on."""
    bought = Part("buy", FR4, 1)
    used = Part("use", FR4, 1)
    freed = [part for part in plan.windows[1].steps[0].parts if part.action == "free"]
    return parts(parts(plan, "core-1", bought, used, *freed), "span-3", bought, used, *freed)


def same_seat(plan: Plan) -> Plan:
    """A span put into the cage of another."""
    return step(
        plan,
        "span-1",
        lambda own: replace(own, edits=(replace(own.edits[0], values=(*own.edits[0].values, ("a_port", "E1", "E2"))),)),
    )


# What is done to the plan, under which goal, and sentences that then say so: window, check, words.
DAMAGE: dict[str, tuple[Callable[[Plan], Plan], Goal | None, list[str]]] = {
    "windows swapped": (
        swapped,
        None,
        [
            "1 steps-are-in-order: span-3 needs span-1 before it, which comes only later",
            "2 plan-does-as-chosen: span-1 is to be changed in window 1, but span-1 is done in 2",
        ],
    ),
    "windows swapped without new numbers": (
        lambda plan: replace(plan, windows=(plan.windows[0], plan.windows[2], plan.windows[1])),
        None,
        ["2 windows-are-in-order: window 2 stands after window 3: windows count from 1, in the order"],
    ),
    "two spans of the ring at once": (
        moved,
        None,
        [
            "1 floors-hold: while it is open, ring carries 0G, 100G must stay up",
            "1 nothing-is-cut: while it is open, no way is left between north-cr and east-cr: span-1 is down",
            "1 one-span-of-a-ring: span-1 and span-3 of the ring ring are down together",
        ],
    ),
    "floor broken": (
        lambda plan: plan,
        Goal(floors={"ring": 400}),
        ["1 floors-hold: while it is open, ring carries 100G, 400G must stay up"],
    ),
    "service below its floor": (
        lambda plan: plan,
        Goal(services=(Service("transit", "west-cr", "north-cr", 200),)),
        [
            "1 nothing-is-cut: while it is open, transit has 100G between west-cr and north-cr, 200G must stay",
        ],
    ),
    "a step left out": (
        lambda plan: without(plan, "core-1"),
        None,
        ["2 plan-does-as-chosen: core-1 is to be changed by core-1 in window 2, but no window has it"],
    ),
    "what a step needs left out": (
        lambda plan: without(plan, "span-1"),
        None,
        ["2 steps-are-in-order: span-3 needs span-1 before it, which is not in the plan"],
    ),
    "a step done twice": (
        lambda plan: window(plan, 3, steps=(*plan.windows[2].steps, plan.windows[0].steps[0])),
        None,
        [
            "3 steps-are-in-order: span-1 is done twice",
            f"3 edits-meet-the-state: link span-1: the plan takes a_module from 100GBASE-LR4, but it is {FR4} there",
        ],
    ),
    "a leg left behind": (
        leg_left,
        None,
        [
            "3 legs-move-together: the module in spine1 E1 is exchanged for up-1-1, but up-3-1 on it stays behind",
            "3 plan-does-as-chosen: up-3-1: a_module 400G-PLR4-QSFP-DD was chosen, but the last state has QDD-400G-DR4",
        ],
    ),
    "a from that is not there": (
        lambda plan: edit(plan, "span-1", "span-1", "a_module", lambda old, new: ("100GBASE-CWDM4", new)),
        None,
        [
            "1 edits-meet-the-state: link span-1: the plan takes a_module from 100GBASE-CWDM4, "
"but it is 100GBASE-LR4 there"
        ],
    ),
    "a module that does not interwork": (
        lambda plan: edit(plan, "core-1", "core-1", "b_module", lambda old, new: (old, "400GBASE-LR8-QSFP-DD")),
        None,
        [
            "2 states-are-sound: ends-speak-same-interface: No link possible on core-1",
            f"2 parts-are-there: it puts in 1 x {FR4}, but its parts say 2 (buy, use, move)",
            f"2 plan-does-as-chosen: core-1: b_module {FR4} was chosen, but the last state has 400GBASE-LR8-QSFP-DD",
            "2 states-are-as-told: the plan says that 12 links work after it, but it comes to 11",
        ],
    ),
    "one end only": (
        lambda plan: edit(plan, "core-1", "core-1", "b_module", lambda old, new: (old, old)),
        None,
        [
            "2 ends-move-together: core-1 gets another module at one end only, 100GBASE-LR4 stays at end b: "
            "No link possible on core-1"
        ],
    ),
    "down emptied": (
        lambda plan: window(plan, 1, down=()),
        None,
        ["1 down-is-told: span-1 is stopped by a step, and so carries nothing, but down of the window"],
    ),
    "down emptied in step and window": (
        lambda plan: step(window(plan, 3, down=()), LEGS, lambda own: replace(own, down=())),
        None,
        [
            "3 down-is-told: up-2-1 is changed (a_module), and so carries nothing, "
            "but down of the step does not name it"
        ],
    ),
    "too many sites": (
        lambda plan: plan,
        Goal(windows=Windows(sites=2)),
        ["2 windows-are-in-order: work at 3 sites (north, south, west), where the goal allows 2"],
    ),
    "a site not named": (
        lambda plan: step(window(plan, 1, sites=("north",)), "span-1", lambda own: replace(own, sites=("north",))),
        None,
        ["1 windows-are-in-order: span-1 changes something on east-cr at east, but names no work at east"],
    ),
    "too many hands": (
        lambda plan: plan,
        Goal(windows=Windows(hands=1)),
        ["2 windows-are-in-order: 2 changes, where the goal has hands for 1"],
    ),
    "too many windows": (
        lambda plan: plan,
        Goal(windows=Windows(most=2)),
        ["3 windows-are-in-order: 3 windows, where the goal gives 2"],
    ),
    "a day that is frozen": (
        lambda plan: dated(plan, (date(2027, 1, 12), date(2027, 1, 20), date(2027, 1, 26))),
        Goal(windows=Windows(days=(date(2027, 1, 12), date(2027, 1, 19), date(2027, 1, 26)))),
        ["2 windows-are-in-order: 2027-01-20 is not among the days that the goal gives"],
    ),
    "days in no order": (
        lambda plan: dated(plan, (date(2027, 1, 12), date(2027, 1, 26), date(2027, 1, 19))),
        None,
        ["3 windows-are-in-order: 2027-01-19 is not after 2027-01-26, the day of the window before"],
    ),
    "verdict counts falsified": (
        lambda plan: window(plan, 2, state=replace(plan.windows[1].state, works=11, fails=1)),
        None,
        [
            "2 states-are-as-told: the plan says that 1 links fail after it, but it comes to 0",
            "2 states-are-as-told: the plan says that 11 links work after it, but it comes to 12",
        ],
    ),
    "capacity falsified": (
        lambda plan: window(plan, 1, capacity=(replace(plan.windows[0].capacity[0], after_gbps=400),)),
        None,
        ["1 states-are-as-told: ring: the plan says after_gbps 400, but it comes to 100"],
    ),
    "a part used twice": (
        reused,
        Goal(stock={FR4: 1}),
        [f"2 parts-are-there: it uses 1 x {FR4}, but 0 are in stock or free"],
    ),
    "a part used before it is free": (
        lambda plan: step(
            plan, "core-1", lambda own: replace(own, parts=(*own.parts, Part("use", "100GBASE-LR4-QSFP28", 2)))
        ),
        Goal(windows=Windows(soak=1)),
        ["2 parts-are-there: it uses 2 x 100GBASE-LR4-QSFP28, but 0 are in stock or free; 2 more are free"],
    ),
    "a part before it can be delivered": (
        lambda plan: dated(plan, (date(2027, 1, 12), date(2027, 1, 19), date(2027, 1, 26))),
        Goal(leads=(Lead(PLR4, 21),)),
        [f"3 parts-are-there: it buys {PLR4}, which is not there before 2027-02-02"],
    ),
    "a part that nobody takes out": (
        lambda plan: step(
            plan, LEGS, lambda own: replace(own, parts=(*own.parts, Part("free", "400GBASE-DR4-QSFP-DD", 4)))
        ),
        None,
        ["0 bill-is-right: 400GBASE-DR4-QSFP-DD: the bill says 0 are left free, the steps come to 4"],
    ),
    "a bill that is too low": (
        lambda plan: replace(
            plan, bom=tuple(replace(line, buy=1) if line.part == FR4 else line for line in plan.bom)
        ),
        None,
        [f"0 bill-is-right: {FR4}: the bill says buy 1, the steps come to 6"],
    ),
    "a cage used twice": (
        same_seat,
        None,
        ["1 seats-are-free: span-1 is put into north-cr E2, which span-4 still uses"],
    ),
    "fibres that are not there": (
        lambda plan: step(
            plan,
            "core-1",
            lambda own: replace(
                own, edits=(replace(own.edits[0], values=(*own.edits[0].values, ("strands", 2, 8))),)
            ),
        ),
        None,
        ["2 strands-are-free: it takes 6 more fibres of core-1, where 0 are free"],
    ),
    "a link taken away": (
        lambda plan: step(
            plan, "core-1", lambda own: replace(own, edits=(Edit("links", "core-1", "remove"),), parts=())
        ),
        Goal(services=(Service("core", "spine1", "north-cr", 200),)),
        ["2 nothing-is-cut: after it, core has 100G between spine1 and north-cr, 200G must stay"],
    ),
    "a link that is not there": (
        lambda plan: step(
            plan, "core-1", lambda own: replace(own, edits=(replace(own.edits[0], key="core-9"),))
        ),
        None,
        ["2 edits-meet-the-state: link core-9 is to be changed, but is not there"],
    ),
    "a way that the goal forbids": (
        lambda plan: plan,
        Goal(forbidden=("breakout",)),
        [f"3 plan-does-as-chosen: {LEGS} is done by breakout, which the goal forbids"],
    ),
    "one failure more": (
        lambda plan: plan,
        Goal(survive=True, risks=(Risk("the east duct", ("span-2", "span-3")),)),
        ["1 nothing-is-cut: while it is open, a failure of span-2 would cut east-cr off from south-cr"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_plan_is_refused_with_what_is_wrong(name: str) -> None:
    damage, goal, expected = DAMAGE[name]
    found = said(damage(plans_made.plan()), goal)
    missing = [each for each in expected if not any(words.startswith(each) for words in found)]
    assert missing == [], found


def test_what_the_goal_lets_go_down_may_be_cut() -> None:
    plan = moved(plans_made.plan())
    checks = {fault.check for fault in proven(plan, Goal(may_be_down=("span-*",))).faults}
    assert "nothing-is-cut" not in checks
    assert "one-span-of-a-ring" in checks


def test_a_plan_without_windows_proves_nothing() -> None:
    told = proven(replace(plans_made.plan(), windows=(), chosen=(), bom=()))
    assert (told.holds, told.faults) == (False, ())
    assert told.notes == ("The plan has no window, so there is nothing to prove.",)


def test_a_plan_is_read_from_its_file(tmp_path: Path) -> None:
    from opticgraph.report.plan import render

    file = tmp_path / "plan.json"
    file.write_bytes(render(plans_made.plan(), plans_made.design(), format="json"))
    assert verify(plans_made.design(), file) == proven(plans_made.plan())
    told = json.loads(file.read_text())
    told["windows"][0]["state"]["works"] = 3
    file.write_text(json.dumps(told))
    assert [fault.check for fault in verify(plans_made.design(), file).faults] == ["states-are-as-told"]


# --- apart from the planner ------------------------------------------------------------------------------------------

# What the checker may use: what reads and judges designs, and of plans the types and readers, which decide nothing.
SHARED = {
    "derive", "design", "errors", "findings", "goal", "goalfile", "judge", "knowledge", "planned", "read.plan",
    "reason", "result", "rules", "things", "views",
}  # fmt: skip


def imported(file: Path) -> set[str]:
    """The modules of the package that a module of proof/ imports, but for those of proof/ itself."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level == 2}


def test_the_checker_shares_no_code_with_the_planner() -> None:
    files = sorted((ENGINE / "proof").glob("*.py"))
    assert len(files) > 8
    assert set[str]().union(*map(imported, files)) <= SHARED
    plain = ast.parse((ENGINE / "goal.py").read_text(encoding="utf-8"))
    assert not [node for node in ast.walk(plain) if isinstance(node, ast.ImportFrom) and node.level]


def test_the_command_proves_a_plan_and_refuses_a_damaged_one(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from opticgraph.cli import cli
    from opticgraph.export import convert
    from opticgraph.report.plan import render

    network, file = tmp_path / "network.ttl", tmp_path / "plan.json"
    convert(plans_made.design(), network)
    file.write_bytes(render(plans_made.plan(), plans_made.design(), format="json"))
    told = CliRunner().invoke(cli, ["verify", str(network), str(file)], standalone_mode=False)
    assert told.return_value == 0, told.output
    assert told.output.splitlines()[0] == "The plan holds: 3 windows replayed, every state judged anew on the graph."
    file.write_bytes(render(window(plans_made.plan(), 1, down=()), plans_made.design(), format="json"))
    outputs = [tmp_path / "v.json", tmp_path / "v.xml", tmp_path / "v.txt"]
    asked = ["verify", str(network), str(file), *(f"--output={path}" for path in outputs)]
    assert CliRunner().invoke(cli, asked, standalone_mode=False).return_value == 1
    said = json.loads(outputs[0].read_text())
    assert (said["holds"], [fault["check"] for fault in said["faults"]]) == (False, ["down-is-told"])
    assert '<testsuite name="opticgraph verify" tests="18" failures="1"' in outputs[1].read_text()
    assert "1 fault" in outputs[2].read_text().splitlines()[0]
    empty = replace(plans_made.plan(), windows=(), chosen=(), bom=(), status="infeasible")
    file.write_bytes(render(empty, plans_made.design(), format="json"))
    assert CliRunner().invoke(cli, ["verify", str(network), str(file)], standalone_mode=False).return_value == 4
