"""A fleet's rows cut into shards: every link beside all that touches its devices and its group, by Spark alone.

What is recorded of a port or a device may stand in any row that names it, so it is settled over all rows first and
written into every row. Then a row goes to the shards of its two devices and of its group, and, where two records of
one port name different adapters or modules, to those of all links there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce

import polars as pl
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as sql

from .. import fields
from ..design import SIDES
from ..errors import SHOWN
from ..read.sheet import designed
from .sheet import Sheet

__all__ = ["LINKS_A_SHARD", "cut", "settled"]

LINKS_A_SHARD = 50_000  # of its own; with what touches their ends about twice as many, some 300 MB of columns

_PORT = tuple(field.header for field in fields.PORT)
_DEVICE = tuple(field.header for field in fields.DEVICE)
_GROUP = tuple(field.header for field in fields.GROUP)
_ODD = ("adapter", "module_also")  # of the ends at one port: if they differ, one module may come to two types


def settled(sheet: Sheet) -> DataFrame:
    """Every row with all that any row records of its ports and devices; DesignError where two rows differ.

    a_odd and b_odd say that the records of the port there name different adapters.
    """
    rows = sheet.rows
    ends = _ends(rows)
    said_of = {
        name: [fact for fact in facts if fact in ends.columns] for name, facts in (("port", _PORT), ("device", _DEVICE))
    }
    odd = [name for name in _ODD if name in ends.columns]
    ports = ends.groupBy("device", "port").agg(
        *_extremes(said_of["port"]),
        *_extremes(odd),
        sql.count("*").alias("ends"),
        *(sql.count(name).alias(f"{name} given") for name in odd),
    )
    devices = ends.groupBy("device").agg(*_extremes(said_of["device"]))
    clashes = [
        _clashing(ports, ("device", "port"), said_of["port"]),
        _clashing(devices, ("device",), said_of["device"]),
        _clashing_groups(rows),
    ]
    _refuse(sheet, [each for each in clashes if each is not None])
    facts = [*said_of["port"], *(name for name in said_of["device"] if name == "device_type")]
    known = ports.join(devices, "device", "left").select(
        "device", "port", *(sql.col(f"least {name}").alias(name) for name in facts), _is_odd(odd).alias("odd")
    )
    for side in SIDES:
        own = known.select(*(sql.col(name).alias(f"{side}_{name}") for name in known.columns))
        rows = rows.drop(*(f"{side}_{name}" for name in facts)).join(own, [f"{side}_device", f"{side}_port"], "left")
    return rows


def cut(rows: DataFrame, shards: int) -> DataFrame:
    """The rows by shard, each as often as shards hold it; shard.OWNS says what of a row a shard owns."""
    homes = {f"owns_{side}": _home(f"{side}_device", shards) for side in SIDES}
    if "group" in rows.columns:
        homes["owns_group"] = _home("group", shards)
    rows = rows.withColumn("homes", sql.array_compact(sql.array_distinct(sql.array(*homes.values()))))
    rows = _beside_odd(rows, shards)
    placed = rows.withColumn("shard", sql.explode("homes")).drop("homes", *(f"{side}_odd" for side in SIDES))
    owns = {name: sql.coalesce(home == sql.col("shard"), sql.lit(False)) for name, home in homes.items()}
    owns = {"owns_group": sql.lit(False), **owns, "owns_link": owns["owns_a"]}
    return placed.withColumns(owns).repartition(shards, "shard")


def _home(name: str, shards: int) -> Column:
    return sql.when(sql.col(name).isNotNull(), sql.pmod(sql.xxhash64(name), sql.lit(shards)))


def _beside_odd(rows: DataFrame, shards: int) -> DataFrame:
    """Rows at ports where records differ go where any link there is at home."""
    at = [
        rows.filter(f"{side}_odd").select(
            sql.col(f"{side}_device").alias("device"),
            sql.col(f"{side}_port").alias("port"),
            _home("a_device", shards).alias("home"),
        )
        for side in SIDES
    ]
    odd = at[0].union(at[1])
    if odd.isEmpty():
        return rows
    homes = odd.groupBy("device", "port").agg(sql.collect_set("home").alias("more"))
    for side in SIDES:
        own = homes.select(*(sql.col(name).alias(f"{side}_{name}") for name in homes.columns))
        rows = rows.join(own, [f"{side}_device", f"{side}_port"], "left")
    none = sql.array().cast("array<bigint>")
    more = sql.array_union(sql.coalesce("a_more", none), sql.coalesce("b_more", none))
    return rows.withColumn("homes", sql.array_union("homes", more)).drop("a_more", "b_more")


def _ends(rows: DataFrame) -> DataFrame:
    """What the rows record at both ends of each link."""
    names = [
        name
        for name in ("device", "port", *_PORT, *_DEVICE, *_ODD)
        if any(f"{side}_{name}" in rows.columns for side in SIDES)
    ]
    a, b = (
        rows.select(
            *(
                (sql.col(f"{side}_{name}") if f"{side}_{name}" in rows.columns else sql.lit(None)).alias(name)
                for name in names
            )
        )
        for side in SIDES
    )
    return a.unionByName(b)


def _extremes(names: Sequence[str]) -> list[Column]:
    least = [sql.min(name).alias(f"least {name}") for name in names]
    return [*least, *(sql.max(name).alias(f"most {name}") for name in names)] or [sql.lit(None).alias("nothing")]


def _is_odd(names: Sequence[str]) -> Column:
    differ = [
        (sql.col(f"least {name}") != sql.col(f"most {name}"))
        | ((sql.col(f"{name} given") > 0) & (sql.col(f"{name} given") < sql.col("ends")))
        for name in names
    ]
    return sql.coalesce(reduce(Column.__or__, differ), sql.lit(False)) if differ else sql.lit(False)


# --- what two rows say differently -------------------------------------------------------------------------------


def _clashing(told: DataFrame, keys: Sequence[str], facts: Sequence[str]) -> DataFrame | None:
    """The keys of things of which rows record different facts."""
    if not facts:
        return None
    differ = reduce(Column.__or__, [sql.col(f"least {name}") != sql.col(f"most {name}") for name in facts])
    return told.filter(differ).select(*keys)


def _clashing_groups(rows: DataFrame) -> DataFrame | None:
    facts = [name for name in _GROUP if name in rows.columns]
    if "group" not in rows.columns:
        return None
    return _clashing(rows.filter("group is not null").groupBy("group").agg(*_extremes(facts)), ("group",), facts)


def _refuse(sheet: Sheet, clashes: Sequence[DataFrame]) -> None:
    """Let the reader say of the rows that clash what it says of a sheet."""
    wide = [
        each.select(
            *(
                sql.col(n) if n in each.columns else sql.lit(None).cast("string").alias(n)
                for n in ("device", "port", "group")
            )
        )
        for each in clashes
    ]
    if not wide:
        return
    keys = reduce(DataFrame.union, wide).limit(SHOWN).collect()
    if not keys:
        return
    said: list[Column] = []
    for key in keys:
        told: Mapping[str, str] = {name: value for name, value in key.asDict().items() if value is not None}
        if "group" in told:
            said.append(sql.col("group") == told["group"])
            continue
        for side in SIDES:
            said.append(reduce(Column.__and__, [sql.col(f"{side}_{name}") == value for name, value in told.items()]))
    rows = sheet.rows.filter(reduce(Column.__or__, said))
    frame = pl.from_arrow(rows.toArrow())
    assert isinstance(frame, pl.DataFrame)
    designed(frame, sheet.headers)  # raises, with the cells and places of all that clash
