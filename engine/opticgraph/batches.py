"""pySHACL's own constraints, asked of many things at once where it asks them of one thing after another.

What is found is what pySHACL finds: a constraint that does not settle all things at once is left to pySHACL itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pyshacl.shape
from pyshacl.constraints import ALL_CONSTRAINT_PARAMETERS, CONSTRAINT_PARAMETERS_MAP
from pyshacl.constraints.core.logical_constraints import OrConstraintComponent
from pyshacl.constraints.core.shape_based_constraints import PropertyConstraintComponent
from pyshacl.constraints.sparql.sparql_based_constraints import SPARQLBasedConstraint
from rdflib import Graph
from rdflib.namespace import SH
from rdflib.plugins.sparql.evaluate import evalQuery
from rdflib.term import Node

from .stepwise import prepared

__all__ = ["in_batches"]

_Foci = Mapping[Any, Collection[Any]]  # the values of each thing that is looked at
_LEAST = 8  # things below which halving costs more than it saves


@contextmanager
def in_batches() -> Iterator[None]:
    """While it is open, pySHACL judges by these constraints."""
    own = {**CONSTRAINT_PARAMETERS_MAP, SH.property: _Property, SH["or"]: _Or, SH.sparql: _Sparql}
    # pySHACL looks every property of a shape up in the first of the two, which is a list of its own
    pyshacl.shape.CONSTRAINT_PARAMS = own, own  # type: ignore[attr-defined]  # where pySHACL keeps them itself
    try:
        yield
    finally:
        plain = ALL_CONSTRAINT_PARAMETERS, CONSTRAINT_PARAMETERS_MAP
        pyshacl.shape.CONSTRAINT_PARAMS = plain  # type: ignore[attr-defined]


class _Property(PropertyConstraintComponent):
    """sh:property asks its shape about all values in one call, each value once."""

    def _evaluate_property_shape(
        self, executor: Any, shape: Node, graph: Any, foci: _Foci, recursive: Any, path: list[Any]
    ) -> tuple[bool, list[Any]]:
        every = [value for values in foci.values() for value in values]
        if len(set(every)) == len(every):
            foci = {None: [every]}  # a shape takes many things as well as one
        told: tuple[bool, list[Any]] = super()._evaluate_property_shape(  # type: ignore[no-untyped-call]
            executor, shape, graph, foci, recursive, path
        )
        return told


class _Or(OrConstraintComponent):
    """sh:or holds of all things of which one of its shapes holds; the others are asked by halves, and then singly."""

    def _evaluate_or_constraint(
        self, executor: Any, shapes: Node, graph: Any, foci: _Foci, path: list[Any]
    ) -> tuple[bool, list[Any]]:
        asked = super()._evaluate_or_constraint
        items = list(foci.items())
        alone = 1 if len(items) > _LEAST else len(items)  # one at least, so that what is wrong with a shape comes out
        results = [asked(executor, shapes, graph, dict(items[:alone]), path)]  # type: ignore[no-untyped-call]
        for part in self._open(executor, self._plain(shapes), graph, items[alone:], path):
            results.append(asked(executor, shapes, graph, part, path))  # type: ignore[no-untyped-call]
        return any(fails for fails, _ in results), [each for _, found in results for each in found]

    def _plain(self, shapes: Node) -> list[Any]:
        """Those of the shapes that may hold of many things at once; a shape of sh:not asks one after another."""
        graph = self.shape.sg.graph
        named = (each for each in graph.items(shapes) if not self.shape.sg.is_filtered_out_shape(each))
        other = self.shape.get_other_shape
        return [other(each) for each in named if (each, SH["not"], None) not in graph]  # type: ignore[no-untyped-call]

    def _open(
        self, executor: Any, shapes: Sequence[Any], graph: Any, items: Sequence[tuple[Any, Any]], path: list[Any]
    ) -> Iterator[dict[Any, Any]]:
        """Things, in parts, of which no one shape holds as a whole."""
        every = [value for _, values in items for value in values]
        if not items or any(
            shape.validate(executor, graph, focus=every, _evaluation_path=path[:])[0] for shape in shapes
        ):
            return
        if len(items) <= _LEAST or not shapes:
            yield dict(items)
            return
        for half in (items[: len(items) // 2], items[len(items) // 2 :]):
            yield from self._open(executor, shapes, graph, half, path)


class _Sparql(SPARQLBasedConstraint):
    """sh:sparql asks its query, bound once, whether it has an answer, and tells the answers of those that have one."""

    def _evaluate_sparql_constraint(self, constraint: Any, graph: Any, foci: _Foci) -> tuple[bool, list[Any]]:
        own: Graph = graph.impl
        told: dict[Any, Any] = {}
        if foci:
            bound, text = constraint.pre_bind_variables(next(iter(foci)))
            query = prepared(constraint.apply_prefixes(text), None, tuple(sorted(own.namespaces())))
            for focus, values in foci.items():
                binding = {**bound, "this": focus} if "this" in bound else bound
                if any(True for _ in evalQuery(own, query, binding)["bindings"]):
                    told[focus] = values
        result: tuple[bool, list[Any]]
        result = super()._evaluate_sparql_constraint(constraint, graph, told)  # type: ignore[no-untyped-call]
        return result
