"""An audit written down: in the words of the trade, for programs, for spreadsheets and for pipelines."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from types import MappingProxyType

from ..errors import InputError
from ..result import Audit

__all__ = ["FORMATS", "NO_SOURCES", "as_bytes", "by_ending", "format_of", "render", "save", "write"]

# Format -> (module of this package, file endings). A module is imported when its format is first asked for,
# so that nobody waits for Excel or HTML who wants JSON.
FORMATS: Mapping[str, tuple[str, tuple[str, ...]]] = MappingProxyType(
    {
        "text": ("text", (".txt",)),
        "json": ("json", (".json",)),
        "csv": ("csv", (".csv",)),
        "xlsx": ("xlsx", (".xlsx",)),
        "html": ("html", (".html", ".htm")),
        "turtle": ("turtle", (".ttl",)),
        "jsonld": ("jsonld", (".jsonld",)),
        "junit": ("junit", (".xml",)),
        "parquet": ("parquet", (".parquet",)),
        "sarif": ("sarif", (".sarif",)),
        "waivers": ("waivers", (".toml",)),
        "dqv": ("dqv", (".dqv.ttl",)),
    }
)
NO_SOURCES: Mapping[str, tuple[str, str]] = MappingProxyType({})


def format_of(path: str | Path) -> str:
    """The format that a file's ending tells; a folder gets Parquet tables."""
    name = Path(path).name
    if Path(path).is_dir():
        return "parquet"
    return by_ending(name, FORMATS, f"{path}: the ending tells no report format")


def by_ending(name: str, formats: Mapping[str, tuple[str, tuple[str, ...]]], fault: str) -> str:
    """The format that a name tells by its longest ending (.dqv.ttl is not .ttl); InputError with the fault if none."""
    told = [(len(end), format) for format, (_, ends) in formats.items() for end in ends if name.lower().endswith(end)]
    if told:
        return max(told)[1]
    known = " ".join(sorted(ending for _, endings in formats.values() for ending in endings))
    raise InputError(f"{fault}; expected one of {known}, or name the format")


def as_bytes(content: str | bytes) -> bytes:
    """What a format made; lone surrogates can come out of a JSON input, and no encoding has them."""
    return content if isinstance(content, bytes) else content.encode("utf-8", "replace")


def render(
    audit: Audit,
    *,
    format: str,
    sources: Mapping[str, tuple[str, str]] = NO_SOURCES,
    fail_on: str = "violation",
) -> bytes:
    """The report as bytes, the same for the same audit.

    sources  source id -> (title, address), for the formats html and sarif
    fail_on  from which severity on a test fails, for the format junit
    """
    if format not in FORMATS:
        raise InputError(f"{format}: no such report format; expected one of {' '.join(FORMATS)}")
    module = import_module(f".{FORMATS[format][0]}", __name__)
    match format:
        case "html" | "sarif":
            content = module.render(audit, sources=sources)
        case "junit":
            content = module.render(audit, fail_on=fail_on)
        case _:
            content = module.render(audit)
    return as_bytes(content)


def write(
    audit: Audit,
    *,
    path: str | Path,
    format: str = "",
    sources: Mapping[str, tuple[str, str]] = NO_SOURCES,
    fail_on: str = "violation",
) -> None:
    """Write the report to a file, whole or not at all; the ending tells the format where none is named.

    As Parquet, a name without that ending is a folder, made if need be, which gets a table of findings and one of
    verdicts.
    """
    format = format or format_of(path)
    if format == "parquet" and Path(path).suffix.lower() != ".parquet":
        for name, content in import_module(".parquet", __name__).tables(audit).items():
            save(content, _made(Path(path)) / name)
        return
    save(render(audit, format=format, sources=sources, fail_on=fail_on), path)


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: cannot be written: {error.strerror or error}") from error
    return folder


def save(content: bytes, path: str | Path) -> None:
    """Put the bytes into the file in one step: a reader sees the old file or the new one, never half of it."""
    try:
        target = Path(path).resolve()
        if target.exists() and not target.is_file():
            target.write_bytes(content)  # a pipe or device can only be written to, not replaced
            return
        draft = target.with_name(f".{secrets.token_hex(8)}.draft")
        try:
            with draft.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            if target.exists():
                shutil.copymode(target, draft)
            draft.replace(target)
        except BaseException:
            with suppress(OSError):
                draft.unlink()
            raise
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror or error}") from error
