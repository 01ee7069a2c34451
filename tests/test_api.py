"""What Python programs rely on: names and signatures, examples that run, frames, graphs, and what notebooks show."""

from __future__ import annotations

import dataclasses
import doctest
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
from apidoc import FUNCTIONS, signature
from rdflib import RDF, SH, Graph
from rdflib.compare import isomorphic

import opticgraph
from opticgraph.graph import BASE
from opticgraph.proof.verified import Fault
from opticgraph.report.frames import TABLES
from opticgraph.result import VERDICTS
from opticgraph.table import Iri, Table, Typed

ROOT = Path(__file__).parent.parent
GOLDEN = ROOT / "tests" / "golden" / "api.txt"
TYPES = [name for name in opticgraph.__all__ if inspect.isclass(getattr(opticgraph, name))]
MADE = {  # by the examples of the functions: result -> its name there
    opticgraph.Audit: "result",
    opticgraph.Explanation: "told",
    opticgraph.Options: "choices",
    opticgraph.Diff: "changes",
    opticgraph.Plan: "plan",
    opticgraph.Verification: "proof",
}


# --- the list --------------------------------------------------------------------------------------------------------


def listed() -> str:
    """Every public name with its signature: of a function its parameters, of a type its fields and methods."""
    return "".join(f"{line}\n" for name in sorted(opticgraph.__all__) for line in lines_of(name))


def lines_of(name: str) -> Iterator[str]:
    public = getattr(opticgraph, name)
    if not inspect.isclass(public):
        yield f"{name}{signature(public)}"
        return
    bases = ", ".join(each.__name__ for each in public.__bases__ if each is not object)
    yield f"{name}({bases})" if bases else name
    for field in dataclasses.fields(public) if dataclasses.is_dataclass(public) else ():
        yield f"    {field.name}: {field.type}"
    for own, member in sorted(vars(public).items()):
        if isinstance(member, property):
            yield f"    {own} -> {member.fget.__annotations__['return']}"
        elif inspect.isfunction(member) and (not own.startswith("_") or own == "_repr_html_"):
            yield f"    {own}{signature(member)}"


def test_the_api_is_as_listed() -> None:
    """Names and signatures are a promise: after a change that is meant, `python tests/test_api.py` writes the list."""
    assert listed() == GOLDEN.read_text(encoding="utf-8")


def test_names_are_sorted_and_there() -> None:
    assert sorted(opticgraph.__all__) == sorted(opticgraph._HOMES)
    assert {name for name in opticgraph.__all__ if callable(getattr(opticgraph, name))} == set(opticgraph.__all__)
    assert set(FUNCTIONS) == set(opticgraph.__all__) - set(TYPES)


