"""Which positions of a plug light leaves and arrives on, and where each strand of a link comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

__all__ = ["End", "Face", "Path", "Strand", "face_of", "fiber_of", "lit_fibers", "strands_of"]


@dataclass(frozen=True)
class End:
    """One end of a link; what is not known is empty or None.

    host_gbps    rate of one host lane, lane_gbps of one optical lane
    wavelengths  in nm as text: one a lane, or what all lanes share
    connector    the plug in the module, with its polish
    used         optical lanes that the link uses, from 1; empty is all
    others       lane -> the link that uses it in place of this one
    cable        whether module and cable are one piece
    """

    device: str
    port: str
    cage: str = ""
    adapter: str = ""
    fec: str = ""
    module: str = ""
    host_lanes: int | None = None
    host_gbps: str = ""
    lanes: int | None = None
    lane_gbps: str = ""
    modulation: str = ""
    wavelengths: tuple[str, ...] = ()
    fibers: int | None = None
    connector: str = ""
    used: tuple[int, ...] = ()
    others: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))
    cable: bool = False


@dataclass(frozen=True)
class Path:
    """A link's two ends and what lies between them.

    strands  that are there; where the modules take more, the rest is drawn as missing
    copies   how many links like this one there would be
    """

    a: End
    b: End
    fiber: str = ""
    length: str = ""
    strands: int | None = None
    polarity: str = ""
    attenuator: str = ""
    filters: str = ""
    line: str = ""
    copies: int = 1


@dataclass(frozen=True)
class Face:
    """The positions of a plug from top to bottom, and on which each fibre leaves and arrives, in lane order."""

    labels: tuple[str, ...] = ()
    sends: tuple[int, ...] = ()
    hears: tuple[int, ...] = ()
    parallel: bool = False

    @property
    def rows(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, order=True)
class Strand:
    """One strand: its position at either end, and which way light goes: ab, ba, both, or lost where none arrives."""

    a: int
    b: int
    way: str


def face_of(end: End) -> Face:
    """The plug in a module; parallel ones send on the first positions and receive on the last (IEEE 802.3, MDI of
    clauses 95, 124 and 138)."""
    count = end.fibers
    if end.cable and (end.lanes or end.host_lanes):
        lanes = end.lanes or end.host_lanes or 0
        return Face(("",) * (2 * lanes), tuple(range(lanes)), tuple(range(lanes, 2 * lanes)))
    if not count:
        return Face()
    if count == 1:
        return Face(("1",), (0,), (0,))
    half = count // 2
    if count <= 4:
        names = ("Tx", "Rx") if half == 1 else tuple(f"{way} {n + 1}" for way in ("Tx", "Rx") for n in range(half))
        return Face(names, tuple(range(half)), tuple(range(half, count)))
    if end.connector.startswith("MPO-12") and count == 8:
        labels = tuple(map(str, range(1, 13)))
        if end.lanes == 8:  # two wavelengths on each of eight fibres, one each way: 802.3 clause 150
            rows = (0, 1, 2, 3, 11, 10, 9, 8)
            return Face(labels, rows, rows, parallel=True)
        return Face(labels, (0, 1, 2, 3), (11, 10, 9, 8), parallel=True)
    if count == 16 and end.connector.startswith(("MPO-16", "dual MPO-12")):
        # Of two plugs one stands within the other, so that each has its own first and last positions.
        numbers = range(1, 17) if end.connector.startswith("MPO-16") else [*range(1, 5)] * 2 + [*range(9, 13)] * 2
        return Face(tuple(map(str, numbers)), tuple(range(8)), tuple(range(15, 7, -1)), parallel=True)
    return Face(("",) * count, tuple(range(half)), tuple(range(half, count)))  # which positions, no source here says


def strands_of(path: Path) -> list[Strand]:
    """Every strand that the link's light uses, or would; those that the link does not have carry nothing."""
    found = _joined(path, face_of(path.a), face_of(path.b))
    have = path.strands if path.strands is not None and not path.a.cable else len(found)
    return [replace(strand, way="lost") if nth >= have else strand for nth, strand in enumerate(found)]


def _joined(path: Path, a: Face, b: Face) -> list[Strand]:
    whole = not (path.a.used or path.b.used) and a.rows == b.rows and path.a.connector[:3] == path.b.connector[:3]
    lit_a, lit_b = lit_fibers(path.a, a), lit_fibers(path.b, b)
    if whole and path.polarity in ("A", "B", "C") and a.rows > 1 and not path.a.cable:
        found = {}
        for row in range(a.rows):
            to = _through(row, a, path.polarity)
            out, back = row in a.sends, to in b.sends
            arrives, returns = out and to in b.hears, back and row in a.hears
            if out or back:
                way = "both" if arrives and returns else "ab" if arrives else "ba" if returns else "lost"
                found[row] = Strand(row, to, way)
        return sorted(found.values())
    there = {(a.sends[x], b.hears[y]): "ab" for x, y in zip(lit_a, lit_b, strict=False)}
    for x, y in zip(lit_a, lit_b, strict=False):
        key = a.hears[x], b.sends[y]
        there[key] = "both" if key in there else "ba"
    return sorted(Strand(*rows, way) for rows, way in there.items())


def _through(row: int, face: Face, polarity: str) -> int:
    """Where a strand comes out: A runs straight, B turns the order round, C swaps neighbours; a pair has only two."""
    if polarity == "A":
        return row
    if not face.parallel:
        return (row + face.rows // 2) % face.rows
    return face.rows - 1 - row if polarity == "B" else row ^ 1


def lit_fibers(end: End, face: Face) -> list[int]:
    """Which of the plug's fibres, counted each way, the link uses."""
    if not end.used or not end.lanes:
        return list(range(len(face.sends)))
    return sorted({fiber_of(lane, end, face) for lane in end.used if lane <= end.lanes})


def fiber_of(lane: int, end: End, face: Face) -> int:
    """Which of the plug's fibres, counted each way, an optical lane is on."""
    return (lane - 1) * len(face.sends) // (end.lanes or end.host_lanes or 1)
