"""Two audits held against each other: verdicts that changed, findings that came and went, and what bears on them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

import polars as pl

from .causes import Causes, Judgement
from .difference import Cause, Diff, FindingChange, LinkChange, Side
from .exits import NOTHING_TOLD, exit_code
from .judge import Verdicts
from .result import SEVERITIES, VERDICTS, Audit, Finding, Findings

__all__ = ["compared"]

# What a finding says, beside what it is about.
_SAID = ("severity", "nature", "message", "found", "limit", "unit", "estimated", "contested", "sources")
_WAYS = ("worse", "added", "removed", "better", "same")  # in the order in which they are told


def compared(
    old: Judgement | Audit, new: Judgement | Audit, *, names: tuple[str, str], what_if: Sequence[str] = ()
) -> Diff:
    """What changed from one to the other, and why as far as both have their records."""
    was, is_ = (side.audit if isinstance(side, Judgement) else side for side in (old, new))
    findings = _findings(was, is_)
    verdicts = _verdicts(was, is_, {link for link in findings if link is not None})
    told: _Told = _ByRecord(old, new, verdicts, findings) if _both(old, new) else _ByFigures(was, is_)  # type: ignore[arg-type]
    links = [
        LinkChange(link, *words, findings=tuple(findings.get(link, ())), causes=told.of(link, findings.get(link, ())))
        for link, words in verdicts.items()
    ]
    return Diff(
        version=is_.version,
        old=_side(names[0], was),
        new=_side(names[1], is_),
        what_if=tuple(what_if),
        causes=tuple(dict.fromkeys((*_heads(was, is_), *told.all))),
        records=told.records,
        links=tuple(sorted(links, key=_order)),
        others=tuple(findings.get(None, ())),
        options=None,
        notes=() if _both(old, new) else (_NO_RECORD,),
        nothing_told=exit_code((), is_.counts, is_.coverage, "violation") == NOTHING_TOLD,
    )


_NO_RECORD = (
    "A result has no record and no catalogue: why something changed is told from figures alone. Compare designs to see "
    "columns and sources."
)


def _both(old: Judgement | Audit, new: Judgement | Audit) -> bool:
    return isinstance(old, Judgement) and isinstance(new, Judgement)


def _side(name: str, audit: Audit) -> Side:
    return Side(name, audit.trust, audit.version, audit.counts)


def _heads(was: Audit, is_: Audit) -> list[Cause]:
    """Policy and version, where they differ."""
    heads = [
        Cause("trust", "policy", "", was.trust, is_.trust),
        Cause("version", "opticgraph", "", was.version, is_.version),
    ]
    return [head for head in heads if head.old != head.new]


def _order(change: LinkChange) -> tuple[int, int, str]:
    return _WAYS.index(change.way), VERDICTS.index(change.new or change.old or "works"), change.link


# --- verdicts and findings -------------------------------------------------------------------------------------------


def _verdicts(was: Audit, is_: Audit, touched: set[str]) -> Mapping[str, tuple[str | None, str | None]]:
    """Of every link whose verdict or findings changed what it was and is."""
    both = _words(was).join(_words(is_), on="link", how="full", coalesce=True, suffix=" now")
    changed = pl.col("verdict").ne_missing(pl.col("verdict now")) | pl.col("link").is_in(sorted(touched))
    return {link: (old, new) for link, old, new in both.filter(changed).sort("link").iter_rows()}


def _words(audit: Audit) -> pl.DataFrame:
    if isinstance(audit.verdicts, Verdicts):
        return audit.verdicts.words
    told = [(each.link, each.verdict) for each in audit.verdicts]
    return pl.DataFrame(told, schema={"link": pl.String(), "verdict": pl.String()}, orient="row")


def _findings(was: Audit, is_: Audit) -> Mapping[str | None, list[FindingChange]]:
    """Findings that came, went or say something else, by each link that they touch; None has those of no link."""
    old, new = (_frame(audit) for audit in (was, is_))
    went = Findings(old.join(new, on="id", how="anti", maintain_order="left"))
    came = Findings(new.join(old, on="id", how="anti", maintain_order="left"))
    changes = _paired(went, came) + _reworded(old, new)
    by_link: dict[str | None, list[FindingChange]] = defaultdict(list)
    for change in sorted(changes, key=_worst):
        if not change.links:
            by_link[None].append(change)
        for link in change.links:
            by_link[link].append(change)
    return by_link


def _frame(audit: Audit) -> pl.DataFrame:
    held = audit.findings
    return (held if isinstance(held, Findings) else Findings.of(held)).frame


def _reworded(old: pl.DataFrame, new: pl.DataFrame) -> list[FindingChange]:
    """Findings of one id that say different things."""
    both = old.select("id", *_SAID).join(new.select("id", *_SAID), on="id", suffix=" now")
    differ = pl.any_horizontal(_plain(name).ne_missing(_plain(f"{name} now")) for name in _SAID)
    ids = both.filter(differ).select("id")
    sides = [Findings(frame.join(ids, on="id", how="semi").sort("id")) for frame in (old, new)]
    return [FindingChange(one, other) for one, other in zip(*sides, strict=True)]


def _plain(name: str) -> pl.Expr:
    return pl.col(name).list.join(" ") if name.startswith("sources") else pl.col(name)


def _paired(went: Iterable[Finding], came: Iterable[Finding]) -> list[FindingChange]:
    """One rule that finds something else of the same thing is one change: what went and what came are told together."""
    waiting: dict[object, list[Finding]] = defaultdict(list)
    for finding in sorted(went, key=_rank):
        waiting[_about(finding)].append(finding)
    changes = []
    for finding in sorted(came, key=_rank):
        fellows = waiting[_about(finding)]
        changes.append(FindingChange(fellows.pop(0) if fellows else None, finding))
    return changes + [FindingChange(finding, None) for fellows in waiting.values() for finding in fellows]


def _about(finding: Finding) -> object:
    return finding.rule, finding.link, finding.end, finding.subject if finding.link is None else ""


def _rank(finding: Finding) -> tuple[int, str, str, str]:
    return SEVERITIES.index(finding.severity), finding.rule, finding.end or "", finding.id


def _worst(change: FindingChange) -> tuple[int, int, str, str, str]:
    way = 0 if change.old is None else 1 if change.new is not None else 2
    return (way, *_rank(change.told))


# --- why -------------------------------------------------------------------------------------------------------------


class _ByRecord:
    """Why, from the records, rules and facts of both sides."""

    def __init__(
        self,
        old: Judgement,
        new: Judgement,
        verdicts: Iterable[str],
        findings: Mapping[str | None, Sequence[FindingChange]],
    ) -> None:
        near = {name for changes in findings.values() for change in changes for name in change.links}
        self._causes = Causes(old, new, {*verdicts, *near})
        counted = Counter(thing[0] for thing in self._causes.records)
        self.records: Mapping[str, int] = MappingProxyType({f"{sort}s": counted[sort] for sort in sorted(counted)})
        self.all = self._causes.all

    def of(self, link: str, findings: Sequence[FindingChange]) -> tuple[Cause, ...]:
        return self._causes.of(link, findings)


class _ByFigures:
    """Why, from what results say: rules that only one had, and figures that differ."""

    def __init__(self, was: Audit, is_: Audit) -> None:
        had, has = ({each.rule for each in audit.coverage} for audit in (was, is_))
        self._rules = {rule: Cause("rule", rule, "", "there", None) for rule in had - has}
        self._rules |= {rule: Cause("rule", rule, "", None, "there") for rule in has - had}
        self.records: Mapping[str, int] = MappingProxyType({})
        self.all = tuple(sorted(self._rules.values()))

    def of(self, link: str, findings: Sequence[FindingChange]) -> tuple[Cause, ...]:
        found = {self._rules[change.told.rule] for change in findings if change.told.rule in self._rules}
        for change in findings:
            if change.old and change.new:
                for name in ("found", "limit"):
                    one, other = (_figure(each, name) for each in (change.old, change.new))
                    if one != other:
                        found.add(Cause("figures", change.told.subject, f"{change.told.rule}, {name}", one, other))
        return tuple(sorted(found))


_Told = _ByRecord | _ByFigures


def _figure(finding: Finding, name: str) -> str | None:
    value = getattr(finding, name)
    return f"{value} {finding.unit}" if value is not None and finding.unit else value
