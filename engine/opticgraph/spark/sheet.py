"""A Parquet data set as parsed rows: what every cell says, and every cell that could not be read, from all workers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from types import MappingProxyType
from urllib.parse import unquote

import polars as pl
from py4j.protocol import Py4JJavaError
from pyspark import StorageLevel
from pyspark.errors import PySparkException, PythonException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sql

from ..design import Account, Note
from ..errors import SHOWN, BadCell, DesignError
from ..read import sheet
from ..read.table import from_rows, text
from .arrow import column, ddl, mapped

__all__ = ["Sheet", "read_sheet"]

_FIRST = 2  # the row of a sheet that stands first below its header


@dataclass(frozen=True)
class Sheet:
    """The parsed rows of a data set, kept on the workers: a column a key of the sheet's, and `file` and `row`."""

    rows: DataFrame
    schema: pl.Schema
    headers: Mapping[str, str]
    links: int
    read: Account

    def collected(self) -> pl.DataFrame:
        """All the rows, here."""
        frame = pl.from_arrow(self.rows.toArrow())
        assert isinstance(frame, pl.DataFrame)
        return frame


def read_sheet(spark: SparkSession, source: str) -> Sheet:
    """The rows of a data set; DesignError names the path, or the first bad cells of all there are."""
    try:
        # else one file tells for all which columns there are
        table = spark.read.option("mergeSchema", "true").parquet(source)
        header, uris = table.columns, table.inputFiles()
    except (PySparkException, Py4JJavaError) as error:
        raise _unreadable(source, error) from error
    known, required = sheet.known("links"), sheet.REQUIRED["links"]
    empty = pl.DataFrame(schema=dict.fromkeys(header, pl.String()))
    head = from_rows(empty, header, source, known, required, first=_FIRST)
    values, _, _ = _parsed(empty, header, source, pl.Series([], dtype=pl.Int64))
    names = _names(source, uris)
    schema = pl.Schema({**values.schema, "said": pl.String()})
    wanted = {name: key for key, name in head.headers.items()}
    cells = table.select(
        *(sql.col(column(name)).alias(name) for name in header if name.strip() in wanted),
        sql.col("_metadata.file_path").alias("\x1ffile"),
        (sql.col("_metadata.row_index") + _FIRST).alias("\x1frow"),
    )
    parsed = cells.mapInArrow(mapped(partial(_parsed_in, names=names), schema), ddl(schema))
    parsed = parsed.persist(StorageLevel.MEMORY_AND_DISK)
    try:
        # the first thing that is asked of the workers
        said = [json.loads(each["said"]) for each in parsed.filter("said is not null").select("said").collect()]
    except PythonException:
        raise
    except PySparkException as error:
        raise _unreadable(source, error) from error
    _refuse([BadCell(**cell) for each in said for cell in each["bad"]], sum(each["count"] for each in said))
    rows = parsed.filter("said is null").drop("said")
    _refuse(*_doubled(rows, head.headers.get("link", "link")))
    notes = _summed(Note(**note) for each in said for note in each["notes"])
    strangers = [note for note in head.notes if not note.place.startswith("row ")]  # the empty head has no row
    links = rows.count()
    read = Account(
        files=tuple(sorted(set(names.values()))),
        counts=MappingProxyType({"links": links}),
        ignored=tuple(sorted([*notes, *strangers])),
    )
    return Sheet(rows, values.schema, head.headers, links, read)


def _summed(notes: Iterable[Note]) -> list[Note]:
    """Notes that count, each the sum of those of all batches of a file."""
    counts: dict[tuple[str, str, str], list[int]] = {}
    for note in notes:
        some, _, of, rest = note.text.split(" ", 3)
        held = counts.setdefault((note.file, note.place, rest), [0, 0])
        held[0], held[1] = held[0] + int(some), held[1] + int(of)
    return [Note(file, place, f"{some} of {of} {rest}") for (file, place, rest), (some, of) in counts.items()]


def _refuse(bad: Sequence[BadCell], count: int) -> None:
    if bad:
        first = sorted(set(bad))[:SHOWN]
        more = f"{count:,} cells cannot be used; the first {len(first)}:" if count > len(first) else ""
        raise DesignError(more, cells=tuple(first))


def _doubled(rows: DataFrame, header: str) -> tuple[list[BadCell], int]:
    """Names that several links have."""
    twice = rows.groupBy("link").agg(sql.sort_array(sql.collect_list(sql.struct("file", "row"))).alias("at"))
    twice = twice.filter(sql.size("at") > 1)
    bad = []
    for name, at in twice.orderBy("link").limit(SHOWN).collect():
        first, *others = at
        for file, row in others:
            where = f"row {first['row']}" if first["file"] == file else f"{first['file']} row {first['row']}"
            bad.append(BadCell(file, row, header, name, f"a name no other link has; {where} has it too"))
    return bad, len(bad)


def _unreadable(source: str, error: PySparkException | Py4JJavaError) -> DesignError:
    told = error.java_exception.toString() if isinstance(error, Py4JJavaError) else str(error)
    said = told.strip().splitlines()[0].removeprefix("org.apache.spark.SparkException: ")[:300]
    if "PATH_NOT_FOUND" in said:
        said = "no such path"
    return DesignError(cells=(BadCell(source, 0, "", said, "a Parquet data set that Spark can read"),))


def _names(source: str, uris: Sequence[str]) -> dict[str, str]:
    """What findings call each file: a single file as it was given, those of a folder by their path from there."""
    paths = sorted(_path(uri) for uri in uris)
    last = source.rstrip("/").rsplit("/", 1)[-1]
    if len(paths) == 1 and paths[0].endswith("/" + last):
        return {paths[0]: source}
    if re.search(r"[*?\[{]", source):
        return {path: path for path in paths}
    return {path: f"{source.rstrip('/')}/{path.rpartition(f'/{last}/')[2]}" for path in paths}


def _path(uri: str) -> str:
    return unquote(re.sub(r"^[A-Za-z][A-Za-z0-9+.-]*:/*", "/", uri))


# --- on the workers ----------------------------------------------------------------------------------------------


def _parsed_in(rows: pl.DataFrame, names: Mapping[str, str]) -> Iterator[pl.DataFrame]:
    """Parsed rows, and of each file in them one row that says in `said` what was wrong or worth a note."""
    header = [name for name in rows.columns if not name.startswith("\x1f")]
    for (uri,), part in rows.partition_by("\x1ffile", as_dict=True, maintain_order=True).items():
        file = names.get(_path(str(uri)), str(uri))
        lines = part.select(text(part[name]) for name in header)
        values, bad, notes = _parsed(lines, header, file, part["\x1frow"])
        yield values.with_columns(said=pl.lit(None, pl.String))
        if bad or notes:
            said = {"bad": [asdict(cell) for cell in sorted(bad)[:SHOWN]], "count": len(bad)}
            yield pl.DataFrame({"said": [json.dumps(said | {"notes": [asdict(note) for note in notes]})]})


def _parsed(
    lines: pl.DataFrame, header: Sequence[str], file: str, rows: pl.Series
) -> tuple[pl.DataFrame, list[BadCell], list[Note]]:
    known = sheet.known("links")
    table = from_rows(lines, header, file, known, sheet.REQUIRED["links"], first=_FIRST)
    cells = table.cells.with_columns(row=rows.gather(table.cells["row"] - _FIRST))
    values, bad, notes = sheet.parsed(replace(table, cells=cells, notes=()), "links")
    values, more = sheet.named(values, file, table.headers)
    return values.with_columns(file=pl.lit(file)), [*bad, *more], notes
