"""Explanations: every finding of a link stands under its aspect, and under no end that it is not about."""

from __future__ import annotations

from pathlib import Path

import pytest

from opticgraph import audit, explain, load

EXAMPLES = Path(__file__).parent.parent / "examples"
OUTCOMES = {"violation": "fails", "unknown": "unknown", "warning": "warns"}


@pytest.mark.parametrize(
    ("example", "link"),
    [("leaf-spine", "up-103-1"), ("leaf-spine", "up-105-1"), ("campus", "core1-adm"), ("campus", "core1-hpc")],
)
def test_every_finding_is_told(example: str, link: str) -> None:
    design = load(EXAMPLES / example)
    found = {(f.rule, OUTCOMES[f.severity]) for f in audit(design).findings if link in f.links}
    told = {(a.rule, a.outcome) for a in explain(design, link).aspects if a.outcome in OUTCOMES.values()}
    assert told == found != set()


def test_a_finding_of_one_end_is_not_told_of_the_other() -> None:
    aspects = explain(load(EXAMPLES / "campus"), "core1-adm").aspects
    assert {a.end: a.outcome for a in aspects if a.rule == "module-is-known"} == {"a": "holds", "b": "unknown"}
