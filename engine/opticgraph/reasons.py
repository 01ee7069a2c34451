"""Why a link's verdict is what it is: each aspect with rule, figures, margin, and the facts it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import polars as pl

from .coverage import state_of
from .derive import Judged, derive
from .design import SIDES, Design
from .errors import QueryError
from .findings import rests_on
from .judge import judge
from .knowledge import Knowledge, know
from .result import Audit, Finding, Verdict
from .rules import Outcome, Rule, Rules, read_rules
from .sources import Fact, text_of
from .things import SORTS, Focus, foci_of, frame_of
from .views import as_frame, as_html
from .wording import Thing, figure, say

__all__ = ["Aspect", "Basis", "Explanation", "explain", "explained"]


@dataclass(frozen=True)
class Basis:
    """One fact an aspect rests on: what figure of what, its value, whose word it is, and who says otherwise."""

    subject: str
    figure: str
    value: str
    source: str
    title: str
    address: str
    evidence: str
    others: tuple[tuple[str, str], ...]  # (source, value) of facts that differ


@dataclass(frozen=True)
class Aspect:
    """One rule on one link, or on one of its ends.

    outcome  holds, fails, unknown, warns or not judged
    found    the figure and limit held against each other, with their unit; margin is how far apart they are
    """

    rule: str
    aspect: str
    title: str
    end: str | None
    outcome: str
    found: str | None
    limit: str | None
    margin: str | None
    unit: str | None
    messages: tuple[str, ...]
    basis: tuple[Basis, ...]


@dataclass(frozen=True)
class Explanation:
    """A link, its verdict, and every aspect of it, the decisive ones first."""

    link: str
    verdict: Verdict
    ends: tuple[str, str]
    aspects: tuple[Aspect, ...]
    trust: str

    def to_polars(self, table: str = "aspects") -> pl.DataFrame:
        """One of its tables.

        aspects  one row a rule and end: rule, aspect, end, outcome, found, limit, margin, unit, messages; found, limit
                 and margin are in unit
        facts    one row a fact an aspect rests on: rule, subject, figure, value, source, title, evidence, others

        Raises InputError for a table of another name.

        >>> told.to_polars("facts").select("subject", "figure", "value", "source").row(1)
        ('100G-ZR4', 'receiveMinDbm', '-27', 'MT-ZR4')
        """
        return as_frame(self, table)

    def _repr_html_(self) -> str:
        return as_html(self)


def explain(
    design: Design,
    link: str,
    *,
    trust: str = "standards",
    rules: Sequence[Path] = (),
    catalogs: Sequence[Path] = (),
) -> Explanation:
    """Every aspect of one link: rule by rule the figures, their margin, and the facts and sources it rests on.

    Raises QueryError with the nearest names if there is no link of this name, CatalogError as audit does.

    >>> told = opticgraph.explain(design, "ing-rgb-1")
    >>> first = told.aspects[0]
    >>> first.rule, first.outcome, first.found, first.limit, first.unit
    ('loss-within-budget', 'unknown', '36.54', '25', 'dB')
    """
    knowledge, known_rules = know(trust=trust, catalogs=catalogs), read_rules(rules)
    judged = derive(design, knowledge)
    names = judged.links["link"].to_list()
    if link not in names:
        from difflib import get_close_matches

        near = get_close_matches(link, names, n=3, cutoff=0.4)
        hint = f" Nearest: {', '.join(near)}." if near else ""
        raise QueryError(f"link: found {link!r}; expected one of the {len(set(names))} judged links.{hint}")
    return explained(link, judged, judge(design, judged, knowledge, known_rules, catalogs), knowledge, known_rules)


def explained(link: str, judged: Judged, result: Audit, knowledge: Knowledge, known_rules: Rules) -> Explanation:
    """Explain a link that is there, of a design that was judged before."""
    verdict = next(v for v in result.verdicts if v.link == link)
    findings = [f for f in result.findings if link in f.links]
    aspects = [
        _aspect(rule, focus, state, known_rules, findings, knowledge)
        for rule in known_rules.rules.values()
        if rule.shipped
        for focus in _foci(link, judged)
        if (state := state_of(rule, focus)) != "no concern"
    ]
    row = judged.links.filter((pl.col("link") == link) & (pl.col("case") == 0)).row(0, named=True)
    thing = Thing("link", row, None, (link,), knowledge)
    order = {"fails": 0, "unknown": 1, "warns": 2, "holds": 3, "not judged": 4}
    return Explanation(
        link=link,
        verdict=verdict,
        ends=(_end(thing, "a"), _end(thing, "b")),
        aspects=tuple(sorted(_merged(aspects), key=lambda a: (order[a.outcome], a.rule, a.end or ""))),
        trust=result.trust,
    )


def _end(thing: Thing, side: str) -> str:
    return say(f"{{{side}Place}} with {{{side}Module}}", thing)


def _about(findings: Sequence[Finding], focus: Focus) -> list[Finding]:
    """The findings about one thing; an outcome of a link's rule may be about an end, and the other way round."""
    if focus.kind == "link":
        return [f for f in findings if f.link is not None]
    if focus.kind == "end":
        return [f for f in findings if f.link is not None and f.end in (focus.side, None)]
    return [f for f in findings if f.focus == focus.iri]


