"""A price list: what parts cost, for putting options and repairs in order."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from .errors import BadCell, DesignError
from .knowledge import fold

__all__ = ["Prices", "read_prices"]

_COLUMNS = ("part", "price", "currency")


@dataclass(frozen=True)
class Prices:
    """Prices by folded part name, all in one currency."""

    currency: str
    of: Mapping[str, Decimal]

    def price(self, part: str) -> Decimal | None:
        """What one costs; None where the list does not say."""
        return self.of.get(fold(part))


def read_prices(file: Path) -> Prices:
    """Read a CSV with the columns part, price and currency. Raises DesignError with every bad cell, at most 100."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DesignError(f"{file}: could not be read as UTF-8 text: {error}") from error
    rows = csv.DictReader(text.splitlines())
    heads = [str(name).strip().casefold() for name in rows.fieldnames or ()]
    if missing := [name for name in _COLUMNS if name not in heads]:
        found = ", ".join(heads) or "no columns"
        raise DesignError(cells=(BadCell(str(file), 1, "", found, f"also {', '.join(missing)}"),))
    rows.fieldnames = heads
    prices: dict[str, Decimal] = {}
    currencies: dict[str, int] = {}
    bad: list[BadCell] = []
    for row in rows:
        line = rows.line_num
        part, price, currency = ((row[name] or "").strip() for name in _COLUMNS)
        if not (part or price or currency):
            continue
        amount = _amount(price)
        if amount is None:
            bad.append(BadCell(str(file), line, "price", repr(price), "a number such as 899.00"))
        if not part:
            bad.append(BadCell(str(file), line, "part", "nothing", "a catalogue id or part number"))
        elif fold(part) in prices:
            bad.append(BadCell(str(file), line, "part", f"{part} for a second time", "one price a part"))
        if not currency or currencies.keys() - {currency}:
            expected = f"{next(iter(currencies))} as in the rows above" if currencies else "a currency such as EUR"
            bad.append(BadCell(str(file), line, "currency", currency or "nothing", expected))
        if amount is not None:
            prices[fold(part)] = amount
        if currency:
            currencies.setdefault(currency, line)
    if bad:
        raise DesignError(cells=tuple(bad))
    return Prices(next(iter(currencies), ""), prices)


def _amount(text: str) -> Decimal | None:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount >= 0 else None
