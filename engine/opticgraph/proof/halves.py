"""Shapes judged by two processes, half of them each: as no shape knows of another, what is found is the same."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import IO

from rdflib import Graph
from rdflib.namespace import SH
from rdflib.term import Node

from ..reason import Judging, Results, judged_by

__all__ = ["by_halves"]

WORTH = 300  # links for which a second process is started, which takes it a second or two
_COMMAND = ("-P", "-m", "opticgraph.proof.half")


@contextmanager
def by_halves(shapes: Graph, links: int) -> Iterator[Judging]:
    """A way to judge by these shapes, with a second process where there are two processors and enough links.

    Where that process cannot be started, or ends, all is judged in this one.
    """
    if links < WORTH or (os.cpu_count() or 1) < 2 or not sys.executable:
        yield judged_by
        return
    try:  # in a session of its own, so that Ctrl-C is told to this process alone, which then ends the other
        process = subprocess.Popen(
            [sys.executable, *_COMMAND],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        yield judged_by
        return
    assert process.stdin and process.stdout
    asked, answers = process.stdin, process.stdout
    with ThreadPoolExecutor(1) as beside:
        told = beside.submit(_told, asked, list(shapes))

        def judge(triples: bytes, common: bytes, shapes: Graph, heads: Sequence[Node]) -> Results:
            mine, others = _shared_out(shapes, heads)
            theirs = beside.submit(_answer, asked, answers, (triples, common, others))
            ours = judged_by(triples, common, shapes, mine)
            answer = theirs.result()
            return tuple(sorted([*ours, *(judged_by(triples, common, shapes, others) if answer is None else answer)]))

        try:
            yield judge
        finally:
            process.kill()
            told.cancel()
    process.wait()
    answers.close()
    with suppress(OSError):  # of what was not sent any more
        asked.close()


def _shared_out(shapes: Graph, heads: Sequence[Node]) -> tuple[Sequence[Node], Sequence[Node]]:
    """The shapes in two parts that take about as long: those that ask queries are dealt out first, sh:or next."""
    dear = sorted(heads, key=lambda head: [(head, asks, None) not in shapes for asks in (SH.sparql, SH["or"])])
    return dear[1::2], dear[::2]


def _told(asked: IO[bytes], message: object) -> None:
    with suppress(OSError):  # it has ended, as the next answer will say
        pickle.dump(message, asked)
        asked.flush()


def _answer(asked: IO[bytes], answers: IO[bytes], request: tuple[bytes, bytes, Sequence[Node]]) -> Results | None:
    """What the other process finds; None if it has ended or could not judge, which is then told from here."""
    _told(asked, request)
    try:
        found: Results | None = pickle.load(answers)
    except (OSError, EOFError, pickle.UnpicklingError):
        return None
    return found