def _foci(link: str, judged: Judged) -> Iterator[Focus]:
    """The link, its ends, and the ports, devices and group it uses."""
    own = (pl.col("link") == link) & (pl.col("case") == 0)
    rows = judged.links.lazy().with_row_index("nth").filter(own).select("nth", "group", *_NAMES).collect()
    record = rows.row(0, named=True)
    for sort in SORTS:
        frame = frame_of(sort, judged).own.with_row_index("nth")
        if sort in ("link", "end"):
            wanted = rows.select("nth")
        elif sort == "group":
            wanted = frame.filter(pl.col("group") == (record["group"] or "")).select("nth")
        else:
            ends = pl.DataFrame([{n: record[f"{s}_{n}"] for n in ("device", "port")} for s in SIDES])
            names = ["device", "port"] if sort == "port" else ["device"]
            wanted = frame.join(ends.unique(names), on=names, how="semi").select("nth")
        for side in SIDES if sort == "end" else (None,):
            yield from foci_of(sort, judged, wanted.with_columns(side=pl.lit(side, pl.String)))


_NAMES = tuple(f"{side}_{name}" for side in SIDES for name in ("device", "port"))


def _aspect(
    rule: Rule, focus: Focus, state: str, rules: Rules, findings: Sequence[Finding], knowledge: Knowledge
) -> Aspect:
    thing = Thing(focus.kind, focus.row, focus.side, focus.links, knowledge)
    own = [f for f in _about(findings, focus) if f.rule == rule.name]
    outcomes = sorted(
        (o for o in rules.outcomes.values() if o.rule == rule.name),
        key=lambda o: (o.severity != "violation", not o.figure, o.shape),
    )
    telling = next((o for f in own for o in outcomes if o.shape == f.shape), None) or _telling(outcomes, thing)
    found, limit, unit = _figures(telling, thing)
    severities = {f.severity for f in own}
    outcome = next(
        (
            word
            for severity, word in (("violation", "fails"), ("unknown", "unknown"), ("warning", "warns"))
            if severity in severities
        ),
        "holds" if state == "judged" else "not judged",
    )
    return Aspect(
        rule=rule.name,
        aspect=rule.aspect,
        title=rule.title,
        end=focus.side,
        outcome=outcome,
        found=found,
        limit=limit,
        margin=_margin(found, limit),
        unit=unit,
        messages=tuple(f.message for f in own),
        basis=tuple(_basis(outcomes, thing, knowledge)) if outcome != "not judged" else (),
    )


def _telling(outcomes: Sequence[Outcome], thing: Thing) -> Outcome | None:
    """Of a rule that found nothing, the outcome whose two figures lie nearest to each other; else the first."""
    margins = []
    for at, outcome in enumerate(outcomes):
        found, limit, _ = _figures(outcome, thing)
        margin = _margin(found, limit)
        if margin is not None:
            margins.append((Decimal(margin), at))
    return outcomes[min(margins)[1] if margins else 0] if outcomes else None


def _figures(outcome: Outcome | None, thing: Thing) -> tuple[str | None, str | None, str | None]:
    if outcome is None or not outcome.figure:
        return None, None, None
    found, unit = figure(outcome.figure[-1], thing)
    limit = figure(outcome.limit[-1], thing)[0] if outcome.limit else None
    return found, limit, unit


def _margin(found: str | None, limit: str | None) -> str | None:
    try:
        return f"{abs(Decimal(str(limit)) - Decimal(str(found))).normalize():f}"
    except ArithmeticError:
        return None


def _basis(outcomes: Sequence[Outcome], thing: Thing, knowledge: Knowledge) -> list[Basis]:
    rests: dict[tuple[str, str], tuple[Fact, ...]] = {}
    for outcome in outcomes:
        rests |= rests_on(outcome, thing, knowledge)
    found = []
    for (subject, name), facts in sorted(rests.items()):
        for fact in facts:
            source = knowledge.sources.get(fact.source)
            rivals = knowledge.contested.get((subject, name), ())
            found.append(
                Basis(
                    subject=subject,
                    figure=name,
                    value=_short(fact.value),
                    source=fact.source,
                    title=source.title if source else fact.source,
                    address=source.address if source else "",
                    evidence=fact.evidence,
                    others=tuple((r.source, _short(r.value)) for r in rivals if r.value != fact.value),
                )
            )
    return found


def _short(value: str) -> str:
    text = text_of(value)
    return text.rsplit("#", 1)[-1] if value.startswith("<") else text


def _merged(aspects: Sequence[Aspect]) -> list[Aspect]:
    """Both ends of an aspect as one, where they say the same of the same parts."""
    merged: dict[tuple[object, ...], Aspect] = {}
    for aspect in aspects:
        key = (aspect.rule, aspect.outcome, aspect.found, aspect.limit, aspect.messages, aspect.basis)
        first = merged.get(key)
        merged[key] = aspect if first is None else Aspect(**{**first.__dict__, "end": None})
    return list(merged.values())
