"""What a plan comes to, told of its assignment: windows with capacities and warnings, choices, and the bill."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

import polars as pl

from .added import added_rates
from .design import SIDES, Design
from .goal import Goal
from .network import Asked
from .pieces import PART, Piece, Unit, Units
from .planned import BomLine, Capacity, Chosen, State, Step, Times, Window
from .prices import Prices
from .problem import Flow, Problem, flows

__all__ = ["bom_of", "chosen_of", "windows_of"]


def windows_of(
    asked: Asked,
    every: pl.DataFrame,
    problem: Problem,
    assignment: Mapping[str, int],
    steps: Mapping[int, Sequence[Step]],
    states: Sequence[State],
    goal: Goal,
) -> tuple[Window, ...]:
    """Windows in order, each with what groups carry while it is open and after it."""
    members: dict[str, list[str]] = defaultdict(list)
    for link, group in asked.design.links.select("link", "group").drop_nulls().sort("link").iter_rows():
        if link in problem.edges:
            members[group].append(link)
    kinds = {group: (kind, floor) for group, kind, floor in asked.design.groups.iter_rows()}
    at = {link: group for group, links in members.items() for link in links}
    pairs: dict[frozenset[str], list[str]] = defaultdict(list)
    for link, edge in problem.edges.items():
        pairs[frozenset((edge.a, edge.b))].append(link)
    limits = goal.windows
    times = Times(limits.minutes, limits.drain_minutes, limits.check_minutes) if limits.timed else None
    windows = []
    for flow, state in zip(flows(problem, assignment), states, strict=True):
        number, down, rates = flow.window, flow.down, flow.rates
        off = [{name for name, edge in problem.edges.items() if end in (edge.a, edge.b)} for end in sorted(flow.off)]
        own = steps[number]
        after = {**rates, **{name: rate for step in own for name, rate in problem.by_name[step.unit].rates}}
        touched = sorted({at[link] for step in own for link in (*step.links, *step.down) if link in at})
        capacity = tuple(
            Capacity(
                group,
                str(kinds.get(group, (None,))[0] or "group"),
                _carried(kinds.get(group, (None,))[0], members[group], down, rates, off),
                _carried(kinds.get(group, (None,))[0], members[group], frozenset(), after, ()),
                kinds.get(group, (None, None))[1],
            )
            for group in touched
        )
        windows.append(
            Window(
                n=number + 1,
                day=str(goal.windows.days[number]) if number < len(goal.windows.days) else None,
                sites=tuple(sorted({site for step in own for site in step.sites})),
                steps=tuple(_timed(step, problem) for step in own) if times else tuple(own),
                down=tuple(sorted(down)),
                capacity=capacity,
                state=state,
                warnings=(
                    *_off(flow, members, problem),
                    *_warnings(own, members, kinds, pairs, problem, after, at),
                ),
                times=times,
            )
        )
    return tuple(windows)


def _carried(
    kind: str | None,
    links: Sequence[str],
    down: frozenset[str],
    rates: Mapping[str, int],
    off: Sequence[Collection[str]],
) -> int:
    """A ring or a protection pair carries as much as the weakest of what is up, other groups the sum.

    A ring that is opened at two places carries nothing; off has the links of each device that is off, one opening each.
    """
    out = down.intersection(links)
    if kind == "ring" and len(out) - sum(max(len(out.intersection(own)) - 1, 0) for own in off) > 1:
        return 0
    up = [rates[link] for link in links if link not in down and rates[link] > 0]
    return min(up, default=0) if kind in ("ring", "protection") else sum(up)


def _timed(step: Step, problem: Problem) -> Step:
    return replace(step, minutes=problem.by_name[step.unit].minutes)


def _off(flow: Flow, members: Mapping[str, Sequence[str]], problem: Problem) -> Iterator[str]:
    """What is off while hosts are exchanged."""
    for device in sorted(flow.off):
        own = {name for name, edge in problem.edges.items() if device in (edge.a, edge.b)}
        alone = sorted(group for group, links in members.items() if own.issuperset(links))
        told = f", and {', '.join(alone)} carries nothing" if alone else ""
        hosts = {end for task in problem.tasks if not task.covers for end in task.off}
        why = "its host is exchanged" if device in hosts else "a change of breakout resets it"
        yield f"{device} is off while {why}: nothing reaches it{told}"


def _warnings(
    steps: Sequence[Step],
    members: Mapping[str, Sequence[str]],
    kinds: Mapping[str, tuple[str | None, int | None]],
    pairs: Mapping[frozenset[str], Sequence[str]],
    problem: Problem,
    after: Mapping[str, int],
    at: Mapping[str, str],
) -> Iterator[str]:
    """What a planner wants to hear of the state after a window."""
    changed = {link for step in steps for link in step.links if link in problem.edges}
    for group in sorted({at[link] for link in changed if link in at}):
        kind = kinds.get(group, (None,))[0]
        rates = Counter(after[link] for link in members[group] if after[link] > 0)
        if len(rates) < 2:
            continue
        most, least = max(rates), min(rates)
        if kind in ("ring", "protection"):
            several = (
                f"{rates[most]} of {rates.total()} spans at {most}G still protect"
                if kind == "ring"
                else (f"one link at {most}G still protects")
            )
            yield f"{group}: {several} only {least}G: after a cut no more gets through"
        elif kind == "LAG":
            yield f"{group}: members of {least}G and {most}G; most switches refuse members of unequal rate in one LAG"
    seen: set[frozenset[str]] = set()
    for link in sorted(changed):
        edge = problem.edges[link]
        pair = frozenset((edge.a, edge.b))
        own = [name for name in pairs[pair] if name not in at and after[name] > 0]
        if pair not in seen and len({after[name] for name in own}) > 1:
            seen.add(pair)
            rates = Counter(after[name] for name in own)
            said = " beside ".join(f"{count} x {rate}G" for rate, count in sorted(rates.items()))
            yield (
                f"{edge.a} to {edge.b}: {said} of equal cost share load evenly, and the slowest fills first; weigh "
                "them until all are alike"
            )


def chosen_of(
    units: Units, assignment: Mapping[str, int], steps: Mapping[int, Sequence[Step]], prices: Prices | None
) -> tuple[Chosen, ...]:
    """What each link becomes, in which window, and what is bought for it."""
    told: list[Chosen] = []
    parts = {step.unit: step.parts for several in steps.values() for step in several}
    for name, window in assignment.items():
        unit = units.units[name]
        cost = _cost(parts[name], prices) if prices else None
        for piece in unit.pieces:
            if added := added_rates(piece):
                told += _beside(unit, piece, added, window, cost)
                continue
            types = piece.applied.types
            a, b = (type_.id if (type_ := types[side]) else None for side in "ab")
            told.append(
                Chosen(
                    link=piece.link,
                    strategy=unit.strategy,
                    a_module=None if piece.retired else a,
                    b_module=None if piece.retired else b,
                    rate_gbps=None if piece.retired else unit.rate_gbps,
                    verdict=unit.verdict,
                    needs=unit.needs,
                    unit=name,
                    window=window + 1,
                    cost=cost if piece is unit.pieces[0] else None,
                )
            )
    return tuple(sorted(told, key=lambda each: each.link))


def _beside(unit: Unit, piece: Piece, added: Mapping[str, int], window: int, cost: Decimal | None) -> Iterator[Chosen]:
    """What a link becomes that goes on, and the links that come in beside it."""
    row, types, name = piece.row, piece.applied.types, unit.task.name
    a, b = (row[f"{side}_type"] or row[f"{side}_module"] for side in SIDES)
    own = (unit.verdict, unit.needs, name, window + 1)
    yield Chosen(piece.link, unit.strategy, a, b, row["rate_gbps"], *own, cost)
    a, b = (type_.id if (type_ := types[side]) else None for side in SIDES)
    for link, rate in added.items():
        yield Chosen(link, unit.strategy, a, b, rate, *own)


def _cost(parts: Sequence[object], prices: Prices) -> Decimal | None:
    total = Decimal(0)
    for part in parts:
        if getattr(part, "action", "") == "buy":
            price = prices.price(getattr(part, "part", ""))
            if price is None:
                return None
            total += price * int(getattr(part, "count", 0))
    return total


def bom_of(
    design: Design,
    units: Units,
    problem: Problem,
    assignment: Mapping[str, int],
    goal: Goal,
    prices: Prices | None,
) -> tuple[BomLine, ...]:
    """Each part over the whole plan, net of stock and of what earlier windows set free."""
    needs: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    frees: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    where: dict[str, set[str]] = defaultdict(set)
    for name, window in assignment.items():
        task = units.units[name].task
        for pool, count in task.takes:
            if pool.startswith(PART):
                needs[pool][window] += count
                where[pool] |= set(task.sites)
        for pool, count in task.gives:
            if pool.startswith(PART):
                frees[pool][problem.usable(window)] += count
    lines = []
    for pool in sorted({*needs, *frees}):
        part = pool.removeprefix(PART)
        there, buy, reuse = goal.stock.get(part, 0), 0, 0
        for window in sorted({*needs[pool], *frees[pool]}):
            there += frees[pool][window]
            used = min(there, needs[pool][window])
            reuse, there, buy = reuse + used, there - used, buy + needs[pool][window] - used
        lines.append(
            BomLine(
                part=part,
                buy=buy,
                reuse=reuse,
                freed=there - max(0, goal.stock.get(part, 0) - reuse),
                where=tuple(sorted(where[pool])),
                first=min(needs[pool]) + 1 if needs[pool] else None,
                price=prices.price(part) if prices else None,
            )
        )
    return tuple(lines)
