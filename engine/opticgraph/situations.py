"""Links that no option can tell apart: of one kind in all words, and with every number in the same cell.

A number matters to an option only by the limits it is held against. Those limits are known once the options of a kind
are: so a number is replaced by the place it has among them (its cell), and of links that agree in all cells one stands
for all. tests/test_situations.py holds what comes out equal to judging every link by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import polars as pl

from .alike import alike
from .applied import shifted
from .budget import dispersion, path_loss
from .candidates import ROW_SCHEMA
from .design import SIDES
from .wide import Wide

__all__ = ["NUMBERS", "kinds", "situations"]

# What is only compared; all other columns of a row but names tell kinds apart as they are.
NUMBERS = (
    "length_mm", "loss_mdb", "attenuator_mdb", "mux_mdb", "splices", "reflectance_mdb", "osnr_mdb",
    *(f"{side}_{name}" for side in SIDES for name in ("rx_mdbm", "headroom_mw")),
)  # fmt: skip
_NAMES = frozenset(("link", "row_note", "file", "row", "route", "group", "peak_gbps", "a_tx_mdbm", "b_tx_mdbm")) | {
    f"{side}_{name}" for side in SIDES for name in ("device", "port")
}

# Limits of a link as derived, and which of its figures is held against each.
_LENGTHS = ("reach_mm", "reach_limit_mm", "reach_sure_mm", "reach_advised_mm")
_LOSSES = (
    "budget_mdb",
    "budget_sure_mdb",
    "a_least_mdb",
    "b_least_mdb",
    "a_least_tolerable_mdb",
    "b_least_tolerable_mdb",
)
_DISPERSIONS = ("dispersion_floor", "dispersion_ceiling")
_PLANT = ("km_low_mdb", "km_high_mdb", "plug_low_mdb", "plug_high_mdb")
_SPREAD = ("dispersion_km_low", "dispersion_km_high")
_OTHERS: Mapping[str, tuple[str, ...]] = {
    "osnr_mdb": ("osnr_needed_mdb",),
    "reflectance_mdb": ("reflectance_limit_mdb",),
    **{
        f"{side}_rx_mdbm": (f"{side}_receive_min_mdbm", f"{side}_overload_mdbm", f"{side}_overload_tolerable_mdbm")
        for side in SIDES
    },
    **{f"{side}_headroom_mw": (f"{side}_power_high_mw",) for side in SIDES},
}


_READ = sorted({*_LENGTHS, *_LOSSES, *_DISPERSIONS, *_PLANT, *_SPREAD, *(n for each in _OTHERS.values() for n in each)})


def kinds(rows: pl.DataFrame, beside: Iterable[str] = ()) -> pl.Series:
    """A number for each row (ROW_SCHEMA): equal where all but names and NUMBERS agree, and the columns beside."""
    words = [name for name in ROW_SCHEMA if name not in _NAMES and name not in NUMBERS]
    return alike(Wide(rows), [pl.col(name) for name in (*words, *beside)])


def situations(
    rows: pl.DataFrame,
    limits: Mapping[int, pl.DataFrame],
    shifts: Mapping[int, Sequence[Mapping[str, int]]],
    *,
    splice_mdb: int,
) -> pl.Series:
    """A number for each row: equal where rows are of one kind and all their figures in the same cells.

    rows has `kind` beside ROW_SCHEMA; limits has, by kind, the options of one of its links as derive.Judged.links has
    them, of a link of no length (so that no limit has been left out for it); shifts has, by kind, what options add to
    the figures of a link: each sum is held against the limits too. splice_mdb is what a splice loses.
    """
    placed = rows.with_row_index("place").with_columns(splice_mdb=pl.lit(splice_mdb, pl.Int64))
    # kinds held against the same limits are told apart together
    alike_limits: dict[object, tuple[pl.DataFrame, list[Mapping[str, int]], list[int]]] = {}
    for kind, against in limits.items():
        added = list({str(sorted(each.items())): each for each in ({}, *shifts.get(kind, ()))}.values())
        few = against.select(_READ).unique().sort(_READ)
        key = (few.write_json(), str(added))
        alike_limits.setdefault(key, (few, added, []))[2].append(kind)
    parts, first = [], 0
    for few, added, kinds_ in alike_limits.values():
        own = placed.filter(pl.col("kind").is_in(kinds_))
        cells = [
            cell.alias(f"{cell.name} {nth}")
            for nth, each in enumerate(added)
            for cell in _cells(shifted(own, each), few)
        ]
        known = own.select("kind", *(pl.col(name).is_null().alias(f"{name} unknown") for name in NUMBERS))
        told = known.hstack(cells)
        found = alike(Wide(told), [pl.col(name) for name in told.columns]).cast(pl.UInt32)
        parts.append(pl.DataFrame({"place": own["place"], "situation": found + first}))
        first += int(str(found.max())) + 1
    rest = placed.filter(~pl.col("kind").is_in(list(limits)))  # nothing is open to them: kinds by themselves
    if rest.height:
        found = alike(Wide(rest.select("kind")), [pl.col("kind")]).cast(pl.UInt32)
        parts.append(pl.DataFrame({"place": rest["place"], "situation": found + first}))
    return pl.concat(parts).sort("place")["situation"]


def _cells(rows: pl.DataFrame, limits: pl.DataFrame) -> Iterator[pl.Series]:
    """Of each figure of the rows the place it has among its limits."""
    yield from _placed("length", rows["length_mm"], _values(limits, _LENGTHS))
    for name, against in _OTHERS.items():
        yield from _placed(name, rows[name], _values(limits, against))
    losses = [*_values(limits, _LOSSES), 0]
    for nth, plant in enumerate(limits.select(_PLANT).unique(maintain_order=True).iter_rows(named=True)):
        measured = rows.with_columns(pl.lit(value, pl.Int64).alias(name) for name, value in plant.items())
        ways = {"": measured}
        if rows["loss_mdb"].null_count() < rows.height:  # an option on other fibres does not have what was measured
            ways[" unmeasured"] = measured.with_columns(loss_mdb=pl.lit(None, pl.Int64))
        for way, frame in ways.items():
            told = path_loss(frame)
            for end in ("low", "high"):
                yield from _placed(f"path {end} {nth}{way}", told[f"path_{end}_mdb"], losses)
    for nth, spread in enumerate(limits.select(_SPREAD).unique(maintain_order=True).iter_rows(named=True)):
        told = dispersion(rows.with_columns(pl.lit(value, pl.Int64).alias(name) for name, value in spread.items()))
        for end in ("low", "high"):
            yield from _placed(f"{end} {nth}", told[f"dispersion_{end}"], [*_values(limits, _DISPERSIONS), 0])


def _values(limits: pl.DataFrame, names: Iterable[str]) -> list[int]:
    found = pl.concat([limits[name].cast(pl.Int64).rename("limit") for name in names]).drop_nulls()
    return sorted(set(found.to_list()))


def _placed(name: str, values: pl.Series, limits: Iterable[int]) -> Iterator[pl.Series]:
    """How many limits lie below each value, and how many at or below it."""
    if values.null_count() == len(values):
        return
    sorted_ = pl.Series(sorted(set(limits)), dtype=pl.Int64)
    if sorted_.is_empty():
        return
    there = values.cast(pl.Int64)
    for side in ("left", "right"):
        places = sorted_.search_sorted(there.fill_null(0), side=side)
        cell = pl.select(pl.when(there.is_not_null()).then(places.cast(pl.Int64))).to_series()
        yield cell.rename(f"{name} {side}")
