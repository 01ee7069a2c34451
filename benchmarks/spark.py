"""Judge a fleet on Spark beside the engine on its own, hold the answers equal, and write the figures into the docs.

    python benchmarks/spark.py 1000000 --master 'local[2]'

The section stands above that of benchmarks/run.py, which keeps it.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import polars as pl

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "benchmarks.md"
HEADING, NEXT = "## Beyond one machine", "## Fleets"
TICKS = os.sysconf("SC_CLK_TCK")
PAGESIZE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Taken:
    """What a command and all processes it started took: seconds, processor seconds, peak memory in MB."""

    seconds: float
    processor: float
    megabytes: float


def taken(command: Sequence[str]) -> Taken:
    """Run a command whose exit code may be 1, and watch its processes five times a second."""
    start, spent, peak = time.perf_counter(), dict[tuple[int, int], int](), 0
    child = subprocess.Popen(command, cwd=HERE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while child.poll() is None:
        there = _processes()
        own = {child.pid} & there.keys()
        own |= {pid for pid, each in there.items() if (pid, each["born"]) in spent}  # numbers of ended ones come again
        while more := {pid for pid, each in there.items() if each["parent"] in own} - own:
            own |= more
        spent |= {(pid, there[pid]["born"]): there[pid]["ticks"] for pid in own}
        peak = max(peak, sum(there[pid]["pages"] for pid in own))
        time.sleep(0.2)
    if child.returncode not in (0, 1):
        raise RuntimeError(f"{' '.join(command)}: exit code {child.returncode}")
    return Taken(time.perf_counter() - start, sum(spent.values()) / TICKS, peak * PAGESIZE / 1e6)


def _processes() -> dict[int, Mapping[str, int]]:
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:  # it has ended
                continue
            found[int(entry.name)] = {
                "parent": int(words[1]),
                "ticks": int(words[11]) + int(words[12]),
                "born": int(words[19]),
                "pages": int(words[21]),
            }
    return found


def _same(ours: Path, theirs: Path) -> None:
    for name, key in (("findings", "id"), ("verdicts", "link")):
        left = pl.read_parquet(ours / f"{name}.parquet").sort(key)
        right = pl.read_parquet(theirs / name / "*.parquet").sort(key)
        if not left.equals(right):
            raise RuntimeError(f"the {name} differ")


def _section(links: int, master: str, found: int, ways: Mapping[str, Taken]) -> str:
    libraries = ", ".join(f"{name} {version(name)}" for name in ("polars", "pyspark", "opticgraph"))
    lines = [
        HEADING,
        "",
        f"Made by `python benchmarks/spark.py {links} --master '{master}'`; do not edit below the heading. One run, "
        "each a process of its own from start to written findings and verdicts, which are equal, or the run stops: "
        f"{found:,} findings. Processor seconds and memory are those of all processes of a run together.",
        "",
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}, "
        f"{libraries}; load of the machine at the end of the run {os.getloadavg()[0]:.1f}.",
        "",
        "| links | way | seconds | processor seconds | peak MB |",
        "|---:|---|---:|---:|---:|",
        *(
            f"| {links:,} | {way} | {each.seconds:.0f} | {each.processor:.0f} | {each.megabytes:,.0f} |"
            for way, each in ways.items()
        ),
    ]
    return "\n".join([*lines, "", ""])


def main() -> None:
    """Measure, compare, print, and write the section."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("links", type=int)
    parser.add_argument("--master", default="local[2]")
    parser.add_argument("--no-docs", action="store_true", help="Only print the section.")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fleet, ours, theirs = folder / "fleet.parquet", folder / "ours", folder / "theirs"
        subprocess.run([sys.executable, "fleet.py", str(told.links), str(fleet)], cwd=HERE, check=True)
        audit = [sys.executable, "-m", "opticgraph.cli", "audit", str(fleet), "--output"]
        alone = taken([*audit, str(ours), "--format", "parquet"])
        spark = taken([*audit, str(theirs), "--engine", f"spark:{told.master}"])
        _same(ours, theirs)
        found = pl.read_parquet(ours / "findings.parquet").height
    section = _section(told.links, told.master, found, {"engine, Parquet": alone, f"Spark at `{told.master}`": spark})
    print(section)
    if not told.no_docs:
        text = PAGE.read_text(encoding="utf-8")
        head, _, rest = text.partition(f"{NEXT}\n")
        PAGE.write_text(head.partition(f"{HEADING}\n")[0] + section + f"{NEXT}\n{rest}", encoding="utf-8")


if __name__ == "__main__":
    main()
