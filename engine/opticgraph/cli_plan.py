"""`opticgraph plan` on the command line: options of many links put in order."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from .arguments import DESIGNS, gbps, hand_out, knowing, targets_of, writing
from .exits import DONE, FOUND

__all__ = ["plan"]

_FILE = click.Path(path_type=Path)


@click.command()
@DESIGNS
@click.option("--to", "rate", metavar="RATE", help="The wanted rate of all links; else target_gbps of each.")
@click.option("--goal", type=_FILE, metavar="FILE", help="Limits and wishes, in TOML or Turtle (docs/plan.md).")
@click.option("--host", metavar="MODEL", help="A model that may take the place of any device, where a link needs it.")
@click.option("--prices", type=_FILE, metavar="FILE", help="A price list: CSV with part, price, currency.")
@click.option(
    "--work",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="How much search: seconds by count, not by the clock, so that the same work gives the same plan. [60]",
)
@click.option("--seed", type=click.IntRange(min=0), metavar="N", help="Where the search begins. [1]")
@knowing
@writing
def plan(
    designs: Sequence[str],
    rate: str | None,
    goal: Path | None,
    host: str | None,
    prices: Path | None,
    work: float | None,
    seed: int | None,
    trust: str,
    rules: Sequence[Path],
    catalogs: Sequence[Path],
    formats: Sequence[str],
    outputs: Sequence[str],
) -> int:
    """Windows in order that bring links to their wanted rates, with every state on the way audited.

    Exit codes: 0 all that is wanted is in the plan; 1 not all of it, or there is no plan; 2 bad usage or input;
    3 internal error. Ctrl-C gives the best plan so far.
    """
    from .planner import plan as make
    from .read import load
    from .report.plan import FORMATS, format_of, render

    targets = targets_of(formats, outputs, known=FORMATS, told=lambda path: format_of(path.name))
    design = load(*designs)
    told = make(
        design,
        to_gbps=gbps(rate) if rate else None,
        goal=goal,
        host=host,
        prices=prices,
        work=work,
        seed=seed,
        trust=trust,
        rules=rules,
        catalogs=catalogs,
    )
    hand_out(targets, lambda format: render(told, design, format=format))
    if told.interrupted:
        click.echo("opticgraph: stopped; this is the best plan so far", err=True)
    return DONE if told.status == "complete" else FOUND
