"""A goal in Turtle as the tables that TOML would give: terms of ontology/goal.ttl for names, RDF lists for lists.

Tables with names of the user's, such as stock, are lists of entries with goal:key and goal:value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

import pyoxigraph as ox

from .errors import BadCell, DesignError

__all__ = ["GOAL", "table_of"]

GOAL = "https://w3id.org/opticgraph/goal#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XSD = "http://www.w3.org/2001/XMLSchema#"
KEY, VALUE = "key", "value"  # of an entry of a table with names of the user's

_Node = ox.NamedNode | ox.BlankNode
_Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
_About = Mapping[_Node, Sequence[tuple[str, _Term]]]


class _Odd:
    """Something that is no value of a goal, as it stands in the file."""

    def __init__(self, said: str) -> None:
        self.said = said

    def __str__(self) -> str:
        return self.said


def table_of(text: str, file: str) -> dict[str, object]:
    """The one goal of a text. Raises DesignError where it is no Turtle, or holds no goal or several."""
    try:
        triples = list(ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri=GOAL))
    except SyntaxError as error:
        where = f", line {error.lineno}" if error.lineno else ""
        raise DesignError(
            f"{file}{where}: found no Turtle: {error.msg}; expected a goal as docs/plan.md describes"
        ) from error
    about: dict[_Node, list[tuple[str, _Term]]] = {}
    for triple in triples:
        assert isinstance(triple.subject, _Node)
        about.setdefault(triple.subject, []).append((triple.predicate.value, triple.object))
    goals = [node for node, facts in about.items() if (RDF + "type", ox.NamedNode(GOAL + "Goal")) in facts]
    if len(goals) != 1:
        found = f"{len(goals)} things of the class goal:Goal"
        raise DesignError(cells=(BadCell(file, 0, "", found, f"one, where goal: is <{GOAL}>"),))
    return _Reading(about, file).table(goals[0], "")


class _Reading:
    """The nodes of a file, as they are read from the goal on; a node that is met within itself is odd."""

    def __init__(self, about: _About, file: str) -> None:
        self.about, self.file = about, file
        self.within: list[_Node] = []

    def table(self, node: _Node, place: str) -> dict[str, object]:
        told: dict[str, list[object]] = {}
        for predicate, value in self.about.get(node, ()):
            if predicate == RDF + "type":
                continue
            name = _named(predicate)
            told.setdefault(name, []).append(self.value(value, f"{place}.{name}" if place else name))
        return {name: _one(values, f"{place}.{name}" if place else name, self.file) for name, values in told.items()}

    def value(self, node: _Term, place: str) -> object:
        if isinstance(node, ox.Literal):
            return _literal(node)
        if isinstance(node, ox.Triple):
            return _Odd("a triple")
        if node in self.within or (node not in self.about and node.value != RDF + "nil"):
            return _Odd(f"<{node.value}>" if isinstance(node, ox.NamedNode) else "nothing but a node")
        self.within.append(node)
        try:
            listed = self._list(node, place)
            return self.table(node, place) if listed is None else _entries(listed, place, self.file)
        finally:
            self.within.pop()

    def _list(self, node: _Node, place: str) -> list[object] | None:
        """The members of an RDF list; None for any other node."""
        members: list[object] = []
        here: _Node = node
        while here.value != RDF + "nil":
            facts = dict(self.about.get(here, ()))
            first, rest = facts.get(RDF + "first"), facts.get(RDF + "rest")
            if first is None or not isinstance(rest, _Node) or len(members) > len(self.about):
                return None
            members.append(self.value(first, f"{place}.{len(members) + 1}"))
            here = rest
        return members


def _named(predicate: str) -> str:
    """mayBeDown -> may_be_down, as TOML has it; a property of another vocabulary keeps its whole name."""
    if not predicate.startswith(GOAL):
        return predicate
    return re.sub(r"(?<!^)([A-Z])", lambda found: f"_{found[1].lower()}", predicate.removeprefix(GOAL))


def _one(values: Sequence[object], place: str, file: str) -> object:
    if len(values) > 1:
        raise DesignError(cells=(BadCell(file, 0, place, f"{len(values)} values", "one, or a list in brackets"),))
    return values[0]


def _entries(members: list[object], place: str, file: str) -> object:
    """A list, or the table that a list of entries is."""
    pairs = [each for each in members if isinstance(each, dict) and each.keys() == {KEY, VALUE}]
    if not members or len(pairs) < len(members):
        return members
    told = {str(each[KEY]): each[VALUE] for each in pairs}
    if len(told) < len(pairs):
        names = [str(each[KEY]) for each in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise DesignError(cells=(BadCell(file, 0, place, f"{twice!r} twice", "each name once"),))
    return told


def _literal(literal: ox.Literal) -> object:
    """The value as Python has it; what is not of a datatype that goals have is odd."""
    kind, text = literal.datatype.value, literal.value
    try:
        if kind in (XSD + "string", RDF + "langString"):
            return text
        if kind == XSD + "integer":
            return int(text)
        if kind in (XSD + "decimal", XSD + "double"):
            return Decimal(text)
        if kind == XSD + "date":
            return date.fromisoformat(text)
        if kind == XSD + "boolean":
            return {"true": True, "1": True, "false": False, "0": False}[text]
    except (ValueError, InvalidOperation, KeyError):
        pass
    return _Odd(f"{text!r} of the datatype {kind}")
