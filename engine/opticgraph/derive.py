"""A design as it is judged: its columns, what is assumed, and every derived fact that a rule reads.

One row a link and case. A link has one case, but one more for each further meaning of an ambiguous module name; all
cases are judged, and the verdict is theirs together. What each fact means is said in SPARQL, in queries/derive.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from . import budget
from .across import groups_across, ports_across
from .design import SIDES, Design
from .ends import ports_of, with_ends, with_pairs, with_ports, with_types
from .knowledge import Knowledge

__all__ = ["Judged", "derive"]


@dataclass(frozen=True)
class Judged:
    """What is judged.

    links      one row a link and case: columns of Design.links as judged, those of pairing.End (a_, b_) and
               pairing.Pair, and of the ports: a_cage, a_cage_power_mw, a_modes, ...; `case` counts from 0
    devices    device, draw_mw, optics_power_mw
    groups     group, kind, floor_gbps, capacity_gbps, and what across.groups_across adds
    ports      those of Design.ports, and what across.ports_across adds
    assumed    link, field, value, because: what was assumed of which link and from what
    """

    links: pl.DataFrame
    devices: pl.DataFrame
    groups: pl.DataFrame
    ports: pl.DataFrame
    assumed: pl.DataFrame


# What is counted over links: of the link, and of each of its ends.
_COUNTED = ("link", "group", "status", "rate_gbps", "pair_rate_gbps")
_COUNTED_ENDS = ("device", "port", "place", "module", "type", "lanes", "all_lanes", "legs", "leg_mode", "power_high_mw")


def derive(design: Design, knowledge: Knowledge) -> Judged:
    """Work out what the rules read. Retired links are left out; nothing else is."""
    status = pl.col("status").fill_null("active")
    links = design.links.with_columns(status).filter(status != "retired")
    ports, told = ports_of(design)
    links = with_types(with_ports(links, ports), knowledge)
    links = with_pairs(with_ends(links, knowledge), knowledge)
    links = links.with_columns(
        pl.when(~pl.col("clash")).then(f"{side}_line_fec").alias(f"{side}_line_fec") for side in SIDES
    )
    links, assumed = _assume(links, knowledge)
    assumed += [_taken_for(links, side) for side in SIDES]
    links = budget.dispersion(budget.path_loss(links.with_columns(splice_mdb=pl.lit(knowledge.splice, pl.Int64))))
    links = _settle(links)
    counted = links.select(*_COUNTED, "case", *(f"{side}_{name}" for side in SIDES for name in _COUNTED_ENDS)).filter(
        pl.col("case") == 0
    )
    return Judged(
        links=links,
        devices=design.devices.join(budget.device_draw(_ends(counted)), on="device", how="left"),
        groups=groups_across(counted, _with_capacity(design.groups, counted)),
        ports=ports_across(counted, ports),
        assumed=pl.concat([told, *assumed]),
    )


def _ends(links: pl.DataFrame) -> pl.DataFrame:
    """What draws power at both ends; ports by their place, as numbers are told apart far quicker than names."""
    names = {"device": "device", "place": "port", "type": "type", "power_high_mw": "power_high_mw"}
    ends = (links.select(pl.col(f"{side}_{name}").alias(as_) for name, as_ in names.items()) for side in SIDES)
    return pl.concat(ends)


def _with_capacity(groups: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    members = links.select("group", "status", rate_gbps=pl.coalesce("rate_gbps", "pair_rate_gbps"))
    return groups.join(budget.group_capacity(members.join(groups, on="group", how="left")), on="group", how="left")


def _taken_for(links: pl.DataFrame, side: str) -> pl.DataFrame:
    """Modules of unknown name that the record has another, known name for."""
    because = pl.format("its other name in the record, as no catalogue has {}", f"{side}_module")
    first = links.filter(pl.col("case") == 0)
    return first.select("link", field=pl.lit(f"{side}_module"), value=f"{side}_taken_for", because=because).drop_nulls(
        "value"
    )


def _assume(links: pl.DataFrame, knowledge: Knowledge) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """On active links whose modules agree: connector, polish, strands, polarity and fibre class from the modules.

    What a link may be assumed to have, and what never, is the contract's list. Returns the completed columns and
    the assumptions.
    """
    may = (pl.col("status") == "active") & pl.col("agree") & ~pl.col("cable")
    connector = {t.id: t.connectors[0] for t in knowledge.types.values() if len(t.connectors) == 1}
    polish = {t.id: t.polish for t in knowledge.types.values() if t.polish}
    told: dict[str, pl.Expr] = {
        "strands": pl.col("strands_needed"),
        "polarity": pl.col("crossing").list.first(),
        "fiber_type": pl.col("fiber"),
    }
    for side in SIDES:
        for field, known in (("connector", connector), ("polish", polish)):
            told[f"{side}_{field}"] = pl.col(f"{side}_type").replace_strict(known, default=None, return_dtype=pl.String)
    filling = links.select(
        "link", "case", **{name: pl.when(may & pl.col(name).is_null()).then(value) for name, value in told.items()}
    )
    first = filling.filter(pl.col("case") == 0)
    assumed = [
        first.select(
            "link", field=pl.lit(name), value=pl.col(name).cast(pl.String), because=pl.lit("what its modules take")
        ).drop_nulls("value")
        for name in told
    ]
    return links.with_columns(pl.coalesce(name, filling[name]).alias(name) for name in told), assumed


def _settle(links: pl.DataFrame) -> pl.DataFrame:
    """Say what tells the distance, and which of the reach, loss and dispersion figures are held against it."""
    amplified = _holds(pl.col("line_system") == "amplified")
    received = pl.all_horizontal(
        pl.col(f"{side}_{name}").is_not_null() for side in SIDES for name in ("rx_mdbm", "receive_min_mdbm")
    )
    # received power at both ends beats an estimate; a measured loss stands beside it
    links = links.with_columns(
        pl.when(~(received & pl.col("estimated"))).then(name).alias(name) for name in ("path_low_mdb", "path_high_mdb")
    )
    within_power = _holds(pl.col("a_rx_mdbm") >= pl.col("a_receive_min_mdbm")) & _holds(
        pl.col("b_rx_mdbm") >= pl.col("b_receive_min_mdbm")
    )
    within_loss = ~pl.col("estimated") & _holds(pl.col("path_high_mdb") <= pl.col("budget_mdb"))
    # a limit that no source states counts as none borne: a coherent module, all positive, has no negative one
    dispersed = _holds(pl.col("dispersion_high") <= pl.col("dispersion_ceiling").fill_null(0)) & _holds(
        pl.col("dispersion_low") >= pl.col("dispersion_floor").fill_null(0)
    )
    beyond = _holds(pl.col("length_mm") > pl.col("reach_mm"))
    osnr = amplified & _holds(pl.col("osnr_mdb") >= pl.col("osnr_needed_mdb"))
    engineered = beyond & dispersed & (within_power | within_loss | osnr)
    judged_dispersion = ~beyond | within_power | within_loss | amplified
    return links.with_columns(
        settled_by=_settled_by(amplified, received),
        reach_advised_mm=pl.when(engineered).then("reach_mm"),
        reach_limit_mm=pl.when(~engineered).then("reach_mm"),
        reach_sure_mm=pl.when(~beyond).then("reach_sure_mm"),
        budget_mdb=pl.when(~amplified).then("budget_mdb"),
        budget_sure_mdb=pl.when(_holds(pl.col("path_low_mdb") <= pl.col("budget_mdb"))).then("budget_sure_mdb"),
        dispersion_low=pl.when(judged_dispersion).then("dispersion_low"),
        dispersion_high=pl.when(judged_dispersion).then("dispersion_high"),
        **{
            f"{side}_loss_{end}_mdb": pl.when(pl.col(f"{side}_rx_mdbm").is_null()).then(f"path_{end}_mdb")
            for side in SIDES
            for end in ("low", "high")
        },
    )


def _settled_by(amplified: pl.Expr, received: pl.Expr) -> pl.Expr:
    """The best that tells the distance; where another rule says what is missing or wrong, the record waits for it."""
    known = {name: pl.col(name).is_not_null() for name in ("length_mm", "reach_mm", "loss_mdb", "budget_mdb")}
    waits = (
        pl.col("a_type").is_null()
        | pl.col("b_type").is_null()
        | pl.col("clash")
        | pl.col("unsuited")
        | (pl.col("fiber_type").is_null() & ~pl.col("cable"))
        | (pl.col("line_system").is_null() & pl.col("coherent"))
    )
    return (
        pl.when(amplified & pl.col("coherent") & ~pl.col("cable"))
        .then(pl.lit("line"))
        .when(received & ~pl.col("cable"))
        .then(pl.lit("received power"))
        .when(known["loss_mdb"] & known["budget_mdb"] & ~amplified)
        .then(pl.lit("measured loss"))
        .when(known["length_mm"] & known["reach_mm"] & ~amplified)
        .then(pl.lit("length"))
        .when((known["length_mm"] | known["loss_mdb"]) & waits)
        .then(pl.lit("record"))
    )


def _holds(comparison: pl.Expr) -> pl.Expr:
    """Whether it is so; what is not known is not so."""
    return comparison.fill_null(False)
