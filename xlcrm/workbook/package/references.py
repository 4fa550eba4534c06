"""Cell addresses: ``B7`` and ``$A$1:C9`` as numbers, and back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from xlcrm.cells import MOST_COLUMNS, MOST_ROWS, column_letters
from xlcrm.errors import WrongValue

__all__ = [
    "MOST_COLUMNS",
    "MOST_ROWS",
    "Area",
    "area",
    "cell_numbers",
    "cell_text",
    "column_letters",
    "column_number",
]

_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_COLUMNS = re.compile(r"\$?([A-Za-z]{1,3}):\$?([A-Za-z]{1,3})")
_ROWS = re.compile(r"\$?([0-9]{1,7}):\$?([0-9]{1,7})")


@dataclass(frozen=True, slots=True, order=True)
class Area:
    """A rectangle of cells; rows and columns count from 1, both ends belong to it."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def height(self) -> int:
        """The number of its rows."""
        return self.bottom - self.top + 1

    @property
    def width(self) -> int:
        """The number of its columns."""
        return self.right - self.left + 1

    @property
    def text(self) -> str:
        """The area as a file names it: ``A1:C9``, or ``A1`` for one cell."""
        first = cell_text(self.top, self.left)
        one = self.height == self.width == 1
        return first if one else f"{first}:{cell_text(self.bottom, self.right)}"

    def holds(self, row: int, column: int) -> bool:
        """Say whether the cell lies inside."""
        return self.top <= row <= self.bottom and self.left <= column <= self.right

    def meets(self, other: Area) -> bool:
        """Say whether the two share a cell."""
        return (
            self.top <= other.bottom
            and other.top <= self.bottom
            and self.left <= other.right
            and other.left <= self.right
        )

    def joined(self, other: Area) -> Area:
        """Return the smallest area that holds both."""
        return Area(
            min(self.top, other.top),
            min(self.left, other.left),
            max(self.bottom, other.bottom),
            max(self.right, other.right),
        )


@lru_cache(maxsize=MOST_COLUMNS)
def column_number(name: str) -> int:
    """Count a column: ``A`` is 1, ``AB`` is 28."""
    number = 0
    for letter in name.upper():
        number = number * 26 + ord(letter) - 64
    return number


def cell_text(row: int, column: int) -> str:
    """Name a cell: row 7, column 2 is ``B7``."""
    return f"{column_letters(column)}{row}"


def cell_numbers(text: str) -> tuple[int, int]:
    """Read a cell's name as row and column.

    Args:
        text: Such as ``B7`` or ``$B$7``.

    Returns:
        Row and column, from 1.

    Raises:
        WrongValue: It names no cell of a sheet.
    """
    match = _CELL.fullmatch(text)
    if match:
        row, column = int(match[2]), column_number(match[1])
        if 1 <= row <= MOST_ROWS and column <= MOST_COLUMNS:
            return row, column
    raise WrongValue(f"{text!r} is no cell of a sheet: rows end at {MOST_ROWS}, columns at XFD")


def area(text: str) -> Area:
    """Read an area's name, also that of one cell, of whole columns or of whole rows.

    Args:
        text: Such as ``A1:C9``, ``$B$7``, ``A:C`` or ``1:3``.

    Returns:
        The area; ends that were given in the wrong order are put right.

    Raises:
        WrongValue: It names no area of a sheet.
    """
    if columns := _COLUMNS.fullmatch(text):
        text = f"{columns[1]}1:{columns[2]}{MOST_ROWS}"
    elif rows := _ROWS.fullmatch(text):
        text = f"A{rows[1]}:XFD{rows[2]}"
    first, colon, last = text.partition(":")
    (top, left), (bottom, right) = cell_numbers(first), cell_numbers(last if colon else first)
    return Area(min(top, bottom), min(left, right), max(top, bottom), max(left, right))
