"""Judge a design: every link gets a verdict, every finding its words and sources, every rule its coverage."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import polars as pl
from rdflib import Graph

from .derive import Judged, derive
from .design import SIDES, Assumption, Design
from .facts import Focus, column_of, graph_of, subjects_of
from .knowledge import Knowledge, know
from .result import SEVERITIES, Audit, Coverage, Finding, Verdict
from .rules import Outcome, Rule, Rules, read_rules
from .shacl import Result, validate
from .sources import Fact, local, text_of
from .wording import Thing, figure, say

__all__ = ["audit", "is_target", "judge", "judges", "rests_on"]

# Figures whose evidence a finding rests on stand under the module types of the ends, or under these columns.
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
_LIMIT_COLUMNS = ("reach_by", "budget_by")
_BETWEEN = ("clashesWith", "interworksWith", "refuses", "takes")


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
    findings = _merge_cases(
        [(_finding(result, foci, rules, knowledge), _case(foci.get(result.focus))) for result in results],
        judged,
        knowledge,
    )
    coverage = _coverage(rules, foci, findings, data)
    verdicts = tuple(_verdicts(judged, rules, findings, knowledge))
    return Audit(
        version=_version(),
        trust=knowledge.trust,
        verdicts=verdicts,
        findings=tuple(sorted(findings, key=_order)),
        coverage=coverage,
        read=design.account,
        links=tuple(_records(judged)),
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


# --- from results to findings ---------------------------------------------------------------------------------


def _case(focus: Focus | None) -> int:
    return int(str(focus.row.get("case", 0))) if focus else 0


def _finding(result: Result, foci: Mapping[str, Focus], rules: Rules, knowledge: Knowledge) -> Finding:
    outcome = rules.outcomes.get(result.shape) or _anonymous(result, rules)
    focus = foci.get(result.focus) or Focus("thing", {}, None, ())
    thing = Thing(focus.kind, focus.row, focus.side, focus.links, knowledge)
    found, unit = figure(outcome.figure[-1], thing) if outcome.figure else (None, None)
    limit, _ = figure(outcome.limit[-1], thing) if outcome.limit else (None, None)
    rests = rests_on(outcome, thing, knowledge)
    sources = sorted({fact.source for facts in rests.values() for fact in facts} | set(rules.rules[outcome.rule].sources if outcome.rule in rules.rules else ()))
    link = str(focus.row["link"]) if focus.kind in ("link", "end") else None
    return Finding(
        id=_id(result),
        rule=outcome.rule,
        severity=outcome.severity,
        nature=outcome.nature,
        link=link,
        links=focus.links,
        end=focus.side,
        subject=_subject(thing, result),
        message=say(outcome.says, thing) if outcome.says else _plainly(outcome, thing, result),
        fault=outcome.fault,
        found=found if found is not None else (_value(result.value) or None),
        limit=limit,
        unit=unit,
        estimated=bool(focus.row.get("estimated")) and any("oss" in name for name in outcome.figure),
        sources=tuple(sources),
        contested=any(key in knowledge.contested for key in rests),
        input=_input(focus),
        shape=result.shape,
        focus=result.focus,
        path=result.path or None,
        value=result.value or None,
    )


def _anonymous(result: Result, rules: Rules) -> Outcome:
    """A blank or unknown shape of a user's file: its rule is the only one of the user's, or the shape itself."""
    own = [rule.name for rule in rules.rules.values() if not rule.shipped]
    name = own[0] if len(own) == 1 else local(result.shape)
    return Outcome(result.shape, name, "violation", "cannot", "", "", (), (), (), "")


def _id(result: Result) -> str:
    key = "\n".join((result.shape, result.focus, result.path, result.value))
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def _subject(thing: Thing, result: Result) -> str:
    templates = {
        "link": "{link}",
        "end": "{place} ({module})",
        "port": "{place}",
        "device": "{device}",
        "group": "{group}",
    }
    return say(templates[thing.kind], thing) if thing.kind in templates else result.focus


def _plainly(outcome: Outcome, thing: Thing, result: Result) -> str:
    """A finding of a user's rule that has no template: the thing, the rule's own message, the value."""
    fault = outcome.fault or "The rule does not hold."
    found = f" Found: {_value(result.value)}." if result.value else ""
    return f"{_subject(thing, result)}: {fault}{found}"


def _value(term: str) -> str:
    return local(term) if term.startswith("http") else term


def _input(focus: Focus) -> tuple[str, int] | None:
    file, row = focus.row.get("file"), focus.row.get("row")
    return (str(file), int(str(row))) if file is not None and row is not None else None


def rests_on(
    outcome: Outcome, thing: Thing, knowledge: Knowledge
) -> Mapping[tuple[str, str], tuple[Fact, ...]]:
    """The believed facts behind an outcome: figures it rests on, of the types, reaches and sockets at hand.

    Of statements about two things (takes, interworksWith) only those about these two count.
    """
    subjects: list[str] = []
    for side in SIDES if thing.side is None else (thing.side, *(s for s in SIDES if s != thing.side)):
        type_ = thing.type(side)
        if type_:
            subjects += [*type_.about, str(type_.form_factor)]
        subjects += [str(thing.get(column, side)) for column in ("speaks", "socket") if thing.get(column, side)]
    subjects += [str(thing.row[column]) for column in _LIMIT_COLUMNS if thing.row.get(column)]
    at_hand = dict.fromkeys(subjects)
    found = {}
    for name in outcome.rests_on:
        for subject in at_hand:
            facts = knowledge.facts.get((subject, name), ())
            if name in _BETWEEN:
                facts = tuple(fact for fact in facts if local(text_of(fact.value)) in at_hand)
            if facts:
                found[subject, name] = facts
    return found


def _merge_cases(findings: list[tuple[Finding, int]], judged: Judged, knowledge: Knowledge) -> list[Finding]:
    """One answer for a link whose module names may mean several things.

    If every case comes to the same verdict, the first case's findings stand for all; if not, the link is unknown and
    one finding of module-is-known names the meanings and what each comes to.
    """
    several = judged.links.filter(pl.col("case").max().over("link") > 0)
    if several.is_empty():
        return [finding for finding, _ in findings]
    by_focus: dict[str, dict[int, list[Finding]]] = defaultdict(lambda: defaultdict(list))
    plain = []
    names = set(several["link"])
    for finding, case in findings:
        if finding.link in names:
            by_focus[finding.link or ""][case].append(finding)
        else:
            plain.append(finding)
    for link, rows in several.group_by("link", maintain_order=True):
        name = str(link[0])
        meanings = [(int(row["case"]), _meaning(row, knowledge)) for row in rows.iter_rows(named=True)]
        verdicts = {case: _worst(by_focus[name][case]) for case, _ in meanings}
        if len(set(verdicts.values())) == 1:
            plain += by_focus[name][0]
            continue
        row = rows.row(0, named=True)
        plain.append(_ambiguous(name, row, meanings, verdicts))
    return plain


def _meaning(row: Mapping[str, object], knowledge: Knowledge) -> str:
    """What the ambiguous ends of a case are taken for."""
    several = [side for side in SIDES if len(row[f"{side}_types"] or ()) > 1]  # type: ignore[arg-type]
    types = [knowledge.types[str(row[f"{side}_type"])] for side in several]
    return " to ".join(dict.fromkeys(type_.interface for type_ in types))


def _worst(findings: Iterable[Finding]) -> str:
    severities = {finding.severity for finding in findings}
    return "fails" if "violation" in severities else "unknown" if "unknown" in severities else "works"


def _ambiguous(
    link: str, row: Mapping[str, object], meanings: list[tuple[int, str]], verdicts: Mapping[int, str]
) -> Finding:
    side = "a" if len(row["a_types"] or ()) > 1 else "b"  # type: ignore[arg-type]
    text = str(row[f"{side}_module"])
    told = "; ".join(f"as {meaning} it {_verb(verdicts[case])}" for case, meaning in meanings)
    shape = "https://w3id.org/opticgraph/rules#module-is-known.ambiguous"
    focus = f"https://w3id.org/opticgraph/design#link/{link}"
    return Finding(
        id=_id(Result(shape, focus, "", text)),
        rule="module-is-known",
        severity="unknown",
        nature="cannot-tell",
        link=link,
        links=(link,),
        end=side,
        subject=link,
        message=f"{link}: “{text}” is the name of several modules: {told}. Give the part number or the catalogue id.",
        fault="The name of the module means several, and they come to different verdicts.",
        found=text,
        limit=None,
        unit=None,
        estimated=False,
        sources=(),
        contested=False,
        input=(str(row["file"]), int(str(row["row"]))) if row.get("file") and row.get("row") is not None else None,
        shape=shape,
        focus=focus,
        path="https://w3id.org/opticgraph/ontology#moduleName",
        value=text,
    )


def _verb(verdict: str) -> str:
    return {"works": "works", "fails": "fails", "unknown": "cannot be judged"}[verdict]


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
        word = _worst(own)
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
            contested=tuple(sorted({f.rule for f in own if f.contested})),
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
    coverage = []
    for rule in rules.rules.values():
        if rule.shipped:
            asked = [focus for focus in foci.values() if is_target(rule, focus)]
            told = sum(judges(rule, focus.row, focus.side) for focus in asked)
            left = len(asked) - told
        else:
            told, left = _focus_count(rules, rule, data), 0
        why = "" if told or left else f"it found nothing to look at: {_TARGETS.get(rule.target, rule.target)}"
        coverage.append(Coverage(rule.name, told, found[rule.name], left, "whole graph", why))
    return tuple(coverage)


def is_target(rule: Rule, focus: Focus) -> bool:
    if focus.kind in ("link", "end"):
        targets = _LINK_TARGETS if focus.kind == "link" else _END_TARGETS
        return rule.target in targets and _asks(rule, focus.row, focus.side)
    return rule.target == {"port": "Cage", "device": "Device", "group": "Group"}.get(focus.kind)


def _focus_count(rules: Rules, rule: Rule, data: Graph) -> int:
    """How many things a user's rule looks at: what its targets come to."""
    from pyshacl.shapes_graph import ShapesGraph
    from rdflib import URIRef

    shapes = ShapesGraph(rules.shapes)
    shape = shapes.lookup_shape_from_node(URIRef(rule.iri))
    return len(list(shape.focus_nodes(data)))


def _records(judged: Judged) -> Iterable[Mapping[str, object]]:
    names = ("link", "status", "group", "fiber_type")
    for row in judged.links.filter(pl.col("case") == 0).sort("link").iter_rows(named=True):
        length, rate = row["length_mm"], row["rate_gbps"] or row["pair_rate_gbps"]
        yield {
            **{name: row[name] for name in names},
            "rate_gbps": str(rate) if rate is not None else None,
            "length_m": f"{(Decimal(length) / 1000).normalize():f}" if length is not None else None,
            **{
                f"{side}_{name}": row.get(f"{side}_{name}")
                for side in SIDES
                for name in ("site", "device", "port", "module")
            },
        }
