"""Options as one page that needs nothing else: links to open, each with its options, refusals and drawings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType

from markupsafe import Markup

from ...choices import LinkOptions, Option, Options
from .. import NO_SOURCES
from ..lanes import drawing
from ..page import page
from . import summary
from .paths import legs_beside, path_now, path_then

__all__ = ["render"]

MOST_LINKS = 500  # told on the page; the other formats have all
MOST_DRAWN = 60  # links up to which every option is drawn; beyond, the best of each strategy

MEANS: Mapping[str, str] = MappingProxyType(
    {
        "port-reuse": "cages of the wanted rate, with the modules of now",
        "direct-swap": "new modules, plant as it is",
        "breakout": "one module of the wanted rate serves several links by its lanes",
        "merge": "parallel links become one",
        "fiber-overlay": "spare or freed fibres of the route",
        "wavelength-overlay": "another band on the same fibres, through filters",
        "re-terminate": "other plugs, cassettes or more fibres",
        "coherent": "coherent modules over the line as it is",
        "one-ended": "a new module at one end, the other stays",
        "prepare": "a step now that later ones build on",
        "bond": "several links as one group",
    }
)
BADGES: Mapping[str, str] = MappingProxyType(
    {"reaches": "works", "step": "step", "depends": "unknown", "nothing": "fails", "there": "there"}
)


def render(options: Options, *, sources: Mapping[str, tuple[str, str]] = NO_SOURCES) -> str:
    """The page; sources give for a source's id its title and its address, if it has one."""
    links = options.links[:MOST_LINKS]
    beside = legs_beside(links)
    every = len(links) <= MOST_DRAWN

    def now(each: LinkOptions) -> Markup:
        return Markup(drawing(path_now(each, options.types, beside)))

    def then(each: LinkOptions, option: Option, first: bool) -> Markup:
        # What the drawing writes it has escaped itself.
        return Markup(drawing(path_then(each, option, options.types)) if every or first else "")

    return page(
        "options/options.html.jinja",
        styles=["page.css", "lanes.css", "options/options.css"],
        script="options/options.js",
        sources=sources,
        options=options,
        links=links,
        left=max(len(options.links) - MOST_LINKS, 0),
        counts=Counter(summary.outcome(each) for each in links),
        outcomes=summary.OUTCOMES,
        badges=BADGES,
        means=MEANS,
        summary=summary,
        now=now,
        then=then,
    )
