"""A link drawn from host lane to host lane: cages, modules, lanes, plug positions and every strand, as inline SVG.

Above in a module is what it sends, below what it receives. Colours come from lanes.css by class; the text alternative
says the same as the picture.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from html import escape

from .strands import End, Face, Path, Strand, face_of, fiber_of, lit_fibers, strands_of
from .words import clean, counted

__all__ = ["drawing"]


WIDE, TOP, BOTTOM = 1120, 50, 58
ROW, LEAST = 15, 180  # between positions of a plug; height of the body
DEVICE, HOST, MODULE, PLUG, FACE = 148, 186, 366, 404, 432  # right edges, from the outside in
LETTERS = 42  # of a module's name


def drawing(path: Path) -> str:
    """The SVG element."""
    faces = face_of(path.a), face_of(path.b)
    body = max(LEAST, *(ROW * face.rows for face in faces))
    strands = strands_of(path)
    marks = [
        *_end(path.a, faces[0], body, mirrored=False),
        *_end(path.b, faces[1], body, mirrored=True),
        *_between(path, faces, strands, body),
    ]
    title = f"{path.a.device} {path.a.port} to {path.b.device} {path.b.port}"
    return (
        f'<svg class="lanes" role="img" viewBox="0 0 {WIDE} {TOP + body + BOTTOM}" width="{WIDE}" '
        f'height="{TOP + body + BOTTOM}"><title>{_text(title)}</title><desc>{_text(_told(path, strands))}</desc>'
        + "".join(marks)
        + "</svg>"
    )


# --- one end ---------------------------------------------------------------------------------------------------------


def _end(end: End, face: Face, body: int, *, mirrored: bool) -> Iterator[str]:
    def box(kind: str, left: float, right: float) -> str:
        x = WIDE - right if mirrored else left
        return f'<rect class="{kind}" x="{x:g}" y="{TOP}" width="{right - left:g}" height="{body}" rx="5"/>'

    def label(kind: str, x: float, y: float, text: str, anchor: str = "start") -> str:
        if not text:
            return ""
        turned = {"start": "end", "end": "start"}.get(anchor, anchor) if mirrored else anchor
        at = WIDE - x if mirrored else x
        return f'<text class="{kind}" x="{at:g}" y="{y:g}" text-anchor="{turned}">{_text(text)}</text>'

    yield box("device", 0, DEVICE)
    lines = [
        ("name", _short(end.device, 19)),
        ("", _short(end.port, 22)),
        ("soft", f"{end.cage} cage" if end.cage else "cage not known"),
        ("soft", _short(end.adapter, 22)),
        ("soft", f"FEC {end.fec}" if end.fec else ""),
    ]
    for nth, (kind, text) in enumerate((kind, text) for kind, text in lines if text):
        yield label(kind, 12, TOP + 24 + 18 * nth, text)
    yield box("module" if end.module else "module unknown", HOST, MODULE)
    yield label("name", HOST, TOP - 26, _short(end.module, LETTERS) or "module not known")
    yield label("soft", HOST, TOP - 10, _counted(end.host_lanes, end.host_gbps, "host lane"))
    lanes = _counted(end.lanes, end.lane_gbps, "optical lane")
    yield label("soft", MODULE, TOP + body + 18, f"{lanes} {end.modulation}".strip(), "end")
    if not face.rows:
        yield label("soft", (HOST + MODULE) / 2, TOP + body / 2, "lanes not known", "middle")
        return
    yield from _paths(_inner(end, face, body), mirrored)
    for lane, y in _pins(end.lanes or end.host_lanes or 1, 0, body, face):
        told = end.wavelengths[(lane - 1) % len(end.wavelengths)] if end.wavelengths else ""
        kind = "nm" if _uses(end, lane) else "nm idle"
        yield label(kind, MODULE - 6, y + 3.5, f"{told} nm" if told else "", "end")
    if end.cable:
        return
    yield box("plug", PLUG, FACE)
    lit = lit_fibers(end, face)
    own = {face.sends[n] for n in lit} | {face.hears[n] for n in lit}
    for row, name in enumerate(face.labels):
        kind = "lit" if row in own else "dark"
        yield label(f"position {kind}", (PLUG + FACE) / 2, _at(row, face, body) + 3.5, name, "middle")
    yield label("", FACE, TOP - 10, end.connector or "plug not known", "end")
    yield label("soft", FACE, TOP + body + 35, _positions(face, lit), "end")


def _inner(end: End, face: Face, body: int) -> Iterator[tuple[str, str]]:
    """Lines within an end: host lanes to optical lanes, and these to the positions of the plug."""
    optical = end.lanes or end.host_lanes or 1
    host = end.host_lanes or optical
    for down in (0, 1):  # what is sent, what is received
        way, rows = ("in", face.hears) if down else ("out", face.sends)
        pins = dict(_pins(optical, down, body, face))
        stop = MODULE - (68 if end.wavelengths and not down else 0)
        for nth, y in _pins(host, down, body, face):
            lane = (nth - 1) * optical // host + 1
            bend = f"{HOST + 50} {y:g} {HOST + 50} {pins[lane]:g} {HOST + 92} {pins[lane]:g}"
            yield way if _uses(end, lane) else "idle", f"M{DEVICE} {y:g}H{HOST + 8}C{bend}H{stop}"
        for lane, y in pins.items():
            to = _at(rows[fiber_of(lane, end, face)], face, body)
            plug = FACE if end.cable else PLUG
            middle = (MODULE + plug) / 2
            bend = f"{middle:g} {y:g} {middle:g} {to:g} {plug} {to:g}"
            yield way if _uses(end, lane) else "idle", f"M{MODULE} {y:g}C{bend}"


def _uses(end: End, lane: int) -> bool:
    return not end.used or lane in end.used


def _pins(count: int, down: int, body: int, face: Face) -> Iterator[tuple[int, float]]:
    """Lanes from 1 with their heights, in the upper or lower half of the module."""
    zone = body / 2
    step = min(20, (zone - 8) / count)
    first = TOP + down * zone + zone / 2 - step * (count - 1) / 2
    for nth in range(count):
        # In a parallel plug receiving lanes stand the other way round than those that send.
        yield nth + 1, first + step * (count - 1 - nth if down and face.parallel else nth)


def _at(row: int, face: Face, body: int) -> float:
    return TOP + body * (row + 0.5) / face.rows


def _positions(face: Face, lit: Sequence[int]) -> str:
    """Which positions of a parallel plug send and which receive."""
    if not face.parallel or face.sends == face.hears:
        return ""
    sent, heard = ([face.labels[rows[n]] for n in lit] for rows in (face.sends, face.hears))
    return f"sends {_range(sent)}, receives {_range(heard)}"


def _range(labels: Sequence[str]) -> str:
    numbers = sorted({int(label) for label in labels})
    if len(numbers) > 2 and numbers[-1] - numbers[0] == len(numbers) - 1:
        return f"{numbers[0]}\N{EN DASH}{numbers[-1]}"
    return ", ".join(map(str, numbers))


# --- between the ends ------------------------------------------------------------------------------------------------


def _between(path: Path, faces: tuple[Face, Face], strands: Sequence[Strand], body: int) -> Iterator[str]:
    middle = WIDE / 2
    for nth, text in enumerate(filter(None, _captions(path, len(strands)))):
        kind, y = "soft" if nth else "", TOP + body + 18 + 17 * nth
        yield f'<text class="{kind}" x="{middle:g}" y="{y}" text-anchor="middle">{_text(text)}</text>'
    if not strands:
        yield f'<path class="lost" d="M{FACE} {TOP + body / 2:g}H{WIDE - FACE}"/>'
        return
    yield from _paths(_fibers(strands, faces, body), mirrored=False)
    yield from _arrows(strands, faces, body)
    yield from _fans(path.a, faces[0], body, mirrored=False)
    yield from _fans(path.b, faces[1], body, mirrored=True)
    yield from _crate(middle, TOP + body / 2, path.line, tall=body * 0.72)
    for side, face in zip("ab", faces, strict=True):
        if path.filters:
            yield from _crate(_inward(side, 52), TOP + body / 2, "filter", tall=body * 0.72)
        heights = [_at(row, face, body) for row in _heard(strands, side)]
        if path.attenuator and heights:
            tall = max(heights) - min(heights) + 22
            yield from _crate(_inward(side, 52), (max(heights) + min(heights)) / 2, path.attenuator, tall=tall)


def _captions(path: Path, taken: int) -> Iterator[str]:
    """What stands below the fibres."""
    yield _joined(path.fiber or "fibre not known", path.length)
    if not path.a.cable:
        yield _joined(_had(path, taken), _polarity(path))
    yield _joined(
        path.line,
        f"filters lose {path.filters}" if path.filters else "",
        f"one of {path.copies} such links" if path.copies > 1 else "",
    )


def _inward(side: str, by: float) -> float:
    """A place that far from the plug of an end."""
    return FACE + by if side == "a" else WIDE - FACE - by


def _heard(strands: Sequence[Strand], side: str) -> list[int]:
    ways = ("ba", "both") if side == "a" else ("ab", "both")
    return [getattr(strand, side) for strand in strands if strand.way in ways]


def _fibers(strands: Sequence[Strand], faces: tuple[Face, Face], body: int) -> Iterator[tuple[str, str]]:
    straight = 92  # room for what stands at the plugs before the strands cross
    for strand in strands:
        y, v = _at(strand.a, faces[0], body), _at(strand.b, faces[1], body)
        one, two = FACE + straight, WIDE - FACE - straight
        yield strand.way, f"M{FACE} {y:g}H{one}C{one + 36} {y:g} {two - 36} {v:g} {two} {v:g}H{WIDE - FACE}"


def _arrows(strands: Sequence[Strand], faces: tuple[Face, Face], body: int) -> Iterator[str]:
    """A point where light arrives, and a cross where none does."""
    for strand in strands:
        y, v = _at(strand.a, faces[0], body), _at(strand.b, faces[1], body)
        x = WIDE - FACE
        if strand.way in ("ab", "both"):
            yield f'<path class="tip {strand.way}" d="M{x} {v:g}l-9 -4v8z"/>'
        if strand.way in ("ba", "both"):
            yield f'<path class="tip {strand.way}" d="M{FACE} {y:g}l9 -4v8z"/>'
        if strand.way == "lost":
            yield f'<path class="lost" d="M{x - 12} {v - 4:g}l8 8m0 -8l-8 8"/>'


def _fans(end: End, face: Face, body: int, *, mirrored: bool) -> Iterator[str]:
    """Short ends of the strands that go to other links, each named where it leaves."""
    if not end.used or not end.lanes:
        return
    lit = set(lit_fibers(end, face))
    stubs, labels = [], []
    for fiber in range(len(face.sends)):
        if fiber in lit:
            continue
        lane = next(lane for lane in range(1, end.lanes + 1) if fiber_of(lane, end, face) == fiber)
        for row in {face.sends[fiber], face.hears[fiber]}:
            stubs.append(("idle", f"M{FACE} {_at(row, face, body):g}h16"))
        told = _short(end.others.get(lane, "free"), 15)
        x, anchor = (WIDE - FACE - 20, "end") if mirrored else (FACE + 20, "start")
        y = _at(face.sends[fiber], face, body) + 3.5
        labels.append(f'<text class="leg" x="{x}" y="{y:g}" text-anchor="{anchor}">{_text(told)}</text>')
    yield from _paths(stubs, mirrored)
    yield from labels


def _crate(x: float, y: float, text: str, *, tall: float) -> Iterator[str]:
    """Something that the strands pass through."""
    if text:
        wide = 14 + 6.2 * len(text)
        left, top = x - wide / 2, y - tall / 2
        yield f'<rect class="crate" x="{left:g}" y="{top:g}" width="{wide:g}" height="{tall:g}" rx="5"/>'
        yield f'<text class="crate" x="{x:g}" y="{y + 4:g}" text-anchor="middle">{_text(text)}</text>'


def _paths(lines: Iterable[tuple[str, str]], mirrored: bool) -> Iterator[str]:
    """Lines of one kind as one element: a page has many drawings."""
    kinds: defaultdict[str, list[str]] = defaultdict(list)
    for kind, line in lines:
        kinds[kind].append(line)
    turn = f' transform="matrix(-1 0 0 1 {WIDE} 0)"' if mirrored else ""
    for kind, told in sorted(kinds.items()):
        way = {"out": "ab", "in": "ba"}.get(kind, kind) if not mirrored else {"out": "ba", "in": "ab"}.get(kind, kind)
        yield f'<path class="{way}"{turn} d="{"".join(told)}"/>'


# --- words -----------------------------------------------------------------------------------------------------------


def _told(path: Path, strands: Sequence[Strand]) -> str:
    """The picture in words."""
    lost = sum(strand.way == "lost" for strand in strands)
    parts = [
        *(f"End {side}: {_end_told(end)}" for side, end in (("a", path.a), ("b", path.b))),
        _joined(
            "Between: " + (path.fiber or "fibre not known"), path.length, _polarity(path), path.line, path.attenuator
        ),
        f"On {counted(lost, 'strand')} no light arrives at a receiver" if lost else "",
    ]
    return ". ".join(filter(None, parts)) + "."


def _end_told(end: End) -> str:
    face = face_of(end)
    return _joined(
        f"{end.module or 'a module that is not known'} in the {end.cage or 'unknown'} cage",
        _counted(end.host_lanes, end.host_gbps, "host lane"),
        f"{_counted(end.lanes, end.lane_gbps, 'optical lane')} {end.modulation}".strip(),
        f"uses {counted(len(end.used), 'lane')}: {', '.join(map(str, end.used))}" if end.used else "",
        f"sends at {', '.join(end.wavelengths)} nm" if end.wavelengths else "",
        end.connector,
        _positions(face, lit_fibers(end, face)),
    )


def _had(path: Path, taken: int) -> str:
    if path.strands is None:
        return ""
    return f"{path.strands} of {counted(taken, 'fibre')}" if path.strands < taken else counted(path.strands, "fibre")


def _polarity(path: Path) -> str:
    told = {"A": "polarity A, straight", "B": "polarity B, crossed", "C": "polarity C, pairs crossed"}
    several = (path.a.fibers or 0) > 1 and path.a.fibers == path.b.fibers
    return told.get(path.polarity, "polarity not recorded" if several else "")


def _counted(count: int | None, gbps: str, what: str) -> str:
    if not count:
        return ""
    return counted(count, what) + (f" of {gbps}G" if gbps else "")


def _joined(*parts: str) -> str:
    return ", ".join(filter(None, parts))


def _short(text: str, letters: int) -> str:
    told = clean(text)
    return told if len(told) <= letters else told[: letters - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _text(text: str) -> str:
    return escape(clean(text), quote=True)
