"""What a rule can read around the thing it judges, and how it tests it; or why that cannot be told.

Pure: shapes in, values out. docs/kinds.md has the argument for why two things that agree on what is told here get
the same results.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from rdflib import Graph, Literal, URIRef, Variable
from rdflib.collection import Collection
from rdflib.namespace import RDF, SH
from rdflib.paths import AlternativePath, InvPath, MulPath, SequencePath
from rdflib.paths import Path as PropertyPath
from rdflib.plugins.sparql.algebra import translateGroupGraphPattern, translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Node

__all__ = ["Compare", "Footprint", "Refusal", "Step", "footprint"]


@dataclass(frozen=True, order=True)
class Step:
    """One property, followed from subject to object or back."""

    property: str
    inverse: bool = False


Walk = tuple[Step, ...]


@dataclass(frozen=True)
class Compare:
    """An order test: the value at the end of `left` against that of `right`, or against a constant (its text)."""

    left: Walk
    op: str  # < or <=
    right: Walk | None
    constant: str | None = None


@dataclass(frozen=True)
class Footprint:
    """All that a shape reads and tests of its focus.

    exact     walks whose values matter as they are: words, IRIs of the catalogue, numbers tested for equality
    counts    walks of which only the number of values, and their being numbers at all, matters
    compares  order tests on numbers, which are all that is done with those numbers
    classes   walks to things of which it is tested whether they are of a class
    value     the walk to what results report as sh:value, where they report one
    refused   why the shape cannot be told; the rest is then empty
    """

    exact: frozenset[Walk] = frozenset()
    counts: frozenset[Walk] = frozenset()
    compares: frozenset[Compare] = frozenset()
    classes: frozenset[tuple[Walk, str]] = frozenset()
    value: Walk | None = None
    refused: str = ""

    @property
    def walks(self) -> frozenset[Walk]:
        """Every walk that anything is read at the end of."""
        compared = {w for c in self.compares for w in (c.left, c.right) if w is not None}
        return self.exact | self.counts | compared | {walk for walk, _ in self.classes}


class Refusal(Exception):
    """Why a shape cannot be told."""


# Constraints that test each value by itself, as it is.
_EXACT = (SH["in"], SH.hasValue, SH.datatype, SH.nodeKind, SH.languageIn)
# Constraints that read the text of a value: fine for a literal, not for the name of a thing in the design.
_TEXT = (SH.pattern, SH.minLength, SH.maxLength, SH.uniqueLang, SH.flags)
_COUNT = (SH.minCount, SH.maxCount)
_ORDER: Mapping[Node, str] = {SH.minInclusive: ">=", SH.maxInclusive: "<=", SH.minExclusive: ">", SH.maxExclusive: "<"}
_PAIRS: Mapping[Node, str] = {SH.lessThan: "<", SH.lessThanOrEquals: "<="}
_LISTS = (SH["or"], SH["and"], SH.xone)
_SINGLE = (SH["not"], SH.node)
_SILENT = {
    RDF.type, SH.name, SH.description, SH.message, SH.severity, SH.order, SH.group, SH.deactivated, SH.path,
    SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf, SH.defaultValue, SH.ignoredProperties,
}  # fmt: skip
_HERE: Walk = ()


@dataclass
class _Found:
    exact: set[Walk] = field(default_factory=set)
    counts: set[Walk] = field(default_factory=set)
    compares: set[Compare] = field(default_factory=set)
    classes: set[tuple[Walk, str]] = field(default_factory=set)


def footprint(shapes: Graph, shape: Node) -> Footprint:
    """The footprint of one shape, nested shapes included; a shape that is not understood is refused by reason."""
    found = _Found()
    try:
        walks = _walks(shapes, shape)
        for walk in walks:
            _shape(shapes, shape, walk, found, seen=())
        value = _value(shapes, shape, walks)
    except Refusal as refusal:
        return Footprint(refused=str(refusal))
    return Footprint(
        frozenset(found.exact), frozenset(found.counts), frozenset(found.compares), frozenset(found.classes), value
    )


def _walks(shapes: Graph, shape: Node) -> list[Walk]:
    """Where the values of a shape are: those of its path, or the focus itself."""
    path = shapes.value(shape, SH.path)
    return [_HERE] if path is None else list(_path(shapes, path))


def _path(shapes: Graph, node: Node) -> Iterator[Walk]:
    """The walks of a SHACL path; alternatives make several."""
    if isinstance(node, URIRef):
        yield (Step(str(node)),)
    elif (node, RDF.first, None) in shapes:
        tails: list[Walk] = [_HERE]
        for part in Collection(shapes, node):
            tails = [head + step for head in tails for step in _path(shapes, part)]
        yield from tails
    elif (inverse := shapes.value(node, SH.inversePath)) is not None:
        for walk in _path(shapes, inverse):
            yield tuple(Step(s.property, not s.inverse) for s in reversed(walk))
    elif (several := shapes.value(node, SH.alternativePath)) is not None:
        for part in Collection(shapes, several):
            yield from _path(shapes, part)
    else:
        raise Refusal("it follows a path any number of times")


def _shape(shapes: Graph, shape: Node, walk: Walk, found: _Found, *, seen: tuple[Node, ...]) -> None:
    """Read one shape whose values are at the end of the walk; a property shape's own path is in the walk already."""
    if shape in seen:
        raise Refusal("it is a recursive shape")
    if (shape, SH.deactivated, Literal(True)) in shapes:
        return
    seen = (*seen, shape)
    for predicate, value in sorted(shapes.predicate_objects(shape), key=str):
        if predicate in _SILENT or not str(predicate).startswith(str(SH)):
            if predicate == SH.message and "{" in str(value):
                raise Refusal("its message has places to fill in")
        elif predicate in _COUNT:
            found.counts.add(walk)
        elif predicate in _EXACT:
            found.exact.add(walk)
        elif predicate in _TEXT:
            if not walk:
                raise Refusal("it reads the name of a thing in the design")
            found.exact.add(walk)
        elif predicate in _ORDER:
            found.compares.add(_against(walk, _ORDER[predicate], value))
        elif predicate in _PAIRS:
            found.compares.add(Compare(walk, _PAIRS[predicate], (*_parent(shapes, shape, walk), Step(str(value)))))
        elif predicate in (SH.equals, SH.disjoint):
            found.exact |= {walk, (*_parent(shapes, shape, walk), Step(str(value)))}
        elif predicate == SH["class"]:
            found.classes.add((walk, str(value)))
        elif predicate == SH.property:
            if walk:
                raise Refusal("it reports on things beyond the one it judges")
            for tail in _walks(shapes, value):
                _shape(shapes, value, walk + tail, found, seen=seen)
        elif predicate in _SINGLE:
            _nested(shapes, value, walk, found, seen)
        elif predicate in _LISTS:
            for member in Collection(shapes, value):
                _nested(shapes, member, walk, found, seen)
        elif predicate == SH.sparql:
            _sparql(shapes, value, walk, found)
        else:
            raise Refusal(f"it uses sh:{str(predicate).removeprefix(str(SH))}")


