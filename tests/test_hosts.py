"""The host catalogue: models found as people write them, ports told by name, and files that agree with their index."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from opticgraph.hosts import HOST, PortFacts, find, index_text, near, port
from opticgraph.ports import bare_number, port_list, port_number, port_numbers
from opticgraph.resources import folder
from opticgraph.terms import OPTIC, from_iri

HOSTS = folder("ontology") / "hosts"
FILES = sorted(HOSTS.glob("*.ttl"))


def triples(path: object) -> list[ox.Quad]:
    return list(ox.parse(path=str(path), format=ox.RdfFormat.TURTLE))


EVERYTHING = [quad for path in FILES for quad in triples(path)]


def told(device_type: str, port_name: str) -> PortFacts:
    host = find(device_type)
    assert host is not None
    facts = port(host, port_name)
    assert facts is not None
    return facts


def silent(device_type: str, port_name: str) -> bool:
    host = find(device_type)
    assert host is not None
    return port(host, port_name) is None


# Files


def test_all_models_makers_and_ranges_are_there() -> None:
    kinds = [quad.object.value for quad in EVERYTHING if quad.predicate.value.endswith("#type")]
    ranges = [quad for quad in EVERYTHING if quad.predicate.value == OPTIC + "portRange"]
    # 1,140 rows were read; six of them name ports of two kinds and became two ranges each.
    assert (kinds.count(OPTIC + "HostModel"), kinds.count(OPTIC + "Maker"), len(FILES), len(ranges)) == (
        756,
        62,
        62,
        1146,
    )


def test_the_index_is_in_step_with_the_files() -> None:
    assert (HOSTS / "index.csv").read_text(encoding="utf-8") == index_text(HOSTS)


def test_a_model_stands_in_the_file_that_its_name_begins_with() -> None:
    wrong = [
        quad.subject.value
        for path in FILES
        for quad in triples(path)
        if isinstance(quad.subject, ox.NamedNode)
        and quad.subject.value.removeprefix(HOST).partition(".")[0] != path.stem
    ]
    assert wrong == []


def test_no_name_means_two_models() -> None:
    names = [line.split(",")[0] for line in index_text(HOSTS).splitlines() if not line.endswith(",")]
    assert sorted(names) == sorted(set(names))


def test_every_term_is_defined() -> None:
    used = {quad.predicate.value for quad in EVERYTHING if quad.predicate.value.startswith(OPTIC)}
    used |= {
        quad.object.value
        for quad in EVERYTHING
        if isinstance(quad.object, ox.NamedNode)
        and quad.object.value.startswith(OPTIC)
        and not quad.predicate.value.endswith(("formFactor", "evidence"))
    }
    defined = {quad.subject.value for quad in triples(folder("ontology") / "optics.ttl")}
    assert used - defined == set()


def test_every_form_factor_and_evidence_is_a_known_one() -> None:
    for quad in EVERYTHING:
        for name, of in (("formFactor", "FormFactor"), ("evidence", "Evidence")):
            if quad.predicate.value == OPTIC + name:
                assert isinstance(quad.object, ox.NamedNode)
                known = from_iri(quad.object.value)
                assert known is not None and known[0] == of, quad


def test_every_breakout_mode_is_canonical() -> None:
    modes = {quad.object.value for quad in EVERYTHING if quad.predicate.value == OPTIC + "breakoutMode"}
    assert [mode for mode in sorted(modes) if not re.fullmatch(r"[0-9]x[0-9]+G(\+[0-9]x[0-9]+G)?", mode)] == []


def test_every_range_of_a_model_with_evidence_has_a_source() -> None:
    for line in index_text(HOSTS).splitlines()[1:]:
        name, _, model = line.split(",")
        if model:
            host = find(name)
            assert host is not None
            assert all(each.sources for each in host.ranges) or host.evidence == "none", name


# Models


@pytest.mark.parametrize(
    ("written", "maker", "name"),
    [
        ("N9K-C9336C-FX2", "Cisco", "N9K-C9336C-FX2"),
        ("Cisco Nexus 9336C-FX2", "Cisco", "N9K-C9336C-FX2"),
        ("nexus 9336c fx2", "Cisco", "N9K-C9336C-FX2"),
        ("cisco-n9k-c9336c-fx2", "Cisco", "N9K-C9336C-FX2"),
        ("Cisco Systems N9K-C9336C-FX2", "Cisco", "N9K-C9336C-FX2"),
        ("DCS-7060DX4-32", "Arista", "DCS-7060DX4-32"),
        ("Arista 7060DX4-32", "Arista", "DCS-7060DX4-32"),
        ("Arista Networks DCS-7060DX5-64S-F", "Arista", "DCS-7060DX5-64S"),
        ("Mellanox MSN4700", "NVIDIA", "SN4700"),
        ("NVIDIA SN4700", "NVIDIA", "SN4700"),
        ("x86_64-mlnx_msn4700-r0", "NVIDIA", "SN4700"),
        ("QFX5130-32CD", "Juniper", "QFX5130-32CD-AFI"),
        ("Juniper Networks QFX5130-32CD-AFI", "Juniper", "QFX5130-32CD-AFI"),
        ("Dell EMC S5232F-ON", "Dell", "S5232F-ON"),
        ("PowerSwitch S5232F-ON", "Dell", "S5232F-ON"),
        ("Accton AS7712-32X", "Edgecore", "DCS501"),
        ("JL627A", "HPE / Aruba", "Aruba 8325-32C Back-to-Front"),
        ("FG-1801F", "Fortinet", "FortiGate 1801F"),
    ],
)
def test_a_model_is_found_as_people_write_it(written: str, maker: str, name: str) -> None:
    host = find(written)
    assert host is not None
    assert (host.maker, host.name) == (maker, name)


@pytest.mark.parametrize("written", ["", "Cisco", "32", "Dell N9K-C9336C-FX2", "N9K-C9336C-FX9", "-"])
def test_a_wrong_name_finds_nothing(written: str) -> None:
    assert find(written) is None


def test_a_near_name_is_a_hint() -> None:
    assert near("Cisco N9K-C9336C-FX9")[0] == "Cisco N9K-C9336C-FX2"
    assert near("toaster 2000 with jam") == ()


def test_a_model_without_a_public_source_tells_nothing() -> None:
    host = find("Arista DCS-7388-8D")
    assert host is not None
    assert (host.evidence, port(host, "Ethernet1/1")) == ("none", None)


# Ports


def test_a_port_has_cage_lanes_and_modes() -> None:
    facts = told("Nexus 93600CD-GX", "Ethernet1/29")
    assert (facts.port, facts.form_factor, facts.lanes, facts.lane_rate_gbps) == (29, "QSFP-DD", 8, 50)
    assert facts.modes == ("2x200G", "2x100G", "4x100G", "2x50G", "4x50G", "4x25G", "4x10G")
    assert (facts.modes_complete, facts.contested) == (True, ())
    assert facts.derived == ("lanes", "lane_rate_gbps")
    assert "devicetype-library@0bfacdc1 Cisco/N9K-C93600CD-GX.yaml (400gbase-x-qsfpdd)" in facts.sources


def test_ranges_of_one_model_differ() -> None:
    assert told("N9K-C93180YC-FX", "Ethernet1/48").form_factor == "SFP28"
    assert told("N9K-C93180YC-FX", "Ethernet1/49").form_factor == "QSFP28"
    assert told("N9K-C93180YC-FX", "Ethernet1/49").modes == ("2x50G", "4x25G", "4x10G")


def test_a_mode_list_in_part_is_not_complete() -> None:
    facts = told("Arista 7280CR3K-32P4", "Ethernet33/1")
    assert (facts.form_factor, facts.modes_complete) == ("OSFP", False)


def test_a_stated_lack_of_breakout_is_an_empty_list() -> None:
    facts = told("N9K-X96136YC-R", "Ethernet4/49")
    assert (facts.modes, facts.modes_complete) == ((), True)


def test_a_cage_that_may_be_two_form_factors_has_none() -> None:
    facts = told("SN4280", "swp1")
    assert (facts.form_factor, facts.lanes, facts.contested) == (None, 8, ())
    assert "cage: QSFP-DD or OSFP" in facts.notes


def test_lanes_at_the_switch_chip_are_not_those_of_the_cage() -> None:
    host = find("Dell Z9664F-ON")
    assert host is not None
    assert [(each.form_factor, each.lanes) for each in host.ranges] == [("QSFP-DD", None)]


@pytest.mark.parametrize(
    ("model", "name", "field", "sentence"),
    [
        ("SN4410", "swp1", "form_factor", "SN4410 swp1: form factor is QSFP-DD by "),
        ("NCS-57B1-6D24", "Hu0/0/0/7", "form_factor", "NCS-57B1-6D24-SYS Hu0/0/0/7: form factor is QSFP-DD by "),
        ("SN4700", "swp1", "modes", "SN4700 swp1: breakout is 2x200G, "),
        ("N9K-C93180LC-EX", "Ethernet1/1", "form_factor", "N9K-C93180LC-EX Ethernet1/1: form factor is QSFP+ by "),
    ],
)
def test_a_contested_value_is_not_known_and_says_so(model: str, name: str, field: str, sentence: str) -> None:
    facts = told(model, name)
    assert getattr(facts, field) is None
    assert [each for each in facts.contested if each.startswith(sentence)] != []


def test_what_no_source_denies_stands_beside_a_contested_list() -> None:
    facts = told("SN4700", "swp1")
    assert (facts.modes, facts.modes_agreed) == (None, ("2x200G", "4x100G"))


def test_a_value_under_a_condition_names_it() -> None:
    facts = told("N9K-C93180LC-EX", "Ethernet1/2")
    assert (facts.form_factor, facts.conditions) == ("QSFP+", ("port mode 28x40G + 4x40G/100G, the default",))


@pytest.mark.parametrize(
    ("model", "name", "number"),
    [
        ("N9K-C9336C-FX2", "Ethernet1/36", 36),
        ("N9K-C9336C-FX2", "Eth1/1/2", 1),
        ("N9K-C9336C-FX2", "36", 36),
        ("DCS-7060DX4-32", "Ethernet32", 32),
        ("DCS-7060DX4-32", "Et32/5", 32),
        ("QFX5130-32CD", "et-0/0/0", 0),
        ("QFX5130-32CD", "et-0/0/31:3", 31),
        ("QFX5130-32CD", "et-0/0/0:1.100", 0),
        ("QFX5130-32CD", "et-1/0/5", 5),  # second member of a virtual chassis
        ("8201-32FH", "FourHundredGigE0/0/0/3", 3),
        ("8201-32FH", "FH0/0/0/3", 3),
        ("8201-32FH", "HundredGigE0/0/0/3/2", 3),  # third leg of a 400G port
        ("SN4700", "swp5s1", 5),
        ("S5232F-ON", "ethernet1/1/5:2", 5),
        ("7750 SR-1se 36QSFPDD-800ge", "1/1/c5", 5),
        ("7750 SR-1se 36QSFPDD-800ge", "1/1/c5/1", 5),
        ("Aruba 8325-32C Back-to-Front", "1/1/32", 32),
    ],
)
def test_a_name_means_a_front_panel_port(model: str, name: str, number: int) -> None:
    assert told(model, name).port == number


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("N9K-C9336C-FX2", "Ethernet1/37"),
        ("N9K-C9336C-FX2", "Ethernet2/1"),
        ("N9K-C9336C-FX2", "mgmt0"),
        ("N9K-C9336C-FX2", ""),
        ("N9K-C9336C-FX2", "0"),
        ("QFX5130-32CD", "et-0/1/0"),
        ("QFX5130-32CD", "32"),
        ("S9300-32D", "5"),  # counted from 0 by the only source, which names no port
        ("AS7712-32X", "Ethernet4"),  # one of SONiC's names, which count lanes
        ("7750 SR-1se 36QSFPDD-800ge", "1/1/5"),
        ("8711-32FH-M", "FourHundredGigE0/0/0/1"),  # the source numbers no ports
    ],
)
def test_a_name_that_means_no_known_port_tells_nothing(model: str, name: str) -> None:
    assert silent(model, name)


def test_a_device_may_count_anew_for_each_rate() -> None:
    assert told("88-LC0-34H14FH", "HundredGigE0/2/0/3").form_factor == "QSFP28"
    assert told("88-LC0-34H14FH", "FourHundredGigE0/2/0/3").form_factor == "QSFP-DD"
    assert silent("88-LC0-34H14FH", "TenGigE0/2/0/3")


def settled(*changes: Mapping[str, Any]) -> PortFacts:
    """What port 5 comes to if sources A, B, ... say the same of ports 1-36 but for these changes."""
    host = find("N9K-C9336C-FX2")
    assert host is not None
    base = replace(host.ranges[0], modes=(), worked_out=(), sources=())
    ranges = tuple(replace(base, sources=(name,), **change) for name, change in zip("ABC", changes, strict=False))
    facts = port(replace(host, ranges=ranges), "Ethernet1/5")
    assert facts is not None
    return facts


def test_a_read_value_wins_over_one_that_was_worked_out() -> None:
    facts = settled({"form_factor": "QSFP28", "worked_out": ("formFactor",)}, {"form_factor": "QSFP-DD"})
    assert (facts.form_factor, facts.contested, facts.derived) == ("QSFP-DD", (), ())


def test_a_finer_range_wins_over_a_coarser_one() -> None:
    facts = settled({"lanes": 4}, {"lanes": 8, "ports": (5, 6)})
    assert (facts.lanes, facts.contested) == (8, ())


def test_two_ranges_that_overlap_in_part_are_neither_finer() -> None:
    facts = settled({"lanes": 4, "ports": (4, 5)}, {"lanes": 8, "ports": (5, 6)})
    assert (facts.lanes, facts.contested) == (None, ("N9K-C9336C-FX2 Ethernet1/5: lanes is 4 by A; 8 by B",))


def test_a_disputed_property_is_not_settled_by_reading_or_fineness() -> None:
    facts = settled(
        {"form_factor": "QSFP28", "worked_out": ("formFactor",)},
        {"form_factor": "QSFP-DD", "ports": (5,), "disputed": ("formFactor",)},
    )
    assert facts.form_factor is None
    assert facts.contested == ("N9K-C9336C-FX2 Ethernet1/5: form factor is QSFP-DD by B; QSFP28 by A",)


def test_lists_in_part_add_up_and_agree_with_a_full_one() -> None:
    two = {"modes": ("2x50G",), "modes_in_part": True}
    four = {"modes": ("4x25G",), "modes_in_part": True}
    full = {"modes": ("2x50G", "4x25G", "4x10G")}
    assert (settled(two, four).modes, settled(two, four).modes_complete) == (("2x50G", "4x25G"), False)
    assert (settled(two, full).modes, settled(two, full).modes_complete) == (full["modes"], True)


def test_a_mode_in_use_that_a_full_list_lacks_is_contested() -> None:
    facts = settled({"modes": ("8x10G",), "modes_in_part": True}, {"modes": ("4x10G",)})
    assert (facts.modes, facts.modes_agreed) == (None, ("4x10G",))
    assert facts.contested == ("N9K-C9336C-FX2 Ethernet1/5: breakout is 4x10G by B; 8x10G by A",)


# Names and lists


@pytest.mark.parametrize(
    ("name", "pattern", "number"),
    [
        ("Ethernet1/49", "Ethernet1/{port}", 49),
        ("Ethernet1/49/4", "Ethernet1/{port}", 49),
        ("Ethernet49/1", "Ethernet{port}/1", 49),
        ("Ethernet49", "Ethernet{port}/1", 49),
        ("Ethernet3/49/1", "Ethernet{module}/{port}/1", 49),
        ("Ethernet1/49", "Ethernet{port}/1", None),  # no module has 49 lanes
        ("Ethernet49", "Ethernet1/{port}", None),
        ("Hu0/0/0/3", "HundredGigE0/0/0/{port}", 3),
        ("25GE1/0/3", "100GE1/0/{port}", None),
        ("100GE1/0/3", "100GE1/0/{port}", 3),
        ("1:49", "{port}", None),
        ("1:49", "1/{port}", 49),
        ("1/1/c5/1", "1/1/c{port}", 5),
        ("port1.0.17", "port1.0.{port}", 17),
        ("qsfp28-2-1", "qsfp28-{port}-1", 2),
        ("Ethernet1/4a", "Ethernet1/{port}", None),
        ("Ethernet", "Ethernet1/{port}", None),
    ],
)
def test_names_against_patterns(name: str, pattern: str, number: int | None) -> None:
    assert port_number(name, pattern) == number


def test_a_leg_and_a_stack_member_are_forgiven_when_asked() -> None:
    assert port_number("25GE1/0/3:1", "100GE1/0/{port}") is None
    assert port_number("25GE1/0/3:1", "100GE1/0/{port}", any_rate=True) == 3
    assert port_number("TenGigE0/0/0/3", "HundredGigE0/0/0/{port}", any_rate=True) == 3
    assert port_number("et-1/0/3", "et-0/0/{port}") is None
    assert port_number("et-1/0/3", "et-0/0/{port}", any_member=True) == 3


def test_a_bare_number() -> None:
    assert [bare_number(name) for name in ("49", "Port 49", "port49", "Ethernet49", "4/9", "")] == [
        49,
        49,
        49,
        None,
        None,
        None,
    ]


@given(st.sets(st.integers(min_value=0, max_value=300), min_size=1))
@example({1, 2, 3, 4, 17, *range(21, 33)})
def test_a_list_of_ports_reads_back(numbers: set[int]) -> None:
    text = port_list(numbers)
    assert port_numbers(text) == tuple(sorted(numbers))
    assert port_list(port_numbers(text)) == text


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 20)), min_size=1))
def test_any_spelling_of_a_list_means_the_union_of_its_parts(parts: list[tuple[int, int]]) -> None:
    text = ", ".join(f"{first}-{first + more}" if more else str(first) for first, more in parts)
    union = {number for first, more in parts for number in range(first, first + more + 1)}
    assert port_numbers(text) == tuple(sorted(union))


@given(st.text(max_size=20))
def test_other_text_is_refused_or_names_ascending_ports(text: str) -> None:
    try:
        found = port_numbers(text)
    except ValueError:
        return
    assert found == tuple(sorted(set(found))) != ()


@pytest.mark.parametrize("text", ["", "1-", "-4", "4-1", "1,,2", "all", "1..4", "1-2-3", "1;2", "\u0661"])
def test_what_is_not_a_list_of_ports_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"list of ports|counts down"):
        port_numbers(text)
