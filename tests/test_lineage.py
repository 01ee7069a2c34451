"""Lineage of a run and the record for a data catalogue: read by those they are for, counted against the audit."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

import audits
from opticgraph import audit as judged
from opticgraph import load, report
from opticgraph.cli import cli
from opticgraph.errors import InputError
from opticgraph.lineage import event, hand_over
from opticgraph.result import Audit
from receiving import Received, Receiver, receiver

WHEN = datetime(2026, 11, 22, 12, tzinfo=UTC)
MADE = {"fabric": audits.fabric, "hostile": audits.hostile, "empty": audits.empty}


def assertions(audit: Audit, fail_on: str = "violation") -> dict[str, tuple[bool, str]]:
    facet = event(audit, when=WHEN, fail_on=fail_on)["inputs"][0]["inputFacets"]["dataQualityAssertions"]
    return {each["assertion"]: (each["success"], each["severity"]) for each in facet["assertions"]}


def test_a_rule_succeeds_without_findings_and_is_an_error_from_the_level_asked_for() -> None:
    told = assertions(audits.fabric())
    assert told["link-within-reach"] == (False, "error")
    assert told["module-is-known"] == (False, "warn")
    assert assertions(audits.fabric(), "unknown")["module-is-known"] == (False, "error")
    assert assertions(audits.fabric(), "never")["link-within-reach"] == (False, "warn")


def test_a_rule_that_judged_nothing_asserts_nothing() -> None:
    assert not {"breakout-legs-are-independent", "line-carries-coherent"} & set(assertions(audits.fabric()))


def test_the_same_run_has_the_same_id_and_another_time_another() -> None:
    one, two = event(audits.fabric(), when=WHEN), event(audits.fabric(), when=WHEN)
    assert one == two
    assert event(audits.fabric(), when=WHEN.replace(hour=13))["run"]["runId"] != one["run"]["runId"]


@pytest.mark.parametrize("name", MADE)
def test_the_client_of_openlineage_takes_it_as_its_own(name: str) -> None:
    """Its classes are made from the schemas of event and facets: an unknown field or a missing one is an error."""
    if not importlib.util.find_spec("openlineage"):
        pytest.skip("openlineage-python is absent: install the dependency group oracles")
    from openlineage.client.event_v2 import InputDataset, Job, Run, RunEvent, RunState
    from openlineage.client.facet_v2 import data_quality_assertions_dataset, processing_engine_run
    from openlineage.client.serde import Serde

    told = event(MADE[name](), when=WHEN)
    inputs = []
    for each in told["inputs"]:
        facets = {}
        if "inputFacets" in each:
            facet = each["inputFacets"]["dataQualityAssertions"]
            made = data_quality_assertions_dataset.Assertion
            facets["dataQualityAssertions"] = data_quality_assertions_dataset.DataQualityAssertionsDatasetFacet(
                assertions=[made(**one) for one in facet["assertions"]], producer=facet["_producer"]
            )
        inputs.append(InputDataset(namespace=each["namespace"], name=each["name"], inputFacets=facets))
    engine = told["run"]["facets"]["processing_engine"]
    theirs = RunEvent(
        eventType=RunState[told["eventType"]],
        eventTime=told["eventTime"],
        producer=told["producer"],
        run=Run(
            runId=told["run"]["runId"],
            facets={
                "processing_engine": processing_engine_run.ProcessingEngineRunFacet(
                    name=engine["name"], version=engine["version"], producer=engine["_producer"]
                )
            },
        ),
        job=Job(**told["job"]),
        inputs=inputs,
        outputs=[],
    )
    assert pruned(json.loads(Serde.to_json(theirs))) == told


def pruned(told: Any) -> Any:
    """Without the facets that are not there, which the client writes as {}."""
    if isinstance(told, list):
        return [pruned(each) for each in told]
    if isinstance(told, dict):
        return {key: pruned(each) for key, each in told.items() if each != {}}
    return told


@pytest.fixture
def server() -> Iterator[Receiver]:
    with receiver(refused={"/refused": 401, "/moved": 307}) as held:
        yield held


def test_it_is_sent_where_it_is_asked_to_with_the_key(server: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENLINEAGE_API_KEY", "secret")
    told = event(audits.hostile(), when=WHEN)
    hand_over(told, f"{server.address}/")
    assert server.got == [Received("/", "Bearer secret", json.loads(json.dumps(told)))]


@pytest.mark.parametrize(("path", "code"), [("refused", 401), ("moved", 307)])
def test_a_receiver_that_does_not_take_it_is_told_and_no_redirect_is_followed(
    server: Receiver, path: str, code: int
) -> None:
    with pytest.raises(InputError, match=f"{path}: found the answer {code}; expected that it takes the event"):
        hand_over({}, f"{server.address}/{path}")
    assert server.got == []


def test_a_receiver_that_is_not_there_is_told() -> None:
    with receiver() as gone:
        pass
    with pytest.raises(InputError, match="the event could not be sent"):
        hand_over({}, f"{gone.address}/")


SHEET = """link,a_device,a_port,a_cage,a_module,b_device,b_port,b_cage,b_module,fiber_type,connector,length_km
far,l1,1,QSFP28,100GBASE-LR4,l2,1,QSFP28,100GBASE-LR4,OS2,LC duplex,14
"""


def test_the_command_writes_it_beside_the_reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795305600")
    Path("links.csv").write_text(SHEET, encoding="utf-8")
    asked = ["audit", "links.csv", "--lineage", "event.json", "--report", "record.dqv.ttl"]
    assert CliRunner().invoke(cli, asked, standalone_mode=False).return_value == 1
    told = json.loads(Path("event.json").read_text(encoding="utf-8"))
    assert told["eventTime"] == "2026-11-22T00:00:00Z"
    assert [each["name"] for each in told["inputs"]] == ["links.csv"]
    assert "dqv:QualityMeasurement" in Path("record.dqv.ttl").read_text(encoding="utf-8")


# --- the record for a data catalogue ----------------------------------------------------------------------------

PREFIXES = """
PREFIX dqv: <http://www.w3.org/ns/dqv#>
PREFIX dcat: <http://www.w3.org/ns/dcat#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
"""


def asked(audit: Audit, query: str) -> list[tuple[str, ...]]:
    store = ox.Store()
    store.load(report.render(audit, format="dqv"), format=ox.RdfFormat.TURTLE)
    return [tuple(str(getattr(value, "value", value)) for value in row) for row in store.query(PREFIXES + query)]


def short(iri: str) -> str:
    return unquote(iri.rpartition("#")[2])


@pytest.mark.parametrize("name", MADE)
def test_measurements_are_the_counts_of_the_audit(name: str) -> None:
    audit = MADE[name]()
    rows = asked(
        audit,
        "SELECT ?metric ?value WHERE { ?m dqv:isMeasurementOf ?metric ; dqv:value ?value "
        "FILTER NOT EXISTS { ?m dcterms:subject ?rule } }",
    )
    assert {short(metric): int(value) for metric, value in rows} == dict(audit.counts)
    rules = asked(audit, "SELECT ?rule ?value WHERE { ?m dcterms:subject ?rule ; dqv:value ?value }")
    told = {each.rule: each.found for each in audit.coverage if each.judged or each.found}
    assert {short(rule): int(value) for rule, value in rules} == told


def test_every_metric_has_a_definition_and_a_dimension() -> None:
    used = asked(audits.fabric(), "SELECT DISTINCT ?metric WHERE { ?m dqv:isMeasurementOf ?metric }")
    told = asked(audits.fabric(), "SELECT ?m WHERE { ?m a dqv:Metric ; dqv:inDimension ?d ; dqv:expectedDataType ?t }")
    assert sorted(used) == sorted(told)


def test_the_record_says_what_the_report_was_made_of() -> None:
    used = asked(
        audits.fabric(),
        "SELECT ?label WHERE { ?report a dcat:Dataset ; prov:wasGeneratedBy ?run . "
        "{ ?run prov:used ?e } UNION { ?run prov:used ?design . ?design prov:wasGeneratedBy ?import . "
        "?import prov:used ?e } OPTIONAL { ?e rdfs:comment ?said } "
        "OPTIONAL { ?e rdfs:label ?named } OPTIONAL { ?e dcterms:identifier ?id } "
        "BIND(COALESCE(?named, ?id, ?said) AS ?label) }",
    )
    assert sorted(label for (label,) in used) == [
        "The network as read: 18 links, 41 ports, 12 devices, 5 groups, 9 values assumed, 2 notes.",
        "catalogue of opticgraph 0.1.0",
        "fabric/links.csv",
        "fabric/ports.csv",
        "rules of opticgraph 0.1.0",
        "trust policy standards",
    ]


def test_the_record_has_the_hash_of_each_file(tmp_path: Path) -> None:
    sheet = tmp_path / "links.csv"
    sheet.write_text("a_device,a_port,b_device,b_port\nl1,1,l2,1\n", encoding="utf-8")
    told = asked(
        judged(load(sheet)),
        "SELECT ?id WHERE { ?file a dcat:Dataset ; dcterms:identifier ?id . ?import prov:used ?file }",
    )
    assert {id for (id,) in told} == {str(sheet), f"sha256:{hashlib.sha256(sheet.read_bytes()).hexdigest()}"}