def _nested(shapes: Graph, shape: Node, walk: Walk, found: _Found, seen: tuple[Node, ...]) -> None:
    for tail in _walks(shapes, shape):
        _shape(shapes, shape, walk + tail, found, seen=seen)


def _parent(shapes: Graph, shape: Node, walk: Walk) -> Walk:
    """The walk to the thing whose other property is compared: the shape's own path taken off."""
    own = next(iter(_walks(shapes, shape)))
    return walk[: len(walk) - len(own)]


def _against(walk: Walk, op: str, constant: Node) -> Compare:
    if not isinstance(constant, Literal):
        raise Refusal("it compares with what is no literal")
    # v >= c is the negation of v < c: the test is the same, and so is what agreeing on it means
    return Compare(walk, {"<": "<", "<=": "<=", ">": "<=", ">=": "<"}[op], None, str(constant))


def _value(shapes: Graph, shape: Node, walks: list[Walk]) -> Walk | None:
    """Where sh:value of a result comes from: the value node, or ?value of a SPARQL constraint."""
    sparql = shapes.value(shape, SH.sparql)
    if sparql is None:
        return walks[0] if len(walks) == 1 else None
    query = _parsed(shapes, sparql)
    if Variable("value") not in query.algebra.PV:
        return None
    reached = _reached(list(_patterns(query.algebra)))
    ways = reached.get(Variable("value"), set())
    # reached in several ways it is joined, so it matters as it is: members of a kind share it
    return next(iter(ways)) if len(ways) == 1 else None


