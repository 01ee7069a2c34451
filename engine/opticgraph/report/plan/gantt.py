"""A plan as a picture: windows from left to right, a row for each site, a bar for each step where hands are needed."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from ...planned import Plan, Step, Window
from ..rows import natural
from ..words import clean, counted

__all__ = ["chart", "render"]

MOST_ROWS, MOST_WINDOWS = 60, 120
LEFT, TOP, ROW, LEAST, BAR = 180, 56, 34, 46, 18
_STYLE = (
    "text{font:12px system-ui,'DejaVu Sans',sans-serif;fill:#1f2428}.soft{fill:#5b646c}.grid{stroke:#e2e4e6}"
    ".band{fill:#f4f5f5}.task{fill:#1f5f8b}.task.lit{fill:#6fa895}.count{fill:#fff;font-weight:650}"
)


def render(plan: Plan) -> str:
    """The picture as an SVG file."""
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + chart(plan, style=f"<style>{_STYLE}</style>") + "\n"


def chart(plan: Plan, *, style: str = "") -> str:
    """The SVG element; a bar that stops no link is drawn lighter. Text is escaped."""
    windows = plan.windows[:MOST_WINDOWS]
    sites = sorted({site for window in windows for site in window.sites}, key=natural)[:MOST_ROWS]
    wide = max(LEAST, min(240, 980 // max(len(windows), 1)))
    width, height = LEFT + wide * len(windows) + 16, TOP + ROW * len(sites) + 52
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="gantt" role="img" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" aria-label="{_text(_words(plan))}">{style}',
        *_grid(windows, sites, wide, height),
        *(mark for at, window in enumerate(windows) for mark in _bars(window, at, sites, wide)),
        *_states(windows, wide, height),
        "</svg>",
    ]
    return "".join(parts)


def _words(plan: Plan) -> str:
    links = sum(chosen.window is not None for chosen in plan.chosen)
    return f"{counted(len(plan.windows), 'window')} for {counted(links, 'link')}"


def _grid(windows: tuple[Window, ...], sites: list[str], wide: int, height: int) -> Iterator[str]:
    for nth, site in enumerate(sites):
        y = TOP + ROW * nth
        if nth % 2 == 0:
            yield f'<rect class="band" x="0" y="{y}" width="{LEFT + wide * len(windows)}" height="{ROW}"/>'
        yield f'<text x="{LEFT - 12}" y="{y + ROW / 2 + 4:g}" text-anchor="end">{_text(_short(site, 24))}</text>'
    for nth, window in enumerate(windows):
        x = LEFT + wide * nth
        yield f'<line class="grid" x1="{x}" y1="{TOP - 8}" x2="{x}" y2="{height - 44}"/>'
        middle = f'x="{x + wide / 2:g}" text-anchor="middle"'
        yield f'<text {middle} y="22">{window.n}</text>'
        if window.day and wide >= 76:
            yield f'<text class="soft" {middle} y="40">{_text(window.day)}</text>'
    yield f'<text class="soft" x="{LEFT - 12}" y="22" text-anchor="end">window</text>'


def _bars(window: Window, at: int, sites: list[str], wide: int) -> Iterator[str]:
    for nth, site in enumerate(sites):
        here = [step for step in window.steps if site in step.sites]
        if here:
            x, y = LEFT + wide * at + 4, TOP + ROW * nth + (ROW - BAR) / 2
            kind = "task" if any(step.down for step in here) else "task lit"
            count = f"{len(here)}" if len(here) > 1 or wide < 90 else _short(_name(here[0]), (wide - 14) // 7)
            yield (
                f'<g><title>{_text(_told(window, site, here))}</title><rect class="{kind}" x="{x}" y="{y:g}" '
                f'width="{wide - 8}" height="{BAR}" rx="4"/><text class="count" x="{x + wide / 2 - 4:g}" '
                f'y="{y + 13:g}" text-anchor="middle">{_text(count)}</text></g>'
            )


def _name(step: Step) -> str:
    return step.links[0] if len(step.links) == 1 else step.unit


def _told(window: Window, site: str, steps: list[Step]) -> str:
    return f"Window {window.n} at {site}: {'; '.join(step.unit for step in steps)}"


def _states(windows: tuple[Window, ...], wide: int, height: int) -> Iterator[str]:
    yield f'<text class="soft" x="{LEFT - 12}" y="{height - 26}" text-anchor="end">links down</text>'
    yield f'<text class="soft" x="{LEFT - 12}" y="{height - 8}" text-anchor="end">work after it</text>'
    for nth, window in enumerate(windows):
        middle = f'x="{LEFT + wide * nth + wide / 2:g}" text-anchor="middle"'
        yield f'<text {middle} y="{height - 26}">{len(window.down)}</text>'
        total = window.state.works + window.state.fails + window.state.unknown
        told = f"{window.state.works} of {total}" if wide >= 76 else str(window.state.works)
        yield f'<text {middle} y="{height - 8}">{told}</text>'


def _short(text: str, letters: int) -> str:
    told = clean(text)
    return told if len(told) <= letters else told[: max(letters - 1, 1)] + "\N{HORIZONTAL ELLIPSIS}"


def _text(text: str) -> str:
    return escape(clean(text), quote=True)
