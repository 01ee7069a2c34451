"""The audit as Parquet tables for fleets: one row a finding, and if a folder is written one row a verdict too.

A file, such as findings.parquet, holds the findings: their columns are the fields of the JSON's findings, with `file`
and `row` for its `input`, and `supply`, the column that would settle an unknown. A folder gets findings.parquet and
verdicts.parquet, whose columns are the fields of the JSON's verdicts. Both have the order of the JSON.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from operator import attrgetter
from typing import Any

import polars as pl

from ..result import Audit, Finding, Verdict

__all__ = ["FINDING", "VERDICT", "render", "tables"]

_TEXT, _TEXTS = pl.String(), pl.List(pl.String())
FINDING = pl.Schema(
    {
        "id": _TEXT,
        "rule": _TEXT,
        "severity": _TEXT,
        "nature": _TEXT,
        "link": _TEXT,
        "links": _TEXTS,
        "end": _TEXT,
        "subject": _TEXT,
        "message": _TEXT,
        "found": _TEXT,
        "limit": _TEXT,
        "unit": _TEXT,
        "estimated": pl.Boolean(),
        "sources": _TEXTS,
        "contested": pl.Boolean(),
        "supply": _TEXT,
    }
)
VERDICT = pl.Schema(
    {
        "link": _TEXT,
        "verdict": _TEXT,
        "rules": _TEXTS,
        "assumed": _TEXTS,
        "judged": pl.Int64(),
        "not_judged": _TEXTS,
        "contested": _TEXTS,
    }
)


def render(audit: Audit) -> bytes:
    """The findings as a Parquet file."""
    return _file(_findings(audit.findings))


def tables(audit: Audit) -> dict[str, bytes]:
    """The findings and the verdicts, each as a Parquet file under its name."""
    return {"findings.parquet": render(audit), "verdicts.parquet": _file(_frame(audit.verdicts, VERDICT))}


def _findings(findings: Sequence[Finding]) -> pl.DataFrame:
    place = [finding.input or (None, None) for finding in findings]
    return _frame(findings, FINDING).with_columns(
        _column("file", [file for file, _ in place], pl.String()),
        _column("row", [row for _, row in place], pl.Int64()),
    )


def _frame(rows: Sequence[Finding] | Sequence[Verdict], schema: pl.Schema) -> pl.DataFrame:
    values: list[tuple[Any, ...]] = list(map(attrgetter(*schema), rows))
    columns = zip(*values, strict=True) if values else ([] for _ in schema)
    return pl.DataFrame(
        [_column(name, column, kind) for (name, kind), column in zip(schema.items(), columns, strict=True)]
    )


def _column(name: str, values: Sequence[Any], kind: pl.DataType) -> pl.Series:
    held = [list(value) for value in values] if kind == _TEXTS else values
    try:
        return pl.Series(name, held, dtype=kind)
    except UnicodeEncodeError:  # lone surrogates can come out of a JSON input; no encoding has them
        return pl.Series(name, [_encodable(value) for value in held], dtype=kind)


def _encodable(value: Any) -> Any:
    if isinstance(value, list):
        return [_encodable(each) for each in value]
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _file(table: pl.DataFrame) -> bytes:
    held = io.BytesIO()
    table.write_parquet(held)
    return held.getvalue()
