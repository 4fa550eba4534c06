"""Forecast: what will be sold, and how surely."""

from __future__ import annotations

import pandas as pd

from xlcrm.analytics.explain import explain_forecast
from xlcrm.analytics.forecast import forecast
from xlcrm.analytics.stage_rates import stage_rates
from xlcrm.conditions import Where
from xlcrm.functions import worksheet_function
from xlcrm.model.model import Model


@worksheet_function("Forecast", explain=explain_forecast)
def CRM_FORECAST(
    model: Model,
    by: str = "month",
    where: Where = "",
    period: str = "",
    overdue: str = "push",
    method: str = "smoothed",
) -> pd.DataFrame:
    """Forecast revenue: what is won, and what open deals will bring by their probability.

    Args:
        model: The cell of CRM_MODEL, named Model in the template; or a range with headers.
        by: Columns and units of time; time is the closing date of deals won and the expected close
            of open ones.
        where: Conditions joined by semicolons, or a range of column, operator, value.
        period: Such as 2026, 2026-Q3, 2026-03, this quarter or next 3 months.
        overdue: Open deals whose expected close lies before as_of: push moves them to as_of,
            include counts them where they stand, exclude leaves them out.
        method: smoothed (won by closed from each stage, steadied by the configured probability),
            configured, historic, or deal (the deal's own probability where it has one).

    Returns:
        The columns of by; in money won, commit, best_case, weighted (open deals by probability),
        open, total (won and weighted), overdue, override; the number of open deals; the method.

    Raises:
        #N/A: No deals, a stage without probability, or no open deal with an amount.
        #REF!: There is no such column within reach.
        #VALUE!: There is no such method, period or treatment of overdue deals.

    Method:
        Expected revenue is the sum of amount times probability; a manager's override stands in
        for both. Probabilities by stage are Beta-smoothed and never fall along the pipeline.

    Example:
        =CRM_FORECAST(Model, "owner")
    """
    return forecast(model, by, where, period, overdue, method)


@worksheet_function("Forecast")
def CRM_STAGE_RATES(model: Model, method: str = "smoothed") -> pd.DataFrame:
    """Show how probable a win is from each stage, and what that rests on.

    Args:
        model: The cell of CRM_MODEL, named Model in the template; or a range with headers.
        method: The method whose probability is shown as the one in force: smoothed, configured,
            historic or deal.

    Returns:
        stage, order, configured probability; deals won and closed that reached the stage;
        historic rate, smoothed rate with its credible interval low and high; probability in
        force; method.

    Raises:
        #N/A: There are no stages or no deals. In cells: nothing tells how far closed deals came.

    Method:
        Beta smoothing with the configured probability as prior, worth prior_strength deals; rising
        along the pipeline by pooling adjacent violators.

    Example:
        =CRM_STAGE_RATES(Model)
    """
    return stage_rates(model, method)
