"""What a change of a link takes: parts, settings, what it frees, whether service stops, and the steps in order.

All is told from how the link's row is now and would be, so that a strategy needs no words of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from .applied import Applied
from .choices import Part, Work
from .design import SIDES
from .knowledge import Knowledge
from .parts import ModuleType
from .prices import Prices
from .seats import FREE, KEPT, OTHER

__all__ = ["work_of"]

Row = Mapping[str, object]

_FECS = {"none": "off", "rs528": "RS(528,514)", "rs544": "RS(544,514)"}


def work_of(
    row: Row, applied: Applied, knowledge: Knowledge, *, prices: Prices | None = None, expects: Sequence[str] = ()
) -> Work:
    """The work on a link; row has the columns of derive.Judged.links, expects are light levels to be seen after it."""
    after = applied.after(row)
    before = {s: knowledge.types.get(str(row[f"{s}_type"])) if row[f"{s}_type"] else None for s in SIDES}
    outage, why = _outage(applied)
    parts = _counted(_parts(row, after, applied))
    settings = tuple(_settings(row, after, applied))
    types = [*applied.types.values()]
    if applied.adds:
        settings += tuple(_settings(row, applied.added(row), applied.adds))
        types += applied.adds.types.values()
    return Work(
        parts=parts,
        settings=settings,
        frees=tuple(_frees(row, after, applied)),
        steps=tuple(_steps(row, after, applied, settings, outage, expects)),
        outage=outage,
        why_outage=why,
        power_mw=(_power(before.values(), 1), _power(types, applied.proposal.copies or 1)),
        cost=_cost(parts, prices) if prices else None,
        currency=prices.currency if prices else "",
    )


def _counted(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Each part once, with how many of it there are."""
    counts: dict[tuple[str, str], int] = {}
    for part in parts:
        counts[part.action, part.part] = counts.get((part.action, part.part), 0) + part.count
    return tuple(sorted(Part(action, part, count) for (action, part), count in counts.items()))


def _power(types: Iterable[ModuleType | None], copies: int) -> int | None:
    draws = [type_.power_high_mw if type_ else None for type_ in types]
    known = [draw for draw in draws if draw is not None]
    return copies * sum(known) if len(known) == len(draws) else None


def _cost(parts: Iterable[Part], prices: Prices) -> Decimal | None:
    bought = [(prices.price(part.part), part.count) for part in parts if part.action == "buy"]
    known = [price * count for price, count in bought if price is not None]
    return sum(known, Decimal(0)) if len(known) == len(bought) else None


def _outage(applied: Applied) -> tuple[bool, str]:
    """Whether service stops: it need not where other cages and other fibres can be lit before the old ones go dark."""
    proposal = applied.proposal
    if not applied.changes and not proposal.copies:
        return False, "nothing is touched"
    if proposal.beside:
        return True, "the fibres are opened once at each end to put the filters in; afterwards both links run"
    moved = all(applied.seats[side].way != KEPT for side in SIDES)
    other_fibers = proposal.fibers == "spare"
    if proposal.copies:
        return False, "the link of now goes on while the others are added beside it"
    if moved and other_fibers:
        return False, "new cages at both ends and other fibres: it is lit beside the link of now, then traffic moves"
    reasons = []
    kept = [side for side in SIDES if applied.seats[side].way == KEPT]
    if kept and applied.new:
        reasons.append(f"the cage at end {' and '.join(kept)} is used again")
    if not other_fibers:
        reasons.append("the fibres in service are used again")
    return True, " and ".join(reasons) or "the modules are moved"


def _parts(row: Row, after: Row, applied: Applied) -> Iterator[Part]:
    copies = (applied.proposal.copies or 2) - 1
    if applied.proposal.copies:
        for side in SIDES:
            if row[f"{side}_module"]:
                yield Part("buy", _module_name(row, side), copies)
        return
    stays = applied.proposal.switch_at  # what is there goes on to serve the link that comes in
    for side in SIDES:
        if side in applied.new:
            yield Part("buy", str(after[f"{side}_module"]), 1)
            if row[f"{side}_module"] and not applied.proposal.beside and side not in (stays, _moved_on(row, applied)):
                yield Part("free", _module_name(row, side), applied.proposal.merged or 1)
        elif applied.seats[side].way != KEPT and row[f"{side}_module"]:
            yield Part("move", _module_name(row, side), 1)
        if after[f"{side}_adapter"] and after[f"{side}_adapter"] != row[f"{side}_adapter"]:
            yield Part("buy", str(after[f"{side}_adapter"]), 1)
        if row[f"{side}_adapter"] and not after[f"{side}_adapter"]:
            yield Part("free", str(row[f"{side}_adapter"]), 1)
    yield from _cords(row, after, applied)
    yield from (Part("buy", seat.host, 1) for seat in applied.seats.values() if seat.way == OTHER)
    if after["attenuator_mdb"] and after["attenuator_mdb"] != row["attenuator_mdb"]:
        yield Part("buy", f"fixed attenuator {_db(after['attenuator_mdb'])}", len(SIDES))
    if row["attenuator_mdb"] and not after["attenuator_mdb"]:
        yield Part("free", f"fixed attenuator {_db(row['attenuator_mdb'])}", len(SIDES))
    if applied.proposal.mux_mdb is not None:
        yield Part("buy", "O-band and C-band filter", len(SIDES))
    if applied.adds:
        yield from _added_parts(row, applied, applied.adds)


