"""One maker's file of host models: what each source says of a model's ports, as it stands in the Turtle."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import MappingProxyType

import pyoxigraph as ox

from .ports import port_numbers
from .terms import OPTIC, from_iri

__all__ = ["HOST", "Host", "PortRange", "in_order", "read_host", "read_names"]

HOST = "https://w3id.org/opticgraph/hosts#"
_SOURCE = "http://purl.org/dc/terms/source"
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_Node = ox.NamedNode | ox.BlankNode
_About = Mapping[str, tuple[_Node | ox.Literal, ...]]


@dataclass(frozen=True)
class PortRange:
    """Ports of a model about which one source says the same.

    ports        their numbers; empty if the source does not number them
    count        how many they are, or None
    names        how the device names them, such as Ethernet1/{port}
    modes        breakout modes; modes_in_part: there may be more; no_breakout: the source says there are none
    worked_out   local names of properties that were worked out, not read in the source
    disputed     local names of properties on which another source differs
    """

    ports: tuple[int, ...]
    count: int | None
    names: tuple[str, ...]
    condition: str | None
    form_factor: str | None
    lanes: int | None
    lane_rate_gbps: int | None
    rates_gbps: tuple[int, ...]
    modes: tuple[str, ...]
    modes_in_part: bool
    no_breakout: bool
    power_mw: int | None
    port_group_rule: str | None
    refused_optics: tuple[str, ...]
    fec_notes: tuple[str, ...]
    notes: tuple[str, ...]
    worked_out: tuple[str, ...]
    disputed: tuple[str, ...]
    sources: tuple[str, ...]

    @property
    def pattern(self) -> str | None:
        """The first of its names that has the number of a port in it, as {port}; None where none has."""
        return next((name for name in self.names if "{port}" in name), None)


@dataclass(frozen=True)
class Host:
    """A model as its maker names it; evidence is `read`, or `none` if no public source was found for it."""

    iri: str
    maker: str
    name: str
    other_names: tuple[str, ...]
    kind: str
    evidence: str
    ranges: tuple[PortRange, ...]


def read_host(path: Path, model: str) -> Host:
    """The model of this local name; KeyError if the file has none."""
    everything = _read(path)
    about = everything[ox.NamedNode(HOST + model)]
    nodes = [node for node in about[OPTIC + "portRange"] if not isinstance(node, ox.Literal)]
    return Host(
        iri=HOST + model,
        maker=_words(about, "maker")[0],
        name=_words(about, "name")[0],
        other_names=_words(about, "altName"),
        kind=_word(about, "hostKind") or "device",
        evidence=_concept(about, "evidence") or "none",
        # Blank nodes come in no order: by their ports, then by all else that is said of them.
        ranges=tuple(
            sorted((_range(everything[node], about) for node in nodes), key=lambda each: (each.ports, repr(each)))
        ),
    )


def read_names(path: Path) -> Iterator[tuple[str, str]]:
    """Every name in the file with the local name of its model, or with an empty one if it is a maker's."""
    for node, about in _read(path).items():
        if isinstance(node, ox.NamedNode):
            is_model = ox.NamedNode(OPTIC + "HostModel") in about[_TYPE]
            for name in _words(about, "name", "altName"):
                yield name, node.value.removeprefix(HOST) if is_model else ""


def in_order(modes: frozenset[str]) -> tuple[str, ...]:
    """Breakout modes by the rate of their first legs, the highest first, then by the count of these."""

    def key(mode: str) -> tuple[int, int, str]:
        legs, rate = mode.partition("+")[0].removesuffix("G").split("x")
        return -int(rate), int(legs), mode

    return tuple(sorted(modes, key=key))


def _range(about: _About, of_host: _About) -> PortRange:
    """One port range; names, sources and what was worked out may stand on the model for all its ranges."""
    ports = tuple(number for text in _words(about, "ports") for number in port_numbers(text))
    sources = about.get(_SOURCE) or of_host.get(_SOURCE, ())
    return PortRange(
        ports=ports,
        count=_whole(about, "portCount") or len(ports) * max(1, len(_words(about, "portName"))) or None,
        names=_words(about, "portName") or _words(of_host, "portName"),
        condition=_word(about, "condition"),
        form_factor=_concept(about, "formFactor"),
        lanes=_whole(about, "electricalLanes"),
        lane_rate_gbps=_whole(about, "electricalLaneRateGbps"),
        rates_gbps=tuple(sorted(int(Decimal(rate)) for rate in _words(about, "rateGbps"))),
        modes=in_order(frozenset(_words(about, "breakoutMode"))),
        modes_in_part=_word(about, "modesInPart") == "true",
        no_breakout=_word(about, "noBreakout") == "true",
        power_mw=_whole(about, "powerLimitW", 1000),
        port_group_rule=_word(about, "portGroupRule"),
        refused_optics=_words(about, "refusedOptics"),
        fec_notes=_words(about, "fecNote"),
        notes=_words(about, "note"),
        worked_out=_locals(about.get(OPTIC + "workedOut") or of_host.get(OPTIC + "workedOut", ())),
        disputed=_locals(about.get(OPTIC + "disputed", ())),
        sources=tuple(sorted(source.value for source in sources)),
    )


def _words(about: _About, *names: str) -> tuple[str, ...]:
    """Values of properties as they are written, A to Z."""
    return tuple(sorted(value.value for name in names for value in about.get(OPTIC + name, ())))


def _word(about: _About, name: str) -> str | None:
    values = _words(about, name)
    return values[0] if values else None


def _whole(about: _About, name: str, times: int = 1) -> int | None:
    value = _word(about, name)
    return None if value is None else int(Decimal(value) * times)


def _concept(about: _About, name: str) -> str | None:
    """The notation of a closed list's concept."""
    value = _word(about, name)
    known = from_iri(value) if value else None
    return known[1] if known else None


def _locals(values: tuple[_Node | ox.Literal, ...]) -> tuple[str, ...]:
    return tuple(sorted(value.value.removeprefix(OPTIC) for value in values))


@cache
def _read(path: Path) -> Mapping[_Node, _About]:
    """One file's triples by subject and property."""
    everything: dict[_Node, dict[str, list[_Node | ox.Literal]]] = defaultdict(lambda: defaultdict(list))
    for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
        if not isinstance(quad.subject, ox.Triple) and not isinstance(quad.object, ox.Triple):
            everything[quad.subject][quad.predicate.value].append(quad.object)
    return MappingProxyType(
        {node: {name: tuple(values) for name, values in about.items()} for node, about in everything.items()}
    )
