"""Which transceiver sits in which interface: modules in bays, inventory items, or the type of the interface itself."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from .. import terms
from ..design import Note
from .netbox_dump import Bay, Dump, Interface, Item, Module
from .netbox_words import lanes_of_medium, word

__all__ = ["TYPE_OF_INTERFACE", "Fitted", "Placement", "is_optical", "place"]

_SAYS_OPTICS = re.compile(r"transceiv|optic|pluggable|xcvr|\bx?sfp", re.I)
_OPTICS_PART = re.compile(r"(?:[a-z0-9]{2,4}-)?(?:x?sfp|qsfp|osfp|qdd|cfp|cpak|cxp|dsfp)", re.I)  # how they begin
_NUMBER = re.compile(r"\d+(?:[/:.]\d+)*$")  # the 1/49 of Ethernet1/49
TYPE_OF_INTERFACE = "the type of the interface"
_PLACED, _TWICE, _LEFT = "transceivers placed", "transceivers recorded twice", "transceivers not placed"
_MOST_LEGS = 16  # lanes of the widest module; what owns more interfaces is a line card


@dataclass(frozen=True)
class Fitted:
    """What an interface holds: how that was told, and the guess where no record says it outright."""

    part: str | None
    lanes: int | None = None
    guess: str = ""
    how: str = ""
    bay: str | None = None  # of a transceiver that serves several interfaces, and which of how many this one is
    leg: int = 1
    legs: int = 1
    medium: str | None = None  # the PMD that the module type's profile names


@dataclass(frozen=True)
class Placement:
    """Transceivers by interface, form factors of bays by interface, line cards by interface, and what is left over."""

    fitted: Mapping[int, Fitted]
    cages: Mapping[int, str]
    cards: Mapping[int, str]
    counts: Mapping[str, int]
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class _Transceiver:
    """One transceiver as recorded, with the interfaces it serves if they can be told."""

    device: int
    what: str
    names: tuple[str, ...]  # part number first, then model
    medium: str | None
    lanes: int | None
    status: str | None
    interfaces: tuple[int, ...]
    how: str
    guess: str
    bay: str | None


def is_optical(interface: Interface) -> bool:
    """Whether it is an Ethernet port of 40G or more for a module or with a medium of its own."""
    known = word("interface type", interface.type)
    return known is not None and (known.rate_gbps or 0) >= 40


def place(dump: Dump, file: Mapping[str, str]) -> Placement:
    """Every transceiver of the dump, in its interface or in a note; file names the file of each table."""
    site = _Site.of(dump)
    optics = {one.id for one in dump.modules.values() if _is_transceiver(site, one)}
    modules = [_from_module(site, one) for one in dump.modules.values() if one.id in optics]
    items = [_from_item(site, one) for one in dump.items.values() if _is_optic(site, one)]
    fitted: dict[int, Fitted] = {}
    counts = Counter(
        dict.fromkeys(("transceivers placed", "transceivers not placed", "transceivers recorded twice"), 0)
    )
    notes: list[Note] = []
    for one, source in [(one, "modules") for one in modules] + [(one, "inventory-items") for one in items]:
        where = f"{dump.devices[one.device].name if one.device in dump.devices else '?'} {one.what}"
        outcome, trouble = _seat(dump, one, fitted)
        counts[outcome] += 1
        notes += [Note(file[source], where, text) for text in trouble]
    for key, interface in dump.interfaces.items():
        known = word("interface type", interface.type)
        if known and known.kind == "optics" and key not in fitted:
            guess = f"the interface type is {interface.type}"
            fitted[key] = Fitted(known.notation, known.lanes, guess, TYPE_OF_INTERFACE)
    counts.update(f"modules told by {one.how}" for one in fitted.values() if one.leg == 1)
    counts["modules that are no transceivers"] = len(dump.modules) - len(modules)
    counts["inventory items that are no transceivers"] = len(dump.items) - len(items)
    cards = {
        key: " ".join(part for part in (card.type.maker, card.type.model) if part)
        for key, interface in dump.interfaces.items()
        if (card := dump.modules.get(interface.module or 0)) and card.id not in optics
    }
    return Placement(fitted, _cages(site), cards, counts, tuple(notes))


def _seat(dump: Dump, one: _Transceiver, fitted: dict[int, Fitted]) -> tuple[str, list[str]]:
    """Put a transceiver into its interfaces; what came of it, as the name of a count, and what to say about it."""
    part = one.names[0] if one.names else None
    trouble = [] if part else ["no part number is recorded"]
    if one.status not in (None, "active"):
        trouble.append(f"its status is {one.status}; it is read as fitted")
    if not one.interfaces:
        return _LEFT, [f"transceiver {part} is in no interface that could be told", *trouble]
    if not any(word("interface type", dump.interfaces[key].type) for key in one.interfaces):
        return "transceivers in interfaces below 40G or of other kinds", trouble
    taken = [key for key in one.interfaces if key in fitted]
    for key in taken:
        held = fitted[key]
        if held.part and part and held.part not in one.names:
            text = f"transceiver {part} is in {dump.interfaces[key].name}, where {held.part} is recorded too; not read"
            return _LEFT, [text, *trouble]
        surer = held if not held.guess or one.guess else replace(held, guess="", how=one.how)
        fitted[key] = replace(surer, part=held.part or part, medium=held.medium or one.medium)
    if taken:
        return _TWICE, []
    legs = sorted(one.interfaces, key=lambda key: _natural(dump.interfaces[key].name))
    for leg, key in enumerate(legs, 1):
        bay = one.bay if len(legs) > 1 else None
        fitted[key] = Fitted(part, one.lanes, one.guess, one.how, bay, leg, len(legs), one.medium)
    return _PLACED, trouble


@dataclass(frozen=True)
class _Site:
    """The dump, and its interfaces by device and by the module that brought them."""

    dump: Dump
    named: Mapping[tuple[int, str], Interface]
    numbered: Mapping[tuple[int, str], Sequence[Interface]]
    owned: Mapping[int, Sequence[Interface]]

    @classmethod
    def of(cls, dump: Dump) -> _Site:
        numbered: dict[tuple[int, str], list[Interface]] = defaultdict(list)
        owned: dict[int, list[Interface]] = defaultdict(list)
        for one in dump.interfaces.values():
            if (number := _NUMBER.search(one.name)) and word("interface type", one.type):
                numbered[(one.device, number.group())].append(one)
            if one.module is not None:
                owned[one.module].append(one)
        named = {(one.device, one.name.casefold()): one for one in dump.interfaces.values()}
        return cls(dump, named, numbered, owned)


def _by_name(site: _Site, device: int, written: Mapping[str, str | None]) -> tuple[Interface, str] | None:
    """The interface that a bay or an item is named after, and how; written is label, position and name of it."""
    for how, text in written.items():
        if text and (one := site.named.get((device, text.casefold()))):
            return one, f"{how} {text}"
    for how, text in written.items():
        last = (text or "").split()[-1:]
        if last and (one := site.named.get((device, last[0].casefold()))):
            return one, f"{how} {text}"
    for how, text in written.items():
        number = _NUMBER.search(text or "")
        if number and len(same := site.numbered.get((device, number.group()), ())) == 1:
            return same[0], f"number in the {how} {text}"
    return None


def _of_bay(site: _Site, bay: Bay) -> tuple[Interface, str] | None:
    return _by_name(site, bay.device, {"label": bay.label, "position": bay.position, "name": bay.name})


def _form_factors(names: Sequence[str]) -> list[str]:
    return [known for name in names if (known := terms.notation("FormFactor", name))]


def _is_transceiver(site: _Site, module: Module) -> bool:
    """Whether a module is an optic and no power supply, fan, cassette or line card."""
    kind, bay = module.type, site.dump.bays.get(module.bay or 0)
    own = [known.kind for one in site.owned.get(module.id, ()) if (known := word("interface type", one.type))]
    if _SAYS_OPTICS.search(kind.profile or "") or _form_factors(kind.bay_types + (bay.types if bay else ())):
        return True
    if own:
        media = all(each in ("optics", "copper") for each in own)
        return len(own) <= _MOST_LEGS and (media or any(_OPTICS_PART.match(name) for name in _names(module)))
    if any(_OPTICS_PART.match(name) for name in _names(module)):
        return True
    written = [text for text in (bay.label, bay.name) if text and not text.isdigit()] if bay else []
    return any(
        (one := site.named.get((module.device, text.casefold()))) and word("interface type", one.type)
        for text in written
    )


def _is_optic(site: _Site, item: Item) -> bool:
    """Whether an inventory item is an optic."""
    if _SAYS_OPTICS.search(item.role or "") or _OPTICS_PART.match(item.part_id or item.name):
        return True
    one = _component(site, item)
    return one is not None and word("interface type", one.type) is not None


def _component(site: _Site, item: Item) -> Interface | None:
    kind, number = item.component or ("", 0)
    return site.dump.interfaces.get(number) if kind == "dcim.interface" else None


def _names(module: Module) -> tuple[str, ...]:
    return tuple(name for name in (module.type.part_number, module.type.model) if name)


def _from_module(site: _Site, module: Module) -> _Transceiver:
    bay = site.dump.bays.get(module.bay or 0)
    own = site.owned.get(module.id, ())
    told = _of_bay(site, bay) if bay and not own else None
    return _Transceiver(
        device=module.device,
        what=f"bay {module.bay_name}",
        names=_names(module),
        medium=_medium(module.type.attributes),
        lanes=_lanes(module.type.attributes),
        status=module.status,
        interfaces=tuple(one.id for one in own) or ((told[0].id,) if told else ()),
        how="the interface of the module" if own else "the name of the bay",
        guess=f"the {told[1]} of module bay {module.bay_name} names the interface" if told else "",
        bay=module.bay_name,
    )


def _from_item(site: _Site, item: Item) -> _Transceiver:
    recorded = _component(site, item)
    told = None if recorded else _by_name(site, item.device, {"label": item.label, "name": item.name})
    one = recorded or (told[0] if told else None)
    return _Transceiver(
        device=item.device,
        what=f"inventory item {item.name}",
        names=(item.part_id,) if item.part_id else (),
        medium=None,
        lanes=None,
        status=item.status,
        interfaces=(one.id,) if one else (),
        how="the component of the inventory item" if recorded else "the name of the inventory item",
        guess=f"the {told[1]} of inventory item {item.name} names the interface" if told else "",
        bay=None,
    )


def _medium(attributes: Mapping[str, object]) -> str | None:
    """The PMD that a module type profile names."""
    told = (attributes.get(key) for key in ("pmd", "phy"))
    return next((text for text in told if isinstance(text, str) and text.strip()), None)


def _lanes(attributes: Mapping[str, object]) -> int | None:
    """Lanes by the attributes of a module type profile: a count, or the medium that the profile names."""
    lanes = attributes.get("lanes")
    if isinstance(lanes, int) and not isinstance(lanes, bool) and 0 < lanes <= _MOST_LEGS:
        return lanes
    return next((found for key in ("pmd", "phy") if (found := lanes_of_medium(str(attributes.get(key))))), None)


def _cages(site: _Site) -> Mapping[int, str]:
    """Form factors that module bays state of the interfaces they are named after or hold."""
    found = {}
    for bay in site.dump.bays.values():
        stated = _form_factors(bay.types)
        if len(stated) == 1 and (told := _of_bay(site, bay)):
            found[told[0].id] = stated[0]
    for module in site.dump.modules.values():
        around = site.dump.bays.get(module.bay or 0)
        stated = _form_factors(around.types) if around else []
        if len(stated) == 1:
            found |= {one.id: stated[0] for one in site.owned.get(module.id, ())}
    return found


def _natural(name: str) -> tuple[tuple[str, int], ...]:
    """A key by which Ethernet1/10 comes after Ethernet1/9."""
    return tuple((text, int(number or 0)) for text, number in re.findall(r"(\D*)(\d{0,18})", name))
