"""What unknown findings ask for: the column to fill in, and which missing value would settle most links."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ..result import Audit, Finding
from .rows import rows

__all__ = ["Need", "Supply", "give", "need", "supplies"]


@dataclass(frozen=True, order=True)
class Need:
    """A value that a record lacks: its columns in the sheets, `{end}` for the side, and what it is in words."""

    columns: str
    words: str


@dataclass(frozen=True)
class Supply:
    """One missing value: how many links ask for it, and how many unknown links ask for nothing else."""

    need: Need
    asked: int
    settles: int


# What an unknown asks for: the column that its shape names (optic:supply), as the sheets spell it and in words.
NEEDS: Mapping[str, Need] = MappingProxyType(
    {
        "adapter": Need("{end}_adapter", "adapter"),
        "breakout": Need("{end}_breakout", "breakout modes of the cage"),
        "cage": Need("{end}_cage or {end}_device_type", "cage, or maker and model of the device"),
        "cage_power_w": Need("{end}_cage_power_w", "power limit of the cage"),
        "connector": Need("connector or {end}_connector", "connector of the plugs"),
        "device_type": Need("{end}_device_type", "maker and model of the device"),
        "direction": Need("{end}_module", "module with its direction, -U or -D"),
        "fec": Need("{end}_fec", "FEC that the host port is set to"),
        "fiber_type": Need("fiber_type", "fibre type"),
        "lanes": Need("{end}_lanes", "lanes of each leg"),
        "length_km": Need("length_km or loss_db", "length or measured loss"),
        "line_system": Need("line_system", "whether the line is amplified"),
        "loss_db": Need("loss_db", "measured loss"),
        "module": Need("{end}_module", "module"),
        "optics_power_w": Need("optics_power_w (sheet devices)", "power the device has for optics"),
        "osnr_db": Need("osnr_db", "OSNR"),
        "polarity": Need("polarity", "polarity from end to end"),
        "polish": Need("polish", "polish of the plugs"),
        "port_group": Need("port_group (sheet ports)", "port groups of the device"),
        "rate_gbps": Need("rate_gbps, group_floor_gbps", "rates of the group's links and its floor"),
        "reflectance_db": Need("reflectance_db", "reflectance of the worst connector"),
        "strands": Need("strands", "number of fibres"),
    }
)
# The same for a finding whose shape names no column; contract.md says which rule carries which unknown.
ASKS: Mapping[str, str] = MappingProxyType(
    {
        "adapter-fits": "adapter",
        "bidi-ends-are-complementary": "direction",
        "breakout-is-supported": "breakout",
        "breakout-legs-are-independent": "lanes",
        "cage-holds-one-module": "module",
        "cage-powers-module": "cage_power_w",
        "cage-runs-module": "device_type",
        "connector-suits-module": "connector",
        "device-powers-its-modules": "optics_power_w",
        "dispersion-within-limit": "length_km",
        "ends-speak-same-interface": "module",
        "fec-agrees": "fec",
        "fiber-suits-module": "fiber_type",
        "group-keeps-its-floor": "rate_gbps",
        "line-carries-coherent": "osnr_db",
        "line-passes-wavelengths": "line_system",
        "link-within-reach": "length_km",
        "loss-within-budget": "loss_db",
        "module-fits-cage": "cage",
        "module-is-known": "module",
        "polarity-crosses": "polarity",
        "polish-suits-module": "polish",
        "port-group-allows-mode": "port_group",
        "port-serves-one-link": "lanes",
        "receiver-not-overloaded": "loss_db",
        "reflectance-within-limit": "reflectance_db",
        "strands-suffice": "strands",
    }
)


def need(finding: Finding) -> Need:
    """What an unknown finding asks for; of a user's rule what its shape, its path or else its name says."""
    column = finding.supply or ASKS.get(finding.rule) or re.split(r"[/#]", finding.path or "")[-1]
    if finding.rule == "bidi-ends-are-complementary" and column == "module":
        column = "direction"  # the module is known there, only not which way it sends
    return NEEDS.get(column) or Need(
        column or f"what {finding.rule} asks for", column or finding.rule.replace("-", " ")
    )


def give(finding: Finding) -> str:
    """The columns that an unknown finding asks for, of its own end."""
    return _sides(need(finding), finding.end or "")


def supplies(audit: Audit) -> list[Supply]:
    """What to supply first: the missing values, those that settle most links on top."""
    asked: Counter[Need] = Counter()
    settles: Counter[Need] = Counter()
    for row in rows(audit):
        wanted = {need(finding) for finding in row.findings if finding.severity == "unknown"}
        asked.update(wanted)
        if row.verdict.verdict == "unknown" and len(wanted) == 1:
            settles.update(wanted)
    made = [Supply(Need(_sides(key, ""), key.words), number, settles[key]) for key, number in asked.items()]
    return sorted(made, key=lambda supply: (-supply.settles, -supply.asked, supply.need))


def _sides(wanted: Need, end: str) -> str:
    if "{end}" not in wanted.columns:
        return wanted.columns
    sides = (end,) if end in ("a", "b") else ("a", "b")
    return " or ".join(
        ", ".join(dict.fromkeys(column.replace("{end}", side) for side in sides))
        for column in wanted.columns.split(" or ")
    )
