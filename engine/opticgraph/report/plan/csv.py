"""A plan as one flat table (RFC 4180): a row for each window, step and value of the design that the step changes.

A step that changes nothing in the design has one row. Lists are parted by semicolons. A cell that a spreadsheet would
take for a formula starts with an apostrophe.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...planned import Plan
from ..csv import table

__all__ = ["COLUMNS", "render"]

COLUMNS = (
    "window", "day", "step", "strategy", "links", "sites", "down", "after", "parts", "settings", "table", "key",
    "action", "column", "from", "to", "works", "fails", "unknown",
)  # fmt: skip


def render(plan: Plan) -> str:
    """The table with its header; lines end in CR LF."""
    return table(COLUMNS, _rows(plan))


def _rows(plan: Plan) -> Iterator[dict[str, object]]:
    for window in plan.windows:
        state = {"works": window.state.works, "fails": window.state.fails, "unknown": window.state.unknown}
        for step in window.steps:
            own: dict[str, object] = {
                "window": window.n,
                "day": window.day,
                "step": step.unit,
                "strategy": step.strategy,
                **{name: "; ".join(getattr(step, name)) for name in ("links", "sites", "down", "after", "settings")},
                "parts": "; ".join(f"{part.action} {part.count} x {part.part}" for part in step.parts),
                **state,
            }
            if not step.edits:
                yield own
            for edit in step.edits:
                what = {"table": edit.table, "key": edit.key, "action": edit.action}
                for column, old, new in edit.values or ((None, None, None),):
                    yield {**own, **what, "column": column, "from": _value(old), "to": _value(new)}


def _value(value: object) -> object:
    return "; ".join(map(str, value)) if isinstance(value, tuple | list) else value
