"""Reports: golden files, hostile names, the same bytes twice, and what each format promises to those who read it."""

from __future__ import annotations

import csv
import io
import json
import re
import stat
import zipfile
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import openpyxl
import polars as pl
import pyoxigraph
import pytest
from rdflib import Graph

import audits
from opticgraph import report
from opticgraph.errors import InputError
from opticgraph.report import csv as flat
from opticgraph.report import html, junit, needs, picture, rows, text, words
from opticgraph.report.page import hashed
from opticgraph.result import Audit

GOLDEN = Path(__file__).parent / "golden"
SCHEMA = Path(report.__file__).with_name("audit.schema.json")
MADE: dict[str, Callable[[], Audit]] = {
    "fabric": audits.fabric,
    "hostile": audits.hostile,
    "empty": audits.empty,
    "fleet": lambda: audits.fleet(200),
}
ENDINGS = {name: endings[0] for name, (_, endings) in report.FORMATS.items()}
SH = "http://www.w3.org/ns/shacl#"


def made(format: str, audit: Audit) -> bytes:
    return report.render(audit, format=format, sources=audits.SOURCES)


@pytest.mark.parametrize("format", sorted(set(report.FORMATS) - {"parquet", "xlsx"}))
def test_fabric_is_reported_as_agreed(format: str) -> None:
    assert made(format, audits.fabric()) == (GOLDEN / f"report{ENDINGS[format]}").read_bytes()


def test_workbook_is_as_agreed() -> None:
    # The cells as text: how a workbook is packed is the library's affair.
    book = openpyxl.load_workbook(io.BytesIO(made("xlsx", audits.fabric())))
    lines = [
        [sheet.title, *("" if cell is None else str(cell) for cell in row)]
        for sheet in book
        for row in sheet.iter_rows(values_only=True)
    ]
    assert lines == list(csv.reader((GOLDEN / "report.xlsx.csv").read_text(encoding="utf-8").splitlines()))


def test_parquet_holds_what_the_json_does(tmp_path: Path) -> None:
    # The rows, not the bytes: how a Parquet file is packed is the library's affair.
    told = json.loads(made("json", audits.fabric()))
    report.write(audits.fabric(), path=tmp_path / "out", format="parquet")
    verdicts = pl.read_parquet(tmp_path / "out" / "verdicts.parquet").to_dicts()
    findings = pl.read_parquet(tmp_path / "out" / "findings.parquet").to_dicts()
    supplies = [finding.pop("supply") for finding in findings]
    for finding in findings:
        place = {"file": finding.pop("file"), "row": finding.pop("row")}
        finding["input"] = place if place["file"] is not None else None
    assert verdicts == told["verdicts"]
    assert findings == told["findings"]
    assert supplies == [finding.supply for finding in audits.fabric().findings]
    assert made("parquet", audits.fabric()) == (tmp_path / "out" / "findings.parquet").read_bytes()


@pytest.mark.parametrize("design", sorted(MADE))
@pytest.mark.parametrize("format", sorted(report.FORMATS))
def test_same_audit_same_bytes(format: str, design: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = made(format, MADE[design]())
    for name, value in {
        "COLUMNS": "37",
        "FORCE_COLOR": "1",
        "TERM": "dumb",
        "SOURCE_DATE_EPOCH": "1",
        "TZ": "Asia/Tokyo",
    }.items():
        monkeypatch.setenv(name, value)
    assert made(format, MADE[design]()) == before


# --- files ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "format"),
    [
        ("a.json", "json"),
        ("a.JSON", "json"),
        ("b.c/d.ttl", "turtle"),
        ("a.jsonld", "jsonld"),
        ("a.htm", "html"),
        ("a.xml", "junit"),
        ("a.txt", "text"),
        ("a.csv", "csv"),
        ("a.xlsx", "xlsx"),
    ],
)
def test_the_ending_tells_the_format(path: str, format: str) -> None:
    assert report.format_of(path) == format


