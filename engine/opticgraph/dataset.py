"""What a question reads, as N-Quads: the design, what is believed, the words for both, the outcome, what sources state.

The default graph holds the design with what was assumed and every derived fact, what a trust policy believes of the
catalogue, the ontology with its lists, and the sources. For a query that speaks of verdicts or findings it also holds
the outcome of the audit: `?link optic:verdict ?verdict`, and a node of class optic:Finding for each finding. For one
that speaks of options it also holds what each link may become, at its target rate or else at 400G. For a query that
says GRAPH or FROM there is also what each source states, believed or not, in one named graph a source and
evidence, as in ontology/catalog. For one that speaks of claims there is each claim's graph. Of what stands in the
default graph only those triples are there that the query can read (asked.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import polars as pl
import pyoxigraph as ox

from .asked import scope_of
from .become import option_table, setting_of
from .claims import claim_graphs
from .derive import Judged, derive
from .design import Design
from .facts import as_judged
from .graph import RDF_TYPE, minted
from .judge import Verdicts, judge
from .knowledge import Knowledge
from .nodes import ordered, within
from .optiongraph import option_lines
from .question import plain
from .reason import Memory
from .resources import folder
from .result import Audit
from .rules import RULE, Rules, read_rules
from .scope import EVERYTHING
from .sources import OPTIC, RDFS, SKOS, SOURCE, catalog_files, read_facts
from .wide import Wide

__all__ = ["dataset", "parts", "pieces"]

FINDING = "https://w3id.org/opticgraph/finding#"

# A query in which one of these words stands may read the outcome of the audit.
_OUTCOME = re.compile(r"\b(?:Finding|aboutLink|ofRule|restsOnSource|severity|verdict)\b")
# One in which one of these stands reads what links may become.
_OPTIONS = re.compile(r"\boptic:(?:Option|optionOf|optionVerdict|optionNeeds|rejectedBy|strategy|[ab]ModuleType)\b")
_CLAIMS = re.compile(r"\boptic:Claim\b")
_SOURCES = re.compile(r"\b(?:GRAPH|FROM)\b", re.IGNORECASE)


def dataset(
    design: Design,
    query: str | None = None,
    *,
    knowledge: Knowledge,
    catalogs: Sequence[Path] = (),
    rules: Sequence[Path] = (),
) -> bytes:
    """What the query reads, as N-Quads; all that any query could read, if none is given."""
    return b"".join(pieces(design, query, knowledge=knowledge, catalogs=catalogs, rules=rules))


def pieces(
    design: Design,
    query: str | None = None,
    *,
    knowledge: Knowledge,
    catalogs: Sequence[Path] = (),
    rules: Sequence[Path] = (),
) -> Iterator[bytes]:
    """The same in pieces of some megabytes, each made when it is asked for."""
    return (piece for _, piece in parts(design, query, knowledge=knowledge, catalogs=catalogs, rules=rules))


def parts(
    design: Design,
    query: str | None = None,
    *,
    knowledge: Knowledge,
    catalogs: Sequence[Path] = (),
    rules: Sequence[Path] = (),
    options: bool = True,
) -> Iterator[tuple[str, bytes]]:
    """The same pieces, each with what it is: design, derived, catalogue, ontology, sources, findings or options for
    what stands in the default graph, stated for what stands in graphs of its own.

    options  False leaves them out; of a large network they are more than all else together
    """
    scope = EVERYTHING if query is None else scope_of(query)
    judged = derive(design, knowledge)
    for name, sorts in zip(("design", "derived"), as_judged(design, _one_meaning(judged)), strict=True):
        yield from ((name, piece) for piece in ordered(within(scope, sorts)))
    yield "catalogue", scope.of(knowledge.graph)
    yield "ontology", scope.of(_vocabulary())
    yield "sources", scope.of(_own_sources(knowledge))
    outcome = query is None or _OUTCOME.search(query)
    options = options and (query is None or bool(_OPTIONS.search(query)))
    if outcome or options:
        held = read_rules(rules)
        memory: Memory = {}  # links as they would be are of many kinds that there are today
        audit = judge(design, judged, knowledge, held, catalogs, memory=memory)
        if outcome:
            yield "findings", scope.of(_outcome(audit, held))
        if options:
            setting = setting_of(design, judged, audit, knowledge, held, memory, catalogs=catalogs)
            yield "options", scope.of(option_lines(option_table(setting)))
    if query is None or _SOURCES.search(plain(query)):
        graphs, stated = _stated(catalogs)
        yield "sources", scope.of(graphs)
        yield "stated", stated
    if query is None or _CLAIMS.search(query):
        about, inside = claim_graphs(catalog_files())
        yield "sources", scope.of(about)
        yield "stated", inside


def _one_meaning(judged: Judged) -> Judged:
    """One row a link, so that none counts twice: where a module name has several meanings, what they all come to."""
    several = pl.col("case").max().over("link") > 0
    links = judged.links
    doubtful: dict[str, list[dict[str, Any]]] = {}
    for row in links.filter(several).iter_rows(named=True):
        doubtful.setdefault(row["link"], []).append(row)
    if not doubtful:
        return judged
    agreed = [
        {name: value if all(row[name] == value for row in rows) else None for name, value in rows[0].items()}
        for rows in doubtful.values()
    ]
    one = pl.DataFrame(agreed, schema=links.schema, orient="row").with_columns(case=pl.lit(0, pl.Int64))
    merged = pl.concat([links.filter(~several), one])
    return replace(judged, links=Wide(merged.sort("link")))


@cache
def _vocabulary() -> bytes:
    """The ontology, its lists, the names of parts and the sources; axioms with nodes of their own are left out."""
    lines = {
        f"{quad.triple} .\n"
        for name in ("optics", "lists", "names", "sources")
        for quad in ox.parse(path=str(folder("ontology") / f"{name}.ttl"), format=ox.RdfFormat.TURTLE)
        if isinstance(quad.subject, ox.NamedNode) and not isinstance(quad.object, ox.BlankNode)
    }
    return "".join(sorted(lines)).encode()


def _own_sources(knowledge: Knowledge) -> bytes:
    """The user's own files as sources."""
    own = [source for source in knowledge.sources.values() if source.kind == "OwnData"]
    return _lines(
        line
        for source in own
        for line in (
            (_source(source.id), RDF_TYPE, f"<{OPTIC}Source>"),
            (_source(source.id), RDFS + "label", str(ox.Literal(source.id))),
            (_source(source.id), "http://purl.org/dc/terms/title", str(ox.Literal(source.title))),
            (_source(source.id), OPTIC + "sourceKind", f"<{OPTIC}OwnData>"),
        )
    )


