"""The link sheet people keep, with its side sheets, into a Design (contract.md, "The link sheet")."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import polars as pl

from .. import fields
from ..design import DEVICE_SCHEMA, GROUP_SCHEMA, LINK_SCHEMA, PORT_SCHEMA, SIDES, Account, Design, Note
from ..errors import BadCell, DesignError
from ..fields import Field
from . import cells, table, workbook
from .cells import Column, Table
from .merge import settle

__all__ = ["REQUIRED", "SHEETS", "columns", "designed", "is_sheet", "known", "named", "parsed", "read"]

REQUIRED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"links": ("a_device", "a_port", "b_device", "b_port"), "ports": ("device", "port"), "devices": ("device",)}
)
SHEETS = tuple(REQUIRED)
ENDINGS = (".csv", ".tsv", ".txt", ".xlsx", ".parquet")

_NAME = Field("link", "link", "name", "text")
_KM = 1_000_000  # millimetres in one


@dataclass(frozen=True)
class _Part:
    """One sheet's parsed columns, under their keys, and where they stand."""

    file: str
    headers: Mapping[str, str]
    values: pl.DataFrame


def read(path: str | Path, *, data: bytes | None = None) -> Design:
    """The design in a sheet, a workbook or a folder of sheets; `-` is standard input. All bad cells come at once."""
    tables = _tables(str(path), data)
    parts: dict[str, _Part] = {}
    bad: list[BadCell] = []
    notes: list[Note] = []
    for kind, sheet in tables.items():
        values, wrong, more = parsed(sheet, kind)
        parts[kind] = _Part(sheet.file, sheet.headers, values)
        bad += wrong
        notes += more
    return _design(parts, tuple(sorted(notes)), bad)


def parsed(sheet: Table, kind: str) -> tuple[pl.DataFrame, list[BadCell], list[Note]]:
    """The rows of a sheet as canonical values by key, with `row`; cells that could not be read, and notes."""
    values, wrong, rounded = cells.parse(sheet, columns(kind))
    part = _Part(sheet.file, sheet.headers, values)
    bad = [*sheet.bad, *wrong, *_missing(part, REQUIRED[kind])]
    return values.drop_nulls(REQUIRED[kind]), bad, [*sheet.notes, *rounded]


def named(links: pl.DataFrame, file: str, headers: Mapping[str, str]) -> tuple[pl.DataFrame, list[BadCell]]:
    """Parsed rows of links with each link's name and its one length, length_m."""
    length, bad = _length(_Part(file, headers, links))
    rows = links.drop("length_km", strict=False).with_columns(length_m=length)
    return rows.with_columns(link=_link(rows)), bad


def designed(links: pl.DataFrame, headers: Mapping[str, str]) -> Design:
    """The design in parsed rows of links, which have `file` too."""
    return _design({"links": _Part("", headers, links)}, (), [])


def is_sheet(path: Path, kind: str) -> bool:
    """Whether a file in a folder is the sheet of this kind, by its name."""
    return table.plain(path.stem) == kind and path.suffix.lower() in ENDINGS


def columns(kind: str) -> tuple[Column, ...]:
    """Every column that a sheet of this kind may have."""
    if kind == "ports":
        return (
            *_texts("device", "port"),
            *(Column(each.also[0] if each.also else each.header, each) for each in fields.PORT),
        )
    if kind == "devices":
        return (
            *_texts("device"),
            *(Column(each.also[0] if each.also else each.header, each) for each in fields.DEVICE),
        )
    ends = [
        column
        for side in SIDES
        for column in (
            *_texts(f"{side}_device", f"{side}_port", f"{side}_module"),
            *(Column(f"{side}_{each.header}", each) for each in (*fields.END, *fields.PORT, *fields.DEVICE)),
        )
    ]
    both = [Column(each.header, each) for each in fields.END if each.column in ("connector", "polish")]
    links = [Column(each.header, each) for each in (*fields.LINK, *fields.GROUP)]
    length = next(each for each in fields.LINK if each.column == "length_mm")
    return (Column("link", _NAME), *_texts("group"), *links, Column("length_km", length, _KM), *ends, *both)


def _texts(*keys: str) -> tuple[Column, ...]:
    return tuple(Column(key, _NAME) for key in keys)


def known(kind: str) -> dict[str, str]:
    """Plain headers to keys, other spellings included."""
    found = {}
    for column in columns(kind):
        prefix = column.key[:2] if column.key[:2] in ("a_", "b_") else ""
        for name in (*column.field.also, column.field.header) if column.field is not _NAME else ():
            found[table.plain(prefix + name)] = column.key
    return found | {table.plain(column.key): column.key for column in columns(kind)}