def test_an_unknown_ending_is_named() -> None:
    with pytest.raises(InputError) as error:
        report.format_of("report.pdf")
    assert str(error.value) == (
        "report.pdf: the ending tells no report format; expected one of "
        ".csv .dqv.ttl .htm .html .json .jsonld .parquet .sarif .toml .ttl .txt .xlsx .xml, or name the format"
    )


def test_an_unknown_format_is_named() -> None:
    with pytest.raises(InputError) as error:
        report.render(audits.empty(), format="pdf")
    assert str(error.value) == (
        "pdf: no such report format; expected one of "
        "text json csv xlsx html turtle jsonld junit parquet sarif waivers dqv"
    )


def test_a_file_is_written_whole_and_replaces_the_old_one(tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    target.write_text("old")
    target.chmod(0o640)
    report.write(audits.fabric(), path=target)
    assert target.read_bytes() == made("json", audits.fabric())
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "report.json"
    target.write_text("old")

    def full(_: Path, __: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(InputError) as error:
        report.write(audits.fabric(), path=target)
    assert str(error.value) == f"{target}: cannot be written: No space left on device"
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        report.write(audits.empty(), path=tmp_path / "none" / "a.json")
    assert str(error.value) == f"{tmp_path / 'none' / 'a.json'}: cannot be written: No such file or directory"


def test_a_link_to_a_file_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "report.json").symlink_to("real.json")
    report.write(audits.empty(), path=tmp_path / "report.json")
    assert (tmp_path / "report.json").is_symlink()
    assert (tmp_path / "real.json").read_bytes() == made("json", audits.empty())


# --- JSON -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("design", sorted(MADE))
def test_json_follows_its_schema(design: str) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(json.loads(made("json", MADE[design]())))


def test_json_has_every_key_of_the_contract_and_no_other() -> None:
    told = json.loads(made("json", audits.fabric()))
    assert set(told) == {"opticgraph", "trust", "counts", "verdicts", "findings", "coverage", "read"}
    assert set(told["counts"]) == {"links", "works", "fails", "unknown"}
    assert {frozenset(verdict) for verdict in told["verdicts"]} == {
        frozenset({"link", "verdict", "rules", "assumed", "judged", "not_judged", "contested", "disputes"})
    }
    assert {frozenset(finding) for finding in told["findings"]} == {
        frozenset(
            {"id", "rule", "severity", "nature", "link", "links", "end", "subject", "message", "found", "limit", "unit"}
            | {"estimated", "sources", "contested", "input"}
        )
    }
    assert {frozenset(rule) for rule in told["coverage"]} == {
        frozenset({"rule", "judged", "found", "not_judged", "how", "why"})
    }
    assert set(told["read"]) == {"files", "guessed", "ignored"}


def test_json_is_sorted_and_ends_its_last_line() -> None:
    told = made("json", audits.hostile()).decode()
    again = json.dumps(json.loads(told), ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    assert again == told


@pytest.mark.parametrize("key", ["verdict", "severity", "how"])
def test_schema_refuses_a_word_it_does_not_know(key: str) -> None:
    told = json.loads(made("json", audits.fabric()))
    part = {"verdict": "verdicts", "severity": "findings", "how": "coverage"}[key]
    told[part][0][key] = "fine"
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert not jsonschema.Draft202012Validator(schema).is_valid(told)


# --- CSV and Excel ----------------------------------------------------------------------------------------------


def cells(design: Audit) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(made("csv", design).decode(), newline="")))


def test_csv_has_a_row_for_each_finding_of_each_link_and_one_for_a_link_without() -> None:
    audit = audits.fabric()
    told = [(row["link"], row["finding"]) for row in cells(audit)]
    findings = [(link, finding.id) for finding in audit.findings for link in finding.links]
    clear = {verdict.link for verdict in audit.verdicts} - {link for link, _ in findings}
    assert sorted(told) == sorted([*findings, *((link, "") for link in clear)])


def test_csv_runs_no_formula() -> None:
    every = [cell for row in cells(audits.hostile()) for cell in row.values()]
    assert [cell for cell in every if cell[:1] in "=+-@\t\r" and cell and not flat.NUMBER.fullmatch(cell)] == []
    assert {"'=cmd|' /C calc'!A0", "'+1+1", "'-2+3", "'@SUM(A1)"} <= set(every)


