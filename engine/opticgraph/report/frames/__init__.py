"""Results as Polars frames: which tables each has, and their rows.

Figures are whole numbers or decimals, never floats. A list is a list column; what is not there is null.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import polars as pl

from ...choices import Options
from ...difference import Diff
from ...errors import InputError
from ...planned import Plan
from ...proof.verified import Verification
from ...reasons import Explanation
from ...result import Audit, texts
from ...table import Table
from ..answer import shown
from .audit import AUDIT, EXPLANATION
from .columns import TEXT, TRUTH, WHOLE, Frame
from .diff import DIFF
from .options import OPTIONS
from .plan import PLAN, VERIFICATION

__all__ = ["TABLES", "Frame", "frame"]

_DIGITS = 38  # that a decimal column has

# Result -> its tables; the first is what to_polars() gives unless told.
TABLES: Mapping[type, Mapping[str, Frame]] = MappingProxyType(
    {
        Audit: AUDIT,
        Explanation: EXPLANATION,
        Options: OPTIONS,
        Plan: PLAN,
        Verification: VERIFICATION,
        Diff: DIFF,
    }
)


def frame(result: object, table: str) -> pl.DataFrame:
    """One table of a result by name; InputError where it has none of this name."""
    if isinstance(result, Table):
        return _answer(result)
    known = TABLES[type(result)]
    if table not in known:
        raise InputError(f"{table}: no such table; expected one of {' '.join(known)}")
    return known[table].made(result)


def _answer(table: Table) -> pl.DataFrame:
    if not table.columns:
        found = "yes or no" if table.truth is not None else "a graph"
        raise InputError(f"to_polars: found an answer that is {found}; expected rows")
    columns = zip(*table.rows, strict=True) if table.rows else ([] for _ in table.columns)
    return pl.DataFrame([_series(name, list(held)) for name, held in zip(table.columns, columns, strict=True)])


def _series(name: str, values: Sequence[Any]) -> pl.Series:
    """Truth, whole numbers and decimals as such where all are; anything else as people read it."""
    kinds = {type(value) for value in values if value is not None}
    if kinds == {bool}:
        return pl.Series(name, values, dtype=TRUTH)
    if kinds == {int} and all(value is None or -(2**63) <= value < 2**63 for value in values):
        return pl.Series(name, values, dtype=WHOLE)
    if kinds and kinds <= {int, Decimal}:
        given = [None if value is None else Decimal(value) for value in values]
        scale = max(max(-int(value.as_tuple().exponent), 0) for value in given if value is not None)
        if all(value is None or value.adjusted() + 1 + scale <= _DIGITS for value in given):
            return pl.Series(name, given, dtype=pl.Decimal(_DIGITS, scale))
    return texts(name, [None if value is None else shown(value) for value in values], TEXT)
