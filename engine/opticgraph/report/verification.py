"""Whether a plan holds, written down: as text for a terminal, as JSON for programs, as JUnit for pipelines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import MappingProxyType
from xml.sax.saxutils import escape, quoteattr

from ..errors import InputError
from ..proof.verified import CHECKS, Fault, Verification
from .lines import wrapped
from .words import clean, counted, listed

__all__ = ["ENDINGS", "FORMATS", "render"]

FORMATS = ("text", "json", "junit")
ENDINGS = MappingProxyType({".txt": "text", ".json": "json", ".xml": "junit"})
MOST = 200  # faults told on a terminal


def render(told: Verification, *, format: str = "text", width: int = 100) -> bytes:
    """The answer as bytes, in one of FORMATS; InputError for any other."""
    if format not in FORMATS:
        raise InputError(f"{format}: no such format for a verification; expected one of {' '.join(FORMATS)}")
    content = {
        "text": lambda: wrapped(_lines(told), width),
        "json": lambda: _json(told),
        "junit": lambda: _junit(told),
    }[format]()
    return content.encode("utf-8", "replace")


def _lines(told: Verification) -> Iterator[tuple[int, str]]:
    windows = counted(len(told.windows), "window")
    if told.holds:
        yield 0, f"The plan holds: {windows} replayed, every state judged anew on the graph."
    elif told.faults:
        yield 0, f"The plan does not hold: {counted(len(told.faults), 'fault')} in {windows}."
    else:
        yield 0, "Nothing was proven."
    for note in told.notes:
        yield 0, note
    yield from _faults(told)
    if told.windows:
        yield 0, ""
        yield 0, f"before: {_tally(told.before)}"
    for window in told.windows:
        day = f", {window.day}" if window.day else ""
        yield 0, f"window {window.n}{day}: {counted(window.steps, 'step')}, {_tally(window.state)}"
        yield 2, f"down while it is open: {listed(window.down, 6) or 'nothing'}; {window.judged} links judged anew"
    yield 0, ""
    yield 0, "What was asserted:"
    broken = {fault.check for fault in told.faults}
    for check, sentence in CHECKS.items():
        sign = "\N{MULTIPLICATION X}" if check in broken else "\N{CHECK MARK}" if told.looked.get(check) else "-"
        things = f"at {told.looked[check]:,}" if told.looked.get(check) else "nothing to look at"
        yield 2, f"{sign} {check} ({things}): {sentence}"
    for condition in told.conditions:
        yield 0, f"Not proven, as the plan itself says what is not known yet: {condition}"


def _faults(told: Verification) -> Iterator[tuple[int, str]]:
    for fault in told.faults[:MOST]:
        yield 2, f"\N{MULTIPLICATION X} {place(fault)}: {fault.words}  [{fault.check}]"
    if len(told.faults) > MOST:
        yield 2, f"... and {len(told.faults) - MOST:,} more; --format json has all"


def place(fault: Fault) -> str:
    """Where a fault is: `window 3, step up-1`, or the plan as a whole."""
    if not fault.window:
        return "plan"
    return f"window {fault.window}" + (f", step {fault.step}" if fault.step else "")


def _tally(counts: object) -> str:
    assert hasattr(counts, "__getitem__")
    return f"{counts['works']:,} work, {counts['fails']:,} fail, {counts['unknown']:,} unknown"


def _json(told: Verification) -> str:
    report = {
        "opticgraph": told.version,
        "trust": told.trust,
        "holds": told.holds,
        "before": dict(told.before),
        "after": dict(told.after),
        "windows": [
            {
                "n": each.n, "day": each.day, "steps": each.steps, "judged": each.judged, "state": dict(each.state),
                "down": each.down,
            }
            for each in told.windows
        ],
        "faults": [
            {
                "window": each.window or None, "step": each.step or None, "check": each.check, "message": each.words,
                "links": each.links,
            }
            for each in told.faults
        ],
        "checks": [
            {"check": check, "asserts": words, "looked": told.looked.get(check, 0),
             "faults": sum(fault.check == check for fault in told.faults)}
            for check, words in CHECKS.items()
        ],
        "conditions": told.conditions,
        "notes": told.notes,
    }  # fmt: skip
    return json.dumps(report, ensure_ascii=False, allow_nan=False, indent=2, sort_keys=True) + "\n"


def _junit(told: Verification) -> str:
    """One test a check: it fails with its faults, and is skipped where there was nothing to look at."""
    cases = []
    for check, words in CHECKS.items():
        own = [f"{place(fault)}: {clean(fault.words)}" for fault in told.faults if fault.check == check]
        inner = f"<failure message={quoteattr(words)}>{escape(chr(10).join(own))}</failure>" if own else ""
        if not own and not told.looked.get(check):
            inner = '<skipped message="nothing to look at"/>'
        cases.append(f'    <testcase classname="opticgraph.verify" name={quoteattr(check)}>{inner}</testcase>\n')
    failed = len({fault.check for fault in told.faults})
    skipped = sum(not told.looked.get(check) for check in CHECKS)
    head = f'  <testsuite name="opticgraph verify" tests="{len(cases)}" failures="{failed}" skipped="{skipped}">\n'
    top = '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n'
    return f"{top}{head}{''.join(cases)}  </testsuite>\n</testsuites>\n"
