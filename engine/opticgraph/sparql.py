"""Answers one SPARQL query over given quads: the part that runs in a process of its own, so that it can be stopped.

It is started by its path and imports nothing of this package, which makes it ready in a tenth of a second.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import BinaryIO

import pyoxigraph as ox

__all__ = ["keep", "load", "main", "solve"]

BATCH = 1 << 25  # bytes put into a store on disk at once; while that is done they take some ten times as much memory


def load(quads: bytes | BinaryIO) -> ox.Store:
    """A store in memory of the quads, written as N-Quads."""
    store = ox.Store()
    store.bulk_load(input=quads, format=ox.RdfFormat.N_QUADS)
    return store


def keep(pieces: Iterable[bytes], folder: str) -> None:
    """Put quads, written as N-Quads in pieces, into a store on disk, few of them in memory at a time."""
    store = ox.Store(folder)
    held: list[bytes] = []
    for piece in chain(pieces, [b""]):
        held.append(piece)
        if sum(map(len, held)) >= BATCH or not piece:
            store.bulk_load(input=b"".join(held), format=ox.RdfFormat.N_QUADS)
            held.clear()
    store.flush()


def solve(store: ox.Store, query: str, bound: Mapping[str, str]) -> tuple[str, bytes]:
    """What the answer is and the answer: `rows` or `truth` as SPARQL JSON, `triples` as N-Triples, `syntax` or
    `refused` as a message.

    bound  projected variable -> N-Triples term; joined with the solutions (SEP-0007), never made part of the text
    """
    try:
        found = store.query(query, substitutions={ox.Variable(name): _term(term) for name, term in bound.items()})
        if isinstance(found, ox.QueryTriples):
            lines = (found.serialize(format=ox.RdfFormat.N_TRIPLES) or b"").splitlines(keepends=True)
            return "triples", b"".join(sorted(set(lines)))
        kind = "truth" if isinstance(found, ox.QueryBoolean) else "rows"
        return kind, found.serialize(format=ox.QueryResultsFormat.JSON) or b""
    except SyntaxError as error:
        return "syntax", str(error).encode()
    except (OSError, RuntimeError, ValueError) as error:
        return "refused", str(error).encode()


def main() -> None:
    """Read a line of JSON (query, bound, store) and, if no store is named, N-Quads; write the kind of answer on a line,
    then the answer.
    """
    asked = json.loads(sys.stdin.buffer.readline())
    store = ox.Store.read_only(asked["store"]) if asked["store"] else load(sys.stdin.buffer)
    kind, answer = solve(store, asked["query"], asked["bound"])
    sys.stdout.buffer.write(kind.encode() + b"\n" + answer)


def _term(written: str) -> ox.NamedNode | ox.Literal:
    triple = next(iter(ox.parse(input=f"<urn:s> <urn:p> {written} .", format=ox.RdfFormat.N_TRIPLES)))
    assert isinstance(triple.object, ox.NamedNode | ox.Literal)
    return triple.object


if __name__ == "__main__":
    main()
