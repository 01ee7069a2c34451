"""What the fixed words of NetBox mean here: its cable, port and interface types and its cable statuses."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from ..resources import folder

__all__ = ["Word", "lanes_of_medium", "word"]


@dataclass(frozen=True)
class Word:
    """One row of ontology/netbox-types.csv: its kind, our notation (or none), and the figures it tells."""

    kind: str  # fibre, assembly, status, connector, splice, cage, copper, optics
    notation: str | None
    polish: str | None
    rate_gbps: int | None
    lanes: int | None
    remark: str


def word(field: str, value: str | None) -> Word | None:
    """What a value of this NetBox field means, or None if it means nothing here."""
    return _words().get((field, value or ""))


def lanes_of_medium(name: str) -> int | None:
    """How many lanes the medium of this name has, `400GBASE-DR4`, or None if NetBox has no such type."""
    known = word("interface type", name.casefold())
    return known.lanes if known else None


@cache
def _words() -> Mapping[tuple[str, str], Word]:
    with (folder("ontology") / "netbox-types.csv").open(encoding="utf-8", newline="") as file:
        return MappingProxyType({(row["field"], row["value"]): _word(row) for row in csv.DictReader(file)})


def _word(row: Mapping[str, str]) -> Word:
    return Word(
        kind=row["kind"],
        notation=row["word"] or None,
        polish=row["polish"] or None,
        rate_gbps=int(row["rate_gbps"]) if row["rate_gbps"] else None,
        lanes=int(row["lanes"]) if row["lanes"] else None,
        remark=row["remark"],
    )
