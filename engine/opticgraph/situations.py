"""Links that no option can tell apart: of one kind in all words, and with every number in the same cell.

A number matters to an option only by the limits it is held against. Those limits are known once the options of a kind
are: so a number is replaced by the place it has among them (its cell), and of links that agree in all cells one stands
for all. tests/test_situations.py holds what comes out equal to judging every link by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import polars as pl

from .alike import alike
from .budget import dispersion, path_loss
from .candidates import ROW_SCHEMA
from .design import SIDES
from .wide import Wide

__all__ = ["FIGURES", "LIMITS", "NUMBERS", "SHIFTS", "kinds", "situations", "told_apart", "unmeasured"]

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


def unmeasured(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows that no limit is left out for: nothing is measured on them, and they are of no length."""
    nothing = (pl.lit(None, rows.schema[name]).alias(name) for name in NUMBERS)
    return rows.with_columns(nothing).with_columns(length_mm=pl.lit(0, pl.Int64))


# --- links of one kind, for all options together -----------------------------------------------------------------


def situations(rows: pl.DataFrame, held: pl.DataFrame, *, splice_mdb: int) -> pl.Series:
    """A number for each row: equal where rows are of one kind and all their figures in the same cells.

    rows has `kind` beside FIGURES. held has, by `kind`, the LIMITS of each of its options, as they are for a link of
    no length (so that none has been left out for it), and what the option adds to a figure as `by` and its name.
    splice_mdb is what a splice loses. Cells may be finer than an option of the kind asks for.
    """
    placed = rows.select("kind", *FIGURES, splice_mdb=pl.lit(splice_mdb, pl.Int64))
    known = [pl.col(name).is_null().alias(f"{name} unknown") for name in NUMBERS]
    told = [placed.select("kind", *known)]
    told += [_cells(placed, held, {name: _HELD[name]}) for name in _HELD if name in placed.columns]
    for plant, own in held.group_by(_PLANT, maintain_order=True):
        losses = dict.fromkeys(_PATHS, _HELD["path"])
        measured = placed.with_columns(_constants(_PLANT, plant))
        told.append(_cells(path_loss(measured), own, losses))
        # an option on other fibres does not have what was measured
        told.append(_cells(path_loss(measured.with_columns(loss_mdb=pl.lit(None, pl.Int64))), own, losses))
    for spread, own in held.group_by(_SPREAD, maintain_order=True):
        spread_ = placed.with_columns(_constants(_SPREAD, spread))
        told.append(_cells(dispersion(spread_), own, dict.fromkeys(_DISPERSIONS, _HELD["dispersion"])))
    cells = [column.alias(f"{nth}") for nth, column in enumerate(c for frame in told for c in frame.iter_columns())]
    return alike(Wide(pl.DataFrame(cells)), [pl.col(column.name) for column in cells])


def _constants(names: Iterable[str], values: Iterable[object]) -> Iterator[pl.Expr]:
    return (pl.lit(value, pl.Int64).alias(name) for name, value in zip(names, values, strict=True))


def _cells(rows: pl.DataFrame, held: pl.DataFrame, asked: Mapping[str, Iterable[str]]) -> pl.DataFrame:
    """Of each figure the place it has among what it is held against, where its row is of a kind that holds it so."""
    one = pl.col("kind").is_in(held["kind"].unique().implode())
    cells = []
    for figure, names in asked.items():
        by = _SHIFTED.get("path" if figure in _PATHS else figure, "")
        limits = _limits(held, names, f"by {by}", zero=figure not in _HELD)
        value = pl.col(figure).cast(pl.Int64)
        if limits.len():
            # the limits below it and those at or below it: odd where it is one of them
            places = (pl.lit(limits).search_sorted(value, side=side).cast(pl.Int64) for side in ("left", "right"))
            cells.append(pl.when(one & value.is_not_null()).then(sum(places, pl.lit(0))).alias(figure))
    return rows.lazy().select(cells).collect()


def _limits(held: pl.DataFrame, names: Iterable[str], by: str, *, zero: bool) -> pl.Series:
    """Limits in order, those less what options add to the figure among them."""
    each = [held[name].cast(pl.Int64) for name in names]
    each += [pl.zeros(held.height, pl.Int64, eager=True)] if zero else []
    each += [limit - held[by] for limit in each] if by in held.columns else []
    return pl.concat([limit.alias("limit") for limit in each]).drop_nulls().unique().sort()


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
