"""A small network in which every case of what a link may become occurs once: links as sheet rows, by their names."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from functools import cache

from opticgraph import Options, options
from opticgraph.design import Design
from opticgraph.read import sheet

__all__ = ["NETWORK", "design_of", "link", "network"]

Row = Mapping[str, object]

LC = {"connector": "LC duplex", "polish": "UPC", "strands": 2, "fiber_type": "OS2"}


def link(name: str, a_module: str, b_module: str = "", *, cage: str = "QSFP-DD", **columns: object) -> Row:
    """A link between two devices of its own; columns are those of the link sheet."""
    ends = {"a_device": f"{name}-a", "b_device": f"{name}-b", "a_port": "E1", "b_port": "E1"}
    cages = {"a_cage": cage, "b_cage": cage}
    return {"link": name, **ends, **cages, "a_module": a_module, "b_module": b_module or a_module, **columns}


def design_of(rows: Iterable[Row]) -> Design:
    """The design of a link sheet with these rows."""
    rows, text = list(rows), io.StringIO()
    writer = csv.DictWriter(text, sorted({name for row in rows for name in row}))
    writer.writeheader()
    writer.writerows(rows)
    return sheet.read("links.csv", data=text.getvalue().encode())


def _ring(name: str, **columns: object) -> Iterable[Row]:
    """Three spans of 80 km, two of them wanted at 400G."""
    for number, target in enumerate((400, 400, 100)):
        span = link(
            f"{name}-{number + 1}",
            "100G-ZR4",
            fiber_type="G.652.D",
            connector="LC duplex",
            polish="UPC",
            strands=2,
            length_km=80,
            loss_db=22,
            line_system="none",
            group=name,
            group_kind="ring",
            rate_gbps=100,
            target_gbps=target,
            a_port="E",
            b_port="W",
        )
        ends = {"a_device": f"{name}-site{number}", "b_device": f"{name}-site{(number + 1) % 3}"}
        yield {**span, **ends, **columns}


def _leaves() -> Iterable[Row]:
    """A spine with cages for 400G over four leaves that have none."""
    for number in range(1, 5):
        ends = {"a_device": "spine", "a_port": f"E{number}", "a_breakout": "4x100G 1x400G", "b_cage": "QSFP28"}
        yield {**link(f"leaf-{number}", "100GBASE-LR4", length_m=120, **LC), **ends}


def _lag() -> Iterable[Row]:
    for number in range(1, 5):
        ends = {"a_device": "lag-a", "b_device": "lag-b", "a_port": f"E{number}", "b_port": f"E{number}"}
        columns = {"length_m": 400, "connectors": 2, "group": "lag", "group_kind": "LAG", **LC}
        yield {**link(f"lag-{number}", "100GBASE-LR4", **columns), **ends}


def _strand(name: str, **columns: object) -> Row:
    """One fibre of 38 km that carries 100G both ways."""
    single = {"connector": "LC simplex", "polish": "UPC", "strands": 1, "fiber_type": "OS2"}
    return link(name, "100G-BIDI-40-PAM4-U", "100G-BIDI-40-PAM4-D", **{"length_km": 38, **single, **columns})


def _strands() -> Iterable[Row]:
    """Two single-fibre links in parallel, of which the second was recorded from the other end."""
    first = _strand("strand-1", length_km=5, loss_db=2.5)
    yield {**first, "a_device": "strand-a", "b_device": "strand-b"}
    second = _strand("strand-2", length_km=5, loss_db=2.5)
    yield {**second, "a_device": "strand-b", "b_device": "strand-a", "a_port": "E2", "b_port": "E2"}


NETWORK: tuple[Row, ...] = (
    *_ring("dark"),
    *_ring("four-pairs", spare_strands=6),
    *_ring("amplified", line_system="amplified", osnr_db=27, spacing_ghz=75, loss_db=""),
    link("short", "100GBASE-LR4", length_km=1.6, connectors=4, **LC),
    link("seven-km", "100GBASE-LR4", length_km=7, **LC),
    *_leaves(),
    *_lag(),
    link(
        "om4",
        "100GBASE-SR4",
        fiber_type="OM4",
        length_m=45,
        connector="MPO-12",
        polish="UPC",
        strands=8,
        polarity="B",
        a_fec="rs528",
        b_fec="rs528",
    ),
    link("o-band-line", "100GBASE-LR4", length_km=40, line_system="amplified", osnr_db=27, **LC),
    link("dark-8db", "100GBASE-LR4", length_km=9, loss_db=3.4, line_system="none", **LC),
    link("dark-lossy", "100GBASE-LR4", length_km=9, loss_db=5, line_system="none", **LC),
    link("dark-22db", "100G-ZR4", length_km=80, loss_db=22, line_system="none", **LC),
    _strand("one-strand"),
    _strand("one-spare", spare_strands=1, length_km=5),
    _strand("two-spare", spare_strands=2, length_km=5),
    *_strands(),
    link("no-length", "100GBASE-LR4", **LC),
    link("too-far", "100GBASE-LR4", length_km=14, **LC),
)

# Those of which each case needs one; the others of a group only stand beside.
ASKED = (
    "amplified-1", "dark-1", "dark-22db", "dark-8db", "dark-lossy", "four-pairs-1", "lag-1", "leaf-1", "leaf-2",
    "leaf-3", "leaf-4", "no-length", "o-band-line", "om4", "one-spare", "one-strand", "seven-km", "short", "strand-1",
    "too-far", "two-spare",
)  # fmt: skip


@cache
def network() -> Options:
    """What the links of the network may become: asked once for all tests."""
    return options(design_of(NETWORK), links=ASKED)
