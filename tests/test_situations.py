"""Options of many links, worked out once a situation, are those of every link judged by itself."""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl
import pytest

import opticgraph
from opticgraph.become import AT_ONCE, MANY

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))
import fleet


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> opticgraph.Options:
    """What a fleet may become whose devices have cages of 400G to spare."""
    sheet = tmp_path_factory.mktemp("fleet") / "fleet.parquet"
    made = fleet.fleet(MANY + 100, seed=7)
    at = pl.int_range(pl.len())
    made = made.with_columns(
        # names that mean several modules, and links alike of which some have no length
        *(pl.when(at % 25 == 3).then(pl.lit("ER4")).otherwise(f"{s}_module").alias(f"{s}_module") for s in "ab"),
        pl.when(at % 7 == 2).then(None).otherwise("length_m").alias("length_m"),
    )
    fleet.write(made, sheet)
    return opticgraph.options(opticgraph.load(str(sheet)), host="Arista DCS-7060DX4-32")


def test_the_table_says_of_a_link_what_its_own_options_say(found: opticgraph.Options) -> None:
    offered = found.table.filter(found.table["verdict"] != "fails")
    named = ("link", "strategy", "a_module", "b_module", "rate_gbps", "verdict", "needs")
    by_link: dict[str, set[tuple[object, ...]]] = {}
    for row in offered.select(named).iter_rows():
        by_link.setdefault(str(row[0]), set()).add(row)
    some = [found.links[at] for first in (0, 400, 900) for at in range(first, first + AT_ONCE)]
    for each in some:
        own = {
            (each.link, o.strategy, o.a_module, o.b_module, o.rate_gbps, o.verdict, "; ".join(o.needs) or None)
            for o in each.options
            if o.strategy != "stay"
        }
        told = {row for row in by_link.get(each.link, ()) if row[1] != "stay"}
        assert told == own, each.link


def test_what_the_table_refuses_is_refused_by_the_same_rules(found: opticgraph.Options) -> None:
    refused = found.table.filter(found.table["verdict"] == "fails", found.table["strategy"] != "stay")
    told: dict[tuple[object, ...], set[tuple[str, ...]]] = {}
    for link, strategy, a, b, rules in refused.select("link", "strategy", "a_module", "b_module", "rules").iter_rows():
        told.setdefault((link, strategy, a, b), set()).add(tuple(rules))
    checked = 0
    for each in (found.links[at] for at in range(40)):
        own: dict[tuple[object, ...], set[tuple[str, ...]]] = {}
        for r in each.rejected:
            own.setdefault((each.link, r.strategy, r.a_module, r.b_module), set()).add(r.rules)
        for key, rules in told.items():
            if key[0] == each.link:
                assert rules <= own[key], key
                checked += 1
    assert checked > 100
