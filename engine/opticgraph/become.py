"""What each link may become: what the strategies propose, each judged as the design it would give, and why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import partial
from pathlib import Path

import polars as pl

from .applied import changed, fellow, module_columns
from .beside import fellows, findings_beside, flips_beside, flips_with_added
from .between import standing
from .candidates import ROW_SCHEMA, judge_rows
from .choices import TABLE_SCHEMA, Change, Flip, LinkOptions, Option, Options, Rejected
from .contested import contests_of_rows
from .derive import Judged, derive
from .design import SIDES, Design
from .errors import QueryError
from .fleet import table_from
from .judge import judge
from .knowledge import Knowledge, fold, know
from .missing import missing_facts
from .offers import Asked, offers
from .prices import Prices, read_prices
from .proposals import applied_to, asked_links, told_alike
from .reason import Memory
from .repairs import Judging, least_changes
from .resolve import nearest
from .result import Audit, Rows
from .rules import Rules, read_rules
from .seats import Place, places_of, seat_for
from .strategies import STRATEGIES

__all__ = ["FLIPPED", "Setting", "option_table", "options", "options_in", "setting_of", "why_not", "why_not_of"]

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

    >>> choices = opticgraph.options(design, links=["agb-tie-1"])
    >>> option = choices.links[0].options[0]
    >>> option.strategy, option.rate_gbps, option.verdict
    ('port-reuse', 100, 'works')
    >>> choices.links[0].rejected[0].rules
    ('module-fits-cage',)
    """
    knowledge, known = know(trust=trust, catalogs=catalogs), read_rules(rules)
    judged = derive(design, knowledge)
    memory: Memory = {}  # links as they would be are of many kinds that there are today
    now = judge(design, judged, knowledge, known, catalogs, memory=memory)
    setting = setting_of(
        design, judged, now, knowledge, known, memory, to_gbps=to_gbps, host=host, prices=prices, catalogs=catalogs
    )
    return options_in(setting, links)


def setting_of(
    design: Design,
    judged: Judged,
    now: Audit,
    knowledge: Knowledge,
    rules: Rules,
    memory: Memory,
    *,
    to_gbps: int | None = None,
    host: str | None = None,
    prices: Path | None = None,
    catalogs: Sequence[Path] = (),
) -> Setting:
    """What options of any links of a design are worked out in, once it is judged; the memory is that of its audit."""
    return Setting(
        design=design,
        judged=judged,
        knowledge=knowledge,
        every=asked_links(judged, to_gbps),
        now=now,
        host=host,
        prices=read_prices(prices) if prices else None,
        judging=partial(judge_rows, knowledge=knowledge, rules=rules, memory=memory),
        memory=memory,
        catalogs=catalogs,
    )


def options_in(setting: Setting, links: Sequence[str] = ()) -> Options:
    """What these links may become, or all."""
    rows = _named_only(setting.every, links)
    many = rows.height > MANY and not links
    searched = rows.height <= FLIPPED or bool(links)
    told = _Block(setting, rows) if many else _offered(setting, rows, searched=searched)
    table = option_table(setting, rows) if many else table_from(told)
    return Options(
        version=setting.now.version,
        trust=setting.now.trust,
        links=told,
        missing=missing_facts(table, setting.now),
        notes=() if searched else (_UNSEARCHED,),
        table=table,
        types=setting.knowledge.types,
    )


@dataclass(frozen=True)
class Setting:
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


def _offered(setting: Setting, links: pl.DataFrame, *, searched: bool) -> tuple[LinkOptions, ...]:
    """Everything about these rows; searched asks for flips and repairs too."""
    rows = _with_neighbours(links, setting.every) if searched else links
    places = places_of(setting.judged, rows, host=setting.host)
    stand = standing(setting.judged, rows, setting.knowledge, host=setting.host)
    applied = applied_to(setting.design, stand.rows, places, setting.knowledge, stand.switches)
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


def _contested(setting: Setting, rows: pl.DataFrame, asked: Asked) -> Mapping[int, tuple[str, ...]]:
    """Of each proposal, by its place, what would give it another verdict were it believed.

    Left out are proposals that hang on more than their own row: another link that goes on beside or comes in, a cage
    to be found.
    """
    found = contests_of_rows(rows, asked.outcomes, catalogs=setting.catalogs, memory=setting.memory)
    alone = {at for at, (_, each) in enumerate(asked.applied) if fellow(each) is None and not each.lacks}
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

    def __init__(self, setting: Setting, rows: pl.DataFrame) -> None:
        self._setting, self._rows = setting, rows
        self._first, self._told = 0, ()  # type: int, tuple[LinkOptions, ...]

    def __len__(self) -> int:
        return self._rows.height

    def row(self, at: int) -> LinkOptions:
        if not self._first <= at < self._first + len(self._told):
            self._first = at // AT_ONCE * AT_ONCE
            self._told = _offered(self._setting, self._rows[self._first : self._first + AT_ONCE], searched=False)
        return self._told[at - self._first]


def option_table(setting: Setting, rows: pl.DataFrame | None = None) -> pl.DataFrame:
    """choices.TABLE_SCHEMA of these rows of the setting's links, or of all, worked out once a kind."""
    asked = setting.every if rows is None else rows
    told = told_alike(
        setting.design, setting.judged, asked, setting.now, setting.knowledge, setting.judging, host=setting.host
    )
    return told.table.select(*TABLE_SCHEMA)


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
    return why_not_of(found, what, know(trust=trust, catalogs=catalogs))


def why_not_of(found: Options, what: str, knowledge: Knowledge) -> Options:
    """Of the options of one link only what a strategy, module or interface comes to, as why_not."""
    wanted = _meant(what, knowledge)
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
        raise QueryError(
            f"--why-not: found {what!r}; nothing of that sort was tried on {told.link} at {told.wanted_gbps}G"
        )
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


def _named_only(every: pl.DataFrame, links: Sequence[str]) -> pl.DataFrame:
    names = set(every["link"])
    for name in links:
        if name not in names:
            near = get_close_matches(name, names, n=3, cutoff=0.4)
            hint = f" Nearest: {', '.join(near)}." if near else ""
            raise QueryError(f"link: found {name!r}; expected one of the {len(names)} judged links.{hint}")
    return every.filter(pl.col("link").is_in(list(links))) if links else every


# --- what would flip it, and repairs ---------------------------------------------------------------------------------


def _flips(rows: pl.DataFrame, asked: Asked, judging: Judging, count: int) -> Mapping[int, tuple[Flip, ...]]:
    """Of every rejected proposal to the first rows, by its place, the least changes that would make it work."""
    rejected = [at for at, (nth, _) in enumerate(asked.applied) if nth < count and asked.verdict(at) == "fails"]
    found = least_changes(changed(rows, [asked.applied[at] for at in rejected]), judging, prices=asked.prices)
    flips = {rejected[nth]: flips for nth, flips in found.items()}
    alone = flips | {at: flips.get(at, ()) for at in rejected if asked.applied[at][1].adds}
    beside = flips_beside(rows, asked.applied, flips, judging)
    return flips | beside | flips_with_added(rows, asked.applied, alone, judging)


def _repairs(
    setting: Setting, rows: pl.DataFrame, places: Mapping[tuple[str, str], Place]
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
