"""Cells to Python values and back: blanks, dates, errors, number text.

Every rule about what a cell holds stands here and nowhere else. A host hands over rows of raw
cells; `canonical` gives them one form in every host, `leave` turns an answer into rows of cells.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any

import pandas as pd

from xlcrm.errors import CrmError, ErrorInData, ExcelError, OutOfDomain, WrongValue

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Cell = float | str | bool | ExcelError | None
"""A cell in canonical form: number, text, logical value, error, or None for a blank."""

Rows = list[tuple[Cell, ...]]

MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384
LONGEST_TEXT = 32_767
LAST_SERIAL = 2_958_465
"""31 December 9999, the last day that Excel knows."""

SHIFT_1904 = 1_462
_EPOCH = date(1899, 12, 30)
_HALF_MICROSECOND = 0.5e-6 / 86_400
_PLAIN = frozenset({float, str, bool, type(None)})


# ── cells as they arrive ────────────────────────────────────────────────────────────────────


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


def column_letters(column: int) -> str:
    """Name the sheet column with the number ``column``, counted from 1: 28 is ``AB``."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


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
    if float in types or int in types:
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
        return serial_of(value)
    if isinstance(value, date):
        return serial_of(datetime(value.year, value.month, value.day))  # noqa: DTZ001 - cells have no zone
    try:
        return float(value)  # numpy scalars, Decimal of a COM currency
    except (TypeError, ValueError):
        raise WrongValue(f"a cell cannot hold {type(value).__name__}") from None


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
    while last and all(cell is None or cell == "" for cell in rows[last - 1]):
        last -= 1
    return rows[:last]


def is_blank(cell: Cell) -> bool:
    """Say whether a cell holds nothing: blank, empty text, or only white space."""
    return cell is None or (isinstance(cell, str) and not cell.strip(_WHITE))


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


# ── text ────────────────────────────────────────────────────────────────────────────────────

_WHITE = " \t\r\n\u00a0\u202f\u2007\u2009\u200a\ufeff"


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
    return number_text(cell) if isinstance(cell, float) else cell.strip(_WHITE)


def number_text(number: float) -> str:
    """Write a number as Excel's General format would: 1.0 is ``1``, at most 15 digits."""
    if number == int(number) and abs(number) < 1e15:
        return str(int(number))
    return f"{number:.15g}"


def text_key(text: str) -> str:
    """Fold a text for comparison: case, outer and doubled white space never matter."""
    folded = unicodedata.normalize("NFC", text).casefold()
    return " ".join(folded.replace("\u0307", "").split())


# ── numbers ─────────────────────────────────────────────────────────────────────────────────

_SPACES = str.maketrans("", "", " \u00a0\u202f\u2009\u2007")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_GROUPED = {
    ".": re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?", re.ASCII),
    ",": re.compile(r"[+-]?\d{1,3}(\.\d{3})+(,\d*)?", re.ASCII),
}


def number_of_text(text: str, decimal: str = ".") -> float:
    """Read a number that stands as text.

    Thousands may be set apart by the other sign or by a space of any kind, a minus may be U+2212
    or stand behind, and accountants' brackets mean a negative number. A percentage is divided by
    a hundred.

    Args:
        text: What the cell holds.
        decimal: The decimal sign, ``.`` or ``,``.

    Raises:
        WrongValue: It is no number, or the signs can be read in two ways.

    Example:
        >>> number_of_text("(1 234,50)", ",")
        -1234.5
    """
    body = text.translate(_SPACES).strip(_WHITE).replace("\u2212", "-")
    negative = False
    if body.startswith("(") and body.endswith(")"):
        negative, body = True, body[1:-1]
    elif body.endswith("-") and len(body) > 1:
        negative, body = True, body[:-1]
    share = body.endswith("%")
    body = body[:-1] if share else body
    other = "," if decimal == "." else "."
    if _GROUPED[decimal].fullmatch(body):
        body = body.replace(other, "")
    elif other in body:
        raise WrongValue(f"{text!r} is no number with the decimal sign {decimal!r}")
    body = body.replace(decimal, ".")
    if not _NUMBER.fullmatch(body):
        raise WrongValue(f"{text!r} is no number")
    number = float(body) / (100 if share else 1)
    if not math.isfinite(number):
        raise OutOfDomain(f"{text!r} is too large a number")
    return -number if negative else number


# ── dates ───────────────────────────────────────────────────────────────────────────────────

_ISO = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?", re.ASCII
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})", re.ASCII)


