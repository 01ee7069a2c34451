"""Knowledge as bytes and back: what was laid out once is read in a tenth of the time that laying it out takes.

The first line is JSON of plain lists, with every word written once; then all that is believed stands as N-Triples,
module types one after another.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from operator import attrgetter
from typing import Any

from .layout import Interoperation, Knowledge
from .parts import Breakout, Interface, ModuleType, Reach
from .sources import Fact, Source

__all__ = ["packed", "unpacked"]

_SETS = ("takes", "refuses", "adapters")
_AS_THEY_ARE = ("trust", "fiber_class", "splice")
_TUPLES = ("names", "by_interface", "sockets", "losses", "plugs")


def packed(knowledge: Knowledge) -> bytes:
    """All of it; `unpacked` gives an equal value."""
    places: dict[str, int] = {}
    facts: dict[Fact, int] = {}
    held: dict[str, object] = {name: getattr(knowledge, name) for name in (*_AS_THEY_ARE, *_TUPLES)}
    held |= {name: {key: sorted(each) for key, each in getattr(knowledge, name).items()} for name in _SETS}
    held |= {
        "types": [_values(type_) for type_ in knowledge.types.values()],
        "interfaces": {id: _values(interface) for id, interface in knowledge.interfaces.items()},
        "interworks": [[*pair, *_values(told)] for pair, told in knowledge.interworks.items()],
        "sources": [_values(source) for source in knowledge.sources.values()],
        "sizes": [len(knowledge.common), *map(len, knowledge.of_type.values())],
        "of_type": list(knowledge.of_type),
    }
    for name in ("facts", "contested"):
        held[name] = [
            [*key, *(facts.setdefault(fact, len(facts)) for fact in told)]
            for key, told in getattr(knowledge, name).items()
        ]
    held["told"] = [[places.setdefault(word, len(places)) for word in fact] for fact in facts]
    held["words"] = list(places)
    return json.dumps(held, separators=(",", ":")).encode() + b"\n" + knowledge.graph


def unpacked(content: bytes) -> Knowledge:
    """The knowledge that was packed. Raises ValueError where the bytes are not whole."""
    head, _, graph = content.partition(b"\n")
    held = json.loads(head)
    if sum(held["sizes"]) != len(graph):
        raise ValueError("what was kept of the knowledge is not whole")
    words = held["words"]
    told = [Fact(words[s], words[p], words[o], words[source], words[how]) for s, p, o, source, how in held["told"]]
    types = {id: _type(values) for values in held["types"] for id in values[:1]}
    parts, at = [], 0
    for size in held["sizes"]:
        parts.append(graph[at : at + size])
        at += size
    plain: dict[str, Any] = {name: held[name] for name in _AS_THEY_ARE}
    plain |= {name: {key: tuple(each) for key, each in held[name].items()} for name in _TUPLES}
    plain |= {name: {key: frozenset(each) for key, each in held[name].items()} for name in _SETS}
    return Knowledge(
        types=types,
        interfaces={id: Interface(*_flat(values)) for id, values in held["interfaces"].items()},
        interworks={(a, b): Interoperation(*_flat(values)) for a, b, *values in held["interworks"]},
        facts=_looked_up(held["facts"], told),
        contested=_looked_up(held["contested"], told),
        sources={source.id: source for source in (Source(*values) for values in held["sources"])},
        common=parts[0],
        of_type=dict(zip(held["of_type"], parts[1:], strict=True)),
        **plain,
    )


def _values(thing: object) -> list[Any]:
    names = [field.name for field in fields(thing)]  # type: ignore[arg-type]
    return [
        [_values(each) if isinstance(each, Reach | Breakout) else each for each in value]
        if isinstance(value, tuple)
        else value
        for value in attrgetter(*names)(thing)
    ]


def _flat(values: list[Any]) -> list[Any]:
    return [tuple(value) if type(value) is list else value for value in values]


_REACHES, _BREAKOUTS, _REFLECTANCE = (
    [field.name for field in fields(ModuleType)].index(name) for name in ("reaches", "breakouts", "reflectance")
)


def _type(values: list[Any]) -> ModuleType:
    own = _flat(values)
    own[_REACHES] = tuple(Reach(*reach) for reach in own[_REACHES])
    own[_BREAKOUTS] = tuple(Breakout(*breakout) for breakout in own[_BREAKOUTS])
    own[_REFLECTANCE] = tuple(map(tuple, own[_REFLECTANCE]))
    return ModuleType(*own)


def _looked_up(keys: list[list[Any]], told: list[Fact]) -> Mapping[tuple[str, str], tuple[Fact, ...]]:
    return {(subject, figure): tuple([told[at] for at in places]) for subject, figure, *places in keys}
