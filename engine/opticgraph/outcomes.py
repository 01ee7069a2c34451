"""What links may become, before and after: options that came, went or changed, and what forbids them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import polars as pl

from .choices import Options
from .derive import Judged
from .design import SIDES
from .difference import OptionChange, OptionRow
from .limits import Limits

__all__ = ["Outcomes", "changed_options", "outcomes_of"]

MANY = 1000  # links beyond which what options cost is not worked out: of so many there is only a table
GOOD = ("works", "unknown")  # a proposal that fails or is refused is no option

# Link, strategy, modules of both ends, rate, and which of those that agree in all these.
Key = tuple[str, str, str, str, int, int]
Outcomes = Mapping[Key, OptionRow]


def outcomes_of(options: Options, judged: Judged, limits: Limits) -> Outcomes:
    """Every proposal to every link with what it comes to; what limits forbid is refused."""
    rows = _in_full(options) if len(options.links) <= MANY else _of_table(options)
    ends = judged.links.lazy().filter(pl.col("case") == 0).select("link", *(f"{s}_type" for s in SIDES)).collect()
    now = {link: dict(zip(SIDES, types, strict=True)) for link, *types in ends.iter_rows()}
    told: dict[Key, OptionRow] = {}
    count: Counter[tuple[object, ...]] = Counter()
    for link, strategy, a_module, b_module, rate, row in rows:
        alike = (link, strategy, a_module or "", b_module or "", rate or 0)
        key = (*alike, count[alike])
        count[alike] += 1
        said = limits.forbidding(strategy, {"a": a_module, "b": b_module}, now.get(link, {}))
        told[key] = OptionRow("refused", (), "", None, "", said) if said and row.verdict in GOOD else row
    return told


_Row = tuple[str, str, str | None, str | None, int | None, OptionRow]


def _in_full(options: Options) -> Iterator[_Row]:
    for each in options.links:
        for option in each.options:
            needs, work = ", ".join(option.needs), option.work
            row = OptionRow(option.verdict, (), needs, work.cost, work.currency)
            yield each.link, option.strategy, option.a_module, option.b_module, option.rate_gbps, row
        for no in each.rejected:
            row = OptionRow("fails", no.rules, "", None, "")
            yield each.link, no.strategy, no.a_module, no.b_module, no.rate_gbps, row


def _of_table(options: Options) -> Iterator[_Row]:
    for link, strategy, a_module, b_module, rate, verdict, needs, rules in options.table.iter_rows():
        yield link, strategy, a_module, b_module, rate, OptionRow(verdict, tuple(rules or ()), needs or "", None, "")


def changed_options(old: Outcomes, new: Outcomes) -> tuple[OptionChange, ...]:
    """What is another option than it was, by link; that a link may stay as it is, its verdict tells."""
    changes = []
    for key in sorted({*old, *new}):
        link, strategy, a_module, b_module, rate, _ = key
        was, is_ = old.get(key), new.get(key)
        options = any(row is not None and row.verdict in GOOD for row in (was, is_))
        if strategy != "stay" and options and was != is_:
            changes.append(OptionChange(link, strategy, a_module or None, b_module or None, rate or None, was, is_))
    return tuple(changes)
