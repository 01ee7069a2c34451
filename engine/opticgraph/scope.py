"""A part of a graph: the triples of some predicates, and of `rdf:type` those of some classes."""

from __future__ import annotations

from dataclasses import dataclass

from .terms import OPTIC

__all__ = ["EVERYTHING", "Scope"]

_TYPE = b"<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"


@dataclass(frozen=True)
class Scope:
    """Predicates and classes that can be read, as IRIs; None is any."""

    predicates: frozenset[str] | None
    classes: frozenset[str] | None

    def reads(self, name: str) -> bool:
        """Whether a property of the optic: namespace is read."""
        return self.predicates is None or OPTIC + name in self.predicates

    def asks(self, name: str) -> bool:
        """Whether it is read which things are of a class of the optic: namespace."""
        return self.classes is None or OPTIC + name in self.classes

    def of(self, triples: bytes) -> bytes:
        """Those lines of N-Triples that are read."""
        if self.predicates is None:
            return triples
        wanted = {f"<{predicate}>".encode() for predicate in self.predicates}
        classes = None if self.classes is None else {f"<{each}> .\n".encode() for each in self.classes}
        split = ((line, line.split(b" ", 2)) for line in triples.splitlines(keepends=True))
        return b"".join(
            line
            for line, (_, predicate, rest) in split
            if predicate in wanted and (classes is None or predicate != _TYPE or rest in classes)
        )


EVERYTHING = Scope(None, None)
