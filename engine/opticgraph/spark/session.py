"""A Spark session for one audit, or a clear word why there is none."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InputError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

__all__ = ["available", "session", "spread"]

_BATCH = 100_000  # rows that go to a worker's Python at once


def available() -> None:
    """Raise InputError that says what to install, if Spark cannot run here."""
    lacking = [name for name in ("pandas", "pyarrow", "pyspark") if find_spec(name) is None]
    if lacking:
        raise InputError(f"--engine spark needs {', '.join(lacking)}: pip install 'opticgraph[spark]'")
    home = os.environ.get("JAVA_HOME")
    if not (Path(home, "bin", "java").is_file() if home else shutil.which("java")):
        place = f"in JAVA_HOME, which is {home}" if home else "on the PATH, and JAVA_HOME is not set"
        raise InputError(f"--engine spark needs Java 17 or later; there is none {place}")


@contextmanager
def session(master: str | None) -> Iterator[SparkSession]:
    """A session at the master, or where Spark's own settings say; stopped afterwards unless it was there before."""
    available()
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    there = SparkSession.getActiveSession()
    if there is not None:
        with _told_of_workers():
            yield there
        return
    builder = SparkSession.builder.appName("opticgraph")
    settings = {
        "spark.log.level": "ERROR",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.execution.arrow.maxRecordsPerBatch": str(_BATCH),
        "spark.sql.parquet.enableVectorizedReader": "true",
        # a worker's cores each run a Python of their own
        "spark.executorEnv.POLARS_MAX_THREADS": "1",
    }
    if master and master.startswith("local"):
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        settings |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    for name, value in settings.items():
        builder = builder.config(name, value)
    try:
        spark = (builder.master(master) if master else builder).getOrCreate()
    except (PySparkException, ValueError) as error:
        said = str(error).strip().splitlines()[0][:300]
        raise InputError(
            f"Spark could not be started at {master or 'its own settings'}: {said}; Java 17 or later and a master "
            "such as local[4] or spark://host:7077 were expected"
        ) from error
    except Exception as error:  # what the Java side raises has no base class of its own
        if type(error).__module__.partition(".")[0] != "py4j":
            raise
        said = next((line.strip() for line in str(error).splitlines() if "Exception" in line), type(error).__name__)
        raise InputError(f"Spark could not be started at {master or 'its own settings'}: {said[:300]}") from error
    try:
        with _told_of_workers():
            yield spark
    finally:
        spark.stop()


@contextmanager
def _told_of_workers() -> Iterator[None]:
    """Say what the workers' Python lacks, which is theirs to mend; whatever else fails there is our fault."""
    from pyspark.errors import PythonException

    try:
        yield
    except PythonException as error:
        lacking = re.search(r"No module named '?(\w+)|PYTHON_VERSION_MISMATCH", str(error))
        if lacking is None:
            raise
        found = f"lacks {lacking[1]}" if lacking[1] else "is of another version"
        python = os.environ.get("PYSPARK_PYTHON", "python3")
        raise InputError(
            f"the workers' Python, {python}, {found}; expected opticgraph[spark] there too, in a Python of the version "
            "here: PYSPARK_PYTHON tells which they run"
        ) from error


def spread(spark: SparkSession, parts: int) -> None:
    """Have what is grouped or joined from now on go into so many parts; Spark's own 200 are far too many for a few."""
    spark.conf.set("spark.sql.shuffle.partitions", str(parts))
