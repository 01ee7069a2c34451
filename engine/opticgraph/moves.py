"""What may be changed about a link so that a rule holds: every recorded value the rule hangs on, and what it could be.

Which values a rule hangs on is read from its shape and from the derive queries behind the facts that it reads, so that
a new rule or fact needs no entry here. Only how a kind of value may change, and how that is said, stands here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from types import MappingProxyType

from . import terms
from .choices import Change
from .design import SIDES
from .knowledge import Knowledge
from .origins import recorded_behind
from .parts import ModuleType
from .resources import folder

__all__ = ["hangs_on", "moves"]

Row = Mapping[str, object]

ATTENUATORS_MDB = (1_000, 3_000, 5_000, 10_000, 15_000)  # the fixed attenuators that are sold: facts R12


@cache
def hangs_on(rule: str) -> frozenset[str]:
    """Properties of the record that a shipped rule's outcome can hang on, as its shape and the derive queries say."""
    file = folder("shapes") / f"{rule}.ttl"
    return recorded_behind(file.read_text(encoding="utf-8")) if file.is_file() else frozenset()


def moves(rule: str, row: Row, types: Mapping[str, ModuleType | None], knowledge: Knowledge) -> list[Change]:
    """Every single change of a recorded value that the rule hangs on; row has the columns of derive.Judged.links."""
    found: dict[str, Change] = {}
    for name in sorted(hangs_on(rule)):
        for change in _MOVES.get(name, _none)(row, types, knowledge):
            if any(row.get(column) != value for column, value in change.values):
                found.setdefault(str(change.values), change)
    return list(found.values())


def _none(row: Row, types: Mapping[str, ModuleType | None], knowledge: Knowledge) -> Iterator[Change]:
    return iter(())


def _both(row: Row, column: str, values: Sequence[object], words: str) -> Iterator[Change]:
    """Each value at one end, and at both."""
    for value in values:
        here = [side for side in SIDES if row[f"{side}_{column}"] != value]
        for sides in [(side,) for side in here] + ([tuple(here)] if len(here) > 1 else []):
            where = " and ".join(f"end {side}" for side in sides)
            pairs = tuple((f"{side}_{column}", value) for side in sides)
            yield Change(pairs, words.format(value=value, where=where), cost=len(sides))


def _plugs(row: Row, types: Mapping[str, ModuleType | None], knowledge: Knowledge) -> Iterator[Change]:
    taken = sorted({connector for t in types.values() if t for connector in t.connectors})
    yield from _both(row, "connector", taken, "{value} plugs at {where}, by other cords, cassettes or panels")


def _polishes(row: Row, types: Mapping[str, ModuleType | None], knowledge: Knowledge) -> Iterator[Change]:
    yield from _both(row, "polish", terms.words("Polish"), "{value} plugs and panels at {where}")


def _polarities(row: Row, types: Mapping[str, ModuleType | None], knowledge: Knowledge) -> Iterator[Change]:
    for word in terms.words("Polarity"):
        yield Change((("polarity", word),), f"polarity {word} end to end, by another cord")


def _strands(row: Row, types: Mapping[str, ModuleType | None], knowledge: Knowledge) -> Iterator[Change]:
    now = row["strands"]
    for count in sorted({i.fibers for i in knowledge.interfaces.values() if i.fibers}):
        if isinstance(now, int) and count > now:
            words = f"{count - now} more fibre{'s' if count - now > 1 else ''} on the route"
            yield Change((("strands", count),), words, outage=False, cost=count - now)


def _lengths(row: Row, types: Mapping[str, ModuleType | None], knowledge: Knowledge) -> Iterator[Change]:
    now = row["length_mm"]
    reaches = {r.reach_mm for t in types.values() if t for r in t.reaches if r.reach_mm}
    for reach in sorted(reaches, reverse=True):
        if isinstance(now, int) and reach < now:
            yield Change((("length_mm", reach),), f"a run of at most {reach / 1000:g} m", cost=_NEW_PLANT)


