"""Links with what their ports, module types, ends and pairs of ends come to, each looked up once a combination."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields

import polars as pl

from . import hosts
from .design import SIDES, Design
from .knowledge import Knowledge
from .pairing import End, Pair, end_of, pair_of
from .resolve import candidates

__all__ = ["ports_of", "with_ends", "with_pairs", "with_ports", "with_types"]

Schema = Mapping[str, pl.DataType]

_HOST: Schema = {"host_cage": pl.String(), "host_power_mw": pl.Int64(), "host_modes": pl.List(pl.String())}
_PORT = ["device", "port"]


def ports_of(design: Design) -> tuple[pl.DataFrame, tuple[pl.Series, ...], pl.DataFrame]:
    """Known ports, completed from the host catalogue where a device type is named, and what it told, as assumed.

    Between them, for each side, the row in ports of each link's port; null where the record names none.
    """
    ports, links = design.ports, design.links
    places = _places(links, ports)
    more = pl.concat(
        links.filter(place.is_null()).select(device=f"{side}_device", port=f"{side}_port").drop_nulls()
        for side, place in zip(SIDES, places, strict=True)
    ).unique()
    if more.height or not _in_order(ports):
        ports = pl.concat([ports, more], how="diagonal").sort(_PORT)
        places = _places(links, ports)
    ports = ports.join(design.devices.select("device", "device_type"), on="device", how="left", maintain_order="left")
    if ports["device_type"].null_count() == ports.height:  # the host catalogue has nothing to tell
        return ports, places, pl.DataFrame(schema=dict.fromkeys(("link", "field", "value", "because"), pl.String()))
    ports = _looked_up(ports, ["device_type", "port"], _host_facts, _HOST)
    told = ports.with_row_index("place").filter(pl.col("cage").is_null() & pl.col("host_cage").is_not_null())
    used = (
        pl.DataFrame([links["link"], place.alias("place")])
        .join(told, on="place", how="inner")
        .with_columns(side=pl.lit(s))
        for s, place in zip(SIDES, places, strict=True)
    )
    assumed = pl.concat(used).select(
        "link",
        field=pl.format("{}_cage", "side"),
        value="host_cage",
        because=pl.format("the host catalogue: {} port {}", "device_type", "port"),
    )
    ports = ports.with_columns(pl.coalesce(name, f"host_{name}").alias(name) for name in ("cage", "power_mw", "modes"))
    return ports.drop(*_HOST), places, assumed


def _places(links: pl.DataFrame, ports: pl.DataFrame) -> tuple[pl.Series, ...]:
    """For each side the row in ports of each link's port; by numbers for names, which are joined far quicker."""
    names = [pl.Enum(ports[name].unique()) for name in _PORT]

    def numbered(*parts: pl.Series) -> pl.Series:
        device, port = (part.cast(kind, strict=False).to_physical() for part, kind in zip(parts, names, strict=True))
        return device.cast(pl.UInt64) * len(names[1].categories) + port

    known = pl.DataFrame({"key": numbered(*(ports[name] for name in _PORT))}).with_row_index("place")
    ends = (numbered(*(links[f"{side}_{name}"] for name in _PORT)) for side in SIDES)
    return tuple(
        pl.DataFrame({"key": end}).join(known, on="key", how="left", maintain_order="left")["place"] for end in ends
    )


def _in_order(ports: pl.DataFrame) -> bool:
    device, port = (pl.col(name) for name in _PORT)
    later = (device > device.shift(1)) | ((device == device.shift(1)) & (port > port.shift(1)))
    return bool(ports.select(later.fill_null(True).all()).item())


def with_ports(links: pl.DataFrame, ports: pl.DataFrame, places: Sequence[pl.Series]) -> pl.DataFrame:
    """Add each end's row in ports, a_place, and what is known there: a_cage, a_cage_power_mw, a_modes, a_port_group."""
    for side, place in zip(SIDES, places, strict=True):
        known = ports.select(
            pl.col("cage").alias(f"{side}_cage"),
            pl.col("power_mw").alias(f"{side}_cage_power_mw"),
            pl.col("modes").alias(f"{side}_modes"),
            pl.col("port_group").alias(f"{side}_port_group"),
        )
        links = links.hstack([place.alias(f"{side}_place"), *known[place]])
    return links


