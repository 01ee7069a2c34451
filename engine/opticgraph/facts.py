"""The derived facts of a judged design as RDF: which column each property is, and the graph that rules read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial

import polars as pl

from . import fields
from .across import ALL_LANES
from .derive import Judged
from .design import SIDES, Design
from .fields import Field
from .graph import PART, encoded, end_of, iri_of, recorded
from .knowledge import Knowledge
from .nodes import Column, Nodes, Sort, ordered
from .ntriples import values

__all__ = [
    "CASE",
    "DEVICE",
    "END",
    "FIELDS",
    "GROUP",
    "LINK",
    "PORT",
    "as_judged",
    "believed",
    "column_of",
    "derived_graph",
    "graph_of",
    "named",
    "types_of",
]

CASE = "\x1f"  # between a name and the number of a further meaning; no name has it (readers strip control characters)

# Columns of derive.Judged and the property that says each; those of ends stand in the links frame as a_... and b_....
LINK = (
    Field("settled_by", "", "distanceSettledBy", "text"),
    Field("fiber_class", "", "fiberClass", "word", "Fiber"),
    Field("strands_needed", "", "strandsNeeded", "count", unit="fibres"),
    Field("crossing", "", "crossing", "words", "Polarity"),
    Field("reach_mm", "", "specifiedReachM", "decimal", unit="m"),
    Field("reach_limit_mm", "", "reachLimitM", "decimal", unit="m"),
    Field("reach_advised_mm", "", "reachAdvisedM", "decimal", unit="m"),
    Field("reach_sure_mm", "", "reachSureM", "decimal", unit="m"),
    Field("budget_mdb", "", "lossLimitDb", "decimal", unit="dB"),
    Field("budget_sure_mdb", "", "lossSureDb", "decimal", unit="dB"),
    Field("path_low_mdb", "", "pathLossLowDb", "decimal", unit="dB"),
    Field("path_high_mdb", "", "pathLossHighDb", "decimal", unit="dB"),
    Field("dispersion_low", "", "dispersionLowPsNm", "decimal", unit="ps/nm"),
    Field("dispersion_high", "", "dispersionHighPsNm", "decimal", unit="ps/nm"),
    Field("dispersion_floor", "", "dispersionFloorPsNm", "decimal", unit="ps/nm"),
    Field("dispersion_ceiling", "", "dispersionCeilingPsNm", "decimal", unit="ps/nm"),
    Field("reflectance_limit_mdb", "", "reflectanceLimitDb", "decimal", unit="dB"),
    Field("osnr_needed_mdb", "", "osnrNeededDb", "decimal", unit="dB"),
    Field("spacing_needed_mhz", "", "spacingNeededGhz", "decimal", unit="GHz"),
)
END = (
    Field("speaks", "", "speaks", "part"),
    Field("socket", "", "socket", "socket"),
    Field("form_factor", "", "moduleFormFactor", "word", "FormFactor"),
    Field("socket_lanes", "", "socketLanes", "count"),
    Field("socket_rate_mbps", "", "socketLaneRateGbps", "decimal", unit="Gb/s"),
    Field("module_lanes", "", "moduleLanes", "count"),
    Field("module_rate_mbps", "", "moduleLaneRateGbps", "decimal", unit="Gb/s"),
    Field("power_low_mw", "", "modulePowerLowW", "decimal", unit="W"),
    Field("power_high_mw", "", "modulePowerHighW", "decimal", unit="W"),
    Field("cage_power_mw", "", "powerLimitW", "decimal", unit="W"),
    Field("line_fec", "", "lineFec", "word", "Fec"),
    Field("direction", "", "direction", "word", "Direction"),
    Field("medium", "", "fiberClassNeeded", "word", "Fiber"),
    Field("legs", "", "legLanes", "count", unit="lanes"),
    Field("leg", "", "legOf", "part"),
    Field("leg_mode", "", "legMode", "text"),
    Field("reaches", "", "applicableReach", "parts"),
    Field("receive_min_mdbm", "", "receiveMinDbm", "decimal", unit="dBm"),
    Field("overload_mdbm", "", "overloadDbm", "decimal", unit="dBm"),
    Field("overload_tolerable_mdbm", "", "overloadTolerableDbm", "decimal", unit="dBm"),
    Field("least_mdb", "", "leastAttenuationDb", "decimal", unit="dB"),
    Field("least_tolerable_mdb", "", "leastAttenuationTolerableDb", "decimal", unit="dB"),
    Field("loss_low_mdb", "", "endLossLowDb", "decimal", unit="dB"),
    Field("loss_high_mdb", "", "endLossHighDb", "decimal", unit="dB"),
    Field("adapter_unknown", "", "adapterName", "text"),
)
PORT = (
    Field("modes_in_use", "", "modeInUse", "modes"),
    Field("port_group_modes", "", "portGroupModes", "count"),
    Field("lanes_doubled", "", "lanesDoubled", "count", unit="lanes"),
    Field("modules_recorded", "", "modulesRecorded", "count", unit="modules"),
)
DEVICE = (Field("draw_mw", "", "opticsPowerDrawW", "decimal", unit="W"),)
GROUP = (
    Field("capacity_gbps", "", "groupCapacityGbps", "whole", unit="Gb/s"),
    Field("modules_shared", "", "modulesShared", "count", unit="modules"),
)

# By kind of thing: property -> field, recorded and derived.
FIELDS: Mapping[str, Mapping[str, Field]] = {
    kind: {field.property: field for field in (*recorded, *derived)}
    for kind, recorded, derived in (
        ("link", fields.LINK, LINK),
        ("end", fields.END, END),
        ("port", fields.PORT, PORT),
        ("device", fields.DEVICE, DEVICE),
        ("group", fields.GROUP, GROUP),
    )
}
_LANE = tuple(field for field in fields.END if field.property == "lane")
# What a path through the module type comes to in the columns of an end.
_OF_TYPE = {"ofType": "type", "connector": "takes_connectors", "polish": "takes_polish"}


def column_of(path: tuple[str, ...], side: str | None) -> str | None:
    """The column that holds what a path of properties leads to, or None if no column does."""
    if path and path[0] in ("aEnd", "bEnd"):
        return column_of(path[1:], path[0][0])
    name = path[-1] if path else ""
    if path[:2] == ("module", "ofType"):
        return f"{side}_{_OF_TYPE[name]}" if name in _OF_TYPE else None
    if side and name in FIELDS["end"]:
        return f"{side}_{FIELDS['end'][name].column}"
    return next((table[name].column for table in FIELDS.values() if name in table), None)


def graph_of(design: Design, judged: Judged, knowledge: Knowledge) -> bytes:
    """What the rules read: the design as judged, its derived facts, and what is believed of its module types."""
    return derived_graph(design, judged) + believed(types_of(judged), knowledge)


def types_of(judged: Judged) -> frozenset[str]:
    """Ids of the module types in a design."""
    return frozenset(id for side in SIDES for id in judged.links[f"{side}_type"].unique() if id)


def believed(types: Iterable[str], knowledge: Knowledge) -> bytes:
    """What is believed, of module types only these."""
    return knowledge.common + b"".join(knowledge.of_type[id] for id in sorted(types))


def derived_graph(design: Design, judged: Judged) -> bytes:
    """The design with what was assumed filled in, and every derived fact, as N-Triples."""
    return b"".join(piece for sorts in as_judged(design, judged) for piece in ordered(sorts))


def as_judged(design: Design, judged: Judged) -> tuple[list[Sort], list[Sort]]:
    """The design with what was assumed filled in, and every derived fact, by sort of node."""
    links = named(judged.links.frame())
    ports = pl.concat([judged.ports, _shadows(links, judged.ports)], how="diagonal_relaxed")
    filled = replace(design, links=links.select(design.links.columns), ports=ports.select(design.ports.columns))
    return recorded(filled), _derived(links, ports, judged)


def named(links: pl.DataFrame) -> pl.DataFrame:
    """Links as they are named in the graph: further meanings get names, ports and devices of their own."""
    further = pl.col("case") > 0
    link = pl.concat_str("link", pl.lit(CASE), "case")
    devices = [  # of one link only: what others mean there is no concern of this meaning
        pl.when(further)
        .then(pl.concat_str(f"{s}_device", pl.lit(CASE), link))
        .otherwise(f"{s}_device")
        .alias(f"{s}_device")
        for s in SIDES
    ]
    return links.with_columns(
        pl.when(further).then(link).otherwise("link").alias("link"), *devices, group=pl.when(~further).then("group")
    )


def _shadows(links: pl.DataFrame, ports: pl.DataFrame) -> pl.DataFrame:
    """The ports of further meanings: the same ports on devices of their own names."""
    shadow = pl.concat(
        links.filter(pl.col("case") > 0).select(shadow=f"{s}_device", port=f"{s}_port") for s in SIDES
    ).unique()
    shadow = shadow.with_columns(device=pl.col("shadow").str.split(CASE).list.first())
    return (
        shadow.join(ports, on=["device", "port"], how="inner")
        .with_columns(device="shadow", port_group=pl.lit(None, pl.String))
        .drop("shadow")
    )


def _derived(links: pl.DataFrame, ports: pl.DataFrame, judged: Judged) -> list[Sort]:
    link = iri_of("link", "link")
    classes: dict[str, Column] = {
        "CableLink": lambda rows: rows["cable"],
        "ClashingLink": lambda rows: rows["clash"],
        "CoherentLink": lambda rows: rows["coherent"],
        "OpticalLink": lambda rows: ~rows["cable"],
        "UnsuitedLink": lambda rows: rows["unsuited"],
    }
    sorts = [Nodes(links, link, fields=LINK, classes=classes)]
    optical: dict[str, Column] = {"OpticalEnd": lambda rows: ~rows["cable"]}
    plugged = []
    for side in SIDES:
        lanes: dict[str, Column] = {"lane": partial(_all_lanes, side)}
        ends = links.with_columns(encoded(links[f"{side}_adapter_unknown"]))  # as the IRI of the adapter spells it
        sorts.append(Nodes(ends, end_of(link, side), lanes, END, f"{side}_", optical))
        names = {name: f"{side}_{name}" for name in ("device", "port", "module", "type")}
        plugged.append(links.select(**{name: pl.col(column) for name, column in names.items()}).drop_nulls())
    of_type: dict[str, Column] = {"ofType": lambda rows: f"<{PART}" + encoded(rows["type"]) + ">"}
    modules = pl.concat(plugged).unique()
    return [
        *sorts,
        Nodes(modules, iri_of("module", "device", "port", "module"), of_type),
        Nodes(ports, iri_of("cage", "device", "port"), fields=PORT),
        Nodes(judged.devices, iri_of("device", "device"), fields=DEVICE),
        Nodes(judged.groups, iri_of("group", "group"), fields=GROUP),
    ]


def _all_lanes(side: str, links: pl.DataFrame) -> pl.Series:
    """Every lane of an end that names none."""
    given, whole = pl.col(f"{side}_lanes"), pl.int_ranges(1, pl.col(f"{side}_all_lanes").fill_null(ALL_LANES) + 1)
    lanes = links.select(lanes=pl.when(given.list.len() > 0).then(pl.lit(None)).otherwise(whole))
    return values(end_of(iri_of("link", "link"), side)(links), lanes, _LANE).get(
        "lane", pl.repeat(None, links.height, eager=True, dtype=pl.String)
    )
