"""What can only be told across links: ports used twice, modes of port groups, modules that several links share.

Counted over the whole design in columns, so that rules about it read one thing at a time.
"""

from __future__ import annotations

import polars as pl

from .design import SIDES

__all__ = ["ALL_LANES", "groups_across", "ports_across"]

ALL_LANES = 8  # of a module whose lanes no source tells: it is taken to use them all
_PORT = ["device", "port"]
_WORDS = pl.List(pl.String)


def ports_across(links: pl.LazyFrame, ports: pl.DataFrame) -> pl.DataFrame:
    """Add to each port: modes_in_use, group_modes (of its port group), lanes_doubled, modules_recorded.

    links has the columns of derive.Judged.links, one row a link; a_place and b_place are rows of ports. lanes_doubled
    counts lanes that more than one link uses, modules_recorded the module types there, by their names where they are
    not known; doubled and group_modes name the links and modes.
    """
    ends = _ends(links).drop_nulls("place")
    told = ends.select("place", "mode", recorded=pl.coalesce("type", "module").is_not_null()).collect()
    shared = told["place"].is_duplicated()  # most ports have one end, and nothing to be counted
    alone = told.filter(~shared)
    several = ends.filter(pl.col("place").is_in(told["place"].filter(shared).unique().implode())).collect()
    counted = several.select("place").unique()
    for more in (_listed(several, ["place"], modes_in_use="mode"), _shared(several)):
        counted = counted.join(more, on="place", how="left")
    at = pl.repeat(None, ports.height, dtype=pl.UInt32, eager=True)
    at = at.scatter(alone["place"], pl.int_range(alone.height, dtype=pl.UInt32, eager=True))
    each = ports.hstack(alone.drop("place")[at]).with_row_index("place")
    each = each.join(counted, on="place", how="left", maintain_order="left").with_columns(
        modes_in_use=pl.when(pl.col("mode").is_not_null()).then(pl.concat_list("mode")).otherwise("modes_in_use"),
        lanes_doubled=pl.col("lanes_doubled").fill_null(0),
        modules_recorded=pl.coalesce("modules_recorded", pl.col("recorded").cast(pl.Int64)).fill_null(0),
    )
    return _with_group_modes(each.drop("place", "mode", "recorded"))


def _with_group_modes(ports: pl.DataFrame) -> pl.DataFrame:
    """Add to each port the modes in use in its port group, and how many they are where it is itself in use."""
    grouped = ports.filter(pl.col("port_group").is_not_null()).explode("modes_in_use")
    groups = _listed(grouped, ["device", "port_group"], group_modes="modes_in_use")
    if groups.is_empty():
        return ports.with_columns(group_modes=pl.lit(None, _WORDS), port_group_modes=pl.lit(None, pl.Int64))
    ports = ports.join(groups, on=["device", "port_group"], how="left", maintain_order="left")
    in_use, count = pl.col("modes_in_use").is_not_null(), pl.col("group_modes").list.len().cast(pl.Int64)
    return ports.with_columns(port_group_modes=pl.when(in_use).then(count))


def groups_across(links: pl.LazyFrame, groups: pl.DataFrame) -> pl.DataFrame:
    """Add to each group: modules_shared, how many modules carry more than one of its links; `together` names them."""
    ends = _ends(links.filter(pl.col("group").is_not_null())).drop_nulls("place").collect()
    ends = ends.filter(pl.col("place").is_duplicated())
    shared = (
        _listed(ends, ["group", *_PORT, "module"], links="link")
        .filter(pl.col("links").list.len() > 1)
        .sort("group", *_PORT)
        .with_columns(told=pl.struct(place=pl.concat_str("device", pl.lit(" "), "port"), links="links"))
        .group_by("group")
        .agg(modules_shared=pl.len().cast(pl.Int64), together=pl.col("told"))
    )
    return groups.join(shared, on="group", how="left").with_columns(pl.col("modules_shared").fill_null(0))


def _ends(links: pl.LazyFrame) -> pl.LazyFrame:
    return pl.concat(
        links.select(
            "link",
            "group",
            device=f"{s}_device",
            port=f"{s}_port",
            place=f"{s}_place",
            module=f"{s}_module",
            type=f"{s}_type",
            lanes=f"{s}_lanes",
            all_lanes=f"{s}_all_lanes",
            mode=pl.when(pl.col(f"{s}_legs").is_null())
            .then(pl.format("1x{}G", pl.coalesce("rate_gbps", "pair_rate_gbps")))
            .otherwise(f"{s}_leg_mode"),
        )
        for s in SIDES
    )


def _shared(ends: pl.DataFrame) -> pl.DataFrame:
    """Lanes doubled and modules recorded at ports with more than one end."""
    whole = pl.int_ranges(1, pl.col("all_lanes").fill_null(ALL_LANES) + 1)
    lanes = ends.select(
        "place", "link", lane=pl.when(pl.col("lanes").list.len() > 0).then("lanes").otherwise(whole)
    ).explode("lane")
    twice = lanes.filter(pl.col("link").n_unique().over("place", "lane") > 1)
    doubled = twice.group_by("place").agg(
        lanes_doubled=pl.col("lane").n_unique().cast(pl.Int64), doubled=pl.col("link").unique().sort()
    )
    named = ends.select("place", what=pl.coalesce("type", "module")).drop_nulls().unique()
    modules = named.group_by("place").agg(modules_recorded=pl.len().cast(pl.Int64))
    return modules.join(doubled, on="place", how="full", coalesce=True)


def _listed(frame: pl.DataFrame, keys: list[str], **lists: str) -> pl.DataFrame:
    """The values of a column by key, each once, in order; made so before they are grouped, which is far quicker."""
    [(name, value)] = lists.items()
    rows = frame.select(*keys, value).drop_nulls().unique().sort(value)
    return rows.group_by(keys).agg(pl.col(value).alias(name))
