"""Options of two links: the link of now that goes on beside, through filters, or one that comes in with a switch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import polars as pl

from .applied import Applied, changed, fellow
from .candidates import ROW_SCHEMA, Outcomes, framed
from .choices import Flip
from .repairs import Judging, least_changes, needs_of
from .result import Finding

__all__ = ["fellows", "findings_beside", "flips_beside", "flips_with_added", "needs_added"]

Row = Mapping[str, object]
AppliedTo = Sequence[tuple[int, Applied]]  # the place of a link in rows, and a proposal applied to it


def fellows(rows: pl.DataFrame, applied: AppliedTo) -> pl.DataFrame:
    """The other link of each proposal of two (ROW_SCHEMA): that of now as its light then goes, or one that comes in."""
    held = list(rows.select(*ROW_SCHEMA).iter_rows(named=True))
    return framed(
        each.added(held[nth]) if each.adds else other.after(held[nth])
        for nth, each in applied
        if (other := fellow(each)) is not None
    )


def findings_beside(applied: AppliedTo, outcomes: Outcomes) -> dict[int, tuple[Finding, ...]]:
    """What is found on each proposal, and on its other link: all of one that comes in, of that of now what is new.

    outcomes has every proposal in order and then the fellows.
    """
    beside = [at for at, (_, each) in enumerate(applied) if fellow(each) is not None]
    found = outcomes.findings(range(len(applied) + len(beside)))
    now = {nth: at for at, (nth, each) in enumerate(applied) if each.proposal.strategy == "stay"}
    for extra, at in enumerate(beside, len(applied)):
        nth, each = applied[at]
        stay = () if each.adds else found.get(now[nth], ())
        known = {(finding.rule, finding.severity) for finding in stay}
        new = [finding for finding in found.get(extra, ()) if (finding.rule, finding.severity) not in known]
        found[at] = (*found.get(at, ()), *new)
    return found


def flips_beside(
    rows: pl.DataFrame, applied: AppliedTo, flips: Mapping[int, tuple[Flip, ...]], judging: Judging
) -> dict[int, tuple[Flip, ...]]:
    """Of rejected proposals beside the link of now, the changes that leave the filters in and make both links work.

    flips has what was found for each rejected proposal alone, by its place in applied.
    """
    asked = [at for at, (_, each) in enumerate(applied) if each.proposal.beside and at in flips]
    if not asked:
        return {}
    own = list(changed(rows, [applied[at] for at in asked]).iter_rows(named=True))
    beside = list(fellows(rows, [applied[at] for at in asked]).iter_rows(named=True))
    of_fellows = least_changes(framed(beside), judging)
    tried = [
        (at, nth, flip)
        for nth, at in enumerate(asked)
        for flip in {flip.words: flip for flip in (*of_fellows.get(nth, ()), *flips[at])}.values()
        if "mux_mdb" not in _columns(flip)
    ]
    outcomes = judging(framed(_flipped(own[nth], flip) for _, nth, flip in tried))
    held = [(at, nth, flip) for place, (at, nth, flip) in enumerate(tried) if outcomes.verdict(place) != "fails"]
    then = framed(_flipped(beside[nth], flip) for _, nth, flip in held)
    outcomes, more = judging(then), least_changes(then, judging)
    kept: dict[int, tuple[Flip, ...]] = dict.fromkeys(asked, ())
    for place, (at, _, flip) in enumerate(held):
        if outcomes.verdict(place) != "fails":
            kept[at] = (*kept[at], flip)
        elif also := next((each for each in more.get(place, ()) if _of_one_link(each)), None):
            kept[at] = (*kept[at], _both(flip, also, "for the link of now"))
    return kept


def flips_with_added(
    rows: pl.DataFrame, applied: AppliedTo, flips: Mapping[int, tuple[Flip, ...]], judging: Judging
) -> dict[int, tuple[Flip, ...]]:
    """Of rejected proposals that add a link, the changes that make both links work; flips as in flips_beside."""
    asked = [at for at, (_, each) in enumerate(applied) if each.adds and at in flips]
    if not asked:
        return {}
    added = fellows(rows, [applied[at] for at in asked])
    outcomes, ways = judging(added), least_changes(added, judging)
    own = judging(changed(rows, [applied[at] for at in asked]))
    kept: dict[int, tuple[Flip, ...]] = {}
    for nth, at in enumerate(asked):
        there = Flip((), outcomes.verdict(nth), needs_added(outcomes.findings([nth]).get(nth, ())), 0, False)
        of_added = ways.get(nth, ()) if there.verdict == "fails" else (there,)
        alone = Flip((), own.verdict(nth), needs_of(own.findings([nth]).get(nth, ())), 0, False)
        of_own = flips[at] if alone.verdict == "fails" else (alone,)
        kept[at] = tuple(_both(flip, also, "on the new link") for also in of_added[:1] for flip in of_own)
    return kept


def needs_added(findings: Iterable[Finding]) -> tuple[str, ...]:
    """needs_of the link that comes in, of which no record is to be mended."""
    return tuple(f"on the new link, {need}" for need in needs_of(findings))


def _both(flip: Flip, also: Flip, where: str) -> Flip:
    """A flip, and what the other link then takes besides."""
    told = tuple(replace(change, values=(), words=f"{where} {change.words}") for change in also.changes)
    return replace(
        flip,
        changes=(*flip.changes, *told),
        verdict=min(flip.verdict, also.verdict),  # unknown comes before works
        needs=tuple(dict.fromkeys((*flip.needs, *also.needs))),
        cost=flip.cost + also.cost,
        outage=flip.outage or also.outage,
    )


def _columns(flip: Flip) -> set[str]:
    return {column for change in flip.changes for column, _ in change.values}


def _flipped(row: Row, flip: Flip) -> Row:
    return {**row, **{name: value for change in flip.changes for name, value in change.values}}


def _of_one_link(flip: Flip) -> bool:
    """Whether one of two links over the same fibres can have the changes and the other not."""
    return all(column[:2] in ("a_", "b_") or column == "attenuator_mdb" for column in _columns(flip))
