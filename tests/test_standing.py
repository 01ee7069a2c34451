"""Waivers and baselines: what is accepted is kept and marked, what does not hold any more says so itself."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
from click.testing import CliRunner
from rdflib import Graph

import audits
import opticgraph
from opticgraph import report
from opticgraph.cli import cli
from opticgraph.errors import InputError
from opticgraph.exits import exit_code
from opticgraph.read.result import read_result
from opticgraph.report import junit
from opticgraph.result import Audit, Standing
from opticgraph.standing import RULE

HEAD = "link,a_device,a_port,a_cage,a_module,b_device,b_port,b_cage,b_module,fiber_type,connector,length_km\n"
LINE = "{link},leaf1,{n},QSFP28,{module},leaf2,{n},QSFP28,{module},OS2,LC duplex,{km}\n"
LR4, CWDM4 = "100GBASE-LR4", "100GBASE-CWDM4"
DAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def _inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def sheet(*links: tuple[str, str, str], name: str = "links.csv") -> Path:
    """A link sheet of links with their module and length."""
    rows = (LINE.format(link=link, n=n, module=module, km=km) for n, (link, module, km) in enumerate(links, 1))
    Path(name).write_text(HEAD + "".join(rows), encoding="utf-8")
    return Path(name)


def filled(text: str, *, until: str = "2027-03-31", only: str = "") -> Path:
    """The ready waivers of a report with the three things filled in, those of one link where it is named."""
    heads, *tables = text.split("\n# ")
    kept = [table for table in tables if not only or f'link = "{only}"' in table]
    text = "\n# ".join([heads, *kept])
    for key, value in {"reason": "replaced in March", "who": "noc@example.org", "until": until}.items():
        text = re.sub(rf'^{key} = ""$', f'{key} = "{value}"', text, flags=re.MULTILINE)
    Path("waivers.toml").write_text(text, encoding="utf-8")
    return Path("waivers.toml")


def judged(design: Path, *, today: date = DAY, waivers: Path | None = None, baseline: Path | None = None) -> Audit:
    given = () if waivers is None else (waivers,)
    return opticgraph.audit(opticgraph.load(design), waivers=given, baseline=baseline, today=today)


def ready(design: Path) -> str:
    return report.render(judged(design), format="waivers").decode()


def holds(audit: Audit) -> list[tuple[str, str]]:
    """What is said of waivers: outcome and severity."""
    return sorted((f.shape.rpartition(".")[2], f.severity) for f in audit.findings if f.rule == RULE)


def code(audit: Audit, fail_on: str = "violation") -> int:
    return exit_code(audit.severities, audit.counts, audit.coverage, fail_on)


BAD, GOOD = ("far", LR4, "14"), ("near", LR4, "8")


def test_a_ready_waiver_filled_in_covers_the_finding_and_nothing_else() -> None:
    design = sheet(BAD, ("farther", LR4, "15"), GOOD)
    result = judged(design, waivers=filled(ready(design), only="far"))
    assert {f.link for f in result.findings if f.waived} == {"far"}
    assert {f.link for f in result.findings if f.counts} == {"farther"}
    assert {f.waived for f in result.findings if f.waived} == {"replaced in March (noc@example.org, until 2027-03-31)"}
    assert holds(result) == []
    assert code(result) == 1


def test_waived_findings_are_kept_and_do_not_fail() -> None:
    design = sheet(BAD, GOOD)
    bare, result = judged(design), judged(design, waivers=filled(ready(design)))
    assert [f.id for f in result.findings] == [f.id for f in bare.findings]
    assert [v.verdict for v in result.verdicts] == ["fails", "works"]
    assert (code(bare), code(result), code(result, "warning")) == (1, 0, 0)
    assert result.standing == Standing(waivers=len(bare.findings), waived=len(bare.findings))


def test_it_holds_on_its_last_day_and_not_on_the_next() -> None:
    design = sheet(BAD, GOOD)
    waivers = filled(ready(design), until="2026-11-22")
    assert holds(judged(design, waivers=waivers)) == []
    late = judged(design, waivers=waivers, today=date(2026, 11, 23))
    assert set(holds(late)) == {("expired", "warning")}
    assert code(late) == 1
    assert not any(f.waived for f in late.findings)


def test_a_waiver_that_covers_nothing_fails_the_run() -> None:
    waivers = filled(ready(sheet(BAD, GOOD)))
    mended = judged(sheet(("far", LR4, "9"), GOOD), waivers=waivers)
    assert set(holds(mended)) == {("idle", "violation")}
    assert {v.verdict for v in mended.verdicts} == {"works"}
    assert code(mended) == 1
    expired = judged(sheet(("far", LR4, "9"), GOOD), waivers=waivers, today=date(2028, 1, 1))
    assert set(holds(expired)) == {("idle", "violation")}


@pytest.mark.parametrize(
    ("change", "what"),
    [(("far", LR4, "14.5"), "another length"), (("far", CWDM4, "14"), "another module")],
)
def test_a_waiver_falls_when_a_fact_under_it_changes(change: tuple[str, str, str], what: str) -> None:
    waivers = filled(ready(sheet(BAD, GOOD)))
    result = judged(sheet(change, GOOD), waivers=waivers)
    assert set(holds(result)) == {("fallen", "warning")}, what
    assert not any(f.waived for f in result.findings)
    assert code(result) == 1


def test_a_waiver_stands_when_rows_move_and_other_links_change() -> None:
    waivers = filled(ready(sheet(BAD, GOOD)))
    result = judged(sheet(("new", LR4, "7"), ("near", LR4, "3"), name="links.csv"), waivers=waivers)
    assert set(holds(result)) == {("idle", "violation")}
    text = HEAD + LINE.format(link="near", n=2, module=LR4, km=3) + LINE.format(link="far", n=1, module=LR4, km=14)
    Path("links.csv").write_text(text, encoding="utf-8")
    assert holds(judged(Path("links.csv"), waivers=waivers)) == []


def test_what_a_fallen_waiver_asks_for_is_what_holds() -> None:
    filled(ready(sheet(BAD, GOOD)))
    design = sheet(("far", LR4, "14.5"), GOOD)
    fallen = [f for f in judged(design, waivers=Path("waivers.toml")).findings if f.rule == RULE]
    offered = [re.findall(r'finding (\w+).*rests = "(\w+)"', f.message)[0] for f in fallen]
    tables = [
        f'[[waiver]]\nfinding = "{finding}"\nrests = "{rests}"\nreason = "r"\nwho = "w"\nuntil = 2027-01-01\n'
        for finding, rests in dict.fromkeys(offered)
    ]
    Path("waivers.toml").write_text("".join(tables), encoding="utf-8")
    assert holds(judged(design, waivers=Path("waivers.toml"))) == []


def test_rule_and_link_name_all_findings_of_the_rule_on_the_link() -> None:
    design = sheet(BAD, GOOD)
    [first, *_] = tomllib.loads(ready(design))["waiver"]
    own = [each["rests"] for each in tomllib.loads(ready(design))["waiver"] if each["rule"] == first["rule"]]
    Path("waivers.toml").write_text(
        f'[[waiver]]\nrule = "{first["rule"]}"\nlink = "far"\nrests = {json.dumps(own)}\n'
        'reason = "r"\nwho = "w"\nuntil = 2027-01-01\n',
        encoding="utf-8",
    )
    result = judged(design, waivers=Path("waivers.toml"))
    assert {f.rule for f in result.findings if f.waived} == {first["rule"]}
    assert holds(result) == []


def test_findings_about_waivers_have_the_same_id_in_every_run_and_point_at_their_line() -> None:
    waivers = filled(ready(sheet(BAD, GOOD)))
    mended = sheet(("far", LR4, "9"), GOOD)
    one, two = judged(mended, waivers=waivers), judged(mended, waivers=waivers, today=date(2026, 12, 1))
    assert [f.id for f in one.findings] == [f.id for f in two.findings]
    lines = waivers.read_text(encoding="utf-8").splitlines()
    places = [f.input for f in one.findings if f.rule == RULE]
    assert all(place and place[0] == "waivers.toml" and lines[place[1] - 1] == "[[waiver]]" for place in places)


GIVEN = '[[waiver]]\nfinding = "1"\nrests = "2"\nreason = "r"\nwho = "w"\nuntil = 2027-01-01\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GIVEN.replace('"r"', '""'), "waivers.toml, row 1, column reason: found ''; expected a text that is not empty"),
        (GIVEN.replace('who = "w"\n', ""), "column who: found 'nothing'"),
        (GIVEN.replace("2027-01-01", '"soon"'), "column until: found 'soon'; expected a day such as 2027-03-31"),
        (GIVEN.replace("2027-01-01", "2027-01-01T10:00:00"), "expected a day such as 2027-03-31"),
        (GIVEN.replace('rests = "2"\n', ""), "column rests: found 'nothing'; expected what the finding rests on"),
        (GIVEN.replace("finding", "findings"), "column findings: found a key that nobody knows"),
        (GIVEN.replace('finding = "1"\n', 'rule = "x"\n'), "expected the id of a finding, or rule and link"),
        (GIVEN.replace("[[waiver]]", "[waiver]"), "found a single waiver; expected nothing but tables [[waiver]]"),
        ("[[wavier]]\n", "found wavier; expected nothing but tables [[waiver]]"),
        ("[[waiver]\n", "waivers.toml: found no TOML"),
    ],
)
def test_a_waiver_that_cannot_be_used_is_told(text: str, said: str) -> None:
    Path("waivers.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        judged(sheet(GOOD), waivers=Path("waivers.toml"))
    assert said in str(caught.value)


def test_every_bad_waiver_is_told_at_once_and_a_missing_file_too() -> None:
    Path("waivers.toml").write_text(GIVEN.replace('"r"', '""') * 2, encoding="utf-8")
    done = CliRunner().invoke(cli, ["audit", str(sheet(GOOD)), "--waivers", "waivers.toml"])
    assert isinstance(done.exception, InputError)
    assert [line.split(":")[0] for line in str(done.exception).splitlines()] == [
        "waivers.toml, row 1, column reason",
        "waivers.toml, row 7, column reason",
    ]
    with pytest.raises(InputError, match=r"none\.toml: cannot be read: no such file"):
        judged(sheet(GOOD), waivers=Path("none.toml"))


def test_ready_waivers_of_hostile_names_are_toml() -> None:
    told = tomllib.loads(report.render(audits.hostile(), format="waivers").decode())
    assert len(told["waiver"]) == len(audits.hostile().findings)


def old(design: Path) -> Path:
    Path("old.json").write_bytes(report.render(judged(design), format="json"))
    return Path("old.json")


def test_only_new_findings_fail_against_an_older_result() -> None:
    baseline = old(sheet(BAD, GOOD))
    same = judged(sheet(BAD, GOOD), baseline=baseline)
    assert code(same) == 0
    assert all(f.known for f in same.findings)
    worse = judged(sheet(BAD, ("near", LR4, "15")), baseline=baseline)
    assert {f.link for f in worse.findings if f.counts} == {"near"}
    assert code(worse) == 1
    better = judged(sheet(("far", LR4, "9"), GOOD), baseline=baseline)
    assert better.standing is not None
    assert (better.standing.known, better.standing.new, better.standing.gone) == (0, 0, len(same.findings))


def test_what_was_waived_in_the_older_result_is_not_known_by_that() -> None:
    design = sheet(BAD, GOOD)
    waivers = filled(ready(design))
    Path("old.json").write_bytes(report.render(judged(design, waivers=waivers), format="json"))
    again = judged(design, baseline=Path("old.json"))
    assert not any(f.known for f in again.findings)
    assert code(again) == 1


@pytest.mark.parametrize("text", ["", "[]", "{}", "link\n"])
def test_a_baseline_that_is_no_result_is_told(text: str) -> None:
    Path("old.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"old\.json: found something else; expected what `opticgraph audit"):
        judged(sheet(GOOD), baseline=Path("old.json"))
    with pytest.raises(InputError, match=r"none\.json: found no such file"):
        judged(sheet(GOOD), baseline=Path("none.json"))


def governed() -> Audit:
    """A link waived, one known, one new."""
    baseline = old(sheet(BAD, ("kept", LR4, "15"), GOOD))
    design = sheet(BAD, ("kept", LR4, "15"), GOOD, ("fresh", LR4, "16"))
    waivers = filled(ready(design), only="far")
    return judged(design, waivers=waivers, baseline=baseline)


def shows_text(audit: Audit) -> tuple[int, int]:
    told = " ".join(report.render(audit, format="text").decode().split())
    assert "2 of 6 findings waived; 2 new against old.json, 4 known, 0 gone." in told
    return told.count("Waived: replaced in March"), told.count("Known: the older result has it too.")


def shows_html(audit: Audit) -> tuple[int, int]:
    told = report.render(audit, format="html").decode()
    return told.count("Waived: replaced in March"), told.count("Known: the older result has it too.")


def shows_csv(audit: Audit) -> tuple[int, int]:
    told = report.render(audit, format="csv").decode()
    assert told.splitlines()[0].endswith(",finding,standing")
    return told.count("Waived: replaced in March"), told.count("Known: the older result has it too.")


def shows_turtle(audit: Audit) -> tuple[int, int]:
    told = report.render(audit, format="turtle").decode()
    Graph().parse(data=told, format="turtle")
    return told.count("Waived: replaced in March"), told.count("Known: the older result has it too.")


def shows_sarif(audit: Audit) -> tuple[int, int]:
    [run] = json.loads(report.render(audit, format="sarif"))["runs"]
    results = run["results"]
    assert all("suppressions" in each for each in results)
    return sum(bool(each["suppressions"]) for each in results), sum(
        each["baselineState"] == "unchanged" for each in results
    )


def shows_json(audit: Audit) -> tuple[int, int]:
    told = json.loads(report.render(audit, format="json"))
    schema = Path(report.__file__).with_name("audit.schema.json")
    jsonschema.validate(told, json.loads(schema.read_text(encoding="utf-8")))
    return sum(each["waived"] is not None for each in told["findings"]), sum(f["known"] for f in told["findings"])


@pytest.mark.parametrize("shown", [shows_text, shows_html, shows_csv, shows_turtle, shows_sarif, shows_json])
def test_reports_keep_and_mark_what_was_accepted(shown: Callable[[Audit], tuple[int, int]]) -> None:
    assert shown(governed()) == (2, 4)  # by length and by loss


def test_junit_skips_what_was_accepted_and_fails_what_is_new() -> None:
    told = {
        case.get("name"): next((part.tag for part in case if part.tag != "system-out"), "passed")
        for case in ElementTree.fromstring(junit.render(governed())).iter("testcase")
    }
    assert told == {"far": "skipped", "fresh": "failure", "kept": "skipped", "near": "passed"}


def test_a_result_with_waivers_is_read_again() -> None:
    result = governed()
    Path("again.json").write_bytes(report.render(result, format="json"))
    again = read_result(Path("again.json"))
    assert again is not None
    assert [(f.id, f.waived, f.known) for f in again.findings] == [(f.id, f.waived, f.known) for f in result.findings]


def test_the_command_does_all_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795305600")
    design, runner = str(sheet(BAD, GOOD)), CliRunner()
    asked = ["audit", design, "--report", "a.html", "--report", "b.sarif", "--output", "waivers.toml"]
    assert runner.invoke(cli, asked, standalone_mode=False).return_value == 1
    assert json.loads(Path("b.sarif").read_text(encoding="utf-8"))["version"] == "2.1.0"
    filled(Path("waivers.toml").read_text(encoding="utf-8"))
    waived = runner.invoke(cli, ["audit", design, "--waivers", "waivers.toml"], standalone_mode=False)
    assert (waived.return_value, waived.exception) == (0, None)
    baseline = ["audit", design, "--baseline", str(old(Path(design)))]
    assert runner.invoke(cli, baseline, standalone_mode=False).return_value == 0


def test_the_time_of_a_run_may_be_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(InputError, match="found 'yesterday'; expected seconds since 1970-01-01, UTC"):
        opticgraph.audit(opticgraph.load(sheet(GOOD)), waivers=(filled(ready(sheet(BAD))),))
