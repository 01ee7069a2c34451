"""What the documents promise: their commands run, what they show is what comes, their lists and links are true."""

from __future__ import annotations

import importlib.util
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from opticgraph import audit, load

ROOT = Path(__file__).parent.parent
TOP = [ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")]
DOCS = sorted((ROOT / "docs").rglob("*.md"))
READMES = sorted((ROOT / "examples").glob("*/README.md"))
PAGES = [*TOP, *DOCS, *READMES]
COMMAND = re.compile(r"^(?:    |\$ )(opticgraph .+)$|`(opticgraph [^`\n]+ [^`\n]+)`", re.MULTILINE)
PATTERN = re.compile(r"\b[A-Z]{4,}\b.*\.\.\.|\[")  # DESIGN... [-p NAME=VALUE...]: how a command is written, not one
SHOWN = re.compile(r"```console\n\$ (?P<command>opticgraph [^\n]+)\n(?P<output>.*?)```", re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
VERDICT = re.compile(r"^\| (?P<links>`[^|]+) \| (?P<verdict>works|fails|unknown) \|", re.MULTILINE)
FAILING = {"audit"}  # commands that answer 1 when the design has violations, as the examples do


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def commands() -> list[str]:
    """Every command of every page once, as it is written."""
    found = {a or b for page in PAGES for a, b in COMMAND.findall(page.read_text(encoding="utf-8"))}
    return sorted(command for command in found if not PATTERN.search(command))


@cache
def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    words = shlex.split(command)[1:]
    words = [word if not (ROOT / word).exists() else str((ROOT / word).relative_to(ROOT)) for word in words]
    return subprocess.run(
        [sys.executable, "-m", "opticgraph.cli", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that looks like the repository, in which what the commands write does no harm."""
    folder = tmp_path_factory.mktemp("repository")
    for name in ("docs", "examples"):
        (folder / name).symlink_to(ROOT / name)
    return folder


def test_commands_are_found() -> None:
    assert len(commands()) > 10


@pytest.mark.parametrize("command", commands())
def test_command_runs(command: str, root: Path) -> None:
    done = run(command, root)
    faults = FAILING if "examples/netbox" not in command else set()
    assert (done.returncode, done.stderr) == (1 if command.split()[1] in faults else 0, "")


def shown() -> Iterator[tuple[str, str]]:
    for found in SHOWN.finditer((ROOT / "README.md").read_text(encoding="utf-8")):
        yield found["command"], found["output"]


@pytest.mark.parametrize(("command", "output"), shown())
def test_output_is_what_is_shown(command: str, output: str, root: Path) -> None:
    told = run(command, root).stdout
    at = 0
    for part in re.split(r"^\.\.\.\n", output, flags=re.MULTILINE):
        at = told.find(part, at)
        assert at >= 0, f"not in the output, or not there:\n{part}"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_lead_somewhere(page: Path) -> None:
    targets = [each.partition("#")[0] for each in LINK.findall(page.read_text(encoding="utf-8"))]
    assert [each for each in targets if each and ":" not in each and not (page.parent / each).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_nothing_of_one_machine(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert re.findall(r"(?<![\w.:/-])/(?:home|root|tmp|usr|work|Users|var)/\S*|pypi\.org|localhost|127\.0\.0\.1", text) == []


@pytest.mark.parametrize("page", READMES, ids=named)
def test_verdicts_of_examples_are_as_told(page: Path) -> None:
    verdicts = {each.link: each.verdict for each in audit(load(page.parent)).verdicts}
    told = {
        link: found["verdict"]
        for found in VERDICT.finditer(page.read_text(encoding="utf-8"))
        if "..." not in found["links"]
        for link in re.findall(r"`([^`]+)`", found["links"])
    }
    assert told == {link: verdicts.get(link) for link in told}


def generated() -> dict[str, str]:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    pages: dict[str, str] = module.pages()
    return pages


def test_lists_are_in_step() -> None:
    for name, text in generated().items():
        assert (ROOT / "docs" / name).read_text(encoding="utf-8") == text, f"docs/{name}: run python docs/generate.py"


def test_every_decision_has_its_number() -> None:
    numbers = [path.name[:4] for path in sorted((ROOT / "docs" / "decisions").glob("*.md"))]
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]