def test_importing_the_package_is_quick() -> None:
    command = [sys.executable, "-X", "importtime", "-c", "import opticgraph"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    imported = {line.rsplit("|", 1)[-1].strip() for line in told.splitlines() if "|" in line}
    assert (
        imported & {"rdflib", "pyshacl", "polars", "pyoxigraph", "owlrl", "jinja2", "rich", "opticgraph.result"}
        == set()
    )


# --- examples --------------------------------------------------------------------------------------------------------


def documented() -> dict[str, Any]:
    """Public functions, types and methods by name, functions in the order of their examples."""
    found: dict[str, Any] = {name: getattr(opticgraph, name) for name in (*FUNCTIONS, *TYPES)}
    for name in TYPES:
        members = vars(found[name]).items()
        found |= {f"{name}.{own}": each for own, each in members if own in ("to_polars", "to_graph")}
        found |= {f"{name}.{own}": each.fget for own, each in members if isinstance(each, property)}
    return found


@cache
def examples() -> tuple[dict[str, Any], dict[str, str]]:
    """What the examples of the functions made, and of all what they said that was not expected."""
    made: dict[str, Any] = {"opticgraph": opticgraph, "Path": Path}
    said: dict[str, str] = {}
    runner = doctest.DocTestRunner(verbose=False)
    with TemporaryDirectory() as folder, chdir(folder):
        for name in ("examples", "queries"):
            Path(name).symlink_to(ROOT / name)
        for name, public in documented().items():
            test = doctest.DocTestParser().get_doctest(inspect.getdoc(public) or "", made, name, None, None)
            heard: list[str] = []
            runner.run(test, out=heard.append, clear_globs=False)
            said[name] = "".join(heard)
            if name in FUNCTIONS:
                made |= test.globs
    return made, said


@pytest.mark.parametrize("name", documented())
def test_example_says_what_is_shown(name: str) -> None:
    assert examples()[1][name] == ""


@pytest.mark.parametrize("name", documented())
def test_what_is_public_is_documented(name: str) -> None:
    told = inspect.getdoc(documented()[name]) or ""
    assert told.splitlines()[0].endswith((".", ":", ";")), "one line of what is promised"
    assert "dict(" not in told.splitlines()[0], "not what dataclass writes by itself"
    if name in FUNCTIONS:
        assert ">>> " in told
        assert "Raises " in told


# --- frames and graphs -----------------------------------------------------------------------------------------------

FRAMES = [(result, table) for result in TABLES for table in TABLES[result]]


def named(value: object) -> str:
    return value.__name__ if isinstance(value, type) else str(value)


@pytest.mark.parametrize(("result", "table"), FRAMES, ids=named)
def test_a_frame_has_the_columns_that_are_documented(result: type, table: str) -> None:
    frame = examples()[0][MADE[result]].to_polars(table)
    told = TABLES[result][table]
    assert frame.schema == told.schema
    assert list(told.columns) == told.schema.names()
    assert all(told.columns.values())
    paragraph = re.search(rf"^{table} +(.*?)(?=^\w|^\n|\Z)", inspect.getdoc(result.to_polars), re.DOTALL | re.MULTILINE)
    assert paragraph, f"to_polars of {result.__name__} does not tell of {table}"
    assert set(told.columns) <= set(re.findall(r"\w+", paragraph[1]))


def test_frames_hold_what_the_result_holds() -> None:
    made = examples()[0]
    result, plan, changes = made["result"], made["plan"], made["changes"]
    assert result.to_polars()["link"].to_list() == [each.link for each in result.verdicts]
    assert result.to_polars("findings")["id"].to_list() == [each.id for each in result.findings]
    assert result.to_polars("coverage")["found"].sum() == len(result.findings)
    first = result.to_polars("links").row(0, named=True)
    assert (first["link"], first["rate_gbps"], first["length_m"], first["b_site"]) == (
        "agb-ing-1",
        100,
        71600,
        "Ingolstadt",
    )
    assert plan.to_polars("steps")["step"].to_list() == [step.unit for window in plan.windows for step in window.steps]
    assert plan.to_polars("chosen")["window"].to_list() == [each.window for each in plan.chosen]
    assert changes.to_polars().rows() == [
        ("agb-ing-1", "worse", "works", "fails", ["data: link agb-ing-1: length_m 71600 -> 83600"])
    ]
    choices = made["choices"]
    assert choices.to_polars("flips").height == sum(len(no.flips) for each in choices.links for no in each.rejected)


def test_frames_of_nothing_have_their_columns() -> None:
    made = examples()[0]
    plan = replace(made["plan"], windows=(), chosen=(), bom=())
    result = replace(made["result"], verdicts=(), findings=(), coverage=(), links=())
    for empty in (plan, result):
        told = TABLES[type(empty)]
        assert {name: empty.to_polars(name).schema for name in told} == {name: told[name].schema for name in told}


def test_a_table_of_another_name_is_an_error() -> None:
    with pytest.raises(
        opticgraph.InputError, match="verdict: no such table; expected one of verdicts findings coverage"
    ):
        examples()[0]["result"].to_polars("verdict")


def test_answers_have_columns_of_what_they_hold() -> None:
    link = Iri(f"{BASE}link/a%20b")
    rows = ((link, 1, Decimal("1.50"), True, 3, None), (None, 2, 7, None, "three", Typed("2027-01-01", "date")))
    frame = Table("?", ("link", "n", "db", "ok", "mixed", "day"), rows).to_polars()
    assert frame.schema.dtypes() == [pl.String(), pl.Int64(), pl.Decimal(38, 2), pl.Boolean(), pl.String(), pl.String()]
    assert frame.rows() == [
        ("a b", 1, Decimal("1.50"), True, "3", None),
        (None, 2, Decimal(7), None, "three", "2027-01-01"),
    ]
    assert Table("?", ("n",), ()).to_polars().columns == ["n"]
    assert Table("?", ("n",), ((10**30,), (None,))).to_polars().rows() == [(Decimal(10**30),), (None,)]
    assert Table("?", ("n",), ((10**40,),)).to_polars().rows() == [(str(10**40),)]
    for none in (Table("?", (), (), truth=True), Table("?", (), (), triples="")):
        with pytest.raises(opticgraph.InputError, match="expected rows"):
            none.to_polars()


def test_graphs_are_what_the_reports_write() -> None:
    from opticgraph.report import render
    from opticgraph.report.plan import render as render_plan

    made = examples()[0]
    result, plan = made["result"], made["plan"]
    graph = result.to_graph()
    told = {str(subject).rpartition("#")[2] for subject in graph.subjects(RDF.type, SH.ValidationResult)}
    assert told == {finding.id for finding in result.findings}
    assert isomorphic(graph, Graph().parse(data=render(result, format="turtle")))
    assert len(plan.to_graph()) == len(Graph().parse(data=render_plan(plan, made["ring"], format="turtle"))) > 40
    assert len(Table("?", (), (), triples="<x:a> <x:b> <x:c> .\n").to_graph()) == 1
    with pytest.raises(opticgraph.InputError, match="expected a question that makes a graph"):
        made["answer"].to_graph()


# --- in a notebook ---------------------------------------------------------------------------------------------------

HOSTILE = "<script>alert('x')</script>&\"<img src=x onerror=alert(1)>"


@pytest.mark.parametrize("name", [*MADE.values(), "answer"])
def test_a_notebook_shows_a_small_table(name: str) -> None:
    shown = examples()[0][name]._repr_html_()
    assert shown.startswith('<div class="opticgraph"')
    assert shown.count("<tr") <= 22
    assert re.findall(r"<script|<style|<link|\bsrc=|\bhref=|url\(|https?:", shown) == []


def test_a_notebook_shows_verdict_counts() -> None:
    result = examples()[0]["result"]
    for each in (result, replace(result, counts={})):  # as an older result is, which was read again
        shown = each._repr_html_()
        assert [word for word in ("3 fail", "3 unknown", "8 work") if f">{word}</span>" not in shown] == []


def hostile(result: Any) -> Any:
    """The result with markup for every text in it."""
    match result:
        case str():
            return result if result in VERDICTS else HOSTILE
        case tuple():
            return tuple(map(hostile, result))
        case _ if dataclasses.is_dataclass(result) and not isinstance(result, type):
            kept = (
                "verdict",
                "status",
                "severity",
                "outcome",
                "state",
                "looked",
                "counts",
                "read",
                "types",
                "standing",
            )
            own = {field.name: getattr(result, field.name) for field in dataclasses.fields(result)}
            return replace(result, **{name: hostile(value) for name, value in own.items() if name not in kept})
        case pl.DataFrame():
            return result.with_columns(pl.when(pl.col("link") != "").then(pl.lit(HOSTILE)).alias("link"))
        case _:
            return result


@pytest.mark.parametrize("name", [*MADE.values(), "answer"])
def test_names_are_text_in_a_notebook(name: str) -> None:
    result = examples()[0][name]
    if name == "result":
        result = replace(result, findings=tuple(result.findings), verdicts=tuple(result.verdicts), links=())
    if name == "proof":
        result = replace(result, faults=(Fault(1, "step", "down-is-told", "said"),))
    shown = hostile(result)._repr_html_()
    assert "alert(&#x27;x&#x27;)" in shown
    assert set(re.findall(r"<(\w+)", shown)) <= {"div", "span", "table", "thead", "tbody", "tr", "th", "td"}
    assert "<script" not in shown


if __name__ == "__main__":
    GOLDEN.write_text(listed(), encoding="utf-8")
