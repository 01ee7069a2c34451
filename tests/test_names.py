"""Names: every id and every name leads to something of the catalogue, and only stated names lead to several things."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path

import pyoxigraph as ox
import pytest

from opticgraph.resources import folder
from opticgraph.terms import OPTIC, fold

PART = "https://w3id.org/opticgraph/catalog#"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
SKOS = "http://www.w3.org/2004/02/skos/core#"
NAMED = {OPTIC + name for name in ("Adapter", "CableInterface", "ModuleType", "OpticalInterface", "Part")}

Facts = Mapping[str, Mapping[str, frozenset[str]]]  # property -> subject -> values


def triples(path: Path, form: ox.RdfFormat) -> list[tuple[str, str, str]]:
    return [
        (quad.subject.value, quad.predicate.value, quad.object.value) for quad in ox.parse(path=str(path), format=form)
    ]


def facts(rows: list[tuple[str, str, str]]) -> Facts:
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for subject, predicate, value in rows:
        found[predicate][subject].add(value)
    return {p: {s: frozenset(values) for s, values in subjects.items()} for p, subjects in found.items()}


ONTOLOGY = folder("ontology")
NAMES = facts(triples(ONTOLOGY / "names.ttl", ox.RdfFormat.TURTLE))
CATALOGUE = facts(
    [row for path in sorted((ONTOLOGY / "catalog").glob("*.trig")) for row in triples(path, ox.RdfFormat.TRIG)]
)
THINGS = {s for s, classes in CATALOGUE[RDF_TYPE].items() if s.startswith(PART) and classes & NAMED}


def index() -> dict[str, set[str]]:
    """Folded name -> the interfaces, types, parts and adapters that bear it."""
    found: dict[str, set[str]] = defaultdict(set)
    for source, predicate in ((CATALOGUE, LABEL), (CATALOGUE, SKOS + "notation"), (NAMES, SKOS + "altLabel")):
        for subject, words in source[predicate].items():
            if subject in THINGS:
                for word in words:
                    found[fold(word)].add(subject)
    return found


INDEX = index()


def interfaces(subject: str) -> frozenset[str]:
    """What a thing speaks: itself if it is an interface, else by its type."""
    if types := CATALOGUE[OPTIC + "soldAs"].get(subject):
        return frozenset().union(*(interfaces(each) for each in types))
    return CATALOGUE[OPTIC + "implements"].get(subject, frozenset([subject]))


def spoken(name: str) -> set[str]:
    """Ids of the interfaces that a name may mean."""
    return {each.removeprefix(PART) for subject in INDEX.get(fold(name), ()) for each in interfaces(subject)}


def golden(name: str) -> dict[str, set[str]]:
    path = Path(__file__).parent / "golden" / name
    with path.open(encoding="utf-8", newline="") as file:
        return {row["name"]: set(row["interfaces"].split()) for row in csv.DictReader(file)}


def test_every_id_of_the_catalogue_is_a_name_of_its_thing() -> None:
    parts = CATALOGUE[OPTIC + "soldAs"]
    assert [s for s in sorted(THINGS - set(parts)) if s not in INDEX[fold(s.removeprefix(PART))]] == []
    notations = CATALOGUE[SKOS + "notation"]
    assert [s for s in sorted(parts) if not all(s in INDEX[fold(number)] for number in notations.get(s, ["?"]))] == []


def test_every_thing_has_one_label() -> None:
    assert {s: labels for s in THINGS if len(labels := CATALOGUE[LABEL].get(s, frozenset())) != 1} == {}


def test_every_name_is_given_to_a_thing_of_the_catalogue() -> None:
    assert sorted(set(NAMES[SKOS + "altLabel"]) - THINGS) == []
    assert set(NAMES) == {SKOS + "altLabel"}


def test_no_name_repeats_the_label_of_its_thing() -> None:
    labels = {s: {fold(each) for each in CATALOGUE[LABEL][s]} for s in NAMES[SKOS + "altLabel"]}
    assert {
        s for s, words in NAMES[SKOS + "altLabel"].items() if any(fold(word) in labels[s] for word in words)
    } == set()


def test_a_maker_sells_one_thing_under_a_part_number() -> None:
    makers = CATALOGUE[OPTIC + "maker"]
    numbers = Counter(
        (maker, fold(number))
        for s, found in CATALOGUE[SKOS + "notation"].items()
        for maker in makers[s]
        for number in found
    )
    assert [number for number, times in sorted(numbers.items()) if times > 1] == []


def test_a_part_speaks_one_interface() -> None:
    assert {s for s in CATALOGUE[OPTIC + "soldAs"] if len(interfaces(s)) != 1} == set()


@pytest.mark.parametrize(("name", "meant"), golden("module-ids.csv").items())
def test_a_known_module_id_means_what_it_meant(name: str, meant: set[str]) -> None:
    assert spoken(name) == meant


def test_the_ambiguous_names_are_those_that_are_stated() -> None:
    told = {
        name: {each.removeprefix(PART) for s in subjects for each in interfaces(s)} for name, subjects in INDEX.items()
    }
    assert {name: meant for name, meant in told.items() if len(meant) > 1} == {
        fold(name): meant for name, meant in golden("ambiguous-names.csv").items()
    }
