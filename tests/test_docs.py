"""What the documents promise: their commands run, what they show is what comes, their lists and links are true."""

from __future__ import annotations

import contextlib
import importlib.util
import io
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
FENCE = re.compile(r"^```(?P<kind>\w*)\n(?P<text>.*?)^```", re.DOTALL | re.MULTILINE)
PROGRAMS = "opticgraph|make|pipx?|uvx?|python3?|npm|npx|git|curl|wget|docker|podman|pre-commit|pytest|sh|bash|sudo"
PROGRAM = rf"(?:[\w./]*/)?(?:{PROGRAMS})"
TYPED = re.compile(
    rf"^    (?:\$ )?({PROGRAM} [^\s=].*)$|`((?:[A-Z]+=\S+ )?{PROGRAM} [^`\n]+)`", re.MULTILINE
)  # out of fences
# Command lines in the documents that no test here runs, and what does, or why nothing can.
ELSEWHERE = {
    r"make (demo|docs|lint|recipes|test|types|web|wheel)\b": "sets up a .venv from a registry; .ci/run does these,"
    " but for demo, whose audits tests/test_examples.py does",
    r"pip install ": "fetches from a registry; tests/test_wheel.py installs what is built here, elsewhere",
    r"python benchmarks/": "takes minutes, and measures the machine; the numbers told are of such a run",
    r"python docs/generate\.py$": "test_lists_are_in_step and test_answer_is_what_comes do its work and compare",
    r"(PYTHONPATH=docs )?python tests/test_(api|claims|examples)\.py$": "writes the golden file of that test",
    r"curl -s \$HERE/": "tests/test_serve.py asks a server of its own each of them, and compares what is shown",
    r"opticgraph serve ": "answers until it is ended; tests/test_serve.py starts it",
    r"opticgraph [a-z]+$": "the name of a command, not a use of it",
    r"opticgraph [^`]*(\.\.\.|\[)": "how a command is written, with what may be left out; it is none",
}
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
MACHINE = re.compile(r"(?<![\w.:/-])/(?:home|root|tmp|usr|work|Users|var)/\S*|pypi\.org|localhost|127\.0\.0\.1")
VERDICT = re.compile(r"^\| (?P<links>`[^|]+) \| (?P<verdict>works|fails|unknown) \|", re.MULTILINE)


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def commands() -> list[str]:
    """Every command of every page once, as it is written."""
    found = {a or b for page in PAGES for a, b in COMMAND.findall(page.read_text(encoding="utf-8"))}
    return sorted(command for command in found if not PATTERN.search(command))


def typed(page: Path) -> list[str]:
    """Every command line of a page: after `$ ` in a console, each line of a shell, and what is typed out of fences."""
    text = page.read_text(encoding="utf-8")
    lines = [a or b for a, b in TYPED.findall(FENCE.sub("", text))]
    for fence in FENCE.finditer(text):
        inner = fence["text"].splitlines()
        if fence["kind"] == "console":
            lines += [line.removeprefix("$ ") for line in inner if line.startswith("$ ")]
        elif fence["kind"] == "sh":
            lines += [line for line in inner if line and not line.startswith("#")]
    return lines


def fences(kind: str) -> list[str]:
    """Every such block of every page, but of docs/api.md: its examples are run by tests/test_api.py."""
    own = (page for page in PAGES if page.name != "api.md")
    return [
        each["text"]
        for page in own
        for each in FENCE.finditer(page.read_text(encoding="utf-8"))
        if each["kind"] == kind
    ]


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_command_is_run_or_said_why_not(page: Path) -> None:
    """Other programs and another kind of fence come to light here, and are then run or told of in ELSEWHERE."""
    run_here = {*commands(), *(line for block in fences("sh") for line in block.splitlines())}
    left = [line for line in typed(page) if line not in run_here]
    assert [line for line in left if not any(re.match(each, line) for each in ELSEWHERE)] == []
    kinds = {fence["kind"] for fence in FENCE.finditer(page.read_text(encoding="utf-8"))}
    assert kinds <= {"console", "sh", "python", "pycon", "toml", "turtle", "text"}


def test_nothing_is_excused_that_is_not_there() -> None:
    lines = [line for page in PAGES for line in typed(page)]
    assert [each for each in ELSEWHERE if not any(re.match(each, line) for line in lines)] == []


@pytest.mark.usefixtures("root")
@pytest.mark.parametrize("block", fences("sh"))
def test_shell_lines_run_one_after_the_other(block: str) -> None:
    for line in block.splitlines():
        code, _, told = run.__wrapped__(line)
        assert (code in (0, 1), told) == (True, ""), line


@pytest.mark.usefixtures("root")
@pytest.mark.parametrize("block", fences("python"))
def test_python_runs(block: str) -> None:
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(block, "a page", "exec"), {})
    assert said.getvalue()


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
