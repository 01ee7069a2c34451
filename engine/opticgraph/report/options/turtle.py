"""Options as RDF, a node of class optic:Option for each link and option or refusal, in Turtle."""

from __future__ import annotations

import pyoxigraph as ox

from ...choices import Options
from ...ntriples import PART, XSD
from ...optiongraph import option_lines
from ...rules import RULE
from ...terms import OPTIC

__all__ = ["render"]

_PREFIXES = {"optic": OPTIC, "part": PART, "rule": RULE, "xsd": XSD}


def render(options: Options) -> bytes:
    """The Turtle text, sorted, the same bytes for the same options."""
    told = ox.parse(input=option_lines(options.table), format=ox.RdfFormat.N_TRIPLES)
    return ox.serialize((quad.triple for quad in told), format=ox.RdfFormat.TURTLE, prefixes=_PREFIXES) or b""
