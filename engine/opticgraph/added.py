"""Links that come in beside the one of now: in another band over the same fibres, or as more of its kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .applied import Applied, fellow
from .design import LINK_SCHEMA, SIDES
from .pieces import Piece
from .planned import Edit

__all__ = ["added_edits", "added_links", "added_rates"]

Row = Mapping[str, Any]
# What a record says of the link of now alone.
_OWN = ("link", "group", "target_gbps", "peak_gbps", "row_note", "file", "row", "spare_strands")
_MEASURED = tuple(f"{side}_{name}_mdbm" for side in SIDES for name in ("tx", "rx"))


def added_links(piece: Piece) -> tuple[str, ...]:
    """The names of links that come in; none where the link of now becomes something else."""
    proposal = piece.applied.proposal
    if proposal.beside:
        return (f"{piece.link} overlay",)
    return tuple(f"{piece.link} beside {nth}" for nth in range(2, (proposal.copies or 1) + 1))


def added_rates(piece: Piece) -> dict[str, int]:
    """What the links that come in carry, in Gb/s."""
    rate = piece.applied.changes.get("rate_gbps", piece.row["rate_gbps"])
    return dict.fromkeys(added_links(piece), int(str(rate or 1)))


def added_edits(piece: Piece, now: Row, ports: Mapping[str, str]) -> Iterator[Edit]:
    """The rows that come in, and what changes of the link of now; ports of the new ends by link and side."""
    applied = piece.applied
    if applied.proposal.beside:
        goes_on = fellow(applied)
        assert goes_on is not None
        after = goes_on.after(piece.row)
        values = tuple((name, now[name], after[name]) for name in LINK_SCHEMA if name in goes_on.shifts)
        yield Edit("links", piece.link, "set", tuple(each for each in values if each[1] != each[2]))
    for name in added_links(piece):
        row = {**_new(piece.row, applied), **{f"{side}_port": ports[f"{name} {side}"] for side in SIDES}}
        values = tuple((column, None, _plain(row[column])) for column in LINK_SCHEMA if row[column] is not None)
        yield Edit("links", name, "add", tuple(each for each in values if each[2] != ()))


def _new(row: Row, applied: Applied) -> dict[str, Any]:
    """The row of a link that comes in, but for its ports; of more links of a kind each has fibres of its own."""
    type_ = applied.types["a"]
    own = dict.fromkeys(_OWN) | {"status": "active", "route": row["route"] or row["link"]}
    if not applied.proposal.beside:
        own |= dict.fromkeys(_MEASURED) | {"strands": type_.fibers if type_ else row["strands"]}
    return {**applied.after(row), **own}


def _plain(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value
