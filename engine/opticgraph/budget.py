"""Arithmetic over columns: path loss, dispersion, power and capacity, in whole thousandths of their units.

Each public function has a twin in queries/derive/, which says in SPARQL what the fact means; a test holds them equal.
An estimated loss is an interval: its low end is rounded down and its high end up to the thousandth, so that rounding
never turns `unknown` into an answer.
"""

from __future__ import annotations

from typing import TypeVar

import polars as pl

__all__ = ["CONNECTORS", "device_draw", "dispersion", "group_capacity", "path_loss"]

CONNECTORS, SPLICES = 2, 0  # where the record gives none: one connector at each module; contract.md, the estimate
MM_PER_KM = 1_000_000

Frame = TypeVar("Frame", pl.DataFrame, pl.LazyFrame)


def path_loss(links: Frame) -> Frame:
    """Add `path_low_mdb`, `path_high_mdb`, `estimated`: measured loss, or the estimate from length and parts.

    Reads loss_mdb, length_mm, connectors, splices, attenuator_mdb, mux_mdb, line_system and, from the pairing,
    km_low_mdb, km_high_mdb, plug_low_mdb, plug_high_mdb, splice_mdb. On an amplified line the figures are null:
    there loss does not decide.
    """
    fitted = pl.col("attenuator_mdb").fill_null(0)
    plant = fitted + pl.col("mux_mdb").fill_null(0)
    spliced = pl.col("splices").fill_null(SPLICES) * pl.col("splice_mdb")  # a good splice loses nothing to speak of
    count = pl.col("connectors").fill_null(CONNECTORS)
    low = (pl.col("length_mm") * pl.col("km_low_mdb")) // MM_PER_KM + count * pl.col("plug_low_mdb") + plant
    high = -((-pl.col("length_mm") * pl.col("km_high_mdb")) // MM_PER_KM) + count * pl.col("plug_high_mdb") + spliced
    high += plant
    passive = pl.col("line_system").fill_null("none") != "amplified"
    measured = pl.col("loss_mdb") + fitted
    return links.with_columns(
        path_low_mdb=pl.when(passive).then(pl.coalesce(measured, low)),
        path_high_mdb=pl.when(passive).then(pl.coalesce(measured, high)),
        estimated=pl.col("loss_mdb").is_null(),
    )


def dispersion(links: Frame) -> Frame:
    """Add `dispersion_low`, `dispersion_high` in thousandths of ps/nm: length times the dispersion of a kilometre."""
    return links.with_columns(
        dispersion_low=(pl.col("length_mm") * pl.col("dispersion_km_low")) // MM_PER_KM,
        dispersion_high=-((-pl.col("length_mm") * pl.col("dispersion_km_high")) // MM_PER_KM),
    )


def device_draw(ends: pl.DataFrame) -> pl.DataFrame:
    """device, draw_mw: the most that the known modules of each device draw, each module counted once.

    Reads device, port, type, power_high_mw of every end. Modules of unknown draw count as nothing, so that the sum is
    a lower bound: a device over its limit by it is over its limit for certain.
    """
    known = ends.drop_nulls(["device", "port", "power_high_mw"])
    shared = known["port"].is_duplicated()  # of one device or not: elsewhere nothing can count twice
    modules = pl.concat([known.filter(~shared), known.filter(shared).unique(["device", "port", "type"])])
    return modules.group_by("device").agg(draw_mw=pl.col("power_high_mw").sum()).sort("device")


def group_capacity(links: pl.DataFrame) -> pl.DataFrame:
    """group, capacity_gbps: the sum over the group's active links; in a ring or protection pair the least of them.

    Reads group, kind, status, rate_gbps. Null where the rate of an active link is not known.
    """
    active = links.filter(pl.col("status") == "active", pl.col("group").is_not_null())
    rate = pl.col("rate_gbps")
    weakest = pl.col("kind").first().is_in(["ring", "protection"])
    return (
        active.group_by("group")
        .agg(
            capacity_gbps=pl.when(rate.is_null().any()).then(None).when(weakest).then(rate.min()).otherwise(rate.sum())
        )
        .sort("group")
    )