# --- SPARQL ------------------------------------------------------------------------------------------------------

_PLAIN = {"Filter", "BGP", "Join", "Project", "Distinct", "LeftJoin", "Union", "SelectQuery", "Group_none"}
_THIS = Variable("this")
_CONSTANT = "constant "  # heads the stand-in of a constant in a pattern; no variable has a blank


def _parsed(shapes: Graph, node: Node):  # type: ignore[no-untyped-def]
    select = shapes.value(node, SH.select)
    if select is None:
        raise Refusal("it has a SPARQL constraint that is no SELECT")
    prefixes = {
        str(shapes.value(d, SH.prefix)): str(shapes.value(d, SH.namespace))
        for owner in shapes.objects(node, SH.prefixes)
        for d in shapes.objects(owner, SH.declare)
    }
    try:
        query = translateQuery(parseQuery(str(select)), initNs=prefixes)
        _translate_exists(query.algebra)
        return query
    except Exception as error:  # rdflib raises whatever its parser or algebra met
        raise Refusal("its SPARQL cannot be parsed") from error


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


def _sparql(shapes: Graph, node: Node, walk: Walk, found: _Found) -> None:
    if walk:
        raise Refusal("its SPARQL constraint stands in a property shape")
    if any("{" in str(message) for message in shapes.objects(node, SH.message)):
        raise Refusal("its message has places to fill in")
    algebra = _parsed(shapes, node).algebra
    patterns = list(_patterns(algebra))
    reached = _reached(patterns)
    for pattern in patterns:
        for term in pattern:
            if isinstance(term, Variable) and term not in reached:
                raise Refusal(f"its variable ?{term} is not tied to $this")
    ordered: set[Variable] = set()
    other: set[Variable] = set()
    for expression in _expressions(algebra):
        _read(expression, reached, found, ordered, other)
    for variable, ways in reached.items():
        joined = sum(variable in pattern for pattern in patterns) > 1 or variable in other
        shown = variable in algebra.PV
        if variable == _THIS:
            continue
        constant = variable.startswith(_CONSTANT)  # that the value is this one is a test of it as it is
        if not constant and not joined and (variable in ordered or not shown):
            found.counts |= ways  # order tests are taken up already; else it only has to be there
        else:
            found.exact |= ways


def _patterns(part: object) -> Iterator[tuple[Node, Node | PropertyPath, Node]]:
    """Every triple pattern, in filters too; refuses what may see more than the patterns say."""
    if isinstance(part, CompValue):
        name = part.name
        if name == "BGP":
            yield from part.triples
            return
        if name in ("GroupGraphPatternSub", "TriplesBlock", "SubSelect", "InlineData", "Bind"):
            raise Refusal("its SPARQL nests what is not understood")
        if name in ("Slice", "Minus", "Graph", "Extend", "Group", "Aggregate", "values", "ToMultiSet", "ServiceGraphPattern"):
            raise Refusal(f"its SPARQL uses {_WORDS.get(name, name)}")
        for key, value in part.items():
            if key not in ("PV", "_vars", "datasetClause"):
                yield from _patterns(value)
    elif isinstance(part, list):
        for item in part:
            yield from _patterns(item)


_WORDS = {
    "Slice": "LIMIT or OFFSET",
    "Minus": "MINUS",
    "Graph": "GRAPH",
    "Extend": "BIND or an expression in SELECT",
    "Group": "GROUP BY",
    "Aggregate": "an aggregate",
    "values": "VALUES",
    "ToMultiSet": "VALUES or a subselect",
    "ServiceGraphPattern": "SERVICE",
}


def _reached(patterns: Iterable[tuple[Node, Node | PropertyPath, Node]]) -> dict[Variable, set[Walk]]:
    """How each variable is reached from $this, by every shortest way through the patterns."""
    reached: dict[Variable, set[Walk]] = {_THIS: {_HERE}}
    waiting, moved = list(patterns), True
    while waiting and moved:
        moved, rest = False, []
        for subject, predicate, object_ in waiting:
            ends = ((subject, object_, False), (object_, subject, True))
            way = next(((start, end, back) for start, end, back in ends if start in reached), None)
            if way is None:
                rest.append((subject, predicate, object_))
                continue
            start, end, back = way
            steps = list(_property_path(predicate))
            steps = [tuple(Step(s.property, not s.inverse) for s in reversed(w)) for w in steps] if back else steps
            new = {walk + step for walk in reached[start] for step in steps}  # type: ignore[index]
            if isinstance(end, Variable):
                reached.setdefault(end, set()).update(new)
            else:
                reached.setdefault(Variable(f"{_CONSTANT}{end}"), set()).update(new)
            moved = True
        waiting = rest
    if waiting:
        raise Refusal("a pattern of its SPARQL is not tied to $this")
    return reached


