"""A change ticket for each window as Markdown: what, when, whom it touches, risk, test, way back."""

from __future__ import annotations

from collections.abc import Iterator

from ...design import Design
from ...planned import Plan, Window
from ..words import counted
from .method import Block, Checks, Heading, Table, Text, title
from .mop import markdown
from .told import Told

__all__ = ["render"]


def render(plan: Plan, design: Design) -> str:
    """The text of all tickets, one window after the other."""
    return markdown(_blocks(Told(plan, design)))


def _blocks(told: Told) -> Iterator[Block]:
    for window in told.plan.windows:
        yield Heading(1, f"Change: {title(window)}")
        yield Table(("", ""), tuple(_facts(told, window)))
        yield Heading(2, "What is done")
        yield Checks(tuple(_done(told, window)))
        yield Heading(2, "Risk")
        yield Text(_risk(window))
        yield Heading(2, "Test")
        yield Text(
            f"Links up, light and FEC as the method of procedure gives them, no uncorrected codewords; afterwards "
            f"{window.state.works:,} links work, {window.state.fails:,} fail, {window.state.unknown:,} are unknown."
        )
        yield Heading(2, "Way back")
        yield Text(
            "Old modules, cords and configuration as saved, until the soak is over; decided at half of the window."
        )


def _facts(told: Told, window: Window) -> Iterator[tuple[str, str]]:
    devices = sorted({device for step in window.steps for device in step.devices})
    yield "Day", window.day or "to be set"
    yield "Sites", ", ".join(window.sites)
    yield "Devices", ", ".join(devices)
    yield "Links down", ", ".join(window.down) or "none"
    bought = [
        f"{part.count} x {part.part}" for step in window.steps for part in step.parts if part.action in ("buy", "use")
    ]
    yield "Parts", ", ".join(bought) or "none"
    yield "Needs first", ", ".join(sorted({unit for step in window.steps for unit in step.after})) or "nothing"


def _done(told: Told, window: Window) -> Iterator[str]:
    for step in window.steps:
        rates = {each.text("rate_gbps") for each in told.of(window, step)} - {""}
        to = f", to {'G, '.join(sorted(rates))}G" if rates else ""
        yield f"{step.unit}: {', '.join(step.links)}{to}"


def _risk(window: Window) -> str:
    lines = [
        f"{each.group} runs on {each.open_gbps}G while the window is open"
        + (f", {each.floor_gbps}G must stay up." if each.floor_gbps is not None else ".")
        for each in window.capacity
    ]
    told = f"{counted(len(window.down), 'link')} down." if window.down else "No link goes down."
    return " ".join((told, *lines, *(f"{warning}." for warning in window.warnings)))
