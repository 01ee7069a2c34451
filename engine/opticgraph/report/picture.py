"""Where devices, sites and links stand in a picture of the network: the same design gives the same picture."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ..result import VERDICTS
from .layout import GAP, HEIGHT, lay_out
from .rows import Row, natural
from .words import clean, counted

__all__ = ["Box", "Line", "Node", "Picture", "picture"]

MOST_DEVICES = 150  # beyond that sites are drawn instead of devices
MOST_SITES = 120
WIDE = 12  # devices side by side with a level name; beyond that names stand upright
WIDEST = 40  # upright names side by side
MARGIN, HEAD = 22, 26
TALL, THIN = 104, 24
LETTER = 7.2  # width of a letter at the size names are drawn in
LETTERS = 18


@dataclass(frozen=True)
class Node:
    """A device, or a site with all its devices; `find` is what to look for in the table."""

    x: int
    y: int
    width: int
    height: int
    label: str
    title: str
    find: str
    verdict: str
    detail: str = ""
    upright: bool = False


@dataclass(frozen=True)
class Box:
    """A site around its devices."""

    x: int
    y: int
    width: int
    height: int
    label: str


@dataclass(frozen=True)
class Line:
    """All links between two nodes: the path, the worst verdict, and a mark where there is something to say."""

    path: str
    verdict: str
    title: str
    mark: str
    x: int
    y: int
    top: int
    bottom: int


@dataclass(frozen=True)
class Picture:
    """Lines below nodes, in boxes; `note` says what is drawn and what is not."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    nodes: tuple[Node, ...]
    note: str


@dataclass(frozen=True)
class Network:
    """What stands for each end, and how many links of each verdict run between any two."""

    site: Mapping[str, str]  # node -> its site
    between: Mapping[tuple[str, str], Counter[str]]
    note: str


def picture(rows: Sequence[Row]) -> Picture | None:
    """The picture, or None where there is nothing to draw or too much to see anything."""
    network = _by_device(rows)
    if not network.site:
        return None
    if len(network.site) > MOST_DEVICES:
        network = _by_site(rows, len(network.site))
        if len(network.site) > MOST_SITES:
            return None
        return _finish(network, [_ring(network, _chain(network), detailed=True)], boxed=False)
    sites = _walk(network)
    if len(sites) == len(network.site) > 1:  # a box around each device says nothing
        return _finish(network, [_ring(network, _chain(network))], boxed=False)
    return _finish(network, [_site(network, site) for site in sites], boxed=any(sites))


def _by_device(rows: Sequence[Row]) -> Network:
    site: dict[str, str] = {}
    for row in rows:
        for side in "ab":
            device = row.text(f"{side}_device")
            if device and not site.get(device):
                site[device] = row.text(f"{side}_site")
    return Network(site, _between(rows, {device: device for device in site}), "")


def _by_site(rows: Sequence[Row], devices: int) -> Network:
    home: dict[str, str] = {}
    for row in rows:
        for side in "ab":
            device = row.text(f"{side}_device")
            if device and not home.get(device):
                home[device] = row.text(f"{side}_site")
    home = {device: site or _stem(device) for device, site in home.items()}
    note = f"{counted(devices, 'device')} are too many to tell apart: sites are drawn."
    if not any(row.text("a_site") or row.text("b_site") for row in rows):
        note = f"{counted(devices, 'device')} are too many to tell apart; without sites, names alike are drawn as one."
    return Network(dict.fromkeys(home.values(), ""), _between(rows, home), note)


def _between(rows: Iterable[Row], node: Mapping[str, str]) -> Mapping[tuple[str, str], Counter[str]]:
    between: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for row in rows:
        ends = sorted((node.get(row.text(f"{side}_device"), "") for side in "ab"), key=natural)
        if all(ends):
            between[ends[0], ends[1]][row.verdict.verdict] += 1
    return between


def _stem(device: str) -> str:
    """The name without its numbers: what devices of one role have in common."""
    return re.sub(r"[0-9]+", "#", device)


def _walk(network: Network) -> list[str]:
    """The sites of devices, in an order that follows their links."""
    return _order(network, network.site)


def _chain(network: Network) -> list[str]:
    """The nodes, in an order that follows their links."""
    return _order(network, {node: node for node in network.site})


def _order(network: Network, home: Mapping[str, str]) -> list[str]:
    # Each next to one it is linked with, so that a ring is drawn as a ring.
    near: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for (a, b), told in network.between.items():
        here, there = home[a], home[b]
        if here != there:
            near[here][there] += told.total()
            near[there][here] += told.total()
    left = sorted(set(home.values()), key=natural)
    order: list[str] = []
    while left:
        last = order[-1] if order else ""
        onward = [site for site in left if order and near[last][site]]
        chosen = max(onward, key=lambda site: near[last][site]) if onward else left[0]
        order.append(chosen)
        left.remove(chosen)
    return order


@dataclass(frozen=True)
class Group:
    """Nodes placed from a corner of their own, and how much room they take."""

    label: str
    width: int
    height: int
    nodes: tuple[Node, ...]


