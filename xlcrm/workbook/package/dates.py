"""Dates as the serial numbers that a workbook counts them by."""

from __future__ import annotations

from datetime import date, datetime

from xlcrm.errors import WrongValue

_FIRST_1900, _FIRST_1904 = date(1900, 1, 1), date(1904, 1, 1)
_AFTER_THE_GAP = date(1900, 3, 1)
_SECONDS_A_DAY = 86_400


def serial(moment: date, *, date1904: bool) -> float:
    """Count a date in days, by a workbook's date system.

    Args:
        moment: A date, or a date with a time and no zone.
        date1904: Whether the workbook counts from 1904.

    Returns:
        The days, and the time as a part of a day.

    Raises:
        WrongValue: It lies before the system's first day, or has a time zone.
    """
    time = 0.0
    day = moment
    if isinstance(moment, datetime):
        if moment.tzinfo is not None:
            raise WrongValue(f"{moment} has a time zone: convert it to local time without one")
        seconds = (moment.hour * 60 + moment.minute) * 60 + moment.second
        time = (seconds + moment.microsecond / 1e6) / _SECONDS_A_DAY
        day = moment.date()
    first = _FIRST_1904 if date1904 else _FIRST_1900
    if day < first:
        raise WrongValue(f"{day} lies before {first}, the first day that the workbook can count")
    days = day.toordinal() - first.toordinal()
    if not date1904:
        days += 1 + (day >= _AFTER_THE_GAP)  # 29 February 1900 is counted and never was
    return days + time
