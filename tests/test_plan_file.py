"""A plan file keeps to its schema, comes back as the plan that it was, and names what was edited wrongly."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import plans_made
from opticgraph.errors import DesignError
from opticgraph.planned import Chosen, Collision, Edit, Plan
from opticgraph.read.plan import load_plan
from opticgraph.report.plan import render

SCHEMA = Path(__file__).parent.parent / "engine" / "opticgraph" / "report" / "plan" / "plan.schema.json"
Told = dict[str, Any]


def odd() -> Plan:
    """A plan that has one of everything a plan may hold."""
    plan = plans_made.plan()
    added = Edit("links", "new link", "add", (("a_device", None, "north-cr"), ("a_lanes", None, (1, 2))))
    gone = Edit("ports", "north%20cr E1/1", "remove")
    step = replace(plan.windows[0].steps[0], edits=(*plan.windows[0].steps[0].edits, added, gone))
    return replace(
        plan,
        status="partial",
        windows=(replace(plan.windows[0], day="2027-01-12", steps=(step,)), *plan.windows[1:]),
        bom=(replace(plan.bom[0], price=Decimal("1049.5")), *plan.bom[1:]),
        chosen=(*plan.chosen, Chosen("z", "stay", None, None, None, "unknown", ("loss_db",), "", None, Decimal(12))),
        collisions=(Collision(("hands", "sites"), "no window has both", ("two hands more",)),),
        left=(("span-2", "nothing works"),),
        currency="EUR",
    )


def text(plan: Plan) -> str:
    return render(plan, plans_made.design(), format="json").decode()


@pytest.mark.parametrize("made", [plans_made.plan, odd])
def test_a_plan_file_keeps_to_its_schema_and_comes_back(made: Callable[[], Plan], tmp_path: Path) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    written = text(made())
    assert [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(json.loads(written))] == []
    file = tmp_path / "plan.json"
    file.write_text(written, encoding="utf-8")
    assert load_plan(file) == made()
    assert text(load_plan(file)) == written


def swap(told: Told, *path: str | int, to: object) -> None:
    for part in path[:-1]:
        told = told[part]
    told[path[-1]] = to  # type: ignore[index]


EDIT = ("windows", 1, "steps", 1, "edits", 0)
VALUES = "windows[1].steps[1].edits[0].values"
# What is changed in a file, and the places that are then named: place, found, expected.
WRONG: dict[str, tuple[Callable[[Told], object], list[str]]] = {
    "a number for a name": (
        lambda told: swap(told, "windows", 0, "steps", 0, "unit", to=7),
        ["windows[0].steps[0].unit: found 7; expected text"],
    ),
    "a column that is none": (
        lambda told: swap(told, *EDIT, "values", to={"a_modul": {"from": None, "to": "x"}}),
        [f"{VALUES}.a_modul: found a_modul; expected a column of links; did you mean a_module?"],
    ),
    "text in a column of numbers": (
        lambda told: swap(told, *EDIT, "values", to={"length_mm": {"from": "1.6", "to": None}}),
        ["windows[1].steps[1].edits[0].values.length_mm.from: found 1.6; expected a whole number or null"],
    ),
    "no to": (
        lambda told: swap(told, *EDIT, "values", to={"a_module": {"from": "x"}}),
        ["windows[1].steps[1].edits[0].values.a_module: found an object; expected an object with from and to"],
    ),
    "a table that is none": (
        lambda told: swap(told, *EDIT, "table", to="cables"),
        ["windows[1].steps[1].edits[0].table: found cables; expected links or ports or devices"],
    ),
    "an action that is none": (
        lambda told: swap(told, *EDIT, "action", to="swap"),
        ["windows[1].steps[1].edits[0].action: found swap; expected add or remove or set"],
    ),
    "a mistyped key": (
        lambda told: swap(told, "windows", 0, "stepz", to=[]),
        ["windows[0].stepz: found a list; expected no such key; did you mean steps?"],
    ),
    "a missing key": (
        lambda told: told["windows"][0].pop("down"),
        ["windows[0].down: found nothing; expected a list"],
    ),
    "another status": (
        lambda told: swap(told, "status", to="fine"),
        ["status: found fine; expected complete or infeasible or partial"],
    ),
    "several at once": (
        lambda told: (swap(told, "bound", to=True), swap(told, "windows", 2, "n", to="3")),
        ["bound: found true; expected a whole number", "windows[2].n: found 3; expected a whole number"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_was_edited_wrongly_is_named_with_its_place(name: str, tmp_path: Path) -> None:
    change, expected = WRONG[name]
    told = json.loads(text(plans_made.plan()))
    change(told)
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(DesignError) as error:
        load_plan(file)
    assert str(error.value).splitlines() == [f"{file}, {each}" for each in expected]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"{", "line 1: found no JSON (Expecting property name enclosed in double quotes)"),
        (b"[]", "found a list; expected an object"),
        (b"\xff\xfe\x00", "found bytes that are no UTF-8"),
        (b'{"bound": NaN}', "found NaN; expected a number that JSON has"),
        (b'{"bound": 1, "bound": 2}', "found the key 'bound' twice in one object; expected each key once"),
        (b"[" * 100_000, "found JSON that cannot be read"),
    ],
)
def test_what_is_no_plan_file_is_said(content: bytes, expected: str, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    file.write_bytes(content)
    with pytest.raises(DesignError) as error:
        load_plan(file)
    assert expected in str(error.value)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(DesignError, match="no such file or directory; expected a plan file that can be read"):
        load_plan(tmp_path / "plan.json")
