"""The audit as a W3C SHACL validation report in JSON-LD, with its context inside: nothing is fetched to read it."""

from __future__ import annotations

import json

from ..result import Audit
from .shacl import PREFIXES, Term, comment, results

__all__ = ["render"]


def render(audit: Audit) -> str:
    """The JSON-LD text, with a newline at its end."""
    found = results(audit)
    report = {
        "@context": dict(PREFIXES),
        "@type": "sh:ValidationReport",
        "rdfs:comment": _term(comment(audit)),
        "sh:conforms": not found,
        "sh:result": [
            {
                "@id": iri,
                "@type": "sh:ValidationResult",
                **{name: [_term(term) for term in terms] for name, terms in described.items()},
            }
            for iri, described in found
        ],
    }
    return json.dumps(report, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _term(term: Term) -> dict[str, str]:
    if term.iri:
        return {"@id": term.text}
    if term.language:
        return {"@language": term.language, "@value": term.text}
    return {"@type": term.datatype, "@value": term.text} if term.datatype else {"@value": term.text}
