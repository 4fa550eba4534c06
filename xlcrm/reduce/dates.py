"""Days in a form that is equal on every engine."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import narwhals as nw

from xlcrm.reduce.dense import days_between, pandas_rows


def midnight(day: date) -> nw.Expr:
    """Give the beginning of a day, as date columns have it: without a time zone, as cells are."""
    return nw.lit(datetime.combine(day, time()), nw.Datetime("us"))


def with_days_between(
    frame: nw.LazyFrame[Any], name: str, start: str, end: str
) -> nw.LazyFrame[Any]:
    """Add the number of days from one date to another.

    Engines differ in differences of moments; year and day of the year are the same on all of
    them, and give the days since 1 January of the year 1.

    Args:
        frame: Rows with both dates.
        name: The new column: whole numbers as float, missing where a date is.
        start: The earlier date.
        end: The later date.
    """
    rows = pandas_rows(frame)
    if rows is not None:
        between = days_between(rows[start], rows[end])
        return nw.from_native(rows.assign(**{name: between})).lazy()
    parts = [
        expression.cast(nw.Float64()).alias(f"{part} of {column}")
        for column in (start, end)
        for part, expression in (
            ("year", nw.col(column).dt.year()),
            ("day", nw.col(column).dt.ordinal_day()),
        )
    ]  # once a date: an expression repeated is computed again
    first, last = (
        _days(nw.col(f"year of {column}") - 1, nw.col(f"day of {column}"))
        for column in (start, end)
    )
    return frame.with_columns(*parts).with_columns((last - first).alias(name))


def _days(years: nw.Expr, day: nw.Expr) -> nw.Expr:
    leap_days = (years // 4) - (years // 100) + (years // 400)
    return 365 * years + leap_days + day
