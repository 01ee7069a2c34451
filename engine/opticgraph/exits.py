"""What the end of a command says to a pipeline: its exit code, by contract."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .result import Coverage

__all__ = ["DONE", "FOUND", "INTERRUPTED", "LEVELS", "NOTHING_TOLD", "OURS", "UNUSABLE", "exit_code"]

DONE, FOUND, UNUSABLE, OURS, NOTHING_TOLD = 0, 1, 2, 3, 4  # contract.md, exit codes
INTERRUPTED = 130  # what a shell says of a command that Ctrl-C ended: 128 and the number of the signal
LEVELS = ("violation", "unknown", "warning", "never")


def exit_code(
    severities: Collection[str], counts: Mapping[str, int], coverage: Sequence[Coverage], fail_on: str
) -> int:
    """What an audit means to a pipeline; a design of which nothing could be told is not a design without faults."""
    if fail_on == "never":
        return DONE
    if "violation" in severities:
        return FOUND
    if counts["unknown"] == counts["links"] or not any(each.judged for each in coverage):
        return NOTHING_TOLD
    return FOUND if set(severities) & set(LEVELS[: LEVELS.index(fail_on) + 1]) else DONE
