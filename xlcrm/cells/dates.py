"""Days as serial numbers and as text, in both of a workbook's date systems."""

from __future__ import annotations

import math
import re
from datetime import date, datetime, timedelta

from xlcrm.cells.text import WHITE, number_text
from xlcrm.errors import OutOfDomain, WrongValue

LAST_SERIAL = 2_958_465
"""31 December 9999, the last day that Excel knows."""

SHIFT_1904 = 1_462
_EPOCH = date(1899, 12, 30)
HALF_MICROSECOND = 0.5e-6 / 86_400
"""What a moment may lack of midnight and still be of the next day: floats are not exact."""
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
        OutOfDomain: Serial 60 (29 February 1900 never was), one before the epoch or after 9999.
    """
    first, last = serials(date_system)
    day = math.floor(serial + HALF_MICROSECOND)
    if not first <= day <= last or (day == 60 and date_system == 1900):
        raise OutOfDomain(no_date(serial, date_system))
    day += SHIFT_1904 if date_system == 1904 else 0
    return _EPOCH + timedelta(days=day + (1 if day < 60 else 0))


def serials(date_system: int) -> tuple[int, int]:
    """Give the first and the last serial number of a date system."""
    return (0, LAST_SERIAL - SHIFT_1904) if date_system == 1904 else (1, LAST_SERIAL)


def no_date(serial: float, date_system: int) -> str:
    """Say why a serial number is no day."""
    if date_system == 1900 and math.floor(serial + HALF_MICROSECOND) == 60:
        return f"{number_text(serial)} is no date: 29 February 1900 never was"
    first, last = serials(date_system)
    return f"{number_text(serial)} is no date: serials go from {first} to {last}"


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
    body = text.strip(WHITE)
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
