"""Cells as text: what is blank, how a number is written, what makes two texts equal."""

from __future__ import annotations

import unicodedata

from xlcrm.cells.origin import Cell
from xlcrm.errors import ErrorInData, ExcelError

WHITE = " \t\r\n\u00a0\u202f\u2007\u2009\u200a\ufeff"
"""White space that never matters at the ends of a text."""

_EXACT = 2.0**53


def is_blank(cell: Cell) -> bool:
    """Say whether a cell holds nothing: blank, empty text, or only white space."""
    return cell is None or (isinstance(cell, str) and not cell.strip(WHITE))


def text_of(cell: Cell) -> str:
    """Read a cell as text: a whole number without its point, outer white space cut.

    Raises:
        ErrorInData: The cell holds an error.
    """
    if cell is None:
        return ""
    if isinstance(cell, ExcelError):
        raise ErrorInData(cell, f"an argument is {cell.text}")
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    return number_text(cell) if isinstance(cell, float) else cell.strip(WHITE)


def number_text(number: float) -> str:
    """Write a number with at most 15 digits; a whole one in full where a float is exact."""
    if number.is_integer() and abs(number) < _EXACT:
        return str(int(number))
    return f"{number:.15g}"


def text_key(text: str) -> str:
    """Fold a text for comparison: case, outer and doubled white space never matter."""
    folded = unicodedata.normalize("NFC", text).casefold()
    return " ".join(folded.replace("\u0307", "").split())
