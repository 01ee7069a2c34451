"""A design with some of its recorded values changed, as if another had written the sheet: columns in, design out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from difflib import get_close_matches

import polars as pl

from . import fields
from .design import DEVICE_SCHEMA, GROUP_SCHEMA, PORT_SCHEMA, SIDES, Design
from .errors import BadCell, DesignError
from .read import cells, sheet
from .read.table import plain

__all__ = ["SORTS", "Amendment", "amended"]

SORTS = ("link", "route", "device")
_SCHEMAS = {"ports": PORT_SCHEMA, "devices": DEVICE_SCHEMA, "groups": GROUP_SCHEMA}
_KEYS = {"links": ["link"], "ports": ["device", "port"], "devices": ["device"], "groups": ["group"]}


@dataclass(frozen=True)
class Amendment:
    """One recorded value changed: of a link, of every link of a route, or of a device.

    column  as the sheet heads it; sign: = sets a value (an empty one makes it not known), + and - change a number
    text    as a person wrote it, for errors
    """

    sort: str
    name: str
    column: str
    sign: str
    value: str
    text: str

    def bad(self, found: str, expected: str) -> DesignError:
        """The error that this cannot be done."""
        return DesignError(cells=(BadCell("--what-if", 0, self.text, found, expected),))


@dataclass(frozen=True)
class _Home:
    """Where a column of the sheet lies in a design: its frame, its names there, and by which columns of a link."""

    frame: str
    columns: tuple[str, ...]
    by: tuple[str, ...]


def amended(design: Design, amendments: Sequence[Amendment]) -> Design:
    """The design with these changes, one after the other. Raises DesignError that names what was expected."""
    for amendment in amendments:
        design = _amended(design, amendment)
    return design


def _amended(design: Design, amendment: Amendment) -> Design:
    kind = "devices" if amendment.sort == "device" else "links"
    key = sheet.known(kind).get(plain(amendment.column))
    wanted = next((column for column in sheet.columns(kind) if column.key == key), None)
    if wanted is None or key in ("link", "device"):
        known = sorted({column.key for column in sheet.columns(kind)} - {"link", "device"})
        near = get_close_matches(amendment.column, known, n=3) or known
        raise amendment.bad(f"column {amendment.column!r}", f"a column of the {kind} sheet such as {', '.join(near)}")
    home = _home(kind, wanted.key)
    meant = _meant(design, amendment)
    if home.frame in ("links", kind):
        names = pl.DataFrame({_KEYS[home.frame][0]: meant})
    else:
        own = design.links.filter(pl.col("link").is_in(meant))
        names = own.select(pl.col(by).alias(key) for by, key in zip(home.by, _KEYS[home.frame], strict=True))
        names = names.drop_nulls().unique()
        if names.is_empty():
            raise amendment.bad(f"no {home.by[0]} of {amendment.name}", f"one that {wanted.key} could be said of")
    changed = _changed(getattr(design, home.frame), names, home, wanted, amendment)
    return _completed(_with_frame(design, home.frame, changed))


def _meant(design: Design, amendment: Amendment) -> list[str]:
    """Names of the links or devices that a change is about."""
    held = design.devices["device"] if amendment.sort == "device" else design.links[amendment.sort]
    found = design.links.filter(held == amendment.name)["link"] if amendment.sort != "device" else held
    meant = found.filter(found == amendment.name) if amendment.sort == "device" else found
    if meant.is_empty():
        names = sorted(set(held.drop_nulls()))
        near = get_close_matches(amendment.name, names, n=3, cutoff=0.4)
        hint = f", such as {', '.join(near)}" if near else ""
        raise amendment.bad(f"{amendment.sort} {amendment.name!r}", f"one of the {len(names)} of the design{hint}")
    return meant.to_list()


def _home(kind: str, key: str) -> _Home:
    side, _, rest = key.partition("_")
    if kind == "devices":
        return _Home("devices", tuple(f.column for f in fields.DEVICE if key in (f.header, *f.also)), ())
    if key == "length_km":
        return _Home("links", ("length_mm",), ())
    for field in fields.GROUP:
        if field.header == key:
            return _Home("groups", (field.column,), ("group",))
    if side in SIDES and rest:
        for field in fields.PORT:
            if field.header == rest:
                return _Home("ports", (field.column,), (f"{side}_device", f"{side}_port"))
        for field in fields.DEVICE:
            if field.header == rest:
                return _Home("devices", (field.column,), (f"{side}_device",))
        column = next((field.column for field in fields.END if field.header == rest), rest)
        return _Home("links", (f"{side}_{column}",), ())
    if key in ("connector", "polish"):  # of both ends
        return _Home("links", tuple(f"{side}_{key}" for side in SIDES), ())
    return _Home("links", (next((field.column for field in fields.LINK if field.header == key), key),), ())


def _changed(
    frame: pl.DataFrame, names: pl.DataFrame, home: _Home, wanted: cells.Column, amendment: Amendment
) -> pl.DataFrame:
    """The frame with new values in the rows of these names."""
    keys = _KEYS[home.frame]
    at = frame.with_row_index("nth").join(names, on=keys, how="semi")["nth"].to_list()
    for column in home.columns:
        values = frame[column].to_list()
        for nth in at:
            values[nth] = _value(values[nth], column, wanted, amendment)
        frame = frame.with_columns(pl.Series(column, values, dtype=frame.schema[column], strict=False))
    return frame


def _value(now: object, column: str, wanted: cells.Column, amendment: Amendment) -> object:
    """What a cell would be read as, or the number it holds with another added."""
    text = amendment.value
    if amendment.sign != "=":
        text = _sum(now, wanted, amendment)
    if not text:
        return fields.ASSUMED.get(column)
    cell = pl.DataFrame({wanted.key: [text], "row": [0]}, schema={wanted.key: pl.String(), "row": pl.Int64()})
    values, bad, _ = cells.parse(cells.Table("--what-if", cell, {wanted.key: amendment.text}), [wanted])
    if bad:
        raise amendment.bad(bad[0].found, bad[0].expected)
    read = values[wanted.key].to_list()[0]
    return str(read).split() if wanted.field.kind == "modes" else read


def _sum(now: object, wanted: cells.Column, amendment: Amendment) -> str:
    field, scale = wanted.field, wanted.scale
    if field.kind not in ("decimal", "whole", "count"):
        raise amendment.bad(f"{amendment.sign}= on {wanted.key}", f"= and a value: {wanted.key} is no number")
    if not isinstance(now, int):
        raise amendment.bad(f"no {wanted.key} of {amendment.name}", "one to add to; = sets it")
    try:
        change = cells.number(amendment.value, field, scale)
    except ValueError as error:
        raise amendment.bad(repr(amendment.value), str(error)) from error
    one = scale * 1000 if field.kind == "decimal" and scale == 1 else scale  # what the column counts in one of the cell
    return f"{Decimal(now + change if amendment.sign == '+' else now - change) / one:f}"


def _completed(design: Design) -> Design:
    """With a row for every port, device and group that a link names, as readers make them."""
    ends = pl.concat(design.links.select(device=f"{side}_device", port=f"{side}_port") for side in SIDES)
    named = {"ports": ends, "devices": ends.select("device"), "groups": design.links.select("group")}
    for name, wanted in named.items():
        held: pl.DataFrame = getattr(design, name)
        more = wanted.drop_nulls().unique().join(held, on=_KEYS[name], how="anti")
        if more.height:
            rows = pl.concat([held, more], how="diagonal").select(list(_SCHEMAS[name]))
            design = _with_frame(design, name, rows.sort(_KEYS[name]))
    return design


def _with_frame(design: Design, name: str, frame: pl.DataFrame) -> Design:
    match name:
        case "links":
            return replace(design, links=frame)
        case "ports":
            return replace(design, ports=frame)
        case "devices":
            return replace(design, devices=frame)
        case _:
            return replace(design, groups=frame)
