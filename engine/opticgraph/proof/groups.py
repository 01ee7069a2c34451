"""What groups carry while a window is open and after it, and whether that is enough: floors, spans of rings, LAGs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ..goal import Goal
from ..planned import Capacity, Window
from .replay import Done, Row
from .stops import active, touched
from .verified import Fault

__all__ = ["Group", "capacity", "check_groups", "check_lags", "groups_of", "members", "rate_changes"]

NOTHING_OFF: Mapping[str, Collection[str]] = MappingProxyType({})
LEAST_OF = ("ring", "protection")  # groups that carry what their weakest span does
Rates = Mapping[str, int | None]  # of the members in service of one group


@dataclass(frozen=True)
class Group:
    """A group of links and the capacity that must stay up."""

    name: str
    kind: str
    floor_gbps: int | None


def groups_of(rows: Iterable[Row], goal: Goal) -> dict[str, Group]:
    """The groups of a design by name, with the goal's floors where it has other ones."""
    found = {
        str(row["group"]): Group(str(row["group"]), str(row["kind"] or ""), _whole(row["floor_gbps"])) for row in rows
    }
    for name, floor in goal.floors.items():
        if name in found:
            found[name] = Group(name, found[name].kind, floor)
    return found


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None


def check_groups(
    window: Window,
    groups: Mapping[str, Group],
    before: Mapping[str, Rates],
    after: Mapping[str, Rates],
    down: Collection[str],
    looked: Counter[str],
    off: Mapping[str, Collection[str]] = NOTHING_OFF,
) -> Iterator[Fault]:
    """Every group that a window touches keeps its floor, a ring all spans but one, and capacities are as told.

    off  of each device whose host is exchanged its links: of a ring they are one opening, and of a group that leads
         only there no floor is asked meanwhile
    """
    told = {each.group: each for each in window.capacity}
    for name, group in sorted(groups.items()):
        own, later = before.get(name, {}), after.get(name, {})
        out = sorted(own.keys() & set(down))
        if group.kind == "ring" and out:
            looked["one-span-of-a-ring"] += 1
        if group.kind == "ring" and _openings(out, off) > 1:
            words = f"{' and '.join(out)} of the ring {name} are down together"
            yield Fault(window.n, "", "one-span-of-a-ring", words, tuple(out))
        carried = capacity(group, own, later, out, off)
        if group.floor_gbps is not None and (out or own != later):
            looked["floors-hold"] += 1
            missed = not any(set(own) <= set(links) for links in off.values())
            yield from _below(window, group, carried, tuple(out), missed)
        if name in told and carried is not None:
            looked["states-are-as-told"] += 1
            yield from _otherwise(window, told[name], carried)
    for name in sorted(told.keys() - groups.keys()):
        words = f"capacity names the group {name}, which is not there"
        yield Fault(window.n, "", "states-are-as-told", words)


def _openings(down: Collection[str], off: Mapping[str, Collection[str]]) -> int:
    """At how many places spans that are down open a ring: those at a device that is off are one."""
    return len(down) - sum(max(len(set(links) & set(down)) - 1, 0) for links in off.values())


def _below(
    window: Window, group: Group, carried: Capacity | None, links: tuple[str, ...], missed: bool
) -> Iterator[Fault]:
    """Where a group carries less than it must; missed is whether anything misses that while it is open."""
    if carried is None:
        words = f"{group.name}: the rate of a link is not known, so its floor of {group.floor_gbps}G cannot be told"
        yield Fault(window.n, "", "floors-hold", words, links)
        return
    for when, gbps in (("while it is open", carried.open_gbps), ("after it", carried.after_gbps))[not missed :]:
        if group.floor_gbps is not None and gbps < group.floor_gbps:
            words = f"{when}, {group.name} carries {gbps}G, {group.floor_gbps}G must stay up"
            yield Fault(window.n, "", "floors-hold", words, links)


def _otherwise(window: Window, told: Capacity, carried: Capacity) -> Iterator[Fault]:
    for name in ("open_gbps", "after_gbps", "floor_gbps"):
        said, real = getattr(told, name), getattr(carried, name)
        if said != real:
            words = f"{told.group}: the plan says {name} {said}, but it comes to {real}"
            yield Fault(window.n, "", "states-are-as-told", words)


def capacity(
    group: Group,
    before: Mapping[str, int | None],
    after: Mapping[str, int | None],
    down: Collection[str],
    off: Mapping[str, Collection[str]] = NOTHING_OFF,
) -> Capacity | None:
    """What a group can carry while a window is open and after it; before and after hold its members' rates.

    A ring or a protection pair carries what its weakest span does, of those that are left while one is down; a ring
    opened at two places, or any group with none left, carries nothing. None where a rate is not known.
    """
    left = {link: rate for link, rate in before.items() if link not in down}
    if any(rate is None for rate in (*left.values(), *after.values())):
        return None
    if group.kind in LEAST_OF:
        broken = group.kind == "ring" and _openings(before.keys() - left.keys(), off) > 1
        opened = 0 if broken else min((rate or 0 for rate in left.values()), default=0)
        done = min((rate or 0 for rate in after.values()), default=0)
    else:
        opened, done = (sum(rate or 0 for rate in rates.values()) for rates in (left, after))
    return Capacity(group.name, group.kind, opened, done, group.floor_gbps)


def members(links: Mapping[str, Row], rates: Mapping[str, int | None]) -> dict[str, dict[str, int | None]]:
    """Of each group its links in service, with their rates."""
    found: dict[str, dict[str, int | None]] = {}
    for link, row in links.items():
        if row["group"] and active(row):
            found.setdefault(str(row["group"]), {})[link] = rates.get(link)
    return found


def rate_changes(done: Done) -> Iterator[tuple[str, str]]:
    """Group and link of every member that a step brings to another rate."""
    for link, (old, new) in done.links.items():
        if old and new and old["group"] and old["rate_gbps"] != new["rate_gbps"] and touched(old, new):
            yield str(old["group"]), link


def check_lags(
    changes: Mapping[str, Mapping[int, str]], groups: Mapping[str, Group], goal: Goal, looked: Counter[str]
) -> Iterator[Fault]:
    """Members of a LAG come to another rate in one window; changes hold of each group a link by window."""
    for name, windows in sorted(changes.items()):
        if goal.lag != "together" or name not in groups or groups[name].kind != "LAG":
            continue
        looked["members-move-together"] += len(windows)
        first, *others = sorted(windows)
        for other in others:
            words = (
                f"{windows[other]} of the LAG {name} changes its rate, but {windows[first]} did so in window {first}"
            )
            yield Fault(other, "", "members-move-together", words, (windows[first], windows[other]))
