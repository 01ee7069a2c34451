"""Links that no option can tell apart: of one kind in all words, and with every number in the same cell.

A number matters to an option only by the limits it is held against. Those limits are known once the options of a kind
are: so a number is replaced by the place it has among them (its cell), and of links that agree in all cells one stands
for all. tests/test_situations.py holds what comes out equal to judging every link by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import polars as pl

from .alike import alike
from .budget import dispersion, path_loss
from .candidates import ROW_SCHEMA
from .design import SIDES
from .wide import Wide

__all__ = ["FIGURES", "LIMITS", "NUMBERS", "SHIFTS", "kinds", "situations", "told_apart"]

# What is only compared; all other columns of a row but names tell kinds apart as they are.
NUMBERS = (
    "length_mm", "loss_mdb", "attenuator_mdb", "mux_mdb", "splices", "reflectance_mdb", "osnr_mdb",
    *(f"{side}_{name}" for side in SIDES for name in ("rx_mdbm", "headroom_mw")),
)  # fmt: skip
_NAMES = frozenset(("link", "row_note", "file", "row", "route", "group", "peak_gbps", "a_tx_mdbm", "b_tx_mdbm")) | {
    f"{side}_{name}" for side in SIDES for name in ("device", "port")
}
FIGURES = (*NUMBERS, "connectors", "line_system")  # what cells are told from

# Limits of a link as derived, and which of its figures is held against each.
_HELD: Mapping[str, tuple[str, ...]] = {
    "length_mm": ("reach_mm", "reach_limit_mm", "reach_sure_mm", "reach_advised_mm"),
    "osnr_mdb": ("osnr_needed_mdb",),
    "reflectance_mdb": ("reflectance_limit_mdb",),
    **{
        f"{side}_rx_mdbm": (f"{side}_receive_min_mdbm", f"{side}_overload_mdbm", f"{side}_overload_tolerable_mdbm")
        for side in SIDES
    },
    **{f"{side}_headroom_mw": (f"{side}_power_high_mw",) for side in SIDES},
    "path": (
        "budget_mdb", "budget_sure_mdb", "a_least_mdb", "b_least_mdb", "a_least_tolerable_mdb", "b_least_tolerable_mdb",
    ),
    "dispersion": ("dispersion_floor", "dispersion_ceiling"),
}  # fmt: skip
_PATHS, _DISPERSIONS = ("path_low_mdb", "path_high_mdb"), ("dispersion_low", "dispersion_high")
_PLANT = ("km_low_mdb", "km_high_mdb", "plug_low_mdb", "plug_high_mdb")
_SPREAD = ("dispersion_km_low", "dispersion_km_high")
LIMITS = tuple(dict.fromkeys((*(name for names in _HELD.values() for name in names), *_PLANT, *_SPREAD)))
# What a shift of a figure by an option does: a sum within a limit is the figure within so much less of it.
_SHIFTED = {"path": "mux_mdb", **{name: name for s in SIDES for name in (f"{s}_rx_mdbm", f"{s}_headroom_mw")}}
SHIFTS = tuple(_SHIFTED.values())


def kinds(rows: pl.DataFrame, beside: Iterable[str] = ()) -> pl.Series:
    """A number for each row (ROW_SCHEMA): equal where all but names and NUMBERS agree, and the columns beside."""
    words = [name for name in ROW_SCHEMA if name not in _NAMES and name not in NUMBERS]
    return alike(Wide(rows), [pl.col(name) for name in (*words, *beside)])


# --- links of one kind, for all options together -----------------------------------------------------------------


def situations(rows: pl.DataFrame, held: pl.DataFrame, *, splice_mdb: int) -> pl.Series:
    """A number for each row: equal where rows are of one kind and all their figures in the same cells.

    rows has `kind` beside FIGURES. held has, by `kind`, the LIMITS of each of its options, as they are for a link of
    no length (so that none has been left out for it), and what the option adds to a figure as `by` and its name.
    splice_mdb is what a splice loses.
    """
    placed = rows.select("kind", *FIGURES, splice_mdb=pl.lit(splice_mdb, pl.Int64)).with_row_index("place")
    parts = []
    for limits, kinds_ in _alike_limits(held):
        own = placed.filter(pl.col("kind").is_in(kinds_))
        cells = [column for frame, asked in _asked(own, limits) for column in _packed(frame, asked)]
        named = [column.alias(f"cells {nth}") for nth, column in enumerate(cells)]
        parts.append(own.select("place").hstack(named))
    known = [pl.col(name).is_null().alias(f"{name} unknown") for name in NUMBERS]
    told = placed.select("place", "kind", *known)
    if parts:  # of kinds with no options there are no cells
        cells_ = pl.concat(parts, how="diagonal")
        told = told.join(cells_, on="place", how="left", maintain_order="left")
    return alike(Wide(told), [pl.col(name) for name in told.columns if name != "place"])


_Limits = Mapping[str, Sequence[object]]


def _alike_limits(held: pl.DataFrame) -> Iterator[tuple[_Limits, list[int]]]:
    """Limits by figure, plants and spreads, each with the kinds that are held against just these."""
    lists = {
        figure: _less(names, by) if (by := _SHIFTED.get(figure)) and f"by {by}" in held.columns else names
        for figure, names in _HELD.items()
    }
    each = held.group_by("kind").agg(
        *(
            pl.concat_list(names)
            .list.explode(keep_nulls=False, empty_as_null=False)
            .drop_nulls()
            .unique()
            .sort()
            .alias(figure)
            for figure, names in lists.items()
        ),
        *(pl.struct(names).unique().sort().alias(group) for group, names in (("plants", _PLANT), ("spreads", _SPREAD))),
        crossed=(pl.col("by mux_mdb") if "by mux_mdb" in held.columns else pl.lit(0)).unique().sort(),
    )
    told: dict[str, tuple[_Limits, list[int]]] = {}
    for row in each.sort("kind").iter_rows(named=True):
        kind = row.pop("kind")
        told.setdefault(repr(row), (row, []))[1].append(kind)
    return iter(told.values())


def _less(names: Iterable[str], by: str) -> list[pl.Expr]:
    """Limits, and limits less what options add to the figure."""
    return [pl.col(name).cast(pl.Int64) - more for name in names for more in (0, pl.col(f"by {by}"))]


def _asked(own: pl.DataFrame, limits: _Limits) -> Iterator[tuple[pl.LazyFrame, list[tuple[str, list[int]]]]]:
    """Frames of these rows, and which of their figures are held against which limits."""
    none = {name for name in own.columns if own[name].null_count() == own.height}
    plain = own.lazy()
    yield plain, [(name, _whole(limits[name])) for name in _HELD if name in own.columns and name not in none]
    zero = [-int(str(by)) for by in limits["crossed"] if by is not None]
    losses = sorted({0, *zero, *_whole(limits["path"])})
    for plant in limits["plants"]:
        measured = _with(plain, plant)
        yield path_loss(measured), [(name, losses) for name in _PATHS]
        if "loss_mdb" not in none:  # an option on other fibres does not have what was measured
            yield path_loss(measured.with_columns(loss_mdb=pl.lit(None, pl.Int64))), [(name, losses) for name in _PATHS]
    for spread in limits["spreads"]:
        yield dispersion(_with(plain, spread)), [(n, sorted({0, *_whole(limits["dispersion"])})) for n in _DISPERSIONS]


def _with(rows: pl.LazyFrame, values: object) -> pl.LazyFrame:
    assert isinstance(values, dict)
    return rows.with_columns(pl.lit(value, pl.Int64).alias(name) for name, value in values.items())


def _whole(limits: Sequence[object]) -> list[int]:
    return [int(str(limit)) for limit in limits]


def _packed(frame: pl.LazyFrame, asked: Sequence[tuple[str, list[int]]]) -> list[pl.Series]:
    """Of each figure the place it has among its limits, as digits of few integers."""
    sums: list[pl.Expr] = []
    span = _ROOM
    for name, limits in asked:
        if not limits:
            continue
        among, value = pl.lit(pl.Series(limits, dtype=pl.Int64)), pl.col(name).cast(pl.Int64)
        # the limits below it and those at or below it: odd where it is one of them
        place = sum((among.search_sorted(value, side=side).cast(pl.Int64) for side in ("left", "right")), pl.lit(1))
        cell = pl.when(value.is_not_null()).then(place).otherwise(0)
        size = 2 * len(limits) + 2
        if span * size > _ROOM:
            sums.append(cell)
            span = size
        else:
            sums[-1] += cell * span
            span *= size
    return list(frame.select(each.alias(str(nth)) for nth, each in enumerate(sums)).collect().iter_columns())


_ROOM = 1 << 62  # what the digits of one integer may come to together


# --- links with one option each ----------------------------------------------------------------------------------


def told_apart(rows: pl.DataFrame, *, splice_mdb: int) -> pl.Series:
    """A number for each row: equal where `words` agree, and all figures lie alike to the row's own limits.

    rows has FIGURES, LIMITS and `words` (what else its rules read, as one number); `own` tells rows apart that have
    more limits than one row says.
    """
    figures = rows.lazy().with_columns(splice_mdb=pl.lit(splice_mdb, pl.Int64))
    figures = dispersion(path_loss(figures))
    held: Mapping[str, Iterable[str]] = defaultdict(tuple, path=_PATHS, dispersion=_DISPERSIONS)
    tests: list[pl.Expr] = [pl.col("words"), pl.col("own")]
    tests += [pl.col(name).is_null() for name in NUMBERS]
    for figure, limits in _HELD.items():
        for name in held[figure] or (figure,):
            against = [pl.col(limit) for limit in limits]
            for limit in (*against, *((pl.lit(0),) if figure in held else ())):
                tests += [pl.col(name) < limit, pl.col(name) <= limit]
    return alike(Wide(figures.collect()), tests)
