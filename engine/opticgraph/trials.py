"""What is proposed to many links, judged: each case of link and proposal that rules can tell apart once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from . import fields
from .alike import first_of_each
from .applied import Applied
from .candidates import Outcomes
from .moves import hangs_on
from .repairs import Judging
from .situations import FIGURES, LIMITS, NUMBERS, SHIFTS, kinds, situations, told_apart, unmeasured
from .ways import Ways, applied_to, ways_of

__all__ = ["Trials", "trials"]

# Properties of what links of one kind may differ in (situations.NUMBERS).
_MEASURED = frozenset(
    field.property
    for table in (fields.LINK, fields.END, fields.DEVICE)
    for field in table
    if field.column in {name.removeprefix("a_").removeprefix("b_") for name in NUMBERS} | {"optics_power_mw"}
)


@dataclass(frozen=True)
class Trials:
    """Proposals as they were judged.

    each        the situation of each link, in their order
    tried       one row a situation and proposal that its links may have, in their order: `situation`, `way`, `case`,
                `fellow` (the case of the link of now where it goes on beside), `stay` (of the link as it is)
    outcomes    of each case
    rate_gbps   of each case
    """

    each: pl.Series
    tried: pl.DataFrame
    ways: Ways
    outcomes: Outcomes
    rate_gbps: pl.Series


def trials(rows: pl.DataFrame, applied: Mapping[int, Sequence[Applied]], judging: Judging) -> Trials:
    """Judge what is proposed to links, but for what no link of a kind can have.

    rows has ROW_SCHEMA and `kind`, applied by kind what is proposed to its links. Everything is judged first with
    nothing measured: that tells what is refused whatever the figures of a link are, and the limits of the rest. The
    rest is judged again for each way in which the figures of links lie to those limits.
    """
    ways, asked = ways_of(applied)
    first = rows.unique("kind", keep="first", maintain_order=True)
    each = _each(asked).join(first.select("kind", at=pl.int_range(pl.len())), on="kind", maintain_order="left")
    probes = applied_to(unmeasured(first)[each["at"]], ways, each["way"])
    each = each.select("kind", "way", words=kinds(probes))
    probed = judging(probes[first_of_each(each["words"])["nth"]])
    asked = _open(asked, each, ways, probed)
    each = _each(asked).join(each, on=["kind", "way"], maintain_order="left")
    limits = probed.derived(LIMITS).rename({"at": "words"})
    splice_mdb = probed.knowledge.splice
    placed = situations(rows, _held(each, ways, limits), splice_mdb=splice_mdb)

    standing = rows.select("kind", situation=placed).with_row_index("at")
    standing = standing.unique("situation", keep="first", maintain_order=True)
    tried = standing.join(asked, on="kind", maintain_order="left_right")
    keys = ["at", "kind", "way"]
    beside = tried.select("at", "kind", way="fellow").drop_nulls()
    judged = pl.concat([tried.select(keys), beside]).join(each, on=["kind", "way"], maintain_order="left")
    judged = judged.with_columns(case=_cases(rows, judged, ways, limits, splice_mdb=splice_mdb))
    one = judged[first_of_each(judged["case"])["nth"]]
    outcomes = judging(candidates := applied_to(rows[one["at"]], ways, one["way"]))
    case = judged.select(*keys, "case").unique(keys)
    stays = tried.filter(pl.col("way").is_in(_stays(ways))).select("situation", "at", "kind", "way")
    stays = stays.join(case, on=keys).select("situation", stay="case")
    tried = tried.join(case, on=keys, maintain_order="left")
    tried = tried.join(
        case.rename({"way": "fellow", "case": "fellow case"}),
        on=["at", "kind", "fellow"],
        how="left",
        maintain_order="left",
    )
    tried = tried.join(stays, on="situation", how="left", maintain_order="left")
    return Trials(
        each=placed,
        tried=tried.select("situation", "way", "case", "stay", fellow="fellow case"),
        ways=ways,
        outcomes=outcomes,
        rate_gbps=candidates["rate_gbps"],
    )


def _each(asked: pl.DataFrame) -> pl.DataFrame:
    """Each `kind` and `way` that is judged: what is proposed, and the link of now where it goes on beside."""
    beside = asked.select("kind", way="fellow").drop_nulls()
    return pl.concat([asked.select("kind", "way"), beside]).unique(maintain_order=True)


def _stays(ways: Ways) -> list[int]:
    return [at for at, each in enumerate(ways.each) if each.proposal.strategy == "stay"]


def _open(asked: pl.DataFrame, each: pl.DataFrame, ways: Ways, probed: Outcomes) -> pl.DataFrame:
    """What is left of what is asked once that is gone which a rule refuses whatever is measured; staying is not."""
    refused = [at for at in range(each["words"].n_unique()) if _refused(probed.severities(at))]
    told = asked.join(each, on=["kind", "way"], maintain_order="left")
    return told.filter(pl.col("way").is_in(_stays(ways)) | ~pl.col("words").is_in(refused)).drop("words")


def _refused(severities: Mapping[str, str]) -> bool:
    return any(severity == "violation" and not hangs_on(rule) & _MEASURED for rule, severity in severities.items())


def _held(each: pl.DataFrame, ways: Ways, limits: pl.DataFrame) -> pl.DataFrame:
    """What figures of links are held against (situations.situations)."""
    shifts = (ways.shifts[name].gather(each["way"]).alias(f"by {name}") for name in SHIFTS if name in ways.shifts)
    return each.with_columns(shifts).join(limits, on="words").drop("way", "words").unique(maintain_order=True)


def _cases(rows: pl.DataFrame, judged: pl.DataFrame, ways: Ways, limits: pl.DataFrame, *, splice_mdb: int) -> pl.Series:
    """A number for each row at which a way is judged, equal where no rule can tell them apart."""
    several = limits["words"].filter(limits["words"].is_duplicated()).unique()  # a name that means several modules
    told = judged.select("words", own=pl.when(pl.col("words").is_in(several.implode())).then("at"))
    one = limits.unique("words", keep="first", maintain_order=True).sort("words").drop("words")
    figures = applied_to(rows[judged["at"]], ways, judged["way"], FIGURES)
    return told_apart(pl.concat([told, figures, one[judged["words"]]], how="horizontal"), splice_mdb=splice_mdb)
