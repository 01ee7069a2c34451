"""What an audit comes to: findings, verdicts and coverage, frozen and in a stable order."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar, overload

import polars as pl

from .design import Account
from .views import as_frame, as_graph, as_html

if TYPE_CHECKING:
    from rdflib import Graph

__all__ = ["FINDING", "Audit", "Coverage", "Finding", "Findings", "Rows", "Standing", "Verdict", "in_order", "texts"]

T = TypeVar("T", covariant=True)

SEVERITIES = ("violation", "unknown", "warning")  # worst first
VERDICTS = ("fails", "unknown", "works")  # worst first


class Rows(Sequence[T], ABC):
    """A sequence whose members are made when they are asked for: a million links have no million objects."""

    @abstractmethod
    def row(self, at: int) -> T:
        """The member at this place."""

    @overload
    def __getitem__(self, at: int) -> T: ...

    @overload
    def __getitem__(self, at: slice) -> tuple[T, ...]: ...

    def __getitem__(self, at: int | slice) -> T | tuple[T, ...]:
        if isinstance(at, slice):
            return tuple(self.row(n) for n in range(*at.indices(len(self))))
        place = range(len(self))[at]
        return self.row(place)


@dataclass(frozen=True)
class Finding:
    """One rule broken, or not to be judged, by one thing.

    id         stable: the same fault in the same design has the same id in every run
    rule       `link-within-reach`
    severity   violation, unknown or warning
    nature     cannot (no link possible), out-of-spec, cannot-tell, practice
    link       the link it is about, or None when it is about a device, port or group
    links      every link it touches, sorted
    end        a, b or None
    subject    what it is about in the user's words: `leaf1 Ethernet1/1 (100GBASE-LR4)`
    message    one sentence with figures, what clashes and the way out
    fault      the rule's static sentence (sh:message)
    found      the figure or word found, `14000`; limit what it was held against; unit `m`
    estimated  whether the figure found is an estimate
    sources    source ids the limit rests on, sorted
    contested  whether sources differ about a figure it rests on; `disputes` says about which, and how
    input      (file, row) of the record, or None
    shape      IRI of the SHACL shape; focus, path and value as in the SHACL report
    supply     of an unknown the column that would settle it (optic:supply), without its end: `module`, `length_km`
    waived     why it is accepted, by whom and until when, or None
    known      whether the older result that it was compared with has it too
    """

    id: str
    rule: str
    severity: str
    nature: str
    link: str | None
    links: tuple[str, ...]
    end: str | None
    subject: str
    message: str
    fault: str
    found: str | None
    limit: str | None
    unit: str | None
    estimated: bool
    sources: tuple[str, ...]
    contested: bool
    input: tuple[str, int] | None
    shape: str
    focus: str
    path: str | None
    value: str | None
    supply: str | None = None
    disputes: tuple[str, ...] = ()
    waived: str | None = None
    known: bool = False

    @property
    def counts(self) -> bool:
        """Whether it is to be answered for: nobody waived it, and it is new."""
        return self.waived is None and not self.known


_TEXT, _TEXTS = pl.String(), pl.List(pl.String())
# A finding as columns: its fields, with `file` and `row` for its input; `waived` and `known` only where they were told.
FINDING = pl.Schema(
    {
        "id": _TEXT,
        "rule": _TEXT,
        "severity": _TEXT,
        "nature": _TEXT,
        "link": _TEXT,
        "links": _TEXTS,
        "end": _TEXT,
        "subject": _TEXT,
        "message": _TEXT,
        "fault": _TEXT,
        "found": _TEXT,
        "limit": _TEXT,
        "unit": _TEXT,
        "estimated": pl.Boolean(),
        "sources": _TEXTS,
        "contested": pl.Boolean(),
        "file": _TEXT,
        "row": pl.Int64(),
        "shape": _TEXT,
        "focus": _TEXT,
        "path": _TEXT,
        "value": _TEXT,
        "supply": _TEXT,
        "disputes": _TEXTS,
    }
)
_LISTS = ("links", "sources", "disputes")


class Findings(Rows[Finding]):
    """Findings as columns (FINDING), each an object once it is asked for."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.frame = frame

    @classmethod
    def of(cls, findings: Iterable[Finding]) -> Findings:
        """The columns of findings that are objects."""
        held = list(findings)
        places = [finding.input or (None, None) for finding in held]
        told: dict[str, list[Any]] = {"file": [file for file, _ in places], "row": [row for _, row in places]}
        told |= {name: list(map(attrgetter(name), held)) for name in FINDING if name not in told}
        return cls(pl.DataFrame([texts(name, told[name], kind) for name, kind in FINDING.items()]))

    def __len__(self) -> int:
        return self.frame.height

    def row(self, at: int) -> Finding:
        return _finding(self.frame.row(at, named=True))

    def __iter__(self) -> Iterator[Finding]:
        return map(_finding, self.frame.iter_rows(named=True))


def _finding(row: dict[str, Any]) -> Finding:
    file, line = row.pop("file"), row.pop("row")
    for name in _LISTS:
        row[name] = tuple(row[name])
    return Finding(input=None if file is None or line is None else (file, line), **row)


