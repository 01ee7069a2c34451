"""What a rule hangs on, where a module may sit, and what a price list says: the small parts of the search."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from designs import knowledge, one_link
from opticgraph.derive import derive
from opticgraph.design import DEVICE_SCHEMA, PORT_SCHEMA
from opticgraph.errors import DesignError
from opticgraph.moves import hangs_on
from opticgraph.prices import read_prices
from opticgraph.rules import read_rules
from opticgraph.seats import FREE, KEPT, OTHER, Place, places_of, seat_for

# What is recorded that each rule's outcome can hang on. Reviewed by hand: what is added or lost here changes where
# ways out are looked for, and which links of a fleet are told apart.
_PATH = "attenuatorDb connectorCount fiberType hostFec lane lengthM lineSystem lossDb muxDb rxDbm spliceCount"
HANGS_ON = {
    "adapter-fits": "adapter formFactor",
    "bidi-ends-are-complementary": "fiberType",
    "breakout-is-supported": "breakoutMode lane",
    "breakout-legs-are-independent": "",
    "cage-holds-one-module": "",
    "cage-powers-module": "powerLimitW",
    "cage-runs-module": "adapter formFactor",
    "connector-suits-module": "fiberType plugConnector",
    "device-powers-its-modules": "opticsPowerLimitW",
    "dispersion-within-limit": _PATH,
    "ends-speak-same-interface": "lane",
    "fec-agrees": "hostFec lane",
    "fiber-suits-module": "fiberType",
    "group-keeps-its-floor": "lane rateGbps status",
    "line-carries-coherent": "fiberType hostFec lane lineSystem osnrDb spacingGhz",
    "line-passes-wavelengths": "fiberType lineSystem",
    "link-within-reach": "fiberType hostFec lane lengthM lineSystem lossDb rxDbm",
    "loss-within-budget": f"{_PATH} lossNm",
    "module-fits-cage": "adapter formFactor",
    "module-is-known": "",
    "polarity-crosses": "fiberType lane polarity",
    "polish-suits-module": "fiberType plugPolish",
    "port-group-allows-mode": "lane portGroup rateGbps",
    "port-serves-one-link": "lane",
    "receiver-not-overloaded": _PATH,
    "reflectance-within-limit": "connectorCount fiberType lane reflectanceDb",
    "strands-suffice": "fiberType lane strands",
}


def test_rules_hang_on_what_was_reviewed() -> None:
    shipped = [name for name, rule in read_rules().rules.items() if rule.shipped]
    assert {name: hangs_on(name) for name in shipped} == {n: frozenset(told.split()) for n, told in HANGS_ON.items()}


def test_rule_of_a_user_hangs_on_nothing_that_is_known() -> None:
    assert hangs_on("my-own-rule") == frozenset()


# --- seats -----------------------------------------------------------------------------------------------------------


def place(*, host: str | None = None, **more: object) -> Place:
    """What end a of a link in QSFP28 cages may use; more ports and the device's model as given."""
    design = one_link(a_module="100GBASE-LR4", b_module="100GBASE-LR4", a_port="Ethernet1/1")
    ports = [{"device": "a1", "port": "Ethernet1/1", "cage": "QSFP28"}, *more.get("ports", ())]  # type: ignore[misc]
    design = replace(
        design,
        ports=pl.DataFrame(ports, schema=PORT_SCHEMA),
        devices=pl.DataFrame([{"device": "a1", "device_type": more.get("model")}], schema=DEVICE_SCHEMA),
    )
    judged = derive(design, knowledge())
    return places_of(judged, judged.links, host=host)["a1", "Ethernet1/1"]