def with_types(links: pl.DataFrame, knowledge: Knowledge) -> pl.DataFrame:
    """Add a_types, a_type, a_taken_for (b_... likewise) and case: a row for each combination of what names may mean.

    taken_for is the record's other name for the module, where only that is known.
    """

    def look(name: str | None, also: str | None, cage: str | None, adapter: str | None) -> Sequence[object]:
        for told in (name, also):
            ids = candidates(told, socket=adapter or cage, knowledge=knowledge) if told else ()
            if ids:
                return list(ids), None if told == name else told
        return [], None

    for side in SIDES:
        keys = [f"{side}_{name}" for name in ("module", "module_also", "cage", "adapter")]
        found = {f"{side}_types": pl.List(pl.String()), f"{side}_taken_for": pl.String()}
        links = _looked_up(links, keys, look, found)
    cases = links.select("a_module", "b_module", "a_types", "b_types").with_row_index("at")
    for side in SIDES:
        meant = pl.when(pl.col(f"{side}_types").list.len() > 0).then(f"{side}_types")
        cases = cases.with_columns(meant.alias(f"{side}_type")).explode(f"{side}_type")
    # one name at both ends means one thing at both ends
    same = (pl.col("a_module") == pl.col("b_module")) & (pl.col("a_types") == pl.col("b_types"))
    cases = cases.filter(~same.fill_null(False) | pl.col("a_type").eq_missing(pl.col("b_type")))
    cases = cases.with_columns(case=pl.int_range(pl.len()).over("at").cast(pl.Int64))
    if cases.height > links.height:
        links = links[cases["at"]]
    return links.hstack(cases.select("a_type", "b_type", "case"))


def with_ends(links: pl.DataFrame, knowledge: Knowledge) -> pl.DataFrame:
    """Add the columns of pairing.End for each end, as a_... and b_...."""

    def look(type_: str | None, cage: str | None, adapter: str | None, fec: str | None) -> Sequence[object]:
        known = knowledge.types.get(type_ or "")
        return tuple(vars(end_of(known, cage=cage, adapter=adapter, fec=fec, knowledge=knowledge)).values())

    for side in SIDES:
        keys = [f"{side}_{name}" for name in ("type", "cage", "adapter", "fec")]
        links = _looked_up(links, keys, look, {f"{side}_{name}": kind for name, kind in _schema(End).items()})
    return links


def with_pairs(links: pl.DataFrame, knowledge: Knowledge) -> pl.DataFrame:
    """Add a_legs, a_all_lanes (b_... likewise) and the columns of pairing.Pair; its rate_gbps as pair_rate_gbps."""
    lanes = {id: type_.lanes for id, type_ in knowledge.types.items()}
    for side in SIDES:
        whole = pl.col(f"{side}_type").replace_strict(lanes, default=None, return_dtype=pl.Int64)
        used = pl.col(f"{side}_lanes").list.len().cast(pl.Int64)
        links = links.with_columns(
            pl.when(used > 0, whole.is_null() | (used < whole)).then(used).alias(f"{side}_legs"),
            whole.alias(f"{side}_all_lanes"),
        )

    def look(
        a: str | None,
        b: str | None,
        a_legs: int | None,
        b_legs: int | None,
        a_fec: str | None,
        b_fec: str | None,
        fiber: str | None,
        line: str | None,
        connectors: int | None,
        status: str,
    ) -> Sequence[object]:
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
            active=status == "active",
            knowledge=knowledge,
        )
        return tuple(vars(pair).values())

    keys = [f"{side}_{name}" for name in ("type", "legs", "fec") for side in SIDES]
    keys += ["fiber_type", "line_system", "connectors", "status"]
    schema = {"pair_rate_gbps" if name == "rate_gbps" else name: kind for name, kind in _schema(Pair).items()}
    return _looked_up(links, keys, look, schema)


def _host_facts(device_type: str | None, port: str) -> Sequence[object]:
    """Form factor, power and modes of a port as the host catalogue has them; modes only where it has them all."""
    host = hosts.find(device_type) if device_type else None
    facts = hosts.port(host, port) if host else None
    if facts is None:
        return None, None, None
    return facts.form_factor, facts.power_mw, list(facts.modes) if facts.modes and facts.modes_complete else None


def _looked_up(
    frame: pl.DataFrame, keys: Sequence[str], look: Callable[..., Sequence[object]], schema: Schema
) -> pl.DataFrame:
    """Look something up once for each combination of the key columns, and give it to every row that has it."""
    distinct = frame.select(keys).unique()
    found = [look(*row) for row in distinct.iter_rows()]
    table = pl.DataFrame(found, schema=schema, orient="row")
    place = distinct.with_row_index("at")
    at = frame.select(keys).join(place, on=list(keys), how="left", nulls_equal=True, maintain_order="left")["at"]
    constant = [column for column in table if column.null_count() == table.height]
    frame = frame.hstack(table.drop(column.name for column in constant)[at])
    # what is nowhere known takes no room as a literal; a fleet of a million links has dozens of such columns
    return frame.with_columns(pl.lit(None, column.dtype).alias(column.name) for column in constant)


def _schema(of: type) -> Schema:
    kinds: Schema = {
        "str | None": pl.String(),
        "int | None": pl.Int64(),
        "bool": pl.Boolean(),
        "tuple[str, ...]": pl.List(pl.String()),
        "tuple[str, ...] | None": pl.List(pl.String()),
    }
    return {field.name: kinds[str(field.type)] for field in fields(of)}
