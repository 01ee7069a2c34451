"""Columns as terms of RDF and lines of N-Triples: canonical numbers, words as their IRIs, escaped text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

import polars as pl

from . import terms
from .fields import Field
from .terms import OPTIC

__all__ = ["PART", "RDF_TYPE", "XSD", "described", "encoded", "text", "values"]

PART = "https://w3id.org/opticgraph/catalog#"
XSD = "http://www.w3.org/2001/XMLSchema#"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_NAMED = {"\\": "\\\\", '"': '\\"', "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
_ESCAPES = _NAMED | {chr(code): f"\\u{code:04X}" for code in (*range(32), 127) if chr(code) not in _NAMED}


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


def values(subject: pl.Series, frame: pl.DataFrame, about: Sequence[Field], prefix: str = "") -> dict[str, pl.Series]:
    """Objects by property, for the columns that hold anything."""
    held = [field for field in about if frame[prefix + field.column].null_count() < frame.height]
    plain = {field.property: _plain(pl.col(prefix + field.column), field) for field in held if field.kind in _PLAIN}
    return dict(zip(plain, frame.select(**plain), strict=True)) | {
        field.property: _objects(subject, frame[prefix + field.column], field)
        for field in held
        if field.kind not in _PLAIN
    }


def encoded(names: pl.Series) -> pl.Series:
    """Names with all but letters, digits and -._~ percent-encoded as UTF-8 (RFC 3986)."""
    odd = names.filter(names.str.contains(r"[^A-Za-z0-9._~-]").fill_null(False)).unique()
    if odd.is_empty():
        return names
    return names.replace(odd, pl.Series([quote(name, safe="") for name in odd]))


def text(values: pl.Series) -> pl.Series:
    """Plain literals, escaped as canonical N-Triples has it."""
    if values.str.contains(r'[\x00-\x1f"\\\x7f]').any():
        for plain, escape in _ESCAPES.items():
            values = values.str.replace_all(plain, escape, literal=True)
    return '"' + values + '"'


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
            return text(values)


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
