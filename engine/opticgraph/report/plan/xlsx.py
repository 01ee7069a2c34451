"""A plan as an Excel workbook: windows, steps, bill of materials, choices, the patch team's worklist, the port map."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from ...design import Design
from ...planned import Plan
from ..workbook import Cell, Column, Sheet, workbook
from .told import Told

__all__ = ["render"]


def render(plan: Plan, design: Design) -> bytes:
    """The workbook's bytes; every text is a text cell, never a formula or a link."""
    told = Told(plan, design)
    return workbook(
        "Plan",
        plan.version,
        [
            Sheet("Windows", WINDOWS, _windows(plan), coloured=()),
            Sheet("Steps", STEPS, _steps(plan), coloured=()),
            Sheet("Bill of materials", BOM, _bom(plan), coloured=()),
            Sheet("Chosen", CHOSEN, _chosen(plan), coloured=(6,)),
            Sheet("Worklist", WORKLIST, _worklist(told), coloured=(), choices=(11, ("done", "open"))),
            Sheet("Ports and lanes", PORTS, told.ports(), coloured=()),
            Sheet("Left", (("link", 24), ("why", 90)), plan.left, coloured=()),
        ],
    )


WINDOWS: Sequence[Column] = (
    ("window", 9), ("day", 12), ("sites", 30), ("steps", 8), ("links down", 60), ("capacity while open", 44),
    ("capacity after", 44), ("work", 8), ("fail", 8), ("unknown", 9), ("new findings", 40), ("warnings", 70),
)  # fmt: skip


def _windows(plan: Plan) -> Iterable[Sequence[Cell]]:
    for each in plan.windows:
        yield (
            each.n, each.day, ", ".join(each.sites), len(each.steps), ", ".join(each.down),
            "; ".join(f"{group.group} {group.open_gbps}G" for group in each.capacity),
            "; ".join(f"{group.group} {group.after_gbps}G" for group in each.capacity), each.state.works,
            each.state.fails, each.state.unknown, "; ".join(each.state.new_findings), "; ".join(each.warnings),
        )  # fmt: skip


STEPS: Sequence[Column] = (
    ("window", 9), ("day", 12), ("step", 40), ("strategy", 18), ("links", 40), ("sites", 24), ("devices", 34),
    ("down", 40), ("after", 30), ("buy", 44), ("use", 44), ("move", 44), ("frees", 44), ("settings", 60), ("what", 90),
)  # fmt: skip


def _steps(plan: Plan) -> Iterable[Sequence[Cell]]:
    for window in plan.windows:
        for step in window.steps:
            parts = {
                action: "; ".join(f"{part.count} x {part.part}" for part in step.parts if part.action == action)
                for action in ("buy", "use", "move", "free")
            }
            yield (
                window.n, window.day, step.unit, step.strategy, ", ".join(step.links), ", ".join(step.sites),
                ", ".join(step.devices), ", ".join(step.down), ", ".join(step.after), *parts.values(),
                "; ".join(step.settings), " ".join(step.words),
            )  # fmt: skip


BOM: Sequence[Column] = (
    ("part", 44), ("buy", 8), ("reuse", 8), ("left free", 10), ("first in window", 16), ("on", 12), ("where", 60),
    ("price each", 12), ("price", 12), ("currency", 10),
)  # fmt: skip


def _bom(plan: Plan) -> Iterable[Sequence[Cell]]:
    days = {window.n: window.day for window in plan.windows}
    for line in plan.bom:
        price: Decimal | None = None if line.price is None else line.price * line.buy
        yield (
            line.part, line.buy, line.reuse, line.freed, line.first, days.get(line.first or 0), ", ".join(line.where),
            line.price, price, plan.currency,
        )  # fmt: skip


CHOSEN: Sequence[Column] = (
    ("link", 24), ("window", 9), ("strategy", 18), ("a module", 30), ("b module", 30), ("Gb/s", 8), ("verdict", 10),
    ("needs", 44), ("step", 40), ("cost", 10),
)  # fmt: skip


def _chosen(plan: Plan) -> Iterable[Sequence[Cell]]:
    for each in plan.chosen:
        yield (
            each.link, each.window, each.strategy, each.a_module, each.b_module, each.rate_gbps, each.verdict,
            "; ".join(each.needs), each.unit, each.cost,
        )  # fmt: skip


WORKLIST: Sequence[Column] = (
    ("window", 9), ("day", 12), ("site", 18), ("link", 24), ("fibre", 30), ("panel", 18), ("connector", 28),
    ("from", 30), ("to", 30), ("module to fit", 34), ("label", 24), ("state", 9), ("by", 14),
)  # fmt: skip


def _worklist(told: Told) -> Iterable[Sequence[Cell]]:
    for each in told.cords():
        label = f"{each.link} {each.to}"
        yield (
            each.window, each.day, each.site, each.link, each.fibre, each.panel, each.connector, each.was, each.to,
            each.module, label, None, None,
        )  # fmt: skip


PORTS: Sequence[Column] = (
    ("device", 22), ("port", 18), ("module", 34), ("link", 24), ("lanes", 10), ("before the plan", 50),
)  # fmt: skip
