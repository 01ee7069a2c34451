"""RDF in any syntax as columns of triples with numbered nodes, and what is said of them so far."""

from __future__ import annotations

import gzip
import io
import re
import zlib
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter

import polars as pl
import pyoxigraph as ox

from ..design import Note
from ..errors import BadCell, DesignError
from ..graph import BASE, OPTIC, PART, XSD

__all__ = ["Reading", "canonical", "literal", "numbered", "of_nodes", "short", "single", "triples", "unpacked"]

UNPACKED = 1 << 32  # bytes; a million links as N-Triples are about six billion, so give those unpacked
_TIES = tuple(f"<{OPTIC}{name}>" for name in ("aEnd", "bEnd", "port", "module", "seatedIn", "onDevice", "inGroup"))
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_PLACE = re.compile(r"^Parser error at line \d+ (?:between columns (\d+) and .*?|column (\d+)): (.*)$", re.S)
# A line of canonical N-Triples that every parser reads as it stands: IRIs without escapes or ports, texts without
# escapes or control characters, languages in lower case.
_PATH = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-F]{2})*"
_IRI = rf"<https?://[A-Za-z0-9.-]+(?:/{_PATH})?(?:#{_PATH})?>"
_BLANK = r"_:[A-Za-z][A-Za-z0-9]*"
_TEXT = rf'"[^"\\\x00-\x1f\x7f-\x9f]*"(?:\^\^{_IRI}|@[a-z]{{2,3}})?'
_CANONICAL = rf"^(?:{_IRI}|{_BLANK}) {_IRI} (?:{_IRI}|{_BLANK}|{_TEXT}) \.$"
_IMPLIED = (f'"^^<{XSD}string> .', '"^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#langString> .')  # not written so
_PLAIN = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}


@dataclass
class Reading:
    """The triples of one file with nodes as numbers; what was wrong with them, and which have found a column."""

    file: str
    nodes: pl.Series  # every node that has triples or is tied to, in N-Triples; its place is its number
    predicates: tuple[str, ...]
    all: pl.DataFrame  # at, s and p as numbers, o in N-Triples, n its number where the property ties nodes
    bad: list[BadCell] = field(default_factory=list)
    used: list[pl.Series] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def said(self, name: str) -> pl.DataFrame:
        """at, s, o, n of every triple with a property of the optic: namespace, or with a whole IRI."""
        iri = f"<{name if ':' in name else OPTIC + name}>"
        code = self.predicates.index(iri) if iri in self.predicates else -1
        return self.all.lazy().filter(pl.col("p") == code).select("at", "s", "o", "n").collect()

    def wrong(self, node: int, name: str, found: str, expected: str) -> None:
        self.bad.append(BadCell(self.file, 0, f"optic:{name} of {self.spoken(node)}", found, expected))

    def spoken(self, node: int, depth: int = 3) -> str:
        """A node as an error names it: a blank one by what leads to it."""
        text = str(self.nodes[node])
        if not text.startswith("_:"):
            return short(text)
        if not depth or text not in self._leads:
            return "a blank node"
        subject, predicate = self._leads[text]
        return f"{short(self.predicates[predicate])} of {self.spoken(subject, depth - 1)}"

    @cached_property
    def _leads(self) -> dict[str, tuple[int, int]]:
        blank = self.all.filter(pl.col("o").str.starts_with("_:")).unique("o", keep="first", maintain_order=True)
        return {o: (s, p) for o, s, p in blank.select("o", "s", "p").iter_rows()}


def triples(data: bytes, format: ox.RdfFormat, file: str) -> Reading:
    """The triples of a file, named graphs read as one; DesignError names the line that cannot be parsed."""
    plain = canonical(data) if format == ox.RdfFormat.N_TRIPLES else None
    return _reading(_split(_lines(data, format, file)) if plain is None else plain, file)


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


def of_nodes(said: pl.DataFrame, nodes: pl.Series) -> pl.DataFrame:
    """What is said of these nodes."""
    return said.join(nodes.to_frame("s"), on="s", how="semi")


def single(reading: Reading, name: str, nodes: pl.Series, *, what: str = "one value") -> pl.DataFrame:
    """at, s, o, n: the one value that each node has of a property; a second one is an error."""
    tie = f"<{OPTIC}{name}>" in _TIES
    said = of_nodes(reading.said(name), nodes)
    reading.used.append(said["at"])
    if said["s"].is_duplicated().any():
        said = said.unique(["s", "o"], keep="first", maintain_order=True)  # the same may be said in several graphs
        often = said.filter(pl.col("s").is_duplicated()).group_by("s", maintain_order=True).agg("o")
        for node, found in often.iter_rows():
            reading.wrong(node, name, " and ".join(short(each) for each in found), what)
        said = said.unique("s", keep="first", maintain_order=True)
    if tie:
        for node, found in said.filter(pl.col("n").is_null()).select("s", "o").iter_rows():
            reading.wrong(node, name, short(found), what)
        said = said.drop_nulls("n")
    return said


