"""The JSON files of a NetBox REST dump as typed records, with every place named that has the wrong shape."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from ..design import Note
from ..errors import BadCell, DesignError

__all__ = [
    "Bay",
    "Cable",
    "Device",
    "Dump",
    "FrontPort",
    "Interface",
    "Item",
    "Module",
    "ModuleType",
    "Plug",
    "RearPort",
    "load",
    "profile_shape",
]

_NEEDED = ("cables", "devices", "interfaces")
_PANELS = ("front-ports", "rear-ports")
_OPTIONAL = ("cable-terminations", "module-bays", "module-types", "modules", "inventory-items")
_CONTROL = re.compile("[\x00-\x1f\x7f\u0085\u2028\u2029\ud800-\udfff]")  # would make two names look like one
_PORT_KINDS = {"front-ports": "dcim.frontport", "rear-ports": "dcim.rearport"}


@dataclass(frozen=True)
class Plug:
    """Where one end of a cable is plugged in; connector and positions are those of the cable's profile."""

    cable: int
    side: str  # A or B
    order: int  # among the plugs of its side
    kind: str  # dcim.interface, dcim.frontport, ...
    id: int
    place: str  # device and port, as NetBox names them
    connector: int | None = None
    positions: tuple[int, ...] = ()


@dataclass(frozen=True)
class Cable:
    id: int
    row: int  # counted from 1, in cables.json
    label: str | None
    type: str | None
    status: str | None
    profile: str | None
    length: Decimal | None
    unit: str | None
    bundle: str | None
    a: tuple[Plug, ...]
    b: tuple[Plug, ...]

    @property
    def name(self) -> str:
        """What people call it: its label, or else its number."""
        return self.label or f"#{self.id}"


@dataclass(frozen=True)
class Device:
    id: int
    name: str
    type: str | None  # maker and model
    site: str | None


@dataclass(frozen=True)
class Interface:
    id: int
    device: int
    name: str
    type: str | None
    module: int | None
    parent: int | None
    channel: int | None
    lag: int | None
    speed_kbps: int | None
    cable: int | None
    marked: bool  # recorded as connected without a cable
    wireless: bool


@dataclass(frozen=True)
class FrontPort:
    id: int
    place: str
    type: str | None
    positions: int
    rear: tuple[tuple[int, int, int], ...]  # own position, rear port, position there


@dataclass(frozen=True)
class RearPort:
    id: int
    place: str
    type: str | None
    positions: int


@dataclass(frozen=True)
class ModuleType:
    id: int
    maker: str | None
    model: str
    part_number: str | None
    profile: str | None
    attributes: Mapping[str, object]
    bay_types: tuple[str, ...]


@dataclass(frozen=True)
class Module:
    id: int
    device: int
    bay: int | None
    bay_name: str
    type: ModuleType
    status: str | None


@dataclass(frozen=True)
class Bay:
    id: int
    device: int
    name: str
    label: str | None
    position: str | None
    types: tuple[str, ...]


@dataclass(frozen=True)
class Item:
    id: int
    device: int
    name: str
    label: str | None
    role: str | None
    part_id: str | None
    status: str | None
    component: tuple[str, int] | None


@dataclass(frozen=True)
class Dump:
    """Everything of a dump that a design is made of, by NetBox id, and what is missing in it."""

    files: tuple[str, ...]
    notes: tuple[Note, ...]
    cables: Mapping[int, Cable]
    devices: Mapping[int, Device]
    interfaces: Mapping[int, Interface]
    fronts: Mapping[int, FrontPort]
    rears: Mapping[int, RearPort]
    bays: Mapping[int, Bay]
    modules: Mapping[int, Module]
    items: Mapping[int, Item]


