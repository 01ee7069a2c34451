"""From SHACL results to findings: in the trade's words, with figures, limits and the sources they rest on."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping

import polars as pl

from . import terms
from .derive import Judged
from .design import SIDES
from .knowledge import Knowledge
from .reason import WHOLE_GRAPH, How
from .recall import Recall, recalled
from .result import Finding
from .rules import Outcome, Rules
from .shacl import Result
from .sources import Fact, local, text_of
from .things import Focus
from .wording import Thing, figure, say

__all__ = ["findings_of", "rests_on", "unjudged", "verdict_of"]

_LIMIT_COLUMNS = ("reach_by", "budget_by")  # of a link: the reach that sets a limit
_BETWEEN = ("clashesWith", "interworksWith", "refuses", "takes")  # statements about two things


def findings_of(
    results: Iterable[tuple[Result, Focus | None]], *, rules: Rules, judged: Judged, knowledge: Knowledge
) -> list[Finding]:
    """A finding for every result; those of an ambiguous link's cases come to one answer."""
    recall: Recall = {}
    each = [(_finding(result, focus, rules, knowledge, recall), _case(focus)) for result, focus in results]
    return _merge_cases(each, judged, knowledge)


def unjudged(rules: Rules, hows: Mapping[str, How]) -> list[Finding]:
    """A finding for every shape that was not judged at all: what is not judged is said, never passed over."""
    findings = []
    for shape, how in hows.items():
        if how.by == "not at all":
            rule = rules.outcomes[shape].rule if shape in rules.outcomes else local(shape)
            fault = "The design is too large to judge this rule on."
            message = (
                f"{rule} was not judged: {how.why}, so that it needs the whole graph, and the design has more than "
                f"{WHOLE_GRAPH} links. Rewrite the rule, or judge parts of the design."
            )
            findings.append(
                Finding(
                    _id(Result(shape, "", "", "")), rule, "unknown", "cannot-tell", None, (), None, rule, message,
                    fault, None, None, None, False, (), False, None, shape, shape, None, None,
                )
            )  # fmt: skip
    return findings


def _case(focus: Focus | None) -> int:
    return int(str(focus.row.get("case", 0))) if focus else 0


def _finding(result: Result, about: Focus | None, rules: Rules, knowledge: Knowledge, recall: Recall) -> Finding:
    outcome = rules.outcomes.get(result.shape) or _anonymous(result, rules)
    focus = about or Focus("thing", {}, None, ())
    thing = Thing(focus.kind, focus.row, focus.side, focus.links, knowledge)
    found, unit = figure(outcome.figure[-1], thing) if outcome.figure else (None, None)
    limit, _ = figure(outcome.limit[-1], thing) if outcome.limit else (None, None)
    link = str(focus.row["link"]) if focus.kind in ("link", "end") else None

    def basis(row: Mapping[str, object]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return _basis(outcome, Thing(focus.kind, row, focus.side, focus.links, knowledge), rules, knowledge)

    sources, disputes = recalled(recall, (outcome.shape, focus.side), focus.row, basis)
    return Finding(
        id=_id(result),
        rule=outcome.rule,
        severity=outcome.severity,
        nature=outcome.nature,
        link=link,
        links=focus.links,
        end=focus.side,
        subject=_subject(thing, result, recall),
        message=say(outcome.says, thing, recall) if outcome.says else _plainly(outcome, thing, result),
        fault=outcome.fault,
        found=found if found is not None else _value_found(result),
        limit=limit,
        unit=unit,
        estimated=bool(focus.row.get("estimated")) and any("oss" in name for name in outcome.figure),
        sources=sources,
        contested=bool(disputes),
        disputes=disputes,
        input=_input(focus),
        shape=result.shape,
        focus=result.focus,
        path=result.path or None,
        value=result.value or None,
        supply=outcome.supply or None,
    )


def _basis(
    outcome: Outcome, thing: Thing, rules: Rules, knowledge: Knowledge
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The sources behind an outcome, sorted, and about which of its facts sources differ, and how."""
    rests = rests_on(outcome, thing, knowledge)
    told = {fact.source for facts in rests.values() for fact in facts}
    rule = rules.rules.get(outcome.rule)
    sources = sorted(told | set(rule.sources if rule and outcome.severity != "unknown" else ()))
    return tuple(sources), tuple(_dispute(*key, knowledge) for key in rests if key in knowledge.contested)


def _dispute(subject: str, name: str, knowledge: Knowledge) -> str:
    """The values that sources give for one figure: those believed first."""
    believed = knowledge.facts.get((subject, name), ())
    told = {f"{_value(f.value)} ({f.source})": f not in believed for f in knowledge.contested[subject, name]}
    return f"{name} of {subject}: {', '.join(sorted(told, key=lambda each: (told[each], each)))}"


def _anonymous(result: Result, rules: Rules) -> Outcome:
    """A blank or unknown shape of a user's file: its rule is the only one of the user's, or the shape itself."""
    own = [rule.name for rule in rules.rules.values() if not rule.shipped]
    name = own[0] if len(own) == 1 else local(result.shape)
    return Outcome(result.shape, name, "violation", "cannot", "", "", (), (), (), "")


def _id(result: Result) -> str:
    key = "\n".join((result.shape, result.focus, result.path, result.value))
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def _subject(thing: Thing, result: Result, recall: Recall | None = None) -> str:
    templates = {
        "link": "{link}",
        "end": "{place} ({module})",
        "port": "{place}",
        "device": "{device}",
        "group": "{group}",
    }
    return say(templates[thing.kind], thing, recall) if thing.kind in templates else result.focus


def _plainly(outcome: Outcome, thing: Thing, result: Result) -> str:
    """A finding of a user's rule that has no template: the thing, the rule's own message, the value."""
    fault = outcome.fault or "The rule does not hold."
    found = f" Found: {_value(result.value)}." if result.value else ""
    return f"{_subject(thing, result)}: {fault}{found}"


def _value_found(result: Result) -> str | None:
    """The culprit that a result names, where that is not the thing itself."""
    return (_value(result.value) or None) if result.value != f"<{result.focus}>" else None


def _value(term: str) -> str:
    """A value as N-Triples in short: the local name of an IRI, the text of a literal."""
    return local(text_of(term)) if term.startswith("<") else text_of(term) if term.startswith('"') else term


def _input(focus: Focus) -> tuple[str, int] | None:
    file, row = focus.row.get("file"), focus.row.get("row")
    return (str(file), int(str(row))) if file is not None and row is not None else None


def rests_on(outcome: Outcome, thing: Thing, knowledge: Knowledge) -> Mapping[tuple[str, str], tuple[Fact, ...]]:
    """The believed facts behind an outcome: figures it rests on, of the types, reaches and sockets at hand.

    Of statements about two things (takes, interworksWith) only those about these two count.
    """
    subjects: list[str] = []
    for side in SIDES if thing.side is None else (thing.side, *(s for s in SIDES if s != thing.side)):
        type_ = thing.type(side)
        if type_:
            subjects += [*type_.about, str(type_.form_factor), f"loss.{str(type_.band).replace(' ', '-')}"]
            subjects += [local(terms.iri("Connector", connector)) for connector in type_.connectors]
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
        verdicts = {case: verdict_of(by_focus[name][case]) for case, _ in meanings}
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


def verdict_of(findings: Iterable[Finding]) -> str:
    """What findings come to: fails if one is a violation, else unknown if one is an unknown, else works."""
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
        supply="module",
    )


def _verb(verdict: str) -> str:
    return {"works": "works", "fails": "fails", "unknown": "cannot be judged"}[verdict]
