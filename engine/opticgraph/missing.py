"""What is not recorded, in order of worth: the measurements and look-ups that settle most come first."""

from __future__ import annotations

import re
from collections import defaultdict

import polars as pl

from .choices import Missing
from .result import Audit, Findings

__all__ = ["missing_facts"]


_SUPPLY = re.compile(r"(?:[ab]_)?([a-z_]+):")


def missing_facts(table: pl.DataFrame, now: Audit) -> tuple[Missing, ...]:
    """What is not recorded, of each sort the links whose record lacks it; table is choices.TABLE_SCHEMA.

    Worth is how many verdicts of today it would settle by itself, and how many options wait for it.
    """
    links: dict[str, set[str]] = defaultdict(set)
    verdicts: dict[str, int] = defaultdict(int)
    assert isinstance(now.findings, Findings)
    unknown = now.findings.frame.filter(pl.col("severity") == "unknown", pl.col("supply").is_not_null())
    lacking = unknown.join(table.select("link").unique(), on="link", how="semi").select("link", "supply").unique()
    for link, supplies in lacking.group_by("link").agg("supply").iter_rows():
        for supply in supplies:
            links[supply].add(link)
            verdicts[supply] += len(supplies) == 1
    asked = table.lazy().filter(pl.col("strategy") != "stay", pl.col("needs").is_not_null())
    waiting: dict[str, int] = defaultdict(int)
    for needs, names, count in asked.group_by("needs").agg(pl.col("link").unique(), pl.len()).collect().iter_rows():
        for need in needs.split("; "):
            if supply := _SUPPLY.match(need):
                waiting[supply[1]] += count
                links[supply[1]].update(names)
    found = [
        Missing(supply, tuple(sorted(names)), verdicts[supply], waiting[supply], _asking(supply, len(names)))
        for supply, names in links.items()
    ]
    return tuple(sorted(found, key=lambda each: (-each.verdicts - each.options, each.supply)))


def _asking(supply: str, count: int) -> str:
    spans = f"{count} span{'s' if count != 1 else ''}"
    said = {
        "loss_db": f"measure the loss of {spans}",
        "length_km": f"look up the length of {spans}",
        "module": f"read the part numbers at {count} link{'s' if count != 1 else ''}",
        "osnr_db": f"measure the OSNR of {spans}",
        "port": f"count the free cages at the ends of {count} link{'s' if count != 1 else ''}",
    }
    return said.get(supply, f"give {supply} of {count} link{'s' if count != 1 else ''}")
