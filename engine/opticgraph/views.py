"""What a result gives besides its fields: frames, a graph, and what a notebook shows.

Results stand below the reports that are made of them. So a report's module is named here, not imported: it is when a
result is first asked for such a view, and nobody else waits for it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from rdflib import Graph

__all__ = ["as_frame", "as_graph", "as_html"]


def as_frame(result: object, table: str) -> pl.DataFrame:
    """One of the tables of a result, as report/frames has them; InputError where it has none of this name."""
    made: pl.DataFrame = import_module(".report.frames", __package__).frame(result, table)
    return made


def as_graph(result: object) -> Graph:
    """What a report writes of a result in RDF, as an rdflib graph; InputError for an answer that has none."""
    made: Graph = import_module(".report.graphs", __package__).graph(result)
    return made


def as_html(result: object) -> str:
    """What a notebook shows of a result, as report/notebook.py writes it."""
    made: str = import_module(".report.notebook", __package__).shown(result)
    return made
