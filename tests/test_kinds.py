"""Reasoning once a kind gives what pySHACL gives on the whole graph: made-up rules and designs, and built cases."""

from __future__ import annotations

import ast
import inspect
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import chain
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from rdflib import Graph
from rdflib.namespace import SH
from rdflib.term import Node

from designs import designs
from kinds_cases import CASES, FAR, RINGS, Case, node, parsed, path, select
from madeup import PREFIXES, rule_files
from odd import odd_designs
from opticgraph import footprint, kinds, patterns, places, reason, walks
from opticgraph.derive import Judged, derive
from opticgraph.design import Design
from opticgraph.errors import CatalogError
from opticgraph.facts import graph_of
from opticgraph.footprint import Footprint
from opticgraph.graph import OPTIC
from opticgraph.judge import judge
from opticgraph.kinds import Members, Unplaced
from opticgraph.rules import Rules, read_rules
from opticgraph.walks import Compare
from oracle import by_kinds, differences, knowledge, ours, whole_graph

MORE = int(os.environ.get("OPTICGRAPH_EXAMPLES", "1"))  # times as many made-up examples
LAZY = settings(deadline=None, derandomize=MORE == 1, database=None, suppress_health_check=list(HealthCheck))


# --- made up ---------------------------------------------------------------------------------------------------------


@given(odd_designs(), rule_files())
@settings(LAZY, max_examples=16 * MORE)
def test_made_up_rules_find_the_same_by_kinds_and_on_the_whole_graph(design: Design, file: str) -> None:
    shapes = Graph().parse(data=file, format="turtle")
    judged = derive(design, knowledge())
    try:
        expected = whole_graph(design, shapes, judged=judged)
    except Exception:  # rules that pySHACL does not take: it raises many kinds of error, AttributeError among them
        return
    found = ours(by_kinds(design, shapes, judged=judged), shapes)
    assert sorted((expected - found).items()) == []
    assert sorted((found - expected).items()) == []


@given(odd_designs() | designs(most=8))
@settings(LAZY, max_examples=4 * MORE)
def test_shipped_rules_find_the_same_by_kinds_and_on_the_whole_graph(design: Design) -> None:
    assert differences(replace(design, triples=b""), shipped().shapes) == []


@cache
def shipped() -> Rules:
    return read_rules()


# --- built cases -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CASES)
def test_built_case(name: str) -> None:
    case = CASES[name]
    shapes = parsed(case.shape)
    judged = derive(case.design, knowledge())
    reasoned = by_kinds(case.design, shapes, judged=judged)
    found, expected = ours(reasoned, shapes), whole_graph(case.design, shapes, judged=judged)
    assert found == expected
    assert [how.by for how in reasoned.hows.values()] == [case.by]


def test_a_further_meaning_has_ports_and_modules_of_its_own() -> None:
    """Two links name one module, which may be two things; each meaning of each link is judged by itself."""
    case = CASES["further meanings of two links do not meet"]
    judged = derive(case.design, knowledge())
    lines = graph_of(case.design, judged, knowledge()).decode().splitlines()
    types = Counter(line.split(" ")[0] for line in lines if f"<{OPTIC}ofType>" in line)
    assert judged.links["case"].max() > 0
    assert set(types.values()) == {1}


# --- tests of the tests: five wrong ways -----------------------------------------------------------------------------


def bisimulation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two walks that lead to one thing are not told from two walks to things alike."""
    monkeypatch.setattr(places, "_same", lambda things: iter(()))


def cells_on_every_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers that are tested for equality are only told to be there."""
    monkeypatch.setattr(places, "_as_is", lambda place: place.value if place.scale is None else place.present)


def order_tests_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers are told by being there, whatever they are compared with."""
    plain = places._compared
    monkeypatch.setattr(places, "_compared", lambda *asked: iter(list(plain(*asked))[:-1]))


def no_order_between_measured_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only tests against constants are made."""
    plain = places._compared

    def compared(compare: Compare, sort: str, side: str | None) -> Iterator[pl.Expr]:
        tests = list(plain(compare, sort, side))
        return iter(tests if compare.right is None else tests[:-1])

    monkeypatch.setattr(places, "_compared", compared)


