"""Questions to a design, in SPARQL, and their answers as rows; dataset.py says what a question reads.

A parameter that is not given stays unbound: the answer is for all its values. One that is given is joined with the
solutions by its projected variable; it also stands in the default graph as `[] given:name value`, for queries that
compare with it. It never becomes a part of the query's text. A query reaches no network, and is stopped when its time
is over. What it reads is in memory, or in a store on disk if it is much (IN_MEMORY).
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from itertools import chain
from pathlib import Path
from types import MappingProxyType

import pyoxigraph as ox

from . import sparql
from .dataset import pieces
from .design import Design
from .errors import OpticgraphError, QueryError
from .graph import XSD
from .knowledge import know
from .parameters import bind
from .question import Question, find, questions
from .scratch import scratch
from .table import Iri, Table, Typed, Value

__all__ = ["GIVEN", "SECONDS", "given", "joined", "query", "questions", "table"]

GIVEN = "https://w3id.org/opticgraph/given#"
SECONDS = 60.0  # what a query may take, unless its caller allows more
IN_MEMORY = 1 << 28  # bytes of N-Quads that a store in memory is made of; more go to one on disk
_NONE: Mapping[str, str] = MappingProxyType({})

# Python values of the datatypes that answers are full of; the engine writes them in canonical form.
_READ: Mapping[str, Callable[[str], Value]] = MappingProxyType(
    {"": str, "string": str, "integer": int, "decimal": Decimal, "boolean": "true".__eq__}
)
_PLACE = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)


def query(
    design: Design,
    question: str | Path,
    parameters: Mapping[str, str] = _NONE,
    *,
    trust: str = "standards",
    catalogs: Sequence[Path] = (),
    rules: Sequence[Path] = (),
    seconds: float = SECONDS,
) -> Table:
    """Answer a shipped question, or the one in a .rq file, about a design.

    parameters  of the question, by name, as text
    seconds     what it may take

    Raises QueryError where there is no such question, a parameter or its value is unknown, the query is not SPARQL,
    asks the network, or takes longer than it may.

    >>> answer = opticgraph.query(design, "links-near-limit", {"withinDb": "1.5"})
    >>> answer.columns
    ('withinDb', 'link', 'marginDb', 'towards', 'foundDb', 'limitDb')
    """
    asked = find(question)
    knowledge = know(trust=trust, catalogs=catalogs)
    bound = bind(asked, parameters, design=design, knowledge=knowledge)
    read = pieces(design, asked.query, knowledge=knowledge, catalogs=catalogs, rules=rules)
    return table(asked, *_run(asked, chain(read, [given(bound)]), joined(asked, bound), seconds))


def table(question: Question, kind: str, answer: bytes) -> Table:
    """The answer of sparql.solve as a table; QueryError where it is none."""
    match kind:
        case "rows":
            told = json.loads(answer)
            columns = tuple(told["head"]["vars"])
            rows = tuple(tuple(_value(row.get(name)) for name in columns) for row in told["results"]["bindings"])
            return Table(question.text, columns, rows)
        case "truth":
            return Table(question.text, (), (), truth=bool(json.loads(answer)["boolean"]))
        case "triples":
            return Table(question.text, (), (), triples=answer.decode())
        case "syntax":
            raise QueryError(_misspelt(question, answer.decode()))
        case _:
            said = answer.decode()
            unprojected = re.search(r"variable \?(\w+) in its SELECT projection", said)
            if unprojected:
                said = f"found the parameter {unprojected[1]!r}; expected one that the query projects by SELECT"
            raise QueryError(f"{question.file}: {said}")


def given(bound: Mapping[str, str]) -> bytes:
    """The parameters as N-Quads, `[] given:name value`: for queries that compare with one rather than match it."""
    return "".join(f"_:given <{GIVEN}{name}> {term} .\n" for name, term in bound.items()).encode()


def joined(question: Question, bound: Mapping[str, str]) -> dict[str, str]:
    """The parameters that are joined with the solutions: those that the query does not read as `given:name` itself."""
    base = re.escape(GIVEN)
    prefixes = re.findall(rf"PREFIX\s+([\w-]*):\s*<{base}>", question.query, re.IGNORECASE)
    spelt = "|".join([f"<{base}", *(rf"(?<![\w-]){re.escape(prefix)}:" for prefix in prefixes)])
    read = set(re.findall(rf"(?:{spelt})(\w+)", question.query))
    return {name: term for name, term in bound.items() if name not in read}


def _run(question: Question, quads: Iterator[bytes], bound: Mapping[str, str], seconds: float) -> tuple[str, bytes]:
    """Solve the query over quads in memory, or over a store on disk where they are many."""
    held: deque[bytes] = deque()
    size = 0
    while size <= IN_MEMORY:
        if (piece := next(quads, None)) is None:
            return _solved(question, bound, seconds, quads=_let_go(held))
        held.append(piece)
        size += len(piece)
    with scratch() as folder:
        sparql.keep(chain(_let_go(held), quads), str(folder))
        return _solved(question, bound, seconds, store=str(folder))


def _let_go(held: deque[bytes]) -> Iterator[bytes]:
    while held:
        yield held.popleft()


def _solved(
    question: Question, bound: Mapping[str, str], seconds: float, *, quads: Iterable[bytes] = (), store: str = ""
) -> tuple[str, bytes]:
    """Solve the query in a process of its own: the engine does not stop for a signal while it sorts or joins."""
    if not sys.executable:  # embedded: nothing to start
        held = ox.Store.read_only(store) if store else sparql.load(b"".join(quads))
        return sparql.solve(held, question.query, bound)
    asked = json.dumps({"query": question.query, "bound": dict(bound), "store": store}).encode()
    command = [sys.executable, "-P", str(Path(sparql.__file__))]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as solver:
        try:
            assert solver.stdin is not None
            with suppress(BrokenPipeError):  # it is gone, and says why
                solver.stdin.writelines(chain([asked + b"\n"], quads))
            answered, said = solver.communicate(timeout=seconds)
        except subprocess.TimeoutExpired as error:
            took = f"found no answer within {seconds:g} seconds"
            raise QueryError(f"{question.file}: {took}; expected a query that reads less, or more time") from error
        finally:
            solver.kill()
    if solver.returncode < 0:
        raise QueryError(f"{question.file}: the query was stopped by the system, most likely for want of memory")
    if solver.returncode:
        raise OpticgraphError(said.decode(errors="replace"))
    kind, _, answer = answered.partition(b"\n")
    return kind.decode(), answer


def _misspelt(question: Question, said: str) -> str:
    told = _PLACE.fullmatch(said)
    if told is None:
        return f"{question.file}: found no SPARQL 1.1 query: {said}"
    lines = question.query.splitlines() or [""]
    line, column = int(told[1]), int(told[2])
    rest = lines[line - 1][column - 1 :].split() if line <= len(lines) else []
    found = repr(rest[0]) if rest else "the end of the line" if line < len(lines) else "the end of the query"
    expected = "a prefix that is declared" if "Prefix not found" in told[3] else "a query in SPARQL 1.1"
    return f"{question.file}:{line}: found {found} at column {column}; expected {expected}"


def _value(told: Mapping[str, str] | None) -> Value:
    """A term of SPARQL JSON as a Python value."""
    if told is None:
        return None
    text, datatype = told["value"], told.get("datatype", "")
    if told["type"] != "literal":
        return Iri(f"_:{text}" if told["type"] == "bnode" else text)
    if "xml:lang" in told or datatype.removeprefix(XSD) not in _READ:
        return Typed(text, datatype, told.get("xml:lang", ""))
    return _READ[datatype.removeprefix(XSD)](text)
