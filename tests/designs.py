"""Made-up designs: a few links between a few devices, with anything missing, odd or wrong that a record may have."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import polars as pl
from hypothesis import strategies as st

from opticgraph import terms
from opticgraph.design import DEVICE_SCHEMA, GROUP_SCHEMA, LINK_SCHEMA, PORT_SCHEMA, SIDES, Design
from opticgraph.knowledge import Knowledge, know

__all__ = ["designs", "knowledge", "one_link"]

DEVICES, PORTS, GROUPS = ("leaf1", "leaf 2", "spine/1"), ("E1", "E2", "Ethernet1/3"), ("lag", "ring", "pair")

# Pairs that a network has, or might by mistake; drawn more often than any two modules of the catalogue.
PAIRS = (
    ("100GBASE-LR4", "100GBASE-LR4"),
    ("100G-4WDM-40", "100G-4WDM-40"),
    ("100G-ER4-LITE", "100G-ER4-LITE"),
    ("100G-ER4-LITE", "100G-4WDM-40"),
    ("100G-ZR4", "100G-ZR4"),
    ("100GBASE-SR4", "100GBASE-SR4"),
    ("100G-BIDI-40-PAM4-U", "100G-BIDI-40-PAM4-D"),
    ("QDD-400G-DR4", "QDD-400G-DR4"),
    ("QDD-400G-DR4", "100GBASE-DR"),
    ("400GBASE-DR4", "100GBASE-FR1"),
    ("400GBASE-SR8", "100GBASE-SR4"),
    ("400GBASE-SR8", "400GBASE-SR8"),
    ("400GBASE-SR8", "200GBASE-SR4"),
    ("OSFP-400G-2FR4", "100G-CWDM4"),
    ("OSFP-400G-2FR4", "200GBASE-FR4-QSFP56"),
    ("800G-2FR4", "400GBASE-FR4"),
    ("400ZR", "400ZR"),
    ("OpenZRplus-400", "400ZR"),
    ("DAC-400G-CR8", "DAC-400G-CR8"),
    ("100GBASE-CR4", "100GBASE-CR4"),
    ("100GBASE-LR4", "400GBASE-FR4"),
    ("100GBASE-LR4", "nobody knows this"),
    ("ER4", "ER4"),
    ("ER4", "100GBASE-ER4"),
    ("100GBASE-LR4", None),
)


@cache
def knowledge() -> Knowledge:
    """What the default policy believes."""
    return know()


@st.composite
def designs(draw: st.DrawFn, *, most: int = 5) -> Design:
    """Designs of up to so many links; ends may share ports, links may share groups, and any value may be missing."""
    known = knowledge()
    adapters = {
        (device, port): draw(st.sampled_from([None, None, None, *sorted(known.adapters), "odd (one)"]))
        for device in DEVICES
        for port in PORTS
    }
    links = [_link(draw, f"L{number}", known, adapters) for number in range(draw(st.integers(1, most)))]
    ports = [
        {
            "device": device,
            "port": port,
            "cage": draw(_maybe(("QSFP28", "QSFP-DD", "OSFP", "QSFP56", "QSFP112", "CFP2", "SFP28"))),
            "power_mw": draw(_number(3_000, 25_000)),
            "port_group": draw(_maybe(("1", "2"))),
        }
        for device, port in adapters
        if draw(st.integers(0, 4))
    ]
    devices = [{"device": name, "optics_power_mw": draw(_number(0, 100_000))} for name in DEVICES]
    groups = [
        {"group": name, "kind": draw(_maybe(terms.words("GroupKind"))), "floor_gbps": draw(_number(0, 800))}
        for name in GROUPS
    ]
    return Design(
        links=pl.DataFrame(links, schema=LINK_SCHEMA),
        ports=pl.DataFrame(ports, schema=PORT_SCHEMA),
        devices=pl.DataFrame(devices, schema=DEVICE_SCHEMA),
        groups=pl.DataFrame(groups, schema=GROUP_SCHEMA),
    )


def one_link(**columns: object) -> Design:
    """A design of one active link between two QSFP28 cages; columns as in Design.links."""
    ends: dict[str, object] = {f"{side}_{name}": f"{side}1" for side in SIDES for name in ("device", "port")}
    cages = [{"device": f"{side}1", "port": f"{side}1", "cage": "QSFP28"} for side in SIDES]
    return Design(
        links=pl.DataFrame([{"link": "L", "status": "active"} | ends | columns], schema=LINK_SCHEMA),
        ports=pl.DataFrame(cages, schema=PORT_SCHEMA),
        devices=pl.DataFrame([{"device": f"{side}1"} for side in SIDES], schema=DEVICE_SCHEMA),
        groups=pl.DataFrame(schema=GROUP_SCHEMA),
    )


def _link(
    draw: st.DrawFn, name: str, known: Knowledge, adapters: dict[tuple[str, str], str | None]
) -> dict[str, object]:
    anything = st.sampled_from(sorted(known.types))
    modules = draw(st.sampled_from(PAIRS) | st.sampled_from(PAIRS) | st.tuples(anything, anything))
    row: dict[str, object] = {
        "link": name,
        "status": draw(st.sampled_from(["active", "active", "active", "planned", "spare", "retired", None])),
        "fiber_type": draw(_maybe(("OS2", "OM4", "SMF", *terms.words("Fiber")))),
        "strands": draw(_number(1, 16)),
        "polarity": draw(_maybe(terms.words("Polarity"))),
        "length_mm": draw(st.sampled_from([None, 2_000, 30_000, 100_000, 8_000_000]) | _number(0, 120_000_000)),
        "loss_mdb": draw(st.none() | _number(0, 30_000)),
        "connectors": draw(_number(0, 9)),
        "splices": draw(_number(0, 5)),
        "attenuator_mdb": draw(st.sampled_from([None, 5_000, 10_000])),
        "reflectance_mdb": draw(_number(-50_000, -20_000)),
        "line_system": draw(st.sampled_from([None, None, "none", "amplified"])),
        "osnr_mdb": draw(_number(20_000, 30_000)),
        "spacing_mhz": draw(st.sampled_from([None, 50_000, 75_000])),
        "mux_mdb": draw(st.sampled_from([None, None, 4_500])),
        "group": draw(_maybe(GROUPS)),
        "rate_gbps": draw(st.sampled_from([None, 100, 400])),
    }
    for side, module in zip(SIDES, draw(st.permutations(modules)), strict=True):
        device, port = draw(st.sampled_from(DEVICES)), draw(st.sampled_from(PORTS))
        end = {
            "device": device,
            "port": port,
            "module": module,
            "adapter": adapters[device, port],
            "lanes": draw(st.sampled_from([None, None, [], [1], [2], [1, 2], [1, 2, 3, 4], [5, 6, 7, 8]])),
            "fec": draw(_maybe(terms.words("Fec"))),
            "rx_mdbm": draw(st.none() | _number(-20_000, 2_000)),
            "connector": draw(_maybe(("LC duplex", "MPO-12"))),
            "polish": draw(_maybe(("APC", "UPC"))),
        }
        row |= {f"{side}_{column}": value for column, value in end.items()}
    return row


def _maybe(words: Sequence[str]) -> st.SearchStrategy[str | None]:
    return st.none() | st.sampled_from(words)


def _number(low: int, high: int) -> st.SearchStrategy[int | None]:
    return st.none() | st.integers(low, high)
