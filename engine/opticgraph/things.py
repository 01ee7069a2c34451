"""The things of a judged design: rows of its columns with their IRIs, and the links that each touches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from .derive import Judged
from .design import SIDES
from .facts import named
from .graph import minted
from .recall import Picked
from .wide import Wide

__all__ = ["SORTS", "Focus", "foci_of", "focus_iris", "frame_of", "touching"]

SORTS = ("link", "end", "port", "device", "group")


@dataclass(frozen=True)
class Focus:
    """One thing: its sort, its columns, its side if it is an end, the links it touches, its IRI."""

    kind: str
    row: Mapping[str, object]
    side: str | None
    links: tuple[str, ...]
    iri: str = ""


def frame_of(sort: str, judged: Judged) -> Wide:
    """The frame whose rows are things of this sort; ends are the rows of links, twice."""
    others = {"port": judged.ports, "device": judged.devices, "group": judged.groups}
    return Wide(others[sort]) if sort in others else judged.links


def focus_iris(sort: str, judged: Judged, rows: pl.DataFrame) -> pl.Series:
    """IRIs of things, without brackets; rows has `nth`, the number of the row in the frame, and `side` for ends."""
    nth = rows["nth"]
    frame = frame_of(sort, judged)
    match sort:
        case "link" | "end":
            own = named(
                pl.DataFrame([frame.at(name, nth) for name in ("case", "link", "group", "a_device", "b_device")])
            )
            iris = minted("link", own["link"]).str.strip_chars("<>")
            return iris + "/" + rows["side"] if sort == "end" else iris
        case "port":
            return minted("cage", frame["device"].gather(nth), frame["port"].gather(nth)).str.strip_chars("<>")
        case _:
            return minted(sort, frame[sort].gather(nth)).str.strip_chars("<>")


def foci_of(sort: str, judged: Judged, rows: pl.DataFrame) -> Iterator[Focus]:
    """The things themselves, in the order of the rows."""
    told, links = touching(sort, judged, rows["nth"])
    iris = focus_iris(sort, judged, rows)
    for row, side, touched, iri in zip(told, rows["side"], links, iris, strict=True):
        yield Focus(sort, row, side, tuple(touched), iri)


def touching(sort: str, judged: Judged, nth: pl.Series) -> tuple[Picked, pl.Series]:
    """The columns of things, and the links that each touches; of all but links and ends also the `modules` there."""
    frame = frame_of(sort, judged)
    if sort in ("link", "end"):
        return Picked(frame, nth), frame["link"].gather(nth).reshape((-1, 1)).arr.to_list()
    names = {"port": ["device", "port"], "device": ["device"], "group": ["group"]}[sort]
    few = frame[nth]
    touched = _touched(judged, few.select(names).unique(), names)
    few = few.join(touched, on=names, how="left", maintain_order="left")
    every = pl.int_range(few.height, dtype=pl.UInt32, eager=True)
    return Picked(Wide(few), every), few["links"].fill_null([])


def _touched(judged: Judged, wanted: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    """What findings on ports, devices and groups tell of: the links there, and the modules recorded."""
    first = judged.links.lazy().filter(pl.col("case") == 0)
    ends = pl.concat(
        first.select("link", "group", device=f"{s}_device", port=f"{s}_port", module=f"{s}_module") for s in SIDES
    )
    return (
        ends.drop_nulls(names)
        .join(wanted.lazy(), on=names, how="semi")
        .group_by(names)
        .agg(
            links=pl.col("link").unique().sort(),
            modules=pl.col("module").drop_nulls().unique().sort(),
        )
        .collect()
    )
