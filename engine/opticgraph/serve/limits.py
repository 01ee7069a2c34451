"""What one request may take of the server."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Limits"]


@dataclass(frozen=True)
class Limits:
    """Bounds on queries, each with a refusal of its own.

    seconds     what a query may take
    rows        rows, or triples, of an answer
    answer_mb   bytes of an answer, in millions
    memory_mb   what a query's process may take of memory, in MiB beyond what it holds at rest
    query_kb    bytes of a query, in thousands
    depth       brackets within brackets in a query
    workers     queries answered at once
    waiting     seconds a query waits for its turn before it is sent away
    share       seconds a query may take while others wait; the longest of those beyond is ended for them
    queue       queries that may wait
    """

    seconds: float = 30.0
    rows: int = 100_000
    answer_mb: int = 32
    memory_mb: int = 2048
    query_kb: int = 64
    depth: int = 64
    workers: int = 4
    waiting: float = 10.0
    share: float = 2.0
    queue: int = 1000
