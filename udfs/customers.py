"""Segments: which customers carry the company, which are asleep, and what each is worth."""

from __future__ import annotations

import pandas as pd

from xlcrm.analytics.basis import bought, rests_on, sold
from xlcrm.analytics.customers.clv import clv
from xlcrm.analytics.customers.customer_profit import customer_profit, explain_customer_profit
from xlcrm.analytics.customers.dormant import dormant
from xlcrm.analytics.customers.key_accounts import key_accounts
from xlcrm.analytics.customers.rfm import rfm
from xlcrm.conditions import Where
from xlcrm.functions import worksheet_function
from xlcrm.model.model import Model


@worksheet_function(
    "Segments",
    explain=rests_on(
        "Key accounts",
        sold,
        settings=("key_account_share", "abc_b_share", "key_accounts_per_group"),
    ),
)
def CRM_KEY_ACCOUNTS(
    model: Model,
    by: str = "",
    where: Where = "",
    period: str = "",
    share: float | None = None,
    top: float | None = None,
    method: str = "history",
) -> pd.DataFrame:
    """Rank customers by sales: the few that bring 80 % are class A.

    Args:
        model: The cell of CRM_MODEL, named Model in the template; or a range with headers.
        by: Columns of accounts of which each group is ranked by itself, such as type; left out:
            one ranking.
        where: Conditions joined by semicolons, or a range of column, operator, value.
        period: The days that count: 2026, 2026-Q3, last 12 months, YTD; the method projected
            always means the current year.
        share: The share of the sales that class A brings, such as 0.8; left out: the setting
            key_account_share.
        top: How many customers to list, of each group with by; left out: all, and with by the
            setting key_accounts_per_group.
        method: history, or projected: the current year so far and what is likely to follow.

    Returns:
        The columns of by; rank, account_id, revenue, share, cumulative share, class (A, B, C; none
        where nothing was brought). Groups by name; equal sales by account.

    Raises:
        #N/A: No account bought.
        #DIV/0!: No account's sales are positive.
        #NUM!: share lies outside 0 to 1, or top is below 1.
        #REF!: There is no such column within reach.
        #VALUE!: There is no such method.

    Method:
        Class A is the smallest set that reaches the share, the account that crosses it included;
        class B reaches abc_b_share. Returns are netted by account. Projected: this year so far,
        and what the account bought in the same rest of last year.

    Example:
        =CRM_KEY_ACCOUNTS(Model)
    """
    return key_accounts(model, by, where, period, share, top, method)


@worksheet_function(
    "Segments",
    explain=rests_on("RFM", bought, settings=("rfm_least",)),
)
def CRM_RFM(
    model: Model, by: str = "", where: Where = "", period: str = "", method: str = "quintiles"
) -> pd.DataFrame:
    """Score customers 1 to 5 by recency, frequency and money, and name their segment.

    Args:
        model: The cell of CRM_MODEL, named Model in the template; or a range with headers.
        by: Left out: a row for each customer. rfm_segment, alone or with columns of accounts: a
            row for each group.
        where: Conditions joined by semicolons, or a range of column, operator, value.
        period: The days that count: 2026, 2026-Q3, last 12 months, YTD; left out: all.
        method: quintiles, or jenks: the breaks that leave customers of a score most alike.

    Returns:
        account_id, recency (days since the last order), frequency (days with orders), monetary
        (net), r, f, m (5 is best), segment, why (the limits of its scores). With by the columns of
        by; customers, share, revenue, revenue_share, recency, frequency, monetary (means). The
        highest sum of scores first (with by its mean), then the most money, then by name.

    Raises:
        #N/A: Fewer customers than the setting rfm_least, or scores in no segment of the Table.
        #NUM!: Limits in the Table hold no score.
        #REF!: There is no such column within reach.
        #VALUE!: There is no such method, or two segments claim the same scores alike.

    Method:
        Customers are ranked, ties share their mean rank, and the fifth in which the rank lies is
        the score. Returns are taken from their day; a day with nothing left has no order. Segments
        come from the Table Segment_rules, the narrowest rule first, else from docs/methods.md.

    Example:
        =CRM_RFM(Model)
    """
    return rfm(model, by, where, period, method)


