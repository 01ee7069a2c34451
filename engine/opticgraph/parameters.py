"""The parameters of a question: from what a person writes to a term, known and of the right sort."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType
from urllib.parse import quote

import polars as pl
import pyoxigraph as ox

from . import terms
from .claims import claims
from .design import SIDES, Design
from .errors import QueryError
from .graph import PART, XSD
from .knowledge import Knowledge
from .question import Parameter, Question
from .resolve import candidates
from .result import VERDICTS
from .rules import RULE, read_rules
from .sources import CLAIM, OPTIC, SOURCE, catalog_files, text_of

__all__ = ["bind"]

LISTED = 8  # names that an error gives

_PREFIXES = MappingProxyType({"claim": CLAIM, "optic": OPTIC, "part": PART, "rule": RULE, "source": SOURCE})
_PREFIXED = re.compile(r"([A-Za-z]\w*):(.+)")
_IRI = re.compile(r"<?(https?://[^<>\"{}|^`\\\x00-\x20]+|urn:[^<>\"{}|^`\\\x00-\x20]+)>?")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


def bind(question: Question, parameters: Mapping[str, str], *, design: Design, knowledge: Knowledge) -> dict[str, str]:
    """The parameters as N-Triples terms; what a value may be is told by the example in the question's header."""
    told = {each.name: each for each in question.parameters}
    if not told and not question.shipped:
        told = {name: Parameter(name, "", "") for name in re.findall(r"[?$](\w+)", question.query)}
    for name in parameters:
        if name not in told:
            near = terms.nearest(name, told)
            takes = ", ".join([f"{near} (nearest)"] * bool(near) + [each for each in told if each != near])
            raise QueryError(f"{question.name}: found the parameter {name!r}; expected {takes or 'none'}")
    return {
        name: _term(told[name], value, design=design, knowledge=knowledge) for name, value in sorted(parameters.items())
    }


def _term(parameter: Parameter, value: str, *, design: Design, knowledge: Knowledge) -> str:
    example = parameter.example
    prefixed = _PREFIXED.fullmatch(example)
    if prefixed and prefixed[1] in _PREFIXES:
        return f"<{_named(parameter, prefixed[1], value, knowledge=knowledge)}>"
    if not example and (iri := _full(value)):
        return f"<{iri}>"
    if _NUMBER.fullmatch(example) or (not example and _NUMBER.fullmatch(value)):
        if not _NUMBER.fullmatch(value):
            raise _not_known(parameter, value, (), expected=f"a number such as {example}")
        return f'"{value}"^^<{XSD}{"decimal" if "." in value else "integer"}>'
    known = _names(parameter.name, design, knowledge) if example else None
    if known is not None and value not in known:
        raise _not_known(parameter, value, tuple(sorted(known)))
    return str(ox.Literal(value))


def _named(parameter: Parameter, prefix: str, value: str, *, knowledge: Knowledge) -> str:
    """The IRI of a thing of the ontology or the catalogue: as an IRI, with its prefix, or by its own name."""
    iri = _full(value)
    name = iri.removeprefix(_PREFIXES[prefix]) if iri else value
    example = parameter.example.partition(":")[2]
    match prefix:
        case "optic":
            of = terms.from_iri(OPTIC + example)
            if of is None:
                return iri or OPTIC + quote(name)
            told = terms.from_iri(iri) if iri else (of[0], terms.notation(of[0], name))
            if told is None or told[0] != of[0] or told[1] is None:
                raise _not_known(parameter, value, (), expected=terms.expected(of[0], name))
            return terms.iri(*told)  # type: ignore[arg-type]
        case "part":
            return PART + quote(_catalogued(parameter, value, name, example, knowledge), safe="")
        case "claim":
            known: tuple[str, ...] = claims(catalog_files())
        case "source":
            known = tuple(knowledge.sources)
        case _:
            known = tuple(sorted(read_rules(()).rules))
    if name not in known:
        raise _not_known(parameter, value, known)
    return _PREFIXES[prefix] + name


def _catalogued(parameter: Parameter, value: str, name: str, example: str, knowledge: Knowledge) -> str:
    """The interface or the module type that a name means, whichever the example is."""
    interfaces = example in knowledge.by_interface
    wanted = knowledge.by_interface if interfaces else knowledge.types
    if name in wanted:
        return name
    types = candidates(name, socket=None, knowledge=knowledge)
    meant = sorted({knowledge.types[id].interface for id in types}) if interfaces else list(types)
    if len(meant) == 1:
        return meant[0]
    if meant:
        raise _not_known(parameter, value, (), expected=f"one of its meanings: {', '.join(meant)}")
    raise _not_known(parameter, value, tuple(wanted))


def _names(name: str, design: Design, knowledge: Knowledge) -> frozenset[str] | None:
    """The names that a thing of the design may have, by what the parameter is called; None where any text may be."""
    match name:
        case "link" | "route" | "group":
            return frozenset(design.links[name].drop_nulls())
        case "device":
            ends = [design.links[f"{side}_device"] for side in SIDES]
            return frozenset(pl.concat([design.devices["device"], design.ports["device"], *ends]).drop_nulls())
        case "site":
            return frozenset(design.devices["site"].drop_nulls())
        case "maker":
            held = (facts for (_, figure), facts in knowledge.facts.items() if figure == "maker")
            return frozenset(text_of(fact.value) for facts in held for fact in facts)
        case "verdict":
            return frozenset(VERDICTS)
        case _:
            return None


def _full(value: str) -> str | None:
    """The IRI that a value is, in full or with one of our prefixes, or None."""
    if whole := _IRI.fullmatch(value):
        return whole[1]
    prefixed = _PREFIXED.fullmatch(value)
    if prefixed and prefixed[1] in _PREFIXES:
        return _PREFIXES[prefixed[1]] + quote(prefixed[2], safe="%-._~+")
    return None


def _not_known(parameter: Parameter, value: str, known: tuple[str, ...], *, expected: str = "") -> QueryError:
    if not expected:
        near = get_close_matches(value, known, n=LISTED, cutoff=0)
        more = f" or {len(known) - len(near)} more" if len(known) > len(near) else ""
        expected = ", ".join([f"{near[0]} (nearest)", *near[1:]]) + more if near else "nothing, as there is none"
    return QueryError(f"parameter {parameter.name}: found {value!r}; expected {expected}")
