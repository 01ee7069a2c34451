"""The links as steps have left them so far, and which of them sit at each port."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from .replay import Done, Row
from .stops import Seat, seats

__all__ = ["Running"]


class Running:
    """Links by name and the users of each port, which always agree."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.links: dict[str, Row] = {str(row["link"]): row for row in rows}
        self.users: dict[Seat, set[str]] = defaultdict(set)
        for link, row in self.links.items():
            self._seat(link, row)

    def step(self, done: Done) -> None:
        """Take over what a step leaves."""
        for link, (old, new) in done.links.items():
            for seat in seats(old).values():
                self.users[seat].discard(link)
            self._seat(link, new)
            if new is None:
                self.links.pop(link, None)
            else:
                self.links[link] = new

    def _seat(self, link: str, row: Row | None) -> None:
        for seat in seats(row).values() if row and row["status"] != "retired" else ():
            self.users[seat].add(link)
