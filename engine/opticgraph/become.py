"""What each link may become: proposals of the strategies, each judged as the design it would give, and why not the rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import polars as pl

from .applied import Applied, apply, module_columns
from .candidates import ROW_SCHEMA, Outcomes, base_rows, judge_rows
from .choices import Change, Flip, LinkOptions, Missing, Option, Options, Rejected
from .derive import Judged, derive
from .design import SIDES, Design
from .errors import QueryError
from .facts import graph_of
from .judge import judge
from .knowledge import Knowledge, know
from .prices import Prices, read_prices
from .repairs import least_changes, needs_of
from .reason import Memory
from .result import Audit, Finding
from .rules import Rules, read_rules
from .seats import FREE, KEPT, Place, places_of
from .strategies import STRATEGIES, Proposal, propose
from .work import work_of

__all__ = ["FLIPPED", "WANTED_GBPS", "options"]

WANTED_GBPS = 400  # where neither the design nor the user says what is wanted
FLIPPED = 60  # links up to which every rejection is searched for what would flip it; beyond, for those asked for by name

Row = Mapping[str, object]


def options(
    design: Design,
    *,
    to_gbps: int | None = None,
    links: Sequence[str] = (),
    host: str | None = None,
    prices: Path | None = None,
    trust: str = "standards",
    rules: Sequence[Path] = (),
    catalogs: Sequence[Path] = (),
) -> Options:
    """What links may become at a wanted rate, and for what they may not, which rules say so and what would change that.

    to_gbps   the wanted rate; without it target_gbps of each link, else 400
    links     names; without them all links that are judged
    host      a model of the host catalogue that may take the place of a device
    prices    a price list: part, price, currency; without one, changes are counted

    Raises QueryError where no link has a name, DesignError for a host or price list that cannot be used.
    """
    knowledge, known = know(trust=trust, catalogs=catalogs), read_rules(rules)
    judged = derive(design, knowledge)
    now = judge(design, judged, knowledge, known)
    rows = _asked(judged, to_gbps, links)
    priced = read_prices(prices) if prices else None
    places = places_of(judged, rows, host=host)
    applied = _applied(design, rows, places, knowledge)
    memory: Memory = {}
    outcomes = judge_rows(_changed(rows, applied), knowledge=knowledge, rules=known, memory=memory)
    flips = _flips(rows, applied, outcomes, knowledge, known, memory) if rows.height <= FLIPPED or links else {}
    repairs = _repairs(rows, now, places, knowledge, known, memory) if rows.height <= FLIPPED or links else {}
    told = _told(rows, applied, outcomes, flips, repairs, now, knowledge, priced)
    notes = () if rows.height <= FLIPPED or links else (_UNSEARCHED.format(count=FLIPPED),)
    return Options(version=now.version, trust=trust, links=told, missing=_missing(told, now), notes=notes)


_UNSEARCHED = "What would flip a rejection is searched for up to {count} links at once; name links with --link to see it."


def _asked(judged: Judged, to_gbps: int | None, links: Sequence[str]) -> pl.DataFrame:
    """The rows of links that are asked about, with what the strategies read beside: target and parallel links."""
    found = base_rows(judged).sort("link")
    types = judged.links.select("link", "case", "a_type", "b_type", "strands_needed").filter(pl.col("case") == 0)
    found = found.join(types.drop("case"), on="link", how="left", maintain_order="left")
    wanted = pl.lit(to_gbps) if to_gbps else pl.col("target_gbps").fill_null(WANTED_GBPS)
    found = found.with_columns(target_gbps=pl.when(wanted > pl.col("rate_gbps").fill_null(0)).then(wanted))
    pair = pl.concat_list("a_device", "b_device").list.sort()
    alike = [pair, "a_type", "b_type", "rate_gbps", "fiber_type", "target_gbps"]
    active = pl.col("status") == "active"
    whole = active & (pl.col("a_lanes").list.len().fill_null(0) == 0) & (pl.col("b_lanes").list.len().fill_null(0) == 0)
    found = found.with_columns(
        parallel=pl.when(whole).then(whole.sum().over(alike)).cast(pl.Int64),
        team=pl.when(whole).then(pl.col("link").filter(whole).implode().over(alike)),
    )
    names = set(found["link"])
    for name in links:
        if name not in names:
            from difflib import get_close_matches

            near = get_close_matches(name, names, n=3, cutoff=0.4)
            hint = f" Nearest: {', '.join(near)}." if near else ""
            raise QueryError(f"link: found {name!r}; expected one of the {len(names)} judged links.{hint}")
    return found.filter(pl.col("link").is_in(list(links))) if links else found


def _applied(
    design: Design, rows: pl.DataFrame, places: Mapping[tuple[str, str], Place], knowledge: Knowledge
) -> list[tuple[int, Applied]]:
    """Every proposal on every link, with the link's place in rows; what two strategies propose alike stands once."""
    asked = replace(design, links=rows.select(*design.links.columns), triples=b"")
    graph = graph_of(asked, derive(asked, knowledge), knowledge) + _beside(rows)
    at = {link: nth for nth, link in enumerate(rows["link"])}
    held = list(rows.iter_rows(named=True))
    found: list[tuple[int, Applied]] = []
    seen: set[tuple[object, ...]] = set()
    for proposal in propose(graph):
        nth = at.get(proposal.link)
        if nth is None:
            continue
        row = held[nth]
        own = {side: places[str(row[f"{side}_device"]), str(row[f"{side}_port"])] for side in SIDES}
        applied = apply(proposal, row, own, knowledge)
        if applied is None:
            continue
        then = {**row, **applied.changes}
        key = (nth, proposal.copies, proposal.merged, proposal.beside, *(str(then[name]) for name in ROW_SCHEMA))
        if key not in seen:
            seen.add(key)
            found.append((nth, applied))
    return found


