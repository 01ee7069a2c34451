"""What links may become, as text, JSON, CSV, a workbook, a page, Parquet or RDF."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

from ...choices import Options
from ...errors import InputError
from .. import NO_SOURCES, as_bytes

__all__ = ["ENDINGS", "FORMATS", "render"]

FORMATS = ("text", "json", "csv", "xlsx", "html", "parquet", "turtle")
ENDINGS: Mapping[str, str] = MappingProxyType(
    {
        ".txt": "text",
        ".json": "json",
        ".csv": "csv",
        ".xlsx": "xlsx",
        ".html": "html",
        ".htm": "html",
        ".parquet": "parquet",
        ".ttl": "turtle",
    }
)


def render(options: Options, *, format: str, sources: Mapping[str, tuple[str, str]] = NO_SOURCES) -> bytes:
    """The answer as bytes, in one of FORMATS; InputError for any other.

    sources  source id -> (title, address), for the format html
    """
    if format not in FORMATS:
        raise InputError(f"{format}: no such format for options; expected one of {' '.join(FORMATS)}")
    module = import_module(f".{format}", __name__)
    content = module.render(options, sources=sources) if format == "html" else module.render(options)
    return as_bytes(content)
