"""What was worked out and is kept in the user's cache folder, under names that tell what it was worked out from."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

__all__ = ["digest", "keep", "recall"]

MOST = 100_000_000  # bytes in the folder; what was kept longest ago goes first


def digest(files: Iterable[Path], *words: str) -> str:
    """A name for what is worked out from these files and words; line endings do not matter."""
    hashed = hashlib.sha256("\0".join(words).encode())
    for file in files:
        hashed.update(file.name.encode() + b"\0" + file.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return hashed.hexdigest()


def recall(name: str) -> bytes | None:
    """What was kept under the name, if anything was."""
    with suppress(OSError):
        return (_folder() / name).read_bytes()
    return None


def keep(name: str, content: bytes) -> None:
    """Keep this under the name, whole or not at all; a cache that cannot be written only costs time."""
    with suppress(OSError, RuntimeError):  # RuntimeError: nobody's home is known
        folder = _folder()
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f"{name}.{os.getpid()}"
        draft.write_bytes(content)
        draft.replace(folder / name)
        _make_room(folder)


def _make_room(folder: Path) -> None:
    kept = [(each.stat(), each) for each in folder.iterdir()]
    size = sum(stat.st_size for stat, _ in kept)
    for stat, file in sorted(kept, key=lambda each: each[0].st_mtime):
        if size <= MOST:
            return
        file.unlink(missing_ok=True)
        size -= stat.st_size


def _folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "opticgraph"
