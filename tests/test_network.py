"""The network as the workbench draws it: what is one node, one line, and where it stands."""

from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest

from browsing import browsed
from opticgraph import audit, load
from opticgraph.report.rows import rows
from opticgraph.serve.links import filtered, table
from opticgraph.serve.network import MOST_LINKS, network
from opticgraph.serve.places import places
from serving import served

ROOT = Path(__file__).parent.parent
FABRIC = ROOT / "examples" / "leaf-spine"
VENDOR = ROOT / "engine" / "opticgraph" / "serve" / "static" / "vendor"


@pytest.fixture(scope="module")
def links() -> pl.DataFrame:
    return table(rows(audit(load(FABRIC))))


def test_every_device_and_every_link_is_drawn(links: pl.DataFrame) -> None:
    drawn = network(links)
    devices = {device for side in "ab" for device in links[f"{side}_device"]}
    assert (drawn["by"], {node["name"] for node in drawn["nodes"]}) == ("device", devices)
    assert len({(node["x"], node["y"]) for node in drawn["nodes"]}) == len(devices)
    told = Counter({word: sum(line[word] for line in drawn["lines"]) for word in ("fails", "unknown", "works")})
    assert told == Counter(links["verdict"])
    pairs = {frozenset(ends) for ends in links.select("a_device", "b_device").iter_rows()}
    assert {frozenset((line["a"], line["b"])) for line in drawn["lines"]} == pairs


@pytest.mark.parametrize("length", [2, 30])
def test_a_picture_is_wider_than_high(length: int) -> None:
    """A chain of sites, which would hang down, lies; no two devices are in one place."""
    names = [f"site-{nth}" for nth in range(length)]
    where = places({f"{name}-cr1": name for name in names}, [(f"{a}-cr1", f"{b}-cr1") for a, b in pairwise(names)])
    xs, ys = zip(*where.values(), strict=True)
    assert max(xs) >= max(ys)
    assert len(set(where.values())) == length


def test_many_devices_without_a_site_stand_beside_few_with_one() -> None:
    site = {f"d{nth}": ("here" if nth % 2 else "") for nth in range(160)}
    where = places(site, [("d0", "d1"), ("d1", "d2")])
    assert len(set(where.values())) == len(site)


def test_sites_of_a_ring_stand_in_its_order() -> None:
    """Named so that the alphabet would draw a star: each site is nearest to those that it is linked with."""
    ring = ["a", "c", "e", "b", "d"]
    where = places({name: name for name in ring}, [*pairwise(ring), (ring[-1], ring[0])])
    xs, ys = ([at[axis] for at in where.values()] for axis in (0, 1))
    middle = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
    turn = sorted(ring, key=lambda name: math.atan2(where[name][1] - middle[1], where[name][0] - middle[0]))
    linked = {frozenset(pair) for pair in (*pairwise(ring), (ring[-1], ring[0]))}
    assert {frozenset(pair) for pair in (*pairwise(turn), (turn[-1], turn[0]))} == linked


def test_a_node_has_the_worst_verdict_of_its_links(links: pl.DataFrame) -> None:
    worst = {node["name"]: node["verdict"] for node in network(links)["nodes"]}
    for device, verdict in worst.items():
        own = set(links.filter((pl.col("a_device") == device) | (pl.col("b_device") == device))["verdict"])
        assert verdict == next(word for word in ("fails", "unknown", "works") if word in own)


def test_many_links_are_summed_by_site_and_kind(links: pl.DataFrame) -> None:
    many = pl.concat([links] * (MOST_LINKS // links.height + 1))
    drawn = network(many)
    assert (drawn["by"], drawn["links"]) == ("site", many.height)
    sites = {site for side in "ab" for site in links[f"{side}_site"]}
    assert {node["name"] for node in drawn["nodes"]} == sites
    assert {line["kind"] for line in drawn["lines"]} == set(links["modules"])
    assert sum(line["links"] for line in drawn["lines"]) == many.height


def test_what_the_filter_leaves_is_drawn(links: pl.DataFrame) -> None:
    assert network(filtered(links, text="no such thing")) == {"by": "device", "links": 0, "nodes": [], "lines": []}
    failing = network(filtered(links, verdict="fails"))
    assert failing["links"] == links.filter(pl.col("verdict") == "fails").height
    assert {line["verdict"] for line in failing["lines"]} == {"fails"}


@pytest.mark.browser
def test_parts_from_npm_draw_and_edit(links: pl.DataFrame) -> None:
    if not (VENDOR / "cytoscape.min.js").is_file():
        pytest.skip("`make web` was not run: the parts from npm were not tried")
    with served(str(FABRIC)) as server, browsed("the parts from npm were") as seen:
        page = seen.page
        home = f"http://127.0.0.1:{server.port}"
        page.goto(home)
        drawn = "window.workbenchNetwork?.edges().length"
        for verdict in ("", "fails"):
            lines = len(network(filtered(links, verdict=verdict))["lines"])
            page.select_option("select[name=verdict]", verdict)
            for _ in range(100):
                if page.evaluate(drawn) == lines:
                    break
                page.wait_for_timeout(100)
            assert page.evaluate(drawn) == lines
        page.focus("#picture .canvas")
        before = page.evaluate("workbenchNetwork.pan().x")
        page.keyboard.press("ArrowLeft")
        assert page.evaluate("workbenchNetwork.pan().x") == before + 60
        page.select_option("#examples", "links-by-verdict")
        page.wait_for_selector(".yasqe .CodeMirror >> text=Which")
        page.click("#sparql button[type=submit]")
        page.wait_for_selector("#answer tbody tr")
    assert seen.said == []
    assert [url for url in seen.asked if not url.startswith((home, "data:", f"blob:{home}"))] == []
