"""A forecast of a KPI from its own past, month by month."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from xlcrm.analytics.figures import period_in
from xlcrm.analytics.forecast.monthly import monthly, name_of, sum_named
from xlcrm.analytics.forecast.whole_months import FEWEST, GAPS, Series, series_of
from xlcrm.analytics.no_figure import where_known
from xlcrm.analytics.options import method_named, option
from xlcrm.conditions import Where
from xlcrm.errors import OutOfDomain, shortened
from xlcrm.model.model import Model
from xlcrm.stats.series import METHODS, Forecast, forecast, rolling_errors
from xlcrm.stats.series.rolling import FEWEST as FEWEST_FOR_ERRORS

SHOWN = ("forecast", "errors")
SEASON = 12
MOST_AHEAD = 24
"""The most months that are forecast."""

_PAST = 36


def forecast_series(
    model: Model,
    kpi: str = "revenue",
    where: Where = "",
    period: str = "",
    ahead: float = 12.0,
    gaps: str = "zero",
    show: str = "forecast",
    method: str = "combination",
) -> pd.DataFrame:
    """Forecast a KPI by month from its own past (docs/methods.md: Forecast series).

    Args:
        model: The model.
        kpi: The KPI, a sum or a count of rows with a date.
        where: Conditions on the rows that count.
        period: The days that count; months lie in it as a whole.
        ahead: Months ahead, 1 to 24.
        gaps: What a month without rows is, one of `GAPS`.
        show: ``forecast``, or ``errors`` for those of every method one month ahead.
        method: One of ``METHODS``.

    Returns:
        ``month``, ``actual`` (blank ahead), ``forecast`` (the median), ``low``, ``high`` and
        ``mean`` (blank in the past), the ``method`` in force, and a ``note`` on the first month
        ahead. With ``errors``: ``method``, ``mase``, ``wape`` (a share), ``smape`` (percent, 0 to
        200), ``origins`` (their number) and ``in_force`` (yes or no).

    Raises:
        NotAvailable: There are no rows, or too few months.
        OutOfDomain: ``ahead`` is out of its domain, too many months have no rows, a multiplicative
            method meets values that are not positive, or a figure is beyond the largest number.
        WrongValue: There is no such KPI, option or period, or the KPI is a ratio.
    """
    declared = sum_named(model, kpi)
    wanted, filled = method_named(method, METHODS), option("gaps", gaps, GAPS)
    shown, steps = option("show", show, SHOWN), _steps(ahead)
    days = period_in(model, period)
    fewest = FEWEST_FOR_ERRORS if shown == "errors" else FEWEST
    past = series_of(model, monthly(model, declared, where), days, filled, fewest)
    found = forecast_of(model, past, steps, wanted)
    if shown == "errors":
        return _errors(past, found)
    months = len(past.values) if not days.is_all else min(_PAST, len(past.values))
    return _months(past, found, months)


def _steps(ahead: float) -> int:
    if not 1 <= ahead <= MOST_AHEAD or ahead != int(ahead):
        raise OutOfDomain(f"ahead {ahead:g} is no whole number of months from 1 to {MOST_AHEAD}")
    return int(ahead)


def level_of(model: Model) -> float:
    """Give the level of intervals.

    Args:
        model: The model with the setting ``confidence_level``.

    Raises:
        OutOfDomain: It is 0 or 1, of which there is no interval.
    """
    level = model.settings.number("confidence_level")
    if not 0 < level < 1:
        raise OutOfDomain(f"confidence_level {level:g} must lie between 0 and 1")
    return level


def forecast_of(model: Model, past: Series, steps: int, method: str) -> Forecast:
    """Forecast the months after a series, at the level of the settings.

    Args:
        model: The model.
        past: The months so far.
        steps: Months ahead.
        method: One of ``METHODS``.

    Raises:
        OutOfDomain: A multiplicative method meets values that are not positive, or a figure is
            beyond the largest number.
    """
    level = level_of(model)
    low = np.flatnonzero(past.values <= 0)
    if method == "ets multiplicative" and len(low):
        month, value = name_of(past.first + int(low[0])), past.values[low[0]]
        raise OutOfDomain(
            f"multiplicative needs values above 0, and {month} has {value:g}: "
            "take ets additive or combination"
        )
    try:
        return forecast(past.values, steps, SEASON, method, level)
    except OverflowError as error:
        raise OutOfDomain(f"overflow: {error}; look for a mistyped amount") from None


def notes_of(past: Series, found: Forecast) -> str:
    """Say in words what is to be known of a forecast, with months by their names.

    Args:
        past: The months so far.
        found: The forecast.
    """
    wild = [
        f"{name_of(past.first + place)} ({past.values[place]:.4g}) is an outlier: left out"
        for place in found.outliers
    ]
    return shortened("; ".join([*wild, *found.notes, *past.notes]))


def _months(past: Series, found: Forecast, shown: int) -> pd.DataFrame:
    ahead = len(found.point)
    skipped = len(past.values) - shown
    months = [name_of(past.first + k) for k in range(skipped, len(past.values) + ahead)]
    none: list[Any] = [""] * shown
    future = {
        "forecast": found.point,
        "low": found.low,
        "high": found.high,
        "mean": found.mean,
    }
    blank = [""] * ahead
    return pd.DataFrame(
        {
            "month": months,
            "actual": pd.Series([*past.values[skipped:].tolist(), *blank], dtype=object),
            **{
                name: pd.Series([*none, *side.tolist()], dtype=object)
                for name, side in future.items()
            },
            "method": found.method,
            "note": [*none, notes_of(past, found), *blank[1:]],
        }
    )


def _errors(past: Series, found: Forecast) -> pd.DataFrame:
    try:
        errors = rolling_errors(past.values, SEASON)
    except OverflowError as error:
        raise OutOfDomain(f"overflow: {error}; look for a mistyped amount") from None
    columns = {
        name: where_known(np.array([getattr(one, name) for one in errors.values()]))
        for name in ("mase", "wape", "smape")
    }
    return pd.DataFrame(
        {
            "method": list(errors),
            **columns,
            "origins": [float(one.origins) for one in errors.values()],
            "in_force": ["yes" if name == found.method else "no" for name in errors],
        }
    )
