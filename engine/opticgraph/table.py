"""A question and its answer as rows: what queries and catalogue look-ups come back with."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Table"]


@dataclass(frozen=True)
class Table:
    """The question in English, the names of the columns, and the rows in their order; None is no value."""

    question: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
