"""RDF in any syntax into a Design, by the vocabulary of ontology/optics.ttl; what the columns do not hold is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from urllib.parse import unquote

import polars as pl
import pyoxigraph as ox

from .. import fields, terms
from ..design import DEVICE_SCHEMA, GROUP_SCHEMA, LINK_SCHEMA, PORT_SCHEMA, SIDES, Account, Design, Note
from ..errors import DesignError
from ..fields import Field
from ..graph import OPTIC, PART, RDF_TYPE, THINGS, minted
from . import cells
from .cells import Column
from .kept import kept
from .merge import settle
from .triples import Reading, literal, of_nodes, short, single, triples, unpacked

__all__ = ["FORMATS", "read"]

FORMATS: Mapping[str, ox.RdfFormat] = MappingProxyType(
    {
        ".ttl": ox.RdfFormat.TURTLE,
        ".nt": ox.RdfFormat.N_TRIPLES,
        ".nq": ox.RdfFormat.N_QUADS,
        ".trig": ox.RdfFormat.TRIG,
        ".jsonld": ox.RdfFormat.JSON_LD,
        ".rdf": ox.RdfFormat.RDF_XML,
        ".xml": ox.RdfFormat.RDF_XML,
        ".owl": ox.RdfFormat.RDF_XML,
    }
)
_LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
# Numbers as lexical forms; what does not match is looked at more closely.
_NUMBERS = (
    r'^"([^"\\]*)"\^\^<http://www\.w3\.org/2001/XMLSchema#(?:decimal|double|float|integer|'
    r"(?:unsigned)?(?:Long|Int|Short|Byte|long|int|short|byte)|(?:nonP|nonN|p|n)(?:ositive|egative)Integer)>$"
)


def read(path: str | Path, *, data: bytes | None = None, format: ox.RdfFormat | None = None) -> Design:
    """The design in one file of RDF; named graphs are read as one; every ill-typed or doubled value is raised at once.

    Nothing is fetched: neither owl:imports nor a remote JSON-LD context.
    """
    file = str(path)
    data = unpacked(Path(path).read_bytes() if data is None else data, file)
    ending = Path(file.removesuffix(".gz")).suffix.lower()
    reading = triples(data, format or FORMATS.get(ending, ox.RdfFormat.TURTLE), file)
    design = _design(reading)
    if reading.bad:
        raise DesignError(cells=tuple(reading.bad))
    return design


def _design(reading: Reading) -> Design:
    nodes = _nodes(reading)
    names = {thing: _names(reading, nodes[thing], THINGS[thing].name) for thing in ("link", "cage", "device", "group")}
    ports = _ports(reading, nodes["cage"], names)
    modules = _modules(reading, nodes["module"])
    links, ends = _links(reading, nodes["link"], names, ports, modules)
    port_frame = _settled(reading, ports.drop("node"), "cage", PORT_SCHEMA, ("device", "port"))
    devices = _things(reading, nodes["device"], names["device"], "device", DEVICE_SCHEMA)
    groups = _things(reading, nodes["group"], names["group"], "group", GROUP_SCHEMA)
    minted_iris = _minted(names, ports, links, ends)
    rest = kept(reading, nodes, minted_iris)
    counts = {"links": links.height, "ports": port_frame.height, "devices": devices.height, "groups": groups.height}
    account = Account(
        files=(reading.file,),
        counts=MappingProxyType(counts | {"triples": reading.all.height, "kept": rest.count(b"\n")}),
        ignored=tuple(sorted(reading.notes)),
    )
    return Design(
        links=links.select(pl.col(name).cast(kind) for name, kind in LINK_SCHEMA.items()).sort("link"),
        ports=port_frame,
        devices=devices,
        groups=groups,
        account=account,
        triples=rest,
    )


def _nodes(reading: Reading) -> dict[str, pl.Series]:
    """The nodes of each sort: by their class, or by the properties that only that sort has."""
    types = reading.said(RDF_TYPE)
    made = {
        "link": (["Link", "OpticalLink", "CableLink", "CoherentLink"], ["aEnd", "bEnd", "inGroup"], []),
        "end": (["End"], ["port", "module"], ["aEnd", "bEnd"]),
        "cage": (["Cage"], ["onDevice"], ["port", "seatedIn"]),
        "module": (["Module"], ["seatedIn", "ofType", "moduleName"], ["module"]),
        "device": (["Device"], [], ["onDevice"]),
        "group": (["Group"], [], ["inGroup"]),
    }
    nodes = {}
    for thing, (classes, of, into) in made.items():
        typed = types.filter(pl.col("o").is_in([f"<{OPTIC}{name}>" for name in classes]))["s"]
        found = [
            typed,
            *(reading.said(name)["s"] for name in of),
            *(reading.said(name)["n"].drop_nulls() for name in into),
        ]
        nodes[thing] = pl.concat([part.alias("node") for part in found]).unique().sort()
    return nodes


def _names(reading: Reading, nodes: pl.Series, property: str) -> pl.DataFrame:
    """node, name: optic:name, else rdfs:label, else the last part of the IRI; null for a blank node without either."""
    named = _text_of(reading, single(reading, property, nodes, what="one name"), property)
    held = pl.DataFrame({"node": nodes}).join(
        named.select(node="s", name="value"), on="node", how="left", maintain_order="left"
    )
    bare = held.filter(pl.col("name").is_null())["node"]
    if not bare.is_empty():
        labels = of_nodes(reading.said(_LABEL), bare)
        labels = labels.with_columns(plain=~pl.col("o").str.ends_with('"') & ~pl.col("o").str.ends_with("@en"))
        labels = labels.sort("plain", "o", maintain_order=True).unique("s", keep="first", maintain_order=True)
        reading.used.append(labels["at"])
        spoken = {node: literal(label) for node, label in labels.select("s", "o").iter_rows()}
        texts = zip(bare, reading.nodes.gather(bare), strict=True)
        spoken |= {node: _last(text) for node, text in texts if node not in spoken}
        told = pl.col("node").replace_strict(spoken, default=None, return_dtype=pl.String)
        held = held.with_columns(pl.coalesce("name", told))
    return held


def _ports(reading: Reading, nodes: pl.Series, names: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """node, device, port and the port columns of every cage."""
    on = single(reading, "onDevice", nodes, what="one device").join(
        names["device"].select(n="node", device="name"), on="n", how="left", maintain_order="left"
    )
    held = (
        names["cage"]
        .rename({"name": "port"})
        .join(on.select(node="s", device="device"), on="node", how="left", maintain_order="left")
    )
    for node, port, device in held.filter(pl.col("port").is_null() | pl.col("device").is_null()).iter_rows():
        if device is None:
            reading.wrong(node, "onDevice", "nothing", "the device, with a name")
        if port is None:
            reading.wrong(node, "name", "nothing", "the name that the device gives the port")
    return _with_fields(reading, held, fields.PORT, PORT_SCHEMA).drop_nulls(["device", "port"])


def _modules(reading: Reading, nodes: pl.Series) -> pl.DataFrame:
    """node, module, cage node: what each module is called and where it sits.

    The type is what the module is; the name is only what the record calls it, and counts where there is no type.
    """
    names = _text_of(reading, single(reading, "moduleName", nodes, what="one name"), "moduleName")
    types = single(reading, "ofType", nodes, what="one type")
    known = {token: _type_name(token) for token in types["o"].unique()}
    types = types.with_columns(value=pl.col("o").replace_strict(known, default=None, return_dtype=pl.String))
    for node, found in types.filter(pl.col("value").is_null()).select("s", "o").iter_rows():
        reading.wrong(node, "ofType", short(found), "a module type or part, such as part:100GBASE-LR4")
    seats = single(reading, "seatedIn", nodes, what="one cage")
    return (
        pl.DataFrame({"node": nodes})
        .join(types.select(node="s", type="value"), on="node", how="left", maintain_order="left")
        .join(names.select(node="s", name="value"), on="node", how="left", maintain_order="left")
        .join(seats.select(node="s", cage="n"), on="node", how="left", maintain_order="left")
        .select("node", "cage", module=pl.coalesce("type", "name"))
    )


def _links(
    reading: Reading, nodes: pl.Series, names: Mapping[str, pl.DataFrame], ports: pl.DataFrame, modules: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The links frame with its nodes; and every end as link, side, node."""
    links = names["link"].rename({"name": "link"})
    # A module that an end names is that end's; one that only sits in a cage is whose end the cage is.
    named = reading.said("module").select(node="n")
    seated = modules.drop_nulls("cage").join(named, on="node", how="anti")
    seated = seated.rename({"node": "seated", "module": "seated_module"})
    ends = []
    for side in SIDES:
        end = single(reading, f"{side}End", nodes, what="one end").select(node="s", end="n")
        for node in links.join(end, on="node", how="anti")["node"]:
            reading.wrong(node, f"{side}End", "nothing", "an end")
        at_end = _end(reading, end["end"], ports, modules, seated)
        links = links.join(end, on="node", how="left", maintain_order="left")
        columns = {name: f"{side}_{name}" for name in at_end.columns if name != "node"}
        links = links.join(at_end.rename({"node": "end", **columns}), on="end", how="left", maintain_order="left")
        ends.append(links.select("node", "end", side=pl.lit(side)).drop_nulls("end"))
        links = links.drop("end")
    in_group = single(reading, "inGroup", nodes, what="one group").join(
        names["group"].select(n="node", group="name"), on="n", how="left", maintain_order="left"
    )
    links = links.join(in_group.select(node="s", group="group"), on="node", how="left", maintain_order="left")
    generated = pl.format("{}:{}--{}:{}", "a_device", "a_port", "b_device", "b_port")
    links = links.with_columns(pl.coalesce("link", generated))
    links = _with_fields(reading, links, fields.LINK, LINK_SCHEMA)
    links = links.with_columns(pl.col(name).fill_null(value) for name, value in fields.ASSUMED.items())
    doubled = links.filter(pl.col("link").is_duplicated() & pl.col("link").is_not_null())
    for node, link in doubled.select("node", "link").iter_rows():
        reading.wrong(node, "name", link, "a name no other link has")
    return links.with_columns(file=pl.lit(reading.file), row=pl.lit(None, pl.Int64)), pl.concat(ends)


