"""What a rule can read around the thing it judges, and how it tests it; or why that cannot be told.

Pure: shapes in, values out. docs/kinds.md has the argument for why two things that agree on what is told here get
the same results.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rdflib import Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.namespace import RDF, SH
from rdflib.term import Node

from .graph import BASE
from .patterns import compared, read_select
from .walks import HERE, Compare, Refusal, Step, Walk, of_shape

__all__ = ["Compare", "Footprint", "Refusal", "Step", "Walk", "footprint"]


@dataclass(frozen=True)
class Footprint:
    """All that a shape reads and tests of its focus.

    exact     walks whose values matter as they are: words, IRIs of the catalogue, numbers tested for equality
    texts     those of them whose values are read letter by letter
    counts    walks of which only the number of values, their kind and datatype matter
    compares  order tests on numbers, which are all that is done with those numbers
    classes   walks to things of which it is tested whether they are of a class
    values    walks to what results report as sh:value
    own       those of them that are the shape's own, not those of its property shapes
    refused   why the shape cannot be told; the rest is then empty
    """

    exact: frozenset[Walk] = frozenset()
    texts: frozenset[Walk] = frozenset()
    counts: frozenset[Walk] = frozenset()
    compares: frozenset[Compare] = frozenset()
    classes: frozenset[tuple[Walk, str]] = frozenset()
    values: frozenset[Walk] = frozenset()
    own: frozenset[Walk] = frozenset()
    refused: str = ""

    @property
    def walks(self) -> frozenset[Walk]:
        """Every walk that anything is read at the end of."""
        compared = {w for c in self.compares for w in (c.left, c.right) if w is not None}
        return self.exact | self.counts | compared | {walk for walk, _ in self.classes} | self.values


# Constraints that test each value by itself, as it is.
_EXACT = (SH["in"], SH.hasValue, SH.languageIn)
# Constraints that read the text of a value: fine for a literal, not for the name of a thing in the design.
_TEXT = (SH.pattern, SH.minLength, SH.maxLength, SH.uniqueLang, SH.flags)
# Constraints that read how many values there are, or what sort of term a property has.
_COUNT = (SH.minCount, SH.maxCount, SH.datatype, SH.nodeKind)
_ORDER: Mapping[Node, str] = {SH.minInclusive: ">=", SH.maxInclusive: "<=", SH.minExclusive: ">", SH.maxExclusive: "<"}
_PAIRS: Mapping[Node, str] = {SH.lessThan: "<", SH.lessThanOrEquals: "<="}
_LISTS = (SH["or"], SH["and"], SH.xone)
_SINGLE = (SH["not"], SH.node)
_SILENT = {
    RDF.type, SH.name, SH.description, SH.severity, SH.order, SH.group, SH.deactivated, SH.path, SH.targetClass,
    SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf, SH.target, SH.defaultValue, SH.ignoredProperties,
    SH.qualifiedMinCount, SH.qualifiedMaxCount,
}  # fmt: skip


@dataclass
class _Found:
    exact: set[Walk] = field(default_factory=set)
    texts: set[Walk] = field(default_factory=set)
    counts: set[Walk] = field(default_factory=set)
    compares: set[Compare] = field(default_factory=set)
    classes: set[tuple[Walk, str]] = field(default_factory=set)
    values: set[Walk] = field(default_factory=set)
    own: set[Walk] = field(default_factory=set)


def footprint(shapes: Graph, shape: Node) -> Footprint:
    """The footprint of one shape, nested shapes included; a shape that is not understood is refused by reason."""
    found = _Found()
    try:
        _shape(shapes, shape, HERE, found, head=shape, reports=True, seen=())
    except Refusal as refusal:
        return Footprint(refused=str(refusal))
    return Footprint(
        exact=frozenset(found.exact),
        texts=frozenset(found.texts),
        counts=frozenset(found.counts),
        compares=frozenset(found.compares),
        classes=frozenset(found.classes),
        values=frozenset(found.values),
        own=frozenset(found.own),
    )


def _shape(
    shapes: Graph, shape: Node, at: Walk, found: _Found, *, head: Node, reports: bool, seen: tuple[Node, ...]
) -> None:
    """Read one shape whose focus is at the end of a walk; `reports` if its results are results of the report."""
    if shape in seen:
        raise Refusal("it is a recursive shape")
    if (shape, SH.deactivated, Literal(True)) in shapes:
        return
    seen = (*seen, shape)
    ends = [at + walk for walk in of_shape(shapes, shape)]
    if reports:
        found.values |= set(ends)
        if shape == head:
            found.own |= set(ends)
    if len(ends) > 1:  # which of the values are the same decides how many there are
        found.exact |= set(ends)
    own = _components(shapes)
    for predicate, value in sorted(shapes.predicate_objects(shape), key=str):
        if predicate in own:
            raise Refusal("it uses a constraint component of its own")
        if predicate == SH.message:
            if reports and "{" in str(value):
                raise Refusal("its message has places to fill in")
        elif predicate in _SILENT or not str(predicate).startswith(str(SH)):
            continue
        elif predicate == SH.property:
            if reports and (shape, SH.path, None) in shapes:
                raise Refusal("it reports on things beyond the one it judges")
            for end in ends:
                _shape(shapes, value, end, found, head=head, reports=reports, seen=seen)
        elif predicate == SH.sparql:
            if (shape, SH.path, None) in shapes:
                raise Refusal("its SPARQL constraint stands in a property shape")
            _sparql(shapes, value, at, found, reports=reports, own=shape == head)
        else:
            for end in ends:
                _constraint(shapes, predicate, value, at, end, found, head, seen)
    if reports and len(set(shapes.objects(shape, SH.sparql))) > 1:
        found.exact |= found.values  # from which constraint a value comes could not be told


def _constraint(
    shapes: Graph,
    predicate: Node,
    value: Node,
    at: Walk,
    end: Walk,
    found: _Found,
    head: Node,
    seen: tuple[Node, ...],
) -> None:
    """Read one constraint on the values at the end of a walk from the focus at another."""
    if predicate in _COUNT:
        found.counts.add(end)
    elif predicate in _EXACT:
        for constant in Collection(shapes, value) if predicate == SH["in"] else (value,):
            _unnamed(constant)
        found.exact.add(end)
    elif predicate in _TEXT:
        found.exact.add(end)
        found.texts.add(end)
    elif predicate in _ORDER:
        if not isinstance(value, Literal):
            raise Refusal("it compares with what is no literal")
        found.compares.add(compared(end, _ORDER[predicate], value))
    elif predicate in _PAIRS:
        found.compares.add(Compare(end, _PAIRS[predicate], (*at, Step(str(value)))))
    elif predicate in (SH.equals, SH.disjoint):
        found.exact |= {end, (*at, Step(str(value)))}
    elif predicate == SH["class"]:
        found.classes.add((end, str(value)))
    elif predicate in _SINGLE:
        _nested(shapes, [value], end, found, head, seen)
    elif predicate in _LISTS:
        _nested(shapes, Collection(shapes, value), end, found, head, seen)
    elif predicate == SH.qualifiedValueShape:
        found.exact.add(end)
        _nested(shapes, [value], end, found, head, seen)
    elif predicate in (SH.closed, SH.qualifiedValueShapesDisjoint) and value == Literal(False):
        return
    else:
        raise Refusal(f"it uses sh:{str(predicate).removeprefix(str(SH))}")


def _nested(
    shapes: Graph, members: Iterable[Node], at: Walk, found: _Found, head: Node, seen: tuple[Node, ...]
) -> None:
    for member in members:
        _shape(shapes, member, at, found, head=head, reports=False, seen=seen)


def _sparql(shapes: Graph, node: Node, at: Walk, found: _Found, *, reports: bool, own: bool) -> None:
    if (node, SH.deactivated, Literal(True)) in shapes:
        return
    if reports and any("{" in str(message) for message in shapes.objects(node, SH.message)):
        raise Refusal("its message has places to fill in")
    select = shapes.value(node, SH.select)
    if select is None:
        raise Refusal("it has a SPARQL constraint that is no SELECT")
    read = read_select(str(select), _namespaces(shapes, str(select)))
    found.exact |= {at + walk for walk in read.exact}
    found.counts |= {at + walk for walk in read.counts}
    found.compares |= {
        Compare(at + c.left, c.op, None if c.right is None else at + c.right, c.constant) for c in read.compares
    }
    if reports:
        found.values |= read.values
        if own:
            found.own |= read.values


def _namespaces(shapes: Graph, text: str) -> dict[str, str]:
    """Every prefix that is declared; pySHACL too looks beyond the declarations that a constraint names."""
    declared: dict[str, set[str]] = defaultdict(set)
    for each in shapes.objects(None, SH.declare):
        declared[str(shapes.value(each, SH.prefix))].add(str(shapes.value(each, SH.namespace)))
    if any(len(namespaces) > 1 and f"{prefix}:" in text for prefix, namespaces in declared.items()):
        raise Refusal("a prefix of its SPARQL is declared for two namespaces")
    return {prefix: next(iter(namespaces)) for prefix, namespaces in declared.items() if len(namespaces) == 1}


def _components(shapes: Graph) -> frozenset[Node]:
    """The parameters of constraint components that a file of shapes brings itself."""
    return frozenset(
        path
        for component in shapes.subjects(RDF.type, SH.ConstraintComponent)
        for parameter in shapes.objects(component, SH.parameter)
        if (path := shapes.value(parameter, SH.path)) is not None
    )


def _unnamed(constant: Node) -> None:
    if isinstance(constant, URIRef) and constant.startswith(BASE):
        raise Refusal("it names a thing of the design")
