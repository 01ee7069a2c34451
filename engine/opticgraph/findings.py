"""From SHACL results to findings: in the trade's words, with figures, limits and the sources they rest on."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

import polars as pl

from . import terms
from .derive import Judged
from .design import SIDES
from .knowledge import Knowledge
from .reason import WHOLE_GRAPH, How
from .recall import Picked
from .result import FINDING, Finding, Findings, texts
from .rules import Outcome, Rules
from .sources import Fact, local, text_of
from .things import touching
from .wide import Wide
from .wording import Thing, Things, figure, say_each

__all__ = ["findings_of", "rests_on", "subjects_of", "unjudged", "verdict_of"]

_LIMIT_COLUMNS = ("reach_by", "budget_by")  # of a link: the reach that sets a limit
_BETWEEN = ("clashesWith", "interworksWith", "refuses", "takes")  # statements about two things


def findings_of(results: pl.DataFrame, *, rules: Rules, judged: Judged, knowledge: Knowledge) -> pl.DataFrame:
    """A finding (result.FINDING) for every result (reason.RESULT); the cases of an ambiguous link are one answer."""
    alike = results.partition_by("shape", "sort", "side", maintain_order=True)
    each = [_alike(own, rules, judged, knowledge) for own in alike]
    return _merge_cases(pl.concat([pl.DataFrame(schema=_WITH_CASE), *each]), judged, knowledge)


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
                    _id(shape, "", "", ""), rule, "unknown", "cannot-tell", None, (), None, rule, message,
                    fault, None, None, None, False, (), False, None, shape, shape, None, None,
                )
            )  # fmt: skip
    return findings


_WITH_CASE = pl.Schema({**FINDING, "case": pl.Int64()})


def _alike(results: pl.DataFrame, rules: Rules, judged: Judged, knowledge: Knowledge) -> pl.DataFrame:
    """The findings of one shape about things of one sort and side."""
    shape, sort, side = results.select("shape", "sort", "side").row(0)
    outcome = rules.outcomes.get(shape) or _anonymous(shape, rules)
    rows, links = touching(sort, judged, results["nth"]) if sort else _nothing(results.height)
    things = Things(sort or "thing", rows, side, [tuple(each) for each in links.to_list()], knowledge)
    told = [results[name].to_list() for name in ("shape", "focus", "path", "value")]
    _, foci, _, values = told
    subjects = say_each(_SUBJECTS[sort], things) if sort else foci
    figures = things.each(lambda thing: figure(outcome.figure[-1], thing) if outcome.figure else (None, None))
    culprits = map(_culprit, foci, values)
    basis = things.each(lambda thing: _basis(outcome, thing, rules, knowledge))
    places = list(zip(rows.column("file"), rows.column("row"), strict=True)) if "file" in rows.names else None
    of_link = sort in ("link", "end")
    columns: dict[str, object] = {
        "id": [_id(*each) for each in zip(*told, strict=True)],
        "rule": outcome.rule,
        "severity": outcome.severity,
        "nature": outcome.nature,
        "link": rows.column("link") if of_link else None,
        "links": links,
        "end": side,
        "subject": subjects,
        "message": say_each(outcome.says, things) if outcome.says else list(map(_plainly(outcome), subjects, values)),
        "fault": outcome.fault,
        "found": [found if found is not None else own for (found, _), own in zip(figures, culprits, strict=True)],
        "limit": things.each(lambda thing: figure(outcome.limit[-1], thing)[0] if outcome.limit else None),
        "unit": [unit for _, unit in figures],
        "estimated": things.each(lambda thing: _is_estimated(outcome, thing)),
        "sources": [sources for sources, _ in basis],
        "contested": [bool(disputes) for _, disputes in basis],
        "file": [file if row is not None else None for file, row in places] if places else None,
        "row": [row if file is not None else None for file, row in places] if places else None,
        "shape": shape,
        "focus": results["focus"],
        "path": results["path"].replace("", None),
        "value": results["value"].replace("", None),
        "supply": outcome.supply or None,
        "disputes": [disputes for _, disputes in basis],
        "case": rows.column("case") if of_link else 0,
    }
    return pl.DataFrame([_column(name, columns[name], kind, results.height) for name, kind in _WITH_CASE.items()])


_WITH_CASE = pl.Schema({**FINDING, "case": pl.Int64()})
_SUBJECTS = {
    "link": "{link}",
    "end": "{place} ({module})",
    "port": "{place}",
    "device": "{device}",
    "group": "{group}",
}


def _nothing(height: int) -> tuple[Picked, pl.Series]:
    """What is beyond the design: no columns and no links."""
    none = pl.repeat(0, height, eager=True)
    return Picked(Wide(pl.DataFrame()), none), pl.repeat([], height, dtype=pl.List(pl.String), eager=True)


def _column(name: str, value: object, kind: pl.DataType, height: int) -> pl.Series:
    """A column of values, or of one value for all."""
    if isinstance(value, pl.Series):
        return value.alias(name)
    return texts(name, value, kind) if isinstance(value, list) else texts(name, [value], kind).new_from_index(0, height)


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


def _is_estimated(outcome: Outcome, thing: Thing) -> bool:
    return bool(thing.row.get("estimated")) and any("oss" in name for name in outcome.figure)


def _anonymous(shape: str, rules: Rules) -> Outcome:
    """A blank or unknown shape of a user's file: its rule is the only one of the user's, or the shape itself."""
    own = [rule.name for rule in rules.rules.values() if not rule.shipped]
    name = own[0] if len(own) == 1 else local(shape)
    return Outcome(shape, name, "violation", "cannot", "", "", (), (), (), "")


def _id(shape: str, focus: str, path: str, value: str) -> str:
    return hashlib.sha256("\n".join((shape, focus, path, value)).encode()).hexdigest()[:16]


def _plainly(outcome: Outcome) -> Callable[[str, str], str]:
    """A finding of a user's rule that has no template: the thing, the rule's own message, the value."""
    fault = outcome.fault or "The rule does not hold."

    def words(subject: str, value: str) -> str:
        return f"{subject}: {fault}" + (f" Found: {_value(value)}." if value else "")

    return words


def _culprit(focus: str, value: str) -> str | None:
    """The culprit that a result names, where that is not the thing itself."""
    return (_value(value) or None) if value != f"<{focus}>" else None


def _value(term: str) -> str:
    """A value as N-Triples in short: the local name of an IRI, the text of a literal."""
    return local(text_of(term)) if term.startswith("<") else text_of(term) if term.startswith('"') else term


def rests_on(outcome: Outcome, thing: Thing, knowledge: Knowledge) -> Mapping[tuple[str, str], tuple[Fact, ...]]:
    """The believed facts behind an outcome: figures it rests on, of the types, reaches and sockets at hand.

    Of statements about two things (takes, interworksWith) only those about these two count, and what a part says
    itself stands in place of what its type or interface says.
    """
    chains = [type_.about for side in SIDES if (type_ := thing.type(side))]
    at_hand = subjects_of(thing)
    found = {}
    for name in outcome.rests_on:
        for subject in at_hand:
            facts = knowledge.facts.get((subject, name), ())
            if name in _BETWEEN:
                facts = tuple(fact for fact in facts if local(text_of(fact.value)) in at_hand)
            if facts and not _outspoken(subject, name, chains, knowledge):
                found[subject, name] = facts
    return found


def _outspoken(subject: str, name: str, chains: Iterable[Sequence[str]], knowledge: Knowledge) -> bool:
    """Whether, wherever a subject is inherited from, something nearer to the module says it otherwise."""
    own = [chain[: chain.index(subject)] for chain in chains if subject in chain]
    return bool(own) and all(any((nearer, name) in knowledge.facts for nearer in chain) for chain in own)


def subjects_of(thing: Thing) -> Mapping[str, None]:
    """What facts behind an outcome may be about: the types, reaches, sockets and plugs at hand, in order."""
    subjects: list[str] = []
    for side in SIDES if thing.side is None else (thing.side, *(s for s in SIDES if s != thing.side)):
        type_ = thing.type(side)
        if type_:
            subjects += [*type_.about, str(type_.form_factor), f"loss.{str(type_.band).replace(' ', '-')}"]
            subjects += [local(terms.iri("Connector", connector)) for connector in type_.connectors]
        subjects += [str(thing.get(column, side)) for column in ("speaks", "socket") if thing.get(column, side)]
    subjects += [str(thing.row[column]) for column in _LIMIT_COLUMNS if thing.row.get(column)]
    return dict.fromkeys(subjects)


def _merge_cases(findings: pl.DataFrame, judged: Judged, knowledge: Knowledge) -> pl.DataFrame:
    """One answer for a link whose module names may mean several things.

    If every case comes to the same verdict, the first case's findings stand for all; if not, the link is unknown and
    one finding of module-is-known names the meanings and what each comes to.
    """
    links = judged.links.lazy()
    names = links.filter(pl.col("case") > 0).select("link").unique().collect().to_series().implode()
    several = judged.links.filter(pl.col("link").is_in(names))
    if several.is_empty():
        return findings.drop("case")
    ambiguous = pl.col("link").is_in(names).fill_null(False)
    own = findings.filter(ambiguous)
    plain = [findings.filter(~ambiguous).drop("case")]
    by_link: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for at, (link, case) in enumerate(own.select("link", "case").iter_rows()):
        by_link[link][case].append(at)
    severity = own["severity"].to_list()
    told: list[Finding] = []
    for (link,), rows in several.group_by("link", maintain_order=True):
        name = str(link)
        meanings = [(int(row["case"]), _meaning(row, knowledge)) for row in rows.iter_rows(named=True)]
        verdicts = {case: verdict_of(severity[at] for at in by_link[name][case]) for case, _ in meanings}
        if len(set(verdicts.values())) == 1:
            plain.append(own[by_link[name][0]].drop("case"))
        else:
            told.append(_ambiguous(name, rows.row(0, named=True), meanings, verdicts))
    return pl.concat([*plain, Findings.of(told).frame])


def _meaning(row: Mapping[str, object], knowledge: Knowledge) -> str:
    """What the ambiguous ends of a case are taken for."""
    several = [side for side in SIDES if len(row[f"{side}_types"] or ()) > 1]  # type: ignore[arg-type]
    types = [knowledge.types[str(row[f"{side}_type"])] for side in several]
    return " to ".join(dict.fromkeys(type_.interface for type_ in types))


def verdict_of(severities: Iterable[str]) -> str:
    """What findings come to: fails if one is a violation, else unknown if one is an unknown, else works."""
    all_ = set(severities)
    return "fails" if "violation" in all_ else "unknown" if "unknown" in all_ else "works"


def _ambiguous(
    link: str, row: Mapping[str, object], meanings: list[tuple[int, str]], verdicts: Mapping[int, str]
) -> Finding:
    side = "a" if len(row["a_types"] or ()) > 1 else "b"  # type: ignore[arg-type]
    text = str(row[f"{side}_module"])
    told = "; ".join(f"as {meaning} it {_verb(verdicts[case])}" for case, meaning in meanings)
    shape = "https://w3id.org/opticgraph/rules#module-is-known.ambiguous"
    focus = f"https://w3id.org/opticgraph/design#link/{link}"
    return Finding(
        id=_id(shape, focus, "", text),
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
