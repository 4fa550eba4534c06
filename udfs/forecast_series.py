"""Forecast from the past of a figure: its months ahead, its trend, where a year will land."""

from __future__ import annotations

import pandas as pd

from xlcrm.analytics.basis import of_kpi, rests_on
from xlcrm.analytics.forecast.landing.landing import landing
from xlcrm.analytics.forecast.series import forecast_series
from xlcrm.analytics.forecast.trend import trend
from xlcrm.conditions import Where
from xlcrm.functions import worksheet_function
from xlcrm.model.model import Model


@worksheet_function(
    "Forecast",
    explain=rests_on("Forecast series", of_kpi, settings=("confidence_level", "gap_share")),
)
def CRM_FORECAST_SERIES(
    model: Model,
    kpi: str = "revenue",
    where: Where = "",
    period: str = "",
    ahead: float = 12.0,
    gaps: str = "zero",
    show: str = "forecast",
    method: str = "combination",
) -> pd.DataFrame:
    """Forecast a figure 1 to 24 months ahead from its own past, with intervals.

    Args:
        model: The cell of CRM_MODEL, named Model in the template; or a range with headers.
        kpi: The figure, such as revenue, won_amount or opportunities_created.
        where: Conditions joined by semicolons, or a range of column, operator, value.
        period: The months of the past that count, such as last 36 months; left out: all whole
            months.
        ahead: How many months to forecast, 1 to 24.
        gaps: What a month without rows is: zero, or interpolate (between its neighbours).
        show: forecast, or errors for how each method would have done in the past.
        method: combination (damped trend and Theta), seasonal naive, drift, mean, damped trend,
            ets additive, ets multiplicative or theta.

    Returns:
        month, actual of past months, forecast (the median), low, high and mean (which may be added
        up) of months ahead, method in force, note. With errors, one month ahead: method, mase, wape
        (a share), smape (percent), origins, in_force.

    Raises:
        #N/A: Fewer than 3 whole months (4 for errors), or no rows. In cells: a method that cannot
            run here, or a measure without a scale.
        #NUM!: More than 30 % of the months have no rows, ahead lies outside 1 to 24, or a
            multiplicative method meets values that are not positive.
        #VALUE!: There is no such KPI, method, period or option, or the KPI is a ratio.

    Method:
        A fixed combination of damped trend and Theta on logs with shrunken seasonality; intervals
        from its own past errors. Methods are shown side by side, never switched silently.

    Example:
        =CRM_FORECAST_SERIES(Model, "revenue")
    """
    return forecast_series(model, kpi, where, period, ahead, gaps, show, method)


@worksheet_function(
    "Forecast",
    explain=rests_on(
        "Trend", of_kpi, settings=("trend_months", "trend_months_short", "trend_flat", "trend_p")
    ),
)
def CRM_TREND(
    model: Model,
    kpi: str = "revenue",
    where: Where = "",
    period: str = "",
    method: str = "deseasonalised",
) -> pd.DataFrame:
    """Test whether a figure grows, stagnates or declines, over 36 and over 6 months.

    Args:
        model: The cell of CRM_MODEL, named Model in the template; or a range with headers.
        kpi: The figure, such as revenue or won_amount.
        where: Conditions joined by semicolons, or a range of column, operator, value.
        period: The months that count; left out: all whole months.
        method: deseasonalised, or plain for the months as they are.

    Returns:
        window (months asked for), months (that there are), first, last, tau, p_value, slope a
        month, yearly (the slope of a year as a share of the window's median), label (growing,
        stagnating, declining), words.

    Raises:
        #N/A: Fewer than 4 whole months, or no rows.
        #NUM!: More than 30 % of the months have no rows.
        #VALUE!: There is no such KPI, period or method, or the KPI is a ratio.
        #DIV/0!: In cells: yearly where the median is 0.

    Method:
        Mann-Kendall test and Theil-Sen slope on deseasonalised months.

    Example:
        =CRM_TREND(Model, "revenue")
    """
    return trend(model, kpi, where, period, method)


@worksheet_function(
    "Forecast",
    explain=rests_on("Landing", of_kpi, settings=("confidence_level",)),
)
def CRM_LANDING(
    model: Model,
    kpi: str = "revenue",
    where: Where = "",
    period: str = "",
    target: float | None = None,
    method: str = "pace",
) -> pd.DataFrame:
    """Say where the month, the quarter and the year will land, before they have ended.

    Args:
        model: The cell of CRM_MODEL, named Model in the template; or a range with headers.
        kpi: The figure: revenue, won_amount, or another sum.
        where: Conditions joined by semicolons, or a range of column, operator, value.
        period: A period that as_of lies in, such as this year; left out: this month, this
            quarter and this year.
        target: The value to reach in that period; left out: that of the Targets table.
        method: pace (what came so far by the season's share of it), series (what came so far and
            the series forecast) or pipeline (what came so far and open deals by probability).

    Returns:
        period, actual (so far), elapsed (the season's share of the period that has passed),
        remaining, landing, low, high, target, attainment (landing by target), gap, pace (actual by
        plan to date), probability of reaching the target, method, note (season and range).

    Raises:
        #N/A: No rows, or a period that has ended or not begun. In cells: no target, or too little
            past for a range.
        #NUM!: The target is negative, a weight is, or a series has too many months without rows.
        #VALUE!: There is no such KPI, period or method, the KPI is no sum, a target stands without
            its period, or Seasonality does not cover the year once.
        #DIV/0!: In cells: no weight has passed yet, or the target is 0.

    Method:
        Actual and the rest of the season at the pace so far; the season is that of the Seasonality
        table, else estimated. The interval is from how such landings missed in the past.

    Example:
        =CRM_LANDING(Model)
    """
    return landing(model, kpi, where, period, target, method)