def _site(network: Network, site: str) -> Group:
    devices = sorted((device for device, home in network.site.items() if home == site), key=natural)
    layers = _layers(devices)
    if layers:
        return _stack(network, site, layers)
    return _ring(network, devices, site)


def _layers(devices: Sequence[str]) -> list[list[str]]:
    """Devices of one role side by side, fewer above more: spines above leaves; nothing if names tell no roles."""
    roles: defaultdict[str, list[str]] = defaultdict(list)
    for device in devices:
        roles[_stem(device)].append(device)
    if len(devices) > 3 and (len(roles) > 5 or len(roles) == len(devices) or len(roles) == 1):
        return []
    rows = sorted(roles.values(), key=lambda role: (len(role), natural(role[0])))
    return [row[start : start + WIDEST] for row in rows for start in range(0, len(row), WIDEST)]


def _stack(network: Network, label: str, layers: Sequence[Sequence[str]]) -> Group:
    widths = [_width(layer) for layer in layers]
    spans = [len(layer) * width + (len(layer) - 1) * _gap(layer) for layer, width in zip(layers, widths, strict=True)]
    room = max(spans)
    crowd = max(len(layer) for layer in layers)
    nodes: list[Node] = []
    y = 0
    for layer, width, span in zip(layers, widths, spans, strict=True):
        upright = len(layer) > WIDE
        height = TALL if upright else HEIGHT
        # A short layer is spread over the room of the longest, so that lines do not all run to one point.
        step = (width + _gap(layer)) if span > 0.7 * room or len(layer) == 1 else round(0.75 * room / len(layer))
        start = (room - (step * (len(layer) - 1) + width)) // 2
        for index, device in enumerate(layer):
            node = _node(network, device)
            nodes.append(replace(node, x=start + index * step, y=y, width=width, height=height, upright=upright))
        y += height + min(90 + 4 * crowd, 190)
    return Group(label, room, y - min(90 + 4 * crowd, 190), tuple(nodes))


def _ring(network: Network, devices: Sequence[str], label: str = "", *, detailed: bool = False) -> Group:
    """Nodes whose names tell no order, set so that those that are linked stand near each other."""
    nodes = [_node(network, device, detailed=detailed) for device in devices]
    width, height = max(node.width for node in nodes), nodes[0].height
    index = {device: number for number, device in enumerate(devices)}
    pairs = [(index[a], index[b]) for a, b in network.between if a != b and a in index and b in index]
    corners = lay_out([(width, height)] * len(nodes), pairs)
    left, top = min(x for x, _ in corners), min(y for _, y in corners)
    placed = [replace(node, x=x - left, y=y - top, width=width) for node, (x, y) in zip(nodes, corners, strict=True)]
    return Group(label, max(node.x for node in placed) + width, max(node.y for node in placed) + height, tuple(placed))


def _width(devices: Sequence[str]) -> int:
    return THIN if len(devices) > WIDE else max(_broad(_short(device)) for device in devices)


def _broad(text: str) -> int:
    return max(64, round(len(text) * LETTER) + 22)


def _gap(layer: Sequence[str]) -> int:
    return 6 if len(layer) > WIDE else GAP


