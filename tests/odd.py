"""Designs with everything odd that columns can hold: what is missing, doubled, shared, or says what no reader would."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
from hypothesis import strategies as st

from designs import designs
from opticgraph.design import LINK_SCHEMA, Design

__all__ = ["odd_designs"]

# What an RDF design may say beyond its columns.
_TRIPLES = (
    '<https://w3id.org/opticgraph/design#link/L0> <https://example.org/#owner> "metro"@en .',
    '<https://w3id.org/opticgraph/design#link/L0> <https://example.org/#owner> "metro"@de .',
    "<https://w3id.org/opticgraph/design#link/L1/a> <https://example.org/#owner> _:nobody .",
    '_:nobody <https://w3id.org/opticgraph/ontology#name> "nobody" .',
    '<https://w3id.org/opticgraph/design#link/L0> <https://w3id.org/opticgraph/ontology#lengthM> "far" .',
    "<https://w3id.org/opticgraph/design#link/L0> <https://w3id.org/opticgraph/ontology#lengthM> "
    '"7"^^<http://www.w3.org/2001/XMLSchema#decimal> .',
    "<https://w3id.org/opticgraph/design#link/L1> <https://w3id.org/opticgraph/ontology#lossDb> "
    '"much"^^<http://www.w3.org/2001/XMLSchema#decimal> .',
    "<https://w3id.org/opticgraph/design#link/L0> <https://w3id.org/opticgraph/ontology#fiberType> "
    "<https://w3id.org/opticgraph/ontology#OM4> .",
    "<https://w3id.org/opticgraph/catalog#100GBASE-LR4> <https://w3id.org/opticgraph/ontology#powerW> "
    '"99"^^<http://www.w3.org/2001/XMLSchema#decimal> .',
    "<https://w3id.org/opticgraph/design#link/L0> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> "
    "<https://example.org/#Special> .",
    "<https://example.org/#Special> <http://www.w3.org/2000/01/rdf-schema#subClassOf> "
    "<https://w3id.org/opticgraph/ontology#OpticalLink> .",
    "<https://example.org/#stray> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> "
    "<https://w3id.org/opticgraph/ontology#Link> .",
    "<https://example.org/#stray> <https://w3id.org/opticgraph/ontology#aEnd> "
    "<https://w3id.org/opticgraph/design#link/L0/a> .",
)
_ALIKE = ("length_mm", "loss_mdb", "strands", "connectors", "reflectance_mdb", "osnr_mdb", "a_rx_mdbm", "b_rx_mdbm")


@st.composite
def odd_designs(draw: st.DrawFn, *, most: int = 6) -> Design:
    """Made-up designs, further from what records hold: links that nearly agree, ends without a port, odd names."""
    design = draw(designs(most=most))
    rows = design.links.to_dicts()
    for row in rows[1:]:  # links that agree but for a few values are what is told apart wrongly first
        if draw(st.booleans()):
            kept = draw(st.sets(st.sampled_from(sorted(set(row) - {"link"})), max_size=6))
            row |= {name: value for name, value in draw(st.sampled_from(rows)).items() if name not in {*kept, "link"}}
    numbers = st.sampled_from((None, 0, 100, 101, 2_000, 4_000, 30_000, 100_000, -14_500))
    for row in rows:
        for name in draw(st.sets(st.sampled_from(_ALIKE), max_size=3)):
            row[name] = draw(numbers)
        for side in ("a", "b"):
            for name in draw(st.sets(st.sampled_from(("device", "port", "module", "adapter")), max_size=1)):
                if _seldom(draw, 4):
                    row[f"{side}_{name}"] = None
            if _seldom(draw, 8):
                row[f"{side}_lanes"] = draw(st.sampled_from([[1, 1], [1, 2, 3, 4, 5, 6, 7, 8], [2, 1]]))
    if draw(st.booleans()):
        rows[0]["link"] = draw(st.sampled_from(("L0", "L 0", "L/0", 'L"0', "Lé\\0")))
    triples = ""
    if _seldom(draw, 4):
        triples = "".join(f"{line}\n" for line in sorted(draw(st.sets(st.sampled_from(_TRIPLES), max_size=3))))
    return replace(design, links=pl.DataFrame(rows, schema=LINK_SCHEMA), triples=triples.encode())


def _seldom(draw: st.DrawFn, of: int) -> bool:
    """Once in so many times; zero is drawn more often than others, so it is another number that decides."""
    return draw(st.integers(0, of - 1)) == of // 2
