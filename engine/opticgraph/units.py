"""Options as units of work: what is done at one go, what it takes and sets free, and what is down meanwhile."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from .added import added_links, added_rates
from .admitted import Offer, offers_of, why_none
from .applied import Applied
from .choices import Part, Work
from .derive import Judged
from .design import SIDES, Design
from .goal import Goal, Target
from .knowledge import Knowledge
from .moving import moving_together
from .partpools import PartPools
from .pieces import PART, Piece, Unit, Units, broken_out
from .prices import Prices
from .problem import Task
from .proposals import Told
from .rooms import Rooms, rooms_of
from .work import work_of

__all__ = ["units_of"]

NO_HOSTS: Mapping[str, Unit] = MappingProxyType({})
KEPT_PER_LINK = 6  # options of one link that a plan weighs against each other, once those that cannot win are gone


def units_of(
    design: Design,
    judged: Judged,
    told: Told,
    targets: Mapping[str, Target],
    goal: Goal,
    knowledge: Knowledge,
    prices: Prices | None,
    hosts: Mapping[str, Unit] = NO_HOSTS,
) -> Units:
    """What may be done about each wanted link; targets has by link what is asked of it.

    hosts  by device the unit that exchanges its host: all else at that device is done after it, or in the same window
    """
    rows = {str(row["link"]): row for row in told.rows.iter_rows(named=True)}
    offers = offers_of(told, targets, goal, rows)
    making = _Making(
        told=told,
        rows=rows,
        offers=offers,
        targets=targets,
        goal=goal,
        parts=PartPools(goal, prices, rows.values()),
        rooms=rooms_of(design, judged, goal.resets_device),
        sites=dict(design.devices.select("device", "site").iter_rows()),
        knowledge=knowledge,
        prices=prices,
        hosts={device: unit.task.name for device, unit in hosts.items()},
        taken=frozenset(design.links["link"]),
    )
    units: dict[str, Unit] = {}
    for unit in making.units():
        name, nth = unit.task.name, 1
        while name in units:  # the same modules in other cages
            nth += 1
            name = f"{unit.task.name} ({nth})"
        units[name] = replace(unit, task=replace(unit.task, name=name))
    awaited = {name for unit in units.values() for name in unit.task.follows}
    units |= {unit.task.name: unit for unit in hosts.values() if unit.task.name in awaited}
    covered = {target for unit in units.values() for target in unit.task.covers}
    why = (
        "not all links that would move together may"
        if goal.buy
        else "nothing that works is in stock or set free, or not all links that would move together may"
    )
    left = {link: why if link in offers else why_none(link, told, targets, rows) for link in targets}
    names = sorted({name for unit in units.values() for name, _ in (*unit.task.takes, *unit.task.gives)})
    dear = making.parts.unpriced(names)
    return Units(
        units=units,
        pools={name: (making.parts if name.startswith(PART) else making.rooms).pool(name) for name in names},
        ports={name: seat.names for name, seat in making.rooms.cages.items()},
        targets=tuple(sorted(covered)),
        left=tuple(sorted((link, why) for link, why in left.items() if link not in covered)),
        notes=(f"the price list has no {', '.join(dear)}: counted as dear as its dearest part",) if dear else (),
    )


@dataclass(frozen=True)
class _Making:
    """What units are made from, laid out to look up."""

    told: Told
    rows: Mapping[str, Mapping[str, Any]]
    offers: Mapping[str, Sequence[Offer]]
    targets: Mapping[str, Target]
    goal: Goal
    parts: PartPools
    rooms: Rooms
    sites: Mapping[str, str | None]
    knowledge: Knowledge
    prices: Prices | None
    hosts: Mapping[str, str]
    taken: frozenset[str]  # names of links
    works: dict[object, Work] = field(default_factory=dict)  # worked out once for links alike

    def units(self) -> Iterator[Unit]:
        """Every unit that might be chosen, the best of each link first."""
        for rivals in moving_together(self.told, self.rows, self.offers, self.targets):
            made = (self._unit(pieces, offer) for pieces, offer in rivals)
            yield from self._best([unit for unit in made if unit is not None])

    # --- one unit ------------------------------------------------------------------------------------------------

    def _unit(self, pieces: Sequence[Piece], offer: Offer) -> Unit | None:
        applied = pieces[0].applied
        works = [(piece, self._work(piece)) for piece in pieces if not piece.retired]
        power = sum(
            (work.power_mw[1] or 0) - (0 if piece.applied.proposal.beside else work.power_mw[0] or 0)
            for piece, work in works
            if None not in work.power_mw
        )
        parts = _parts(works)
        used = self.rooms.used(pieces)
        if used is None or any(name in self.taken for piece in pieces for name in added_links(piece)):
            return None
        takes, gives = dict(used.takes), dict(used.gives)
        takes |= {PART + part.part: part.count for part in parts if part.action == "buy"}
        gives |= {PART + part.part: part.count for part in parts if part.action == "free"}
        links = tuple(piece.link for piece in pieces)
        down = dict.fromkeys(links) if any(work.outage for _, work in works) else {}
        down |= dict.fromkeys(self.rooms.reset_with(pieces, used.cages))
        task = Task(
            name=_named(applied, links),
            covers=tuple(sorted(links)),
            sites=tuple(sorted({self._site(piece.row, side) for piece in pieces for side in _touched(piece.applied)})),
            down=tuple(sorted(down)),
            off=self.rooms.off_with(pieces),
            follows=tuple(
                sorted({self.hosts[each] for piece in pieces for each in _ends(piece) if each in self.hosts})
            ),
            takes=tuple(sorted(takes.items())),
            gives=tuple(sorted(gives.items())),
            rates=tuple(each for piece in pieces for each in _rates(piece, offer.rate_gbps)),
            costs={
                "outage": len(down),
                "power": power,
                "recabling": sum(_recabled(piece) for piece, _ in works),
            },
        )
        return Unit(
            task=task,
            strategy=applied.proposal.strategy,
            pieces=tuple(pieces),
            verdict=offer.verdict,
            needs=offer.needs,
            rate_gbps=offer.rate_gbps,
            parts=parts,
            cages=used.cages,
            warned=offer.warned,
            power_known=all(work.power_mw[1] is not None for _, work in works),
        )

    def _work(self, piece: Piece) -> Work:
        key = piece.row["kind"], piece.way, piece.row["attenuator_mdb"]
        if key not in self.works:
            self.works[key] = work_of(piece.row, piece.applied, self.knowledge, prices=self.prices)
        return self.works[key]

    def _site(self, row: Mapping[str, Any], side: str) -> str:
        device = str(row[f"{side}_device"])
        return self.sites.get(device) or device

    # --- which of them are kept ----------------------------------------------------------------------------------

    def _rank(self, unit: Unit) -> tuple[object, ...]:
        bought = [each for each in unit.task.takes if each[0].startswith(PART) and each[0] not in self.parts.there]
        told = {**unit.task.costs, "cost": sum(count * self.parts.price(name) for name, count in bought)}
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
            if not self.goal.buy and not self.parts.there.issuperset(parts):
                continue
            taken = [each for each in task.takes if not each[0].startswith(PART) or each[0] in self.parts.scarce]
            key = task.sites, task.down, tuple(taken), task.gives, task.rates
            kept.setdefault(key, unit)
        return sorted(kept.values(), key=self._rank)[:KEPT_PER_LINK]


def _rates(piece: Piece, rate: int | None) -> Iterator[tuple[str, int]]:
    """What links carry once it is done: one that goes on beside others, and a leg, what they carry now."""
    added = added_rates(piece)
    stays = added or any(broken_out(piece.applied).values())
    yield piece.link, 0 if piece.retired else int((piece.row["rate_gbps"] if stays else rate) or 1)
    yield from added.items()


def _ends(piece: Piece) -> tuple[str, ...]:
    return tuple(str(piece.row[f"{side}_device"]) for side in SIDES)


def _parts(works: Sequence[tuple[Piece, Work]]) -> tuple[Part, ...]:
    """What the pieces of a unit take and set free; what legs share is counted once."""
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for piece, work in works:
        broken = broken_out(piece.applied)
        for part in work.parts:
            shared = piece.leg > 0 and any(
                legs and part.action == "buy" and _is_of(part.part, piece, side) for side, legs in broken.items()
            )
            counts[part.action, part.part] += 0 if shared else part.count
    return tuple(Part(action, name, count) for (action, name), count in sorted(counts.items()) if count)


def _is_of(part: str, piece: Piece, side: str) -> bool:
    """Whether a part is the module that legs share, or the fan-out on it: one for all of them."""
    return part == piece.applied.changes.get(f"{side}_module") or part.startswith("fan-out")


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
