"""Judge a fleet as any SHACL processor would: the whole graph, with its derived facts, in pySHACL.

python benchmarks/whole.py fleet.parquet results.parquet
"""

from __future__ import annotations

import sys

import polars as pl
import pyshacl
from rdflib import Graph
from rdflib.namespace import SH

from opticgraph.derive import derive
from opticgraph.facts import graph_of
from opticgraph.knowledge import know
from opticgraph.read import load
from opticgraph.rules import read_rules


def main() -> None:
    """Read, derive, validate, write shape and focus of every result."""
    fleet, output = sys.argv[1:]
    design, knowledge = load(fleet), know()
    data = Graph().parse(data=graph_of(design, derive(design, knowledge), knowledge), format="nt")
    _, report, _ = pyshacl.validate(data, shacl_graph=read_rules().shapes, inference="none", inplace=True)
    found = [
        {"shape": str(report.value(result, SH.sourceShape)), "focus": str(report.value(result, SH.focusNode))}
        for result in report.objects(None, SH.result)
    ]
    pl.DataFrame(found, schema={"shape": pl.String, "focus": pl.String}).write_parquet(output)


if __name__ == "__main__":
    main()
