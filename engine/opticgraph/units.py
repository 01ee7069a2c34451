"""Options as units of work: what is done at one go, what it takes and sets free, and what is down meanwhile."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from .applied import Applied
from .choices import Part
from .derive import Judged
from .design import SIDES, Design
from .goal import Goal, Target
from .knowledge import Knowledge
from .prices import Prices
from .problem import Pool, Task
from .proposals import Told
from .seats import FREE, OTHER, Seat, free_seats
from .work import work_of

__all__ = ["CAGE", "MILLI", "PART", "POWER", "Piece", "Unit", "Units", "units_of"]

MILLI = 1000  # prices are whole thousandths for a search
PART, CAGE, STRANDS, POWER = "part ", "cages ", "spare fibres ", "power of "  # sorts of pools, before their names
UNPLANNED = ("stay", "bond", "wavelength-overlay")  # what leaves the link of now as it is is no step of a plan
KEPT_PER_LINK = 6  # options of one link that a plan weighs against each other, once those that cannot win are gone


@dataclass(frozen=True)
class Piece:
    """One link's part in a unit: its row as judged, what is done to it, and which leg of a module it becomes.

    retired  whether the link is taken over by another one
    """

    link: str
    row: Mapping[str, Any]
    applied: Applied
    way: int
    leg: int = 0
    retired: bool = False


@dataclass(frozen=True)
class Unit:
    """An option of one link or of several that move together, and the task that it is to a scheduler.

    cages   link and side -> the pool that its new cage comes from
    warned  whether a rule warns of it
    """

    task: Task
    strategy: str
    pieces: tuple[Piece, ...]
    verdict: str
    needs: tuple[str, ...]
    rate_gbps: int | None
    parts: tuple[Part, ...]
    cages: Mapping[str, str]
    warned: bool
    power_known: bool


@dataclass(frozen=True)
class Units:
    """Units by name, what they share, and links that have none with the reason.

    ports  of each pool of cages the names of its ports
    """

    units: Mapping[str, Unit]
    pools: Mapping[str, Pool]
    ports: Mapping[str, tuple[str, ...]]
    targets: tuple[str, ...]
    left: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


def units_of(
    design: Design,
    judged: Judged,
    told: Told,
    targets: Mapping[str, Target],
    goal: Goal,
    knowledge: Knowledge,
    prices: Prices | None,
) -> Units:
    """What may be done about each wanted link; targets has by link what is asked of it."""
    making = _Making(design, judged, told, targets, goal, knowledge, prices)
    units: dict[str, Unit] = {}
    left = []
    for link, offers in making.offers():
        if not offers:
            left.append((link, making.why_none(link)))
    for unit in making.units():
        name, nth = unit.task.name, 1
        while name in units:  # the same modules in other cages
            nth += 1
            name = f"{unit.task.name} ({nth})"
        units[name] = replace(unit, task=replace(unit.task, name=name))
    covered = {target for unit in units.values() for target in unit.task.covers}
    why = (
        "not all links that would move together may"
        if goal.buy
        else "nothing that works is in stock or set free, or not all links that would move together may"
    )
    told_why = dict.fromkeys(targets, why) | dict(left)
    return Units(
        units=units,
        pools=making.pools(units.values()),
        ports={name: ports for name, (_, ports) in making.cages.items()},
        targets=tuple(sorted(covered)),
        left=tuple(sorted((link, why) for link, why in told_why.items() if link not in covered)),
        notes=tuple(making.notes),
    )


_Offer = tuple[int, str, tuple[str, ...], int | None, bool]  # way, verdict, needs, rate, warned


class _Making:
    """What units are made from, laid out to look up. It is made once a plan."""

    def __init__(
        self,
        design: Design,
        judged: Judged,
        told: Told,
        targets: Mapping[str, Target],
        goal: Goal,
        knowledge: Knowledge,
        prices: Prices | None,
    ) -> None:
        self.design, self.judged, self.told, self.targets = design, judged, told, targets
        self.goal, self.knowledge, self.prices = goal, knowledge, prices
        self.notes: list[str] = []
        self.adding = [way for way, applied in enumerate(told.ways) if applied.adds]  # a link that no plan makes
        self.rows = {str(row["link"]): row for row in told.rows.iter_rows(named=True)}
        self.sites = dict(design.devices.select("device", "site").iter_rows())
        self.cages: dict[str, tuple[Seat, tuple[str, ...]]] = {
            f"{CAGE}{device} {seat.socket} {nth}": (seat, seat.names)
            for device, seats in free_seats(judged).items()
            for nth, seat in enumerate(seats)
            if seat.way == FREE
        }
        self.by_device: dict[str, list[str]] = defaultdict(list)
        for device, seats in free_seats(judged).items():
            self.by_device[device] = [f"{CAGE}{device} {seat.socket} {nth}" for nth, seat in enumerate(seats)]
        self.groups = _port_groups(design)
        self._works: dict[tuple[object, ...], Any] = {}
        late = {PART + lead.part for lead in goal.leads}
        freed = {
            PART + str(row[f"{side}_type"] or row[f"{side}_module"])
            for row in self.rows.values()
            for side in SIDES
            if row[f"{side}_module"]
        }
        self.there = frozenset({PART + part for part in goal.stock} | freed)
        self.scarce = self.there | late
        self._offers = self._admitted()

    def offers(self) -> Iterator[tuple[str, list[_Offer]]]:
        """Of every wanted link its options that the goal admits."""
        for link in self.targets:
            yield link, self._offers.get(link, [])

    def why_none(self, link: str) -> str:
        """Why a link has no option that the goal admits: what it needs, or that the rules reject all."""
        if link not in self.rows:
            return "it is not judged, or spare"
        own = self.told.table.filter(pl.col("link") == link, ~pl.col("strategy").is_in(UNPLANNED))
        wanted = self.targets[link]
        through = own.filter(pl.col("way").is_in(self.adding), pl.col("verdict") != "fails").height
        own = own.filter(~pl.col("way").is_in(self.adding))
        reaching = own.filter(pl.col("rate_gbps") >= wanted.gbps) if wanted.gbps else own
        needs = reaching.filter(pl.col("verdict") == "unknown")["needs"].drop_nulls().unique().sort().to_list()
        if needs:
            return f"nothing is known to work; {min(needs, key=lambda need: (len(need), need))}"
        if reaching.filter(pl.col("verdict") == "works").height:
            return "what works is not allowed by the goal, or its draw is not known where power is limited"
        if through:
            asked = f"`opticgraph options --link {link}` tells of it"
            return f"only a switch between its ends could join them, which adds a link that no plan makes; {asked}"
        refused = reaching.filter(pl.col("verdict") == "fails").select("strategy", "a_module", "rules")
        if refused.is_empty():
            return f"nothing that reaches {wanted.gbps}G works; `opticgraph options --link {link}` says why"
        least = refused.sort(pl.col("rules").list.len(), "strategy", "a_module").row(0, named=True)
        return f"nothing works; nearest is {least['strategy']} {least['a_module']}, against {', '.join(least['rules'])}"

    def _admitted(self) -> dict[str, list[_Offer]]:
        wanted = pl.DataFrame(
            [(link, target.gbps, list(target.strategies) or None) for link, target in self.targets.items()],
            schema={"link": pl.String, "wanted": pl.Int64, "by": pl.List(pl.String)},
            orient="row",
        )
        verdicts = ["works"] if self.goal.unknown == "leave" else ["works", "unknown"]
        table = self.told.table.join(wanted, on="link").filter(
            ~pl.col("strategy").is_in([*UNPLANNED, *self.goal.forbidden]),
            pl.col("verdict").is_in(verdicts),
            pl.col("wanted").is_null() | (pl.col("rate_gbps") >= pl.col("wanted")),
            pl.col("by").is_null() | pl.col("by").list.contains(pl.col("strategy")),
        )
        found: dict[str, list[_Offer]] = defaultdict(list)
        allowed: dict[int, bool] = {}
        names = ("link", "way", "verdict", "needs", "rate_gbps", "warned")
        for link, way, verdict, needs, rate, warned in table.select(names).iter_rows():
            if way not in allowed:
                allowed[way] = self._allowed(self.told.ways[way])
            # one link in place of several carries no more than they did: only where a target names the strategy
            merges = self.told.ways[way].proposal.merged and not self.targets[link].strategies
            if allowed[way] and not merges and self._power_told(link, self.told.ways[way]):
                found[link].append((way, verdict, tuple(needs.split("; ")) if needs else (), rate, warned))
        return found

    def _power_told(self, link: str, applied: Applied) -> bool:
        """Whether the draw of every new module is known where a limit holds, which else could not be kept."""
        row = self.rows[link]
        return self.goal.unknown == "plan" or all(
            (type_ := applied.types[side]) is None
            or type_.power_high_mw is not None
            or row[f"{side}_headroom_mw"] is None
            for side in applied.new
        )

    def _allowed(self, applied: Applied) -> bool:
        for side in applied.new:
            head, dot, _ = str(applied.changes[f"{side}_module"]).partition(".")
            if self.goal.makers and dot and head not in self.goal.makers:
                return False
        if any((type_ := applied.types[side]) and type_.id in self.goal.no_modules for side in applied.new):
            return False
        plugs = {str(applied.changes.get(f"{side}_connector")) for side in SIDES}
        hosted = any(seat.way == OTHER for seat in applied.seats.values())
        return not plugs & set(self.goal.no_connectors) and not hosted and applied.adds is None

    # --- units -----------------------------------------------------------------------------------------------------

    def units(self) -> Iterator[Unit]:
        """Every unit that might be chosen, the best of each link first."""
        by_module: dict[tuple[object, ...], list[tuple[str, _Offer]]] = defaultdict(list)
        for link, offers in sorted(self._offers.items()):
            single = []
            for offer in offers:
                applied = self.told.ways[offer[0]]
                legs = applied.proposal.a_legs or applied.proposal.b_legs
                if applied.proposal.merged:
                    continue
                if legs:
                    side = "a" if applied.proposal.a_legs else "b"
                    device = self.rows[link][f"{side}_device"]
                    proposal = applied.proposal
                    key = (proposal.strategy, side, device, proposal.a_interface, proposal.b_interface, legs)
                    by_module[key].append((link, offer))
                else:
                    single.append(self._unit([Piece(link, self.rows[link], applied, offer[0])], offer))
            yield from self._best(single)
        yield from self._merges()
        yield from self._breakouts(by_module)

    def _merges(self) -> Iterator[Unit]:
        teams: dict[tuple[str, ...], list[Unit]] = defaultdict(list)
        members: dict[int, list[str]] = defaultdict(list)
        for link, row in sorted(self.rows.items()):
            if row["team"] is not None:
                members[row["team"]].append(link)
        for link, offers in sorted(self._offers.items()):
            for offer in offers:
                applied = self.told.ways[offer[0]]
                if not applied.proposal.merged:
                    continue
                team = members[self.rows[link]["team"]]
                size = applied.proposal.merged
                if link not in team or any(other not in self.targets for other in team) or team.index(link) % size:
                    continue
                own = team[team.index(link) : team.index(link) + size]
                if len(own) < size:
                    continue
                pieces = [Piece(other, self.rows[other], applied, offer[0], retired=other != link) for other in own]
                teams[tuple(own)].append(self._unit(pieces, offer))
        for _, units in sorted(teams.items()):
            yield from self._best(units)

    def _breakouts(self, by_module: Mapping[tuple[object, ...], list[tuple[str, _Offer]]]) -> Iterator[Unit]:
        sets: dict[tuple[str, ...], list[Unit]] = defaultdict(list)
        for key, members in sorted(by_module.items(), key=lambda item: str(item[0])):
            legs = int(str(key[-1]))
            each = list({link: (link, offer) for link, offer in reversed(members)}.values())[::-1]
            for first in range(0, len(each), legs):
                chunk = each[first : first + legs]
                pieces = [
                    Piece(link, self.rows[link], self.told.ways[offer[0]], offer[0], leg)
                    for leg, (link, offer) in enumerate(chunk)
                ]
                sets[tuple(link for link, _ in chunk)].append(self._unit(pieces, chunk[0][1]))
        for _, units in sorted(sets.items()):
            yield from self._best(units)

    def _unit(self, pieces: Sequence[Piece], offer: _Offer) -> Unit:
        lead, applied = pieces[0], pieces[0].applied
        parts: dict[tuple[str, str], int] = defaultdict(int)
        outage, power, recabled, known = False, 0, 0, True
        broken = {side: getattr(applied.proposal, f"{side}_legs") for side in SIDES}
        for piece in pieces:
            if piece.retired:
                continue
            work = self._work(piece)
            outage |= work.outage
            recabled += _recabled(piece)
            before, after = work.power_mw
            power += (after or 0) - (before or 0) if None not in work.power_mw else 0
            known = known and after is not None
            for part in work.parts:
                shared = piece.leg > 0 and any(
                    legs and part.action == "buy" and self._is_of(part.part, piece, side)
                    for side, legs in broken.items()
                )
                parts[part.action, part.part] += 0 if shared else part.count
        told = tuple(Part(action, name, count) for (action, name), count in sorted(parts.items()) if count)
        cages, takes, gives = self._seats(pieces)
        for part in told:
            if part.action == "buy":
                takes[PART + part.part] += part.count
            elif part.action == "free":
                gives[PART + part.part] += part.count
        links = tuple(piece.link for piece in pieces)
        down = dict.fromkeys(links) if outage else {}
        down |= dict.fromkeys(self._reset_with(pieces, broken, cages))
        rate = offer[3]
        each = rate if not any(broken.values()) else lead.row["rate_gbps"]
        task = Task(
            name=_named(applied, links),
            covers=tuple(sorted(links)),
            sites=tuple(sorted({self._site(piece.row, side) for piece in pieces for side in _touched(piece.applied)})),
            down=tuple(sorted(down)),
            takes=tuple(sorted(takes.items())),
            gives=tuple(sorted(gives.items())),
            rates=tuple((piece.link, 0 if piece.retired else int(each or 1)) for piece in pieces),
            windows=None,
            costs={"outage": len(down), "power": power, "recabling": recabled},
        )
        return Unit(
            task, applied.proposal.strategy, tuple(pieces), offer[1], offer[2], rate, told, cages, offer[4], known
        )

    def _work(self, piece: Piece) -> Any:
        key = piece.row["kind"], piece.way, piece.row["attenuator_mdb"]
        if key not in self._works:
            self._works[key] = work_of(piece.row, piece.applied, self.knowledge, prices=self.prices)
        return self._works[key]

    def _is_of(self, part: str, piece: Piece, side: str) -> bool:
        """Whether a part is the module that legs share, or the fan-out on it: one for all of them."""
        return part == piece.applied.changes.get(f"{side}_module") or part.startswith("fan-out")

    def _seats(self, pieces: Sequence[Piece]) -> tuple[dict[str, str], dict[str, int], dict[str, int]]:
        cages: dict[str, str] = {}
        takes: dict[str, int] = defaultdict(int)
        gives: dict[str, int] = defaultdict(int)
        for piece in pieces:
            proposal = piece.applied.proposal
            for side in SIDES:
                device, seat = str(piece.row[f"{side}_device"]), piece.applied.seats[side]
                legs = getattr(proposal, f"{side}_legs")
                if seat.way == FREE and not piece.retired and not (legs and piece.leg):
                    pool = self._pool_of(device, seat.socket, seat.power_mw, seat.modes)
                    if pool:
                        cages[f"{piece.link} {side}"] = pool
                        takes[pool] += 1
                if seat.way == FREE or piece.retired or (legs and piece.leg):
                    modes = piece.row[f"{side}_modes"]
                    agreed = tuple(modes) if modes is not None else None
                    pool = self._pool_of(device, piece.row[f"{side}_cage"], piece.row[f"{side}_cage_power_mw"], agreed)
                    if pool and not piece.row[f"{side}_lanes"]:
                        gives[pool] += 1
            if proposal.fibers == "spare" and not piece.retired:
                type_ = piece.applied.types["a"]
                told = str(piece.applied.changes.get("strands") or 2)
                needed = type_.fibers if type_ and type_.fibers else int(told)
                pool = STRANDS + str(piece.row["route"] or piece.link)
                takes[pool] += needed
                if piece.row["strands"]:
                    gives[pool] += int(piece.row["strands"])
            for side in SIDES:
                more = self._more_power(piece, side)
                if more and piece.row[f"{side}_headroom_mw"] is not None:
                    (takes if more > 0 else gives)[POWER + str(piece.row[f"{side}_device"])] += abs(more)
        return cages, takes, gives

    def _more_power(self, piece: Piece, side: str) -> int:
        legs = getattr(piece.applied.proposal, f"{side}_legs")
        type_ = piece.applied.types[side]
        after = 0 if piece.retired or (legs and piece.leg) else (type_.power_high_mw or 0) if type_ else 0
        return after - int(piece.row[f"{side}_power_high_mw"] or 0)

    def _pool_of(self, device: str, socket: str | None, power: int | None, modes: tuple[str, ...] | None) -> str | None:
        for name in self.by_device.get(device, ()):
            seat = self.cages[name][0] if name in self.cages else None
            if seat and (seat.socket, seat.power_mw, seat.modes) == (socket, power, modes):
                return name
        return None

    def _reset_with(
        self, pieces: Sequence[Piece], broken: Mapping[str, int | None], cages: Mapping[str, str]
    ) -> Iterator[str]:
        """Links that go down with a change of breakout: those of the port group that it resets."""
        for piece in pieces[:1]:
            for side in SIDES:
                was = bool(piece.row[f"{side}_lanes"])
                if not broken[side] and not was:
                    continue
                device = str(piece.row[f"{side}_device"])
                ports = [str(piece.row[f"{side}_port"])]
                if pool := cages.get(f"{piece.link} {side}"):
                    ports += self.cages[pool][1]
                for port in ports:
                    yield from self.groups.get((device, port), ())

    def _site(self, row: Mapping[str, Any], side: str) -> str:
        device = str(row[f"{side}_device"])
        return self.sites.get(device) or device

    def _rank(self, unit: Unit) -> tuple[object, ...]:
        bought = [each for each in unit.task.takes if each[0].startswith(PART) and each[0] not in self.there]
        spent = sum(count * self._price(name)[0] for name, count in bought)
        told = {**unit.task.costs, "cost": spent}
        aims = (told[aim] for aim, _ in self.goal.objective if aim != "windows")
        return (unit.warned, not unit.power_known, *aims, unit.task.name)

    def _best(self, units: Sequence[Unit]) -> list[Unit]:
        """Of units that take the same cages, fibres and parts in short supply, the best; of the rest some of the best.

        In short supply are parts in stock, set free or late; where nothing is bought, there are none but the first two.
        """
        kept: dict[tuple[object, ...], Unit] = {}
        for unit in sorted(units, key=self._rank):
            task = unit.task
            parts = [name for name, _ in task.takes if name.startswith(PART)]
            if not self.goal.buy and not self.there.issuperset(parts):
                continue
            taken = [each for each in task.takes if not each[0].startswith(PART) or each[0] in self.scarce]
            key = task.sites, task.down, tuple(taken), task.gives, task.rates
            kept.setdefault(key, unit)
        return sorted(kept.values(), key=self._rank)[:KEPT_PER_LINK]

    # --- pools -----------------------------------------------------------------------------------------------------

    def _price(self, pool: str) -> tuple[int, bool]:
        """What one of a pool costs in thousandths, and whether the list says so; without a list, parts are counted."""
        if not pool.startswith(PART):
            return 0, True
        if self.prices is None:
            return MILLI, True
        price = self.prices.price(pool.removeprefix(PART))
        if price is None:
            return int(max(self.prices.of.values(), default=1) * MILLI), False
        return int(price * MILLI), True

    def pools(self, units: Iterable[Unit]) -> dict[str, Pool]:
        """Everything that units take or give, with what there is of it."""
        names = sorted({name for unit in units for name, _ in (*unit.task.takes, *unit.task.gives)})
        stock = {PART + part: count for part, count in self.goal.stock.items()}
        late = {PART + lead.part: lead.days for lead in self.goal.leads}
        pools, unpriced = {}, []
        for name in names:
            if name.startswith(PART):
                price, known = self._price(name)
                if not known:
                    unpriced.append(name.removeprefix(PART))
                arrives = _arrival(self.goal, late.get(name, 0))
                pools[name] = Pool(name, stock.get(name, 0), price if self.goal.buy else None, arrives)
            elif name.startswith(CAGE):
                pools[name] = Pool(name, self.cages[name][0].count)
            elif name.startswith(POWER):
                pools[name] = Pool(name, max(0, self._headroom(name.removeprefix(POWER))))
            else:
                pools[name] = Pool(name, self._spare(name.removeprefix(STRANDS)))
        if unpriced:
            self.notes.append(f"the price list has no {', '.join(unpriced)}: counted as dear as its dearest part")
        return pools

    def _headroom(self, device: str) -> int:
        """What a device may still draw beside what its modules draw now."""
        own = self.judged.devices.filter(pl.col("device") == device)
        limit, draw = own.select("optics_power_mw", "draw_mw").row(0)
        return int(limit or 0) - int(draw or 0)

    def _spare(self, route: str) -> int:
        on_route = (pl.col("route") == route) | (pl.col("route").is_null() & (pl.col("link") == route))
        return int(self.design.links.filter(on_route)["spare_strands"].max() or 0)  # type: ignore[arg-type]


def _arrival(goal: Goal, days: int) -> int:
    """The first window that may use what takes so many days to come."""
    if not days or not goal.windows.days:
        return 0
    first = goal.windows.days[0]
    return next(
        (nth for nth, day in enumerate(goal.windows.days) if (day - first).days >= days), len(goal.windows.days)
    )


def _named(applied: Applied, links: Sequence[str]) -> str:
    names = [type_.id if (type_ := applied.types[side]) else "?" for side in SIDES]
    modules = names[0] if names[0] == names[1] else f"{names[0]}/{names[1]}"
    more = f" and {len(links) - 1} more" if len(links) > 1 else ""
    return f"{links[0]}{more}: {applied.proposal.strategy} {modules}"


def _touched(applied: Applied) -> tuple[str, ...]:
    """Sides at which hands are needed: all where fibres change, else where something of that end does."""
    if applied.proposal.fibers or applied.proposal.merged or "polarity" in applied.changes:
        return SIDES
    fields = ("module", "port", "lanes", "connector", "adapter", "fec")
    return tuple(side for side in SIDES if any(f"{side}_{name}" in applied.changes for name in fields)) or SIDES


def _recabled(piece: Piece) -> int:
    changes = piece.applied.changes
    plugs = sum(f"{side}_connector" in changes or f"{side}_polish" in changes for side in SIDES)
    return plugs + ("polarity" in changes) + ("strands" in changes)


def _port_groups(design: Design) -> dict[tuple[str, str], tuple[str, ...]]:
    """Device and port -> links on ports of its port group, its own too."""
    grouped = design.ports.filter(pl.col("port_group").is_not_null()).select("device", "port", "port_group")
    if grouped.is_empty():
        return {}
    ends = pl.concat(
        design.links.filter(pl.col("status") == "active").select("link", device=f"{s}_device", port=f"{s}_port")
        for s in SIDES
    )
    by_group: dict[tuple[str, str], list[str]] = defaultdict(list)
    for device, group, link in (
        ends.join(grouped, on=["device", "port"]).select("device", "port_group", "link").sort("link").iter_rows()
    ):
        by_group[device, group].append(link)
    return {(device, port): tuple(by_group[device, group]) for device, port, group in grouped.iter_rows()}