def _short(name: str) -> str:
    told = clean(name)
    return told if len(told) <= LETTERS else told[: LETTERS - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _node(network: Network, name: str, *, detailed: bool = False) -> Node:
    told: Counter[str] = Counter()
    for (a, b), between in network.between.items():
        if name in (a, b):
            told.update(between)
    label, title, verdict = _short(name), f"{name}: {_counts(told)}", _worst(told)
    if not detailed:
        return Node(0, 0, _broad(label), HEIGHT, label, title, name, verdict)
    parts = [f"{told[word]:,} {'fail' if word == 'fails' else word}" for word in ("fails", "unknown") if told[word]]
    detail = ", ".join([*parts, f"of {told.total():,}"] if parts else [counted(told.total(), "link")])
    return Node(0, 0, max(_broad(label), _broad(detail)), HEIGHT + 16, label, title, name, verdict, detail)


def _finish(network: Network, groups: Sequence[Group], *, boxed: bool) -> Picture:
    frame = MARGIN if boxed else 0
    sizes = [(group.width + 2 * frame, group.height + (frame + HEAD + 8 if boxed else 0)) for group in groups]
    home = {node.find: number for number, group in enumerate(groups) for node in group.nodes}
    small = all(len(group.nodes) <= 3 for group in groups)
    pairs = [(home[a], home[b]) for a, b in network.between if home[a] != home[b]] if small else []
    corners = lay_out(sizes, pairs)
    boxes, nodes = [], []
    for group, (width, height), (x, y) in zip(groups, sizes, corners, strict=True):
        if boxed:
            boxes.append(Box(x, y, width, height, _short(group.label) or "no site given"))
        nodes += [
            replace(node, x=node.x + x + frame, y=node.y + y + (HEAD + 8 if boxed else 0)) for node in group.nodes
        ]
    lines = _lines(network, nodes)
    left, top, right, bottom = _extent(boxes, nodes, lines)
    boxes = [replace(box, x=box.x - left, y=box.y - top) for box in boxes]
    nodes = [replace(node, x=node.x - left, y=node.y - top) for node in nodes]
    return Picture(right - left, bottom - top, tuple(boxes), tuple(_lines(network, nodes)), tuple(nodes), network.note)


def _extent(boxes: Iterable[Box], nodes: Iterable[Node], lines: Iterable[Line]) -> tuple[int, int, int, int]:
    """The room that all of it takes, with a margin around."""
    things: list[Box | Node] = [*boxes, *nodes]
    highs = [thing.y for thing in things] + [line.top for line in lines]
    lows = [thing.y + thing.height for thing in things] + [line.bottom for line in lines]
    lefts = [thing.x for thing in things]
    rights = [thing.x + thing.width for thing in things]
    return min(lefts) - MARGIN, min(highs) - MARGIN, max(rights) + MARGIN, max(lows) + MARGIN


def _lines(network: Network, nodes: Sequence[Node]) -> list[Line]:
    where = {node.find: node for node in nodes}
    # The worst are drawn last, on top.
    pairs = sorted(
        ((ends, told) for ends, told in network.between.items() if ends[0] != ends[1]),
        key=lambda pair: (-VERDICTS.index(_worst(pair[1])), natural(pair[0][0]), natural(pair[0][1])),
    )
    taken: list[tuple[int, int]] = []
    half = sum(node.y + node.height / 2 for node in nodes) / len(nodes)
    made = []
    for (a, b), told in pairs:
        one, two = _facing(where[a], where[b]), _facing(where[b], where[a])
        bend = _bend(where[a], where[b], half)
        path = f"M{one[0]} {one[1]}" + (f" Q{bend[0]} {bend[1]}" if bend else " L") + f" {two[0]} {two[1]}"
        verdict = _worst(told)
        mark = _mark(told)
        spot = _spot(one, bend, two, nodes, taken) if mark else one
        if mark:
            taken.append(spot)
        # A curve comes half as near to the point that it is drawn towards as its ends are.
        heights = (one[1], two[1], (one[1] + two[1] + 2 * bend[1]) // 4) if bend else (one[1], two[1])
        made.append(
            Line(path, verdict, f"{a} \N{EM DASH} {b}: {_counts(told)}", mark, *spot, min(heights), max(heights))
        )
    return made


def _bend(one: Node, two: Node, half: float) -> tuple[int, int] | None:
    """Where a line between two nodes of one row is drawn towards, so that it does not run through those between."""
    (x, y), (u, v) = _middle(one), _middle(two)
    apart = abs(x - u) - (one.width + two.width) // 2
    if abs(y - v) > HEIGHT or apart <= 2 * GAP:
        return None
    lift = min(50 + apart // 5, 150)
    return (x + u) // 2, min(y, v) - lift if (y + v) / 2 <= half else max(y, v) + lift


def _spot(
    one: tuple[int, int],
    bend: tuple[int, int] | None,
    two: tuple[int, int],
    nodes: Sequence[Node],
    taken: Sequence[tuple[int, int]],
) -> tuple[int, int]:
    """A place on the line where its mark covers neither a node nor another mark, as near the middle as there is."""
    places = []
    for share in (50, 42, 58, 34, 66, 26, 74, 20, 80):
        part, rest = share / 100, 1 - share / 100
        if bend:
            x = rest * rest * one[0] + 2 * rest * part * bend[0] + part * part * two[0]
            y = rest * rest * one[1] + 2 * rest * part * bend[1] + part * part * two[1]
        else:
            x, y = rest * one[0] + part * two[0], rest * one[1] + part * two[1]
        places.append((round(x), round(y)))
    free = [
        (x, y)
        for x, y in places
        if all(abs(x - u) > 30 or abs(y - v) > 20 for u, v in taken)
        and all(
            not (node.x - 16 < x < node.x + node.width + 16 and node.y - 11 < y < node.y + node.height + 11)
            for node in nodes
        )
    ]
    return free[0] if free else places[0]


def _mark(told: Counter[str]) -> str:
    """What a line's mark says: the sign of its worst verdict and how many links have it, out of how many."""
    verdict, total = _worst(told), told.total()
    if verdict == "works":
        return f"{total}\N{MULTIPLICATION SIGN}" if total > 1 else ""
    sign = {"fails": "\N{MULTIPLICATION X}", "unknown": "?"}[verdict]
    return f"{sign} {told[verdict]}/{total}" if total > 1 else sign


def _facing(node: Node, other: Node) -> tuple[int, int]:
    """Where a line leaves the node: at its edge if the other stands well above or below it."""
    x, y = _middle(node)
    if abs(y - _middle(other)[1]) < (node.height + other.height) // 2 + GAP:
        return x, y
    return x, node.y + node.height if y < _middle(other)[1] else node.y


def _middle(node: Node) -> tuple[int, int]:
    return node.x + node.width // 2, node.y + node.height // 2


def _worst(told: Mapping[str, int]) -> str:
    return next((word for word in VERDICTS if told.get(word)), "works")


def _counts(told: Counter[str]) -> str:
    parts = [f"{told[word]:,} {word}" for word in VERDICTS if told[word]]
    return f"{counted(told.total(), 'link')} ({', '.join(parts)})"
