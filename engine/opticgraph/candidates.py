"""Links as they would be, judged by the same rules as links as they are: rows in, the findings of each row out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from .derive import Judged, derive
from .design import DEVICE_SCHEMA, GROUP_SCHEMA, LINK_SCHEMA, PORT_SCHEMA, SIDES, Design
from .findings import findings_of, verdict_of
from .knowledge import Knowledge
from .marks import MARK, number_of, numbers_in, plain
from .reason import Memory, reason
from .result import Finding, Findings
from .rules import Rules

__all__ = ["ROW_SCHEMA", "Outcomes", "base_rows", "derived_rows", "framed", "judge_rows"]

# A candidate: the columns of a link and, of each end, those of its cage, and what its device may still draw there.
_CAGE = {"cage": "cage", "cage_power_mw": "power_mw", "modes": "modes"}
ROW_SCHEMA = pl.Schema(
    {
        **LINK_SCHEMA,
        **{f"{s}_{name}": PORT_SCHEMA[of] for s in SIDES for name, of in _CAGE.items()},
        **{f"{s}_headroom_mw": pl.Int64() for s in SIDES},
    }
)


@dataclass(frozen=True)
class Outcomes:
    """What the rules say of each row, by its place.

    results   reason.RESULT, and `at`, the row that each is about, in their order
    """

    judged: Judged
    results: pl.DataFrame
    rules: Rules
    knowledge: Knowledge

    @cached_property
    def _severities(self) -> Mapping[int, Mapping[str, str]]:
        """Row -> rule -> its worst severity."""
        told = {shape: (outcome.rule, outcome.severity) for shape, outcome in self.rules.outcomes.items()}
        worst: dict[int, dict[str, str]] = defaultdict(dict)
        for at, shape in self.results.select("at", "shape").unique(maintain_order=True).iter_rows():
            rule, severity = told[shape]
            before = worst[at].get(rule)
            if before is None or _RANK[severity] < _RANK[before]:
                worst[at][rule] = severity
        return worst

    @cached_property
    def _ambiguous(self) -> frozenset[int]:
        """Rows with a module whose name means several: what they come to is told by their findings only."""
        further = self.judged.links.filter(pl.col("case") > 0)
        return frozenset(further.select(numbers_in(pl.col("link"))).to_series())

    def severities(self, row: int) -> Mapping[str, str]:
        """Rule -> its worst severity on a row."""
        if row in self._ambiguous:
            found = sorted(self.findings([row]).get(row, ()), key=lambda finding: -_RANK[finding.severity])
            return {finding.rule: finding.severity for finding in found}
        return self._severities.get(row, {})

    def verdict(self, row: int) -> str:
        """works, fails or unknown."""
        return verdict_of(self.severities(row).values())

    def findings(self, rows: Iterable[int]) -> dict[int, tuple[Finding, ...]]:
        """The findings of some rows in the trade's words, worst first."""
        asked = self.results.filter(pl.col("at").is_in(list(rows)))
        frame = findings_of(asked.drop("at"), rules=self.rules, judged=self.judged, knowledge=self.knowledge)
        told: dict[int, list[Finding]] = defaultdict(list)
        for finding in Findings(frame):
            number = number_of(finding.link or finding.subject)
            assert number is not None  # every name has one here
            told[number].append(plain(finding))
        return {
            row: tuple(sorted(own, key=lambda f: (_RANK[f.severity], f.rule, f.end or "", f.id)))
            for row, own in told.items()
        }

    def of(self, row: int) -> Mapping[str, object]:
        """What was derived of a row: limits, losses, needs."""
        return self.judged.links[pl.Series([self._first[row]], dtype=pl.UInt32)].row(0, named=True)

    def derived(self, names: Iterable[str]) -> pl.DataFrame:
        """`at`, the row, and what was derived of it under these names; a row for each meaning of its modules' names."""
        number = numbers_in(pl.col("link"))
        return self.judged.links.select(number.alias("at"), *names)

    @cached_property
    def _first(self) -> Sequence[int]:
        """Of each row its first meaning's place among the links as judged."""
        return self.judged.links.select(pl.arg_where(pl.col("case") == 0)).to_series().to_list()


_RANK = {"violation": 0, "unknown": 1, "warning": 2}


