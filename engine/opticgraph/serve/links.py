"""The links of an audit as the workbench asks for them: filtered, a page at a time; and one in full."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import polars as pl

from ..report import words
from ..report.rows import Row
from ..result import VERDICTS, Finding

__all__ = ["COLUMNS", "detail", "filtered", "page", "table"]

MOST = 500  # links of a page
COLUMNS = ("link", "verdict", "a_site", "a_device", "b_site", "b_device", "modules", "fibre", "says")


def table(rows: Sequence[Row]) -> pl.DataFrame:
    """One row a link, worst first: COLUMNS, `rules` (those with findings) and `text`, which a search looks through."""
    texts = dict.fromkeys((*COLUMNS, "text"), pl.String())
    schema = pl.Schema({**texts, "rules": pl.List(pl.String())})
    told = []
    for row in rows:
        ends = [row.text(name) for name in ("a_site", "a_device", "b_site", "b_device")]
        modules, fibre = words.modules(row, " / "), words.fibre(row)
        says = words.headline(row)
        rules = sorted({finding.rule for finding in row.findings})
        ports = [row.text(name) for name in ("a_port", "b_port", "a_module", "b_module", "route", "group")]
        text = " ".join((row.name, *ends, *ports, modules, fibre)).casefold()
        told.append((row.name, row.verdict.verdict, *ends, modules, fibre, says, text, rules))
    return pl.DataFrame(told, schema=schema, orient="row")


def page(
    links: pl.DataFrame,
    *,
    verdict: str = "",
    rule: str = "",
    site: str = "",
    part: str = "",
    text: str = "",
    offset: int = 0,
    limit: int = 100,
) -> dict[str, Any]:
    """Those links that all filters let through: how many, how many of each verdict, and some of them.

    verdict, rule, site  the word itself; part a piece of a module's name; text pieces of any name, all of which occur
    """
    kept = filtered(links, rule=rule, site=site, part=part, text=text)
    counts = dict(kept.group_by("verdict").len().iter_rows())
    kept = filtered(kept, verdict=verdict)
    shown = kept.slice(offset, min(limit, MOST)).select(*COLUMNS, "rules")
    told = {word: counts.get(word, 0) for word in VERDICTS}
    return {"total": kept.height, "counts": told, "offset": offset, "links": shown.to_dicts()}


def filtered(
    links: pl.DataFrame, *, verdict: str = "", rule: str = "", site: str = "", part: str = "", text: str = ""
) -> pl.DataFrame:
    """Those links that all filters let through, as page's."""
    kept = links
    if verdict:
        kept = kept.filter(pl.col("verdict") == verdict)
    if rule:
        kept = kept.filter(pl.col("rules").list.contains(rule))
    if site:
        kept = kept.filter((pl.col("a_site") == site) | (pl.col("b_site") == site))
    if part:
        kept = kept.filter(pl.col("modules").str.to_lowercase().str.contains(part.lower(), literal=True))
    for piece in text.casefold().split():
        kept = kept.filter(pl.col("text").str.contains(piece, literal=True))
    return kept


def detail(row: Row) -> dict[str, Any]:
    """A link's record, its findings with what they rest on, and what is contested about it."""
    verdict = row.verdict
    return {
        "link": row.name,
        "verdict": verdict.verdict,
        "ends": words.ends(row, " \N{EM DASH} "),
        "modules": words.modules(row, " / "),
        "fibre": words.fibre(row),
        "record": {name: str(value) for name, value in row.link.items() if value not in (None, "", [])},
        "findings": [_told(finding) for finding in row.findings],
        "contested": list(verdict.contested),
        "disputes": list(verdict.disputes),
        "assumed": list(verdict.assumed),
        "not_judged": [words.title(name) for name in verdict.not_judged],
    }


def _told(finding: Finding) -> dict[str, Any]:
    return {**asdict(finding), "title": words.title(finding.rule)}
