"""What changed between two designs, two results, or a design and a what-if: verdicts, findings, options, and why."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from .cache import digest
from .causes import Judgement
from .changes import compared
from .choices import Options
from .derive import derive
from .design import Design
from .difference import Diff, OptionChange, PlanChange
from .errors import QueryError
from .goalfile import read_goal
from .judge import judge
from .knowledge import know
from .limits import NO_LIMITS
from .outcomes import Outcomes, changed_options, outcomes_of
from .prices import read_prices
from .replanned import changed_plan, limited
from .result import Audit
from .rules import read_rules
from .whatif import Overlay, overlay_of, priced, retiring

__all__ = ["diff"]


def diff(
    old: Design | Audit,
    new: Design | Audit | None = None,
    *,
    trust: str = "standards",
    rules: Sequence[Path] = (),
    catalogs: Sequence[Path] = (),
    new_trust: str | None = None,
    new_rules: Sequence[Path] = (),
    new_catalogs: Sequence[Path] = (),
    what_if: Sequence[str] = (),
    options: bool = False,
    to_gbps: int | None = None,
    links: Sequence[str] = (),
    prices: Path | None = None,
    goal: Path | None = None,
    names: tuple[str, str] = ("old", "new"),
) -> Diff:
    """Compare two designs or results; without a new one, the old design under another trust, rules, catalogue, what-if.

    trust, rules, catalogs  hold for both sides; new_trust takes their place on the new side, the other two come on top
    what_if                 changes of the new side, as whatif.py has them
    options                 compare too what links may become, with to_gbps, links and prices as options() takes them;
                            done in any case where a what-if is about that
    goal                    compare too the plans that reach it on both sides, with to_gbps and prices as plan() does
    names                   what to call the two

    Raises QueryError for a change that means nothing, DesignError and CatalogError as load and audit do.

    >>> changes = opticgraph.diff(design, what_if=["link agb-ing-1 length_km+=12"])
    >>> [(each.link, each.old, each.new) for each in changes.links]
    [('agb-ing-1', 'works', 'fails')]
    >>> print(changes.links[0].causes[0].words)
    link agb-ing-1: length_m 71600 -> 83600
    """
    overlay = overlay_of(what_if)
    _refuse(old, new, overlay, judged_anew=bool(new_trust or new_rules or new_catalogs), prices=prices, options=options)
    if goal and (isinstance(old, Audit) or isinstance(new, Audit)):
        raise QueryError("--goal: found a result, which has no record; expected designs")
    with ExitStack() as stack:
        was = _Setting(trust, tuple(rules), tuple(catalogs), prices)
        one = _judged(old, was) if isinstance(old, Design) else old
        if isinstance(new, Audit):
            return compared(one, new, names=names)
        is_ = _Setting(new_trust or trust, (*was.rules, *new_rules), (*was.catalogs, *new_catalogs), prices)
        if overlay.words:
            is_ = _overlaid(is_, overlay, Path(stack.enter_context(TemporaryDirectory(prefix="opticgraph-"))))
        design = new if new is not None else old
        assert isinstance(design, Design)
        design = overlay.design(design)
        same = isinstance(one, Judgement) and design is one.design and is_ == was
        other = one if isinstance(one, Judgement) and same else _judged(design, is_)
        found = compared(one, other, names=names, what_if=overlay.words)
        if isinstance(one, Judgement) and (options or overlay.of_options):
            found = replace(found, options=_options((one, other), (was, is_), overlay, to_gbps, links))
        if isinstance(one, Judgement) and goal:
            found = replace(found, plans=_plans((one, other), (was, is_), overlay, goal, to_gbps))
        return found


@dataclass(frozen=True)
class _Setting:
    """What a side is judged with."""

    trust: str
    rules: tuple[Path, ...]
    catalogs: tuple[Path, ...]
    prices: Path | None


def _refuse(
    old: Design | Audit,
    new: Design | Audit | None,
    overlay: Overlay,
    *,
    judged_anew: bool,
    prices: Path | None,
    options: bool,
) -> None:
    """Say what cannot be compared, before anything is worked out."""
    if new is None and isinstance(old, Audit):
        raise QueryError("NEW: found a result alone; expected a result or design to compare it with")
    if isinstance(new, Audit) and (overlay.words or judged_anew):
        raise QueryError("NEW: found a result, which is judged already; expected a design to change or judge otherwise")
    if overlay.prices and prices is None:
        raise QueryError("--what-if price ...: found no price list; expected --prices FILE")
    if (options or overlay.of_options) and (isinstance(old, Audit) or isinstance(new, Audit)):
        raise QueryError("--options: found a result, which has no record; expected designs")


def _overlaid(setting: _Setting, overlay: Overlay, folder: Path) -> _Setting:
    """The setting with what an overlay says of trust, rules and prices, as files where files say it."""
    setting = replace(setting, trust=overlay.trust(setting.trust))
    if overlay.retired:
        file = folder / "what-if.ttl"
        text = retiring(overlay.retired, know(trust=setting.trust, catalogs=setting.catalogs))
        file.write_text(text, encoding="utf-8")
        setting = replace(setting, rules=(*setting.rules, file))
    if overlay.prices and setting.prices:
        file = folder / "prices.csv"
        file.write_text(priced(read_prices(setting.prices), overlay.prices), encoding="utf-8")
        setting = replace(setting, prices=file)
    return setting


def _judged(design: Design, setting: _Setting) -> Judgement:
    knowledge, rules = know(trust=setting.trust, catalogs=setting.catalogs), read_rules(setting.rules)
    judged = derive(design, knowledge)
    audit = judge(design, judged, knowledge, rules, setting.catalogs)
    return Judgement(design, judged, knowledge, rules, audit, digest(setting.catalogs))


def _options(
    sides: tuple[Judgement, Judgement],
    settings: tuple[_Setting, _Setting],
    overlay: Overlay,
    to_gbps: int | None,
    links: Sequence[str],
) -> tuple[OptionChange, ...]:
    from .become import options  # takes a third of a second that a diff of verdicts has no need of

    limits = NO_LIMITS, overlay.limits(sides[1].knowledge)  # before anything is worked out: it may name nothing
    told: list[Outcomes] = []
    found: Options | None = None
    for side, setting, forbidden in zip(sides, settings, limits, strict=True):
        names = _there(links, side, sides)
        if links and not names:
            told.append({})
            continue
        if found is None or side is not sides[0]:
            found = options(
                side.design,
                to_gbps=to_gbps,
                links=names,
                prices=setting.prices,
                trust=setting.trust,
                rules=setting.rules,
                catalogs=setting.catalogs,
            )
        told.append(outcomes_of(found, side.judged, forbidden))
    return changed_options(*told)


def _plans(
    sides: tuple[Judgement, Judgement],
    settings: tuple[_Setting, _Setting],
    overlay: Overlay,
    goal: Path,
    to_gbps: int | None,
) -> PlanChange:
    from .planner import plan  # needs OR-Tools, which comparing verdicts does not

    wish = read_goal(goal)
    wishes = wish, limited(wish, overlay.limits(sides[1].knowledge))
    old, new = (
        plan(
            side.design,
            to_gbps=to_gbps,
            goal=own,
            prices=setting.prices,
            trust=setting.trust,
            rules=setting.rules,
            catalogs=setting.catalogs,
        )
        for side, setting, own in zip(sides, settings, wishes, strict=True)
    )
    return changed_plan(old, new)


def _there(links: Sequence[str], side: Judgement, sides: tuple[Judgement, Judgement]) -> list[str]:
    """The links asked for that this side has, or that none has: that is said when they are looked for."""
    held = [set(each.design.links["link"]) for each in (side, *sides)]
    return [name for name in links if name in held[0] or not any(name in each for each in held)]
