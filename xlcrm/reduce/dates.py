"""Dates as day numbers that are equal on every engine."""

from __future__ import annotations

from typing import Any

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
    return _days(date.dt.year().cast(nw.Float64()) - 1, date.dt.ordinal_day().cast(nw.Float64()))


def with_days_between(
    frame: nw.LazyFrame[Any], name: str, start: str, end: str
) -> nw.LazyFrame[Any]:
    """Add the number of days from one date to another.

    Args:
        frame: Rows with both dates.
        name: The new column.
        start: The earlier date.
        end: The later date.
    """
    parts = [
        expression.cast(nw.Float64()).alias(f"{part} of {date}")
        for date in (start, end)
        for part, expression in (
            ("year", nw.col(date).dt.year()),
            ("day", nw.col(date).dt.ordinal_day()),
        )
    ]  # once a date: an expression repeated is computed again
    first, last = (
        _days(nw.col(f"year of {date}") - 1, nw.col(f"day of {date}")) for date in (start, end)
    )
    return frame.with_columns(*parts).with_columns((last - first).alias(name))


def _days(years: nw.Expr, day: nw.Expr) -> nw.Expr:
    leap_days = (years // 4) - (years // 100) + (years // 400)
    return 365 * years + leap_days + day