def in_order(findings: pl.DataFrame) -> Findings:
    """Findings worst first, then by rule and link; those of no link last."""
    worst = pl.col("severity").replace_strict({word: at for at, word in enumerate(SEVERITIES)})
    return Findings(findings.sort(worst, "rule", pl.col("link").fill_null("~"), pl.col("end").fill_null(""), "id"))


def texts(name: str, values: Sequence[Any], kind: pl.DataType) -> pl.Series:
    """A column of Python values; of a list, those that are alike are made into one but once."""
    if kind == _TEXTS:
        number: dict[Any, int] = {}
        at = [number.setdefault(value, len(number)) for value in values]
        return _series(name, list(map(list, number)), kind).gather(at)
    return _series(name, values, kind)


def _series(name: str, values: Sequence[Any], kind: pl.DataType) -> pl.Series:
    try:
        return pl.Series(name, values, dtype=kind)
    except UnicodeEncodeError:  # lone surrogates can come out of a JSON input; no encoding has them
        return pl.Series(name, [_encodable(value) for value in values], dtype=kind)


def _encodable(value: Any) -> Any:
    if isinstance(value, list):
        return [_encodable(each) for each in value]
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


@dataclass(frozen=True)
class Verdict:
    """What one link's findings come to.

    rules       the rules of its violations, or if it has none of its unknowns
    assumed     what was assumed, as sentences
    judged      how many rules judged it
    not_judged  the rules that could not, for want of a value that does not block
    disputes    facts it rests on about which sources differ: `powerW of 100G-ZR4-QSFP28: 7.5 (MT-ZR4), 5 (BD-ZR4)`
    contested   what would give another verdict, were it believed: `works if reachM of X: 150 (SHOP), not 100 (MAKER)`
    """

    link: str
    verdict: str
    rules: tuple[str, ...]
    assumed: tuple[str, ...]
    judged: int
    not_judged: tuple[str, ...]
    disputes: tuple[str, ...]
    contested: tuple[str, ...]


@dataclass(frozen=True)
class Coverage:
    """How much one rule had to look at.

    judged      things judged; found: results, of any severity; not_judged: things it could not judge
    how         `whole graph` or `kinds`
    why         why it judged nothing, or why it needs the whole graph; else empty
    """

    rule: str
    judged: int
    found: int
    not_judged: int
    how: str
    why: str


@dataclass(frozen=True)
class Standing:
    """How many findings were accepted before.

    waivers   waivers given; waived: findings they cover
    baseline  the older result, or empty; known: findings that it has too, new: those it has not, gone: only it has
    """

    waivers: int = 0
    waived: int = 0
    baseline: str = ""
    known: int = 0
    new: int = 0
    gone: int = 0


@dataclass(frozen=True)
class Audit:
    """The whole answer: every link has one verdict; findings are worst first, then by rule and link.

    counts is links, works, fails, unknown. links holds for each link what reports show beside its
    verdict: device, port and module of both ends, length, site. standing is None where neither waivers nor an older
    result were given. rules and catalogs are the user's own files.
    """

    version: str
    trust: str
    verdicts: Sequence[Verdict]
    findings: Sequence[Finding]
    coverage: tuple[Coverage, ...]
    read: Account
    links: Sequence[Mapping[str, object]] = ()
    counts: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    standing: Standing | None = None
    rules: tuple[str, ...] = ()
    catalogs: tuple[str, ...] = ()

    @property
    def severities(self) -> frozenset[str]:
        """The severities of the findings that count."""
        if isinstance(self.findings, Findings):
            frame = self.findings.frame
            if self.standing is not None:
                frame = frame.filter(pl.col("waived").is_null() & ~pl.col("known"))
            return frozenset(frame["severity"].unique())
        return frozenset(finding.severity for finding in self.findings if finding.counts)

    def to_polars(self, table: str = "verdicts") -> pl.DataFrame:
        """One of its tables, in the order of its sequences.

        verdicts  one row a link: link, verdict, rules, assumed, judged, not_judged, disputes, contested
        findings  one row a finding: id, rule, severity, nature, link, links, end, subject, message, found, limit, unit,
                  estimated, sources, contested, supply, file, row; found and limit are in unit
        coverage  one row a rule: rule, judged, found, not_judged, how, why
        links     one row a link: link, status, group, rate_gbps, fiber_type, length_m, and of either end a_device,
                  a_port, a_module, a_site, b_device, b_port, b_module, b_site

        Raises InputError for a table of another name.

        >>> findings = result.to_polars("findings")
        >>> findings.group_by("severity").len().sort("severity").rows()
        [('unknown', 3), ('violation', 4), ('warning', 2)]
        """
        return as_frame(self, table)

    def to_graph(self) -> Graph:
        """The W3C SHACL validation report as an rdflib graph: a sh:ValidationResult for each finding.

        >>> from rdflib import SH
        >>> len(set(result.to_graph().objects(None, SH.result))) == len(result.findings)
        True
        """
        return as_graph(self)

    def _repr_html_(self) -> str:
        return as_html(self)
