"""What strategies propose for links, and what each proposal comes to, worked out once for all links alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from .alike import alike
from .applied import READ, Applied, apply, read_of
from .between import Switch, put_between, standing
from .candidates import base_rows
from .derive import Judged, derive
from .design import SIDES, Design
from .facts import graph_of
from .fleet import told_of
from .graph import OPTIC, XSD, minted
from .judge import Verdicts
from .knowledge import Knowledge
from .parts import ModuleType
from .repairs import Judging
from .result import Audit
from .seats import Place, Seat, free_alike, places_of, seat_for
from .situations import kinds
from .strategies import propose, read_columns
from .wide import Wide

__all__ = ["WANTED_GBPS", "Told", "applied_to", "asked_links", "told_alike"]

WANTED_GBPS = 400  # where neither the design nor the user says what is wanted


@dataclass(frozen=True)
class Told:
    """What every strategy comes to on every link.

    table  choices.TABLE_SCHEMA, `way`: which of the ways a row is about, and `warned`: whether a rule warns of it
    rows   the links asked about, with `kind`
    ways   proposals as applied to one link; what names a place there is that link's own
    """

    table: pl.DataFrame
    rows: pl.DataFrame
    ways: Sequence[Applied]


def told_alike(
    design: Design,
    judged: Judged,
    rows: pl.DataFrame,
    now: Audit,
    knowledge: Knowledge,
    judging: Judging,
    *,
    host: str | None = None,
) -> Told:
    """What every strategy comes to on these links (asked_links), but for what no link of its kind can have."""
    free = free_alike(judged)
    rows = rows.with_columns(
        pl.col(f"{side}_device").replace_strict(free, default=None, return_dtype=pl.Int64).alias(f"{side}_free")
        for side in SIDES
    )
    stand = standing(judged, rows, knowledge, host=host)
    rows = stand.rows
    beside = ("a_type", "b_type", "a_free", "b_free", "parallel", "lower_end", "a_switch", "b_switch")
    rows = rows.with_columns(kind=kinds(rows, beside).cast(pl.Int64))
    first = rows.unique("kind", keep="first", maintain_order=True)
    places = places_of(judged, first, host=host)
    applied: dict[int, list[Applied]] = defaultdict(list)
    for nth, each in applied_to(design, first, places, knowledge, stand.switches):
        applied[first["kind"][nth]].append(each)
    assert isinstance(now.verdicts, Verdicts)
    table, ways = told_of(rows, applied, now.verdicts.words, judging)
    return Told(table, rows, ways)


def asked_links(judged: Judged, to_gbps: int | None) -> pl.DataFrame:
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


def applied_to(
    design: Design,
    rows: pl.DataFrame,
    places: Mapping[tuple[str, str], Place],
    knowledge: Knowledge,
    switches: Mapping[tuple[str, str], Switch],
) -> list[tuple[int, Applied]]:
    """Every proposal on every link, with the link's place in rows; what two strategies propose alike stands once.

    rows and switches are those of between.standing.
    """
    told_by = (*read_columns(), "a_type", "b_type", "parallel", "lower_end", "a_switch", "b_switch")
    read = [pl.col(name) for name in told_by if name in rows.columns]
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
    near = [{side: switches.get((link, side)) for side in SIDES} for link in rows["link"]]
    like = [
        numbers.setdefault((read_of(row, own), *beside.values()), len(numbers))
        for row, own, beside in zip(held, ends, near, strict=True)
    ]
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
                switch = near[nth].get(proposal.switch_at or "")
                made = (
                    put_between(proposal, held[nth], ends[nth], switch, knowledge, seat)
                    if proposal.switch_at
                    else apply(proposal, held[nth], ends[nth], knowledge, seat)
                )
                told[said, like[nth]] = (made, _same(made)) if made else None
            if (each := told[said, like[nth]]) and (nth, each[1]) not in seen:
                seen.add((nth, each[1]))  # two strategies may propose the same; the first one has it
                found[nth].append(each[0])
    return [(nth, applied) for nth in sorted(found) for applied in found[nth]]


def _same(applied: Applied) -> object:
    """What two proposals to one link have alike if they are the same."""
    proposal = applied.proposal
    added = applied.adds.changes if applied.adds else {}
    return (
        proposal.copies,
        proposal.merged,
        proposal.beside,
        *(str(sorted(c.items())) for c in (applied.changes, added)),
    )


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
    return "".join([*lines, *_switches(rows)]).encode()


def _switches(rows: pl.DataFrame) -> Iterator[str]:
    """Which end stays below the wanted rate, and at which ends a switch with both could stand (between.standing)."""
    some = rows.filter(pl.col("lower_end").is_not_null())
    iris = minted("link", some["link"])
    for iri, lower, *near in zip(iris, *some.select("lower_end", "a_switch", "b_switch").get_columns(), strict=True):
        yield f'{iri} <{OPTIC}lowerEnd> "{lower}" .\n'
        yield from (f'{iri} <{OPTIC}switchAt> "{s}" .\n' for s, n in zip(SIDES, near, strict=True) if n is not None)
