"""Which links are changed at one go: each by itself, those that one takes over, the legs of one module."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .admitted import Offer
from .goal import Target
from .pieces import Piece
from .proposals import Told

__all__ = ["moving_together"]

Rows = Mapping[str, Mapping[str, Any]]  # links as judged, by name
Offers = Mapping[str, Sequence[Offer]]  # by link
Rivals = list[tuple[list[Piece], Offer]]  # pieces that are done at one go, and what they come to


def moving_together(told: Told, rows: Rows, offers: Offers, targets: Mapping[str, Target]) -> Iterator[Rivals]:
    """Pieces that are done at one go; those for the same links stand together, as rivals of each other."""
    by_module: dict[tuple[object, ...], list[tuple[str, Offer]]] = defaultdict(list)
    for link, own in sorted(offers.items()):
        single: Rivals = []
        for offer in own:
            applied = told.ways[offer.way]
            proposal = applied.proposal
            legs = proposal.a_legs or proposal.b_legs
            if proposal.merged:
                continue
            if legs:
                side = "a" if proposal.a_legs else "b"
                device = rows[link][f"{side}_device"]
                key = (proposal.strategy, side, device, proposal.a_interface, proposal.b_interface, legs)
                by_module[key].append((link, offer))
            else:
                single.append(([Piece(link, rows[link], applied, offer.way)], offer))
        yield single
    yield from _merges(told, rows, offers, targets)
    yield from _breakouts(told, rows, by_module)


def _merges(told: Told, rows: Rows, offers: Offers, targets: Mapping[str, Target]) -> Iterator[Rivals]:
    teams: dict[tuple[str, ...], Rivals] = defaultdict(list)
    members: dict[int, list[str]] = defaultdict(list)
    for link, row in sorted(rows.items()):
        if row["team"] is not None:
            members[row["team"]].append(link)
    for link, several in sorted(offers.items()):
        for offer in several:
            applied = told.ways[offer.way]
            if not applied.proposal.merged:
                continue
            team = members[rows[link]["team"]]
            size = applied.proposal.merged
            if link not in team or any(other not in targets for other in team) or team.index(link) % size:
                continue
            own = team[team.index(link) : team.index(link) + size]
            if len(own) < size:
                continue
            pieces = [Piece(other, rows[other], applied, offer.way, retired=other != link) for other in own]
            teams[tuple(own)].append((pieces, offer))
    yield from (rivals for _, rivals in sorted(teams.items(), key=lambda item: item[0]))


def _breakouts(
    told: Told, rows: Rows, by_module: Mapping[tuple[object, ...], Sequence[tuple[str, Offer]]]
) -> Iterator[Rivals]:
    sets: dict[tuple[str, ...], Rivals] = defaultdict(list)
    for key, members in sorted(by_module.items(), key=lambda item: str(item[0])):
        legs = int(str(key[-1]))
        each = list({link: (link, offer) for link, offer in reversed(members)}.values())[::-1]
        for first in range(0, len(each), legs):
            chunk = each[first : first + legs]
            pieces = [
                Piece(link, rows[link], told.ways[offer.way], offer.way, leg) for leg, (link, offer) in enumerate(chunk)
            ]
            sets[tuple(link for link, _ in chunk)].append((pieces, chunk[0][1]))
    yield from (rivals for _, rivals in sorted(sets.items(), key=lambda item: item[0]))
