"""An audit as an OpenLineage run event with data-quality assertions, written to a file or sent to where it is asked to.

One assertion a rule: it succeeds if no finding of the rule counts. A rule that had nothing to judge makes none, since
neither answer would be true.
"""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from .errors import InputError
from .exits import LEVELS
from .report import save
from .result import SEVERITIES, Audit
from .rules import read_rules

__all__ = ["event", "hand_over"]

PRODUCER = "https://w3id.org/opticgraph/"
_SPEC = "https://openlineage.io/spec"
_EVENT = f"{_SPEC}/2-0-2/OpenLineage.json#/$defs/RunEvent"
_FACET = f"{_SPEC}/facets/1-1-0/DataQualityAssertionsDatasetFacet.json#/$defs/DataQualityAssertionsDatasetFacet"
_ENGINE = f"{_SPEC}/facets/1-1-1/ProcessingEngineRunFacet.json#/$defs/ProcessingEngineRunFacet"
_SECONDS = 10  # that a receiver has to answer


def event(audit: Audit, *, when: datetime, fail_on: str = "violation") -> dict[str, Any]:
    """The event as a JSON object; an assertion is an error from the severity fail_on on, else it warns.

    The files read are its inputs, and the first of them bears the assertions. The run's id is the same for the same
    audit at the same time.
    """
    assertions = list(_assertions(audit, fail_on))
    inputs: list[dict[str, Any]] = [{"namespace": "file", "name": file} for file in audit.read.files]
    if inputs:
        facet = {"_producer": PRODUCER, "_schemaURL": _FACET, "assertions": assertions}
        inputs[0]["inputFacets"] = {"dataQualityAssertions": facet}
    at = when.isoformat().replace("+00:00", "Z")
    told = json.dumps([at, audit.version, audit.trust, inputs, assertions], sort_keys=True)
    engine = {"_producer": PRODUCER, "_schemaURL": _ENGINE, "name": "opticgraph", "version": audit.version}
    return {
        "eventType": "COMPLETE",
        "eventTime": at,
        "producer": PRODUCER,
        "schemaURL": _EVENT,
        "run": {
            "runId": str(uuid.uuid5(uuid.NAMESPACE_URL, PRODUCER + told)),
            "facets": {"processing_engine": engine},
        },
        "job": {"namespace": "opticgraph", "name": f"audit.{audit.trust}"},
        "inputs": inputs,
        "outputs": [],
    }


def hand_over(told: dict[str, Any], target: str) -> None:
    """Write the event to a file, or post it where the target is an http or https address.

    OPENLINEAGE_API_KEY is sent along as the bearer's token. Raises InputError where the receiver does not take it.
    """
    content = (json.dumps(told, ensure_ascii=True, indent=2, sort_keys=True) + "\n").encode()
    if not target.startswith(("http://", "https://")):
        save(content, Path(target))
        return
    headers = {"Content-Type": "application/json"}
    if key := os.environ.get("OPENLINEAGE_API_KEY"):
        headers["Authorization"] = f"Bearer {key}"
    try:
        request = urllib.request.Request(target, data=content, headers=headers, method="POST")
        with urllib.request.build_opener(_Straight).open(request, timeout=_SECONDS):
            return
    except urllib.error.HTTPError as error:
        raise InputError(f"{target}: found the answer {error.code}; expected that it takes the event") from error
    except (OSError, ValueError) as error:
        raise InputError(f"{target}: the event could not be sent: {getattr(error, 'reason', error)}") from error


class _Straight(urllib.request.HTTPRedirectHandler):
    """An event goes where it was told to, and nowhere else: a token must not follow a redirect."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _assertions(audit: Audit, fail_on: str) -> Iterator[dict[str, Any]]:
    known = read_rules().rules
    worst: dict[str, str] = {}
    number: dict[str, int] = {}
    for finding in audit.findings:
        if finding.counts:
            number[finding.rule] = number.get(finding.rule, 0) + 1
            worst[finding.rule] = min(worst.get(finding.rule, "warning"), finding.severity, key=SEVERITIES.index)
    for rule in audit.coverage:
        if rule.judged or rule.found:
            found = number.get(rule.rule, 0)
            fails = found and LEVELS.index(worst[rule.rule]) <= LEVELS.index(fail_on) and fail_on != "never"
            made = {
                "assertion": rule.rule,
                "name": rule.rule,
                "success": not found,
                "severity": "error" if fails or (not found and fail_on != "never") else "warn",
                "expected": "0 findings",
                "actual": f"{found} {'finding' if found == 1 else 'findings'} on {rule.judged} judged",
            }
            if rule.rule in known:
                made["description"] = known[rule.rule].sentence
            yield made
