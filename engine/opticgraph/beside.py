"""Links that are to run beside the link of now over the same fibres: that one has to go on through the filters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from .applied import Applied, changed, fellow
from .candidates import ROW_SCHEMA, Outcomes, framed
from .choices import Flip
from .repairs import Judging, least_changes
from .result import Finding

__all__ = ["fellows", "findings_beside", "flips_beside"]

Row = Mapping[str, object]
AppliedTo = Sequence[tuple[int, Applied]]  # the place of a link in rows, and a proposal applied to it


def fellows(rows: pl.DataFrame, applied: AppliedTo) -> pl.DataFrame:
    """The link of now as its light then goes, for each proposal beside which it goes on (ROW_SCHEMA)."""
    held = list(rows.select(*ROW_SCHEMA).iter_rows(named=True))
    beside = [applied[at] for at in _beside(applied)]
    return framed(fellow(each).after(held[nth]) for nth, each in beside)


def findings_beside(applied: AppliedTo, outcomes: Outcomes) -> dict[int, tuple[Finding, ...]]:
    """What is found on each proposal, and what is new on the link of now where that goes on beside it.

    outcomes has every proposal in order and then the fellows.
    """
    beside = _beside(applied)
    found = outcomes.findings(range(len(applied) + len(beside)))
    now = {nth: at for at, (nth, each) in enumerate(applied) if each.proposal.strategy == "stay"}
    for extra, at in enumerate(beside, len(applied)):
        known = {(finding.rule, finding.severity) for finding in found.get(now[applied[at][0]], ())}
        new = [finding for finding in found.get(extra, ()) if (finding.rule, finding.severity) not in known]
        found[at] = (*found.get(at, ()), *new)
    return found


def flips_beside(
    rows: pl.DataFrame, applied: AppliedTo, flips: Mapping[int, tuple[Flip, ...]], judging: Judging
) -> dict[int, tuple[Flip, ...]]:
    """Of rejected proposals beside the link of now, the changes that leave the filters in and make both links work.

    flips has what was found for each rejected proposal alone, by its place in applied.
    """
    asked = [at for at in _beside(applied) if at in flips]
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
            kept[at] = (*kept[at], _with_fellow(flip, also))
    return kept


def _beside(applied: AppliedTo) -> Sequence[int]:
    """The proposals beside which the link of now goes on."""
    return [at for at, (_, each) in enumerate(applied) if each.proposal.beside]


def _columns(flip: Flip) -> set[str]:
    return {column for change in flip.changes for column, _ in change.values}


def _flipped(row: Row, flip: Flip) -> Row:
    return {**row, **{name: value for change in flip.changes for name, value in change.values}}


def _of_one_link(flip: Flip) -> bool:
    """Whether one of two links over the same fibres can have the changes and the other not."""
    return all(column[:2] in ("a_", "b_") or column == "attenuator_mdb" for column in _columns(flip))


def _with_fellow(flip: Flip, also: Flip) -> Flip:
    """A flip and what the link of now then takes besides."""
    told = tuple(replace(change, values=(), words=f"for the link of now {change.words}") for change in also.changes)
    return replace(
        flip,
        changes=(*flip.changes, *told),
        verdict=min(flip.verdict, also.verdict),  # unknown comes before works
        needs=tuple(dict.fromkeys((*flip.needs, *also.needs))),
        cost=flip.cost + also.cost,
        outage=flip.outage or also.outage,
    )
