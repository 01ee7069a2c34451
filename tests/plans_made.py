"""Plans put together by hand over a small network: what each window does is said here, its states are audited."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache

import polars as pl

from network import design_of, link
from opticgraph import audit, options
from opticgraph.choices import Option, Part
from opticgraph.design import LINK_SCHEMA, Design
from opticgraph.planned import BomLine, Capacity, Chosen, Edit, Plan, State, Step, Window

__all__ = ["UNITS", "design", "plan", "planned"]

RING = {
    "fiber_type": "OS2", "connector": "LC duplex", "polish": "UPC", "strands": 2, "length_km": 1.6, "loss_db": 1.2,
    "connectors": 4, "group": "ring", "group_kind": "ring", "group_floor_gbps": 100, "rate_gbps": 100,
    "target_gbps": 400,
}  # fmt: skip
LEAF = {"fiber_type": "OS2", "connector": "LC duplex", "polish": "UPC", "strands": 2, "length_m": 120, "rate_gbps": 100}
SITES = ("north", "east", "south", "west")


def _ring() -> Iterable[Mapping[str, object]]:
    """Four towns in a ring, every span of it LR4 in cages for 400G."""
    for nth, site in enumerate(SITES):
        other = SITES[(nth + 1) % 4]
        ends = {"a_device": f"{site}-cr", "b_device": f"{other}-cr", "a_port": "E1", "b_port": "E2"}
        places = {"a_site": site, "b_site": other, "route": f"duct-{nth + 1}"}
        yield {**link(f"span-{nth + 1}", "100GBASE-LR4", **RING), **ends, **places}


def _leaves() -> Iterable[Mapping[str, object]]:
    """Two spines in one town, on each a module that is broken out to three leaves."""
    for spine in (1, 2):
        for leaf in (1, 2, 3):
            yield {
                **link(f"up-{leaf}-{spine}", "QDD-400G-DR4", "100GBASE-DR", **LEAF),
                "a_device": f"spine{spine}", "a_port": "E1", "a_lanes": leaf, "a_connector": "MPO-12",
                "a_polish": "APC",
                "a_breakout": "4x100G 1x400G", "b_device": f"leaf{leaf}", "b_port": f"U{spine}", "b_cage": "QSFP28",
                "a_fec": "rs544", "b_fec": "none", "a_site": "north", "b_site": "north",
            }  # fmt: skip
    for spine in (1, 2):
        yield {
            **link(f"core-{spine}", "100GBASE-LR4", **LEAF, target_gbps=400),
            "a_device": f"spine{spine}", "a_port": "E9", "b_device": "north-cr", "b_port": f"E{spine + 6}",
            "a_site": "north", "b_site": "north",
        }  # fmt: skip


@cache
def design() -> Design:
    """The network."""
    return design_of([*_ring(), *_leaves()])


# What is done in which window: a name, the links with the strategy and module that each takes, and what comes before.
Unit = tuple[str, Mapping[str, tuple[str, str, str]], tuple[str, ...]]
SWAP = ("direct-swap", "400GBASE-FR4-QSFP-DD", "400GBASE-FR4-QSFP-DD")
LEGS = {f"up-{leaf}-1": ("breakout", "400G-PLR4-QSFP-DD", "100GBASE-DR-QSFP28") for leaf in (1, 2, 3)}
UNITS: Sequence[Sequence[Unit]] = (
    (("span-1", {"span-1": SWAP}, ()),),
    (("core-1", {"core-1": SWAP}, ()), ("span-3", {"span-3": SWAP}, ("span-1",))),
    (("legs of spine1 E1", LEGS, ()),),
)


@cache
def _options(link: str) -> tuple[Option, ...]:
    return options(design(), links=[link]).links[0].options


def _option(link: str, strategy: str, a_module: str, b_module: str) -> Option:
    found = [
        each
        for each in _options(link)
        if (each.strategy, each.a_module, each.b_module) == (strategy, a_module, b_module) and each.verdict == "works"
    ]
    assert found, [(each.strategy, each.a_module, each.b_module, each.verdict) for each in _options(link)]
    return found[0]


@cache
def plan() -> Plan:
    """The plan of UNITS, every state of it audited."""
    return planned(design(), UNITS)


def planned(design: Design, units: Sequence[Sequence[Unit]]) -> Plan:
    """A plan that does these units."""
    sites = dict(design.devices.select("device", "site").iter_rows())
    now, windows, chosen = design, [], []
    for n, several in enumerate(units, 1):
        steps = []
        for unit, links, after in several:
            wanted = {name: _option(name, *each) for name, each in links.items()}
            steps.append(_step(now, unit, wanted, after, sites))
            chosen += [_chosen(name, option, unit, n) for name, option in wanted.items()]
            now = _done(now, steps[-1])
        counts = audit(now).counts
        down = tuple(sorted({link for step in steps for link in step.down}))
        windows.append(
            Window(
                n, None, tuple(sorted({site for step in steps for site in step.sites})), tuple(steps), down,
                _capacity(now, down), State(counts["works"], counts["fails"], counts["unknown"]),
            )
        )  # fmt: skip
    return Plan(
        version="0.1.0", trust="standards", status="complete", windows=tuple(windows), chosen=tuple(sorted(chosen)),
        bom=_bom(windows), collisions=(), objective=(("windows", len(windows)),), bound=len(windows) - 1,
        bound_words="two spans of the ring need a window each", optimal=False,
    )  # fmt: skip


def _step(
    now: Design, unit: str, wanted: Mapping[str, Option], after: tuple[str, ...], sites: Mapping[str, str]
) -> Step:
    rows = {row["link"]: row for row in now.links.iter_rows(named=True)}
    edits, parts, devices = [], Counter[tuple[str, str]](), set()
    seen: set[tuple[str, str, str]] = set()
    for name, option in wanted.items():
        changes = {column: new for column, (_, new) in option.changes.items() if column in LINK_SCHEMA}
        changes["status"] = "active"
        if option.strategy == "breakout":  # each leg keeps the lane it has
            changes.pop("a_lanes", None)
        own = [(column, _held(rows[name][column]), _held(new)) for column, new in sorted(changes.items())]
        edits.append(Edit("links", name, "set", tuple(each for each in own if each[1] != each[2])))
        for side in "ab":
            seat = (rows[name][f"{side}_device"], rows[name][f"{side}_port"])
            devices.add(seat[0])
            if f"{side}_module" in changes and (*seat, side) not in seen:
                seen.add((*seat, side))
                old = _types(now)[name, side]
                parts["buy", str(changes[f"{side}_module"])] += 1
                parts["free", old] += 1
    return Step(
        unit, next(iter(wanted.values())).strategy, tuple(wanted), tuple(sorted({sites[device] for device in devices})),
        tuple(sorted(devices)), tuple(wanted), after, tuple(edits),
        tuple(sorted(Part(action, part, count) for (action, part), count in parts.items())),
        tuple(dict.fromkeys(word for option in wanted.values() for word in option.work.settings)),
        tuple(dict.fromkeys(word for option in wanted.values() for word in option.work.steps)),
    )  # fmt: skip


def _types(now: Design) -> Mapping[tuple[str, str], str]:
    from opticgraph.derive import derive
    from opticgraph.knowledge import know

    judged = derive(now, know())
    return {
        (name, side): told
        for name, *both in judged.links.select("link", "a_type", "b_type").iter_rows()
        for side, told in zip("ab", both, strict=True)
    }


def _held(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _done(now: Design, step: Step) -> Design:
    rows = {row["link"]: row for row in now.links.iter_rows(named=True)}
    for edit in step.edits:
        rows[edit.key] |= {column: list(new) if isinstance(new, tuple) else new for column, _, new in edit.values}
    return replace(now, links=pl.DataFrame(list(rows.values()), schema=now.links.schema))


def _chosen(name: str, option: Option, unit: str, n: int) -> Chosen:
    return Chosen(
        name, option.strategy, option.a_module, option.b_module, option.rate_gbps, option.verdict, option.needs, unit, n
    )


def _capacity(now: Design, down: Sequence[str]) -> tuple[Capacity, ...]:
    """Of the ring: 100G all the time, as some span always stays at 100G."""
    return (Capacity("ring", "ring", 100, 100, 100),) if any(name.startswith("span") for name in down) else ()


def _bom(windows: Sequence[Window]) -> tuple[BomLine, ...]:
    lines: dict[str, Counter[str]] = {}
    where: dict[str, set[str]] = {}
    first: dict[str, int] = {}
    for window in windows:
        for step in window.steps:
            for part in step.parts:
                lines.setdefault(part.part, Counter())[part.action] += part.count
                if part.action == "buy":
                    where.setdefault(part.part, set()).update(step.sites)
                    first.setdefault(part.part, window.n)
    return tuple(
        BomLine(part, told["buy"], told["use"], told["free"], tuple(sorted(where.get(part, ()))), first.get(part))
        for part, told in sorted(lines.items())
    )