def _added_parts(row: Row, applied: Applied, adds: Applied) -> Iterator[Part]:
    """What a link that comes in takes: a module at the switch, the cord, and a switch if there is none yet."""
    added = applied.added(row)
    if applied.host:
        yield Part("buy", applied.host, 1)
    for side in adds.new:
        moved = _moved_on(row, applied) == side
        yield Part("move" if moved else "buy", _module_name(row, side) if moved else str(added[f"{side}_module"]), 1)
    plugs = [_plug(added, side) or "as the module takes it" for side in SIDES]
    yield Part("buy", f"cord {added['fiber_type'] or 'of fibre'}, {' to '.join(dict.fromkeys(plugs))}", 1)


def _moved_on(row: Row, applied: Applied) -> str | None:
    """The side whose module of now goes to the switch, to serve the link that comes in."""
    if applied.adds is None:
        return None
    return next((s for s in applied.adds.new if s in applied.new and _is_of(applied.adds, row, s)), None)


def _is_of(adds: Applied, row: Row, side: str) -> bool:
    type_ = adds.types[side]
    return type_ is not None and type_.id == row[f"{side}_type"]


def _cords(row: Row, after: Row, applied: Applied) -> Iterator[Part]:
    """Cords where a module takes another plug than is there, and what brings the plant to it."""
    for side in SIDES:
        now, then = _plug(row, side), _plug(after, side)
        legs = getattr(applied.proposal, f"{side}_legs")
        if side in applied.new and legs and then and then != now:
            yield Part("buy", f"fan-out {then} to {legs} x {now or 'LC duplex'}", 1)
        elif then and then != now:
            yield Part("buy", f"patch cord {then}", 1)
            if str(then).partition(" ")[0] != str(now or "").partition(" ")[0]:
                yield Part("buy", f"cassette or panel {then} to the plant's {now or 'connector'}", 1)


def _plug(row: Row, side: str) -> str | None:
    connector, polish = row[f"{side}_connector"], row[f"{side}_polish"]
    return f"{connector} {polish}" if connector and polish else str(connector) if connector else None


def _settings(row: Row, after: Row, applied: Applied) -> Iterator[str]:
    for side in SIDES:
        place = f"{after[f'{side}_device']} {after[f'{side}_port']}"
        fec = after[f"{side}_fec"]
        if side in applied.new or fec != row[f"{side}_fec"]:
            if fec:
                yield f"{place}: FEC {_FECS.get(str(fec), str(fec))}"
            elif side in applied.new:
                yield f"{place}: FEC as the module asks"
        type_, legs = applied.types[side], getattr(applied.proposal, f"{side}_legs")
        if type_ and legs:
            rate = next((b.leg_rate_gbps for b in type_.breakouts if b.legs == legs), None)
            yield f"{place}: breakout {legs}x{rate}G"
        elif row[f"{side}_lanes"] and not after[f"{side}_lanes"]:
            yield f"{place}: no breakout"
        if side in applied.new and not legs and type_ and type_.rate_gbps != row["rate_gbps"]:
            yield f"{place}: speed {type_.rate_gbps}G"


def _frees(row: Row, after: Row, applied: Applied) -> Iterator[str]:
    if applied.proposal.beside or applied.proposal.copies:
        return
    for side in SIDES:
        device, port = row[f"{side}_device"], row[f"{side}_port"]
        if side == applied.proposal.switch_at:
            continue  # its cage and module serve the link that comes in
        if applied.seats[side].way == FREE:
            yield f"cage {device} {port}"
        elif applied.seats[side].way == OTHER:
            yield f"host {device} with its cages"
        if side in applied.new and row[f"{side}_module"] and side != _moved_on(row, applied):
            yield f"module {_module_name(row, side)} from {device} {port}"
    if applied.proposal.fibers == "spare" and row["strands"]:
        yield f"{row['strands']} fibres of {row['link']}"
    if applied.proposal.merged:
        others = applied.proposal.merged - 1
        yield f"the ports and modules of {others} parallel link{'s' if others > 1 else ''}"


