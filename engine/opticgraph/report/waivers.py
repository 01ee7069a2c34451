"""A waiver for each finding that counts, ready but for reason, name and last day: TOML, as --waivers reads it.

Delete what is not to be waived. The three that are empty have to be filled in before the file is accepted.
"""

from __future__ import annotations

import json

from ..result import Audit, Finding
from ..standing import RULE
from ..waivers import rests_of
from .words import clean

__all__ = ["render"]


HEAD = "# Findings to waive: fill in reason, who and until (the last day, such as 2027-03-31); delete the others.\n"


def render(audit: Audit) -> str:
    """The TOML text."""
    records = {str(record["link"]): record for record in audit.links}
    open_ = [finding for finding in audit.findings if finding.counts and finding.rule != RULE]
    return HEAD + "".join(_waiver(finding, rests_of(finding, records.get(finding.link or "", {}))) for finding in open_)


def _waiver(finding: Finding, rests: str) -> str:
    told = {"finding": finding.id, "rule": finding.rule, "link": finding.link, "rests": rests}
    lines = ["", f"# {finding.severity}: {clean(finding.message)}", "[[waiver]]"]
    lines += [f"{key} = {_text(value)}" for key, value in told.items() if value]
    lines += [f'{key} = ""' for key in ("reason", "who", "until")]
    return "\n".join(lines) + "\n"


def _text(value: str) -> str:
    # A basic string of TOML is one of JSON, once nothing is left that would have to be written as a surrogate.
    return json.dumps(value.encode("utf-8", "replace").decode(), ensure_ascii=False).replace("\x7f", "\\u007f")
