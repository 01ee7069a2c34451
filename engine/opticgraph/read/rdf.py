"""RDF in any syntax into a Design, by the vocabulary of ontology/optics.ttl; what the columns do not hold is kept."""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from operator import attrgetter
from pathlib import Path
from types import MappingProxyType
from urllib.parse import unquote

import polars as pl
import pyoxigraph as ox

from .. import fields, terms
from ..design import DEVICE_SCHEMA, GROUP_SCHEMA, LINK_SCHEMA, PORT_SCHEMA, SIDES, Account, Design, Note
from ..errors import BadCell, DesignError
from ..fields import Field
from ..graph import BASE, OPTIC, PART, RDF_TYPE, THINGS, XSD, minted
from ..resources import folder
from . import cells
from .cells import Column
from .merge import settle

__all__ = ["FORMATS", "read", "unpacked"]

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
UNPACKED = 1 << 32  # bytes; a million links as N-Triples are about six billion, so give those unpacked
_TIES = ("aEnd", "bEnd", "port", "module", "seatedIn", "onDevice", "inGroup")
_LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
_SAME = "http://www.w3.org/2002/07/owl#sameAs"
_NUMBERS = r'^"([^"\\]*)"\^\^<http://www\.w3\.org/2001/XMLSchema#(?:decimal|double|float|integer|(?:unsigned)?(?:long|int|short|byte)|(?:non)?(?:positive|negative)Integer)>$'
_ESCAPE = re.compile(r'\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))')
_PLAIN = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}


@dataclass
class _Reading:
    """The triples of one file with nodes as numbers, and what was found wrong or used up while columns were made of them."""

    file: str
    nodes: pl.Series  # every node that has triples or is tied to, in N-Triples; its place is its number
    predicates: tuple[str, ...]
    all: pl.DataFrame  # at, s and p as numbers, o in N-Triples
    bad: list[BadCell] = field(default_factory=list)
    used: list[pl.Series] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def said(self, name: str) -> pl.DataFrame:
        """at, s, o of every triple with a property of the optic: namespace, or with a whole IRI."""
        iri = f"<{name if ':' in name else OPTIC + name}>"
        code = self.predicates.index(iri) if iri in self.predicates else -1
        return self.all.lazy().filter(pl.col("p") == code).select("at", "s", "o").collect()

    def tied(self, name: str) -> pl.DataFrame:
        """The same of a property that ties nodes, with the numbers of both; literals are left out."""
        said = self.said(name).with_columns(_numbered(pl.col("o"), self.nodes))
        return said.drop_nulls("o")

    def wrong(self, node: int, name: str, found: str, expected: str) -> None:
        self.bad.append(BadCell(self.file, 0, f"optic:{name} of {self.spoken(node)}", found, expected))

    def spoken(self, node: int, depth: int = 3) -> str:
        """A node as an error names it: a blank one by what leads to it."""
        text = str(self.nodes[node])
        if not text.startswith("_:"):
            return _short(text)
        if not depth or text not in self._leads:
            return "a blank node"
        subject, predicate = self._leads[text]
        return f"{_short(self.predicates[predicate])} of {self.spoken(subject, depth - 1)}"

    @cached_property
    def _leads(self) -> dict[str, tuple[int, int]]:
        blank = self.all.filter(pl.col("o").str.starts_with("_:")).unique("o", keep="first", maintain_order=True)
        return {o: (s, p) for o, s, p in blank.select("o", "s", "p").iter_rows()}


def read(path: str | Path, *, data: bytes | None = None, format: ox.RdfFormat | None = None) -> Design:
    """The design in one file of RDF; named graphs are read as one; every ill-typed or doubled value is raised at once.

    Nothing is fetched: neither owl:imports nor a remote JSON-LD context.
    """
    file = str(path)
    data = unpacked(Path(path).read_bytes() if data is None else data, file)
    ending = Path(file.removesuffix(".gz")).suffix.lower()
    lines = _lines(data, format or FORMATS.get(ending, ox.RdfFormat.TURTLE), file)
    reading = _reading(lines, file)
    design = _design(reading)
    if reading.bad:
        raise DesignError(cells=tuple(reading.bad))
    return design


