"""Where a walk of a footprint leads in the columns, and what must agree there for two things to be of one kind.

docs/kinds.md says why this is enough. What no column holds is refused by reason, never guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import polars as pl

from .across import ALL_LANES
from .design import SIDES
from .facts import CASE, FIELDS
from .fields import Field
from .footprint import Compare, Footprint, Walk
from .graph import OPTIC, RDF_TYPE, THINGS, XSD, minted
from .wide import Wide

__all__ = ["CLASSES", "TARGETS", "Unplaced", "at_odds", "own_terms", "own_walks", "tests"]

_ALWAYS = pl.lit(True)
# Classes of things that have columns: the sort, and which rows of its frame are of the class.
TARGETS: Mapping[str, tuple[str, str]] = {
    "Link": ("link", "all"),
    "OpticalLink": ("link", "optical"),
    "CableLink": ("link", "cable"),
    "CoherentLink": ("link", "coherent"),
    "End": ("end", "all"),
    "OpticalEnd": ("end", "optical"),
    "Cage": ("port", "all"),
    "Device": ("device", "all"),
    "Group": ("group", "all"),
}
CLASSES: Mapping[str, pl.Expr] = {
    "all": _ALWAYS,
    "cable": pl.col("cable"),
    "coherent": pl.col("coherent"),
    "optical": ~pl.col("cable"),
}
_INTEGERS = 1 << 63  # beyond it no column has a number
_TERMS = ("word", "words", "part", "parts", "socket", "adapter")  # kinds of field whose values are catalogue terms
_MANY = ("words", "parts", "modes", "lanes")
_SCALES = {"decimal": 1000, "whole": 1, "count": 1}  # units of a column in one of its RDF property
# Properties of the design: what leads to a term of the catalogue by them, back, may be any thing of the design.
_OWN = frozenset(
    {name for table in FIELDS.values() for name in table}
    | {name for thing in THINGS.values() for name in (*thing.links, thing.name)}
    | {"ofType", RDF_TYPE}
)


class Unplaced(Exception):
    """A walk that no column holds, or a test that columns cannot make; the message says which."""


@dataclass(frozen=True)
class _Place:
    """Where a walk leads.

    sort     a sort of thing (link, end, cage, module, device, group, port), or term or value
    side     of an end and what it leads to
    value    the column, null where there is nothing; of a thing what tells it from others
    present  whether there is anything
    field    of a column that is a field
    beyond   whether the walk goes on from there into the catalogue
    focus    whether it is the thing itself that is judged, whose own frame is at hand
    """

    sort: str
    side: str | None
    value: pl.Expr
    present: pl.Expr
    field: Field | None = None
    beyond: bool = False
    focus: bool = False

    @property
    def thing(self) -> bool:
        return self.sort not in ("term", "value")

    @property
    def many(self) -> bool:
        return self.field is not None and self.field.kind in _MANY

    @property
    def scale(self) -> int | None:
        """Of a single number its units; None of all else."""
        return _SCALES.get(self.field.kind) if self.field and not self.beyond else None


# --- what must agree ---------------------------------------------------------------------------------------------


def tests(footprint: Footprint, sort: str, side: str | None) -> Iterator[pl.Expr]:
    """One expression for each thing a rule can read or test from a thing of this sort, in a stable order."""
    exact: dict[Walk, _Place] = {}  # the column of a term stands for all that is beyond it
    present: dict[Walk, _Place] = {}
    things: dict[Walk, _Place] = {}
    _spelt(footprint.texts, sort, side)
    for walk in sorted(footprint.exact | footprint.counts):
        place, column = _place(walk, sort, side), _column(walk, sort, side)
        if place.thing:
            things[walk] = place
        elif (
            walk in footprint.exact or place.beyond or place.many or (walk in footprint.values and place.scale is None)
        ):
            exact[column] = place
        else:
            present[walk] = place
    for compare in sorted(footprint.compares, key=repr):
        cell = list(_compared(compare, sort, side))
        yield from cell
        if not cell:  # no two numbers of columns: what is compared must then be the same
            for walk in (compare.left, *([compare.right] if compare.right is not None else [])):
                exact[_column(walk, sort, side)] = _place(walk, sort, side)
    for walk, name in sorted(footprint.classes):
        place = things[walk] = _place(walk, sort, side)
        yield pl.when(place.present).then(_is_of(place, walk, name))
    yield from (_as_is(place) for _, place in sorted(exact.items()))
    yield from (place.present for walk, place in sorted(present.items()) if walk not in exact)
    yield from (place.present for _, place in sorted(things.items()))
    yield from _same([place for _, place in sorted(things.items())])
    if any(step.property == OPTIC + "ofType" for walk in footprint.walks for step in walk):
        yield pl.col("at_odds")


def _spelt(walks: Iterable[Walk], sort: str, side: str | None) -> None:
    """Letters are read of literals and of terms only: things of one kind differ in their names."""
    if any(_place(walk, sort, side).thing for walk in walks):
        raise Unplaced("it reads the name of a thing in the design")


def _as_is(place: _Place) -> pl.Expr:
    """What is tested in other ways than by order stays exactly what it is."""
    return place.value


def _same(things: Sequence[_Place]) -> Iterator[pl.Expr]:
    """Whether two walks lead to one and the same thing."""
    for at, one in enumerate(things):
        yield from (one.value == other.value for other in things[at + 1 :] if other.sort == one.sort)


def at_odds(links: Wide) -> Wide:
    """Add `at_odds`: of a link that shares a module with another which is told to be of another type, its number.

    That happens where two records of one port name different adapters. RDF then says two types of one module; columns
    hold one, so such links are told apart from all others.
    """
    nothing = links.with_own([pl.repeat(None, links.height, dtype=pl.UInt32, eager=True).alias("at_odds")])
    keys = ["device", "port", "module"]
    rows = links.lazy()
    adapted = pl.concat(
        rows.filter(pl.col(f"{s}_adapter").is_not_null()).select(device=f"{s}_device", port=f"{s}_port") for s in SIDES
    ).unique()
    if adapted.head(1).collect().is_empty():
        return nothing
    told = pl.concat(
        rows.with_row_index("at_odds")
        .select("at_odds", "case", *(pl.col(f"{s}_{name}").alias(name) for name in (*keys, "type")))
        .join(adapted, on=keys[:2], how="semi")
        for s in SIDES
    ).drop_nulls(keys)
    # further meanings of a link have modules of their own
    told = told.with_columns(of=pl.when(pl.col("case") > 0).then("at_odds"))
    odd = told.filter(pl.col("type").n_unique().over(*keys, "of") > 1).select("at_odds").unique().collect().to_series()
    if odd.is_empty():
        return nothing
    numbers = pl.int_range(links.height, dtype=pl.UInt32, eager=True)
    told_apart = pl.select(pl.when(numbers.is_in(odd.implode())).then(numbers).alias("at_odds")).to_series()
    return links.with_own([told_apart])


def _compared(compare: Compare, sort: str, side: str | None) -> Iterator[pl.Expr]:
    """The tests of an order comparison between numbers of columns; none where it is between anything else."""
    left = _place(compare.left, sort, side)
    right = left if compare.right is None else _place(compare.right, sort, side)
    if left.thing or right.thing:
        raise Unplaced("it compares things of the design by their names")
    if left.scale is None or left.scale != right.scale:
        return
    limit = right.value if compare.right is not None else _constant(compare.constant, left.scale)
    if limit is None:
        return
    yield left.present
    yield right.present
    yield left.value < limit if compare.op == "<" else left.value <= limit


def _constant(text: str | None, scale: int) -> pl.Expr | None:
    """A number of a rule in the units of a column; None where no whole unit is that number."""
    try:
        number = Decimal(str(text)) * scale
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number) >= _INTEGERS or number != int(number):
        return None
    return pl.lit(int(number), pl.Int64)


def _is_of(place: _Place, walk: Walk, name: str) -> pl.Expr:
    sort, which = TARGETS.get(name.removeprefix(OPTIC), ("", ""))
    if place.sort != sort or sort not in ("link", "end"):
        told = f"what {_told(walk)} leads to" if walk else "the thing"
        raise Unplaced(f"it tests whether {told} is of class {name.removeprefix(OPTIC)}")
    return CLASSES[which]


# --- what members have of their own ------------------------------------------------------------------------------


def own_walks(footprint: Footprint, sort: str) -> tuple[Walk, ...]:
    """The walks at whose ends members of one kind may have different terms: things, and numbers that are only compared.

    First those that the shape's own results report from; not the focus itself, which all results tell.
    """
    ways = dict.fromkeys((*sorted(footprint.own), *sorted(footprint.walks)))
    places = {walk: _place(walk, sort, SIDES[0] if sort == "end" else None) for walk in ways if walk}
    return tuple(
        walk
        for walk, place in places.items()
        if place.thing or (place.scale is not None and walk in footprint.own and walk not in footprint.exact)
    )


def own_terms(walk: Walk, sort: str, side: str | None, frame: pl.DataFrame) -> pl.Series:
    """What a walk leads to, for rows of the frame named as in the graph: terms as N-Triples, null where nothing."""
    place = _place(walk, sort, side)
    named = {"device": f"{place.side}_device", "port": f"{place.side}_port", "module": f"{place.side}_module"}
    match place.sort:
        case "link" | "group":
            iris = minted(place.sort, frame[place.sort])
        case "end":
            iris = minted("link", frame["link"]).str.strip_suffix(">") + f"/{place.side}>"
        case "device":
            iris = minted("device", frame[named["device"] if place.side else "device"])
        case "port":
            iris = minted("cage", frame["device"], frame["port"])
        case "cage":
            iris = minted("cage", frame[named["device"]], frame[named["port"]])
        case "module":
            iris = minted("module", *(frame[name] for name in named.values()))
        case _:
            return frame.select(_literal(place).alias("term")).to_series()
    there = frame.with_columns(there=place.present)["there"]
    return pl.select(pl.when(there).then(iris)).to_series()


def _literal(place: _Place) -> pl.Expr:
    """A number as N-Triples, as graph.to_graph writes it."""
    count = place.field is not None and place.field.kind == "count"
    datatype = f"{XSD}integer" if count else f"{XSD}decimal"
    if place.scale == 1:
        return pl.format(f'"{{}}"^^<{datatype}>', place.value.cast(pl.String))
    size, rest = place.value.abs() // 1000, place.value.abs() % 1000
    digits = pl.concat_str(pl.lit("."), rest.cast(pl.String).str.zfill(3).str.strip_chars_end("0"))
    sign = pl.when(place.value < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    fraction = pl.when(rest == 0).then(pl.lit("")).otherwise(digits)
    return pl.format(f'"{{}}{{}}{{}}"^^<{datatype}>', sign, size.cast(pl.String), fraction)


# --- from walks to columns -----------------------------------------------------------------------------------------


def _place(walk: Walk, sort: str, side: str | None) -> _Place:
    """Follow a walk from a thing of this sort; beyond a term of the catalogue everything is told by the term."""
    return _followed(walk, sort, side)[0]


def _column(walk: Walk, sort: str, side: str | None) -> Walk:
    """The part of a walk that ends at a column: what is beyond a term is told by the term."""
    return walk[: _followed(walk, sort, side)[1]]


def _followed(walk: Walk, sort: str, side: str | None) -> tuple[_Place, int]:
    place, steps = _Place(sort, side, _identity(sort, side), _ALWAYS, focus=True), 0
    for step in walk:
        if place.sort == "term":
            if step.inverse and step.property.removeprefix(OPTIC) in _OWN:
                raise Unplaced(f"it follows {_told(walk)} back from a term of the catalogue")
            place = _Place("term", place.side, place.value, place.present, place.field, beyond=True)
            continue
        if place.sort == "value":
            # nothing is said of a literal, and what leads back to it may be anything
            raise Unplaced(f"it follows {_told(walk)} beyond a literal")
        name = step.property.removeprefix(OPTIC)
        found = _back(place, name) if step.inverse else _step(place, name)
        if found is None:
            if step.inverse:
                raise Unplaced(f"it follows {_told(walk)} against its direction")
            raise Unplaced(f"it reads {_told(walk)}, which is no column")
        place, steps = found, steps + 1
    return place, steps


def _back(place: _Place, name: str) -> _Place | None:
    """Only an end is asked whose it is."""
    if place.sort != "end" or name not in ("aEnd", "bEnd"):
        return None
    if place.side != name[0]:
        return _Place("link", None, pl.lit(None, pl.String), pl.lit(False))
    return _Place("link", None, _identity("link", None), place.present)


def _step(place: _Place, name: str) -> _Place | None:
    at, side = place.sort, place.side
    if at == "link" and name in ("aEnd", "bEnd"):
        return _Place("end", name[0], _identity("end", name[0]), place.present)
    if at == "link" and name == "inGroup":
        return _held(place, _Place("group", None, _FIRST_GROUP, _FIRST_GROUP.is_not_null()))
    if at == "link" and name == "name":
        named = pl.when(pl.col("case") == 0).then("link").otherwise(pl.concat_str("link", pl.lit(CASE), "case"))
        return _held(place, _Place("value", None, named, _ALWAYS))
    if at == "end" and name == "port":
        return _held(place, _Place("cage", side, _identity("cage", side), _plugged(side, "device", "port")))
    if at == "end" and name == "module":
        return _held(place, _Place("module", side, _identity("module", side), _seated(side)))
    if at == "module":
        return _of_module(place, name)
    if at == "cage":
        return _of_cage(place, name)
    if at == "port" and name == "onDevice":
        return _Place("device", None, pl.col("device"), _ALWAYS)
    if at not in FIELDS or (at in ("device", "group") and not place.focus):  # other frames have their columns
        return None
    if name in FIELDS[at]:
        return _held(place, _leaf(FIELDS[at][name], side if at == "end" else None))
    if name == "name" and at in ("device", "group", "port"):
        return _Place("value", None, pl.col(at), _ALWAYS)
    return None


_FIRST_GROUP = pl.when(pl.col("case") == 0).then("group")


def _of_module(place: _Place, name: str) -> _Place | None:
    side = place.side
    if name == "ofType":
        return _held(place, _Place("term", side, pl.col(f"{side}_type"), pl.col(f"{side}_type").is_not_null()))
    if name == "seatedIn":
        return _Place("cage", side, _identity("cage", side), place.present)
    if name == "moduleName":
        return _held(place, _Place("value", side, pl.col(f"{side}_module"), place.present))
    return None


def _of_cage(place: _Place, name: str) -> _Place | None:
    side = place.side
    if name == "onDevice":
        return _Place("device", side, pl.col(f"{side}_device"), place.present)
    if name not in ("formFactor", "powerLimitW", "breakoutMode", "portGroup"):
        return None
    field = FIELDS["port"][name]
    column = pl.col(f"{side}_cage_power_mw" if field.column == "power_mw" else f"{side}_{field.column}")
    if name == "portGroup":  # the ports of further meanings are in no group
        column = pl.when(pl.col("case") == 0).then(column)
    return _held(place, _leaf(field, side, column))


def _leaf(field: Field, side: str | None, column: pl.Expr | None = None) -> _Place:
    if column is None:
        column = pl.col(f"{side}_{field.column}" if side else field.column)
    if field.kind == "lanes":  # where none are given the whole module is used, as facts.derived_graph has it
        whole = pl.int_ranges(1, pl.col(f"{side}_all_lanes").fill_null(ALL_LANES) + 1)
        column = pl.when(column.list.len() > 0).then(column).otherwise(whole)
    present = column.list.len() > 0 if field.kind in _MANY else column.is_not_null()
    return _Place("term" if field.kind in _TERMS else "value", side, column, present, field)


def _held(of: _Place, place: _Place) -> _Place:
    """A place reached from another: nothing is there unless the other is."""
    if of.present is _ALWAYS:
        return place
    value = pl.when(of.present).then(place.value)
    present = of.present if place.present is _ALWAYS else of.present & place.present
    return _Place(place.sort, place.side, value, present, place.field)


def _plugged(side: str | None, *names: str) -> pl.Expr:
    present = [pl.col(f"{side}_{name}").is_not_null() for name in names]
    return pl.all_horizontal(present)


def _seated(side: str | None) -> pl.Expr:
    return _plugged(side, "device", "port", "module")


def _identity(sort: str, side: str | None) -> pl.Expr:
    """What tells a thing from others of its sort, for things reached from one and the same thing."""
    names = {"cage": ("device", "port"), "module": ("device", "port", "module")}
    if sort in names:
        return pl.concat_str([pl.col(f"{side}_{name}") for name in names[sort]], separator="\x1f")
    return pl.concat_str("link", pl.lit(f"/{side}")) if sort == "end" else pl.col(sort)


def _told(walk: Walk) -> str:
    return "/".join(f"{'^' if s.inverse else ''}{s.property.rsplit('#', 1)[-1]}" for s in walk)
