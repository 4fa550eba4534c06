"""Two periods that are compared: the one that is explained, and the one before it."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import replace
from datetime import date, timedelta
from functools import reduce
from operator import and_

import narwhals as nw

from xlcrm.analytics.figures import period_in
from xlcrm.errors import WrongValue
from xlcrm.model.model import Model
from xlcrm.periods import Period
from xlcrm.reduce.population import Population, Rule, within


def compared(model: Model, period: str, against: str) -> tuple[Period, Period]:
    """Read the two periods that are compared.

    Args:
        model: The model whose `as_of` and fiscal year count.
        period: The days that are explained.
        against: The days compared with; "" for the same days a year before.

    Returns:
        The period that is explained, and the one that it is compared with.

    Raises:
        WrongValue: One of them is no period, or has no beginning or no end.
    """
    now = _bounded(period_in(model, period), "period")
    if not against.strip():
        return now, a_year_before(now)
    return now, _bounded(period_in(model, against), "against")


def a_year_before(days: Period) -> Period:
    """Give the same days a year before; whole months stay whole, 29 February is the 28th.

    Args:
        days: A period with a beginning and an end.

    Raises:
        WrongValue: There is no such year, or an end is missing.
    """
    first, last = days.first, days.last
    if first is None or last is None or first.year < 2:
        raise WrongValue(f"there is no year before {days.words}: say against what to compare")
    whole = first.day == 1 and (last + timedelta(days=1)).day == 1
    start = _same_day(first, first.year - 1)
    end = _same_day(last, last.year - 1)
    if whole:
        end = end.replace(day=monthrange(end.year, end.month)[1])
    return Period(start, end, f"{start} to {end}")


def _same_day(day: date, year: int) -> date:
    return day.replace(year=year, day=min(day.day, monthrange(year, day.month)[1]))


def _bounded(days: Period, argument: str) -> Period:
    if days.first is None or days.last is None:
        raise WrongValue(
            f"{argument} needs a beginning and an end, such as YTD, 2026-Q2 or last month"
        )
    return days


def inside(column: str, days: Period) -> nw.Expr:
    """Say whether a date lies in a period.

    Args:
        column: The date.
        days: A period with a beginning and an end.
    """
    return reduce(and_, within(column, days))


def days_in(days: Period) -> int:
    """Count the days of a period that has a beginning and an end."""
    return ((days.last or date.max) - (days.first or date.min)).days + 1


def in_either(population: Population, now: Period, before: Period) -> Population:
    """Give the rows of either period; without a date, since no unit of time cuts two periods.

    Args:
        population: Rows that have a date.
        now: A period.
        before: Another one, which may overlap it.
    """
    assert population.date
    column = population.date
    return replace(
        population,
        words=f"{population.words} of two periods",
        rules=(
            *population.rules,
            Rule(~nw.col(column).is_null(), f"no {column}", (column,)),
            Rule(inside(column, now) | inside(column, before), "outside both periods", (column,)),
        ),
        date=None,
    )
