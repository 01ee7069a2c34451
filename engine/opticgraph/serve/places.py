"""Where devices stand in the picture of a network that a browser draws: sites apart, within a site level by level."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence

from ..report.layout import MOST_ROUND, lay_out
from ..report.rows import natural

__all__ = ["places"]

ACROSS, DOWN = 130, 90  # between devices
WIDEST = 12  # devices side by side
MOST = 150  # sites that are laid out by what runs between them; more stand in rows


def places(site: Mapping[str, str], pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[int, int]]:
    """node -> x, y of its middle; a node without a site stands for itself. A picture is wider than high."""
    if not site:
        return {}
    upright = _placed(site, list(pairs))
    if max(x for x, _ in upright.values()) >= max(y for _, y in upright.values()):
        return upright
    return {node: (y * ACROSS // DOWN, x * DOWN // ACROSS) for node, (x, y) in upright.items()}


def _placed(site: Mapping[str, str], pairs: Sequence[tuple[str, str]]) -> dict[str, tuple[int, int]]:
    home: defaultdict[str, list[str]] = defaultdict(list)
    for node in sorted(site, key=natural):
        home[site[node] or (node if len(site) <= MOST else "")].append(node)
    if len(home) == 1 or len(home) > MOST:
        return _rows(sorted(site, key=natural), pairs, wide=len(home) > MOST)
    inside = {name: _rows(nodes, pairs) for name, nodes in home.items()}
    of = {node: name for name in home for node in home[name]}
    names = _around(list(home), {(of[a], of[b]) for a, b in pairs})
    at = {node: nth for nth, name in enumerate(names) for node in home[name]}
    ties = sorted({(min(at[a], at[b]), max(at[a], at[b])) for a, b in pairs if at[a] != at[b]})
    corners = lay_out([_size(inside[name]) for name in names], ties)
    return {
        node: (x + left, y + top)
        for name, (left, top) in zip(names, corners, strict=True)
        for node, (x, y) in inside[name].items()
    }


def _around(names: list[str], ties: Iterable[tuple[str, str]]) -> list[str]:
    """Sites that will stand on a ring in such an order that those that are linked are near each other."""
    if len(names) > MOST_ROUND:
        return names
    number, ties = len(names), sorted(ties)

    def apart(order: list[str]) -> int:
        at = {name: nth for nth, name in enumerate(order)}
        return sum(min(abs(at[a] - at[b]), number - abs(at[a] - at[b])) for a, b in ties)

    while True:  # each turn round of a stretch that brings them nearer, until none does
        turned = [
            names[:start] + names[start:end][::-1] + names[end:]
            for start in range(1, number)
            for end in range(start + 2, number + 1)
        ]
        best = min(turned, key=apart, default=names)
        if apart(best) >= apart(names):
            return names
        names = best


def _size(held: Mapping[str, tuple[int, int]]) -> tuple[int, int]:
    xs, ys = [x for x, _ in held.values()], [y for _, y in held.values()]
    return max(xs) + ACROSS // 2, max(ys) + DOWN // 2


def _rows(nodes: Sequence[str], pairs: Sequence[tuple[str, str]], *, wide: bool = False) -> dict[str, tuple[int, int]]:
    """Nodes in rows: in the first the one with most neighbours and those like it, below what is linked with them."""
    most = max(WIDEST, round(len(nodes) ** 0.5) * 2) if wide or len(nodes) > WIDEST**2 else WIDEST
    placed: dict[str, tuple[int, int]] = {}
    y = DOWN // 2
    for level in _levels(nodes, pairs):
        for start in range(0, len(level), most):
            row = level[start : start + most]
            shift = (min(len(nodes), most) - len(row)) * ACROSS // 2
            placed |= {node: (ACROSS // 2 + shift + nth * ACROSS, y) for nth, node in enumerate(row)}
            y += DOWN
    return placed


def _levels(nodes: Sequence[str], pairs: Sequence[tuple[str, str]]) -> list[list[str]]:
    near: defaultdict[str, set[str]] = defaultdict(set)
    own = set(nodes)
    for a, b in pairs:
        if a in own and b in own and a != b:
            near[a].add(b)
            near[b].add(a)
    level: dict[str, int] = {}
    for start in sorted(nodes, key=lambda node: (-len(near[node]), natural(node))):
        if start in level:
            continue
        level[start] = 0
        waiting = deque([start])
        while waiting:
            node = waiting.popleft()
            for other in sorted(near[node], key=natural):
                if other not in level:
                    level[other] = level[node] + 1
                    waiting.append(other)
    rows: defaultdict[int, list[str]] = defaultdict(list)
    for node in sorted(level, key=natural):
        rows[level[node]].append(node)
    return [rows[depth] for depth in sorted(rows)]
