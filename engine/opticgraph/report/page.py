"""A page that needs nothing else: its style and script stand in it, and its policy lets nothing else in."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from types import MappingProxyType

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from . import needs, words

__all__ = ["SIGNS", "hashed", "page"]

SIGNS = MappingProxyType({"fails": "\N{MULTIPLICATION X}", "unknown": "?", "works": "\N{CHECK MARK}"})


def page(
    template: str, *, styles: Sequence[str], script: str, sources: Mapping[str, tuple[str, str]], **values: object
) -> str:
    """The template, filled; template, styles and script are files of this package.

    sources give for a source's id its title and its address, if it has one.
    """
    # Hashes let the page's own style and script through its content policy, and nothing else.
    style, code = "".join(map(_file, styles)), _file(script)
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_printed
    )
    environment.filters |= {"give": needs.give, "title_of": words.title}
    return environment.from_string(_file(template)).render(
        script=Markup(code),
        script_hash=hashed(code),
        signs=SIGNS,
        source=lambda name: _source(sources, name),
        style=Markup(style),
        style_hash=hashed(style),
        words=words,
        **values,
    )


def hashed(text: str) -> str:
    """The hash by which a content policy names a style or script."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _source(sources: Mapping[str, tuple[str, str]], name: str) -> tuple[str, str]:
    """Title and address of a source; an address that is no web address is left out."""
    title, address = sources.get(name, ("", ""))
    return title or name, address if address.startswith(("https://", "http://")) else ""


def _printed(value: object) -> object:
    # Every text passes here on its way into the page.
    return words.clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _file(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
