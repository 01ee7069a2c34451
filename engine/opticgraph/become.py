"""What each link may become: what the strategies propose, each judged as the design it would give, and why not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import partial
from pathlib import Path

import polars as pl

from .alike import alike
from .applied import READ, Applied, apply, changed, module_columns, read_of
from .beside import fellows, findings_beside, flips_beside
from .candidates import ROW_SCHEMA, base_rows, judge_rows
from .choices import Change, Flip, LinkOptions, Option, Options, Rejected
from .contested import contests_of_rows
from .derive import Judged, derive
from .design import SIDES, Design
from .errors import QueryError
from .facts import graph_of
from .fleet import table_from, table_of
from .graph import OPTIC, XSD, minted
from .judge import Verdicts, judge
from .knowledge import Knowledge, fold, know
from .missing import missing_facts
from .offers import Asked, offers
from .parts import ModuleType
from .prices import Prices, read_prices
from .reason import Memory
from .repairs import Judging, least_changes
from .resolve import nearest
from .result import Audit, Rows
from .rules import read_rules
from .seats import Place, Seat, free_alike, places_of, seat_for
from .situations import kinds
from .strategies import STRATEGIES, propose, read_columns
from .wide import Wide

__all__ = ["FLIPPED", "WANTED_GBPS", "options", "why_not"]

WANTED_GBPS = 400  # where neither the design nor the user says what is wanted
MANY = 1000  # links beyond which the table of all options is worked out once a situation, and details when asked for
NEIGHBOURS = 64  # links at the devices of those asked for by name that are looked at with them
AT_ONCE = 50  # links whose details are then worked out together
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
    memory: Memory = {}  # links as they would be are of many kinds that there are today
    now = judge(design, judged, knowledge, known, catalogs, memory=memory)
    every = _every(judged, to_gbps)
    setting = _Setting(
        design=design,
        judged=judged,
        knowledge=knowledge,
        every=every,
        now=now,
        host=host,
        prices=read_prices(prices) if prices else None,
        judging=partial(judge_rows, knowledge=knowledge, rules=known, memory=memory),
        memory=memory,
        catalogs=catalogs,
    )
    rows = _named_only(every, links)
    many = rows.height > MANY and not links
    searched = rows.height <= FLIPPED or bool(links)
    told = _Block(setting, rows) if many else _offered(setting, rows, searched=searched)
    table = _table(setting, rows) if many else table_from(told)
    return Options(
        version=now.version,
        trust=trust,
        links=told,
        missing=missing_facts(table, now),
        notes=() if searched else (_UNSEARCHED,),
        table=table,
        types=knowledge.types,
    )


@dataclass(frozen=True)
class _Setting:
    """What options of any links are worked out in: the design as it is, what is believed, and what the user wants."""

    design: Design
    judged: Judged
    knowledge: Knowledge
    every: pl.DataFrame
    now: Audit
    host: str | None
    prices: Prices | None
    judging: Judging
    memory: Memory
    catalogs: Sequence[Path]


def _offered(setting: _Setting, links: pl.DataFrame, *, searched: bool) -> tuple[LinkOptions, ...]:
    """Everything about these rows; searched asks for flips and repairs too."""
    rows = _with_neighbours(links, setting.every) if searched else links
    places = places_of(setting.judged, rows, host=setting.host)
    applied = _applied(setting.design, rows, places, setting.knowledge)
    outcomes = setting.judging(pl.concat([changed(rows, applied), fellows(rows, applied)]))
    asked = Asked(
        rows=list(rows.iter_rows(named=True)),
        everyone=list(_touched(rows, setting.every).iter_rows(named=True)),
        groups=dict(setting.design.groups.select("group", "kind").iter_rows()),
        places=places,
        applied=applied,
        outcomes=outcomes,
        findings=findings_beside(applied, outcomes),
        prices=setting.prices,
    )
    flips = _flips(rows, asked, setting.judging, links.height) if searched else {}
    repairs = _repairs(setting, links, places) if searched else {}
    swayed = _contested(setting, changed(rows, applied), asked) if searched else {}
    return offers(asked, setting.now, flips=flips, repairs=repairs, contested=swayed)[: links.height]


def _contested(setting: _Setting, rows: pl.DataFrame, asked: Asked) -> Mapping[int, tuple[str, ...]]:
    """Of each proposal, by its place, what would give it another verdict were it believed.

    Left out are proposals that hang on more than their own row: another link that goes on beside, a cage to be found.
    """
    found = contests_of_rows(rows, asked.outcomes, catalogs=setting.catalogs, memory=setting.memory)
    alone = {at for at, (_, each) in enumerate(asked.applied) if not each.proposal.beside and not each.lacks}
    return {at: tuple(map(str, each)) for at, each in found.items() if at in alone}


def _touched(links: pl.DataFrame, every: pl.DataFrame) -> pl.DataFrame:
    """All links that an option of these could touch: those in their groups and at their devices."""
    devices = pl.concat([links["a_device"], links["b_device"]]).unique().implode()
    at_devices = pl.col("a_device").is_in(devices) | pl.col("b_device").is_in(devices)
    return every.filter(at_devices | pl.col("group").is_in(links["group"].drop_nulls().unique().implode()))


def _with_neighbours(links: pl.DataFrame, every: pl.DataFrame) -> pl.DataFrame:
    """These rows, and after them other links at their devices: the legs of one module may be among those."""
    devices = pl.concat([links["a_device"], links["b_device"]]).unique().implode()
    near = pl.col("a_device").is_in(devices) | pl.col("b_device").is_in(devices)
    others = every.filter(near).join(links.select("link"), on="link", how="anti", maintain_order="left")
    return pl.concat([links, others.head(NEIGHBOURS)])


class _Block(Rows[LinkOptions]):
    """Options of many links, worked out some at a time when they are asked for."""

    def __init__(self, setting: _Setting, rows: pl.DataFrame) -> None:
        self._setting, self._rows = setting, rows
        self._first, self._told = 0, ()  # type: int, tuple[LinkOptions, ...]

    def __len__(self) -> int:
        return self._rows.height

    def row(self, at: int) -> LinkOptions:
        if not self._first <= at < self._first + len(self._told):
            self._first = at // AT_ONCE * AT_ONCE
            self._told = _offered(self._setting, self._rows[self._first : self._first + AT_ONCE], searched=False)
        return self._told[at - self._first]


def _table(setting: _Setting, rows: pl.DataFrame) -> pl.DataFrame:
    free = free_alike(setting.judged)
    rows = rows.with_columns(
        pl.col(f"{side}_device").replace_strict(free, default=None, return_dtype=pl.Int64).alias(f"{side}_free")
        for side in SIDES
    )
    beside = ("a_type", "b_type", "a_free", "b_free", "parallel")
    rows = rows.with_columns(kind=kinds(rows, beside).cast(pl.Int64))
    first = rows.unique("kind", keep="first", maintain_order=True)
    places = places_of(setting.judged, first, host=setting.host)
    applied: dict[int, list[Applied]] = defaultdict(list)
    for nth, each in _applied(setting.design, first, places, setting.knowledge):
        applied[first["kind"][nth]].append(each)
    assert isinstance(setting.now.verdicts, Verdicts)
    return table_of(rows, applied, setting.now.verdicts.words, setting.judging)


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
    """The rows of links, with what the strategies read beside: target, parallel links, and the number these share."""
    found = base_rows(judged).filter(pl.col("status") != "spare").sort("link")
    told = ("a_type", "b_type", "a_speaks", "b_speaks", "a_power_high_mw", "b_power_high_mw", "strands_needed")
    types = judged.links.select("link", "case", *told).filter(pl.col("case") == 0)
    found = found.join(types.drop("case"), on="link", how="left", maintain_order="left")
    wanted = pl.lit(to_gbps) if to_gbps else pl.col("target_gbps").fill_null(WANTED_GBPS)
    found = found.with_columns(target_gbps=pl.when(wanted > pl.col("rate_gbps").fill_null(0)).then(wanted))
    # whichever end a record names first, of any maker
    ends = [pl.col(f"{side}_{name}").fill_null("") for name in ("device", "speaks") for side in SIDES]
    same = [each(*ends[at : at + 2]) for at in (0, 2) for each in (pl.min_horizontal, pl.max_horizontal)]
    team = alike(Wide(found), [*same, *map(pl.col, ("rate_gbps", "fiber_type", "target_gbps"))])
    active = pl.col("status") == "active"
    whole = active & (pl.col("a_lanes").list.len().fill_null(0) == 0) & (pl.col("b_lanes").list.len().fill_null(0) == 0)
    return found.with_columns(team=pl.when(whole).then(team)).with_columns(
        parallel=pl.when(pl.col("team").is_not_null()).then(pl.len().over("team")).cast(pl.Int64)
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
    read = [pl.col(name) for name in (*read_columns(), "a_type", "b_type", "parallel") if name in rows.columns]
    groups = rows.select("link").with_row_index("at").with_columns(group=alike(Wide(rows), read))
    first = groups.group_by("group", maintain_order=True).agg(pl.col("link").first(), "at")
    few = rows[first["at"].list.first()]
    asked = _with_only(design, few)
    graph = graph_of(asked, derive(asked, knowledge), knowledge) + _beside(few)
    members = dict(first.select("link", "at").iter_rows())
    held = list(rows.select(READ).iter_rows(named=True))
    ends = [
        {side: places[end] for side, end in zip(SIDES, ((a, a_port), (b, b_port)), strict=True)}
        for a, a_port, b, b_port in rows.select("a_device", "a_port", "b_device", "b_port").iter_rows()
    ]
    numbers: dict[object, int] = {}
    like = [numbers.setdefault(read_of(row, own), len(numbers)) for row, own in zip(held, ends, strict=True)]
    proposals: dict[object, int] = {}
    told: dict[tuple[int, int], tuple[Applied, object] | None] = {}  # by proposal, of links that are read alike
    found: dict[int, list[Applied]] = defaultdict(list)
    seen: set[tuple[int, object]] = set()
    seated: dict[tuple[str, Place], tuple[ModuleType, Seat] | None] = {}

    def seat(interface: str, place: Place) -> tuple[ModuleType, Seat] | None:
        if (interface, place) not in seated:
            seated[interface, place] = seat_for(interface, place, knowledge=knowledge)
        return seated[interface, place]

    for proposal in propose(graph):
        said = proposals.setdefault(proposal.said, len(proposals))
        for nth in members.get(proposal.link, ()):  # not for further meanings of a name, which are links of their own
            if (said, like[nth]) not in told:
                made = apply(proposal, held[nth], ends[nth], knowledge, seat)
                told[said, like[nth]] = (made, _same(made)) if made else None
            if (each := told[said, like[nth]]) and (nth, each[1]) not in seen:
                seen.add((nth, each[1]))  # two strategies may propose the same; the first one has it
                found[nth].append(each[0])
    return [(nth, applied) for nth in sorted(found) for applied in found[nth]]


def _same(applied: Applied) -> object:
    """What two proposals to one link have alike if they are the same."""
    proposal = applied.proposal
    return proposal.copies, proposal.merged, proposal.beside, str(sorted(applied.changes.items()))


def _with_only(design: Design, links: pl.DataFrame) -> Design:
    """The design with these links, and of ports and devices those that they use."""
    ends = pl.concat(links.select(device=f"{side}_device", port=f"{side}_port") for side in SIDES)
    return replace(
        design,
        links=links.select(*design.links.columns),
        ports=design.ports.join(ends, on=["device", "port"], how="semi"),
        devices=design.devices.join(ends, on="device", how="semi"),
        triples=b"",
    )


def _beside(rows: pl.DataFrame) -> bytes:
    """What strategies read of links beside the derived facts, as N-Triples."""
    several = rows.filter(pl.col("parallel") > 1)
    iris = minted("link", several["link"])
    lines = (
        f'{iri} <{OPTIC}parallelLinks> "{count}"^^<{XSD}integer> .\n'
        for iri, count in zip(iris, several["parallel"], strict=True)
    )
    return "".join(lines).encode()


# --- what would flip it, and repairs ---------------------------------------------------------------------------------


def _flips(rows: pl.DataFrame, asked: Asked, judging: Judging, count: int) -> Mapping[int, tuple[Flip, ...]]:
    """Of every rejected proposal to the first rows, by its place, the least changes that would make it work."""
    rejected = [at for at, (nth, _) in enumerate(asked.applied) if nth < count and asked.verdict(at) == "fails"]
    found = least_changes(changed(rows, [asked.applied[at] for at in rejected]), judging, prices=asked.prices)
    flips = {rejected[nth]: flips for nth, flips in found.items()}
    return flips | flips_beside(rows, asked.applied, flips, judging)


def _repairs(
    setting: _Setting, rows: pl.DataFrame, places: Mapping[tuple[str, str], Place]
) -> Mapping[str, tuple[Flip, ...]]:
    """Of every link that fails today the least changes of plant, settings and modules that make it work."""
    failing = [verdict.link for verdict in setting.now.verdicts if verdict.verdict == "fails"]
    asked = rows.filter(pl.col("link").is_in(failing))
    more = partial(_modules, places=places, knowledge=setting.knowledge)
    found = least_changes(asked.select(*ROW_SCHEMA), setting.judging, more=more, prices=setting.prices)
    return {asked["link"][nth]: flips for nth, flips in found.items()}


def _modules(rule: str, row: Row, *, places: Mapping[tuple[str, str], Place], knowledge: Knowledge) -> list[Change]:
    """Another module of the rate of now, at one end or at both, in the cages of now."""
    fitting: dict[str, dict[str, Change]] = {}
    for side in SIDES:
        place = places[str(row[f"{side}_device"]), str(row[f"{side}_port"])]
        kept = Place(place.seats[:1])
        fitting[side] = {}
        for interface, known in knowledge.interfaces.items():
            if known.rate_gbps != row["rate_gbps"]:
                continue
            found = seat_for(interface, kept, knowledge=knowledge)
            if found and found[0].form_factor in knowledge.takes.get(str(row[f"{side}_cage"]), ()):
                type_ = found[0]
                values = tuple(module_columns(side, type_).items())
                fitting[side][interface] = Change(values, f"{type_.id} at end {side}", parts=((type_.id, 1),))
    single = [change for side in SIDES for change in fitting[side].values()]
    pairs = [
        Change(
            (*a.values, *fitting["b"][interface].values), f"{_named(a)} at both ends", cost=2, parts=((_named(a), 2),)
        )
        for interface, a in fitting["a"].items()
        if interface in fitting["b"]
    ]
    return [*single, *pairs]


def _named(change: Change) -> str:
    return str(change.values[0][1])
