"""A trust policy as people name it: whose figures win, and which sources are not believed at all.

`standards`, `playbook` or a Turtle file, and behind it what is dropped: `standards without source:IEEE, Reseller`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from .errors import CatalogError
from .sources import Fact, Source

__all__ = ["Trust", "kept", "trust_of"]

_WITHOUT = " without "


@dataclass(frozen=True)
class Trust:
    """A policy by name or file, and the sources and kinds of source that it does not believe, sorted."""

    policy: str
    without: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.policy}{_WITHOUT}{', '.join(self.without)}" if self.without else self.policy

    def dropping(self, sources: Iterable[str]) -> Trust:
        """The same policy without these sources too."""
        return Trust(self.policy, tuple(sorted({*self.without, *(_plain(source) for source in sources)})))


def trust_of(text: str) -> Trust:
    """What was meant by --trust; whether there is such a policy and such sources is said when they are read."""
    policy, _, names = text.partition(_WITHOUT)
    return Trust(policy.strip(), ()).dropping(filter(None, re.split(r"[,\s]+", names)))


def kept(facts: Sequence[Fact], trust: Trust, sources: Mapping[str, Source]) -> Sequence[Fact]:
    """The facts of sources that the policy believes. Raises CatalogError for a source that nobody knows."""
    if not trust.without:
        return facts
    known = {*sources, *(source.kind for source in sources.values())}
    for name in trust.without:
        if name not in known:
            near = get_close_matches(name, known, n=3)
            hint = f" Nearest: {', '.join(near)}." if near else ""
            raise CatalogError(
                f"trust policy: found {name!r} after `without`; expected a source as `opticgraph catalog sources` "
                f"lists them, or a kind of source.{hint}"
            )
    gone = {id for id, source in sources.items() if {id, source.kind} & set(trust.without)}
    return tuple(fact for fact in facts if fact.source not in gone)


def _plain(name: str) -> str:
    return re.sub(r"^(source|optic):", "", name.strip())
