"""Options of more links than one reads one by one: a row for each link and option, worked out once a case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from .applied import Applied
from .beside import needs_added
from .candidates import Outcomes
from .choices import TABLE_SCHEMA, LinkOptions, Option, Rejected
from .design import SIDES
from .findings import verdict_of
from .repairs import Judging, needs_of
from .result import Finding
from .trials import Trials, trials

__all__ = ["table_from", "told_of"]


def table_from(told: Iterable[LinkOptions]) -> pl.DataFrame:
    """choices.TABLE_SCHEMA of links whose options are at hand."""
    rows: list[tuple[object, ...]] = []
    for each in told:
        for option in each.options:
            rows.append((each.link, *_named(option), option.verdict, "; ".join(option.needs) or None, []))
        for refused in each.rejected:
            rows.append((each.link, *_named(refused), "fails", None, list(refused.rules)))
    return pl.DataFrame(rows, schema=TABLE_SCHEMA, orient="row")


def _named(each: Option | Rejected) -> tuple[object, ...]:
    return each.strategy, each.a_module, each.b_module, each.rate_gbps


def told_of(
    rows: pl.DataFrame, applied: Mapping[int, Sequence[Applied]], now: pl.DataFrame, judging: Judging
) -> tuple[pl.DataFrame, Sequence[Applied]]:
    """choices.TABLE_SCHEMA: what every strategy comes to on every link, but for what no link of its kind can have.

    rows     links, ROW_SCHEMA and `kind`; applied has by kind what is proposed to its links; now the `verdict` of each

    Beside it are `way`, which of the proposals that come with it a row is about, and `warned`, whether a rule warns.
    """
    found = trials(rows, applied, judging)
    told = _told(found)
    # the rows of one situation stand together
    spans = found.tried.with_row_index("start").group_by("situation").agg(pl.col("start").first(), count=pl.len())
    links = rows.select("link", situation=found.each).with_row_index("nth")
    links = links.join(spans, on="situation", maintain_order="left")
    places = pl.int_ranges("start", pl.col("start") + pl.col("count"), dtype=pl.UInt32)
    each = links.select("nth", place=places).explode("place")
    verdicts = rows.select("link").join(now, on="link", how="left", maintain_order="left")["verdict"]
    own = each.select(link=rows["link"].gather(each["nth"]), now=verdicts.gather(each["nth"]))
    by_link = told[each["place"]].hstack(own)
    verdict = pl.when(pl.col("strategy") == "stay").then("now").otherwise("verdict")
    return by_link.with_columns(verdict=verdict).select(*TABLE_SCHEMA, "way", "warned"), found.ways.each


def _told(found: Trials) -> pl.DataFrame:
    """What each row of Trials.tried comes to: choices.TABLE_SCHEMA but for the link."""
    ways, tried = found.ways.each, found.tried
    lacks = list(dict.fromkeys(each.lacks for each in ways))
    lacking = pl.Series([lacks.index(each.lacks) for each in ways], dtype=pl.UInt32)
    adding = [at for at, each in enumerate(ways) if each.adds]
    beside = pl.col("fellow").is_not_null() & ~pl.col("way").is_in(adding)
    stay = pl.when(beside).then("stay").alias("stay")
    of = tried.select("case", "fellow", stay, lacks=lacking.gather(tried["way"]))
    few = of.unique(maintain_order=True)
    outcomes = _outcomes(few, lacks, found.outcomes)
    of = of.join(few.hstack(outcomes), on=of.columns, nulls_equal=True, maintain_order="left")
    by_way = pl.DataFrame(
        {
            "strategy": [each.proposal.strategy for each in ways],
            **{f"{s}_module": [type_.id if (type_ := each.types[s]) else None for each in ways] for s in SIDES},
            "copies": pl.Series([each.proposal.copies or 1 for each in ways], dtype=pl.Int64),
        },
        schema_overrides={f"{s}_module": pl.String() for s in SIDES},
    )[tried["way"]]
    rates = [found.rate_gbps.gather(tried[name]) for name in ("case", "fellow")]
    through = tried.select(pl.when(pl.col("way").is_in(adding)).then(pl.min_horizontal(*rates)).otherwise(rates[0]))
    rate = (through.to_series() * by_way["copies"]).alias("rate_gbps")
    return by_way.with_columns(rate).with_columns(tried["way"]).hstack(of.select("verdict", "needs", "rules", "warned"))


def _outcomes(few: pl.DataFrame, lacks: Sequence[tuple[str, ...]], outcomes: Outcomes) -> pl.DataFrame:
    """Of cases, with that of the other link where there is one, `verdict`, `needs` and broken `rules`."""
    worst = [_worst(outcomes, case, fellow, stay) for case, fellow, stay, _ in few.iter_rows()]
    lacked = [lacks[at] for at in few["lacks"]]
    verdicts = [
        "unknown" if more and verdict == "works" else verdict
        for more, verdict in zip(lacked, (verdict_of(each.values()) for each in worst), strict=True)
    ]
    unknown = few.filter(pl.Series(verdicts, dtype=pl.String) == "unknown")
    findings = outcomes.findings({row for name in _CASES for row in unknown[name].drop_nulls()})
    needs = [
        "; ".join(dict.fromkeys((*_needs(findings, *cases), *more))) if verdict == "unknown" else None
        for cases, more, verdict in zip(few.select(_CASES).iter_rows(), lacked, verdicts, strict=True)
    ]
    rules = [sorted(rule for rule, severity in each.items() if severity == "violation") for each in worst]
    told = {"verdict": verdicts, "needs": needs, "rules": rules}
    warned = pl.Series("warned", ["warning" in each.values() for each in worst], dtype=pl.Boolean)
    return pl.DataFrame(told, schema={name: TABLE_SCHEMA[name] for name in told}).with_columns(warned)


_CASES = ("case", "fellow", "stay")


def _needs(
    findings: Mapping[int, Sequence[Finding]], case: int, fellow: int | None, stay: int | None
) -> tuple[str, ...]:
    """What a case asks for, a link that comes in, and what is new on the link of now where that goes on beside."""
    own = findings.get(case, ())
    if fellow is None:
        return needs_of(own)
    if stay is None:
        return (*needs_of(own), *needs_added(findings.get(fellow, ())))
    known = {(finding.rule, finding.severity) for finding in findings.get(stay, ())}
    return needs_of((*own, *(f for f in findings.get(fellow, ()) if (f.rule, f.severity) not in known)))


def _worst(outcomes: Outcomes, case: int, fellow: int | None, stay: int | None) -> Mapping[str, str]:
    """The worst severity of each rule on a case, on a link that comes in, and what is new on the link of now beside."""
    own = outcomes.severities(case)
    if fellow is None:
        return own
    known = outcomes.severities(stay).items() if stay is not None else frozenset()
    new = dict(set(outcomes.severities(fellow).items()) - set(known))
    return {**own, **{rule: worse for rule, worse in new.items() if _RANK[worse] > _RANK[own.get(rule, "")]}}


_RANK = {"": 0, "warning": 1, "unknown": 2, "violation": 3}
