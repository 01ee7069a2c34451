"""Things a rule cannot tell apart: columns and footprints in, one representative a kind out, and the way back.

Two things are of one kind for a rule if they agree on all the rule can read and test around them; docs/kinds.md says
why they then get the same results. Kinds are found rule by rule, from columns only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import polars as pl
from rdflib.term import Node

from .alike import alike
from .derive import Judged
from .design import SIDES
from .facts import FIELDS
from .fields import Field
from .footprint import Compare, Footprint, Step, Walk
from .graph import OPTIC
from .things import frame_of

__all__ = ["Members", "Unplaced", "kinds_of"]

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
_NAMED = ("word", "words", "part", "parts", "socket", "adapter")  # kinds of field whose values are catalogue terms


class Unplaced(Exception):
    """A walk that no column holds; the message says which."""


@dataclass(frozen=True)
class Members:
    """The things of one sort that a shape judges, put into kinds.

    sort    link, end, port, device or group
    alike   one row a group of things that no shape of any rule tells apart, and side: `alike`, `side`, `kind`, `things`
    groups  which group each row of the sort's frame is in
    first   kind -> the row and side of its representative
    """

    sort: str
    alike: pl.DataFrame
    groups: pl.Series
    first: pl.DataFrame

    @property
    def count(self) -> int:
        """How many kinds there are."""
        return self.first.height

    @property
    def things(self) -> int:
        """How many things there are."""
        return int(self.alike["things"].sum())

    def of(self, kinds: Sequence[int]) -> pl.DataFrame:
        """The members of these kinds: `nth` of the frame, `side` (of an end), `kind`."""
        wanted = self.alike.filter(pl.col("kind").is_in(list(kinds)))
        size = int(str(self.groups.max() or 0)) + 1
        parts = [self.first.select("nth", "side", "kind").clear()]
        for side in SIDES if self.sort == "end" else (None,):
            own = wanted.filter(pl.col("side").eq_missing(side))
            kind_of = pl.repeat(None, size, dtype=pl.UInt32, eager=True).scatter(own["alike"], own["kind"])
            told = pl.DataFrame({"kind": kind_of.gather(self.groups)}).with_row_index("nth").drop_nulls("kind")
            parts.append(told.select("nth", pl.lit(side, pl.String).alias("side"), "kind"))
        return pl.concat(parts)


def kinds_of(asked: Mapping[Node, tuple[str, Footprint]], judged: Judged) -> dict[Node, Members | Unplaced]:
    """The kinds of each shape's target class for its footprint, or why a walk leads beyond the columns.

    What all shapes together read is told apart once, over all rows; each shape's own kinds are then found among the
    groups that come out, of which there are few.
    """
    found: dict[Node, Members | Unplaced] = {}
    placed: dict[Node, dict[str | None, list[pl.Expr]]] = {}
    for shape, (target, told) in asked.items():
        try:
            placed[shape] = _placed(target, told)
        except Unplaced as reason:
            found[shape] = reason
    frames: dict[str, list[Node]] = {}
    for shape in placed:
        sort = TARGETS[asked[shape][0]][0]
        frames.setdefault("link" if sort == "end" else sort, []).append(shape)
    for thing, shapes in frames.items():
        tests = {test.meta.serialize(): test for shape in shapes for own in placed[shape].values() for test in own}
        apart = _Apart(frame_of(thing, judged), tests)
        for shape in shapes:
            found[shape] = _members(TARGETS[asked[shape][0]][0], placed[shape], apart)
    return found


_WHICH: Mapping[str, pl.Expr] = {
    "all": pl.lit(True),
    "cable": pl.col("cable"),
    "coherent": pl.col("coherent") & ~pl.col("cable"),
    "optical": ~pl.col("cable"),
}


def _placed(target: str, told: Footprint) -> dict[str | None, list[pl.Expr]]:
    """Everything a shape reads and tests as expressions over its frame, by side; the first tells what it targets."""
    if told.refused:
        raise Unplaced(told.refused)
    if target not in TARGETS:
        raise Unplaced(f"its target {target} is no class of things that have columns")
    sort, which = TARGETS[target]
    return {side: [_WHICH[which], *_tests(told, sort, side)] for side in (SIDES if sort == "end" else (None,))}


class _Apart:
    """The rows of a frame in groups that agree on all tests, and what each test comes to in each group.

    groups   the group of each row
    first    the first row of each group; things how many rows it has
    outcome  by test, serialised
    """

    def __init__(self, frame: pl.DataFrame, tests: Mapping[bytes, pl.Expr]) -> None:
        self.groups = alike(frame, tests.values())
        rows = pl.DataFrame({"group": self.groups}).with_row_index("nth")
        told = rows.group_by("group").agg(pl.col("nth").min(), things=pl.len()).sort("group")
        self.first, self.things = told["nth"].to_list(), told["things"].to_list()
        named = {str(at): test for at, test in enumerate(tests.values())}
        few = frame[told["nth"]].lazy().with_columns(**named).select(*named).collect()
        self.outcome = dict(zip(tests, map(_held, few.iter_columns()), strict=True))


def _held(values: pl.Series) -> list[object]:
    held = values.to_list()
    return [None if value is None else tuple(value) for value in held] if isinstance(values.dtype, pl.List) else held


def _members(sort: str, placed: Mapping[str | None, list[pl.Expr]], apart: _Apart) -> Members:
    numbers: dict[tuple[object, ...], int] = {}
    alike_, first = [], []
    for side, tests in placed.items():
        within, *told = (apart.outcome[test.meta.serialize()] for test in tests)
        outcomes = zip(*told, strict=True) if told else iter([()] * len(within))
        for group, (is_one, outcome) in enumerate(zip(within, outcomes, strict=True)):
            if is_one:
                kind = numbers.setdefault(outcome, len(numbers))
                if kind == len(first):
                    first.append((kind, apart.first[group], side))
                alike_.append((group, side, kind, apart.things[group]))
    return Members(
        sort,
        pl.DataFrame(alike_, schema=_ALIKE, orient="row"),
        apart.groups,
        pl.DataFrame(first, schema=_FIRST, orient="row"),
    )


_ALIKE = {"alike": pl.UInt32, "side": pl.String, "kind": pl.UInt32, "things": pl.UInt32}
_FIRST = {"kind": pl.UInt32, "nth": pl.UInt32, "side": pl.String}


# --- from walks to columns -----------------------------------------------------------------------------------------


def _tests(footprint: Footprint, sort: str, side: str | None) -> Iterator[pl.Expr]:
    """One expression for each thing the rule can read or test, in a stable order."""
    things: list[tuple[str, pl.Expr]] = []
    for walk in sorted(footprint.exact):
        place = _place(walk, sort, side)
        if place.thing:
            things.append((place.thing, place.identity))
            yield place.value.is_not_null()
        else:
            yield place.value
    for walk in sorted(footprint.counts):
        place = _place(walk, sort, side)
        yield place.value.list.len() if place.many else place.value.is_not_null()
    for compare in sorted(footprint.compares, key=repr):
        yield from _compared(compare, sort, side)
    for walk, name in sorted(footprint.classes):
        yield _is_of(walk, name, sort, side)
    for at, (thing, one) in enumerate(things):  # whether two walks lead to one and the same thing
        yield from (one == other for kind, other in things[at + 1 :] if kind == thing)


def _compared(compare: Compare, sort: str, side: str | None) -> Iterator[pl.Expr]:
    left = _place(compare.left, sort, side)
    if compare.right is not None:
        right = _place(compare.right, sort, side)
        if left.many or right.many or left.scale != right.scale:
            raise Unplaced(f"it compares {_told(compare.left)} with {_told(compare.right)}")
        yield left.value.is_not_null()
        yield right.value.is_not_null()
        yield left.value < right.value if compare.op == "<" else left.value <= right.value
        return
    if left.many or left.scale is None:
        raise Unplaced(f"it compares {_told(compare.left)}, which is no single number")
    try:
        constant = Decimal(str(compare.constant)) * left.scale
    except InvalidOperation as error:
        raise Unplaced(f"it compares with {compare.constant!r}, which is no number") from error
    if constant != int(constant):
        raise Unplaced(f"it compares with {compare.constant}, finer than the thousandths of the columns")
    yield left.value.is_not_null()
    yield left.value < int(constant) if compare.op == "<" else left.value <= int(constant)


def _is_of(walk: Walk, name: str, sort: str, side: str | None) -> pl.Expr:
    local = name.removeprefix(OPTIC)
    at = _place(walk, sort, side).thing if walk else sort
    classes = {
        "Link": pl.lit(True),
        "OpticalLink": ~pl.col("cable"),
        "CableLink": pl.col("cable"),
        "CoherentLink": pl.col("coherent") & ~pl.col("cable"),
    }
    if at == "link" and local in classes:
        return classes[local]
    if at == "end" and local in ("End", "OpticalEnd"):
        return pl.lit(True) if local == "End" else ~pl.col("cable")
    raise Unplaced(f"it tests whether {_told(walk) or 'the thing'} is of class {local}")


@dataclass(frozen=True)
class _Place:
    """Where a walk leads in the columns: its value, or the presence and identity of a thing of the design."""

    value: pl.Expr
    many: bool = False
    scale: int | None = None  # of numbers: units in one of the RDF property's
    thing: str = ""
    identity: pl.Expr = pl.lit(None)


def _place(walk: Walk, sort: str, side: str | None) -> _Place:
    """Follow a walk from a thing of this sort; beyond a term of the catalogue everything is told by the term."""
    at, place = sort, _Place(pl.lit(True), thing=sort, identity=_identity(sort, side))
    for step in walk:
        if at == "term":
            continue
        if at == "text":
            raise Unplaced(f"it follows {_told(walk)}")
        at, side, place = _step(at, side, step, walk)
    return place


def _step(at: str, side: str | None, step: Step, walk: Walk) -> tuple[str, str | None, _Place]:
    name = step.property.removeprefix(OPTIC)
    if step.inverse:
        if at == "end" and name in ("aEnd", "bEnd"):
            here = side == name[0]
            present = pl.lit(True) if here else pl.lit(None, pl.Boolean)
            return "link", None, _Place(present, thing="link" if here else "", identity=_identity("link", None))
        raise Unplaced(f"it follows {_told(walk)} against its direction")
    if at == "link" and name in ("aEnd", "bEnd"):
        return "end", name[0], _Place(pl.lit(True), thing="end", identity=_identity("end", name[0]))
    if at == "link" and name == "inGroup":
        return "group", None, _Place(pl.col("group"), thing="group", identity=pl.col("group"))
    if at == "end" and name == "port":
        return "cage", side, _Place(_cage(side), thing="cage", identity=_cage(side))
    if at == "end" and name == "module":
        return "module", side, _Place(_module(side), thing="module", identity=_module(side))
    if at == "module" and name == "ofType":
        return "term", side, _Place(pl.when(_module(side).is_not_null()).then(pl.col(f"{side}_type")))
    if at == "module" and name == "seatedIn":
        return "cage", side, _Place(_cage(side), thing="cage", identity=_cage(side))
    if at == "module" and name == "moduleName":
        return "text", side, _Place(pl.col(f"{side}_module"))
    if at == "cage" and side and name in ("formFactor", "powerLimitW", "breakoutMode", "portGroup"):
        field = FIELDS["port"][name]
        column = {"cage": "cage", "power_mw": "cage_power_mw"}.get(field.column, field.column)
        return _leaf(field, pl.when(_cage(side).is_not_null()).then(pl.col(f"{side}_{column}")), side)
    if at in ("cage", "port") and name == "onDevice" and side:
        return "device", side, _Place(pl.col(f"{side}_device"), thing="device", identity=pl.col(f"{side}_device"))
    if at in ("link", "end", "port", "device", "group") and name in FIELDS[at] and not (at == "device" and side):
        field = FIELDS[at][name]
        return _leaf(field, pl.col(f"{side}_{field.column}" if at == "end" else field.column), side)
    if name == "name" and at in ("link", "group", "device", "port"):
        return "text", side, _Place(pl.col("port" if at == "port" else at))
    raise Unplaced(f"it reads {_told(walk)}, which is no column")


def _leaf(field: Field, column: pl.Expr, side: str | None) -> tuple[str, str | None, _Place]:
    many = field.kind in ("words", "parts", "modes", "lanes")
    scale = {"decimal": 1000, "whole": 1, "count": 1}.get(field.kind)
    return "term" if field.kind in _NAMED else "text", side, _Place(column, many, scale)


def _cage(side: str | None) -> pl.Expr:
    return pl.concat_str(f"{side}_device", pl.lit("\x1f"), f"{side}_port")


def _module(side: str | None) -> pl.Expr:
    return pl.concat_str(f"{side}_device", pl.lit("\x1f"), f"{side}_port", pl.lit("\x1f"), f"{side}_module")


def _identity(sort: str, side: str | None) -> pl.Expr:
    if sort == "end":
        return pl.concat_str("link", pl.lit(f"/{side}"))
    return pl.col({"link": "link", "device": "device", "group": "group", "port": "port"}[sort])


def _told(walk: Walk) -> str:
    return "/".join(f"{'^' if s.inverse else ''}{s.property.rsplit('#', 1)[-1]}" for s in walk)

