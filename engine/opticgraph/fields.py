"""What a design records: each column, what it may hold, how a sheet heads it and which property says it in RDF."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["ASSUMED", "DEVICE", "END", "GROUP", "LINK", "PORT", "Field"]


@dataclass(frozen=True)
class Field:
    """One column of a design frame; the only home of what is known about it.

    column     name in design.py
    header     name in the link sheet (after a_ or b_ for ends, ports and devices)
    property   local name in the optic: namespace
    kind       text     one line of text
               note     text that may run over lines
               word     a notation of the closed list named in `words`
               decimal  thousandths in the column, xsd:decimal in RDF
               whole    a whole number that is xsd:decimal in RDF
               count    a whole number that is xsd:integer in RDF
               lanes    lanes counted from 1
               modes    breakout modes
               adapter  cage first, then what it takes
    unit       as people write it in a cell and as errors name it
    low, high  what is believed, in that unit; beyond it is a slip of the pen
    also       other headers that mean the same, in a side sheet or in another spelling
    """

    column: str
    header: str
    property: str
    kind: str
    words: str = ""
    unit: str = ""
    low: int = 0
    high: int = 0
    also: tuple[str, ...] = ()


LINK = (
    Field("status", "status", "status", "word", "LinkStatus"),
    Field("fiber_type", "fiber_type", "fiberType", "word", "Fiber", also=("fibre_type",)),
    Field("strands", "strands", "strands", "count", unit="fibres", low=1, high=10_000),
    Field("spare_strands", "spare_strands", "spareStrands", "count", unit="fibres", high=10_000),
    Field("route", "route", "route", "text"),
    Field("panel_connector", "panel_connector", "panelConnector", "word", "Connector"),
    Field("panel_polish", "panel_polish", "panelPolish", "word", "Polish"),
    Field("polarity", "polarity", "polarity", "word", "Polarity"),
    Field("length_mm", "length_m", "lengthM", "decimal", unit="m", high=20_000_000),
    Field("loss_mdb", "loss_db", "lossDb", "decimal", unit="dB", high=100),
    Field("loss_nm", "loss_nm", "lossNm", "whole", unit="nm", low=400, high=2_000),
    Field("connectors", "connectors", "connectorCount", "count", high=10_000),
    Field("splices", "splices", "spliceCount", "count", high=10_000),
    Field("attenuator_mdb", "attenuator_db", "attenuatorDb", "decimal", unit="dB", high=100),
    Field("reflectance_mdb", "reflectance_db", "reflectanceDb", "decimal", unit="dB", low=-100, high=0),
    Field("line_system", "line_system", "lineSystem", "word", "LineSystem"),
    Field("osnr_mdb", "osnr_db", "osnrDb", "decimal", unit="dB", high=100),
    Field("channel", "channel", "channel", "text"),
    Field("spacing_mhz", "spacing_ghz", "spacingGhz", "decimal", unit="GHz", low=1, high=10_000),
    Field("mux_mdb", "mux_db", "muxDb", "decimal", unit="dB", high=100),
    Field("rate_gbps", "rate_gbps", "rateGbps", "whole", unit="Gb/s", low=1, high=100_000),
    Field("target_gbps", "target_gbps", "targetGbps", "whole", unit="Gb/s", low=1, high=100_000),
    Field("peak_gbps", "peak_gbps", "peakGbps", "whole", unit="Gb/s", high=100_000),
    Field("row_note", "row_note", "note", "note"),
)

END = (
    Field("module_also", "module_also", "moduleAlso", "text"),
    Field("lanes", "lanes", "lane", "lanes", low=1, high=64),
    Field("adapter", "adapter", "adapter", "adapter"),
    Field("fec", "fec", "hostFec", "word", "Fec"),
    Field("tx_mdbm", "tx_dbm", "txDbm", "decimal", unit="dBm", low=-60, high=40),
    Field("rx_mdbm", "rx_dbm", "rxDbm", "decimal", unit="dBm", low=-60, high=40),
    Field("connector", "connector", "plugConnector", "word", "Connector"),
    Field("polish", "polish", "plugPolish", "word", "Polish"),
)

PORT = (
    Field("cage", "cage", "formFactor", "word", "FormFactor"),
    Field("power_mw", "cage_power_w", "powerLimitW", "decimal", unit="W", high=1_000, also=("power_w",)),
    Field("modes", "breakout", "breakoutMode", "modes", also=("modes",)),
    Field("port_group", "port_group", "portGroup", "text"),
    Field("card", "card", "card", "text"),
)

DEVICE = (
    Field("device_type", "device_type", "deviceType", "text", also=("type",)),
    Field("site", "site", "site", "text"),
    Field("optics_power_mw", "optics_power_w", "opticsPowerLimitW", "decimal", unit="W", high=1_000_000),
)

GROUP = (
    Field("kind", "group_kind", "groupKind", "word", "GroupKind"),
    Field("floor_gbps", "group_floor_gbps", "floorGbps", "whole", unit="Gb/s", high=10_000_000),
)

# What an empty cell means; all else that is empty is not known (contract.md, "The link sheet").
ASSUMED: Mapping[str, str | int] = MappingProxyType({"status": "active", "splices": 0, "attenuator_mdb": 0})