def load(folder: Path) -> Dump:
    """The dump in this folder; DesignError if a file is missing that its cables need, or has another shape."""
    missing = [name for name in _NEEDED if not _path(folder, name).is_file()]
    if missing:
        raise DesignError(cells=tuple(_absent(folder, name, "this file of a NetBox dump") for name in missing))
    bad: list[BadCell] = []
    found = {name: _table(folder, name, bad) for name in _NEEDED + _PANELS + _OPTIONAL if _path(folder, name).is_file()}
    _stop_if(bad)

    def read(name: str, make: Callable[[_Row], _Made]) -> list[_Made]:
        return [make(row) for row in found[name].rows] if name in found else []

    types = {each.id: each for each in read("module-types", _module_type)}
    cables = read("cables", _cable)
    ends = read("cable-terminations", _termination)
    dump = Dump(
        files=tuple(table.file for table in found.values()),
        notes=tuple(note for table in found.values() for note in table.notes) + _unread(folder, found),
        cables={cable.id: _with_positions(cable, dict(ends)) for cable in cables},
        devices={each.id: each for each in _distinct(read("devices", _device))},
        interfaces={each.id: each for each in read("interfaces", _interface)},
        fronts={each.id: each for each in read("front-ports", _front)},
        rears={each.id: each for each in read("rear-ports", _rear)},
        bays={each.id: each for each in read("module-bays", _bay)},
        modules={each.id: each for each in read("modules", lambda row: _module(row, types))},
        items={each.id: each for each in read("inventory-items", _item)},
    )
    _stop_if(bad)
    used = {plug.kind for cable in dump.cables.values() for plug in cable.a + cable.b}
    lacking = [name for name in _PANELS if _PORT_KINDS[name] in used and name not in found]
    _stop_if([_absent(folder, name, "this file, as cables end at its ports") for name in lacking])
    return dump


def profile_shape(profile: str, side: str) -> tuple[int, int] | None:
    """How many connectors a cable profile has on a side, and positions on each; None if its name does not say."""
    shapes = [(int(c), int(p)) for c, p in re.findall(r"(\d+)c(\d+)p", profile)]
    return (shapes[-1] if side == "B" else shapes[0]) if shapes else None


@dataclass(frozen=True)
class _Table:
    file: str
    rows: tuple[_Row, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class _Row:
    """One object of a file; whatever has the wrong shape goes to `bad`, so that all such places are told at once."""

    file: str
    number: int
    data: Mapping[str, object]
    bad: list[BadCell]

    def text(self, *path: str) -> str | None:
        """A text, or None where there is none or an empty one."""
        value = self._at(path)
        if value is None or (isinstance(value, str) and not _CONTROL.search(value)):
            return value or None
        self._wrong(path, value, "text in one line")
        return None

    def word(self, *path: str) -> str | None:
        """A choice, which NetBox writes as text or as {"value": ..., "label": ...}."""
        value = self._at(path)
        return self.text(*path, "value") if isinstance(value, dict) else self.text(*path)

    def whole(self, *path: str) -> int | None:
        value = self._at(path)
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        self._wrong(path, value, "a whole number")
        return None

    def id(self, *path: str) -> int:
        """A number that must be there."""
        value = self.whole(*path)
        if value is None and self._at(path) is None:
            self._wrong(path, None, "a whole number")
        return value or 0

    def name(self, *path: str) -> str:
        """A text that must be there."""
        value = self.text(*path)
        if value is None and not self._at(path):
            self._wrong(path, self._at(path), "a name")
        return value or ""

    def flag(self, *path: str) -> bool:
        return self._at(path) is True

    def number_of(self, *path: str) -> Decimal | None:
        value = self._at(path)
        if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
            return Decimal(value)
        if isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?", value):
            return Decimal(value)
        if value is not None:
            self._wrong(path, value, "a number")
        return None

    def fields(self, *path: str) -> Mapping[str, object]:
        value = self._at(path)
        return value if isinstance(value, dict) else {}

    def list_of(self, *path: str) -> tuple[_Row, ...]:
        """Objects within this one."""
        value = self._at(path)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            self._wrong(path, value, "a list of objects")
            return ()
        return tuple(replace(self, data=each) for each in value)

    def wholes(self, *path: str) -> tuple[int, ...]:
        value = self._at(path)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(each, int) for each in value):
            self._wrong(path, value, "a list of whole numbers")
            return ()
        return tuple(value)

    def _at(self, path: Sequence[str]) -> object:
        value: object = self.data
        for place, key in enumerate(path):
            if value is None:
                return None
            if not isinstance(value, dict):
                self._wrong(path[:place], value, "an object")
                return None
            value = value.get(key)
        return value

    def _wrong(self, path: Sequence[str], value: object, expected: str) -> None:
        cell = BadCell(self.file, self.number, ".".join(path), _short(value), expected)
        if cell not in self.bad:
            self.bad.append(cell)


_Made = TypeVar("_Made")


