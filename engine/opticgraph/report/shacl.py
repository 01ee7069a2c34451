"""The audit as a W3C SHACL validation report: its results as RDF terms, for Turtle and JSON-LD alike."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import quote

from ..result import Audit, Finding
from .rows import counts
from .words import counted, standing, stands, tally

__all__ = ["PREFIXES", "Term", "comment", "results"]

BASE = "https://w3id.org/opticgraph/"
PREFIXES: Mapping[str, str] = MappingProxyType(
    {
        "dcterms": "http://purl.org/dc/terms/",
        "finding": BASE + "finding#",
        "optic": BASE + "ontology#",
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "rule": BASE + "rules#",
        "sh": "http://www.w3.org/ns/shacl#",
        "source": BASE + "sources#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    }
)
SEVERITIES: Mapping[str, str] = MappingProxyType(
    {"violation": "sh:Violation", "warning": "sh:Warning", "unknown": "optic:Unknown"}
)

IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\\ud800-\udfff]+")
# A value as N-Triples writes it; a bare text is a plain string.
NTRIPLES = re.compile(
    rf"<(?P<iri>{IRI.pattern})>"
    rf'|"(?P<text>(?:[^"\\\n\r]|\\[tbnrf"\'\\]|\\u[0-9A-Fa-f]{{4}}|\\U[0-9A-Fa-f]{{8}})*)"'
    rf"(?:\^\^<(?P<datatype>{IRI.pattern})>|@(?P<language>[A-Za-z]+(?:-[A-Za-z0-9]+)*))?"
)
ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
ESCAPES = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}
SURROGATE = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True, order=True)
class Term:
    """An IRI, or a literal with its datatype or language; neither is a plain string."""

    text: str
    iri: bool = False
    datatype: str = ""
    language: str = ""


def results(audit: Audit) -> list[tuple[str, Mapping[str, tuple[Term, ...]]]]:
    """Each result's IRI and its properties as prefixed names, both sorted."""
    return sorted(((_named("finding", finding.id), _result(finding)) for finding in audit.findings), key=_first)


def comment(audit: Audit) -> Term:
    """How much was judged: a report without results would otherwise not tell a sound design from an empty one."""
    told = counts(audit)
    figures = ", ".join(spoken for _, spoken in tally(told))
    words = f"{counted(told['links'], 'link')}: {figures}. Trust policy {audit.trust}. {stands(audit)}".strip()
    return Term(words, language="en")


def _result(finding: Finding) -> Mapping[str, tuple[Term, ...]]:
    # One message a language is what SHACL asks for: the rule's static sentence is English, ours has no tag.
    messages = [Term(finding.fault, language="en"), Term(finding.message)]
    made = {
        "dcterms:source": [Term(_named("source", source), iri=True) for source in finding.sources],
        "rdfs:comment": [Term(standing(finding), language="en")] if standing(finding) else [],
        "optic:ofRule": [Term(_named("rule", finding.rule), iri=True)],
        "sh:focusNode": [_node(finding.focus)],
        "sh:resultMessage": [message for message in messages if message.text],
        "sh:resultPath": [Term(finding.path, iri=True)] if finding.path and IRI.fullmatch(finding.path) else [],
        "sh:resultSeverity": [Term(_full(SEVERITIES[finding.severity]), iri=True)],
        "sh:sourceShape": [Term(finding.shape, iri=True)] if IRI.fullmatch(finding.shape) else [],
        "sh:value": [_value(finding.value)] if finding.value is not None else [],
    }
    return {name: tuple(sorted(_sound(term) for term in terms)) for name, terms in made.items() if terms}


def _node(text: str) -> Term:
    return Term(text, iri=True) if IRI.fullmatch(text) else Term(text)


def _value(text: str) -> Term:
    told = NTRIPLES.fullmatch(text)
    if told is None:
        known = text.startswith(("http://", "https://", "urn:")) and IRI.fullmatch(text)
        return Term(text, iri=bool(known))
    if told["iri"]:
        return Term(told["iri"], iri=True)
    datatype = told["datatype"] or ""
    plain = ESCAPE.sub(lambda found: _unescape(*found.groups()), told["text"])
    return Term(plain, datatype="" if datatype == _full("xsd:string") else datatype, language=told["language"] or "")


def _unescape(short: str | None, long: str | None, letter: str | None) -> str:
    if letter:
        return ESCAPES.get(letter, letter)
    code = int(short or long or "", 16)
    return chr(code) if code <= 0x10FFFF else "\N{REPLACEMENT CHARACTER}"


def _sound(term: Term) -> Term:
    text = SURROGATE.sub("\N{REPLACEMENT CHARACTER}", term.text)
    return Term(text, term.iri, term.datatype, term.language)


def _named(prefix: str, name: str) -> str:
    # A rule of a user's own file has an IRI of its own already.
    if prefix == "rule" and name.startswith(("http://", "https://", "urn:")) and IRI.fullmatch(name):
        return name
    return PREFIXES[prefix] + quote(name, safe=":", errors="replace")


def _full(name: str) -> str:
    prefix, _, local = name.partition(":")
    return PREFIXES[prefix] + local


def _first(pair: tuple[str, Mapping[str, tuple[Term, ...]]]) -> str:
    return pair[0]
