"""The sentences that reports share: what a verdict says, what to supply first, what was read."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from types import MappingProxyType

from ..design import Account
from ..result import VERDICTS, Audit, Coverage, Finding
from .needs import give
from .rows import Row, links_of

__all__ = [
    "Cause",
    "alike",
    "causes",
    "clean",
    "counted",
    "ends",
    "fibre",
    "figures",
    "guesses",
    "headline",
    "idle",
    "listed",
    "modules",
    "place",
    "says",
    "standing",
    "stands",
    "tally",
    "title",
]

# Control characters, lone surrogates and marks that reverse the reading order: none belongs into a name, and a
# terminal, an XML reader or the eye would be misled by them.
BLANKS = re.compile(r"[\t\n\x0b\x0c\r\x85\u2028\u2029]+")
HIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


@dataclass(frozen=True)
class Cause:
    """One rule with findings: of how many things it found each severity, and how many links those touch."""

    rule: str
    violations: int
    unknowns: int
    warnings: int
    links: int


# How far a figure lies beyond its limit, in the trade's words.
BEYOND: Mapping[str, str] = MappingProxyType(
    {
        "cage-powers-module": "{by} more than the cage may draw",
        "device-powers-its-modules": "{by} more than the device has for optics",
        "dispersion-within-limit": "{by} beyond the dispersion limit",
        "group-keeps-its-floor": "{by} below the group's floor",
        "line-carries-coherent": "{by} of OSNR missing",
        "link-within-reach": "{by} beyond reach",
        "loss-within-budget": "{by} over budget",
        "receiver-not-overloaded": "{by} too much light at the receiver",
        "reflectance-within-limit": "{by} too much reflection",
    }
)


# Which findings tell why a verdict is what it is.
SEVERITY_OF: Mapping[str, str] = MappingProxyType({"fails": "violation", "unknown": "unknown", "works": "warning"})


def clean(text: str) -> str:
    """The text on one line, with characters that would mislead a terminal or an eye made visible."""
    return HIDDEN.sub("\N{REPLACEMENT CHARACTER}", BLANKS.sub(" ", text))


def counted(number: int, one: str, many: str = "") -> str:
    """`1 link`, `1,200 links`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def tally(counts: Mapping[str, int]) -> list[tuple[str, str]]:
    """Each verdict with its count as spoken: `4 fail`, `1 works`."""
    verbs = {"fails": "fail", "works": "work"}
    return [(word, f"{counts[word]:,} {word if counts[word] == 1 else verbs.get(word, word)}") for word in VERDICTS]


def listed(words: Iterable[str], most: int = 3) -> str:
    """The first few words, and how many more there are."""
    told = list(words)
    rest = len(told) - most
    return ", ".join(told[:most]) + (f" and {rest} more" if rest > 0 else "")


def title(rule: str) -> str:
    """A rule's name as spoken: `link within reach`."""
    return clean(rule).replace("-", " ")


def ends(row: Row, between: str = " \N{EM DASH} ") -> str:
    """Device and port of both ends."""
    return between.join(
        " ".join(filter(None, (row.text(f"{side}_device"), row.text(f"{side}_port")))) or "?" for side in "ab"
    )


def modules(row: Row, between: str = " / ") -> str:
    """The modules of both ends, once if they are the same."""
    names = [row.text(f"{side}_module") or "no module" for side in "ab"]
    return names[0] if names[0] == names[1] else between.join(names)


def fibre(row: Row) -> str:
    """Fibre type and length."""
    length = _length(row.text("length_m"))
    return " ".join(filter(None, (row.text("fiber_type"), length)))


def headline(row: Row) -> str:
    """What an architect is told first about a link, in one line."""
    verdict = row.verdict.verdict
    telling = [finding for finding in row.findings if finding.severity == SEVERITY_OF[verdict]]
    if verdict == "works":
        warnings = f"; {counted(len(telling), 'warning')}: {_spoken(telling[0].fault).rstrip('.')}" if telling else ""
        return f"Within spec; {_aspects(row)}{warnings}"
    if verdict == "unknown":
        asked = sorted({give(finding) for finding in telling})
        return f"Cannot tell: give {' and '.join(asked)}" if asked else "Cannot tell: nothing judged this link"
    if not telling:
        return "Out of specification"
    first = says(telling[0], active=row.text("status") in ("", "active"))
    whose = f"{_capital(telling[0].subject)}: " if telling[0].link is None else ""
    return f"{whose}{first}" + (f" ({len(telling) - 1} more)" if len(telling) > 1 else "")


def says(finding: Finding, *, active: bool = True) -> str:
    """What one finding means for its link, in few words; a link that is said to run may be running still."""
    if finding.severity == "unknown":
        return f"Cannot tell: give {give(finding)}"
    if finding.severity == "warning" or finding.nature == "practice":
        return f"Against good practice: {_spoken(finding.fault).rstrip('.')}"
    if finding.nature == "cannot":
        fault = _spoken(finding.fault).rstrip(".")
        # A link that runs and cannot run: one of the two statements is wrong, and nobody knows which from here.
        told = f" as recorded: {fault}; record or part is wrong" if active else f": {fault}"
        return f"No link possible{told}"
    beyond = _beyond(finding) or f"out of specification, {_spoken(finding.fault).rstrip('.')}"
    return _capital(f"{beyond}; may be running" if active and finding.link is not None else beyond)


