"""The command `verify`: its arguments to one function of the package, its answer to stdout or files."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

__all__ = ["answer"]

HOLDS, DOES_NOT, NOTHING_PROVEN = 0, 1, 4  # exit codes, by contract


def answer(
    design: str,
    plan: str,
    targets: Sequence[tuple[str, Path | None]],
    *,
    goal: Path | None,
    trust: str,
    rules: Sequence[Path],
    catalogs: Sequence[Path],
) -> int:
    """Prove a plan and write down what that came to in each format; 0 where it holds."""
    from .proof.verify import verify
    from .read import load
    from .report import save
    from .report.verification import render

    told = verify(load(design), plan, goal=goal, trust=trust, rules=rules, catalogs=catalogs)
    for format, path in targets:
        content = render(told, format=format)
        if path is None:
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()
        else:
            save(content, path)
    return HOLDS if told.holds else DOES_NOT if told.faults else NOTHING_PROVEN