def test_cage_of_now_comes_first_and_free_ports_of_the_record_follow() -> None:
    free = [{"device": "a1", "port": f"Ethernet{n}/1", "cage": "QSFP-DD", "power_mw": 14_000} for n in (2, 3)]
    unsaid = [{"device": "a1", "port": "Ethernet4/1"}, {"device": "b1", "port": "Ethernet5/1", "cage": "OSFP"}]
    kept, other = place(ports=[*free, *unsaid]).seats
    assert (kept.way, kept.socket, kept.port) == (KEPT, "QSFP28", "")  # that of now, whichever it is
    assert (other.way, other.socket, other.port, other.count) == (FREE, "QSFP-DD", "Ethernet2/1", 2)
    assert other.power_mw == 14_000


def test_host_catalogue_tells_of_cages_that_no_port_is_recorded_for() -> None:
    free = [seat for seat in place(model="Arista DCS-7060DX4-32").seats if seat.way == FREE]
    assert [(seat.socket, seat.port, seat.count) for seat in free] == [("QSFP-DD", "Ethernet2/1", 31)]


def test_model_that_may_come_in_offers_its_cages_last() -> None:
    seats = place(host="Arista DCS-7060DX4-32").seats
    assert seats[0].way == KEPT
    assert {(seat.way, seat.host) for seat in seats[1:]} == {(OTHER, "Arista DCS-7060DX4-32")}
    assert "QSFP-DD" in {seat.socket for seat in seats[1:]}


def test_host_that_nobody_knows_is_said_with_the_nearest() -> None:
    with pytest.raises(DesignError, match=r"--host: found 'DCS-7060DX4-33'; expected a model .* such as .*7060DX4"):
        place(host="DCS-7060DX4-33")


def test_module_sits_where_it_is_taken_and_stays_where_it_can() -> None:
    free = [{"device": "a1", "port": "Ethernet2/1", "cage": "QSFP-DD"}]
    found = {
        name: seat_for(name, place(ports=free), knowledge=knowledge()) for name in ("400GBASE-FR4", "100GBASE-LR1")
    }
    assert {name: pair[1].way for name, pair in found.items() if pair} == {"400GBASE-FR4": FREE, "100GBASE-LR1": KEPT}
    nowhere = seat_for("400GBASE-FR4", place(), knowledge=knowledge())
    assert nowhere is not None
    assert nowhere[1].way == KEPT  # rules then say what keeps it out
    assert seat_for("nobody speaks this", place(), knowledge=knowledge()) is None


# --- prices ----------------------------------------------------------------------------------------------------------


def test_prices_are_found_by_any_spelling(tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    file.write_text("Part, Price ,currency\nQDD-400G-DR4,899.50,EUR\n,,\n", encoding="utf-8")
    prices = read_prices(file)
    assert prices.currency == "EUR"
    assert str(prices.price("qdd 400g dr4")) == "899.50"
    assert prices.price("QDD-400G-FR4") is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("part,price\nX,1\n", r"prices\.csv, row 1.*part, price.*also currency"),
        (
            "part,price,currency\nX,cheap,EUR\n",
            r"prices\.csv, row 2, column price: .*'cheap'.*a number such as 899\.00",
        ),
        ("part,price,currency\nX,-1,EUR\n", r"prices\.csv, row 2, column price: .*'-1'"),
        ("part,price,currency\nX,NaN,EUR\n", r"prices\.csv, row 2, column price: .*'NaN'"),
        ("part,price,currency\n,1,EUR\n", r"prices\.csv, row 2, column part: .*nothing.*a catalogue id or part number"),
        (
            "part,price,currency\nX-1,1,EUR\nx1,2,EUR\n",
            r"prices\.csv, row 3, column part: .*x1 for a second time.*one price a part",
        ),
        (
            "part,price,currency\nX,1,EUR\nY,1,USD\n",
            r"prices\.csv, row 3, column currency: .*USD.*EUR as in the rows above",
        ),
        ("part,price,currency\nX,1,\n", r"prices\.csv, row 2, column currency: .*nothing.*a currency such as EUR"),
    ],
)
def test_mistake_in_a_price_list_is_said(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "prices.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DesignError, match=says):
        read_prices(file)


def test_price_list_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(DesignError, match=r"none\.csv: could not be read"):
        read_prices(tmp_path / "none.csv")
