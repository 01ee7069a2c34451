"""What changed and why: nothing in a thing and itself, mirrored when mirrored, and every what-if told by its cause."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from referencing import Registry, Resource

from designs import designs
from network import LC, design_of, link
from opticgraph import Diff, audit, diff, load, report
from opticgraph.design import Design
from opticgraph.difference import Cause, FindingChange, LinkChange
from opticgraph.errors import DesignError, QueryError
from opticgraph.read.result import read_result
from opticgraph.report import render as render_audit
from opticgraph.report.diff import FORMATS, render
from test_cli import run

ROOT = Path(__file__).parent.parent
RING = ROOT / "examples" / "metro-ring"


@cache
def ring() -> Design:
    return load(RING)


def verdicts(found: Diff) -> dict[str, tuple[str | None, str | None]]:
    return {each.link: (each.old, each.new) for each in found.links}


def causes(found: Diff) -> dict[str, set[tuple[str, str]]]:
    return {each.link: {(cause.kind, cause.words) for cause in each.causes} for each in found.links}


# --- properties ------------------------------------------------------------------------------------------------------


@settings(max_examples=5, deadline=None)
@given(designs())
def test_nothing_differs_between_a_design_and_itself(design: Design) -> None:
    found = diff(design, design)
    assert (found.links, found.others, found.causes, dict(found.records)) == ((), (), (), {})
    assert found.worse == frozenset()


def mirrored(change: LinkChange) -> LinkChange:
    findings = {FindingChange(each.new, each.old) for each in change.findings}
    turned = {replace(cause, old=cause.new, new=cause.old) for cause in change.causes}
    return LinkChange(change.link, change.new, change.old, frozenset(findings), frozenset(turned))  # type: ignore[arg-type]


def as_sets(change: LinkChange) -> LinkChange:
    return replace(change, findings=frozenset(change.findings), causes=frozenset(change.causes))  # type: ignore[arg-type]


@settings(max_examples=6, deadline=None)
@given(designs(), designs())
def test_the_other_way_round_is_the_mirror_image(one: Design, other: Design) -> None:
    there, back = diff(one, other), diff(other, one)
    assert {mirrored(each) for each in there.links} == {as_sets(each) for each in back.links}
    assert there.records == back.records
    assert (there.old.counts, there.new.counts) == (back.new.counts, back.old.counts)


@settings(max_examples=6, deadline=None)
@given(designs(), designs())
def test_links_that_differ_are_those_whose_audits_differ(one: Design, other: Design) -> None:
    found = diff(one, other)
    sides = [audit(design) for design in (one, other)]
    old, new = ({each.link: each.verdict for each in side.verdicts} for side in sides)
    told = {name: pair for name, pair in verdicts(found).items() if pair[0] != pair[1]}
    assert told == {name: (old.get(name), new.get(name)) for name in {*old, *new} if old.get(name) != new.get(name)}
    ids = [{finding.id: finding.message for finding in side.findings} for side in sides]
    changes = {change for each in found.links for change in each.findings} | set(found.others)
    assert {change.new.id for change in changes if change.new} == {i for i in ids[1] if ids[0].get(i) != ids[1][i]} | {
        change.new.id for change in changes if change.new and change.old and change.old.id == change.new.id
    }
    assert {change.old.id for change in changes if change.old} >= set(ids[0]) - set(ids[1])
    assert all(each.causes for each in found.links)


# --- what-ifs --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "verdict", "cause"),
    [
        ("link agb-ing-1 length_km+=12", ("works", "fails"), "link agb-ing-1: length_m 71600 -> 83600"),
        ("link agb-ing-1 length_km=83.6", ("works", "fails"), "link agb-ing-1: length_m 71600 -> 83600"),
        ("route TC-4418 loss_db += 3", ("works", "fails"), "link agb-ing-1: loss_db 23.1 -> 26.1"),
        ("link agb-ing-1 a_module=", ("works", "unknown"), "link agb-ing-1: a_module QSFP-100G-ZR4 -> not known"),
        ("link agb-ing-1 connector=MPO-12", ("works", "fails"), "link agb-ing-1: a_connector LC duplex -> MPO-12"),
        ("link agb-ing-1 a_cage=CFP2", ("works", "fails"), "port agb-cr1 Ethernet32/1: cage not known -> CFP2"),
    ],
)
def test_a_changed_value_is_the_cause(change: str, verdict: tuple[str, str], cause: str) -> None:
    found = diff(ring(), what_if=[change])
    assert verdicts(found)["agb-ing-1"] == verdict
    assert ("data", cause) in causes(found)["agb-ing-1"]
    assert found.what_if == (change,)


def test_a_link_can_be_hit_by_what_changed_elsewhere() -> None:
    """Two links in one port: the second comes in, the first fails for it."""
    first = link("one", "100GBASE-LR4", length_km=2, **LC)
    second = {**link("two", "100GBASE-LR4", length_km=2, **LC), "a_device": "one-a", "b_port": "E7"}
    found = diff(design_of([first]), design_of([first, second]))
    assert verdicts(found) == {"one": ("works", "fails"), "two": (None, "fails")}
    assert ("data", "link two is new") in causes(found)["one"]


def test_retired_modules_need_replacement_and_are_no_option() -> None:
    design = design_of([link("short", "100GBASE-LR4", length_km=1.6, connectors=4, **LC)])
    found = diff(design, what_if=["retire LR4", "retire 400GBASE-FR4"], options=True)
    assert verdicts(found) == {"short": ("works", "fails")}
    assert causes(found) == {"short": {("rule", "module-is-not-retired is new")}}
    assert {change.told.rule for each in found.links for change in each.findings} == {"module-is-not-retired"}
    gone = [each for each in found.options or () if each.way == "gone"]
    assert {"400GBASE-FR4-QSFP-DD"} & {each.a_module for each in gone}
    assert len(gone) == len(found.options or ())
    assert all("module-is-not-retired" in each.new.rules for each in gone if each.new)


@pytest.mark.parametrize(
    ("change", "of"),
    [
        ("no breakout", lambda each: each.strategy == "breakout"),
        ("no MPO", lambda each: "DR4" in f"{each.a_module} {each.b_module}" or "SR" in str(each.a_module)),
        ("no 400GBASE-FR4", lambda each: "400GBASE-FR4" in f"{each.a_module} {each.b_module}"),
        ("only Nokia", lambda each: True),
    ],
)
def test_what_is_forbidden_goes_and_says_so(change: str, of) -> None:  # type: ignore[no-untyped-def]
    design = design_of([link("short", "100GBASE-LR4", length_km=1.6, connectors=4, a_breakout="4x100G", **LC)])
    found = diff(design, what_if=[change])
    assert found.links == ()  # what is there stays
    assert found.options
    assert {(each.way, each.new and each.new.refused) for each in found.options} == {("gone", change)}
    assert [each for each in found.options if of(each)]


def test_plans_of_one_goal_are_compared() -> None:
    network = ROOT / "examples" / "metro-ring-400"
    found = diff(load(network), what_if=["no 400G-ER4-30"], goal=network / "goal.toml", links=["bas-lie-1"])
    assert found.plans is not None
    assert (found.plans.old.status, found.plans.new.status) == ("complete", "complete")
    assert (found.plans.old.windows, found.plans.new.windows) == (2, 2)
    told = {
        each.link: (each.way, each.old and each.old.a_module, each.new and each.new.a_module)
        for each in found.plans.links
    }
    assert told == {
        "bas-lie-1": ("changed", "400G-ER4-30-QSFP-DD", "400GBASE-ER8-QSFP-DD"),
        "rhe-bas-1": ("changed", "400G-ER4-30-QSFP-DD", "400GBASE-ER8-QSFP-DD"),
    }
    text = render(found, format="text").decode()
    assert "PLAN: 2 by other means" in text
    assert "  old: complete, 2 windows, 4 parts" in text
    holds_to_schema(json.loads(render(found, format="json")))
    rows = list(csv.DictReader(io.StringIO(render(found, format="csv").decode(), newline="")))
    planned = {row["link"]: row for row in rows if row["what"] == "plan"}
    assert {link: (row["change"], row["a_module"]) for link, row in planned.items()} == {
        "bas-lie-1": ("changed", "400GBASE-ER8-QSFP-DD"),
        "rhe-bas-1": ("changed", "400GBASE-ER8-QSFP-DD"),
    }
    assert planned["bas-lie-1"]["old"].startswith("window 1, direct-swap 400G-ER4-30-QSFP-DD")
    assert {row["what"] for row in rows if row["what"].startswith("plan: ")} <= {"plan: power"}


def test_a_link_that_can_no_longer_be_planned_is_gone_and_says_why() -> None:
    network = ROOT / "examples" / "metro-ring-400"
    goal = network / "goal.toml"
    found = diff(load(network), what_if=["no direct-swap"], goal=goal, links=["bas-lie-1"])
    assert found.plans is not None
    assert (found.plans.new.status, found.plans.new.windows) == ("partial", 1)
    told = {each.link: (each.way, each.new and (each.new.strategy, each.new.left)) for each in found.plans.links}
    why = "what works is not allowed by the goal, or its draw is not known where power is limited"
    assert told == {"bas-lie-1": ("changed", ("coherent", "")), "rhe-bas-1": ("gone", (None, why))}


def test_prices_change_what_options_cost(tmp_path: Path) -> None:
    prices = tmp_path / "prices.csv"
    prices.write_text("part,price,currency\n400GBASE-FR4-QSFP-DD,900,EUR\n400GBASE-LR8-QSFP-DD,2000,EUR\n")
    design = design_of([link("short", "100GBASE-LR4", length_km=1.6, connectors=4, **LC)])
    found = diff(design, what_if=["price 400GBASE-FR4-QSFP-DD -20 %"], prices=prices)
    costs = {(each.a_module, each.b_module, each.way): (each.old.cost, each.new.cost) for each in found.options or ()}  # type: ignore[union-attr]
    twice = ("400GBASE-FR4-QSFP-DD",) * 2
    assert {key[:2] for key in costs} == {twice}
    assert costs[*twice, "changed"] == (1800, 1440)


def test_what_if_a_source_is_dropped() -> None:
    found = diff(load(ROOT / "examples" / "metro-ring"), what_if=["without source:DELL-OPT"])
    assert verdicts(found) == {"ing-eic-1": ("works", "unknown"), "lah-tie-1": ("works", "unknown")}
    assert causes(found)["lah-tie-1"] == {
        ("trust", "100GBASE-CR4-QSFP28: implements 100GBASE-CR4 (DELL-OPT) -> not known")
    }
    assert found.new.trust == "standards without DELL-OPT"


def test_a_catalogue_of_ones_own_is_the_cause(tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text("part,maker,sold_as,fiber,reach_m\nX-1,Own,100GBASE-LR4-QSFP28,SMF,5000\n")
    design = design_of([link("seven", "X-1", length_km=7, cage="QSFP28", **LC)])
    found = diff(design, new_catalogs=[own])
    assert verdicts(found) == {"seven": ("unknown", "fails")}
    assert ("catalogue", "Own.X-1: soldAs not known -> 100GBASE-LR4-QSFP28 (own-own)") in causes(found)["seven"]
    assert ("catalogue", "Own.X-1.reach: reachM not known -> 5000 (own-own)") in causes(found)["seven"]


def test_a_rule_of_ones_own_is_the_cause() -> None:
    found = diff(ring(), new_rules=[ROOT / "docs" / "samples" / "own-rule.ttl"])
    assert {cause for each in found.links for cause in each.causes} <= set(found.causes)
    assert found.causes == (Cause("rule", "link-names-its-route", "", None, "there"),)
    assert found.worse <= {"warning"}


# --- results written earlier -----------------------------------------------------------------------------------------


def test_results_written_earlier_are_compared_by_their_figures(tmp_path: Path) -> None:
    first, second = (
        design_of([link("far", "100GBASE-LR4", length_km=length, **LC), *rest])
        for length, rest in ((14, []), (16, [link("near", "100GBASE-LR4", length_km=2, **LC)]))
    )
    files = []
    for name, design in (("old", first), ("new", second)):
        files.append(tmp_path / f"{name}.json")
        files[-1].write_bytes(render_audit(audit(design), format="json"))
    found = diff(*(read_result(file) for file in files))  # type: ignore[arg-type]
    by_designs = diff(first, second)
    assert verdicts(found) == verdicts(by_designs) == {"far": ("fails", "fails"), "near": (None, "works")}
    assert ("figures", "far: link-within-reach, found 14000 m -> 16000 m") in causes(found)["far"]
    assert found.notes and not by_designs.notes
    assert found.worse == frozenset()  # a new link that works, and one that failed before


def test_what_is_no_result_is_said(tmp_path: Path) -> None:
    file = tmp_path / "old.json"
    file.write_text('{"verdicts": [{"link": "a"}]}')
    with pytest.raises(DesignError, match="expected what `opticgraph audit --format json` wrote"):
        read_result(file)
    file.write_text('{"@context": {}}')
    assert read_result(file) is None


# --- the command -----------------------------------------------------------------------------------------------------

LINKS = """link,a_device,a_port,a_cage,a_module,b_device,b_port,b_cage,b_module,fiber_type,connector,length_km
up-1,leaf1,1,QSFP28,100GBASE-LR4,leaf2,1,QSFP28,100GBASE-LR4,OS2,LC duplex,{one}
up-2,leaf1,2,QSFP28,100GBASE-LR4,leaf2,2,QSFP28,100GBASE-LR4,OS2,LC duplex,{two}
"""


@pytest.fixture
def sheets(tmp_path: Path):  # type: ignore[no-untyped-def]
    def write(name: str, one: str, two: str) -> str:
        file = tmp_path / name
        file.write_text(LINKS.format(one=one, two=two), encoding="utf-8")
        return str(file)

    return write


@pytest.mark.parametrize(
    ("old", "new", "fail_on", "code"),
    [
        (("8", "14"), ("8", "14"), "violation", 0),  # what failed before is nothing new
        (("8", "14"), ("8", "16"), "violation", 0),
        (("8", "8"), ("8", "14"), "violation", 1),
        (("8", "14"), ("8", "8"), "violation", 0),
        (("8", "8"), ("8", ""), "violation", 0),
        (("8", "8"), ("8", ""), "unknown", 1),
        (("8", "8"), ("14", "14"), "never", 0),
        (("8", "8"), ("", ""), "violation", 4),
        (("", "8"), ("", "8"), "unknown", 0),
    ],
)
def test_exit_codes_are_about_what_is_new(sheets, old, new, fail_on: str, code: int) -> None:  # type: ignore[no-untyped-def]
    found = run("diff", sheets("old.csv", *old), sheets("new.csv", *new), "--fail-on", fail_on)
    assert (found[0], found[2]) == (code, "")


def test_a_file_of_changes_says_the_same_as_the_changes(sheets, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    file = sheets("old.csv", "8", "8")
    changes = tmp_path / "changes.txt"
    changes.write_text("# two of them\nlink up-1 length_km=14\n\nretire LR4\n")
    listed = run("diff", file, "--what-if", "link up-1 length_km=14", "--what-if", "retire LR4")
    assert run("diff", file, "--what-if", f"@{changes}") == listed
    assert listed[0] == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "Found one design; expected NEW, --what-if, --new-trust, --new-rules or --new-catalog."),
        (["--what-if", "bananas"], "--what-if: found 'bananas'; expected one of: link NAME COLUMN=VALUE; "),
        (["--what-if", "link up-3 length_km=1"], "found link 'up-3'; expected one of the 2 of the design, such as up-"),
        (["--what-if", "link up-1 lenght_km=1"], "found column 'lenght_km'; expected a column of the links sheet such"),
        (["--what-if", "link up-1 length_km=far"], "link up-1 length_km=far: found far; expected a number of km"),
        (["--what-if", "link up-1 length_km-=9"], "found -1; expected 0 to 20000 km"),
        (["--what-if", "link up-1 loss_db+=1"], "found no loss_db of up-1; expected one to add to; = sets it"),
        (["--what-if", "link up-1 a_module+=1"], "expected = and a value: a_module is no number"),
        (
            ["--what-if", "device leaf3 site=x"],
            "found device 'leaf3'; expected one of the 2 of the design, such as leaf",
        ),
        (["--what-if", "link up-1 group_floor_gbps=1"], "found no group of up-1; expected one that group_floor_gbps"),
        (
            ["--what-if", "retire LR44"],
            "--what-if retire LR44: found 'LR44'; expected a module type, interface or part",
        ),
        (["--what-if", "no bananas"], "--what-if no bananas: found 'bananas'; expected a strategy (port-reuse, "),
        (["--what-if", "only Cisko"], "found 'Cisko'; expected a maker of parts in the catalogue. Nearest: Cisco, "),
        (["--what-if", "price -20%"], "--what-if price ...: found no price list; expected --prices FILE"),
        (["--what-if", "price -120%"], "--what-if 'price -120%': found -120 %; expected no less than -100 %"),
        (["--what-if", "without source:IEE"], "found 'IEE' after `without`; expected a source as `opticgraph catalog"),
        (["--what-if", "@nowhere.txt"], "--what-if @nowhere.txt: could not be read as UTF-8 text"),
        (["--new-trust", "standart"], "trust policy: found 'standart'; expected a Turtle file or one of"),
        (["--what-if", "no MPO", "--link", "up-3"], "link: found 'up-3'; expected one of the 2 judged links."),
    ],
)
def test_a_mistake_is_named(sheets, arguments: list[str], says: str) -> None:  # type: ignore[no-untyped-def]
    code, out, err = run("diff", sheets("old.csv", "8", "8"), *arguments)
    assert (code, out) == (2, "")
    assert says in " ".join(err.split()) and "Traceback" not in err


def test_a_result_is_neither_changed_nor_judged_anew(sheets, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    design, result = sheets("old.csv", "8", "8"), str(tmp_path / "result.json")
    assert run("audit", design, "-o", result)[0] == 0
    assert run("diff", result, design)[0] == 0
    for arguments, says in (
        ([result, "--what-if", "retire LR4"], "NEW: found a result alone"),
        ([design, result, "--what-if", "retire LR4"], "NEW: found a result, which is judged already"),
        ([design, result, "--options"], "--options: found a result, which has no record"),
        ([design, result, "--goal", "goal.toml"], "--goal: found a result, which has no record"),
    ):
        code, out, err = run("diff", *arguments)
        assert (code, out) == (2, "") and says in err


# --- formats ---------------------------------------------------------------------------------------------------------


@cache
def several() -> Diff:
    """A bit of everything: links that got worse, came and went, and options."""
    rows = [link(name, "100GBASE-LR4", length_km=km, **LC) for name, km in (("near", 2), ("far", 9), ("gone", 3))]
    more = [link("=new", "100GBASE-LR4", length_km=14, **LC)]
    what_if = ["link far length_km+=5", "no MPO", "retire LR4"]
    return diff(design_of(rows), design_of(rows[:2] + more), what_if=what_if, links=["near"])


def holds_to_schema(told: object) -> None:
    folder = Path(report.__file__).parent
    schemas = [
        json.loads(each.read_text()) for each in (folder / "audit.schema.json", folder / "diff/diff.schema.json")
    ]
    registry: Registry = Registry().with_resources((each["$id"], Resource.from_contents(each)) for each in schemas)  # type: ignore[type-arg]
    jsonschema.Draft202012Validator.check_schema(schemas[1])
    jsonschema.Draft202012Validator(schemas[1], registry=registry).validate(told)


def test_json_follows_its_schema() -> None:
    told = json.loads(render(several(), format="json"))
    holds_to_schema(told)
    assert list(told) == sorted(told)
    assert {each["link"]: each["change"] for each in told["links"]} == {
        "far": "worse", "near": "worse", "=new": "added", "gone": "removed",
    }  # fmt: skip
    assert told["options"] and told["causes"]


def test_csv_has_a_row_for_each_change_and_runs_nothing() -> None:
    told = list(csv.DictReader(io.StringIO(render(several(), format="csv").decode())))
    assert {row["link"] for row in told} == {"far", "near", "'=new", "gone"}
    assert sum(row["what"] == "finding" for row in told) == sum(len(each.findings) for each in several().links)
    assert sum(row["what"] == "option" for row in told) == len(several().options or ())


def test_text_tells_worst_first_and_keeps_its_width() -> None:
    told = render(several(), format="text").decode().splitlines()
    assert [line for line in told if line.isupper() or line.startswith(("WORSE", "ADDED", "REMOVED", "OPTIONS"))]
    headings = [line.split(" ")[0] for line in told if line[:1].isupper() and line[1:2].isupper()]
    assert headings == ["WORSE", "ADDED", "REMOVED", "OPTIONS:", "WHAT"]
    assert max(map(len, told)) <= 100


def test_the_same_in_any_run() -> None:
    again = several.__wrapped__()
    assert [render(again, format=each) for each in FORMATS] == [render(several(), format=each) for each in FORMATS]


def test_what_means_nothing_is_an_error_of_its_own_sort() -> None:
    with pytest.raises(QueryError, match="found a result alone"):
        diff(audit(ring()))