def _beside(rows: pl.DataFrame) -> bytes:
    """What strategies read of links beside the derived facts, as N-Triples."""
    from .graph import OPTIC, XSD, minted

    several = rows.filter(pl.col("parallel") > 1)
    iris = minted("link", several["link"])
    lines = (
        f'{iri} <{OPTIC}parallelLinks> "{count}"^^<{XSD}integer> .\n'
        for iri, count in zip(iris, several["parallel"], strict=True)
    )
    return "".join(lines).encode()


def _changed(rows: pl.DataFrame, applied: Sequence[tuple[int, Applied]]) -> pl.DataFrame:
    held = list(rows.select(*ROW_SCHEMA).iter_rows(named=True))
    records = [[{**held[nth], **each.changes}[name] for name in ROW_SCHEMA] for nth, each in applied]
    return pl.DataFrame(records, schema=ROW_SCHEMA, orient="row")


# --- what would flip it, and repairs ---------------------------------------------------------------------------------


def _flips(
    rows: pl.DataFrame,
    applied: Sequence[tuple[int, Applied]],
    outcomes: Outcomes,
    knowledge: Knowledge,
    rules: Rules,
    memory: Memory,
) -> Mapping[int, tuple[Flip, ...]]:
    """Of every rejected proposal, by its place, the least changes that would make it work."""
    rejected = [at for at in range(len(applied)) if outcomes.verdict(at) == "fails"]
    if not rejected:
        return {}
    found = least_changes(_changed(rows, [applied[at] for at in rejected]), knowledge=knowledge, rules=rules, memory=memory)
    return {rejected[nth]: flips for nth, flips in found.items()}


def _repairs(
    rows: pl.DataFrame, now: Audit, places: Mapping[tuple[str, str], Place], knowledge: Knowledge, rules: Rules, memory: Memory
) -> Mapping[str, tuple[Flip, ...]]:
    """Of every link that fails today the least changes of plant, settings and modules that make it work."""
    failing = {verdict.link for verdict in now.verdicts if verdict.verdict == "fails"}
    asked = rows.filter(pl.col("link").is_in(sorted(failing)))
    if asked.is_empty():
        return {}
    more = partial(_modules, places=places, knowledge=knowledge)
    found = least_changes(asked.select(*ROW_SCHEMA), knowledge=knowledge, rules=rules, memory=memory, more=more)
    return {asked["link"][nth]: flips for nth, flips in found.items()}


