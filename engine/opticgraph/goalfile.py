"""A goal read from a TOML file; what is wrong in it is said with its place, what was found and what was expected."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Any

from .errors import BadCell, DesignError
from .goal import AIMS, Goal, Lead, Risk, Service, Target, Windows
from .strategies import STRATEGIES

__all__ = ["read_goal"]

Reader = Callable[["_Place", object], Any]


def read_goal(file: Path) -> Goal:
    """Read a goal. Raises DesignError that lists every bad place."""
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8-sig"), parse_float=Decimal)
    except OSError as error:
        raise DesignError(f"{file}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise DesignError(f"{file}: could not be read as UTF-8 text: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise DesignError(f"{file}: found no TOML: {error}; expected a goal such as docs/plan.md describes") from error
    place = _Place(str(file), "", [])
    told = _table(_GOAL)(place, table)
    if place.bad:
        raise DesignError(cells=tuple(place.bad))
    windows = told.pop("windows", Windows())
    stock, leads = told.pop("stock", ()), told.pop("lead", ())
    renamed = {_NAMES.get(name, name): value for name, value in told.items()}
    objective = renamed.pop("objective", None)
    goal = Goal(windows=windows, stock=dict(stock), leads=leads, **renamed)
    if goal.prices:
        goal = replace(goal, prices=str(file.parent / goal.prices))
    if objective is None:
        return goal
    pairs, weighted = objective
    return replace(goal, objective=pairs, weighted=weighted)


_NAMES = {
    "to": "to_gbps",
    "target": "targets",
    "service": "services",
    "floor": "floors",
    "risk": "risks",
    "survive_failure": "survive",
}


class _Place:
    """Where a reader is, and what it found wrong so far in the whole file."""

    def __init__(self, file: str, path: str, bad: list[BadCell]) -> None:
        self.file, self.path, self.bad = file, path, bad

    def at(self, name: str) -> _Place:
        return _Place(self.file, f"{self.path}.{name}" if self.path else name, self.bad)

    def wrong(self, found: object, expected: str) -> None:
        self.lacks(repr(found) if isinstance(found, str) else str(found), expected)

    def lacks(self, found: str, expected: str) -> None:
        self.bad.append(BadCell(self.file, 0, self.path, found, expected))


def _table(readers: Mapping[str, Reader], *, needs: Sequence[str] = ()) -> Reader:
    def read(place: _Place, value: object) -> dict[str, Any]:
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


def _tables(reader: Reader) -> Reader:
    def read(place: _Place, value: object) -> tuple[Any, ...]:
        if not isinstance(value, list):
            place.wrong(value, f"tables, each below [[{place.path}]]")
            return ()
        return tuple(reader(place.at(str(nth)), each) for nth, each in enumerate(value, 1))

    return read


def _whole(place: _Place, value: object, *, least: int = 0) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        place.wrong(value, f"a whole number from {least} on")
        return least
    return value


def _number(place: _Place, value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not Decimal(value).is_finite() or value < 0:
        place.wrong(value, "a number from 0 on")
        return Decimal(0)
    return Decimal(value)


def _yes(place: _Place, value: object) -> bool:
    if not isinstance(value, bool):
        place.wrong(value, "true or false")
    return value is True


def _text(place: _Place, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        place.wrong(value, "a name in quotes")
        return ""
    return value.strip()


def _texts(place: _Place, value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        place.wrong(value, 'a list of names such as ["a", "b"]')
        return ()
    return tuple(_text(place, each) for each in value)


def _word(words: Sequence[str]) -> Reader:
    def read(place: _Place, value: object) -> str:
        if value not in words:
            near = get_close_matches(str(value), words, n=1)
            place.wrong(value, f"one of {', '.join(words)}" + (f"; nearest: {near[0]}" if near else ""))
            return words[0]
        return str(value)

    return read


def _words(words: Sequence[str]) -> Reader:
    def read(place: _Place, value: object) -> tuple[str, ...]:
        return tuple(_word(words)(place, each) for each in _texts(place, value))

    return read


def _rate(place: _Place, value: object) -> int:
    digits = str(value).strip().upper().removesuffix("G")
    if isinstance(value, bool) or not digits.isdigit() or not 1 <= int(digits) <= 100_000:
        place.wrong(value, 'a rate such as "400G"')
        return 1
    return int(digits)


def _day(place: _Place, value: object) -> date:
    if isinstance(value, datetime) or not isinstance(value, date):
        place.wrong(value, "a day such as 2027-01-12, without quotes")
        return date.min
    return value


def _days(place: _Place, value: object) -> tuple[date, ...]:
    if not isinstance(value, list):
        place.wrong(value, "a list of days such as [2027-01-12, 2027-01-19]")
        return ()
    return tuple(sorted({_day(place, each) for each in value}))


def _of(make: Callable[..., Any], readers: Mapping[str, Reader], *, needs: Sequence[str] = ()) -> Reader:
    def read(place: _Place, value: object) -> Any:
        before = len(place.bad)
        told = _table(readers, needs=needs)(place, value)
        return make(place, told) if len(place.bad) == before else None

    return read


def _target(place: _Place, told: Mapping[str, Any]) -> Target | None:
    between = told.get("between")
    if bool(told.get("links")) == bool(between):
        place.lacks("links and between" if between else "neither links nor between", "one of the two")
        return None
    if between and len(between) != 2:
        place.at("between").wrong(", ".join(between), "two devices")
        return None
    if told.get("rate") is None and not told.get("strategies"):
        place.at("rate").lacks("nothing", 'a rate such as "400G", or strategies')
        return None
    return Target(told.get("links", ()), between, told.get("rate"), told.get("by"), told.get("strategies", ()))


def _span(place: _Place, told: Mapping[str, Any]) -> tuple[date, date]:
    first, last = told["from"], told["to"]
    if last < first:
        place.wrong(f"{first} to {last}", "a first day and a last day")
    return first, last


_MOST_DAYS = 2000  # windows that a calendar is written out for


def _windows(place: _Place, told: Mapping[str, Any]) -> Windows:
    days: tuple[date, ...] = told.get("days", ())
    first, every, most = told.get("first"), told.get("every_days", 7), told.get("most")
    if days and first:
        place.at("first").wrong(first, "either days, or first and every_days")
    frozen = told.get("freeze", ())

    def free(day: date) -> bool:
        return not any(since <= day <= until for since, until in frozen)

    if first is not None:
        wanted = most if most is not None else _MOST_DAYS
        each = (first + timedelta(days=every * nth) for nth in range(_MOST_DAYS))
        days = tuple([day for day in each if free(day)][:wanted])
    elif frozen and not days:
        place.at("freeze").lacks("days of no work", "windows with days: give days, or first and every_days")
    if told.get("soak_days") and not (days or first):
        place.at("soak_days").wrong(told["soak_days"], "windows with days, or soak in windows")
    kept = tuple(day for day in days if free(day))
    named = ("hands", "hands_a_site", "sites", "soak", "soak_days", *_MINUTES)
    _timed(place, told)
    return Windows(days=kept, most=most, **{name: told[name] for name in named if name in told})


def _timed(place: _Place, told: Mapping[str, Any]) -> None:
    """Say what is wrong with how long a window is and what takes time in it."""
    open_ = told.get("minutes")
    if open_ is None:
        return
    if not told.get("change_minutes"):
        place.at("change_minutes").lacks("nothing", "how long a change takes, as minutes says how long a window is")
    longest = max(told.get("change_minutes", 0), told.get("host_minutes", 0))
    needed = told.get("drain_minutes", 0) + longest + told.get("check_minutes", 0)
    if open_ < needed:
        place.at("minutes").wrong(open_, f"at least {needed}, which draining, the longest change and checks take")


def _objective(place: _Place, value: object) -> tuple[tuple[tuple[str, int], ...], bool]:
    if isinstance(value, dict):
        pairs = tuple((_word(AIMS)(place, name), _whole(place.at(name), weight)) for name, weight in value.items())
        return tuple(sorted(pairs)), True
    names = _words(AIMS)(place, value)
    return tuple((name, 1) for name in dict.fromkeys((*names, *AIMS))), False


def _amounts(reader: Reader) -> Reader:
    """A table of names with their numbers."""

    def read(place: _Place, value: object) -> dict[str, Any]:
        if not isinstance(value, dict):
            place.wrong(value, "a table of names and numbers")
            return {}
        return {name: reader(place.at(name), each) for name, each in sorted(value.items())}

    return read


def _pairs(place: _Place, value: object) -> tuple[tuple[str, str], ...]:
    """A table of names with a name each, in the order in which they stand."""
    if not isinstance(value, dict):
        place.wrong(value, "a table of names and names")
        return ()
    return tuple((name, _text(place.at(name), each)) for name, each in value.items())


def _leads(place: _Place, value: object) -> tuple[Lead, ...]:
    return tuple(Lead(part, days) for part, days in _amounts(_whole)(place, value).items())


_MINUTES = ("minutes", "drain_minutes", "change_minutes", "host_minutes", "check_minutes")
_ONE = partial(_whole, least=1)
_WINDOWS: Mapping[str, Reader] = {
    "days": _days,
    "first": _day,
    "every_days": _ONE,
    "most": _ONE,
    "hands": _ONE,
    "hands_a_site": _ONE,
    "sites": _ONE,
    "soak": _whole,
    "soak_days": _whole,
    **dict.fromkeys(_MINUTES, _whole),
    "freeze": _tables(_of(_span, {"from": _day, "to": _day}, needs=("from", "to"))),
}
_TARGET: Mapping[str, Reader] = {
    "links": _texts,
    "between": _texts,
    "rate": _rate,
    "by": _day,
    "strategies": _words(STRATEGIES),
}
_SERVICE: Mapping[str, Reader] = {"name": _text, "a": _text, "b": _text, "floor_gbps": _ONE}
_GOAL: Mapping[str, Reader] = {
    "to": _rate,
    "target": _tables(_of(_target, _TARGET)),
    "service": _tables(_of(lambda _, told: Service(**told), _SERVICE, needs=tuple(_SERVICE))),
    "floor": _amounts(_whole),
    "windows": _of(_windows, _WINDOWS),
    "stock": _amounts(_whole),
    "buy": _yes,
    "lead": _leads,
    "budget": _number,
    "power_w": _amounts(_number),
    "forbidden": _words(STRATEGIES),
    "no_connectors": _texts,
    "makers": _texts,
    "hosts": _pairs,
    "may_be_down": _texts,
    "resets_device": _texts,
    "lag": _word(("together", "apart")),
    "survive_failure": _yes,
    "risk": _tables(_of(lambda _, told: Risk(**told), {"name": _text, "links": _texts}, needs=("name", "links"))),
    "unknown": _word(("leave", "plan")),
    "objective": _objective,
    "prices": _text,
    "work": lambda place, value: float(_number(place, value)),
    "seed": _whole,
}