def _end(
    reading: Reading, nodes: pl.Series, ports: pl.DataFrame, modules: pl.DataFrame, seated: pl.DataFrame
) -> pl.DataFrame:
    """node and the end columns: its port, told by the module where it names none itself, and the other way round."""
    nodes = nodes.unique(maintain_order=True)
    port = single(reading, "port", nodes, what="one cage").select(node="s", cage="n")
    plugged = single(reading, "module", nodes, what="one module").select(node="s", plugged="n")
    held = pl.DataFrame({"node": nodes}).join(port, on="node", how="left", maintain_order="left")
    held = held.join(plugged, on="node", how="left", maintain_order="left")
    held = held.join(
        modules.rename({"node": "plugged", "cage": "seat"}), on="plugged", how="left", maintain_order="left"
    )
    apart = held.filter(pl.col("cage") != pl.col("seat"))
    for node, cage, seat in apart.select("node", "cage", "seat").iter_rows():
        reading.wrong(node, "port", reading.spoken(cage), f"{reading.spoken(seat)}, in which its module is seated")
    held = held.with_columns(pl.coalesce("cage", "seat"))
    several = seated.filter(pl.col("cage").is_duplicated())
    lone = (
        held.filter(pl.col("plugged").is_null())
        .join(several, on="cage", how="inner")
        .unique("node", maintain_order=True)
    )
    for node in lone["node"]:
        reading.wrong(node, "module", "nothing, and several modules in its cage", "the module of this end")
    held = held.join(
        seated.unique("cage", keep="none").select("cage", "seated_module"), on="cage", how="left", maintain_order="left"
    )
    module = pl.when(pl.col("plugged").is_null()).then("seated_module").otherwise("module").alias("module")
    held = held.with_columns(module).join(
        ports.select(cage="node", device="device", port="port"), on="cage", how="left", maintain_order="left"
    )
    for node in held.filter(pl.col("cage").is_null())["node"]:
        reading.wrong(node, "port", "nothing", "the cage that the end uses")
    held = held.select("node", "device", "port", "module")
    return _with_fields(
        reading,
        held,
        fields.END,
        pl.Schema({key.removeprefix("a_"): kind for key, kind in LINK_SCHEMA.items() if key.startswith("a_")}),
    )


