"""Cells of text into canonical values, a column at a time; every cell that cannot be read is listed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from .. import terms
from ..design import Note
from ..errors import BadCell
from ..fields import Field

__all__ = ["CONTROL", "Column", "Table", "adapter", "column", "lanes", "modes", "number", "parse", "word"]

# What no name holds: a line break or a control character makes two names look like one.
CONTROL = r"[\x00-\x1f\x7f\u0085\u2028\u2029]"
_LANES = pl.Schema({"text": pl.String(), "lanes": pl.List(pl.Int64())})
_DIGITS = 9  # decimals kept while a number is checked; the column keeps three of its own unit
_NUMBER = re.compile(r"([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?)\s*([^0-9\s.,][^0-9]*)?")
_COMMA = re.compile(r"([+-]?[0-9]+),([0-9]+)\s*[^0-9\s.,]*")
_MODE = re.compile(r"([0-9]{1,2})\s*[x\u00d7*]\s*([0-9]{1,4})\s*g(?:[be]|b[ae]?se|bps|bit/s)?(\([0-9]{1,2}\))?", re.I)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}( .*)?")
_NOTHING = frozenset({"n/a", "na", "#n/a", "?", "-", "--", "unknown", "tbd", "null", "nil"})
_UNITS: Mapping[str, tuple[str, ...]] = {
    "Gb/s": ("g", "gb/s", "gbps", "gbit/s", "ge", "gbe", "gig"),
    "km": ("km",),
    "m": ("m",),
    "dB": ("db",),
    "dBm": ("dbm",),
    "nm": ("nm",),
    "GHz": ("ghz",),
    "W": ("w",),
    "fibres": (),
    "": (),
}


@dataclass(frozen=True)
class Table:
    """One sheet as text: its known columns by key and the row each line has in the spreadsheet."""

    file: str
    cells: pl.DataFrame  # String columns by key, and `row`
    headers: Mapping[str, str]  # key to the header as written
    notes: tuple[Note, ...] = ()
    bad: tuple[BadCell, ...] = ()


@dataclass(frozen=True)
class Column:
    """A wanted column: the key of its cells, its field, and the thousandths or units in one of what the cell counts."""

    key: str
    field: Field
    scale: int = 1


def parse(table: Table, wanted: Sequence[Column]) -> tuple[pl.DataFrame, list[BadCell], list[Note]]:
    """The wanted columns that the table has, the cells that could not be read, and notes of what was rounded."""
    present = [column for column in wanted if column.key in table.cells.columns]
    cells = table.cells
    numeric = [column for column in present if column.field.kind in ("decimal", "whole", "count")]
    numbers, fine = _numbers(cells, numeric)
    broken = _several_lines(cells, [column.key for column in present if column.field.kind == "text"])
    values: dict[str, pl.Series] = {}
    bad: list[BadCell] = []
    notes: list[Note] = []
    for column in present:
        found = cells[column.key]
        if column.key in numbers.columns:
            parsed, wrong = _mended(found, numbers[column.key], _reader(column))
            if fine.get(column.key):
                notes.append(_rounded(table, column, found, fine[column.key]))
        elif column.field.kind in ("text", "note"):
            parsed, wrong = found, broken.get(column.key, {})
        else:
            parsed, wrong = _mapped(found, _reader(column), column.field.kind)
        values[column.key] = parsed.alias(column.key)
        rows, header = cells["row"], table.headers[column.key]
        bad += [BadCell(table.file, rows[at], header, found[at], expected) for at, expected in wrong.items()]
    return pl.DataFrame([cells["row"], *values.values()]), bad, notes


def column(found: pl.Series, wanted: Column, read: Callable[[str], object]) -> tuple[pl.Series, dict[int, str], int]:
    """Texts read one by one: values, what was expected where that failed, and how many numbers were rounded."""
    if wanted.field.kind in ("decimal", "whole", "count"):
        numbers, fine = _numbers(pl.DataFrame({wanted.key: found}), [wanted])
        return *_mended(found, numbers[wanted.key], read), fine.get(wanted.key, 0)
    return *_mapped(found, read, wanted.field.kind), 0


def number(found: str, field: Field, scale: int = 1) -> int:
    """A number as its column keeps it; ValueError says what was expected."""
    unit = "km" if scale == 1_000_000 else field.unit
    of = f" of {unit}" if unit else ""
    example = "2.5" if field.kind == "decimal" else "2"
    kind = "number" if field.kind == "decimal" else "whole number"
    if found.casefold() in _NOTHING:
        raise ValueError(f"a {kind}{of}, or an empty cell for what is not known")
    if comma := _COMMA.fullmatch(found):
        point = f"{comma[1]}.{comma[2]}"
        either = f"{comma[1]}{comma[2]} or {point}" if len(comma[2]) == 3 else point
        raise ValueError(f"{either}: decimals have a point, thousands have nothing between them")
    if not (match := _NUMBER.fullmatch(found)):
        raise ValueError(f"a {kind}{of} such as {example}")
    if match[2] and match[2].strip().casefold() not in _UNITS[unit]:
        raise ValueError(f"a {kind}{of}, without another unit")
    value = Decimal(match[1])
    low, high = _limits(field, scale)
    if not low <= value <= high:
        raise ValueError(f"{low:f} to {high:f}{' ' + unit if unit else ''}")
    if field.kind != "decimal" and value != value.to_integral_value():
        raise ValueError(f"a whole number{of} such as {example}")
    return int((value * _factor(field, scale)).to_integral_value())


def word(found: str, list_name: str) -> str:
    """The closed list's word for what was found; ValueError lists the words, the nearest first."""
    if (known := terms.notation(list_name, found)) is None:
        raise ValueError(terms.expected(list_name, found))
    return known


