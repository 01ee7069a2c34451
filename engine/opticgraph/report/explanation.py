"""An explanation on the terminal or as JSON: each aspect of a link, its figures, margin, facts and sources."""

from __future__ import annotations

import io
import json
from dataclasses import asdict

from ..reasons import Aspect, Basis, Explanation
from .words import clean

__all__ = ["FORMATS", "render"]

FORMATS = ("text", "json")
_MARKS = {"fails": "✗", "unknown": "?", "warns": "!", "holds": "✓", "not judged": "·"}
_EVIDENCE = {"read": "read", "cited": "cited, not opened", "derived": "worked out"}


def render(explanation: Explanation, *, format: str) -> bytes:
    """The explanation as bytes, in one of FORMATS."""
    if format == "json":
        return (json.dumps(asdict(explanation), ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()
    return _text(explanation).encode()


def _text(explanation: Explanation) -> str:
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    target = io.StringIO()
    console = Console(file=target, width=100, color_system=None, highlight=False, legacy_windows=False, _environ={})

    def line(text: str, *, indent: int = 0) -> None:
        console.print(Padding(Text(clean(text), overflow="fold"), (0, 0, 0, indent)))

    verdict = explanation.verdict
    line(f"{explanation.link}: {verdict.verdict} (trust: {explanation.trust})")
    line(f"{explanation.ends[0]}  to  {explanation.ends[1]}", indent=2)
    for assumed in verdict.assumed:
        line(f"assumed: {assumed}", indent=2)
    for contest in verdict.contested:
        line(f"contested: it {contest}", indent=2)
    for aspect in explanation.aspects:
        console.print()
        line(f"{_MARKS[aspect.outcome]} {aspect.title}{_of_end(aspect)}: {aspect.outcome}{_figures(aspect)}")
        for text in (*aspect.messages, *map(_basis, aspect.basis)):
            line(text, indent=4)
    return "".join(row.rstrip() + "\n" for row in target.getvalue().splitlines())


def _of_end(aspect: Aspect) -> str:
    return f" ({aspect.end} end)" if aspect.end else ""


def _figures(aspect: Aspect) -> str:
    if aspect.outcome == "not judged" or aspect.found is None:
        return ""
    unit = f" {aspect.unit}" if aspect.unit else ""
    against = f" against {aspect.limit}{unit}" if aspect.limit is not None else ""
    margin = f", margin {aspect.margin}{unit}" if aspect.margin is not None and aspect.outcome == "holds" else ""
    return f", {aspect.found}{unit}{against}{margin}"


def _basis(basis: Basis) -> str:
    others = "; ".join(f"{source} says {value}" for source, value in basis.others)
    evidence = _EVIDENCE.get(basis.evidence, basis.evidence)
    line = f"{basis.subject} {basis.figure} {basis.value}: {basis.title} [{basis.source}, {evidence}]"
    return f"{line}; contested: {others}" if others else line
