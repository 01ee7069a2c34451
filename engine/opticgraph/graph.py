"""A design as RDF: one table from columns to properties, stable IRIs from names, canonical numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import polars as pl

from . import fields
from .design import SIDES, Design
from .fields import Field
from .nodes import Column, Lines, Nodes, Sort, ordered
from .ntriples import PART, RDF_TYPE, XSD, encoded, text
from .terms import OPTIC

__all__ = [
    "BASE",
    "OPTIC",
    "PART",
    "RDF_TYPE",
    "THINGS",
    "XSD",
    "Thing",
    "encoded",
    "end_of",
    "iri_of",
    "minted",
    "recorded",
    "to_graph",
]

BASE = "https://w3id.org/opticgraph/design#"
_NONE: Mapping[str, Column] = MappingProxyType({})


@dataclass(frozen=True)
class Thing:
    """A sort of node in a design: its class, the head of its IRIs, its name property and its fields."""

    type: str
    head: str
    name: str
    fields: tuple[Field, ...]
    links: tuple[str, ...] = ()  # object properties that tie it to the others


THINGS = {
    "link": Thing("Link", "link", "name", fields.LINK, ("aEnd", "bEnd", "inGroup")),
    "end": Thing("End", "link", "", fields.END, ("port", "module")),
    "cage": Thing("Cage", "port", "name", fields.PORT, ("onDevice",)),
    "module": Thing("Module", "module", "moduleName", (), ("seatedIn",)),
    "device": Thing("Device", "device", "name", fields.DEVICE),
    "group": Thing("Group", "group", "name", fields.GROUP),
}


def to_graph(design: Design, *, base: str = BASE) -> bytes:
    """The whole design as N-Triples: every line once, in code point order.

    Numbers are canonical as XSD 1.1 has it: no leading or trailing zeros, and no point in a whole number, so
    that 8 km is "8000"^^xsd:decimal. Words of closed lists are their IRIs; adapters are IRIs of the catalogue.
    """
    return b"".join(ordered(recorded(design, base=base)))


def recorded(design: Design, *, base: str = BASE) -> list[Sort]:
    """What a design says, by sort of node."""
    links, link, group = design.links, iri_of("link", "link", base=base), iri_of("group", "group", base=base)
    cage, device = iri_of("cage", "device", "port", base=base), iri_of("device", "device", base=base)
    module = iri_of("module", "device", "port", "module", base=base)
    ends = {side: end_of(link, side) for side in SIDES}
    plugged = []
    sorts = [_nodes("link", links, link, "link", {f"{side}End": ends[side] for side in SIDES} | {"inGroup": group})]
    for side in SIDES:
        names = [f"{side}_{name}" for name in ("device", "port", "module")]
        ties = {"port": iri_of("cage", *names[:2], base=base), "module": iri_of("module", *names, base=base)}
        sorts.append(_nodes("end", links, ends[side], "", ties, f"{side}_"))
        plugged.append(links.select(device=names[0], port=names[1], module=names[2]).drop_nulls())
    modules = pl.concat(plugged).unique()  # the legs of a breakout share one
    sorts += [
        _nodes("module", modules, module, "module", {"seatedIn": cage}),
        _nodes("cage", design.ports, cage, "port", {"onDevice": device}),
        _nodes("device", design.devices, device, "device"),
        _nodes("group", design.groups, group, "group"),
    ]
    return [*sorts, Lines(design.triples)]


def iri_of(thing: str, *columns: str, base: str = BASE) -> Column:
    """The IRIs of things of one sort from the columns with the names that tell them apart."""
    return lambda rows: minted(thing, *(rows[column] for column in columns), base=base)


def end_of(link: Column, side: str) -> Column:
    """The IRIs of the ends on one side of links."""
    return lambda rows: link(rows).str.strip_suffix(">") + f"/{side}>"


def minted(thing: str, *names: pl.Series, base: str = BASE) -> pl.Series:
    """The IRIs of things of one sort from the names that tell them apart, in angle brackets; null where a name is."""
    pieces: list[pl.Series | pl.Expr] = [pl.lit(f"<{base}{THINGS[thing].head}")]
    for name in names:
        pieces += [pl.lit("/"), encoded(name)]
    return pl.select(pl.concat_str([*pieces, pl.lit(">")])).to_series()


def _nodes(
    sort: str, rows: pl.DataFrame, iri: Column, name: str, ties: Mapping[str, Column] = _NONE, prefix: str = ""
) -> Nodes:
    thing = THINGS[sort]
    named: dict[str, Column] = {thing.name: lambda rows: text(rows[name])} if name else {}
    always: dict[str, Column] = {thing.type: lambda rows: pl.repeat(True, rows.height, eager=True)}
    return Nodes(rows, iri, named | dict(ties), thing.fields, prefix, always)
