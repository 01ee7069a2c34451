"""What stands near a part in the catalogue: subjects that its facts lead to, a few steps on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from .sources import PART, Fact

__all__ = ["by_subject", "near"]

HOPS = 3  # from a part to its type, the type's interface, that interface's reaches and breakouts


def by_subject(facts: Iterable[Fact]) -> Mapping[str, Sequence[Fact]]:
    """The facts of each subject, in their order."""
    told: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        told[fact.subject].append(fact)
    return dict(told)


def near(facts: Mapping[str, Sequence[Fact]], subjects: Iterable[str]) -> set[str]:
    """The subjects, and all parts of the catalogue that their facts lead to in HOPS steps; facts as of by_subject."""
    seen = edge = set(subjects)
    for _ in range(HOPS):
        edge = {f.value[1:-1] for s in edge for f in facts.get(s, ()) if f.value.startswith(f"<{PART}")} - seen
        seen = seen | edge
    return seen
