"""The documentation site: it builds strictly, its links lead somewhere, and its pages ask nothing of anyone else."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from stage import pages, stage

from browsing import browsed

ROOT = Path(__file__).parent.parent
# What a browser fetches of its own, by element: where a page says what.
FETCHED = {("a", "href"): False, ("link", "href"): True, ("script", "src"): True, ("img", "src"): True,
           ("iframe", "src"): True, ("source", "src"): True, ("form", "action"): False}  # fmt: skip
NOT_FETCHED = {"canonical", "next", "prev"}  # links between pages, for readers of the markup


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `make docs` does."""
    pytest.importorskip("zensical", reason="no Zensical: the documentation site was not built")
    folder = tmp_path_factory.mktemp("site")
    stage(folder / "build" / "pages")
    shutil.copyfile(ROOT / "mkdocs.yml", folder / "mkdocs.yml")
    command = [sys.executable, "-m", "zensical", "build", "--strict", "--clean"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "site"


class Markup(HTMLParser):
    """What a page names, links to and fetches."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.leads: list[str] = []
        self.fetches: list[str] = []
        self.code = ""
        self._in = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.ids |= {given[name] for name in ("id", "name") if given.get(name)}
        self._in = tag if tag in ("style", "script") else ""
        for (element, name), fetched in FETCHED.items():
            if element == tag and given.get(name) and given.get("rel") not in NOT_FETCHED:
                (self.fetches if fetched else self.leads).append(given[name])

    def handle_data(self, data: str) -> None:
        self.code += data if self._in == "style" else ""


@cache
def read(file: Path) -> Markup:
    markup = Markup()
    markup.feed(file.read_text(encoding="utf-8"))
    return markup


def test_every_page_is_built_and_has_its_place(site: Path) -> None:
    built = {file.relative_to(site).with_suffix("").as_posix() for file in site.rglob("*.html")}
    named = {page.relative_to(ROOT).with_suffix("").as_posix() for page in pages()} - {"README"}
    named = {name.removesuffix("README") + "index" if name.endswith("/README") else name for name in named}
    assert named - built == set()
    nav = re.findall(r": (\S+\.md)$", (ROOT / "mkdocs.yml").read_text(encoding="utf-8"), re.MULTILINE)
    own = {page.relative_to(ROOT).as_posix() for page in pages() if page.parent == ROOT / "docs"}
    assert own - set(nav) == set(), "mkdocs.yml, nav"
    assert {name.removesuffix(".md") for name in nav} - built == set()
    assert len(nav) == len(set(nav))


def test_links_lead_somewhere(site: Path) -> None:
    """Also to the place on a page, which the builder does not look at."""
    lost = []
    for file in sorted(site.rglob("*.html")):
        for target in (*read(file).leads, *read(file).fetches):
            parts = urlsplit(urljoin(f"http://here/{file.relative_to(site).as_posix()}", target))
            if parts.netloc != "here" or file.name == "404.html":
                continue
            found = site / unquote(parts.path).lstrip("/")
            found = found / "index.html" if found.is_dir() else found
            named = not parts.fragment or found.suffix != ".html" or unquote(parts.fragment) in read(found).ids
            if not found.is_file() or not named:
                lost.append((file.relative_to(site).as_posix(), target))
    assert lost == []


def test_pages_fetch_nothing_from_elsewhere(site: Path) -> None:
    for file in site.rglob("*.html"):
        assert [each for each in read(file).fetches if urlsplit(each).scheme not in ("", "data")] == [], file
        assert [each for each in read(file).fetches if each.startswith("//")] == [], file
        assert re.findall(r"(?:url\(|@import)[^;)]*(?:https?:)?//", read(file).code) == [], file
    for file in site.rglob("*.css"):
        assert re.findall(r"(?:url\(|@import)\s*['\"]?(?:https?:)?//", file.read_text(encoding="utf-8")) == [], file


@pytest.mark.browser
def test_pages_in_a_browser_ask_nobody(site: Path) -> None:
    with browsed("the site was") as seen:
        page = seen.page
        for name in ("index", "docs/start", "docs/api", "reference/terms"):
            page.goto((site / f"{name}.html").as_uri())
            page.wait_for_load_state("load")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    assert len(seen.asked) > 4
    assert [url for url in seen.asked if urlsplit(url).scheme not in ("file", "data", "blob")] == []
