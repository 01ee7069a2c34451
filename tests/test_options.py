"""What links may become: one small network in which each case occurs once, asked about once."""

from __future__ import annotations

from pathlib import Path

import pytest

from network import NETWORK, design_of, network
from opticgraph import Option, Rejected, options
from opticgraph.choices import LinkOptions, Part

COHERENT = {"400ZR", "OpenZRplus-400", "400G-ULH", "400GBASE-ZR", "400G-ER1-COH"}


def told(link: str) -> LinkOptions:
    return next(each for each in network().links if each.link == link)


def offered(link: str, strategy: str) -> dict[tuple[str | None, str | None], Option]:
    """The options of a strategy by the interfaces of their ends."""
    return {(o.a_interface, o.b_interface): o for o in told(link).options if o.strategy == strategy}


def refused(link: str, strategy: str) -> dict[tuple[str | None, str | None], Rejected]:
    return {(r.a_interface, r.b_interface): r for r in told(link).rejected if r.strategy == strategy}


def alike(link: str, strategy: str) -> set[str]:
    """Interfaces that a strategy offers at both ends."""
    return {str(a) for a, b in offered(link, strategy) if a == b}


def at_400(link: str) -> set[str]:
    return {option.strategy for option in told(link).options if option.rate_gbps == 400}


def parts(option: Option, action: str) -> dict[str, int]:
    return {part.part: part.count for part in option.work.parts if part.action == action}


# --- the metro ring --------------------------------------------------------------------------------------------------


def test_dark_ring_stays_as_it_is() -> None:
    assert [option.strategy for option in told("dark-1").options] == ["stay"]
    rejected = {name for r in told("dark-1").rejected for name in (r.a_interface, r.b_interface)}
    assert {"400GBASE-VR4", "400G-LR4-10", "400GBASE-ER8", "400ZR"} <= rejected


def test_dark_ring_becomes_coherent_on_an_amplified_line() -> None:
    for name in ("400ZR", "OpenZRplus-400", "400G-ULH", "400GBASE-ZR"):
        ways = [flip.words for flip in refused("dark-1", "coherent")[name, name].flips]
        assert "an amplified line" in ways


def test_bond_takes_four_pairs() -> None:
    assert at_400("four-pairs-1") == {"bond"}
    [bond] = offered("four-pairs-1", "bond").values()
    assert bond.needs == (
        "a_port: 3 more free cages like the one of now",
        "b_port: 3 more free cages like the one of now",
    )
    assert parts(bond, "buy") == {"100G-ZR4-QSFP28": 6}
    [flip] = refused("dark-1", "bond")["100G-ZR4", "100G-ZR4"].flips
    assert flip.words == "6 more fibres on the route"


def test_amplified_ring_takes_400zr_and_still_protects_100g() -> None:
    option = offered("amplified-1", "coherent")["400ZR", "400ZR"]
    assert option.verdict == "works"
    [warning] = [finding.message for finding in option.findings if finding.severity == "warning"]
    assert "still protects only 100G" in warning


# --- LR4 today -------------------------------------------------------------------------------------------------------


def test_short_lr4_takes_fr4_on_the_same_pair_and_no_dr4() -> None:
    fr4 = offered("short", "direct-swap")["400GBASE-FR4", "400GBASE-FR4"]
    assert fr4.verdict == "works"
    assert {"strands", "a_connector", "b_connector"} & fr4.changes.keys() == set()
    dr4 = refused("short", "direct-swap")["400GBASE-DR4", "400GBASE-DR4"]
    assert {"connector-suits-module", "link-within-reach", "strands-suffice"} <= set(dr4.rules)


def test_seven_kilometres_take_lr4_10_but_neither_lr4_6_nor_fr4() -> None:
    assert "400G-LR4-10" in alike("seven-km", "direct-swap")
    for name in ("400GBASE-LR4-6", "400GBASE-FR4"):
        assert refused("seven-km", "direct-swap")[name, name].rules == ("link-within-reach",)


