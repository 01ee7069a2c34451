"""The tables of a diff."""

from __future__ import annotations

from ..diff.words import outcome, way
from .columns import TEXT, TEXTS, WHOLE, columns

__all__ = ["DIFF"]

DIFF = {
    "links": columns(
        "one row a link that came, went, or whose verdict or findings changed, worst first",
        {
            "link": (TEXT, "name of the link"),
            "way": (TEXT, "worse, better, same (verdict, other findings), added or removed"),
            "old": (TEXT, "its verdict before; null where it was not there"),
            "new": (TEXT, "its verdict now; null where it is gone"),
            "because": (TEXTS, "what bears on it: `data: link x: length_km 8 -> 14`"),
        },
        lambda diff: (
            (each.link, each.way, each.old, each.new, tuple(f"{cause.kind}: {cause.words}" for cause in each.causes))
            for each in diff.links
        ),
    ),
    "findings": columns(
        "one row a finding that came, went or changed",
        {
            "id": (TEXT, "of the finding"),
            "link": (TEXT, "the link under which it is told; null where it touches none"),
            "change": (TEXT, "came, went or changed"),
            "rule": (TEXT, "its rule"),
            "severity": (TEXT, "violation, unknown or warning"),
            "old": (TEXT, "what it said"),
            "new": (TEXT, "what it says"),
        },
        lambda diff: (
            (c.told.id, link, way(c), c.told.rule, c.told.severity, c.old and c.old.message, c.new and c.new.message)
            for link, changes in (*((each.link, each.findings) for each in diff.links), (None, diff.others))
            for c in changes
        ),
    ),
    "options": columns(
        "one row an option that came, went or comes to something else; none unless options were asked for",
        {
            "link": (TEXT, "name of the link"),
            "strategy": (TEXT, "of the option"),
            "a_module": (TEXT, "module of the a end, by catalogue id"),
            "b_module": (TEXT, "module of the b end"),
            "rate_gbps": (WHOLE, "Gb/s that the link would have"),
            "change": (TEXT, "came, gone or changed"),
            "old": (TEXT, "what it came to"),
            "new": (TEXT, "what it comes to"),
        },
        lambda diff: (
            (o.link, o.strategy, o.a_module, o.b_module, o.rate_gbps, o.way, outcome(o.old), outcome(o.new))
            for o in diff.options or ()
        ),
    ),
    "causes": columns(
        "one row a rule, effective fact, policy or version that differs, or a record that came or went",
        {
            "kind": (TEXT, "data, rule, catalogue, trust, version or figures"),
            "subject": (TEXT, "what it is of"),
            "what": (TEXT, "the column or figure; null where the thing itself came or went"),
            "old": (TEXT, "what it was; null where there was none"),
            "new": (TEXT, "what it is; null where there is none"),
        },
        lambda diff: ((c.kind, c.subject, c.what or None, c.old, c.new) for c in diff.causes),
    ),
}  # fmt: skip