def _modules(
    rule: str, row: Row, *, places: Mapping[tuple[str, str], Place], knowledge: Knowledge
) -> list[Change]:
    """Another module of the rate of now, at one end or at both, in the cages of now."""
    fitting: dict[str, dict[str, Change]] = {}
    for side in SIDES:
        place = places[str(row[f"{side}_device"]).rstrip(), str(row[f"{side}_port"])]
        kept = Place(place.seats[:1], place.adapter)
        fitting[side] = {}
        for interface, known in knowledge.interfaces.items():
            if known.rate_gbps != row["rate_gbps"]:
                continue
            found = seat_for(interface, kept, knowledge=knowledge)
            if found and found[0].form_factor in knowledge.takes.get(str(row[f"{side}_cage"]), ()):
                type_ = found[0]
                values = tuple(module_columns(side, type_).items())
                fitting[side][interface] = Change(values, f"{type_.id} at end {side}")
    single = [change for side in SIDES for change in fitting[side].values()]
    pairs = [
        Change((*a.values, *fitting["b"][interface].values), f"{_named(a)} at both ends", cost=2)
        for interface, a in fitting["a"].items()
        if interface in fitting["b"]
    ]
    return [*single, *pairs]


def _named(change: Change) -> str:
    return str(change.values[0][1])


# --- told ----------------------------------------------------------------------------------------------------------


def _told(
    rows: pl.DataFrame,
    applied: Sequence[tuple[int, Applied]],
    outcomes: Outcomes,
    flips: Mapping[int, tuple[Flip, ...]],
    repairs: Mapping[str, tuple[Flip, ...]],
    now: Audit,
    knowledge: Knowledge,
    prices: Prices | None,
) -> tuple[LinkOptions, ...]:
    held = list(rows.iter_rows(named=True))
    verdicts = {verdict.link: verdict.verdict for verdict in now.verdicts}
    findings = outcomes.findings(range(len(applied)))
    moving = _moving_together(held, applied)
    own: dict[int, list[tuple[int, Applied]]] = defaultdict(list)
    for at, (nth, each) in enumerate(applied):
        own[nth].append((at, each))
    told = []
    for nth, row in enumerate(held):
        offered, refused = [], []
        for at, each in own[nth]:
            if each.proposal.strategy == "stay":
                offered.append(_stay(row, each, verdicts[str(row["link"])], now, knowledge))
            elif outcomes.verdict(at) == "fails":
                refused.append(_rejected(row, each, findings.get(at, ()), flips.get(at, ())))
            else:
                offered.append(_option(row, each, at, outcomes, findings.get(at, ()), moving, held, knowledge, prices))
        told.append(
            LinkOptions(
                link=str(row["link"]),
                now=verdicts[str(row["link"])],
                rate_gbps=_whole(row["rate_gbps"]),
                wanted_gbps=_whole(row["target_gbps"]),
                options=tuple(sorted(offered, key=_order)),
                rejected=tuple(sorted(refused, key=_refused_order)),
                repairs=repairs.get(str(row["link"]), ()),
            )
        )
    return tuple(told)


def _stay(row: Row, applied: Applied, verdict: str, now: Audit, knowledge: Knowledge) -> Option:
    """The link as it is, with the verdict of the audit."""
    work = work_of(row, applied, knowledge)
    own = tuple(finding for finding in now.findings if row["link"] in finding.links)
    needs = tuple(dict.fromkeys(f.supply for f in own if f.severity == "unknown" and f.supply))
    return _made(row, applied, verdict, needs, own, work, (), None, {})


