"""What changed and why, as text, JSON or CSV."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

from ...difference import Diff
from ...errors import InputError
from .. import as_bytes

__all__ = ["ENDINGS", "FORMATS", "render"]

FORMATS = ("text", "json", "csv")
ENDINGS: Mapping[str, str] = MappingProxyType({".txt": "text", ".json": "json", ".csv": "csv"})


def render(diff: Diff, *, format: str) -> bytes:
    """The answer as bytes, in one of FORMATS; InputError for any other."""
    if format not in FORMATS:
        raise InputError(f"{format}: no such format for a diff; expected one of {' '.join(FORMATS)}")
    return as_bytes(import_module(f".{format}", __name__).render(diff))