def names_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules that name a thing of the design, or read the letters of its name, are told into kinds all the same."""
    monkeypatch.setattr(footprint, "_unnamed", lambda constant: None)
    monkeypatch.setattr(patterns, "_unnamed", lambda constant: None)
    monkeypatch.setattr(places, "_spelt", lambda walks, sort, side: None)


def ties_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Devices are of one kind if colour refinement gives them one colour, and one stands for all in the whole graph."""
    plain = kinds.kinds_of

    def kinds_of(asked: Mapping[Node, tuple[str, Footprint]], judged: Judged) -> dict[Node, Members | Unplaced]:
        assert len(set(colours(judged).values())) == 1
        return plain({shape: (target, Footprint()) for shape, (target, _) in asked.items()}, judged)

    monkeypatch.setattr(reason, "kinds_of", kinds_of)
    monkeypatch.setattr(reason, "part_of", lambda judged, rows: judged)


def colours(judged: Judged) -> dict[str, int]:
    """Devices by colour refinement over the links between them."""
    pairs = judged.links.select("a_device", "b_device").rows()
    near = {
        device: [b for a, b in pairs if a == device] + [a for a, b in pairs if b == device] for device in chain(*pairs)
    }
    colour = dict.fromkeys(near, 0)
    for _ in near:
        told = {device: (colour[device], tuple(sorted(colour[other] for other in near[device]))) for device in near}
        numbers = {each: number for number, each in enumerate(sorted(set(told.values())))}
        colour = {device: numbers[each] for device, each in told.items()}
    return colour


WRONG: Mapping[str, tuple[Callable[[pytest.MonkeyPatch], None], Sequence[Case]]] = {
    "bisimulation instead of balls": (
        bisimulation,
        [CASES["one cage at both ends is one value of two ways"], CASES["cages told apart when joined"]],
    ),
    "cells on every number": (
        cells_on_every_number,
        [CASES["numbers that differ"], CASES["numbers in a list, by term"]],
    ),
    "order tests left out": (
        order_tests_left_out,
        [CASES["a figure is each member's own"], CASES["an own figure of SPARQL"]],
    ),
    "no order between measured numbers": (
        no_order_between_measured_numbers,
        [CASES["measured numbers keep their order"]],
    ),
    "names ignored": (
        names_ignored,
        [CASES["a thing by its name"], CASES["a thing by its name in SPARQL"], CASES["the letters of a name"]],
    ),
    "ties accepted": (ties_accepted, [RINGS]),
}