def _option(
    row: Row,
    applied: Applied,
    at: int,
    outcomes: Outcomes,
    findings: tuple[Finding, ...],
    moving: Mapping[tuple[object, ...], Sequence[str]],
    held: Sequence[Row],
    knowledge: Knowledge,
    prices: Prices | None,
) -> Option:
    row = {**row, "loss_nm": row["loss_nm"]}
    work = work_of(row, applied, knowledge, expects=_levels(applied, outcomes.of(at)))
    together = _together(row, applied, moving, held)
    needs = (*needs_of(outcomes, at), *_seats_needed(row, applied))
    verdict = "unknown" if needs else outcomes.verdict(at)
    warnings = tuple(_group_warnings(row, applied, held))
    cost = None
    if prices:
        bought = [(prices.price(part.part), part.count) for part in work.parts if part.action == "buy"]
        cost = None if any(p is None for p, _ in bought) else float(sum(p * n for p, n in bought if p is not None))
    return _made(row, applied, verdict, needs, (*findings, *warnings), work, together, cost, applied.changes)


def _made(
    row: Row,
    applied: Applied,
    verdict: str,
    needs: tuple[str, ...],
    findings: tuple[Finding, ...],
    work: object,
    together: tuple[str, ...],
    cost: float | None,
    changes: Mapping[str, object],
) -> Option:
    return Option(
        strategy=applied.proposal.strategy,
        **_ends(row, applied),
        verdict=verdict,
        needs=tuple(dict.fromkeys(needs)),
        findings=findings,
        together=together,
        cost=cost,
        changes={name: (row[name], value) for name, value in changes.items() if name in ROW_SCHEMA},
        **vars(work),
    )


def _rejected(row: Row, applied: Applied, findings: tuple[Finding, ...], flips: tuple[Flip, ...]) -> Rejected:
    broken = [finding for finding in findings if finding.severity == "violation"]
    return Rejected(
        strategy=applied.proposal.strategy,
        **_ends(row, applied),
        rules=tuple(sorted({finding.rule for finding in broken})),
        findings=tuple(broken),
        flips=flips,
    )


def _ends(row: Row, applied: Applied) -> dict[str, object]:
    rate = applied.changes.get("rate_gbps", row["rate_gbps"])
    copies = applied.proposal.copies
    told: dict[str, object] = {"rate_gbps": _whole(rate) if copies is None else (_whole(rate) or 0) * copies}
    for side in SIDES:
        type_ = applied.types[side]
        told[f"{side}_module"] = type_.id if type_ else row[f"{side}_module"]
        told[f"{side}_interface"] = type_.interface if type_ else None
    return told


def _order(option: Option) -> tuple[object, ...]:
    return (
        STRATEGIES.index(option.strategy),
        option.verdict != "works",
        option.a_interface != option.b_interface,
        option.outage,
        option.power_mw[1] if option.power_mw[1] is not None else 10**9,
        str(option.a_module),
        str(option.b_module),
        str(sorted(option.changes)),
    )


def _refused_order(rejected: Rejected) -> tuple[object, ...]:
    return STRATEGIES.index(rejected.strategy), len(rejected.rules), str(rejected.a_module), str(rejected.b_module)


def _whole(value: object) -> int | None:
    return int(str(value)) if value is not None else None


def _levels(applied: Applied, row: Row) -> list[str]:
    """What each receiver should report after the work, from the launch powers and the loss of the path."""
    told = []
    for receiver, sender in (("a", "b"), ("b", "a")):
        type_ = applied.types[sender]
        low, high = row["path_low_mdb"], row["path_high_mdb"]
        if type_ is None or type_.launch_min_mdbm is None or type_.launch_max_mdbm is None or low is None or high is None:
            continue
        least, most = type_.launch_min_mdbm - int(str(high)), type_.launch_max_mdbm - int(str(low))
        told.append(f"end {receiver} receives {least / 1000:.1f} to {most / 1000:.1f} dBm a lane")
    return told


