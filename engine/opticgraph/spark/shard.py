"""One cut of a fleet, judged by the engine as a design of its own; this is what runs on the workers, without Spark.

A shard owns some links, devices and groups. It holds every link that touches one of them, with all that is recorded
of the ports at both ends, so that each fact derived of what it owns is the fact in the whole design; what else it
holds may be in part, and nothing is told of it.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import polars as pl
from rdflib.term import Node

from ..coverage import Looked, looked_at
from ..derive import Judged, derive
from ..facts import types_of
from ..findings import findings_of
from ..footprint import Footprint
from ..judge import Verdicts
from ..kinds import Members, kinds_of
from ..knowledge import Knowledge
from ..places import at_odds
from ..read.sheet import designed
from ..reason import RESULT, Said, handed_out
from ..report.parquet import FINDING, verdicts_table
from ..result import FINDING as COLUMNS
from ..result import Findings
from ..rules import Rules
from ..things import frame_of
from ..wide import Wide

__all__ = [
    "FOUND",
    "KINDS",
    "OWNS",
    "Pass",
    "Task",
    "findings_in",
    "in_shards",
    "key_of",
    "kinds_in",
    "standing",
    "verdicts_in",
]

OWNS = ("owns_link", "owns_a", "owns_b", "owns_group")  # of a row: what of it the shard owns
NAMES: Mapping[str, tuple[str, ...]] = {"port": ("device", "port"), "device": ("device",), "group": ("group",)}

_ASSUMED = pl.List(pl.Struct({"field": pl.String(), "value": pl.String(), "because": pl.String()}))
# What the first pass tells, a row each: a kind, an owned link, or the shard itself.
KINDS = pl.Schema(
    {
        "what": pl.String(),  # kind, link or shard
        "shard": pl.Int64(),
        "head": pl.Int64(),  # of a kind: the place of its shape among the heads
        "key": pl.String(),  # what all tests come to
        "things": pl.Int64(),
        "place": pl.Int64(),  # of one of them among the shard's representatives
        "side": pl.String(),
        "link": pl.String(),
        "asked": pl.Int64(),
        "judged": pl.Int64(),
        "assumed": _ASSUMED,
        "counts": pl.String(),  # of a shard, as JSON
        "standing": pl.Binary(),  # of a shard: its representatives, a pickled Judged
    }
)
FOUND = pl.Schema({**FINDING, "disputes": COLUMNS["disputes"]})  # of a finding also what a verdict tells of it


@dataclass(frozen=True)
class Task:
    """What every shard is judged by.

    headers  key -> header of the sheet, for errors
    heads    the shapes with a target, in order; asked has those that can be told into kinds
    """

    knowledge: Knowledge
    rules: Rules
    headers: Mapping[str, str]
    heads: tuple[Node, ...]
    asked: Mapping[Node, tuple[str, Footprint]]


@dataclass(frozen=True)
class Pass:
    """What was found on representatives: for each head what is said of kinds, by their keys."""

    said: Mapping[Node, Mapping[str, Said]]


@dataclass(frozen=True)
class _Shard:
    """A judged shard; every frame of `judged` says in `owned` of which rows all is known."""

    judged: Judged

    @cached_property
    def owned(self) -> Judged:
        """What the shard owns, alone."""
        judged = self.judged
        links = Wide(judged.links.own.filter("owned"), judged.links.shared)
        return replace(
            judged,
            links=links,
            devices=judged.devices.filter("owned"),
            groups=judged.groups.filter("owned"),
            ports=judged.ports.filter("owned"),
            assumed=judged.assumed.join(links.lazy().select("link").unique(), on="link", how="semi"),
        )

    def at(self, sort: str, nth: pl.Series) -> pl.Series:
        """The rows of the whole frame that these rows of the owned one are."""
        frame = frame_of(sort, self.judged)
        return pl.int_range(frame.height, dtype=pl.UInt32, eager=True).filter(frame["owned"]).gather(nth)


def kinds_in(rows: pl.DataFrame, task: Task) -> pl.DataFrame:
    """The kinds in a shard with their representatives, what its links are asked, and its counts; see KINDS."""
    number = int(rows["shard"][0])
    shard = _shard(rows, task)
    kinds = kinds_of(task.asked, shard.owned)
    members = {head: own for head, own in kinds.items() if isinstance(own, Members)}
    chosen, places = _chosen(members)
    told = [_told(task.heads.index(head), own, places) for head, own in members.items()]
    looked = looked_at([rule for rule in task.rules.rules.values() if rule.shipped], shard.owned)
    counts = {
        "rows": shard.owned.links.height,
        "judged": looked.judged,
        "left": looked.left,
        "types": sorted(types_of(shard.owned)),
        "refused": {str(task.heads.index(head)): str(own) for head, own in kinds.items() if head not in members},
    }
    assumed = shard.owned.assumed.group_by("link").agg(assumed=pl.struct("field", "value", "because")).collect()
    parts = [
        *(each.with_columns(what=pl.lit("kind")) for each in told),
        looked.links.join(assumed, on="link", how="left").with_columns(what=pl.lit("link")),
        pl.DataFrame(
            {
                "what": ["shard"],
                "counts": [json.dumps(counts)],
                "standing": [pickle.dumps(_standing(shard, chosen))],
            }
        ),
    ]
    return pl.concat(parts, how="diagonal_relaxed").with_columns(shard=pl.lit(number, pl.Int64))


def findings_in(rows: pl.DataFrame, task: Task, told: Pass) -> pl.DataFrame:
    """The findings on what a shard owns; see FOUND."""
    shard = _shard(rows, task)
    kinds = kinds_of({head: task.asked[head] for head in told.said}, shard.owned)
    results = [pl.DataFrame(schema=RESULT)]
    for head, own in kinds.items():
        if isinstance(own, Members):
            said = {at: told.said[head].get(key_of(outcome), ()) for at, outcome in enumerate(own.told)}
            said = {at: each for at, each in said.items() if each}
            if said:
                theirs = own.of(list(said))
                theirs = theirs.with_columns(shard.at(own.sort, theirs["nth"]).alias("nth"))
                results.append(handed_out(said, theirs, own.sort, shard.judged))
    findings = findings_of(pl.concat(results), rules=task.rules, judged=shard.judged, knowledge=task.knowledge)
    return findings.select(*FOUND)


def verdicts_in(rows: pl.DataFrame, rules: tuple[str, ...]) -> pl.DataFrame:
    """The verdicts on links: rows with link, asked, judged, assumed, and grounds from all findings that touch each."""
    looked = Looked(rules, {}, {}, rows.select("link", "asked", "judged"))
    grounds = rows.select("link", "grounds").drop_nulls().explode("grounds").unnest("grounds")
    # a verdict reads nothing else of its findings
    rest = {name: pl.lit([] if kind == pl.List else None, kind) for name, kind in COLUMNS.items()}
    rest = {name: nothing for name, nothing in rest.items() if name not in grounds.columns}
    findings = Findings(grounds.with_columns(**rest).select(*COLUMNS))
    assumed = rows.select("link", "assumed").drop_nulls().explode("assumed").unnest("assumed")
    return verdicts_table(Verdicts(looked, findings, assumed.lazy()))


def key_of(outcome: Sequence[object]) -> str:
    """What all tests of a shape come to, as text: the same if and only if all are the same."""
    return json.dumps(outcome, ensure_ascii=False, separators=(",", ":"))


def standing(shards: Mapping[int, Judged]) -> tuple[Judged, Mapping[str, Mapping[tuple[int, int], int]]]:
    """The representatives of several shards as one design, and for each sort where a place in a shard has gone."""
    frames, gone = {}, {}
    for sort in ("link", *NAMES):
        parts = [
            frame_of(sort, each).frame().with_row_index("place").with_columns(shard=pl.lit(number, pl.Int64))
            for number, each in sorted(shards.items())
        ]
        frame = pl.concat(parts, how="diagonal_relaxed")
        if sort in NAMES:  # of a thing that several shards hold, the one that owns it knows all
            frame = frame.sort("owned", descending=True, maintain_order=True)
            frame = frame.unique(NAMES[sort], keep="first", maintain_order=True)
        gone[sort] = {
            (shard, place): at for at, (shard, place) in enumerate(frame.select("shard", "place").iter_rows())
        }
        frames[sort] = frame.drop("shard", "place")
    gone["end"] = gone["link"]
    return _judged(frames), gone


def _judged(frames: Mapping[str, pl.DataFrame]) -> Judged:
    """Things by sort, of which nobody asks what was assumed."""
    return Judged(
        links=Wide(frames["link"]),
        ports=frames["port"],
        devices=frames["device"],
        groups=frames["group"],
        assumed=pl.LazyFrame(),
    )


# --- one shard ---------------------------------------------------------------------------------------------------


def _shard(rows: pl.DataFrame, task: Task) -> _Shard:
    design = designed(rows.drop("shard", *OWNS), task.headers)
    judged = derive(design, task.knowledge)
    devices = pl.concat(rows.filter(f"owns_{side}").select(device=f"{side}_device") for side in ("a", "b"))
    own = {
        "link": rows.filter("owns_link")["link"],
        "device": devices["device"],
        "group": rows.filter("owns_group")["group"] if "group" in rows.columns else pl.Series([], dtype=pl.String),
    }

    def is_owned(name: str) -> pl.Expr:
        return pl.col(name).is_in(own[name].drop_nulls().unique().implode())

    # a row number would name other links in other shards
    name = pl.when(pl.col("at_odds").is_not_null()).then(pl.concat_str("link", pl.lit("\x1f"), "case"))
    links = at_odds(judged.links)
    told = links.select(at_odds=name, owned=is_owned("link"))
    return _Shard(
        replace(
            judged,
            links=links.with_own(told.get_columns()),
            ports=_known(judged.ports.with_columns(owned=is_owned("device")), design.ports),
            devices=_known(judged.devices.with_columns(owned=is_owned("device")), design.devices),
            groups=_known(judged.groups.with_columns(owned=is_owned("group")), design.groups),
        )
    )


def _known(frame: pl.DataFrame, recorded: pl.DataFrame) -> pl.DataFrame:
    """Nothing that is counted over links is told of what other shards own."""
    counted = [name for name in frame.columns if name not in (*recorded.columns, "owned")]
    return frame.with_columns(pl.when("owned").then(name).alias(name) for name in counted)


def _chosen(members: Mapping[Node, Members]) -> tuple[dict[str, pl.Series], dict[str, dict[int, int]]]:
    """The owned rows that stand for a kind by sort, and the place of each among them."""
    rows: dict[str, set[int]] = {sort: set() for sort in ("link", "port", "device", "group")}
    for own in members.values():
        rows[_frame(own.sort)].update(own.first["nth"].to_list())
    chosen = {sort: pl.Series(sorted(each), dtype=pl.UInt32) for sort, each in rows.items()}
    return chosen, {sort: {nth: place for place, nth in enumerate(each)} for sort, each in chosen.items()}


def _frame(sort: str) -> str:
    return "link" if sort == "end" else sort


def _told(head: int, own: Members, places: Mapping[str, Mapping[int, int]]) -> pl.DataFrame:
    things = own.alike.group_by("kind").agg(pl.col("things").sum().cast(pl.Int64))
    return own.first.join(things, on="kind", how="left", maintain_order="left").select(
        "side",
        "things",
        head=pl.lit(head, pl.Int64),
        key=pl.Series([key_of(outcome) for outcome in own.told], dtype=pl.String),
        place=pl.col("nth").replace_strict(places[_frame(own.sort)], default=None, return_dtype=pl.Int64),
    )


def _standing(shard: _Shard, chosen: Mapping[str, pl.Series]) -> Judged:
    """The representatives at their places, and after them what their links lead to."""
    owned, judged = shard.owned, shard.judged
    links = owned.links[chosen["link"]]
    ends = pl.concat(links.select(device=f"{s}_device", port=f"{s}_port") for s in ("a", "b"))
    named = {"port": ends, "device": ends.select("device"), "group": links.select("group")}
    frames = {"link": links}
    for sort, names in NAMES.items():
        frame = frame_of(sort, judged).frame()
        led_to = frame.join(named[sort].unique(), on=names, how="semi", maintain_order="left")
        both = pl.concat([frame_of(sort, owned)[chosen[sort]], led_to])
        frames[sort] = both.unique(names, keep="first", maintain_order=True)
    return _judged(frames)


def in_shards(frame: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The rows of each shard."""
    return iter(frame.partition_by("shard", maintain_order=True)) if frame.height else iter(())
