"""Which format of an answer a client likes best, told by its Accept header."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["GRAPHS", "RESULTS", "TYPES", "liked"]

# Media type -> format, the first the one that is given to who likes all alike.
RESULTS: Mapping[str, str] = MappingProxyType(
    {
        "application/sparql-results+json": "json",
        "application/json": "json",
        "application/sparql-results+xml": "xml",
        "application/xml": "xml",
        "text/xml": "xml",
        "text/csv": "csv",
        "text/tab-separated-values": "tsv",
    }
)
GRAPHS: Mapping[str, str] = MappingProxyType(
    {
        "text/turtle": "turtle",
        "application/n-triples": "ntriples",
        "text/plain": "ntriples",
        "application/ld+json": "jsonld",
        "application/json": "jsonld",
    }
)
# Format -> what it is called in an answer.
TYPES: Mapping[str, str] = MappingProxyType(
    {
        "json": "application/sparql-results+json",
        "xml": "application/sparql-results+xml",
        "csv": "text/csv; charset=utf-8",
        "tsv": "text/tab-separated-values; charset=utf-8",
        "turtle": "text/turtle; charset=utf-8",
        "ntriples": "application/n-triples",
        "jsonld": "application/ld+json",
    }
)


def liked(accept: str, known: Mapping[str, str]) -> list[str]:
    """The formats a client takes, the one it likes best first; none where it takes none of them."""
    asked = [_range(part) for part in (accept or "*/*").split(",")]
    told: dict[str, float] = {}
    for type_, format in known.items():
        # the most exact of the ranges that fit a type says how it is liked
        fits = [(exact, weight) for name, weight in asked if (exact := _fit(name, type_))]
        weight = max(fits)[1] if fits else 0.0
        told[format] = max(told.get(format, 0.0), weight)
    return sorted((format for format, weight in told.items() if weight > 0), key=lambda format: -told[format])


def _range(text: str) -> tuple[str, float]:
    name, *parameters = (piece.strip().lower() for piece in text.split(";"))
    weight = 1.0
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                weight = float(parameter[2:])
            except ValueError:
                weight = 0.0
    return name, weight if 0 <= weight <= 1 else 0.0


def _fit(name: str, type_: str) -> int:
    """3 for the type itself, 2 for its family, 1 for any, 0 for none."""
    if name == type_:
        return 3
    if name == type_.partition("/")[0] + "/*":
        return 2
    return 1 if name == "*/*" else 0
