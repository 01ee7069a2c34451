"""The command line as pipelines see it: exit codes, what goes to stdout and what to stderr, and every clear error."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from opticgraph import cli

GOOD = """link,a_device,a_port,a_cage,a_module,b_device,b_port,b_cage,b_module,fiber_type,connector,length_km
works,leaf1,1,QSFP28,100GBASE-LR4,leaf2,1,QSFP28,100GBASE-LR4,OS2,LC duplex,{km}
"""


@pytest.fixture
def sheet(tmp_path: Path):  # type: ignore[no-untyped-def]
    def write(text: str, name: str = "links.csv") -> str:
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        return str(file)

    return write


def run(*arguments: str, input: str | None = None) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a command, in this process but through `main`."""
    result = CliRunner().invoke(_main, list(arguments), input=input, catch_exceptions=False)
    return result.exit_code, result.stdout, result.stderr


class _Main:
    """`main` with arguments, as click's runner calls a command."""

    name = "opticgraph"

    def main(self, args: list[str], prog_name: str, **_: object) -> None:
        argv, sys.argv = sys.argv, [prog_name, *args]
        try:
            cli.main()
        finally:
            sys.argv = argv


_main = _Main()


@pytest.mark.parametrize(
    ("km", "fail_on", "code"),
    [
        ("8", "violation", 0),
        ("14", "violation", 1),
        ("14", "never", 0),
        ("", "violation", 4),
        ("", "unknown", 4),
        ("", "never", 0),
    ],
)
def test_exit_codes(sheet, km: str, fail_on: str, code: int) -> None:  # type: ignore[no-untyped-def]
    assert run("audit", sheet(GOOD.format(km=km)), "--fail-on", fail_on)[0] == code


def test_unknown_beside_works_fails_only_if_asked(sheet) -> None:  # type: ignore[no-untyped-def]
    file = sheet(GOOD.format(km="8") + "open,leaf1,2,QSFP28,100GBASE-LR4,leaf2,2,QSFP28,100GBASE-LR4,OS2,LC duplex,\n")
    assert run("audit", file)[0] == 0
    assert run("audit", file, "--fail-on", "unknown")[0] == 1


def test_stdout_is_the_answer_and_json_is_the_contracts(sheet) -> None:  # type: ignore[no-untyped-def]
    code, out, err = run("audit", sheet(GOOD.format(km="14")), "--format", "json")
    told = json.loads(out)
    assert (code, err) == (1, "")
    assert told["counts"] == {"fails": 1, "links": 1, "unknown": 0, "works": 0}
    assert [(f["rule"], f["severity"], f["found"], f["limit"], f["unit"]) for f in told["findings"]][:1] == [
        ("link-within-reach", "violation", "14000", "10000", "m")
    ]


def test_several_reports_in_one_run(sheet, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    files = [tmp_path / name for name in ("a.html", "b.json", "c.xlsx", "d.ttl", "e.xml", "f.csv", "g.jsonld", "h.txt")]
    code, out, _ = run("audit", sheet(GOOD.format(km="8")), *(x for f in files for x in ("--output", str(f))))
    assert (code, out) == (0, "")
    assert all(file.stat().st_size > 100 for file in files)


def test_two_runs_give_identical_bytes(sheet, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    file = sheet(GOOD.format(km="14"))
    for format in ("text", "json", "csv", "xlsx", "html", "turtle", "jsonld", "junit"):
        one, other = tmp_path / f"1.{format}", tmp_path / f"2.{format}"
        for target in (one, other):
            run("audit", file, "--format", format, "--output", str(target))
        assert one.read_bytes() == other.read_bytes(), format


def test_standard_input(sheet) -> None:  # type: ignore[no-untyped-def]
    assert run("audit", "-", input=GOOD.format(km="8"))[0] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["audti", "x"], "No such command 'audti'. Did you mean audit?"),
        (["audit"], "Missing argument 'DESIGN...'"),
        (["audit", "x", "--format", "jsn"], "'jsn' is not one of text, json"),
        (["audit", "x", "--format", "json", "--format", "csv"], "Several --format need as many --output"),
        (["audit", "x", "--output", "a.docx"], "the ending tells no report format"),
        (["audit", "nowhere.csv"], "nowhere.csv"),
        (["audit", "x", "--fail-on", "error"], "'error' is not one of 'violation'"),
        (["catalog", "modles"], "'modles' is not one of 'modules'"),
        (["catalog", "modules", "LR44444"], "catalog modules: found nothing by the name 'LR44444'"),
    ],
)
def test_mistakes_of_the_user_exit_2_and_say_what_was_expected(arguments: list[str], said: str) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert "Traceback" not in err