def _things(reading: Reading, nodes: pl.Series, names: pl.DataFrame, thing: str, schema: pl.Schema) -> pl.DataFrame:
    held = _with_fields(reading, names.rename({"name": thing}), THINGS[thing].fields, schema)
    for node in held.filter(pl.col(thing).is_null())["node"]:
        reading.wrong(node, "name", "nothing", f"the name of the {thing}")
    held = held.drop_nulls(thing)
    blank = reading.nodes.gather(held["node"]).str.starts_with("_:")
    named = held.filter(~blank)
    for node, name in named.filter(pl.col(thing).is_duplicated()).select("node", thing).iter_rows():
        reading.wrong(node, "name", name, f"a name no other {thing} has")
    return _settled(reading, held.drop("node"), thing, schema, (thing,))


def _settled(reading: Reading, said: pl.DataFrame, thing: str, schema: pl.Schema, keys: Sequence[str]) -> pl.DataFrame:
    """One row a thing: blank nodes that describe the same one are put together, and must agree."""
    properties = {each.column: f"optic:{each.property}" for each in THINGS[thing].fields}
    place = said.with_columns(file=pl.lit(reading.file), row=pl.lit(0), via=pl.lit(""))
    settled, bad = settle(place, keys, lambda _, column: properties[column])
    reading.bad += bad
    if "modes" in settled.columns:
        settled = settled.with_columns(pl.col("modes").str.split(" "))
    return settled.select(pl.col(name).cast(kind) for name, kind in schema.items())


