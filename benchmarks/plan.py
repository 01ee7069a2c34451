"""Plan networks of sites, one after another, and print what docs/plan.md shows: windows, their bound, processor time.

python benchmarks/plan.py            every size
python benchmarks/plan.py --verify   the smallest, planned and then proven anew, each with its seconds by the clock
"""

from __future__ import annotations

import argparse
import json
import os
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
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--verify", action="store_true", help="Plan the smallest network only, and prove its plan.")
    proven = parser.parse_args().verify
    columns = "| links | what | seconds | processor seconds | peak MB of a process |"
    print(columns if proven else "| links | windows | by counting | processor seconds, all told | peak MB |")
    print("|---:|---|---:|---:|---:|" if proven else "|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as name:
        design, goal, made = (Path(name) / part for part in ("links.parquet", "goal.toml", "plan.json"))
        goal.write_text(GOAL, encoding="utf-8")
        for links, sites in SIZES[:1] if proven else SIZES:
            network(links, sites).write_parquet(design)
            engine = [sys.executable, "-m", "opticgraph.cli"]
            command = [*engine, "plan", str(design), "--goal", str(goal), "--work", str(WORK), "-o", str(made)]
            told = measure("plan", links, command, runs=1)
            plan = json.loads(made.read_text(encoding="utf-8"))
            used = max(window["n"] for window in plan["windows"])
            if proven:
                command = [
                    *engine,
                    "verify",
                    str(design),
                    str(made),
                    "--goal",
                    str(goal),
                    "-o",
                    f"{made}.verified.json",
                ]
                for each in (told, measure("verify", links, command, runs=1)):
                    figures = f"{each.seconds:.0f} | {each.processor:.0f} | {each.megabytes:,.0f}"
                    print(f"| {links:,} | {each.way} of {used} windows | {figures} |")
                holds = json.loads(Path(f"{made}.verified.json").read_text(encoding="utf-8"))["holds"]
                print(
                    f"\nThe plan {'holds' if holds else 'does not hold'}; load of the machine {os.getloadavg()[0]:.1f}."
                )
            else:
                row = (
                    f"{links:,}",
                    f"{used:,}",
                    f"{plan['bound']:,}",
                    f"{told.processor:.0f}",
                    f"{told.megabytes:,.0f}",
                )
                print(f"| {' | '.join(row)} |")


if __name__ == "__main__":
    main()
