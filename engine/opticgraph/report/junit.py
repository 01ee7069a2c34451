"""The audit as JUnit XML for Jenkins and GitLab: one test a link, one suite a site, so that each link has a history.

A test is a link rather than a finding: a link mended is then a test that passes, which both show as fixed, where the
test of a finding would only be gone. What is about a device, port or group stands in a suite of its own.
"""

from __future__ import annotations

from collections import defaultdict
from xml.etree import ElementTree

from ..result import SEVERITIES, Audit, Finding
from .rows import Row, natural, rows, shared
from .words import clean, ends, fibre, figures, headline, modules, place, says, standing, title

__all__ = ["render"]

ASIDE = "devices, ports and groups"


def render(audit: Audit, *, fail_on: str = "violation") -> str:
    """The XML text; a test fails from this severity on (`never`: none does); an unknown below it is skipped."""
    suites: defaultdict[str, list[ElementTree.Element]] = defaultdict(list)
    for row in rows(audit):
        suites[_site(row)].append(_link(row, fail_on))
    for finding in shared(audit):
        suites[ASIDE].append(_aside(finding, fail_on))
    root = ElementTree.Element("testsuites", {"name": "opticgraph", **_sums(*suites.values())})
    for name in sorted(suites, key=lambda name: (name == ASIDE, natural(name))):
        suite = ElementTree.SubElement(root, "testsuite", {"name": name, **_sums(suites[name])})
        suite.set("skipped", str(sum(case.find("skipped") is not None for case in suites[name])))
        for case in sorted(suites[name], key=lambda case: natural(case.get("name", ""))):
            # Jenkins takes all before the last dot for a package.
            case.set("classname", f"opticgraph.{name.replace('.', '_')}")
            suite.append(case)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _link(row: Row, fail_on: str) -> ElementTree.Element:
    severity = {"fails": "violation", "unknown": "unknown"}.get(row.verdict.verdict)
    severity = severity or ("warning" if any(finding.severity == "warning" for finding in row.findings) else "")
    open_ = {finding.severity for finding in row.findings if finding.counts}
    accepted = bool(row.findings) and severity not in open_
    counted = next((word for word in SEVERITIES if word in open_), severity) if accepted else severity
    lines = [" | ".join(filter(None, (ends(row, " -- "), modules(row), fibre(row))))]
    for finding in row.findings:
        lines += _told(finding)
    lines += [f"sources differ: {dispute}" for dispute in row.verdict.disputes]
    lines += [f"contested: it {contest}" for contest in row.verdict.contested]
    kind = " ".join(row.verdict.rules)
    message = headline(row)
    if accepted and not open_:  # a test that would fail is skipped, and says why; one that warns passes as ever
        message = f"{standing(row.findings[0])} {message}"
        return _case(row.name, severity, message=message, kind=kind, lines=lines, fail_on="never")
    return _case(row.name, counted, message=message, kind=kind, lines=lines, fail_on=fail_on)


def _aside(finding: Finding, fail_on: str) -> ElementTree.Element:
    name = f"{finding.subject}: {title(finding.rule)}"
    lines = _told(finding)
    level = fail_on if finding.counts else "never"
    message = " ".join(filter(None, (standing(finding), says(finding))))
    return _case(name, finding.severity, message=message, kind=finding.rule, lines=lines, fail_on=level)


def _told(finding: Finding) -> list[str]:
    rests = (finding.rule, figures(finding), " ".join(finding.sources), place(finding))
    lines = [f"{finding.severity}: {finding.message}", "  " + " | ".join(filter(None, rests))]
    return [*lines, *([f"  {standing(finding)}"] if standing(finding) else [])]


def _case(name: str, severity: str, *, message: str, kind: str, lines: list[str], fail_on: str) -> ElementTree.Element:
    case = ElementTree.Element("testcase", {"name": clean(name)})
    body = "\n".join(clean(line) for line in lines)
    if severity and fail_on != "never" and SEVERITIES.index(severity) <= SEVERITIES.index(fail_on):
        outcome = ElementTree.SubElement(case, "failure", {"message": clean(message), "type": clean(kind) or severity})
        outcome.text = body
    elif severity in ("violation", "unknown"):
        ElementTree.SubElement(case, "skipped", {"message": clean(message)})
        ElementTree.SubElement(case, "system-out").text = body
    elif severity:
        ElementTree.SubElement(case, "system-out").text = body
    return case


def _sums(*suites: list[ElementTree.Element]) -> dict[str, str]:
    cases = [case for suite in suites for case in suite]
    failures = sum(case.find("failure") is not None for case in cases)
    return {"tests": str(len(cases)), "failures": str(failures), "errors": "0"}


def _site(row: Row) -> str:
    sites = [row.text("a_site"), row.text("b_site")]
    return clean(" to ".join(dict.fromkeys(filter(None, sites)))) or "links"