def lanes(found: str, field: Field) -> tuple[int, ...]:
    """`1-4` or `1,2` as lane numbers, in order; ValueError says what was expected."""
    if _DATE.fullmatch(found):
        raise ValueError("lanes such as 1 or 1-4; the spreadsheet made a date of them: format the column as text")
    numbers: list[int] = []
    for part in re.split(r"[,;\s]+", re.sub(r"\s*[-\u2013]\s*", "-", found.removesuffix(".0")).strip(",; ")):
        ends = re.fullmatch(r"([0-9]{1,3})(?:-([0-9]{1,3}))?", part)
        if not ends:
            raise ValueError("lanes such as 1 or 1-4 or 1,2")
        first, last = int(ends[1]), int(ends[2] or ends[1])
        if not field.low <= first <= last <= field.high:
            raise ValueError(f"lanes counted upwards from {field.low}, at most {field.high}")
        numbers += range(first, last + 1)
    if len(set(numbers)) < len(numbers):
        raise ValueError("each lane once")
    return tuple(sorted(numbers))


def modes(found: str) -> tuple[str, ...]:
    """`4x100G 2x200G` as modes, fewest legs first, `4x100G[50G]` as two; ValueError says what was expected."""
    spread = re.sub(r"([0-9]+)\s*[xX\u00d7*]\s*([0-9]+\s*[gG])\s*\[([^\]]*)\]", _alternatives, found)
    spread = re.sub(r"\s*[x\u00d7*]\s*", "x", spread, flags=re.I)
    result: set[tuple[int, int, str]] = set()
    for part in re.split(r"[,;|/\s]+", spread.strip(",;|/ ")):
        match = _MODE.fullmatch(part)
        if not match or int(match[1]) < 1 or int(match[2]) < 1:
            raise ValueError("breakout modes such as 4x100G 2x200G")
        legs, rate = int(match[1]), int(match[2])
        result.add((legs, rate, f"{legs}x{rate}G{match[3] or ''}"))
    return tuple(mode for _, _, mode in sorted(result))


def adapter(found: str) -> str | None:
    """`OSFP-to-QSFP` in the words of the form factors, or None for the word none; ValueError says what was expected."""
    if found.casefold() in ("none", "no"):
        return None
    match = re.fullmatch(r"(.+?)[\s_-]*to[\s_-]*(.+)", found, re.I)
    sides = [_socket(side.strip()) for side in match.groups()] if match else []
    if len(sides) != 2 or None in sides:
        raise ValueError("the cage, then what it is to take, such as OSFP-to-QSFP or OSFP-to-QSFP-DD")
    return "-to-".join(side for side in sides if side)


def _socket(side: str) -> str | None:
    """A form factor, or the name of a family of them as adapters are sold: QSFP is not QSFP+ alone."""
    family = terms.fold(side).upper()
    return family if family in ("SFP", "QSFP", "OSFP") else terms.notation("FormFactor", side)


def _alternatives(match: re.Match[str]) -> str:
    rates = [match[2], *re.split(r"[,\s]+", match[3].strip())]
    return " ".join(f"{match[1]}x{rate}" for rate in rates if rate)


