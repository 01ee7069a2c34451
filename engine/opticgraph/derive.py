"""A design as it is judged: its columns, what is assumed, and every derived fact that a rule reads.

One row a link and case. A link has one case, but one more for each further meaning of an ambiguous module name; all
cases are judged, and the verdict is theirs together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields

import polars as pl

from . import budget, hosts
from .across import groups_across, ports_across
from .design import SIDES, Design
from .knowledge import Knowledge
from .pairing import End, Pair, end_of, pair_of
from .resolve import candidates

__all__ = ["Judged", "derive"]


@dataclass(frozen=True)
class Judged:
    """What is judged.

    links      one row a link and case: columns of Design.links as judged, those of pairing.End (a_, b_) and
               pairing.Pair, and of the ports: a_cage, a_cage_power_mw, a_modes, ...; `case` counts from 0
    devices    device, draw_mw, optics_power_mw
    groups     group, kind, floor_gbps, capacity_gbps, and what across.groups_across adds
    ports      those of Design.ports, and what across.ports_across adds
    assumed    link, field, value, because: what was assumed of which link and from what, each once, sorted
    """

    links: pl.DataFrame
    devices: pl.DataFrame
    groups: pl.DataFrame
    ports: pl.DataFrame
    assumed: pl.DataFrame


def derive(design: Design, knowledge: Knowledge) -> Judged:
    """Work out what the rules read. Retired links are left out; nothing else is."""
    in_use = pl.col("status").fill_null("active")
    links = design.links.with_columns(status=in_use).filter(in_use != "retired").with_row_index("at")
    ports, told = _ports(design)
    links = _with_ports(links, ports)
    links = _with_types(links, knowledge)
    links = _with_ends(links, knowledge)
    links = _with_pairs(links, knowledge)
    links = links.with_columns(
        pl.when(~pl.col("clash")).then(f"{side}_line_fec").alias(f"{side}_line_fec") for side in SIDES
    )
    links, assumed = _assume(links, knowledge)
    links = budget.dispersion(budget.path_loss(links.with_columns(splice_mdb=pl.lit(knowledge.splice, pl.Int64))))
    links = _settle(links)
    first = links.filter(pl.col("case") == 0)
    ends = pl.concat(
        first.select(
            device=f"{s}_device", port=f"{s}_port", type=f"{s}_type", power_high_mw=f"{s}_power_high_mw"
        )
        for s in SIDES
    ).filter(pl.col("device").is_not_null())
    groups = design.groups.join(
        budget.group_capacity(
            first.join(design.groups, on="group", how="left").with_columns(
                rate_gbps=pl.coalesce("rate_gbps", "pair_rate_gbps")
            )
        ),
        on="group",
        how="left",
    )
    return Judged(
        links=links,
        devices=design.devices.join(budget.device_draw(ends), on="device", how="left"),
        groups=groups_across(first, groups),
        ports=ports_across(first, ports),
        assumed=pl.concat([told, *assumed]).unique().sort("link", "field", "value"),
    )


def _ports(design: Design) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Known ports, completed from the host catalogue where a device type is named; what it told is assumed."""
    used = pl.concat(
        design.links.select("link", device=f"{s}_device", port=f"{s}_port", side=pl.lit(s)) for s in SIDES
    ).filter(pl.col("device").is_not_null() & pl.col("port").is_not_null())
    ports = used.select("device", "port").unique().join(design.ports, on=["device", "port"], how="full", coalesce=True)
    ports = ports.join(design.devices.select("device", "device_type"), on="device", how="left")
    asked = ports.filter(pl.col("device_type").is_not_null()).select("device_type", "port").unique()
    rows = [_host_facts(device_type, port) for device_type, port in asked.iter_rows()]
    schema = pl.Schema(
        {
            "device_type": pl.String(),
            "port": pl.String(),
            "host_cage": pl.String(),
            "host_power_mw": pl.Int64(),
            "host_modes": pl.List(pl.String()),
            "host_lane_mbps": pl.Int64(),
        }
    )
    ports = ports.join(pl.DataFrame(rows, schema=schema, orient="row"), on=["device_type", "port"], how="left")
    told = ports.filter(pl.col("cage").is_null() & pl.col("host_cage").is_not_null())
    assumed = used.join(told, on=["device", "port"], how="inner").select(
        "link",
        field=pl.format("{}_cage", "side"),
        value="host_cage",
        because=pl.format("the host catalogue: {} port {}", "device_type", "port"),
    )
    ports = ports.with_columns(
        cage=pl.coalesce("cage", "host_cage"),
        power_mw=pl.coalesce("power_mw", "host_power_mw"),
        modes=pl.coalesce("modes", "host_modes"),
    )
    return ports.drop("host_cage", "host_power_mw", "host_modes").sort("device", "port"), assumed


def _host_facts(device_type: str, port: str) -> tuple[object, ...]:
    host = hosts.find(device_type)
    facts = hosts.port(host, port) if host else None
    if facts is None:
        return device_type, port, None, None, None, None
    return (
        device_type,
        port,
        facts.form_factor,
        facts.power_mw,
        list(facts.modes) if facts.modes and facts.modes_complete else None,
        facts.lane_rate_gbps and facts.lane_rate_gbps * 1000,
    )


