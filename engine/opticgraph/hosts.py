"""What is known of a model of switch, router or card, and of one of its ports by name.

ontology/hosts has one file a maker; ontology/hosts/index.csv tells which file holds a model under which of its names,
so that a look-up reads one file. Each port range is what one source says; where sources differ, all stand.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from types import MappingProxyType
from unicodedata import normalize

from .hostfile import HOST, Host, PortRange, in_order, read_host, read_names
from .ports import bare_number, port_number, same_rate, same_shape
from .resources import folder

__all__ = ["HOST", "Host", "PortFacts", "PortRange", "find", "index_text", "near", "port"]

_LONGEST = 200  # thrice the longest name in the index; a cell may hold a whole text


@dataclass(frozen=True)
class PortFacts:
    """What is known of one port; None is not known, or contested, which `contested` says in sentences.

    modes          breakout modes, empty if there are none; modes_complete: no others are offered
    modes_agreed   the modes that no source denies, also when `modes` is contested
    derived        fields of this class whose value was worked out, not read
    conditions     what must hold for these facts, such as a port mode
    """

    host: str
    port: int | None
    form_factor: str | None
    lanes: int | None
    lane_rate_gbps: int | None
    power_mw: int | None
    modes: tuple[str, ...] | None
    modes_complete: bool
    modes_agreed: tuple[str, ...]
    port_group_rules: tuple[str, ...]
    refused_optics: tuple[str, ...]
    fec_notes: tuple[str, ...]
    notes: tuple[str, ...]
    conditions: tuple[str, ...]
    derived: tuple[str, ...]
    sources: tuple[str, ...]
    contested: tuple[str, ...]


def find(device_type: str) -> Host | None:
    """The model that a record means by a maker and model, a model alone or a part number of the maker's.

    Case, blanks, hyphens and other signs do not matter. A maker's name before the model may be left out, or be one
    of its other names (Mellanox SN2700), but must be the right one.
    """
    models, makers = _index()
    name = _fold(device_type)[:_LONGEST]
    found = set(models.get(name, ()))
    for end in range(1, len(name)):
        files = makers.get(name[:end], ())
        found |= {model for model in models.get(name[end:], ()) if model.partition(".")[0] in files}
    return _host(*found) if len(found) == 1 else None


def near(device_type: str) -> tuple[str, ...]:
    """Makers and models that are spelt much like this, the nearest first: a hint for a name that was not found."""
    models, makers = _index()
    name = _fold(device_type)[:_LONGEST]
    starts = [maker for maker in makers if name.startswith(maker)]
    bare = name[len(max(starts, key=len, default="")) :]
    hosts = [_host(model) for close in get_close_matches(bare, models, n=8, cutoff=0.75) for model in models[close]]
    return tuple(dict.fromkeys(f"{host.maker} {host.name}" for host in hosts))[:5]


def port(host: Host, port_name: str) -> PortFacts | None:
    """What the sources say about one port, or None if none speaks of a port of that name.

    A name is told by how the device names its ports (ports.port_number). A bare number is taken as the maker counts,
    but not on a model that counts from 0 and for which no port name is known, nor on one that counts by slots: there
    it is unclear where the count begins. Ranges whose ports the source does not number tell nothing of one port.

    Where ranges that hold the port differ in a value: (1) one that was read is believed before one that was worked
    out; then (2) that of a range whose ports are a proper part of those of every range with another value, as the
    finer statement. Neither holds where a range marks the property as disputed or holds under a condition only, such
    as a port mode. Else the value is contested. Breakout modes from a source that shows only those it happens to use
    add to those of other such sources, and agree with a full list that has them all.
    """
    held = _ranges_of(host, port_name) if host.evidence != "none" else []
    if not held:
        return None
    ranges = [each for _, each in held]
    numbers = {number for number, _ in held}
    where = f"{host.name} {port_name.strip()}"
    settled = {
        "form_factor": _settle(where, "form factor", "formFactor", [(each, each.form_factor) for each in ranges]),
        "lanes": _settle(where, "lanes", "electricalLanes", [(each, each.lanes) for each in ranges]),
        "lane_rate_gbps": _settle(
            where, "lane rate in Gb/s", "electricalLaneRateGbps", [(each, each.lane_rate_gbps) for each in ranges]
        ),
        "power_mw": _settle(where, "power limit in mW", "powerLimitW", [(each, each.power_mw) for each in ranges]),
    }
    modes = _settle_modes(where, ranges)
    form_factor = settled["form_factor"].value
    return PortFacts(
        host=host.name,
        port=numbers.pop() if len(numbers) == 1 else None,
        form_factor=form_factor if isinstance(form_factor, str) else None,
        lanes=_number(settled["lanes"].value),
        lane_rate_gbps=_number(settled["lane_rate_gbps"].value),
        power_mw=_number(settled["power_mw"].value),
        modes=modes.modes,
        modes_complete=modes.complete,
        modes_agreed=modes.agreed,
        port_group_rules=_all(each.port_group_rule for each in ranges),
        refused_optics=_all(words for each in ranges for words in each.refused_optics),
        fec_notes=_all(words for each in ranges for words in each.fec_notes),
        notes=_all(words for each in ranges for words in each.notes),
        conditions=_all(each.condition for each in ranges),
        derived=tuple(field for field, each in settled.items() if each.derived),
        sources=_all(source for each in ranges for source in each.sources),
        contested=_all([*(each.contested for each in settled.values()), modes.contested]),
    )


def index_text(hosts: Path) -> str:
    """What index.csv must say about the Turtle files in the folder: name, file, model; makers have no model."""
    rows = {(_fold(name), path.name, model) for path in hosts.glob("*.ttl") for name, model in read_names(path)}
    lines = [",".join(row) for row in sorted(rows, key=lambda row: (row[1], row[2], row[0]))]
    return "\n".join(["name,file,model", *lines, ""])


def _ranges_of(host: Host, port_name: str) -> list[tuple[int | None, PortRange]]:
    """The ranges that hold the port of this name, each with the number that the name means in it."""
    given = tuple(dict.fromkeys(name for each in host.ranges for name in each.names))
    patterns = tuple(name for name in given if "{port}" in name)
    shared = patterns if same_shape(patterns) else ()
    held: list[tuple[int | None, PortRange]] = [
        (None, each) for each in host.ranges if any(_fold(name) == _fold(port_name) for name in each.names)
    ]
    for any_rate, any_member in ((False, False), (True, False), (True, True)):
        told = [
            (name, number, each)
            for each in host.ranges
            for name in (each.names or shared if not held else ())
            if (number := port_number(port_name, name, any_rate=any_rate, any_member=any_member)) in each.ports
        ]
        if any_rate and not same_rate(name for name, _, _ in told):
            return []  # ports are counted anew for each rate, and the name does not tell which
        held = held or list(dict.fromkeys((number, each) for _, number, each in told))
    number = bare_number(port_name)
    counted_from_0_unnamed = not patterns and any(0 in each.ports for each in host.ranges)
    if held or number is None or not same_shape(patterns) or counted_from_0_unnamed:
        return held
    return [(number, each) for each in host.ranges if number in each.ports]


@dataclass(frozen=True)
class _Settled:
    value: object = None
    derived: bool = False
    contested: str | None = None


@dataclass(frozen=True)
class _Modes:
    modes: tuple[str, ...] | None
    complete: bool
    agreed: tuple[str, ...]
    contested: str | None = None


def _settle(where: str, what: str, name: str, values: list[tuple[PortRange, object]]) -> _Settled:
    """One property of a port from what its ranges say, by the rule that port() states."""
    said = [(each, value) for each, value in values if value is not None]
    if len({value for _, value in said}) > 1 and not any(name in each.disputed or each.condition for each, _ in said):
        said = [(each, value) for each, value in said if name not in each.worked_out] or said
        finest = [
            (each, value)
            for each, value in said
            if all(set(each.ports) < set(other.ports) for other, said_else in said if said_else != value)
        ]
        said = finest or said
    distinct = {value for _, value in said}
    if len(distinct) > 1:
        return _Settled(contested=_sentence(where, what, said))
    return _Settled(next(iter(distinct), None), bool(said) and all(name in each.worked_out for each, _ in said))


def _settle_modes(where: str, ranges: list[PortRange]) -> _Modes:
    """The breakout modes of a port; a list in part adds to another, and agrees with a full one that has all of it."""
    full = [(each, each.modes) for each in ranges if (each.modes and not each.modes_in_part) or each.no_breakout]
    part = [(each, each.modes) for each in ranges if each.modes and each.modes_in_part]
    shown = frozenset(mode for _, modes in part for mode in modes)
    if not full:
        return _Modes(in_order(shown) or None, complete=False, agreed=in_order(shown))
    settled = _settle(where, "breakout", "breakoutMode", [(each, modes) for each, modes in full])
    for _, modes in full:
        if modes == settled.value and shown <= set(modes):
            return _Modes(modes, complete=True, agreed=modes)
    agreed = in_order(frozenset.intersection(*(frozenset(modes) for _, modes in full)))
    sentence = settled.contested or _sentence(where, "breakout", [*full, *part])
    return _Modes(None, complete=False, agreed=agreed, contested=sentence)


def _sentence(where: str, what: str, said: Sequence[tuple[PortRange, object]]) -> str:
    """Which source says what: `SN4410 swp1: form factor is QSFP-DD by A; QSFP28-DD by B`."""
    by_value: dict[str, list[str]] = defaultdict(list)
    for each, value in said:
        shown = ", ".join(value) or "none" if isinstance(value, tuple) else str(value)
        by_value[shown] += [f"{source} with {each.condition}" if each.condition else source for source in each.sources]
    words = "; ".join(f"{value} by {' and '.join(dict.fromkeys(by))}" for value, by in sorted(by_value.items()))
    return f"{where}: {what} is {words}"


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _all(words: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(sorted({each for each in words if each}))


def _fold(name: str) -> str:
    """A name without what people spell differently: case, blanks, hyphens and other signs; a plus is kept."""
    return re.sub(r"[^a-z0-9+]", "", normalize("NFKD", name).casefold())


def _host(model: str) -> Host:
    """The model of this local name, which begins with the name of its maker's file."""
    return read_host(folder("ontology") / "hosts" / f"{model.partition('.')[0]}.ttl", model)


@cache
def _index() -> tuple[Mapping[str, tuple[str, ...]], Mapping[str, tuple[str, ...]]]:
    """Models by name, and makers' files without their ending by name."""
    models: dict[str, tuple[str, ...]] = defaultdict(tuple)
    makers: dict[str, tuple[str, ...]] = defaultdict(tuple)
    with (folder("ontology") / "hosts" / "index.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["model"]:
                models[row["name"]] += (row["model"],)
            else:
                makers[row["name"]] += (row["file"].removesuffix(".ttl"),)
    return MappingProxyType(models), MappingProxyType(makers)
