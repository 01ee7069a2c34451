"""The pages of the documentation site put together in one folder: `python docs/stage.py FOLDER`.

They lie there as they lie in the repository, so that every link between them holds, with the README as the start page
and, beside them, reference pages made from the ontology and the catalogue. Files that a page links to come along.
`make docs` builds the site of it.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from reference import catalogue_pages, lists_page, terms_page

__all__ = ["LINK", "stage"]

ROOT = Path(__file__).parent.parent
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HIDDEN = re.compile(r"\[([^\]]*)\]\((?:[^)\s]*/)?\.\w[^)\s]*\)")  # links to dotfiles, which the site does not show


def stage(folder: Path) -> None:
    """Put all pages into a folder, which is emptied before."""
    shutil.rmtree(folder, ignore_errors=True)
    _copy(ROOT / "docs" / "site.css", folder / "docs" / "site.css")
    for page in pages():
        start = page == ROOT / "README.md"
        target = folder / ("index.md" if start else page.relative_to(ROOT))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(HIDDEN.sub(r"\1", page.read_text(encoding="utf-8")), encoding="utf-8")
        for file in _linked(page):
            _copy(file, folder / file.relative_to(ROOT))
    made = {f"reference/{name}": text for name, text in {**catalogue_pages(), **references()}.items()}
    made["docs/decisions/index.md"] = _index(
        "Decisions", "Why it is built as it is.", (ROOT / "docs" / "decisions").glob("*.md")
    )
    made["examples/index.md"] = _index(
        "Example networks", "Each with what is to be seen in it.", (ROOT / "examples").glob("*/README.md")
    )
    for name, text in made.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def pages() -> list[Path]:
    """Every page of the repository that the site shows."""
    top = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
    return [*top, *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "examples").glob("*/README.md"))]


def references() -> dict[str, str]:
    """The pages made from the ontology, by file name."""
    return {"terms.md": terms_page(), "lists.md": lists_page()}


def _linked(page: Path) -> Iterator[Path]:
    """Files of the repository that a page links to and that are no pages themselves."""
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        file = (page.parent / target.partition("#")[0]).resolve()
        if ":" not in target and file.is_file() and file.suffix != ".md":
            yield file


def _index(title: str, about: str, listed: Iterable[Path]) -> str:
    lines = [f"# {title}", "", about, ""]
    for page in sorted(listed):
        heading = page.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
        name = page.name if page.name != "README.md" else f"{page.parent.name}/README.md"
        lines.append(f"- [{heading}]({name})")
    return "\n".join(lines) + "\n"


def _copy(file: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, target)


if __name__ == "__main__":
    stage(Path(sys.argv[1]))
