"""What a SPARQL constraint reads from $this on and how it tests it; or why that cannot be told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from rdflib import BNode, Literal, URIRef, Variable
from rdflib.plugins.sparql.algebra import translateGroupGraphPattern
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Node

from .graph import BASE
from .queries import query_of
from .walks import HERE, Compare, Refusal, Walk, back, of_pattern

__all__ = ["Reading", "compared", "read_select"]


@dataclass(frozen=True)
class Reading:
    """What a SELECT reads and tests of its $this; the fields are those of footprint.Footprint."""

    exact: frozenset[Walk]
    counts: frozenset[Walk]
    compares: frozenset[Compare]
    values: frozenset[Walk]  # where ?value is bound


_THIS = Variable("this")
_Ways = Mapping[Node, frozenset[Walk]]  # of what is bound for certain: how it is reached from $this
_WORDS: Mapping[str, str] = {
    "AggregateJoin": "an aggregate",
    "Extend": "BIND or an expression in SELECT",
    "Graph": "GRAPH",
    "Group": "GROUP BY",
    "Minus": "MINUS",
    "Reduced": "REDUCED",
    "ServiceGraphPattern": "SERVICE",
    "Slice": "LIMIT or OFFSET",
    "ToMultiSet": "VALUES or a subselect",
    "values": "VALUES",
}
_FLIPPED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


@dataclass
class _Read:
    """What was met so far: all ways to each term, how many patterns name it, and every condition."""

    ways: dict[Node, set[Walk]] = field(default_factory=dict)
    named: Counter[Node] = field(default_factory=Counter)
    conditions: list[object] = field(default_factory=list)


def read_select(text: str, namespaces: Mapping[str, str]) -> Reading:
    """Read a SELECT. Raises Refusal for what may see more than its patterns reach, or is not understood."""
    try:
        algebra = query_of(text, namespaces).algebra
        _translate_exists(algebra)
    except Exception as error:  # rdflib raises whatever its parser or algebra met
        raise Refusal("its SPARQL cannot be parsed") from error
    if algebra.name != "SelectQuery":
        raise Refusal("it has a SPARQL constraint that is no SELECT")
    shown = set(algebra.PV)
    if shown & {Variable("path"), Variable("failure")}:
        raise Refusal("its SPARQL tells the path or the failure to report")
    read = _Read(ways={_THIS: {HERE}})
    _bound(algebra.p, {_THIS: frozenset({HERE})}, read)
    return _told(read, shown)


def compared(walk: Walk, op: str, constant: Literal) -> Compare:
    """The order test of a value against a constant: v >= c is the negation of v < c, so the test is the same.

    A double is the number that its bits are, as in Python: 0.1 is less than 1.0e-1.
    """
    exactly = Decimal(constant.value) if isinstance(constant.value, float) else constant
    return Compare(walk, {"<": "<", "<=": "<=", ">": "<=", ">=": "<"}[op], None, str(exactly))


def _translate_exists(part: object) -> None:
    """Translate what rdflib leaves for evaluation: the pattern of an EXISTS that stands beside other conditions."""
    if isinstance(part, CompValue):
        for key, value in list(part.items()):
            if isinstance(value, CompValue) and value.name == "GroupGraphPatternSub":
                part[key] = value = translateGroupGraphPattern(value)
            _translate_exists(value)
    elif isinstance(part, list):
        for item in part:
            _translate_exists(item)


# --- which terms are reached, and how ----------------------------------------------------------------------------


def _bound(part: CompValue, given: _Ways, read: _Read) -> _Ways:
    """What a part of a query binds for certain and how that is reached, from what is bound for certain around it.

    A pattern that is tied to nothing so bound might match anywhere in the graph, and is refused.
    """
    match part.name:
        case "Project" | "Distinct":
            return _bound(part.p, given, read)
        case "OrderBy":
            if not all(isinstance(condition.expr, Variable) for condition in part.expr):
                raise Refusal("its SPARQL puts what it has worked out in order")
            return _bound(part.p, given, read)
        case "BGP":
            return _reached(part.triples, given, read)
        case "Join":
            try:
                left = _bound(part.p1, given, read)
                return _both(left, _bound(part.p2, _both(given, left), read))
            except _Untied:
                right = _bound(part.p2, given, read)
                return _both(_bound(part.p1, _both(given, right), read), right)
        case "Union":
            left, right = _bound(part.p1, given, read), _bound(part.p2, given, read)
            return {term: left[term] | right[term] for term in left.keys() & right.keys()}
        case "LeftJoin":
            # what stands around does not tie the optional part: whether that matches anywhere decides what is kept
            left = _bound(part.p1, given, read)
            right = _bound(part.p2, _from_this(left), read)
            _condition(part.expr, _both(left, right), read)
            return left
        case "Filter":
            inner = _bound(part.p, given, read)
            _condition(part.expr, inner, read)
            return inner
        case name:
            raise Refusal(f"its SPARQL uses {_WORDS.get(name, name)}")


class _Untied(Refusal):
    """A pattern is not tied to $this."""


def _both(left: _Ways, right: _Ways) -> _Ways:
    return {term: left.get(term, frozenset()) | right.get(term, frozenset()) for term in left.keys() | right.keys()}


def _from_this(ways: _Ways) -> _Ways:
    return {**ways, _THIS: ways.get(_THIS, frozenset()) | {HERE}}


def _reached(patterns: list[tuple[Node, object, Node]], given: _Ways, read: _Read) -> _Ways:
    """Follow patterns from what is bound, forward where that can be done."""
    bound: dict[Node, frozenset[Walk]] = {term: ways for term, ways in given.items() if _is_open(term)}
    own: dict[Node, frozenset[Walk]] = {}
    for pattern in patterns:
        for term in {pattern[0], pattern[2]}:
            _unnamed(term)
            read.named[term] += 1
    waiting = list(patterns)
    while waiting:
        subject, path, object_ = pattern = _next(waiting, bound)
        waiting.remove(pattern)
        steps = of_pattern(path)
        start, end = (subject, object_) if subject in bound else (object_, subject)
        if start is object_ and subject is not object_:
            steps = tuple(map(back, steps))
        found = frozenset(walk + step for walk in bound[start] for step in steps)
        bound[end] = bound.get(end, frozenset()) | found
        own[start], own[end] = bound[start], bound[end]
        read.ways.setdefault(end, set()).update(found)
    return own


def _next(waiting: list[tuple[Node, object, Node]], bound: Mapping[Node, object]) -> tuple[Node, object, Node]:
    for end in (0, 2):
        for pattern in waiting:
            if pattern[end] in bound:
                return pattern
    raise _Untied("a pattern of its SPARQL is not tied to $this")


def _is_open(term: Node) -> bool:
    return isinstance(term, Variable | BNode)


def _unnamed(term: object) -> None:
    if isinstance(term, URIRef) and term.startswith(BASE):
        raise Refusal("it names a thing of the design")


# --- how they are tested -----------------------------------------------------------------------------------------


def _condition(expression: object, bound: _Ways, read: _Read) -> None:
    """Take up a condition, and what its EXISTS read from what is bound for certain where it stands."""
    read.conditions.append(expression)
    for exists in _exists(expression):
        _bound(exists.graph, _from_this(bound), read)


def _exists(expression: object) -> Iterator[CompValue]:
    if isinstance(expression, list):
        for item in expression:
            yield from _exists(item)
    elif isinstance(expression, CompValue):
        if expression.name in ("Builtin_EXISTS", "Builtin_NOTEXISTS"):
            yield expression
        else:
            for value in expression.values():
                yield from _exists(value)


@dataclass
class _Tested:
    """Variables that are tested as they are, and pairs that are only compared by order."""

    as_is: set[Node] = field(default_factory=set)
    ordered: list[tuple[Variable, str, Variable | Literal]] = field(default_factory=list)


def _told(read: _Read, shown: set[Node]) -> Reading:
    tested = _Tested()
    for condition in read.conditions:
        _test(condition, tested)
    single = {term: next(iter(ways)) for term, ways in read.ways.items() if len(ways) == 1}
    compares = set()
    ordered: set[Node] = set()
    for left, op, right in tested.ordered:
        sides = {side for side in (left, right) if isinstance(side, Variable)}
        if not all(side in single and read.named[side] == 1 for side in sides):
            tested.as_is |= sides  # what is reached in several ways is joined or told apart by what it is
            continue
        ordered |= sides
        if isinstance(right, Literal):
            compares.add(compared(single[left], op, right))
        else:
            low, high = (left, right) if op in ("<", "<=") else (right, left)
            compares.add(Compare(single[low], op.replace(">", "<"), single[high]))
    exact: set[Walk] = set()
    counts: set[Walk] = set()
    for term, ways in read.ways.items():
        if term == _THIS:
            exact |= ways if len(ways) > 1 or term in tested.as_is else set()
        elif not _is_open(term) or read.named[term] > 1 or len(ways) > 1 or term in tested.as_is:
            exact |= ways
        elif term in ordered or term not in shown:
            counts |= ways  # order tests are taken up already; else it only has to be there
        else:
            exact |= ways
    values = read.ways.get(Variable("value"), set()) if Variable("value") in shown else set()
    return Reading(frozenset(exact), frozenset(counts), frozenset(compares), frozenset(values))


def _test(expression: object, tested: _Tested) -> None:
    """Take up what a condition tests: order tests, equality of terms, whether something is bound or exists."""
    if isinstance(expression, Variable):
        tested.as_is.add(expression)
    if not isinstance(expression, CompValue):
        return
    match expression.name:
        case "Builtin_EXISTS" | "Builtin_NOTEXISTS" | "Builtin_BOUND" | "TrueFilter":
            return  # patterns tell whether there is anything, and their own conditions are taken up with them
        case "RelationalExpression":
            _relation(expression, tested)
        case "ConditionalAndExpression" | "ConditionalOrExpression":
            for side in (expression.expr, *expression.other):
                _test(side, tested)
        case "UnaryNot":
            _test(expression.expr, tested)
        case name:
            raise Refusal(f"its SPARQL uses {_FUNCTIONS.get(name, name.removeprefix('Builtin_').upper())}")


_FUNCTIONS: Mapping[str, str] = {
    "AdditiveExpression": "arithmetic",
    "MultiplicativeExpression": "arithmetic",
    "UnaryMinus": "arithmetic",
    "UnaryPlus": "arithmetic",
    "Function": "a function",
}


def _relation(expression: CompValue, tested: _Tested) -> None:
    op = str(expression.op)
    left, *others = map(_operand, (expression.expr, *_listed(expression.other)))
    if op in _FLIPPED and isinstance(left, Variable) and isinstance(others[0], Variable | Literal):
        tested.ordered.append((left, op, others[0]))
    elif op in _FLIPPED and isinstance(left, Literal) and isinstance(others[0], Variable):
        tested.ordered.append((others[0], _FLIPPED[op], left))
    else:
        tested.as_is |= {side for side in (left, *others) if isinstance(side, Variable)}


def _listed(term: object) -> list[object]:
    return list(term) if isinstance(term, list) else [term]


def _operand(term: object) -> Node:
    """A variable or a constant; -6.5 is a minus before 6.5."""
    _unnamed(term)
    if isinstance(term, CompValue) and term.name == "UnaryMinus" and isinstance(term.expr, Literal):
        if isinstance(term.expr.value, bool | str) or term.expr.value is None:
            raise Refusal("its SPARQL compares what it has worked out")
        return Literal(-term.expr.value, datatype=term.expr.datatype)
    if not isinstance(term, Variable | Literal | URIRef):
        raise Refusal("its SPARQL compares what it has worked out")
    return term