def short(token: str) -> str:
    """A term as people write it."""
    for prefix, namespace in (("optic", OPTIC), ("part", PART), ("xsd", XSD), ("design", BASE)):
        token = re.sub(rf"<{re.escape(namespace)}([^<>/]*)>", rf"{prefix}:\1", token)
    return token if len(token) < 200 else token[:200] + "..."


def literal(token: str) -> str | None:
    """The text of a literal; None for an IRI or a blank node."""
    if not token.startswith('"'):
        return None
    return _ESCAPE.sub(_unescaped, token[1 : token.rindex('"')])


def numbered(texts: pl.Expr, known: pl.Series) -> pl.Expr:
    """The places of texts in a series that holds each once; null for what it does not hold."""
    return texts.cast(pl.Enum(known), strict=False).to_physical().cast(pl.UInt32)


def _unescaped(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else _PLAIN.get(match[3], match[3])


def _lines(data: bytes, format: ox.RdfFormat, file: str) -> bytes:
    """The triples as N-Triples."""
    # The parser expands entities of a document's own: a page of them comes to gigabytes. UTF-16 has a 0 in each letter.
    if format == ox.RdfFormat.RDF_XML and b"<!ENTITY" in data.replace(b"\0", b""):
        found = "an XML entity, which is never expanded"
        raise DesignError(cells=(BadCell(file, 0, "", found, "RDF/XML without <!ENTITY; names in full"),))
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
            found, expected = _PLACE.sub(r"\3 in column \1\2", said), f"{format.name} without errors"
        raise DesignError(cells=(BadCell(file, line, "", found, expected),)) from error


def canonical(data: bytes) -> pl.Series | None:
    """The lines of N-Triples that is canonical already and need not be parsed; None if any line is not."""
    try:
        lines = _split(data)
    except pl.exceptions.PolarsError:  # not UTF-8, or a control character that ends a column
        return None
    implied = [lines.str.ends_with(ending).any() for ending in _IMPLIED]
    return lines if lines.str.contains(_CANONICAL).fill_null(False).all() and not any(implied) else None


def _split(lines: bytes) -> pl.Series:
    if not lines:
        return pl.Series([], dtype=pl.String)
    return pl.read_csv(
        lines, has_header=False, separator="\x01", quote_char=None, infer_schema=False, new_columns=["l"]
    )["l"]


def _reading(lines: pl.Series, file: str) -> Reading:
    if lines.is_empty():
        empty = pl.DataFrame(schema={"at": pl.UInt32, "s": pl.UInt32, "p": pl.UInt32, "o": pl.String, "n": pl.UInt32})
        return Reading(file, pl.Series([], dtype=pl.String), (), empty)
    parts = lines.str.splitn(" ", 3).struct.rename_fields(["s", "p", "o"]).struct.unnest()
    del lines
    parts = _steady(parts.with_columns(pl.col("o").str.strip_suffix(" .")))
    predicates = parts["p"].unique().sort()
    parts = parts.with_columns(numbered(pl.col("p"), predicates))
    ties = [place for place, iri in enumerate(predicates) if iri in _TIES]
    tying = parts["p"].is_in(ties) & ~parts["o"].str.starts_with('"')
    tied = parts["o"].filter(tying)
    # Triples of one node mostly stand together: each run of them is looked up once.
    run = (parts["s"] != parts["s"].shift(1)).fill_null(True)
    subjects = parts["s"].filter(run)
    nodes = pl.concat([subjects, tied.alias("s")]).unique(maintain_order=True)
    numbers = pl.concat([subjects, tied.alias("s")]).to_frame().select(numbered(pl.col("s"), nodes)).to_series()
    into = pl.repeat(None, parts.height, eager=True, dtype=pl.UInt32)
    coded = parts.select(
        s=numbers.gather(run.cum_sum() - 1), p="p", o="o", n=into.scatter(tying.arg_true(), numbers[len(subjects) :])
    )
    return Reading(file, nodes, tuple(predicates), coded.with_row_index("at"))


def _steady(triples: pl.DataFrame) -> pl.DataFrame:
    """Blank nodes called b0, b1, ... in the order of the file, so that the same file gives the same bytes."""
    blank = [pl.col(name).str.starts_with("_:") for name in ("s", "o")]
    met = triples.filter(blank[0] | blank[1]).select(pl.concat_list("s", "o")).to_series().explode()
    labels = met.filter(met.str.starts_with("_:")).unique(maintain_order=True)
    if labels.is_empty():
        return triples
    fresh = "_:b" + pl.Series(range(len(labels)), dtype=pl.Int64).cast(pl.String)
    return triples.with_columns(
        pl.when(is_blank).then(pl.col(name).replace(labels, fresh)).otherwise(name).alias(name)
        for name, is_blank in zip(("s", "o"), blank, strict=True)
    )