def _property_path(path: Node | PropertyPath) -> Iterator[Walk]:
    if isinstance(path, URIRef):
        yield (Step(str(path)),)
    elif isinstance(path, SequencePath):
        tails: list[Walk] = [_HERE]
        for part in path.args:
            tails = [head + step for head in tails for step in _property_path(part)]
        yield from tails
    elif isinstance(path, AlternativePath):
        for part in path.args:
            yield from _property_path(part)
    elif isinstance(path, InvPath):
        for walk in _property_path(path.arg):
            yield tuple(Step(s.property, not s.inverse) for s in reversed(walk))
    elif isinstance(path, MulPath):
        raise Refusal("it follows a path any number of times")
    else:
        raise Refusal("the property in a pattern of its SPARQL is not given")


def _expressions(part: object) -> Iterator[CompValue]:
    """The conditions of every filter, and of every OPTIONAL."""
    if isinstance(part, CompValue):
        if part.name in ("Filter", "LeftJoin") and isinstance(part.get("expr"), CompValue):
            yield part.expr
        for key, value in part.items():
            if key not in ("PV", "_vars"):
                yield from _expressions(value)
    elif isinstance(part, list):
        for item in part:
            yield from _expressions(item)


_FLIPPED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


def _read(
    expression: object,
    reached: dict[Variable, set[Walk]],
    found: _Found,
    ordered: set[Variable],
    other: set[Variable],
) -> None:
    """Take up what a condition tests: order tests with constants or other numbers, equality of terms."""
    if isinstance(expression, Variable):
        other.add(expression)
        return
    if not isinstance(expression, CompValue):
        return
    name = expression.name
    if name in ("Builtin_EXISTS", "Builtin_NOTEXISTS", "TrueFilter"):
        return  # the conditions inside are met by _expressions, the patterns by _patterns
    if name == "RelationalExpression":
        left, op, right = expression.expr, str(expression.op), expression.other
        if op in _FLIPPED:
            _order(left, op, right, reached, found, ordered)
        else:
            for side in (left, *(right if isinstance(right, list) else [right])):
                _operand(side, other)
    elif name in ("ConditionalAndExpression", "ConditionalOrExpression"):
        for side in (expression.expr, *expression.other):
            _read(side, reached, found, ordered, other)
    elif name == "UnaryNot":
        _read(expression.expr, reached, found, ordered, other)
    elif name == "Builtin_BOUND":
        pass  # whether a variable is bound is told by the count of its values
    else:
        raise Refusal(f"its SPARQL uses {name.removeprefix('Builtin_').upper()}")


def _operand(term: object, other: set[Variable]) -> None:
    if isinstance(term, Variable):
        other.add(term)
    elif isinstance(term, CompValue):
        raise Refusal("its SPARQL compares what it has worked out")


def _order(
    left: object,
    op: str,
    right: object,
    reached: Mapping[Variable, set[Walk]],
    found: _Found,
    ordered: set[Variable],
) -> None:
    if isinstance(left, Variable) and isinstance(right, Literal):
        pairs = [(left, op, right)]
    elif isinstance(right, Variable) and isinstance(left, Literal):
        pairs = [(right, _FLIPPED[op], left)]
    elif isinstance(left, Variable) and isinstance(right, Variable):
        for one in reached.get(left, ()):
            for two in reached.get(right, ()):
                a, b = (one, two) if op in ("<", "<=") else (two, one)
                found.compares.add(Compare(a, op.replace(">", "<"), b))
        ordered |= {left, right}
        return
    else:
        raise Refusal("its SPARQL compares what it has worked out")
    for variable, sign, constant in pairs:
        ordered.add(variable)
        found.compares |= {_against(walk, sign, constant) for walk in reached.get(variable, ())}
