"""A design as it is judged: its columns, what is assumed, and every derived fact that a rule reads.

One row a link and case. A link has one case, but one more for each further meaning of an ambiguous module name; all
cases are judged, and the verdict is theirs together. What each fact means is said in SPARQL, in queries/derive.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from . import budget
from .across import groups_across, ports_across
from .alike import alike, first_of_each
from .design import SIDES, Design
from .ends import ports_of, with_ends, with_pairs, with_ports, with_types
from .knowledge import Knowledge
from .wide import LIKE, Wide

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

    links: Wide
    devices: pl.DataFrame
    groups: pl.DataFrame
    ports: pl.DataFrame
    assumed: pl.LazyFrame


# All that modules, ends and pairs of them are told by; a fleet has few combinations of these.
_TOLD_BY = ("status", "fiber_type", "strands", "polarity", "line_system", "connectors")
_TOLD_BY_ENDS = ("module", "module_also", "cage", "adapter", "lanes", "fec", "connector", "polish")
# What hangs on lengths and losses, and so on each link.
_FIGURES = (
    "path_low_mdb", "path_high_mdb", "estimated", "dispersion_low", "dispersion_high", "settled_by",
    "reach_advised_mm", "reach_limit_mm", "reach_sure_mm", "budget_mdb", "budget_sure_mdb",
    "a_loss_low_mdb", "a_loss_high_mdb", "b_loss_low_mdb", "b_loss_high_mdb",
)  # fmt: skip


def derive(design: Design, knowledge: Knowledge) -> Judged:
    """Work out what the rules read. Retired links are left out; nothing else is."""
    status = pl.col("status").fill_null("active")
    ports, places, told = ports_of(design)
    each = with_ports(design.links, ports, places).with_columns(status).filter(status != "retired")
    told_by = [*_TOLD_BY, *(f"{side}_{name}" for side in SIDES for name in _TOLD_BY_ENDS)]
    combination = alike(Wide(each), map(pl.col, told_by))
    combined = each.select(told_by)[first_of_each(combination)["nth"]].with_row_index("combination")
    combined = with_pairs(with_ends(with_types(combined, knowledge), knowledge), knowledge)
    combined = combined.with_columns(
        pl.when(~pl.col("clash")).then(f"{side}_line_fec").alias(f"{side}_line_fec") for side in SIDES
    )
    combined, assumed = _assume(combined, knowledge)
    links = _spread(each.drop(told_by), combination, combined)
    splice = pl.lit(knowledge.splice, pl.Int64)
    figures = budget.dispersion(budget.path_loss(links.lazy().with_columns(splice_mdb=splice)))
    links = links.with_own(_settle(figures).select(_FIGURES).collect())
    first = links.lazy().filter(pl.col("case") == 0)
    return Judged(
        links=links,
        devices=design.devices.join(budget.device_draw(_ends(first, ports)), on="device", how="left"),
        groups=groups_across(first, _with_capacity(design.groups, first)),
        ports=ports_across(first, ports),
        assumed=pl.concat([told.lazy(), _of_links(assumed, first)]),
    )


def _of_links(assumed: pl.DataFrame, links: pl.LazyFrame) -> pl.LazyFrame:
    told = links.select("link", "combination").join(assumed.lazy(), on="combination", how="inner")
    return told.select("link", "field", "value", "because")


def _spread(each: pl.DataFrame, combination: pl.Series, combined: pl.DataFrame) -> Wide:
    """Links with what their combinations come to: a row for each case of them."""
    cases = combined.select("combination").with_row_index(LIKE)
    own = each.with_columns(combination=combination)
    if cases.height == cases["combination"].n_unique():
        own = own.rename({"combination": LIKE})
    else:
        own = own.join(cases, on="combination", how="left", maintain_order="left_right").drop("combination")
    return Wide(own, combined)


def _ends(links: pl.LazyFrame, ports: pl.DataFrame) -> pl.DataFrame:
    """What draws power at both ends; ports by their place, as numbers are told apart far quicker than names."""
    names = {"port": "place", "type": "type", "power_high_mw": "power_high_mw"}
    ends = (links.select(pl.col(f"{side}_{name}").alias(as_) for as_, name in names.items()) for side in SIDES)
    known = pl.concat(ends).drop_nulls(["port", "power_high_mw"]).collect()
    return known.with_columns(device=ports["device"].gather(known["port"]))


def _with_capacity(groups: pl.DataFrame, links: pl.LazyFrame) -> pl.DataFrame:
    members = links.select("group", "status", rate_gbps=pl.coalesce("rate_gbps", "pair_rate_gbps"))
    of_groups = members.join(groups.lazy(), on="group", how="inner").collect()
    return groups.join(budget.group_capacity(of_groups), on="group", how="left")


def _assume(combined: pl.DataFrame, knowledge: Knowledge) -> tuple[pl.DataFrame, pl.DataFrame]:
    """On active links whose modules agree: connector, polish, strands, polarity and fibre class from the modules.

    What a link may be assumed to have, and what never, is the contract's list. Returns the completed columns and
    the assumptions, for what modules are taken as well: combination, field, value, because.
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
    filling = combined.select(
        pl.when(may & pl.col(name).is_null()).then(value).alias(name) for name, value in told.items()
    )
    first = combined.select("combination", "case", *_NAMED).hstack(filling).filter(pl.col("case") == 0)
    why = {name: pl.lit("what its modules take") for name in told}
    # modules of unknown name that the record has another, known name for
    why |= {
        f"{side}_taken_for": pl.format("its other name in the record, as no catalogue has {}", f"{side}_module")
        for side in SIDES
    }
    assumed = pl.concat(
        first.select(
            "combination",
            field=pl.lit(name.replace("taken_for", "module")),
            value=pl.col(name).cast(pl.String),
            because=because,
        ).drop_nulls("value")
        for name, because in why.items()
    )
    return combined.with_columns(pl.coalesce(name, filling[name]).alias(name) for name in told), assumed


_NAMED = tuple(f"{side}_{name}" for side in SIDES for name in ("module", "taken_for"))


def _settle(links: pl.LazyFrame) -> pl.LazyFrame:
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
