"""The command `plan`: its arguments to one function of the package, its answer to stdout or files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

__all__ = ["answer", "gbps", "options_of_plan"]


def options_of_plan(command: Callable[..., Any]) -> Callable[..., Any]:
    """What is asked of a plan and how hard it is looked for."""
    for option in (
        click.option("--to", "rate", metavar="RATE", help="The wanted rate of all links; else target_gbps of each."),
        click.option(
            "--goal", type=click.Path(path_type=Path), metavar="FILE", help="Limits and wishes, in TOML (docs/plan.md)."
        ),
        click.option(
            "--prices", type=click.Path(path_type=Path), metavar="FILE", help="A price list: part, price, currency."
        ),
        click.option(
            "--work",
            type=click.FloatRange(min=0, min_open=True),
            metavar="SECONDS",
            help="How much search: seconds by count, not by the clock, so that the same work gives the same plan. [60]",
        ),
        click.option("--seed", type=click.IntRange(min=0), metavar="N", help="Where the search begins. [1]"),
    ):
        command = option(command)
    return command


def gbps(text: str) -> int:
    """A rate such as 400G in Gb/s."""
    digits = text.strip().upper().removesuffix("G")
    if not digits.isdigit() or not 1 <= int(digits) <= 100_000:
        raise click.BadParameter(f"{text!r} is no rate; expected one such as 400G.", param_hint="--to")
    return int(digits)


def answer(
    designs: Sequence[str],
    targets: Sequence[tuple[str, Path | None]],
    *,
    rate: str | None,
    goal: Path | None,
    prices: Path | None,
    work: float | None,
    seed: int | None,
    trust: str,
    rules: Sequence[Path],
    catalogs: Sequence[Path],
) -> int:
    """Plan and write it down in each format; 0 where all that is wanted is in the plan, else 1."""
    from .planner import plan
    from .read import load
    from .report import save
    from .report.plan import render

    design = load(*designs)
    told = plan(
        design,
        to_gbps=gbps(rate) if rate else None,
        goal=goal,
        prices=prices,
        work=work,
        seed=seed,
        trust=trust,
        rules=rules,
        catalogs=catalogs,
    )
    for format, path in targets:
        content: bytes = render(told, design, format=format)
        if path is None:
            click.get_binary_stream("stdout").write(content)
        else:
            save(content, path)
    if told.interrupted:
        click.echo("opticgraph: stopped; this is the best plan so far", err=True)
    return 0 if told.status == "complete" else 1
