"""A frame of many rows, most columns of which hang on few combinations of others: those are kept once a combination."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import overload

import polars as pl

__all__ = ["LIKE", "Wide"]

LIKE = "like"  # of a row of its own: the row of what it shares


@dataclass(frozen=True)
class Wide:
    """Rows whose columns are their own or shared with all rows that are alike; it reads as one frame.

    own     the columns that rows have of their own, and `like`, the row of shared that holds their other ones
    shared  the columns of rows that are alike, once for all of them
    """

    own: pl.DataFrame
    shared: pl.DataFrame = field(default_factory=pl.DataFrame)

    @property
    def height(self) -> int:
        return self.own.height

    @property
    def schema(self) -> pl.Schema:
        own = {name: kind for name, kind in self.own.schema.items() if name != LIKE}
        return pl.Schema({**own, **self.shared.schema})

    @property
    def columns(self) -> list[str]:
        return self.schema.names()

    def lazy(self) -> pl.LazyFrame:
        """All columns, of which only those are put together that are asked for."""
        if not self.shared.columns:
            return self.own.lazy()
        shared = self.shared.lazy().with_row_index(LIKE)
        return self.own.lazy().join(shared, on=LIKE, how="left", maintain_order="left").drop(LIKE)

    def frame(self) -> pl.DataFrame:
        """As the frame that it reads as."""
        return self.lazy().collect()

    def select(self, *columns: str | pl.Expr, **named: str | pl.Expr) -> pl.DataFrame:
        return self.lazy().select(*columns, **named).collect()

    def filter(self, *conditions: pl.Expr) -> pl.DataFrame:
        """Rows of which something holds, with all columns."""
        return self[self.lazy().select(pl.arg_where(pl.all_horizontal(conditions))).collect().to_series()]

    def with_own(self, columns: Iterable[pl.Series]) -> Wide:
        """With more columns that rows have of their own, in place of those of the same names."""
        told = list(columns)
        names = [column.name for column in told if column.name in self.shared.columns]
        return Wide(self.own.with_columns(told), self.shared.drop(names))

    @overload
    def __getitem__(self, what: str) -> pl.Series: ...

    @overload
    def __getitem__(self, what: pl.Series) -> pl.DataFrame: ...

    def __getitem__(self, what: str | pl.Series) -> pl.Series | pl.DataFrame:
        """A column, or the rows of these numbers."""
        if isinstance(what, str):
            shared = self.shared.get_column(what, default=None)
            return self.own[what] if shared is None else shared.gather(self.own[LIKE])
        own = self.own[what]
        return own.drop(LIKE).hstack(self.shared[own[LIKE]]) if self.shared.columns else own

    def at(self, name: str, rows: pl.Series) -> pl.Series:
        """A column of some rows."""
        shared = self.shared.get_column(name, default=None)
        return self.own[name].gather(rows) if shared is None else shared.gather(self.own[LIKE].gather(rows))
