"""Judge a design: every link gets a verdict, every finding its words and sources, every rule its coverage."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cached_property, partial
from pathlib import Path
from typing import TypeVar

import polars as pl

from .clock import now
from .contested import Otherwise, contests
from .coverage import Looked, looked_at
from .derive import Judged, derive
from .design import SIDES, Design
from .findings import findings_of, unjudged, verdict_of
from .knowledge import Knowledge, know
from .read.result import baseline_of
from .reason import How, Memory, reason
from .result import Audit, Coverage, Finding, Findings, Rows, Verdict, in_order
from .rules import Rule, Rules, read_rules
from .standing import compare, waive
from .waivers import read_waivers

__all__ = ["Verdicts", "audit", "coverage_of", "judge", "version"]

T = TypeVar("T")
_TARGETS = {
    "Cage": "no port",
    "CoherentLink": "no coherent link",
    "Device": "no device",
    "End": "no end it is about",
    "Group": "no group",
    "Link": "no link it is about",
    "OpticalEnd": "no end of an optical link",
    "OpticalLink": "no optical link it is about",
}


def audit(
    design: Design,
    *,
    trust: str = "standards",
    rules: Sequence[Path] = (),
    catalogs: Sequence[Path] = (),
    waivers: Sequence[Path] = (),
    baseline: Path | None = None,
    today: date | None = None,
) -> Audit:
    """Judge a design under a trust policy, with the user's own rules and catalogue files beside the shipped ones.

    waivers are files of findings that are accepted, as of today or the day given; baseline is an older result as JSON,
    whose findings are marked as known. Raises CatalogError where a rule, catalogue or policy file cannot be used, and
    InputError where a waiver or the older result cannot.

    >>> result = opticgraph.audit(design)
    >>> dict(result.counts)
    {'links': 14, 'works': 8, 'fails': 3, 'unknown': 3}
    >>> worst = result.findings[0]
    >>> worst.link, worst.rule, worst.fault
    ('rgb-tie-1', 'ends-speak-same-interface', 'The two ends speak interfaces that do not interwork.')
    """
    accepted = read_waivers(waivers)
    old = None if baseline is None else baseline_of(baseline)
    knowledge = know(trust=trust, catalogs=catalogs)
    result = judge(design, derive(design, knowledge), knowledge, read_rules(rules), catalogs)
    result = replace(result, rules=tuple(map(str, rules)), catalogs=tuple(map(str, catalogs)))
    if waivers:
        result = waive(result, accepted, today or now().date())
    return result if old is None else compare(result, old, str(baseline))


def judge(
    design: Design,
    judged: Judged,
    knowledge: Knowledge,
    rules: Rules,
    catalogs: Sequence[Path] = (),
    *,
    memory: Memory | None = None,
) -> Audit:
    """Judge a design that has been derived already; catalogs are the user's files that the knowledge is of.

    memory is reason.reason's.
    """
    memory = {} if memory is None else memory
    reasoned = reason(design, judged, knowledge, rules, memory)
    found = findings_of(reasoned.results, rules=rules, judged=judged, knowledge=knowledge)
    findings = in_order(pl.concat([found, Findings.of(unjudged(rules, reasoned.hows)).frame]))
    looked = looked_at([rule for rule in rules.rules.values() if rule.shipped], judged)
    swayed = partial(contests, design, judged, knowledge=knowledge, rules=rules, catalogs=catalogs, memory=memory)
    verdicts = Verdicts(looked, findings, judged.assumed, swayed)
    by_rule = Counter(findings.frame["rule"].to_list())
    return Audit(
        version=version(),
        trust=knowledge.trust,
        verdicts=verdicts,
        findings=findings,
        coverage=tuple(coverage_of(rules, looked, by_rule, reasoned.hows)),
        read=design.account,
        links=_Records(judged, design),
        counts=verdicts.counts,
    )


def version() -> str:
    """The version of this package, as reports name it."""
    from importlib.metadata import version

    return version("opticgraph")


class Verdicts(Rows[Verdict]):
    """Verdicts by link name, made when they are asked for."""

    def __init__(
        self,
        looked: Looked,
        findings: Findings,
        assumed: pl.LazyFrame,
        swayed: Callable[[pl.DataFrame], Mapping[str, Sequence[Otherwise]]] = lambda found: {},
    ) -> None:
        self._looked, self._swayed = looked, swayed
        self._links = looked.links.sort("link")
        self._assumptions = assumed
        self._alike: dict[tuple[frozenset[str], int, int], tuple[int, tuple[str, ...]]] = {}
        self._all = findings

    @cached_property
    def words(self) -> pl.DataFrame:
        """`link` and `verdict` of every link."""
        found = self._all.frame
        shared = found.select("severity", link="links").explode("link")
        told = pl.concat([found.select("severity", "link"), shared]).join(self._links, on="link", how="semi")
        fails = told.filter(pl.col("severity") == "violation")["link"].unique()
        unknown = told.filter(pl.col("severity") == "unknown")["link"].unique()
        return self._links.select(
            "link",
            verdict=pl.when(pl.col("link").is_in(fails.implode()))
            .then(pl.lit("fails"))
            .when(pl.col("link").is_in(unknown.implode()))
            .then(pl.lit("unknown"))
            .otherwise(pl.lit("works")),
        )

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """How many links there are, and how many of each verdict."""
        counted = dict(self.words["verdict"].value_counts().iter_rows())
        return {"links": len(self), **{word: counted.get(word, 0) for word in ("works", "fails", "unknown")}}

    @cached_property
    def _contests(self) -> Mapping[str, Sequence[Otherwise]]:
        found = self._all.frame
        shared = found.select("links", "rule", "severity").explode("links").rename({"links": "link"})
        told = pl.concat([found.select("link", "rule", "severity"), shared]).drop_nulls("link")
        return self._swayed(told.unique(maintain_order=True))

    @cached_property
    def _findings(self) -> Mapping[str, Sequence[Finding]]:
        by_link: dict[str, list[Finding]] = defaultdict(list)
        for finding in self._all:
            for link in dict.fromkeys((*finding.links, *([finding.link] if finding.link else []))):
                by_link[link].append(finding)
        return by_link

    @cached_property
    def _assumed(self) -> Mapping[str, tuple[str, ...]]:
        said = self._assumptions.select("link", said=pl.format("{} {}, from {}", "field", "value", "because"))
        by_link = said.group_by("link").agg(pl.col("said").unique().sort()).collect()
        return {link: tuple(each) for link, each in by_link.iter_rows()}

    def __len__(self) -> int:
        return self._links.height

    def row(self, at: int) -> Verdict:
        return self._one(*self._links.row(at))

    def __iter__(self) -> Iterator[Verdict]:
        return (self._one(*row) for row in self._links.iter_rows())

    def _one(self, link: str, asked: int, told: int) -> Verdict:
        own = self._findings.get(link, [])
        word = verdict_of(finding.severity for finding in own)
        severity = {"fails": "violation", "unknown": "unknown"}.get(word)
        judged, not_judged = self._aspects(frozenset(finding.rule for finding in own), asked, told)
        return Verdict(
            link=link,
            verdict=word,
            rules=tuple(sorted({f.rule for f in own if f.severity == severity})),
            assumed=self._assumed.get(link, ()),
            judged=judged,
            not_judged=not_judged,
            disputes=tuple(sorted({dispute for f in own for dispute in f.disputes})),
            contested=tuple(map(str, self._contests.get(link, ()))),
        )

    def _aspects(self, found: frozenset[str], asked: int, told: int) -> tuple[int, tuple[str, ...]]:
        """How many rules judged a link, and which could not: the same for all links alike."""
        key = found, asked, told
        if key not in self._alike:
            judged_by = found | set(self._looked.names(told))
            self._alike[key] = len(judged_by), tuple(sorted(set(self._looked.names(asked)) - judged_by))
        return self._alike[key]


def coverage_of(rules: Rules, looked: Looked, found: Mapping[str, int], hows: Mapping[str, How]) -> Iterator[Coverage]:
    """How much each rule had to look at; found counts findings by rule."""
    for rule in rules.rules.values():
        how = _how(rule, rules, hows)
        told = looked.judged[rule.name] if rule.shipped else how.things
        left = looked.left[rule.name] if rule.shipped else 0
        idle = f"it found nothing to look at: {_TARGETS.get(rule.target, rule.target)}"
        why = how.why if how.by != "kinds" else "" if told or left else idle
        if how.by == "not at all":
            told, left = 0, told + left
        elif not told and not left:
            why = idle
        yield Coverage(rule.name, told, found.get(rule.name, 0), left, how.by, why)


def _how(rule: Rule, rules: Rules, hows: Mapping[str, How]) -> How:
    """How a rule was judged: as the least telling of its shapes with a target."""
    shapes = [rule.iri, *(o.shape for o in rules.outcomes.values() if o.rule == rule.name)]
    own = [hows[shape] for shape in dict.fromkeys(shapes) if shape in hows]
    worst = ("not at all", "whole graph", "kinds")
    return min(own, key=lambda how: worst.index(how.by), default=How("kinds", "", 0, 0))


class _Records(Rows[Mapping[str, object]]):
    """What reports show of each link beside its verdict; see result.Audit.links."""

    def __init__(self, judged: Judged, design: Design) -> None:
        self._judged, self._design = judged, design

    @cached_property
    def _frame(self) -> pl.DataFrame:
        first = self._judged.links.lazy().filter(pl.col("case") == 0)
        for side in SIDES:
            names = {f"{side}_{name}": name for name in ("device", "site")}
            sites = self._design.devices.lazy().select(pl.col(name).alias(own) for own, name in names.items())
            first = first.join(sites, on=f"{side}_device", how="left")
        ends = [f"{side}_{name}" for side in SIDES for name in ("site", "device", "port", "module")]
        rate = pl.coalesce("rate_gbps", "pair_rate_gbps").alias("rate")
        told = first.select("link", "status", "group", "fiber_type", "length_mm", rate, *ends)
        return told.sort("link").collect()

    def __len__(self) -> int:
        return self._frame.height

    def row(self, at: int) -> Mapping[str, object]:
        return _record(self._frame.row(at, named=True))

    def __iter__(self) -> Iterator[Mapping[str, object]]:
        return map(_record, self._frame.iter_rows(named=True))


def _record(row: dict[str, object]) -> Mapping[str, object]:
    length, rate = row.pop("length_mm"), row.pop("rate")
    row["rate_gbps"] = None if rate is None else str(rate)
    row["length_m"] = None if length is None else f"{(Decimal(int(str(length))) / 1000).normalize():f}"
    return row
