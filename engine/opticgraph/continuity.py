"""What must stay up: which sets of links a window would cut through, told as cuts that a search can be held to.

A cut that is found once holds in every window, so a search that is given the ones it broke never breaks them again.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from .problem import Assignment, Cut, Problem, counted_once, flows, is_kept

__all__ = ["Topology", "broken", "cuts_of", "narrowest", "pairs_that_cut"]


class Topology:
    """The links that carry traffic as a graph, and which devices must stay in touch: those that links whose loss
    matters join today.
    """

    def __init__(self, problem: Problem) -> None:
        self.edges = problem.edges
        self.at: dict[str, list[str]] = defaultdict(list)
        for name, edge in problem.edges.items():
            self.at[edge.a].append(name)
            self.at[edge.b].append(name)
        kept = {name for name, edge in problem.edges.items() if edge.gbps > 0} - problem.may_be_down
        self.required = self.parts(kept)

    def parts(self, up: Collection[str]) -> dict[str, int]:
        """Device -> a number: equal for those that these edges join."""
        found: dict[str, int] = {}
        number = 0
        for start in sorted(self.at):
            if start in found:
                continue
            found[start] = number
            queue = deque([start])
            while queue:
                here = queue.popleft()
                for name in self.at[here]:
                    if name in up:
                        edge = self.edges[name]
                        there = edge.b if edge.a == here else edge.a
                        if there not in found:
                            found[there] = number
                            queue.append(there)
            number += 1
        return found

    def joined(self, name: str, down: Collection[str], rates: Mapping[str, int]) -> bool:
        """Whether the ends of an edge are in touch without it and without those that are down."""
        a, b = self.edges[name].a, self.edges[name].b
        seen, queue = {a}, deque([a])
        while queue:
            here = queue.popleft()
            for other in self.at[here]:
                if other == name or other in down or rates[other] <= 0:
                    continue
                edge = self.edges[other]
                there = edge.b if edge.a == here else edge.a
                if there == b:
                    return True
                if there not in seen:
                    seen.add(there)
                    queue.append(there)
        return False

    def across(self, inside: Collection[str]) -> tuple[str, ...]:
        """The edges between some devices and all others."""
        own = set(inside)
        return tuple(
            sorted(
                {
                    name
                    for device in own
                    for name in self.at[device]
                    if (self.edges[name].a in own) != (self.edges[name].b in own)
                }
            )
        )


def broken(problem: Problem, assignment: Assignment, shape: Topology | None = None) -> list[Cut]:
    """Every cut that an assignment breaks: those of the problem, and of connectivity, services and one failure more."""
    shape = shape or Topology(problem)
    found: dict[Cut, None] = {}
    for flow in flows(problem, assignment):
        if flow.down or flow.off or problem.retires:
            found |= dict.fromkeys(cuts_of(problem, shape, flow.down, flow.rates, flow.off))
    return list(found)


def cuts_of(
    problem: Problem, shape: Topology, down: frozenset[str], rates: Mapping[str, int], off: frozenset[str] = frozenset()
) -> Iterator[Cut]:
    """The cuts that are broken while some edges are down, the others carry these rates, and some ends are off."""
    touched = down | problem.retires
    for cut in problem.cuts:
        if not touched.isdisjoint(cut.edges) and not is_kept(cut, down, rates, off):
            yield cut
    gone = [*down, *(name for name in problem.retires if rates[name] <= 0)]
    # far quicker to see than the parts
    whole = not off and all(shape.joined(name, down, rates) for name in gone)
    if whole and not problem.services and not problem.survive:
        return
    up = {name for name, rate in rates.items() if rate > 0 and name not in down}
    if not whole:
        yield from _parted(problem, shape, shape.required, up, off, frozenset())
    for a, b, floor, name in problem.services:
        way = least_cut(shape, a, b, up, rates)
        if sum(rates[edge] for edge in way if edge in up) < floor:
            why = f"service {name} from {a} to {b} keeps no {floor} Gb/s: nothing but {_some(way)} leads there"
            yield Cut(way, "gbps", floor, why)
    for failing in problem.survive:
        needed = shape.parts(up_today(problem) - problem.may_be_down - failing)
        yield from _parted(problem, shape, _both(needed, shape.required), up - failing, off, failing)


def up_today(problem: Problem) -> set[str]:
    """Edges that carry something before the plan."""
    return {name for name, edge in problem.edges.items() if edge.gbps > 0}


def _both(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    numbers: dict[tuple[int, int], int] = {}
    return {device: numbers.setdefault((one[device], other[device]), len(numbers)) for device in one}


def _parted(
    problem: Problem,
    shape: Topology,
    required: Mapping[str, int],
    up: Collection[str],
    off: Collection[str],
    failing: frozenset[str],
) -> Iterator[Cut]:
    """The parts that should be in touch with others and are not, each as the cut around it; what is off need not be."""
    words = f" once {_some(sorted(failing))} fails" if failing else ""
    found = shape.parts(up)
    inside: dict[int, list[str]] = defaultdict(list)
    split: dict[int, set[int]] = defaultdict(set)
    for device, part in found.items():
        inside[part].append(device)
        if device not in off:
            split[required[device]].add(part)
    for parts in split.values():
        if len(parts) < 2:
            continue
        for part in sorted(parts, key=lambda part: (len(inside[part]), part))[:-1]:
            edges = tuple(edge for edge in shape.across(inside[part]) if edge not in failing)
            cut_off = _some(sorted(inside[part]))
            why = f"{cut_off} would be cut off{words}: nothing but {_some(edges)} leads there"
            yield Cut(edges, "links", 1, why, _alone(problem, required, inside[part]))


def _alone(problem: Problem, required: Mapping[str, int], inside: Sequence[str]) -> tuple[tuple[str, int], ...]:
    """Cut.eased of the cut around some devices: it asks nothing while the only device on one side of it is off."""
    if not problem.offs:
        return ()
    number = required[inside[0]]
    others = [device for device, own in required.items() if own == number and device not in set(inside)]
    lone = {side[0] for side in (inside, others) if len(side) == 1}
    return tuple((device, 1) for device in sorted(lone & problem.offs))


def least_cut(shape: Topology, a: str, b: str, up: Collection[str], rates: Mapping[str, int]) -> tuple[str, ...]:
    """The edges, up or not, across the narrowest place between two devices."""
    numbers = {device: number for number, device in enumerate(sorted(shape.at))}
    if a not in numbers or b not in numbers:
        return ()
    names = sorted(numbers, key=numbers.__getitem__)
    carried: dict[tuple[int, int], int] = defaultdict(int)
    for name in up:
        edge = shape.edges[name]
        carried[numbers[edge.a], numbers[edge.b]] += rates[name]
        carried[numbers[edge.b], numbers[edge.a]] += rates[name]
    inside = _reached(carried, len(numbers), numbers[a], numbers[b])
    return shape.across([names[at] for at in inside])


def narrowest(problem: Problem, shape: Topology, a: str, b: str) -> int:
    """What can flow between two devices today, in Gb/s."""
    rates = {name: edge.gbps for name, edge in problem.edges.items()}
    up = up_today(problem)
    return sum(rates[name] for name in least_cut(shape, a, b, up, rates) if name in up)


def _reached(carried: Mapping[tuple[int, int], int], count: int, source: int, sink: int) -> set[int]:
    """Nodes that more could flow to once the most flows that can (Edmonds and Karp)."""
    left = dict(carried)
    near: dict[int, set[int]] = defaultdict(set)
    for one, other in carried:
        near[one].add(other)
        near[other].add(one)
    while True:
        came: dict[int, int] = {source: source}
        queue = deque([source])
        while queue and sink not in came:
            here = queue.popleft()
            for there in sorted(near[here]):
                if there not in came and left.get((here, there), 0) > 0:
                    came[there] = here
                    queue.append(there)
        if sink not in came:
            return set(came)
        path, at = [], sink
        while at != source:
            path.append((came[at], at))
            at = came[at]
        most = min(left[step] for step in path)
        for one, other in path:
            left[one, other] -= most
            left[other, one] = left.get((other, one), 0) + most


def pairs_that_cut(problem: Problem, shape: Topology, *, most: int = 400) -> Iterator[Cut]:
    """Bridges, and in networks of this size links two of which cut something off (rings): known before any search."""
    up = sorted(up_today(problem))
    alone = _bridges(shape, set(up))
    matters = {name for name in up if shape.required[shape.edges[name].a] == shape.required[shape.edges[name].b]}
    for name in sorted(alone & matters):
        ends = {
            device for device in (shape.edges[name].a, shape.edges[name].b) if set(shape.at[device]) & set(up) == {name}
        }
        why = f"{name} is the only way: while it is down, what lies behind it is cut off"
        yield Cut((name,), "links", 1, why, tuple((end, 1) for end in sorted(ends & problem.offs)))
    seen: set[frozenset[str]] = set()
    for name in sorted(matters - alone) if len(up) <= most else ():
        members = frozenset((name, *(_bridges(shape, set(up) - {name}) - alone))) & matters
        if len(members) > 1 and members not in seen:
            seen.add(members)
            told = tuple(sorted(members))
            eased = counted_once(told, shape.edges, problem.offs)
            yield Cut(told, "links", len(told) - 1, f"two of {_some(told)} down at once cut something off", eased)


def _bridges(shape: Topology, up: set[str]) -> set[str]:
    """Edges without which their ends are not in touch (Tarjan, with parallel edges told apart)."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    found: set[str] = set()
    for root in sorted(shape.at):
        if root in order:
            continue
        order[root] = low[root] = len(order)
        stack: list[tuple[str, str, Iterator[str]]] = [(root, "", iter(shape.at[root]))]
        while stack:
            here, came, edges = stack[-1]
            for name in edges:
                if name not in up or name == came:
                    continue
                edge = shape.edges[name]
                there = edge.b if edge.a == here else edge.a
                if there in order:
                    low[here] = min(low[here], order[there])
                else:
                    order[there] = low[there] = len(order)
                    stack.append((there, name, iter(shape.at[there])))
                    break
            else:
                stack.pop()
                if stack:
                    above = stack[-1][0]
                    low[above] = min(low[above], low[here])
                    if low[here] > order[above]:
                        found.add(came)
    return found


def _some(names: Iterable[str], most: int = 4) -> str:
    told = list(names)
    more = f" and {len(told) - most} more" if len(told) > most else ""
    return ", ".join(told[:most]) + more
