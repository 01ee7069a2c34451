"""Options as text: what is said of a link is true of what was asked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from opticgraph import load
from opticgraph.become import options
from opticgraph.choices import Options
from opticgraph.report.options import render

RING = Path(__file__).parent.parent / "examples" / "metro-ring"
NOTHING = "nothing the catalogue knows"


def text(told: Options) -> str:
    return render(told, format="text").decode()


def test_that_there_is_nothing_is_said_of_a_whole_account_only() -> None:
    told = options(load(RING), links=["muc-agb-1"])
    link = told.links[0]
    stay = tuple(option for option in link.options if option.strategy == "stay")
    assert NOTHING not in text(told)
    assert NOTHING in text(replace(told, links=(replace(link, options=stay),)))
    assert NOTHING not in text(replace(told, links=(replace(link, options=()),)))  # as --why-not leaves it
