"""Ask what all links of a fleet may become, beside its audit, in one run, and write the figures into the docs.

    python benchmarks/options.py 100000

Options are asked for as the fleet is, and once more where devices may be exchanged for a host of the catalogue. The
section stands above that of benchmarks/run.py, which keeps it.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import polars as pl
from run import DOCS, HERE, Measured, measure

PAGE = DOCS / "benchmarks.md"
HEADING, NEXT = "## Options", "## Fleets"
HOST = "Arista DCS-7060DX4-32"  # cages of 400G to move to


def _section(links: int, runs: int, audit: Measured, asked: Sequence[tuple[Measured, int, int]]) -> str:
    libraries = ", ".join(f"{name} {version(name)}" for name in ("polars", "pyoxigraph", "pyshacl", "opticgraph"))
    rows = (
        f"| {links:,} | {each.way} | {each.seconds:.2f} | {each.processor:.2f} | {each.megabytes:,.0f} | "
        f"{each.processor / audit.processor:.1f} | {told} |"
        for each, told in ((audit, "|"), *((each, f"{offered:,} | {told:,}") for each, offered, told in asked))
    )
    lines = [
        HEADING,
        "",
        f"Made by `python benchmarks/options.py {links} --runs {runs}`; do not edit below the heading. One run, every "
        f"figure a process of its own from start to written Parquet, median of {runs}. Options are those besides "
        f"staying as it is that work or wait for a fact; with a host, devices may become an {HOST}.",
        "",
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}, "
        f"{libraries}; load of the machine at the end of the run {os.getloadavg()[0]:.1f}.",
        "",
        "| links | what | seconds | processor seconds | peak MB | times the audit | links with options | options |",
        "|---:|---|---:|---:|---:|---:|---:|---:|",
        *rows,
    ]
    return "\n".join([*lines, "", ""])


def main() -> None:
    """Measure, print, and write the section."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("links", type=int)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--no-docs", action="store_true", help="Only print the section.")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        fleet, findings, table = (Path(name) / f"{part}.parquet" for part in ("fleet", "findings", "options"))
        subprocess.run([sys.executable, "fleet.py", str(given.links), str(fleet)], cwd=HERE, check=True)
        ours = [sys.executable, "-m", "opticgraph.cli"]
        audit = measure("audit", given.links, [*ours, "audit", str(fleet), "-o", str(findings)], runs=given.runs)
        asked = []
        for way, more in (("options", []), ("options with a host", ["--host", HOST])):
            command = [*ours, "options", str(fleet), *more, "-o", str(table)]
            options = measure(way, given.links, command, runs=given.runs)
            told = pl.read_parquet(table).filter(pl.col("strategy") != "stay", pl.col("verdict") != "fails")
            asked.append((options, told["link"].n_unique(), told.height))
    section = _section(given.links, given.runs, audit, asked)
    print(section)
    if not given.no_docs:
        text = PAGE.read_text(encoding="utf-8")
        head, _, rest = text.partition(f"{NEXT}\n")
        kept, _, below = head.partition(f"{HEADING}\n")
        after = below[below.index("\n## ") + 1 :] if "\n## " in below else ""
        PAGE.write_text(f"{kept}{section}{after}{NEXT}\n{rest}", encoding="utf-8")


if __name__ == "__main__":
    main()