def base_rows(judged: Judged) -> pl.DataFrame:
    """Links as judged, of their first meaning, as rows that may be changed: ROW_SCHEMA and `at`, the row in links.

    What was assumed stands in them, so that a change of modules does not assume it anew. Of what a device may draw,
    each end has what the others leave.
    """
    worked_out = {f"{side}_headroom_mw": f"{side}_power_high_mw" for side in SIDES}
    rate = pl.coalesce("rate_gbps", "pair_rate_gbps").alias("rate_gbps")
    told = [rate if name == "rate_gbps" else worked_out.get(name, name) for name in ROW_SCHEMA]
    links = judged.links.select("case", *told).with_row_index("at").filter(pl.col("case") == 0)
    power = judged.devices.select("device", left=pl.col("optics_power_mw") - pl.col("draw_mw").fill_null(0))
    for headroom, own in worked_out.items():
        ends = links.select(device=f"{headroom[0]}_device")
        left = ends.join(power, on="device", how="left", maintain_order="left")["left"]
        links = links.with_columns((left + pl.col(own).fill_null(0)).alias(headroom))
    return links.select("at", *ROW_SCHEMA)


def framed(rows: Iterable[Mapping[str, object]]) -> pl.DataFrame:
    """Rows as a frame of ROW_SCHEMA."""
    return pl.DataFrame([[row[name] for name in ROW_SCHEMA] for row in rows], schema=ROW_SCHEMA, orient="row")


def judge_rows(rows: pl.DataFrame, *, knowledge: Knowledge, rules: Rules, memory: Memory) -> Outcomes:
    """Judge each row (ROW_SCHEMA) as a design of its own: its devices and ports are no other row's.

    memory is reason.reason's: what was found on kinds in earlier calls with the same knowledge and rules.
    """
    design = _as_design(rows)
    judged = derive(design, knowledge)
    results = reason(design, judged, knowledge, rules, memory).results
    return Outcomes(judged, results.with_columns(at=_rows_of(results, judged)).sort("at"), rules, knowledge)


def derived_rows(rows: pl.DataFrame, *, knowledge: Knowledge) -> pl.DataFrame:
    """What is derived of each row (ROW_SCHEMA) as a design of its own: derive.Judged.links, and `at`, the row."""
    links = derive(_as_design(rows), knowledge).links.frame()
    return links.with_columns(at=numbers_in(pl.col("link")))


def _as_design(rows: pl.DataFrame) -> Design:
    mark = pl.concat_str(pl.lit(MARK), pl.int_range(pl.len()).cast(pl.String))
    links = rows.with_columns(
        pl.concat_str(name, mark).alias(name) for name in ("link", *(f"{s}_device" for s in SIDES))
    ).with_columns(
        # a device at both ends of a link is not one device twice
        pl.when(pl.col("a_device") == pl.col("b_device"))
        .then(pl.col("b_device") + " ")
        .otherwise("b_device")
        .alias("b_device"),
        group=pl.lit(None, pl.String),
    )
    ends = [
        links.select(
            device=f"{s}_device",
            port=f"{s}_port",
            optics_power_mw=f"{s}_headroom_mw",
            **{of: pl.col(f"{s}_{name}") for name, of in _CAGE.items()},
        )
        for s in SIDES
    ]
    ports = pl.concat(ends).unique(["device", "port"], keep="first", maintain_order=True)
    return Design(
        links=links.select(*LINK_SCHEMA),
        ports=_as(ports, PORT_SCHEMA),
        devices=_as(ports.unique("device", keep="first", maintain_order=True), DEVICE_SCHEMA),
        groups=pl.DataFrame(schema=GROUP_SCHEMA),
    )


def _rows_of(results: pl.DataFrame, judged: Judged) -> pl.Series:
    """Of each result the number in the name of the link, port or device that it is about."""
    name = pl.lit(None, pl.String)
    for sorts, names in (
        (("link", "end"), judged.links["link"]),
        (("port",), judged.ports["device"]),
        (("device",), judged.devices["device"]),
    ):
        told = names.gather(results["nth"].clip(0, max(len(names) - 1, 0))) if len(names) else None
        if told is not None:
            name = pl.when(pl.col("sort").is_in(sorts)).then(told).otherwise(name)
    return results.select(numbers_in(name).alias("at")).to_series()


def _as(frame: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    missing = [pl.lit(None, kind).alias(name) for name, kind in schema.items() if name not in frame.columns]
    return frame.with_columns(missing).select(*schema).sort(list(schema)[:2])
