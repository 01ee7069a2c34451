"""A folder for what is too large for memory, gone when it has served, also if the process is killed before that."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

__all__ = ["scratch"]

# A process that waits for its input to end, which it does when whoever started it lets go of it or is gone.
_SWEEP = "import shutil, sys; sys.stdin.read(); shutil.rmtree(sys.argv[1], ignore_errors=True)"


@contextmanager
def scratch() -> Iterator[Path]:
    """An empty folder for the length of a block, where TMPDIR says."""
    with TemporaryDirectory(prefix="opticgraph-", ignore_cleanup_errors=True) as folder:
        if not sys.executable:  # embedded: nothing to start
            yield Path(folder)
            return
        command = [sys.executable, "-I", "-S", "-c", _SWEEP, folder]
        quiet = subprocess.DEVNULL
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet, start_new_session=True
        ) as sweeper:
            try:
                yield Path(folder)
            finally:
                assert sweeper.stdin is not None
                sweeper.stdin.close()
