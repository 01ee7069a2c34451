"""Links as they would be, judged by the same rules as links as they are: rows in, the findings of each row out."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from .derive import Judged, derive
from .design import DEVICE_SCHEMA, GROUP_SCHEMA, LINK_SCHEMA, PORT_SCHEMA, SIDES, Design
from .findings import findings_of, verdict_of
from .knowledge import Knowledge
from .reason import Memory, reason
from .result import Finding
from .rules import Rules
from .shacl import Result
from .things import Focus

__all__ = ["ROW_SCHEMA", "Outcomes", "base_rows", "judge_rows"]

MARK = "\x1e"  # between a name and the number of its row; no name has it (readers strip control characters)
_MARKED = re.compile(f"{MARK}[0-9]+")

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
    """What the rules say of each row, by its place."""

    judged: Judged
    results: Mapping[int, Sequence[tuple[Result, Focus | None]]]
    rules: Rules
    knowledge: Knowledge

    def severities(self, row: int) -> dict[str, str]:
        """Rule -> its worst severity on a row."""
        worst: dict[str, str] = {}
        for result, _ in self.results.get(row, ()):
            outcome = self.rules.outcomes[result.shape]
            before = worst.get(outcome.rule)
            if before is None or _RANK[outcome.severity] < _RANK[before]:
                worst[outcome.rule] = outcome.severity
        return worst

    def verdict(self, row: int) -> str:
        """works, fails or unknown."""
        severities = set(self.severities(row).values())
        return "fails" if "violation" in severities else "unknown" if "unknown" in severities else "works"

    def findings(self, rows: Iterable[int]) -> dict[int, tuple[Finding, ...]]:
        """The findings of some rows in the trade's words, worst first."""
        asked = [pair for row in rows for pair in self.results.get(row, ())]
        told: dict[int, list[Finding]] = defaultdict(list)
        for finding in findings_of(asked, rules=self.rules, judged=self.judged, knowledge=self.knowledge):
            told[_row(finding.link or finding.subject)].append(_plain(finding))
        return {
            row: tuple(sorted(own, key=lambda f: (_RANK[f.severity], f.rule, f.end or "", f.id)))
            for row, own in told.items()
        }

    def of(self, row: int) -> Mapping[str, object]:
        """What was derived of a row: limits, losses, needs."""
        return self.judged.links.row(row, named=True)


_RANK = {"violation": 0, "unknown": 1, "warning": 2}


def base_rows(judged: Judged) -> pl.DataFrame:
    """Links as judged, of their first meaning, as rows that may be changed: ROW_SCHEMA and `at`, the row in links.

    What was assumed stands in them, so that a change of modules does not assume it anew. Of what a device may draw,
    each end has what the others leave.
    """
    links = judged.links.with_row_index("at").filter(pl.col("case") == 0)
    power = judged.devices.select("device", left=pl.col("optics_power_mw") - pl.col("draw_mw").fill_null(0))
    for side in SIDES:
        left = links.select(device=f"{side}_device").join(power, on="device", how="left", maintain_order="left")["left"]
        links = links.with_columns((left + pl.col(f"{side}_power_high_mw").fill_null(0)).alias(f"{side}_headroom_mw"))
    rate = pl.coalesce("rate_gbps", "pair_rate_gbps").alias("rate_gbps")
    return links.with_columns(rate).select("at", *ROW_SCHEMA)


def judge_rows(rows: pl.DataFrame, *, knowledge: Knowledge, rules: Rules, memory: Memory) -> Outcomes:
    """Judge each row (ROW_SCHEMA) as a design of its own: its devices and ports are no other row's.

    memory is reason.reason's: what was found on kinds in earlier calls with the same knowledge and rules.
    """
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
    design = Design(
        links=links.select(*LINK_SCHEMA),
        ports=_as(ports, PORT_SCHEMA),
        devices=_as(ports.unique("device", keep="first", maintain_order=True), DEVICE_SCHEMA),
        groups=pl.DataFrame(schema=GROUP_SCHEMA),
    )
    judged = derive(design, knowledge)
    results: dict[int, list[tuple[Result, Focus | None]]] = defaultdict(list)
    for result, focus in reason(design, judged, knowledge, rules, memory).results:
        results[_row(_named(focus))].append((result, focus))
    return Outcomes(judged, dict(results), rules, knowledge)


def _as(frame: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    missing = [pl.lit(None, kind).alias(name) for name, kind in schema.items() if name not in frame.columns]
    return frame.with_columns(missing).select(*schema).sort(list(schema)[:2])


def _named(focus: Focus | None) -> str:
    """A name that has the number of the row in it."""
    row = focus.row if focus else {}
    return str(row["link"] if focus and focus.kind in ("link", "end") else row["device"])


def _row(name: str) -> int:
    return int(name.partition(MARK)[2].split()[0])


def _plain(finding: Finding) -> Finding:
    """A finding with names as they are recorded."""

    def text(value: str | None) -> str | None:
        return _MARKED.sub("", value) if value else value

    return replace(
        finding,
        link=text(finding.link),
        links=tuple(_MARKED.sub("", link) for link in finding.links),
        subject=text(finding.subject) or "",
        message=text(finding.message) or "",
    )


def verdict(findings: Iterable[Finding]) -> str:
    """What findings come to."""
    return verdict_of(findings)