def _moving_together(held: Sequence[Row], applied: Sequence[tuple[int, Applied]]) -> Mapping[tuple[object, ...], list[str]]:
    """Of each breakout module that could be put into a device, the links that its lanes could serve."""
    served: dict[tuple[object, ...], list[str]] = defaultdict(list)
    for nth, each in applied:
        for key in _module_keys(held[nth], each):
            served[key].append(str(held[nth]["link"]))
    return {key: sorted(set(links)) for key, links in served.items()}


def _module_keys(row: Row, applied: Applied) -> list[tuple[object, ...]]:
    proposal = applied.proposal
    return [
        (proposal.strategy, side, row[f"{side}_device"], proposal.a_interface, proposal.b_interface, legs)
        for side in SIDES
        if (legs := getattr(proposal, f"{side}_legs"))
    ]


def _together(
    row: Row, applied: Applied, moving: Mapping[tuple[object, ...], Sequence[str]], held: Sequence[Row]
) -> tuple[str, ...]:
    """Links that move with this one: legs of one module, parallel links it takes over, other users of its cages."""
    own = str(row["link"])
    if applied.proposal.merged:
        team = sorted(row["team"] or ())  # type: ignore[call-overload]
        return tuple(link for link in team if link != own)[: applied.proposal.merged - 1]
    found: set[str] = set()
    for key in _module_keys(row, applied):
        links, legs = moving[key], int(str(key[-1]))
        first = links.index(own) // legs * legs
        found |= set(links[first : first + legs])
    for side in applied.new:
        if applied.seats[side].way == KEPT:
            place = (row[f"{side}_device"], row[f"{side}_port"])
            found |= {
                str(other["link"]) for other in held for s in SIDES if (other[f"{s}_device"], other[f"{s}_port"]) == place
            }
    return tuple(sorted(found - {own}))


def _seats_needed(row: Row, applied: Applied) -> list[str]:
    """Cages that more links like this one would need and no record or host catalogue names as free."""
    copies = applied.proposal.copies
    if not copies:
        return []
    return [f"{side}_port: {copies - 1} free cages like {row[f'{side}_device']} {row[f'{side}_port']}" for side in SIDES]


def _group_warnings(row: Row, applied: Applied, held: Sequence[Row]) -> list[Finding]:
    return []


# --- missing facts -------------------------------------------------------------------------------------------------


def _missing(told: Sequence[LinkOptions], now: Audit) -> tuple[Missing, ...]:
    """What is not recorded, those first that would settle most: of each sort the links whose record lacks it."""
    links: dict[str, set[str]] = defaultdict(set)
    verdicts: dict[str, int] = defaultdict(int)
    choices: dict[str, int] = defaultdict(int)
    asked = {each.link for each in told}
    by_link: dict[str, set[str]] = defaultdict(set)
    for finding in now.findings:
        if finding.severity == "unknown" and finding.supply and finding.link in asked:
            by_link[str(finding.link)].add(finding.supply)
    for link, supplies in by_link.items():
        for supply in supplies:
            links[supply].add(link)
            verdicts[supply] += len(supplies) == 1
    for each in told:
        for option in each.options:
            for need in option.needs if option.strategy != "stay" else ():
                supply = need.partition(":")[0].removeprefix("a_").removeprefix("b_")
                links[supply].add(each.link)
                choices[supply] += 1
    found = [
        Missing(supply, tuple(sorted(names)), verdicts[supply], choices[supply], _asking(supply, len(names)))
        for supply, names in links.items()
    ]
    return tuple(sorted(found, key=lambda each: (-each.verdicts - each.options, each.supply)))


def _asking(supply: str, count: int) -> str:
    spans = f"{count} span{'s' if count != 1 else ''}"
    said = {
        "loss_db": f"measure the loss of {spans}",
        "length_km": f"look up the length of {spans}",
        "module": f"read the part numbers at {count} link{'s' if count != 1 else ''}",
        "osnr_db": f"measure the OSNR of {spans}",
        "port": f"count the free cages at the ends of {count} link{'s' if count != 1 else ''}",
    }
    return said.get(supply, f"give {supply} of {count} link{'s' if count != 1 else ''}")
