"""Options of more links than one reads one by one: a row for each link and option, worked out once a situation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from . import fields
from .applied import Applied, fellow, shifted
from .candidates import ROW_SCHEMA, Outcomes
from .choices import TABLE_SCHEMA, LinkOptions, Option, Rejected
from .design import SIDES
from .findings import verdict_of
from .moves import hangs_on
from .repairs import Judging, needs_of
from .situations import NUMBERS, situations

__all__ = ["table_from", "told_of"]

# Properties of what links of one kind may differ in (situations.NUMBERS).
_MEASURED = frozenset(
    field.property
    for table in (fields.LINK, fields.END, fields.DEVICE)
    for field in table
    if field.column in {name.removeprefix("a_").removeprefix("b_") for name in NUMBERS} | {"optics_power_mw"}
)


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
) -> tuple[pl.DataFrame, Mapping[int, Sequence[Applied]]]:
    """choices.TABLE_SCHEMA: what every strategy comes to on every link, but for what no link of its kind can have.

    Beside it are `kind` and `nth`, the place of a proposal among those that are left of its kind, which come with it.
    rows has links, ROW_SCHEMA and `kind`; applied by kind what is proposed to its links; now the `verdict` of each.
    """
    first = rows.unique("kind", keep="first", maintain_order=True)
    probes = _crossed(_of_no_length(first), applied)
    probed = judging(probes.select(*ROW_SCHEMA))
    stays = {
        (kind, nth) for kind, each in applied.items() for nth, one in enumerate(each) if one.proposal.strategy == "stay"
    }
    open_ = [
        at
        for at, key in enumerate(probes.select("kind", "nth").iter_rows())
        if key in stays or not _refused(probed.severities(at))
    ]
    left: dict[int, list[Applied]] = defaultdict(list)
    for kind, nth in probes[open_].select("kind", "nth").iter_rows():
        left[kind].append(applied[kind][nth])
    judged = probed.judged.links[pl.Series(open_, dtype=pl.UInt32)].hstack(probes[open_].select("kind"))
    limits = {int(str(kind)): own for (kind,), own in judged.group_by("kind")}
    beside = {kind: [fellow(each) for each in own if each.proposal.beside] for kind, own in left.items()}
    shifts = {kind: [each.shifts for each in (*own, *beside[kind])] for kind, own in left.items()}
    placed = rows.with_columns(situation=situations(rows, limits, shifts, splice_mdb=probed.knowledge.splice))
    each = placed.unique("situation", keep="first", maintain_order=True)
    tried, gone_on = _crossed(each, left), _crossed(each, beside)
    outcomes = judging(pl.concat([tried, gone_on]).select(*ROW_SCHEMA))
    told = _told(tried, left, outcomes, _fellows(tried, gone_on, left, outcomes))
    by_link = placed.select("link", "situation").join(told, on="situation", how="inner", maintain_order="left")
    by_link = by_link.join(now.select("link", now="verdict"), on="link", how="left", maintain_order="left")
    by_link = by_link.with_columns(verdict=pl.when(pl.col("strategy") == "stay").then("now").otherwise("verdict"))
    return by_link.select(*TABLE_SCHEMA, "kind", "nth"), left


def _refused(severities: Mapping[str, str]) -> bool:
    """Whether a rule that hangs on no number is broken: no link of the kind can then have it."""
    return any(severity == "violation" and not hangs_on(rule) & _MEASURED for rule, severity in severities.items())


def _of_no_length(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows that no limit is left out for: nothing is measured on them, and they are of no length."""
    return rows.with_columns(
        length_mm=pl.lit(0, pl.Int64),
        loss_mdb=pl.lit(None, pl.Int64),
        osnr_mdb=pl.lit(None, pl.Int64),
        **{f"{side}_rx_mdbm": pl.lit(None, pl.Int64) for side in SIDES},
    )