def _limits(field: Field, scale: int) -> tuple[Decimal, Decimal]:
    """What is believed, in the unit of the cell."""
    per = 1000 if scale == 1_000_000 else 1
    return Decimal(field.low) / per, Decimal(field.high) / per


def _factor(field: Field, scale: int) -> int:
    return scale * 1000 if field.kind == "decimal" and scale == 1 else scale


def _numbers(cells: pl.DataFrame, columns: Sequence[Column]) -> tuple[pl.DataFrame, dict[str, int]]:
    """The good path: numbers of every numeric column at once, null where a closer look is needed."""
    values, rounded = [], {}
    for column in columns:
        exact = pl.col(column.key).cast(pl.Decimal(38, _DIGITS), strict=False)
        low, high = _limits(column.field, column.scale)
        held = pl.when(exact.is_between(low, high)).then(exact) * _factor(column.field, column.scale)
        whole = held.round(0)
        if column.field.kind == "decimal":
            values.append(whole.cast(pl.Int64).alias(column.key))
            rounded[column.key] = (held != whole).sum().alias(f"rounded {column.key}")
        else:
            values.append(pl.when(held == whole).then(whole).cast(pl.Int64).alias(column.key))
    if not values:
        return pl.DataFrame(), {}
    read = cells.lazy().select(*values, *rounded.values()).collect()
    counts = {key: int(read[count.meta.output_name()][0]) for key, count in rounded.items() if read.height}
    return read.select(column.key for column in columns), counts


def _rounded(table: Table, column: Column, found: pl.Series, count: int) -> Note:
    text = f"{count} of {found.count()} numbers are finer than a thousandth of {column.field.unit} and were rounded"
    return Note(table.file, f"column {table.headers[column.key]}", text)


def _reader(column: Column) -> Callable[[str], object]:
    field = column.field
    match field.kind:
        case "word":
            return lambda found: word(found, field.words)
        case "lanes":
            return lambda found: lanes(found, field)
        case "modes":
            return lambda found: " ".join(modes(found))  # a list once no two places differ about it
        case "adapter":
            return adapter
        case _:
            return lambda found: number(found, field, column.scale)


def _mended(found: pl.Series, parsed: pl.Series, read: Callable[[str], object]) -> tuple[pl.Series, dict[int, str]]:
    """Numbers that the good path left out, read one distinct text at a time."""
    if parsed.null_count() == found.null_count():
        return parsed, {}
    left = (found.is_not_null() & parsed.is_null()).arg_true()
    known, wrong = _each(found.gather(left).unique().to_list(), read)
    texts = found.gather(left).to_list()
    bad = {at: wrong[text] for at, text in zip(left, texts, strict=True) if text in wrong}
    good = [(at, known[text]) for at, text in zip(left, texts, strict=True) if text in known]
    return parsed.scatter([at for at, _ in good], [value for _, value in good]), bad


def _mapped(found: pl.Series, read: Callable[[str], object], kind: str) -> tuple[pl.Series, dict[int, str]]:
    """Words, lanes, modes and adapters: few distinct texts, however many rows."""
    texts = found.drop_nulls().unique().to_list()
    known, wrong = _each(texts, read)
    bad: dict[int, str] = {}
    if wrong:
        at = found.is_in(list(wrong)).arg_true()
        bad = {index: wrong[text] for index, text in zip(at, found.gather(at).to_list(), strict=True)}
    if kind == "lanes":
        held = pl.DataFrame({"text": list(known), "lanes": list(known.values())}, schema=_LANES)
        return pl.DataFrame({"text": found}).join(held, on="text", how="left", maintain_order="left")["lanes"], bad
    if all(text == value for text, value in known.items()) and not wrong:
        return found, bad
    return found.replace_strict(known, default=None, return_dtype=pl.String), bad


def _each(texts: Iterable[str], read: Callable[[str], object]) -> tuple[dict[str, object], dict[str, str]]:
    known: dict[str, object] = {}
    wrong: dict[str, str] = {}
    for text in sorted(texts):
        try:
            known[text] = read(text)
        except ValueError as error:
            wrong[text] = str(error)
    return known, wrong


def _several_lines(cells: pl.DataFrame, keys: Sequence[str]) -> dict[str, dict[int, str]]:
    if not keys:
        return {}
    any_broken = cells.lazy().select(pl.col(*keys).str.contains(CONTROL).any()).collect().row(0, named=True)
    expected = "one line of text without control characters"
    return {
        key: dict.fromkeys(cells[key].str.contains(CONTROL).fill_null(False).arg_true(), expected)
        for key, broken in any_broken.items()
        if broken
    }