def _path(folder: Path, name: str) -> Path:
    return folder / f"{name}.json"


def _absent(folder: Path, name: str, expected: str) -> BadCell:
    return BadCell(_path(folder, name).as_posix(), 0, "", "no such file", expected)


def _stop_if(bad: Sequence[BadCell]) -> None:
    if bad:
        raise DesignError(cells=tuple(bad))


def _table(folder: Path, name: str, bad: list[BadCell]) -> _Table:
    file = _path(folder, name).as_posix()
    try:
        page = json.loads(_path(folder, name).read_text(encoding="utf-8-sig"), parse_float=Decimal)
    except UnicodeDecodeError as error:
        bad.append(BadCell(file, 0, "", f"byte {error.start} is not UTF-8", "JSON in UTF-8"))
        return _Table(file, (), ())
    except json.JSONDecodeError as error:  # the row of a file that has no rows yet is its line
        bad.append(BadCell(file, error.lineno, "", f"{error.msg} at character {error.colno} of the line", "JSON"))
        return _Table(file, (), ())
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, brackets in brackets without end
        bad.append(BadCell(file, 0, "", str(error), "JSON"))
        return _Table(file, (), ())
    results = page.get("results") if isinstance(page, dict) else page
    if not isinstance(results, list):
        expected = 'what the REST API answers: {"count": ..., "results": [...]}'
        bad.append(BadCell(file, 0, "", _short(page), expected))
        return _Table(file, (), ())
    no_objects = [(number, each) for number, each in enumerate(results, 1) if not isinstance(each, dict)]
    bad += [BadCell(file, number, "", _short(each), "an object") for number, each in no_objects]
    rows = tuple(_Row(file, number, each, bad) for number, each in enumerate(results, 1) if isinstance(each, dict))
    return _Table(file, rows, _incomplete(file, page, len(results)))


def _incomplete(file: str, page: object, read: int) -> tuple[Note, ...]:
    """A dump of the first page only looks like a whole one but for these two fields."""
    if not isinstance(page, dict):
        return ()
    count, following = page.get("count"), page.get("next")
    if isinstance(count, int) and count != read:
        return (Note(file, "count", f"incomplete dump: it holds {read} of {count} objects; fetch every page"),)
    if following:
        return (Note(file, "next", f"incomplete dump: {read} objects, and a further page; fetch every page"),)
    return ()


def _unread(folder: Path, found: Mapping[str, _Table]) -> tuple[Note, ...]:
    other = sorted(path.name for path in folder.glob("*.json") if path.stem not in found)
    absent = [f"{name}.json" for name in _PANELS + _OPTIONAL if name not in found]
    notes = [Note(folder.as_posix(), "", f"files not needed and not read: {', '.join(other)}")] if other else []
    if absent:
        notes.append(Note(folder.as_posix(), "", f"not in the dump: {', '.join(absent)}"))
    return tuple(notes)


def _short(value: object) -> str:
    text = "nothing" if value is None else json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= 80 else text[:77] + "..."


def _cable(row: _Row) -> Cable:
    cable = row.id("id")
    return Cable(
        id=cable,
        row=row.number,
        label=row.text("label"),
        type=row.word("type"),
        status=row.word("status"),
        profile=row.word("profile"),
        length=row.number_of("length"),
        unit=row.word("length_unit"),
        bundle=row.text("bundle", "name"),
        a=tuple(_plug(end, cable, "A", order) for order, end in enumerate(row.list_of("a_terminations"))),
        b=tuple(_plug(end, cable, "B", order) for order, end in enumerate(row.list_of("b_terminations"))),
    )


def _plug(row: _Row, cable: int, side: str, order: int) -> Plug:
    what = row.text("object", "name") or row.text("object", "display") or f"#{row.id('object_id')}"
    device = row.text("object", "device", "name") or row.text("object", "device", "display")
    place = " ".join(part for part in (device, what) if part)
    return Plug(cable, side, order, row.name("object_type"), row.id("object_id"), place)


def _termination(row: _Row) -> tuple[tuple[int, str, int], tuple[int | None, tuple[int, ...]]]:
    key = (row.id("cable"), row.name("termination_type"), row.id("termination_id"))
    return key, (row.whole("connector"), row.wholes("positions"))


