"""What a plan is put together from: links' parts in units of work, and units with what they share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .applied import Applied
from .choices import Part
from .design import SIDES
from .problem import Pool, Task

__all__ = ["CAGE", "MILLI", "PART", "POWER", "STRANDS", "Piece", "Unit", "Units", "broken_out"]

MILLI = 1000  # prices are whole thousandths for a search
PART, CAGE, STRANDS, POWER = "part ", "cages ", "spare fibres ", "power of "  # sorts of pools, before their names


@dataclass(frozen=True)
class Piece:
    """One link's part in a unit: its row as judged, what is done to it, and which leg of a module it becomes.

    retired  whether the link is taken over by another one
    """

    link: str
    row: Mapping[str, Any]
    applied: Applied
    way: int
    leg: int = 0
    retired: bool = False


@dataclass(frozen=True)
class Unit:
    """An option of one link or of several that move together, and the task that it is to a scheduler.

    cages   link and side -> the pool that its new cage comes from
    warned  whether a rule warns of it
    """

    task: Task
    strategy: str
    pieces: tuple[Piece, ...]
    verdict: str
    needs: tuple[str, ...]
    rate_gbps: int | None
    parts: tuple[Part, ...]
    cages: Mapping[str, str]
    warned: bool
    power_known: bool


@dataclass(frozen=True)
class Units:
    """Units by name, what they share, and links that have none with the reason.

    ports  of each pool of cages the names of its ports
    """

    units: Mapping[str, Unit]
    pools: Mapping[str, Pool]
    ports: Mapping[str, tuple[str, ...]]
    targets: tuple[str, ...]
    left: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


def broken_out(applied: Applied) -> dict[str, int | None]:
    """Of each side into how many legs its new module is broken out."""
    return {side: getattr(applied.proposal, f"{side}_legs") for side in SIDES}