def _with_fields(reading: Reading, held: pl.DataFrame, about: Sequence[Field], schema: pl.Schema) -> pl.DataFrame:
    for each in about:
        kind = pl.String() if each.kind == "modes" else schema[each.column]
        if f"<{OPTIC}{each.property}>" in reading.predicates:
            values = _values(reading, each, held["node"]).select(node="s", value=pl.col("value").cast(kind))
            held = held.join(values.rename({"value": each.column}), on="node", how="left", maintain_order="left")
        else:
            held = held.with_columns(pl.lit(None, dtype=kind).alias(each.column))
    return held


def _values(reading: Reading, about: Field, nodes: pl.Series) -> pl.DataFrame:
    """s and the canonical value of one field, for the nodes that have it."""
    if about.kind in ("lanes", "modes"):
        return _many(reading, about, nodes)
    said = single(reading, about.property, nodes)
    if about.kind in ("text", "note"):
        return _text_of(reading, said, about.property)
    parsers: dict[str, Callable[[str], object]] = {
        "word": lambda token: _word(token, about),
        "adapter": _adapter,
    }
    numeric = about.kind in ("decimal", "whole", "count")
    tokens = said["o"].str.extract(_NUMBERS).fill_null(said["o"]) if numeric else said["o"]
    read = _number(about) if numeric else parsers[about.kind]
    return _parsed(reading, said, tokens, about, read)


def _many(reading: Reading, about: Field, nodes: pl.Series) -> pl.DataFrame:
    said = of_nodes(reading.said(about.property), nodes)
    reading.used.append(said["at"])
    lane = Field(about.column, "", about.property, "count", low=about.low, high=about.high)
    if about.kind == "lanes":
        tokens = said["o"].str.extract(_NUMBERS).fill_null(said["o"])
        values = _parsed(reading, said, tokens, lane, _number(lane))
        return values.group_by("s").agg(pl.col("value").drop_nulls().unique().sort())
    values = _parsed(reading, said, said["o"], about, lambda token: " ".join(cells.modes(literal(token) or "")))
    joined = values.group_by("s").agg(pl.col("value").unique().sort().str.join(" "))
    texts = {text: " ".join(cells.modes(text)) for text in joined["value"].unique() if text}
    return joined.with_columns(pl.col("value").replace(texts))


