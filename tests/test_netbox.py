"""NetBox dumps: the shipped one against a table worked out by hand and NetBox's own traces, and small ones by case."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from opticgraph.design import LINK_SCHEMA, Assumption, Design
from opticgraph.errors import DesignError
from opticgraph.read.netbox import read
from opticgraph.read.netbox_dump import load, profile_shape
from opticgraph.read.netbox_trace import across, strands, walks
from opticgraph.resources import folder
from opticgraph.terms import words

DUMP = folder("examples") / "netbox"
GOLDEN = Path(__file__).parent / "golden" / "netbox-links.csv"
Tables = dict[str, list[dict[str, Any]]]


# --- The shipped dump


@pytest.fixture(scope="module")
def shipped() -> Design:
    return read(DUMP)


def test_shipped_links_are_those_worked_out_by_hand(shipped: Design) -> None:
    golden = list(csv.DictReader(GOLDEN.read_text(encoding="utf-8").splitlines()))
    found = shipped.links.with_columns(pl.col("a_lanes").list.eval(pl.element().cast(pl.String)).list.join(" "))
    columns = list(golden[0])
    told = [{name: "" if row[name] is None else str(row[name]) for name in columns} for row in found.to_dicts()]
    assert told == golden
    assert {name for name in LINK_SCHEMA if shipped.links[name].null_count() < 10} == {*columns, "file"}


def test_shipped_cages_are_those_of_the_interface_types(shipped: Design) -> None:
    cages = {(row["device"], row["port"]): row["cage"] for row in shipped.ports.to_dicts()}
    assert (cages["a-leaf1", "Ethernet1/1"], cages["a-spine2", "Ethernet2/1"]) == ("QSFP28", "QSFP-DD")
    assert sorted(set(cages.values())) == ["QSFP-DD", "QSFP28"]
    assert shipped.devices.rows()[0] == ("a-leaf1", "Cisco Nexus 9336C-FX2", "DC North", None)


def test_shipped_account_is_whole(shipped: Design) -> None:
    assert shipped.account.counts == {
        "LAGs": 0,
        "cables": 10,
        "cables between interfaces below 40G or of other kinds": 0,
        "cables in links": 9,
        "cables in no link": 1,
        "devices": 9,
        "devices with such ports": 6,
        "interfaces": 216,
        "interfaces below 40G or of other kinds": 12,
        "interfaces in links": 17,
        "interfaces with a cable but in no link": 0,
        "interfaces without a cable": 187,
        "inventory items that are no transceivers": 0,
        "links": 10,
        "modules that are no transceivers": 1,
        "modules told by the component of the inventory item": 13,
        "ports": 204,
        "transceivers not placed": 0,
        "transceivers placed": 13,
        "transceivers recorded twice": 13,
    }
    notes = [
        (note.place, note.text) for note in shipped.account.ignored if not note.text.startswith("files not needed")
    ]
    assert notes == [
        ("cable TRUNK-0002 (pp-a1 Port 2 -- pp-b1 Port 2)", "in no link: no interface is patched through to it")
    ]
    assert shipped.account.guessed == (
        Assumption(
            "a-spine1:Ethernet3/1--b-spine1:et-0/0/0",
            "connectors",
            "4",
            "counted: both module plugs (2), pp-a1 Port 1 (1), pp-b1 Port 1 (1)",
        ),
    )


def test_file_is_named_as_the_user_gave_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(DUMP.parent)
    assert set(read(Path("netbox")).links["file"]) == {"netbox/cables.json"}


@pytest.mark.parametrize("trace", sorted(DUMP.glob("trace_*.json")), ids=lambda path: path.stem)
def test_traces_agree_with_those_of_netbox(trace: Path) -> None:
    segments = json.loads(trace.read_text(encoding="utf-8"))
    start = segments[0][0][0]["id"]
    ours = [walk for walk in walks(load(DUMP)) if walk.start.id == start]
    assert {walk.cables for walk in ours} == {tuple(cable["id"] for _, cable, _ in segments)}
    assert {walk.end.id for walk in ours if walk.end} == {end["id"] for end in segments[-1][2]}


@pytest.mark.parametrize("paths", sorted(DUMP.glob("paths_*.json")), ids=lambda path: path.stem)
def test_paths_agree_with_those_of_netbox(paths: Path) -> None:
    dump = load(DUMP)
    ours = {(one.a.id, one.cables, one.b.id) for one in strands(dump, walks(dump))}
    ours |= {(b, cables[::-1], a) for a, cables, b in ours}
    for path in json.loads(paths.read_text(encoding="utf-8")):
        nodes = [step[0] for step in path["path"]]
        cables = tuple(node["id"] for node in nodes if "/dcim/cables/" in node["url"])
        assert (nodes[0]["id"], cables, nodes[-1]["id"]) in ours


def test_words_are_those_of_the_closed_lists() -> None:
    lists = {
        "fibre": "Fiber",
        "assembly": "Fiber",
        "status": "LinkStatus",
        "connector": "Connector",
        "cage": "FormFactor",
    }
    with (folder("ontology") / "netbox-types.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    strange = [
        row for row in rows if row["kind"] in lists and row["word"] and row["word"] not in words(lists[row["kind"]])
    ]
    assert strange == []
    assert {row["polish"] for row in rows} == {"", *words("Polish")}
    assert {row["evidence"] for row in rows} <= set(words("Evidence")) - {"none"}
    assert len({(row["field"], row["value"]) for row in rows}) == len(rows)


# --- Small dumps


def ref(number: int | None, name: str = "x") -> dict[str, Any] | None:
    return None if number is None else {"id": number, "name": name}


def device(number: int, name: str | None, site: str = "North") -> dict[str, Any]:
    kind = {"manufacturer": {"name": "Acme"}, "model": "S1"}
    return {"id": number, "name": name, "display": "unnamed", "device_type": kind, "site": {"name": site}}


def interface(number: int, of: int, name: str, kind: str = "100gbase-x-qsfp28", **more: Any) -> dict[str, Any]:
    return {"id": number, "device": ref(of), "name": name, "type": {"value": kind, "label": kind}, **more}


def end(number: int, kind: str = "interface") -> dict[str, Any]:
    app = "circuits" if kind == "circuittermination" else "dcim"
    shown = {"name": f"{kind} {number}", "device": {"name": "d"}}
    return {"object_type": f"{app}.{kind}", "object_id": number, "object": shown}


def cable(number: int, a: list[dict[str, Any]], b: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    about = {
        "label": f"C{number}",
        "type": "smf-os2",
        "status": {"value": "connected"},
        "length": 5,
        "length_unit": "m",
    }
    return {"id": number, **about, "a_terminations": a, "b_terminations": b, **more}


def panel(number: int, front: str = "lc", rear: str = "lc", positions: int = 1) -> Tables:
    """A panel with one rear port and a front port for each of its positions: rear 10, fronts 10, 11, ..."""
    fronts = [
        {
            "id": number + place,
            "device": ref(number, f"pp{number}"),
            "name": f"F{place + 1}",
            "type": {"value": front},
            "positions": 1,
            "rear_ports": [{"position": 1, "rear_port": number, "rear_port_position": place + 1}],
        }
        for place in range(positions)
    ]
    back = {
        "id": number,
        "device": ref(number, f"pp{number}"),
        "name": "R",
        "type": {"value": rear},
        "positions": positions,
    }
    return {"front-ports": fronts, "rear-ports": [back]}


def module(number: int, of: int, bay: int, model: str, **more: Any) -> Tables:
    maker = {"name": "Acme"}
    kind = {"id": number, "manufacturer": maker, "model": model, "profile": {"name": "Transceiver"}, **more}
    seat = {"id": number, "device": ref(of), "module_bay": ref(bay, f"bay{bay}"), "module_type": kind}
    return {"modules": [seat], "module-types": [kind]}


def bay(number: int, of: int, name: str, **more: Any) -> dict[str, Any]:
    return {"id": number, "device": ref(of), "name": name, **more}


TWO: Tables = {
    "devices": [device(1, "north"), device(2, "south")],
    "interfaces": [interface(1, 1, "Ethernet1/1"), interface(2, 2, "Ethernet1/1")],
    "cables": [cable(1, [end(1)], [end(2)])],
}


def write(where: Path, *parts: Tables) -> Path:
    """A dump folder of these tables; a table of several parts has the rows of all."""
    tables: Tables = {}
    for part in parts:
        for name, rows in part.items():
            tables[name] = tables.get(name, []) + rows
    for name, rows in tables.items():
        text = json.dumps({"count": len(rows), "next": None, "previous": None, "results": rows}, indent=1)
        (where / f"{name}.json").write_text(text, encoding="utf-8")
    return where


def without(*names: str) -> Tables:
    return {name: rows for name, rows in TWO.items() if name not in names}


def one(design: Design) -> dict[str, Any]:
    rows = design.links.to_dicts()
    assert len(rows) == 1
    return rows[0]


def notes(design: Design) -> list[tuple[str, str]]:
    return [(note.place, note.text) for note in design.account.ignored if "not in the dump" not in note.text]


def guesses(design: Design) -> list[tuple[str, str, str]]:
    return [(guess.field, guess.value, guess.because) for guess in design.account.guessed]


@pytest.mark.parametrize(
    ("length", "unit", "mm"),
    [
        (95.0, "ft", 28_956),
        ("0.33", "ft", 101),  # 100.584 mm, never rounded down
        (8.5, "km", 8_500_000),
        (60, "m", 60_000),
        ("60.00", "m", 60_000),
        (12.5, "cm", 125),
        (2, "mi", 3_218_688),
        (10, "in", 254),
    ],
)
def test_lengths_are_exact(tmp_path: Path, length: float | str, unit: str, mm: int) -> None:
    row = cable(1, [end(1)], [end(2)], length=length, length_unit={"value": unit, "label": unit})
    assert one(read(write(tmp_path, without("cables"), {"cables": [row]})))["length_mm"] == mm


@pytest.mark.parametrize(
    ("length", "unit", "why"),
    [
        (None, None, "no length"),
        (5, None, "a length without a unit"),
        (5, "parsec", "length 5 in no known unit (parsec)"),
        (0, "m", "length 0 m, which no cable has"),
        (-3, "m", "length -3 m, which no cable has"),
        (10**9, "km", "length 1000000000 km, which no cable has"),
    ],
)
def test_length_that_is_not_told_is_unknown(tmp_path: Path, length: int | None, unit: str | None, why: str) -> None:
    row = cable(1, [end(1)], [end(2)], length=length, length_unit=unit)
    design = read(write(tmp_path, without("cables"), {"cables": [row]}))
    assert one(design)["length_mm"] is None
    assert notes(design) == [("link C1", f"cable C1 has {why}: the length is not known")]


@pytest.mark.parametrize(
    ("status", "word", "because"),
    [
        ("planned", "planned", ""),
        ("decommissioning", "retired", ""),
        (None, "active", ""),
        ("spare", "spare", ""),
        ("haunted", "active", "cable status haunted is not one of NetBox's own"),
    ],
)
def test_status_of_the_cable_is_that_of_the_link(tmp_path: Path, status: str | None, word: str, because: str) -> None:
    design = read(write(tmp_path, without("cables"), {"cables": [cable(1, [end(1)], [end(2)], status=status)]}))
    assert one(design)["status"] == word
    assert [guess[2] for guess in guesses(design)] == [because] * bool(because)


def path(*lengths: float | None, types: tuple[str, ...] = ("smf-os2",) * 3) -> Tables:
    """north, panel 10, trunk, panel 20, south."""
    first, trunk, last = (
        cable(number, a, b, length=length, type=kind)
        for number, a, b, length, kind in (
            (1, [end(1)], [end(10, "frontport")], lengths[0], types[0]),
            (2, [end(10, "rearport")], [end(20, "rearport")], lengths[1], types[1]),
            (3, [end(20, "frontport")], [end(2)], lengths[2], types[2]),
        )
    )
    return {**without("cables"), "cables": [first, trunk, last]}


def test_panels_are_crossed_and_lengths_summed(tmp_path: Path) -> None:
    design = read(write(tmp_path, path(3, 100, 4), panel(10, front="lc-apc"), panel(20, front="lc-apc")))
    row = one(design)
    assert (row["link"], row["row"], row["length_mm"]) == ("north:Ethernet1/1--south:Ethernet1/1", 1, 107_000)
    assert (row["panel_connector"], row["panel_polish"], row["route"]) == ("LC duplex", "APC", "C2")
    assert row["connectors"] == 6  # lc-apc before lc: a pair on either face of each panel
    assert design.account.counts["cables in links"] == 3


def test_one_missing_length_leaves_the_path_unknown(tmp_path: Path) -> None:
    design = read(write(tmp_path, path(3, None, 4), panel(10), panel(20)))
    assert one(design)["length_mm"] is None
    assert notes(design) == [
        ("link north:Ethernet1/1--south:Ethernet1/1", "cable C2 has no length: the length is not known")
    ]


def test_splices_are_no_connectors(tmp_path: Path) -> None:
    row = one(read(write(tmp_path, path(3, 100, 4), panel(10, rear="splice"), panel(20, rear="splice"))))
    assert (row["connectors"], row["splices"]) == (4, 2)


@pytest.mark.parametrize(
    ("types", "fibre", "told"),
    [
        (("mmf-om3", "mmf-om4", "mmf-om3"), "OM3", "the cables differ: OM3, OM4; the lowest grade is taken"),
        (("smf-os2", "smf-os1", "smf-os2"), "SMF", "the cables differ: OS1, OS2"),
        (("smf-os2", "mmf-om4", "smf-os2"), None, "the cables differ: OM4, OS2: the fibre is not told"),
        (("smf-os2", "cat6", "smf-os2"), None, "cable C2 is of type cat6, no optical one: the fibre is not told"),
    ],
)
def test_fibre_of_unlike_cables(tmp_path: Path, types: tuple[str, ...], fibre: str | None, told: str) -> None:
    design = read(write(tmp_path, path(3, 100, 4, types=types), panel(10), panel(20)))
    assert one(design)["fiber_type"] == fibre
    said = [guess[2] for guess in guesses(design) if guess[0] == "fiber_type"] + [text for _, text in notes(design)]
    assert said == [told]


FOUR: Tables = {
    "devices": [device(1, "north"), device(2, "south")],
    "interfaces": [
        interface(9, 1, "Ethernet1", "400gbase-x-qsfpdd"),
        *(interface(number, 2, f"Ethernet{number}") for number in (1, 2, 3, 4)),
    ],
}


def lanes(design: Design) -> dict[str, list[int]]:
    return {row["b_port"]: row["a_lanes"] for row in design.links.to_dicts()}


def test_breakout_profile_tells_the_lanes(tmp_path: Path) -> None:
    profile = {"value": "breakout-1c4p-4c1p"}
    legs = [end(number) for number in (3, 1, 4, 2)]
    told = [
        {"cable": 1, "cable_end": side, "termination_type": "dcim.interface", "termination_id": number, **place}
        for side, number, place in (
            ("A", 9, {"connector": 1, "positions": [1, 2, 3, 4]}),
            *(("B", number, {"connector": 5 - number, "positions": [1]}) for number in (1, 2, 3, 4)),
        )
    ]
    tables = {**FOUR, "cables": [cable(1, [end(9)], legs, profile=profile)], "cable-terminations": told}
    design = read(write(tmp_path, tables))
    assert lanes(design) == {"Ethernet1": [4], "Ethernet2": [3], "Ethernet3": [2], "Ethernet4": [1]}
    assert guesses(design) == []


def test_breakout_without_terminations_goes_by_their_order(tmp_path: Path) -> None:
    tables = {**FOUR, "cables": [cable(1, [end(9)], [end(n) for n in (3, 1, 4, 2)], profile="breakout-1c4p-4c1p")]}
    expected = {"Ethernet1": [2], "Ethernet2": [4], "Ethernet3": [1], "Ethernet4": [3]}
    assert lanes(read(write(tmp_path, tables))) == expected


def test_breakout_with_one_leg_in_use_has_one_lane(tmp_path: Path) -> None:
    tables = {**FOUR, "cables": [cable(1, [end(9)], [end(3)], profile="breakout-1c4p-4c1p")]}
    assert lanes(read(write(tmp_path, tables))) == {"Ethernet3": [1]}


def test_breakout_without_profile_is_a_guess(tmp_path: Path) -> None:
    design = read(write(tmp_path, {**FOUR, "cables": [cable(1, [end(9)], [end(1), end(2)])]}))
    assert lanes(design) == {"Ethernet1": [1], "Ethernet2": [2]}
    assert guesses(design) == [
        ("a_lanes", "1", "no cable profile tells lanes; this is leg 1 of 2 in the order of the record"),
        ("a_lanes", "2", "no cable profile tells lanes; this is leg 2 of 2 in the order of the record"),
    ]


def test_two_legs_of_a_module_of_eight_lanes_have_four_each(tmp_path: Path) -> None:
    optic = module(1, 1, 1, "QDD-2X200G", attributes={"lanes": 8})
    seat: Tables = {"module-bays": [bay(1, 1, "Ethernet1")]}
    tables = {**FOUR, "cables": [cable(1, [end(9)], [end(1), end(2)], profile="breakout-1c2p-2c1p")]}
    assert lanes(read(write(tmp_path, tables, optic, seat))) == {"Ethernet1": [1, 2, 3, 4], "Ethernet2": [5, 6, 7, 8]}


def test_breakout_through_a_cassette(tmp_path: Path) -> None:
    leads = [cable(number + 1, [end(9 + number, "frontport")], [end(number)]) for number in (1, 2, 3, 4)]
    trunk = cable(1, [end(9)], [end(10, "rearport")])
    cassette = panel(10, rear="mpo", positions=4)
    design = read(write(tmp_path, {**FOUR, "cables": [trunk, *leads]}, cassette))
    assert lanes(design) == {"Ethernet1": [1], "Ethernet2": [2], "Ethernet3": [3], "Ethernet4": [4]}
    assert set(design.links["connectors"]) == {4}  # two module plugs, MPO and LC of the cassette
    assert notes(design) == []


def trunk_of_four(*interfaces: dict[str, Any], far: int) -> Tables:
    """Interfaces 1 to 4 patched to a cassette, a trunk, a second cassette, and its first ports patched to 5 to 8."""
    near = [cable(n, [end(n)], [end(9 + n, "frontport")]) for n in (1, 2, 3, 4)]
    other = [cable(4 + n, [end(19 + n, "frontport")], [end(4 + n)]) for n in range(1, far + 1)]
    trunk = cable(9, [end(10, "rearport")], [end(20, "rearport")])
    devices = [device(1, "north"), device(2, "south")]
    plant: Tables = {"devices": devices, "interfaces": list(interfaces), "cables": [*near, *other, trunk]}
    for number in (10, 20):
        for name, rows in panel(number, rear="mpo", positions=4).items():
            plant[name] = plant.get(name, []) + rows
    return plant


def test_positions_of_a_trunk_between_cassettes_stay_apart(tmp_path: Path) -> None:
    ports = [interface(n, 1 if n < 5 else 2, f"e{n}") for n in range(1, 9)]
    rows = read(write(tmp_path, trunk_of_four(*ports, far=4))).links.to_dicts()
    assert [(row["a_port"], row["b_port"], row["a_lanes"], row["connectors"]) for row in rows] == [
        (f"e{n}", f"e{n + 4}", None, 6) for n in (1, 2, 3, 4)
    ]


def test_trunk_with_a_way_below_40g_and_one_that_breaks_off_is_told(tmp_path: Path) -> None:
    ports = [interface(n, 1, f"e{n}", "10gbase-x-sfpp" if n == 1 else "100gbase-x-qsfp28") for n in (1, 2, 3, 4)]
    design = read(write(tmp_path, trunk_of_four(*ports, interface(5, 2, "e5", "10gbase-x-sfpp"), far=1)))
    told = [(place.split()[1], text) for place, text in notes(design)]
    assert told == [
        *((f"C{n}", f"in no link: from d interface {n}: nothing is plugged in at pp20 F{n}") for n in (2, 3, 4)),
        ("C9", "in no link: from d interface 2: nothing is plugged in at pp20 F2"),
    ]
    assert design.account.counts["cables between interfaces below 40G or of other kinds"] == 2


def test_lanes_that_the_legs_do_not_divide_are_counted_by_leg(tmp_path: Path) -> None:
    optic = module(1, 1, 1, "PN", attributes={"lanes": 8})
    tables = {**FOUR, "cables": [cable(1, [end(9)], [end(1), end(2), end(3)])], "module-bays": [bay(1, 1, "Ethernet1")]}
    assert lanes(read(write(tmp_path, tables, optic))) == {"Ethernet1": [1], "Ethernet2": [2], "Ethernet3": [3]}


def test_shuffled_profile(tmp_path: Path) -> None:
    tables: Tables = {
        "devices": [device(1, "north"), device(2, "south")],
        "interfaces": [interface(n, 1 if n < 3 else 2, f"Ethernet{n}", "400gbase-x-qsfpdd") for n in (1, 2, 3, 4)],
        "cables": [cable(1, [end(1), end(2)], [end(3), end(4)], profile="trunk-2c4p-shuffle")],
    }
    rows = read(write(tmp_path, tables)).links.to_dicts()
    assert [(row["a_port"], row["a_lanes"], row["b_port"], row["b_lanes"]) for row in rows] == [
        ("Ethernet1", [1, 2], "Ethernet3", [1, 2]),
        ("Ethernet1", [3, 4], "Ethernet4", [1, 2]),
        ("Ethernet2", [1, 2], "Ethernet3", [3, 4]),
        ("Ethernet2", [3, 4], "Ethernet4", [3, 4]),
    ]


def test_transceiver_in_a_bay_named_after_the_interface(tmp_path: Path) -> None:
    seat: Tables = {"module-bays": [bay(1, 1, "Cage Ethernet1/1")]}
    design = read(write(tmp_path, TWO, seat, module(1, 1, 1, "LR4-X", part_number="PN-1")))
    assert one(design)["a_module"] == "PN-1"
    because = "the name Cage Ethernet1/1 of module bay bay1 names the interface"
    assert guesses(design) == [("a_module", "PN-1", because)]
    assert design.account.counts["modules told by the name of the bay"] == 1


def test_transceiver_that_brought_its_interface(tmp_path: Path) -> None:
    tables = without("interfaces")
    tables["interfaces"] = [interface(1, 1, "1/9", "100gbase-lr4", module=ref(1)), interface(2, 2, "Ethernet1/1")]
    design = read(write(tmp_path, tables, module(1, 1, 1, "LR4-X")))
    assert one(design)["a_module"] == "LR4-X"
    assert guesses(design) == [("rate_gbps", "100", "the interface type is 100gbase-lr4")]
    assert design.account.counts["modules told by the interface of the module"] == 1


def test_transceiver_that_brought_four_interfaces_is_one_port(tmp_path: Path) -> None:
    legs = [interface(number, 1, f"e{number}", "100gbase-dr", module=ref(1)) for number in (11, 12, 13, 14)]
    tables = {**FOUR, "interfaces": FOUR["interfaces"][1:] + legs}
    tables["cables"] = [cable(number, [end(10 + number)], [end(number)]) for number in (1, 2)]
    optic = module(1, 1, 1, "DR4-X", attributes={"pmd": "400GBASE-DR4"})
    design = read(write(tmp_path, tables, optic))
    assert [(row["a_port"], row["a_lanes"]) for row in design.links.to_dicts()] == [("bay1", [1]), ("bay1", [2])]


def item(number: int, of: int, name: str, part: str, component: int | None) -> Tables:
    kind = "dcim.interface" if component else None
    told = {"role": {"name": "Transceiver"}, "part_id": part, "component_type": kind, "component_id": component}
    return {"inventory-items": [{"id": number, "device": ref(of), "name": name, **told}]}


def test_transceiver_as_inventory_item(tmp_path: Path) -> None:
    parts = item(1, 1, "optic", "PN-1", 1), item(2, 2, "Optic Ethernet1/1", "PN-2", None)
    design = read(write(tmp_path, TWO, *parts))
    assert (one(design)["a_module"], one(design)["b_module"]) == ("PN-1", "PN-2")
    because = "the name Optic Ethernet1/1 of inventory item Optic Ethernet1/1 names the interface"
    assert guesses(design) == [("b_module", "PN-2", because)]


def test_two_records_that_differ_are_told(tmp_path: Path) -> None:
    seat: Tables = {"module-bays": [bay(1, 1, "x", label="Ethernet1/1")]}
    design = read(write(tmp_path, TWO, seat, module(1, 1, 1, "PN-1"), item(1, 1, "optic", "PN-2", 1)))
    assert one(design)["a_module"] == "PN-1"
    text = "transceiver PN-2 is in Ethernet1/1, where PN-1 is recorded too; not read"
    assert notes(design) == [("north inventory item optic", text)]


def test_transceiver_as_interface_type(tmp_path: Path) -> None:
    tables = without("interfaces")
    tables["interfaces"] = [
        interface(1, 1, "Ethernet1/1", "100gbase-lr4"),
        interface(2, 2, "Ethernet1/1", "100gbase-cr4"),
    ]
    design = read(write(tmp_path, tables))
    row = one(design)
    assert (row["a_module"], row["b_module"], row["rate_gbps"]) == ("100GBASE-LR4", None, 100)
    assert ("a_module", "100GBASE-LR4", "the interface type is 100gbase-lr4") in guesses(design)
    assert design.ports["cage"].to_list() == [None, None]


def test_bay_type_tells_the_cage_that_the_interface_type_does_not(tmp_path: Path) -> None:
    tables = without("interfaces")
    tables["interfaces"] = [interface(1, 1, "Ethernet1/1", "100gbase-lr4"), interface(2, 2, "Ethernet1/1")]
    seats: Tables = {
        "module-bays": [
            bay(1, 1, "Ethernet1/1", module_bay_types=[{"name": "qsfp28"}]),
            bay(2, 2, "Ethernet1/1", module_bay_types=[{"name": "OSFP"}]),
        ]
    }
    design = read(write(tmp_path, tables, seats))
    assert design.ports["cage"].to_list() == ["QSFP28", "QSFP28"]
    text = "the interface type says QSFP28, its module bay OSFP; the type is taken"
    assert notes(design) == [("south Ethernet1/1", text)]


def test_transceiver_that_cannot_be_placed_or_serves_no_link_is_told(tmp_path: Path) -> None:
    tables = {**TWO, "interfaces": [*TWO["interfaces"], interface(3, 1, "Ethernet1/3")]}
    seats: Tables = {"module-bays": [bay(1, 1, "drawer"), bay(3, 1, "Ethernet1/3")]}
    design = read(write(tmp_path, tables, seats, module(1, 1, 1, "PN-1"), module(3, 1, 3, "PN-3")))
    assert notes(design) == [
        ("north Ethernet1/3", "transceiver PN-3 serves no link"),
        ("north bay bay1", "transceiver PN-1 is in no interface that could be told"),
    ]
    counts = design.account.counts
    assert (counts["transceivers placed"], counts["transceivers not placed"]) == (1, 1)


def test_lags_of_both_ends_are_one_group(tmp_path: Path) -> None:
    tables: Tables = {
        "devices": [device(1, "north"), device(2, "south"), device(3, "south2")],
        "interfaces": [
            interface(7, 1, "ae0", "lag"),
            interface(8, 2, "Po1", "lag"),
            interface(9, 3, "Po1", "lag"),
            *(interface(number, 1, f"e{number}", lag=ref(7)) for number in (1, 2)),
            interface(3, 2, "e3", lag=ref(8)),
            interface(4, 3, "e4", lag=ref(9)),
        ],
        "cables": [cable(1, [end(1)], [end(3)]), cable(2, [end(4)], [end(2)])],
    }
    design = read(write(tmp_path, tables))
    assert design.links["group"].to_list() == ["north:ae0--south2:Po1--south:Po1"] * 2
    assert design.groups.rows() == [("north:ae0--south2:Po1--south:Po1", "LAG", None)]


def test_speed_is_the_rate_and_channels_are_legs(tmp_path: Path) -> None:
    channels = [
        interface(20 + n, 1, f"Ethernet1/{n}", "channel", parent=ref(9), channel_id=n, lag=ref(30), speed=100_000_000)
        for n in (1, 2, 3, 4)
    ]
    tables = {**FOUR, "interfaces": [*FOUR["interfaces"], *channels, interface(30, 1, "Po1", "lag")]}
    tables["interfaces"][0] = {**tables["interfaces"][0], "channels": 4, "speed": 400_000_000}
    tables["cables"] = [cable(1, [end(9)], [end(n) for n in (1, 2, 3, 4)], profile="breakout-1c4p-4c1p")]
    design = read(write(tmp_path, tables))
    assert design.links.select("rate_gbps", "group").rows() == [(100, "north:Po1")] * 4


def test_ends_of_unlike_speed_have_no_rate(tmp_path: Path) -> None:
    tables = without("interfaces")
    tables["interfaces"] = [interface(1, 1, "e1", speed=100_000_000), interface(2, 2, "e1", speed=40_000_000)]
    design = read(write(tmp_path, tables))
    assert one(design)["rate_gbps"] is None
    assert notes(design) == [("link C1", "the ends run at 40G and 100G: the rate is not told")]


def test_everything_that_is_no_link_is_accounted_for(tmp_path: Path) -> None:
    tables: Tables = {
        "devices": [device(1, "north"), device(2, "south")],
        "interfaces": [
            *(interface(number, 1, f"e{number}") for number in (1, 2, 3, 4)),
            interface(5, 1, "g5", "1000base-t", cable=ref(3)),
            interface(6, 2, "g6", "1000base-t", cable=ref(3)),
            interface(7, 2, "x7", "800gbase-x-new"),
            interface(8, 2, "w8", wireless_link={"id": 1}, mark_connected=True),
        ],
        "cables": [
            cable(1, [end(1)], [end(1, "circuittermination")]),
            cable(2, [end(1, "powerport")], [end(1, "poweroutlet")]),
            cable(3, [end(5)], [end(6)]),
            cable(4, [end(2), end(3)], [end(4), end(8)]),
            cable(5, [end(10, "rearport")], []),
            cable(6, [end(77)], [end(4, "consoleport")]),
        ],
    }
    design = read(write(tmp_path, tables, panel(10)))
    counts = design.account.counts
    assert design.links.is_empty()
    assert (counts["cables"], counts["cables in no link"]) == (6, 5)
    assert counts["cables between interfaces below 40G or of other kinds"] == 1
    assert notes(design) == [
        ("cable C1 (d interface 1 -- d circuittermination 1)",
         "in no link: from d interface 1: it ends at the circuit d circuittermination 1, "
         "and circuits are not followed"),
        ("cable C4 (d interface 2, d interface 3 -- d interface 4, d interface 8)",
         "in no link: from d interface 2: cable C4 has 2 and 2 plugs and no profile: "
         "which meets which is not recorded"),
        ("cable C5 (d rearport 10 -- nothing)", "in no link: no interface is patched through to it"),
        ("cable C6 (d interface 77 -- d consoleport 4)",
         "in no link: from d interface 77: it ends at d consoleport 4 (dcim.consoleport), no network interface"),
        ("cables that join dcim.poweroutlet and dcim.powerport", "1 in no link: no network interfaces"),
        ("south w8", "marked as connected, but no cable is recorded: no link"),
        ("south w8", "wireless links are not read"),
        ("types", "in use, but not read as optical ports: 1000base-t (2), 800gbase-x-new (1)"),
    ]  # fmt: skip


def test_counts_add_up(shipped: Design) -> None:
    counts = shipped.account.counts
    for whole in ("cables", "interfaces"):
        parts = [name for name in counts if name.startswith(f"{whole} ")]
        assert counts[whole] == sum(counts[name] for name in parts)


def test_interface_that_is_not_in_the_dump_makes_no_link(tmp_path: Path) -> None:
    design = read(write(tmp_path, without("interfaces"), {"interfaces": TWO["interfaces"][:1]}))
    assert design.links.is_empty()
    text = "in no link: from d interface 1: d interface 2 not in interfaces.json"
    assert notes(design) == [("cable C1 (d interface 1 -- d interface 2)", text)]


def test_loop_of_panels_ends(tmp_path: Path) -> None:
    tables = {**TWO, "cables": [cable(1, [end(1)], [end(10, "frontport"), end(10, "rearport")])]}
    design = read(write(tmp_path, tables, panel(10)))
    assert design.links.is_empty()
    assert [text for _, text in notes(design)] == [
        "in no link: from d interface 1: the way comes back to where it started"
    ]


def test_devices_of_one_name_are_kept_apart(tmp_path: Path) -> None:
    tables = {**TWO, "devices": [device(1, "sw", "North"), device(2, "sw", "South"), device(3, None)]}
    row = one(read(write(tmp_path, tables)))
    assert (row["a_device"], row["b_device"]) == ("sw (North)", "sw (South)")


def test_labels_that_are_not_unique_name_no_link(tmp_path: Path) -> None:
    tables = {**TWO, "interfaces": [*TWO["interfaces"], interface(3, 1, "e3"), interface(4, 2, "e4")]}
    tables["cables"] = [cable(1, [end(1)], [end(2)], label="L"), cable(2, [end(3)], [end(4)], label="L")]
    names = read(write(tmp_path, tables)).links["link"].to_list()
    assert names == ["north:Ethernet1/1--south:Ethernet1/1", "north:e3--south:e4"]


def test_front_ports_as_before_netbox_4_5(tmp_path: Path) -> None:
    old = [panel(10), panel(20)]
    for part in old:
        for front in part["front-ports"]:
            (mapped,) = front.pop("rear_ports")
            front |= {"rear_port": ref(mapped["rear_port"]), "rear_port_position": 1}
    assert one(read(write(tmp_path, path(1, 2, 3), *old)))["length_mm"] == 6_000


@pytest.mark.parametrize(
    ("page", "place", "text"),
    [
        ({"count": 7}, "count", "incomplete dump: it holds 1 of 7 objects; fetch every page"),
        ({"next": "http://netbox/api"}, "next", "incomplete dump: 1 objects, and a further page; fetch every page"),
    ],
)
def test_incomplete_dump_says_so(tmp_path: Path, page: dict[str, Any], place: str, text: str) -> None:
    write(tmp_path, TWO)
    (tmp_path / "cables.json").write_text(json.dumps({"count": 1, "results": TWO["cables"], **page}), encoding="utf-8")
    assert notes(read(tmp_path)) == [(place, text)]


def problem(where: Path) -> str:
    with pytest.raises(DesignError) as caught:
        read(where)
    return str(caught.value).replace(where.as_posix(), "dump")


def test_missing_files_are_named_at_once(tmp_path: Path) -> None:
    assert problem(tmp_path) == "\n".join(
        f"dump/{name}.json: found no such file; expected this file of a NetBox dump"
        for name in ("cables", "devices", "interfaces")
    )
    write(tmp_path, path(1, 2, 3), {"rear-ports": panel(10)["rear-ports"]})
    assert problem(tmp_path) == (
        "dump/front-ports.json: found no such file; expected this file, as cables end at its ports"
    )


def test_broken_json_names_file_and_line(tmp_path: Path) -> None:
    write(tmp_path, TWO)
    (tmp_path / "cables.json").write_text('{"count": 1,\n "results": [{]}', encoding="utf-8")
    (tmp_path / "devices.json").write_bytes(b'{"results": "\xff"}')
    assert problem(tmp_path) == (
        "dump/cables.json, row 2: found Expecting property name enclosed in double quotes at character 15 of the line; "
        "expected JSON\ndump/devices.json: found byte 13 is not UTF-8; expected JSON in UTF-8"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '{"detail": "Authentication credentials were not provided."}',
            'dump/cables.json: found {"detail": "Authentication credentials were not provided."}; '
            'expected what the REST API answers: {"count": ..., "results": [...]}',
        ),
        ('{"results": [3]}', "dump/cables.json, row 1: found 3; expected an object"),
        (
            '{"results": [{"id": "one", "length": true, "a_terminations": 3, "label": "a\\nb"}]}',
            "dump/cables.json, row 1, column a_terminations: found 3; expected a list of objects\n"
            'dump/cables.json, row 1, column id: found "one"; expected a whole number\n'
            'dump/cables.json, row 1, column label: found "a\\nb"; expected text in one line\n'
            "dump/cables.json, row 1, column length: found true; expected a number",
        ),
        (
            '{"results": [{"id": 1, "a_terminations": [{"object_type": "dcim.interface"}]}]}',
            "dump/cables.json, row 1, column object_id: found nothing; expected a whole number",
        ),
        ("[" * 100_000, None),
        ('{"results": ' + "9" * 5_000 + "}", None),
    ],
)
def test_wrong_shape_names_every_place(tmp_path: Path, text: str, message: str | None) -> None:
    write(tmp_path, TWO)
    (tmp_path / "cables.json").write_text(text, encoding="utf-8")
    said = problem(tmp_path)
    assert said == message if message else re.match(r"dump/cables.json: found .*; expected JSON", said)


def test_bare_list_is_read_too(tmp_path: Path) -> None:
    write(tmp_path, TWO)
    (tmp_path / "cables.json").write_text(json.dumps(TWO["cables"]), encoding="utf-8")
    assert one(read(tmp_path))["link"] == "C1"


@pytest.mark.parametrize(
    "profile",
    [
        *(f"single-1c{positions}p" for positions in (1, 2, 4, 6, 8, 12, 16)),
        *(f"trunk-2c{positions}p" for positions in (1, 2, 4, 6, 8, 12)),
        *(f"trunk-4c{positions}p" for positions in (1, 2, 4, 6, 8)),
        *("trunk-8c4p", "trunk-2c4p-shuffle", "trunk-4c4p-shuffle"),
        *(f"breakout-1c{legs}p-{legs}c1p" for legs in (2, 4, 6, 8)),
        "breakout-2c4p-8c1p-shuffle",
    ],
)
def test_profiles_lead_each_position_to_one_other_and_back(profile: str) -> None:
    a, b = profile_shape(profile, "A"), profile_shape(profile, "B")
    assert a and b
    (a_connectors, a_positions), (b_connectors, b_positions) = a, b
    near = [(c, p) for c in range(1, a_connectors + 1) for p in range(1, a_positions + 1)]
    far = [across(profile, "A", here) for here in near]
    assert sorted(there for there in far if there) == [
        (c, p) for c in range(1, b_connectors + 1) for p in range(1, b_positions + 1)
    ]
    assert [across(profile, "B", there) for there in far if there] == near
    assert across(profile, "A", (a_connectors, a_positions + 1)) is None


def test_profile_of_a_newer_netbox_that_shuffles_is_not_guessed() -> None:
    assert across("trunk-16c4p-shuffle", "A", (1, 1)) is None
