"""Fleets for Spark: examples, made-up links and hard cases together; run as a script it audits each on one session.

python tests/sparkcases.py MASTER FOLDER writes FOLDER/<case>/ by Spark, and what each case came to as JSON to stdout.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl

from opticgraph.derive import derive
from opticgraph.errors import InputError
from opticgraph.export import convert
from opticgraph.knowledge import know
from opticgraph.places import at_odds
from opticgraph.read import load

__all__ = ["CASES", "ROOT", "files_of", "made", "rules_of", "source_of"]

ROOT = Path(__file__).parents[1]
FLEET = ROOT / "benchmarks" / "fleet.py"
MANY = 20_100  # links, just above reason.WHOLE_GRAPH

# One module in o1 P1 that two records seat in different adapters; LAG on one module, its cage told in one row only;
# names of several meanings; a device over its power and a port group at odds, each told far from where it is judged.
HARD: list[dict[str, str]] = [
    {"link": "odd-1", "a_device": "o1", "a_port": "P1", "a_module": "400GBASE-DR4", "a_cage": "OSFP", "a_lanes": "1"}
    | {"b_device": "o2", "b_port": "P1", "b_module": "100GBASE-DR"},
    {"link": "odd-2", "a_device": "o3", "a_port": "P1", "a_module": "100GBASE-DR", "b_lanes": "2"}
    | {"b_device": "o1", "b_port": "P1", "b_module": "400GBASE-DR4", "b_adapter": "OSFP-to-QSFP-DD"},
    {"link": "odd-3", "a_device": "o4", "a_port": "P1", "a_module": "100GBASE-DR", "b_lanes": "3"}
    | {"b_device": "o1", "b_port": "P1", "b_module": "400GBASE-DR4"},
    *(
        {"link": f"lag-{n}", "a_device": "g1", "a_port": "P1", "a_module": "400GBASE-DR4", "a_lanes": str(n)}
        | {"b_device": f"g{n + 1}", "b_port": "P1", "b_module": "100GBASE-DR", "group": "lag", "group_kind": "LAG"}
        | {"rate_gbps": "100", "group_floor_gbps": "200"}
        | ({"a_cage": "QSFP28", "a_breakout": "2x200G", "a_device_type": "none known"} if n == 2 else {})
        for n in (1, 2)
    ),
    {"link": "ring-1", "a_device": "g1", "a_port": "P3", "b_device": "g2", "b_port": "P3", "group": "lag"},
    *(
        {"link": f"may-{n}", "a_device": f"m{n}", "a_port": "P1", "a_module": "ER4", "a_cage": cage}
        | {"b_device": "m9", "b_port": f"P{n}", "b_module": "ER4", "fiber_type": "OS2", "length_km": km}
        for n, (cage, km) in enumerate((("QSFP28", "35"), ("QSFP-DD", "35"), ("QSFP28", "5")), 1)
    ),
    {"link": "cable", "a_device": "g1", "a_port": "P9", "b_device": "g1", "b_port": "P9", "fiber_type": "DAC"},
    {"a_device": "w1", "a_port": "P1", "a_module": "400ZR", "b_device": "w2", "b_port": "P1", "b_module": "400ZR"}
    | {"a_optics_power_w": "10", "a_port_group": "1", "a_cage": "QSFP-DD"},
    {"link": "w", "a_device": "w3", "a_port": "P1", "a_module": "100GBASE-LR4", "rate_gbps": "100"}
    | {"b_device": "w1", "b_port": "P2", "b_module": "100GBASE-LR4", "b_port_group": "1", "b_cage": "QSFP28"},
    {"link": "gone", "a_device": "w1", "a_port": "P7", "b_device": "w9", "b_port": "P1", "status": "retired"},
]

BY_KINDS = """
@prefix : <https://example.org/own#> .
@prefix optic: <https://w3id.org/opticgraph/ontology#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
:short a sh:NodeShape ; sh:targetClass optic:OpticalLink ; sh:severity sh:Warning ; sh:message "Long."@en ;
    sh:property :short.m .
:short.m a sh:PropertyShape ; sh:path optic:lengthM ; sh:maxInclusive 9000.0 ;
    sh:severity sh:Warning ; sh:message "Long."@en .
:counted a sh:NodeShape ; sh:targetClass optic:CoherentLink ; sh:message "Elsewhere."@en ; sh:severity sh:Violation ;
    sh:property :counted.m .
:counted.m a sh:PropertyShape ; sh:path ( optic:bEnd optic:module optic:seatedIn ) ; sh:nodeKind sh:Literal ;
    sh:severity sh:Warning ; sh:message "Seated."@en .
:named a sh:NodeShape ; sh:targetClass optic:Device ; sh:severity sh:Warning ; sh:message "Another name."@en ;
    sh:property :named.m .
