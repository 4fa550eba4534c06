"""Forecast: what will be sold, and how surely."""

from __future__ import annotations

import pandas as pd

from xlcrm.analytics.basis import open_of, rests_on
from xlcrm.analytics.explain import explain_forecast
from xlcrm.analytics.forecast.accuracy.accuracy import forecast_accuracy
from xlcrm.analytics.forecast.revenue import forecast
from xlcrm.analytics.forecast.revenue_range import forecast_range
from xlcrm.analytics.forecast.scenario import scenario
from xlcrm.analytics.forecast.stage_rates import stage_rates
from xlcrm.analytics.pipeline.snapshots import PICTURES
from xlcrm.conditions import Where
from xlcrm.functions import worksheet_function
from xlcrm.kpis.deals import CLOSED, WON_VALUED
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
        open, total (won and weighted), overdue, override; the number of open deals; the method;
        replaced (what overrides stand in for), override_by, override_why; create_and_close
        (deals not yet created), landing (total with them).

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


@worksheet_function(
    "Forecast",
    explain=rests_on("Stage probability", CLOSED, settings=("prior_strength", "credible_level")),
)
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


@worksheet_function(
    "Forecast",
    explain=rests_on("Forecast range", open_of, WON_VALUED, settings=("rho",)),
)
def CRM_FORECAST_RANGE(
    model: Model,
    by: str = "",
    where: Where = "",
    period: str = "",
    target: float | None = None,
    rho: float | None = None,
    overdue: str = "push",
    show: str = "range",
    method: str = "smoothed",
) -> pd.DataFrame:
    """Say how sure a forecast is: the range of revenue, and the chance of reaching the target.

    Args:
        model: The cell of CRM_MODEL, named Model in the template; or a range with headers.
        by: Columns and units of time, one range each; left out: one range.
        where: Conditions joined by semicolons, or a range of column, operator, value.
        period: Such as 2026, 2026-Q3, 2026-03, this quarter or next 3 months.
        target: The revenue that every range is to reach; left out: that of the Targets table.
        rho: How much deals hang together, 0 (not at all) to below 1; left out: the setting rho.
        overdue: Open deals whose expected close lies before as_of: push, include or exclude.
        show: range, or deals for the five deals that move the chance of the target most.
        method: smoothed, configured, historic or deal: how probabilities are found.

    Returns:
        The columns of by; the number of open deals; in money won, mean (won and weighted, the total
        of CRM_FORECAST), deviation, p10 (at or below it lie 10 % of the outcomes of that total),
        p50, p90, target; probability of reaching it, rho, unit (the cell width of the distribution,
        0 where outcomes are counted one by one), movers (the deals that change that probability
        most, by how many points), method. With deals: deal_id, owner, amount, chance, the
        probability if_won and if_lost, effect (the difference).

    Raises:
        #N/A: No deals, a stage without probability, or no open deal with an amount. In cells: no
            target.
        #NUM!: rho is not from 0 to below 1, target is negative, or a sum overflows.
        #REF!: There is no such column within reach.
        #VALUE!: There is no such method, period or option; deals are shown without a target, or
            with by.

    Method:
        The exact distribution of the sum of deals, each won or lost, through its characteristic
        function and an inverse FFT; a common factor ties them (Vasicek). Nothing is drawn at
        random. Deals won and overrides are certain.

    Example:
        =CRM_FORECAST_RANGE(Model,,,"this quarter")
    """
    return forecast_range(model, by, where, period, target, rho, overdue, show, method)


@worksheet_function(
    "Forecast",
    explain=rests_on("Scenario", open_of, WON_VALUED, settings=("rho",)),
)
def CRM_SCENARIO(
    model: Model,
    where: Where = "",
    period: str = "",
    lose: float = 1.0,
    slip: float = 30.0,
    shift: float = -0.1,
    target: float | None = None,
    overdue: str = "push",
    method: str = "smoothed",
) -> pd.DataFrame:
    """Ask what if: the biggest deals are lost, all slip, or every chance is another.

    Args:
        model: The cell of CRM_MODEL, named Model in the template; or a range with headers.
        where: Conditions joined by semicolons, or a range of column, operator, value.
        period: The days that count; a slip moves deals out of them. Such as this quarter.
        lose: How many of the biggest open deals are lost.
        slip: By how many days every open deal closes later, after overdue ones were pushed.
        shift: What is added to every open deal's probability, such as -0.1.
        target: The revenue to reach; left out: that of the Targets table for the period.
        overdue: Open deals whose expected close lies before as_of: push, include or exclude.
        method: smoothed, configured, historic or deal: how probabilities are found.

    Returns:
        scenario (as it stands, each change alone, all together), the number of open deals; in
        money won, weighted, total, change (against as it stands), p10, p50, p90, target; the
        probability of reaching it, rho (the setting), method, and what was changed.

    Raises:
        #N/A: No deals, a stage without probability, or no open deal with an amount. In cells: no
            target.
        #NUM!: lose or slip is negative or no whole number, slip is beyond 100 years, shift does not
            lie between -1 and 1, target is negative, or a sum overflows.
        #VALUE!: There is no such method, period or option.

    Method:
        The forecast and its exact range, computed again under each assumption. Overrides keep
        their certainty when chances shift; probabilities stay within 0.01 and 0.99.

    Example:
        =CRM_SCENARIO(Model,,"this quarter")
    """
    return scenario(model, where, period, lose, slip, shift, target, overdue, method)


@worksheet_function(
    "Forecast",
    explain=rests_on("Forecast accuracy", PICTURES),
)
def CRM_FORECAST_ACCURACY(
    model: Model,
    by: str = "",
    where: Where = "",
    period: str = "",
    method: str = "smoothed",
) -> pd.DataFrame:
    """Measure past forecasts against what was won, and say which method to trust.

    Args:
        model: The cell of CRM_MODEL, named Model in the template; or a range with headers.
        by: owner, stage or other columns for one row each; left out: one row a method.
        where: Conditions joined by semicolons, or a range of column, operator, value.
        period: The months that are judged; left out: all that snapshots allow.
        method: With by: the method that is judged: smoothed, configured, historic, deal.

    Returns:
        method (by probability: smoothed, configured, historic, deal, landing; by past sales: same
        month, average, series, naive; combined), periods, forecast, actual, wape, bias, skill
        (against naive), brier, trust (yes for one), words. With by: its columns, periods, forecast,
        actual, wape, bias, skill, brier, deals, seller_bias (mean probability given less share
        won).

    Raises:
        #N/A: Fewer than 3 months have a snapshot at their start, or nothing is known of their
            deals. In cells: a figure that the method or group does not have.
        #DIV/0!: In cells: nothing was won.
        #REF!: There is no such column within reach.
        #VALUE!: There is no such method or period, by names days or weeks, or a snapshot shows a
            deal twice.

    Method:
        Each month is forecast from the last snapshot before it with the rates known by then; WAPE
        and bias over months, skill against the seasonal naive forecast. The combination weighs
        methods by the likelihood of what came; one that carries 95 % of it is trusted alone.

    Example:
        =CRM_FORECAST_ACCURACY(Model)
    """
    return forecast_accuracy(model, by, where, period, method)
