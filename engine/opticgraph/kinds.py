"""Things a rule cannot tell apart: columns and footprints in, one representative a kind out, and the way back.

Two things are of one kind for a rule if they agree on all the rule can read and test around them; docs/kinds.md says
why they then get the same results. Kinds are found rule by rule, from columns only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl
from rdflib.term import Node

from .alike import alike, first_of_each
from .derive import Judged
from .design import SIDES
from .footprint import Footprint
from .places import CLASSES, TARGETS, Unplaced, at_odds, tests
from .things import frame_of
from .wide import Wide

__all__ = ["MOST_KINDS", "TARGETS", "Members", "Unplaced", "has_columns", "kinds_of"]

MOST_KINDS = 40_000  # of one rule: as many as there are ends where a rule is still judged on the whole graph


@dataclass(frozen=True)
class Members:
    """The things of one sort that a shape judges, put into kinds.

    sort    link, end, port, device or group
    alike   one row a group of things that no shape of any rule tells apart, and side: `side`, `kind`, where in rows the
            group starts, and how many `things` it has
    rows    the rows of the sort's frame, those of one group together
    first   kind -> the row and side of its representative
    told    kind -> all that the shape's tests come to there; things of two designs for which that is the same, and
            what is believed too, are of one kind as well
    """

    sort: str
    alike: pl.DataFrame
    rows: pl.Series
    first: pl.DataFrame
    told: tuple[tuple[object, ...], ...] = ()

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
        places = pl.int_ranges("start", pl.col("start") + pl.col("things"), dtype=pl.UInt32)
        told = wanted.select("side", "kind", place=places).explode("place")
        return told.select(self.rows.gather(told["place"]).alias("nth"), "side", "kind")


def kinds_of(asked: Mapping[Node, tuple[str, Footprint]], judged: Judged) -> dict[Node, Members | Unplaced]:
    """The kinds of each shape's target class for its footprint, or why a walk leads beyond the columns.

    What all shapes together read is told apart once, over all rows; each shape's own kinds are then found among the
    groups that come out, of which there are few. Links may have `at_odds` already, told over more links than these.
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
        frame = frame_of(thing, judged)
        if thing == "link" and "at_odds" not in frame.columns:
            frame = at_odds(frame)
        apart = _apart(frame, [placed[shape] for shape in shapes])
        if len(apart.first) > MOST_KINDS:  # one shape that tells too much apart must not spoil the others
            many = [shape for shape in shapes if len(_apart(frame, [placed[shape]]).first) > MOST_KINDS]
            found |= dict.fromkeys(many, Unplaced(f"it tells more than {MOST_KINDS} kinds of things apart"))
            shapes = [shape for shape in shapes if shape not in many]
            apart = _apart(frame, [placed[shape] for shape in shapes])
        for shape in shapes:
            found[shape] = _members(TARGETS[asked[shape][0]][0], placed[shape], apart)
    return found


def has_columns(target: str, told: Footprint) -> bool:
    """Whether all that a shape reads around what it targets stands in columns."""
    try:
        _placed(target, told)
    except Unplaced:
        return False
    return True


def _placed(target: str, told: Footprint) -> dict[str | None, list[pl.Expr]]:
    """Everything a shape reads and tests as expressions over its frame, by side; the first tells what it targets."""
    if told.refused:
        raise Unplaced(told.refused)
    if target not in TARGETS:
        raise Unplaced(f"its target {target} is no class of things that have columns")
    sort, which = TARGETS[target]
    return {side: [CLASSES[which], *tests(told, sort, side)] for side in (SIDES if sort == "end" else (None,))}


def _apart(frame: Wide, placed: Iterable[Mapping[str | None, list[pl.Expr]]]) -> _Apart:
    return _Apart(frame, {test.meta.serialize(): test for own in placed for side in own.values() for test in side})


class _Apart:
    """The rows of a frame in groups that agree on all tests, and what each test comes to in each group.

    rows     the rows, those of one group together
    first    the first row of each group; things how many rows it has, and start where in rows they are
    outcome  by test, serialised
    """

    def __init__(self, frame: Wide, tests: Mapping[bytes, pl.Expr]) -> None:
        groups = alike(frame, tests.values())
        told = first_of_each(groups)
        self.rows = groups.arg_sort()
        self.start = [0, *told["rows"].cum_sum()]
        self.first, self.things = told["nth"].to_list(), told["rows"].to_list()
        named = {str(at): test for at, test in enumerate(tests.values())}
        few = frame[told["nth"]].lazy().with_columns(**named).select(*named).collect()
        self.outcome = dict(zip(tests, map(_held, few.iter_columns()), strict=True))


def _held(values: pl.Series) -> list[object]:
    held = values.to_list()
    return [None if value is None else tuple(value) for value in held] if isinstance(values.dtype, pl.List) else held


def _members(sort: str, placed: Mapping[str | None, list[pl.Expr]], apart: _Apart) -> Members:
    numbers: dict[tuple[object, ...], int] = {}
    alike_: list[tuple[str | None, int, int, int]] = []
    first: list[tuple[int, int, str | None]] = []
    for side, asked in placed.items():
        within, *told = (apart.outcome[test.meta.serialize()] for test in asked)
        outcomes = zip(*told, strict=True) if told else iter([()] * len(within))
        for group, (is_one, outcome) in enumerate(zip(within, outcomes, strict=True)):
            if is_one:
                kind = numbers.setdefault(outcome, len(numbers))
                if kind == len(first):
                    first.append((kind, apart.first[group], side))
                alike_.append((side, kind, apart.start[group], apart.things[group]))
    return Members(
        sort,
        pl.DataFrame(alike_, schema=_ALIKE, orient="row"),
        apart.rows,
        pl.DataFrame(first, schema=_FIRST, orient="row"),
        tuple(numbers),
    )


_ALIKE = {"side": pl.String, "kind": pl.UInt32, "start": pl.UInt32, "things": pl.UInt32}
_FIRST = {"kind": pl.UInt32, "nth": pl.UInt32, "side": pl.String}
