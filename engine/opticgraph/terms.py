"""The closed lists of ontology/lists.ttl: which word a record means, what may be said, and under which IRI."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from types import MappingProxyType

import pyoxigraph as ox

from .resources import folder

__all__ = ["OPTIC", "broader", "expected", "from_iri", "iri", "nearest", "notation", "words"]

OPTIC = "https://w3id.org/opticgraph/ontology#"
_SKOS = "http://www.w3.org/2004/02/skos/core#"
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_SUBCLASS = "http://www.w3.org/2000/01/rdf-schema#subClassOf"


@dataclass(frozen=True)
class _List:
    """One closed list: notations A to Z, folded words to notations, notations to IRIs."""

    words: tuple[str, ...]
    matches: Mapping[str, str]
    iris: Mapping[str, str]


def notation(list_name: str, word: str) -> str | None:
    """The list's own word for what a person wrote, or None; case, blanks, hyphens and underscores do not matter."""
    return _list(list_name).matches.get(fold(word))


def words(list_name: str) -> tuple[str, ...]:
    """Every notation of the list, A to Z."""
    return _list(list_name).words


def expected(list_name: str, word: str) -> str:
    """What an error says about a word that is not in the list: all that may be said, the nearest first."""
    known = _list(list_name)
    first = nearest(word, known.matches)
    best = known.matches[first] if first else None
    rest = [other for other in known.words if other != best]
    return f"{best} (nearest), or {', '.join(rest)}" if best and rest else ", ".join(known.words)


def iri(list_name: str, notation: str) -> str:
    """The IRI of a notation; KeyError if the list has no such notation."""
    return _list(list_name).iris[notation]


def from_iri(iri: str) -> tuple[str, str] | None:
    """The list and the notation that an IRI stands for, or None."""
    return _by_iri().get(iri)


def nearest(word: str, known: Mapping[str, object] | tuple[str, ...]) -> str | None:
    """The known word that is spelt most like this one, or None if nothing is close."""
    folded = {fold(each): each for each in known}
    close = get_close_matches(fold(word), folded, n=1, cutoff=0.6)
    return folded[close[0]] if close else None


def fold(word: str) -> str:
    """A word without what people spell differently: case, blanks, hyphens, underscores."""
    return re.sub(r"[\s_\-\u2010-\u2015\u2212\u00ad]+", "", word).casefold()


def _list(name: str) -> _List:
    lists = _lists()
    if (known := lists.get(name) or lists.get(_names().get(fold(name), ""))) is None:
        raise KeyError(f"no closed list is called {name!r}; there are {', '.join(sorted(lists))}")
    return known


@cache
def _names() -> Mapping[str, str]:
    return MappingProxyType({fold(name): name for name in _lists()})


@cache
def _by_iri() -> Mapping[str, tuple[str, str]]:
    return MappingProxyType({iri: (name, word) for name, known in _lists().items() for word, iri in known.iris.items()})


@cache
def _lists() -> Mapping[str, _List]:
    """Lists by the local name of their class: every class of lists.ttl whose members have a notation."""
    kinds: dict[str, str] = {}
    spelt: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for quad in ox.parse(path=str(folder("ontology") / "lists.ttl"), format=ox.RdfFormat.TURTLE):
        subject, predicate, value = quad.subject, quad.predicate.value, quad.object
        if not isinstance(subject, ox.NamedNode):
            continue
        if predicate == _TYPE and isinstance(value, ox.NamedNode) and value.value.startswith(OPTIC):
            kinds[subject.value] = value.value.removeprefix(OPTIC)
        elif predicate in (_SKOS + "notation", _SKOS + "altLabel") and isinstance(value, ox.Literal):
            spelt[subject.value][predicate.removeprefix(_SKOS)].append(value.value)
    members: dict[str, list[str]] = defaultdict(list)
    for subject_iri, name in kinds.items():
        if spelt[subject_iri]["notation"]:
            members[name].append(subject_iri)
    return MappingProxyType({name: _one_list(iris, spelt) for name, iris in members.items()})


def _one_list(members: list[str], spelt: Mapping[str, Mapping[str, list[str]]]) -> _List:
    iris = {spelt[member]["notation"][0]: member for member in members}
    matches = {fold(other): word for word, member in iris.items() for other in spelt[member].get("altLabel", ())}
    matches |= {fold(word): word for word in iris}  # a notation wins over another word's alternative
    return _List(tuple(sorted(iris)), MappingProxyType(matches), MappingProxyType(iris))


@cache
def broader() -> frozenset[tuple[str, str, str]]:
    """Which fibre is a kind of which: (subject, skos:broader, object as N-Triples)."""
    quads = ox.parse(path=str(folder("ontology") / "lists.ttl"), format=ox.RdfFormat.TURTLE)
    return frozenset(
        (str(q.subject)[1:-1], _SKOS + "broader", str(q.object))
        for q in quads
        if q.predicate.value == _SKOS + "broader"
    )
