"""Plan networks of sites, one after another, and print what docs/plan.md shows: windows, their bound, processor time.

    python benchmarks/plan.py
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from run import measure
from sites import network

SIZES = ((2_000, 60), (20_000, 600))
GOAL = "[windows]\nhands = 20\nsites = 4\n"
WORK = 10  # deterministic seconds of search


def main() -> None:
    """Measure and print a table."""
    print("| links | windows | by counting | processor seconds, all told | peak MB |")
    print("|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as name:
        design, goal, made = (Path(name) / part for part in ("links.parquet", "goal.toml", "plan.json"))
        goal.write_text(GOAL, encoding="utf-8")
        for links, sites in SIZES:
            network(links, sites).write_parquet(design)
            command = [sys.executable, "-m", "opticgraph.cli", "plan", str(design), "--goal", str(goal)]
            told = measure("plan", links, [*command, "--work", str(WORK), "-o", str(made)], runs=1)
            plan = json.loads(made.read_text(encoding="utf-8"))
            used = max(window["n"] for window in plan["windows"])
            row = (f"{links:,}", f"{used:,}", f"{plan['bound']:,}", f"{told.processor:.0f}", f"{told.megabytes:,.0f}")
            print(f"| {' | '.join(row)} |")


if __name__ == "__main__":
    main()
