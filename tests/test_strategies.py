"""Strategies: each asks a question, says only what is read, and a mistake in a file is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from opticgraph.errors import QueryError
from opticgraph.resources import folder
from opticgraph.strategies import STRATEGIES, VARIABLES, Proposal, propose, read_strategy, strategies

SELECT = "# Which links stay?\nSELECT {} WHERE {{ ?link a <urn:Link> BIND(1 AS ?strands) BIND(2 AS ?strand) }}"


def test_every_file_is_a_strategy_and_asks_a_question() -> None:
    files = {file.stem for file in (folder("queries") / "options").glob("*.rq")}
    assert files == set(STRATEGIES)
    assert [strategy.name for strategy in strategies()] == list(STRATEGIES)
    assert all(strategy.text.endswith("?") for strategy in strategies())


def test_every_variable_that_may_be_said_is_said_by_a_strategy() -> None:
    said = "".join(strategy.query for strategy in strategies())
    assert {name for name in VARIABLES if f"?{name}" not in said} == set()


def test_strategies_stand_in_the_order_in_which_an_architect_tries_them() -> None:
    assert STRATEGIES[0] == "port-reuse"
    assert STRATEGIES[-1] == "stay"
    assert list(propose(b"")) == []


@pytest.mark.parametrize(
    ("query", "says"),
    [
        (SELECT.format("?link ?strand"), r"own\.rq: found \?strand; expected of \?aCageRateGbps, "),
        (SELECT.format("?strands"), r"own\.rq: found no \?link; expected a SELECT of \?link"),
        ("SELECT ?link WHERE { ?link a <urn:Link> }", r"own\.rq:1: found no question; expected a first line such as"),
        ("# Which?\nSELECT ?link WHERE { ?link a }", r"own\.rq: .*expected"),
        ("# Which?\nASK { ?link a <urn:Link> }", r"own\.rq: found no \?link"),
    ],
)
def test_mistake_in_a_strategy_is_said(tmp_path: Path, query: str, says: str) -> None:
    file = tmp_path / "own.rq"
    file.write_text(query, encoding="utf-8")
    with pytest.raises(QueryError, match=says):
        read_strategy(file)


def test_a_strategy_that_says_what_is_read_is_taken(tmp_path: Path) -> None:
    file = tmp_path / "own.rq"
    file.write_text(SELECT.format("?link ?strands"), encoding="utf-8")
    assert read_strategy(file).text == "Which links stay?"


def test_row_of_a_strategy_becomes_a_proposal() -> None:
    optic, xsd = "https://w3id.org/opticgraph/ontology#", "http://www.w3.org/2001/XMLSchema#"
    told = {"name": '"L"', "targetGbps": f'"400.0"^^<{xsd}decimal>', "rateGbps": f'"100.0"^^<{xsd}decimal>'}
    told |= {"strands": f'"2"^^<{xsd}integer>', "spareStrands": f'"6"^^<{xsd}integer>'}
    lines = [f"<urn:l> <{optic}{name}> {value} .\n" for name, value in told.items()]
    lines.append(f"<urn:l> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{optic}OpticalLink> .\n")
    assert list(propose("".join(lines).encode())) == [Proposal("L", "bond", strands=2, copies=4)]