@pytest.mark.parametrize("way", WRONG)
def test_a_wrong_way_is_caught(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    patch, cases = WRONG[way]
    right = [differences(case.design, parsed(case.shape)) for case in cases]
    patch(monkeypatch)
    wrong = [differences(case.design, parsed(case.shape)) for case in cases]
    assert right == [[] for _ in cases]
    assert [] not in wrong


def test_ties_give_findings_to_all_or_none() -> None:
    """A ring of six and two triangles: colour refinement sees twelve devices alike, and six are in a triangle."""
    judged = derive(RINGS.design, knowledge())
    found = ours(by_kinds(RINGS.design, parsed(RINGS.shape), judged=judged), parsed(RINGS.shape))
    assert len(set(colours(judged).values())) == 1
    assert sorted(focus.rsplit("/", 1)[1] for focus, *_ in found) == list("uvwxyz")


# --- shipped rules, and what is refused ------------------------------------------------------------------------------


def test_every_shipped_rule_is_judged_by_kinds() -> None:
    judged = derive(FAR, knowledge())
    hows = reason.reason(FAR, judged, knowledge(), shipped()).hows
    assert {shape: (how.by, how.why) for shape, how in hows.items() if how.by != "kinds"} == {}
    assert set(hows) == {str(shape) for shape in shipped().shapes.subjects(SH.targetClass, None)}


def with_rule(tmp_path: Path, shape: str) -> Rules:
    file = tmp_path / "own.ttl"
    file.write_text(PREFIXES + shape, encoding="utf-8")
    return read_rules([file])


def test_coverage_says_what_was_judged_on_the_whole_graph_and_why(tmp_path: Path) -> None:
    case = CASES["the letters of a name"]
    rules = with_rule(tmp_path, case.shape)
    audit = judge(case.design, derive(case.design, knowledge()), knowledge(), rules)
    told = {each.rule: (each.judged, each.found, each.how, each.why) for each in audit.coverage}
    assert told["made"] == (2, 1, "whole graph", "it reads the name of a thing in the design")
    assert {how for rule, (_, _, how, _) in told.items() if rule != "made"} == {"kinds"}


def test_above_the_size_limit_a_refused_rule_is_unknown_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = CASES["the letters of a name"]
    rules = with_rule(tmp_path, case.shape)
    judged = derive(case.design, knowledge())
    monkeypatch.setattr(reason, "WHOLE_GRAPH", 1)
    audit = judge(case.design, judged, knowledge(), rules)
    own = [finding for finding in audit.findings if finding.rule == "made"]
    assert [(finding.severity, finding.nature) for finding in own] == [("unknown", "cannot-tell")]
    assert "made was not judged: it reads the name of a thing in the design" in own[0].message
    told = next(each for each in audit.coverage if each.rule == "made")
    assert (told.judged, told.found, told.how) == (0, 1, "not at all")


def test_a_rule_that_tells_too_much_apart_is_refused_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    shapes = parsed(
        node(path("optic:lengthM", "sh:in ( 5 )"))
        + node(path("optic:lengthM", "sh:maxInclusive 6")).replace("rule:made", "rule:other")
    )
    monkeypatch.setattr(kinds, "MOST_KINDS", 2)
    hows = by_kinds(FAR, shapes).hows
    assert {shape.rsplit("#", 1)[1]: (how.by, how.why) for shape, how in hows.items()} == {
        "made": ("whole graph", "it tells more than 2 kinds of things apart"),
        "other": ("kinds", ""),
    }
    assert differences(FAR, shapes) == []


@pytest.mark.parametrize(
    ("shape", "says"),
    [
        (node("sh:lessThan optic:lossDb"), "LessThanConstraintComponent"),
        (node(select("$this optic:aEnd ?value . VALUES ?value { optic:OS2 }")), "VALUES"),
        (node(path("optic:lengthM", 'sh:maxInclusive "nan"^^xsd:decimal')), "InvalidOperation"),
    ],
)
def test_rules_that_cannot_be_judged_are_an_error_of_the_rules(shape: str, says: str) -> None:
    with pytest.raises(CatalogError, match=f"the rules could not be judged: pySHACL says .*{says}"):
        by_kinds(FAR, parsed(shape))


def test_the_page_lists_every_reason_for_a_refusal() -> None:
    """The reasons stand there as they are printed; what a reason names stands as three dots."""
    page = (Path(__file__).parents[1] / "docs" / "kinds.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| `([^`]+)` \|", page, re.MULTILINE)
    assert sorted(told) == sorted(set(reasons()))


def reasons() -> Iterator[str]:
    """What stands in the code for every Refusal and every Unplaced."""
    for module in (walks, patterns, footprint, places, kinds, reason):
        for call in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") in ("Refusal", "Unplaced", "_Untied"):
                text = call.args[0]
                if isinstance(text, ast.Constant):
                    yield str(text.value)
                elif isinstance(text, ast.JoinedStr):
                    yield "".join(str(part.value) if isinstance(part, ast.Constant) else "..." for part in text.values)


def test_a_class_that_is_a_shape_is_a_rule(tmp_path: Path) -> None:
    rules = with_rule(tmp_path, CASES["a class as its own shape"].shape)
    audit = judge(FAR, derive(FAR, knowledge()), knowledge(), rules)
    told = next(each for each in audit.coverage if each.rule == "Link")
    assert (told.judged, told.found, told.how) == (3, 2, "whole graph")
