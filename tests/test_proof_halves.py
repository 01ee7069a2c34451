"""Two processes that judge half of the shapes each find what one finds, and one is enough where the other has ended."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rdflib import Literal
from rdflib.namespace import SH
from rdflib.term import Node

import plans_made
from opticgraph import verify
from opticgraph.derive import derive
from opticgraph.errors import CatalogError
from opticgraph.facts import believed, derived_graph, types_of
from opticgraph.knowledge import know
from opticgraph.proof import halves
from opticgraph.reason import asked_of, judged_by
from opticgraph.rules import read_rules

RULES, KNOWLEDGE = read_rules(), know()


def faulty() -> tuple[bytes, bytes, list[Node]]:
    """A graph with much to find, as every module is unfit, and all shapes."""
    design = plans_made.design()
    design = replace(design, links=design.links.with_columns(length_mm=90_000_000, a_fec=design.links["b_fec"]))
    heads = list(asked_of(RULES, design.triples)[0])
    judged = derive(design, KNOWLEDGE)
    return derived_graph(design, judged), believed(types_of(judged), KNOWLEDGE), heads


def test_two_find_what_one_finds() -> None:
    triples, common, heads = faulty()
    one = judged_by(triples, common, RULES.shapes, heads)
    with halves.by_halves(RULES.shapes, halves.WORTH) as both:
        assert both is not judged_by
        assert both(triples, common, RULES.shapes, heads) == one
        assert both(triples, common, RULES.shapes, heads[:1]) == judged_by(triples, common, RULES.shapes, heads[:1])
    assert len(one) > 5


def test_one_is_enough_where_the_other_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    triples, common, heads = faulty()
    for command in (("-c", "pass"), ("-m", "opticgraph.nowhere")):
        monkeypatch.setattr(halves, "_COMMAND", command)
        with halves.by_halves(RULES.shapes, halves.WORTH) as both:
            assert both(triples, common, RULES.shapes, heads) == judged_by(triples, common, RULES.shapes, heads)


def test_what_is_wrong_with_a_rule_is_told_from_either() -> None:
    triples, common, heads = faulty()
    shapes = read_rules().shapes
    for query in list(shapes.subjects(SH.select)):
        shapes.set((query, SH.select, Literal("SELECT $this WHERE { $this ?p ?o MINUS { ?o ?p $this } }")))
    with halves.by_halves(shapes, halves.WORTH) as both, pytest.raises(CatalogError, match="MINUS"):
        both(triples, common, shapes, heads)


def test_a_plan_is_proven_the_same_by_two(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = verify(plans_made.design(), plans_made.plan())
    monkeypatch.setattr(halves, "WORTH", 1)
    assert verify(plans_made.design(), plans_made.plan()) == alone
