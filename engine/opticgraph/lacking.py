"""What the catalogue does not say of a module type, and which rules stay silent or unknown for want of it.

A figure is missed where a rule rests on it and most module types of the same sort have it: whoever adds a type from a
data sheet sees what to look for on the sheet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .knowledge import Knowledge, types_named
from .parts import INHERITED, ModuleType
from .rules import Rules
from .sources import local

__all__ = ["Lack", "lacks"]

# Figures of a reach of a type; all others are its own or inherited.
_OF_REACH = ("reachM", "lossBudgetDb")
_OF_TYPE = frozenset(map(local, INHERITED)) | {"breakout"}


@dataclass(frozen=True, order=True)
class Lack:
    """A figure that nobody states of a type: how many of how many like it have one, and the rules that rest on it."""

    module: str
    figure: str
    have: int
    alike: int
    rules: tuple[str, ...]


def lacks(knowledge: Knowledge, rules: Rules, term: str = "", own: Sequence[str] = ()) -> tuple[Lack, ...]:
    """What is missed of the module types that a term names, or of those of these sources; of all without either.

    own is ids of sources, such as those of the user's files. Sorted by module and figure.
    """
    asking = _asking(rules)
    sorts: dict[tuple[object, ...], list[ModuleType]] = defaultdict(list)
    for type_ in knowledge.types.values():
        sorts[_sort(type_)].append(type_)
    said = {type_.id: frozenset(_said(type_, knowledge)) for type_ in knowledge.types.values()}
    named = types_named(term, knowledge)
    theirs = {subject for (subject, _), facts in knowledge.facts.items() if any(f.source in own for f in facts)}
    found = []
    for types in sorts.values():
        have = {figure: sum(figure in said[type_.id] for type_ in types) for figure in asking}
        for type_ in types:
            if (own and type_.id not in theirs) or type_.id not in named:
                continue
            for figure, names in asking.items():
                if figure not in said[type_.id] and 2 * have[figure] > len(types):
                    found.append(Lack(type_.id, figure, have[figure], len(types), names))
    return tuple(sorted(found))


def _asking(rules: Rules) -> dict[str, tuple[str, ...]]:
    """Figure of a type or its reach -> the rules that rest on it."""
    found: dict[str, set[str]] = defaultdict(set)
    for outcome in rules.outcomes.values():
        for figure in outcome.rests_on:
            if figure in _OF_TYPE or figure in _OF_REACH:
                found[figure].add(outcome.rule)
    return {figure: tuple(sorted(names)) for figure, names in sorted(found.items())}


def _sort(type_: ModuleType) -> tuple[object, ...]:
    """What makes types so alike that one would expect the same figures of them."""
    return type_.medium, type_.coherent, type_.direction is not None


def _said(type_: ModuleType, knowledge: Knowledge) -> Iterator[str]:
    """The figures that anybody states of a type, itself or by what it is sold as, and of its reaches."""
    for subject in type_.about:
        yield from (figure for figure in _OF_TYPE if (subject, figure) in knowledge.facts)
    for reach in type_.reaches:
        yield from (figure for figure in _OF_REACH if (reach.id, figure) in knowledge.facts)
    if type_.breaks_out is not None:
        yield "breakout"
