"""Options put into effect: the design that each gives is audited anew, as a whole, and comes out as it was offered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import combinations

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from designs import designs, knowledge
from network import ASKED, NETWORK, design_of, network
from opticgraph import Option, Rejected
from opticgraph.become import options
from opticgraph.candidates import base_rows, judge_rows
from opticgraph.derive import derive
from opticgraph.design import DEVICE_SCHEMA, GROUP_SCHEMA, LINK_SCHEMA, PORT_SCHEMA, SIDES, Design
from opticgraph.judge import judge
from opticgraph.reason import Memory
from opticgraph.result import Verdict
from opticgraph.rules import read_rules

LAZY = settings(deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
Values = Mapping[str, object]  # columns of a link's row that get another value


class States:
    """Designs beside each other in one, to be audited in one run: names of each begin with its number."""

    def __init__(self, design: Design) -> None:
        self._judged = derive(design, knowledge())
        self._rows = {str(row["link"]): row for row in base_rows(self._judged).iter_rows(named=True)}
        self._devices = {str(row["device"]): row for row in design.devices.iter_rows(named=True)}
        self._ports = {(str(r["device"]), str(r["port"])): r for r in self._judged.ports.iter_rows(named=True)}
        self._links: list[Values] = []
        self._ends: dict[tuple[str, str], Values] = {}
        self._seen: dict[str, Values] = {}
        self.count = 0

    def add(self, link: str, changes: Values, *, beside: Values | None = None, others: Iterable[str] = ()) -> str:
        """A state: a link changed, those of others as they are; beside is what is changed of it where it goes on."""
        mark = f"{self.count}|"
        self.count += 1
        rows = [{**self._rows[link], **changes}]
        if beside is not None:
            rows.append({**self._rows[link], **beside, "link": f"{link} of now"})
        rows += [self._rows[other] for other in others]
        for row in rows:
            named = {name: f"{mark}{row[name]}" for name in ("link", "a_device", "b_device")}
            self._links.append({name: {**row, **named, "group": None}[name] for name in LINK_SCHEMA})
            for side in SIDES:
                self._end(mark, side, row)
        return f"{mark}{link}"

    def _end(self, mark: str, side: str, row: Values) -> None:
        device, port = str(row[f"{side}_device"]), str(row[f"{side}_port"])
        told = {"cage": row[f"{side}_cage"], "power_mw": row[f"{side}_cage_power_mw"], "modes": row[f"{side}_modes"]}
        self._ends.setdefault((f"{mark}{device}", port), told)
        self._seen[f"{mark}{device}"] = self._devices.get(device, {})

    def verdicts(self) -> dict[str, Verdict]:
        links = pl.DataFrame(self._links, schema=LINK_SCHEMA).sort("link")
        ports = [{"device": d, "port": p, **told} for (d, p), told in self._ends.items()]
        devices = [{**told, "device": name, "device_type": None} for name, told in self._seen.items()]
        design = Design(
            links=links,
            ports=pl.DataFrame(ports, schema=PORT_SCHEMA).sort("device", "port"),
            devices=pl.DataFrame(devices, schema=DEVICE_SCHEMA).sort("device"),
            groups=pl.DataFrame(schema=GROUP_SCHEMA),
        )
        found = judge(design, derive(design, knowledge()), knowledge(), read_rules())
        return {verdict.link: verdict for verdict in found.verdicts}


def new(each: Option | Rejected) -> Values:
    """The columns of a link as they would be; what goes on beside has ports of its own."""
    ports = {f"{side}_port": "beside" for side in SIDES} if each.strategy == "wavelength-overlay" else {}
    return ports | {name: value for name, (_, value) in each.changes.items()}


def beside(each: Option | Rejected) -> Values | None:
    """What is changed of the link of now where it goes on: its light goes through the filters."""
    if each.strategy != "wavelength-overlay":
        return None
    return {name: each.changes[name][1] for name in ("mux_mdb", "loss_mdb") if name in each.changes}


def as_offered(design: Design, links: Iterable[object]) -> list[str]:
    """What comes out otherwise than it was offered."""
    states = States(design)
    asked: list[tuple[str, Option | Rejected]] = []
    for told in links:
        for each in (*told.options, *told.rejected):  # type: ignore[attr-defined]
            if each.strategy not in ("stay", "bond"):
                asked.append((states.add(told.link, new(each), beside=beside(each)), each))  # type: ignore[attr-defined]
    found, wrong = states.verdicts(), []
    for name, each in asked:
        verdict = found[name]
        now = found.get(f"{name} of now")
        if isinstance(each, Rejected):
            broken = {*verdict.rules, *(now.rules if now else ())} if verdict.verdict == "fails" or now else set()
            ok = set(each.rules) <= broken
        else:
            needed = each.verdict if not any("_port:" in need for need in each.needs) else "not fails"
            ok = verdict.verdict == needed if needed == "works" else verdict.verdict != "fails"
        if not ok:
            wrong.append(f"{name}: {each.strategy} {each.a_module} {each.b_module}: {each} but {verdict}")
    return wrong


def test_options_of_the_network_audit_as_they_were_offered() -> None:
    assert as_offered(design_of(NETWORK), network().links) == []


@given(st.data())
@settings(LAZY, max_examples=2)
def test_options_of_made_up_designs_audit_as_they_were_offered(data: st.DataObject) -> None:
    design = apart(data.draw(st.lists(designs(most=2), min_size=2, max_size=2)))
    assert as_offered(design, options(design).links) == []


def apart(made: Sequence[Design]) -> Design:
    """Designs as one, each link between ports of its own; what is only told of groups is left out."""
    links, ports, devices = [], [], []
    for number, design in enumerate(made):
        cages = {(r["device"], r["port"]): r for r in design.ports.iter_rows(named=True)}
        for row in design.links.iter_rows(named=True):
            own = {"link": f"{number} {row['link']}", "group": None}
            for side in SIDES:
                device, port = f"{number} {row[f'{side}_device']}", f"{row['link']} {side}"
                own |= {f"{side}_device": device, f"{side}_port": port}
                known = cages.get((row[f"{side}_device"], row[f"{side}_port"]), {})
                ports.append({**known, "device": device, "port": port, "port_group": None})
            links.append({**row, **own})
        devices += [{**r, "device": f"{number} {r['device']}"} for r in design.devices.iter_rows(named=True)]
    return Design(
        links=pl.DataFrame(links, schema=LINK_SCHEMA),
        ports=pl.DataFrame(ports, schema=PORT_SCHEMA).sort("device", "port"),
        devices=pl.DataFrame(devices, schema=DEVICE_SCHEMA).sort("device"),
        groups=pl.DataFrame(schema=GROUP_SCHEMA),
    )


# --- flips and repairs -----------------------------------------------------------------------------------------------


def flipped() -> Iterable[tuple[str, Values, Sequence[tuple[Values, ...]], str]]:
    """Link, columns before, the changes of each way out, the verdict it promises: of flips and repairs."""
    for told in network().links:
        for rejected in told.rejected:
            for flip in rejected.flips if rejected.strategy not in ("wavelength-overlay", "bond") else ():
                yield told.link, new(rejected), [dict(change.values) for change in flip.changes], flip.verdict
        for flip in told.repairs:
            yield told.link, {}, [dict(change.values) for change in flip.changes], flip.verdict


def test_what_would_flip_it_does_and_no_part_of_it_would() -> None:
    states = States(design_of(NETWORK))
    whole, without = [], []
    for link, before, changes, verdict in flipped():
        together = {name: value for change in changes for name, value in change.items()}
        whole.append((states.add(link, {**before, **together}), verdict))
        for kept in combinations(changes, len(changes) - 1):
            part = {name: value for change in kept for name, value in change.items()}
            without.append(states.add(link, {**before, **part}))
    found = states.verdicts()
    assert len(whole) > 100
    assert [name for name, verdict in whole if found[name].verdict != verdict] == []
    assert [name for name in without if found[name].verdict != "fails"] == []


# --- completeness ----------------------------------------------------------------------------------------------------


def test_no_pair_of_modules_that_works_is_missing() -> None:
    """Every pair of module types of 400G in the cages of now, tried one by one, on the plant as it is."""
    design = design_of(NETWORK)
    types = [t for t in knowledge().types.values() if t.rate_gbps == 400 and t.form_factor == "QSFP-DD"]
    types = [t for t in types if len(t.about) == 2 and t.medium != "cable assembly"]  # no maker's parts
    states = States(design)
    tried: dict[str, tuple[str, str, str]] = {}
    links = ("short", "om4", "dark-8db", "amplified-1", "one-strand")
    assert set(links) <= set(ASKED)
    for link in links:
        for a in types:
            for b in types:
                fecs = {
                    f"{s}_fec": t.host_fecs[0] if len(t.host_fecs) == 1 else None
                    for s, t in zip("ab", (a, b), strict=True)
                }
                columns = {"a_module": a.id, "b_module": b.id, "rate_gbps": 400, "status": "planned", **fecs}
                tried[states.add(link, columns)] = link, a.interface, b.interface
    works = {tried[name] for name, verdict in states.verdicts().items() if verdict.verdict != "fails"}
    offered = {
        (told.link, option.a_interface, option.b_interface)
        for told in network().links
        for option in told.options
        if told.link in links and option.strategy in ("direct-swap", "coherent")
    }
    assert offered == works
    assert len(works) > 20


# --- memory ----------------------------------------------------------------------------------------------------------


@given(st.lists(designs(most=4), min_size=2, max_size=3))
@settings(LAZY, max_examples=3)
def test_what_is_remembered_changes_no_answer(made: Sequence[Design]) -> None:
    memory: Memory = {}
    judging = partial(judge_rows, knowledge=knowledge(), rules=read_rules())
    for design in made:
        rows = base_rows(derive(design, knowledge())).drop("at")
        used, fresh = judging(rows, memory=memory), judging(rows, memory={})
        assert used.findings(range(rows.height)) == fresh.findings(range(rows.height))
    assert memory
