"""What a diff says in few words, for all its formats."""

from __future__ import annotations

from collections.abc import Iterable

from ...difference import Diff, FindingChange, OptionChange, OptionRow, Planned

__all__ = ["became", "modules", "outcome", "placed", "tally", "way", "why"]

_SAME = "of the same verdict with other findings"


def way(change: FindingChange) -> str:
    """came, went or changed."""
    return "came" if change.old is None else "went" if change.new is None else "changed"


def became(old: str | None, new: str | None) -> str:
    """`works -> fails`; a link that was not there or is gone says so."""
    if old is None:
        return f"new, {new}"
    if new is None:
        return f"gone, {old} before"
    return old if old == new else f"{old} -> {new}"


def outcome(row: OptionRow | None) -> str:
    """What an option comes to, in words."""
    if row is None:
        return "not there"
    told = {"refused": f"refused: {row.refused}", "fails": f"fails: {', '.join(row.rules)}"}.get(
        row.verdict, row.verdict
    )
    needs = f", needs {row.needs}" if row.needs else ""
    cost = f", {row.cost.normalize():f} {row.currency}" if row.cost is not None else ""
    return told + needs + cost


def why(change: OptionChange) -> str:
    """What an option that came or went comes to on the side where it is none; of one that changed both."""
    if change.way == "gone":
        return outcome(change.new)
    return outcome(change.old) if change.way == "came" else f"{outcome(change.old)} -> {outcome(change.new)}"


def modules(change: OptionChange) -> str:
    """The modules of both ends, once if they are the same."""
    names = [name or "as it is" for name in (change.a_module, change.b_module)]
    return names[0] if names[0] == names[1] else " / ".join(names)


def placed(planned: Planned | None) -> str:
    """What becomes of a link in a plan, and in which window, or why nothing does."""
    if planned is None:
        return "not wanted"
    if planned.window is None:
        return f"left out ({planned.left})"
    names = dict.fromkeys(name for name in (planned.a_module, planned.b_module) if name)
    return " ".join((f"window {planned.window},", planned.strategy or "", " / ".join(names))).rstrip()


def tally(diff: Diff) -> str:
    """How many links came out how: `2 worse, 1 better`."""
    spoken = {"worse": "worse", "better": "better", "added": "added", "removed": "removed", "same": _SAME}
    ways = [link.way for link in diff.links]
    return _listed(f"{ways.count(name):,} {words}" for name, words in spoken.items() if name in ways)


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words) or "no link came out otherwise"
