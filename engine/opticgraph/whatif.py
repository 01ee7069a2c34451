"""What if: changes of the record, of what is believed, of what may be used and of prices, in words a person writes.

    link NAME COLUMN=VALUE     a value of the link sheet; += and -= change a number; an empty value is not known
    route NAME COLUMN=VALUE    the same of every link of a route
    device NAME COLUMN=VALUE   a value of the devices sheet
    retire MODULE              no link may use it: a module type, an interface or a part number
    no THING                   nothing new of it: a strategy, a connector or a module; what is there stays
    only MAKER                 nothing new but what this maker sells
    price [PART] -20%          another price; also `price PART 899`
    without SOURCE             as if nobody had read this source

Each of them comes down to data: columns of a design, a rule in SHACL, a trust policy, a price list, or what options
must not bring in.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path

from . import terms
from .amend import SORTS, Amendment, amended
from .design import Design
from .errors import QueryError
from .knowledge import Knowledge, fold
from .limits import NO_LIMITS, Limits
from .prices import Prices
from .resolve import nearest
from .sources import PART, text_of
from .strategies import STRATEGIES
from .trust import trust_of

__all__ = ["RETIRED", "Overlay", "overlay_of", "priced", "retiring"]

RETIRED = "module-is-not-retired"  # the rule that `retire` brings in

_AMENDMENT = re.compile(rf"({'|'.join(SORTS)})\s+(.+?)\s+(\w+)\s*(\+=|-=|=)\s*(.*)", re.DOTALL)
_PERCENT = re.compile(r"price(?:\s+(.+?))?\s+([+-])\s*([0-9]+(?:\.[0-9]+)?)\s*%")
_AMOUNT = re.compile(r"price\s+(.+?)\s+([0-9]+(?:\.[0-9]+)?)")
_FORMS = (
    "link NAME COLUMN=VALUE", "route NAME COLUMN+=NUMBER", "device NAME COLUMN=VALUE", "retire MODULE",
    "no STRATEGY, CONNECTOR or MODULE", "only MAKER", "price [PART] -20%", "price PART AMOUNT", "without SOURCE",
)  # fmt: skip


@dataclass(frozen=True)
class PriceChange:
    """Another price of a part, or of all: a percentage to add, or the amount itself."""

    part: str
    percent: Decimal | None = None
    amount: Decimal | None = None


@dataclass(frozen=True)
class Overlay:
    """What would be otherwise, in order, as read from words; what the names mean is found out with a catalogue.

    words    each change as it was written
    retired  names of modules; refused: of strategies, connectors and modules; makers: those that may sell
    """

    words: tuple[str, ...] = ()
    amendments: tuple[Amendment, ...] = ()
    retired: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    makers: tuple[str, ...] = ()
    prices: tuple[PriceChange, ...] = ()
    without: tuple[str, ...] = ()

    @property
    def of_options(self) -> bool:
        """Whether some of it concerns what links may become, and nothing else."""
        return bool(self.refused or self.makers or self.prices)

    def design(self, base: Design) -> Design:
        """The design with the values changed that it changes. Raises DesignError."""
        return amended(base, self.amendments)

    def trust(self, base: str) -> str:
        """The policy without the sources it drops."""
        return str(trust_of(base).dropping(self.without)) if self.without else base

    def limits(self, knowledge: Knowledge) -> Limits:
        """What options must not bring in. Raises QueryError for a name that means nothing."""
        limits = NO_LIMITS
        for name in self.refused:
            limits = _refusing(limits, name, knowledge)
        if self.makers:
            limits = replace(limits, unsold=_unsold(self.makers, knowledge))
        return limits


def overlay_of(changes: Iterable[str]) -> Overlay:
    """Read changes, each a line as above or `@FILE` with such lines. Raises QueryError that names what is expected."""
    overlay = Overlay()
    for change in _lines(changes):
        overlay = _with(replace(overlay, words=(*overlay.words, change)), change)
    return overlay


def _lines(changes: Iterable[str]) -> Iterable[str]:
    for change in changes:
        if not change.startswith("@"):
            yield change.strip()
            continue
        try:
            lines = Path(change[1:]).read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise QueryError(f"--what-if {change}: could not be read as UTF-8 text: {error}") from error
        yield from (line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#"))


def _with(overlay: Overlay, change: str) -> Overlay:
    verb, _, name = change.partition(" ")
    name = name.strip()
    if found := _AMENDMENT.fullmatch(change):
        sort, thing, column, sign, value = found.groups()
        made = Amendment(sort, thing, column, sign[0], value.strip(), change)
        return replace(overlay, amendments=(*overlay.amendments, made))
    if found := _PERCENT.fullmatch(change):
        percent = Decimal(f"{found[2]}{found[3]}")
        if percent < -100:
            raise QueryError(f"--what-if {change!r}: found {percent} %; expected no less than -100 %")
        return replace(overlay, prices=(*overlay.prices, PriceChange(found[1] or "", percent=percent)))
    if found := _AMOUNT.fullmatch(change):
        return replace(overlay, prices=(*overlay.prices, PriceChange(found[1], amount=Decimal(found[2]))))
    if name and verb == "retire":
        return replace(overlay, retired=(*overlay.retired, name))
    if name and verb == "no":
        return replace(overlay, refused=(*overlay.refused, name))
    if name and verb == "only":
        return replace(overlay, makers=(*overlay.makers, name))
    if name and verb == "without":
        return replace(overlay, without=(*overlay.without, name))
    raise QueryError(f"--what-if: found {change!r}; expected one of: {'; '.join(_FORMS)}; or @FILE with such lines")


# --- what names mean -------------------------------------------------------------------------------------------------


def retiring(names: Sequence[str], knowledge: Knowledge) -> str:
    """A rule in Turtle that no end of a link holds a module of these names. Raises QueryError for an unknown name."""
    ids = sorted({id for name in names for id in _types(name, "retire", knowledge)})
    listed = " ".join(f"<{PART}{id}>" for id in ids)
    told = ", ".join(name.replace("\\", "").replace('"', "") for name in names)
    return _RULE.format(rule=RETIRED, types=listed, told=told)


_RULE = """# No link uses a module that is to be retired.
@prefix optic: <https://w3id.org/opticgraph/ontology#> .
@prefix rule: <https://w3id.org/opticgraph/rules#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .

