"""Cells as a host hands them over, brought into one form that is the same in every host."""

from __future__ import annotations

import math
import unicodedata
from datetime import date, datetime
from itertools import chain
from typing import Any

from xlcrm.cells.dates import serial_of
from xlcrm.cells.origin import Cell, Rows
from xlcrm.cells.text import is_blank
from xlcrm.errors import ExcelError, OutOfDomain, WrongValue

_NO_NUMBERS = frozenset({str, bool, type(None)})
_PLAIN = _NO_NUMBERS | {float}


def canonical(value: Any) -> Rows:
    """Bring what a host hands over into rows of canonical cells.

    Args:
        value: A scalar, one row, or rows, with the host's own dates, errors and integers.

    Returns:
        Rows of equal width; a scalar becomes one row with one cell.

    Raises:
        OutOfDomain: A number is not finite.
        WrongValue: A cell holds what no cell can hold.
    """
    rows = _as_rows(value)
    types = set(map(type, chain.from_iterable(rows)))
    if not types <= _PLAIN:
        rows = [tuple(map(canonical_cell, row)) for row in rows]
    if types - _NO_NUMBERS:
        _refuse_infinite(rows)
    if str in types and any(
        cell.__class__ is str and not cell.isascii() for cell in chain.from_iterable(rows)
    ):
        rows = [
            tuple(unicodedata.normalize("NFC", c) if isinstance(c, str) else c for c in row)
            for row in rows
        ]
    return rows


def canonical_cell(value: Any) -> Cell:
    """Bring one cell of any host into canonical form."""
    if value is None or isinstance(value, (bool, ExcelError, float, str)):
        return None if value is None else _plain(value)
    if isinstance(value, int):
        return _of_integer(value)
    if isinstance(value, dict) and value.get("type") == "Error":
        return _engine_error(str(value.get("kind", "")))
    if isinstance(value, datetime):
        return serial_of(_unlabelled(value))
    if isinstance(value, date):
        return serial_of(datetime(value.year, value.month, value.day))  # noqa: DTZ001 - cells have no zone
    try:
        return float(value)  # numpy scalars, Decimal of a COM currency
    except (TypeError, ValueError):
        raise WrongValue(f"a cell cannot hold {type(value).__name__}") from None


def _unlabelled(moment: datetime) -> datetime:
    """Take pywin32's label UTC off a cell's date: the cell itself has no zone."""
    return moment.replace(tzinfo=None) if type(moment).__module__ == "pywintypes" else moment


def _plain(value: bool | ExcelError | float | str) -> Cell:
    if isinstance(value, float):
        return float(value)
    return str(value) if isinstance(value, str) else value


def _of_integer(value: int) -> Cell:
    try:
        return ExcelError(value)
    except ValueError:
        return float(value)


_ENGINE_NAMES = {
    "div": ExcelError.DIV0,
    "na": ExcelError.NA,
    "gettingdata": ExcelError.GETTING_DATA,
}


def _engine_error(kind: str) -> ExcelError:
    folded = kind.casefold()
    return _ENGINE_NAMES.get(folded) or ExcelError.__members__.get(folded.upper(), ExcelError.VALUE)


def _as_rows(value: Any) -> Rows:
    if not isinstance(value, (list, tuple)):
        return [(value,)]
    if not value:
        return []
    if not isinstance(value[0], (list, tuple)):
        return [tuple(value)]
    return [row if type(row) is tuple else tuple(row) for row in value]


def _refuse_infinite(rows: Rows) -> None:
    for number, row in enumerate(rows):
        for cell in row:
            if cell.__class__ is float and not math.isfinite(cell):
                raise OutOfDomain(f"row {number + 1} holds {cell}, which is no number of a cell")


def used(rows: Rows) -> Rows:
    """Cut the blank rows behind the last used one, as in a whole-column reference."""
    last = len(rows)
    empty = type(rows[0])([None] * len(rows[0])) if rows else ()
    while last and (rows[last - 1] == empty or all(map(is_blank, rows[last - 1]))):
        last -= 1
    return rows[:last]


def scalar(value: Any) -> Cell:
    """Read an argument that must be one cell.

    Raises:
        WrongValue: It is a range of several cells.
    """
    rows = canonical(value)
    if len(rows) == 1 and len(rows[0]) == 1:
        return rows[0][0]
    raise WrongValue(f"one cell is needed here, not {len(rows)} rows by {len(rows[0])} columns")


def vector(value: Any, what: str) -> list[Cell]:
    """Read an argument that must be one column or one row.

    Args:
        value: What the host handed over.
        what: The argument's name, for the message.

    Raises:
        WrongValue: It has several rows and several columns.
    """
    rows = canonical(value)
    if len(rows) > 1 and len(rows[0]) > 1:
        raise WrongValue(
            f"{what} has {len(rows)} rows and {len(rows[0])} columns: give one column or one row"
        )
    return list(chain.from_iterable(rows))
