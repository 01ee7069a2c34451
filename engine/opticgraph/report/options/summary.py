"""Options put in the order an architect asks: does the link get there, by which way, and what refuses the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType

from ...choices import Flip, LinkOptions, Option, Rejected
from ...design import SIDES

__all__ = [
    "OUTCOMES", "Refusal", "by_strategy", "comes_in", "ends", "gbps", "mirrored", "moved", "offered", "outcome",
    "refusals", "sign", "then", "warnings",
]  # fmt: skip

# What may come of a link, best first, and how that is said of one.
OUTCOMES: Mapping[str, str] = MappingProxyType(
    {
        "reaches": "can have the wanted rate",
        "step": "can take a step towards it",
        "depends": "may, once what is missing is known",
        "nothing": "has no way yet",
        "there": "has the wanted rate",
    }
)


def offered(each: LinkOptions) -> list[Option]:
    """The options that change something, in the order given."""
    return [option for option in each.options if option.strategy != "stay"]


def outcome(each: LinkOptions) -> str:
    """One of OUTCOMES; a step is an option that works below the wanted rate, such as a leg of a breakout."""
    found = offered(each)
    working = [option for option in found if option.verdict == "works"]
    wanted = each.wanted_gbps
    if wanted is None:
        return "there"
    if any((option.rate_gbps or 0) >= wanted for option in working):
        return "reaches"
    return "step" if working else "depends" if found else "nothing"


def by_strategy(options: Iterable[Option]) -> list[tuple[str, list[list[Option]]]]:
    """Each strategy with its options, the best first; an option and its mirror image stand together."""
    told = []
    for strategy, group in groupby(options, key=lambda option: option.strategy):
        images: dict[object, list[Option]] = {}
        for option in group:
            key = (_pair(option), option.verdict, option.rate_gbps, option.work.outage, option.needs)
            images.setdefault(key, []).append(option)
        # Alike in all of this and still not mirrored: the same modules in other seats, told one by one.
        same = [part for several in images.values() for part in _images(several)]
        told.append((strategy, same))
    return told


def _images(options: Sequence[Option]) -> list[list[Option]]:
    if len(options) == 2 and options[0].a_module == options[1].b_module != options[0].b_module:
        return [list(options)]
    return [[option] for option in options]


@dataclass(frozen=True)
class Refusal:
    """Refusals that the same rules make and the same change would flip: the nearest stands for all."""

    nearest: Rejected
    all: tuple[Rejected, ...]

    @property
    def flips(self) -> tuple[Flip, ...]:
        """What would flip it, the nearest first."""
        return self.nearest.flips


def refusals(rejected: Iterable[Rejected]) -> list[tuple[str, list[Refusal]]]:
    """Each strategy with its refusals, those that need least first; mirror images and those alike are told once."""
    strategies: dict[str, list[Rejected]] = {}
    for each in rejected:
        strategies.setdefault(each.strategy, []).append(each)
    told = []
    for strategy, own in strategies.items():
        pairs: dict[object, str] = {}
        groups: dict[object, list[Rejected]] = {}
        for each in sorted(own, key=_nearness):
            # A mirror image goes where its twin went, though its way out names the other end.
            key = pairs.setdefault((_pair(each), each.rules), each.flips[0].words if each.flips else "")
            groups.setdefault((each.rules, key), []).append(each)
        told.append((strategy, [Refusal(group[0], tuple(group)) for group in groups.values()]))
    return told


def mirrored(each: Sequence[Option] | Sequence[Rejected]) -> bool:
    """Whether these are one pair of modules, either way round."""
    return len(each) == 2 and each[0].a_module == each[1].b_module != each[0].b_module == each[1].a_module


def moved(option: Option) -> list[str]:
    """Ports that the option uses in place of those of now."""
    return [
        f"{side}: {_port(option, side, 1)} instead of {_port(option, side, 0)}"
        for side in SIDES
        if f"{side}_port" in option.changes or f"{side}_device" in option.changes
    ]


def _port(option: Option, side: str, then: int) -> str:
    """A port now (0) or then (1), with the device where that changes too."""
    device, port = (option.changes.get(f"{side}_{name}") for name in ("device", "port"))
    if device is None or option.adds is None:
        return str(port[then]) if port else ""
    return f"{device[then]} {port[then] if port else option.adds[f'{side}_port']}"


def ends(each: Option | Rejected) -> str:
    """The modules of both ends, once if they are the same."""
    a, b = each.a_module or "an unknown module", each.b_module or "an unknown module"
    told = f"2 x {a}" if a == b else f"{a} to {b}"
    changes = each.changes if isinstance(each, Option) else {}
    moved = [
        f"end {side} in {changes[f'{side}_port'][1]}"
        for side in SIDES
        if f"{side}_port" in changes and f"{side}_module" not in changes
    ]
    return f"{told}, {' and '.join(moved)}" if moved else told


def comes_in(option: Option) -> str:
    """The link that an option adds, in one line; empty where it adds none."""
    row = option.adds
    if row is None:
        return ""
    told = [f"{row[f'{s}_device']} {row[f'{s}_port']} ({row[f'{s}_module'] or 'an unknown module'})" for s in SIDES]
    return f"new link {row['link']}, still {gbps(option.rate_gbps)}: {' to '.join(told)}"


def gbps(rate: int | None) -> str:
    """`400G`."""
    return f"{rate}G" if rate else "an unknown rate"


def sign(option: Option) -> str:
    """+ for what works, ? for what cannot be told yet."""
    return "+" if option.verdict == "works" else "?"


def then(flip: Flip) -> str:
    """What a flip leaves open, in brackets; nothing where all is known."""
    return "" if flip.verdict == "works" else f" (then {flip.verdict}: {'; '.join(flip.needs)})"


def warnings(each: Option) -> list[str]:
    """What the rules warn of, each sentence once."""
    return list(dict.fromkeys(finding.message for finding in each.findings if finding.severity == "warning"))


def _pair(each: Option | Rejected) -> tuple[str, str]:
    low, high = sorted((each.a_module or "", each.b_module or ""))
    return low, high


def _nearness(rejected: Rejected) -> tuple[object, ...]:
    first = rejected.flips[0] if rejected.flips else None
    open_ended = first is None or first.verdict != "works"
    return (
        first is None, len(first.changes) if first else 0, open_ended, first.cost if first else 0,
        len(rejected.rules), rejected.a_interface != rejected.b_interface,
        str(rejected.a_module), str(rejected.b_module),
    )  # fmt: skip
