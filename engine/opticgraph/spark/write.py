"""What an audit on Spark leaves: a folder with findings, verdicts and coverage, each a Parquet data set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import polars as pl
from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sql

from ..errors import InputError
from ..report.parquet import FINDING, VERDICT, findings_table, verdicts_table
from ..result import VERDICTS, Audit, Coverage, Finding
from .arrow import ddl, mapped, table_of
from .shard import verdicts_in

__all__ = ["Target", "folder"]

_COVERAGE = pl.Schema(
    {
        "rule": pl.String(),
        "judged": pl.Int64(),
        "found": pl.Int64(),
        "not_judged": pl.Int64(),
        "how": pl.String(),
        "why": pl.String(),
    }
)


def folder(spark: SparkSession, output: str) -> str:
    """The folder, made if need be; InputError where that cannot be done, before any work is."""
    try:
        java: Any = spark  # the file systems that Spark knows are to be had from its Java side only
        path = java._jvm.org.apache.hadoop.fs.Path(output)
        files = path.getFileSystem(java._jsc.hadoopConfiguration())
        if files.exists(path) and files.getFileStatus(path).isFile():
            raise InputError(f"{output}: is a file; a folder was expected, for findings, verdicts and coverage")
        if not files.mkdirs(path):
            raise InputError(f"{output}: cannot be made")
    except Py4JJavaError as error:
        raise InputError(f"{output}: cannot be written: {_said(error.java_exception.toString())}") from error
    except PySparkException as error:
        raise InputError(f"{output}: cannot be written: {_said(str(error))}") from error
    return output.rstrip("/") or "/"


def _said(text: str) -> str:
    return text.strip().splitlines()[0][:300]


@dataclass(frozen=True)
class Target:
    """A folder that Spark writes into."""

    spark: SparkSession
    folder: str

    def write_findings(
        self, findings: DataFrame, more: Sequence[Finding]
    ) -> tuple[Mapping[str, int], Mapping[str, int]]:
        """Write findings, and more of them that were told here; how many there are by rule and by severity."""
        told = findings.drop("disputes").unionByName(self._table(findings_table(more), FINDING))
        self._put(told, "findings")
        by: tuple[dict[str, int], dict[str, int]] = {}, {}
        for each in self._put_before("findings").groupBy("rule", "severity").count().collect():
            for counts, name in zip(by, (each["rule"], each["severity"]), strict=True):
                counts[name] = counts.get(name, 0) + each["count"]
        return by

    def write_verdicts(self, findings: DataFrame, links: DataFrame, rules: tuple[str, ...]) -> Mapping[str, int]:
        """Write the verdict on every link, from all findings that touch it; how many there are of each."""
        touched = sql.explode(sql.array_compact(sql.array_distinct(sql.concat("links", sql.array("link")))))
        grounds = findings.select(touched.alias("link"), sql.struct("rule", "severity", "disputes").alias("grounds"))
        grounds = grounds.groupBy("link").agg(sql.collect_list("grounds").alias("grounds"))
        rows = links.join(grounds, "link", "left")
        self._put(rows.mapInArrow(mapped(partial(_verdicts, rules=rules), VERDICT), ddl(VERDICT)), "verdicts")
        told = self._put_before("verdicts").groupBy("verdict").count().collect()
        counts = dict.fromkeys(VERDICTS, 0) | {each["verdict"]: each["count"] for each in told}
        return {"links": sum(counts.values()), **counts}

    def write_coverage(self, coverage: Iterable[Coverage]) -> None:
        """Write how much each rule had to look at."""
        self._put(
            self._table(pl.DataFrame([asdict(each) for each in coverage], schema=_COVERAGE), _COVERAGE), "coverage"
        )

    def write_audit(self, audit: Audit) -> None:
        """Write an audit that was made here."""
        self._put(self._table(findings_table(audit.findings), FINDING), "findings")
        self._put(self._table(verdicts_table(audit.verdicts), VERDICT), "verdicts")
        self.write_coverage(audit.coverage)

    def _table(self, frame: pl.DataFrame, schema: pl.Schema) -> DataFrame:
        # Spark makes no table of an Arrow one without rows
        return self.spark.createDataFrame(table_of(frame, schema) if frame.height else [], ddl(schema))

    def _put(self, table: DataFrame, name: str) -> None:
        table.write.mode("overwrite").parquet(f"{self.folder}/{name}")

    def _put_before(self, name: str) -> DataFrame:
        return self.spark.read.parquet(f"{self.folder}/{name}")


def _verdicts(rows: pl.DataFrame, rules: tuple[str, ...]) -> Iterator[pl.DataFrame]:
    yield verdicts_in(rows, rules)
