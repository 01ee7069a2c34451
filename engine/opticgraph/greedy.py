"""Order thousands of tasks: window by window at the sites with most left to do, then pack what is left half empty.

One model for all of them found no plan in a minute (docs/decisions/0020-plan-model.md); this finds one in seconds,
near what counting allows, and CP-SAT then only repacks a few windows at a time.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .continuity import Topology
from .problem import Cut, Problem, Task, is_kept

__all__ = ["first_plan"]


@dataclass(frozen=True)
class _Block:
    """What is done in one window because it must be done together: some targets, and the ways to settle them."""

    targets: tuple[str, ...]
    ways: tuple[tuple[Task, ...], ...]

    @property
    def first(self) -> tuple[Task, ...]:
        return self.ways[0]


def first_plan(problem: Problem, chosen: Mapping[str, Sequence[str]]) -> dict[str, int] | None:
    """A plan that keeps every limit, or None where this way finds none, which proves nothing.

    chosen  of each target the tasks that may settle it, the preferred first
    """
    blocks = _blocks(problem, chosen)
    if blocks is None:
        return None
    return _Filling(problem, blocks).run()


def _blocks(problem: Problem, chosen: Mapping[str, Sequence[str]]) -> list[_Block] | None:
    group = {target: target for target in problem.targets}

    def root(target: str) -> str:
        while group[target] != target:
            target = group[target]
        return target

    sets = [*problem.together, *(problem.by_name[ways[0]].covers for ways in chosen.values() if ways)]
    for several in sets:
        for other in several[1:]:
            group[max(root(several[0]), root(other))] = min(root(several[0]), root(other))
    members: dict[str, list[str]] = defaultdict(list)
    for target in problem.targets:
        members[root(target)].append(target)
    blocks = []
    for targets in members.values():
        ways = list(_ways(problem, targets, chosen))
        if not ways:
            return None
        blocks.append(_Block(tuple(targets), tuple(ways)))
    return blocks


def _ways(problem: Problem, targets: Sequence[str], chosen: Mapping[str, Sequence[str]]) -> Iterator[tuple[Task, ...]]:
    """Sets of tasks that settle each of the targets once: by the first choice of each, then by the second, ..."""
    for nth in range(max((len(chosen[target]) for target in targets), default=0)):
        tasks = [problem.by_name[chosen[target][min(nth, len(chosen[target]) - 1)]] for target in targets]
        each = tuple({task.name: task for task in tasks}.values())
        if sorted(target for task in each for target in task.covers) == sorted(targets):
            yield each


class _Filling:
    """Windows as they fill up. It keeps an invariant: what is placed breaks no limit."""

    def __init__(self, problem: Problem, blocks: Sequence[_Block]) -> None:
        self.problem = problem
        self.shape = Topology(problem)
        self.left: dict[int, _Block] = dict(enumerate(blocks))
        self.placed: dict[str, int] = {}
        self.rates = {name: edge.gbps for name, edge in problem.edges.items()}
        self.pools = {name: pool.stock for name, pool in problem.pools.items()}
        self.coming: dict[int, Counter[str]] = defaultdict(Counter)
        self.cost = 0
        self.cuts: dict[str, list[Cut]] = defaultdict(list)
        for cut in problem.cuts:
            for edge in cut.edges:
                self.cuts[edge].append(cut)
        self.at_site: dict[str, set[int]] = defaultdict(set)
        for number, block in self.left.items():
            for site in _sites(block.first):
                self.at_site[site].add(number)
        needed = sorted(
            {name for block in blocks for way in block.ways for task in way for name in (*task.after, *task.follows)}
        )
        for name in needed:  # hosts and the like: as soon as can be
            number = len(self.left)
            self.left[number] = _Block((), ((problem.by_name[name],),))
            for site in problem.by_name[name].sites:
                self.at_site[site].add(number)

    def run(self) -> dict[str, int] | None:
        for window in range(self.problem.windows):
            if not self.left:
                break
            self._open(window)
            for number in self._order(window):
                if self.hands_left <= 0:
                    break
                self._try(number, window)
            self._close(window)
        return dict(sorted(self.placed.items())) if not self.left else None

    def _open(self, window: int) -> None:
        for pool, count in self.coming.pop(window, Counter()).items():
            self.pools[pool] = self.pools.get(pool, 0) + count
        problem = self.problem
        self.hands_left = problem.hands if problem.hands is not None else 1 << 30
        self.minutes_left = problem.minutes if problem.minutes is not None else 1 << 30
        self.hands_at: Counter[str] = Counter()
        self.sites: set[str] = set()
        self.down: set[str] = set()
        self.off: set[str] = set()
        self.now: list[Task] = []

    def _close(self, window: int) -> None:
        for task in self.now:
            self.rates.update(task.rates)
            for pool, count in task.gives:
                self.coming[max(self.problem.usable(window), window + 1)][pool] += count

    def _order(self, window: int) -> Iterator[int]:
        """Blocks that might be done now: what others wait for, then at the sites that fill the window best."""
        urgent = [number for number, block in self.left.items() if not block.targets or self._closing(block, window)]
        yield from urgent
        if self.problem.sites is None:
            heavy = sorted(self.left, key=lambda number: (-self._load(number), number))
            yield from [number for number in heavy if number in self.left]
            return
        tried: set[str] = set(self.sites)
        failed: set[int] = set()
        while self.hands_left > 0:
            near = self._best_sites(tried, failed)
            if not near:
                return
            numbers = [number for number in self._within(near | self.sites) if number not in failed]
            for number in sorted(numbers, key=lambda number: (-self._load(number), number)):
                failed.add(number)
                yield number
            tried = set(self.sites)

    def _closing(self, block: _Block, window: int) -> bool:
        """Whether its last window is near: so many windows as blocks that end then could need."""
        lasts = [max(task.windows) for task in block.first if task.windows]
        return bool(lasts) and min(lasts) - window <= 1 + len(self.left) // max(1, self.problem.hands or 1)

    def _load(self, number: int) -> int:
        return max((len(self.at_site[site]) for site in _sites(self.left[number].first)), default=0)

    def _within(self, sites: set[str]) -> list[int]:
        near: set[int] = set()
        for site in sites:
            near |= self.at_site[site]
        return [number for number in near if _sites(self.left[number].first) <= sites]

    def _best_sites(self, sites: set[str], failed: set[int]) -> set[str]:
        """Sites to work at beside those of now, so that most can be done: the busiest first, then its neighbours."""
        most = self.problem.sites
        assert most is not None
        chosen = set(sites)
        gained: set[str] = set()
        while len(chosen) < most:
            wanted: Counter[frozenset[str]] = Counter()
            near = chosen or self._busiest(failed)
            for site in near:
                for number in self.at_site[site]:
                    if number not in failed:
                        new = _sites(self.left[number].first) - chosen
                        if new and len(chosen) + len(new) <= most:
                            wanted[new] += 1
            if not wanted:
                if not chosen or not (busy := self._busiest(failed) - chosen):
                    break
                wanted[frozenset(busy)] = 1
                far = [n for site in busy for n in self.at_site[site] if n not in failed]
                more = next((s for n in sorted(far) if len((s := _sites(self.left[n].first)) | chosen) <= most), None)
                if more is None:
                    break
                wanted = Counter({more - chosen: 1})
            best = max(
                sorted(wanted, key=sorted), key=lambda new: (min(wanted[new], self.hands_left), self._weight(new))
            )
            chosen |= best
            gained |= best
            if sum(1 for n in self._within(chosen) if n not in failed) >= self.hands_left and len(chosen) >= most:
                break
        return chosen if gained or self._open_work(chosen, failed) else set()

    def _open_work(self, sites: set[str], failed: set[int]) -> bool:
        return any(number not in failed for number in self._within(sites))

    def _weight(self, sites: frozenset[str]) -> int:
        return sum(len(self.at_site[site]) for site in sites)

    def _busiest(self, failed: set[int]) -> set[str]:
        counts = {site: sum(n not in failed for n in own) for site, own in self.at_site.items() if own}
        best = max(sorted(counts), key=lambda site: counts[site], default=None)
        return {best} if best is not None and counts[best] else set()

    def _try(self, number: int, window: int) -> None:
        block = self.left.get(number)
        if block is None:
            return
        for way in block.ways:
            if self._fits(way, window):
                self._place(number, way, window)
                return

    def _fits(self, way: Sequence[Task], window: int) -> bool:
        problem = self.problem
        hands = sum(task.hands for task in way)
        if sum(task.minutes for task in way) > self.minutes_left:
            return False
        if hands > self.hands_left or not all(task.may(window) for task in way):
            return False
        if any(self.placed.get(name, window) >= window for task in way for name in task.after):
            return False
        if any(name not in self.placed for task in way for name in task.follows):
            return False
        sites = _sites(way)
        if problem.sites is not None and len(self.sites | sites) > problem.sites:
            return False
        if problem.hands_a_site is not None:
            own: Counter[str] = Counter()
            for task in way:
                own.update(dict.fromkeys(task.sites, task.hands))
            if any(self.hands_at[site] + own[site] > problem.hands_a_site for site in own):
                return False
        return self._has(way, window) and self._stays_up(way)

    def _has(self, way: Sequence[Task], window: int) -> bool:
        needed: Counter[str] = Counter()
        for task in way:
            needed.update(dict(task.takes))
        price = 0
        for pool, count in needed.items():
            known = self.problem.pools[pool]
            more = count - max(self.pools.get(pool, 0), 0)
            if more <= 0:
                continue
            if known.price is None or window < known.arrives:
                return False
            price += more * known.price
        own = sum(task.costs.get("cost", 0) for task in way)
        return self.problem.budget is None or self.cost + price + own <= self.problem.budget

    def _stays_up(self, way: Sequence[Task]) -> bool:
        new = sorted({edge for task in way for edge in task.down} - self.down)
        if not new:
            return True
        down = frozenset((*self.down, *new))
        off = frozenset((*self.off, *(end for task in way for end in task.off)))
        if any(not is_kept(cut, down, self.rates, off) for edge in new for cut in self.cuts[edge]):
            return False
        for edge in new if not off else ():
            ends = self.problem.edges[edge]
            if self.shape.required[ends.a] == self.shape.required[ends.b] and not self.shape.joined(
                edge, down, self.rates
            ):
                return False
        if self.problem.services or self.problem.survive or off:
            from .continuity import cuts_of

            return next(cuts_of(self.problem, self.shape, down, self.rates, off), None) is None
        return True

    def _place(self, number: int, way: Sequence[Task], window: int) -> None:
        for task in way:
            self.placed[task.name] = window
            self.hands_at.update(dict.fromkeys(task.sites, task.hands))
            self.down |= set(task.down)
            self.off |= set(task.off)
            self.now.append(task)
            self.cost += task.costs.get("cost", 0)
            for pool, count in task.takes:
                there = self.pools.get(pool, 0)
                self.cost += max(0, count - max(there, 0)) * (self.problem.pools[pool].price or 0)
                self.pools[pool] = max(there - count, 0)
        self.hands_left -= sum(task.hands for task in way)
        self.minutes_left -= sum(task.minutes for task in way)
        self.sites |= _sites(way)
        for site in _sites(self.left[number].first):
            self.at_site[site].discard(number)
        del self.left[number]


def _sites(way: Sequence[Task]) -> frozenset[str]:
    return frozenset(site for task in way for site in task.sites)
