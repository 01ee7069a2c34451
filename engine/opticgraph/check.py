"""A user's catalogue held against shapes/catalog: what OWL leaves unsaid, such as units and sums that must agree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from rdflib import Graph, URIRef

from .errors import CatalogError
from .resources import folder
from .shacl import validate
from .sources import OPTIC, Fact, local
from .vicinity import by_subject, near

__all__ = ["check"]


def check(facts: Sequence[Fact], own: Iterable[str]) -> None:
    """Refuse own facts that break a rule of the catalogue; what they refer to counts with them.

    own is the ids of the user's sources. Raises CatalogError naming the thing, the fault and whose words clash. The
    shipped catalogue is held against the same shapes by a test.
    """
    sources = set(own)
    subjects = {fact.subject for fact in facts if fact.source in sources}
    beside = _near(facts, subjects)
    told: dict[str, set[str]] = defaultdict(set)
    for fact in beside:
        told[fact.subject].add(fact.source)
    shapes, each = (Graph().parse(folder("shapes") / "prefixes.ttl") for _ in range(2))
    for file in sorted((folder("shapes") / "catalog").glob("*.ttl")):
        rule = Graph().parse(file)
        if any(rule.subjects(URIRef(OPTIC + "perSource"), None)):
            each += rule
        else:
            shapes += rule
    terms = Graph().parse(folder("ontology") / "optics.ttl").parse(folder("ontology") / "lists.ttl")
    results = list(validate(terms + _graph(beside), shapes))
    results += validate(terms + _graph([f for f in beside if f.source in sources]), each)
    messages = {
        str(s): str(o) for s, o in (shapes + each).subject_objects(URIRef("http://www.w3.org/ns/shacl#message"))
    }
    lines = sorted(
        {
            f"{local(r.focus)}: {messages.get(r.shape, local(r.shape))} Stated by: {', '.join(sorted(told[r.focus]))}."
            for r in results
            if r.focus in subjects
        }
    )
    if lines:
        raise CatalogError("the catalogue breaks its own rules:\n" + "\n".join(lines))


def _near(facts: Sequence[Fact], subjects: set[str]) -> list[Fact]:
    told = by_subject(facts)
    seen = near(told, subjects)
    seen |= {f.subject for f in facts if f.figure == OPTIC + "between" and f.value[1:-1] in seen}
    return [fact for subject in sorted(seen) for fact in told.get(subject, ())]


def _graph(facts: Iterable[Fact]) -> Graph:
    lines = "".join(f"<{f.subject}> <{f.figure}> {f.value} .\n" for f in facts)
    return Graph().parse(data=lines, format="nt")
