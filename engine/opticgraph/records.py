"""What two designs record otherwise: the columns of each link, port, device and group that differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from . import fields
from .design import SIDES, Design
from .fields import Field

__all__ = ["Difference", "Records", "records_that_differ"]

_PLACE = frozenset(("file", "row"))  # where a link was read is not what it is
_KEYS = {"link": ["link"], "port": ["device", "port"], "device": ["device"], "group": ["group"]}


@dataclass(frozen=True)
class Difference:
    """One column that differs: its name in the sheet, its property in RDF, what it was and is; None is not known."""

    column: str
    property: str
    old: str | None
    new: str | None


# By sort and name of a thing what differs of it; None where the thing itself came (False) or went (True).
Records = Mapping[tuple[str, ...], Sequence[Difference] | bool]


def records_that_differ(old: Design, new: Design) -> Records:
    """Every link, port, device and group that is not recorded alike; a thing that went is True, one that came False."""
    found: dict[tuple[str, ...], Sequence[Difference] | bool] = {}
    for sort, keys in _KEYS.items():
        was, is_ = (getattr(design, f"{sort}s") for design in (old, new))
        for gone, one, other in ((True, was, is_), (False, is_, was)):
            for name in one.join(other, on=keys, how="anti").select(keys).iter_rows():
                found[sort, *name] = gone
        values = [column for column in was.columns if column not in (*keys, *_PLACE)]
        both = was.join(is_, on=keys, how="inner", suffix=" now")
        differ = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name} now")) for name in values)
        for row in both.filter(differ).iter_rows(named=True):
            told = [_difference(sort, name, row[name], row[f"{name} now"]) for name in values]
            found[sort, *(row[key] for key in keys)] = [each for each in told if each.old != each.new]
    return dict(sorted(found.items()))


def _difference(sort: str, column: str, old: object, new: object) -> Difference:
    side = f"{column[0]}_" if sort == "link" and column[:2] in [f"{side}_" for side in SIDES] else ""
    plain = column.removeprefix(side)
    about = {"link": fields.END if side else fields.LINK, "port": fields.PORT, "device": fields.DEVICE}
    field = next((each for each in about.get(sort, fields.GROUP) if each.column == plain), None)
    header = field.also[0] if field and field.also and sort in ("port", "device") else field.header if field else plain
    return Difference(f"{side}{header}", field.property if field else plain, _told(field, old), _told(field, new))


def _told(field: Field | None, value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, list):
        return " ".join(map(str, value))
    if field and field.kind == "decimal":
        return f"{(Decimal(str(value)) / 1000).normalize():f}"  # the column's name has the unit
    return str(value)