def test_an_unknown_trust_policy_and_a_broken_rule_file(sheet) -> None:  # type: ignore[no-untyped-def]
    good = sheet(GOOD.format(km="8"))
    code, _, err = run("audit", good, "--trust", "standart")
    assert code == 2
    assert "found 'standart'; expected a Turtle file or one of playbook, standards" in err
    code, _, err = run("audit", good, "--rules", sheet("@prefix : <x:> .\n:a :b", "broken.ttl"))
    assert code == 2
    assert "broken.ttl" in err
    assert "expected valid Turtle" in err
    code, _, err = run("audit", good, "--rules", sheet("", "empty.ttl"))
    assert code == 2
    assert "found no SHACL shape with a target" in err


OWN_RULES = """
@prefix optic: <https://w3id.org/opticgraph/ontology#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix ex: <https://example.org/rules#> .

ex:links-are-on-a-route a sh:NodeShape ;
    sh:targetClass optic:Link ;
    sh:property [ sh:path optic:route ; sh:minCount 1 ; sh:severity sh:Violation ;
        sh:message "Every link names its route."@en ] .

ex:rings-are-named a sh:NodeShape ;
    sh:targetClass optic:Rnig ;
    sh:property [ sh:path optic:name ; sh:minCount 1 ] .

ex:no-lr4 a sh:NodeShape ;
    sh:targetClass optic:End ;
    sh:severity sh:Warning ;
    sh:message "House rule: no new LR4."@en ;
    sh:sparql [
        sh:prefixes <https://w3id.org/opticgraph/rules> ;
        sh:select "SELECT $this ?value WHERE { $this optic:speaks ?value . FILTER ( STRENDS(STR(?value), 'LR4') ) }" ] .
"""


def test_user_rules_core_and_sparql_and_the_idle_one_is_named(sheet) -> None:  # type: ignore[no-untyped-def]
    code, out, err = run(
        "audit", sheet(GOOD.format(km="8")), "--rules", sheet(OWN_RULES, "house.ttl"), "--format", "json"
    )
    told = json.loads(out)
    assert code == 1
    assert {(f["rule"], f["severity"], f["end"], f["message"]) for f in told["findings"]} == {
        ("links-are-on-a-route", "violation", None, "works: Every link names its route."),
        ("no-lr4", "warning", "a", "leaf1 1 (100GBASE-LR4): House rule: no new LR4. Found: 100GBASE-LR4."),
        ("no-lr4", "warning", "b", "leaf2 1 (100GBASE-LR4): House rule: no new LR4. Found: 100GBASE-LR4."),
    }
    assert err.strip() == "opticgraph: rule rings-are-named matched nothing: it found nothing to look at: Rnig"
    assert {(c["rule"], c["judged"]) for c in told["coverage"] if c["rule"] in ("no-lr4", "rings-are-named")} == {
        ("no-lr4", 2),
        ("rings-are-named", 0),
    }


def test_explain_names_figures_margin_and_sources(sheet) -> None:  # type: ignore[no-untyped-def]
    code, out, _ = run("explain", sheet(GOOD.format(km="8")), "works")
    assert code == 0
    assert "Link within reach: holds, 8000 m against 10000 m, margin 2000 m" in out
    assert "[ALE, read]" in out
    code, _, err = run("explain", sheet(GOOD.format(km="8")), "work")
    assert code == 2
    assert "link: found 'work'; expected one of the 1 judged links. Nearest: works." in err


def test_our_own_fault_is_3_and_tells_how_to_report(sheet, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("opticgraph.read.load", lambda *_: 1 / 0)
    code, _, err = run("audit", sheet(GOOD.format(km="8")))
    assert code == 3
    assert "internal error: ZeroDivisionError" in err
    assert "Please report it" in err


def test_help_starts_light() -> None:
    listed = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "opticgraph.cli", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    imported = {line.rsplit("|", 1)[-1].strip() for line in listed.stderr.splitlines() if "|" in line}
    assert imported & {"rdflib", "pyshacl", "polars", "pyoxigraph", "owlrl", "jinja2", "rich"} == set()


@pytest.mark.parametrize("arguments", [["audit", "{sheet}", "--format", "json"], ["audit", "nowhere.csv"]])
def test_a_process_of_its_own_says_and_returns_the_same(sheet, arguments: list[str]) -> None:  # type: ignore[no-untyped-def]
    header, row = GOOD.format(km="14").splitlines()
    rows = [row.replace("works", f"link{n}").replace("1,QSFP28", f"{n},QSFP28") for n in range(300)]
    file = sheet("\n".join([header, *rows]) + "\n")
    given = [argument.format(sheet=file) for argument in arguments]
    done = subprocess.run([sys.executable, "-m", "opticgraph.cli", *given], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == run(*given)
    assert done.returncode in (1, 2)


def test_a_process_whose_reader_has_gone_ends_in_peace() -> None:
    command = [sys.executable, "-m", "opticgraph.cli", "--help"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""
