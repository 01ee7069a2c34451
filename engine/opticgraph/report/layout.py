"""Places for things of given sizes, near those they are linked with: the same input gives the same places."""

from __future__ import annotations

import math
from collections.abc import Sequence

__all__ = ["GAP", "HEIGHT", "MOST_ROUND", "PAGE", "lay_out"]

PAGE = 1120  # the width a picture is laid out for
GAP = 18  # between neighbours
HEIGHT = 30  # of a box with one line of text
MOST_ROUND = 12  # things on one ellipse


def lay_out(sizes: Sequence[tuple[int, int]], pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Where to put things of these sizes: a few linked ones on a ring, more as their links pull, others in lines."""
    if not pairs or len(sizes) < 3:
        return _flow(sizes)
    return _round(sizes) if len(sizes) <= MOST_ROUND else _pulled(sizes, pairs)


def _flow(sizes: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Corners of things set like words on a page."""
    corners: list[tuple[int, int]] = []
    gap = 4 * GAP if max(height for _, height in sizes) > 4 * HEIGHT else 2 * GAP
    x = y = tallest = 0
    for width, height in sizes:
        if x and x + width > PAGE:
            x, y, tallest = 0, y + tallest + gap, 0
        corners.append((x, y))
        x, tallest = x + width + gap, max(tallest, height)
    return corners


def _round(sizes: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Corners of things set on an ellipse, clockwise from the top, so wide that neighbours do not touch."""
    wide, high = max(width for width, _ in sizes) + 3 * GAP, max(height for _, height in sizes) + 2 * GAP
    turn = 2 * math.pi / len(sizes)
    across = max(110, round(wide / math.sin(turn)) if len(sizes) > 4 else wide)
    down = max(70, round(len(sizes) * high / 3.8))
    return [
        (
            round(across * (1 + math.sin(turn * index)) + (wide - width) / 2),
            round(down * (1 - math.cos(turn * index)) + (high - height) / 2),
        )
        for index, (width, height) in enumerate(sizes)
    ]


def _pulled(sizes: Sequence[tuple[int, int]], pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Corners of things that push each other away and that links pull together (Fruchterman and Reingold, 1991)."""
    number = len(sizes)
    # Whole numbers to start from, and after that only operations that IEEE 754 rounds alike on every computer.
    spots = [(float(x), float(y)) for x, y in _round([(10, 10)] * number)]
    ideal = 60.0
    rounds = max(60, min(240, 1_200_000 // number**2))
    for step in range(rounds):
        push = [[0.0, 0.0] for _ in sizes]
        for one in range(number):
            for two in range(one):
                x, y = spots[one][0] - spots[two][0], spots[one][1] - spots[two][1]
                force = ideal * ideal / max(x * x + y * y, 1.0)
                _push(push, one, two, x * force, y * force)
        for one, two in pairs:
            x, y = spots[one][0] - spots[two][0], spots[one][1] - spots[two][1]
            force = -math.sqrt(x * x + y * y) / ideal
            _push(push, one, two, x * force, y * force)
        most = ideal * (1 - step / rounds)
        for index, (x, y) in enumerate(push):
            far = max(math.sqrt(x * x + y * y), 0.01)
            spots[index] = (spots[index][0] + x / far * min(far, most), spots[index][1] + y / far * min(far, most))
    return _apart(sizes, spots)


def _push(push: list[list[float]], one: int, two: int, x: float, y: float) -> None:
    for index, sign in ((one, 1), (two, -1)):
        push[index][0] += sign * x
        push[index][1] += sign * y


def _apart(sizes: Sequence[tuple[int, int]], spots: Sequence[tuple[float, float]]) -> list[tuple[int, int]]:
    """The spots stretched over the page and moved until nothing covers anything."""
    wide, high = max(width for width, _ in sizes) + GAP, max(height for _, height in sizes) + GAP
    left, top = min(x for x, _ in spots), min(y for _, y in spots)
    room = max(max(x for x, _ in spots) - left, 1.0), max(max(y for _, y in spots) - top, 1.0)
    across = max(PAGE - wide, round(0.8 * wide * math.sqrt(len(sizes))))
    down = round(2.2 * high * math.sqrt(len(sizes)))
    corners = [[round((x - left) * across / room[0]), round((y - top) * down / room[1])] for x, y in spots]
    for _ in range(200):
        moved = False
        for one in range(len(corners)):
            for two in range(one):
                x, y = corners[one][0] - corners[two][0], corners[one][1] - corners[two][1]
                over, under = wide - abs(x), high - abs(y)
                if over <= 0 or under <= 0:
                    continue
                moved = True
                axis = 0 if over * high < under * wide else 1
                by = (over, under)[axis] // 2 + 1
                sign = 1 if (x, y)[axis] >= 0 else -1
                corners[one][axis] += sign * by
                corners[two][axis] -= sign * by
        if not moved:
            break
    return [(x, y) for x, y in corners]