def test_csv_leaves_a_negative_figure_a_number() -> None:
    audit = audits.fabric()
    finding = replace(audit.findings[0], found="-14.2", unit="dBm")
    told = cells(replace(audit, findings=(finding, *audit.findings[1:])))
    assert [row["found"] for row in told if row["finding"] == finding.id] == ["-14.2"]


def test_csv_is_rfc_4180() -> None:
    told = made("csv", audits.fabric()).decode()
    assert told.count("\n") == told.count("\r\n") == len(told.splitlines())


@pytest.mark.parametrize("design", sorted(MADE))
def test_workbook_has_no_formula_and_no_link(design: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(made("xlsx", MADE[design]())))
    assert book.sheetnames == ["Verdicts", "Findings", "Missing", "Coverage", "Read"]
    every = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in every} <= {"s", "n"}
    assert [cell.coordinate for cell in every if cell.hyperlink] == []
    assert {(sheet.freeze_panes, sheet.auto_filter.ref is not None) for sheet in book} == {("B2", True)}


def test_workbook_bears_no_date_of_its_making() -> None:
    book = made("xlsx", audits.fabric())
    properties = openpyxl.load_workbook(io.BytesIO(book)).properties
    assert (str(properties.created), str(properties.modified)) == ("1980-01-01 00:00:00", "1980-01-01 00:00:00")
    assert {part.date_time for part in zipfile.ZipFile(io.BytesIO(book)).infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_workbook_shows_names_as_they_are() -> None:
    book = openpyxl.load_workbook(io.BytesIO(made("xlsx", audits.hostile())))
    shown = {row[0] for row in book["Verdicts"].iter_rows(min_row=2, values_only=True)}
    assert shown == {words.clean(verdict.link) for verdict in audits.hostile().verdicts}


# --- SHACL report -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("design", sorted(MADE))
def test_turtle_and_jsonld_are_one_graph(design: str) -> None:
    audit = MADE[design]()
    formats = {"turtle": pyoxigraph.RdfFormat.TURTLE, "jsonld": pyoxigraph.RdfFormat.JSON_LD}
    graphs = [pyoxigraph.Dataset(pyoxigraph.parse(made(name, audit), format=kind)) for name, kind in formats.items()]
    for graph in graphs:
        graph.canonicalize(pyoxigraph.CanonicalizationAlgorithm.UNSTABLE)
    assert graphs[0] == graphs[1]


def test_shacl_report_has_what_w3c_asks_of_a_result() -> None:
    audit = audits.fabric()
    graph = Graph().parse(data=made("turtle", audit), format="turtle")
    found = graph.query(
        """PREFIX sh: <http://www.w3.org/ns/shacl#>
        SELECT ?focus ?severity ?shape (COUNT(DISTINCT ?message) AS ?messages) WHERE {
          ?report a sh:ValidationReport ; sh:conforms false ; sh:result ?result .
          ?result a sh:ValidationResult ; sh:focusNode ?focus ; sh:resultSeverity ?severity ; sh:sourceShape ?shape ;
            sh:resultMessage ?message .
        } GROUP BY ?result ?focus ?severity ?shape"""
    )
    severity = {
        "violation": f"{SH}Violation",
        "warning": f"{SH}Warning",
        "unknown": "https://w3id.org/opticgraph/ontology#Unknown",
    }
    assert sorted(tuple(str(term) for term in row) for row in found) == sorted(
        (finding.focus, severity[finding.severity], finding.shape, "2") for finding in audit.findings
    )


def test_shacl_report_conforms_only_without_results() -> None:
    assert "    sh:conforms true ." in made("turtle", audits.empty()).decode().splitlines()
    warned = replace(audits.fabric(), findings=audits.fabric().findings[-1:])
    assert warned.findings[0].severity == "warning"
    assert "    sh:conforms false ;" in made("turtle", warned).decode().splitlines()


@pytest.mark.parametrize(
    ("value", "term"),
    [
        ("14", '"14"'),
        ('"14.5"^^<http://www.w3.org/2001/XMLSchema#decimal>', '"14.5"^^xsd:decimal'),
        ('"a\\"b\\u00e9"@en', '"a\\"bé"@en'),
        ("<https://w3id.org/opticgraph/catalog#LR4>", "<https://w3id.org/opticgraph/catalog#LR4>"),
        ("https://w3id.org/opticgraph/ontology#APC", "optic:APC"),
        ("<script>", '"<script>"'),
        ("leaf1:Ethernet1", '"leaf1:Ethernet1"'),
        ("two\nlines", '"two\\nlines"'),
    ],
)
def test_a_value_stays_the_term_it_was(value: str, term: str) -> None:
    finding = replace(audits.fabric().findings[0], value=value)
    told = made("turtle", replace(audits.fabric(), findings=(finding,))).decode()
    assert told.splitlines()[-1] == f"    sh:value {term} ."


# --- JUnit ------------------------------------------------------------------------------------------------------


def outcomes(fail_on: str) -> dict[str, str]:
    root = ElementTree.fromstring(junit.render(audits.fabric(), fail_on=fail_on))
    return {
        case.get("name", ""): next((part.tag for part in case if part.tag in ("failure", "skipped")), "passed")
        for case in root.iter("testcase")
    }


@pytest.mark.parametrize(
    ("fail_on", "violated", "unknown", "warned"),
    [
        ("violation", "failure", "skipped", "passed"),
        ("unknown", "failure", "failure", "passed"),
        ("warning", "failure", "failure", "failure"),
        ("never", "skipped", "skipped", "passed"),
    ],
)
def test_junit_fails_from_the_severity_asked_for(fail_on: str, violated: str, unknown: str, warned: str) -> None:
    told = outcomes(fail_on)
    assert (told["fra-L05"], told["fra-L06"], told["ams-L03"], told["ams-L01"]) == (violated, unknown, warned, "passed")


def test_junit_has_each_link_once_and_sums_that_agree() -> None:
    root = ElementTree.fromstring(junit.render(audits.fabric()))
    links = [verdict.link for verdict in audits.fabric().verdicts]
    assert sorted(case.get("name", "") for case in root.iter("testcase")) == sorted(
        [*links, "group leaf4 uplinks: group keeps its floor"]
    )
    for suite in root.iter("testsuite"):
        sums = {
            "tests": len(suite.findall("testcase")),
            "failures": len(suite.findall("testcase/failure")),
            "errors": 0,
        }
        sums |= {"skipped": len(suite.findall("testcase/skipped"))}
        assert {key: int(suite.get(key, "-1")) for key in sums} == sums
    assert int(root.get("tests", "")) == len(list(root.iter("testcase")))
    assert int(root.get("failures", "")) == len(list(root.iter("failure")))


def test_junit_keeps_to_the_schema_of_jenkins() -> None:
    allowed = {
        "testsuites": {"name", "tests", "failures", "errors"},
        "testsuite": {"name", "tests", "failures", "errors", "skipped"},
        "testcase": {"name", "classname"},
        "failure": {"message", "type"},
        "skipped": {"message"},
        "system-out": set(),
    }
    for design in MADE.values():
        for element in ElementTree.fromstring(junit.render(design())).iter():
            assert set(element.attrib) == allowed[element.tag]


# --- HTML -------------------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """What a browser makes of the page: elements with their attributes, and the text outside of script and style."""

    def __init__(self, audit: Audit) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text: list[str] = []
        self.inside = ""
        self.feed(html.render(audit, sources=audits.SOURCES))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self.inside = tag if tag in ("script", "style") else ""

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if not self.inside:
            self.text.append(data)


@pytest.mark.parametrize("design", sorted(MADE))
def test_page_asks_for_nothing_from_elsewhere(design: str) -> None:
    page = Page(MADE[design]())
    loading = {"src", "srcset", "action", "formaction", "data", "poster", "background", "ping", "style"}
    assert [tag for tag, attributes in page.tags if loading & set(attributes)] == []
    assert {tag for tag, _ in page.tags} & {"link", "img", "iframe", "object", "embed", "base", "use", "image"} == set()
    addresses = {attributes["href"] for tag, attributes in page.tags if "href" in attributes}
    known = {address for _, address in audits.SOURCES.values() if address.startswith("http")}
    assert {address for address in addresses if not address.startswith("#")} <= known
    assert re.findall(r"url\(|@import|fetch\(|XMLHttpRequest|import\(", html.render(MADE[design]())) == []


@pytest.mark.parametrize("design", sorted(MADE))
def test_page_has_one_script_and_one_style_and_no_handler(design: str) -> None:
    page = Page(MADE[design]())
    assert [tag for tag, _ in page.tags if tag in ("script", "style")] == ["style", "script"]
    assert [name for _, attributes in page.tags for name in attributes if name.startswith("on")] == []


def test_page_policy_names_the_hash_of_its_script_and_style() -> None:
    page = html.render(audits.fabric())
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    inside = [re.search(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL) for tag in ("style", "script")]
    assert policy is not None
    assert [found is not None for found in inside] == [True, True]
    style, script = (hashed(found[1]) for found in inside if found)
    assert policy[1] == (
        f"default-src 'none'; style-src '{style}'; script-src '{script}'; base-uri 'none'; form-action 'none'"
    )


def test_page_shows_hostile_names_as_text() -> None:
    shown = " ".join(Page(audits.hostile()).text)
    assert [
        name for name in (words.clean(verdict.link) for verdict in audits.hostile().verdicts) if name not in shown
    ] == []


def test_page_has_every_place_it_points_to() -> None:
    page = Page(audits.fabric())
    places = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
    assert {
        attributes["href"][1:] for _, attributes in page.tags if attributes.get("href", "").startswith("#")
    } <= places


def test_page_of_many_links_says_what_it_leaves_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "MOST_ROWS", 50)
    shown = " ".join(Page(audits.fleet(200)).text)
    assert shown.count("150 more links are not on this page, none of them worse than those above.") == 1


