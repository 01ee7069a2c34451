"""What docs/recipes and the hook promise is run, each with the tool it is for where that is there.

Dagster comes with the dependency group recipes. Airflow wants an environment of its own: OPTICGRAPH_AIRFLOW names the
`airflow` command of one that has opticgraph too, and OPTICGRAPH_DATAHUB a Python with acryl-datahub.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shlex
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from click.testing import CliRunner

from opticgraph.cli import cli
from receiving import receiver

ROOT = Path(__file__).parent.parent
RECIPES = ROOT / "docs" / "recipes"
GOOD = """link,a_device,a_port,a_cage,a_module,b_device,b_port,b_cage,b_module,fiber_type,connector,length_km
near,l1,1,QSFP28,100GBASE-LR4,l2,1,QSFP28,100GBASE-LR4,OS2,LC duplex,8
"""
BAD = GOOD.replace("LC duplex,8", "LC duplex,14")


@pytest.fixture(autouse=True)
def _inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("network").mkdir()
    Path("network/links.csv").write_text(GOOD, encoding="utf-8")
    Path("network/waivers.toml").write_text("", encoding="utf-8")
    Path("bad.csv").write_text(BAD, encoding="utf-8")


def run(command: str) -> tuple[int, BaseException | None]:
    done = CliRunner().invoke(cli, shlex.split(command)[1:], standalone_mode=False)
    return done.return_value, done.exception


def test_every_recipe_is_told_of() -> None:
    told = re.findall(r"recipes/([\w.-]+)", (ROOT / "docs" / "pipelines.md").read_text(encoding="utf-8"))
    assert sorted(told) == sorted(each.name for each in RECIPES.iterdir() if each.is_file())


def test_the_hook_passes_a_sound_sheet_and_stops_another() -> None:
    text = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    [entry] = re.findall(r"^  entry: (.+)$", text, re.MULTILINE)
    [files] = re.findall(r"^  files: (.+)$", text, re.MULTILINE)
    assert re.search(files, "network/links.csv")
    assert not re.search(files, "network/links.csv.md")
    assert run(f"{entry} network/links.csv") == (0, None)
    assert run(f"{entry} network/links.csv bad.csv")[0] != 0


def test_the_commands_of_code_scanning_write_what_is_uploaded() -> None:
    text = (RECIPES / "code-scanning.yml").read_text(encoding="utf-8")
    [command] = re.findall(r"run: (opticgraph .+)$", text, re.MULTILINE)
    [upload] = re.findall(r"sarif_file: (.+)$", text, re.MULTILINE)
    assert run(command) == (0, None)
    assert json.loads(Path(upload).read_text(encoding="utf-8"))["version"] == "2.1.0"


@pytest.mark.parametrize(("sheet", "stopped"), [("network/links.csv", False), ("bad.csv", True)])
def test_a_blocking_check_of_dagster_stops_the_run(sheet: str, stopped: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not importlib.util.find_spec("dagster"):
        pytest.skip("Dagster is absent: install the dependency group recipes")
    monkeypatch.setenv("LINKS", sheet)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of Dagster and what it brings
        from dagster import DagsterInstance, materialize

        spec = importlib.util.spec_from_file_location("dagster_checks", RECIPES / "dagster_checks.py")
        assert spec is not None and spec.loader is not None
        recipe = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(recipe)
        with DagsterInstance.ephemeral() as instance:
            done = materialize([recipe.links, recipe.optics], raise_on_error=False, instance=instance)
    told = {each.check_name: (each.passed, each.severity.name) for each in done.get_asset_check_evaluations()}
    assert done.success is not stopped
    assert told["link_within_reach"] == ((False, "ERROR") if stopped else (True, "WARN"))
    assert set(told) == {rule.replace("-", "_") for rule in recipe.RULES}


@pytest.mark.parametrize(("sheet", "state"), [("network/links.csv", "success"), ("bad.csv", "failed")])
def test_the_dag_of_airflow_fails_by_the_exit_code_and_keeps_the_reports(sheet: str, state: str) -> None:
    airflow = os.environ.get("OPTICGRAPH_AIRFLOW")
    if not airflow:
        pytest.skip("OPTICGRAPH_AIRFLOW names no airflow command")
    Path("home/dags").mkdir(parents=True)
    Path("reports").mkdir()
    Path("home/dags/optics.py").write_bytes((RECIPES / "airflow_dag.py").read_bytes())
    environment = {
        **os.environ,
        "AIRFLOW_HOME": str(Path("home").resolve()),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "LINKS": str(Path(sheet).resolve()),
        "REPORTS": str(Path("reports").resolve()),
        "PATH": f"{Path(airflow).parent}{os.pathsep}{os.environ['PATH']}",
    }
    subprocess.run([airflow, "db", "migrate"], env=environment, check=True, capture_output=True)
    asked = [airflow, "dags", "test", "optics", "2026-11-22"]
    done = subprocess.run(asked, env=environment, check=False, capture_output=True, text=True)
    assert f"state={state}" in done.stdout + done.stderr
    assert sorted(each.name for each in Path("reports").iterdir()) == ["event.json", "report.html", "report.json"]


def test_results_reach_the_test_cases_of_openmetadata() -> None:
    assert run("opticgraph audit bad.csv --report result.json") == (1, None)
    Path("cases.json").write_text('{"link-within-reach": "id-1", "fiber-suits-module": "id-2"}', encoding="utf-8")
    recipe = [sys.executable, str(RECIPES / "openmetadata.py"), "result.json"]
    with receiver() as server:
        environment = {**os.environ, "HOST": server.address, "TOKEN": "t", "CASES": "cases.json"}
        subprocess.run(recipe, env=environment, check=True)
    told = {each.path: (each.by, each.body["testCaseStatus"], each.body["result"][:22]) for each in server.got}
    assert told == {
        "/api/v1/dataQuality/testCases/id-1/testCaseResult": ("Bearer t", "Failed", "1 findings on 1 judged"),
        "/api/v1/dataQuality/testCases/id-2/testCaseResult": ("Bearer t", "Success", "0 findings on 1 judged"),
    }
    assert all(isinstance(each.body["timestamp"], int) for each in server.got)


# What a server of DataHub says of itself before anything is sent to it.
DATAHUB = {"noCode": "true", "versions": {"acryldata/datahub": {"version": "v1.0.0", "commit": "none"}}}
DATASET = "urn:li:dataset:(urn:li:dataPlatform:file,network/links.csv,PROD)"


def test_assertions_and_their_results_reach_datahub() -> None:
    """Its own check takes the file, and a server gets the same: an assertion and a run of it for each rule."""
    python = os.environ.get("OPTICGRAPH_DATAHUB")
    if not python:
        pytest.skip("OPTICGRAPH_DATAHUB names no Python that has acryl-datahub")
    assert run("opticgraph audit bad.csv --report result.json") == (1, None)
    recipe = [python, str(RECIPES / "datahub_assertions.py"), "result.json"]
    environment = {**os.environ, "DATASET": DATASET, "DATAHUB_TELEMETRY_ENABLED": "false"}
    subprocess.run(recipe, env=environment, check=True)
    check = [str(Path(python).parent / "datahub"), "check", "metadata-file", "datahub.json"]
    subprocess.run(check, env=environment, check=True, capture_output=True)
    written = json.loads(Path("datahub.json").read_text(encoding="utf-8"))
    with receiver(asked=DATAHUB) as server:
        subprocess.run(recipe, env={**environment, "SERVER": server.address, "TOKEN": "t"}, check=True)
    sent = [(each.by, each.body["proposal"]["entityUrn"], each.body["proposal"]["aspectName"]) for each in server.got]
    assert sent == [("Bearer t", each["entityUrn"], each["aspectName"]) for each in written]
    rules = {
        each["entityUrn"]: each["aspect"]["json"]["description"] for each in written if "Info" in each["aspectName"]
    }
    failed = {
        rules[each["entityUrn"]]: each["aspect"]["json"]["result"]["type"] == "FAILURE"
        for each in written
        if "RunEvent" in each["aspectName"]
    }
    result = json.loads(Path("result.json").read_text(encoding="utf-8"))
    found = {each["rule"] for each in result["findings"]}
    assert failed == {each["rule"]: each["rule"] in found for each in result["coverage"] if each["judged"]}
