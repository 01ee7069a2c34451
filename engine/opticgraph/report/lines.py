"""Lines for a terminal, each with its indent: what runs on is set in by two more, so that entries still stand out."""

from __future__ import annotations

import io
from collections.abc import Iterable
from textwrap import wrap
from typing import TYPE_CHECKING

from .words import clean

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["console_of", "say", "told", "wrapped"]


def console_of(width: int) -> Console:
    """A console that keeps what is said, the same in any terminal."""
    from rich.console import Console  # what is only wrapped does without

    return Console(
        file=io.StringIO(),
        width=width,
        color_system=None,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
        _environ={},
    )


def say(console: Console, indent: int, text: str) -> None:
    """One entry; an empty one is an empty line."""
    from rich.padding import Padding
    from rich.text import Text

    if not text:
        console.print()
        return
    for nth, part in enumerate(Text(clean(text)).wrap(console, max(console.width - indent - 2, 20), overflow="fold")):
        console.print(Padding(part, (0, 0, 0, indent + (2 if nth else 0))), soft_wrap=True)


def told(console: Console) -> str:
    """All that was said; no line ends in blanks."""
    assert isinstance(console.file, io.StringIO)
    return "".join(row.rstrip() + "\n" for row in console.file.getvalue().splitlines())


def wrapped(lines: Iterable[tuple[int, str]], width: int) -> str:
    """Entries that need no console, as text of at most the width."""
    rows: list[str] = []
    for indent, text in lines:
        head = " " * indent
        rows += wrap(clean(text), width, initial_indent=head, subsequent_indent=f"{head}  ") if text else [""]
    return "\n".join(rows) + "\n"
