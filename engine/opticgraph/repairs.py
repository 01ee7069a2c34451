"""The least changes that make a link work: searched rule by rule, every state on the way judged like any design."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from .candidates import Outcomes, framed
from .choices import Change, Flip
from .design import SIDES
from .moves import moves
from .prices import Prices
from .result import Finding

__all__ = ["Judging", "Way", "least_changes", "needs_of"]

Row = Mapping[str, object]
BEAM = 2  # states of a row that are carried on: those with the fewest rules broken, and of them the cheapest
DEPTH = 7  # a row that breaks more rules than this is told what breaks, not how to mend it all
SHOWN = 3  # ways out of one row

# More moves than those of the plant: for repairs, other modules. Of a rule, a row and its types.
More = Callable[[str, Row], Sequence[Change]]
Judging = Callable[[pl.DataFrame], Outcomes]  # candidates.judge_rows under some knowledge and rules


@dataclass(frozen=True)
class Way:
    """Changes tried on a row so far."""

    subject: int
    start: Row
    row: Row
    changes: tuple[Change, ...] = ()


def least_changes(
    rows: pl.DataFrame, judging: Judging, *, more: More | None = None, prices: Prices | None = None
) -> dict[int, tuple[Flip, ...]]:
    """Of every failing row (ROW_SCHEMA) the smallest sets of changes after which no rule fails, the cheapest first.

    A set is left out where a part of it would do, and where another one costs no more and stops service no more.
    """
    ways = [Way(at, row, row) for at, row in enumerate(rows.iter_rows(named=True))]
    found: dict[int, list[tuple[Way, Outcomes, int]]] = {}
    for _ in range(DEPTH + 1):
        if not ways:
            break
        outcomes = judging(framed([way.row for way in ways]))
        carried: dict[int, list[tuple[int, float, int]]] = {}
        for at, way in enumerate(ways):
            broken = _broken(outcomes, at)
            if not broken:
                found.setdefault(way.subject, []).append((way, outcomes, at))
            elif way.subject not in found:
                carried.setdefault(way.subject, []).append((len(broken), _cost(way.changes), at))
        ways = [
            further
            for subject, states in carried.items()
            if subject not in found
            for _, _, at in sorted(states)[:BEAM]
            for further in _further(ways[at], outcomes, at, more)
        ]
    needed = _needed_only(found, judging)
    return {
        subject: tuple(
            _flip(*state, prices) for state in _front([state for state in states if state[0].changes], prices)
        )
        for subject, states in needed.items()
    }


def _flip(way: Way, outcomes: Outcomes, at: int, price: Decimal | None, prices: Prices | None) -> Flip:
    verdict = outcomes.verdict(at)
    return Flip(
        changes=way.changes,
        verdict=verdict,
        needs=needs_of(outcomes.findings([at]).get(at, ())) if verdict == "unknown" else (),
        cost=_cost(way.changes),
        outage=any(change.outage for change in way.changes),
        price=price,
        currency=prices.currency if prices else "",
    )


def needs_of(findings: Iterable[Finding]) -> tuple[str, ...]:
    """What the unknowns ask for: the column to supply, and against which figure it will be held."""
    told: dict[str, None] = {}
    for finding in findings:
        if finding.severity == "unknown":
            told[_need(finding.rule, finding.supply, finding.end, finding.limit, finding.unit)] = None
    return tuple(told)


def _need(rule: str, supply: str | None, end: str | None, limit: str | None, unit: str | None) -> str:
    if supply == "loss_db" and limit:
        bound = "from" if rule == "receiver-not-overloaded" else "up to"
        return f"loss_db: measure it; it works {bound} {limit} {unit or 'dB'}"
    if supply == "module" and rule == "line-carries-coherent":
        return "module: no source states the OSNR it needs; ask its maker, or name a part whose data sheet does"
    return f"{end}_{supply}: give it" if end and supply else f"{supply or 'more of the record'}: give it"


def _broken(outcomes: Outcomes, at: int) -> list[str]:
    return sorted(rule for rule, severity in outcomes.severities(at).items() if severity == "violation")


def _cost(changes: Sequence[Change]) -> float:
    return sum(change.cost for change in changes)


def _price(changes: Sequence[Change], prices: Prices | None) -> Decimal | None:
    if prices is None or not all(change.parts for change in changes):
        return None
    told = [(prices.price(part), count) for change in changes for part, count in change.parts]
    known = [price * count for price, count in told if price is not None]
    return sum(known, Decimal(0)) if len(known) == len(told) else None


def _further(way: Way, outcomes: Outcomes, at: int, more: More | None) -> list[Way]:
    """The state with one change more, for the first rule it breaks: the others have their turn later."""
    told, knowledge = outcomes.of(at), outcomes.knowledge
    row = {**told, **way.row}
    types = {s: knowledge.types.get(str(told[f"{s}_type"])) if told[f"{s}_type"] else None for s in SIDES}
    changed = {column for change in way.changes for column, _ in change.values}
    rule = _broken(outcomes, at)[0]
    found = list(moves(rule, row, types, knowledge))
    if more:
        found += more(rule, row)
    return [
        Way(way.subject, way.start, {**way.row, **dict(change.values)}, (*way.changes, change))
        for change in found
        if not any(column in changed for column, _ in change.values)
    ]


def _needed_only(
    found: Mapping[int, list[tuple[Way, Outcomes, int]]], judging: Judging
) -> Mapping[int, list[tuple[Way, Outcomes, int]]]:
    """Those of which no change can be left out."""
    several = [
        (subject, nth, leave)
        for subject, states in found.items()
        for nth, (way, _, _) in enumerate(states)
        for leave in range(len(way.changes))
        if len(way.changes) > 1
    ]
    if not several:
        return found
    tried = []
    for subject, nth, leave in several:
        way = found[subject][nth][0]
        without = {column: way.start[column] for column, _ in way.changes[leave].values}
        tried.append({**way.row, **without})
    outcomes = judging(framed(tried))
    idle = {(subject, nth) for at, (subject, nth, _) in enumerate(several) if not _broken(outcomes, at)}
    return {
        subject: [state for nth, state in enumerate(states) if (subject, nth) not in idle] or states[:1]
        for subject, states in found.items()
    }


State = tuple[Way, Outcomes, int]


def _front(states: Sequence[State], prices: Prices | None) -> list[tuple[Way, Outcomes, int, Decimal | None]]:
    """One of those that change the same columns, the nearest; and none that costs more and stops service no less."""
    nearest: dict[tuple[str, ...], State] = {}
    for state in sorted(states, key=lambda state: _unsure(state)):  # then as tried: nearest values first
        columns = tuple(sorted(column for change in state[0].changes for column, _ in change.values))
        nearest.setdefault(columns, state)
    weighed = [(state, _weight(state, prices)) for state in nearest.values()]
    kept = [(state, weight) for state, weight in weighed if not any(_beats(other, weight) for _, other in weighed)]
    kept.sort(key=lambda each: (each[1].unsure, each[1].price is None, each[1].least, each[1].outage, each[1].words))
    return [(*state, weight.price) for state, weight in kept[:SHOWN]]


@dataclass(frozen=True)
class _Weight:
    """What makes one way out better than another: the money if it is known, else how many things change."""

    unsure: bool
    price: Decimal | None
    least: Decimal | float
    outage: bool
    words: str


def _weight(state: State, prices: Prices | None) -> _Weight:
    changes = state[0].changes
    price = _price(changes, prices)
    return _Weight(
        unsure=_unsure(state),
        price=price,
        least=_cost(changes) if price is None else price,
        outage=any(change.outage for change in changes),
        words=" ".join(change.words for change in changes),
    )


def _unsure(state: State) -> bool:
    _, outcomes, at = state
    return outcomes.verdict(at) != "works"


def _beats(one: _Weight, other: _Weight) -> bool:
    """Whether one costs no more, stops service no more and is no less sure; money and counts are not compared."""
    if (one.price is None) != (other.price is None):
        return False
    worse = (other.least, other.outage)
    better = (one.least, one.outage)
    return better != worse and better[0] <= worse[0] and better[1] <= worse[1] and one.unsure <= other.unsure
