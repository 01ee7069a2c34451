"""Judge a design: every link gets a verdict, every finding its words and sources, every rule its coverage."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import polars as pl
from rdflib import Graph

from .derive import Judged, derive
from .design import SIDES, Assumption, Design
from .facts import Focus, column_of, graph_of, subjects_of
from .findings import findings_of, verdict_of
from .knowledge import Knowledge, know
from .result import SEVERITIES, Audit, Coverage, Finding, Verdict
from .rules import Rule, Rules, read_rules
from .shacl import focus_counts, validate

__all__ = ["audit", "is_target", "judge", "judges"]

_LINK_TARGETS = ("Link", "OpticalLink", "CableLink", "CoherentLink")
_END_TARGETS = ("End", "OpticalEnd")
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
) -> Audit:
    """Judge a design under a trust policy, with the user's own rules and catalogue files beside the shipped ones.

    Raises CatalogError where a rule, catalogue or policy file cannot be used.
    """
    knowledge = know(trust=trust, catalogs=catalogs)
    return judge(design, derive(design, knowledge), knowledge, read_rules(rules))


def judge(design: Design, judged: Judged, knowledge: Knowledge, rules: Rules) -> Audit:
    """Judge a design that has been derived already."""
    data = Graph().parse(data=graph_of(design, judged, knowledge), format="nt")
    foci = subjects_of(judged)
    results = validate(data, rules.shapes)
    findings = findings_of(results, foci, rules=rules, judged=judged, knowledge=knowledge)
    coverage = _coverage(rules, foci, findings, data)
    verdicts = tuple(_verdicts(judged, rules, findings, knowledge))
    return Audit(
        version=_version(),
        trust=knowledge.trust,
        verdicts=verdicts,
        findings=tuple(sorted(findings, key=_order)),
        coverage=coverage,
        read=design.account,
        links=tuple(_records(judged, design)),
        counts={
            "links": len(verdicts),
            **{word: sum(v.verdict == word for v in verdicts) for word in ("works", "fails", "unknown")},
        },
    )


def _version() -> str:
    from importlib.metadata import version

    return version("opticgraph")


def _order(finding: Finding) -> tuple[object, ...]:
    return SEVERITIES.index(finding.severity), finding.rule, finding.link or "~", finding.end or "", finding.id


# --- verdicts and coverage ---------------------------------------------------------------------------------------


def _verdicts(
    judged: Judged, rules: Rules, findings: Iterable[Finding], knowledge: Knowledge
) -> Iterable[Verdict]:
    of_link: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        for link in {*finding.links, *([finding.link] if finding.link else [])}:
            of_link[link].append(finding)
    assumed: dict[str, list[Assumption]] = defaultdict(list)
    for assumption in judged.assumed:
        assumed[assumption.link].append(assumption)
    shipped = [rule for rule in rules.rules.values() if rule.shipped]
    for row in judged.links.filter(pl.col("case") == 0).sort("link").iter_rows(named=True):
        own = of_link[row["link"]]
        word = verdict_of(own)
        severity = {"fails": "violation", "unknown": "unknown"}.get(word)
        judged_by, asked = {f.rule for f in own}, set()
        for rule in shipped:
            sides = [s for s in (SIDES if rule.target in _END_TARGETS else (None,)) if _asks(rule, row, s)]
            if sides:
                asked.add(rule.name)
                if all(judges(rule, row, side) for side in sides):
                    judged_by.add(rule.name)
        yield Verdict(
            link=row["link"],
            verdict=word,
            rules=tuple(sorted({f.rule for f in own if f.severity == severity})),
            assumed=tuple(
                sorted(f"{a.field} {a.value}, from {a.because}" for a in dict.fromkeys(assumed[row["link"]]))
            ),
            judged=len(judged_by),
            not_judged=tuple(sorted(asked - judged_by)),
            contested=tuple(sorted({f"sources differ about what {f.rule} rests on" for f in own if f.contested})),
        )


def _asks(rule: Rule, row: Mapping[str, object], side: str | None) -> bool:
    """Whether the rule is about this link, or this end of it, at all."""
    if rule.target not in _LINK_TARGETS and rule.target not in _END_TARGETS:
        return False
    if rule.target == "CoherentLink":
        return bool(row["coherent"])
    if rule.target.startswith("Optical") and row["cable"]:
        return False
    single = row["strands_needed"] == 1
    return {
        "adapter-fits": row.get(f"{side}_adapter") is not None,
        "bidi-ends-are-complementary": single,
        "breakout-is-supported": row.get(f"{side}_legs") is not None,
        "fec-agrees": not row["cable"],
        "line-passes-wavelengths": not row["coherent"] and row["line_system"] is not None,
        "polarity-crosses": not single,
    }.get(rule.name, True)


def judges(rule: Rule, row: Mapping[str, object], side: str | None) -> bool:
    """Whether the link, or the end, has all that the rule needs."""
    columns = [column_of(path, side) for path in rule.needs]
    return all(column is None or row.get(column) is not None for column in columns)


def _coverage(
    rules: Rules, foci: Mapping[str, Focus], findings: Iterable[Finding], data: Graph
) -> tuple[Coverage, ...]:
    found = Counter(finding.rule for finding in findings)
    foci_of = focus_counts(data, rules.shapes) if any(not rule.shipped for rule in rules.rules.values()) else {}
    coverage = []
    for rule in rules.rules.values():
        if rule.shipped:
            asked = [focus for focus in foci.values() if is_target(rule, focus)]
            told = sum(judges(rule, focus.row, focus.side) for focus in asked)
            left = len(asked) - told
        else:
            told, left = foci_of.get(rule.iri, 0), 0
        why = "" if told or left else f"it found nothing to look at: {_TARGETS.get(rule.target, rule.target)}"
        coverage.append(Coverage(rule.name, told, found[rule.name], left, "whole graph", why))
    return tuple(coverage)


def is_target(rule: Rule, focus: Focus) -> bool:
    if focus.kind in ("link", "end"):
        targets = _LINK_TARGETS if focus.kind == "link" else _END_TARGETS
        return rule.target in targets and _asks(rule, focus.row, focus.side)
    return rule.target == {"port": "Cage", "device": "Device", "group": "Group"}.get(focus.kind)



def _records(judged: Judged, design: Design) -> Iterable[Mapping[str, object]]:
    """What reports show of each link beside its verdict; see result.Audit.links."""
    sites = dict(design.devices.select("device", "site").iter_rows())
    for row in judged.links.filter(pl.col("case") == 0).sort("link").iter_rows(named=True):
        length, rate = row["length_mm"], row["rate_gbps"] or row["pair_rate_gbps"]
        record: dict[str, object] = {name: row[name] for name in ("link", "status", "group", "fiber_type")}
        record["rate_gbps"] = None if rate is None else str(rate)
        record["length_m"] = None if length is None else f"{(Decimal(length) / 1000).normalize():f}"
        for side in SIDES:
            record[f"{side}_site"] = sites.get(row[f"{side}_device"])
            record |= {f"{side}_{name}": row[f"{side}_{name}"] for name in ("device", "port", "module")}
        yield record
