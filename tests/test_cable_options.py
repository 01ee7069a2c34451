"""What a link of a factory-made cable may become."""

from __future__ import annotations

from pathlib import Path

from opticgraph import load
from opticgraph.become import options

LEAF_SPINE = Path(__file__).parent.parent / "examples" / "leaf-spine"


def test_a_fan_out_cable_is_no_link_between_two_ports() -> None:
    link = options(load(LEAF_SPINE), links=["peer-101-102"], host="Arista DCS-7060DX4-32").links[0]
    swaps = {str(option.a_module) for option in link.options if option.strategy == "direct-swap"}
    assert "DAC-400G-CR8-QSFP-DD" in swaps
    assert {module for module in swaps if "4x100" in module} == set()
