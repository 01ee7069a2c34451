"""Results as rdflib graphs: what their reports write in Turtle, read again."""

from __future__ import annotations

from rdflib import Graph

from ..choices import Options
from ..errors import InputError
from ..planned import Plan
from ..result import Audit
from ..table import Table
from .options.turtle import render as options_as_turtle
from .plan.turtle import render as plan_as_turtle
from .turtle import render as audit_as_turtle

__all__ = ["graph"]


def graph(result: Audit | Options | Plan | Table) -> Graph:
    """The graph of a result; InputError for an answer that is none."""
    match result:
        case Audit():
            return Graph().parse(data=audit_as_turtle(result), format="turtle")
        case Options():
            return Graph().parse(data=options_as_turtle(result), format="turtle")
        case Plan():
            return Graph().parse(data=plan_as_turtle(result), format="turtle")
        case Table():
            if result.triples is None:
                raise InputError("to_graph: found an answer that is rows; expected a question that makes a graph")
            return Graph().parse(data=result.triples, format="nt")
