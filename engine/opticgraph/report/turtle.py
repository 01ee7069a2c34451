"""The audit as a W3C SHACL validation report in Turtle, sorted, the same bytes for the same audit."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..result import Audit
from .shacl import PREFIXES, Term, comment, results

__all__ = ["render", "term_of"]

# What may follow the colon of a prefixed name, as far as our own names go: no dot at the end.
LOCAL = re.compile(r"(?![.-])(?:[A-Za-z0-9_:.-]|%[0-9A-F]{2})*(?:[A-Za-z0-9_:-]|%[0-9A-F]{2})")
SPECIAL = re.compile(r"[\x00-\x1f\"\\\x7f]")
SHORT = {"\t": "\\t", "\n": "\\n", "\r": "\\r", '"': '\\"', "\\": "\\\\"}


def render(audit: Audit) -> str:
    """The Turtle text."""
    found = results(audit)
    properties = [
        "a sh:ValidationReport",
        f"rdfs:comment {term_of(comment(audit))}",
        f"sh:conforms {'false' if found else 'true'}",
    ]
    if found:
        properties.append("sh:result\n" + " ,\n".join(f"        {_iri(iri)}" for iri, _ in found))
    blocks = ["\n".join(f"@prefix {prefix}: <{iri}> ." for prefix, iri in PREFIXES.items())]
    blocks.append(_block("[]", properties))
    for iri, described in found:
        told = [f"{name} {' , '.join(term_of(term) for term in terms)}" for name, terms in described.items()]
        blocks.append(_block(_iri(iri), ["a sh:ValidationResult", *told]))
    return "\n\n".join(blocks) + "\n"


def _block(subject: str, properties: Iterable[str]) -> str:
    return f"{subject} " + " ;\n    ".join(properties) + " ."


def term_of(term: Term) -> str:
    """A term as Turtle writes it."""
    if term.iri:
        return _iri(term.text)
    text = SPECIAL.sub(lambda found: SHORT.get(found[0], f"\\u{ord(found[0]):04X}"), term.text)
    if term.language:
        return f'"{text}"@{term.language}'
    return f'"{text}"^^{_iri(term.datatype)}' if term.datatype else f'"{text}"'


def _iri(iri: str) -> str:
    for prefix, base in PREFIXES.items():
        if iri.startswith(base) and LOCAL.fullmatch(iri, len(base)):
            return f"{prefix}:{iri[len(base) :]}"
    return f"<{iri}>"
