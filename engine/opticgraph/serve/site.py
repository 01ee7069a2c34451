"""What a running server holds and every route reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..design import Design
from ..knowledge import Knowledge
from ..planned import Plan
from ..result import Audit
from .limits import Limits
from .pool import Pool

__all__ = ["Site"]


@dataclass(frozen=True)
class Site:
    """A design, what is believed, its audit, and the processes that answer.

    graphs  IRI of a named graph -> what stands in it
    asking  processes over the store; looking a process that explains links and finds options
    """

    design: Design
    knowledge: Knowledge
    audit: Audit
    plan: Plan | None
    graphs: Mapping[str, str]
    asking: Pool
    looking: Pool
    limits: Limits
    catalogs: Sequence[Path] = ()