:named.m a sh:PropertyShape ; sh:path optic:name ; sh:pattern "^[a-z]+[0-9]+$" ; sh:severity sh:Warning ;
    sh:message "Another name."@en .
"""
REFUSED = """
@prefix : <https://example.org/own#> .
@prefix optic: <https://w3id.org/opticgraph/ontology#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
:spelt a sh:NodeShape ; sh:targetClass optic:Device ; sh:pattern "[a-z]$" ; sh:severity sh:Warning ;
    sh:message "Another name."@en .
"""
# Name -> the rules of the user's beside the shipped ones.
CASES: dict[str, tuple[str, ...]] = {
    "fleet": ("by-kinds", "refused"),
    "few": ("refused",),
    "typed": (),
    "clash": (),
    "cells": (),
    "twice": (),
    "missing": (),
    "broken": (),
    "columns": (),
}


def made(folder: Path) -> None:
    """Write the data sets and rules of all cases."""
    for name, text in (("by-kinds", BY_KINDS), ("refused", REFUSED)):
        (folder / f"{name}.ttl").write_text(text)
    fleet = folder / "made-up.parquet"
    subprocess.run([sys.executable, str(FLEET), str(MANY), str(fleet)], check=True, capture_output=True)
    made_up, hard, parts = pl.read_parquet(fleet), pl.DataFrame(HARD), []
    for example in sorted((ROOT / "examples").iterdir()):
        if example.is_dir() and not (example / "goal.toml").is_file():  # those call devices of their own the same
            convert(load(example), folder / "example.parquet")
            parts.append(pl.read_parquet(folder / "example.parquet"))
    (folder / "example.parquet").unlink()
    every = pl.concat([_texts(each) for each in (made_up, hard, *parts)], how="diagonal")
    _put(every.sample(fraction=1, shuffle=True, seed=1), source_of(folder, "fleet"), files=3)
    _put(pl.concat([_texts(each) for each in (hard, *parts)], how="diagonal"), source_of(folder, "few"), files=2)
    made_up[:500].write_parquet(source_of(folder, "typed"))
    few = _texts(made_up[:40])
    again = _with(few, 7, a_cage="SFP28", rate_gbps="50").with_columns(link="again " + pl.col("link"))
    _put(_with(few, 7, a_cage="OSFP").vstack(again), source_of(folder, "clash"))
    _put(_with(_with(few, 3, length_m="long"), 9, fiber_type="glass"), source_of(folder, "cells"))
    _put(_with(few, 3, link="same").vstack(_with(few, 5, link="same")[5:6]), source_of(folder, "twice"))
    _put(few.drop("b_port"), source_of(folder, "columns"))
    source_of(folder, "broken").write_bytes(fleet.read_bytes()[:-100])
    assert at_odds(derive(load(*files_of(folder, "few")), know()).links)["at_odds"].count() == 3


def source_of(folder: Path, case: str) -> Path:
    """The data set of a case: a folder of files, or one."""
    return folder / (f"{case}-links" if case in ("fleet", "few") else f"{case}.parquet")


def files_of(folder: Path, case: str) -> list[Path]:
    """The files of a case, as the engine reads them here."""
    source = source_of(folder, case)
    return sorted(source.iterdir()) if source.is_dir() else [source]


def rules_of(folder: Path, case: str) -> list[Path]:
    """The user's rules of a case."""
    return [folder / f"{name}.ttl" for name in CASES[case]]


def _texts(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(pl.all().cast(pl.String))


def _with(frame: pl.DataFrame, row: int, **cells: str) -> pl.DataFrame:
    at = pl.int_range(pl.len()) == row
    return frame.with_columns(
        pl.when(at).then(pl.lit(text)).otherwise(name).alias(name) for name, text in cells.items()
    )


def _put(frame: pl.DataFrame, target: Path, *, files: int = 1) -> None:
    """One file, or a folder of several, of which each has only the columns that it fills."""
    if files == 1:
        frame.write_parquet(target)
        return
    target.mkdir()
    size = frame.height // files + 1
    for at in range(files):
        part = frame[at * size : (at + 1) * size]
        filled = [name for name in part.columns if name[2:] in ("device", "port") or part[name].count()]
        part.select(filled).write_parquet(target / f"part-{at}.parquet")


def main(master: str, folder: Path) -> None:
    """Audit every case on one session, as one person after another would."""
    from opticgraph.spark.fleet import audit_fleet
    from opticgraph.spark.session import session

    answers: dict[str, Any] = {}
    with session(master):
        for case in CASES:
            source, target = str(source_of(folder, case)), str(folder / case)
            try:
                told = audit_fleet(source, output=target, master=master, rules=rules_of(folder, case))
                coverage = [vars(each) for each in told.coverage]
                answers[case] = {"counts": told.counts, "findings": told.findings, "coverage": coverage}
            except InputError as error:
                answers[case] = {"error": type(error).__name__, "says": str(error)}
    print(json.dumps(answers))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