def unpacked(data: bytes, file: str) -> bytes:
    """The content of a gzip file; any other file as it is."""
    if not data.startswith(b"\x1f\x8b"):
        return data
    try:
        with gzip.open(io.BytesIO(data)) as packed:
            unpacked = packed.read(UNPACKED + 1)
    except (OSError, EOFError, zlib.error) as error:
        found = f"a gzip file that is broken or cut off ({error})"
        raise DesignError(cells=(BadCell(file, 0, "", found, "a whole gzip file"),)) from error
    if len(unpacked) > UNPACKED:
        found = f"a gzip file that unpacks to more than {UNPACKED >> 30} GiB"
        raise DesignError(cells=(BadCell(file, 0, "", found, "a smaller one, or the file unpacked"),))
    return unpacked


def _lines(data: bytes, format: ox.RdfFormat, file: str) -> bytes:
    """The triples as N-Triples."""
    try:
        quads = ox.parse(data, format=format, base_iri=BASE.removesuffix("#"))
        several = format in (ox.RdfFormat.TRIG, ox.RdfFormat.N_QUADS, ox.RdfFormat.JSON_LD)
        triples = map(attrgetter("triple"), quads) if several else quads
        return ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""
    except (SyntaxError, ValueError) as error:
        said = error.msg if isinstance(error, SyntaxError) else str(error)
        line = error.lineno or 0 if isinstance(error, SyntaxError) else 0
        if "LoadDocumentCallback" in said:
            found, expected = "a remote @context, which is not fetched", "the context written into the file"
        else:
            found, expected = re.sub(r"^Parser error at line \d+ ", "", said), f"{format.name} without errors"
        raise DesignError(cells=(BadCell(file, line, "", found, expected),)) from error


def _reading(lines: bytes, file: str) -> _Reading:
    if not lines:
        empty = pl.DataFrame(schema={"at": pl.UInt32, "s": pl.UInt32, "p": pl.UInt32, "o": pl.String})
        return _Reading(file, pl.Series([], dtype=pl.String), (), empty)
    text = pl.read_csv(lines, has_header=False, separator="\x01", quote_char=None, infer_schema=False, new_columns=["l"])
    parts = text.select(pl.col("l").str.splitn(" ", 3)).to_series().struct.rename_fields(["s", "p", "o"]).struct.unnest()
    del text
    parts = _steady(parts.with_columns(pl.col("o").str.strip_suffix(" .")))
    predicates = parts["p"].unique().sort()
    ties = [f"<{OPTIC}{name}>" for name in _TIES]
    tied = parts.filter(pl.col("p").is_in(ties) & ~pl.col("o").str.starts_with('"'))["o"]
    nodes = pl.concat([parts["s"].unique(maintain_order=True), tied.unique(maintain_order=True).alias("s")])
    nodes = nodes.unique(maintain_order=True)
    coded = parts.with_columns(_numbered(pl.col("s"), nodes), _numbered(pl.col("p"), predicates))
    return _Reading(file, nodes, tuple(predicates), coded.with_row_index("at"))


def _numbered(texts: pl.Expr, known: pl.Series) -> pl.Expr:
    """The places of texts in a series that holds each once; null for what it does not hold."""
    return texts.cast(pl.Enum(known), strict=False).to_physical().cast(pl.UInt32)


def _steady(triples: pl.DataFrame) -> pl.DataFrame:
    """Blank nodes called b0, b1, ... in the order of the file, so that the same file gives the same bytes."""
    blank = [pl.col(name).str.starts_with("_:") for name in ("s", "o")]
    met = triples.filter(blank[0] | blank[1]).select(pl.concat_list("s", "o")).to_series().explode()
    labels = met.filter(met.str.starts_with("_:")).unique(maintain_order=True)
    if labels.is_empty():
        return triples
    fresh = "_:b" + pl.Series(range(len(labels)), dtype=pl.Int64).cast(pl.String)
    return triples.with_columns(pl.when(is_blank).then(pl.col(name).replace(labels, fresh)).otherwise(name).alias(name)
        for name, is_blank in zip(("s", "o"), blank, strict=True))