rule:{rule} a sh:NodeShape ;
    sh:name "Module is not retired"@en ;
    sh:description "No link uses a module that is to be retired."@en ;
    sh:targetClass optic:End ;
    sh:property rule:{rule}.fails ;
    optic:aspect "module" ;
    optic:needs ( optic:module optic:ofType ) .

rule:{rule}.fails a sh:PropertyShape ;
    optic:ofRule rule:{rule} ;
    sh:path ( optic:module optic:ofType ) ;
    sh:not [ sh:in ( {types} ) ] ;
    sh:severity sh:Violation ;
    sh:message "The module at this end is to be retired."@en ;
    optic:says "{{place}}: {{module}} is to be retired ({told}). Use another module."@en ;
    optic:nature "practice" .
"""


def _types(name: str, verb: str, knowledge: Knowledge) -> frozenset[str]:
    """Module types and parts that a name stands for: an interface all that speak it, a type all that are sold as it."""
    ids = set(knowledge.names.get(fold(name), ()))
    found = frozenset(type_.id for type_ in knowledge.types.values() if ids & {*type_.about, type_.interface})
    if not found:
        near = nearest(name, knowledge)
        hint = f" Nearest: {', '.join(near)}." if near else ""
        raise QueryError(f"--what-if {verb} {name}: found {name!r}; expected {_EXPECTED[verb]}.{hint}")
    return found


_EXPECTED = {
    "retire": "a module type, interface or part number of the catalogue",
    "no": f"a strategy ({', '.join(STRATEGIES)}), a connector ({', '.join(terms.words('Connector'))}) "
    "or a module of the catalogue",
}


def _refusing(limits: Limits, name: str, knowledge: Knowledge) -> Limits:
    said = f"no {name}"
    if name in STRATEGIES:
        return replace(limits, strategies={**limits.strategies, name: said})
    plugs = {word for word in terms.words("Connector") if fold(word).startswith(fold(name))}
    if plugs:
        taking = {t.id: said for t in knowledge.types.values() if t.connectors and plugs.issuperset(t.connectors)}
        return replace(limits, types={**limits.types, **taking}, plugs={**limits.plugs, **taking})
    return replace(limits, types={**limits.types, **dict.fromkeys(_types(name, "no", knowledge), said)})


def _unsold(makers: Sequence[str], knowledge: Knowledge) -> Mapping[str, str]:
    """The module types that none of these makers sells, and that in words."""
    sellers = {
        subject: text_of(facts[0].value) for (subject, name), facts in knowledge.facts.items() if name == "maker"
    }
    known = {fold(maker): maker for maker in sellers.values()}
    for name in makers:
        if fold(name) not in known:
            near = get_close_matches(name, known.values(), n=3, cutoff=0.4)
            hint = f"Nearest: {', '.join(near)}" if near else f"Known: {', '.join(sorted(known.values()))}"
            raise QueryError(
                f"--what-if only {name}: found {name!r}; expected a maker of parts in the catalogue. {hint}."
            )
    wanted = {known[fold(name)] for name in makers}
    parts = {subject for subject, maker in sellers.items() if maker in wanted}
    sold = {id for type_ in knowledge.types.values() if parts & set(type_.about) for id in type_.about}
    said = f"only {', '.join(sorted(wanted))}"
    return {id: said for id in knowledge.types if id not in sold}


# --- prices ----------------------------------------------------------------------------------------------------------


def priced(prices: Prices, changes: Sequence[PriceChange]) -> str:
    """The price list as CSV, with these changes. Raises QueryError for a part that the list does not have."""
    of = dict(prices.of)
    for change in changes:
        part = fold(change.part)
        if part and part not in of and change.amount is None:
            near = get_close_matches(part, of, n=3)
            hint = f", such as {', '.join(near)}" if near else ""
            raise QueryError(f"--what-if price {change.part}: found no price of it; expected a part of the list{hint}")
        if change.amount is not None:
            of[part] = change.amount
            continue
        factor = 1 + (change.percent or Decimal(0)) / 100
        of |= {name: price * factor for name, price in of.items() if part in ("", name)}
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("part", "price", "currency"))
    rows.writerows((part, f"{price:f}", prices.currency) for part, price in sorted(of.items()))
    return text.getvalue()