def test_one_ended_leaves_the_far_module_alone() -> None:
    option = offered("short", "one-ended")["2X100GBASE-LR4", "100GBASE-LR4"]
    assert option.verdict == "works"
    assert "b_module" not in option.changes
    assert parts(option, "buy") == {"QDD-2X100-LR4": 1, "fan-out dual CS duplex to 2 x LC duplex UPC": 1}


def test_prepare_offers_lr1_for_a_breakout_to_meet_later() -> None:
    assert "100GBASE-LR1" in alike("short", "prepare")


# --- breakout --------------------------------------------------------------------------------------------------------


def test_breakout_to_leaves_exchanges_their_modules_and_moves_four_together() -> None:
    found = {b: option for (a, b), option in offered("leaf-1", "breakout").items() if a == "400GBASE-DR4"}
    assert found.keys() == {"100GBASE-DR", "100GBASE-FR1", "100GBASE-LR1"}
    assert not any(option.rate_gbps == 400 for option in told("leaf-1").options)
    dr = found["100GBASE-DR"]
    assert dr.verdict == "works"
    assert dr.together == ("leaf-2", "leaf-3", "leaf-4")
    assert {"spine E1: FEC RS(544,514)", "spine E1: breakout 4x100G", "leaf-1-b E1: FEC off"} <= set(dr.work.settings)
    assert parts(dr, "buy")["fan-out MPO-12 APC to 4 x LC duplex UPC"] == 1


# --- merge -----------------------------------------------------------------------------------------------------------


def test_lag_of_four_becomes_one_link_on_one_pair() -> None:
    fr4 = offered("lag-1", "merge")["400GBASE-FR4", "400GBASE-FR4"]
    assert (fr4.verdict, fr4.together) == ("works", ("lag-2", "lag-3", "lag-4"))
    assert "strands" not in fr4.changes
    assert "the ports and modules of 3 parallel links" in fr4.work.frees
    assert parts(fr4, "free") == {"100GBASE-LR4-QSFP28": 8}
    assert [finding.message for finding in fr4.findings] == []  # nothing is left of the LAG that could be unequal


def test_four_pairs_of_a_lag_carry_a_parallel_interface() -> None:
    found = offered("lag-1", "merge") | offered("lag-1", "re-terminate")
    for name in ("400G-PLR4", "400GBASE-DR4-2"):
        option = found[name, name]
        assert option.verdict == "works"
        assert option.changes["strands"] == (2, 8)
        assert parts(option, "buy")["patch cord MPO-12 APC"] == 2


def test_two_single_fibres_become_one_pair() -> None:
    option = offered("strand-1", "merge")["400G-LR4-10", "400G-LR4-10"]
    assert (option.verdict, option.together) == ("works", ("strand-2",))
    assert option.changes["strands"] == (1, 2)
    assert "the ports and modules of 1 parallel link" in option.work.frees


# --- other plant -----------------------------------------------------------------------------------------------------


def test_upc_trunk_takes_sr42_as_it_is_and_others_with_apc_cords() -> None:
    assert alike("om4", "direct-swap") == {"400GBASE-SR4.2"}
    for name in ("400GBASE-VR4", "400GBASE-SR4"):
        assert refused("om4", "direct-swap")[name, name].rules == ("polish-suits-module",)
        option = offered("om4", "re-terminate")[name, name]
        assert option.verdict == "works"
        assert parts(option, "buy")["patch cord MPO-12 APC"] == 2


def test_no_module_of_the_sort_that_is_there_is_bought() -> None:
    option = offered("om4", "one-ended")["2X100GBASE-SR4", "100GBASE-SR4"]
    assert "100GBASE-SR4-QSFP28" not in parts(option, "buy")


def test_only_coherent_modules_pass_an_amplified_line() -> None:
    for option in told("o-band-line").options:
        if option.strategy != "stay":
            assert {option.a_interface, option.b_interface} <= COHERENT
    assert offered("o-band-line", "coherent")["400ZR", "400ZR"].verdict == "works"


def test_unamplified_budget_that_no_source_states_is_refused() -> None:
    for strategy in ("coherent", "wavelength-overlay"):
        assert refused("dark-8db", strategy)["OpenZRplus-400", "OpenZRplus-400"].rules == ("line-carries-coherent",)
    assert offered("dark-8db", "coherent")["400ZR", "400ZR"].verdict == "works"


