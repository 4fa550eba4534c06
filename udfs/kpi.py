"""Figures: every KPI, as one number or by any column."""

from __future__ import annotations

import pandas as pd

from xlcrm.analytics.explain import explain_kpi
from xlcrm.analytics.figures import kpi_table, kpi_value
from xlcrm.conditions import Where
from xlcrm.functions import worksheet_function
from xlcrm.model.model import Model


@worksheet_function("Figures", explain=explain_kpi)
def CRM_KPI(
    model: Model, kpi: str, by: str = "", where: Where = "", period: str = "", method: str = ""
) -> float | pd.DataFrame:
    """Give a KPI: one number, or with by one a group.

    Args:
        model: The cell of CRM_MODEL, named Model in the template; or a range with headers.
        kpi: win_rate, won_deals, won_amount, open_amount, expected_revenue, average_deal,
            cycle_days, revenue, margin, orders, customers, repeat_purchases, churn_rate,
            repeat_rate, purchase_gap, relationship_days, loyalty_ratio and others.
        by: One or several columns joined by commas, also of related tables (manager, segment), or
            day, week, month, quarter, year.
        where: Conditions joined by semicolons, such as owner=Ann; amount>1000; or a range of
            column, operator, value.
        period: 2026, 2026-Q3, 2026-03, 2026-01..2026-06, this month, last quarter, YTD, last 12
            months, or all.
        method: For expected_revenue smoothed, configured, historic or deal; for churn_rate cohort,
            start, average or exposure.

    Returns:
        A number; with by the columns of by, value, and n, the rows that counted.

    Raises:
        #DIV/0!: A ratio over no rows.
        #N/A: Rows that would count lack data, or a condition names what is not there.
        #REF!: There is no such column within reach.
        #VALUE!: There is no such KPI, method or period.

    Method:
        A ratio is a sum by a sum. Sums do not depend on the order of rows.

    Example:
        =CRM_KPI(Model, "win_rate", "owner")
    """
    return (
        kpi_table(model, kpi, by, where, period, method)
        if by
        else kpi_value(model, kpi, where, period, method)
    )
