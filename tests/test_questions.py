"""Every shipped question has a golden answer, a header that is true, and the same answer from rdflib's engine.

A question is tested by a folder of its name in tests/questions: answer.csv, and parameters.json if it is asked with
any. Run this file to write the answers anew; then read the difference.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
import rdflib
from rdflib.plugins.sparql import prepareQuery

from asking import answer, bound, quads
from opticgraph.ask import GIVEN, given, joined
from opticgraph.question import Question, questions
from opticgraph.report.answer import render, shown
from opticgraph.table import Iri, Value

HERE = Path(__file__).parent
ANSWERS = HERE / "questions"
FILES = sorted((HERE.parent / "queries" / "ask").glob("*.rq"))
PARAMETER = re.compile(r"# [a-z][A-Za-z]*: [^,]\S*( \S+)*, such as \S.*")
# rdflib takes many seconds for these: it tries every named graph for every subject.
SLOW_IN_RDFLIB = frozenset({"claim-outcomes", "contested-figures", "links-on-source"})
named = pytest.mark.parametrize("question", questions(), ids=lambda each: each.name)


@cache
def in_rdflib() -> rdflib.Dataset:
    held = rdflib.Dataset()
    held.parse(data=quads(), format="nquads")
    return held


def parameters(question: Question) -> dict[str, str]:
    file = ANSWERS / question.name / "parameters.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


def test_there_are_questions() -> None:
    assert [each.name for each in questions()] == [file.stem for file in FILES]
    assert len(FILES) >= 22


@named
def test_answer_is_the_golden_one(question: Question) -> None:
    golden = ANSWERS / question.name / "answer.csv"
    assert golden.is_file(), f"{question.name} has no golden answer in tests/questions"
    found = answer(question, parameters(question))
    assert render(found, format="csv").decode() == golden.read_bytes().decode()
    assert found.rows


def test_no_answer_is_without_its_question() -> None:
    folders = {folder.name for folder in ANSWERS.iterdir() if folder.is_dir()} - {"design"}
    assert folders == {each.name for each in questions()}


@named
def test_header_says_question_and_parameters(question: Question) -> None:
    lines = question.query.splitlines()
    header = lines[: lines.index("")]
    assert re.fullmatch(r"# [A-Z][^?]*\?", header[0])
    assert header[1:2] in ([], ["#"])
    assert all(PARAMETER.fullmatch(line) for line in header[2:])
    assert len(question.parameters) == len(header[2:])
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", question.name)


@named
def test_query_is_written_as_the_others(question: Question) -> None:
    """Prefixes are those used, parameters are projected, rows are in order, and nothing is wider than the page."""
    body = question.query[question.query.index("\n\n") :]
    declared = re.findall(r"^PREFIX (\w+):", body, re.MULTILINE)
    used = set(re.findall(r"(\w+):(?!//)\w", re.sub(r"<[^>\s]*>|^PREFIX.*$|#.*$", "", body, flags=re.MULTILINE)))
    assert set(declared) == used
    assert declared == sorted(declared, key=lambda name: (name not in ("optic", "given"), name == "given", name))
    projected = body[body.index("SELECT") : body.index("WHERE")]
    assert {each.name for each in question.parameters} <= set(re.findall(r"\?(\w+)", projected))
    assert re.search(r"\nORDER BY [^\n]+\n\Z", body)
    assert not [line for line in body.splitlines() if len(line) > 120 or line != line.rstrip() or "\t" in line]


@named
def test_examples_of_parameters_are_values(question: Question) -> None:
    """Each parameter takes its own example, alone; the answer is then one about it, or none."""
    for each in question.parameters:
        rows = answer(question, {each.name: each.example})
        at = rows.columns.index(each.name)
        assert {shown(row[at]) for row in rows.rows} <= {each.example.rpartition(":")[2]}


@named
def test_parameters_only_choose_rows(question: Question) -> None:
    """An answer for given parameters is a part of the answer for all."""
    own, every = answer(question, parameters(question)), answer(question, {})
    compared = {each.name for each in question.parameters if f"given:{each.name} ?{each.name}" in question.query}
    kept = [at for at, column in enumerate(own.columns) if column not in compared]
    assert {tuple(row[at] for at in kept) for row in own.rows} <= {tuple(row[at] for at in kept) for row in every.rows}


@pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")  # its Dataset warns of its own calls
@named
def test_rdflib_gives_the_same_answer(question: Question) -> None:
    prepared = prepareQuery(question.query)
    if question.name in SLOW_IN_RDFLIB:
        return
    values = parameters(question)
    terms = bound(question, values)
    data = in_rdflib()
    told = rdflib.Graph().parse(data=given(terms), format="nt")
    values_of = {name: next(told.objects(None, rdflib.URIRef(GIVEN + name))) for name in joined(question, terms)}
    for triple in told:
        data.default_graph.add(triple)
    try:
        found = data.query(prepared, initBindings=values_of)  # type: ignore[arg-type]
        rows = [tuple(map(as_value, row)) for row in found]  # type: ignore[arg-type]
    finally:
        for triple in told:
            data.default_graph.remove(triple)
    assert rows == [tuple(map(as_compared, row)) for row in answer(question, values).rows]


def as_value(term: rdflib.term.Node | None) -> Value:
    if isinstance(term, rdflib.Literal):
        told = term.toPython()
        return as_compared(told if isinstance(told, bool | int | Decimal) else str(term))
    return None if term is None else Iri(term)


def as_compared(value: Value) -> Value:
    """One number is one value, whatever its datatype; an empty text is kept apart from no value."""
    return Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else value


def _write() -> Iterator[str]:
    for question in questions():
        target = ANSWERS / question.name / "answer.csv"
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(render(answer(question, parameters(question)), format="csv"))
        yield question.name


if __name__ == "__main__":
    sys.stdout.write("\n".join(_write()) + "\n")
