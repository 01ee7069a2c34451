"""A link as it is, or as an option would make it, laid out for drawing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ...choices import LinkOptions, Option
from ...parts import ModuleType
from ..strands import End, Path

__all__ = ["legs_beside", "path_now", "path_of", "path_then"]

Row = Mapping[str, object]
Types = Mapping[str, ModuleType]
Beside = Mapping[tuple[str, str], Sequence[tuple[tuple[int, ...], str]]]


def legs_beside(links: Iterable[LinkOptions]) -> Beside:
    """(device, port) -> the lanes that links use there, and the link: the other legs of a module broken out."""
    found: dict[tuple[str, str], list[tuple[tuple[int, ...], str]]] = {}
    for each in links:
        for side in "ab":
            if lanes := _lanes(each.record.get(f"{side}_lanes")):
                place = _text(each.record.get(f"{side}_device")), _text(each.record.get(f"{side}_port"))
                found.setdefault(place, []).append((lanes, each.link))
    return found


def path_now(each: LinkOptions, types: Types, beside: Beside) -> Path:
    """The link as it was judged."""
    row = each.record
    known = {side: types.get(_text(row.get(f"{side}_type"))) for side in "ab"}
    others = {}
    for side in "ab":
        place = _text(row.get(f"{side}_device")), _text(row.get(f"{side}_port"))
        others[side] = {lane: link for lanes, link in beside.get(place, ()) if link != each.link for lane in lanes}
    return path_of(row, known, others)


def path_then(each: LinkOptions, option: Option, types: Types) -> Path:
    """The link as the option would make it."""
    row = {**each.record, **{name: new for name, (_, new) in option.changes.items()}}
    known = {"a": types.get(option.a_module or ""), "b": types.get(option.b_module or "")}
    others = {side: _shared(_lanes(row.get(f"{side}_lanes")), known[side], option.together) for side in "ab"}
    copies = (option.rate_gbps or 0) // (each.rate_gbps or 1) if option.strategy == "bond" else 1
    return replace(path_of(row, known, others), copies=max(copies, 1))


def _shared(used: tuple[int, ...], type_: ModuleType | None, together: Sequence[str]) -> dict[int, str]:
    """The other legs of a module, served in turn by the links that move together."""
    if not used or type_ is None or not type_.lanes:
        return {}
    free = [lane for lane in range(1, type_.lanes + 1) if lane not in used]
    return {lane: together[nth // len(used)] for nth, lane in enumerate(free) if nth // len(used) < len(together)}


def path_of(row: Row, types: Mapping[str, ModuleType | None], others: Mapping[str, Mapping[int, str]]) -> Path:
    """A link's row (columns of derive.Judged.links) with its module types; others has by side who uses other lanes."""
    length, strands = row.get("length_mm"), row.get("strands")
    line = _text(row.get("line_system"))
    return Path(
        a=_end(row, "a", types["a"], others["a"]),
        b=_end(row, "b", types["b"], others["b"]),
        fiber=_text(row.get("fiber_type")),
        length=_length(int(str(length))) if length is not None else "",
        strands=int(str(strands)) if strands is not None else None,
        polarity=_text(row.get("polarity")),
        attenuator=_db(row.get("attenuator_mdb")),
        filters=_db(row.get("mux_mdb")),
        line=f"{line} line" if line and line != "none" else "",
    )


def _end(row: Row, side: str, type_: ModuleType | None, others: Mapping[int, str]) -> End:
    def text(name: str) -> str:
        return _text(row.get(f"{side}_{name}"))

    bare = End(
        device=text("device"),
        port=text("port"),
        cage=text("cage"),
        adapter=text("adapter"),
        fec=text("fec"),
        module=text("module"),
        connector=" ".join(filter(None, (text("connector"), text("polish")))),
    )
    if type_ is None:
        return bare
    return replace(
        bare,
        module=type_.id,
        host_lanes=type_.electrical_lanes,
        host_gbps=_plain(type_.electrical_rate_mbps, 1000),
        lanes=type_.lanes,
        lane_gbps=_plain(type_.rate_gbps, type_.lanes),
        modulation=type_.modulation or "",
        wavelengths=type_.wavelengths,
        fibers=type_.fibers,
        used=_lanes(row.get(f"{side}_lanes")),
        others=others,
        cable=type_.medium == "cable assembly",
    )


def _lanes(value: object) -> tuple[int, ...]:
    return tuple(int(lane) for lane in value) if isinstance(value, list | tuple) else ()


def _plain(number: int | None, by: int | None) -> str:
    return f"{number / by:g}" if number and by else ""


def _length(mm: int) -> str:
    return f"{mm / 1_000_000:g} km" if mm >= 1_000_000 else f"{mm / 1000:g} m"


def _db(value: object) -> str:
    return f"{int(str(value)) / 1000:g} dB" if value else ""


def _text(value: object) -> str:
    return "" if value is None else str(value)
