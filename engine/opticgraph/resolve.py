"""From what a record calls a module to the module types it may mean."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from difflib import get_close_matches

from .knowledge import Knowledge, ModuleType, fold

__all__ = ["candidates", "nearest", "runs"]


def candidates(name: str, *, socket: str | None, knowledge: Knowledge) -> tuple[str, ...]:
    """Ids of the types that a name means in a socket: none if unknown, several if sources use it for several.

    A name of an interface means its type in the form factor that the socket runs. Where some of several interfaces
    go into the socket and others do not, the name means those that do. A single-fibre interface without a direction
    means its type without one.
    """
    by_interface: dict[str, list[ModuleType]] = defaultdict(list)
    for id in knowledge.names.get(fold(name), ()):
        types = [knowledge.types[id]] if id in knowledge.types else _types_of(id, knowledge)
        for type_ in types:
            by_interface[type_.interface].append(type_)
    best = {
        interface: min(types, key=lambda type_: _preference(type_, socket, knowledge))
        for interface, types in by_interface.items()
    }
    fitting = [t.id for t in best.values() if socket and t.form_factor in knowledge.takes.get(socket, ())]
    return tuple(sorted(fitting or [t.id for t in best.values()]))


def nearest(name: str, knowledge: Knowledge, *, count: int = 3) -> tuple[str, ...]:
    """Known names that look like this one, as a hint; never used as a guess."""
    return tuple(
        knowledge.names[match][0] for match in get_close_matches(fold(name), knowledge.names, n=count, cutoff=0.6)
    )


def runs(type_: ModuleType, socket: str | None, knowledge: Knowledge) -> bool:
    """Whether a socket has the lanes that a module wants of its host, and as fast; one that is not known has none."""
    lanes, rate = knowledge.sockets.get(socket or "", (None, None))
    return (type_.electrical_rate_mbps or 0) <= (rate or 0) and (type_.electrical_lanes or 0) <= (lanes or 0)


def _types_of(interface: str, knowledge: Knowledge) -> Iterable[ModuleType]:
    types = [knowledge.types[id] for id in knowledge.by_interface.get(interface, ())]
    plain = [
        t for t in types if len(t.about) == 2 and t.direction is None
    ]  # a part has three subjects: it, type, interface
    return plain or types


def _preference(type_: ModuleType, socket: str | None, knowledge: Knowledge) -> tuple[object, ...]:
    takes = socket is not None and type_.form_factor in knowledge.takes.get(socket, ())
    return (
        type_.form_factor != socket,
        not (takes and runs(type_, socket, knowledge)),
        _USUAL.index(type_.form_factor) if type_.form_factor in _USUAL else len(_USUAL),
        len(type_.about) == 3,
        type_.id,
    )


# Which form factor a name means where the cage does not tell: the one most sold at its rate.
_USUAL = ("QSFP28", "QSFP-DD", "OSFP", "QSFP112", "QSFP56", "SFP28", "QSFP+")