def _tables(file: str, data: bytes | None) -> dict[str, Table]:
    """The sheets by kind; links is always there."""
    path = Path(file)
    if data is None and file != "-" and path.is_dir():
        return _folder(path)
    return _file(file, _bytes(file) if data is None else data, "links", whole=True)


def _bytes(file: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        raise DesignError(cells=(BadCell(file, 0, "", said, "a file that can be read"),)) from error


def _folder(path: Path) -> dict[str, Table]:
    found: dict[str, Path] = {}
    for each in sorted(path.iterdir()):
        kind = table.plain(each.stem)
        if not any(is_sheet(each, sheet) for sheet in SHEETS):
            continue
        if kind in found:
            what = f"{found[kind].name} and {each.name}"
            raise DesignError(cells=(BadCell(str(path), 0, "", what, f"one sheet called {kind}"),))
        found[kind] = each
    if "links" not in found:
        there = ", ".join(sorted(each.name for each in path.iterdir())[:20]) or "an empty folder"
        raise DesignError(cells=(BadCell(str(path), 0, "", there, "a sheet called links (.csv .xlsx .parquet)"),))
    tables: dict[str, Table] = {}
    for kind in SHEETS:
        if kind in found:
            tables |= _file(str(found[kind]), _bytes(str(found[kind])), kind, whole=False)
    return tables


def _file(file: str, data: bytes, kind: str, *, whole: bool) -> dict[str, Table]:
    """The sheet of this kind in a file, or if the file is the whole design all the sheets in it."""
    if data.startswith(b"PAR1"):
        return {kind: table.from_parquet(data, file, known(kind), REQUIRED[kind])}
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0")):
        kinds = SHEETS if whole else (kind,)
        return workbook.tables(data, file, {each: known(each) for each in kinds}, REQUIRED)
    return {kind: table.from_csv(data, file, known(kind), REQUIRED[kind])}


def _missing(part: _Part, required: Sequence[str]) -> list[BadCell]:
    return [
        BadCell(part.file, row, part.headers[key], "an empty cell", "a name")
        for key in required
        for row in part.values["row"].filter(part.values[key].is_null())
    ]


def _design(parts: Mapping[str, _Part], notes: tuple[Note, ...], bad: list[BadCell]) -> Design:
    """The design, unless something was bad; clashes are looked for all the same, so that one run tells everything."""
    links, clashes = _links(parts["links"])
    bad += clashes
    ports, clashes = settle(_said_of_ports(parts), ("device", "port"), _label(parts, fields.PORT))
    bad += clashes
    devices, clashes = settle(_said_of_devices(parts, ports), ("device",), _label(parts, fields.DEVICE))
    bad += clashes
    groups, clashes = settle(_said_of_groups(parts["links"]), ("group",), _label(parts, fields.GROUP))
    bad += clashes
    if bad:
        raise DesignError(cells=tuple(bad))
    counts = {"links": links.height, "ports": ports.height, "devices": devices.height, "groups": groups.height}
    files = tuple(dict.fromkeys(part.file for part in parts.values()))
    return Design(
        links=links,
        ports=ports.with_columns(pl.col("modes").str.split(" ")).select(_cast(PORT_SCHEMA)),
        devices=devices.select(_cast(DEVICE_SCHEMA)),
        groups=groups.select(_cast(GROUP_SCHEMA)),
        account=Account(files=files, counts=MappingProxyType(counts), ignored=notes),
    )


def _links(part: _Part) -> tuple[pl.DataFrame, list[BadCell]]:
    values = part.values
    length, bad = _length(part)
    columns: dict[str, pl.Expr] = {
        "link": _link(values),
        "group": _of(values, "group", pl.String()),
        "file": _file_of(part),
        "row": pl.col("row"),
    }
    for each in fields.LINK:
        columns[each.column] = _of(values, each.header, LINK_SCHEMA[each.column])
    for side in SIDES:
        for name in ("device", "port", "module"):
            columns[f"{side}_{name}"] = _of(values, f"{side}_{name}", pl.String())
        for each in fields.END:
            kind = LINK_SCHEMA[f"{side}_{each.column}"]
            own = _of(values, f"{side}_{each.header}", kind)
            shared = each.header in values.columns
            columns[f"{side}_{each.column}"] = pl.coalesce(own, pl.col(each.header)) if shared else own
    columns["length_mm"] = pl.lit(length)
    for name, value in fields.ASSUMED.items():
        columns[name] = columns[name].fill_null(value)
    links = values.select(columns[name].cast(kind).alias(name) for name, kind in LINK_SCHEMA.items())
    links = links if links["link"].is_sorted() else links.sort("link")
    return links, bad + _same_names(part, links)


def _link(values: pl.DataFrame) -> pl.Expr:
    ends = pl.format("{}:{}--{}:{}", "a_device", "a_port", "b_device", "b_port")
    return pl.coalesce(_of(values, "link", pl.String()), ends)


def _file_of(part: _Part) -> pl.Expr:
    return pl.col("file") if "file" in part.values.columns else pl.lit(part.file)


def _of(values: pl.DataFrame, key: str, kind: pl.DataType) -> pl.Expr:
    return pl.col(key) if key in values.columns else pl.lit(None, dtype=kind)


def _cast(schema: pl.Schema) -> list[pl.Expr]:
    return [pl.col(name).cast(kind) for name, kind in schema.items()]


def _length(part: _Part) -> tuple[pl.Series, list[BadCell]]:
    """One length from two columns; both given and different is a bad cell."""
    values = part.values
    given = [name for name in ("length_km", "length_m") if name in values.columns]
    if len(given) < 2:
        return (values[given[0]] if given else pl.Series([None] * values.height, dtype=pl.Int64)), []
    differ = values.filter(pl.col("length_km") != pl.col("length_m")).select("row", "length_km", "length_m")
    bad = [
        BadCell(part.file, row, part.headers["length_m"], f"{m / 1000:.15g}", f"{km / 1000:.15g} m as in length_km")
        for row, km, m in differ.iter_rows()
    ]
    return values.select(pl.coalesce(given)).to_series(), bad


def _same_names(part: _Part, links: pl.DataFrame) -> list[BadCell]:
    if not (links["link"] == links["link"].shift(1)).any():  # they are sorted
        return []
    doubled = links.filter(pl.col("link").is_duplicated()).sort("row").select("link", "row")
    header = part.headers.get("link", "link")
    firsts: dict[str, int] = {}
    return [
        BadCell(part.file, row, header, name, f"a name no other link has; row {firsts[name]} has it too")
        for name, row in doubled.iter_rows()
        if firsts.setdefault(name, row) != row
    ]


def _said_of_ports(parts: Mapping[str, _Part]) -> pl.DataFrame:
    links = parts["links"]
    said = [_said(links, side, fields.PORT, PORT_SCHEMA, f"{side}_device", f"{side}_port") for side in SIDES]
    if "ports" in parts:
        said.append(_said(parts["ports"], "ports", fields.PORT, PORT_SCHEMA, "device", "port"))
    return pl.concat(said)


def _said_of_devices(parts: Mapping[str, _Part], ports: pl.DataFrame) -> pl.DataFrame:
    links = parts["links"]
    said = [_said(links, side, fields.DEVICE, DEVICE_SCHEMA, f"{side}_device") for side in SIDES]
    if "devices" in parts:
        said.append(_said(parts["devices"], "devices", fields.DEVICE, DEVICE_SCHEMA, "device"))
    if "ports" in parts:
        said.append(ports.select("device").unique())
    return pl.concat(said, how="diagonal")


def _said_of_groups(links: _Part) -> pl.DataFrame:
    if "group" not in links.values.columns:
        return _said(
            _Part(links.file, {}, links.values.clear().with_columns(group=pl.lit(""))),
            "",
            fields.GROUP,
            GROUP_SCHEMA,
            "group",
        )
    members = links.values.filter(pl.col("group").is_not_null())
    return _said(_Part(links.file, links.headers, members), "", fields.GROUP, GROUP_SCHEMA, "group")


def _said(part: _Part, via: str, about: Sequence[Field], schema: pl.Schema, *keys: str) -> pl.DataFrame:
    """What one sheet says of its things, or of those at one side of its links, with the place of each row."""
    names = list(schema)[: len(keys)]
    side = via in SIDES
    values = [
        _of(part.values, _key(each, via, side), pl.String() if each.kind == "modes" else schema[each.column]).alias(
            each.column
        )
        for each in about
    ]
    at = [pl.col(key).alias(name) for key, name in zip(keys, names, strict=True)]
    return part.values.select(*at, *values, file=_file_of(part), row="row", via=pl.lit(via))


def _key(field: Field, via: str, side: bool) -> str:
    if side:
        return f"{via}_{field.header}"
    return field.also[0] if via and field.also else field.header


def _label(parts: Mapping[str, _Part], about: Sequence[Field]):  # type: ignore[no-untyped-def]
    by_column = {each.column: each for each in about}

    def label(via: str, column: str) -> str:
        key = _key(by_column[column], via, via in SIDES)
        return parts["links" if via in (*SIDES, "") else via].headers[key]

    return label
