"""Make up a network of sites for planning: so many links of 100G between so many sites, the same for the same seed.

    python benchmarks/sites.py 2000 60 network.parquet
"""

from __future__ import annotations

import argparse
import math
import random
from pathlib import Path

import polars as pl

__all__ = ["network"]

REACH_M = (2_100, 9_500)  # spans that 400G-LR4-10 bridges


def network(links: int, sites: int, *, seed: int = 1) -> pl.DataFrame:
    """A link sheet: every site is tied to some of its neighbours by several links, and none by a single way."""
    rng = random.Random(seed)
    places = [(rng.random(), rng.random()) for _ in range(sites)]
    spans = sorted(_spans(places))
    weights = [rng.choice((1, 1, 2, 3)) for _ in spans]
    count = [max(2, round(links * weight / sum(weights))) for weight in weights]
    while (off := sum(count) - links) != 0:
        at = rng.randrange(len(count))
        if off < 0 or count[at] > 2:
            count[at] -= 1 if off > 0 else -1
    used = [0] * sites
    rows = []
    for (one, other), several in zip(spans, count, strict=True):
        length = rng.randint(*REACH_M)
        for nth in range(several):
            ends = {}
            for side, site in (("a", one), ("b", other)):
                used[site] += 1
                ends |= {
                    f"{side}_device": f"s{site:03}-cr1",
                    f"{side}_port": f"Ethernet{used[site]}",
                    f"{side}_site": f"s{site:03}",
                    f"{side}_cage": "QSFP-DD",
                    f"{side}_cage_power_w": "14",
                    f"{side}_module": "100GBASE-LR4",
                    f"{side}_fec": "none",
                }
            rows.append(
                {
                    "link": f"s{one:03}-s{other:03}-{nth + 1:02}",
                    **ends,
                    "fiber_type": "OS2",
                    "connector": "LC duplex",
                    "polish": "UPC",
                    "length_km": str(length / 1000),
                    "loss_db": str(round(0.35 * length / 1000 + 0.6, 1)),
                    "loss_nm": "1310",
                    "rate_gbps": "100",
                    "target_gbps": "400",
                }
            )
    return pl.DataFrame(rows)


def _spans(places: list[tuple[float, float]]) -> set[tuple[int, int]]:
    """A ring through all sites in the order of their angle, and each to its two nearest."""
    middle = [sum(axis) / len(places) for axis in zip(*places, strict=True)]
    round_ = sorted(range(len(places)), key=lambda at: math.atan2(places[at][1] - middle[1], places[at][0] - middle[0]))
    spans = {tuple(sorted(pair)) for pair in zip(round_, [*round_[1:], round_[0]], strict=True)}
    for at, place in enumerate(places):
        near = sorted((math.dist(place, other), nth) for nth, other in enumerate(places) if nth != at)
        spans |= {tuple(sorted((at, nth))) for _, nth in near[:2]}
    return spans  # type: ignore[return-value]


def main() -> None:
    """Write the network."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("links", type=int)
    parser.add_argument("sites", type=int)
    parser.add_argument("file", type=Path)
    given = parser.parse_args()
    network(given.links, given.sites).write_parquet(given.file)


if __name__ == "__main__":
    main()
