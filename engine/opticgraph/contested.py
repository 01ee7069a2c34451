"""Verdicts that would be others if another source were believed: in one contested fact, or under another policy.

A world with one fact otherwise is judged as links with other modules: each module type that differs there gets a twin
of its own, so that the links of all worlds are rows of one design and are reasoned about in one run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from .candidates import ROW_SCHEMA, Outcomes, base_rows, derived_rows, judge_rows
from .derive import Judged
from .design import LINK_SCHEMA, SIDES, Design
from .errors import CatalogError
from .findings import verdict_of
from .knowledge import Interoperation, Knowledge, fold, know
from .otherwise import World, said_of, worlds
from .reason import Memory
from .resources import folder
from .rules import Rules
from .situations import LIMITS, kinds, situations, unmeasured
from .sources import OPPOSITES, PART, Fact, local
from .terms import from_iri
from .trust import trust_of
from .wide import Wide

__all__ = ["Otherwise", "contests", "contests_of_rows"]

MANY = 2000  # links beyond which one is judged for all that nothing tells apart
_TWIN = ".if"  # between a type and the number of a world; not in use in the catalogue, and plain in an IRI
_SHOWN = 3  # facts named that a policy believes otherwise
# What people know a module by, in the order in which they ask for it; other figures follow from who is believed.
_TELLING = (
    "reachM", "fibers", "connector", "polish", "legInterface", "modulation", "wavelengthNm", "hostFec", "moduleFec",
    "lossBudgetDb", "launchMinDbm", "launchMaxDbm", "receiveMinDbm", "overloadDbm", "interworksWith", "clashesWith",
)  # fmt: skip
_RANKS = ("", "warning", "unknown", "violation")
_MEANT = tuple(f"{side}_types" for side in SIDES)
_SPOKEN = tuple(f"{side}_speaks" for side in SIDES)


@dataclass(frozen=True, order=True)
class Otherwise:
    """One way in which a verdict would be another: which, and what would have to be believed."""

    verdict: str
    words: str

    def __str__(self) -> str:
        return f"{self.verdict} if {self.words}"


def contests(
    design: Design,
    judged: Judged,
    severities: pl.DataFrame,
    knowledge: Knowledge,
    rules: Rules,
    catalogs: Sequence[Path] = (),
    memory: Memory | None = None,
) -> Mapping[str, tuple[Otherwise, ...]]:
    """By link, each world and shipped policy that would give it another verdict; links that none would are left out.

    severities  link, rule, severity of every finding as judged
    memory      reason.reason's, of the audit as it is
    """
    every, others = _alternatives(judged, knowledge, catalogs)
    differs = _touched(every, knowledge, (believed for believed, _ in others))
    first = judged.links.select("case", *_MEANT, *_SPOKEN, *(f"{side}_cage" for side in SIDES))
    which = first.select(pl.arg_where((pl.col("case") == 0) & differs)).to_series()
    rows = _rows(design, judged, which)
    told: dict[str, dict[str, str]] = defaultdict(dict)
    for link, rule, severity in severities.join(rows.select("link"), on="link", how="semi").iter_rows():
        told[link][rule] = max(told[link].get(rule, ""), severity, key=_RANKS.index)
    memory = {} if memory is None else memory
    return _swayed(rows, every, others, knowledge=knowledge, rules=rules, memory=memory, told=told)


def contests_of_rows(
    rows: pl.DataFrame, outcomes: Outcomes, *, catalogs: Sequence[Path] = (), memory: Memory
) -> Mapping[int, tuple[Otherwise, ...]]:
    """The same of rows that were judged one by one, the first of those of the outcomes, by their places."""
    links = outcomes.judged.links
    every, others = _alternatives(outcomes.judged, outcomes.knowledge, catalogs)
    first = links.select("case", *_MEANT, *_SPOKEN).filter(pl.col("case") == 0).drop("case").head(rows.height)
    number = pl.int_range(pl.len()).cast(pl.String).alias("link")
    asked = rows.select(*ROW_SCHEMA).hstack(first).with_columns(number)
    touched = asked.filter(_touched(every, outcomes.knowledge, (believed for believed, _ in others)))
    found = _swayed(touched, every, others, knowledge=outcomes.knowledge, rules=outcomes.rules, memory=memory, told={})
    return {int(at): each for at, each in found.items()}


def _swayed(
    rows: pl.DataFrame,
    every: Sequence[World],
    others: Others,
    *,
    knowledge: Knowledge,
    rules: Rules,
    memory: Memory,
    told: Mapping[str, Mapping[str, str]],
) -> Mapping[str, tuple[Otherwise, ...]]:
    """By link, what would give it another verdict; told is the worst severity of each rule on it, as judged."""
    if rows.is_empty():
        return {}
    few, members = _standing(rows, every, knowledge, [believed for believed, _ in others])
    now: dict[str, Mapping[str, str]] = {}
    found: dict[str, set[Otherwise]] = defaultdict(set)
    for asked, outcomes in _cases(few, every, others, knowledge, rules, memory):
        for at, (link, words) in enumerate(asked.select("link", "words").iter_rows()):
            then = outcomes.severities(at)
            if words is None:
                now[link] = then
            elif then != now[link]:
                for member in members[link]:
                    # what is found beside the link itself, such as a port used twice, stays as it is
                    rest = [severity for rule, severity in told.get(member, {}).items() if rule not in now[link]]
                    verdict = verdict_of([*then.values(), *rest])
                    if verdict != verdict_of([*now[link].values(), *rest]):
                        found[member].add(Otherwise(verdict, words))
    return {link: tuple(sorted(each)) for link, each in found.items()}


Others = Sequence[tuple[Knowledge, str]]  # what else may be believed, and that in words, where it is one fact


def _alternatives(judged: Judged, knowledge: Knowledge, catalogs: Sequence[Path]) -> tuple[tuple[World, ...], Others]:
    """Worlds in which some type in use differs; and all else that may be believed: relations turned over, policies."""
    ids = {id for name in _MEANT for id in judged.links[name].unique().explode().drop_nulls()}
    every = worlds(sorted(ids), knowledge, catalogs)
    others = [(_turned(knowledge, world), world.words) for world in every if world.turned]
    for policy in sorted(path.stem for path in (folder("ontology") / "trust").glob("*.ttl")):
        if policy != trust_of(knowledge.trust).policy:
            with suppress(CatalogError):  # own data may contradict what another policy believes: nobody can hold both
                others.append((know(trust=policy, catalogs=catalogs), ""))
    return tuple(world for world in every if world.types), others


def _touched(every: Iterable[World], knowledge: Knowledge, others: Iterable[Knowledge]) -> pl.Expr:
    """Whether anything else may be believed about a link, told from its meanings, what it speaks and its cages."""
    differs = _one_of({id for world in every for id in world.types})
    for believed in others:
        differs |= _differing(knowledge, believed)
    return differs


def _one_of(ids: Iterable[str]) -> pl.Expr:
    return pl.concat_list(_MEANT).list.set_intersection(sorted(ids)).list.len().fill_null(0) > 0


def _rows(design: Design, judged: Judged, which: pl.Series) -> pl.DataFrame:
    """Links as recorded (candidates.ROW_SCHEMA), with the ids their names may mean; nothing is assumed in them."""
    links = judged.links[which]
    told = base_rows(replace(judged, links=Wide(links)))
    own = [name for name in LINK_SCHEMA if name not in ("link", "status")]
    kept = told.select("link", "status", *(name for name in ROW_SCHEMA if name not in LINK_SCHEMA))
    rows = kept.join(design.links.select("link", *own), on="link", how="left", maintain_order="left")
    return rows.select(*ROW_SCHEMA).hstack(links.select(*_MEANT, *_SPOKEN)).sort("link")


def _cases(
    rows: pl.DataFrame,
    every: Sequence[World],
    others: Others,
    knowledge: Knowledge,
    rules: Rules,
    memory: Memory,
) -> Iterator[tuple[pl.DataFrame, Outcomes]]:
    """Links as they are (`words` is null) and as they would be (what would have to be believed), and what comes out."""
    asked, believed = _with_worlds(rows, every, knowledge)
    # twins only add to what is known, so what was found of other kinds still holds
    yield asked, judge_rows(asked.select(*ROW_SCHEMA), knowledge=believed, rules=rules, memory=memory)
    for believed, words in others:
        own = rows.filter(_differing(knowledge, believed))
        if own.height:
            told = [words or _policy_words(knowledge, believed, _ids(row)) for row in own.iter_rows(named=True)]
            own = own.with_columns(words=pl.Series(told, dtype=pl.String))
            yield own, judge_rows(own.select(*ROW_SCHEMA), knowledge=believed, rules=rules, memory={})


def _with_worlds(rows: pl.DataFrame, every: Sequence[World], knowledge: Knowledge) -> tuple[pl.DataFrame, Knowledge]:
    """Rows as they are, and again in each world that differs for them; and the knowledge of all worlds together."""
    as_is = rows.with_columns(words=pl.lit(None, pl.String), nth=pl.lit(None, pl.UInt32))
    asked = pl.concat([as_is, *(_with_twins(rows, nth, world) for nth, world in enumerate(every))])
    return asked, _with_types(knowledge, every, asked)


def _standing(
    rows: pl.DataFrame, every: Sequence[World], knowledge: Knowledge, others: Iterable[Knowledge]
) -> tuple[pl.DataFrame, Mapping[str, Sequence[str]]]:
    """Of links that nothing which may be believed tells apart one, and by its name those that it stands for."""
    if rows.height <= MANY:
        return rows, {link: [link] for link in rows["link"]}
    placed = rows.with_columns(kind=kinds(rows, _MEANT).cast(pl.Int64))
    first = unmeasured(placed.unique("kind", keep="first", maintain_order=True))
    asked, believed = _with_worlds(first, every, knowledge)
    told = [(asked, believed), *((first.filter(_differing(knowledge, other)), other) for other in others)]
    held = []
    for own, other in told:
        if own.height:
            derived = derived_rows(own.select(*ROW_SCHEMA), knowledge=other)
            held.append(derived.select(*LIMITS).with_columns(kind=own["kind"].gather(derived["at"])))
    placed = placed.with_columns(situation=situations(placed, pl.concat(held).unique(), splice_mdb=knowledge.splice))
    groups = placed.group_by("situation", maintain_order=True).agg("link")
    members = {links[0]: links for links in groups["link"].to_list()}
    return rows.filter(pl.col("link").is_in(list(members))), members


def _ids(row: Mapping[str, object]) -> set[str]:
    return {str(id) for name in _MEANT for id in (row[name] or ())}  # type: ignore[attr-defined]


# --- one fact otherwise -----------------------------------------------------------------------------------------------


def _with_twins(rows: pl.DataFrame, nth: int, world: World) -> pl.DataFrame:
    """The links that have a type that differs, its name now that of its twin."""
    mark = f"{_TWIN}{nth}"
    named = [
        pl.when(pl.col(f"{side}_types").list.len() > 0)
        .then(pl.col(f"{side}_types").list.join(mark) + mark)
        .otherwise(f"{side}_module")
        .alias(f"{side}_module")
        for side in SIDES
    ]
    return rows.filter(_one_of(world.types)).with_columns(*named, words=pl.lit(world.words), nth=pl.lit(nth, pl.UInt32))


def _with_types(knowledge: Knowledge, every: Sequence[World], asked: pl.DataFrame) -> Knowledge:
    """The knowledge with twins of all types that differ in some world, and the names that rows call them by."""
    types, of_type, names = {}, {}, {}
    for nth, world in enumerate(every):
        for id, (type_, said) in world.types.items():
            twin = f"{id}{_TWIN}{nth}"
            types[twin] = replace(type_, id=twin)
            of_type[twin] = said.replace(f"<{PART}{id}>", f"<{PART}{twin}>").encode()
    for side in SIDES:
        for nth, ids, name in asked.select("nth", f"{side}_types", f"{side}_module").unique().iter_rows():
            if ids and nth is not None:
                twin_or_id = (f"{id}{_TWIN}{nth}" for id in ids)
                names[fold(name)] = tuple(
                    twin if twin in types else id for twin, id in zip(twin_or_id, ids, strict=True)
                )
    return replace(
        knowledge,
        types={**knowledge.types, **types},
        of_type={**knowledge.of_type, **of_type},
        names={**knowledge.names, **names},
    )


def _turned(knowledge: Knowledge, world: World) -> Knowledge:
    """The knowledge with what interworks, and what goes into what, turned over as the world has it."""
    (takes, refuses), (interworks, _) = OPPOSITES
    pairs, taken, refused = dict(knowledge.interworks), dict(knowledge.takes), dict(knowledge.refuses)
    lines = set(knowledge.common.decode().splitlines())
    opposite = dict([*OPPOSITES, *((b, a) for a, b in OPPOSITES)])
    for subject, figure, value in world.turned:
        lines -= {f"<{subject}> <{opposite[figure]}> <{value}> ."}
        lines |= {f"<{subject}> <{figure}> <{value}> ."}
        if figure in (takes, refuses):
            socket, form = (known[1] if (known := from_iri(iri)) else local(iri) for iri in (subject, value))
            taken[socket] = taken.get(socket, frozenset()) - {form} | ({form} if figure == takes else set())
            refused[socket] = refused.get(socket, frozenset()) - {form} | ({form} if figure == refuses else set())
        else:
            pair = local(subject), local(value)
            pairs[pair] = replace(pairs.get(pair, Interoperation(False, (), ())), works=figure == interworks)
    common = "".join(f"{line}\n" for line in sorted(lines)).encode()
    return replace(knowledge, interworks=pairs, takes=taken, refuses=refused, common=common)


# --- another policy ---------------------------------------------------------------------------------------------------


def _differing(now: Knowledge, then: Knowledge) -> pl.Expr:
    """Whether something else is known then of a link's modules, cages or their interworking."""
    sockets = [name for name, forms in now.takes.items() if then.takes.get(name) != forms]
    pairs = [f"{a} {b}" for (a, b), told in now.interworks.items() if _works(then, a, b) != told.works]
    pairs += [f"{a} {b}" for (a, b), told in then.interworks.items() if _works(now, a, b) != told.works]
    differs = _one_of(id for id, type_ in now.types.items() if then.types.get(id) != type_)
    differs |= pl.concat_str(*_SPOKEN, separator=" ").is_in(pairs).fill_null(False)
    for side in SIDES:
        differs |= pl.col(f"{side}_cage").is_in(sockets).fill_null(False)
    return differs


def _works(knowledge: Knowledge, a: str, b: str) -> bool | None:
    told = knowledge.interworks.get((a, b))
    return told.works if told else None


def _policy_words(now: Knowledge, then: Knowledge, ids: Iterable[str]) -> str:
    """The policy, and what it believes otherwise of them: `policy playbook holds: reachM of X 2000 (playbook)`."""
    about = [subject for id in sorted(ids) if id in then.types for subject in then.types[id].subjects]
    told = []
    for subject in dict.fromkeys(about):
        for figure in _TELLING:
            facts = then.facts.get((subject, figure), ())
            if _values(facts) - _values(now.facts.get((subject, figure), ())):
                told.append(f"{figure} of {subject} {said_of(facts)}")
    shown = told[:_SHOWN] + ([f"{len(told) - _SHOWN} more"] if len(told) > _SHOWN else [])
    return f"policy {then.trust} holds" + (f": {', '.join(shown)}" if shown else "")


def _values(facts: Iterable[Fact]) -> set[str]:
    return {fact.value for fact in facts}
