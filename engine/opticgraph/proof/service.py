"""Whether service goes on: who is connected with whom, what services carry, and what one failure more would cut.

All is told from the links themselves, as a graph of devices, by networkx; no cut that a planner knew of is used.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from ..errors import InputError
from ..goal import Goal
from .replay import Row
from .stops import active

try:
    import networkx as nx
except ModuleNotFoundError as error:
    raise InputError("verify needs networkx: pip install 'opticgraph[plan]'") from error

__all__ = ["Network", "check_open", "failing", "network_of"]


@dataclass(frozen=True)
class Network:
    """The links in service: link -> the two devices it joins, and its rate in Gb/s where that is known."""

    ends: Mapping[str, tuple[str, str]]
    rates: Mapping[str, int | None]

    def without(self, links: Collection[str]) -> Network:
        """The same while these carry nothing."""
        return Network({link: pair for link, pair in self.ends.items() if link not in links}, self.rates)


def network_of(links: Mapping[str, Row], rates: Mapping[str, int | None]) -> Network:
    """The links in service, of all that are recorded."""
    up = {link: row for link, row in links.items() if active(row) and row["a_device"] and row["b_device"]}
    return Network({link: (str(row["a_device"]), str(row["b_device"])) for link, row in up.items()}, rates)


# --- who is connected ------------------------------------------------------------------------------------------------


def _graph(network: Network) -> nx.Graph:
    graph = nx.Graph()
    for link, (a, b) in network.ends.items():
        if not graph.has_edge(a, b):
            graph.add_edge(a, b, capacity=0, links=0)
        graph[a][b]["capacity"] += network.rates.get(link) or 0
        graph[a][b]["links"] += 1
    return graph


def check_open(
    before: Network, after: Network, down: Collection[str], goal: Goal, off: Collection[str] = ()
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What a window cuts off while it is open, or leaves cut off; each in words, with the links.

    Devices stay connected if both ends of every link that goes down still are: a way over such a link goes round it
    then. Links that the goal lets go down are no part of what had to stay connected, nor are devices that are off, as
    their hosts are exchanged: of those it is asked that what they joined stays connected without them.
    """
    allowed = {link for link in down if _matches(link, goal.may_be_down)}
    kept = before.without(allowed)
    opened = _graph(kept.without(down))
    yield from _parted(_graph(kept), opened, off)
    for link in sorted(set(down) - allowed):
        if link in before.ends and not {*before.ends[link]} & {*off} and not _joined(opened, *before.ends[link]):
            a, b = before.ends[link]
            yield f"while it is open, no way is left between {a} and {b}: {link} is down", (link,)
    left = _graph(after)
    for link in sorted(before.ends.keys() - after.ends.keys()):
        a, b = before.ends[link]
        if not _joined(left, a, b):
            yield f"after it, no way is left between {a} and {b}: {link} is no longer in service", (link,)
    for service in goal.services:
        for when, graph in (("while it is open", _graph(before.without(down))), ("after it", left)):
            carried = _flow(graph, service.a, service.b)
            if carried < service.floor_gbps:
                between = f"{carried}G between {service.a} and {service.b}"
                words = f"{when}, {service.name} has {between}, {service.floor_gbps}G must stay"
                yield words, tuple(sorted(down))


def _parted(kept: nx.Graph, opened: nx.Graph, off: Collection[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Devices that were connected, and that are not while those that are off are."""
    gone = ", ".join(sorted(off))
    for part in sorted(map(sorted, nx.connected_components(kept))) if off else ():
        own = [device for device in part if device not in off]
        for device in own[1:] if set(part) & set(off) else ():
            if not _joined(opened, own[0], device):
                yield f"while it is open, no way is left between {own[0]} and {device}: {gone} is off", ()


def _joined(graph: nx.Graph, a: str, b: str) -> bool:
    return a == b or (a in graph and b in graph and bool(nx.has_path(graph, a, b)))


def _flow(graph: nx.Graph, a: str, b: str) -> int:
    if a not in graph or b not in graph or a == b:
        return 0
    return int(nx.maximum_flow_value(graph, a, b))


def _matches(link: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(link, pattern) for pattern in patterns)


def failing(before: Network, down: Collection[str], goal: Goal) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What one further failure would cut off while a window is open, that it would not have cut off before."""
    if not goal.survive or not down:
        return
    kept = before.without(down)
    risks: list[tuple[str, tuple[str, ...]]] = [(f"of {risk.name}", risk.links) for risk in goal.risks]
    whole, opened = _graph(before), _graph(kept)
    bridges = {frozenset(edge) for edge in nx.bridges(opened)}
    single = [
        (f"of {link}", (link,))
        for link, (a, b) in sorted(kept.ends.items())
        if frozenset((a, b)) in bridges and opened[a][b]["links"] == 1
    ]
    for words, links in (*single, *risks):
        lost = [link for link in kept.ends if _matches(link, links)]
        cut = _apart(kept, lost)
        if cut and not (set(cut) <= set(_apart(before, [link for link in before.ends if _matches(link, links)]))):
            a, b = before.ends[cut[0]]
            if whole.has_node(a):
                yield f"while it is open, a failure {words} would cut {a} off from {b}", tuple(lost)


def _apart(network: Network, lost: Sequence[str]) -> list[str]:
    """The lost links whose devices have no other way."""
    left = _graph(network.without(lost))
    return [link for link in lost if not _joined(left, *network.ends[link])]
