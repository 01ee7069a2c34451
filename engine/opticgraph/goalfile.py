"""A goal read from a TOML or Turtle file; what is wrong in it is said with place, what was found and expected."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from . import goalcells as cells
from .errors import DesignError
from .goal import AIMS, Goal, Lead, Risk, Service, Target, Windows
from .goalcells import Place, Reader
from .goalturtle import table_of
from .strategies import STRATEGIES

__all__ = ["read_goal"]


def read_goal(file: Path) -> Goal:
    """Read a goal, in Turtle from a .ttl file, else in TOML. Raises DesignError that lists every bad place."""
    held = _held(file)
    place = Place(str(file), "", [])
    told = cells.table(_GOAL)(place, held)
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
    aims, weighted = objective
    return replace(goal, objective=aims, weighted=weighted)


def _held(file: Path) -> object:
    """What stands in the file, as tables, lists and values."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DesignError(f"{file}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise DesignError(f"{file}: could not be read as UTF-8 text: {error}") from error
    if file.suffix == ".ttl":
        return table_of(text, str(file))
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise DesignError(f"{file}: found no TOML: {error}; expected a goal such as docs/plan.md describes") from error


_NAMES = {
    "to": "to_gbps",
    "target": "targets",
    "service": "services",
    "floor": "floors",
    "risk": "risks",
    "survive_failure": "survive",
}


def _target(place: Place, told: Mapping[str, Any]) -> Target | None:
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


def _span(place: Place, told: Mapping[str, Any]) -> tuple[date, date]:
    first, last = told["from"], told["to"]
    if last < first:
        place.wrong(f"{first} to {last}", "a first day and a last day")
    return first, last


_MOST_DAYS = 2000  # windows that a calendar is written out for


def _windows(place: Place, told: Mapping[str, Any]) -> Windows:
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


def _timed(place: Place, told: Mapping[str, Any]) -> None:
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


def _objective(place: Place, value: object) -> tuple[tuple[tuple[str, int], ...], bool]:
    if isinstance(value, dict):
        weights = tuple(
            (cells.word(AIMS)(place, name), cells.whole(place.at(name), weight)) for name, weight in value.items()
        )
        return tuple(sorted(weights)), True
    names = cells.words(AIMS)(place, value)
    return tuple((name, 1) for name in dict.fromkeys((*names, *AIMS))), False


def _leads(place: Place, value: object) -> tuple[Lead, ...]:
    return tuple(Lead(part, days) for part, days in cells.amounts(cells.whole)(place, value).items())


_MINUTES = ("minutes", "drain_minutes", "change_minutes", "host_minutes", "check_minutes")
_ONE = partial(cells.whole, least=1)
_WINDOWS: Mapping[str, Reader] = {
    "days": cells.days,
    "first": cells.day,
    "every_days": _ONE,
    "most": _ONE,
    "hands": _ONE,
    "hands_a_site": _ONE,
    "sites": _ONE,
    "soak": cells.whole,
    "soak_days": cells.whole,
    **dict.fromkeys(_MINUTES, cells.whole),
    "freeze": cells.tables(cells.of(_span, {"from": cells.day, "to": cells.day}, needs=("from", "to"))),
}
_TARGET: Mapping[str, Reader] = {
    "links": cells.texts,
    "between": cells.texts,
    "rate": cells.rate,
    "by": cells.day,
    "strategies": cells.words(STRATEGIES),
}
_SERVICE: Mapping[str, Reader] = {"name": cells.text, "a": cells.text, "b": cells.text, "floor_gbps": _ONE}
_RISK: Mapping[str, Reader] = {"name": cells.text, "links": cells.texts}
_GOAL: Mapping[str, Reader] = {
    "to": cells.rate,
    "target": cells.tables(cells.of(_target, _TARGET)),
    "service": cells.tables(cells.of(lambda _, told: Service(**told), _SERVICE, needs=tuple(_SERVICE))),
    "floor": cells.amounts(cells.whole),
    "windows": cells.of(_windows, _WINDOWS),
    "stock": cells.amounts(cells.whole),
    "buy": cells.yes,
    "lead": _leads,
    "budget": cells.number,
    "power_w": cells.amounts(cells.number),
    "forbidden": cells.words(STRATEGIES),
    "no_connectors": cells.texts,
    "makers": cells.texts,
    "hosts": cells.pairs,
    "may_be_down": cells.texts,
    "resets_device": cells.texts,
    "lag": cells.word(("together", "apart")),
    "survive_failure": cells.yes,
    "risk": cells.tables(cells.of(lambda _, told: Risk(**told), _RISK, needs=tuple(_RISK))),
    "unknown": cells.word(("leave", "plan")),
    "objective": _objective,
    "prices": cells.text,
    "work": lambda place, value: float(cells.number(place, value)),
    "seed": cells.whole,
}
