"""Where the files lie that ship with the package: beside the code when installed, at the top of a checkout."""

from __future__ import annotations

from pathlib import Path

__all__ = ["folder"]


def folder(name: str) -> Path:
    """The folder of shipped files of this name, such as `ontology` or `shapes`."""
    here = Path(__file__).resolve().parent
    installed = here / "data" / name
    return installed if installed.is_dir() else here.parent.parent / name