def date_of_serial(serial: float, date_system: int = 1900) -> date:
    """Read a serial number as a day.

    Args:
        serial: Days since the workbook's epoch, time of day as the fraction.
        date_system: 1900 or 1904.

    Raises:
        OutOfDomain: Serial 60 (29 February 1900 never was), below 1 or after the year 9999.
    """
    day = math.floor(serial + _HALF_MICROSECOND) + (SHIFT_1904 if date_system == 1904 else 0)
    if day == 60:
        raise OutOfDomain("serial 60 is 29 February 1900, a day that never was")
    if not 1 <= day <= LAST_SERIAL:
        raise OutOfDomain(f"{number_text(serial)} is no date: serials go from 1 to {LAST_SERIAL}")
    return _EPOCH + timedelta(days=day + (1 if day < 60 else 0))


def serial_of(moment: datetime | date, date_system: int = 1900) -> float:
    """Give the serial number of a day or moment.

    Raises:
        WrongValue: The moment carries a time zone: cells have none.
    """
    if isinstance(moment, datetime):
        if moment.tzinfo is not None:
            raise WrongValue("aware and naive dates mixed: cells have no time zone")
        seconds = moment.hour * 3600 + moment.minute * 60 + moment.second
        fraction = (seconds + moment.microsecond / 1e6) / 86_400
        moment = moment.date()
    else:
        fraction = 0.0
    days = (moment - _EPOCH).days
    days -= 1 if days < 61 else 0
    return days + fraction - (SHIFT_1904 if date_system == 1904 else 0)


def date_of_text(text: str, day_first: bool | None = None) -> date:
    """Read a date that stands as text: ISO, or day and month where their order is known.

    Args:
        text: What the cell holds.
        day_first: Whether the day comes before the month; None where nobody said.

    Raises:
        WrongValue: It is no date, or day and month can be read both ways.
    """
    body = text.strip(_WHITE)
    iso = _ISO.fullmatch(body) or _COMPACT.fullmatch(body)
    if iso:
        return _day(text, int(iso[1]), int(iso[2]), int(iso[3]))
    local = _DAY_FIRST.fullmatch(body)
    if not local:
        raise WrongValue(f"{text!r} is no date; write it as 2026-03-04")
    first, second, year = int(local[1]), int(local[3]), int(local[4])
    if day_first is None:
        if local[2] == "." or first > 12 or first == second:
            day_first = True
        elif second > 12:
            day_first = False
        else:
            raise WrongValue(f"{text!r} can be read two ways: set dayfirst to yes or no")
    return _day(text, year, second, first) if day_first else _day(text, year, first, second)


def _day(text: str, year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise WrongValue(f"{text!r} is no day of the calendar") from None


# ── answers as they leave ───────────────────────────────────────────────────────────────────


def leave(answer: Any, date_system: int = 1900) -> list[list[Any]]:
    """Turn an answer into rows of cells: numbers as float, integers only as error markers.

    Args:
        answer: A number, text, logical value, error, or a frame of those.
        date_system: 1900 or 1904, for dates.

    Returns:
        A non-empty list of rows; a frame leaves as its header and its rows.

    Raises:
        WrongValue: The answer has more rows than a sheet.
        OutOfDomain: A number overflowed.
    """
    if isinstance(answer, CrmError):
        return [[int(answer.code)]]
    if not isinstance(answer, pd.DataFrame):
        rows = answer if isinstance(answer, list) else [[answer]]
        return [[_leaving(cell, date_system) for cell in row] for row in rows]
    if len(answer) >= MOST_ROWS or answer.shape[1] > MOST_COLUMNS:
        raise WrongValue(f"the result has {len(answer):,} rows, more than a sheet: narrow it")
    columns = [
        [_leaving(cell, date_system) for cell in answer.iloc[:, k].tolist()]
        for k in range(answer.shape[1])
    ]
    return [list(map(str, answer.columns)), *map(list, zip(*columns, strict=True))]


def _leaving(cell: Any, date_system: int) -> Any:
    if cell is None or cell is pd.NaT or cell is pd.NA:
        return ""
    if isinstance(cell, ExcelError):
        return int(cell)
    if isinstance(cell, (bool, str)):
        return cell if isinstance(cell, bool) else _cut(cell)
    if isinstance(cell, (datetime, date)):
        return serial_of(cell, date_system)
    number = float(cell)
    if math.isnan(number):
        return ""
    if math.isinf(number):
        raise OutOfDomain("overflow: a sum is beyond 1.8E+308")
    return number + 0.0  # minus 0 leaves as 0


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"


def safe_for_csv(cell: Any) -> Any:
    """Guard a text that a spreadsheet would run as a formula when it opens a CSV file."""
    if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r", "\n", "\0"):
        return "'" + cell
    return cell


def flat(rows: Iterable[Sequence[Cell]]) -> list[Cell]:
    """Lay the rows one behind the other."""
    return list(chain.from_iterable(rows))
