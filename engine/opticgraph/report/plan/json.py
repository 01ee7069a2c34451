"""A plan as one JSON object, as plan.schema.json describes it: what `verify` replays; keys sorted, order stable."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal

from ...planned import Edit, Plan

__all__ = ["render"]


def render(plan: Plan) -> str:
    """The JSON text, with a newline at its end."""
    told = _object(plan)
    report = {
        **told,
        "opticgraph": told.pop("version"),
        "objective": [{"name": name, "value": _value(value)} for name, value in plan.objective],
        "left": [{"link": link, "why": why} for link, why in plan.left],
    }
    del report["version"]
    return json.dumps(report, ensure_ascii=False, allow_nan=False, indent=2, sort_keys=True) + "\n"


def _object(value: object) -> dict[str, object]:
    if isinstance(value, Edit):
        changes = {name: {"from": _value(old), "to": _value(new)} for name, old, new in value.values}
        return {"table": value.table, "key": value.key, "action": value.action, "values": changes}
    assert is_dataclass(value)
    told = {field.name: getattr(value, field.name) for field in fields(value)}
    return {name: _value(each) for name, each in told.items() if name not in _TIMED or each is not None}


_TIMED = ("times", "minutes")  # there only where the goal says how long work takes


def _value(value: object) -> object:
    if is_dataclass(value):
        return _object(value)
    if isinstance(value, tuple | list):
        return [_value(each) for each in value]
    if isinstance(value, Mapping):
        return {str(name): _value(each) for name, each in value.items()}
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
