"""The exchange of a host as a unit of work, and as a step that anyone can replay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import polars as pl

from .choices import Part
from .derive import Judged
from .design import SIDES, Design
from .exchange import Exchange
from .pieces import PART, Unit
from .planned import Edit, Step
from .problem import Task

__all__ = ["STRATEGY", "handover_of", "handovers"]

STRATEGY = "exchange-host"

Row = Mapping[str, Any]


def handovers(design: Design, judged: Judged, exchanges: Sequence[Exchange]) -> dict[str, Unit]:
    """The unit of each exchange, by its device: the device is off meanwhile, and all its links are down."""
    sites = dict(design.devices.select("device", "site").iter_rows())
    return {each.device: _unit(each, sites.get(each.device), _rows(judged, each.device)) for each in exchanges}


def _rows(judged: Judged, device: str) -> list[Row]:
    """The links of a device, as judged."""
    rows = judged.links.filter((pl.col("a_device") == device) | (pl.col("b_device") == device), pl.col("case") == 0)
    return list(rows.sort("link").iter_rows(named=True))


def _unit(exchange: Exchange, site: str | None, rows: Sequence[Row]) -> Unit:
    parts = tuple(sorted(_parts(exchange, rows)))
    gives = {PART + part.part: part.count for part in parts if part.action == "free"}
    down = tuple(sorted(str(row["link"]) for row in rows if row["status"] == "active"))
    task = Task(
        name=f"{exchange.device}: exchange for {exchange.model}",
        sites=(site or exchange.device,),
        down=down,
        off=(exchange.device,),
        takes=((PART + exchange.model, 1),),
        gives=tuple(sorted(gives.items())),
        costs={"outage": len(down)},
    )
    return Unit(task, STRATEGY, (), "works", (), None, parts, {}, False, True)


def _parts(exchange: Exchange, rows: Sequence[Row]) -> Iterator[Part]:
    """The host that comes in, what it replaces, and modules that go into a port of another name."""
    yield Part("buy", exchange.model, 1)
    if exchange.was:
        yield Part("free", exchange.was, 1)
    ports, moved, freed = dict(exchange.ports), dict[str, int](), dict[str, int]()
    for _, use in sorted(_ends(exchange, rows).items()):
        row, side = use[0]
        module, port = row[f"{side}_type"] or row[f"{side}_module"], row[f"{side}_port"]
        if module and ports[port] != port:
            moved[str(module)] = moved.get(str(module), 0) + 1
        if port in exchange.bare:
            freed[str(row[f"{side}_adapter"])] = freed.get(str(row[f"{side}_adapter"]), 0) + 1
    yield from (Part("move", name, count) for name, count in moved.items())
    yield from (Part("free", name, count) for name, count in freed.items())


def _ends(exchange: Exchange, rows: Sequence[Row]) -> dict[str, list[tuple[Row, str]]]:
    """Of each port of now the link ends in it."""
    found: dict[str, list[tuple[Row, str]]] = {}
    for row in rows:
        for side in SIDES:
            if row[f"{side}_device"] == exchange.device and row[f"{side}_port"] is not None:
                found.setdefault(str(row[f"{side}_port"]), []).append((row, side))
    return found


def handover_of(unit: Unit, exchange: Exchange, before: Design, judged: Judged, parts: tuple[Part, ...]) -> Step:
    """The step of an exchange; before is the design as recorded, whose rows its edits meet."""
    rows = _rows(judged, exchange.device)
    return Step(
        unit=unit.task.name,
        strategy=STRATEGY,
        links=tuple(str(row["link"]) for row in rows),
        sites=unit.task.sites,
        devices=(exchange.device,),
        down=unit.task.down,
        after=(),
        edits=tuple(_edits(exchange, before)),
        parts=parts,
        settings=(),
        words=tuple(_words(exchange, rows)),
    )


def _edits(exchange: Exchange, before: Design) -> Iterator[Edit]:
    own = before.devices.filter(before.devices["device"] == exchange.device).row(0, named=True)
    new = {"device_type": exchange.model, "optics_power_mw": None}
    yield Edit("devices", exchange.device, "set", _changed(own, new))
    for port in before.ports.filter(before.ports["device"] == exchange.device)["port"]:
        yield Edit("ports", f"{quote(exchange.device, safe='')} {port}", "remove")
    ports = dict(exchange.ports)
    for row in before.links.sort("link").iter_rows(named=True):
        moved: dict[str, object] = {}
        for side in SIDES:
            port = row[f"{side}_port"]
            if row[f"{side}_device"] == exchange.device and port in ports:
                moved[f"{side}_port"] = ports[port]
                moved |= {f"{side}_adapter": None} if port in exchange.bare else {}
        if values := _changed(row, moved):
            yield Edit("links", str(row["link"]), "set", values)


def _changed(row: Row, new: Mapping[str, object]) -> tuple[tuple[str, object, object], ...]:
    return tuple((name, row[name], value) for name, value in new.items() if row[name] != value)


def _words(exchange: Exchange, rows: Sequence[Row]) -> Iterator[str]:
    device, ports = exchange.device, dict(exchange.ports)
    was = exchange.was or f"what stands there as {device}"
    yield f"Before: save the configuration of {device}; have it ready for {exchange.model} with the ports named below."
    yield f"Drain {device}: move all traffic off it, and wait until none of its links carries any."
    yield f"Take {was} out, and put {exchange.model} in its place."
    ends = _ends(exchange, rows)
    for port, use in ends.items():
        row, side = use[0]
        links = ", ".join(str(row["link"]) for row, _ in use)
        module = row[f"{side}_type"] or row[f"{side}_module"] or "the module"
        bare = f" without the {row[f'{side}_adapter']}" if port in exchange.bare else ""
        yield f"Put {module} of {links} from {port} into {ports[port]}{bare}, and its fibres with it."
    yield f"After: all links of {device} are up again, with light and FEC counters as noted before. Soak, then use it."
    yield f"Way back until the soak is over: {was} with its configuration and modules as before."