@worksheet_function(
    "Segments",
    explain=rests_on("Customer lifetime value", bought, settings=("clv_months", "discount_rate")),
)
def CRM_CLV(
    model: Model,
    by: str = "",
    where: Where = "",
    period: str = "",
    months: float | None = None,
    margin: float | None = None,
    discount: float | None = None,
    show: str = "customers",
    method: str = "bg_nbd",
) -> pd.DataFrame:
    """Say what each customer will order and be worth, and how surely it still is one.

    Args:
        model: The cell of CRM_MODEL, named Model in the template; or a range with headers.
        by: Columns of accounts: a row for each group; left out: a row for each customer.
        where: Conditions joined by semicolons, or a range of column, operator, value.
        period: The days of the orders that count; left out: all up to as_of.
        months: How far ahead to look; left out: the setting clv_months.
        margin: The share of an order that is earned; left out: the margin of the orders where
            their cost is known, else 1.
        discount: The interest of a year; left out: the setting discount_rate.
        show: customers, or model for the fitted parameters and how well they fit.
        method: bg_nbd, or pareto_nbd.

    Returns:
        account_id, x (days with orders after the first), t_x (weeks from first to last), T (weeks
        from first to as_of, or to the end of the period), mean_order, p_alive, expected_orders,
        expected_revenue, clv; with by customers and sums. For model figure, value: parameters,
        log_likelihood, customers, patterns, gradient, converged, also of the orders' values; and
        what the margin is from. The greatest clv first.

    Raises:
        #N/A: Too few customers for a fit.
        #NUM!: No repeat purchase, the fit did not converge or ran to a limit, months is no whole
            number from 1 to 600, or margin or discount lies outside 0 to 1.
        #REF!: There is no such column within reach, or it is none of accounts.
        #VALUE!: There is no such method or view.

    Method:
        BG/NBD (Fader, Hardie, Lee 2005) or Pareto/NBD (Schmittlein, Morrison, Colombo 1987), and
        Gamma-Gamma for the value of an order, by maximum likelihood. Orders of one day are one; a
        day of returns is none. Values of months ahead are discounted at the end of each.

    Example:
        =CRM_CLV(Model)
    """
    return clv(model, by, where, period, months, margin, discount, show, method)


@worksheet_function("Segments", explain=explain_customer_profit)
def CRM_CUSTOMER_PROFIT(
    model: Model,
    by: str = "account_id",
    where: Where = "",
    period: str = "",
    top: float | None = None,
) -> pd.DataFrame:
    """Show what is left of each customer's margin after contacts and service.

    Args:
        model: The cell of CRM_MODEL, named Model in the template; or a range with headers.
        by: account_id, or columns of accounts such as segment.
        where: Conditions joined by semicolons, or a range of column, operator, value.
        period: The days that count: 2026, 2026-Q3, last 12 months, YTD; left out: all.
        top: How many rows to list; left out: all.

    Returns:
        rank, the columns of by; revenue, margin, contact_cost (minutes at the seller's hourly cost
        and other cost of activities), service_cost (hours at their cost_rate), profit,
        profit_share, customers_share and profit_cumulative (the whale curve). The most profitable
        first, equal ones by name; who has a cost that is not known has no profit and stands last.

    Raises:
        #N/A: Nothing was sold, or no cost of what was sold is known. In cells: a cost is not known;
            where it is known of nobody, profit is what is left before it.
        #DIV/0!: In cells: profits add up to nothing or less.
        #NUM!: top is below 1.
        #REF!: There is no such column within reach.

    Method:
        Profit is margin less the cost of contacts and of service for who has bought by the end of
        the period; the curve is Kaplan and Narayanan's (2001). It passes 1 where some customers
        cost more than they bring.

    Example:
        =CRM_CUSTOMER_PROFIT(Model)
    """
    return customer_profit(model, by, where, period, top)


@worksheet_function(
    "Segments",
    explain=rests_on("Dormant customers", bought, settings=("dormant_after", "dormant_gaps")),
)
def CRM_DORMANT(model: Model, where: Where = "", top: float | None = None) -> pd.DataFrame:
    """List customers who have been silent for longer than is usual for them.

    Args:
        model: The cell of CRM_MODEL, named Model in the template; or a range with headers.
        where: Conditions joined by semicolons, or a range of column, operator, value.
        top: How many customers to list; left out: all.

    Returns:
        account_id, owner, last_order, last_touch, silent (days), usual_gap (days), limit (days),
        value (sales of the 365 days up to the last order), return_chance (of an order within the
        next 365 days), at_stake (value times chance). The most at stake first, those without a
        known chance last by value, equal ones by account.

    Raises:
        #N/A: Nobody bought, or nobody is dormant. In cells: nobody ever came back after so long, or
            nobody bought twice.
        #NUM!: top is below 1.

    Method:
        Dormant is who is silent for more than the larger of dormant_after days and dormant_gaps
        own median gaps; who ordered once is given the median gap of its segment. The chance comes
        from all gaps between orders so far, in usual gaps, those that go on included (Kaplan and
        Meier).

    Example:
        =CRM_DORMANT(Model)
    """
    return dormant(model, where, top)
