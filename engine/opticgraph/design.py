"""The network as plain columns: links, ports, devices, and an account of how they were read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import polars as pl

__all__ = [
    "DEVICE_SCHEMA",
    "END_COLUMNS",
    "LINK_COLUMNS",
    "LINK_SCHEMA",
    "PORT_SCHEMA",
    "SIDES",
    "Account",
    "Assumption",
    "Design",
    "Note",
]

SIDES = ("a", "b")

TEXT, WHOLE = pl.String(), pl.Int64()
WORDS, WHOLES = pl.List(pl.String()), pl.List(pl.Int64())

# Columns of one end of a link; the links frame has each of them twice, as a_... and b_....
# Physical figures are whole thousandths of the unit in their RDF property: _mdb, _mdbm, _mw, _mm.
END_COLUMNS: Mapping[str, pl.DataType] = MappingProxyType(
    {
        "device": TEXT,
        "port": TEXT,
        "module": TEXT,  # as the record calls it; resolved by the catalogue, not by a reader
        "module_also": TEXT,  # what else it calls it, such as the PMD; used where the first name is not known
        "lanes": WHOLES,  # counted from 1; empty or null is the whole module
        "adapter": TEXT,
        "fec": TEXT,  # what the host port is set to
        "tx_mdbm": WHOLE,
        "rx_mdbm": WHOLE,
        "connector": TEXT,  # of the plug that enters the module
        "polish": TEXT,
    }
)

LINK_COLUMNS: Mapping[str, pl.DataType] = MappingProxyType(
    {
        "link": TEXT,
        "status": TEXT,
        "fiber_type": TEXT,
        "strands": WHOLE,
        "spare_strands": WHOLE,
        "route": TEXT,
        "panel_connector": TEXT,
        "panel_polish": TEXT,
        "polarity": TEXT,
        "length_mm": WHOLE,
        "loss_mdb": WHOLE,
        "loss_nm": WHOLE,
        "connectors": WHOLE,
        "splices": WHOLE,
        "attenuator_mdb": WHOLE,
        "reflectance_mdb": WHOLE,
        "line_system": TEXT,
        "osnr_mdb": WHOLE,
        "channel": TEXT,
        "spacing_mhz": WHOLE,
        "mux_mdb": WHOLE,
        "group": TEXT,
        "rate_gbps": WHOLE,
        "target_gbps": WHOLE,
        "peak_gbps": WHOLE,
        "row_note": TEXT,
        "file": TEXT,  # where the link was read, for findings and SARIF
        "row": WHOLE,
    }
)

LINK_SCHEMA = pl.Schema(
    {**LINK_COLUMNS, **{f"{side}_{name}": kind for side in SIDES for name, kind in END_COLUMNS.items()}}
)
PORT_SCHEMA = pl.Schema(
    {
        "device": TEXT,
        "port": TEXT,
        "cage": TEXT,
        "power_mw": WHOLE,
        "modes": WORDS,  # breakout modes as written, 4x100G
        "port_group": TEXT,
        "card": TEXT,
    }
)
DEVICE_SCHEMA = pl.Schema({"device": TEXT, "device_type": TEXT, "site": TEXT, "optics_power_mw": WHOLE})
GROUP_SCHEMA = pl.Schema({"group": TEXT, "kind": TEXT, "floor_gbps": WHOLE})


@dataclass(frozen=True, order=True)
class Note:
    """Something in the input that was not understood or not used, and where."""

    file: str
    place: str
    text: str


@dataclass(frozen=True, order=True)
class Assumption:
    """A value that was not recorded but told by something else: which, of what link, from what."""

    link: str
    field: str
    value: str
    because: str


@dataclass(frozen=True)
class Account:
    """What a reader read, guessed and did not understand; nothing is lost in silence."""

    files: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    guessed: tuple[Assumption, ...] = ()
    ignored: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Design:
    """A network: one row a link, a port, a device, a group; values are canonical, order is by name.

    links    LINK_SCHEMA; `link` is unique; words are the notations of ontology/lists.ttl
    ports    PORT_SCHEMA; one row for each (device, port) that is known
    devices  DEVICE_SCHEMA; one row a device
    groups   GROUP_SCHEMA; one row a group
    triples  what an RDF design says beyond these columns, as N-Triples, for queries and user rules
    """

    links: pl.DataFrame
    ports: pl.DataFrame
    devices: pl.DataFrame
    groups: pl.DataFrame
    account: Account = field(default_factory=Account)
    triples: bytes = b""
