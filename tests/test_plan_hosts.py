"""Hosts that are exchanged for wanted links: before their modules or with them, proven, and refused when damaged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner

from network import LC, design_of, link
from opticgraph import plan, verify
from opticgraph.cli import cli
from opticgraph.design import Design
from opticgraph.errors import QueryError
from opticgraph.export import convert
from opticgraph.goal import Goal, Service, Target
from opticgraph.planned import Part, Plan, Step
from opticgraph.report.plan import FORMATS, render

OLD, NEW = "Arista DCS-7060CX-32S", "Arista DCS-7060DX4-32"  # 32 cages each, for QSFP28 and for QSFP-DD
WIDE, LR4 = "Arista DCS-7280CR3-32D4", "100GBASE-LR4-QSFP28"
EXCHANGE = f"x: exchange for {NEW}"
HOSTS = Goal(hosts=(("x", NEW),))
Row = Mapping[str, object]


def joined(name: str, a: str, b: str, *, port: int, old: str = "x", **columns: object) -> Row:
    """A link between devices, each in a site of its own; only `old` cannot take 400G."""
    more = {"length_m": 400, "connectors": 2, "rate_gbps": 100, "target_gbps": 400, **LC, **columns}
    row = {name: value for name, value in link(name, "100GBASE-LR4", **more).items() if not name.endswith("_cage")}
    for side, device in (("a", a), ("b", b)):
        told = {"device": device, "port": f"Ethernet{port}/1", "device_type": OLD if device in old else NEW}
        row |= {f"{side}_{column}": value for column, value in told.items()} | {f"{side}_site": device.upper()}
    return row


def triangle(**columns: object) -> list[Row]:
    pairs = (("xy", "x", "y"), ("yz", "y", "z"), ("zx", "z", "x"))
    return [joined(name, a, b, port=nth, **columns) for nth, (name, a, b) in enumerate(pairs, 1)]


def proven(design: Design, goal: Goal) -> Plan:
    made = plan(design, goal=goal)
    assert (made.status, made.collisions) == ("complete", ())
    told = verify(design, made, goal=goal)
    assert told.faults == ()
    assert told.holds
    return made


@cache
def exchanged() -> tuple[Design, Plan]:
    """A plan in which a module moves to another port with its host, and the uplinks of x have a floor."""
    group = {"group": "uplinks of x", "group_kind": "ECMP", "group_floor_gbps": 100}
    rows = [row | (group if row["link"] != "yz" else {}) for row in map(dict, triangle())]
    rows[0]["a_port"] = "Ethernet40/1"  # which the new host does not have
    design = design_of(rows)
    return design, proven(design, HOSTS)


def test_a_host_is_exchanged_first_and_its_modules_in_the_same_window() -> None:
    _, made = exchanged()
    assert [[step.unit.partition(":")[0] for step in each.steps] for each in made.windows] == [
        ["x", "xy", "zx"],
        ["yz"],
    ]
    host, *modules = made.windows[0].steps
    assert (host.unit, host.devices, host.down) == (EXCHANGE, ("x",), ("xy", "zx"))
    assert {(part.action, part.part) for part in host.parts} == {("buy", NEW), ("free", OLD), ("move", LR4)}
    assert {step.after for step in modules} == {(EXCHANGE,)}
    said = "x is off while its host is exchanged: nothing reaches it, and uplinks of x carries nothing"
    assert made.windows[0].warnings[0] == said
    hosts = {(line.part, line.buy, line.freed) for line in made.bom if "Arista" in line.part}
    assert hosts == {(NEW, 1, 0), (OLD, 0, 1)}


def test_both_hosts_of_a_link_are_exchanged_where_both_are_needed() -> None:
    goal = Goal(hosts=(("*", NEW),), targets=(Target(("xy",), gbps=400),), services=(Service("other", "z", "z2", 100),))
    made = proven(design_of([*triangle(old="xy"), joined("zz", "z", "z2", port=7)]), goal)
    assert {step.devices for each in made.windows for step in each.steps if step.after == ()} == {("x",), ("y",)}


def test_wanted_links_get_ports_that_are_fast_enough_and_a_ring_is_opened_once() -> None:
    """The new host has 32 cages for 100G, and 4 for 400G after them; one stands in stock."""
    ring = {"group": "ring", "group_kind": "ring", "group_floor_gbps": 100}
    goal = replace(HOSTS, hosts=(("x", WIDE),), targets=(Target(("xy",), gbps=400),), stock={WIDE: 1}, buy=True)
    made = proven(design_of(triangle(**ring)), goal)
    host = made.windows[0].steps[0]
    values = {edit.key: edit.values for edit in host.edits if edit.table == "links"}
    assert values == {"xy": (("a_port", "Ethernet1/1", "Ethernet33/1"),)}
    assert {Part("use", WIDE, 1), Part("move", LR4, 1)} <= set(host.parts)
    assert [(window.down, window.capacity[0].open_gbps) for window in made.windows] == [(("xy", "zx"), 100)]


def test_what_lies_behind_a_device_must_not_be_cut_off_with_it() -> None:
    made = plan(design_of([*triangle(), joined("stub", "x", "w", port=9, target_gbps="")]), goal=HOSTS)
    assert (made.status, made.windows) == ("infeasible", ())
    assert [each.limits for each in made.collisions] == [("order", "nothing-cut-off")]


# --- damage ----------------------------------------------------------------------------------------------------------


def changed(made: Plan, unit: str, change: Callable[[Step], Step]) -> Plan:
    windows = [
        replace(each, steps=tuple(change(own) if own.unit == unit else own for own in each.steps))
        for each in made.windows
    ]
    return replace(made, windows=tuple(windows))


def backwards(made: Plan) -> Plan:
    first = made.windows[0]
    return replace(made, windows=(replace(first, steps=first.steps[::-1]), *made.windows[1:]))


def without_host(made: Plan) -> Plan:
    first = made.windows[0]
    return replace(made, windows=(replace(first, steps=first.steps[1:]), *made.windows[1:]))


DAMAGED: Mapping[str, tuple[Callable[[Plan], Plan], str]] = {
    "modules before their host": (backwards, "steps-are-in-order: xy: direct-swap"),
    "no host at all": (without_host, f"steps-are-in-order: xy: direct-swap 400G-LR4-10-QSFP-DD needs {EXCHANGE}"),
    "links of the host not drained": (
        lambda made: changed(made, EXCHANGE, lambda own: replace(own, down=())),
        "down-is-told: xy",
    ),
    "the host is paid for by nobody": (
        lambda made: changed(made, EXCHANGE, lambda own: replace(own, parts=own.parts[1:])),
        f"parts-are-there: it puts in 1 x {NEW}, but its parts say 0",
    ),
    "a module left in the old host": (
        lambda made: changed(made, EXCHANGE, lambda own: replace(own, edits=own.edits[:-1])),
        f"parts-are-there: it puts in 0 x {LR4}",
    ),
    "hands elsewhere": (
        lambda made: changed(made, EXCHANGE, lambda own: replace(own, sites=("Y",))),
        "windows-are-in-order",
    ),
}


def test_damaged_exchanges_are_refused() -> None:
    design, made = exchanged()
    for damage, said in DAMAGED.values():
        faults = [f"{fault.check}: {fault.words}" for fault in verify(design, damage(made), goal=HOSTS).faults]
        assert any(fault.startswith(said) for fault in faults), faults


# --- what people see -------------------------------------------------------------------------------------------------


def test_every_format_tells_of_the_exchange() -> None:
    design, made = exchanged()
    for format in FORMATS:
        assert render(made, design, format=format)
    assert f"Take {OLD} out, and put {NEW} in its place." in render(made, design, format="mop").decode()


def test_the_command_takes_a_host_and_says_what_it_does_not_know(tmp_path: Path) -> None:
    design, file = design_of(triangle()), tmp_path / "network.ttl"
    convert(design, file)
    told = CliRunner().invoke(cli, ["plan", str(file), "--host", "DCS-7060DX4-32"], standalone_mode=False)
    assert (told.return_value, EXCHANGE in told.output) == (0, True), told.output
    with pytest.raises(QueryError, match=r"hosts: found 'DCS-7060DX4-31'.*such as Arista DCS-7060DX4-32"):
        plan(design, host="DCS-7060DX4-31")
    with pytest.raises(QueryError, match="goal, hosts: found 'nobody'; expected a device"):
        plan(design, goal=Goal(hosts=(("nobody", NEW),)))
