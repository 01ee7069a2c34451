"""Goals in Turtle: the same goal as in TOML, every word of them a term, and what is wrong said with its place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import RDF, RDFS, SKOS, Graph, URIRef

from opticgraph import goalfile, load
from opticgraph.errors import DesignError
from opticgraph.goal import AIMS
from opticgraph.goalfile import read_goal
from opticgraph.goalturtle import GOAL
from opticgraph.strategies import STRATEGIES

ROOT = Path(__file__).parent.parent
PREFIXES = f"@prefix goal: <{GOAL}> .\n@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
NAMED = ("floor", "stock", "lead", "power_w", "hosts")  # tables whose names are the user's

letters = st.characters(max_codepoint=0x17F, exclude_characters='"\\', exclude_categories=("Cc",))
names = st.text(letters, min_size=1).filter(lambda text: text.strip() == text)
few = st.lists(names, min_size=1, max_size=3)
counts = st.integers(0, 99)
days = st.dates(date(2027, 1, 1), date(2029, 12, 31))
rates = st.sampled_from(["400G", "100", 800])
TARGETS = st.one_of(
    st.fixed_dictionaries({"links": few, "rate": rates}, optional={"by": days}),
    st.fixed_dictionaries({"between": st.lists(names, min_size=2, max_size=2), "rate": rates}),
    st.fixed_dictionaries({"links": few, "strategies": st.lists(st.sampled_from(STRATEGIES), min_size=1)}),
)
WINDOWS = st.fixed_dictionaries(
    {"days": st.lists(days, min_size=1, max_size=4)},
    optional={
        **dict.fromkeys(("most", "hands", "hands_a_site", "sites"), st.integers(1, 9)),
        **dict.fromkeys(("soak", "soak_days", "drain_minutes", "host_minutes", "check_minutes"), counts),
        "change_minutes": st.integers(1, 60),
        "freeze": st.tuples(days, days).map(lambda pair: [{"from": min(pair), "to": max(pair)}]),
    },
)
SERVICES = st.fixed_dictionaries({"name": names, "a": names, "b": names, "floor_gbps": st.integers(1, 800)})
GOALS = st.fixed_dictionaries(
    {},
    optional={
        "to": rates,
        "target": st.lists(TARGETS, min_size=1, max_size=3),
        "service": st.lists(
            st.fixed_dictionaries({"name": names, "a": names, "b": names, "floor_gbps": st.integers(1, 800)}),
            min_size=1,
        ),
        "risk": st.lists(st.fixed_dictionaries({"name": names, "links": few}), min_size=1),
        "windows": WINDOWS,
        "budget": st.decimals(0, 10_000, places=2),
        **dict.fromkeys(("floor", "stock", "lead"), st.dictionaries(names, counts, min_size=1, max_size=3)),
        "power_w": st.dictionaries(names, st.decimals(0, 900, places=1), min_size=1, max_size=3),
        "hosts": st.dictionaries(names, names, min_size=1, max_size=3),
        "forbidden": st.lists(st.sampled_from(STRATEGIES), min_size=1),
        **dict.fromkeys(("no_connectors", "makers", "may_be_down", "resets_device"), few),
        **dict.fromkeys(("buy", "survive_failure"), st.booleans()),
        "lag": st.sampled_from(["together", "apart"]),
        "unknown": st.sampled_from(["leave", "plan"]),
        "objective": st.one_of(
            st.lists(st.sampled_from(AIMS), min_size=1), st.dictionaries(st.sampled_from(AIMS), counts, min_size=1)
        ),
        "prices": st.just("prices.csv"),
        "seed": counts,
    },
)


def toml(value: object) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f'"{name}" = {toml(each)}' for name, each in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)


def turtle(value: object, name: str = "") -> str:
    if isinstance(value, Mapping) and (name in NAMED or name == "objective"):
        return turtle([{"key": key, "value": each} for key, each in value.items()])
    if isinstance(value, Mapping):
        return "[ " + " ; ".join(f"goal:{term(key)} {turtle(each, key)}" for key, each in value.items()) + " ]"
    if isinstance(value, list):
        return "( " + " ".join(map(turtle, value)) + " )"
    if isinstance(value, date):
        return f'"{value}"^^xsd:date'
    return toml(value)


def term(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


@pytest.fixture(scope="module")
def goals(tmp_path_factory: pytest.TempPathFactory) -> pytest.TempPathFactory:
    return tmp_path_factory


@settings(max_examples=25, deadline=None)
@given(GOALS)
def test_a_goal_is_the_same_in_turtle_and_in_toml(
    tmp_path_factory: pytest.TempPathFactory, goal: dict[str, object]
) -> None:
    folder = tmp_path_factory.mktemp("goals")
    one, other = folder / "goal.toml", folder / "goal.ttl"
    one.write_text("".join(f"{name} = {toml(value)}\n" for name, value in goal.items()), encoding="utf-8")
    facts = "".join(f" ;\n  goal:{term(name)} {turtle(value, name)}" for name, value in goal.items())
    other.write_text(f"{PREFIXES}[] a goal:Goal{facts} .\n", encoding="utf-8")
    assert read_goal(other) == read_goal(one)


def test_the_example_is_the_same_goal_beside_its_network() -> None:
    folder = ROOT / "examples/metro-ring-400"
    assert read_goal(folder / "whole-ring.ttl") == read_goal(folder / "whole-ring.toml")
    assert load(str(folder)).links.height == 5


def test_every_word_of_a_goal_is_a_term_and_every_term_a_word() -> None:
    graph = Graph().parse(ROOT / "ontology/goal.ttl")
    tables = (goalfile._GOAL, goalfile._WINDOWS, goalfile._TARGET, goalfile._SERVICE, goalfile._RISK)
    words = {term(name) for table in tables for name in table} | {"from", "key", "value", "Goal"}
    told = {node: str(node).removeprefix(GOAL) for node in graph.subjects(SKOS.definition) if isinstance(node, URIRef)}
    assert set(told.values()) == words
    for node in told:
        assert len(list(graph.objects(node, RDFS.label))) == len(list(graph.objects(node, RDF.type))) == 1
    labels = [str(label) for label in graph.objects(None, RDFS.label)]
    assert len(labels) == len(set(labels))


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ("goal:windows [ goal:hand 2 ]", "windows.hand: found a name nobody knows; expected hands"),
        ("goal:windows [ goal:hands 0 ]", "windows.hands: found 0; expected a whole number from 1 on"),
        ("goal:lag 'both'", "lag: found 'both'; expected one of together, apart"),
        ("goal:makers <urn:x>", "makers: found <urn:x>; expected a list of names"),
        ("goal:seed 1, 2", "seed: found 2 values; expected one, or a list in brackets"),
        ("goal:seed '1'^^<urn:kind>", "seed: found '1' of the datatype urn:kind; expected a whole number"),
        ("goal:stock ( [ goal:key 'a' ; goal:value 1 ] [ goal:key 'a' ; goal:value 2 ] )", "stock: found 'a' twice"),
        ("goal:target ( [ goal:rate 400 ] )", "target.1: found neither links nor between; expected one of the two"),
        ("goal:to <<( <urn:a> <urn:b> <urn:c> )>>", "to: found a triple; expected a rate"),
        ("<urn:p> 1", "urn:p: found a name nobody knows"),
        ("goal:to", "found no Turtle"),
    ],
)
def test_what_is_wrong_in_turtle_is_said_with_its_place(facts: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "goal.ttl"
    file.write_text(f"{PREFIXES}<urn:goal> a goal:Goal ; {facts} .\n", encoding="utf-8")
    with pytest.raises(DesignError) as caught:
        read_goal(file)
    assert said in str(caught.value)
    assert str(file) in str(caught.value)


def test_a_file_without_a_goal_says_so(tmp_path: Path) -> None:
    file = tmp_path / "goal.ttl"
    file.write_text(PREFIXES, encoding="utf-8")
    with pytest.raises(DesignError, match="found 0 things of the class goal:Goal; expected one"):
        read_goal(file)
