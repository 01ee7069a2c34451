"""Options as one Parquet table, for fleets: choices.TABLE_SCHEMA, one row a link and option or refusal."""

from __future__ import annotations

import io

from ...choices import Options

__all__ = ["render"]


def render(options: Options) -> bytes:
    """The table as a Parquet file."""
    held = io.BytesIO()
    options.table.write_parquet(held)
    return held.getvalue()
