"""Rows of a frame as Python values, and what a function of a row comes to, worked out once for each combination.

A fleet has few combinations of the columns that a function reads. What is read is watched, so that nobody has to say
beforehand what a function hangs on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import polars as pl

from .wide import Wide

__all__ = ["Picked"]

T = TypeVar("T")


class Picked:
    """Rows of a frame, each column as Python values once it is first asked for: cheap also where the frame is wide."""

    def __init__(self, frame: Wide, nth: pl.Series) -> None:
        self.names = frozenset(frame.columns)
        self._frame, self._nth = frame, nth
        self._columns: dict[str, list[object]] = {}
        self._keys: dict[str, Sequence[object]] = {}

    def __len__(self) -> int:
        return len(self._nth)

    def __iter__(self) -> Iterator[Mapping[str, object]]:
        return (_Row(self, at) for at in range(len(self)))

    def column(self, name: str) -> list[object]:
        """The values of a column; KeyError if the frame has none of this name."""
        if name not in self._columns:
            if name not in self.names:
                raise KeyError(name)
            held = self._frame.at(name, self._nth)
            self._columns[name] = values = held.to_list()
            self._keys[name] = list(map(repr, values)) if held.dtype.is_nested() else values
        return self._columns[name]

    def each(self, of: Callable[[Mapping[str, object]], T]) -> list[T]:
        """What a function comes to for each row; it must hang on nothing but the row.

        It is worked out for one row of each combination of the columns that it has been seen to read. Where it reads
        further columns on the way, rows are told apart by those too and it is worked out anew.
        """
        read: list[str] = []
        while True:
            keys = list(zip(*map(self._key, read), strict=True)) if read else [()] * len(self)
            one_of = dict(zip(keys, range(len(self)), strict=True))
            watched = {key: _Watched(_Row(self, at)) for key, at in one_of.items()}
            outcomes = {key: of(row) for key, row in watched.items()}
            more = {name for row in watched.values() for name in row.read}.difference(read)
            if not more:
                return [outcomes[key] for key in keys]
            read += sorted(more)

    def _key(self, name: str) -> Sequence[object]:
        """The values of a column as what tells rows apart; of a column that there is not, nothing does."""
        if name not in self.names:
            return [None] * len(self)
        self.column(name)
        return self._keys[name]


class _Row(Mapping[str, object]):
    """One row of those picked."""

    __slots__ = ("_at", "_rows")

    def __init__(self, rows: Picked, at: int) -> None:
        self._rows, self._at = rows, at

    def __getitem__(self, name: str) -> object:
        return self._rows.column(name)[self._at]

    def get(self, name: str, default: Any = None) -> Any:
        return self._rows.column(name)[self._at] if name in self._rows.names else default

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows.names)

    def __len__(self) -> int:
        return len(self._rows.names)


class _Watched(Mapping[str, object]):
    """A row that remembers which columns were read of it."""

    def __init__(self, row: Mapping[str, object]) -> None:
        self.row = row
        self.read: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        self.read.add(name)
        return self.row.get(name, default)

    def __getitem__(self, name: str) -> object:
        self.read.add(name)
        return self.row[name]

    def __iter__(self) -> Iterator[str]:
        raise TypeError("what is read of a watched row is read by name")

    def __len__(self) -> int:
        return len(self.row)
