"""Figures: what needs action, sets of KPIs, comparisons and spreads."""

from __future__ import annotations

import pandas as pd

from xlcrm.analytics.alerts import alerts
from xlcrm.analytics.basis import rests_on, sold
from xlcrm.analytics.compare import compare, explain_compare
from xlcrm.analytics.cycle import cycle
from xlcrm.analytics.histogram import histogram, numbers_of
from xlcrm.analytics.kpi_sets import kpi_set
from xlcrm.conditions import Where
from xlcrm.functions import worksheet_function
from xlcrm.kpis.open_deals import OPEN
from xlcrm.model.model import Model


@worksheet_function(
    "Figures",
    explain=rests_on("Alerts", OPEN, settings=("chance_wanted", "coverage_wanted", "slip_limit")),
)
def CRM_ALERTS(
    model: Model, where: Where = "", severity: str = "", top: float | None = None
) -> pd.DataFrame:
    """List what needs action, with the subject, the value at stake, who, what and by when.

    Args:
        model: The cell of CRM_MODEL, named Model in the template; or a range with headers.
        where: Conditions on deals joined by semicolons, or a range of column, operator, value.
        severity: high, medium or low for these alone; left out: all.
        top: How many alerts to list; left out: all.

    Returns:
        severity (high, medium, low, or not checked where data are missing), rule, subject, value
        (money at stake, 0 where there is none), action, owner, due (a day), reason. The gravest
        first, then the largest value.

    Raises:
        #N/A: No deals, nothing could be checked, or nothing needs action.
        #NUM!: top is below 1.
        #REF!: There is no such column within reach.
        #VALUE!: There is no such severity.

    Method:
        Deals that need attention, targets that are unlikely to be reached, thin pipelines, late
        slippage, a declining trend; the limits are settings.

    Example:
        =CRM_ALERTS(Model)
    """
    return alerts(model, where, severity, top)


@worksheet_function("Figures", explain=rests_on("KPI sets", sold, settings=("dormant_after",)))
def CRM_KPI_SET(
    model: Model, strategy: str = "retention", where: Where = "", period: str = "last 12 months"
) -> pd.DataFrame:
    """Give the indicators of a strategy: eight for keeping customers, eight for their revenue.

    Args:
        model: The cell of CRM_MODEL, named Model in the template, with orders or deals won.
        strategy: retention or revenue.
        where: Conditions joined by semicolons, such as segment=Gold; or a range of column,
            operator, value.
        period: The days that count, such as 2026, YTD or last 12 months.

    Returns:
        indicator, of (the channel, where one indicator has several rows), kpi (its name for
        CRM_KPI), unit, better (higher, lower), value, previous (of the period before), target (of
        the table of targets), attainment (value by target, target by value where less is better),
        note (why there is no value).

    Raises:
        #N/A: No indicator of the set can be computed.
        #REF!: A condition names a column that is not within reach.
        #VALUE!: There is no such strategy or period.

    Method:
        Each indicator is a KPI; one whose table is not there has #N/A and the reason.

    Example:
        =CRM_KPI_SET(Model, "retention")
    """
    return kpi_set(model, strategy, where, period)


@worksheet_function(
    "Figures", explain=rests_on("CRM cycle", sold, settings=("cycle_span", "coverage_needed"))
)
def CRM_CYCLE(model: Model, where: Where = "", period: str = "last 12 months") -> pd.DataFrame:
    """Score the health of each phase of the CRM cycle: understand, offer, sell, retain.

    Args:
        model: The cell of CRM_MODEL, named Model in the template.
        where: Conditions joined by semicolons, such as segment=Gold; or a range of column,
            operator, value.
        period: The days that count, such as 2026, YTD or last 12 months.

    Returns:
        phase, indicator, kpi, value, previous (of the period before), change (by what part of
        previous), score (0 to 100; 50 is as before), coverage (of the phase: the share of its
        indicators with a score), status (better, same, worse, missing, insufficient), note (why
        there is no figure). Each phase has a first row of all its indicators.

    Raises:
        #N/A: No indicator can be computed for both periods.
        #REF!: A condition names a column that is not within reach.
        #VALUE!: There is no such period.

    Method:
        A figure as before scores 50; better by the setting cycle_span 100, worse by it 0, straight
        between. Where a measure of the scorecard is read from the same KPI without conditions,
        its score counts in place. A phase is the mean of its indicators that have a score.

    Example:
        =CRM_CYCLE(Model)
    """
    return cycle(model, where, period)


