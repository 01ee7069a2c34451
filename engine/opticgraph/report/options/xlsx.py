"""Options as an Excel workbook to plan in: pick in the column `chosen`; refusals, repairs and parts beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from ...choices import LinkOptions, Option, Options
from ..workbook import Cell, Column, Sheet, workbook
from .summary import comes_in, then, warnings

__all__ = ["CHOICES", "render"]

MOST_LINKS = 1_000  # nobody plans more by hand
CHOICES = ("yes", "maybe", "no")  # of the drop-down; the cells start empty


def render(options: Options) -> bytes:
    """The workbook's bytes; every text is a text cell, never a formula or a link."""
    options = replace(options, links=options.links[:MOST_LINKS])
    return workbook(
        "Optics options",
        options.version,
        [
            Sheet("Options", OPTIONS, _options(options), coloured=(2, 11), choices=(4, CHOICES)),
            Sheet("Why not", WHY_NOT, _why_not(options)),
            Sheet("Repairs", REPAIRS, _repairs(options), coloured=(1, 3)),
            Sheet("Parts", PARTS, _parts(options)),
            Sheet("Find out first", MISSING, _missing(options)),
        ],
    )


OPTIONS: Sequence[Column] = (
    ("link", 22), ("option", 26), ("now", 10), ("link Gb/s", 10), ("chosen", 10), ("strategy", 18),
    ("a device", 18), ("a module", 28), ("b device", 18), ("b module", 28), ("Gb/s", 8), ("verdict", 10),
    ("needs", 40), ("outage", 9), ("why", 40), ("buy", 44), ("settings", 44), ("frees", 44), ("W now", 8),
    ("W then", 8), ("cost", 10), ("together with", 30), ("adds", 40), ("warnings", 60), ("steps", 90),
)  # fmt: skip


def _options(options: Options) -> Iterable[Sequence[Cell]]:
    for each, name, option in _named(options):
        work = option.work
        yield (
            each.link, name, each.now, each.rate_gbps, None, option.strategy, _text(each, "a_device"), option.a_module,
            _text(each, "b_device"), option.b_module, option.rate_gbps, option.verdict, "; ".join(option.needs),
            "yes" if work.outage else "no", work.why_outage,
            "; ".join(f"{part.count} x {part.part}" for part in work.parts if part.action == "buy"),
            "; ".join(work.settings), "; ".join(work.frees), _watts(work.power_mw[0]), _watts(work.power_mw[1]),
            work.cost, ", ".join(option.together), comes_in(option), " ".join(warnings(option)), " ".join(work.steps),
        )  # fmt: skip


WHY_NOT: Sequence[Column] = (
    ("link", 22), ("strategy", 18), ("a module", 28), ("b module", 28), ("Gb/s", 8), ("rules", 34), ("why", 90),
    ("would work with", 60), ("changes", 9), ("else", 60),
)  # fmt: skip


def _why_not(options: Options) -> Iterable[Sequence[Cell]]:
    for each in options.links:
        for rejected in each.rejected:
            ways = [f"{flip.words}{then(flip)}" for flip in rejected.flips]
            yield (
                each.link, rejected.strategy, rejected.a_module, rejected.b_module, rejected.rate_gbps,
                " ".join(rejected.rules), " ".join(dict.fromkeys(finding.message for finding in rejected.findings)),
                ways[0] if ways else "", len(rejected.flips[0].changes) if ways else None, "; ".join(ways[1:]),
            )  # fmt: skip


REPAIRS: Sequence[Column] = (
    ("link", 22), ("now", 10), ("change", 60), ("then", 10), ("needs", 40), ("outage", 9), ("changes or cost", 16),
)  # fmt: skip


def _repairs(options: Options) -> Iterable[Sequence[Cell]]:
    for each in options.links:
        for flip in each.repairs:
            yield (
                each.link, each.now, flip.words, flip.verdict, "; ".join(flip.needs), "yes" if flip.outage else "no",
                Decimal(str(flip.cost)),
            )  # fmt: skip


PARTS: Sequence[Column] = (("option", 26), ("link", 22), ("strategy", 18), ("action", 9), ("part", 44), ("count", 8))


def _parts(options: Options) -> Iterable[Sequence[Cell]]:
    for each, name, option in _named(options):
        for part in option.work.parts:
            yield name, each.link, option.strategy, part.action, part.part, part.count


MISSING: Sequence[Column] = (
    ("what to find out", 44), ("column", 18), ("verdicts it settles", 18), ("options that wait", 18), ("links", 80),
)  # fmt: skip


def _missing(options: Options) -> Iterable[Sequence[Cell]]:
    for missing in options.missing:
        yield missing.words, missing.supply, missing.verdicts, missing.options, ", ".join(missing.links)


def _named(options: Options) -> Iterator[tuple[LinkOptions, str, Option]]:
    """Every option with a name of its own, by which the sheet of parts refers to it."""
    for each in options.links:
        for nth, option in enumerate(each.options, 1):
            yield each, f"{each.link} {nth}", option


def _text(each: LinkOptions, column: str) -> str:
    value = each.record.get(column)
    return "" if value is None else str(value)


def _watts(milliwatts: int | None) -> Decimal | None:
    return None if milliwatts is None else Decimal(milliwatts) / 1000
