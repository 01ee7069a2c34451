"""Single cells of a goal, whatever its format: what each must be, and where it is not, place, found and expected."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from .errors import BadCell

__all__ = [
    "Place", "Reader", "amounts", "day", "days", "number", "of", "pairs", "rate", "table", "tables", "text", "texts",
    "whole", "word", "words", "yes",
]  # fmt: skip

Reader = Callable[["Place", object], Any]


class Place:
    """Where a reader is, and what it found wrong so far in the whole file."""

    def __init__(self, file: str, path: str, bad: list[BadCell]) -> None:
        self.file, self.path, self.bad = file, path, bad

    def at(self, name: str) -> Place:
        return Place(self.file, f"{self.path}.{name}" if self.path else name, self.bad)

    def wrong(self, found: object, expected: str) -> None:
        self.lacks(repr(found) if isinstance(found, str) else str(found), expected)

    def lacks(self, found: str, expected: str) -> None:
        self.bad.append(BadCell(self.file, 0, self.path, found, expected))


def table(readers: Mapping[str, Reader], *, needs: Sequence[str] = ()) -> Reader:
    """A table with these cells and no others; needs are those that have to be there."""

    def read(place: Place, value: object) -> dict[str, Any]:
        if not isinstance(value, dict):
            place.wrong(value, f"a table with {', '.join(readers)}")
            return {}
        for name in value.keys() - readers.keys():
            near = get_close_matches(name, readers, n=1)
            place.at(name).lacks("a name nobody knows", near[0] if near else f"one of {', '.join(readers)}")
        for name in needs:
            if name not in value:
                place.at(name).lacks("nothing", "a value: it has to be given")
        return {name: reader(place.at(name), value[name]) for name, reader in readers.items() if name in value}

    return read


def tables(reader: Reader) -> Reader:
    """Several tables, one after another."""

    def read(place: Place, value: object) -> tuple[Any, ...]:
        if not isinstance(value, list):
            place.wrong(value, f"tables, each below [[{place.path}]]")
            return ()
        return tuple(reader(place.at(str(nth)), each) for nth, each in enumerate(value, 1))

    return read


def whole(place: Place, value: object, *, least: int = 0) -> int:
    """A whole number from the least on."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        place.wrong(value, f"a whole number from {least} on")
        return least
    return value


def number(place: Place, value: object) -> Decimal:
    """A number from 0 on."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not Decimal(value).is_finite() or value < 0:
        place.wrong(value, "a number from 0 on")
        return Decimal(0)
    return Decimal(value)


def yes(place: Place, value: object) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        place.wrong(value, "true or false")
    return value is True


def text(place: Place, value: object) -> str:
    """A name."""
    if not isinstance(value, str) or not value.strip():
        place.wrong(value, "a name in quotes")
        return ""
    return value.strip()


def texts(place: Place, value: object) -> tuple[str, ...]:
    """Names in a list."""
    if not isinstance(value, list):
        place.wrong(value, 'a list of names such as ["a", "b"]')
        return ()
    return tuple(text(place, each) for each in value)


def word(words: Sequence[str]) -> Reader:
    """One of some words."""

    def read(place: Place, value: object) -> str:
        if value not in words:
            near = get_close_matches(str(value), words, n=1)
            place.wrong(value, f"one of {', '.join(words)}" + (f"; nearest: {near[0]}" if near else ""))
            return words[0]
        return str(value)

    return read


def words(words: Sequence[str]) -> Reader:
    """Some of these words, in a list."""

    def read(place: Place, value: object) -> tuple[str, ...]:
        return tuple(word(words)(place, each) for each in texts(place, value))

    return read


def rate(place: Place, value: object) -> int:
    digits = str(value).strip().upper().removesuffix("G")
    """A rate in Gb/s, also with a G behind it."""
    if isinstance(value, bool) or not digits.isdigit() or not 1 <= int(digits) <= 100_000:
        place.wrong(value, 'a rate such as "400G"')
        return 1
    return int(digits)


def day(place: Place, value: object) -> date:
    """A day."""
    if isinstance(value, datetime) or not isinstance(value, date):
        place.wrong(value, "a day such as 2027-01-12, without quotes")
        return date.min
    return value


def days(place: Place, value: object) -> tuple[date, ...]:
    """Days in a list, in order and once each."""
    if not isinstance(value, list):
        place.wrong(value, "a list of days such as [2027-01-12, 2027-01-19]")
        return ()
    return tuple(sorted({day(place, each) for each in value}))


def of(make: Callable[..., Any], readers: Mapping[str, Reader], *, needs: Sequence[str] = ()) -> Reader:
    """What is made of a table, where nothing in it is wrong."""

    def read(place: Place, value: object) -> Any:
        before = len(place.bad)
        told = table(readers, needs=needs)(place, value)
        return make(place, told) if len(place.bad) == before else None

    return read


def amounts(reader: Reader) -> Reader:
    """A table of names with their numbers."""

    def read(place: Place, value: object) -> dict[str, Any]:
        if not isinstance(value, dict):
            place.wrong(value, "a table of names and numbers")
            return {}
        return {name: reader(place.at(name), each) for name, each in sorted(value.items())}

    return read


def pairs(place: Place, value: object) -> tuple[tuple[str, str], ...]:
    """A table of names with a name each, in the order in which they stand."""
    if not isinstance(value, dict):
        place.wrong(value, "a table of names and names")
        return ()
    return tuple((name, text(place.at(name), each)) for name, each in value.items())
