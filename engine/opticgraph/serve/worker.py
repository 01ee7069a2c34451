"""Answers SPARQL queries over a store on disk, one after the other: a process that may be ended at any time.

It is started by its path and imports nothing of this package, which makes it ready in a tenth of a second. On Linux it
can open no connection: whatever a query contrives, it asks no network.
"""

from __future__ import annotations

import csv
import ctypes
import io
import json
import resource
import struct
import sys
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

import pyoxigraph as ox

__all__ = ["main"]

_RESULTS = {"json": ox.QueryResultsFormat.JSON, "xml": ox.QueryResultsFormat.XML}
_RESULTS |= {"csv": ox.QueryResultsFormat.CSV, "tsv": ox.QueryResultsFormat.TSV}
_GRAPHS = {"turtle": ox.RdfFormat.TURTLE, "ntriples": ox.RdfFormat.N_TRIPLES, "jsonld": ox.RdfFormat.JSON_LD}


class _TooMuch(Exception):
    """The answer is larger than it may be."""


class _Bounded(io.BytesIO):
    """Bytes written, up to a limit."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def write(self, piece: Any) -> int:
        if self.tell() + len(piece) > self._most:
            raise _TooMuch("bytes")
        return super().write(piece)


def main() -> None:
    """Say `ready`, then for each line of JSON answer with a line of JSON (kind, length) and as many bytes.

    kind  json, xml, csv, tsv, turtle, ntriples, jsonld; or syntax, refused, rows or bytes (more than there may be)
    """
    folder, memory_mb, rows, most, prefixes = sys.argv[1:6]
    store = ox.Store.read_only(folder)
    _confine(int(memory_mb))
    sys.stdout.buffer.write(b"ready\n")
    sys.stdout.buffer.flush()
    for line in sys.stdin.buffer:
        kind, answer = _answered(store, json.loads(line), int(rows), int(most), json.loads(prefixes))
        sys.stdout.buffer.write(json.dumps({"kind": kind, "length": len(answer)}).encode() + b"\n" + answer)
        sys.stdout.buffer.flush()


def _confine(memory_mb: int) -> None:
    """From now on: so much more memory, no file written and no connection opened."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    if sys.platform != "linux":
        return
    with open("/proc/self/statm", encoding="ascii") as sizes:
        held = int(sizes.read().split()[0]) * resource.getpagesize()
    most = held + (memory_mb << 20)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    _no_sockets()


def _no_sockets() -> None:
    """Have the system refuse socket(), by a filter of system calls (seccomp(2)); the engine could open one."""
    load, equal, answer = 0x20, 0x15, 0x06  # of classic BPF: a word, jump if equal, return
    errno = 0x00050000 | 13  # SECCOMP_RET_ERRNO, EACCES
    program = [
        (load, 0, 0, 4),  # seccomp_data.arch
        (equal, 0, 2, 0xC000003E),  # AUDIT_ARCH_X86_64
        (load, 0, 0, 0),  # seccomp_data.nr
        (equal, 3, 4, 41),  # socket on x86_64
        (equal, 0, 3, 0xC00000B7),  # AUDIT_ARCH_AARCH64
        (load, 0, 0, 0),
        (equal, 0, 1, 198),  # socket on aarch64
        (answer, 0, 0, errno),
        (answer, 0, 0, 0x7FFF0000),  # SECCOMP_RET_ALLOW
    ]
    filters = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *each) for each in program))
    whole = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program), ctypes.addressof(filters)))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS, without which a filter is for root alone
    libc.prctl(22, 2, whole, 0, 0)  # PR_SET_SECCOMP, SECCOMP_MODE_FILTER


def _answered(
    store: ox.Store, asked: Mapping[str, Any], rows: int, most: int, prefixes: dict[str, str]
) -> tuple[str, bytes]:
    try:
        if "graph" in asked:
            graph = ox.NamedNode(asked["graph"]) if asked["graph"] else ox.DefaultGraph()
            quads = store.quads_for_pattern(None, None, None, graph)
            return _triples((quad.triple for quad in quads), asked["formats"], rows, most, prefixes)
        found = store.query(
            asked["query"],
            substitutions={ox.Variable(name): _term(term) for name, term in asked.get("bound", {}).items()},
            default_graph=[ox.NamedNode(name) for name in asked.get("default", ())] or None,
            named_graphs=[ox.NamedNode(name) for name in asked.get("named", ())] or None,
        )
        if isinstance(found, ox.QueryTriples):
            return _triples(found, asked["formats"], rows, most, prefixes)
        format = next((name for name in asked["formats"] if name in _RESULTS), "")
        if not format:
            return "unacceptable", b"rows"
        target = _Bounded(most)
        found.serialize(target, _RESULTS[format])
        answer = target.getvalue()
        # a row takes two bytes at least
        if isinstance(found, ox.QuerySolutions) and len(answer) > 2 * rows and _rows(answer, format) > rows:
            raise _TooMuch("rows")
        return format, answer
    except SyntaxError as error:
        return "syntax", str(error).encode()
    except _TooMuch as error:
        return str(error), b""
    except MemoryError:
        return "memory", b""
    except (OSError, RuntimeError, ValueError) as error:
        return "refused", str(error).encode()


def _triples(
    found: Iterable[ox.Triple], formats: Iterable[str], rows: int, most: int, prefixes: dict[str, str]
) -> tuple[str, bytes]:
    format = next((name for name in formats if name in _GRAPHS), "")
    if not format:
        return "unacceptable", b"triples"
    held = list(islice(found, rows + 1))
    if len(held) > rows:
        raise _TooMuch("rows")
    ordered = sorted(set(held), key=str)
    told = None if format == "ntriples" else prefixes
    answer = ox.serialize(ordered, format=_GRAPHS[format], prefixes=told) or b""
    if len(answer) > most:
        raise _TooMuch("bytes")
    return format, answer


def _rows(answer: bytes, format: str) -> int:
    """How many rows an answer has."""
    if format == "json":
        return len(json.loads(answer)["results"]["bindings"])
    if format == "xml":
        return answer.count(b"<result>")
    if format == "tsv":
        return answer.count(b"\n") - 1
    return sum(1 for _ in csv.reader(io.StringIO(answer.decode(), newline=""))) - 1


def _term(written: str) -> Any:
    return next(iter(ox.parse(input=f"<urn:s> <urn:p> {written} .", format=ox.RdfFormat.N_TRIPLES))).object


if __name__ == "__main__":
    main()
