"""`opticgraph diff` on the command line: two designs or results, or one design and what would be otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .arguments import ending, gbps, hand_out, knowing, targets_of, writing
from .exits import DONE, FOUND, LEVELS, NOTHING_TOLD

if TYPE_CHECKING:
    from .design import Design
    from .difference import Diff
    from .result import Audit

__all__ = ["diff"]

_FILES = click.Path(path_type=Path)


@click.command(
    epilog="""What-ifs: "link NAME COLUMN=VALUE", "link NAME COLUMN+=NUMBER", the same with route or device;
    "retire MODULE"; "no STRATEGY", "no CONNECTOR" or "no MODULE"; "only MAKER"; "price -20%", "price PART 899";
    "without SOURCE"; or @FILE with one a line."""
)
@click.argument("old")
@click.argument("new", required=False)
@knowing
@click.option("--new-trust", metavar="POLICY", help="The policy of the new side, instead of --trust.")
@click.option("--new-rules", multiple=True, type=_FILES, metavar="FILE", help="Rules of the new side alone.")
@click.option(
    "--new-catalog", "new_catalogs", multiple=True, type=_FILES, metavar="FILE", help="Parts of the new side."
)
@click.option("--what-if", "what_if", multiple=True, metavar="CHANGE", help="Something otherwise on the new side.")
@click.option("--options", "options", is_flag=True, help="Compare too what links may become.")
@click.option("--to", "rate", metavar="RATE", help="Of options: the wanted rate.")
@click.option("--link", "links", multiple=True, metavar="NAME", help="Of options: only this link.")
@click.option("--prices", type=_FILES, metavar="FILE", help="Of options: a price list, CSV with part, price, currency.")
@click.option("--goal", type=_FILES, metavar="FILE", help="Compare too the plans that reach this goal (docs/plan.md).")
@click.option(
    "--fail-on",
    type=click.Choice(LEVELS),
    default="violation",
    show_default=True,
    help="From which finding that is new, or worse than it was, the exit code is 1.",
)
@writing
def diff(
    old: str,
    new: str | None,
    trust: str,
    rules: Sequence[Path],
    catalogs: Sequence[Path],
    new_trust: str | None,
    new_rules: Sequence[Path],
    new_catalogs: Sequence[Path],
    what_if: Sequence[str],
    options: bool,
    rate: str | None,
    links: Sequence[str],
    prices: Path | None,
    goal: Path | None,
    fail_on: str,
    formats: Sequence[str],
    outputs: Sequence[str],
) -> int:
    """Verdicts that changed, and why: data, rules, catalogue or trust.

    OLD and NEW are a design each, or what `audit --format json` wrote. Without NEW, the design is compared with itself
    under another trust, other rules, another catalogue, or a --what-if.

    Exit codes: 0 nothing new at or above --fail-on; 1 such findings; 2 bad usage or input; 3 internal error;
    4 nothing could be told of the new side.
    """
    from .compare import diff as compare
    from .report.diff import ENDINGS, FORMATS, render

    if new is None and not (what_if or new_trust or new_rules or new_catalogs):
        raise click.UsageError("Found one design; expected NEW, --what-if, --new-trust, --new-rules or --new-catalog.")
    targets = targets_of(formats, outputs, known=FORMATS, told=lambda path: ending(path, ENDINGS))
    found = compare(
        _read(old),
        _read(new) if new is not None else None,
        trust=trust,
        rules=rules,
        catalogs=catalogs,
        new_trust=new_trust,
        new_rules=new_rules,
        new_catalogs=new_catalogs,
        what_if=what_if,
        options=options,
        to_gbps=gbps(rate) if rate else None,
        links=links,
        prices=prices,
        goal=goal,
        names=(old, new or old),
    )
    hand_out(targets, lambda format: render(found, format=format))
    return _code(found, fail_on)


def _read(path: str) -> Design | Audit:
    from .read import load
    from .read.result import read_result

    return (read_result(Path(path)) if path != "-" and Path(path).is_file() else None) or load(path)


def _code(found: Diff, fail_on: str) -> int:
    if fail_on == "never":
        return DONE
    if found.worse & set(LEVELS[: LEVELS.index(fail_on) + 1]):
        return FOUND
    return NOTHING_TOLD if found.nothing_told else DONE
