"""A plan as one page that needs nothing else: windows over time, the network in every state, steps, lanes and parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from markupsafe import Markup

from ...design import SIDES, Design
from ...planned import Plan, Window
from ...result import Verdict
from .. import NO_SOURCES
from ..lanes import drawing
from ..options.paths import path_of
from ..page import page
from ..picture import Picture, picture
from ..rows import Row as Shown
from .gantt import chart
from .method import title
from .told import Told

__all__ = ["render"]

MOST_WINDOWS = 60  # told on the page; the other formats have all
MOST_DRAWN = 24  # windows up to which the network is drawn for each
MOST_LANES = 40  # links whose lanes are drawn
MOST_CORDS = 400

# What a line of the picture stands for, by the verdict whose colour it takes, and the mark of it.
DOWN, DONE, SAME = "fails", "unknown", "works"
_SAYS = {DOWN: "down", DONE: "changed", SAME: "as before"}


def render(plan: Plan, design: Design, *, sources: Mapping[str, tuple[str, str]] = NO_SOURCES) -> str:
    """The page; sources are not named on it, as its findings are those of the audit."""
    told = Told(plan, design)
    cords = list(told.cords())
    return page(
        "plan/plan.html.jinja",
        styles=["page.css", "lanes.css", "plan/plan.css"],
        script="plan/plan.js",
        sources=sources,
        plan=plan,
        told=told,
        title=title,
        windows=plan.windows[:MOST_WINDOWS],
        left_windows=max(len(plan.windows) - MOST_WINDOWS, 0),
        gantt=Markup(chart(plan)),  # what it writes it has escaped itself
        pictures=_pictures(told),
        lanes=_lanes(told),
        cords=cords[:MOST_CORDS],
        left_cords=max(len(cords) - MOST_CORDS, 0),
        changed=len({change.link for change in told.changes}),
        bought=sum(line.buy for line in plan.bom),
        reused=sum(line.reuse for line in plan.bom),
        most_down=max((len(window.down) for window in plan.windows), default=0),
        plain=_plain,
    )


def _pictures(told: Told) -> Mapping[int, Picture]:
    """The network while each window is open: what is down, what was changed before, what is as it was."""
    found = {}
    done: set[str] = set()
    for moment in told.moments[:MOST_DRAWN]:
        drawn = picture(
            [_shown(row, _word(str(row["link"]), moment.window, done), told) for row in _rows(moment.before)]
        )
        if drawn is not None:
            found[moment.window.n] = _worded(drawn)
        done |= set(moment.links)
    return found


def _rows(design: Design) -> list[Mapping[str, object]]:
    return [row for row in design.links.iter_rows(named=True) if (row["status"] or "active") == "active"]


def _word(link: str, window: Window, done: set[str]) -> str:
    return DOWN if link in window.down else DONE if link in done else SAME


def _shown(row: Mapping[str, object], word: str, told: Told) -> Shown:
    sites = {f"{side}_site": told.sites.get(str(row[f"{side}_device"]), "") for side in SIDES}
    record = {"a_device": row["a_device"], "b_device": row["b_device"], **sites}
    return Shown(record, Verdict(str(row["link"]), word, (), (), 0, (), (), ()), ())


def _worded(drawn: Picture) -> Picture:
    """The picture with what its lines stand for in place of verdicts."""
    lines = [
        replace(each, title=_said(each.title), mark=each.mark.replace("?", "\N{CHECK MARK}")) for each in drawn.lines
    ]
    nodes = [replace(each, title=_said(each.title), detail=_said(each.detail)) for each in drawn.nodes]
    return replace(drawn, lines=tuple(lines), nodes=tuple(nodes))


def _said(words: str) -> str:
    head, opening, counts = words.rpartition("(")
    for verdict, word in _SAYS.items():
        counts = counts.replace(f" {verdict}", f" {word}")
    return f"{head}{opening}{counts}"


def _lanes(told: Told) -> Mapping[str, Markup]:
    """Of the links that the plan changes the lanes from cage to cage, as they are at its end."""
    beside: dict[tuple[object, object], dict[int, str]] = {}
    for row in _rows(told.last):
        for side in SIDES:
            lanes = row[f"{side}_lanes"]
            for lane in lanes if isinstance(lanes, list) else ():
                beside.setdefault((row[f"{side}_device"], row[f"{side}_port"]), {})[lane] = str(row["link"])
    changed = dict.fromkeys(change.link for change in told.changes if change.link in told.rows)
    return {link: _drawn(told, told.rows[link], beside) for link in list(changed)[:MOST_LANES]}


def _drawn(told: Told, row: Mapping[str, object], beside: Mapping[tuple[object, object], Mapping[int, str]]) -> Markup:
    types = {side: told.knowledge.types.get(str(row[f"{side}_type"])) for side in SIDES}
    others = {}
    for side in SIDES:
        there = beside.get((row[f"{side}_device"], row[f"{side}_port"]), {})
        others[side] = {lane: link for lane, link in there.items() if link != row["link"]}
    return Markup(drawing(path_of(row, types, others)))  # what it writes it has escaped itself


def _plain(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
