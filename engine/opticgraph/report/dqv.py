"""The record of an audit for a data catalogue: measurements (DQV), the report (DCAT), what it was made of (PROV).

It bears no time, so that the same audit gives the same bytes; a catalogue that harvests it knows when it did.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

from .. import cache
from ..design import Account
from ..result import Audit
from ..rules import read_rules
from ..sources import catalog_files
from .rows import counts
from .shacl import PREFIXES, Term
from .turtle import term_of
from .words import clean

__all__ = ["render"]

BASE = "https://w3id.org/opticgraph/"
MORE = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dqv": "http://www.w3.org/ns/dqv#",
    "ldqd": "http://www.w3.org/2016/05/ldqd#",
    "metric": BASE + "metrics#",
    "prov": "http://www.w3.org/ns/prov#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
}
# Metric -> what it counts and the dimension of quality it speaks of (ISO 25012 by way of the LDQ list).
METRICS = {
    "links": ("How many links were judged.", "ldqd:completeness"),
    "works": ("How many links are within specification.", "ldqd:consistency"),
    "fails": ("How many links cannot work, or are out of specification.", "ldqd:consistency"),
    "unknown": ("How many links cannot be judged for want of a value.", "ldqd:completeness"),
}
INTEGER = PREFIXES["xsd"] + "integer"


def render(audit: Audit) -> str:
    """The Turtle text."""
    about = hashlib.sha256(repr((audit.version, audit.trust, audit.read.files, *_ids(audit))).encode()).hexdigest()[:16]
    report, run, design, reading = (f"<{BASE}{name}/{about}>" for name in ("report", "run", "design", "import"))
    files = [f"<{_address(file)}>" for file in audit.read.files]
    measured = list(_measured(audit, report, files))
    blocks = ["\n".join(f"@prefix {prefix}: <{iri}> ." for prefix, iri in sorted({**PREFIXES, **MORE}.items()))]
    blocks.append(
        _block(
            report,
            [
                "a dcat:Dataset , dqv:QualityMetadata , prov:Entity",
                f"dcterms:title {_text('Audit of the optics of a network')}",
                "dcterms:conformsTo <http://www.w3.org/ns/shacl>",
                f"prov:wasGeneratedBy {run}",
                *_several("prov:wasDerivedFrom", files),
                *_several("dcterms:hasPart", [name for name, _ in measured]),
            ],
        )
    )
    entities = list(_entities(audit))
    by = f"prov:wasAssociatedWith <{BASE}software/{audit.version}>"
    used = _several("prov:used", [design, *(name for name, _ in entities)])
    blocks.append(_block(run, ["a prov:Activity", *used, by]))
    read = ["a prov:Entity", f"rdfs:comment {_text(_read(audit.read))}", f"prov:wasGeneratedBy {reading}"]
    blocks.append(_block(design, [*read, *_several("prov:wasDerivedFrom", files)]))
    blocks.append(_block(reading, ["a prov:Activity", *_several("prov:used", files), by]))
    agent = ["a prov:SoftwareAgent", f"rdfs:label {_text(f'opticgraph {audit.version}')}"]
    blocks.append(_block(f"<{BASE}software/{audit.version}>", agent))
    for file, name in zip(files, audit.read.files, strict=True):
        known = [_plain(word) for word in (name, *_hash(name))]
        blocks.append(_block(file, ["a prov:Entity , dcat:Dataset", *_several("dcterms:identifier", known)]))
    blocks += [_block(name, told) for name, told in entities]
    blocks += [_block(name, told) for name, told in measured]
    for name, (definition, dimension) in METRICS.items():
        told = ["a dqv:Metric", f"skos:definition {_text(definition)}", "dqv:expectedDataType xsd:integer"]
        blocks.append(_block(f"metric:{name}", [*told, f"dqv:inDimension {dimension}"]))
    found = ["a dqv:Metric", f"skos:definition {_text('How many findings a rule has.')}"]
    found += ["dqv:expectedDataType xsd:integer", "dqv:inDimension ldqd:consistency"]
    blocks.append(_block("metric:findings", found))
    return "\n\n".join(blocks) + "\n"


def _read(account: Account) -> str:
    """What the import came to: how much was read, guessed and not understood."""
    told = [f"{number:,} {what}" for what, number in account.counts.items()]
    told += [f"{len(account.guessed):,} values assumed", f"{len(account.ignored):,} notes"]
    return f"The network as read: {', '.join(told)}."


def _hash(file: str) -> list[str]:
    """The hash of a file's content as it is now; none of what is no file, such as an endpoint."""
    if not os.path.isfile(file):  # of a name that can be none it says so, and does not raise
        return []
    with open(file, "rb") as held:
        return [f"sha256:{hashlib.file_digest(held, 'sha256').hexdigest()}"]


def _ids(audit: Audit) -> Iterator[str]:
    return (finding.id for finding in audit.findings)


def _measured(audit: Audit, report: str, files: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Each measurement: of the whole by verdict, and of each rule that had something to judge."""
    on = _several("dqv:computedOn", files)
    base = f"{report[1:-1]}/"
    for word, number in counts(audit).items():
        yield f"<{base}{word}>", _measurement(f"metric:{word}", number, on)
    for rule in audit.coverage:
        if rule.judged or rule.found:
            of = [f"dcterms:subject <{PREFIXES['rule']}{quote(rule.rule, safe='')}>"]
            told = _measurement("metric:findings", rule.found, on)
            yield f"<{base}{quote(rule.rule, safe='')}>", [*told, *of]


def _measurement(metric: str, number: int, on: list[str]) -> list[str]:
    value = f"dqv:value {term_of(Term(str(number), datatype=INTEGER))}"
    return ["a dqv:QualityMeasurement", *on, f"dqv:isMeasurementOf {metric}", value]


def _entities(audit: Audit) -> Iterator[tuple[str, list[str]]]:
    """Rules, catalogue and trust policy, each by what it holds: another content is another entity."""
    files = {"rules": audit.rules, "catalogue": audit.catalogs}
    shipped = {"rules": read_rules().read_from, "catalogue": cache.digest(catalog_files())}
    for what, digest in shipped.items():
        yield _entity(what, f"{what} of opticgraph {audit.version}", digest)
        for file in files[what]:
            yield _entity(what, f"{what} in {Path(file).name}", cache.digest([Path(file)]))
    yield _entity("trust", f"trust policy {audit.trust}", hashlib.sha256(audit.trust.encode()).hexdigest())


def _entity(what: str, label: str, digest: str) -> tuple[str, list[str]]:
    told = ["a prov:Entity", f"rdfs:label {_text(label)}", f"dcterms:identifier {_plain(f'sha256:{digest}')}"]
    return f"<{BASE}{what}/{digest[:16]}>", told


def _address(file: str) -> str:
    path = Path(clean(file))
    return path.as_uri() if path.is_absolute() else f"{BASE}file/{quote(path.as_posix(), safe='/', errors='replace')}"


def _several(name: str, values: Iterable[str]) -> list[str]:
    told = " , ".join(dict.fromkeys(values))
    return [f"{name} {told}"] if told else []


def _text(text: str) -> str:
    return term_of(Term(clean(text), language="en"))


def _plain(text: str) -> str:
    return term_of(Term(clean(text)))


def _block(subject: str, properties: Iterable[str]) -> str:
    return f"{subject} " + " ;\n    ".join(properties) + " ."