def _with_ports(links: pl.DataFrame, ports: pl.DataFrame) -> pl.DataFrame:
    for side in SIDES:
        of_side = ports.select(
            pl.col("device").alias(f"{side}_device"),
            pl.col("port").alias(f"{side}_port"),
            pl.col("cage").alias(f"{side}_cage"),
            pl.col("power_mw").alias(f"{side}_cage_power_mw"),
            pl.col("modes").alias(f"{side}_modes"),
            pl.col("port_group").alias(f"{side}_port_group"),
        )
        links = links.join(of_side, on=[f"{side}_device", f"{side}_port"], how="left", maintain_order="left")
    return links


def _with_types(links: pl.DataFrame, knowledge: Knowledge) -> pl.DataFrame:
    """Add a_type, b_type and case: one row for each combination of what the two module names may mean."""
    for side in SIDES:
        keys = [f"{side}_module", f"{side}_cage", f"{side}_adapter"]
        links = _looked_up(
            links,
            keys,
            lambda name, cage, adapter: {
                "types": list(candidates(name, socket=adapter or cage, knowledge=knowledge)) if name else []
            },
            {f"{side}_types": pl.List(pl.String())},
            rename=lambda field, side=side: f"{side}_{field}",  # type: ignore[misc]
        )
    for side in SIDES:
        links = links.with_columns(
            pl.when(pl.col(f"{side}_types").list.len() == 0)
            .then(pl.lit([None], pl.List(pl.String())))
            .otherwise(pl.col(f"{side}_types"))
            .alias(f"{side}_type")
        ).explode(f"{side}_type")
    # one name at both ends means one thing at both ends
    same = pl.col("a_module") == pl.col("b_module")
    alike = pl.col("a_types") == pl.col("b_types")
    links = links.filter(~(same & alike).fill_null(False) | pl.col("a_type").eq_missing(pl.col("b_type")))
    return links.with_columns(case=pl.int_range(pl.len()).over("at").cast(pl.Int64))


def _with_ends(links: pl.DataFrame, knowledge: Knowledge) -> pl.DataFrame:
    for side in SIDES:
        links = _looked_up(
            links,
            [f"{side}_type", f"{side}_cage", f"{side}_adapter", f"{side}_fec"],
            lambda type_, cage, adapter, fec: asdict(
                end_of(knowledge.types.get(type_ or ""), cage=cage, adapter=adapter, fec=fec, knowledge=knowledge)
            ),
            {f"{side}_{name}": kind for name, kind in _schema(End).items()},
            rename=lambda field, side=side: f"{side}_{field}",  # type: ignore[misc]
        )
    return links


def _with_pairs(links: pl.DataFrame, knowledge: Knowledge) -> pl.DataFrame:
    lanes = {t.id: t.lanes for t in knowledge.types.values()}
    for side in SIDES:
        whole = pl.col(f"{side}_type").replace_strict(lanes, default=None, return_dtype=pl.Int64)
        used = pl.col(f"{side}_lanes").list.len().cast(pl.Int64)
        links = links.with_columns(
            pl.when(used > 0, whole.is_null() | (used < whole)).then(used).alias(f"{side}_legs"),
            whole.alias(f"{side}_all_lanes"),
        )

    def look(a, b, a_legs, b_legs, a_fec, b_fec, fiber, line, connectors, active):  # type: ignore[no-untyped-def]
        pair = pair_of(
            knowledge.types.get(a or ""),
            knowledge.types.get(b or ""),
            a_legs=a_legs,
            b_legs=b_legs,
            a_fec=a_fec,
            b_fec=b_fec,
            fiber=fiber,
            line=line,
            connectors=connectors,
            active=active,
            knowledge=knowledge,
        )
        return asdict(pair)

    keys = ["a_type", "b_type", "a_legs", "b_legs", "a_fec", "b_fec", "fiber_type", "line_system", "connectors"]
    links = links.with_columns(active=pl.col("status") == "active")
    return _looked_up(
        links, [*keys, "active"], look, {("pair_rate_gbps" if n == "rate_gbps" else n): k for n, k in _schema(Pair).items()}
    )


def _looked_up(
    links: pl.DataFrame,
    keys: Sequence[str],
    look: Callable[..., Mapping[str, object]],
    schema: Mapping[str, pl.DataType],
    *,
    rename: Callable[[str], str] = str,
) -> pl.DataFrame:
    """Look something up once for each combination of the key columns, and give it to every row that has it."""
    combinations = links.select(keys).unique(maintain_order=True)
    found = [look(*row) for row in combinations.iter_rows()]
    columns = {
        name: pl.Series(name, [list(row.values())[at] for row in found], dtype=kind)
        for at, (name, kind) in enumerate(schema.items())
    }
    table = combinations.with_columns(**columns)
    return links.join(table, on=list(keys), how="left", nulls_equal=True, maintain_order="left")


def _schema(of: type) -> dict[str, pl.DataType]:
    kinds = {
        "str | None": pl.String(),
        "int | None": pl.Int64(),
        "bool": pl.Boolean(),
        "tuple[str, ...]": pl.List(pl.String()),
        "tuple[str, ...] | None": pl.List(pl.String()),
    }
    return {field.name: kinds[str(field.type)] for field in fields(of)}


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
            told[f"{side}_{field}"] = pl.col(f"{side}_type").replace_strict(
                known, default=None, return_dtype=pl.String
            )
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
    dispersed = _holds(pl.col("dispersion_high") <= pl.col("dispersion_ceiling")) & _holds(
        pl.col("dispersion_low") >= pl.col("dispersion_floor")
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
