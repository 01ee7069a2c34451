"""How long a person waits: help, the first audit of an example, and later ones, each as a whole process.

python benchmarks/start.py [RUNS] prints medians in seconds.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


def seconds(arguments: Sequence[str], home: str) -> float:
    """The wall time of one run of the command, with a cache folder of its own."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "opticgraph.cli", *arguments]
    given = os.environ | {"XDG_CACHE_HOME": home, "PYTHONDONTWRITEBYTECODE": ""}  # an installed package is compiled
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=given)
    return time.perf_counter() - start


def main(runs: int) -> None:
    """Print one line a case."""
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, median of {runs}")
    with tempfile.TemporaryDirectory() as home:
        print(f"opticgraph --help: {median(seconds(['--help'], home) for _ in range(runs)):.2f} s")
        for example in sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir()):
            audit = ["audit", str(EXAMPLES / example), "--fail-on", "never"]
            first = seconds(audit, tempfile.mkdtemp(dir=home))
            later = median(seconds(audit, home) for _ in range(runs))
            print(f"audit of {example}: first {first:.2f} s, later {later:.2f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
