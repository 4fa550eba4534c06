"""A cell and a range, and where they stand as the user sees it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from xlcrm.errors import ExcelError

Cell = float | str | bool | ExcelError | None
"""A cell in canonical form: number, text, logical value, error, or None for a blank."""

Rows = list[tuple[Cell, ...]]

MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384


@dataclass(frozen=True)
class Origin:
    """Where a range stands, so that a message can name a cell as the user sees it.

    Attributes:
        name: The Table's name or the range's address, "" where it is unknown.
        sheet: The sheet's name, "" where it is unknown.
        row: The sheet row of the range's first row, from 1.
        column: The sheet column of the range's first column, from 1.
        date_system: The workbook's, 1900 or 1904.
    """

    name: str = ""
    sheet: str = ""
    row: int = 1
    column: int = 1
    date_system: int = 1900

    def cell(self, row: int, column: int) -> str:
        """Name the cell ``row`` rows and ``column`` columns into the range, such as ``F7``."""
        address = f"{column_letters(self.column + column)}{self.row + row}"
        return f"{self.sheet}!{address}" if self.sheet else address


@dataclass(frozen=True)
class Range:
    """A range of cells with the place it came from."""

    rows: Rows
    origin: Origin = Origin()


@lru_cache(maxsize=16_384)
def column_letters(column: int) -> str:
    """Name the sheet column with the number ``column``, counted from 1: 28 is ``AB``."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
