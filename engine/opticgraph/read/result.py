"""An audit that was written as JSON before, read again: verdicts and findings, without the record they rest on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ..design import Account
from ..errors import BadCell, DesignError
from ..result import SEVERITIES, VERDICTS, Audit, Coverage, Finding, Verdict

__all__ = ["baseline_of", "read_result"]

_EXPECTED = "what `opticgraph audit --format json` wrote"


def read_result(file: Path) -> Audit | None:
    """The audit in a file; None where the file is no JSON object with verdicts, so may be a design.

    Raises DesignError where it has verdicts but is not what an audit writes.
    """
    try:
        with file.open("rb") as held:
            if held.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")[:1] != b"{":
                return None
        told = json.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        return None  # the readers of designs say what is wrong with it
    if not isinstance(told, dict) or "verdicts" not in told:
        return None
    try:
        return _audit(told)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        found = f"no {error}" if isinstance(error, KeyError) else str(error)
        raise DesignError(cells=(BadCell(str(file), 0, "", f"a result with {found}", _EXPECTED),)) from error


def baseline_of(file: Path) -> Audit:
    """The audit in a file that must hold one. Raises DesignError for anything else."""
    found = "no such file" if not file.is_file() else "something else"
    result = read_result(file) if file.is_file() else None
    if result is None:
        raise DesignError(cells=(BadCell(str(file), 0, "", found, _EXPECTED),))
    return result


def _audit(told: Mapping[str, Any]) -> Audit:
    verdicts = tuple(_verdict(each) for each in told["verdicts"])
    counts = {word: sum(each.verdict == word for each in verdicts) for word in VERDICTS}
    return Audit(
        version=str(told["opticgraph"]),
        trust=str(told["trust"]),
        verdicts=verdicts,
        findings=tuple(_finding(each) for each in told["findings"]),
        coverage=tuple(Coverage(**each) for each in told["coverage"]),
        read=Account(files=tuple(told["read"]["files"])),
        counts=MappingProxyType({"links": len(verdicts), **counts}),
    )


def _verdict(told: Mapping[str, Any]) -> Verdict:
    lists = {name: tuple(told[name]) for name in ("rules", "assumed", "not_judged", "contested")}
    lists["disputes"] = tuple(told.get("disputes", ()))
    return Verdict(link=str(told["link"]), verdict=_one_of(VERDICTS, told["verdict"]), judged=told["judged"], **lists)


def _finding(told: Mapping[str, Any]) -> Finding:
    """A finding as it was written; what JSON leaves out of it stays empty."""
    named = {name: told[name] for name in ("id", "rule", "nature", "link", "end", "subject", "message")}
    figures = {name: told[name] for name in ("found", "limit", "unit", "estimated", "contested")}
    place = told["input"]
    return Finding(
        **named,
        **figures,
        severity=_one_of(SEVERITIES, told["severity"]),
        links=tuple(told["links"]),
        sources=tuple(told["sources"]),
        input=None if place is None else (place["file"], place["row"]),
        fault="",
        shape="",
        focus="",
        path=None,
        value=None,
        waived=told.get("waived"),
        known=bool(told.get("known", False)),
    )


def _one_of(words: tuple[str, ...], found: Any) -> str:
    if found not in words:
        raise ValueError(f"{found!r} where one of {', '.join(words)} stands")
    return str(found)