def _crossed(rows: pl.DataFrame, applied: Mapping[int, Sequence[Applied]]) -> pl.DataFrame:
    """Every row with every proposal of its kind applied; `nth` is the proposal's place among them."""
    parts = []
    for (kind,), own in rows.group_by("kind", maintain_order=True):
        proposals = applied.get(int(str(kind)), ())
        if not proposals:
            continue
        columns = sorted({name for each in proposals for name in each.changes})
        changes = pl.DataFrame(
            {
                "nth": pl.int_range(len(proposals), dtype=pl.UInt32, eager=True),
                **{
                    f"new {name}": pl.Series([each.changes.get(name) for each in proposals], dtype=ROW_SCHEMA[name])
                    for name in columns
                },
                **{f"set {name}": [name in each.changes for each in proposals] for name in columns},
            }
        )
        both = own.join(changes, how="cross")
        both = both.with_columns(
            pl.when(f"set {name}").then(f"new {name}").otherwise(name).alias(name) for name in columns
        ).select(*own.columns, "nth")
        moved = [nth for nth, each in enumerate(proposals) if each.shifts]
        parts.append(both.filter(~pl.col("nth").is_in(moved)) if moved else both)
        parts += [shifted(both.filter(pl.col("nth") == nth), proposals[nth].shifts) for nth in moved]
    return pl.concat([rows.clear().with_columns(nth=pl.lit(0, pl.UInt32)), *parts])


def _fellows(
    tried: pl.DataFrame, gone_on: pl.DataFrame, applied: Mapping[int, Sequence[Applied]], outcomes: Outcomes
) -> Mapping[int, int]:
    """Of each row of a proposal beside the link of now, the row of that link as it then goes on."""
    places = {key: tried.height + at for at, key in enumerate(gone_on.select("situation", "nth").iter_rows())}
    found: dict[int, int] = {}
    for at, (situation, kind, nth) in enumerate(tried.select("situation", "kind", "nth").iter_rows()):
        if applied[kind][nth].proposal.beside:
            before = sum(each.proposal.beside for each in applied[kind][:nth])
            found[at] = places[situation, before]
    return found


def _told(
    tried: pl.DataFrame, applied: Mapping[int, Sequence[Applied]], outcomes: Outcomes, fellows: Mapping[int, int]
) -> pl.DataFrame:
    places = list(tried.select("situation", "kind", "nth").iter_rows())
    stays = {
        situation: at
        for at, (situation, kind, nth) in enumerate(places)
        if applied[kind][nth].proposal.strategy == "stay"
    }
    worst = [dict(outcomes.severities(at)) for at in range(len(places))]
    for at, fellow_at in fellows.items():  # what is new on the link of now, which goes on beside
        now = outcomes.severities(stays[places[at][0]]).items()
        new = dict(outcomes.severities(fellow_at).items() - now)
        worst[at] |= {rule: worse for rule, worse in new.items() if worst[at].get(rule) != "violation"}
    each = [applied[kind][nth] for _, kind, nth in places]
    verdicts = [
        "unknown" if one.lacks and verdict == "works" else verdict
        for one, verdict in zip(each, (verdict_of(severities.values()) for severities in worst), strict=True)
    ]
    # what is needed is the same wherever the same rules of the same option are unknown
    keys = [(*place[1:], tuple(sorted(severities.items()))) for place, severities in zip(places, worst, strict=True)]
    standing = {key: at for at, key in reversed(list(enumerate(keys))) if verdicts[at] == "unknown"}
    findings = outcomes.findings({row for at in standing.values() for row in (at, fellows.get(at, at))})
    needed = {
        key: "; ".join(
            dict.fromkeys(
                (
                    *(need for row in (at, fellows.get(at, at)) for need in needs_of(findings.get(row, ()))),
                    *each[at].lacks,
                )
            )
        )
        for key, at in standing.items()
    }
    needs = [needed[key] if verdict == "unknown" else None for key, verdict in zip(keys, verdicts, strict=True)]
    rules = [sorted(rule for rule, severity in one.items() if severity == "violation") for one in worst]
    return pl.DataFrame(
        {
            "situation": tried["situation"],
            "kind": tried["kind"],
            "nth": tried["nth"],
            "strategy": [one.proposal.strategy for one in each],
            **{f"{s}_module": [type_.id if (type_ := one.types[s]) else None for one in each] for s in SIDES},
            "rate_gbps": tried["rate_gbps"] * pl.Series([one.proposal.copies or 1 for one in each]),
            "verdict": verdicts,
            "needs": needs,
            "rules": pl.Series(rules, dtype=pl.List(pl.String)),
        }
    )
