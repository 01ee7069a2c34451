"""A design as RDF: one table from columns to properties, stable IRIs from names, canonical numbers."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

import polars as pl

from . import fields, terms
from .design import SIDES, Design
from .fields import Field
from .terms import OPTIC

__all__ = [
    "BASE",
    "OPTIC",
    "PART",
    "RDF_TYPE",
    "THINGS",
    "XSD",
    "Thing",
    "described",
    "encoded",
    "minted",
    "to_graph",
    "values",
    "written",
]

BASE = "https://w3id.org/opticgraph/design#"
PART = "https://w3id.org/opticgraph/catalog#"
XSD = "http://www.w3.org/2001/XMLSchema#"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_NAMED = {"\\": "\\\\", '"': '\\"', "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
_ESCAPES = _NAMED | {chr(code): f"\\u{code:04X}" for code in (*range(32), 127) if chr(code) not in _NAMED}


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
    nodes = pl.concat(
        [
            *_links(design.links, base),
            _ports(design.ports, base),
            _devices(design.devices, base),
            _groups(design.groups, base),
        ]
    )
    if design.triples:
        nodes = _with_triples(nodes, design.triples)
    return written(nodes)


def written(nodes: pl.DataFrame) -> bytes:
    """Nodes (subject, lines) as N-Triples, in the order of their IRIs."""
    target = io.BytesIO()
    nodes.sort("subject").select("lines").drop_nulls().write_csv(target, include_header=False, quote_style="never")
    return target.getvalue()


def minted(thing: str, *names: pl.Series, base: str = BASE) -> pl.Series:
    """The IRIs of things of one sort from the names that tell them apart, in angle brackets; null where a name is."""
    pieces: list[pl.Series | pl.Expr] = [pl.lit(f"<{base}{THINGS[thing].head}")]
    for name in names:
        pieces += [pl.lit("/"), encoded(name)]
    return pl.select(pl.concat_str([*pieces, pl.lit(">")])).to_series()


def encoded(names: pl.Series) -> pl.Series:
    """Names with all but letters, digits and -._~ percent-encoded as UTF-8 (RFC 3986)."""
    odd = names.filter(names.str.contains(r"[^A-Za-z0-9._~-]").fill_null(False)).unique()
    if odd.is_empty():
        return names
    return names.replace(odd, pl.Series([quote(name, safe="") for name in odd]))


def _links(links: pl.DataFrame, base: str) -> Iterator[pl.DataFrame]:
    subject = minted("link", links["link"], base=base)
    ends = {side: subject.str.strip_suffix(">") + f"/{side}>" for side in SIDES}
    said = {f"{side}End": ends[side] for side in SIDES}
    said |= {"name": _text(links["link"]), "inGroup": minted("group", links["group"], base=base)}
    yield _nodes("link", subject, said | values(subject, links, fields.LINK))
    plugged = []
    for side in SIDES:
        device, port, module = (links[f"{side}_{name}"] for name in ("device", "port", "module"))
        cage = minted("cage", device, port, base=base)
        iris = minted("module", device, port, module, base=base)
        plugged.append(pl.DataFrame({"module": iris, "cage": cage, "name": module}).drop_nulls())
        said = {"port": cage, "module": iris} | values(ends[side], links, fields.END, f"{side}_")
        yield _nodes("end", ends[side], said)
    modules = pl.concat(plugged).unique("module")  # the legs of a breakout share one
    yield _nodes("module", modules["module"], {"moduleName": _text(modules["name"]), "seatedIn": modules["cage"]})


def _ports(ports: pl.DataFrame, base: str) -> pl.DataFrame:
    subject = minted("cage", ports["device"], ports["port"], base=base)
    said = {"name": _text(ports["port"]), "onDevice": minted("device", ports["device"], base=base)}
    return _nodes("cage", subject, said | values(subject, ports, fields.PORT))


def _devices(devices: pl.DataFrame, base: str) -> pl.DataFrame:
    subject = minted("device", devices["device"], base=base)
    return _nodes("device", subject, {"name": _text(devices["device"])} | values(subject, devices, fields.DEVICE))


def _groups(groups: pl.DataFrame, base: str) -> pl.DataFrame:
    subject = minted("group", groups["group"], base=base)
    return _nodes("group", subject, {"name": _text(groups["group"])} | values(subject, groups, fields.GROUP))


def _nodes(thing: str, subject: pl.Series, said: Mapping[str, pl.Series]) -> pl.DataFrame:
    return described(subject, said, classes={THINGS[thing].type: pl.repeat(True, len(subject), eager=True)})


def described(subject: pl.Series, said: Mapping[str, pl.Series], *, classes: Mapping[str, pl.Series]) -> pl.DataFrame:
    """One row a node: its IRI and its lines, sorted; far fewer strings to put in order than lines are.

    said gives objects by property, classes whether each node is of a class; null where there is nothing to say.
    """
    held = pl.DataFrame({"subject": subject, **{name: said[name] for name in sorted(said)}})
    lines: list[pl.Expr] = [
        pl.when(is_one).then(pl.concat_str("subject", pl.lit(f" <{RDF_TYPE}> <{OPTIC}{name}> .")))
        for name, is_one in sorted(classes.items())
    ]
    lines += [pl.concat_str("subject", pl.lit(f" <{OPTIC}{name}> "), name, pl.lit(" .")) for name in held.columns[1:]]
    text = pl.concat_str(lines or [pl.lit("")], separator="\n", ignore_nulls=True)
    return held.select("subject", lines=pl.when(text != "").then(text)).drop_nulls("subject")


def _with_triples(nodes: pl.DataFrame, triples: bytes) -> pl.DataFrame:
    more = pl.DataFrame({"lines": triples.decode().removesuffix("\n").split("\n")})
    more = more.select(pl.col("lines").str.splitn(" ", 2).struct.field("field_0").alias("subject"), "lines")
    own = nodes.join(more, on="subject", how="semi").with_columns(pl.col("lines").str.split("\n")).explode("lines")
    both = pl.concat([own, more]).unique().sort("lines")
    both = both.group_by("subject").agg(pl.col("lines").str.join("\n"))
    return pl.concat([nodes.join(more, on="subject", how="anti"), both])


def values(subject: pl.Series, frame: pl.DataFrame, about: Sequence[Field], prefix: str = "") -> dict[str, pl.Series]:
    """Objects by property, for the columns that hold anything."""
    held = [field for field in about if frame[prefix + field.column].null_count() < frame.height]
    plain = {field.property: _plain(pl.col(prefix + field.column), field) for field in held if field.kind in _PLAIN}
    return dict(zip(plain, frame.select(**plain), strict=True)) | {
        field.property: _objects(subject, frame[prefix + field.column], field)
        for field in held
        if field.kind not in _PLAIN
    }


_PLAIN = ("word", "decimal", "whole", "count")  # told from the value by itself, all columns in one go


def _plain(values: pl.Expr, field: Field) -> pl.Expr:
    match field.kind:
        case "word":
            iris = {word: f"<{terms.iri(field.words, word)}>" for word in terms.words(field.words)}
            return values.replace_strict(iris, return_dtype=pl.String)
        case "decimal":
            return _typed(_thousandths(values), "decimal")
        case "whole":
            return _typed(values.cast(pl.String), "decimal")
        case _:
            return _typed(values.cast(pl.String), "integer")


def _objects(subject: pl.Series, values: pl.Series, field: Field) -> pl.Series:
    match field.kind:
        case "lanes" | "modes" | "parts" | "words":
            return _several(subject, values, field)
        case "adapter" | "part":
            return f"<{PART}" + encoded(values) + ">"
        case "socket":
            form_factors = {word: f"<{terms.iri('FormFactor', word)}>" for word in terms.words("FormFactor")}
            return values.replace_strict(form_factors, default=f"<{PART}" + encoded(values) + ">")
        case _:
            return _text(values)


def _several(subject: pl.Series, values: pl.Series, field: Field) -> pl.Series:
    """Objects of a property with many: joined by what ends one line and starts the next."""
    if field.kind == "words":
        iris = {word: terms.iri(field.words, word) for word in terms.words(field.words)}
        values = values.list.eval(pl.element().replace_strict(iris, return_dtype=pl.String))
    around = {"lanes": ('"', f'"^^<{XSD}integer>'), "parts": (f"<{PART}", ">"), "words": ("<", ">")}
    before, after = map(pl.lit, around.get(field.kind, ('"', '"')))
    # not pl.format, which panics on lists as a join leaves them (polars 2.1)
    objects = pl.col("values").list.eval(pl.concat_str(before, pl.element(), after)).list.sort()
    between = pl.concat_str(pl.lit(" .\n"), "subject", pl.lit(f" <{OPTIC}{field.property}> "))
    held = pl.DataFrame({"subject": subject, "values": values}).with_columns(
        pl.when(pl.col("values").list.len() > 0).then(pl.col("values"))
    )
    return held.select(objects.list.join(between)).to_series()


def _thousandths(values: pl.Expr) -> pl.Expr:
    """2500 as 2.5, 8000 as 8, -500 as -0.5."""
    amount = values.abs()
    rest = (amount % 1000).cast(pl.String).str.zfill(3).str.strip_chars_end("0")
    sign = pl.when(values < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    point = pl.when(amount % 1000 == 0).then(pl.lit("")).otherwise(pl.concat_str(pl.lit("."), rest))
    return pl.concat_str(sign, (amount // 1000).cast(pl.String), point)


def _typed(lexical: pl.Expr, datatype: str) -> pl.Expr:
    return pl.concat_str(pl.lit('"'), lexical, pl.lit(f'"^^<{XSD}{datatype}>'))


def _text(values: pl.Series) -> pl.Series:
    """Plain literals, escaped as canonical N-Triples has it."""
    if values.str.contains(r'[\x00-\x1f"\\\x7f]').any():
        for plain, escape in _ESCAPES.items():
            values = values.str.replace_all(plain, escape, literal=True)
    return '"' + values + '"'
