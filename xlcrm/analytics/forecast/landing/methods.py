"""Three ways to say what is still to come of a period: its pace, its series, its open deals."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from types import MappingProxyType

from xlcrm.analytics.forecast.landing.by_pipeline import Pending, pending
from xlcrm.analytics.forecast.landing.ranges import (
    FEWEST_LIKE,
    Outcome,
    at_pace,
    like_periods,
    never_below_zero,
    outcome_of_likes,
    rest_of,
)
from xlcrm.analytics.forecast.landing.seasons import Season, season_of, shares_of_months
from xlcrm.analytics.forecast.landing.spans import Span
from xlcrm.analytics.forecast.monthly import Monthly, ended, first_day, monthly, number_of
from xlcrm.analytics.forecast.series import MOST_AHEAD, forecast_of, level_of
from xlcrm.analytics.forecast.whole_months import FEWEST, Series, series_of
from xlcrm.conditions import Where
from xlcrm.errors import ExcelError, NotAvailable, OutOfDomain
from xlcrm.kpis.declaration import Kpi
from xlcrm.model.model import Model
from xlcrm.stats.series import METHODS as SERIES_METHODS
from xlcrm.stats.series import Forecast

_LAST_DAY = 31


@dataclass(frozen=True)
class Ground:
    """What all landings of one question rest on.

    Attributes:
        model: The model.
        kpi: The KPI.
        where: Conditions on the rows that count.
        found: The KPI by month.
        past: Its whole months, or None where there are none to tell a season from.
        season: The season in force.
        foretold: Gives the forecast as far as the last month of the periods, and what it is of.
        level: The level of intervals.
    """

    model: Model
    kpi: Kpi
    where: Where
    found: Monthly
    past: Series | None
    season: Season
    foretold: Callable[[], tuple[Forecast, Series]]
    level: float


@dataclass(frozen=True)
class Landing:
    """What is still to come of a period.

    Attributes:
        remaining: The figure, or why there is none.
        outcome: What the period may come to, or None where nothing tells.
        words: What it rests on.
    """

    remaining: float | ExcelError
    outcome: Outcome | Pending | None
    words: str


def ground_of(
    model: Model, kpi: Kpi, where: Where, spans: Sequence[Span], *, required: bool
) -> Ground:
    """Find what all landings rest on; a forecast is made only where one is asked for.

    Args:
        model: The model.
        kpi: The KPI.
        where: Conditions on the rows that count.
        spans: The periods.
        required: Whether there must be rows of the past.

    Raises:
        NotAvailable: There are none.
        OutOfDomain: A sum is beyond the largest number.
    """
    level = level_of(model)
    found = monthly(model, kpi, where, in_part=True, required=required)
    past = None
    with suppress(NotAvailable, OutOfDomain):  # too short or too sparse to tell a season
        past = series_of(model, found, fewest=1)

    @cache
    def foretold() -> tuple[Forecast, Series]:
        known = series_of(model, found, fewest=FEWEST)
        last = max(number_of(span.last) for span in spans)
        if last > number_of(model.as_of) + MOST_AHEAD:
            raise OutOfDomain(f"a series reaches {MOST_AHEAD} months ahead: give a shorter period")
        return forecast_of(model, known, last - known.after + 1, SERIES_METHODS[0]), known

    return Ground(model, kpi, where, found, past, season_of(model, past), foretold, level)


def least_of(ground: Ground, actual: float) -> float:
    """Say what a period comes to at least: what came so far, where no month was ever below 0.

    Args:
        ground: What landings rest on.
        actual: What came so far.
    """
    return actual if never_below_zero(ground.found) else -math.inf


def by_pace(ground: Ground, span: Span, actual: float, elapsed: float) -> Landing:
    """Land a period at the pace so far.

    Args:
        ground: What landings rest on.
        span: The period.
        actual: What came so far.
        elapsed: The season's share of the period that has passed.
    """
    if not elapsed:
        return Landing(ExcelError.DIV0, None, "no weight has passed yet, so there is no pace")
    lands, as_of = actual / elapsed, ground.model.as_of
    least = least_of(ground, actual)
    if span.step and math.isfinite(lands):
        day = _LAST_DAY if ended(as_of) == number_of(as_of) else as_of.day
        said, came = like_periods(
            ground.found, ground.season, number_of(span.first), span.months, span.step, day
        )
        if outcome := outcome_of_likes(lands, said, came, least):
            return Landing(lands - actual, outcome, f"range of {len(said)} like periods")
    with suppress(NotAvailable, OutOfDomain):  # then there is a landing without a range
        found, past = ground.foretold()
        rest = rest_of(found, past, _parts(ground, span), actual, least)
        words = f"range of the series: fewer than {FEWEST_LIKE} like periods"
        return Landing(lands - actual, at_pace(rest, actual, lands, least), words)
    return Landing(lands - actual, None, "no range: too little past")


def _parts(ground: Ground, span: Span) -> Mapping[int, float]:
    return shares_of_months(ground.model.as_of + timedelta(days=1), span.last)


def by_series(ground: Ground, span: Span, actual: float, _: float) -> Landing:
    """Land a period by the forecast of its months.

    Args:
        ground: What landings rest on.
        span: The period.
        actual: What came so far.

    Raises:
        NotAvailable: There are fewer than 3 whole months.
        OutOfDomain: The series has too many gaps, or the period ends too late.
    """
    found, past = ground.foretold()
    rest = rest_of(found, past, _parts(ground, span), actual, least_of(ground, actual))
    words = "; ".join([f"series forecast by {found.method}", *past.notes])
    return Landing(rest.expected, rest.outcome, words)


def by_pipeline(ground: Ground, span: Span, actual: float, _: float) -> Landing:
    """Land a period by its open deals.

    Args:
        ground: What landings rest on.
        span: The period.
        actual: What is won so far.

    Raises:
        NotAvailable: A stage has no probability, or no open deal an amount.
    """
    model = ground.model
    first = max(span.first, first_day(number_of(model.as_of)))
    found = pending(model, ground.where, first, span.last, actual)
    won = "actual is of deals won, not of order lines; " if "orders" in model.tables else ""
    return Landing(found.expected, found, won + found.words)


METHODS = MappingProxyType({"pace": by_pace, "series": by_series, "pipeline": by_pipeline})
"""The methods by name; the default first."""
