"""Parts as pools: what is in stock or set free, what can be bought at which price, and from which window on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .design import SIDES
from .goal import Goal
from .pieces import MILLI, PART
from .prices import Prices
from .problem import Pool

__all__ = ["PartPools"]


class PartPools:
    """Parts under a goal and a price list, for links as judged; it never changes."""

    def __init__(self, goal: Goal, prices: Prices | None, rows: Iterable[Mapping[str, Any]]) -> None:
        self.goal, self.prices = goal, prices
        self.stock = {PART + part: count for part, count in goal.stock.items()}
        self.late = {PART + lead.part: lead.days for lead in goal.leads}
        freed = {
            PART + str(row[f"{side}_type"] or row[f"{side}_module"])
            for row in rows
            for side in SIDES
            if row[f"{side}_module"]
        }
        self.there = frozenset(self.stock.keys() | freed)
        self.scarce = self.there | self.late.keys()

    def price(self, pool: str) -> int:
        """What one of a pool costs in thousandths; without a list, parts are counted."""
        if not pool.startswith(PART):
            return 0
        if self.prices is None:
            return MILLI
        price = self.prices.price(pool.removeprefix(PART))
        return int((max(self.prices.of.values(), default=1) if price is None else price) * MILLI)

    def unpriced(self, pools: Iterable[str]) -> list[str]:
        """Parts of these pools that the price list does not have."""
        parts = [pool.removeprefix(PART) for pool in pools if pool.startswith(PART)]
        return [part for part in parts if self.prices is not None and self.prices.price(part) is None]

    def pool(self, name: str) -> Pool:
        """A pool of a part."""
        price = self.price(name) if self.goal.buy else None
        return Pool(name, self.stock.get(name, 0), price, _arrival(self.goal, self.late.get(name, 0)))


def _arrival(goal: Goal, days: int) -> int:
    """The first window that may use what takes so many days to come."""
    if not days or not goal.windows.days:
        return 0
    first = goal.windows.days[0]
    return next(
        (nth for nth, day in enumerate(goal.windows.days) if (day - first).days >= days), len(goal.windows.days)
    )