def _with_positions(cable: Cable, ends: Mapping[tuple[int, str, int], tuple[int | None, tuple[int, ...]]]) -> Cable:
    """The cable with the connector and positions of each plug; a plug not in the dump has those of its order."""
    if not cable.profile:
        return cable

    def told(plug: Plug) -> Plug:
        connector, positions = ends.get((cable.id, plug.kind, plug.id), (None, ()))
        shape = profile_shape(cable.profile or "", plug.side)
        if connector is None and shape:
            connector, positions = plug.order + 1, tuple(range(1, shape[1] + 1))
        return replace(plug, connector=connector, positions=positions)

    return replace(cable, a=tuple(map(told, cable.a)), b=tuple(map(told, cable.b)))


def _device(row: _Row) -> Device:
    maker, model = row.text("device_type", "manufacturer", "name"), row.text("device_type", "model")
    device = row.id("id")
    return Device(
        id=device,
        name=row.text("name") or row.text("display") or f"#{device}",
        type=" ".join(part for part in (maker, model) if part) or None,
        site=row.text("site", "name"),
    )


def _distinct(devices: Sequence[Device]) -> list[Device]:
    """Devices with names of their own: NetBox wants names unique only within a site and tenant."""
    for told_by_site in (True, False):
        names = Counter(device.name for device in devices)
        devices = [
            replace(one, name=f"{one.name} ({one.site if told_by_site else f'#{one.id}'})")
            if names[one.name] > 1
            else one
            for one in devices
        ]
    return list(devices)


def _interface(row: _Row) -> Interface:
    return Interface(
        id=row.id("id"),
        device=row.id("device", "id"),
        name=row.name("name"),
        type=row.word("type"),
        module=row.whole("module", "id"),
        parent=row.whole("parent", "id"),
        channel=row.whole("channel_id"),
        lag=row.whole("lag", "id"),
        speed_kbps=row.whole("speed"),
        cable=row.whole("cable", "id"),
        marked=row.flag("mark_connected"),
        wireless=bool(row.fields("wireless_link")),
    )


def _place(row: _Row) -> str:
    return f"{row.text('device', 'name') or row.text('device', 'display') or ''} {row.name('name')}".strip()


def _front(row: _Row) -> FrontPort:
    mapped = tuple(
        (each.id("position"), each.id("rear_port"), each.id("rear_port_position")) for each in row.list_of("rear_ports")
    )
    if "rear_ports" not in row.data:  # until NetBox 4.4 a front port had one rear port
        mapped = ((1, row.id("rear_port", "id"), row.whole("rear_port_position") or 1),)
    return FrontPort(row.id("id"), _place(row), row.word("type"), row.whole("positions") or 1, mapped)


def _rear(row: _Row) -> RearPort:
    return RearPort(row.id("id"), _place(row), row.word("type"), row.whole("positions") or 1)


def _names(row: _Row, key: str) -> tuple[str, ...]:
    return tuple(each.name("name") for each in row.list_of(key))


def _module_type(row: _Row) -> ModuleType:
    return ModuleType(
        id=row.id("id"),
        maker=row.text("manufacturer", "name"),
        model=row.name("model"),
        part_number=row.text("part_number"),
        profile=row.text("profile", "name"),
        attributes=row.fields("attributes"),
        bay_types=_names(row, "module_bay_types"),
    )


def _module(row: _Row, types: Mapping[int, ModuleType]) -> Module:
    brief = _Row(row.file, row.number, row.fields("module_type"), row.bad)
    return Module(
        id=row.id("id"),
        device=row.id("device", "id"),
        bay=row.whole("module_bay", "id"),
        bay_name=row.text("module_bay", "name") or "?",
        type=types.get(row.id("module_type", "id")) or _module_type(brief),
        status=row.word("status"),
    )


def _bay(row: _Row) -> Bay:
    return Bay(
        id=row.id("id"),
        device=row.id("device", "id"),
        name=row.name("name"),
        label=row.text("label"),
        position=row.text("position"),
        types=_names(row, "module_bay_types"),
    )


def _item(row: _Row) -> Item:
    kind, component = row.text("component_type"), row.whole("component_id")
    return Item(
        id=row.id("id"),
        device=row.id("device", "id"),
        name=row.name("name"),
        label=row.text("label"),
        role=row.text("role", "name"),
        part_id=row.text("part_id"),
        status=row.word("status"),
        component=(kind, component) if kind and component else None,
    )
