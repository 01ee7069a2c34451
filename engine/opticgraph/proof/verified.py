"""What the checker comes to: whether a plan holds, and of each thing that does not what, where and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import polars as pl

from ..views import as_frame, as_html

__all__ = ["CHECKS", "Fault", "Proven", "Verification"]

# What is asserted, as sentences of what holds, in the order in which they are told.
CHECKS: Mapping[str, str] = MappingProxyType(
    {
        "edits-meet-the-state": "every edit finds the value that it changes, and what it names is there",
        "windows-are-in-order": "windows ascend from 1, on the goal's days, with no more hands and sites than it gives",
        "steps-are-in-order": "each step is there once, after those it needs, such as a host before its modules",
        "plan-does-as-chosen": "every choice is done in the window it names, and the last state has what was chosen",
        "down-is-told": "every link that work stops is named as down, and by its step",
        "nothing-is-cut": "no two devices that were connected are cut off, and services keep their floors",
        "floors-hold": "no group goes below its floor, while a window is open or after it",
        "one-span-of-a-ring": "of a ring at most one span is down at a time",
        "legs-move-together": "links that share a module change in one step",
        "members-move-together": "members of a LAG change in one window",
        "ends-move-together": "both ends of a fibre change together, so that they interwork in every state",
        "seats-are-free": "no cage or lane is used twice, or before it is free",
        "strands-are-free": "no fibre is used twice, or before it is free",
        "parts-are-there": "no part is used twice, before it is free or rested, or before it can be delivered",
        "bill-is-right": "the bill of materials is what the steps take",
        "states-are-sound": "no state has a finding that the design before the plan had not",
        "states-are-as-told": "verdict counts and capacities are as the plan says",
        "whole-agrees": "the last state, judged whole, is what the windows come to",
    }
)


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that does not hold: in which window and step, which check says so, and why, in one sentence."""

    window: int
    step: str
    check: str
    words: str
    links: tuple[str, ...] = ()


@dataclass(frozen=True)
class Proven:
    """One window as replayed.

    state     verdict counts after it: works, fails, unknown
    judged    links judged anew on the graph; down: links that carry nothing while it is open
    """

    n: int
    day: str | None
    steps: int
    judged: int
    state: Mapping[str, int]
    down: tuple[str, ...]


@dataclass(frozen=True)
class Verification:
    """Whether a plan holds.

    looked      check -> at how many things it looked
    conditions  what the plan itself says is not known yet, and so is not proven
    """

    version: str
    trust: str
    plan_trust: str
    before: Mapping[str, int]
    after: Mapping[str, int]
    windows: tuple[Proven, ...]
    faults: tuple[Fault, ...]
    looked: Mapping[str, int]
    conditions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether nothing was found against it, and there was something to look at."""
        return not self.faults and bool(self.windows)

    def to_polars(self, table: str = "checks") -> pl.DataFrame:
        """One of its tables.

        checks   one row a check: check, asserts, looked, faults
        faults   one row a thing that does not hold: window, step, check, words, links
        windows  one row a window, as replayed: window, day, steps, judged, down, works, fails, unknown

        Raises InputError for a table of another name.

        >>> proof.to_polars("faults").height
        0
        """
        return as_frame(self, table)

    def _repr_html_(self) -> str:
        return as_html(self)
