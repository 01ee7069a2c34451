"""The claims of a source as the question that answers them reads them: a named graph each, as in the catalogue.

A claim states facts, which are believed or not as any others, and has cases, each a link of the design in
ontology/claims with the verdict that it has if the claim is right.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox

from .graph import RDF_TYPE
from .sources import CLAIM, OPTIC, local, quads_of, text_of

__all__ = ["claim_graphs", "claims"]


def claims(files: Iterable[Path]) -> tuple[str, ...]:
    """The names of all claims that catalogue files hold, S2 before S10."""
    names = {local(text_of(str(quad.subject))) for file in files for quad in quads_of(file) if _declares(quad)}
    return tuple(sorted(names, key=lambda name: (len(name), name)))


def claim_graphs(files: Iterable[Path]) -> tuple[bytes, bytes]:
    """What is said of the claims, as N-Triples, and what they say, as N-Quads; both sorted."""
    about: set[str] = set()
    inside: set[str] = set()
    for file in files:
        for quad in quads_of(file):
            if isinstance(quad.graph_name, ox.DefaultGraph) and str(quad.subject).startswith(f"<{CLAIM}"):
                about.add(f"{quad.triple} .\n")
            elif isinstance(quad.graph_name, ox.NamedNode) and quad.graph_name.value.startswith(CLAIM):
                inside.add(f"{quad.triple} {quad.graph_name} .\n")
    return "".join(sorted(about)).encode(), "".join(sorted(inside)).encode()


def _declares(quad: ox.Quad) -> bool:
    return quad.predicate.value == RDF_TYPE and str(quad.object) == f"<{OPTIC}Claim>"
