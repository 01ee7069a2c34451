"""Why links came out differently: recorded columns, rules, and effective facts that differ between two judged sides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl
from rdflib import BNode, Graph, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import SH

from .derive import Judged
from .design import SIDES, Design
from .difference import KINDS, Cause, FindingChange
from .findings import subjects_of
from .knowledge import Knowledge
from .moves import hangs_on
from .records import Records, records_that_differ
from .result import Audit
from .rules import Rules
from .sources import Fact, local, text_of
from .wording import Thing

__all__ = ["Causes", "Judgement"]

# What says which thing is meant, or what a rule cannot do without: it bears on every rule.
_ALWAYS = frozenset("device port module moduleAlso deviceType status group groupKind formFactor".split())
_IDENTITY = frozenset(("implements", "soldAs"))  # what a module is: likewise of what is believed


@dataclass(frozen=True)
class Judgement:
    """A design with all that its audit rests on."""

    design: Design
    judged: Judged
    knowledge: Knowledge
    rules: Rules
    audit: Audit
    catalogs: str  # a digest of the user's catalogue files


class Causes:
    """What differs between two sides, and which of it bears on links; links are those that may be asked about."""

    def __init__(self, old: Judgement, new: Judgement, links: Iterable[str]) -> None:
        self._sides = old, new
        self._links = sorted(set(links))
        self.records: Records = records_that_differ(old.design, new.design)
        self.rules: Mapping[str, Cause] = _rules(old.rules, new.rules)
        self._facts = _facts(old, new)
        self._alike = {key for key in self._facts if _values(old, key) == _values(new, key)}  # only in who says so

    @property
    def all(self) -> tuple[Cause, ...]:
        """Rules and effective facts that differ, whatever they bear on."""
        return tuple(sorted({*self.rules.values(), *self._facts.values()}, key=_order))

    def of(self, link: str, findings: Sequence[FindingChange]) -> tuple[Cause, ...]:
        """What bears on a link with these changes of findings; all that differs about it, where no rule tells."""
        rules = sorted({finding.rule for change in findings for finding in (change.old, change.new) if finding})
        links = sorted({link, *(name for change in findings for name in change.links)})
        found = {cause for rule in rules if (cause := self.rules.get(rule))}
        found |= self._data(link, links, rules) | self._believed(links, rules)
        return tuple(sorted(found, key=_order))

    # --- data ----------------------------------------------------------------------------------------------------

    def _data(self, link: str, links: Iterable[str], rules: Sequence[str]) -> set[Cause]:
        properties = _ALWAYS.union(*map(hangs_on, rules))
        strict: set[Cause] = set()
        loose: set[Cause] = set()
        for name in links:
            for thing in self._things.get(name, ()):
                changed = self.records.get(thing)
                subject = " ".join(thing)
                if isinstance(changed, bool):
                    if thing[0] == "link":
                        strict.add(Cause("data", subject, "", *(("there", None) if changed else (None, "there"))))
                    continue
                for each in changed or ():
                    cause = Cause("data", subject, each.column, each.old, each.new)
                    (strict if each.property in properties else loose).add(cause)
        return strict or loose

    @cached_property
    def _things(self) -> Mapping[str, tuple[tuple[str, ...], ...]]:
        """Of every link the things of which its record consists, itself included, that differ."""
        found: dict[str, set[tuple[str, ...]]] = defaultdict(set)
        for side in self._sides:
            rows = side.design.links.filter(pl.col("link").is_in(self._links))
            rows = rows.select("link", "group", *(f"{s}_{n}" for s in SIDES for n in ("device", "port")))
            for link, group, *ends in rows.iter_rows():
                things = [("link", link), ("group", group), *_ends(*ends)]
                found[link] |= {thing for thing in things if thing in self.records}
        return {link: tuple(sorted(things)) for link, things in found.items() if things}

    # --- facts ---------------------------------------------------------------------------------------------------

    def _believed(self, links: Sequence[str], rules: Sequence[str]) -> set[Cause]:
        if not self._facts:
            return set()
        figures = _IDENTITY | {
            figure
            for side in self._sides
            for outcome in side.rules.outcomes.values()
            if outcome.rule in rules
            for figure in outcome.rests_on
        }
        subjects = set().union(*(self._subjects.get(link, frozenset()) for link in links))
        near = {key: cause for key, cause in self._facts.items() if key[0] in subjects}
        resting = {key: cause for key, cause in near.items() if key[1] in figures}
        for told in (resting, near):
            another = {cause for key, cause in told.items() if key not in self._alike}
            if another or told:
                return another or set(told.values())
        return set()

    @cached_property
    def _subjects(self) -> Mapping[str, frozenset[str]]:
        """Of every link the subjects of facts that bear on it, on either side."""
        found: dict[str, set[str]] = defaultdict(set)
        for side in self._sides:
            alike: dict[tuple[object, ...], frozenset[str]] = {}
            rows = side.judged.links.lazy().filter(pl.col("link").is_in(self._links)).select("link", *_READ).collect()
            for link, *values in rows.iter_rows():
                key = tuple(values)
                if key not in alike:
                    row = dict(zip(_READ, values, strict=True))
                    alike[key] = frozenset(subjects_of(Thing("link", row, None, (), side.knowledge)))
                found[link] |= alike[key]
        return {link: frozenset(subjects) for link, subjects in found.items()}


_READ = ("reach_by", "budget_by", *(f"{side}_{name}" for side in SIDES for name in ("type", "speaks", "socket")))


def _ends(a_device: str, a_port: str, b_device: str, b_port: str) -> Iterable[tuple[str, ...]]:
    for device, port in ((a_device, a_port), (b_device, b_port)):
        yield ("device", device)
        yield ("port", device, port)


def _order(cause: Cause) -> tuple[int, str, str, str, str]:
    return KINDS.index(cause.kind), cause.subject, cause.what, cause.old or "", cause.new or ""


# --- rules -----------------------------------------------------------------------------------------------------------


def _rules(old: Rules, new: Rules) -> Mapping[str, Cause]:
    """Rules that came, went, or whose shapes differ."""
    if old.read_from == new.read_from:
        return {}
    found = {}
    for name in sorted({*old.rules, *new.rules}):
        was, is_ = (_text(name, rules) if name in rules.rules else None for rules in (old, new))
        if was is None or is_ is None:
            found[name] = Cause("rule", name, "", None if was is None else "there", None if is_ is None else "there")
        elif not isomorphic(was, is_):
            found[name] = Cause("rule", name, "", "there", "other")
    return found


def _text(name: str, rules: Rules) -> Graph:
    """All that stands about a rule and its outcomes."""
    todo = [URIRef(rules.rules[name].iri), *(URIRef(o.shape) for o in rules.outcomes.values() if o.rule == name)]
    told, seen = Graph(), set()
    while todo:
        node = todo.pop()
        if node in seen:
            continue
        seen.add(node)
        for triple in rules.shapes.triples((node, None, None)):
            told.add(triple)
            if isinstance(triple[2], BNode) or triple[1] in (SH.property, SH.node):
                todo.append(triple[2])  # type: ignore[arg-type]
    return told


# --- effective facts -------------------------------------------------------------------------------------------------


def _facts(old: Judgement, new: Judgement) -> Mapping[tuple[str, str], Cause]:
    """By subject and figure what is believed otherwise, and whether sources or trust in them differ."""
    was, is_ = old.knowledge.facts, new.knowledge.facts
    if was is is_:
        return {}
    keys = [key for key in sorted({*was, *is_}) if was.get(key) != is_.get(key) and key[1] not in _REMARKS]
    more = {subject for subject, figure in keys if figure not in _HEADS}
    found = {}
    for subject, figure in keys:
        came_or_went = (subject, figure) not in was or (subject, figure) not in is_
        if figure in _HEADS and came_or_went and subject in more:  # a thing that is new has a name too
            continue
        told = _apart(was.get((subject, figure), ()), is_.get((subject, figure), ()))
        found[subject, figure] = Cause(_kind(old, new, (subject, figure)), subject, figure, *told)
    return found


_REMARKS = frozenset(("note",))
_HEADS = frozenset(("label", "type"))


def _apart(was: Sequence[Fact], is_: Sequence[Fact]) -> tuple[str | None, str | None]:
    """What was and is believed: the values that differ; if none does, who says them."""
    values = [{fact.value for fact in facts} for facts in (was, is_)]
    if values[0] == values[1]:
        return _said(set(was) - set(is_)), _said(set(is_) - set(was))
    return _said(f for f in was if f.value not in values[1]), _said(f for f in is_ if f.value not in values[0])


def _values(side: Judgement, key: tuple[str, str]) -> set[str]:
    return {fact.value for fact in side.knowledge.facts.get(key, ())}


def _said(facts: Iterable[Fact]) -> str | None:
    """Values with their sources, as people read them."""
    told = {(local(text_of(f.value)) if f.value.startswith("<") else text_of(f.value), f.source) for f in facts}
    return ", ".join(f"{value} ({source})" for value, source in sorted(told)) or None


def _kind(old: Judgement, new: Judgement, key: tuple[str, str]) -> str:
    """trust where both sides have read the same, or where each has read what the other believes; else catalogue."""
    if old.catalogs == new.catalogs:
        return "trust"
    if old.knowledge.trust == new.knowledge.trust:
        return "catalogue"
    for one, other in ((old, new), (new, old)):
        read = {*other.knowledge.facts.get(key, ()), *other.knowledge.contested.get(key, ())}
        if not read.issuperset(one.knowledge.facts.get(key, ())):
            return "catalogue"
    return "trust"
