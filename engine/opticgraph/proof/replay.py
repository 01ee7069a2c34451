"""A plan replayed onto a design, edit by edit: what every step meets and leaves, and the design after each window."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from urllib.parse import unquote

import polars as pl

from ..design import DEVICE_SCHEMA, LINK_SCHEMA, PORT_SCHEMA, Design
from ..planned import Edit, Plan, Step, Window
from .verified import Fault

__all__ = ["Done", "Moment", "Row", "replay"]

Row = Mapping[str, object]
Key = tuple[str, ...]
Pair = tuple[Row | None, Row | None]  # a row before and after; None where there is none

_SCHEMAS: Mapping[str, pl.Schema] = MappingProxyType(
    {"links": LINK_SCHEMA, "ports": PORT_SCHEMA, "devices": DEVICE_SCHEMA}
)
_KEYS: Mapping[str, Key] = MappingProxyType({"links": ("link",), "ports": ("device", "port"), "devices": ("device",)})


@dataclass(frozen=True)
class Done:
    """A step as it was replayed: the rows of each table that it touched, before and after."""

    step: Step
    links: Mapping[str, Pair]
    ports: Mapping[tuple[str, str], Pair]
    devices: Mapping[str, Pair]


@dataclass(frozen=True)
class Moment:
    """A window as it was replayed, and the designs it leads from and to."""

    window: Window
    before: Design
    after: Design
    done: tuple[Done, ...]

    @property
    def links(self) -> Mapping[str, Pair]:
        """Every link that the window touches, before and after it."""
        pairs: dict[str, Pair] = {}
        for each in self.done:
            for link, (old, new) in each.links.items():
                pairs[link] = (pairs[link][0] if link in pairs else old, new)
        return pairs


def replay(design: Design, plan: Plan, faults: list[Fault]) -> Iterator[Moment]:
    """Each window in turn; edits that do not meet the state are told in faults, and done all the same."""
    tables = {
        "links": _by_key("links", design.links),
        "ports": _by_key("ports", design.ports),
        "devices": _by_key("devices", design.devices),
    }
    for window in plan.windows:
        done = tuple(_step(step, window.n, tables, faults) for step in window.steps)
        frames = {name: _updated(getattr(design, name), name, tables[name], _touched(name, done)) for name in _KEYS}
        after = replace(design, links=frames["links"], ports=frames["ports"], devices=frames["devices"])
        yield Moment(window, design, after, done)
        design = after


Table = dict[Key, Row]


def _by_key(name: str, frame: pl.DataFrame) -> Table:
    return {tuple(str(row[part]) for part in _KEYS[name]): row for row in frame.iter_rows(named=True)}


def _step(step: Step, n: int, tables: Mapping[str, Table], faults: list[Fault]) -> Done:
    first: dict[tuple[str, Key], Row | None] = {}
    for edit in step.edits:
        key = _key(edit)
        if key is None:
            words = f"the edit of {edit.table} {edit.key!r} names no port; expected its device, a blank and the port"
            faults.append(Fault(n, step.unit, "edits-meet-the-state", words))
            continue
        table = tables[edit.table]
        first.setdefault((edit.table, key), table.get(key))
        for words in _edited(edit, key, table):
            faults.append(Fault(n, step.unit, "edits-meet-the-state", words, _about(edit)))
    pairs = {
        name: {key: (old, tables[name].get(key)) for (of, key), old in first.items() if of == name} for name in _KEYS
    }
    return Done(
        step,
        MappingProxyType({key[0]: pair for key, pair in pairs["links"].items()}),
        MappingProxyType({(key[0], key[1]): pair for key, pair in pairs["ports"].items()}),
        MappingProxyType({key[0]: pair for key, pair in pairs["devices"].items()}),
    )


def _about(edit: Edit) -> tuple[str, ...]:
    return (edit.key,) if edit.table == "links" else ()


def _key(edit: Edit) -> Key | None:
    if edit.table != "ports":
        return (edit.key,)
    device, blank, port = edit.key.partition(" ")
    return (unquote(device), port) if blank and device and port else None


def _edited(edit: Edit, key: Key, table: Table) -> Iterator[str]:
    """Put an edit into effect; say where it does not meet what is there."""
    what = f"{_ONE[edit.table]} {' '.join(key)}"
    row = table.get(key)
    match edit.action:
        case "add":
            if row is not None:
                yield f"{what} is to be added, but is there already"
            named = dict(zip(_KEYS[edit.table], key, strict=True))
            table[key] = {**dict.fromkeys(_SCHEMAS[edit.table]), **_to(edit), **named}
        case "remove":
            if row is None:
                yield f"{what} is to be removed, but is not there"
            table.pop(key, None)
        case _:
            if row is None:
                yield f"{what} is to be changed, but is not there"
                return
            for column, old, _ in edit.values:
                if _plain(row[column]) != _plain(old):
                    yield f"{what}: the plan takes {column} from {_said(old)}, but it is {_said(row[column])} there"
            changed = {**row, **_to(edit)}
            moved = tuple(str(changed[part]) for part in _KEYS[edit.table])
            if moved != key:
                yield f"{what}: a name cannot be changed; remove the one and add the other"
                return
            table[key] = changed


_ONE = {"links": "link", "ports": "port", "devices": "device"}


def _to(edit: Edit) -> dict[str, object]:
    return {column: list(new) if isinstance(new, tuple) else new for column, _, new in edit.values}


def _plain(value: object) -> object:
    if isinstance(value, list | tuple):
        return tuple(value) or None  # no lanes named and an empty list of them are the same
    return value


def _said(value: object) -> str:
    if value is None:
        return "nothing"
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _touched(name: str, done: Iterable[Done]) -> set[Key]:
    if name == "links":
        return {(link,) for each in done for link in each.links}
    if name == "ports":
        return {port for each in done for port in each.ports}
    return {(device,) for each in done for device in each.devices}


def _updated(frame: pl.DataFrame, name: str, table: Table, keys: set[Key]) -> pl.DataFrame:
    """The frame with the rows of these keys as the table now has them, in its order."""
    if not keys:
        return frame
    names = list(_KEYS[name])
    gone = pl.DataFrame(sorted(keys), schema=dict.fromkeys(names, pl.String), orient="row")
    rows = [table[key] for key in sorted(keys) if key in table]
    new = pl.DataFrame(rows, schema=frame.schema)
    return pl.concat([frame.join(gone, on=names, how="anti", maintain_order="left"), new]).sort(names)
