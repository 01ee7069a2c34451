"""Questions asked in this process, over one design and one data set: for tests that ask often."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pyoxigraph as ox

from opticgraph import sparql
from opticgraph.ask import GIVEN, given, joined, table
from opticgraph.dataset import dataset
from opticgraph.design import Design
from opticgraph.knowledge import Knowledge, know
from opticgraph.parameters import bind
from opticgraph.question import Question
from opticgraph.read import load
from opticgraph.table import Table

__all__ = ["DESIGN", "answer", "bound", "known", "quads"]

DESIGN = Path(__file__).parent / "questions" / "design"


@cache
def known() -> tuple[Design, Knowledge]:
    return load(DESIGN), know()


@cache
def quads() -> bytes:
    design, knowledge = known()
    return dataset(design, knowledge=knowledge)


@cache
def store(more: bytes = b"") -> ox.Store:
    return sparql.load(quads() + more)


def bound(question: Question, values: dict[str, str]) -> dict[str, str]:
    design, knowledge = known()
    return bind(question, values, design=design, knowledge=knowledge)


def answer(question: Question, values: dict[str, str]) -> Table:
    """As query() answers, but in this process and over one data set for all questions."""
    terms = bound(question, values)
    held = store(given(terms) if GIVEN in question.query else b"")
    return table(question, *sparql.solve(held, question.query, joined(question, terms)))
