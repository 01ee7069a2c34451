"""`opticgraph verify` on the command line: a plan file proven anew."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from .arguments import ending, hand_out, knowing, targets_of, writing
from .exits import DONE, FOUND, NOTHING_TOLD

__all__ = ["verify"]


@click.command()
@click.argument("design")
@click.argument("plan", metavar="PLAN")
@click.option(
    "--goal", type=click.Path(path_type=Path), metavar="FILE", help="Limits that the plan must keep, in TOML or Turtle."
)
@knowing
@writing
def verify(
    design: str,
    plan: str,
    goal: Path | None,
    trust: str,
    rules: Sequence[Path],
    catalogs: Sequence[Path],
    formats: Sequence[str],
    outputs: Sequence[str],
) -> int:
    """Prove a plan file anew, edited by hand or not: replayed step by step, every state judged on the graph.

    Exit codes: 0 the plan holds; 1 it does not; 2 bad usage or input; 3 internal error; 4 nothing to prove.
    """
    from .proof.verify import verify as prove
    from .read import load
    from .report.verification import ENDINGS, FORMATS, render

    targets = targets_of(formats, outputs, known=FORMATS, told=lambda path: ending(path, ENDINGS))
    told = prove(load(design), plan, goal=goal, trust=trust, rules=rules, catalogs=catalogs)
    hand_out(targets, lambda format: render(told, format=format))
    return DONE if told.holds else FOUND if told.faults else NOTHING_TOLD
