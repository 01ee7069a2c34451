"""The audit as Parquet tables for fleets: one row a finding, and if a folder is written one row a verdict too.

A file, such as findings.parquet, holds the findings: their columns are the fields of the JSON's findings, with `file`
and `row` for its `input`, and `supply`, the column that would settle an unknown; `waived` and `known` where waivers or
an older result were given. A folder gets findings.parquet and
verdicts.parquet, whose columns are the fields of the JSON's verdicts. Both have the order of the JSON.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from operator import attrgetter

import polars as pl

from ..result import FINDING as COLUMNS
from ..result import Audit, Finding, Findings, Verdict, texts

__all__ = ["FINDING", "VERDICT", "findings_table", "render", "tables", "verdicts_table"]

AT_ONCE = 50_000  # verdicts that are objects at the same time
_NOT_TOLD = ("fault", "shape", "focus", "path", "value", "disputes")
_LAST = ("file", "row")
FINDING = pl.Schema({name: COLUMNS[name] for name in (*(n for n in COLUMNS if n not in (*_NOT_TOLD, *_LAST)), *_LAST)})
_TEXT, _TEXTS = pl.String(), pl.List(pl.String())
VERDICT = pl.Schema(
    {
        "link": _TEXT,
        "verdict": _TEXT,
        "rules": _TEXTS,
        "assumed": _TEXTS,
        "judged": pl.Int64(),
        "not_judged": _TEXTS,
        "disputes": _TEXTS,
        "contested": _TEXTS,
    }
)


def render(audit: Audit) -> bytes:
    """The findings as a Parquet file."""
    return _file(findings_table(audit.findings))


def tables(audit: Audit) -> dict[str, bytes]:
    """The findings and the verdicts, each as a Parquet file under its name."""
    return {"findings.parquet": render(audit), "verdicts.parquet": _file(verdicts_table(audit.verdicts))}


def findings_table(findings: Sequence[Finding]) -> pl.DataFrame:
    """One row a finding."""
    held = findings if isinstance(findings, Findings) else Findings.of(findings)
    told = [name for name in ("waived", "known") if name in held.frame.columns]
    return held.frame.select(*FINDING, *told)


def verdicts_table(verdicts: Sequence[Verdict]) -> pl.DataFrame:
    """One row a verdict."""
    starts = range(0, max(len(verdicts), 1), AT_ONCE)
    return pl.concat(_verdicts(verdicts[at : at + AT_ONCE]) for at in starts)


def _verdicts(verdicts: Sequence[Verdict]) -> pl.DataFrame:
    told = {name: list(map(attrgetter(name), verdicts)) for name in VERDICT}
    return pl.DataFrame([texts(name, told[name], kind) for name, kind in VERDICT.items()])


def _file(table: pl.DataFrame) -> bytes:
    held = io.BytesIO()
    table.write_parquet(held)
    return held.getvalue()