@worksheet_function("Figures", explain=explain_compare)
def CRM_COMPARE(
    model: Model,
    kpi: str,
    by: str = "",
    where: Where = "",
    period: str = "YTD",
    against: str = "",
    method: str = "",
) -> pd.DataFrame:
    """Compare a KPI in two periods, and say which groups explain the change.

    Args:
        model: The cell of CRM_MODEL, named Model in the template; or a range with headers.
        kpi: The figure, such as revenue, win_rate or churn_rate.
        by: The columns whose groups explain the change; left out: the figure alone.
        where: Conditions joined by semicolons, or a range of column, operator, value.
        period: The days that are explained, such as YTD, 2026-Q2 or last month.
        against: The days compared with; left out: the same days a year before.
        method: The method of the KPI, as in CRM_KPI.

    Returns:
        The columns of by; before, now, change, change_share (change by before), rate_effect (the
        group's own figure moved), mix_effect (its weight moved), contribution (the two together:
        to the change of all), rank. The largest contribution first, equal ones by name; then a row
        (overlap) where groups share customers or orders, and a last row (all).

    Raises:
        #N/A: There is nothing to compare, or how a state stood is not known. In cells: a ratio of
            a group that was not there.
        #DIV/0!: A ratio over no rows. In cells: the same, or a change from 0.
        #NUM!: The contributions do not add up, which is never shown as a table.
        #REF!: There is no such column within reach.
        #VALUE!: There is no such KPI, method or period; a period has no beginning or end; by is a
            unit of time, or cuts an index.

    Method:
        Contributions add up to the change. Of a ratio, they are split into rate and mix (Kitagawa
        1955) with the means of both periods as weights; a group that is in one period only is all
        mix. Figures of a state are read at the end of each period.

    Example:
        =CRM_COMPARE(Model, "win_rate", "owner")
    """
    return compare(model, kpi, by, where, period, against, method)


@worksheet_function("Figures", explain=rests_on("Histogram", numbers_of))
def CRM_HISTOGRAM(
    model: Model,
    column: str,
    where: Where = "",
    period: str = "",
    bins: float | None = None,
    method: str = "equal",
) -> pd.DataFrame:
    """Count how often values of a column lie in each of several ranges.

    Args:
        model: The cell of CRM_MODEL, named Model in the template; or a range with headers.
        column: A table and its column, such as deals.amount or orders.quantity.
        where: Conditions joined by semicolons, or a range of column, operator, value.
        period: The days of the table's first date that count, such as created of deals.
        bins: How many ranges; left out: as many as suit the spread, 10 for quantile.
        method: equal (as wide; round limits where bins is left out), quantile (as many values in
            each), or log (each range as much wider).

    Returns:
        low, high, label, count, share, cumulative (share), total (sum of the values). Values at a
        limit belong to the range above it, the highest to the last. A column of one value has one
        range; many equal values leave fewer quantiles.

    Raises:
        #N/A: No value is left.
        #NUM!: bins lie outside 1 to 100, or log over values that are not positive.
        #REF!: There is no such table or column.
        #VALUE!: The column holds no numbers or several currencies, or there is no such method.

    Method:
        The width is Freedman and Diaconis' (1981), rounded to 1, 2, 2.5 or 5 times a power of ten;
        there are at most 100 ranges.

    Example:
        =CRM_HISTOGRAM(Model, "deals.amount")
    """
    return histogram(model, column, where, period, bins, method)