# --- the picture ------------------------------------------------------------------------------------------------


def drawn(audit: Audit) -> picture.Picture:
    made = picture.picture(rows.rows(audit))
    assert made is not None
    return made


@pytest.mark.parametrize(
    "design",
    [audits.fabric, audits.hostile, lambda: audits.fleet(320, 2), lambda: audits.fleet(2000), lambda: audits.mesh(40)],
)
def test_nothing_in_the_picture_covers_anything_else(design: Callable[[], Audit]) -> None:
    seen = drawn(design())
    for things in (seen.nodes, seen.boxes):
        for index, one in enumerate(things):
            assert one.x >= 0 and one.x + one.width <= seen.width
            assert one.y >= 0 and one.y + one.height <= seen.height
            for two in things[:index]:
                apart = one.x >= two.x + two.width or two.x >= one.x + one.width
                assert apart or one.y >= two.y + two.height or two.y >= one.y + one.height


def test_picture_draws_devices_and_bundles_parallel_links() -> None:
    seen = drawn(audits.fabric())
    devices = {str(link[f"{side}_device"]) for link in audits.fabric().links for side in "ab"}
    assert {node.find for node in seen.nodes} == devices
    assert [box.label for box in seen.boxes] == ["ams1", "fra1"]
    pairs = {frozenset((link["a_device"], link["b_device"])) for link in audits.fabric().links}
    assert len(seen.lines) == len(pairs)


