"""A knowledge-graph reasoning engine for moving a network's optics from 100G to 400G.

    import opticgraph

    design = opticgraph.load("links.csv")
    result = opticgraph.audit(design)
    for finding in result.findings:
        print(finding.severity, finding.message)

Each command of `opticgraph` on the command line has its twin here; a module is imported when it is first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .ask import query
    from .become import options
    from .choices import LinkOptions, Option, Options, Rejected
    from .compare import diff
    from .design import Account, Design
    from .difference import Cause, Diff, FindingChange, LinkChange, OptionChange
    from .errors import CatalogError, DesignError, InputError, OpticgraphError, QueryError
    from .export import convert
    from .goal import Goal
    from .judge import audit
    from .planned import Plan
    from .planner import plan
    from .proof.verified import Verification
    from .proof.verify import verify
    from .read import load
    from .reasons import Explanation, explain
    from .result import Audit, Coverage, Finding, Verdict
    from .table import Table

_HOMES = {
    "Account": "design",
    "Audit": "result",
    "CatalogError": "errors",
    "Cause": "difference",
    "Coverage": "result",
    "Design": "design",
    "DesignError": "errors",
    "Diff": "difference",
    "Explanation": "reasons",
    "Finding": "result",
    "Goal": "goal",
    "FindingChange": "difference",
    "InputError": "errors",
    "LinkChange": "difference",
    "LinkOptions": "choices",
    "OpticgraphError": "errors",
    "Plan": "planned",
    "Option": "choices",
    "OptionChange": "difference",
    "Options": "choices",
    "QueryError": "errors",
    "Rejected": "choices",
    "Table": "table",
    "Verdict": "result",
    "Verification": "proof.verified",
    "audit": "judge",
    "convert": "export",
    "diff": "compare",
    "explain": "reasons",
    "load": "read",
    "options": "become",
    "plan": "planner",
    "query": "ask",
    "verify": "proof.verify",
}

__all__ = [
    "Account",
    "Audit",
    "CatalogError",
    "Cause",
    "Coverage",
    "Design",
    "DesignError",
    "Diff",
    "Explanation",
    "Finding",
    "FindingChange",
    "Goal",
    "InputError",
    "LinkChange",
    "LinkOptions",
    "OpticgraphError",
    "Option",
    "OptionChange",
    "Options",
    "Plan",
    "QueryError",
    "Rejected",
    "Table",
    "Verdict",
    "Verification",
    "audit",
    "convert",
    "diff",
    "explain",
    "load",
    "options",
    "plan",
    "query",
    "verify",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)
