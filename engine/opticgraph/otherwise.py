"""What would be believed if one contested fact were another: module types as they would then be.

Each world grants one source one figure of one subject, whatever its rank, and all else is picked as ever. Powers are
granted as one source's set, as they are believed. Only worlds in which some module type differs are told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .knowledge import Knowledge
from .layout import said_by_subject
from .parts import ModuleType, inherit, kinds_of
from .sources import (
    OPPOSITES,
    OPTIC,
    PART,
    POWERS,
    RDF,
    Belief,
    Fact,
    believe,
    catalog_files,
    local,
    read_facts,
    read_policy,
    text_of,
)
from .trust import kept, trust_of
from .vicinity import by_subject, near

__all__ = ["World", "said_of", "worlds"]

_POWER = OPTIC + "powerW"  # rules hold the least and the most that any source says, whoever is believed
_SHOWN = 3  # sources named of one value

Key = tuple[str, str]  # subject and figure
Grants = Mapping[Key, str]
Types = dict[str, tuple[ModuleType, str]]  # id -> the type, and all that is believed of it as N-Triples


@dataclass(frozen=True)
class World:
    """One fact otherwise than believed.

    words   what is otherwise: `reachM of X 50 (HERE), not 30 (THERE)`
    types   id -> the module type as it would be, and what would be believed of it, as N-Triples; what stays is left out
    turned  subject, figure, value, of what would hold in place of its opposite: a clash where now two interwork
    """

    words: str
    types: Mapping[str, tuple[ModuleType, str]]
    turned: tuple[tuple[str, str, str], ...] = ()


def worlds(ids: Collection[str], knowledge: Knowledge, catalogs: Sequence[Path] = ()) -> tuple[World, ...]:
    """Every world in which something else would be believed of these module types, in a stable order."""
    ids = [id for id in ids if _in_doubt(knowledge.types[id], knowledge)]
    if not ids:
        return ()
    trust = trust_of(knowledge.trust)
    facts = kept(read_facts([*catalog_files(), *catalogs]), trust, knowledge.sources)
    beside = _near(facts, ids)
    own = [fact for fact in facts if fact.subject in beside]
    policy = read_policy(trust.policy)
    now = believe(own, policy=policy, sources=knowledge.sources)
    inferred = _inferred(knowledge, beside, now)
    as_is = _types(now, inferred, ids)
    found: dict[tuple[tuple[Key, str], ...], World] = {}
    for (subject, figure), rivals in sorted(now.contested.items()):
        if figure == _POWER:
            continue
        believed = {fact.value for fact in now.facts if (fact.subject, fact.figure) == (subject, figure)}
        for source in sorted({fact.source for fact in rivals if fact.value not in believed or _opposed(figure)}):
            grants = _grants(subject, figure, source, rivals)
            key = tuple(sorted(grants.items()))
            if key in found:
                continue
            then = believe(own, policy=policy, sources=knowledge.sources, granted=grants)
            changed = {id: told for id, told in _types(then, inferred, ids).items() if told[0] != as_is[id][0]}
            turned = _turned(now, then)
            if changed or turned:
                new = _nodes(now, then)
                types = {id: (type_, said + new) for id, (type_, said) in changed.items()}
                found[key] = World(_words(figure, subject, source, now, then), types, turned)
    return tuple(found.values())


def _in_doubt(type_: ModuleType, knowledge: Knowledge) -> bool:
    """Whether sources differ about anything near a type but what it draws, or anywhere about what goes into what."""
    subjects = {*type_.subjects, *(breakout.leg_interface for breakout in type_.breakouts if breakout.leg_interface)}
    seated = local(OPPOSITES[0][0])
    return any((of in subjects and figure != local(_POWER)) or figure == seated for of, figure in knowledge.contested)


def said_of(facts: Iterable[Fact]) -> str:
    """Values of one figure of one subject, and who states them: `LC-duplex (playbook)`, `reach.OM3, reach.OM4 (X)`."""
    told = sorted(facts)
    values = dict.fromkeys(_value(fact) for fact in told)
    sources = list(dict.fromkeys(fact.source for fact in told))
    more = f" and {len(sources) - _SHOWN} more" if len(sources) > _SHOWN else ""
    return f"{', '.join(values)} ({', '.join(sources[:_SHOWN])}{more})"


def _value(fact: Fact) -> str:
    if not fact.value.startswith("<"):
        return text_of(fact.value)
    word = local(text_of(fact.value)).removeprefix(f"{local(fact.subject)}.")
    return f"{local(fact.figure)} {word}" if _opposed(fact.figure) else word


def _words(figure: str, subject: str, source: str, now: Belief, then: Belief) -> str:
    figures = {name for pair in OPPOSITES if figure in pair for name in pair} or {figure}

    def told(belief: Belief) -> list[Fact]:
        return [fact for fact in belief.facts if fact.subject == subject and fact.figure in figures]

    before, after = told(now), told(then)
    granted = [fact for fact in after if fact not in before] or after
    outdone = [fact for fact in before if fact not in after] or before
    own = [fact for fact in granted if fact.source == source] or granted
    return f"{local(figure)} of {local(subject)}: {said_of(own)}, not {said_of(outdone)}"


def _nodes(now: Belief, then: Belief) -> str:
    """All about reaches and breakouts of which nothing was believed before, as N-Triples."""
    known = {fact.subject for fact in now.facts}
    new = {(fact.subject, fact.figure, fact.value) for fact in then.facts if fact.subject not in known}
    return "".join(f"<{s}> <{p}> {o} .\n" for s, p, o in sorted(new))


def _opposed(figure: str) -> bool:
    return any(figure in pair for pair in OPPOSITES)


def _grants(subject: str, figure: str, source: str, rivals: Iterable[Fact]) -> Grants:
    if figure in POWERS:
        return {(subject, power): source for power in POWERS}
    if _opposed(figure):  # said from either side, in either word
        return {(fact.subject, fact.figure): source for fact in rivals if fact.source == source}
    return {(subject, figure): source}


def _turned(now: Belief, then: Belief) -> tuple[tuple[str, str, str], ...]:
    """Of figures with opposites what is believed then and was not, in both directions where it has them."""

    def held(belief: Belief) -> set[tuple[str, str, str]]:
        return {(f.subject, f.figure, text_of(f.value)) for f in belief.facts if _opposed(f.figure)}

    new = held(then) - held(now)
    return tuple(sorted(new | {(o, p, s) for s, p, o in new if p in OPPOSITES[1]}))


def _types(belief: Belief, inferred: Sequence[tuple[str, str, str]], ids: Collection[str]) -> Types:
    said = said_by_subject({(f.subject, f.figure, f.value) for f in belief.facts} | set(inferred))
    found: Types = {}
    for type_, gained in inherit(said, kinds_of(said), belief.spread):
        if type_.id in ids:
            subject = PART + type_.id
            own = {(subject, p, o) for p, values in said.get(subject, {}).items() for o in values} | set(gained)
            found[type_.id] = type_, "".join(f"<{s}> <{p}> {o} .\n" for s, p, o in sorted(own))
    return found


def _inferred(knowledge: Knowledge, near: Collection[str], now: Belief) -> list[tuple[str, str, str]]:
    """What the ontology adds about these subjects: further classes, but for contested ones."""
    stated = {(f.subject, f.figure, f.value) for f in now.facts}
    doubtful = {subject for subject, figure in now.contested if figure == RDF + "type"}
    found = []
    for line in (knowledge.common + b"".join(knowledge.of_type.get(local(s), b"") for s in near)).splitlines():
        subject, predicate, value = line.decode()[:-2].split(" ", 2)
        triple = subject[1:-1], predicate[1:-1], value
        if triple[0] in near and triple[1] == RDF + "type" and triple not in stated and triple[0] not in doubtful:
            found.append(triple)
    return found


def _near(facts: Sequence[Fact], ids: Iterable[str]) -> set[str]:
    cages = {fact.subject for fact in facts if fact.figure in OPPOSITES[0]}  # and adapters
    return near(by_subject(facts), (PART + id for id in ids)) | cages
