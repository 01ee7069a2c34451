"""What a plan does, told from its edits: every end before and after, cords to move, ports, light to expect, states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from ...derive import Judged, derive
from ...design import SIDES, Design
from ...knowledge import Knowledge, know
from ...planned import Plan, Step, Window
from ...proof.replay import Moment, Row, replay

__all__ = ["Change", "Cord", "Told"]

FECS = {"none": "off", "rs528": "RS(528,514)", "rs544": "RS(544,514)"}
_SHIPPED = ("standards", "playbook")


@dataclass(frozen=True)
class Change:
    """A link that a step changes: its row before and after; None where it is added or taken away."""

    window: Window
    step: Step
    link: str
    old: Row | None
    new: Row | None

    def text(self, column: str, *, new: bool = True) -> str:
        """The record's value after the step, or before it, or an empty text."""
        row = self.new if new else self.old
        value = row[column] if row else None
        return " ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)

    def place(self, side: str, *, new: bool = True) -> str:
        """Device and port of an end."""
        return f"{self.text(f'{side}_device', new=new)} {self.text(f'{side}_port', new=new)}".strip()

    def plug(self, side: str, *, new: bool = True) -> str:
        """Connector and polish of an end."""
        return f"{self.text(f'{side}_connector', new=new)} {self.text(f'{side}_polish', new=new)}".strip()

    def fec(self, side: str) -> str:
        """What the port is set to once the step is done."""
        word = self.text(f"{side}_fec")
        return FECS.get(word, word) or "as the module asks"


@dataclass(frozen=True)
class Cord:
    """One end of a fibre that the patch team moves, or fits anew."""

    window: int
    day: str
    site: str
    link: str
    fibre: str
    panel: str
    connector: str
    was: str
    to: str
    module: str


class Told:
    """A plan over the design that it starts from."""

    def __init__(self, plan: Plan, design: Design) -> None:
        self.plan, self.design = plan, design
        self.sites = {
            str(device): str(site or "") for device, site in design.devices.select("device", "site").iter_rows()
        }

    @cached_property
    def moments(self) -> tuple[Moment, ...]:
        """Each window with the designs before and after it."""
        return tuple(replay(self.design, self.plan, []))

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """Every link that every step changes, in order."""
        return tuple(
            Change(moment.window, done.step, link, old, new)
            for moment in self.moments
            for done in moment.done
            for link, (old, new) in done.links.items()
        )

    def of(self, window: Window, step: Step | None = None) -> list[Change]:
        """The changes of a window, or of one step of it."""
        return [each for each in self.changes if each.window.n == window.n and step in (None, each.step)]

    def cords(self, window: Window | None = None) -> Iterator[Cord]:
        """Where a fibre leaves one port or plug for another, end by end."""
        for each in self.changes:
            for side in SIDES if window is None or each.window.n == window.n else ():
                was, to = each.place(side, new=False), each.place(side)
                plugs = each.plug(side, new=False), each.plug(side)
                module = each.text(f"{side}_module")
                if (was, plugs[0], each.text(f"{side}_module", new=False)) == (to, plugs[1], module):
                    continue
                device = each.text(f"{side}_device") or each.text(f"{side}_device", new=False)
                fibre = " ".join(
                    filter(None, (each.text("route"), each.text("fiber_type"), _strands(each.text("strands"))))
                )
                panel = " ".join(filter(None, (each.text("panel_connector"), each.text("panel_polish"))))
                plug = plugs[1] or plugs[0]
                told = f"{plugs[0]} to {plugs[1]}" if plugs[0] and plugs[1] and plugs[0] != plugs[1] else plug
                yield Cord(
                    each.window.n, each.window.day or "", self.sites.get(device, ""), each.link, fibre or each.link,
                    panel, told, was, to, module,
                )  # fmt: skip

    def ports(self) -> Iterator[tuple[str, str, str, str, str, str]]:
        """Port and lane map at the end: device, port, module, link, lanes, what it was before the plan."""
        before, after = (_seats(design) for design in (self.design, self.last))
        for (device, port), users in sorted(after.items() | {(seat, ()) for seat in before.keys() - after.keys()}):
            was = "; ".join(f"{module} ({link})" for module, link, _ in before.get((device, port), ()))
            for module, link, lanes in users or (("", "", ""),):
                yield device, port, module, link, lanes, was

    @cached_property
    def last(self) -> Design:
        """The design after the plan."""
        return self.moments[-1].after if self.moments else self.design

    @cached_property
    def knowledge(self) -> Knowledge:
        """What is believed of modules, for light and lanes."""
        return know(trust=self.plan.trust if self.plan.trust in _SHIPPED else "standards")

    @cached_property
    def judged(self) -> Judged:
        """The derived facts of the last design."""
        return derive(self.last, self.knowledge)

    @cached_property
    def rows(self) -> Mapping[str, Row]:
        """Of each link that the plan changes its row with derived facts, after the plan."""
        wanted = sorted({each.link for each in self.changes})
        few = self.judged.links.filter(pl.col("link").is_in(wanted), pl.col("case") == 0)
        return {str(row["link"]): row for row in few.iter_rows(named=True)}

    def light(self, link: str) -> list[str]:
        """The power to expect at each end, and within which limits it must be."""
        row = self.rows.get(link)
        found = []
        for side, other in ("ab", "ba") if row else ():
            assert row is not None
            here, there = (self.knowledge.types.get(str(row[f"{each}_type"])) for each in (side, other))
            low, high = row["path_low_mdb"], row["path_high_mdb"]
            if here is None or there is None or not isinstance(low, int) or not isinstance(high, int):
                continue
            if there.launch_min_mdbm is None or there.launch_max_mdbm is None:
                continue
            limits = [
                f"{word} {_db(limit)} dBm"
                for word, limit in (("at least", here.receive_min_mdbm), ("at most", here.overload_mdbm))
                if limit is not None
            ]
            power = f"{_db(there.launch_min_mdbm - high)} to {_db(there.launch_max_mdbm - low)} dBm a lane"
            within = f", and {' and '.join(limits)}" if limits else ""
            found.append(f"{row[f'{side}_device']} {row[f'{side}_port']} receives {power}{within}")
        return found


def _db(mdb: int) -> str:
    return f"{mdb / 1000:.1f}"


def _strands(count: str) -> str:
    return f"{count} fibre{'' if count == '1' else 's'}" if count else ""


def _seats(design: Design) -> dict[tuple[str, str], tuple[tuple[str, str, str], ...]]:
    found: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
    for row in design.links.iter_rows(named=True):
        for side in SIDES:
            if row[f"{side}_device"] and row[f"{side}_port"] and row["status"] != "retired":
                lanes = ", ".join(map(str, row[f"{side}_lanes"] or ()))
                seat = str(row[f"{side}_device"]), str(row[f"{side}_port"])
                found.setdefault(seat, []).append((str(row[f"{side}_module"] or ""), str(row["link"]), lanes))
    return {seat: tuple(sorted(users)) for seat, users in found.items()}