def test_one_strand_carries_no_400g() -> None:
    assert at_400("one-strand") == set()
    ways = {flip.words for r in refused("one-strand", "fiber-overlay").values() for flip in r.flips}
    assert "1 more fibre on the route" in ways


@pytest.mark.parametrize(("link", "freed"), [("one-spare", True), ("two-spare", False)])
def test_strands_beside_are_lit(link: str, freed: bool) -> None:
    option = offered(link, "fiber-overlay")["400G-LR4-10", "400G-LR4-10"]
    assert option.verdict == "works"
    assert option.changes["strands"] == (1, 2)
    assert any("fibres of" in line for line in option.work.frees) is not freed


# --- two bands on one pair -------------------------------------------------------------------------------------------


def test_overlay_needs_cages_beside_those_of_now() -> None:
    option = offered("dark-8db", "wavelength-overlay")["400ZR", "400ZR"]
    assert option.needs == (
        "a_port: 1 more free cage like the one of now",
        "b_port: 1 more free cage like the one of now",
    )
    assert option.changes["loss_mdb"] == (3_400, 5_400)  # measured without the filters
    assert parts(option, "free") == {}


def test_overlay_that_the_link_of_now_does_not_bear_is_refused() -> None:
    rejected = refused("dark-lossy", "wavelength-overlay")["400ZR", "400ZR"]
    assert rejected.rules == ("loss-within-budget",)  # 7 dB for LR4, which has 6.3; 400ZR has 11
    assert [flip.words for flip in rejected.flips] == ["a path that loses at most 6.3 dB"]


def test_overlay_beyond_the_budget_is_told_what_both_links_take() -> None:
    rejected = refused("dark-22db", "wavelength-overlay")
    assert rejected["400ZR", "400ZR"].rules == ("link-within-reach", "loss-within-budget")
    [flip] = rejected["400ZR", "400ZR"].flips
    assert flip.words.startswith("a path that loses at most 11 dB, and for the link of now an attenuator")
    # an amplified line would stop the O band of the link of now
    assert rejected["OpenZRplus-400", "OpenZRplus-400"].flips == ()


# --- repairs, missing facts ------------------------------------------------------------------------------------------


def test_repair_of_a_link_that_is_too_long_is_another_module() -> None:
    assert [flip.words for flip in told("too-far").repairs] == ["100G-4WDM-20-QSFP28 at both ends"]


def test_missing_facts_come_in_order_of_worth() -> None:
    worth = [fact.verdicts + fact.options for fact in network().missing]
    assert worth == sorted(worth, reverse=True)
    facts = {fact.supply: fact for fact in network().missing}
    assert facts["length_km"].links == ("no-length",)
    assert facts["length_km"].words == "look up the length of 1 span"
    assert facts["loss_db"].words.startswith("measure the loss of ")


# --- another host, prices --------------------------------------------------------------------------------------------


def test_another_host_and_prices(tmp_path: Path) -> None:
    prices = tmp_path / "prices.csv"
    listed = ("QDD-400G-DR4,900", "100GBASE-DR-QSFP28,200", "fan-out MPO-12 APC to 4 x LC duplex UPC,50")
    prices.write_text("part,price,currency\n" + "".join(f"{line},EUR\n" for line in listed), encoding="utf-8")
    leaves = design_of(row for row in NETWORK if str(row["link"]).startswith("leaf-"))
    found = options(leaves, links=["leaf-1"], host="Arista DCS-7060DX4-32", prices=prices)
    by = {(o.strategy, o.a_interface, o.b_interface): o for o in found.links[0].options}
    swap = by["direct-swap", "400GBASE-FR4", "400GBASE-FR4"]
    assert swap.verdict == "works"
    assert "b_cage" in swap.changes
    assert "a_cage" not in swap.changes  # the spine has a cage for it
    assert Part("buy", "Arista DCS-7060DX4-32", 1) in swap.work.parts
    assert swap.work.cost is None  # the list has no price of the host
    assert by["breakout", "400GBASE-DR4", "100GBASE-DR"].work.cost == 1150
