"""How the minutes of a window are spent, in words."""

from __future__ import annotations

from ...planned import Window

__all__ = ["spent"]


def spent(window: Window) -> str:
    """`105 of 240 min: 15 to drain, 60 of work, 30 of checks`; nothing where the goal says no times."""
    times = window.times
    if times is None:
        return ""
    work = sum(step.minutes or 0 for step in window.steps)
    whole = times.drain + work + times.check
    of = f" of {times.open}" if times.open is not None else ""
    return f"{whole}{of} min: {times.drain} to drain, {work} of work, {times.check} of checks"
