"""The order of the tests: files that take long go first, so that no processor waits for the last of them."""

from __future__ import annotations

import pytest

LONG = ("test_spark", "test_verify", "test_elsewhere", "test_docs", "test_diff", "test_serve", "test_plan_reports")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: LONG.index(item.path.stem) if item.path.stem in LONG else len(LONG))
