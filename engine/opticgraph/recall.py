"""What a function of a thing comes to, worked out once for each combination of the columns that it reads.

A fleet has few such combinations. What is read is watched, so that nobody has to say beforehand what a function hangs
on: the first column it reads is always the same, the second hangs on the first one's value, and so on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import polars as pl

__all__ = ["Recall", "recalled", "rows_of"]

T = TypeVar("T")
Recall = dict[object, Any]  # key -> tree: a column and what follows each of its values, at its ends (None, outcome)


class _Columns(dict[str, list[object]]):
    """The columns of a frame, as Python values once they are first asked for."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.names = frozenset(frame.columns)
        self._frame = frame

    def __missing__(self, name: str) -> list[object]:
        if name not in self.names:
            raise KeyError(name)
        column = self[name] = self._frame[name].to_list()
        return column


class _Row(Mapping[str, object]):
    """One row of a frame."""

    __slots__ = ("_at", "_columns")

    def __init__(self, columns: _Columns, at: int) -> None:
        self._columns, self._at = columns, at

    def __getitem__(self, name: str) -> object:
        return self._columns[name][self._at]

    def get(self, name: str, default: Any = None) -> Any:
        return self._columns[name][self._at] if name in self._columns.names else default

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns.names)

    def __len__(self) -> int:
        return len(self._columns.names)


class _Watched(Mapping[str, object]):
    """A row that remembers what was read of it, in order."""

    def __init__(self, row: Mapping[str, object]) -> None:
        self.row = row
        self.read: dict[str, object] = {}

    def get(self, name: str, default: Any = None) -> Any:
        self.read.setdefault(name, self.row.get(name))
        return self.row.get(name, default)

    def __getitem__(self, name: str) -> object:
        value = self.row[name]
        self.read.setdefault(name, value)
        return value

    def __iter__(self) -> Iterator[str]:
        raise TypeError("what is read of a watched row is read by name")

    def __len__(self) -> int:
        return len(self.row)


def rows_of(frame: pl.DataFrame) -> Iterator[Mapping[str, object]]:
    """The rows of a frame, cheap also where it is wide and little of it is read."""
    columns = _Columns(frame)
    return (_Row(columns, at) for at in range(frame.height))


def recalled(
    recall: Recall, key: object, row: Mapping[str, object], work_out: Callable[[Mapping[str, object]], T]
) -> T:
    """What work_out comes to for the row; it must hang on nothing but the row and the key."""
    node = recall.get(key)
    while node is not None:
        column, then = node
        if column is None:
            return then  # type: ignore[no-any-return]
        node = then.get(_held(row.get(column)))
    watched = _Watched(row)
    outcome = work_out(watched)
    branches, at = recall, key
    for column, value in watched.read.items():
        branches = branches.setdefault(at, (column, {}))[1]
        at = _held(value)
    branches[at] = (None, outcome)
    return outcome


def _held(value: object) -> object:
    return tuple(map(_held, value)) if isinstance(value, list) else str(value) if isinstance(value, dict) else value
