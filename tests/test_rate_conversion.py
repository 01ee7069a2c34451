"""A switch that has both rates, before an end that cannot leave the lower one: what is offered, and put into effect."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

import jsonschema
import polars as pl

from designs import knowledge
from network import LC, design_of, link
from opticgraph import Option, Options, audit, options
from opticgraph.between import standing
from opticgraph.candidates import judge_rows
from opticgraph.choices import LinkOptions
from opticgraph.derive import derive
from opticgraph.design import LINK_SCHEMA, PORT_SCHEMA, SIDES, Design
from opticgraph.judge import judge
from opticgraph.planner import plan
from opticgraph.proposals import asked_links, told_alike
from opticgraph.report.options import csv as as_csv
from opticgraph.report.options import html as as_html
from opticgraph.report.options import json as as_json
from opticgraph.report.options import text as as_text
from opticgraph.rules import read_rules

Row = Mapping[str, object]

# P could go on at 400G, Q could not; S stands beside Q and has a link of its own.
UP = {**link("up", "100GBASE-LR4", length_km=1.6, **LC), "a_device": "P", "b_device": "Q", "a_site": "east"}
UP |= {"b_site": "west", "b_cage": "QSFP28", "a_fec": "none", "b_fec": "none", "rate_gbps": 100}
OTHER = {**link("other", "100GBASE-LR4", cage="QSFP28", length_km=1.6, **LC), "a_device": "S", "a_port": "E9"}
OTHER |= {"a_site": "west", "b_device": "R", "b_site": "north", "rate_gbps": 100, "target_gbps": 100}
BOTH = (("S", "E1", "QSFP-DD"), ("S", "E2", "QSFP28"))

# The fifth question of the article: 400G-VSR4 at one end, 100G over a single fibre at the other.
FIFTH = {"link": "fifth", "status": "planned", "a_device": "q-1", "a_port": "E6", "a_cage": "OSFP112", "a_site": "here"}
FIFTH |= {"a_module": "OSFP112-400G-VSR4", "a_connector": "MPO-12", "a_polish": "APC", "b_device": "q-2"}
FIFTH |= {"b_port": "E6", "b_cage": "QSFP28", "b_module": "100G-BIDI-40-PAM4-D", "b_connector": "LC simplex"}
FIFTH |= {"b_polish": "UPC", "b_site": "there", "fiber_type": "OS2", "strands": 1, "length_m": 30000}
NEAR = {**OTHER, "a_site": "here"}


def with_cages(rows: Iterable[Row], cages: Iterable[tuple[str, str, str]]) -> Design:
    """The links, and cages that no link uses."""
    design = design_of(rows)
    more = pl.DataFrame(
        [{"device": device, "port": port, "cage": cage, "power_mw": 20_000} for device, port, cage in cages],
        schema=PORT_SCHEMA,
    )
    return replace(design, ports=pl.concat([design.ports, more]).sort("device", "port"))


@cache
def asked(name: str) -> Options:
    """What UP or FIFTH may become with a switch that has both."""
    return options(with_cages({"up": [UP, OTHER], "fifth": [FIFTH, NEAR]}[name], BOTH), links=[name])


def told(name: str) -> LinkOptions:
    return asked(name).links[0]


def through(each: LinkOptions) -> list[Option]:
    return [option for option in each.options if option.adds is not None]


def into_effect(design: Design, option: Option, link: str, **cord: object) -> Design:
    """The design with both links as they would be; cord is what is found out of the one that comes in."""
    assert option.adds is not None
    [row] = design.links.filter(pl.col("link") == link).to_dicts()
    changed = {**row, **{name: new for name, (_, new) in option.changes.items() if name in LINK_SCHEMA}}
    added = {**{name: option.adds[name] for name in LINK_SCHEMA}, **cord}
    rest = design.links.filter(pl.col("link") != link)
    links = pl.concat([rest, pl.DataFrame([changed, added], schema=LINK_SCHEMA)])
    return replace(design, links=links.sort("link"))


def test_switch_beside_the_end_that_stays_is_offered_with_the_link_it_adds() -> None:
    found = {option.a_interface: option for option in through(told("up"))}
    assert {"400GBASE-FR4", "400G-LR4-10", "400GBASE-LR8"} <= set(found)
    option = found["400GBASE-FR4"]
    assert (option.strategy, option.rate_gbps, option.verdict) == ("one-ended", 100, "unknown")
    assert option.needs == ("on the new link, length_km: give it",)
    assert option.changes["b_device"] == ("Q", "S")
    assert option.changes["rate_gbps"] == (100, 400)
    assert option.adds is not None
    names = ("link", "a_device", "a_port", "a_module", "b_device", "b_port", "b_module", "rate_gbps", "length_mm")
    assert [option.adds[name] for name in names] == [
        "up to Q", "S", "E2", "100GBASE-LR4-QSFP28", "Q", "E1", "100GBASE-LR4", 100, None,
    ]  # fmt: skip
    told_parts = {(part.action, part.part): part.count for part in option.work.parts}
    assert told_parts == {
        ("buy", "400GBASE-FR4-QSFP-DD"): 2,
        ("buy", "cord OS2, LC duplex UPC"): 1,
        ("move", "100GBASE-LR4-QSFP28"): 1,
    }
    assert option.work.frees == ()
    assert "Let the switch pass on what comes in: Q E1 still gets only 100G." in option.work.steps


def test_put_into_effect_the_whole_design_audits_as_it_was_offered() -> None:
    for name, design in (
        ("up", with_cages([UP, OTHER], BOTH)),
        ("fifth", with_cages([FIFTH, NEAR], BOTH)),
    ):
        assert through(told(name))
        for option in through(told(name)):
            found = {v.link: v.verdict for v in audit(into_effect(design, option, name)).verdicts}
            assert option.adds is not None
            both = {found[name], found[str(option.adds["link"])]}
            worst = next(verdict for verdict in ("fails", "unknown", "works") if verdict in both)
            assert (option.a_module, worst) == (option.a_module, option.verdict)
            assert found["other"] == "works"


def test_once_the_cord_is_measured_both_links_work() -> None:
    [option] = [option for option in through(told("up")) if option.a_interface == "400GBASE-FR4"]
    design = into_effect(with_cages([UP, OTHER], BOTH), option, "up", length_mm=10_000)
    assert {v.link: v.verdict for v in audit(design).verdicts} == {"up": "works", "up to Q": "works", "other": "works"}


def test_answer_to_the_articles_fifth_question_is_a_switch_in_between() -> None:
    [option] = through(told("fifth"))
    assert (option.strategy, option.rate_gbps, option.verdict) == ("one-ended", 100, "unknown")
    assert (option.a_module, option.b_module) == ("100G-BIDI-40-PAM4-U", "100G-BIDI-40-PAM4-D")
    assert option.changes["a_device"] == ("q-1", "S")
    assert option.adds is not None
    ends = [option.adds[f"{side}_{name}"] for side in SIDES for name in ("device", "port", "module")]
    assert ends == ["q-1", "E6", "OSFP112-400G-VSR4", "S", "E1", "QSFP56-DD-400G-VSR4"]
    assert option.adds["fiber_type"] == "OM4"
    assert option.needs == ("on the new link, length_km: give it",)


def test_none_is_offered_without_a_switch_that_has_both() -> None:
    wide, narrow = BOTH
    elsewhere = {**OTHER, "a_site": "south"}
    for rows, cages in (
        ([UP, OTHER], [wide]),
        ([UP, OTHER], [narrow]),
        ([UP, OTHER], [narrow, ("S", "E3", "QSFP28")]),
        ([UP, elsewhere], BOTH),
        ([{**UP, "b_site": ""}, {**OTHER, "a_site": ""}], BOTH),
        ([UP, OTHER], [*BOTH, ("Q", "E7", "QSFP-DD")]),  # then the end can change
        ([{**UP, "a_cage": "QSFP28"}, OTHER], BOTH),  # then neither end can
        ([{**UP, "target_gbps": 100}, OTHER], BOTH),
    ):
        judged = derive(with_cages(rows, cages), knowledge())
        stand = standing(judged, asked_links(judged, None), knowledge())
        assert (stand.switches, stand.rows["lower_end"].to_list()) == ({}, [None, None])
    assert through(options(with_cages([UP, elsewhere], BOTH), links=["up"]).links[0]) == []


def test_new_switch_of_the_model_given_takes_its_place() -> None:
    found = options(design_of([UP]), links=["up"], host="Arista DCS-7060DX4-32").links[0]
    [option] = [option for option in through(found) if option.a_interface == "400GBASE-FR4"]
    assert option.adds is not None
    assert option.changes["b_device"] == ("Q", "new Arista DCS-7060DX4-32 at west")
    assert option.adds["a_device"] == "new Arista DCS-7060DX4-32 at west"
    assert option.adds["a_port"] != option.changes.get("b_port", ("E1", "E1"))[1]
    assert ("buy", "Arista DCS-7060DX4-32", 1) in [(p.action, p.part, p.count) for p in option.work.parts]


def test_table_of_a_fleet_says_the_same() -> None:
    design = with_cages([UP, OTHER], BOTH)
    judged = derive(design, knowledge())
    now = judge(design, judged, knowledge(), read_rules())
    judging = partial(judge_rows, knowledge=knowledge(), rules=read_rules(), memory={})
    table = told_alike(design, judged, asked_links(judged, None), now, knowledge(), judging).table
    own = table.filter(pl.col("link") == "up", pl.col("strategy") == "one-ended", pl.col("verdict") != "fails")
    columns = ["a_module", "b_module", "rate_gbps", "verdict", pl.col("needs").fill_null("none")]
    few = [option for option in told("up").options if option.strategy == "one-ended"]
    assert sorted(own.select(columns).iter_rows()) == sorted(
        (o.a_module, o.b_module, o.rate_gbps, o.verdict, "; ".join(o.needs) or "none") for o in few
    )


def test_no_plan_is_made_of_it_and_the_plan_says_so() -> None:
    made = plan(with_cages([{**UP, "target_gbps": 400}, OTHER], BOTH))
    assert made.windows == ()
    [(link, why)] = made.left
    assert (link, why.partition(";")[0]) == (
        "up", "only a switch between its ends could join them, which adds a link that no plan makes",
    )  # fmt: skip


def test_every_format_tells_of_the_link_that_comes_in() -> None:
    found = asked("up")
    line = "new link up to Q, still 100G: S E2 (100GBASE-LR4-QSFP28) to Q E1 (100GBASE-LR4)"
    assert line in as_text.render(found)
    assert line in as_csv.render(found)
    assert line in as_html.render(found)
    account = json.loads(as_json.render(found))
    jsonschema.validate(account, json.loads(Path(as_json.__file__).with_name("options.schema.json").read_text("utf-8")))
    assert {each["adds"]["link"] for each in account["links"][0]["options"] if each["adds"]} == {"up to Q"}
