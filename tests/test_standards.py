"""Reports keep to the schemas of those who read them: SARIF to that of OASIS, JUnit to that of Jenkins."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import xmlschema

import audits
import opticgraph
from opticgraph import report
from opticgraph.report import junit, sarif
from opticgraph.resources import folder
from opticgraph.result import Audit

SCHEMAS = Path(__file__).parent / "schemas"
EXAMPLES = sorted(each.name for each in folder("examples").iterdir() if each.is_dir())
MADE: Mapping[str, Callable[[], Audit]] = {"fabric": audits.fabric, "hostile": audits.hostile, "empty": audits.empty}


@functools.cache
def made(name: str) -> Audit:
    return MADE[name]() if name in MADE else opticgraph.audit(opticgraph.load(folder("examples") / name))


def logged(audit: Audit) -> Any:
    return json.loads(report.render(audit, format="sarif", sources=audits.SOURCES))


def run_of(audit: Audit) -> Any:
    [run] = logged(audit)["runs"]
    return run


@functools.cache
def sarif_schema() -> jsonschema.Draft7Validator:
    told = json.loads((SCHEMAS / "sarif-2.1.0.json").read_text(encoding="utf-8"))
    return jsonschema.Draft7Validator(told, format_checker=jsonschema.FormatChecker())


@functools.cache
def junit_schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(SCHEMAS / "junit-10.xsd")


@pytest.mark.parametrize("name", [*MADE, *EXAMPLES])
def test_sarif_and_junit_keep_to_their_schemas(name: str) -> None:
    audit = made(name)
    sarif_schema().validate(logged(audit))
    for level in ("violation", "unknown", "warning", "never"):
        junit_schema().validate(junit.render(audit, fail_on=level))


def test_the_schemas_refuse_what_is_not_theirs() -> None:
    log = logged(audits.fabric())
    log["runs"][0]["results"][0]["level"] = "violation"
    assert not sarif_schema().is_valid(log)
    assert not junit_schema().is_valid("<testsuites><testsuite><testcase/></testsuite></testsuites>")


def test_a_finding_points_at_the_row_it_was_read_from() -> None:
    [first, *_] = [each for each in run_of(audits.fabric())["results"] if each["ruleId"] == "loss-within-budget"]
    assert first["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "fabric/links.csv", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 14},
    }
    assert first["locations"][0]["logicalLocations"] == [{"name": "fra-L05", "kind": "resource"}]


def test_what_is_about_a_group_points_at_the_file_and_names_its_links() -> None:
    [found] = [each for each in run_of(audits.fabric())["results"] if each["ruleId"] == "group-keeps-its-floor"]
    assert found["locations"][0] == {
        "physicalLocation": {"artifactLocation": {"uri": "fabric/links.csv", "uriBaseId": "%SRCROOT%"}},
        "logicalLocations": [{"name": "ams-L07", "kind": "resource"}, {"name": "ams-L08", "kind": "resource"}],
    }


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_finding_is_a_result_with_its_level_and_its_fingerprint(name: str) -> None:
    audit = made(name)
    run = run_of(audit)
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    told = [
        (each["partialFingerprints"]["opticgraphFinding/v1"], each["level"], rules[each["ruleIndex"]], each["ruleId"])
        for each in run["results"]
    ]
    assert told == [(f.id, sarif.LEVELS[f.severity], f.rule, f.rule) for f in audit.findings]
    assert all(each["locations"][0]["physicalLocation"] for each in run["results"])


def test_a_rule_brings_its_sentence_and_its_sources() -> None:
    [rule] = [each for each in run_of(made("article"))["tool"]["driver"]["rules"] if each["id"] == "fec-agrees"]
    assert rule["fullDescription"]["text"] in rule["help"]["text"]
    assert "Sources: " in rule["help"]["text"]


def test_a_name_is_no_link_in_a_message() -> None:
    assert sarif._plain("leaf [1](https://example.org)") == "leaf \\[1\\](https://example.org)"
    assert sarif._plain("port [1]") == "port [1]"


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("net/my links.csv", {"uri": "net/my%20links.csv", "uriBaseId": "%SRCROOT%"}),
        ("/data/links.csv", {"uri": "file:///data/links.csv"}),
    ],
)
def test_a_file_is_an_address(file: str, uri: object) -> None:
    assert sarif._artifact(file) == uri
