"""Segments: who leaves, after how long, and what each year's new customers do later."""

from __future__ import annotations

import pandas as pd

from xlcrm.analytics.basis import rests_on
from xlcrm.analytics.retention.churn import churn
from xlcrm.analytics.retention.cohorts import cohorts
from xlcrm.analytics.retention.cohorts import explained as cohorts_explained
from xlcrm.analytics.retention.leaving import who_leaves
from xlcrm.analytics.retention.survival import survival
from xlcrm.conditions import Where
from xlcrm.functions import worksheet_function
from xlcrm.model.model import Model

_WAITING = ("dormant_after", "dormant_gaps")


@worksheet_function(
    "Segments",
    explain=rests_on("Churn", who_leaves("churn_rate"), settings=(*_WAITING, "confidence_level")),
)
def CRM_CHURN(
    model: Model,
    by: str = "",
    where: Where = "",
    period: str = "last 12 months",
    least_days: float | None = None,
    gaps: float | None = None,
    leaving: str = "",
    method: str = "cohort",
) -> pd.DataFrame:
    """Say which share of the customers left in a period, and how many are undecided.

    Args:
        model: The cell of CRM_MODEL, named Model in the template; or a range with headers.
        by: One or several columns of accounts joined by commas, such as segment.
        where: Conditions joined by semicolons, or a range of column, operator, value.
        period: The days in which customers leave: 2025, last 12 months, 2026-Q1; a period that
            still runs ends at as_of.
        least_days: Days without an order that make a customer lost; left out: the setting
            dormant_after.
        gaps: The own gaps between orders that make a customer lost, where they are longer; left
            out: the setting dormant_gaps.
        leaving: orders (silent for too long), or contract (the day lost_on of accounts); left out:
            contract where accounts have such days.
        method: cohort, start, average or exposure: the customers that the lost ones are divided
            by; all for the four beside each other.

    Returns:
        The columns of by; at_start, new, lost (of those at the start), lost_new (of the new ones),
        retained, undecided (silent, and their waiting time has not elapsed), churn, low, high (its
        interval), churn_at_most (if all undecided are lost), revenue_lost (sales to the lost in
        the 12 months before the period). For all cohort, start, average and exposure stand in
        place of churn, and the rest is that of cohort.

    Raises:
        #N/A: There were no customers, the period lies ahead, or no account has a day lost_on; in
            cells: there are no sales to tell the revenue.
        #DIV/0!: In cells: no customer to divide by.
        #NUM!: least_days or gaps are negative.
        #REF!: There is no such column within reach.
        #VALUE!: There is no such method or way of leaving, by names a unit of time, or the period
            has no start; in cells: the revenue is of several currencies.

    Method:
        cohort: lost of those at the start by those at the start; start: all lost by those at the
        start; average: by the mean of start and end; exposure: by the mean customers a day. The
        interval is Wilson's for cohort, else that of a Poisson count (Garwood 1936).

    Example:
        =CRM_CHURN(Model, "segment")
    """
    return churn(model, by, where, period, least_days, gaps, leaving, method)


@worksheet_function(
    "Segments",
    explain=rests_on(
        "Survival", who_leaves("relationship_days"), settings=(*_WAITING, "confidence_level")
    ),
)
def CRM_SURVIVAL(
    model: Model,
    by: str = "",
    where: Where = "",
    horizon: float | None = None,
    leaving: str = "",
    show: str = "curve",
) -> pd.DataFrame:
    """Show how long customers stay, counting those who are still there for what is known.

    Args:
        model: The cell of CRM_MODEL, named Model in the template; or a range with headers.
        by: One or several columns of accounts joined by commas, such as segment.
        where: Conditions joined by semicolons, or a range of column, operator, value.
        horizon: The days up to which the curve is shown and the mean taken; left out: the longest
            relationship of all.
        leaving: orders (silent for too long), or contract (the day lost_on of accounts); left out:
            contract where accounts have such days.
        show: curve, or means.

    Returns:
        For curve the columns of by; days, at_risk, lost, survival (the share that stays longer),
        low, high; a row for each day on which somebody left, and day 0. For means the columns of
        by; customers, lost, median (days), mean (restricted to the horizon), low, high, horizon
        (that of the group, where it was not seen so long), mean_so_far (of what was seen, too
        short).

    Raises:
        #N/A: There were no customers, or no account has a day lost_on; in cells: more than half
            stay, or there is nothing to tell an interval by.
        #NUM!: The horizon is not positive, or longer than was seen.
        #REF!: There is no such column within reach.
        #VALUE!: There is no such view or way of leaving, or by names a unit of time.

    Method:
        Kaplan and Meier (1958); intervals by Greenwood's variance on the log-log scale, at
        confidence_level; the mean is the area under the curve, its interval normal.

    Example:
        =CRM_SURVIVAL(Model)
    """
    return survival(model, by, where, horizon, leaving, show)


@worksheet_function("Segments", explain=cohorts_explained)
def CRM_COHORTS(
    model: Model,
    by: str = "quarter",
    where: Where = "",
    period: str = "",
    ages: float | None = None,
    show: str = "retention",
) -> pd.DataFrame:
    """Follow the customers of each first purchase: how many come back, and what they bring.

    Args:
        model: The cell of CRM_MODEL, named Model in the template; or a range with headers.
        by: month, quarter or year of the first purchase, which is also the unit of age; columns of
            accounts may follow, such as quarter, segment.
        where: Conditions joined by semicolons, or a range of column, operator, value.
        period: The days of first purchases; left out: all.
        ages: How many ages to show, the first being 0; left out: all that have passed, at most 36.
        show: retention, customers, revenue, revenue_per_customer or cumulative_revenue.

    Returns:
        cohort, the other columns of by; customers, and a column for each age: 0, 1, 2 and so on.
        Cells of the running period and of the future are blank; customers who are new in the
        running period are left out. The oldest cohort first.

    Raises:
        #N/A: Nobody bought for the first time in a period that is over.
        #NUM!: ages lie outside 1 to 120.
        #REF!: There is no such column within reach.
        #VALUE!: by begins with no unit of time, or there is no such view.

    Method:
        Retention is the share of a cohort that bought in the period of that age; it never exceeds
        1. Revenue per customer divides by the whole cohort. Where conditions tell of order lines,
        only those count, for first purchases too.

    Example:
        =CRM_COHORTS(Model, "quarter")
    """
    return cohorts(model, by, where, period, ages, show)
