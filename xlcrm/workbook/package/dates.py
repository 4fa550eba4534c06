"""Dates as the serial numbers that a workbook counts them by."""

from __future__ import annotations

from datetime import date

from xlcrm.cells import serial_of
from xlcrm.errors import WrongValue


def serial(moment: date, *, date1904: bool) -> float:
    """Count a date in days, by a workbook's date system, refusing what no cell can show as one.

    Args:
        moment: A date, or a date with a time and no zone.
        date1904: Whether the workbook counts from 1904.

    Returns:
        The days, and the time as a part of a day.

    Raises:
        WrongValue: It lies before the system's first day, or has a time zone.
    """
    days = serial_of(moment, 1904 if date1904 else 1900)
    if days < (0 if date1904 else 1):
        first = "1904-01-01" if date1904 else "1900-01-01"
        raise WrongValue(f"{moment} lies before {first}, the first day that the workbook can count")
    return days