def standing(finding: Finding) -> str:
    """Why a finding does not count, in words; empty where it does."""
    known = "Known: the older result has it too." if finding.known else ""
    waived = f"Waived: {finding.waived}." if finding.waived is not None else ""
    return " ".join(filter(None, (waived, known)))


def stands(audit: Audit) -> str:
    """How many findings were accepted before, in one line; empty where nobody asked."""
    told = audit.standing
    if told is None:
        return ""
    parts = [f"{told.waived:,} of {counted(len(audit.findings), 'finding')} waived"] if told.waivers else []
    if told.baseline:
        parts.append(f"{told.new:,} new against {told.baseline}, {told.known:,} known, {told.gone:,} gone")
    return "; ".join(parts) + "." if parts else "No finding was waived."


def figures(finding: Finding) -> str:
    """Figure and limit side by side, as far as the finding has them."""
    unit = f" {finding.unit}" if finding.unit else ""
    found = f"found {finding.found}{unit}{' (estimate)' if finding.estimated else ''}" if finding.found else ""
    limit = f"limit {finding.limit}{unit}" if finding.limit else ""
    return ", ".join(filter(None, (found, limit)))


def alike(findings: Iterable[Finding]) -> list[tuple[Finding, ...]]:
    """Findings that say the same, as both ends of a link often do, put together, in the order given."""
    told: dict[tuple[object, ...], list[Finding]] = {}
    for finding in findings:
        key = (finding.severity, finding.message, finding.link is None, finding.waived, finding.known)
        told.setdefault(key, []).append(finding)
    return [tuple(same) for same in told.values()]


def place(finding: Finding) -> str:
    """Where in the input the thing stands: `links.csv row 4`."""
    if finding.input is None:
        return ""
    file, row = finding.input
    return f"{file} row {row}" if row else file


def causes(audit: Audit) -> list[Cause]:
    """The rules with findings, those with most violations first."""
    severities: defaultdict[str, Counter[str]] = defaultdict(Counter)
    links: defaultdict[str, set[str]] = defaultdict(set)
    for finding in audit.findings:
        severities[finding.rule][finding.severity] += 1
        links[finding.rule].update(links_of(finding))
    made = [
        Cause(rule, told["violation"], told["unknown"], told["warning"], len(links[rule]))
        for rule, told in severities.items()
    ]
    return sorted(made, key=lambda cause: (-cause.violations, -cause.unknowns, -cause.warnings, cause.rule))


def idle(audit: Audit) -> list[tuple[str, str]]:
    """The rules that found nothing to judge, and why."""
    return [(rule.rule, rule.why or _lacking(rule)) for rule in audit.coverage if not rule.judged]


def guesses(account: Account) -> list[tuple[str, str, int]]:
    """What was assumed, summed: field, from what, for how many links."""
    told: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for guess in account.guessed:
        told[guess.field, guess.because].add(guess.link)
    return sorted(((*key, len(links)) for key, links in told.items()), key=lambda row: (-row[2], row[0], row[1]))


def _lacking(rule: Coverage) -> str:
    lacking = f"a value is missing on all of {counted(rule.not_judged, 'thing')} it is about"
    return lacking if rule.not_judged else "nothing of its kind in the design"


def _aspects(row: Row) -> str:
    verdict = row.verdict
    total = verdict.judged + len(verdict.not_judged)
    assumed = f", {len(verdict.assumed)} assumed" if verdict.assumed else ""
    return f"{verdict.judged} of {counted(total, 'aspect')} judged{assumed}"


def _beyond(finding: Finding) -> str:
    found, limit = _decimal(finding.found), _decimal(finding.limit)
    dark = finding.rule == "loss-within-budget" and finding.unit == "dBm"  # received power, not loss
    template = "{by} too little light at the receiver" if dark else BEYOND.get(finding.rule)
    if template is None or found is None or limit is None or found == limit:
        return ""
    by = abs(found - limit)
    unit = "dB" if finding.unit == "dBm" else finding.unit or ""  # two powers differ by a ratio
    told = _length(str(by)) if finding.unit == "m" else f"{_plain(by)} {unit}".strip()
    return template.format(by=told) + (" by estimate" if finding.estimated else "")


def _length(metres: str) -> str:
    value = _decimal(metres)
    if value is None:
        return metres
    return f"{_plain(value / 1000)} km" if abs(value) >= 1000 else f"{_plain(value)} m"


def _decimal(text: str | None) -> Decimal | None:
    try:
        value = Decimal(text or "")
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _plain(value: Decimal) -> str:
    told = f"{value:f}"
    return told.rstrip("0").rstrip(".") if "." in told else told


def _spoken(sentence: str) -> str:
    # Lower the first letter, but leave `FEC` and `A1` as they are.
    return sentence[:1].lower() + sentence[1:] if sentence[1:2].islower() or sentence[1:2] == " " else sentence


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
