"""Time against size as an SVG picture: both axes count tens, one line a way, readable on light and dark paper."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

__all__ = ["chart"]

WIDTH, HEIGHT = 760, 430
LEFT, RIGHT, TOP, BOTTOM = 70, 210, 30, 50
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")  # Okabe and Ito: told apart by all eyes


def chart(series: Mapping[str, Sequence[tuple[int, float]]]) -> str:
    """The picture of series of (links, seconds)."""
    points = [point for each in series.values() for point in each]
    low_x, high_x = _tens(links for links, _ in points)
    low_y, high_y = _tens(seconds for _, seconds in points)

    def at(links: float, seconds: float) -> tuple[float, float]:
        across = (math.log10(links) - low_x) / max(high_x - low_x, 1)
        up = (math.log10(seconds) - low_y) / max(high_y - low_y, 1)
        return LEFT + across * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'font-family="sans-serif" font-size="12" fill="#666">',
        "<title>Seconds for an audit against links in the fleet</title>",
    ]
    for power in range(low_x, high_x + 1):
        x, _ = at(10**power, 10**low_y)
        parts.append(f'<path d="M{x:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#8888" stroke-width=".5"/>')
        parts.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{10**power:,}</text>')
    for power in range(low_y, high_y + 1):
        _, y = at(10**low_x, 10**power)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#8888" stroke-width=".5"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{10.0**power:g} s</text>')
    parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 10}" text-anchor="middle">links</text>')
    for order, (name, each) in enumerate(series.items()):
        colour, places = COLOURS[order % len(COLOURS)], [at(*point) for point in each]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places]
        y = TOP + 18 * order + 10
        parts.append(f'<rect x="{WIDTH - RIGHT + 20}" y="{y - 9}" width="12" height="12" fill="{colour}"/>')
        parts.append(f'<text x="{WIDTH - RIGHT + 38}" y="{y + 1}">{name}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _tens(values: object) -> tuple[int, int]:
    """The powers of ten around the values."""
    held = [math.log10(value) for value in values]  # type: ignore[attr-defined]
    return math.floor(min(held)), math.ceil(max(held))
