"""A plan file, written by `plan` and perhaps edited by hand, as a Plan; every bad place of it is named at once."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from decimal import Decimal
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from types import MappingProxyType, NoneType, UnionType
from typing import Any, NoReturn, get_args, get_origin, get_type_hints

import polars as pl

from ..design import DEVICE_SCHEMA, LINK_SCHEMA, PORT_SCHEMA
from ..errors import BadCell, DesignError
from ..planned import Edit, Plan

__all__ = ["TABLES", "load_plan"]

TABLES: Mapping[str, pl.Schema] = MappingProxyType(
    {"links": LINK_SCHEMA, "ports": PORT_SCHEMA, "devices": DEVICE_SCHEMA}
)
ACTIONS = ("add", "remove", "set")
STATUSES = ("complete", "infeasible", "partial")
_CALLED = {"version": "opticgraph"}  # fields that the file calls otherwise
_WORDS: Mapping[object, str] = MappingProxyType(
    {str: "text", int: "a whole number", bool: "true or false", Decimal: "a number", object: "a value"}
)
_FILE = "a plan as `opticgraph plan --format json` writes it"
_NOTHING = object()  # found where a key is missing
Bad = Callable[[str, object, str], None]  # place, found, expected


def load_plan(path: str | Path) -> Plan:
    """The plan in a file; DesignError names the file, and of all bad places what was found and what was expected."""
    file = str(path)
    held = _parsed(file)
    cells: list[BadCell] = []

    def bad(place: str, found: object, expected: str) -> None:
        cells.append(BadCell(file, 0, place, _shown(found), expected))

    plan = _made(Plan, held, "", bad)
    if cells:
        raise DesignError(cells=tuple(cells))
    assert isinstance(plan, Plan)
    return plan


def _parsed(file: str) -> object:
    try:
        text = Path(file).read_bytes().decode("utf-8-sig")
    except OSError as error:
        _refuse(file, "", (error.strerror or str(error)).lower(), "a plan file that can be read", error)
    except UnicodeDecodeError as error:
        _refuse(file, "", "bytes that are no UTF-8", _FILE, error)

    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        held = dict(pairs)
        if len(held) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            _refuse(file, "", f"the key {twice!r} twice in one object", "each key once")
        return held

    def constant(name: str) -> NoReturn:
        _refuse(file, "", name, "a number that JSON has")

    try:
        return json.loads(text, object_pairs_hook=once, parse_constant=constant, parse_float=Decimal)
    except json.JSONDecodeError as error:
        _refuse(file, f"line {error.lineno}", f"no JSON ({error.msg})", _FILE, error)
    except (RecursionError, ValueError) as error:  # nested too deep, or a number of too many digits
        _refuse(file, "", "JSON that cannot be read", _FILE, error)


def _refuse(file: str, place: str, found: str, expected: str, cause: Exception | None = None) -> NoReturn:
    raise DesignError(cells=(BadCell(file, 0, place, found, expected),)) from cause


def _shown(found: object) -> str:
    if found is _NOTHING:
        return "nothing"
    if isinstance(found, dict | list):
        return "an object" if isinstance(found, dict) else "a list"
    told = found if isinstance(found, str) else json.dumps(found, default=str)
    return f"{told[:79]}\N{HORIZONTAL ELLIPSIS}" if len(told) > 80 else told or '""'


# --- values by their types -------------------------------------------------------------------------------------------


def _made(type_: type, held: object, place: str, bad: Bad) -> object:
    """A dataclass from an object of the file; what is bad in it is told, and then it does not matter what it holds."""
    if not isinstance(held, dict):
        bad(place, held, "an object")
        return None
    known = _fields(type_)
    for name in sorted(held.keys() - known.keys()):
        near = get_close_matches(name, known, n=1)
        bad(_at(place, name), held[name], f"no such key; did you mean {near[0]}?" if near else "no such key")
    given: dict[str, object] = {}
    for name, (field, hint) in known.items():
        if name in held:
            given[field.name] = _OWN.get((type_, name), _value)(hint, held[name], _at(place, name), bad)
        elif field.default is MISSING:
            bad(_at(place, name), _NOTHING, _expected(hint))
            given[field.name] = None
    made: object = type_(**given)
    if isinstance(made, Edit):
        _check(made, held, place, bad)
    return made


@cache
def _fields(type_: type) -> Mapping[str, tuple[Field[Any], object]]:
    hints = get_type_hints(type_)
    return {_CALLED.get(field.name, field.name): (field, hints[field.name]) for field in fields(type_)}


def _value(hint: Any, held: object, place: str, bad: Bad) -> object:
    if isinstance(hint, UnionType):
        if held is None and NoneType in get_args(hint):
            return None
        hint = next(each for each in get_args(hint) if each is not NoneType)
    if get_origin(hint) is tuple:
        if not isinstance(held, list):
            bad(place, held, _expected(hint))
            return ()
        of = get_args(hint)[0]
        return tuple(_value(of, each, f"{place}[{at}]", bad) for at, each in enumerate(held))
    if is_dataclass(hint):
        return _made(hint, held, place, bad)  # type: ignore[arg-type]
    if hint is Decimal and isinstance(held, int | Decimal) and not isinstance(held, bool):
        return Decimal(held)
    if hint in (str, bool) and isinstance(held, hint):
        return held
    if hint is int and isinstance(held, int) and not isinstance(held, bool) and abs(held) < 1 << 63:
        return held
    bad(place, held, _expected(hint))
    return None


def _expected(hint: Any) -> str:
    if isinstance(hint, UnionType):
        return " or ".join("null" if each is NoneType else _expected(each) for each in get_args(hint))
    if get_origin(hint) is tuple:
        return "a list"
    return "an object" if is_dataclass(hint) else _WORDS[hint]


def _at(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


# --- what stands otherwise in the file ---------------------------------------------------------------------------


def _status(hint: object, held: object, place: str, bad: Bad) -> object:
    if held not in STATUSES:
        bad(place, held, " or ".join(STATUSES))
    return held


def _pairs(names: tuple[str, str]) -> Callable[[object, object, str, Bad], object]:
    def read(hint: object, held: object, place: str, bad: Bad) -> object:
        if not isinstance(held, list):
            bad(place, held, "a list")
            return ()
        pairs = []
        for at, each in enumerate(held):
            if not isinstance(each, dict) or each.keys() != set(names) or not isinstance(each[names[0]], str):
                bad(f"{place}[{at}]", each, f"an object with {' and '.join(names)}")
            else:
                pairs.append((each[names[0]], each[names[1]]))
        return tuple(pairs)

    return read


def _changes(hint: object, held: object, place: str, bad: Bad) -> object:
    if not isinstance(held, dict):
        bad(place, held, "an object of columns, each with from and to")
        return ()
    changes = []
    for column, change in sorted(held.items()):
        if not isinstance(change, dict) or change.keys() != {"from", "to"}:
            bad(_at(place, column), change, "an object with from and to")
            continue
        changes.append((column, *(tuple(v) if isinstance(v := change[end], list) else v for end in ("from", "to"))))
    return tuple(changes)


_OWN: Mapping[tuple[type, str], Callable[[Any, object, str, Bad], object]] = MappingProxyType(
    {
        (Plan, "status"): _status,
        (Plan, "objective"): _pairs(("name", "value")),
        (Plan, "left"): _pairs(("link", "why")),
        (Edit, "values"): _changes,
    }
)


def _check(edit: Edit, held: Mapping[str, object], place: str, bad: Bad) -> None:
    """Whether an edit names a table, an action and columns that there are, with values that the columns take."""
    if edit.action not in ACTIONS:
        bad(_at(place, "action"), held.get("action"), " or ".join(ACTIONS))
    if edit.table not in TABLES:
        bad(_at(place, "table"), held.get("table"), " or ".join(TABLES))
        return
    schema = TABLES[edit.table]
    for column, *ends in edit.values:
        where = _at(place, f"values.{column}")
        if column not in schema:
            near = get_close_matches(column, schema, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            bad(where, column, f"a column of {edit.table}{hint}")
            continue
        for end, value in zip(("from", "to"), ends, strict=True):
            if value is not None and not _fits(value, schema[column]):
                bad(f"{where}.{end}", list(value) if isinstance(value, tuple) else value, _column_words(schema[column]))


def _fits(value: object, kind: pl.DataType) -> bool:
    if isinstance(kind, pl.List):
        inner = kind.inner
        assert isinstance(inner, pl.DataType)
        return isinstance(value, tuple) and all(_fits(each, inner) for each in value)
    if kind == pl.String():
        return isinstance(value, str)
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 63


def _column_words(kind: pl.DataType) -> str:
    if isinstance(kind, pl.List):
        return "a list of texts or null" if kind.inner == pl.String() else "a list of whole numbers or null"
    return "text or null" if kind == pl.String() else "a whole number or null"
