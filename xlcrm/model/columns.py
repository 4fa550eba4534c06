"""Raw cells of a column become typed values, once; what cannot be read is kept as a problem.

Each type has a fast path for columns that hold one kind of cell, and a slow one that looks at
every distinct value. Nothing is guessed: a cell that does not fit becomes a `Problem`, which
turns into an error where, and only where, its row is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from xlcrm.cells import (
    HALF_MICROSECOND,
    SHIFT_1904,
    Cell,
    date_of_text,
    is_blank,
    no_date,
    number_of_text,
    number_text,
    serial_of,
    serials,
    text_key,
)
from xlcrm.errors import CrmError, ExcelError, WrongValue
from xlcrm.model.canonical import types_among
from xlcrm.model.number_texts import number_reader
from xlcrm.model.schema import ColumnType
from xlcrm.model.texts import ids, logicals, texts
from xlcrm.model.typed import Problem, Typed, strange

__all__ = [
    "Problem",
    "Reading",
    "Typed",
    "days_of_serials",
    "inferred",
    "typed",
]

_UNIX_EPOCH_SERIAL = 25_569


@dataclass(frozen=True)
class Reading:
    """How the cells of a workbook are to be read: its settings, as far as typing needs them.

    Attributes:
        date_system: 1900 or 1904.
        decimal: The decimal sign of numbers that stand as text, or ``auto``.
        day_first: Whether dates that stand as text begin with the day; None where nobody said.
        text_numbers: ``convert`` reads numbers that stand as text, ``strict`` refuses them.
        aliases: For each column, texts (folded) that mean another text.
    """

    date_system: int = 1900
    decimal: str = "auto"
    day_first: bool | None = None
    text_numbers: str = "convert"
    aliases: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def typed(name: str, column_type: ColumnType, cells: Sequence[Cell], reading: Reading) -> Typed:
    """Type a column.

    Args:
        name: The column's name, for messages and aliases.
        column_type: What the column holds.
        cells: Its cells, one a data row.
        reading: How text numbers and dates are to be read.

    Returns:
        numpy float64 for amounts, numbers and shares; datetime64 for dates; a pandas category for
        texts; pandas ``str`` for ids; pandas ``boolean`` for logical values. Blanks are missing.
    """
    if column_type in (ColumnType.AMOUNT, ColumnType.NUMBER):
        return _numbers(name, cells, reading)
    if column_type is ColumnType.MEASURED:
        return _measured(name, cells, reading)
    if column_type is ColumnType.SHARE:
        return _shares(name, cells, reading)
    if column_type is ColumnType.DATE:
        return _dates(name, cells, reading)
    if column_type is ColumnType.LOGICAL:
        return logicals(name, cells)
    aliases = reading.aliases.get(name, {})
    read = ids if column_type is ColumnType.ID else texts
    return read(name, cells, aliases)


def absent(column_type: ColumnType, rows: int) -> Typed:
    """Give a column that a table does not have: every value is missing.

    Args:
        column_type: What the column would hold.
        rows: How many rows the table has.
    """
    if column_type is ColumnType.TEXT:
        codes = np.full(rows, -1, dtype=np.int8)
        return Typed(pd.Categorical.from_codes(codes, categories=pd.Index([], dtype="str")))
    if column_type is ColumnType.DATE:
        return Typed(np.full(rows, np.datetime64("NaT"), dtype="datetime64[us]"))
    if column_type is ColumnType.ID:
        return Typed(pd.array(pa.nulls(rows, pa.string()), dtype="str"))
    if column_type is ColumnType.LOGICAL:
        return Typed(pd.array(np.full(rows, None), dtype="boolean"))
    return Typed(np.full(rows, np.nan))


def inferred(cells: Sequence[Cell]) -> ColumnType:
    """Give the type of a column that no table kind knows: numbers where all cells are numbers."""
    types = types_among(cells) - {type(None)}
    return ColumnType.NUMBER if types == {float} else ColumnType.TEXT


# ── numbers ─────────────────────────────────────────────────────────────────────────────────


def _numbers(name: str, cells: Sequence[Cell], reading: Reading) -> Typed:
    if types_among(cells) <= {float, type(None)}:
        return _finite(name, cells)
    as_text = [c for c in cells if isinstance(c, str) and not is_blank(c)]
    if as_text and reading.text_numbers == "strict":
        return _by_cell(name, cells, _refuse_text_number)
    answer = _by_cell(name, cells, number_reader(as_text, reading.decimal))
    count = len(as_text) - sum(
        1 for problem in answer.problems if isinstance(cells[problem.row], str)
    )
    note = (f"{name}: {count} text numbers read as numbers",) if count else ()
    return Typed(answer.values, answer.problems, note)


def _finite(name: str, cells: Sequence[Cell]) -> Typed:
    """Take numbers as they are; what is not finite came from outside a spreadsheet."""
    if types_among(cells) == {float}:
        values = np.fromiter(cells, np.float64, len(cells))
    else:
        values = np.array(cells, dtype=np.float64)
    rows: list[int] = np.flatnonzero(~np.isfinite(values)).tolist()
    problems = [strange(name, row, cells[row]) for row in rows if cells[row] is not None]
    return Typed(values, tuple(problems))


def _measured(name: str, cells: Sequence[Cell], reading: Reading) -> Typed:
    """Read values that may be missing, or be words that the Aliases table makes numbers of."""
    if types_among(cells) <= {float, type(None)}:
        return _finite(name, cells)
    said = [None if _says_missing(cell) else cell for cell in cells]
    scale = reading.aliases.get(name)
    if scale:
        numbers = {word: _attempt(number_of_text, means) for word, means in scale.items()}
        said = [_on_scale(cell, numbers) for cell in said]
    return _numbers(name, said, reading)


def _on_scale(cell: Cell, numbers: Mapping[str, float | CrmError]) -> Cell:
    found = numbers.get(text_key(_word(cell)), cell)
    return cell if isinstance(found, CrmError) else found


def _word(cell: Cell) -> str:
    """Give the word that a cell holds: yes and no for a logical value."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return cell if isinstance(cell, str) else ""