def _design(reading: _Reading) -> Design:
    nodes = _nodes(reading)
    names = {thing: _names(reading, nodes[thing], THINGS[thing].name) for thing in ("link", "cage", "device", "group")}
    ports = _ports(reading, nodes["cage"], names)
    modules = _modules(reading, nodes["module"])
    links, ends = _links(reading, nodes["link"], names, ports, modules)
    port_frame = _settled(reading, ports.drop("node"), "cage", PORT_SCHEMA, ("device", "port"))
    devices = _things(reading, nodes["device"], names["device"], "device", DEVICE_SCHEMA)
    groups = _things(reading, nodes["group"], names["group"], "group", GROUP_SCHEMA)
    minted_iris = _minted(names, ports, links, ends)
    triples = _left(reading, nodes, minted_iris)
    counts = {"links": links.height, "ports": port_frame.height, "devices": devices.height, "groups": groups.height}
    account = Account(
        files=(reading.file,),
        counts=MappingProxyType(counts | {"triples": reading.all.height, "kept": triples.count(b"\n")}),
        ignored=tuple(sorted(reading.notes)),
    )
    return Design(
        links=links.select(pl.col(name).cast(kind) for name, kind in LINK_SCHEMA.items()).sort("link"),
        ports=port_frame, devices=devices, groups=groups, account=account, triples=triples,
    )


def _nodes(reading: _Reading) -> dict[str, pl.Series]:
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
        found = [typed, *(reading.said(name)["s"] for name in of), *(reading.tied(name)["o"] for name in into)]
        nodes[thing] = pl.concat([part.alias("node") for part in found]).unique().sort()
    return nodes


def _about(said: pl.DataFrame, nodes: pl.Series) -> pl.DataFrame:
    """What is said of these nodes."""
    return said.join(nodes.to_frame("s"), on="s", how="semi")


def _single(reading: _Reading, name: str, nodes: pl.Series, *, what: str = "one value") -> pl.DataFrame:
    """at, s, o: the one value that each node has of a property; a second one is an error."""
    tie = name in _TIES
    said = _about(reading.said(name), nodes)
    reading.used.append(said["at"])
    if said["s"].is_duplicated().any():
        said = said.unique(["s", "o"], keep="first", maintain_order=True)  # the same may be said in several graphs
        often = said.filter(pl.col("s").is_duplicated()).group_by("s", maintain_order=True).agg("o")
        for node, found in often.iter_rows():
            reading.wrong(node, name, " and ".join(_short(each) for each in found), what)
        said = said.unique("s", keep="first", maintain_order=True)
    if not tie:
        return said
    for node, found in said.filter(pl.col("o").str.starts_with('"')).select("s", "o").iter_rows():
        reading.wrong(node, name, _short(found), what)
    return said.with_columns(_numbered(pl.col("o"), reading.nodes)).drop_nulls("o")


def _names(reading: _Reading, nodes: pl.Series, property: str) -> pl.DataFrame:
    """node, name: optic:name, else rdfs:label, else the last part of the IRI; null for a blank node without either."""
    named = _text_of(reading, _single(reading, property, nodes, what="one name"), property)
    held = pl.DataFrame({"node": nodes}).join(named.select(node="s", name="value"), on="node", how="left", maintain_order="left")
    bare = held.filter(pl.col("name").is_null())["node"]
    if not bare.is_empty():
        labels = _about(reading.said(_LABEL), bare)
        labels = labels.with_columns(plain=~pl.col("o").str.ends_with('"') & ~pl.col("o").str.ends_with("@en"))
        labels = labels.sort("plain", "o", maintain_order=True).unique("s", keep="first", maintain_order=True)
        reading.used.append(labels["at"])
        spoken = {node: _literal(label) for node, label in labels.select("s", "o").iter_rows()}
        texts = zip(bare, reading.nodes.gather(bare), strict=True)
        spoken |= {node: _last(text) for node, text in texts if node not in spoken}
        told = pl.col("node").replace_strict(spoken, default=None, return_dtype=pl.String)
        held = held.with_columns(pl.coalesce("name", told))
    return held


