"""A device that gets another host: into which of its ports every module goes, or why it cannot, and the design then."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from . import hosts
from .derive import Judged
from .design import SIDES, Design
from .knowledge import Knowledge
from .parts import ModuleType
from .resolve import runs

__all__ = ["Exchange", "exchange_of", "exchanged", "model_named"]

MBPS = 1000  # in a Gb/s


@dataclass(frozen=True, order=True)
class Exchange:
    """A device whose host is exchanged, with its modules going over into the new one.

    model  what comes in, as the host catalogue calls it; was: what goes out, as it is recorded
    ports  port of now -> port of the new host
    bare   ports of now whose modules need no adapter any more
    """

    device: str
    model: str
    was: str | None
    ports: tuple[tuple[str, str], ...]
    bare: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Cage:
    name: str
    socket: str
    gbps: int


def model_named(name: str | None) -> str | None:
    """Maker and model as the host catalogue has them; None where it has no such model."""
    found = hosts.find(name) if name else None
    return f"{found.maker} {found.name}" if found else None


def exchange_of(
    judged: Judged, device: str, model: str, wanted: Mapping[str, int], knowledge: Knowledge
) -> Exchange | str:
    """The exchange of a device for a model; where it cannot be, why, in words. wanted has the rate wanted of links."""
    cages = _cages_of(model, knowledge)
    if not cages:
        return f"the host catalogue names no cages of {model}"
    used = _used(judged, device)
    order = sorted(used, key=lambda port: (-_rate(used[port], wanted), _natural(port)))
    ports: dict[str, str] = {}
    bare = []
    for port in order:
        types = [knowledge.types[id] for _, id, _ in used[port] if id is not None and id in knowledge.types]
        rate = _rate(used[port], wanted)
        fitting = [
            (cage.gbps, cage.name != port, cage.name in used, nth)
            for nth, cage in enumerate(cages)
            if cage.name not in ports.values() and cage.gbps >= rate and _takes(cage, types, knowledge)
        ]
        if not fitting:
            what = f"for {rate}G" if rate else f"that takes {types[0].id}" if types else "left"
            return f"{model} has no more cages {what}, which {used[port][0][0]} in {port} of {device} needs"
        cage = cages[min(fitting)[-1]]
        ports[port] = cage.name
        if any(adapter for *_, adapter in used[port]):
            bare.append(port)
    rows = judged.devices.filter(pl.col("device") == device)
    was = rows["device_type"].item() if rows.height else None
    return Exchange(device, model, was, tuple(sorted(ports.items())), tuple(sorted(bare)))


_Use = tuple[str, str | None, str | None]  # link, module type, adapter


def _used(judged: Judged, device: str) -> Mapping[str, Sequence[_Use]]:
    """Ports of a device that links use."""
    used: dict[str, list[_Use]] = defaultdict(list)
    for side in SIDES:
        own = judged.links.filter(pl.col(f"{side}_device") == device, pl.col("case") == 0)
        rows = own.select("link", f"{side}_port", f"{side}_type", f"{side}_adapter").sort("link").iter_rows()
        for link, port, type_, adapter in rows:
            if port is not None:
                used[port].append((link, type_, adapter))
    return used


def _rate(uses: Sequence[_Use], wanted: Mapping[str, int]) -> int:
    return max(wanted.get(link, 0) for link, *_ in uses)


def _takes(cage: _Cage, types: Sequence[ModuleType], knowledge: Knowledge) -> bool:
    """Whether a cage takes and runs modules without an adapter."""
    return all(
        type_.form_factor in knowledge.takes.get(cage.socket, ()) and runs(type_, cage.socket, knowledge)
        for type_ in types
    )


def _natural(port: str) -> tuple[tuple[int, str], ...]:
    """Ports as people count them: 2 before 10."""
    return tuple((int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", port) if part)


def _cages_of(model: str, knowledge: Knowledge) -> Sequence[_Cage]:
    """The cages of a model whose names and form factors are known, in its order."""
    found = hosts.find(model)
    return list(_named_cages(found, knowledge)) if found and found.evidence != "none" else ()


def _named_cages(host: hosts.Host, knowledge: Knowledge) -> Iterator[_Cage]:
    seen: set[str] = set()
    for each in host.ranges:
        pattern = each.pattern
        if each.condition or pattern is None:
            continue
        for number in each.ports:
            name = pattern.replace("{port}", str(number))
            facts = hosts.port(host, name) if name not in seen else None
            seen.add(name)
            if facts is None or facts.form_factor is None:
                continue
            lanes, mbps = knowledge.sockets.get(facts.form_factor, (None, None))
            rate = facts.lane_rate_gbps * MBPS if facts.lane_rate_gbps else mbps
            yield _Cage(name, facts.form_factor, (facts.lanes or lanes or 0) * (rate or 0) // MBPS)


def exchanged(design: Design, exchanges: Collection[Exchange], power_mw: Mapping[str, int]) -> Design:
    """The design with these hosts: what was recorded of the ports and the budget of those before holds no longer.

    power_mw has budgets for the modules of devices that hold whatever the host, as a goal may give them
    """
    if not exchanges:
        return design
    models = {each.device: each.model for each in exchanges}
    held = {device: power_mw.get(device) for device in models}
    new = pl.col("device").is_in(list(models))
    told = {"old": pl.String(), "new": pl.String(), "device": pl.String(), "bare": pl.Boolean()}
    moved = pl.DataFrame(
        [(old, new, each.device, old in each.bare) for each in exchanges for old, new in each.ports],
        schema=told,
        orient="row",
    )
    links = design.links
    for side in SIDES:
        own = moved.rename({"device": f"{side}_device", "old": f"{side}_port"})
        joined = links.join(own, on=[f"{side}_device", f"{side}_port"], how="left", maintain_order="left")
        links = joined.with_columns(
            pl.coalesce("new", f"{side}_port").alias(f"{side}_port"),
            pl.when(~pl.col("bare").fill_null(False)).then(f"{side}_adapter").alias(f"{side}_adapter"),
        ).drop("new", "bare")
    return replace(
        design,
        links=links.select(design.links.columns),
        ports=design.ports.filter(~new),
        devices=design.devices.with_columns(
            device_type=pl.coalesce(_by_device(models, pl.String()), "device_type"),
            optics_power_mw=pl.when(new).then(_by_device(held, pl.Int64())).otherwise("optics_power_mw"),
        ),
    )


def _by_device(values: Mapping[str, object], kind: pl.DataType) -> pl.Expr:
    return pl.col("device").replace_strict(values, default=None, return_dtype=kind)