def _losses(row: Row, types: Mapping[str, ModuleType | None], knowledge: Knowledge) -> Iterator[Change]:
    if row["line_system"] == "amplified" or row["path_low_mdb"] is None:
        return
    budgets = {r.budget_mdb for t in types.values() if t for r in t.reaches if r.budget_mdb}
    fitted = int(str(row["attenuator_mdb"] or 0))
    for budget in sorted(budgets, reverse=True):
        if budget < int(str(row["path_low_mdb"])):
            words = f"a path that loses at most {budget / 1000:g} dB"
            yield Change((("loss_mdb", budget - fitted),), words, cost=_NEW_PLANT)


def _attenuators(row: Row, types: Mapping[str, ModuleType | None], knowledge: Knowledge) -> Iterator[Change]:
    if row["attenuator_mdb"]:
        yield Change((("attenuator_mdb", 0),), f"no attenuator, where one of {_db(row['attenuator_mdb'])} is now")
    for mdb in ATTENUATORS_MDB:
        words = f"an attenuator of {mdb / 1000:g} dB before each receiver"
        yield Change((("attenuator_mdb", mdb),), words, parts=((f"fixed attenuator {mdb / 1000:g} dB", len(SIDES)),))


def _connector_counts(row: Row, types: Mapping[str, ModuleType | None], knowledge: Knowledge) -> Iterator[Change]:
    now = row["connectors"]
    for count in range(now - 1, -1, -1) if isinstance(now, int) else ():
        yield Change((("connectors", count),), f"at most {count} connectors on the way")


def _mux(row: Row, types: Mapping[str, ModuleType | None], knowledge: Knowledge) -> Iterator[Change]:
    if row["mux_mdb"]:
        yield Change((("mux_mdb", 0),), f"no filters on the way, where they lose {_db(row['mux_mdb'])} now")


def _fecs(row: Row, types: Mapping[str, ModuleType | None], knowledge: Knowledge) -> Iterator[Change]:
    codes = sorted({"none", *(fec for t in types.values() if t for fec in t.host_fecs)})
    for change in _both(row, "fec", codes, "host FEC {value} at {where}"):
        yield Change(change.values, change.words, outage=False, cost=change.cost)


def _lines(row: Row, types: Mapping[str, ModuleType | None], knowledge: Knowledge) -> Iterator[Change]:
    words = {"amplified": "an amplified line", "none": "a line without amplifiers"}
    for word in terms.words("LineSystem"):
        yield Change((("line_system", word),), words.get(word, f"line system {word}"), cost=_NEW_PLANT)


def _osnrs(row: Row, types: Mapping[str, ModuleType | None], knowledge: Knowledge) -> Iterator[Change]:
    for mdb in sorted({t.osnr_min_mdb for t in types.values() if t and t.osnr_min_mdb}):
        yield Change((("osnr_mdb", mdb),), f"an OSNR of at least {mdb / 1000:g} dB")


def _spacings(row: Row, types: Mapping[str, ModuleType | None], knowledge: Knowledge) -> Iterator[Change]:
    for mhz in sorted({t.spacing_min_mhz for t in types.values() if t and t.spacing_min_mhz}):
        yield Change((("spacing_mhz", mhz),), f"channels {mhz / 1000:g} GHz apart")


def _reflectances(row: Row, types: Mapping[str, ModuleType | None], knowledge: Knowledge) -> Iterator[Change]:
    for mdb in sorted({limit for t in types.values() if t for _, limit in t.reflectance}, reverse=True):
        yield Change((("reflectance_mdb", mdb),), f"connectors that reflect at most {mdb / 1000:g} dB")


def _cages(row: Row, types: Mapping[str, ModuleType | None], knowledge: Knowledge) -> Iterator[Change]:
    """Cages that take the module, at one end or at both."""
    taking: dict[str, list[str]] = {}
    for side in SIDES:
        for word in _sockets(types[side], terms.words("FormFactor"), knowledge):
            values: tuple[tuple[str, object], ...] = ((f"{side}_cage", word), (f"{side}_adapter", None))
            yield Change(values, f"{_an(word)} cage at {row[f'{side}_device']}")
            taking.setdefault(word, []).append(side)
    for word, sides in taking.items():
        if len(sides) > 1:
            values = tuple(
                (f"{side}_{name}", new) for side in SIDES for name, new in (("cage", word), ("adapter", None))
            )
            yield Change(values, f"{word} cages at both ends", cost=len(SIDES))