def _module_name(row: Row, side: str) -> str:
    return str(row[f"{side}_type"] or row[f"{side}_module"])


def _db(value: object) -> str:
    return f"{int(str(value)) / 1000:g} dB"


# --- steps ---------------------------------------------------------------------------------------------------------


def _steps(
    row: Row, after: Row, applied: Applied, settings: Sequence[str], outage: bool, expects: Sequence[str]
) -> Iterator[str]:
    if not applied.changes and not applied.proposal.copies:
        return
    places = [f"{after[f'{side}_device']} {after[f'{side}_port']}" for side in SIDES]
    yield "Before: inspect and clean every connector that will be mated; save the configuration of both ends."
    if row["loss_mdb"] is None and row["fiber_type"] and "module" in " ".join(applied.changes):
        yield "Before: measure the loss of the fibres at the wavelength of the new modules."
    for side in SIDES:
        seat = applied.seats[side]
        if seat.way == OTHER:
            yield f"Install {seat.host} in place of {row[f'{side}_device']} and bring its links over."
    if applied.host:
        yield f"Install {applied.host} at the site of {row[f'{applied.proposal.switch_at}_device']}."
    if applied.proposal.mux_mdb is None and _cord_work(row, after) and not outage:
        yield from _cord_steps(row, after)
    if outage:
        yield f"Drain {row['link']}: move its traffic to other paths, and wait until it carries none."
        if _cord_work(row, after):
            yield from _cord_steps(row, after)
    if applied.proposal.mux_mdb is not None:
        yield "Put the O-band and C-band filters in at both ends; the link of now comes up again through them."
    if applied.proposal.copies:
        yield f"Fit {applied.proposal.copies - 1} more links like {row['link']} on the other fibres of the route."
    for side in SIDES:
        place = f"{after[f'{side}_device']} {after[f'{side}_port']}"
        if side in applied.new:
            yield f"Fit {after[f'{side}_module']} in {place}."
        elif f"{side}_port" in applied.changes:
            yield f"Move {_module_name(row, side)} to {place}."
    if applied.adds:
        yield from _added_steps(row, applied, applied.adds)
    if settings:
        yield f"Set {'; '.join(settings)}."
    levels = f" Expect {'; '.join(expects)}." if expects else ""
    yield f"After: light and FEC counters at {' and '.join(places)}.{levels} Soak, then put traffic on it."
    if applied.proposal.copies:
        yield f"Join the links to one LAG, or give them equal cost; no single flow exceeds {row['rate_gbps']}G."
    yield "Way back until the soak is over: old modules, cords and settings as saved."


def _added_steps(row: Row, applied: Applied, adds: Applied) -> Iterator[str]:
    added, after, stays = applied.added(row), applied.after(row), applied.proposal.switch_at
    for side in adds.new:
        place = f"{added[f'{side}_device']} {added[f'{side}_port']}"
        kept = f"{added[f'{stays}_device']} {added[f'{stays}_port']}"
        moved = side == _moved_on(row, applied)
        what = f"Move {_module_name(row, side)}" if moved else f"Fit {added[f'{side}_module']}"
        yield f"{what} to {place}." if moved else f"{what} in {place}."
        fibres = f"{after[f'{stays}_device']} {after[f'{stays}_port']}"
        yield f"Take the fibres of {row['link']} off {kept} to {fibres}, and cord {place} to {kept}."
        yield f"Let the switch pass on what comes in: {kept} still gets only {added['rate_gbps']}G."


def _cord_work(row: Row, after: Row) -> bool:
    return any(_plug(row, side) != _plug(after, side) for side in SIDES) or row["polarity"] != after["polarity"]


def _cord_steps(row: Row, after: Row) -> Iterator[str]:
    for side in SIDES:
        now, then = _plug(row, side), _plug(after, side)
        if now != then:
            yield f"Bring the fibres at {row[f'{side}_device']} from {now or 'an unknown plug'} to {then}."
    if row["polarity"] != after["polarity"] and after["polarity"]:
        yield f"Cord the path so that it is of polarity {after['polarity']} end to end."
