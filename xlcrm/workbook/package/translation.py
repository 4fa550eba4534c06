"""Shared formulas: the text of one moved to another cell, as Excel moves it when filling down."""

from __future__ import annotations

import re
from dataclasses import dataclass

from xlcrm.workbook.package.references import MOST_COLUMNS, MOST_ROWS, column_letters, column_number

# What stands in quotes or square brackets (texts, sheet names, Table columns) never moves.
# Of the rest, whole columns and rows are looked for before single cells.
_PIECE = re.compile(
    r"""(?P<still> "[^"]*" | '[^']*' | \[[^\[\]]*\] )
    | (?<![\w.\\$:]) (?P<columns> \$?[A-Z]{1,3} : \$?[A-Z]{1,3} ) (?![\w.(!\[$])
    | (?<![\w.\\$:]) (?P<rows> \$?[0-9]{1,7} : \$?[0-9]{1,7} ) (?![\w.(!\[$])
    | (?<![\w.\\$]) (?P<cell> \$?[A-Z]{1,3}\$?[0-9]{1,7} ) (?![\w.(!\[])
    """,
    re.VERBOSE,
)
_COLUMN = re.compile(r"(\$?)([A-Z]{1,3})")
_ROW = re.compile(r"(\$?)([0-9]{1,7})")


@dataclass(frozen=True, slots=True)
class Master:
    """The formula that others share: its cell, and its text cut at every reference that moves."""

    row: int
    column: int
    text: str
    pieces: tuple[tuple[str, str], ...]


def master(text: str, row: int, column: int) -> Master:
    """Cut a formula at the references that move.

    Args:
        text: The formula.
        row: The row of its cell.
        column: The column of its cell.

    Returns:
        The formula, ready to be moved; cutting once makes moving it 100,000 times cheap.
    """
    pieces: list[tuple[str, str]] = []
    done = 0
    for match in _PIECE.finditer(text):
        if match.lastgroup != "still":
            pieces.append((text[done : match.start()], match[0]))
            done = match.end()
    pieces.append((text[done:], ""))
    return Master(row, column, text, tuple(pieces))


def moved(shared: Master, row: int, column: int) -> str:
    """Return a shared formula as it reads in another cell.

    Args:
        shared: The formula that is shared.
        row: The row of the other cell.
        column: The column of the other cell.

    Returns:
        Its text there; a reference that leaves the sheet becomes ``#REF!``.
    """
    down, right = row - shared.row, column - shared.column
    return "".join(
        still + (_moved_reference(moving, down, right) if moving else "")
        for still, moving in shared.pieces
    )


def _moved_reference(reference: str, down: int, right: int) -> str:
    ends = []
    for end in reference.split(":"):
        name = _COLUMN.match(end)
        number = _ROW.search(end)
        column = row = ""
        if name:
            at = column_number(name[2])
            if at > MOST_COLUMNS:
                return reference  # a name that looks like a cell
            at += 0 if name[1] else right
            if not 1 <= at <= MOST_COLUMNS:
                return "#REF!"
            column = name[1] + column_letters(at)
        if number:
            fixed = end[number.start(2) - 1 : number.start(2)] == "$"
            at = int(number[2]) + (0 if fixed else down)
            if not 1 <= at <= MOST_ROWS:
                return "#REF!"
            row = ("$" if fixed else "") + str(at)
        ends.append(column + row)
    return ":".join(ends)
