"""The tables of an audit and of an explanation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from ..parquet import FINDING, VERDICT, findings_table, verdicts_table
from .columns import METRES, TEXT, TEXTS, WHOLE, columns, known

__all__ = ["AUDIT", "EXPLANATION"]

_FINDINGS = {
    "id": "stable: the same fault in the same design has the same id in every run",
    "rule": "`link-within-reach`",
    "severity": "violation, unknown or warning",
    "nature": "cannot, out-of-spec, cannot-tell or practice",
    "link": "the link it is about; null where it is about a device, port or group",
    "links": "every link it touches",
    "end": "a, b or null",
    "subject": "what it is about, in the user's words",
    "message": "one sentence with figures, what clashes and the way out",
    "found": "the figure or word found, in `unit`",
    "limit": "what it was held against, in `unit`",
    "unit": "m, dB, dBm, W, ...; null for words",
    "estimated": "whether the figure found is an estimate",
    "sources": "ids of the sources that the limit rests on",
    "contested": "whether sources differ about a figure it rests on",
    "supply": "of an unknown, the column of the link sheet that would settle it",
    "file": "file of the record",
    "row": "row of the record in that file",
}
_VERDICTS = {
    "link": "name of the link",
    "verdict": "works, fails or unknown",
    "rules": "the rules of its violations, or if it has none of its unknowns",
    "assumed": "what was assumed, as sentences",
    "judged": "how many rules judged it",
    "not_judged": "the rules that could not, for want of a value that does not block",
    "disputes": "facts it rests on about which sources differ",
    "contested": "what would give another verdict, were it believed",
}
_ENDS = ("a_device", "a_port", "a_module", "a_site", "b_device", "b_port", "b_module", "b_site")


def _record(record: Mapping[str, object]) -> Sequence[object]:
    """A link as reports show it, its figures as numbers."""
    rate, length = (None if record.get(name) is None else str(record[name]) for name in ("rate_gbps", "length_m"))
    told = [record.get(name) for name in ("link", "status", "group")]
    told += [rate and int(rate), record.get("fiber_type"), length and Decimal(length)]
    return [*told, *map(record.get, _ENDS)]


AUDIT = {
    "verdicts": known("one row a link", VERDICT, _VERDICTS, lambda audit: verdicts_table(audit.verdicts)),
    "findings": known(
        "one row a finding, worst first; with waivers or a baseline also `waived` (why it is accepted) and `known`",
        FINDING,
        _FINDINGS,
        lambda audit: findings_table(audit.findings),
    ),
    "coverage": columns(
        "one row a rule",
        {
            "rule": (TEXT, "its name"),
            "judged": (WHOLE, "things it judged"),
            "found": (WHOLE, "its findings, of any severity"),
            "not_judged": (WHOLE, "things it could not judge, for want of a value that does not block"),
            "how": (TEXT, "kinds (one representative of each kind was judged), whole graph, or not at all"),
            "why": (TEXT, "why it judged nothing, or why it needs the whole graph; else empty"),
        },
        lambda audit: ((c.rule, c.judged, c.found, c.not_judged, c.how, c.why) for c in audit.coverage),
    ),
    "links": columns(
        "one row a link: what reports show beside its verdict",
        {
            "link": (TEXT, "name of the link"),
            "status": (TEXT, "active, planned or spare"),
            "group": (TEXT, "LAG, ring or protection pair it belongs to"),
            "rate_gbps": (WHOLE, "Gb/s, as recorded or told by its modules"),
            "fiber_type": (TEXT, "SMF, OS2, OM4, DAC, ..."),
            "length_m": (METRES, "metres of fibre"),
            **{name: (TEXT, f"of the {name[0]} end") for name in _ENDS},
        },
        lambda audit: map(_record, audit.links),
    ),
}
EXPLANATION = {
    "aspects": columns(
        "one row a rule and end, the decisive ones first",
        {
            "rule": (TEXT, "its name"),
            "aspect": (TEXT, "what it is about: cage, distance, power, ..."),
            "end": (TEXT, "a, b or null for both"),
            "outcome": (TEXT, "fails, unknown, warns, holds or not judged"),
            "found": (TEXT, "the figure found, in `unit`"),
            "limit": (TEXT, "what it was held against, in `unit`"),
            "margin": (TEXT, "how far apart the two are, in `unit`"),
            "unit": (TEXT, "m, dB, dBm, W, ..."),
            "messages": (TEXTS, "what its findings say"),
        },
        lambda told: (
            (a.rule, a.aspect, a.end, a.outcome, a.found, a.limit, a.margin, a.unit, a.messages) for a in told.aspects
        ),
    ),
    "facts": columns(
        "one row a fact that an aspect rests on",
        {
            "rule": (TEXT, "the rule that reads it"),
            "subject": (TEXT, "what it is a fact about: a part, module type or interface"),
            "figure": (TEXT, "which figure; its unit is in its name"),
            "value": (TEXT, "as believed"),
            "source": (TEXT, "id of the source that says so"),
            "title": (TEXT, "of that source"),
            "evidence": (TEXT, "read, cited or derived"),
            "others": (TEXTS, "sources that say something else: `SOURCE: VALUE`"),
        },
        lambda told: (
            (
                a.rule,
                b.subject,
                b.figure,
                b.value,
                b.source,
                b.title,
                b.evidence,
                tuple(map(": ".join, b.others)),
            )
            for a in told.aspects
            for b in a.basis
        ),
    ),
}
