"""Chromium as a test drives it: a page of a laptop's size, and all that it asked for and said."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

__all__ = ["Browsed", "browsed"]

_QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@dataclass(frozen=True)
class Browsed:
    """A page; the addresses it asked for; what it said: console, errors and dialogs."""

    page: Any
    asked: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


@contextmanager
def browsed(what: str) -> Iterator[Browsed]:
    """An empty page in a Chromium of its own; where there is none, the test is skipped and says what was not tried."""
    sync = pytest.importorskip("playwright.sync_api", reason=f"no Playwright: {what} not tried in a browser")
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip(f"no Chromium: {what} not tried in a browser")
    with sync.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=_QUIET)
        seen = Browsed(browser.new_page(viewport={"width": 1366, "height": 768}))
        seen.page.on("request", lambda request: seen.asked.append(request.url))
        seen.page.on("console", lambda message: seen.said.append(message.text))
        seen.page.on("pageerror", lambda error: seen.said.append(str(error)))
        seen.page.on("dialog", lambda dialog: seen.said.append(dialog.message))
        yield seen
        browser.close()
