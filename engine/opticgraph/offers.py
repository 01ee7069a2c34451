"""Proposals that were judged, told as options and refusals: what each takes, what it needs, what moves with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from .applied import Applied
from .beside import needs_added
from .candidates import ROW_SCHEMA, Outcomes
from .choices import Flip, LinkOptions, Option, Rejected, Work
from .design import SIDES
from .findings import verdict_of
from .judge import Verdicts
from .prices import Prices
from .repairs import needs_of
from .result import Audit, Finding, Findings
from .seats import KEPT, Place
from .strategies import STRATEGIES
from .work import work_of

__all__ = ["Asked", "levels", "offers"]

Row = Mapping[str, object]


@dataclass(frozen=True)
class Asked:
    """What is asked about, and what it stands in.

    rows      the links asked about, everyone all links of the design: as become.py lays them out
    groups    group -> its kind
    applied   the place of a link in rows, and a proposal applied to it; outcomes has them in the same order
    findings  of each of those, by its place: what the rules say of it, and of its other link where it has one
    """

    rows: Sequence[Row]
    everyone: Sequence[Row]
    groups: Mapping[str, str]
    places: Mapping[tuple[str, str], Place]
    applied: Sequence[tuple[int, Applied]]
    outcomes: Outcomes
    findings: Mapping[int, tuple[Finding, ...]]
    prices: Prices | None

    def verdict(self, at: int) -> str:
        """works, fails or unknown: what the findings of a proposal come to."""
        return verdict_of(finding.severity for finding in self.findings.get(at, ()))


def offers(
    asked: Asked,
    now: Audit,
    *,
    flips: Mapping[int, tuple[Flip, ...]],
    repairs: Mapping[str, tuple[Flip, ...]],
    contested: Mapping[int, tuple[str, ...]],
) -> tuple[LinkOptions, ...]:
    """Options and refusals of each link; flips and contested by place in asked.applied, repairs by link."""
    assert isinstance(now.verdicts, Verdicts)
    verdicts = dict(now.verdicts.words.iter_rows())  # worked out once, and no object a link
    standing = _standing(asked, now)
    moving = _moving_together(asked)
    offered: dict[int, list[Option]] = defaultdict(list)
    refused: dict[int, list[Rejected]] = defaultdict(list)
    for at, (nth, each) in enumerate(asked.applied):
        row = asked.rows[nth]
        if each.proposal.strategy == "stay":
            offered[nth].append(_stay(asked, row, each, verdicts[str(row["link"])], standing[str(row["link"])]))
        elif asked.verdict(at) == "fails":
            refusal = _rejected(row, each, asked.findings[at], flips.get(at, ()))
            refused[nth].append(replace(refusal, contested=contested.get(at, ())))
        else:
            option = _option(asked, row, each, at, _together(asked, row, each, moving))
            offered[nth].append(replace(option, contested=contested.get(at, ())))
    return tuple(
        LinkOptions(
            link=str(row["link"]),
            now=verdicts[str(row["link"])],
            rate_gbps=_whole(row["rate_gbps"]),
            wanted_gbps=_whole(row["target_gbps"]),
            options=tuple(sorted(offered[nth], key=_order)),
            rejected=tuple(sorted(refused[nth], key=_refused_order)),
            repairs=repairs.get(str(row["link"]), ()),
            record=row,
        )
        for nth, row in enumerate(asked.rows)
    )


def _standing(asked: Asked, now: Audit) -> Mapping[str, Sequence[Finding]]:
    """The findings of the audit on each link that is asked about."""
    found: dict[str, list[Finding]] = {str(row["link"]): [] for row in asked.rows}
    assert isinstance(now.findings, Findings)
    names = pl.Series(list(found), dtype=pl.String).implode()
    told = pl.col("links").list.eval(pl.element().is_in(names)).list.any()
    for finding in Findings(now.findings.frame.filter(told)):
        for link in dict.fromkeys(finding.links):
            if link in found:
                found[link].append(finding)
    return found


def _stay(asked: Asked, row: Row, applied: Applied, verdict: str, own: Sequence[Finding]) -> Option:
    """The link as it is, with the verdict and the findings of the audit."""
    needs = [finding.supply for finding in own if finding.severity == "unknown" and finding.supply]
    return _made(row, applied, verdict, needs, own, (), work_of(row, applied, asked.outcomes.knowledge))


def _option(asked: Asked, row: Row, applied: Applied, at: int, together: tuple[str, ...]) -> Option:
    findings = asked.findings.get(at, ())
    expects = levels(applied, asked.outcomes.of(at))
    work = work_of(row, applied, asked.outcomes.knowledge, prices=asked.prices, expects=expects)
    name = applied.added(row)["link"] if applied.adds else None
    added = [finding for finding in findings if name is not None and name in finding.links]
    needs = [*needs_of(f for f in findings if f not in added), *needs_added(added), *applied.lacks]
    verdict = "unknown" if needs else asked.verdict(at)
    return _made(
        row, applied, verdict, needs, [*findings, *_group_warnings(asked, row, applied, together)], together, work
    )


def _made(
    row: Row,
    applied: Applied,
    verdict: str,
    needs: Sequence[str],
    findings: Sequence[Finding],
    together: tuple[str, ...],
    work: Work,
) -> Option:
    return Option(
        strategy=applied.proposal.strategy,
        a_module=_module(row, applied, "a"),
        b_module=_module(row, applied, "b"),
        a_interface=_interface(applied, "a"),
        b_interface=_interface(applied, "b"),
        rate_gbps=_rate(row, applied),
        verdict=verdict,
        needs=tuple(dict.fromkeys(needs)),
        findings=tuple(findings),
        together=together,
        changes=_changes(row, applied),
        work=work,
        adds={name: value for name, value in applied.added(row).items() if name in ROW_SCHEMA}
        if applied.adds
        else None,
    )


def _changes(row: Row, applied: Applied) -> Mapping[str, tuple[object, object]]:
    after = applied.after(row)
    return {name: (row[name], after[name]) for name in ROW_SCHEMA if row[name] != after[name]}


def _rejected(row: Row, applied: Applied, findings: tuple[Finding, ...], flips: tuple[Flip, ...]) -> Rejected:
    broken = [finding for finding in findings if finding.severity == "violation"]
    return Rejected(
        strategy=applied.proposal.strategy,
        a_module=_module(row, applied, "a"),
        b_module=_module(row, applied, "b"),
        a_interface=_interface(applied, "a"),
        b_interface=_interface(applied, "b"),
        rate_gbps=_rate(row, applied),
        rules=tuple(sorted({finding.rule for finding in broken})),
        findings=tuple(broken),
        flips=tuple(_for_all(flip, row, applied.proposal.copies) for flip in flips),
        changes=_changes(row, applied),
    )


def _for_all(flip: Flip, row: Row, copies: int | None) -> Flip:
    """A flip of one of several links alike, said of all: fibres are counted over the route."""
    if copies is None:
        return flip
    there = (_whole(row["strands"]) or 0) + (_whole(row["spare_strands"]) or 0)
    changes = []
    for change in flip.changes:
        count = dict(change.values).get("strands")
        if isinstance(count, int):
            more = count * copies - there
            changes.append(replace(change, words=f"{more} more fibres on the route", cost=more))
        else:
            changes.append(
                replace(change, words=f"{change.words}, on each of {copies} links", cost=change.cost * copies)
            )
    return replace(flip, changes=tuple(changes), cost=sum(change.cost for change in changes))


def _module(row: Row, applied: Applied, side: str) -> str | None:
    type_ = applied.types[side]
    return type_.id if type_ else str(row[f"{side}_module"]) if row[f"{side}_module"] else None


def _interface(applied: Applied, side: str) -> str | None:
    type_ = applied.types[side]
    return type_.interface if type_ else None


def _rate(row: Row, applied: Applied) -> int | None:
    """From end to end: through a switch the lower one of both links."""
    rates = [_whole(each.changes.get("rate_gbps", row["rate_gbps"])) for each in (applied, applied.adds) if each]
    known = [rate for rate in rates if rate is not None]
    return min(known) * (applied.proposal.copies or 1) if len(known) == len(rates) else None


def _order(option: Option) -> tuple[object, ...]:
    return (
        STRATEGIES.index(option.strategy),
        option.verdict != "works",
        option.a_interface != option.b_interface,
        option.work.outage,
        option.work.power_mw[1] if option.work.power_mw[1] is not None else 10**9,
        str(option.a_module),
        str(option.b_module),
        str(sorted(option.changes)),
    )


def _refused_order(rejected: Rejected) -> tuple[object, ...]:
    return STRATEGIES.index(rejected.strategy), len(rejected.rules), str(rejected.a_module), str(rejected.b_module)


def _whole(value: object) -> int | None:
    return int(str(value)) if value is not None else None


def levels(applied: Applied, row: Row) -> list[str]:
    """What each receiver should report after the work, from the launch powers and the loss of the path."""
    told = []
    for receiver, sender in (("a", "b"), ("b", "a")):
        type_ = applied.types[sender]
        low, high = row["path_low_mdb"], row["path_high_mdb"]
        if (
            type_ is None
            or type_.launch_min_mdbm is None
            or type_.launch_max_mdbm is None
            or low is None
            or high is None
        ):
            continue
        least, most = type_.launch_min_mdbm - int(str(high)), type_.launch_max_mdbm - int(str(low))
        told.append(f"end {receiver} receives {least / 1000:.1f} to {most / 1000:.1f} dBm a lane")
    return told


def _moving_together(asked: Asked) -> Mapping[tuple[object, ...], list[str]]:
    """Of each breakout module that could be put into a device, the links that its lanes could serve."""
    served: dict[tuple[object, ...], list[str]] = defaultdict(list)
    for at, (nth, each) in enumerate(asked.applied):
        if asked.verdict(at) == "fails":
            continue  # a link that cannot have the module does not move with it
        for key in _module_keys(asked.rows[nth], each):
            served[key].append(str(asked.rows[nth]["link"]))
    return {key: sorted(set(links)) for key, links in served.items()}


def _module_keys(row: Row, applied: Applied) -> list[tuple[object, ...]]:
    proposal = applied.proposal
    return [
        (proposal.strategy, side, row[f"{side}_device"], proposal.a_interface, proposal.b_interface, legs)
        for side in SIDES
        if (legs := getattr(proposal, f"{side}_legs"))
    ]


def _together(
    asked: Asked, row: Row, applied: Applied, moving: Mapping[tuple[object, ...], Sequence[str]]
) -> tuple[str, ...]:
    """Links that move with this one: legs of one module, parallel links it takes over, other users of its cages."""
    own = str(row["link"])
    if applied.proposal.merged:
        team = sorted(str(other["link"]) for other in asked.everyone if other["team"] == row["team"])
        return tuple(link for link in team if link != own)[: applied.proposal.merged - 1]
    found: set[str] = set()
    for key in _module_keys(row, applied):
        links, legs = moving[key], int(str(key[-1]))
        first = links.index(own) // legs * legs
        found |= set(links[first : first + legs])
    for side in applied.new:
        if applied.seats[side].way == KEPT:
            place = (row[f"{side}_device"], row[f"{side}_port"])
            found |= {
                str(other["link"])
                for other in asked.everyone
                for s in SIDES
                if (other[f"{s}_device"], other[f"{s}_port"]) == place
            }
    return tuple(sorted(found - {own}))


def _group_warnings(asked: Asked, row: Row, applied: Applied, together: Sequence[str]) -> Iterator[Finding]:
    """What the rest of its group makes of it: protection is as good as the weakest span, a LAG wants one rate."""
    rate, kind = _whole(applied.changes.get("rate_gbps", row["rate_gbps"])), asked.groups.get(str(row["group"]))
    gone = {str(row["link"]), *(together if applied.proposal.merged else ())}
    others = [other for other in asked.everyone if other["group"] == row["group"] and other["link"] not in gone]
    rates = [found for other in others if (found := _whole(other["rate_gbps"])) is not None]
    if not rates or rate is None or row["group"] is None:
        return
    if kind in ("ring", "protection") and min(rates) < rate:
        yield _practice(
            row,
            f"{row['group']}: with {row['link']} at {rate}G the {kind} still protects only {min(rates)}G, for another "
            f"span of it runs at that. After a cut no more than that gets through: upgrade all spans of the way round, "
            f"or keep protected traffic below {min(rates)} Gb/s.",
        )
    if kind == "LAG" and set(rates) != {rate}:
        yield _practice(
            row,
            f"{row['group']}: {row['link']} would run at {rate}G beside members of {min(rates)}G. Most switches refuse "
            f"members of unequal rate: change all members in one window, or put the new ones into a LAG of their own.",
        )


def _practice(row: Row, message: str) -> Finding:
    """A warning about the option in its group, in the shape of a finding."""
    link, rule = str(row["link"]), "group-keeps-its-floor"
    return Finding(
        id="", rule=rule, severity="warning", nature="practice", link=link, links=(link,), end=None,
        subject=str(row["group"]), message=message, fault="The rest of the group does not keep up with the link.",
        found=None, limit=None, unit=None, estimated=False, sources=(), contested=False, input=None, shape="", focus="",
        path=None, value=None,
    )  # fmt: skip
