"""What an RDF design says beyond its columns: kept as triples about the design's own IRIs, and accounted for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import polars as pl
import pyoxigraph as ox

from .. import terms
from ..design import Note
from ..graph import OPTIC, RDF_TYPE
from ..resources import folder
from .triples import Reading, numbered, short

__all__ = ["declared", "kept"]

_SAME = "http://www.w3.org/2002/07/owl#sameAs"


def kept(reading: Reading, nodes: Mapping[str, pl.Series], iris: Mapping[str, pl.DataFrame]) -> bytes:
    """What the columns do not hold, as sorted N-Triples about the design's own IRIs, and what other IRIs things had."""
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
        reading.notes.append(Note(reading.file, short(predicate), _why(predicate, count)))
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
    objects = texts.select(numbered(pl.col("o"), reading.nodes)).to_series()
    texts = texts.with_columns(object=_iri(objects, iri_of))
    lines = texts.select(pl.format("{} {} {} .", pl.coalesce("iri", "s"), "p", pl.coalesce("object", "o"))).to_series()
    same = named.select(pl.format(f"{{}} <{_SAME}> {{}} .", "iri", "own")).to_series()
    rest = pl.concat([lines.alias("line"), same.alias("line")]).unique().sort()
    return ("\n".join(rest) + "\n").encode() if len(rest) else b""


@cache
def declared() -> tuple[str, ...]:
    """The local names of what the ontology declares."""
    quads = ox.parse(path=str(folder("ontology") / "optics.ttl"), format=ox.RdfFormat.TURTLE)
    found = {quad.subject.value for quad in quads if isinstance(quad.subject, ox.NamedNode)}
    return tuple(sorted(iri.removeprefix(OPTIC) for iri in found if iri.startswith(OPTIC)))


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
    return f"{count} values of a property that the ontology does not have" + (
        f"; optic:{near} looks like it" if near else ""
    )
