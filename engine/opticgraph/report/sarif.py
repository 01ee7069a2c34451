"""The audit as SARIF 2.1.0 for code scanning: each finding at the file and row it came from, each rule with its help.

A violation is an error, an unknown a warning and a warning a note: SARIF's own word for what cannot be told (kind open)
would have the level none, which code scanning leaves out, and nothing is to be left out in silence. The fingerprint is
the finding's id, so that an alert stays the same when rows move. Only of a text table is a row a line to point at; of
a workbook or a dump the file is, and the row stands among the properties.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import PurePath
from urllib.parse import quote

from ..result import Audit, Finding
from ..rules import Rule, read_rules
from . import NO_SOURCES
from .words import clean, figures, title

__all__ = ["LEVELS", "render"]

LEVELS: Mapping[str, str] = {"violation": "error", "unknown": "warning", "warning": "note"}
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ADDRESS = "https://w3id.org/opticgraph/"
LINES = ("", ".csv", ".tsv", ".txt")  # endings of files whose rows are lines; standard input has none
MARKED = re.compile(r"[\\\[\]]")  # what a viewer would take for a link, SARIF 2.1.0, 3.11.6


def render(audit: Audit, *, sources: Mapping[str, tuple[str, str]] = NO_SOURCES) -> str:
    """The JSON text; sources give for a source's id its title and its address, for the help of rules."""
    known = read_rules().rules
    names = sorted({rule.rule for rule in audit.coverage} | {finding.rule for finding in audit.findings})
    at = {name: number for number, name in enumerate(names)}
    rules = [_rule(name, known.get(name), audit, sources) for name in names]
    log = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "automationDetails": {"id": f"opticgraph/audit/{clean(audit.trust)}/"},
                "tool": {
                    "driver": {
                        "name": "opticgraph",
                        "version": audit.version,
                        "informationUri": ADDRESS,
                        "rules": rules,
                    }
                },
                "artifacts": [{"location": _artifact(file)} for file in audit.read.files],
                "results": [{**_result(finding, at, audit), **_standing(finding, audit)} for finding in audit.findings],
            }
        ],
    }
    return json.dumps(log, ensure_ascii=False, allow_nan=False, indent=2, sort_keys=True) + "\n"


def _rule(name: str, rule: Rule | None, audit: Audit, sources: Mapping[str, tuple[str, str]]) -> dict[str, object]:
    """A rule as its file tells it; of a rule that is not ours what its findings say."""
    own = [finding for finding in audit.findings if finding.rule == name] if rule is None else []
    sentence = rule.sentence if rule else next((finding.fault for finding in own if finding.fault), title(name))
    told = [" ".join(filter(None, sources.get(source, (source, "")))) for source in (rule.sources if rule else ())]
    help_ = "\n\n".join([sentence, *(["Sources: " + "; ".join(told)] if told else [])])
    return {
        "id": clean(name),
        "shortDescription": {"text": _plain(rule.title if rule else title(name))},
        "fullDescription": {"text": _plain(sentence)},
        "help": {"text": _plain(help_)},
        "properties": {"tags": ["optics", *([clean(rule.aspect)] if rule and rule.aspect else [])]},
    }


def _result(finding: Finding, at: Mapping[str, int], audit: Audit) -> dict[str, object]:
    physical, logical = _place(finding, audit), _things(finding)
    return {
        "ruleId": clean(finding.rule),
        "ruleIndex": at[finding.rule],
        "level": LEVELS[finding.severity],
        "message": {"text": _plain(finding.message)},
        "locations": [{**physical, **({"logicalLocations": logical} if logical else {})}],
        # The second is the name by which GitHub tells an alert it has seen.
        "partialFingerprints": {"opticgraphFinding/v1": finding.id, "primaryLocationLineHash": f"{finding.id}:1"},
        "properties": {
            "severity": finding.severity,
            "nature": finding.nature,
            "subject": clean(finding.subject),
            "figures": clean(figures(finding)),
            "sources": list(finding.sources),
            **({"row": finding.input[1]} if finding.input else {}),
        },
    }


def _standing(finding: Finding, audit: Audit) -> dict[str, object]:
    """What was accepted before; an empty list of suppressions says that one could have been, SARIF 2.1.0, 3.27.23."""
    told: dict[str, object] = {}
    if audit.standing is not None and audit.standing.waivers:
        waiver = {"kind": "external", "status": "accepted", "justification": clean(finding.waived or "")}
        told["suppressions"] = [waiver] if finding.waived is not None else []
    if audit.standing is not None and audit.standing.baseline:
        told["baselineState"] = "unchanged" if finding.known else "new"
    return told


def _place(finding: Finding, audit: Audit) -> dict[str, object]:
    """Where the thing stands: file and row; else the file that was read first."""
    file, row = finding.input or (audit.read.files[0] if audit.read.files else "", 0)
    if not file:
        return {}
    place: dict[str, object] = {"artifactLocation": _artifact(file)}
    if row > 0 and PurePath(file).suffix.lower() in LINES:
        place["region"] = {"startLine": row}
    return {"physicalLocation": place}


def _artifact(file: str) -> dict[str, object]:
    """A file as an address: below the root of the sources, or absolute."""
    path = PurePath(clean(file))
    if path.is_absolute():
        return {"uri": path.as_uri()}
    return {"uri": quote(path.as_posix(), safe="/", errors="replace"), "uriBaseId": "%SRCROOT%"}


def _things(finding: Finding) -> list[dict[str, object]]:
    links = [finding.link] if finding.link is not None else finding.links
    return [{"name": clean(link), "kind": "resource"} for link in links]


def _plain(text: str) -> str:
    """A text of which nothing is taken for a link."""
    told = "\n\n".join(map(clean, text.split("\n\n")))
    return MARKED.sub(r"\\\g<0>", told) if "](" in told else told
