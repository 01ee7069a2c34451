"""Which port a name means: port lists such as 1-4,17 and port names such as Ethernet1/49 or et-0/0/12:1."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["bare_number", "port_list", "port_number", "port_numbers", "same_rate", "same_shape"]

_RANGE = re.compile(r"([0-9]+)(?:-([0-9]+))?")
_HEAD = re.compile(r"(?:[0-9]+\|)?[0-9]+ge(?![a-z])|[a-z][a-z \-]*")
_TOKEN = re.compile(r"\{port\}|\{module\}|[0-9]+|[a-z+]+")
_PORT, _MODULE = "{port}", "{module}"

_ANY = "any rate"
# Interface names that stand for a rate, folded to letters; a device may count its ports anew for each rate.
_RATES = {
    "1G": r"gi|gigabitethernet|1ge",
    "10G": r"te|ten|tengig.*|xgigabitethernet|10ge",
    "25G": r"tf|twe|tfgig.*|twentyfiveg.*|25ge",
    "40G": r"fo|forty.*|40ge",
    "50G": r"fi|fifty.*|50ge",
    "100G": r"hu|hun|hundredg.*|100ge",
    "200G": r"twohundredg.*|200ge",
    "400G": r"fh|fourhundredg.*|400ge",
    "800G": r"eighthundredg.*|800ge",
    _ANY: r"e|et|eth|ethernet|xe|ge|swp",
}
_LEGS = 16  # more lanes than any module has; a higher number is a port
_ONE_COUNT = 3  # IOS XR names a port rack/slot/instance/port, and by the rate of the module in it


def port_numbers(text: str) -> tuple[int, ...]:
    """The numbers in a list such as 1-4,17,21-32, ascending; ValueError if it is not such a list."""
    found: set[int] = set()
    for part in text.split(","):
        if not (match := _RANGE.fullmatch(part.strip())):
            raise ValueError(f"{text!r} is not a list of ports such as 1-4,17")
        first, last = int(match[1]), int(match[2] or match[1])
        if last < first:
            raise ValueError(f"{text!r} counts down; the smaller number comes first")
        found.update(range(first, last + 1))
    return tuple(sorted(found))


def port_list(numbers: Iterable[int]) -> str:
    """Port numbers as the shortest list, such as 1-4,17."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


def port_number(name: str, pattern: str, *, any_rate: bool = False, any_member: bool = False) -> int | None:
    """The number of the front panel port that a name means on a device which names its ports like the pattern.

    A breakout leg is forgiven (Ethernet1/49/2, et-0/0/12:1, swp5s0), so are a sub-interface, short names (Hu0/0/0/3)
    and a lane that is left out (Ethernet49 for Ethernet49/1). What stands before the number must agree: a slot, and
    a rate if the name tells one. `any_rate` forgives another rate where that of a leg or of a module may stand
    (25GE1/0/3:1 on a 100GE port, TenGigE0/0/0/3); `any_member` another first number, as stacks give to their members.
    """
    name, leg = _without_leg(name.strip().casefold(), pattern)
    (head, found), (said, wanted) = _split(name), _split(pattern.casefold())
    if _PORT not in wanted:
        return None
    at = wanted.index(_PORT)
    if len(found) <= at or not found[at].isdigit() or not _before_agrees(found[:at], wanted[:at], any_member):
        return None
    fixed = sum(token == _MODULE or token.isdigit() for token in wanted[:at])
    free_rate = any_rate and (leg or fixed >= _ONE_COUNT)
    if not free_rate and ((leg and _rate(head) != _ANY) or not _head_agrees(head, said, fixed)):
        return None
    return int(found[at]) if _after_agrees(found[at + 1 :], wanted[at + 1 :]) else None


def bare_number(name: str) -> int | None:
    """The number in a name that is nothing but a number, such as 49 or Port 49."""
    match = re.fullmatch(r"(?:port)?\s*([0-9]+)", name.strip().casefold())
    return int(match[1]) if match else None


def same_shape(patterns: Iterable[str]) -> bool:
    """Whether the patterns differ in nothing but the rate that they name, so that one number means one port."""
    return len({tuple(_split(pattern.casefold())[1]) for pattern in patterns}) <= 1


def same_rate(patterns: Iterable[str]) -> bool:
    """Whether the patterns name one rate, or none."""
    return len({_rate(_split(pattern.casefold())[0]) for pattern in patterns}) <= 1


def _without_leg(name: str, pattern: str) -> tuple[str, bool]:
    """The name without sub-interface and channel, and whether it had a channel, whose rate is not the port's."""
    if "." not in pattern:
        name = re.sub(r"(?<=[0-9])\.[0-9]+$", "", name)
    # "1:49" is slot and port; a channel follows a name that is whole without it.
    if "/" in name or name[:1].isalpha():
        shorter = re.sub(r"(?<=[0-9]):[0-9]+$", "", re.sub(r"^(swp[0-9]+)s[0-9]+$", r"\1:0", name))
        return shorter, shorter != name
    return name, False


def _split(text: str) -> tuple[str, list[str]]:
    """The word at the start, folded, and the numbers, words and places after it."""
    match = _HEAD.match(text)
    head = match[0] if match else ""
    return re.sub(r"[^a-z0-9|]", "", head), _TOKEN.findall(text[len(head) :])


def _before_agrees(found: list[str], wanted: list[str], any_member: bool) -> bool:
    several = sum(token.isdigit() for token in wanted) > 1
    return all(
        has == wants
        or (wants == _MODULE and has.isdigit())
        or (any_member and several and place == 0 and has.isdigit() and wants.isdigit())
        for place, (has, wants) in enumerate(zip(found, wanted, strict=True))
    )


def _after_agrees(found: list[str], wanted: list[str]) -> bool:
    """Words after the port must be there; one number may follow or be missing, for it is a lane or a leg."""
    words = [token for token in found if not token.isdigit()]
    lanes = [int(token) for token in found if token.isdigit()]
    return words == [token for token in wanted if not token.isdigit()] and lanes == lanes[:1] and sum(lanes) <= _LEGS


def _head_agrees(head: str, said: str, fixed: int) -> bool:
    if said == "":
        return fixed > 0 or head in ("", "port")
    rates = {_rate(head) for head in re.sub(r"([0-9]+)\|([0-9]+)ge", r"\1ge|\2ge", said).split("|")}
    return _rate(head) in rates


def _rate(head: str) -> str:
    """The rate that an interface name stands for, or the name itself if it stands for none."""
    return next((rate for rate, names in _RATES.items() if re.fullmatch(names, head)), head)
