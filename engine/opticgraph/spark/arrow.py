"""Between Spark's tables and Polars' frames: schemas as DDL and Arrow, and frame functions as Spark maps them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import polars as pl
import pyarrow as pa

__all__ = ["column", "ddl", "gathered", "mapped", "table_of"]

Batches = Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]


def column(name: str) -> str:
    """A column's name as Spark's expressions want it, whatever is in it."""
    return "`" + name.replace("`", "``") + "`"


def ddl(schema: pl.Schema) -> str:
    """The schema as Spark's DDL."""
    return ", ".join(f"{column(name)} {_ddl(kind)}" for name, kind in schema.items())


def mapped(make: Callable[[pl.DataFrame], Iterable[pl.DataFrame]], schema: pl.Schema) -> Batches:
    """A function for mapInArrow that makes frames from each batch."""

    def run(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for made in make(_frame([batch])):
                yield from table_of(made, schema).to_batches()

    return run


def gathered(make: Callable[[pl.DataFrame], Iterable[pl.DataFrame]], schema: pl.Schema) -> Batches:
    """A function for mapInArrow that makes frames from all of a partition."""

    def run(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        held = list(batches)
        for made in make(_frame(held)) if held else ():
            yield from table_of(made, schema).to_batches()

    return run


def table_of(frame: pl.DataFrame, schema: pl.Schema) -> pa.Table:
    """The frame as Arrow in types that Spark takes; what it lacks of the schema is null."""
    lacking = {name: pl.lit(None, kind) for name, kind in schema.items() if name not in frame.columns}
    full = frame.with_columns(**lacking).select(pl.col(name).cast(kind) for name, kind in schema.items())
    return full.to_arrow().cast(pa.schema([(name, _arrow(kind)) for name, kind in schema.items()]))


def _frame(batches: list[pa.RecordBatch]) -> pl.DataFrame:
    frame = pl.from_arrow(pa.Table.from_batches(batches))
    assert isinstance(frame, pl.DataFrame)
    return frame


def _ddl(kind: pl.DataType) -> str:
    if isinstance(kind, pl.List):
        return f"array<{_ddl(_inner(kind))}>"
    if isinstance(kind, pl.Struct):
        return f"struct<{', '.join(f'{column(field.name)}: {_ddl(_plain(field.dtype))}' for field in kind.fields)}>"
    return _NAMES[type(kind)][0]


def _arrow(kind: pl.DataType) -> pa.DataType:
    if isinstance(kind, pl.List):
        return pa.list_(_arrow(_inner(kind)))
    if isinstance(kind, pl.Struct):
        return pa.struct([(field.name, _arrow(_plain(field.dtype))) for field in kind.fields])
    return _NAMES[type(kind)][1]


def _inner(kind: pl.List) -> pl.DataType:
    return _plain(kind.inner)


def _plain(kind: object) -> pl.DataType:
    return kind() if isinstance(kind, type) else kind  # type: ignore[return-value]


_NAMES = {
    pl.String: ("string", pa.string()),
    pl.Int64: ("bigint", pa.int64()),
    pl.Boolean: ("boolean", pa.bool_()),
    pl.Binary: ("binary", pa.binary()),
}
