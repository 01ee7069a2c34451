"""The catalogue as people look things up: whose word each line is, what nobody says, and facts as Turtle."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from rdflib import Graph, URIRef
from rdflib.namespace import RDF

import opticgraph
from opticgraph import Rejected
from opticgraph.design import LINK_SCHEMA, Design
from opticgraph.knowledge import know
from opticgraph.lookup import look_up
from opticgraph.report.answer import render
from opticgraph.sources import OPTIC, SOURCE


@pytest.mark.parametrize("topic", ["modules", "cages", "contested"])
def test_every_line_says_whose_word_it_is(topic: str) -> None:
    table = look_up(topic)
    source, evidence = (table.columns.index(name) for name in ("source", "evidence"))
    known = {"the ontology", *know().sources}
    silent = [row for row in table.rows if not set(str(row[source]).split()) & known and row[source] != "the ontology"]
    # a type of whose reach nobody says anything has no source for it either
    assert [row for row in silent if topic != "modules" or row[table.columns.index("reach_m")]] == []
    assert all(row[evidence] for row in table.rows if row not in silent)


def test_facts_of_a_module_are_told_as_turtle_with_their_sources() -> None:
    table = look_up("modules", "400GBASE-DR4")
    graph = Graph().parse(data=render(table, format="turtle").decode(), format="turtle")
    told = {
        (str(graph.value(node, RDF.subject)), str(graph.value(node, RDF.predicate)), graph.value(node, RDF.object))
        for node in graph.subjects(RDF.type, RDF.Statement)
    }
    sources = {str(o).removeprefix(SOURCE) for o in graph.objects(None, URIRef(OPTIC + "accordingTo"))}
    assert sources == {row[table.columns.index("source")] for row in table.rows}
    assert all((URIRef(s), URIRef(p), o) in graph for s, p, o in told)
    assert len(told) > 20
    assert render(table, format="csv").startswith(b"module,said_of,figure,value,source,evidence")


def test_what_nobody_says_of_an_own_part_is_named_with_the_rules_that_want_it(tmp_path: Path) -> None:
    own = tmp_path / "ours.csv"
    own.write_text("part,maker,sold_as,fiber,reach_m\nNEW,X,QSFP56-DD-400G-VSR4,SMF,2000\n")
    table = look_up("missing", catalogs=[own])
    assert {(row[0], row[1], row[3]) for row in table.rows} == {
        ("X.NEW", "dispersionMaxPsNm", "dispersion-within-limit"),
        ("X.NEW", "dispersionMinPsNm", "dispersion-within-limit"),
        ("X.NEW", "dispersionPerKmHigh", "dispersion-within-limit"),
        ("X.NEW", "dispersionPerKmLow", "dispersion-within-limit"),
        ("X.NEW", "lossBudgetDb", "line-carries-coherent loss-within-budget"),
    }


def test_a_figure_that_all_state_is_missed_of_none() -> None:
    missed = {(row[0], row[1]) for row in look_up("missing").rows}
    assert ("100G-100KM-QSFP28", "reachM") in missed
    assert not [pair for pair in missed if pair[0] == "100GBASE-LR4-QSFP28"]


def as_changed(design: Design, link: str, changed: Rejected) -> Design:
    """The design with the columns of one link as a refusal would have them."""
    values = {name: new for name, (_, new) in changed.changes.items() if name in LINK_SCHEMA}
    here = pl.col("link") == link
    columns = [
        pl.when(here).then(pl.lit(new, LINK_SCHEMA[name])).otherwise(name).alias(name) for name, new in values.items()
    ]
    return replace(design, links=design.links.with_columns(columns).filter(here))


def test_a_refusal_that_another_policy_would_not_make_says_so() -> None:
    design = opticgraph.load("examples/article")
    (told,) = opticgraph.options(design, links=["reuse-1"]).links
    swayed = [each for each in told.rejected if each.contested]
    assert {each.a_module for each in swayed} == {"QSFP56-DD-400G-VSR4"}
    for each in swayed:
        assert [words.startswith("works if policy playbook holds: reachM") for words in each.contested] == [True]
        then = as_changed(design, "reuse-1", each)
        assert [opticgraph.audit(then, trust=name).verdicts[0].verdict for name in ("standards", "playbook")] == [
            "fails",
            "works",
        ]
