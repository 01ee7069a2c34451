"""A user's catalogue as a table: parts the shipped catalogue lacks, or knows otherwise.

One row a part. `part` and `sold_as` (a catalogue id) are required; a figure left empty is inherited. `own.ttl` says
the same and more; see docs/data.md.
"""

from __future__ import annotations

import csv
import re
from decimal import Decimal, InvalidOperation
from pathlib import Path
from types import MappingProxyType

from . import terms
from .errors import BadCell, CatalogError

__all__ = ["COLUMNS", "COUNT", "triples"]

OPTIC = "https://w3id.org/opticgraph/ontology#"
PART = "https://w3id.org/opticgraph/catalog#"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

COUNT = "count"
# Column -> (property, closed list, or "" for a decimal, or COUNT for a whole number).
COLUMNS = MappingProxyType(
    {
        "power_w": ("powerW", ""),
        "launch_min_dbm": ("launchMinDbm", ""),
        "launch_max_dbm": ("launchMaxDbm", ""),
        "receive_min_dbm": ("receiveMinDbm", ""),
        "overload_dbm": ("overloadDbm", ""),
        "connector": ("connector", "Connector"),
        "polish": ("polish", "Polish"),
        "host_fec": ("hostFec", "Fec"),
        "form_factor": ("formFactor", "FormFactor"),
        "band": ("band", "Band"),
        "fibers": ("fibers", COUNT),
    }
)
_REACH = MappingProxyType({"reach_m": "reachM", "loss_budget_db": "lossBudgetDb"})
_TEXT = ("part", "maker", "sold_as", "fiber", "note")


def triples(file: Path) -> list[tuple[str, str, str]]:
    """Subject, property and N-Triples value of all that the table says.

    Raises CatalogError listing every bad cell: row, column, found, expected.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            rows = list(enumerate(reader, start=2))
            header = [name.strip().lower() for name in reader.fieldnames or ()]
    except UnicodeDecodeError as error:
        raise CatalogError(f"{file.name}: found bytes that are not UTF-8 at {error.start}; expected UTF-8") from error
    except (OSError, csv.Error) as error:
        raise CatalogError(f"{file.name}: could not be read: {error}") from error
    known = {*_TEXT, *COLUMNS, *_REACH}
    bad = [
        BadCell(file.name, 1, name, "a column nobody knows", ", ".join(sorted(known)))
        for name in header
        if name not in known
    ]
    bad += [
        BadCell(file.name, 1, name, "no such column", "one row a part with part and sold_as")
        for name in ("part", "sold_as")
        if name not in header
    ]
    said: list[tuple[str, str, str]] = []
    if not bad:
        for at, row in rows:
            cells = {
                str(name).strip().lower(): (value or "").strip()
                for name, value in row.items()
                if isinstance(value, str)
            }
            if any(cells.values()):
                said += _part(file, at, cells, bad)
    if bad:
        raise CatalogError(cells=tuple(bad))
    return said


def _part(file: Path, at: int, cells: dict[str, str], bad: list[BadCell]) -> list[tuple[str, str, str]]:
    for name in ("part", "sold_as"):
        if not cells.get(name):
            bad.append(
                BadCell(file.name, at, name, "nothing", "the part number" if name == "part" else "a catalogue id")
            )
            return []
    subject = PART + _local(f"{cells.get('maker') or 'own'}.{cells['part']}")
    said = [
        (subject, _TYPE, f"<{OPTIC}Part>"),
        (subject, "http://www.w3.org/2000/01/rdf-schema#label", _literal(cells["part"])),
        (subject, "http://www.w3.org/2004/02/skos/core#notation", _literal(cells["part"])),
        (subject, OPTIC + "soldAs", f"<{PART}{_local(cells['sold_as'])}>"),
    ]
    for name in ("maker", "note"):
        if cells.get(name):
            said.append((subject, OPTIC + name, _literal(cells[name])))
    for name, (property, closed) in COLUMNS.items():
        if cells.get(name):
            said += _figure(file, at, name, cells[name], subject, property, closed, bad)
    if any(cells.get(name) for name in _REACH):
        reach = f"{subject}.reach"
        said.append((subject, OPTIC + "reach", f"<{reach}>"))
        said.append((reach, _TYPE, f"<{OPTIC}Reach>"))
        said += _figure(file, at, "fiber", cells.get("fiber") or "SMF", reach, "onFiber", "Fiber", bad)
        for name, property in _REACH.items():
            if cells.get(name):
                said += _figure(file, at, name, cells[name], reach, property, "", bad)
    return said


def _figure(
    file: Path, at: int, name: str, text: str, subject: str, property: str, closed: str, bad: list[BadCell]
) -> list[tuple[str, str, str]]:
    if closed == COUNT:
        if not re.fullmatch("[1-9][0-9]?", text):
            bad.append(BadCell(file.name, at, name, repr(text), "a whole number, such as 2"))
            return []
        return [(subject, OPTIC + property, f'"{text}"^^<{_XSD}integer>')]
    if closed:
        word = terms.notation(closed, text)
        if word is None:
            bad.append(BadCell(file.name, at, name, repr(text), terms.expected(closed, text)))
            return []
        return [(subject, OPTIC + property, f"<{terms.iri(closed, word)}>")]
    try:
        number = Decimal(text)
        if not number.is_finite():
            raise InvalidOperation
    except InvalidOperation:
        hint = f", such as {text.replace(',', '.')}" if re.fullmatch(r"-?\d+,\d+", text) else ", such as 2.5"
        bad.append(BadCell(file.name, at, name, repr(text), f"a decimal{hint}"))
        return []
    return [(subject, OPTIC + property, f'"{number:f}"^^<{_XSD}decimal>')]


def _local(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip(".")


def _literal(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return f'"{escaped}"'