def _ports(reading: _Reading, nodes: pl.Series, names: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """node, device, port and the port columns of every cage."""
    on = _single(reading, "onDevice", nodes, what="one device").join(
        names["device"].select(o="node", device="name"), on="o", how="left", maintain_order="left"
    )
    held = names["cage"].rename({"name": "port"}).join(on.select(node="s", device="device"), on="node", how="left", maintain_order="left")
    for node, port, device in held.filter(pl.col("port").is_null() | pl.col("device").is_null()).iter_rows():
        if device is None:
            reading.wrong(node, "onDevice", "nothing", "the device, with a name")
        if port is None:
            reading.wrong(node, "name", "nothing", "the name that the device gives the port")
    return _with_fields(reading, held, fields.PORT, PORT_SCHEMA).drop_nulls(["device", "port"])


def _modules(reading: _Reading, nodes: pl.Series) -> pl.DataFrame:
    """node, module, cage node: what each module is called and where it sits.

    The type is what the module is; the name is only what the record calls it, and counts where there is no type.
    """
    names = _text_of(reading, _single(reading, "moduleName", nodes, what="one name"), "moduleName")
    types = _single(reading, "ofType", nodes, what="one type")
    known = {token: _type_name(token) for token in types["o"].unique()}
    types = types.with_columns(value=pl.col("o").replace_strict(known, default=None, return_dtype=pl.String))
    for node, found in types.filter(pl.col("value").is_null()).select("s", "o").iter_rows():
        reading.wrong(node, "ofType", _short(found), "a module type or part, such as part:100GBASE-LR4")
    seats = _single(reading, "seatedIn", nodes, what="one cage")
    return (
        pl.DataFrame({"node": nodes})
        .join(types.select(node="s", type="value"), on="node", how="left", maintain_order="left")
        .join(names.select(node="s", name="value"), on="node", how="left", maintain_order="left")
        .join(seats.select(node="s", cage="o"), on="node", how="left", maintain_order="left")
        .select("node", "cage", module=pl.coalesce("type", "name"))
    )


def _links(
    reading: _Reading, nodes: pl.Series, names: Mapping[str, pl.DataFrame], ports: pl.DataFrame, modules: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The links frame with its nodes; and every end as link, side, node."""
    links = names["link"].rename({"name": "link"})
    seated = modules.drop_nulls("cage").rename({"node": "seated", "module": "seated_module"})
    ends = []
    for side in SIDES:
        end = _single(reading, f"{side}End", nodes, what="one end").select(node="s", end="o")
        for node in links.join(end, on="node", how="anti")["node"]:
            reading.wrong(node, f"{side}End", "nothing", "an end")
        at_end = _end(reading, end["end"], ports, modules, seated)
        links = links.join(end, on="node", how="left", maintain_order="left")
        columns = {name: f"{side}_{name}" for name in at_end.columns if name != "node"}
        links = links.join(at_end.rename({"node": "end", **columns}), on="end", how="left", maintain_order="left")
        ends.append(links.select("node", "end", side=pl.lit(side)).drop_nulls("end"))
        links = links.drop("end")
    in_group = _single(reading, "inGroup", nodes, what="one group").join(
        names["group"].select(o="node", group="name"), on="o", how="left", maintain_order="left"
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


def _end(reading: _Reading, nodes: pl.Series, ports: pl.DataFrame, modules: pl.DataFrame, seated: pl.DataFrame) -> pl.DataFrame:
    """node and the end columns: its port, told by the module where it names none itself, and the other way round."""
    nodes = nodes.unique(maintain_order=True)
    port = _single(reading, "port", nodes, what="one cage").select(node="s", cage="o")
    plugged = _single(reading, "module", nodes, what="one module").select(node="s", plugged="o")
    held = pl.DataFrame({"node": nodes}).join(port, on="node", how="left", maintain_order="left")
    held = held.join(plugged, on="node", how="left", maintain_order="left")
    held = held.join(modules.rename({"node": "plugged", "cage": "seat"}), on="plugged", how="left", maintain_order="left")
    apart = held.filter(pl.col("cage") != pl.col("seat"))
    for node, cage, seat in apart.select("node", "cage", "seat").iter_rows():
        reading.wrong(node, "port", reading.spoken(cage), f"{reading.spoken(seat)}, in which its module is seated")
    held = held.with_columns(pl.coalesce("cage", "seat"))
    several = seated.filter(pl.col("cage").is_duplicated())
    lone = held.filter(pl.col("plugged").is_null()).join(several, on="cage", how="inner").unique("node", maintain_order=True)
    for node in lone["node"]:
        reading.wrong(node, "module", "nothing, and several modules in its cage", "the module of this end")
    held = held.join(seated.unique("cage", keep="none").select("cage", "seated_module"), on="cage", how="left", maintain_order="left")
    module = pl.when(pl.col("plugged").is_null()).then("seated_module").otherwise("module").alias("module")
    held = held.with_columns(module).join(ports.select(cage="node", device="device", port="port"), on="cage", how="left", maintain_order="left")
    for node in held.filter(pl.col("cage").is_null())["node"]:
        reading.wrong(node, "port", "nothing", "the cage that the end uses")
    held = held.select("node", "device", "port", "module")
    return _with_fields(reading, held, fields.END, pl.Schema({key.removeprefix("a_"): kind for key, kind in LINK_SCHEMA.items() if key.startswith("a_")}))


def _things(reading: _Reading, nodes: pl.Series, names: pl.DataFrame, thing: str, schema: pl.Schema) -> pl.DataFrame:
    held = _with_fields(reading, names.rename({"name": thing}), THINGS[thing].fields, schema)
    for node in held.filter(pl.col(thing).is_null())["node"]:
        reading.wrong(node, "name", "nothing", f"the name of the {thing}")
    held = held.drop_nulls(thing)
    blank = reading.nodes.gather(held["node"]).str.starts_with("_:")
    named = held.filter(~blank)
    for node, name in named.filter(pl.col(thing).is_duplicated()).select("node", thing).iter_rows():
        reading.wrong(node, "name", name, f"a name no other {thing} has")
    return _settled(reading, held.drop("node"), thing, schema, (thing,))


def _settled(reading: _Reading, said: pl.DataFrame, thing: str, schema: pl.Schema, keys: Sequence[str]) -> pl.DataFrame:
    """One row a thing: blank nodes that describe the same one are put together, and must agree."""
    properties = {each.column: f"optic:{each.property}" for each in THINGS[thing].fields}
    place = said.with_columns(file=pl.lit(reading.file), row=pl.lit(0), via=pl.lit(""))
    settled, bad = settle(place, keys, lambda _, column: properties[column])
    reading.bad += bad
    if "modes" in settled.columns:
        settled = settled.with_columns(pl.col("modes").str.split(" "))
    return settled.select(pl.col(name).cast(kind) for name, kind in schema.items())


def _with_fields(reading: _Reading, held: pl.DataFrame, about: Sequence[Field], schema: pl.Schema) -> pl.DataFrame:
    for each in about:
        kind = pl.String() if each.kind == "modes" else schema[each.column]
        if f"<{OPTIC}{each.property}>" in reading.predicates:
            values = _values(reading, each, held["node"]).select(node="s", value=pl.col("value").cast(kind))
            held = held.join(values.rename({"value": each.column}), on="node", how="left", maintain_order="left")
        else:
            held = held.with_columns(pl.lit(None, dtype=kind).alias(each.column))
    return held


def _values(reading: _Reading, about: Field, nodes: pl.Series) -> pl.DataFrame:
    """s and the canonical value of one field, for the nodes that have it."""
    if about.kind in ("lanes", "modes"):
        return _many(reading, about, nodes)
    said = _single(reading, about.property, nodes)
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


def _many(reading: _Reading, about: Field, nodes: pl.Series) -> pl.DataFrame:
    said = _about(reading.said(about.property), nodes)
    reading.used.append(said["at"])
    lane = Field(about.column, "", about.property, "count", low=about.low, high=about.high)
    if about.kind == "lanes":
        tokens = said["o"].str.extract(_NUMBERS).fill_null(said["o"])
        values = _parsed(reading, said, tokens, lane, _number(lane))
        return values.group_by("s").agg(pl.col("value").drop_nulls().unique().sort())
    values = _parsed(reading, said, said["o"], about, lambda token: " ".join(cells.modes(_literal(token) or "")))
    joined = values.group_by("s").agg(pl.col("value").unique().sort().str.join(" "))
    texts = {text: " ".join(cells.modes(text)) for text in joined["value"].unique() if text}
    return joined.with_columns(pl.col("value").replace(texts))


def _parsed(
    reading: _Reading, said: pl.DataFrame, tokens: pl.Series, about: Field, read: Callable[[str], object]
) -> pl.DataFrame:
    values, wrong, finer = cells.column(tokens, Column(about.property, about), read)
    if finer:
        text = f"{finer} of {len(tokens)} numbers are finer than a thousandth of {about.unit} and were rounded"
        reading.notes.append(Note(reading.file, f"optic:{about.property}", text))
    for at, expected in wrong.items():
        reading.wrong(said["s"][at], about.property, _short(said["o"][at]), expected)
    return said.select("s").with_columns(value=values)


def _text_of(reading: _Reading, said: pl.DataFrame, name: str) -> pl.DataFrame:
    """s and the text of a literal: one line of it, except in a note."""
    plain = said["o"].str.extract(r'^"([^"\\]*)"(?:@[A-Za-z0-9-]+|\^\^<[^>]*>)?$')
    rest = said.with_columns(value=plain).filter(pl.col("value").is_null())["o"].unique()
    spoken = {token: _literal(token) for token in rest}
    values = plain.fill_null(said["o"].replace_strict(spoken, default=None, return_dtype=pl.String)) if spoken else plain
    values = values.str.strip_chars()
    values = values.to_frame("v").select(pl.when(pl.col("v") != "").then("v")).to_series()
    for at in values.is_null().arg_true():
        reading.wrong(said["s"][at], name, _short(said["o"][at]), "text")
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
    return cells.word(_literal(token) or "", about.words)


def _adapter(token: str) -> str | None:
    if token.startswith(f"<{PART}"):
        return cells.adapter(unquote(token[len(PART) + 1 : -1]))
    if token.startswith('"'):
        return cells.adapter(_literal(token) or "")
    raise ValueError("an adapter of the catalogue, such as part:OSFP-to-QSFP")


def _type_name(token: str) -> str | None:
    """The name under which the catalogue knows a type: its part in the catalogue's namespace, or all of another IRI."""
    if not token.startswith("<"):
        return None
    return unquote(token[1:-1].removeprefix(PART))


def _minted(names: Mapping[str, pl.DataFrame], ports: pl.DataFrame, links: pl.DataFrame, ends: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """For each sort the node of the file and the IRI it has in the design's own graph."""
    told = links.select("node", "link").drop_nulls()
    iris = pl.DataFrame({"node": told["node"], "iri": minted("link", told["link"])})
    at_ends = ends.join(iris, on="node").select(node="end", iri=pl.col("iri").str.strip_suffix(">") + "/" + pl.col("side") + ">")
    devices, groups = names["device"].drop_nulls(), names["group"].drop_nulls()
    return {
        "link": iris,
        "end": at_ends.unique("node"),
        "cage": pl.DataFrame({"node": ports["node"], "iri": minted("cage", ports["device"], ports["port"])}),
        "device": pl.DataFrame({"node": devices["node"], "iri": minted("device", devices["name"])}),
        "group": pl.DataFrame({"node": groups["node"], "iri": minted("group", groups["name"])}),
    }


def _left(reading: _Reading, nodes: Mapping[str, pl.Series], iris: Mapping[str, pl.DataFrame]) -> bytes:
    """What the columns do not hold, about the design's own IRIs, as sorted N-Triples; and what other IRIs things had."""
    own = _flags(len(reading.nodes), pl.concat(list(nodes.values())))
    used = _flags(reading.all.height, *reading.used)
    left = reading.all.filter(~used)
    predicates = pl.Series(reading.predicates, dtype=pl.String)
    ours = own.gather(left["s"])
    optic = predicates.str.starts_with(f"<{OPTIC}").gather(left["p"]) & ours
    known = predicates.is_in([f"<{OPTIC}{name}>" for name in declared()]).gather(left["p"])
    classes = ours & (predicates == f"<{RDF_TYPE}>").gather(left["p"]) & left["o"].str.starts_with(f"<{OPTIC}")
    for code, count in left.filter(optic)["p"].value_counts().sort("p").iter_rows():
        predicate = reading.predicates[code]
        reading.notes.append(Note(reading.file, _short(predicate), _why(predicate, count)))
    left = left.filter(~classes & (~optic | ~known))
    iri_of = pl.concat(list(iris.values())).unique("node")
    named = pl.concat(part for thing, part in iris.items() if thing != "end")
    named = named.with_columns(own=reading.nodes.gather(named["node"]))
    named = named.filter(pl.col("own").str.starts_with("<") & (pl.col("own") != pl.col("iri")))
    if not named.is_empty():
        said = "named things have IRIs of their own, kept by owl:sameAs; findings use those made from names"
        reading.notes.append(Note(reading.file, "", f"{named.height} {said}"))
    texts = left.select(
        s=reading.nodes.gather(left["s"]), iri=_iri(left["s"], iri_of), p=predicates.gather(left["p"]), o="o"
    )
    objects = texts.select(_numbered(pl.col("o"), reading.nodes)).to_series()
    texts = texts.with_columns(object=_iri(objects, iri_of))
    lines = texts.select(pl.format("{} {} {} .", pl.coalesce("iri", "s"), "p", pl.coalesce("object", "o"))).to_series()
    same = named.select(pl.format(f"{{}} <{_SAME}> {{}} .", "iri", "own")).to_series()
    kept = pl.concat([lines.alias("line"), same.alias("line")]).unique().sort()
    return ("\n".join(kept) + "\n").encode() if len(kept) else b""


def _iri(nodes: pl.Series, iri_of: pl.DataFrame) -> pl.Series:
    return nodes.to_frame("node").join(iri_of, on="node", how="left", maintain_order="left")["iri"]


def _flags(size: int, *places: pl.Series) -> pl.Series:
    """True at the places, False elsewhere."""
    flags = pl.repeat(False, size, eager=True, dtype=pl.Boolean)
    for each in places:
        flags = flags.scatter(each, True)
    return flags


def _why(predicate: str, count: int) -> str:
    name = predicate[len(OPTIC) + 1 : -1]
    if name in declared():
        return f"{count} values are not read: they do not belong to such a thing, or are worked out anew"
    near = terms.nearest(name, declared())
    return f"{count} values of a property that the ontology does not have" + (f"; optic:{near} looks like it" if near else "")


@cache
def declared() -> tuple[str, ...]:
    """The local names of what the ontology declares."""
    quads = ox.parse(path=str(folder("ontology") / "optics.ttl"), format=ox.RdfFormat.TURTLE)
    found = {quad.subject.value for quad in quads if isinstance(quad.subject, ox.NamedNode)}
    return tuple(sorted(iri.removeprefix(OPTIC) for iri in found if iri.startswith(OPTIC)))


def _short(token: str) -> str:
    """A term as people write it."""
    for prefix, namespace in (("optic", OPTIC), ("part", PART), ("xsd", XSD), ("design", BASE)):
        token = re.sub(rf"<{re.escape(namespace)}([^<>/]*)>", rf"{prefix}:\1", token)
    return token if len(token) < 200 else token[:200] + "..."


def _literal(token: str) -> str | None:
    """The text of a literal; None for an IRI or a blank node."""
    if not token.startswith('"'):
        return None
    return _ESCAPE.sub(_unescaped, token[1 : token.rindex('"')])


def _unescaped(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else _PLAIN.get(match[3], match[3])


def _last(node: str) -> str | None:
    """The last part of an IRI, decoded; None for a blank node."""
    if node.startswith("_:"):
        return None
    iri = node[1:-1]
    fragment = iri.partition("#")[2]
    return unquote(fragment or iri.rstrip("/").rsplit("/", 1)[-1]) or None
