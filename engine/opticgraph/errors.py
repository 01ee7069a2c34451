"""What can go wrong for a user, as one small family of exceptions.

OpticgraphError
├── InputError      a file, cell or argument that could not be used: exit code 2
│   ├── DesignError     the network description
│   ├── CatalogError    a user's catalogue, rules or trust policy
│   └── QueryError      a question or its parameters
└── (anything else is our fault: exit code 3)
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["BadCell", "CatalogError", "DesignError", "InputError", "OpticgraphError", "QueryError"]

SHOWN = 100  # bad cells printed at once; contract.md


@dataclass(frozen=True, order=True)
class BadCell:
    """One place in the input that could not be read: file, place, what was found, what was expected."""

    file: str
    row: int
    column: str
    found: str
    expected: str

    def __str__(self) -> str:
        column = f"column {self.column}" if self.row and self.column else self.column  # RDF has no columns
        place = ", ".join(part for part in (f"row {self.row}" if self.row else "", column) if part)
        where = f"{self.file}, {place}" if place else self.file
        return f"{where}: found {self.found}; expected {self.expected}"


class OpticgraphError(Exception):
    """Anything that opticgraph itself raises."""


class InputError(OpticgraphError):
    """Input that could not be used; `cells` lists every bad place, sorted."""

    def __init__(self, message: str = "", *, cells: tuple[BadCell, ...] = ()) -> None:
        self.cells = tuple(sorted(cells))
        lines = [message] if message else []
        lines += [str(cell) for cell in self.cells[:SHOWN]]
        if len(self.cells) > SHOWN:
            lines.append(f"... and {len(self.cells) - SHOWN} more")
        super().__init__("\n".join(lines))


class DesignError(InputError):
    """The network description could not be read."""


class CatalogError(InputError):
    """A catalogue, rule or trust policy file could not be used."""


class QueryError(InputError):
    """A question or its parameters could not be used."""
