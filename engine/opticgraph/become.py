"""What each link may become: what the strategies propose, each judged as the design it would give, and why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from functools import partial
from pathlib import Path

import polars as pl

from .applied import Applied, apply, module_columns
from .candidates import ROW_SCHEMA, base_rows, judge_rows
from .choices import Change, Flip, Option, Options, Rejected
from .derive import Judged, derive
from .design import SIDES, Design
from .errors import QueryError
from .facts import graph_of
from .judge import judge
from .knowledge import Knowledge, fold, know
from .missing import missing_facts
from .offers import Asked, offers
from .prices import read_prices
from .reason import Memory
from .repairs import Judging, least_changes
from .resolve import nearest
from .result import Audit
from .rules import read_rules
from .seats import Place, places_of, seat_for
from .strategies import STRATEGIES, propose

__all__ = ["FLIPPED", "WANTED_GBPS", "options", "why_not"]

WANTED_GBPS = 400  # where neither the design nor the user says what is wanted
FLIPPED = 60  # links up to which it is searched what would flip each rejection; beyond, of links asked for by name

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
    every = _every(judged, to_gbps)
    rows = _named_only(every, links)
    places = places_of(judged, rows, host=host)
    applied = _applied(design, rows, places, knowledge)
    memory: Memory = {}
    judging = partial(judge_rows, knowledge=knowledge, rules=known, memory=memory)
    asked = Asked(
        rows=list(rows.iter_rows(named=True)),
        everyone=list(every.iter_rows(named=True)),
        groups=dict(design.groups.select("group", "kind").iter_rows()),
        places=places,
        applied=applied,
        outcomes=judging(_changed(rows, applied)),
        prices=read_prices(prices) if prices else None,
    )
    searched = rows.height <= FLIPPED or bool(links)
    told = offers(
        asked,
        now,
        flips=_flips(rows, asked, judging) if searched else {},
        repairs=_repairs(rows, now, places, knowledge, judging) if searched else {},
    )
    notes = () if searched else (_UNSEARCHED,)
    return Options(now.version, trust, told, missing_facts(told, now), notes)


_UNSEARCHED = (
    f"What would flip a rejection is searched for up to {FLIPPED} links at once; name links with --link to see it."
)


def why_not(
    design: Design,
    link: str,
    what: str,
    *,
    trust: str = "standards",
    rules: Sequence[Path] = (),
    catalogs: Sequence[Path] = (),
) -> Options:
    """Of one link only what a strategy, module or interface comes to: the rules that reject it and what would help.

    what is a strategy, or a catalogue id, part number or common name. Raises QueryError where it is neither, or where
    nothing of the sort was tried on the link.
    """
    found = options(design, links=[link], trust=trust, rules=rules, catalogs=catalogs)
    wanted = _meant(what, know(trust=trust, catalogs=catalogs))
    told = found.links[0]

    def is_meant(each: Option | Rejected) -> bool:
        return each.strategy == what or bool(
            wanted & {each.a_module, each.b_module, each.a_interface, each.b_interface}
        )

    kept = replace(
        told,
        options=tuple(option for option in told.options if is_meant(option)),
        rejected=tuple(rejected for rejected in told.rejected if is_meant(rejected)),
        repairs=(),
    )
    if not kept.options and not kept.rejected:
        raise QueryError(f"--why-not: found {what!r}; nothing of that sort was tried on {link} at {told.wanted_gbps}G")
    return replace(found, links=(kept,), missing=())


def _meant(what: str, knowledge: Knowledge) -> set[str | None]:
    """Ids of types and interfaces that a name stands for; none for a strategy."""
    if what in STRATEGIES:
        return set()
    ids = set(knowledge.names.get(fold(what), ()))
    if not ids:
        near = [*nearest(what, knowledge), *get_close_matches(what, STRATEGIES, n=2)]
        hint = f" Nearest: {', '.join(near)}." if near else ""
        expected = f"a strategy ({', '.join(STRATEGIES)}) or a module of the catalogue"
        raise QueryError(f"--why-not: found {what!r}; expected {expected}.{hint}")
    return {*ids, *(knowledge.types[id].interface for id in ids if id in knowledge.types)}


def _every(judged: Judged, to_gbps: int | None) -> pl.DataFrame:
    """The rows of links, with what the strategies read beside: target and parallel links."""
    found = base_rows(judged).filter(pl.col("status") != "spare").sort("link")
    types = judged.links.select("link", "case", "a_type", "b_type", "strands_needed").filter(pl.col("case") == 0)
    found = found.join(types.drop("case"), on="link", how="left", maintain_order="left")
    wanted = pl.lit(to_gbps) if to_gbps else pl.col("target_gbps").fill_null(WANTED_GBPS)
    found = found.with_columns(target_gbps=pl.when(wanted > pl.col("rate_gbps").fill_null(0)).then(wanted))
    pair = pl.concat_list("a_device", "b_device").list.sort()
    alike = [pair, "a_type", "b_type", "rate_gbps", "fiber_type", "target_gbps"]
    active = pl.col("status") == "active"
    whole = active & (pl.col("a_lanes").list.len().fill_null(0) == 0) & (pl.col("b_lanes").list.len().fill_null(0) == 0)
    return found.with_columns(
        parallel=pl.when(whole).then(whole.sum().over(alike)).cast(pl.Int64),
        team=pl.when(whole).then(pl.col("link").filter(whole).implode().over(alike)),
    )


def _named_only(every: pl.DataFrame, links: Sequence[str]) -> pl.DataFrame:
    names = set(every["link"])
    for name in links:
        if name not in names:
            near = get_close_matches(name, names, n=3, cutoff=0.4)
            hint = f" Nearest: {', '.join(near)}." if near else ""
            raise QueryError(f"link: found {name!r}; expected one of the {len(names)} judged links.{hint}")
    return every.filter(pl.col("link").is_in(list(links))) if links else every


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


def _flips(rows: pl.DataFrame, asked: Asked, judging: Judging) -> Mapping[int, tuple[Flip, ...]]:
    """Of every rejected proposal, by its place, the least changes that would make it work."""
    rejected = [at for at in range(len(asked.applied)) if asked.outcomes.verdict(at) == "fails"]
    found = least_changes(_changed(rows, [asked.applied[at] for at in rejected]), judging)
    return {rejected[nth]: flips for nth, flips in found.items()}


def _repairs(
    rows: pl.DataFrame, now: Audit, places: Mapping[tuple[str, str], Place], knowledge: Knowledge, judging: Judging
) -> Mapping[str, tuple[Flip, ...]]:
    """Of every link that fails today the least changes of plant, settings and modules that make it work."""
    failing = [verdict.link for verdict in now.verdicts if verdict.verdict == "fails"]
    asked = rows.filter(pl.col("link").is_in(failing))
    more = partial(_modules, places=places, knowledge=knowledge)
    found = least_changes(asked.select(*ROW_SCHEMA), judging, more=more)
    return {asked["link"][nth]: flips for nth, flips in found.items()}


def _modules(rule: str, row: Row, *, places: Mapping[tuple[str, str], Place], knowledge: Knowledge) -> list[Change]:
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
