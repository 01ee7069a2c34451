"""The audit of a fleet on Spark: parse, settle, cut; find kinds; reason on representatives here; hand out; write."""

from __future__ import annotations

import json
import math
import pickle
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
from pyspark import Broadcast, StorageLevel
from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as sql
from rdflib import Graph
from rdflib.term import Node

from ..coverage import Looked
from ..derive import Judged, derive
from ..design import Account, Design
from ..errors import InputError
from ..findings import unjudged
from ..footprint import Footprint
from ..judge import audit, coverage_of
from ..kinds import MOST_KINDS, TARGETS, Members, Unplaced, kinds_of
from ..knowledge import Knowledge, know
from ..read.sheet import designed
from ..reason import WHOLE_GRAPH, How, asked_of, said_of_kinds
from ..result import Coverage
from ..rules import Rules, read_rules
from .arrow import ddl, gathered
from .cut import LINKS_A_SHARD, cut, settled
from .session import session, spread
from .shard import FOUND, KINDS, Pass, Task, findings_in, in_shards, kinds_in, standing
from .sheet import Sheet, read_sheet
from .write import Target, folder

__all__ = ["FleetAudit", "audit_fleet"]


@dataclass(frozen=True)
class FleetAudit:
    """What the audit of a fleet came to; its findings and verdicts are in the folder it was told to write.

    counts    links, works, fails, unknown
    findings  how many there are of each severity
    """

    output: str
    counts: Mapping[str, int]
    findings: Mapping[str, int]
    coverage: tuple[Coverage, ...]
    read: Account


@dataclass(frozen=True)
class _Kinds:
    """What the first pass over the shards came to.

    links    one row a link: what it is asked, what judged it, what was assumed
    members  the kinds of each shape that has any, told apart by their keys; their representatives are in `few`
    refused  why a shape could not be told into kinds
    """

    links: DataFrame
    members: Mapping[Node, Members]
    refused: Mapping[Node, str]
    few: Judged
    types: frozenset[str]
    looked: Looked
    rows: int


def audit_fleet(
    source: str,
    *,
    output: str,
    master: str | None = None,
    trust: str = "standards",
    rules: Sequence[Path] = (),
    catalogs: Sequence[Path] = (),
) -> FleetAudit:
    """Judge a Parquet data set of links, and write findings, verdicts and coverage as Parquet into a folder.

    source and output are paths in any file system that Spark knows; master as Spark spells it, or None for what its
    own settings say. Raises InputError where Spark cannot run, DesignError and CatalogError as the audit does.
    """
    if output.rstrip("/") == source.rstrip("/"):
        raise InputError(f"{output}: is the data set itself; name another folder for the answer")
    knowledge, held = know(trust=trust, catalogs=catalogs), read_rules(rules)
    with session(master) as spark:
        target = Target(spark, folder(spark, output))
        spread(spark, spark.sparkContext.defaultParallelism)
        sheet = read_sheet(spark, source)
        told, footprints = asked_of(held, b"")
        asked, refused = _asked(told, sheet, knowledge)
        task = Task(knowledge, replace(held, shapes=Graph()), sheet.headers, tuple(told), asked)
        sent = spark.sparkContext.broadcast(task)
        shards = max(spark.sparkContext.defaultParallelism, math.ceil(sheet.links / LINKS_A_SHARD))
        spread(spark, shards)
        rows = cut(settled(sheet), shards).persist(StorageLevel.MEMORY_AND_DISK)
        kinds = _kinds(rows, sent, sheet, refused)
        if kinds.refused and kinds.rows <= WHOLE_GRAPH:
            # few links, and a rule that needs them all at once: they go where there is a whole graph
            here = audit(designed(sheet.collected(), sheet.headers), trust=trust, rules=rules, catalogs=catalogs)
            target.write_audit(here)
            severe = Counter(finding.severity for finding in here.findings)
            return FleetAudit(output, here.counts, severe, here.coverage, sheet.read)
        hows = {str(head): _how(kinds, head) for head in task.heads}
        found = spark.sparkContext.broadcast(_on_kinds(kinds, sheet, knowledge, held, footprints))
        findings = _each_shard(rows, findings_in, FOUND, sent, found).persist(StorageLevel.MEMORY_AND_DISK)
        by_rule, severities = target.write_findings(findings, unjudged(held, hows))
        counts = target.write_verdicts(findings, kinds.links, kinds.looked.rules)
        coverage = tuple(coverage_of(held, kinds.looked, by_rule, hows))
        target.write_coverage(coverage)
        return FleetAudit(output, counts, severities, coverage, sheet.read)


def _asked(
    told: Mapping[Node, tuple[str, Footprint] | Unplaced], sheet: Sheet, knowledge: Knowledge
) -> tuple[dict[Node, tuple[str, Footprint]], dict[Node, str]]:
    """Of the shapes with a target those whose things columns can tell apart, and why others cannot be."""
    asked = {head: each for head, each in told.items() if not isinstance(each, Unplaced)}
    kinds = kinds_of(asked, derive(_nothing(sheet), knowledge))
    refused = {head: str(each) for head, each in {**told, **kinds}.items() if isinstance(each, Unplaced)}
    return {head: each for head, each in asked.items() if head not in refused}, refused


