"""The rules by hand: what the shapes say, written once more as Polars over columns, as a measure of what is possible.

    python benchmarks/limit.py prepare fleet.parquet figures.parquet
    python benchmarks/limit.py audit fleet.parquet figures.parquet findings.parquet

This is what the engine is measured against, not a part of it: it knows only the columns that benchmarks/fleet.py
writes, and takes the figures of every combination of modules, cages, FEC and fibre from a table worked out beforehand,
as if someone had noted them down from data sheets. Nobody would want to keep rules like this.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl

__all__ = ["audit", "findings", "prepare"]

SIDES = ("a", "b")
KEYS = (
    "a_module", "b_module", "a_cage", "b_cage", "a_lanes", "a_fec", "b_fec", "fiber_type", "line_system",
)  # fmt: skip
_KM = 1_000_000  # millimetres
_END = ("type", "refused", "power_low_mw", "power_high_mw", "takes_connectors", "takes_polish", "fec_wrong", "fec_odd",
        "line_fec", "medium", "ungraded", "off_band", "least_mdb", "least_tolerable_mdb")  # fmt: skip
_PAIR = ("cable", "coherent", "clash", "unsuited", "fiber_class", "reach_mm", "reach_sure_mm", "stated_budget_mdb",
         "sure_budget_mdb", "km_low_mdb", "km_high_mdb", "plug_low_mdb", "plug_high_mdb", "dispersion_km_low",
         "dispersion_km_high", "dispersion_floor", "dispersion_ceiling", "osnr_needed_mdb")  # fmt: skip


def prepare(fleet: Path, figures: Path) -> None:
    """Note down the figures of every combination in the fleet; needs the engine, and is not timed."""
    from opticgraph.derive import derive
    from opticgraph.ends import with_pairs
    from opticgraph.knowledge import know
    from opticgraph.read import load

    knowledge, design = know(), load(fleet)
    judged = derive(design, knowledge).links.filter(pl.col("case") == 0)
    recorded = design.links.select("link", "fiber_type").join(judged.drop("fiber_type"), on="link")
    recorded = recorded.with_columns(
        pl.col(f"{side}_lanes").cast(pl.List(pl.String)).list.join(" ").alias(f"{side}_lanes") for side in SIDES
    )
    bare = with_pairs(
        judged.select(_before_pairs(judged.columns)).with_columns(fiber_type=recorded["fiber_type"]), knowledge
    )
    budgets = bare.select(
        "link", stated_budget_mdb="budget_mdb", sure_budget_mdb="budget_sure_mdb", reach_sure="reach_sure_mm"
    )
    told = recorded.join(budgets, on="link").with_columns(
        pl.col("a_lanes").replace("", None), reach_sure_mm="reach_sure"
    )
    told = told.unique(KEYS)
    grades = {
        t.id: {r.fiber for r in t.reaches if knowledge.fiber_class.get(r.fiber) == "MMF"} - {"MMF"}
        for t in knowledge.types.values()
    }
    rows = []
    for row in told.iter_rows(named=True):
        for side in SIDES:
            type_, fec, fiber = knowledge.types.get(row[f"{side}_type"] or ""), row[f"{side}_fec"], row["fiber_type"]
            wrong = bool(type_ and fec and type_.host_fecs and fec not in type_.host_fecs)
            bears = bool(type_ and (set(type_.host_fecs) - {"none"} or type_.module_fec))
            row[f"{side}_fec_wrong"] = wrong and bears
            row[f"{side}_fec_odd"] = wrong and bool(type_) and "none" in type_.host_fecs and not type_.module_fec
            row[f"{side}_refused"] = bool(type_) and type_.form_factor in knowledge.refuses.get(
                row[f"{side}_cage"] or "", ()
            )
            own = grades[type_.id] if type_ else []
            graded = fiber is not None and knowledge.fiber_class.get(fiber) == "MMF" and fiber != "MMF"
            row[f"{side}_ungraded"] = graded and bool(own) and fiber not in own
            row[f"{side}_off_band"] = type_.band if type_ and type_.band not in (None, "C band") else None
        rows.append(row)
    columns = [*KEYS, *(f"{side}_{name}" for side in SIDES for name in _END), *_PAIR]
    pl.DataFrame(rows, infer_schema_length=None).select(columns).write_parquet(figures)


def _before_pairs(columns: list[str]) -> list[str]:
    from opticgraph.design import LINK_SCHEMA

    ends = [f"{side}_type" for side in SIDES]
    return [name for name in (*LINK_SCHEMA, *ends) if name in columns]


def audit(fleet: Path, figures: Path, output: Path) -> None:
    """Read the fleet, judge it, write what was found."""
    findings(pl.read_parquet(fleet), pl.read_parquet(figures)).write_parquet(output)


def findings(fleet: pl.DataFrame, figures: pl.DataFrame) -> pl.DataFrame:
    """shape and thing of everything found, sorted."""
    links = _worked_out(fleet, figures)
    return pl.concat([*_of_links(links), *_of_ends(links), *_across(links)]).sort("shape", "thing")


def _worked_out(fleet: pl.DataFrame, figures: pl.DataFrame) -> pl.DataFrame:
    cages = _recorded_cages(fleet)
    links = fleet.join(cages, on=["a_device", "a_port"], how="left", maintain_order="left").with_columns(
        a_cage=pl.coalesce("a_cage", "told_cage"), a_cage_power_w=pl.coalesce("a_cage_power_w", "told_power")
    )
    links = links.join(figures, on=KEYS, how="left", nulls_equal=True, maintain_order="left")
    amplified = (pl.col("line_system") == "amplified").fill_null(False)
    count = pl.col("connectors").fill_null(2)
    low = pl.col("length_mm") * pl.col("km_low_mdb") // _KM + count * pl.col("plug_low_mdb")
    high = -(-pl.col("length_mm") * pl.col("km_high_mdb") // _KM) + count * pl.col("plug_high_mdb")
    links = links.with_columns(
        length_mm=pl.col("length_m") * 1000,
        loss_mdb=(pl.col("loss_db") * 1000).round().cast(pl.Int64),
        osnr_mdb=pl.col("osnr_db") * 1000,
        a_power_mw=(pl.col("a_cage_power_w") * 1000).round().cast(pl.Int64),
        amplified=amplified,
        budget=pl.when(~amplified).then("stated_budget_mdb"),
    )
    links = links.with_columns(
        path_low=pl.when(~amplified).then(pl.coalesce("loss_mdb", low)),
        path_high=pl.when(~amplified).then(pl.coalesce("loss_mdb", high)),
        dispersion_low=pl.col("length_mm") * pl.col("dispersion_km_low") // _KM,
        dispersion_high=-(-pl.col("length_mm") * pl.col("dispersion_km_high") // _KM),
        beyond=_holds(pl.col("length_mm") > pl.col("reach_mm")),
    )
    within_loss = pl.col("loss_mdb").is_not_null() & _holds(pl.col("path_high") <= pl.col("stated_budget_mdb"))
    dispersed = _holds(pl.col("dispersion_high") <= pl.col("dispersion_ceiling").fill_null(0)) & _holds(
        pl.col("dispersion_low") >= pl.col("dispersion_floor").fill_null(0)
    )
    enough = pl.col("amplified") & _holds(pl.col("osnr_mdb") >= pl.col("osnr_needed_mdb"))
    return links.with_columns(
        engineered=pl.col("beyond") & dispersed & (within_loss | enough),
        disperses=~pl.col("beyond") | within_loss | pl.col("amplified"),
    )


def _recorded_cages(fleet: pl.DataFrame) -> pl.DataFrame:
    """What other rows say of a port whose own row says nothing."""
    silent = fleet.filter(pl.col("a_cage").is_null()).select("a_device", "a_port")
    told = fleet.join(silent, on=["a_device", "a_port"], how="semi").drop_nulls("a_cage")
    return told.select("a_device", "a_port", told_cage="a_cage", told_power="a_cage_power_w").unique(
        ["a_device", "a_port"]
    )


def _of_links(links: pl.DataFrame) -> Iterator[pl.DataFrame]:
    optical, amplified = ~pl.col("cable"), pl.col("amplified")
    known = {name: pl.col(name).is_not_null() for name in ("length_mm", "reach_mm", "loss_mdb", "budget")}
    waits = (
        pl.col("a_type").is_null() | pl.col("b_type").is_null() | pl.col("clash") | pl.col("unsuited")
        | (pl.col("fiber_class").is_null() & optical) | (pl.col("line_system").is_null() & pl.col("coherent"))
    )  # fmt: skip
    settled = (
        (amplified & pl.col("coherent"))
        | (known["loss_mdb"] & known["budget"] & ~amplified)
        | (known["length_mm"] & known["reach_mm"] & ~amplified)
        | ((known["length_mm"] | known["loss_mdb"]) & waits)
    )
    sure = _holds(pl.col("path_low") <= pl.col("budget"))
    rules = {
        "ends-speak-same-interface.fails": pl.col("clash"),
        "fec-agrees.line": ~pl.col("clash") & _holds(pl.col("a_line_fec") != pl.col("b_line_fec")),
        "fiber-suits-module.unknown": optical & pl.col("fiber_class").is_null(),
        "line-carries-coherent.unknown": pl.col("coherent") & pl.col("line_system").is_null(),
        "line-carries-coherent.osnr": pl.col("coherent") & (pl.col("osnr_needed_mdb") > pl.col("osnr_mdb")),
        "line-passes-wavelengths.fails": optical & amplified
        & pl.any_horizontal(pl.col(f"{side}_off_band").is_not_null() for side in SIDES),
        "link-within-reach.fails": pl.col("beyond") & ~pl.col("engineered"),
        "link-within-reach.engineered": pl.col("engineered"),
        "link-within-reach.fec": ~pl.col("beyond") & (pl.col("length_mm") > pl.col("reach_sure_mm")),
        "link-within-reach.unknown": ~settled,
        "loss-within-budget.fails": optical & (pl.col("path_low") > pl.col("budget")),
        "loss-within-budget.unknown": optical & sure & (pl.col("path_high") > pl.col("budget")),
        "loss-within-budget.fec": optical & sure & (pl.col("path_high") > pl.col("sure_budget_mdb")),
        "dispersion-within-limit.high": optical & pl.col("disperses")
        & (pl.col("dispersion_high") > pl.col("dispersion_ceiling")),
        "dispersion-within-limit.low": optical & pl.col("disperses")
        & (pl.col("dispersion_low") < pl.col("dispersion_floor")),
    }  # fmt: skip
    for shape, broken in rules.items():
        yield links.filter(broken).select(shape=pl.lit(shape), thing="link")


def _of_ends(links: pl.DataFrame) -> Iterator[pl.DataFrame]:
    optical, low, high = ~pl.col("cable"), pl.col("path_low"), pl.col("path_high")
    rules: dict[str, Callable[[Callable[[str], pl.Expr]], pl.Expr]] = {
        "module-is-known.unknown": lambda own: own("type").is_null(),
        "module-fits-cage.unknown": lambda own: own("cage").is_null(),
        "module-fits-cage.fails": lambda own: own("refused"),
        "connector-suits-module.fails": lambda own: optical & ~own("takes_connectors").list.contains(own("connector")),
        "polish-suits-module.fails": lambda own: optical & (own("polish") != own("takes_polish")),
        "fec-agrees.host": lambda own: own("fec_wrong"),
        "fec-agrees.warns": lambda own: own("fec_odd"),
        "fiber-suits-module.fails": lambda own: optical & (own("medium") != pl.col("fiber_class")),
        "fiber-suits-module.grade": lambda own: optical & own("ungraded"),
        "receiver-not-overloaded.fails": lambda own: optical & (own("least_tolerable_mdb") > high),
        "receiver-not-overloaded.unknown": lambda own: optical
        & (own("least_tolerable_mdb") <= high) & (own("least_tolerable_mdb") > low),
        "receiver-not-overloaded.warns": lambda own: optical
        & (own("least_tolerable_mdb") <= low) & (own("least_mdb") > low),
    }  # fmt: skip
    for side in SIDES:
        thing = pl.concat_str("link", pl.lit(f"/{side}")).alias("thing")
        for shape, broken in rules.items():
            met = broken(lambda name, side=side: pl.col(f"{side}_{name}"))  # type: ignore[misc]
            yield links.filter(met).select(pl.lit(shape).alias("shape"), thing)
    thing, least, most = pl.concat_str("link", pl.lit("/a")), pl.col("a_power_low_mw"), pl.col("a_power_high_mw")
    limit = pl.col("a_power_mw")
    yield links.filter(least > limit).select(shape=pl.lit("cage-powers-module.fails"), thing=thing)
    yield links.filter((least <= limit) & (most > limit)).select(shape=pl.lit("cage-powers-module.warns"), thing=thing)


def _across(links: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Ports and groups; the far ends of a fleet have a port each."""
    port = ["a_device", "a_port"]
    shared = links.filter(pl.len().over(port) > 1)
    place = pl.concat_str("a_device", pl.lit(" "), "a_port")
    lanes = pl.coalesce("a_lanes", pl.lit("all"))
    doubled = shared.filter(pl.len().over(*port, lanes) > 1).unique(port)
    yield doubled.select(shape=pl.lit("port-serves-one-link.fails"), thing=place)
    several = shared.filter(pl.coalesce("a_type", "a_module").n_unique().over(port) > 1).unique(port)
    yield several.select(shape=pl.lit("cage-holds-one-module.fails"), thing=place)
    members = links.filter(pl.col("group").is_not_null())
    together = members.filter(pl.len().over("group", *port, "a_module") > 1).unique("group")
    named = pl.concat_str(pl.lit("group "), "group")
    yield together.select(shape=pl.lit("breakout-legs-are-independent.warns"), thing=named)
    held = members.group_by("group").agg(pl.col("rate_gbps").sum(), pl.col("group_floor_gbps").first())
    low = held.filter(pl.col("rate_gbps") < pl.col("group_floor_gbps"))
    yield low.select(shape=pl.lit("group-keeps-its-floor.fails"), thing=named)


def _holds(comparison: pl.Expr) -> pl.Expr:
    return comparison.fill_null(False)


def main() -> None:
    """Prepare the figures of a fleet, or audit it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("step", choices=("prepare", "audit"))
    parser.add_argument("files", type=Path, nargs="+")
    told = parser.parse_args()
    (prepare if told.step == "prepare" else audit)(*told.files)


if __name__ == "__main__":
    main()
