"""The example networks: every folder has its golden account, and says the same as a sheet and as Turtle.

`python tests/test_examples.py` writes the Turtle and the golden files anew; read the diff before you keep it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from opticgraph import audit, load
from opticgraph.export import convert
from opticgraph.report import render
from opticgraph.result import Audit

ROOT = Path(__file__).parent.parent
GOLDEN = ROOT / "tests/golden/examples"
NAMES = sorted(path.name for path in (ROOT / "examples").iterdir() if path.is_dir())
SHEETS = [name for name in NAMES if (ROOT / "examples" / name / "links.csv").is_file()]
TURTLE = "design.ttl"


@pytest.fixture(autouse=True)
def _in_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """Findings name the file as it was given; the golden files are made in the root of the repository."""
    monkeypatch.chdir(ROOT)


def told(name: str) -> dict[str, object]:
    """The audit as JSON, without the version, which is to change without a change of every golden file."""
    account: dict[str, object] = json.loads(render(audit(load(f"examples/{name}")), format="json"))
    return {key: value for key, value in account.items() if key != "opticgraph"}


def written(account: dict[str, object]) -> str:
    return json.dumps(account, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def found(result: Audit) -> set[tuple[str | None, ...]]:
    return {(f.id, f.rule, f.severity, f.link, f.end, f.message) for f in result.findings}


def test_every_example_has_a_golden_account() -> None:
    assert sorted(path.stem for path in GOLDEN.glob("*.json")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_example_says_what_it_shows(name: str) -> None:
    assert (ROOT / "examples" / name / "README.md").is_file()


@pytest.mark.parametrize("name", NAMES)
def test_account_is_as_agreed(name: str) -> None:
    assert written(told(name)) == (GOLDEN / f"{name}.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", SHEETS)
def test_turtle_is_the_sheet(name: str, tmp_path: Path) -> None:
    convert(load(f"examples/{name}"), tmp_path / TURTLE)
    assert (tmp_path / TURTLE).read_bytes() == (ROOT / "examples" / name / TURTLE).read_bytes()


@pytest.mark.parametrize("name", SHEETS)
def test_turtle_and_sheet_come_to_the_same(name: str) -> None:
    sheet, turtle = audit(load(f"examples/{name}")), audit(load(f"examples/{name}/{TURTLE}"))
    assert found(turtle) == found(sheet)
    assert list(turtle.verdicts) == list(sheet.verdicts)


def test_two_runs_give_the_same_bytes() -> None:
    # A process of its own each time: the order of sets and the names of blank nodes differ between processes.
    command = [sys.executable, "-m", "opticgraph.cli", "audit", "examples/campus", "--format", "json"]
    first, second = (subprocess.run(command, capture_output=True, check=False) for _ in range(2))
    assert (first.returncode, first.stderr) == (1, b"")
    assert second.stdout == first.stdout


def main() -> None:
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for name in SHEETS:
        convert(load(f"examples/{name}"), f"examples/{name}/{TURTLE}")
    for name in NAMES:
        (GOLDEN / f"{name}.json").write_text(written(told(name)), encoding="utf-8")


if __name__ == "__main__":
    main()