def _nothing(sheet: Sheet) -> Design:
    return designed(pl.DataFrame(schema=sheet.schema), sheet.headers)


def _each_shard(
    rows: DataFrame, make: Callable[..., pl.DataFrame], schema: pl.Schema, *sent: Broadcast[Any]
) -> DataFrame:
    return rows.mapInArrow(gathered(partial(_made, make, sent), schema), ddl(schema))


def _made(
    make: Callable[..., pl.DataFrame], sent: Sequence[Broadcast[Any]], rows: pl.DataFrame
) -> Iterator[pl.DataFrame]:
    return (make(each, *(held.value for held in sent)) for each in in_shards(rows))


def _kinds(rows: DataFrame, task: Broadcast[Task], sheet: Sheet, refused: Mapping[Node, str]) -> _Kinds:
    """The first pass: a groupBy of what all tests of a shape come to, over all shards."""
    heads = task.value.heads
    told = _each_shard(rows, kinds_in, KINDS, task).persist(StorageLevel.MEMORY_AND_DISK)
    counts = [json.loads(each["counts"]) for each in told.filter("what = 'shard'").select("counts").collect()]
    why = dict(refused)
    for each in counts:
        why |= {heads[int(at)]: reason for at, reason in each["refused"].items()}
    first = sql.min(sql.struct("shard", "place", "side")).alias("first")
    by_key = told.filter("what = 'kind'").groupBy("head", "key").agg(sql.sum("things").alias("things"), first)
    by_key = by_key.persist(StorageLevel.MEMORY_AND_DISK)
    for each in by_key.groupBy("head").count().filter(sql.col("count") > MOST_KINDS).collect():
        why[heads[each["head"]]] = f"it tells more than {MOST_KINDS} kinds of things apart"
    many = [heads.index(head) for head in why]
    kinds: dict[Node, list[Row]] = {head: [] for head in heads if head not in why}
    for each in by_key.filter(~sql.col("head").isin(many)).orderBy("head", "key").collect():
        kinds[heads[each["head"]]].append(each)
    needed = sorted({each["first"]["shard"] for own in kinds.values() for each in own})
    blocks = told.filter("what = 'shard'").filter(sql.col("shard").isin(needed)).select("shard", "standing").collect()
    shards = {_NONE: derive(_nothing(sheet), task.value.knowledge)}
    shards |= {each["shard"]: pickle.loads(each["standing"]) for each in blocks}
    few, gone = standing(shards)
    return _Kinds(
        links=told.filter("what = 'link'").select("link", "asked", "judged", "assumed"),
        members={head: _members(TARGETS[task.value.asked[head][0]][0], own, gone) for head, own in kinds.items()},
        refused=why,
        few=few,
        types=frozenset(id for each in counts for id in each["types"]),
        looked=_summed(task.value.rules, counts),
        rows=sum(each["rows"] for each in counts),
    )


_NONE = -1  # the number of a shard without rows, whose frames have the right columns


def _members(sort: str, kinds: Sequence[Row], gone: Mapping[str, Mapping[tuple[int, int], int]]) -> Members:
    """The kinds of a shape; who is of each kind is known to the shards alone."""
    first = [
        (kind, gone[sort][each["first"]["shard"], each["first"]["place"]], each["first"]["side"])
        for kind, each in enumerate(kinds)
    ]
    things = {"kind": range(len(kinds)), "things": [each["things"] for each in kinds]}
    return Members(
        sort,
        pl.DataFrame(things, schema={"kind": pl.UInt32, "things": pl.Int64}),
        pl.Series([], dtype=pl.UInt32),
        pl.DataFrame(first, schema={"kind": pl.UInt32, "nth": pl.UInt32, "side": pl.String}, orient="row"),
        tuple((each["key"],) for each in kinds),
    )


def _summed(rules: Rules, counts: Sequence[Mapping[str, Mapping[str, int]]]) -> Looked:
    """What all shards together had to look at."""
    names = tuple(rule.name for rule in rules.rules.values() if rule.shipped)
    judged, left = (
        {name: sum(each[what].get(name, 0) for each in counts) for name in names} for what in ("judged", "left")
    )
    return Looked(names, judged, left, pl.DataFrame())


def _on_kinds(
    kinds: _Kinds, sheet: Sheet, knowledge: Knowledge, rules: Rules, footprints: Mapping[Node, Footprint]
) -> Pass:
    """The one run of the SHACL processor, on representatives from all shards."""
    members = kinds.members
    said = said_of_kinds(members, _nothing(sheet), kinds.few, kinds.types, knowledge, rules.shapes, footprints)
    by_key = {
        head: {str(members[head].told[kind][0]): each for kind, each in by_kind.items()}
        for head, by_kind in said.items()
        if by_kind
    }
    return Pass(by_key)


def _how(kinds: _Kinds, head: Node) -> How:
    if head in kinds.refused:
        return How("not at all", kinds.refused[head], 0, 0)
    return How("kinds", "", kinds.members[head].things, kinds.members[head].count)
