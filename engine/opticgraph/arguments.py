"""What several commands take on the command line, and where their answers go."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click

__all__ = ["DESIGNS", "Targets", "ending", "gbps", "hand_out", "knowing", "put", "targets_of", "titles_of", "writing"]

Targets = Sequence[tuple[str, Path | None]]  # formats, and where each goes; None is stdout
DESIGNS = click.argument("designs", nargs=-1, required=True, metavar="DESIGN...")


def knowing(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every command that asks the catalogue."""
    for option in (
        click.option(
            "--trust",
            default="standards",
            metavar="POLICY",
            help="Whose figures win: standards, playbook or a Turtle file; also `standards without SOURCE`.",
        ),
        click.option(
            "--rules", multiple=True, type=click.Path(path_type=Path), metavar="FILE", help="SHACL rules of your own."
        ),
        click.option(
            "--catalog",
            "catalogs",
            multiple=True,
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="Parts and figures of your own: Turtle, TriG or CSV.",
        ),
    ):
        command = option(command)
    return command


def writing(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every command that answers in several formats."""
    for option in (
        click.option(
            "--format",
            "formats",
            multiple=True,
            metavar="FORMAT",
            help="How to answer; told by the ending of --output.",
        ),
        click.option(
            "--output",
            "-o",
            "--report",
            "outputs",
            multiple=True,
            type=click.Path(),
            metavar="FILE",
            help="Write the answer here; may be given several times.",
        ),
    ):
        command = option(command)
    return command


def gbps(text: str) -> int:
    """A rate as people write it, `400G`."""
    digits = text.strip().upper().removesuffix("G")
    if not digits.isdigit() or not 1 <= int(digits) <= 100_000:
        raise click.BadParameter(f"{text!r} is no rate; expected one such as 400G.", param_hint="--to")
    return int(digits)


def targets_of(
    formats: Sequence[str], outputs: Sequence[str], *, known: Any, told: Callable[[Path], str]
) -> list[tuple[str, Path | None]]:
    """Which format goes where: files by their ending or by as many --format, else one format to stdout."""
    for format in formats:
        if format not in known:
            near = get_close_matches(format, known, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise click.BadParameter(f"{format!r} is not one of {', '.join(known)}.{hint}", param_hint="--format")
    if not outputs:
        if len(formats) > 1:
            raise click.UsageError("Several --format need as many --output; stdout takes one.")
        return [(formats[0] if formats else "text", None)]
    if formats and len(formats) != len(outputs):
        raise click.UsageError(f"Found {len(formats)} --format and {len(outputs)} --output; expected as many, or none.")
    return [(formats[at] if formats else told(path), path) for at, path in enumerate(map(Path, outputs))]


def ending(path: Path, endings: Mapping[str, str]) -> str:
    """The format that a file's ending tells."""
    if path.suffix.lower() not in endings:
        raise click.BadParameter(f"{path}: the ending is none of {', '.join(endings)}.", param_hint="--output")
    return endings[path.suffix.lower()]


def titles_of(targets: Targets, catalogs: Sequence[Path]) -> Mapping[str, tuple[str, str]]:
    """Titles and addresses of sources, where a report that shows them is asked for."""
    from .sources import read_sources

    sources = read_sources(catalogs).values() if any(format in ("html", "sarif") for format, _ in targets) else ()
    return {source.id: (source.title, source.address) for source in sources}


def hand_out(targets: Targets, made: Callable[[str], bytes]) -> None:
    """The answer in each format to where it goes."""
    from .report import save

    for format, path in targets:
        content = made(format)
        put(content) if path is None else save(content, path)


def put(content: bytes) -> None:
    """The answer to stdout."""
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()
