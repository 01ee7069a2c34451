"""Options as RDF say what the options say: read back they are the same rows, whatever links are called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import pyoxigraph as ox
import pytest

import choices_made
from opticgraph import load, options, query
from opticgraph.choices import Options
from opticgraph.report.options import render

ROOT = Path(__file__).parent.parent
OPTIC = "https://w3id.org/opticgraph/ontology#"
CATALOG, RULES = "https://w3id.org/opticgraph/catalog#", "https://w3id.org/opticgraph/rules#"
LINK = "https://w3id.org/opticgraph/design#link/"
MADE = {"leaf": choices_made.leaf, "hostile": choices_made.hostile, "empty": choices_made.empty}

Row = tuple[object, ...]


def in_table(told: Options) -> Counter[Row]:
    return Counter(tuple(map(_plain, row)) for row in told.table.rows())


def _plain(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def in_graph(told: Options) -> Counter[Row]:
    """Each node of class optic:Option as a row of choices.TABLE_SCHEMA."""
    graph = ox.Store()
    graph.load(input=render(told, format="turtle"), format=ox.RdfFormat.TURTLE)

    def of(node: ox.NamedNode, name: str) -> list[str]:
        return sorted(quad.object.value for quad in graph.quads_for_pattern(node, ox.NamedNode(OPTIC + name), None))

    def one(node: ox.NamedNode, name: str, head: str = "") -> str | None:
        found = of(node, name)
        assert len(found) <= 1
        assert all(each.startswith(head) for each in found)
        return unquote(found[0].removeprefix(head)) if found else None

    nodes = {quad.subject for quad in graph.quads_for_pattern(None, None, ox.NamedNode(OPTIC + "Option"))}
    return Counter(
        (
            one(node, "optionOf", LINK),
            one(node, "strategy"),
            one(node, "aModuleType", CATALOG),
            one(node, "bModuleType", CATALOG),
            int(rate) if (rate := one(node, "rateGbps")) else None,
            one(node, "optionVerdict"),
            one(node, "optionNeeds"),
            tuple(unquote(rule.removeprefix(RULES)) for rule in of(node, "rejectedBy")),
        )
        for node in nodes
    )


@pytest.mark.parametrize("made", MADE.values(), ids=MADE)
def test_options_are_the_same_rows_in_rdf(made: Callable[[], Options]) -> None:
    assert in_graph(made()) == in_table(made())


def test_options_of_a_network_are_the_same_rows_in_rdf() -> None:
    told = options(load(ROOT / "examples" / "leaf-spine"), links=["up-101-1", "border-2"])
    assert in_graph(told) == in_table(told)
    assert {row[5] for row in in_table(told)} >= {"works", "fails"}


def test_a_question_about_options_has_those_that_the_command_gives() -> None:
    design = load(ROOT / "examples" / "metro-ring")
    asked = query(design, "options-of-link", {"link": "muc-agb-1"})
    told = options(design, links=["muc-agb-1"]).links[0].options
    given = {(row[1], str(row[3]).removeprefix(CATALOG), row[5]) for row in asked.rows}
    assert given == {(each.strategy, each.a_module, each.verdict) for each in told if each.strategy != "stay"}
