"""How much each rule had to look at: of every rule and link, whether it was asked and whether it could judge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import polars as pl

from .alike import alike, first_of_each
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
    of_links = [at for at, rule in enumerate(rules) if TARGETS.get(rule.target, ("",))[0] in ("link", "end")]
    asks = {at: [_asks(rules[at], side) for side in _sides(rules[at])] for at in of_links}
    has = {at: [_needed(rules[at], side) for side in _sides(rules[at])] for at in of_links}
    first = pl.col("case") == 0
    groups = alike(judged.links, [first, *chain(*asks.values(), *has.values())])
    each = first_of_each(groups)
    few = judged.links[each["nth"]].with_columns(rows=each["rows"])
    counts: dict[str, int] = {}
    left: dict[str, int] = {}
    asked, told = [pl.lit(0, pl.Int64)], [pl.lit(0, pl.Int64)]
    for at, rule in enumerate(rules):
        if at in asks:
            pairs = list(zip(asks[at], has[at], strict=True))
            sums = few.filter(first).select(
                asked=pl.sum_horizontal([a.cast(pl.Int64) for a, _ in pairs]).dot("rows"),
                told=pl.sum_horizontal([(a & h).cast(pl.Int64) for a, h in pairs]).dot("rows"),
            )
            counts[rule.name] = int(sums["told"][0] or 0)
            left[rule.name] = int(sums["asked"][0] or 0) - counts[rule.name]
            any_asks = pl.any_horizontal(asks[at])
            all_told = pl.all_horizontal([~a | h for a, h in pairs])
            asked.append(pl.when(any_asks).then(1 << at).otherwise(0))
            told.append(pl.when(any_asks & all_told).then(1 << at).otherwise(0))
        else:
            frame = frame_of(TARGETS[rule.target][0], judged).own if rule.target in TARGETS else pl.DataFrame()
            known = frame.select(_needed(rule, None).alias("has"))["has"].sum() if frame.height else 0
            counts[rule.name], left[rule.name] = int(known), frame.height - int(known)
    bits = few.select(first.alias("first"), asked=pl.sum_horizontal(asked), judged=pl.sum_horizontal(told))
    links = judged.links.select("link").hstack(bits[groups]).filter("first").drop("first")
    return Looked(tuple(rule.name for rule in rules), counts, left, links)


def _sides(rule: Rule) -> Sequence[str | None]:
    return SIDES if TARGETS[rule.target][0] == "end" else (None,)


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
