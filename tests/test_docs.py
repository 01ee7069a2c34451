"""What the documents promise: their commands run, what they show is what comes, their lists and links are true."""

from __future__ import annotations

import importlib.util
import re
import shlex
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner

from opticgraph import audit, load
from opticgraph.cli import cli

ROOT = Path(__file__).parent.parent
TOP = [ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")]
DOCS = sorted((ROOT / "docs").rglob("*.md"))
READMES = sorted((ROOT / "examples").glob("*/README.md"))
PAGES = [*TOP, *DOCS, *READMES]
COMMAND = re.compile(r"^(?:    |\$ )(opticgraph .+)$|`(opticgraph [^`\n]+ [^`\n]+)`", re.MULTILINE)
PATTERN = re.compile(r"\b[A-Z]{4,}\b.*\.\.\.|\[")  # DESIGN... [-p NAME=VALUE...]: how a command is written, not one
SHOWN = re.compile(r"```console\n\$ (?P<command>opticgraph [^\n]+)\n(?P<output>.*?)```", re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
MACHINE = re.compile(r"(?<![\w.:/-])/(?:home|root|tmp|usr|work|Users|var)/\S*|pypi\.org|localhost|127\.0\.0\.1")
VERDICT = re.compile(r"^\| (?P<links>`[^|]+) \| (?P<verdict>works|fails|unknown) \|", re.MULTILINE)


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def commands() -> list[str]:
    """Every command of every page once, as it is written."""
    found = {a or b for page in PAGES for a, b in COMMAND.findall(page.read_text(encoding="utf-8"))}
    return sorted(command for command in found if not PATTERN.search(command))


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that looks like the repository, in which what the commands write does no harm."""
    for name in ("docs", "examples"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)


@cache  # pages show what other tests run too, and options take seconds
def run(command: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr."""
    done = CliRunner().invoke(cli, shlex.split(command)[1:], standalone_mode=False, catch_exceptions=False)
    return done.return_value, done.stdout, done.stderr


SOUND = ("netbox", "germany50", "metro-ring-400", "leaf-spine-400")  # examples without a violation


def test_commands_are_found() -> None:
    assert len(commands()) > 10


@pytest.mark.usefixtures("root")
@pytest.mark.parametrize("command", commands())
def test_command_runs(command: str) -> None:
    code, _, told = run(command)
    if command.startswith(("opticgraph diff", "opticgraph plan")):  # whether it gets worse, and whether all is planned
        assert (code in (0, 1), told) == (True, "")
        return
    faults = command.startswith("opticgraph audit") and not any(f"examples/{name}" in command for name in SOUND)
    passes = "--fail-on never" in command or "--baseline" in command  # the baseline shown has the same findings
    assert (code, told) == (1 if faults and not passes else 0, "")


def shown() -> list[tuple[str, str]]:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return [(found["command"], found["output"]) for found in SHOWN.finditer(text)]


@pytest.mark.usefixtures("root")
@pytest.mark.parametrize(("command", "output"), shown())
def test_output_is_what_is_shown(command: str, output: str) -> None:
    _, told, _ = run(command)
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
    assert MACHINE.findall(page.read_text(encoding="utf-8")) == []


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


@cache
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_lists_are_in_step() -> None:
    for name, text in generate().pages().items():
        assert (ROOT / "docs" / name).read_text(encoding="utf-8") == text, f"docs/{name}: run python docs/generate.py"


def answers() -> list[tuple[str, str, str]]:
    """Every command of a page whose output is written by docs/generate.py: command, words and output."""
    pages = (page.read_text(encoding="utf-8") for page in PAGES)
    return [
        (found["command"], found["words"], found["output"])
        for page in pages
        for found in generate().SHOWN.finditer(page)
    ]


@pytest.mark.usefixtures("root")
@pytest.mark.parametrize(("command", "words", "output"), answers())
def test_answer_is_what_comes(command: str, words: str, output: str) -> None:
    assert generate().shortened(run(command)[1], words.split(" | ")) == output, "run python docs/generate.py"


OUTPUT = """\
edge-1: works at 100G, 400G wanted
  port-reuse
    + 2 x LR4: works
        needs a cage, which takes so many words to say that there is no more room for it on this li
        ne-long-word of the page
  direct-swap
    + 2 x FR4: works

    + 2 x LR8: works
"""


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        (["works at"], OUTPUT.replace("\n\n", "\n").splitlines()),
        (["FR4"], ["edge-1: works at 100G, 400G wanted", "...", "  direct-swap", "    + 2 x FR4: works", "..."]),
        (["page"], [*OUTPUT.splitlines()[:5], "..."]),
        (["direct-swap", "+ 2 x LR4"], OUTPUT.replace("\n\n", "\n").splitlines()),
    ],
)
def test_shortened(words: list[str], lines: list[str]) -> None:
    assert generate().shortened(OUTPUT, words).splitlines() == lines


def test_a_word_that_is_nowhere_is_an_error() -> None:
    with pytest.raises(ValueError, match="no entry has 'ZR4'"):
        generate().shortened(OUTPUT, ["ZR4"])


def test_every_variable_of_a_strategy_is_explained() -> None:
    """A variable that is misspelt in a strategy would be read by nobody."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = text.partition("## A strategy")[2].partition("\n## ")[0].splitlines()
    told = {name for row in rows if row.startswith("| `?") for name in re.findall(r"`\?(\w+)`", row.split(" | ")[0])}
    used = set()
    for file in (ROOT / "queries" / "options").glob("*.rq"):
        select = re.search(r"^SELECT (.*) WHERE", file.read_text(encoding="utf-8"), re.MULTILINE)
        assert select is not None, file.name
        used |= set(re.findall(r"\?(\w+)", select[1]))
    assert used == told


def test_every_decision_has_its_number() -> None:
    numbers = [path.name[:4] for path in sorted((ROOT / "docs" / "decisions").glob("*.md"))]
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]
