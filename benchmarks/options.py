"""Ask what all links of a fleet may become, beside its audit, in one run, and write the figures into the docs.

    python benchmarks/options.py 100000

The fleet's devices have one host catalogue model to move to, so that options there are. The section stands above that
of benchmarks/run.py, which keeps it.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import polars as pl
from run import DOCS, HERE, Measured, measure

PAGE = DOCS / "benchmarks.md"
HEADING, NEXT = "## Options", "## Fleets"
HOST = "Arista DCS-7060DX4-32"  # cages of 400G to move to


def _section(links: int, runs: int, audit: Measured, options: Measured, offered: int, told: int) -> str:
    libraries = ", ".join(f"{name} {version(name)}" for name in ("polars", "pyoxigraph", "pyshacl", "opticgraph"))
    rows = (
        f"| {links:,} | {each.way} | {each.seconds:.2f} | {each.processor:.2f} | {each.megabytes:,.0f} | "
        f"{each.processor / audit.processor:.1f} |"
        for each in (audit, options)
    )
    lines = [
        HEADING,
        "",
        f"Made by `python benchmarks/options.py {links} --runs {runs}`; do not edit below the heading. One run, every "
        f"figure a process of its own from start to written Parquet, median of {runs}. {offered:,} links have an "
        f"option besides staying as they are, {told:,} options in all; devices may become an {HOST}.",
        "",
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}, "
        f"{libraries}; load of the machine at the end of the run {os.getloadavg()[0]:.1f}.",
        "",
        "| links | what | seconds | processor seconds | peak MB | times the audit |",
        "|---:|---|---:|---:|---:|---:|",
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
        asked = [*ours, "options", str(fleet), "--host", HOST, "-o", str(table)]
        options = measure("options", given.links, asked, runs=given.runs)
        told = pl.read_parquet(table).filter(pl.col("strategy") != "stay", pl.col("verdict") != "fails")
    section = _section(given.links, given.runs, audit, options, told["link"].n_unique(), told.height)
    print(section)
    if not given.no_docs:
        text = PAGE.read_text(encoding="utf-8")
        head, _, rest = text.partition(f"{NEXT}\n")
        kept, _, below = head.partition(f"{HEADING}\n")
        after = below[below.index("\n## ") + 1 :] if "\n## " in below else ""
        PAGE.write_text(f"{kept}{section}{after}{NEXT}\n{rest}", encoding="utf-8")


if __name__ == "__main__":
    main()