_NO_VALUE = frozenset(
    ("n/a", "#n/a", "na", "n.a.", "k. a.", "k.a.", "n. v.", "n.v.", "n.v.t.", "n/d", "n.d.", "nd",
     "s/d", "н/д", "нет данных", "-", "\N{EN DASH}", "\N{EM DASH}")
)  # fmt: skip
"""How tables in several languages say that there is no value."""


def _says_missing(cell: Cell) -> bool:
    if isinstance(cell, str):
        return text_key(cell) in _NO_VALUE
    return cell is ExcelError.NA


def _refuse_text_number(text: str) -> float:
    raise WrongValue(f"{text!r} stands as text; make it a number or set text_numbers to convert")


def _by_cell(name: str, cells: Sequence[Cell], read_text: Callable[[str], float]) -> Typed:
    values = np.full(len(cells), np.nan)
    problems: list[Problem] = []
    known: dict[str, float | CrmError] = {}
    for row, cell in enumerate(cells):
        if isinstance(cell, float) and isfinite(cell):
            values[row] = cell
        elif isinstance(cell, float):
            problems.append(strange(name, row, cell))
        elif isinstance(cell, ExcelError):
            problems.append(Problem(row, cell, f"{name} is {cell.text}"))
        elif isinstance(cell, bool):
            why = f"{name} is {str(cell).upper()}, which SUM would ignore and xlcrm refuses"
            problems.append(Problem(row, ExcelError.VALUE, why))
        elif isinstance(cell, str) and not is_blank(cell):
            if cell not in known:
                known[cell] = _attempt(read_text, cell)
            read = known[cell]
            if isinstance(read, CrmError):
                problems.append(Problem(row, read.code, f"{name}: {read.message}"))
            else:
                values[row] = read
    return Typed(values, tuple(problems))


def _attempt(read_text: Callable[[str], float], text: str) -> float | CrmError:
    try:
        return read_text(text)
    except CrmError as error:
        return error


def _shares(name: str, cells: Sequence[Cell], reading: Reading) -> Typed:
    answer = _numbers(name, cells, reading)
    outside: list[int] = np.flatnonzero((answer.values < 0) | (answer.values > 1)).tolist()
    if not outside:
        return answer
    problems = [
        Problem(row, ExcelError.NUM, _no_share(name, float(answer.values[row]), cells[row]))
        for row in outside
    ]
    return Typed(answer.values, _in_order(answer.problems, problems), answer.notes)


def _no_share(name: str, value: float, cell: Cell) -> str:
    shown = cell.strip() if isinstance(cell, str) else number_text(value)
    if value < 0 or value > 100 or shown.endswith("%"):
        return f"{name} {shown} is no share: it lies between 0 and 1, or 0% and 100%"
    return f"{name} {shown} > 1; enter {number_text(value / 100)} or {shown}%"


def _in_order(*problems: Sequence[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted((p for some in problems for p in some), key=lambda p: p.row))


# ── dates ───────────────────────────────────────────────────────────────────────────────────


def _dates(name: str, cells: Sequence[Cell], reading: Reading) -> Typed:
    def of_text(text: str) -> float:
        return serial_of(date_of_text(text, reading.day_first), reading.date_system)

    plain = types_among(cells) <= {float, type(None)}
    answer = _finite(name, cells) if plain else _by_cell(name, cells, of_text)
    days, problems = days_of_serials(name, answer.values, reading.date_system)
    return Typed(days, _in_order(answer.problems, problems))


def days_of_serials(
    name: str, moments: np.ndarray[Any, Any], date_system: int
) -> tuple[np.ndarray[Any, Any], list[Problem]]:
    """Turn serial numbers into days, and name those that are none.

    Args:
        name: The column's name, for messages.
        moments: Serial numbers, NaN where missing.
        date_system: 1900 or 1904.

    Returns:
        The days as datetime64 in microseconds at midnight, and a problem for each impossible one.
    """
    first, last = serials(date_system)
    days = np.floor(moments + HALF_MICROSECOND)
    bad = (days < first) | (days > last) | ((days == 60) & (date_system == 1900))
    problems = [
        Problem(int(row), ExcelError.NUM, f"{name} {no_date(float(moments[row]), date_system)}")
        for row in np.flatnonzero(bad)
    ]
    days += SHIFT_1904 if date_system == 1904 else 0
    days = np.where(bad, np.nan, days + (days < 60))
    missing = np.isnan(days)
    unix = np.where(missing, 0, days - _UNIX_EPOCH_SERIAL).astype("datetime64[D]")
    midnights = unix.astype("datetime64[us]")
    midnights[missing] = np.datetime64("NaT")
    return midnights, problems
