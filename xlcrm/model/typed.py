"""What reading a column gives: values, and what is wrong with its cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from xlcrm.cells import Cell
from xlcrm.errors import ExcelError


@dataclass(frozen=True)
class Problem:
    """A cell that cannot be read: its data row, from 0, the error it becomes, and why."""

    row: int
    code: ExcelError
    why: str


@dataclass(frozen=True)
class Typed:
    """A typed column: values as an array that pandas holds, what is wrong, what is worth saying."""

    values: Any
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()


def strange(name: str, row: int, cell: Cell) -> Problem:
    """Make the problem of a number that is not finite: it came from outside a spreadsheet."""
    return Problem(row, ExcelError.NUM, f"{name} is {cell}, which is no number of a cell")


def problems_among(cells: Sequence[Cell], name: str) -> tuple[Problem, ...]:
    """Find the errors among the cells of a column that is read as text."""
    found = []
    for row, cell in enumerate(cells):
        if isinstance(cell, ExcelError):
            found.append(Problem(row, cell, f"{name} is {cell.text}"))
        elif isinstance(cell, float) and not isfinite(cell):
            found.append(strange(name, row, cell))
    return tuple(found)


def is_readable(cell: Cell) -> bool:
    """Say whether a cell is neither an error nor a number that is not finite."""
    return not isinstance(cell, ExcelError) and (not isinstance(cell, float) or isfinite(cell))
