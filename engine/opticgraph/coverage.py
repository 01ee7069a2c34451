"""How much each rule had to look at: of every rule and link, whether it was asked and whether it could judge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from .derive import Judged
from .design import SIDES
from .facts import column_of
from .kinds import TARGETS
from .rules import Rule
from .things import Focus, frame_of

__all__ = ["Looked", "looked_at", "state_of"]

ALL = pl.int_range(pl.len()) >= 0  # true in every row; a literal would stand for one row only

# What a rule is about besides its target class, so that `not judged` is said only of links it concerns.
_CONCERNS: Mapping[str, str] = {
    "adapter-fits": "{side}_adapter",
    "breakout-is-supported": "{side}_legs",
    "line-passes-wavelengths": "line_system",
}


@dataclass(frozen=True)
class Looked:
    """Things judged and things left, for each rule; and for each link which rules asked and which judged.

    links has `link`, `asked` and `judged`: bit n is the rule at place n of `rules`.
    """

    rules: tuple[str, ...]
    judged: Mapping[str, int]
    left: Mapping[str, int]
    links: pl.DataFrame

    def names(self, bits: int) -> tuple[str, ...]:
        """The rules whose bits are set."""
        return tuple(name for at, name in enumerate(self.rules) if bits >> at & 1)


def looked_at(rules: Sequence[Rule], judged: Judged) -> Looked:
    """Count over columns; `judged` has all a rule needs (optic:needs), `asked` is what it is about."""
    first = judged.links.filter(pl.col("case") == 0)
    asked, told = [pl.lit(0, pl.Int64)], [pl.lit(0, pl.Int64)]
    counts: dict[str, int] = {}
    left: dict[str, int] = {}
    for at, rule in enumerate(rules):
        if rule.target not in TARGETS:
            counts[rule.name], left[rule.name] = 0, 0
            continue
        sort = TARGETS[rule.target][0]
        if sort not in ("link", "end"):
            frame = frame_of(sort, judged)
            has = frame.select(_all([_needed(rule, None)]).alias("has"))["has"] if frame.height else pl.Series([False])
            counts[rule.name] = int(has.sum()) if frame.height else 0
            left[rule.name] = frame.height - counts[rule.name]
            continue
        sides: Iterable[str | None] = SIDES if sort == "end" else (None,)
        asks = [_asks(rule, side) for side in sides]
        has_each = [_needed(rule, side) for side in sides]
        sums = first.select(
            asked=pl.sum_horizontal([a.cast(pl.Int64) for a in asks]).sum(),
            told=pl.sum_horizontal([(a & h).cast(pl.Int64) for a, h in zip(asks, has_each, strict=True)]).sum(),
        )
        counts[rule.name] = int(sums["told"][0])
        left[rule.name] = int(sums["asked"][0]) - counts[rule.name]
        any_asks = pl.any_horizontal(asks)
        all_told = pl.all_horizontal([~a | h for a, h in zip(asks, has_each, strict=True)])
        asked.append(pl.when(any_asks).then(1 << at).otherwise(0))
        told.append(pl.when(any_asks & all_told).then(1 << at).otherwise(0))
    links = first.select("link", asked=pl.sum_horizontal(asked), judged=pl.sum_horizontal(told))
    return Looked(tuple(rule.name for rule in rules), counts, left, links)


def state_of(rule: Rule, focus: Focus) -> str:
    """Whether a rule judges one thing: judged, not judged, or no concern of the rule's."""
    if rule.target not in TARGETS or TARGETS[rule.target][0] != focus.kind:
        return "no concern"
    asks = _asks(rule, focus.side) if focus.kind in ("link", "end") else ALL
    row = pl.DataFrame([dict(focus.row)], infer_schema_length=None, strict=False)
    asked, told = row.select(asks.alias("asked"), _needed(rule, focus.side).alias("told")).row(0)
    return ("judged" if told else "not judged") if asked else "no concern"


def _asks(rule: Rule, side: str | None) -> pl.Expr:
    """Whether the rule is about a link, or this end of it, at all."""
    optical, single = ~pl.col("cable"), (pl.col("strands_needed") == 1).fill_null(False)
    about = {"OpticalLink": optical, "OpticalEnd": optical, "CoherentLink": pl.col("coherent") & optical}.get(
        rule.target, ALL
    )
    if rule.name in _CONCERNS:
        about = about & pl.col(_CONCERNS[rule.name].format(side=side)).is_not_null()
    more = {
        "bidi-ends-are-complementary": single,
        "fec-agrees": optical,
        "line-passes-wavelengths": ~pl.col("coherent"),
        "polarity-crosses": ~single,
    }.get(rule.name)
    return about & more if more is not None else about


def _needed(rule: Rule, side: str | None) -> pl.Expr:
    """Whether all that the rule needs is there."""
    columns = [column_of(path, side) for path in rule.needs]
    return _all([pl.col(column).is_not_null() for column in columns if column])


def _all(conditions: list[pl.Expr]) -> pl.Expr:
    return pl.all_horizontal(conditions) if conditions else ALL
