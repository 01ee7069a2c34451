"""Which options of a link a goal admits, and of a link that has none, why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from .applied import Applied
from .design import SIDES
from .goal import Goal, Target
from .proposals import Told
from .seats import OTHER

__all__ = ["Offer", "offers_of", "why_none"]

UNPLANNED = "stay"  # what leaves the link of now as it is is no step of a plan
# What leaves it as it is and adds links beside it does not bring it to another rate: where a target names the strategy.
ADDING = ("bond", "wavelength-overlay")

Rows = Mapping[str, Mapping[str, Any]]  # links as judged, by name


@dataclass(frozen=True)
class Offer:
    """An option of one link: which of Told.ways it is, and what it comes to."""

    way: int
    verdict: str
    needs: tuple[str, ...]
    rate_gbps: int | None
    warned: bool


def offers_of(
    told: Told, targets: Mapping[str, Target], goal: Goal, rows: Rows, *, hosted: bool = False
) -> dict[str, list[Offer]]:
    """Of every wanted link that has any the options that the goal admits; hosted admits those on another host too."""
    wanted = pl.DataFrame(
        [(link, target.gbps, list(target.strategies) or None) for link, target in targets.items()],
        schema={"link": pl.String, "wanted": pl.Int64, "by": pl.List(pl.String)},
        orient="row",
    )
    verdicts = ["works"] if goal.unknown == "leave" else ["works", "unknown"]
    table = told.table.join(wanted, on="link").filter(
        ~pl.col("strategy").is_in([UNPLANNED, *goal.forbidden]),
        ~pl.col("strategy").is_in(ADDING) | pl.col("by").list.contains(pl.col("strategy")).fill_null(False),
        pl.col("verdict").is_in(verdicts),
        pl.col("wanted").is_null() | (pl.col("rate_gbps") >= pl.col("wanted")),
        pl.col("by").is_null() | pl.col("by").list.contains(pl.col("strategy")),
    )
    found: dict[str, list[Offer]] = defaultdict(list)
    allowed: dict[int, bool] = {}
    names = ("link", "way", "verdict", "needs", "rate_gbps", "warned")
    for link, way, verdict, needs, rate, warned in table.select(names).iter_rows():
        applied = told.ways[way]
        if way not in allowed:
            elsewhere = any(seat.way == OTHER for seat in applied.seats.values())
            allowed[way] = (hosted or not elsewhere) and _allowed(applied, goal)
        # one link in place of several carries no more than they did: only where a target names the strategy
        merges = applied.proposal.merged and not targets[link].strategies
        if allowed[way] and not merges and _power_told(rows[link], applied, goal):
            found[link].append(Offer(way, verdict, tuple(needs.split("; ")) if needs else (), rate, warned))
    return found


def _allowed(applied: Applied, goal: Goal) -> bool:
    for side in applied.new:
        head, dot, _ = str(applied.changes[f"{side}_module"]).partition(".")
        if goal.makers and dot and head not in goal.makers:
            return False
    if any((type_ := applied.types[side]) and type_.id in goal.no_modules for side in applied.new):
        return False
    plugs = {str(applied.changes.get(f"{side}_connector")) for side in SIDES}
    return not plugs & set(goal.no_connectors) and applied.adds is None


def _power_told(row: Mapping[str, Any], applied: Applied, goal: Goal) -> bool:
    """Whether the draw of every new module is known where a limit holds, which else could not be kept."""
    return goal.unknown == "plan" or all(
        (type_ := applied.types[side]) is None or type_.power_high_mw is not None or row[f"{side}_headroom_mw"] is None
        for side in applied.new
    )


def why_none(link: str, told: Told, targets: Mapping[str, Target], rows: Rows) -> str:
    """Why a link has no option that the goal admits: what it needs, or that the rules reject all."""
    if link not in rows:
        return "it is not judged, or spare"
    adding = [way for way, applied in enumerate(told.ways) if applied.adds]  # a link that no plan makes
    wanted = targets[link]
    unnamed = [UNPLANNED, *(strategy for strategy in ADDING if strategy not in wanted.strategies)]
    all_ = told.table.filter(pl.col("link") == link)
    beside = all_.filter(pl.col("strategy").is_in([*ADDING]) & pl.col("strategy").is_in(unnamed))
    own = all_.filter(~pl.col("strategy").is_in(unnamed))
    through = own.filter(pl.col("way").is_in(adding), pl.col("verdict") != "fails").height
    own = own.filter(~pl.col("way").is_in(adding))
    reaching = own.filter(pl.col("rate_gbps") >= wanted.gbps) if wanted.gbps else own
    needs = reaching.filter(pl.col("verdict") == "unknown")["needs"].drop_nulls().unique().sort().to_list()
    if needs:
        return f"nothing is known to work; {min(needs, key=lambda need: (len(need), need))}"
    if reaching.filter(pl.col("verdict") == "works").height:
        return "what works is not allowed by the goal, or its draw is not known where power is limited"
    if through:
        asked = f"`opticgraph options --link {link}` tells of it"
        return f"only a switch between its ends could join them, which adds a link that no plan makes; {asked}"
    working = beside.filter(pl.col("verdict") == "works")["strategy"].unique().sort().to_list()
    if working:
        return f"only {' or '.join(working)} works, which adds links beside it: name it in strategies of a target"
    refused = reaching.filter(pl.col("verdict") == "fails").select("strategy", "a_module", "rules")
    if refused.is_empty():
        return f"nothing that reaches {wanted.gbps}G works; `opticgraph options --link {link}` says why"
    least = refused.sort(pl.col("rules").list.len(), "strategy", "a_module").row(0, named=True)
    return f"nothing works; nearest is {least['strategy']} {least['a_module']}, against {', '.join(least['rules'])}"
