"""The drawing of a link: which strand comes out where, what is lit, and that nothing in it is markup of others."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from opticgraph.knowledge import know
from opticgraph.report.lanes import drawing
from opticgraph.report.strands import End, Path, Strand, face_of, lit_fibers, strands_of

DR4 = End("spine1", "1", module="DR4", host_lanes=8, lanes=4, fibers=8, connector="MPO-12 APC")
DR = End("leaf1", "1", module="DR", host_lanes=4, lanes=1, fibers=2, connector="LC duplex UPC")
LR4 = End("leaf2", "1", module="LR4", host_lanes=4, lanes=4, fibers=2, connector="LC duplex", wavelengths=("1295.56",))
BIDI = End("leaf3", "1", module="BX", host_lanes=4, lanes=1, fibers=1, connector="LC simplex")


def ways(path: Path) -> list[tuple[int, int, str]]:
    return [(strand.a, strand.b, strand.way) for strand in strands_of(path)]


def test_type_b_brings_the_first_four_to_the_last_four() -> None:
    # TIA-568: position 1 comes out at 12. Counted from nought.
    assert ways(Path(DR4, DR4, polarity="B")) == [
        (0, 11, "ab"), (1, 10, "ab"), (2, 9, "ab"), (3, 8, "ab"),
        (8, 3, "ba"), (9, 2, "ba"), (10, 1, "ba"), (11, 0, "ba"),
    ]  # fmt: skip


@pytest.mark.parametrize(("polarity", "ends"), [("A", [0, 1, 2, 3]), ("C", [1, 0, 3, 2])])
def test_straight_and_flipped_trunks_leave_parallel_transmitters_on_transmitters(
    polarity: str, ends: list[int]
) -> None:
    assert ways(Path(DR4, DR4, polarity=polarity)) == [(row, end, "lost") for row, end in enumerate(ends)]


@pytest.mark.parametrize("polarity", ["B", "C", ""])
def test_a_pair_crosses(polarity: str) -> None:
    assert ways(Path(LR4, LR4, polarity=polarity)) == [(0, 1, "ab"), (1, 0, "ba")]


def test_a_straight_pair_joins_transmitters() -> None:
    assert ways(Path(LR4, LR4, polarity="A")) == [(0, 0, "lost")]


def test_one_strand_carries_both_ways() -> None:
    assert ways(Path(BIDI, BIDI)) == [(0, 0, "both")]


def test_a_leg_uses_its_own_positions() -> None:
    third = replace(DR4, used=(3,))
    assert ways(Path(third, DR, polarity="B")) == [(2, 1, "ab"), (9, 0, "ba")]
    assert lit_fibers(third, face_of(third)) == [2]
    told = drawing(Path(replace(third, others={1: "up-1", 2: "up-2"}), DR))
    assert "sends 3, receives 10" in told
    assert [name in told for name in (">up-1<", ">up-2<", ">free<")] == [True, True, True]


def test_strands_that_are_not_there_carry_nothing() -> None:
    assert [strand.way for strand in strands_of(Path(LR4, LR4, strands=1))] == ["ab", "lost"]
    assert "1 of 2 fibres" in drawing(Path(LR4, LR4, strands=1))


def test_nothing_is_drawn_between_modules_that_are_not_known() -> None:
    assert strands_of(Path(replace(LR4, fibers=None), LR4)) == []
    ElementTree.fromstring(drawing(Path(End("leaf1", "1"), End("leaf2", "1"))))


def test_the_picture_is_told_in_words() -> None:
    told = ElementTree.fromstring(drawing(Path(DR4, DR4, fiber="OS2", length="110 m", polarity="A")))
    assert [child.tag for child in told[:2]] == ["title", "desc"]
    assert told[0].text == "spine1 1 to spine1 1"
    words = told[1].text or ""
    assert "MPO-12 APC, sends 1\u20134, receives 9\u201312" in words
    assert "On 4 strands no light arrives at a receiver" in words


@pytest.mark.parametrize("name", ["<script>", '"><img src=x>', "</desc></svg>", "&lt;", "\u202e", "\x00"])
def test_names_stay_text(name: str) -> None:
    end = End(name, name, name, name, name, name, 4, name, 4, name, name, (name,), 8, name, (1,), {2: name})
    path = Path(end, end, name, name, 2, name, name, name, name)
    root = ElementTree.fromstring(drawing(path))
    assert {element.tag for element in root.iter()} <= {"svg", "title", "desc", "rect", "text", "path"}


def test_every_module_of_the_catalogue_can_be_drawn_in_any_plug() -> None:
    plugs = {plug for type_ in know().types.values() for plug in type_.connectors} | {""}
    shapes = {
        (type_.electrical_lanes, type_.lanes, type_.fibers, type_.wavelengths, type_.medium == "cable assembly")
        for type_ in know().types.values()
    }
    for host, lanes, fibers, nm, cable in sorted(shapes, key=str):
        for plug in sorted(plugs):
            end = End(
                "a", "1", host_lanes=host, lanes=lanes, fibers=fibers, wavelengths=nm, cable=cable, connector=plug
            )
            for polarity in "ABC":
                path = Path(end, replace(end, used=(1,)), polarity=polarity)
                ElementTree.fromstring(drawing(path))
                ElementTree.fromstring(drawing(replace(path, b=end)))
                face = face_of(end)
                assert all(0 <= row < face.rows for row in (*face.sends, *face.hears))
                assert all(isinstance(strand, Strand) for strand in strands_of(replace(path, b=DR4)))
