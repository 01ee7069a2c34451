"""What links may become, as text, JSON, CSV, a workbook or a page."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from types import MappingProxyType

from ...choices import Options
from ...errors import InputError

__all__ = ["ENDINGS", "FORMATS", "render"]

FORMATS = ("text", "json", "csv", "xlsx", "html")
ENDINGS: Mapping[str, str] = MappingProxyType(
    {".txt": "text", ".json": "json", ".csv": "csv", ".xlsx": "xlsx", ".html": "html"}
)


def render(options: Options, *, format: str) -> bytes:
    """The answer as bytes, in one of FORMATS; InputError for any other."""
    if format not in FORMATS:
        raise InputError(f"{format}: no such format for options; expected one of {' '.join(FORMATS)}")
    content = import_module(f".{format}", __name__).render(options)
    return content if isinstance(content, bytes) else str(content).encode("utf-8", "replace")


def format_of(path: str | Path) -> str:
    """The format that a file's ending asks for."""
    ending = Path(path).suffix.lower()
    if ending not in ENDINGS:
        raise InputError(f"{path}: the ending is none of {', '.join(ENDINGS)}")
    return ENDINGS[ending]
