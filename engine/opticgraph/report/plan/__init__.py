"""A plan written down: for people to read, and as a file to replay."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

from ...design import Design
from ...errors import InputError
from ...planned import Plan

__all__ = ["ENDINGS", "FORMATS", "format_of", "render"]

FORMATS: Mapping[str, tuple[str, tuple[str, ...]]] = MappingProxyType(
    {"text": ("text", (".txt",)), "json": ("json", (".json",))}
)
ENDINGS: Mapping[str, str] = MappingProxyType(
    {ending: format for format, (_, endings) in FORMATS.items() for ending in endings}
)


def format_of(name: str) -> str:
    """The format that a file's name tells by its ending; InputError where none does."""
    for ending, format in ENDINGS.items():
        if name.lower().endswith(ending):
            return format
    known = " ".join(sorted(ENDINGS))
    raise InputError(f"{name}: the ending tells no format of a plan; expected one of {known}, or name the format")


def render(plan: Plan, design: Design, *, format: str) -> bytes:
    """The plan as bytes, in one of FORMATS; InputError for any other."""
    if format not in FORMATS:
        raise InputError(f"{format}: no such format for a plan; expected one of {' '.join(FORMATS)}")
    return str(import_module(f".{FORMATS[format][0]}", __name__).render(plan)).encode("utf-8", "replace")