def _sockets(type_: ModuleType | None, sockets: Iterable[str], knowledge: Knowledge) -> list[str]:
    """Those that take a module, its own form factor first."""
    takes = [word for word in sockets if type_ and type_.form_factor in knowledge.takes.get(word, ())]
    return sorted(takes, key=lambda word: (type_ is None or word != type_.form_factor, word))


def _an(word: str) -> str:
    return f"{'an' if word.startswith(('SFP', 'OSFP', 'MPO', 'LC', 'SC', 'SN')) else 'a'} {word}"


def _fibers(row: Row, types: Mapping[str, ModuleType | None], knowledge: Knowledge) -> Iterator[Change]:
    for fiber in sorted({r.fiber for t in types.values() if t for r in t.reaches if r.fiber}):
        if knowledge.fiber_class.get(fiber) in ("SMF", "MMF"):
            yield Change((("fiber_type", fiber),), f"fibre of type {fiber} on the route", cost=_NEW_PLANT)


def _cage_powers(row: Row, types: Mapping[str, ModuleType | None], knowledge: Knowledge) -> Iterator[Change]:
    for side in SIDES:
        power = row[f"{side}_power_high_mw"]
        if isinstance(power, int):
            words = f"a cage that gives {power / 1000:g} W at {row[f'{side}_device']}"
            yield Change(((f"{side}_cage_power_mw", power),), words)


def _device_powers(row: Row, types: Mapping[str, ModuleType | None], knowledge: Knowledge) -> Iterator[Change]:
    for side in SIDES:
        power = row[f"{side}_power_high_mw"]
        if isinstance(power, int):
            words = f"{power / 1000:g} W left for optics at {row[f'{side}_device']}"
            yield Change(((f"{side}_headroom_mw", power),), words)


def _modes(row: Row, types: Mapping[str, ModuleType | None], knowledge: Knowledge) -> Iterator[Change]:
    for side in SIDES:
        modes, mode = row[f"{side}_modes"], row[f"{side}_leg_mode"]
        if isinstance(mode, str) and isinstance(modes, list):
            yield Change(((f"{side}_modes", [*modes, mode]),), f"a port that breaks out to {mode} at end {side}")


def _adapters(row: Row, types: Mapping[str, ModuleType | None], knowledge: Knowledge) -> Iterator[Change]:
    for side in SIDES:
        for adapter in _sockets(types[side], knowledge.adapters, knowledge):
            if row[f"{side}_cage"] in knowledge.adapters[adapter]:
                yield Change(
                    ((f"{side}_adapter", adapter),), f"an {adapter} adapter at end {side}", parts=((adapter, 1),)
                )
        if row[f"{side}_adapter"]:
            yield Change(((f"{side}_adapter", None),), f"no adapter at end {side}")


def _db(value: object) -> str:
    return f"{int(str(value)) / 1000:g} dB"


_NEW_PLANT = (
    10  # another cable, route or line weighs as much as ten cords: for the order of ways out, and which to show
)
_MOVES: Mapping[str, Callable[[Row, Mapping[str, ModuleType | None], Knowledge], Iterator[Change]]] = MappingProxyType(
    {
        "adapter": _adapters,
        "attenuatorDb": _attenuators,
        "breakoutMode": _modes,
        "connectorCount": _connector_counts,
        "fiberType": _fibers,
        "formFactor": _cages,
        "hostFec": _fecs,
        "lengthM": _lengths,
        "lineSystem": _lines,
        "lossDb": _losses,
        "muxDb": _mux,
        "opticsPowerLimitW": _device_powers,
        "osnrDb": _osnrs,
        "plugConnector": _plugs,
        "plugPolish": _polishes,
        "polarity": _polarities,
        "powerLimitW": _cage_powers,
        "reflectanceDb": _reflectances,
        "spacingGhz": _spacings,
        "strands": _strands,
    }
)
