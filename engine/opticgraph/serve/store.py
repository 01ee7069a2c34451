"""The store that queries are answered from: gone when serving ends, or kept in a folder for the next time."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from .. import cache, sparql
from ..design import Design
from ..errors import InputError
from ..judge import version
from ..knowledge import Knowledge
from ..scratch import scratch

__all__ = ["filled", "store_name"]

_HEAD = "opticgraph-store-"


def store_name(
    design: Design, knowledge: Knowledge, *, catalogs: Sequence[Path], rules: Sequence[Path], options: bool
) -> str:
    """A name for what a store holds: the same only for the same design, knowledge, rules and version."""
    hashed = hashlib.sha256(cache.digest([*catalogs, *rules], version(), str(options)).encode())
    for frame in (design.links, design.ports, design.devices, design.groups):
        hashed.update(frame.write_ipc(None).getvalue())
    for piece in (repr(design.account).encode("utf-8", "backslashreplace"), design.triples, knowledge.graph):
        hashed.update(piece)
    return _HEAD + hashed.hexdigest()[:32]


@contextmanager
def filled(pieces: Callable[[], Iterator[bytes]], *, kept: Path | None = None, name: str = "") -> Iterator[Path]:
    """The folder of a store of these quads, for the length of a block.

    kept  a folder in which a store of this name is kept, and none of another; one that is there is taken as it is

    Raises InputError where that folder cannot be written.
    """
    if kept is None:
        with scratch() as folder:
            sparql.keep(pieces(), str(folder))
            yield folder
        return
    home = kept / name
    try:
        if not home.is_dir():
            _fill(home, pieces)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"--store {kept}: {reason}; expected a folder that can be written") from error
    yield home


def _fill(home: Path, pieces: Callable[[], Iterator[bytes]]) -> None:
    """Fill a store beside its place, so that a folder of its name is always a whole one."""
    home.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".", dir=home.parent))
    try:
        sparql.keep(pieces(), str(draft / "store"))
        for old in home.parent.glob(f"{_HEAD}*"):
            shutil.rmtree(old)
        (draft / "store").rename(home)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
