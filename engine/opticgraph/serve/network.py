"""The network as a browser draws it: devices and what runs between them, or sites and links summed by kind."""

from __future__ import annotations

from typing import Any

import polars as pl

from ..result import VERDICTS
from .places import places

__all__ = ["network"]

MOST_LINKS, MOST_DEVICES = 2000, 600  # drawn one by one; beyond, they are summed by site and kind


def network(links: pl.DataFrame) -> dict[str, Any]:
    """Nodes with their places and worst verdict, lines with how many links of each verdict; links as of links.table.

    A line is all links between two devices; between two sites, those of the same modules.
    """
    devices = pl.concat([links["a_device"], links["b_device"]]).n_unique()
    sites = pl.concat([links["a_site"], links["b_site"]]).n_unique()
    alone = links.height <= MOST_LINKS and devices <= MOST_DEVICES
    by = "device" if alone or sites < 2 else "site"
    ends = pl.concat_list(f"a_{by}", f"b_{by}").list.sort()
    kind = pl.col("modules") if by == "site" else pl.lit("")
    counted = (
        links.with_columns(a=ends.list.first(), b=ends.list.last(), kind=kind)
        .group_by("a", "b", "kind")
        .agg(pl.len().alias("links"), *((pl.col("verdict") == word).sum().alias(word) for word in VERDICTS))
        .sort("a", "b", "kind")
    )
    lines = [{**row, "verdict": _worst(row)} for row in counted.iter_rows(named=True)]
    home = (
        pl.concat(links.select(node=f"{side}_{by}", site=f"{side}_site") for side in "ab").unique().sort("node", "site")
    )
    site = dict(home.iter_rows()) if by == "device" else dict.fromkeys(home["node"], "")
    worst: dict[str, str] = {}
    for line in lines:
        for end in {line["a"], line["b"]}:
            worst[end] = min(worst.get(end, VERDICTS[-1]), line["verdict"], key=VERDICTS.index)
    where = places(site, [(line["a"], line["b"]) for line in lines])
    nodes = [
        {"name": node, "site": site[node], "verdict": worst[node], "x": x, "y": y}
        for node, (x, y) in sorted(where.items())
    ]
    return {"by": by, "links": links.height, "nodes": nodes, "lines": lines}


def _worst(row: dict[str, Any]) -> str:
    return next(word for word in VERDICTS if row[word])