def _parsed(
    reading: Reading, said: pl.DataFrame, tokens: pl.Series, about: Field, read: Callable[[str], object]
) -> pl.DataFrame:
    values, wrong, finer = cells.column(tokens, Column(about.property, about), read)
    if finer:
        text = f"{finer} of {len(tokens)} numbers are finer than a thousandth of {about.unit} and were rounded"
        reading.notes.append(Note(reading.file, f"optic:{about.property}", text))
    for at, expected in wrong.items():
        reading.wrong(said["s"][at], about.property, short(said["o"][at]), expected)
    return said.select("s").with_columns(value=values)


def _text_of(reading: Reading, said: pl.DataFrame, name: str) -> pl.DataFrame:
    """s and the text of a literal: one line of it, except in a note."""
    plain = said["o"].str.extract(r'^"([^"\\]*)"(?:@[A-Za-z0-9-]+|\^\^<[^>]*>)?$')
    rest = said.with_columns(value=plain).filter(pl.col("value").is_null())["o"].unique()
    spoken = {token: literal(token) for token in rest}
    values = (
        plain.fill_null(said["o"].replace_strict(spoken, default=None, return_dtype=pl.String)) if spoken else plain
    )
    values = values.str.strip_chars()
    values = values.to_frame("v").select(pl.when(pl.col("v") != "").then("v")).to_series()
    for at in values.is_null().arg_true():
        reading.wrong(said["s"][at], name, short(said["o"][at]), "text")
    if name != "note":
        for at in values.str.contains(cells.CONTROL).fill_null(False).arg_true():
            reading.wrong(said["s"][at], name, repr(values[at]), "one line of text without control characters")
    return said.select("s").with_columns(value=values)


def _number(about: Field) -> Callable[[str], int]:
    def read(token: str) -> int:
        if token.startswith(('"', "<", "_:")):
            kind, example = ("decimal", "2.5") if about.kind == "decimal" else ("whole number", "2")
            of = f" of {about.unit}" if about.unit else ""
            raise ValueError(f"a {kind}{of} such as {example}, without quotes or unit")
        return cells.number(token, about)

    return read


def _word(token: str, about: Field) -> str:
    if token.startswith("<"):
        known = terms.from_iri(token[1:-1])
        if known and known[0] == about.words:
            return known[1]
        raise ValueError(terms.expected(about.words, token[1:-1].rsplit("#", 1)[-1].rsplit("/", 1)[-1]))
    return cells.word(literal(token) or "", about.words)


def _adapter(token: str) -> str | None:
    if token.startswith(f"<{PART}"):
        return cells.adapter(unquote(token[len(PART) + 1 : -1]))
    if token.startswith('"'):
        return cells.adapter(literal(token) or "")
    raise ValueError("an adapter of the catalogue, such as part:OSFP-to-QSFP")


def _type_name(token: str) -> str | None:
    """The name under which the catalogue knows a type: its part in the catalogue's namespace, or all of another IRI."""
    if not token.startswith("<"):
        return None
    return unquote(token[1:-1].removeprefix(PART))


def _minted(
    names: Mapping[str, pl.DataFrame], ports: pl.DataFrame, links: pl.DataFrame, ends: pl.DataFrame
) -> dict[str, pl.DataFrame]:
    """For each sort the node of the file and the IRI it has in the design's own graph."""
    told = links.select("node", "link").drop_nulls()
    iris = pl.DataFrame({"node": told["node"], "iri": minted("link", told["link"])})
    at_ends = ends.join(iris, on="node").select(
        node="end", iri=pl.col("iri").str.strip_suffix(">") + "/" + pl.col("side") + ">"
    )
    devices, groups = names["device"].drop_nulls(), names["group"].drop_nulls()
    return {
        "link": iris,
        "end": at_ends.unique("node"),
        "cage": pl.DataFrame({"node": ports["node"], "iri": minted("cage", ports["device"], ports["port"])}),
        "device": pl.DataFrame({"node": devices["node"], "iri": minted("device", devices["name"])}),
        "group": pl.DataFrame({"node": groups["node"], "iri": minted("group", groups["name"])}),
    }


def _last(node: str) -> str | None:
    """The last part of an IRI, decoded; None for a blank node."""
    if node.startswith("_:"):
        return None
    iri = node[1:-1]
    fragment = iri.partition("#")[2]
    return unquote(fragment or iri.rstrip("/").rsplit("/", 1)[-1]) or None
