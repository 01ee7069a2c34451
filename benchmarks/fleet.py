"""Make up a fleet: links of a network of any size, the same for the same seed, with a few per cent of faults.

    python benchmarks/fleet.py 100000 fleet.parquet fleet.csv fleet.nt fleet.ttl
    python benchmarks/fleet.py 100000 fleet.parquet --topology germany50.json

Four links in a row are alike: a LAG between two devices, or the four legs of one broken-out module. Most are short
links of a fabric, some go from site to site; their lengths come from a topology file (topohub or GNPy) if one is given.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import polars as pl

__all__ = ["FAULTS", "SPANS", "Span", "fleet", "spans_of", "write"]

PORTS = 32  # of a device
ALIKE = 4  # links in a row that are alike


@dataclass(frozen=True)
class Plant:
    """A sort of link: its modules, where they sit, the fibre, and what it reaches in metres."""

    weight: int
    a_module: str
    b_module: str
    cage: str
    rate_gbps: int
    fiber_type: str | None
    connector: str | None
    polish: str | None
    fec: str | None
    reach_m: int
    power_w: float
    breakout: bool = False
    b_cage: str | None = None
    b_connector: str | None = None
    b_polish: str | None = None
    b_fec: str | None = None
    line_system: str | None = None
    least: int = 50  # of its reach, in thousandths, that every link uses


PLANTS = (
    Plant(24, "100GBASE-SR4", "100GBASE-SR4", "QSFP28", 100, "OM4", "MPO-12", "UPC", "rs528", 100, 5.0),
    Plant(6, "100GBASE-SR4", "100GBASE-SR4", "QSFP28", 100, "OM3", "MPO-12", "UPC", "rs528", 70, 5.0),
    Plant(18, "100G-CWDM4", "100G-CWDM4", "QSFP28", 100, "OS2", "LC duplex", "UPC", "rs528", 2000, 5.0),
    Plant(10, "100GBASE-LR4", "100GBASE-LR4", "QSFP28", 100, "OS2", "LC duplex", "UPC", "none", 10000, 5.0),
    Plant(5, "100GBASE-FR1", "100GBASE-FR1", "QSFP28", 100, "OS2", "LC duplex", "UPC", "none", 2000, 5.0),
    Plant(4, "100GBASE-LR1", "100GBASE-LR1", "QSFP28", 100, "OS2", "LC duplex", "UPC", "none", 10000, 5.0),
    Plant(8, "400GBASE-DR4", "400GBASE-DR4", "QSFP-DD", 400, "OS2", "MPO-12", "APC", "rs544", 500, 14.0),
    Plant(6, "400GBASE-FR4", "400GBASE-FR4", "QSFP-DD", 400, "OS2", "LC duplex", "UPC", "rs544", 2000, 14.0),
    Plant(3, "400G-LR4-10", "400G-LR4-10", "QSFP-DD", 400, "OS2", "LC duplex", "UPC", "rs544", 10000, 14.0),
    Plant(
        6, "400GBASE-DR4", "100GBASE-DR", "QSFP-DD", 100, "OS2", "MPO-12", "APC", "rs544", 500, 14.0,
        breakout=True, b_cage="QSFP28", b_connector="LC duplex", b_polish="UPC", b_fec="none",
    ),
    Plant(
        2, "100G-BIDI-20-LR1-U", "100G-BIDI-20-LR1-D", "QSFP28", 100, "OS2", "LC simplex", "UPC", "none", 20000, 5.0,
    ),
    Plant(
        1, "100G-ER4-LITE", "100G-ER4-LITE", "QSFP28", 100, "OS2", "LC duplex", "UPC", "rs528", 30000, 5.0, least=900,
    ),
)  # fmt: skip
WAN = Plant(0, "400ZR", "400ZR", "QSFP-DD", 400, "OS2", "LC duplex", "UPC", None, 0, 24.0, line_system="amplified")
WAN_SHARE = 16  # one block of alike links in so many goes from site to site

# Faults, each in so many of a hundred thousand links.
FAULTS: Mapping[str, int] = {
    "other interface": 300,
    "unknown module": 300,
    "other fibre": 400,
    "too long": 500,
    "no length": 600,
    "no fibre": 300,
    "other cage": 200,
    "port taken": 200,
    "other FEC": 300,
    "other polish": 300,
    "weak cage": 200,
    "high loss": 400,
}


@dataclass(frozen=True)
class Span:
    """A line from site to site."""

    a: str
    b: str
    km: float


SPANS = tuple(Span(f"s{at}", f"s{(at * 7 + 3) % 40}", 20 + at * 37 % 90) for at in range(40))


def fleet(links: int, *, seed: int = 1, spans: Sequence[Span] = SPANS) -> pl.DataFrame:
    """A link sheet: one row a link, its columns those of the sheets people keep."""
    blocks = links // ALIKE + 1
    step = next(step for step in (7, 11, 13) if blocks % step)  # so that no port is given twice
    rows = pl.DataFrame({"n": pl.int_range(links, dtype=pl.UInt64, eager=True)})
    rows = rows.with_columns(block=pl.col("n") // ALIKE)
    rows = rows.with_columns(far=(pl.col("block") * step + 5) % blocks * ALIKE + pl.col("n") % ALIKE)
    plants, span = _plants(), pl.DataFrame([asdict(each) for each in spans])
    thick = plants["weight"].cum_sum()
    dice = _draw("block", 1, seed) % int(thick[-1])
    kind = pl.sum_horizontal((dice >= bound).cast(pl.UInt32) for bound in thick)
    wan = _draw("block", 2, seed) % WAN_SHARE == 0
    rows = rows.with_columns(
        kind=pl.when(wan).then(len(PLANTS)).otherwise(kind).cast(pl.UInt32),
        span=(_draw("block", 3, seed) % span.height).cast(pl.UInt32),
        fault=_fault(_draw("n", 4, seed) % 100_000),
    )
    rows = rows.join(plants, on="kind", how="left", maintain_order="left")
    rows = rows.join(span.with_row_index("span"), on="span", how="left", maintain_order="left")
    rows = rows.with_columns(_lengths(seed)).with_columns(_light(seed))
    return rows.select(_columns(seed))


def _plants() -> pl.DataFrame:
    return pl.DataFrame([asdict(each) for each in (*PLANTS, WAN)]).with_row_index("kind")


def _draw(column: str, salt: int, seed: int) -> pl.Expr:
    """A number that looks drawn: SplitMix64 over a row's number, the same on every machine and release."""
    state = pl.col(column).cast(pl.UInt64) + pl.lit((salt * 1_000_003 + seed) * 0x9E3779B97F4A7C15 % 2**64, pl.UInt64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        state = (state ^ (state // 2**shift)) * pl.lit(factor, pl.UInt64)
    return state ^ (state // 2**31)


def _fault(dice: pl.Expr) -> pl.Expr:
    bound, fault = 0, pl.lit(None, pl.String)
    for name, share in reversed(FAULTS.items()):
        bound += share
        fault = pl.when((dice >= bound - share) & (dice < bound)).then(pl.lit(name)).otherwise(fault)
    return fault


def _lengths(seed: int) -> pl.Expr:
    """Whole metres: of a fabric within its reach, of a span as the topology has it."""
    least = pl.col("least").cast(pl.UInt64)
    part = _draw("n", 5, seed) % (950 - least) + least
    part = pl.when(pl.col("fault") == "too long").then(part % 400 + 1100).otherwise(part)
    own = (pl.col("reach_m").cast(pl.UInt64) * part) // 1000 + 1
    line = (pl.col("km") * 1000).cast(pl.UInt64) + _draw("block", 6, seed) % 3000
    length = pl.when(pl.col("line_system").is_not_null()).then(line).otherwise(own)
    return (
        pl.when(pl.col("fault").eq_missing("no length")).then(None).otherwise(length.cast(pl.Int64)).alias("length_m")
    )


def _light(seed: int) -> list[pl.Expr]:
    """Measured loss on every third single-mode link of more than 300 m, in tenths of a dB."""
    tenths = pl.col("length_m") * 3 // 1000 + 6 + (_draw("n", 7, seed) % 8).cast(pl.Int64)
    tenths = pl.when(pl.col("fault") == "high loss").then(tenths + 60).otherwise(tenths)
    measured = (pl.col("fiber_type") == "OS2") & (pl.col("length_m") > 300) & pl.col("line_system").is_null()
    asked = (_draw("n", 8, seed) % 3 == 0) | (pl.col("fault") == "high loss").fill_null(False)
    osnr = 34 - pl.col("km").cast(pl.Int64) // 12 + (_draw("n", 9, seed) % 6).cast(pl.Int64)
    return [
        pl.when(measured & asked).then(tenths.cast(pl.Float64) / 10).alias("loss_db"),
        pl.when(pl.col("line_system").is_not_null()).then(osnr).alias("osnr_db"),
    ]


def _columns(seed: int) -> list[pl.Expr]:
    n, block = pl.col("n"), pl.col("block")
    wan, broken = pl.col("line_system").is_not_null(), pl.col("breakout")
    fault = {name: (pl.col("fault") == name).fill_null(False) for name in FAULTS}
    taken = fault["port taken"] & (n % ALIKE != 0) & ~broken  # by the link before, which is alike
    low, high = n // PORTS, pl.col("far") // PORTS
    a_port = pl.when(broken).then(block * ALIKE).otherwise(n - taken.cast(pl.UInt64)) % PORTS + 1
    optical = pl.col("fiber_type").is_not_null()
    other = pl.when(pl.col("rate_gbps") == 400).then(pl.lit("400GBASE-SR8")).otherwise(pl.lit("100G-PSM4"))
    b_module = pl.when(fault["other interface"]).then(other).otherwise("b_module")
    fiber = pl.when(fault["other fibre"]).then(
        pl.when(pl.col("fiber_type") == "OS2").then(pl.lit("OM3")).otherwise(pl.lit("OS2"))
    )
    cage = pl.when(fault["other cage"] & ~broken).then(pl.lit("SFP28")).otherwise("cage")
    power = pl.when(fault["weak cage"] & ~broken).then(pl.lit(2.0)).otherwise("power_w")
    flipped = pl.when(pl.col("polish") == "UPC").then(pl.lit("APC")).otherwise(pl.lit("UPC"))
    fec = pl.when(fault["other FEC"] & pl.col("fec").is_not_null()).then(
        pl.when(pl.col("fec") == "rs544").then(pl.lit("none")).otherwise(pl.lit("rs544"))
    )
    lag = (_draw("block", 10, seed) % 3 == 0) & ~broken & ~wan
    site_a = pl.when(wan).then("a").otherwise(pl.format("s{}", low % 40))
    site_b = pl.when(wan).then("b").otherwise(pl.format("s{}", high % 40))
    a_device = pl.when(wan).then(pl.format("{}-wan{}", "a", low)).otherwise(pl.format("leaf{}", low))
    b_device = pl.when(wan).then(pl.format("{}-wan{}x", "b", high)).otherwise(pl.format("spine{}", high))
    return [
        pl.format("link{}", n.cast(pl.String).str.zfill(8)).alias("link"),
        a_device.alias("a_device"),
        pl.format("Ethernet{}", a_port).alias("a_port"),
        site_a.alias("a_site"),
        pl.when(~taken).then(cage).alias("a_cage"),
        pl.when(~taken).then(power).alias("a_cage_power_w"),
        pl.when(fault["unknown module"]).then(pl.lit("OPT-77-X")).otherwise("a_module").alias("a_module"),
        pl.when(broken).then((n % ALIKE + 1).cast(pl.String)).alias("a_lanes"),
        pl.coalesce(fec, "fec").alias("a_fec"),
        pl.when(fault["other polish"]).then(flipped).otherwise("polish").alias("a_polish"),
        pl.col("connector").alias("a_connector"),
        b_device.alias("b_device"),
        pl.format("Ethernet{}", pl.col("far") % PORTS + 1).alias("b_port"),
        site_b.alias("b_site"),
        pl.coalesce("b_cage", "cage").alias("b_cage"),
        b_module.alias("b_module"),
        pl.coalesce("b_fec", "fec").alias("b_fec"),
        pl.coalesce("b_polish", "polish").alias("b_polish"),
        pl.coalesce("b_connector", "connector").alias("b_connector"),
        pl.when(~fault["no fibre"]).then(pl.coalesce(fiber, "fiber_type")).alias("fiber_type"),
        pl.when(optical & (_draw("n", 11, seed) % 2 == 0)).then(pl.lit(2)).alias("connectors"),
        pl.col("length_m"),
        pl.col("loss_db"),
        pl.col("line_system"),
        pl.col("osnr_db"),
        pl.when(lag).then(pl.format("lag{}", block)).alias("group"),
        pl.when(lag).then(pl.lit("LAG")).alias("group_kind"),
        pl.when(lag).then(3 * pl.col("rate_gbps")).alias("group_floor_gbps"),
        pl.col("rate_gbps"),
    ]


def spans_of(topology: Path) -> tuple[Span, ...]:
    """The lines of a topology file of topohub (node-link JSON with `dist` in km) or of GNPy (fibres with `length`)."""
    held = json.loads(topology.read_text(encoding="utf-8"))
    if "elements" in held:
        return _gnpy(held)
    names = {node["id"]: str(node.get("name") or node["id"]) for node in held["nodes"]}
    edges = held.get("links") or held.get("edges") or []
    return tuple(Span(names[e["source"]], names[e["target"]], max(1.0, float(e["dist"]))) for e in edges)


def _gnpy(held: Mapping[str, list[Mapping[str, object]]]) -> tuple[Span, ...]:
    """Fibres and the sites at their two ends, told by the names of what they are joined to."""
    before = {each["to_node"]: each["from_node"] for each in held["connections"]}
    after = {each["from_node"]: each["to_node"] for each in held["connections"]}
    found = []
    for each in held["elements"]:
        if each["type"] == "Fiber":
            length = float(each["params"]["length"])  # type: ignore[index, call-overload]
            found.append(
                Span(str(before[each["uid"]]), str(after[each["uid"]]), length if math.isfinite(length) else 1)
            )
    return tuple(found)


def write(sheet: pl.DataFrame, path: Path) -> None:
    """Write the sheet as Parquet or CSV, or the design it tells as N-Triples or Turtle."""
    if path.suffix == ".parquet":
        sheet.write_parquet(path)
        return
    if path.suffix == ".csv":
        sheet.write_csv(path)
        return
    from opticgraph.export import convert
    from opticgraph.read import sheet as sheets

    convert(sheets.read("fleet.csv", data=sheet.write_csv().encode()), path)


def main() -> None:
    """Make a fleet and write it to files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("links", type=int)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--topology", type=Path)
    told = parser.parse_args()
    spans = spans_of(told.topology) if told.topology else SPANS
    sheet = fleet(told.links, seed=told.seed, spans=spans)
    for file in told.files:
        write(sheet, file)


if __name__ == "__main__":
    main()
