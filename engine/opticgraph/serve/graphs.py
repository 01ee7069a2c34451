"""What the endpoint holds, as N-Quads: all that a question reads, and the same apart, a named graph for each part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import MappingProxyType

from ..dataset import parts
from ..design import Design
from ..knowledge import Knowledge

__all__ = ["GRAPH", "PARTS", "quads"]

GRAPH = "https://w3id.org/opticgraph/graph#"

# The named graphs that the default graph is put together from; what sources state stands in graphs of their own.
PARTS = MappingProxyType(
    {
        "design": "The design as it is judged, with what was assumed.",
        "derived": "Every fact that follows from the design and the catalogue.",
        "catalogue": "What the trust policy believes of the catalogue.",
        "ontology": "The terms, the lists and the names of parts.",
        "sources": "The sources, and whose graph each graph of stated facts is.",
        "findings": "The outcome of the audit: verdicts, findings, and what the rules are called.",
        "options": "What each link may become, and what rejects the rest; with --options.",
    }
)


def quads(
    design: Design,
    *,
    knowledge: Knowledge,
    catalogs: Sequence[Path] = (),
    rules: Sequence[Path] = (),
    options: bool = False,
) -> Iterator[bytes]:
    """All of it in pieces of some megabytes, each made when it is asked for."""
    for name, piece in parts(design, knowledge=knowledge, catalogs=catalogs, rules=rules, options=options):
        yield piece
        if name in PARTS:  # a line ends in " .\n" and nowhere else does one end
            yield piece.replace(b" .\n", f" <{GRAPH}{name}> .\n".encode())
