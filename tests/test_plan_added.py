"""Links that come in beside the one of now: planned where a target names the strategy, proven, refused when damaged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import polars as pl

from network import design_of
from opticgraph import plan, verify
from opticgraph.design import PORT_SCHEMA, Design
from opticgraph.goal import Goal, Target
from opticgraph.planned import Edit, Plan
from test_plan_proven import Row, joined, triangle

LR4, FILTER = "100GBASE-LR4-QSFP28", "O-band and C-band filter"


def with_cages(rows: Iterable[Row]) -> Design:
    """The links, and three free cages at every device."""
    design = design_of(rows)
    free = [
        {"device": device, "port": f"F{nth}", "cage": "QSFP-DD", "power_mw": 24_000}
        for device in design.devices["device"]
        for nth in (1, 2, 3)
    ]
    more = pl.DataFrame(free, schema=PORT_SCHEMA)
    return replace(design, ports=pl.concat([design.ports, more]).sort("device", "port"))


def by(strategy: str) -> Goal:
    return Goal(targets=(Target(("xy",), gbps=400, strategies=(strategy,)),))


def proven(design: Design, goal: Goal) -> Plan:
    made = plan(design, goal=goal)
    assert (made.status, made.collisions) == ("complete", ())
    assert verify(design, made, goal=goal).faults == ()
    return made


def edited(made: Plan, edits: tuple[Edit, ...]) -> Plan:
    [window] = made.windows
    [step] = window.steps
    return replace(made, windows=(replace(window, steps=(replace(step, edits=edits),)),))


def test_another_band_on_the_same_fibres_comes_with_filters_and_the_link_of_now_goes_on() -> None:
    design, goal = with_cages(triangle(length_m=9000, loss_db=3.4, line_system="none")), by("wavelength-overlay")
    made = proven(design, goal)
    [window] = made.windows
    [step] = window.steps
    assert (step.links, window.down) == (("xy", "xy overlay"), ("xy",))
    goes_on, comes_in = step.edits
    assert goes_on == Edit("links", "xy", "set", (("loss_mdb", 3400, 5400), ("mux_mdb", None, 2000)))
    new = {name: value for name, _, value in comes_in.values}
    assert (comes_in.action, new["a_port"], new["b_port"], new["rate_gbps"], new["loss_mdb"]) == (
        "add", "F1", "F1", 400, 5400,
    )  # fmt: skip
    assert {part.part: part.count for part in step.parts} == {"400ZR-QSFP-DD": 2, FILTER: 2}
    assert {(each.link, each.a_module, each.rate_gbps) for each in made.chosen} == {
        ("xy", LR4, 100), ("xy overlay", "400ZR-QSFP-DD", 400),
    }  # fmt: skip
    assert (window.state.works, made.windows[0].state.new_findings) == (4, ())
    # without filters on the link of now, the other one takes fibres of its own
    checks = {fault.check for fault in verify(design, edited(made, (comes_in,)), goal=goal).faults}
    assert "strands-are-free" in checks


def test_more_links_like_the_one_of_now_take_cages_and_fibres_and_stop_nothing() -> None:
    design, goal = with_cages(triangle(spare_strands=6)), by("bond")
    made = proven(design, goal)
    [window] = made.windows
    [step] = window.steps
    assert (step.links[1:], window.down) == (("xy beside 2", "xy beside 3", "xy beside 4"), ())
    assert {part.part: part.count for part in step.parts} == {LR4: 6}
    assert [{name: new for name, _, new in edit.values}["a_port"] for edit in step.edits] == ["F1", "F2", "F3"]
    twice = edited(made, (*step.edits[:2], replace(step.edits[2], values=step.edits[1].values)))
    assert {"seats-are-free"} <= {fault.check for fault in verify(design, twice, goal=goal).faults}
    few = plan(with_cages(triangle(spare_strands=4)), goal=goal)
    assert few.status == "infeasible"


def test_what_only_adds_links_is_not_planned_unasked_and_that_is_said() -> None:
    rows = [joined("xy", "x", "y", length_m=400, spare_strands=6, a_cage="QSFP28", b_cage="QSFP28")]
    design = with_cages(rows)
    free = design.ports.with_columns(cage=pl.lit("QSFP28"))
    made = plan(replace(design, ports=free), goal=Goal(targets=(Target(("xy",), gbps=400),)))
    assert made.status == "infeasible"
    assert dict(made.left)["xy"] == "only bond works, which adds links beside it: name it in strategies of a target"
