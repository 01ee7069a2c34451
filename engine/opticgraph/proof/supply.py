"""Whether what steps take is there: cages, lanes and fibres over time, parts bought, used, moved and set free."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal

from ..goal import Goal
from ..planned import Plan, Window
from .replay import Done, Pair, Row
from .stops import Seat, seats, swapped, touched
from .verified import Fault

__all__ = ["Strands", "Types", "check_bill", "check_legs", "check_modules", "check_seats", "check_stock"]

Types = Mapping[tuple[str, str], str]  # link and side -> the id of its module type


# --- cages and lanes -------------------------------------------------------------------------------------------------


def check_seats(done: Done, n: int, users: Mapping[Seat, Collection[str]], links: Mapping[str, Row]) -> Iterator[Fault]:
    """After a step no cage and no lane of one is used by two links, of which the step moved one there.

    users and links are those after the step
    """
    for link, (old, new) in sorted(done.links.items()):
        for side, seat in seats(new).items():
            was = seats(old).get(side), old[f"{side}_lanes"] if old else None
            if new is None or was == (seat, new[f"{side}_lanes"]):
                continue
            for other in sorted(set(users.get(seat, ())) - {link}):
                theirs = [each for each, where in seats(links[other]).items() if where == seat]
                if any(_overlap(new[f"{side}_lanes"], links[other][f"{each}_lanes"]) for each in theirs):
                    words = f"{link} is put into {' '.join(seat)}, which {other} still uses"
                    yield Fault(n, done.step.unit, "seats-are-free", words, tuple(sorted((link, other))))


def _overlap(one: object, other: object) -> bool:
    """Whether two uses of a module meet; no lanes named are all of them."""
    if not isinstance(one, list) or not isinstance(other, list) or not one or not other:
        return True
    return bool(set(one) & set(other))


def check_legs(done: Done, n: int, users: Mapping[Seat, Collection[str]]) -> Iterator[Fault]:
    """A module that is exchanged takes all links that it serves with it; users are those before the step."""
    moved = {link for link, pair in done.links.items() if touched(*pair)}
    for link, (old, new) in sorted(done.links.items()):
        for side, seat in seats(old).items():
            if old is None or (new is not None and new[f"{side}_module"] == old[f"{side}_module"]):
                continue
            left = sorted(set(users.get(seat, ())) - moved)
            if left:
                words = (
                    f"the module in {' '.join(seat)} is exchanged for {link}, but {', '.join(left)} on it stays behind"
                )
                yield Fault(n, done.step.unit, "legs-move-together", words, (link, *left))


# --- fibres ----------------------------------------------------------------------------------------------------------


class Strands:
    """Fibres that are free on each route, as steps take them and set them free."""

    def __init__(self, links: Mapping[str, Row]) -> None:
        self.free: dict[str, int] = {}
        for link, row in links.items():
            spare = row["spare_strands"]
            self.free[_route(link, row)] = max(
                self.free.get(_route(link, row), 0), spare if isinstance(spare, int) else 0
            )

    def of(self, links: Mapping[str, Row], some: Collection[str]) -> dict[str, int]:
        """What is free for each of some links."""
        return {link: self.free.get(_route(link, links[link]), 0) for link in some if link in links}

    def step(self, done: Done, n: int) -> Iterator[Fault]:
        """Take what a step takes; what is not free is a fault.

        A link that comes in through filters, which the link of now gets in the same step, rides on its fibres.
        """
        riding = _riding(done)
        more: dict[str, int] = defaultdict(int)
        for link, (old, new) in done.links.items():
            for row, sign in ((old, -1), (new, 1)):
                if row is not None and _known(old, new) and link not in riding:
                    more[_route(link, row)] += sign * int(str(row["strands"]))
        for route, taken in sorted(more.items()):
            free = self.free.get(route, 0)
            if taken > max(free, 0):
                words = f"it takes {taken} more fibres of {route}, where {max(free, 0)} are free"
                yield Fault(n, done.step.unit, "strands-are-free", words, tuple(sorted(done.links)))
            self.free[route] = free - taken


def _riding(done: Done) -> frozenset[str]:
    """Links that share the fibres of one that gets filters in this step: as many as there are such."""
    carriers = Counter(
        _between(link, new)
        for link, (old, new) in done.links.items()
        if old and new and old["mux_mdb"] != new["mux_mdb"] and old["strands"] == new["strands"]
    )
    found = set()
    for link, (old, new) in sorted(done.links.items()):
        if old is None and new is not None and new["mux_mdb"] and carriers[_between(link, new)] > 0:
            carriers[_between(link, new)] -= 1
            found.add(link)
    return frozenset(found)


def _between(link: str, row: Row) -> tuple[object, ...]:
    return _route(link, row), row["a_device"], row["b_device"]


def _known(old: Row | None, new: Row | None) -> bool:
    """Whether both rows tell how many fibres they take; a row that does not takes what it took."""
    return all(row is None or isinstance(row["strands"], int) for row in (old, new))


def _route(link: str, row: Row) -> str:
    return str(row["route"]) if row["route"] else link


# --- parts -----------------------------------------------------------------------------------------------------------


def check_modules(done: Done, n: int, before: Types, after: Types) -> Iterator[Fault]:
    """The modules that a step puts in and takes out are the ones that its parts name, no more and no fewer."""
    ins, outs = _modules(done.links, before, after)
    named = {part.part for part in done.step.parts} & (set(before.values()) | set(after.values()))
    for device in sorted(swapped(done)):
        for row, counts in zip(done.devices[device], (outs, ins), strict=True):
            if row is not None and row["device_type"]:
                counts[str(row["device_type"])] += 1
                named.add(str(row["device_type"]))
    for actions, moved, verb in ((("buy", "use", "move"), ins, "puts in"), (("free", "move"), outs, "takes out")):
        told: Counter[str] = Counter()
        for part in done.step.parts:
            if part.action in actions:
                told[part.part] += part.count
        for name in sorted(moved.keys() | (named & told.keys())):
            if told[name] != moved[name]:
                words = f"it {verb} {moved[name]} x {name}, but its parts say {told[name]} ({', '.join(actions)})"
                yield Fault(n, done.step.unit, "parts-are-there", words, done.step.links)


def _modules(links: Mapping[str, Pair], before: Types, after: Types) -> tuple[Counter[str], Counter[str]]:
    """Module types that come into seats, and that leave them; those that a seat keeps are neither."""
    there: list[dict[Seat, str]] = [{}, {}]
    for link, pair in links.items():
        for nth, (row, types) in enumerate(zip(pair, (before, after), strict=True)):
            if row is None or row["status"] == "retired":
                continue
            for side, seat in seats(row).items():
                # one that stays is of the type that it was, whatever a later step of the window puts there
                stays = all(each and each[f"{side}_module"] == row[f"{side}_module"] for each in pair)
                name = (before if stays else types).get((link, side)) or row[f"{side}_module"]
                if name:
                    there[nth][seat] = str(name)
    same = {seat for seat, name in there[0].items() if there[1].get(seat) == name}
    outs, ins = (Counter(name for seat, name in each.items() if seat not in same) for each in there)
    return ins, outs


def check_stock(plan: Plan, goal: Goal) -> Iterator[Fault]:
    """Parts are used when they are in stock or free and rested, and bought when they can be delivered."""
    stock: Counter[str] = Counter(goal.stock)
    resting: list[tuple[int, str, int]] = []  # place of the window that set it free, part, count
    leads = {lead.part: lead.days for lead in goal.leads}
    first = goal.windows.days[0] if goal.windows.days else _day(plan.windows[0]) if plan.windows else None
    for at, window in enumerate(plan.windows):
        rested = [each for each in resting if _rested(plan.windows, each[0], at, goal)]
        resting = [each for each in resting if each not in rested]
        for _, part, count in rested:
            stock[part] += count
        day = _day(window)
        for step in window.steps:
            for each in step.parts:
                if each.action == "use" and stock[each.part] < each.count:
                    later = sum(count for _, part, count in resting if part == each.part)
                    hint = f"; {later} more are free but not rested" if later else ""
                    words = (
                        f"it uses {each.count} x {each.part}, but {max(stock[each.part], 0)} are in stock or free{hint}"
                    )
                    yield Fault(window.n, step.unit, "parts-are-there", words, step.links)
                if each.action == "use":
                    stock[each.part] -= each.count
                if each.action == "buy" and not goal.buy:
                    words = f"it buys {each.count} x {each.part}, where the goal buys nothing"
                    yield Fault(window.n, step.unit, "parts-are-there", words, step.links)
                wait = leads.get(each.part, 0)
                if each.action == "buy" and wait and first and day and day < first + timedelta(days=wait):
                    words = f"it buys {each.part}, which is not there before {first + timedelta(days=wait)}"
                    yield Fault(window.n, step.unit, "parts-are-there", words, step.links)
        resting += [
            (at, part.part, part.count) for step in window.steps for part in step.parts if part.action == "free"
        ]


def _rested(windows: tuple[Window, ...], freed: int, now: int, goal: Goal) -> bool:
    """Whether what was set free in one window may be used in another: whole windows and days must pass between."""
    if windows[now].n <= windows[freed].n + goal.windows.soak:
        return False
    since, until = _day(windows[freed]), _day(windows[now])
    return since is None or until is None or until >= since + timedelta(days=goal.windows.soak_days)


def _day(window: Window) -> date | None:
    try:
        return date.fromisoformat(window.day) if window.day else None
    except ValueError:
        return None  # told by order.check_limits


def check_bill(plan: Plan, goal: Goal) -> Iterator[Fault]:
    """The bill of materials has every part with what steps buy, use and leave free, and costs no more than is there."""
    sums: dict[str, Counter[str]] = {"buy": Counter(), "use": Counter(), "free": Counter()}
    for window in plan.windows:
        for each in (part for step in window.steps for part in step.parts):
            if each.action in sums:
                sums[each.action][each.part] += each.count
    lines = {line.part: line for line in plan.bom}
    for part in sorted(lines.keys() | sums["buy"].keys() | sums["use"].keys() | sums["free"].keys()):
        line = lines.get(part)
        told = (line.buy, line.reuse, line.freed) if line else (0, 0, 0)
        bought, used, freed = (sums[action][part] for action in ("buy", "use", "free"))
        left = freed - max(used - goal.stock.get(part, 0), 0)
        for what, said, real in (("buy", told[0], bought), ("reuse", told[1], used)):
            if said != real:
                yield Fault(0, "", "bill-is-right", f"{part}: the bill says {what} {said}, the steps come to {real}")
        if not min(left, freed - used) <= told[2] <= freed:
            yield Fault(
                0,
                "",
                "bill-is-right",
                f"{part}: the bill says {told[2]} are left free, the steps come to {max(left, 0)}",
            )
    cost = sum((line.price * line.buy for line in plan.bom if line.price is not None), Decimal(0))
    if goal.budget is not None and cost > goal.budget:
        yield Fault(0, "", "bill-is-right", f"it costs {cost:f}, where the goal gives {goal.budget:f}")
