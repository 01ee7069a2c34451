"""Waivers: findings that somebody accepts, with the reason, the name and the last day, as a TOML file tells them."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from .errors import BadCell, InputError
from .result import Finding

__all__ = ["Waiver", "read_waivers", "rests_of"]

_HEAD = re.compile(r"\s*\[\[\s*waiver\s*\]\]")
_TEXTS = ("reason", "who")
_KEYS = ("finding", "rule", "link", "rests", *_TEXTS, "until")
# What of a link's record a finding on it rests on; site and group change no figure.
_RECORD = (
    "status", "rate_gbps", "fiber_type", "length_m",
    "a_device", "a_port", "a_module", "b_device", "b_port", "b_module",
)  # fmt: skip


@dataclass(frozen=True)
class Waiver:
    """One finding that is accepted, or all of one rule on one link.

    finding  its id; empty where rule and link name it
    rests    what it may rest on, as rests_of tells: on anything else the waiver does not hold
    until    the last day on which it holds
    place    file and line it was read from
    """

    finding: str
    rule: str
    link: str
    rests: tuple[str, ...]
    reason: str
    who: str
    until: date
    place: tuple[str, int]

    @property
    def about(self) -> str:
        """What is waived, in words."""
        return f"{self.rule} on {self.link}" if self.rule and self.link else f"finding {self.finding}"


def rests_of(finding: Finding, record: Mapping[str, object]) -> str:
    """A digest of what the finding says, its figures and sources, and of its link's record, which is {} if it has none.

    The words count too, since they name settings that are no figure: one that is told anew is to be looked at anew.
    """
    told = (finding.severity, finding.message, finding.found, finding.limit, finding.unit, finding.estimated)
    rests = (*told, finding.sources, finding.disputes, tuple(str(record.get(name, "")) for name in _RECORD))
    return hashlib.sha256(repr(rests).encode("utf-8", "backslashreplace")).hexdigest()[:16]


def read_waivers(files: Sequence[Path]) -> tuple[Waiver, ...]:
    """The waivers of TOML files, each a table [[waiver]], in the order given.

    Raises InputError with every bad place.
    """
    waivers: list[Waiver] = []
    bad: list[BadCell] = []
    for file in files:
        for line, told in _tables(file):
            wrong = list(_wrong(str(file), line, told))
            bad += wrong
            if not wrong:
                waivers.append(_waiver(str(file), line, told))
    if bad:
        raise InputError(cells=tuple(bad))
    return tuple(waivers)


def _tables(file: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Each [[waiver]] with the line it starts on."""
    try:
        text = file.read_text(encoding="utf-8-sig")
        told = tomllib.loads(text)
    except OSError as error:
        raise InputError(f"{file}: cannot be read: {(error.strerror or str(error)).lower()}") from error
    except ValueError as error:  # tomllib names line and column
        raise InputError(f"{file}: found no TOML: {error}; expected tables [[waiver]]") from error
    tables = told.get("waiver", [])
    if set(told) - {"waiver"} or not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
        found = ", ".join(sorted(set(told) - {"waiver"})) or "a single waiver"
        raise InputError(f"{file}: found {found}; expected nothing but tables [[waiver]]")
    lines = [number for number, line in enumerate(text.splitlines(), 1) if _HEAD.match(line)]
    lines += [0] * len(tables)  # a list written in one line has no heads
    yield from zip(lines, tables, strict=False)


def _wrong(file: str, line: int, told: Mapping[str, Any]) -> Iterator[BadCell]:
    for key in sorted(set(told) - set(_KEYS)):
        yield BadCell(file, line, key, "a key that nobody knows", ", ".join(_KEYS))
    for key in ("finding", "rule", "link"):
        if not isinstance(told.get(key, ""), str):
            yield BadCell(file, line, key, repr(told[key]), "a text")
    if not told.get("finding") and not (told.get("rule") and told.get("link")):
        yield BadCell(file, line, "finding", "none", "the id of a finding, or rule and link")
    for key in _TEXTS:
        if not isinstance(told.get(key), str) or not told[key].strip():
            yield BadCell(file, line, key, repr(told.get(key, "nothing")), "a text that is not empty")
    rests = _listed(told.get("rests"))
    if not rests or not all(isinstance(each, str) and each for each in rests):
        expected = "what the finding rests on, as opticgraph audit DESIGN --format waivers writes it"
        yield BadCell(file, line, "rests", repr(told.get("rests", "nothing")), expected)
    if _date(told.get("until")) is None:
        yield BadCell(file, line, "until", repr(told.get("until", "nothing")), "a day such as 2027-03-31")


def _waiver(file: str, line: int, told: Mapping[str, Any]) -> Waiver:
    until = _date(told["until"])
    assert until is not None
    named = {key: told.get(key, "") for key in ("finding", "rule", "link")}
    texts = {key: told[key].strip() for key in _TEXTS}
    return Waiver(**named, **texts, rests=tuple(_listed(told["rests"])), until=until, place=(file, line))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _date(value: Any) -> date | None:
    if isinstance(value, datetime):
        return None  # a waiver ends with a day, not at an hour
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    return value if isinstance(value, date) else None
