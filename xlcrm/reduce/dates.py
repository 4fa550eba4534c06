"""Dates as day numbers that are equal on every engine."""

from __future__ import annotations

import narwhals as nw


def days(date: nw.Expr) -> nw.Expr:
    """Count the days from 1 January of the year 1 to a date.

    Engines differ in weekdays and in differences of moments; year and day of the year are the
    same on all of them.

    Args:
        date: A date column.

    Returns:
        Whole numbers as float; missing where the date is.
    """
    year = date.dt.year().cast(nw.Float64()) - 1
    leap_days = (year // 4) - (year // 100) + (year // 400)
    return 365 * year + leap_days + date.dt.ordinal_day().cast(nw.Float64())