def _stated(catalogs: Sequence[Path]) -> tuple[bytes, bytes]:
    """Whose graph each graph is; and what each source states, in a graph a source and evidence."""
    facts = read_facts([*catalog_files(), *catalogs])
    graphs = sorted({(fact.source, fact.evidence) for fact in facts})
    told = _lines(
        line
        for source, evidence in graphs
        for line in (
            (_source(source, evidence), RDF_TYPE, f"<{OPTIC}FactGraph>"),
            (_source(source, evidence), OPTIC + "accordingTo", f"<{_source(source)}>"),
            (_source(source, evidence), OPTIC + "evidence", f"<{OPTIC}{evidence}>"),
        )
    )
    quads = (f"<{f.subject}> <{f.figure}> {f.value} <{_source(f.source, f.evidence)}> .\n" for f in facts)
    return told, "".join(quads).encode()


def _source(id: str, *evidence: str) -> str:
    return SOURCE + ".".join((quote(id, safe=""), *evidence))


def _outcome(audit: Audit, rules: Rules) -> bytes:
    """Verdicts, findings and what the rules are called."""
    links = list(_verdicts(audit))
    iri = dict(zip(links, (each[1:-1] for each in minted("link", pl.Series(links, dtype=pl.String))), strict=True))
    return _lines(_told(audit, iri, rules))


def _verdicts(audit: Audit) -> Mapping[str, str]:
    """Link -> verdict; from the columns where they are at hand, as a verdict in full says what it hangs on, too."""
    if isinstance(audit.verdicts, Verdicts):
        return dict(audit.verdicts.words.iter_rows())
    return {verdict.link: verdict.verdict for verdict in audit.verdicts}


def _told(audit: Audit, links: Mapping[str, str], rules: Rules) -> Iterator[tuple[str, str, str]]:
    for link, verdict in _verdicts(audit).items():
        yield links[link], OPTIC + "verdict", str(ox.Literal(verdict))
    for finding in audit.findings:
        node = FINDING + quote(finding.id, safe="")
        rule = rules.rules[finding.rule].iri if finding.rule in rules.rules else RULE + quote(finding.rule, safe="")
        yield node, RDF_TYPE, f"<{OPTIC}Finding>"
        yield node, OPTIC + "ofRule", f"<{rule}>"
        for name in ("severity", "nature", "message", "supply"):
            if text := getattr(finding, name):
                yield node, OPTIC + name, str(ox.Literal(text))
        for link in {*finding.links, *([finding.link] if finding.link else [])}:
            yield node, OPTIC + "aboutLink", f"<{links[link]}>"
        for source in finding.sources:
            yield node, OPTIC + "restsOnSource", f"<{_source(source)}>"
    for rule_ in rules.rules.values():
        yield rule_.iri, RDFS + "label", str(ox.Literal(rule_.title))
        yield rule_.iri, SKOS + "definition", str(ox.Literal(rule_.sentence))


def _lines(triples: Iterator[tuple[str, str, str]]) -> bytes:
    return "".join(sorted(f"<{subject}> <{predicate}> {value} .\n" for subject, predicate, value in triples)).encode()