def test_picture_of_too_many_devices_is_of_sites() -> None:
    seen = drawn(audits.fleet(2000))
    assert [node.label for node in seen.nodes] == [f"site{number}" for number in range(8)]
    assert seen.note == "536 devices are too many to tell apart: sites are drawn."


def test_no_picture_of_nothing() -> None:
    assert picture.picture([]) is None


# --- text and words ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [80, 100, 120])
@pytest.mark.parametrize("design", sorted(MADE))
def test_text_keeps_to_its_width_and_has_no_control_character(design: str, width: int) -> None:
    told = text.render(MADE[design](), width=width)
    assert [line for line in told.splitlines() if len(line) > width] == []
    assert re.findall(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", told) == []


def test_text_has_colour_only_where_asked_for() -> None:
    colour = text.render(audits.fabric(), colour=True)
    assert "\x1b[" in colour
    plain = re.sub(r"\x1b\[[0-9;]*m", "", colour)
    assert [line.rstrip() for line in plain.splitlines()] == text.render(audits.fabric()).splitlines()


def test_text_of_many_links_is_summed_by_rule() -> None:
    told = text.render(audits.fleet(2000), listed=3).splitlines()
    assert told[0] == "2,000 links: 74 fail, 74 unknown, 1,852 work"
    assert [line.split() for line in told if line.startswith("  loss within budget   ")] == [
        ["loss", "within", "budget", "74", "74"]
    ]
    assert "219 more links fail, are unknown or have warnings. See all: --format html, csv, xlsx or json." in told
    assert len(told) < 60


def test_verdicts_speak_as_the_contract_has_it() -> None:
    told = {row.name: words.headline(row) for row in rows.rows(audits.fabric())}
    assert {
        name: told[name] for name in ("ams-L08", "ams-L07", "fra-L05", "fra-L06", "fra-L07", "wan-3", "ams-L01")
    } == {
        "ams-L08": "No link possible as recorded: the module does not fit the cage; record or part is wrong (1 more)",
        "ams-L07": "Group leaf4 uplinks: 50 Gb/s below the group's floor",
        "fra-L05": "1.2 dB over budget; may be running",
        "fra-L06": "Cannot tell: give length_km or loss_db",
        "fra-L07": "1.1 km beyond reach",
        "wan-3": "Cannot tell: give a_module and b_module",
        "ams-L01": "Within spec; 8 of 9 aspects judged, 2 assumed",
    }


def test_a_planned_link_is_not_said_to_run() -> None:
    finding = next(finding for finding in audits.fabric().findings if finding.nature == "cannot")
    assert words.says(finding, active=False) == "No link possible: the two ends speak different interfaces"


def test_what_to_supply_counts_links_and_those_it_alone_settles() -> None:
    told = [(supply.need.columns, supply.asked, supply.settles) for supply in needs.supplies(audits.fabric())]
    assert told == [("a_module, b_module", 1, 1), ("length_km or loss_db", 1, 1), ("loss_db", 1, 1)]


def test_a_fec_that_is_missing_is_asked_for_by_its_column() -> None:
    finding = next(finding for finding in audits.fabric().findings if finding.severity == "unknown")
    assert needs.give(replace(finding, rule="link-within-reach", supply="fec", end=None)) == "a_fec, b_fec"
    assert needs.give(replace(finding, rule="module-fits-cage", supply=None, end="b")) == "b_cage or b_device_type"
    assert needs.give(replace(finding, supply="connector", end="a")) == "connector or a_connector"
    assert needs.give(replace(finding, supply="connector", end=None)) == "connector or a_connector, b_connector"
    assert needs.give(replace(finding, rule="own", supply=None, path="https://example.org/asset#tag")) == "tag"


def test_every_rule_of_the_shipped_shapes_knows_what_it_asks_for() -> None:
    shapes = Path(__file__).parent.parent / "shapes"
    assert {path.stem for path in shapes.glob("*.ttl")} - {"prefixes"} == set(needs.ASKS)
    named = {
        column for path in shapes.glob("*.ttl") for column in re.findall(r'optic:supply "([^"]*)"', path.read_text())
    }
    assert named | set(needs.ASKS.values()) <= set(needs.NEEDS)


@pytest.mark.parametrize(
    ("names", "ordered"),
    [(["leaf10", "leaf2", "Leaf1"], ["Leaf1", "leaf2", "leaf10"]), (["2", "10", "a"], ["2", "10", "a"])],
)
def test_names_are_ordered_as_people_do(names: list[str], ordered: list[str]) -> None:
    assert sorted(names, key=rows.natural) == ordered
