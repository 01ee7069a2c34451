"""Asking: what a parameter may be, what is refused and how it is said, and what each form of an answer holds."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest

import asking
from opticgraph import sparql
from opticgraph.ask import query, table
from opticgraph.dataset import dataset
from opticgraph.errors import QueryError
from opticgraph.question import find, plain
from opticgraph.report.answer import render, shown
from opticgraph.table import Iri, Table, Typed

OPTIC = "https://w3id.org/opticgraph/ontology#"
PART = "https://w3id.org/opticgraph/catalog#"
HEAD = f"PREFIX optic: <{OPTIC}>\nPREFIX given: <https://w3id.org/opticgraph/given#>\n"


def own(folder: Path, text: str) -> Path:
    file = folder / "own.rq"
    file.write_text(HEAD + text, encoding="utf-8")
    return file


def ask(question: str | Path, **parameters: str) -> Table:
    return asking.answer(find(question), parameters)


def said(question: str | Path, **parameters: str) -> str:
    with pytest.raises(QueryError) as told:
        ask(question, **parameters)
    return str(told.value)


# --- questions and parameters ---------------------------------------------------------------------------------------


def test_a_question_is_answered_in_a_process_of_its_own() -> None:
    design, _ = asking.known()
    found = query(design, "free-cages", {"formFactor": "QSFP-DD"})
    assert found.question == "Which cages of a form factor does no link use?"
    assert found.columns == ("formFactor", "site", "device", "port", "powerLimitW")
    assert found.rows[0] == (Iri(OPTIC + "QSFP-DD"), "Amsterdam 1", "spine1", "Ethernet3/1", Decimal(14))
    assert found == ask("free-cages", formFactor="QSFP-DD")


@pytest.mark.parametrize("written", ["QSFP-DD", "qsfp dd", "QDD", "optic:QSFP-DD", f"<{OPTIC}QSFP-DD>"])
def test_a_word_may_be_written_as_people_write_it(written: str) -> None:
    assert len(ask("free-cages", formFactor=written).rows) == 4


@pytest.mark.parametrize("written", ["QDD-400G-DR4", "part:QDD-400G-DR4", "qdd 400g dr4", PART + "QDD-400G-DR4"])
def test_a_part_may_be_written_as_people_write_it(written: str) -> None:
    found = ask("free-cages-for-part", part=written)
    assert {row[0] for row in found.rows} == {Iri(PART + "QDD-400G-DR4")}


def test_an_interface_may_be_named_by_a_part() -> None:
    found = ask("reaches", interface="100GBASE-LR4-QSFP28")
    assert {row[0] for row in found.rows} == {Iri(PART + "100GBASE-LR4")}


def test_a_mistyped_question_names_the_nearest() -> None:
    told = said("free-cage")
    assert told.startswith("question: found 'free-cage'; expected free-cages (nearest), amplified-lines, ")
    assert told.endswith(", or a .rq file")


def test_a_mistyped_parameter_names_the_nearest() -> None:
    expected = "found the parameter 'formfaktor'; expected formFactor (nearest)"
    assert said("free-cages", formfaktor="QSFP28") == f"free-cages: {expected}"
    assert said("breakouts", link="x") == "breakouts: found the parameter 'link'; expected none"


def test_a_mistyped_name_is_an_error_and_no_empty_answer() -> None:
    assert said("findings-on-device", device="core4") == (
        "parameter device: found 'core4'; expected core3 (nearest), core2, core1, leaf4, pop2, pop1, leaf3, leaf2 "
        "or 3 more"
    )
    assert said("links-on-route", route="duct") == (
        "parameter route: found 'duct'; expected duct west (nearest), duct east, duct south, duct north, tray B, "
        "tray A, riser 1"
    )
    assert said("links-by-verdict", verdict="fail") == (
        "parameter verdict: found 'fail'; expected fails (nearest), works, unknown"
    )
    assert said("findings-by-rule", rule="link-in-reach").startswith(
        "parameter rule: found 'link-in-reach'; expected link-within-reach (nearest), "
    )
    assert said("findings-on-source", source="MT-ZR5").startswith(
        "parameter source: found 'MT-ZR5'; expected MT-ZR4 (nearest), "
    )


def test_a_word_of_another_list_is_an_error() -> None:
    told = said("free-cages", formFactor="QSFP29")
    assert told.startswith("parameter formFactor: found 'QSFP29'; expected QSFP28 (nearest), or CFP, ")
    assert said("free-cages", formFactor="optic:LC-duplex").startswith("parameter formFactor: found 'optic:LC-")


def test_a_name_of_several_parts_lists_them() -> None:
    assert said("links-a-part-could-serve", part="ER4") == (
        "parameter part: found 'ER4'; expected one of its meanings: 100G-4WDM-40-QSFP28, 100G-ER4-LITE-QSFP28, "
        "100GBASE-ER4-QSFP28"
    )


def test_a_number_must_be_one() -> None:
    expected = "parameter withinDb: found '1,5'; expected a number such as 1.5"
    assert said("links-near-limit", withinDb="1,5") == expected


# --- a user's own query ---------------------------------------------------------------------------------------------


def test_own_query_takes_its_variables_as_parameters(tmp_path: Path) -> None:
    file = own(tmp_path, "SELECT ?name ?link WHERE { ?link a optic:Link . ?link optic:name ?name } ORDER BY ?name")
    found = ask(file, name="core2-core3")
    assert found.rows == (("core2-core3", Iri("https://w3id.org/opticgraph/design#link/core2-core3")),)
    assert said(file, nam="x") == "own: found the parameter 'nam'; expected name (nearest), link"


def test_a_parameter_is_a_value_and_never_text_of_the_query(tmp_path: Path) -> None:
    file = own(tmp_path, "SELECT ?name WHERE { ?link a optic:Link . ?link optic:name ?name }")
    assert ask(file, name='" . ?s ?p ?o } #').rows == ()
    assert ask(file, name='"\n\\').rows == ()


def test_a_parameter_that_is_not_projected_is_an_error(tmp_path: Path) -> None:
    file = own(tmp_path, "SELECT ?link WHERE { ?link optic:name ?name }")
    expected = "found the parameter 'name'; expected one that the query projects by SELECT"
    assert said(file, name="x") == f"{file}: {expected}"


def test_a_number_to_compare_with_is_given(tmp_path: Path) -> None:
    file = own(
        tmp_path,
        "SELECT ?longerM ?name WHERE { ?link optic:name ?name . ?link optic:lengthM ?lengthM . "
        "[] given:longerM ?longerM . FILTER(?lengthM > ?longerM) } ORDER BY ?name",
    )
    assert ask(file, longerM="76000").rows == ((76000, "core1-core3 wave"),)


def test_a_syntax_error_names_file_line_and_place(tmp_path: Path) -> None:
    file = own(tmp_path, "SELECT ?link WHERE {\n  ?link optic:name }\n")
    assert said(file) == f"{file}:4: found '}}' at column 20; expected a query in SPARQL 1.1"
    file = own(tmp_path, "SELECT ?link WHERE {\n  ?link a optic:Link\n")
    assert said(file) == f"{file}:5: found the end of the query at column 1; expected a query in SPARQL 1.1"


def test_an_undeclared_prefix_is_named(tmp_path: Path) -> None:
    told = said(own(tmp_path, "SELECT ?link WHERE { ?link foo:name ?name }"))
    assert told.endswith("expected a prefix that is declared")


@pytest.mark.parametrize("text", ["LOAD <http://example.org/x>", "INSERT DATA { <urn:a> <urn:b> 1 }", "DROP ALL", ""])
def test_an_update_is_no_query(tmp_path: Path, text: str) -> None:
    assert said(own(tmp_path, text)).endswith("expected a query in SPARQL 1.1")


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?s WHERE { SERVICE <http://127.0.0.1:9000/> { ?s ?p ?o } }",
        "SELECT ?s WHERE { service silent ?where { ?s ?p ?o } }",
        'SELECT ?s WHERE { FILTER("a" != "\\"") SERVICE<http://127.0.0.1:9000/>{ ?s ?p ?o } }',
        "SELECT ?s WHERE { ?s a optic:Link . # '\n SERVICE <http://127.0.0.1:9000/> { ?s ?p ?o } # '\n }",
        "SELECT ?s WHERE { \\u0053ERVICE <http://127.0.0.1:9000/> { ?s ?p ?o } }",
    ],
)
def test_no_query_reaches_the_network(tmp_path: Path, text: str) -> None:
    file = own(tmp_path, text)
    expected = "found SERVICE; expected a query of this design alone, no network is asked"
    assert said(file) == f"{file}: {expected}"


@pytest.mark.parametrize("text", ["?service", "$SERVICE", "service:SERVICE", '"SERVICE"', "'''SERVICE'''", "<SERVICE>"])
def test_the_word_alone_is_no_crime(text: str) -> None:
    assert "SERVICE" not in plain(f"SELECT * WHERE {{ {text} ?p ?o }} # SERVICE").upper()


def test_a_query_that_runs_away_is_stopped(tmp_path: Path) -> None:
    file = own(tmp_path, "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
    with pytest.raises(QueryError) as told:
        query(asking.known()[0], file, seconds=0.5)
    expected = "found no answer within 0.5 seconds; expected a query that reads less, or more time"
    assert str(told.value) == f"{file}: {expected}"


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    assert said(tmp_path / "none.rq") == f"{tmp_path / 'none.rq'}: could not be read: No such file or directory"
    odd = tmp_path / "odd.rq"
    odd.write_bytes(b"\xff\xfe\x00")
    assert said(odd) == f"{odd}: found bytes that are not UTF-8; expected a SPARQL query"


# --- what a question reads ------------------------------------------------------------------------------------------


def test_the_audit_is_run_only_for_those_who_ask() -> None:
    design, knowledge = asking.known()
    verdict = f"<{OPTIC}verdict> ".encode() + b'"works"'
    assert verdict not in dataset(design, find("free-cages").query, knowledge=knowledge)
    assert verdict in dataset(design, find("links-by-verdict").query, knowledge=knowledge)


def test_a_module_name_of_several_meanings_counts_once(tmp_path: Path) -> None:
    file = own(
        tmp_path,
        'SELECT ?link ?interface ?strands WHERE { ?link optic:name "core2-pop2" . ?link optic:aEnd ?end . '
        "OPTIONAL { ?end optic:speaks ?interface } OPTIONAL { ?link optic:strandsNeeded ?strands } }",
    )
    assert [row[1:] for row in ask(file).rows] == [(None, 2)]  # all meanings need two fibres


def test_own_facts_stand_in_a_graph_like_any_other(tmp_path: Path) -> None:
    facts = tmp_path / "plant.ttl"
    facts.write_text(f"@prefix optic: <{OPTIC}> .\n<{PART}100G-ZR4-QSFP28> optic:powerW 6.9 .\n", encoding="utf-8")
    file = own(
        tmp_path,
        f"SELECT ?source ?value WHERE {{ GRAPH ?facts {{ <{PART}100G-ZR4-QSFP28> optic:powerW ?value }} "
        "?facts optic:accordingTo ?source } ORDER BY ?value",
    )
    design, knowledge = asking.known()
    quads = dataset(design, file.read_text(encoding="utf-8"), knowledge=knowledge, catalogs=(facts,))
    rows = table(find(file), *sparql.solve(sparql.load(quads), file.read_text(encoding="utf-8"), {})).rows
    assert (Iri("https://w3id.org/opticgraph/sources#own-plant"), Decimal("6.9")) in rows


# --- answers --------------------------------------------------------------------------------------------------------

HOSTILE = Table(
    "What is\n[bold]here[/bold]?",
    ("name", "lossDb", "kind", "sure"),
    (
        ('=HYPERLINK("http://x")', Decimal("-1.50"), Iri(OPTIC + "QSFP-plus"), True),
        ("<b>&\x1b[31m", Decimal("8E+3"), Iri("https://w3id.org/opticgraph/design#port/a%20b/1%2F1"), None),
        ("+1", 3, Typed("zwei", "", "de"), False),
    ),
)


def test_text_shows_names_and_runs_nothing() -> None:
    assert [line.split() for line in render(HOSTILE, format="text").decode().splitlines() if line.strip()] == [
        ["What", "is", "[bold]here[/bold]?"],
        ["name", "loss", "db", "kind", "sure"],
        ["─" * 49],
        ['=HYPERLINK("http://x")', "-1.5", "QSFP+", "yes"],
        ["<b>&�[31m", "8000", "a", "b", "1/1"],
        ["+1", "3", "zwei", "no"],
        ["3", "rows"],
    ]


def test_csv_neutralises_formulas() -> None:
    assert list(csv.reader(io.StringIO(render(HOSTILE, format="csv").decode(), newline=""))) == [
        ["name", "lossDb", "kind", "sure"],
        ['\'=HYPERLINK("http://x")', "-1.5", "QSFP+", "yes"],
        ["<b>&�[31m", "8000", "a b 1/1", ""],
        ["+1", "3", "zwei", "no"],
    ]


def test_json_is_sparql_results() -> None:
    told = json.loads(render(HOSTILE, format="json"))
    assert told["head"] == {"vars": ["name", "lossDb", "kind", "sure"]}
    assert told["results"]["bindings"][1] == {
        "name": {"type": "literal", "value": "<b>&\x1b[31m"},
        "lossDb": {"type": "literal", "value": "8000", "datatype": "http://www.w3.org/2001/XMLSchema#decimal"},
        "kind": {"type": "uri", "value": "https://w3id.org/opticgraph/design#port/a%20b/1%2F1"},
    }
    assert told["results"]["bindings"][2]["kind"] == {"type": "literal", "value": "zwei", "xml:lang": "de"}


def test_xml_is_sparql_results() -> None:
    root = ElementTree.fromstring(render(HOSTILE, format="xml"))
    tag = "{http://www.w3.org/2005/sparql-results#}"
    assert [each.get("name") for each in root.iter(f"{tag}variable")] == ["name", "lossDb", "kind", "sure"]
    assert [each.text for each in root.iter(f"{tag}literal")][2:4] == ["true", "<b>&�[31m"]
    assert next(each.text for each in root.iter(f"{tag}uri")) == OPTIC + "QSFP-plus"


def test_yes_or_no(tmp_path: Path) -> None:
    found = ask(own(tmp_path, "ASK { ?link optic:lineSystem optic:amplified }"))
    assert found.truth is True
    assert render(found, format="text") == b"own\nyes\n"
    assert render(found, format="csv") == b"answer\r\nyes\r\n"
    assert json.loads(render(found, format="json")) == {"head": {}, "boolean": True}
    assert b"<boolean>true</boolean>" in render(found, format="xml")


def test_a_graph(tmp_path: Path) -> None:
    found = ask(own(tmp_path, "CONSTRUCT { ?link a optic:Link } WHERE { ?link optic:osnrDb ?osnrDb }"))
    link = "<https://w3id.org/opticgraph/design#link/core1-core3%20wave>"
    assert found.triples == f"{link} <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{OPTIC}Link> .\n"
    assert render(found, format="turtle").decode().splitlines()[-1] == f"{link} a optic:Link ."
    assert render(found, format="text") == render(found, format="turtle")
    with pytest.raises(QueryError, match=r"^csv: the answer is a graph; expected the format turtle$"):
        render(found, format="csv")


def test_rows_are_no_graph() -> None:
    with pytest.raises(QueryError, match=r"^turtle: the answer is rows, not a graph; expected text, csv, json or xml$"):
        render(HOSTILE, format="turtle")
    with pytest.raises(QueryError, match=r"^pdf: no such format of an answer; expected one of text csv "):
        render(HOSTILE, format="pdf")


@pytest.mark.parametrize(
    ("iri", "name"),
    [
        (OPTIC + "no-fec", "none"),
        (PART + "100GBASE-LR4", "100GBASE-LR4"),
        ("https://w3id.org/opticgraph/design#link/a%20b", "a b"),
        ("https://w3id.org/opticgraph/design#link/a%20b/a", "a b, a end"),
        ("https://w3id.org/opticgraph/design#device/l%231", "l#1"),
        ("https://w3id.org/opticgraph/rules#link-within-reach", "link-within-reach"),
        ("https://example.org/x", "https://example.org/x"),
    ],
)
def test_names_stand_for_iris(iri: str, name: str) -> None:
    assert shown(Iri(iri)) == name
