"""The things of a judged design: rows of its columns with their IRIs, and the links that each touches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from .derive import Judged
from .design import SIDES
from .facts import named
from .graph import minted
from .recall import rows_of

__all__ = ["SORTS", "Focus", "foci_of", "focus_iris", "frame_of"]

SORTS = ("link", "end", "port", "device", "group")


@dataclass(frozen=True)
class Focus:
    """One thing: its sort, its columns, its side if it is an end, the links it touches, its IRI."""

    kind: str
    row: Mapping[str, object]
    side: str | None
    links: tuple[str, ...]
    iri: str = ""


def frame_of(sort: str, judged: Judged) -> pl.DataFrame:
    """The frame whose rows are things of this sort; ends are the rows of links, twice."""
    return {"port": judged.ports, "device": judged.devices, "group": judged.groups}.get(sort, judged.links)


def focus_iris(sort: str, judged: Judged, rows: pl.DataFrame) -> list[str]:
    """IRIs of things, without brackets; rows has `nth`, the number of the row in the frame, and `side` for ends."""
    frame = frame_of(sort, judged)[rows["nth"]]
    match sort:
        case "link" | "end":
            iris = minted("link", named(frame)["link"]).str.strip_chars("<>")
            return (iris + "/" + rows["side"] if sort == "end" else iris).to_list()
        case "port":
            return minted("cage", frame["device"], frame["port"]).str.strip_chars("<>").to_list()
        case _:
            return minted(sort, frame[sort]).str.strip_chars("<>").to_list()


def foci_of(sort: str, judged: Judged, rows: pl.DataFrame) -> Iterator[Focus]:
    """The things themselves, in the order of the rows."""
    frame = frame_of(sort, judged)[rows["nth"]]
    iris = focus_iris(sort, judged, rows)
    if sort in ("link", "end"):
        for row, link, side, iri in zip(rows_of(frame), frame["link"], rows["side"], iris, strict=True):
            yield Focus(sort, row, side, (link,), iri)
        return
    names = {"port": ["device", "port"], "device": ["device"], "group": ["group"]}[sort]
    touched = _touched(judged, frame.select(names).unique(), names)
    frame = frame.join(touched, on=names, how="left", maintain_order="left")
    for row, links, iri in zip(rows_of(frame), frame["links"].to_list(), iris, strict=True):
        yield Focus(sort, row, None, tuple(links or ()), iri)


def _touched(judged: Judged, wanted: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    """What findings on ports, devices and groups tell of: the links there, and the modules recorded."""
    first = judged.links.filter(pl.col("case") == 0)
    ends = pl.concat(
        first.select("link", "group", device=f"{s}_device", port=f"{s}_port", module=f"{s}_module") for s in SIDES
    )
    return (
        ends.drop_nulls(names)
        .join(wanted, on=names, how="semi")
        .group_by(names)
        .agg(
            links=pl.col("link").unique().sort(),
            modules=pl.col("module").drop_nulls().unique().sort(),
        )
    )
