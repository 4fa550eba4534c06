"""Segments: which segments and territories carry the company, and what changed?"""

from __future__ import annotations

import pandas as pd

from xlcrm.analytics.basis import rests_on, sold
from xlcrm.analytics.segments.basket import basket
from xlcrm.analytics.segments.bridge import bridge, sold_in_either
from xlcrm.analytics.segments.explain_segments import explain_segments
from xlcrm.analytics.segments.segments import segments
from xlcrm.analytics.territory.territory import territory
from xlcrm.conditions import Where
from xlcrm.functions import worksheet_function
from xlcrm.model.model import Model


@worksheet_function("Segments", explain=explain_segments)
def CRM_SEGMENTS(
    model: Model,
    by: str,
    where: Where = "",
    period: str = "",
    lag: float | None = None,
    alloc: str = "opps",
    show: str = "sales",
) -> pd.DataFrame:
    """Show what segments buy and earn, and what it costs to win a customer in them.

    Args:
        model: The cell of CRM_MODEL, named Model in the template; or a range with headers.
        by: The columns that make the segments, also of related tables: segment, region, product.
        where: Conditions joined by semicolons, or a range of column, operator, value.
        period: The days of orders and of closing dates: 2026, 2026-Q3, last 12 months, YTD;
            economics end at as_of.
        lag: The days by which spending runs ahead of a first order; left out: the median days from
            the opening to the winning of first deals.
        alloc: How spend without a segment is shared: opps (by opportunities created), new (by new
            customers) or none.
        show: sales, or economics.

    Returns:
        The columns of by. For sales revenue, share, orders (deals won where there are no orders),
        customers, basket, per_customer; won, closed, win_rate with its interval low and high. For
        economics revenue, margin, customers, new_customers, marketing, seller_time (money), cac,
        margin_per_customer, net_per_new, payback (months), rank_before, rank_after, finding, and a
        last row (not shared) for costs that belong to no segment. The largest revenue first.

    Raises:
        #N/A: Nothing was sold and no deal closed. In cells: deals do not lead to these segments,
            or no cost is known; margins that never pay a cost back.
        #DIV/0!: In cells: no order, customer, new customer or closed deal to divide by.
        #NUM!: lag is negative.
        #REF!: There is no such column within reach.
        #VALUE!: There is no such allocation or view; economics by no column or by time.

    Method:
        The interval round a win rate is Wilson's, at confidence_level. cac is marketing spend and
        sellers' time on those who are no customers yet, both lag days earlier, by new customers.
        Ranks are by margin per customer, before and after cac.

    Example:
        =CRM_SEGMENTS(Model, "segment")
    """
    return segments(model, by, where, period, lag, alloc, show)


@worksheet_function(
    "Segments",
    explain=rests_on("Basket", sold, settings=("dormant_after", "dormant_gaps")),
)
def CRM_BASKET(
    model: Model, by: str = "type", where: Where = "", period: str = "last 12 months"
) -> pd.DataFrame:
    """Show the basket of each kind of account: per order, per period and per lifetime.

    Args:
        model: The cell of CRM_MODEL, named Model in the template; or a range with headers.
        by: Columns such as type or segment of the account.
        where: Conditions joined by semicolons, or a range of column, operator, value.
        period: The days of orders that count for the basket of orders and of the period.

    Returns:
        The columns of by; orders, customers, per_order, per_customer (in the period), lifetime
        (sales per customer up to the end of the period), years (mean length of the relationship so
        far), highest (the baskets in which the group is the highest), lowest. The highest per
        order first, equal ones by name; a last row (all).

    Raises:
        #N/A: Nothing was sold.
        #DIV/0!: In cells: no order or customer to divide by.
        #REF!: There is no such column within reach.
        #VALUE!: There is no such period.

    Method:
        Sales by orders, by customers who bought in the period, and by customers so far. Returns
        reduce sales and are no orders of their own. Who is lost has been a customer up to the last
        purchase, all others up to the end of the period.

    Example:
        =CRM_BASKET(Model, "segment")
    """
    return basket(model, by, where, period)


@worksheet_function("Segments", explain=rests_on("Bridge", sold_in_either))
def CRM_BRIDGE(
    model: Model,
    by: str = "",
    where: Where = "",
    period: str = "YTD",
    against: str = "",
    show: str = "columns",
) -> pd.DataFrame:
    """Explain a change of sales by customers: new, lost, cross-sell, more and less.

    Args:
        model: The cell of CRM_MODEL, named Model in the template; or a range with headers.
        by: Columns of accounts, such as segment or owner; left out: the company.
        where: Conditions joined by semicolons, or a range of column, operator, value.
        period: The days that are explained, such as YTD, 2026-Q2 or last month.
        against: The days compared with; left out: the same days a year before.
        show: columns, or steps: one below the other, for a waterfall chart.

    Returns:
        The columns of by; before, new, cross_sell, more, less and lost (both negative), after,
        change, and wallet_share (yearly sales by potential, of those who bought and have one); by
        name, a last row (all). For steps the columns of by; step, amount, accounts, base, rise,
        fall.

    Raises:
        #N/A: Neither period has sales, or by finds no accounts. In cells: no potential is known.
        #NUM!: The parts do not add up, which is never shown as a table.
        #REF!: Accounts lead to no such column.
        #VALUE!: There is no such period or view, or it has no beginning or end.

    Method:
        Account by account: who bought before and not now is lost, who did not buy before is new.
        Of the others, products they did not buy before are cross_sell; the rest of their change
        is more or less. The parts add up to the change, to the cent.

    Example:
        =CRM_BRIDGE(Model, "segment")
    """
    return bridge(model, by, where, period, against, show)


@worksheet_function(
    "Segments",
    explain=rests_on(
        "Territory", sold, settings=("territory_low", "territory_high", "confidence_level")
    ),
)
def CRM_TERRITORY(
    model: Model,
    by: str = "region",
    where: Where = "",
    period: str = "last 12 months",
    show: str = "regions",
) -> pd.DataFrame:
    """Show where a territory is neglected: sales, visits and resellers against potential.

    Args:
        model: The cell of CRM_MODEL, named Model in the template; or a range with headers.
        by: The column that makes the territories: region, or one of accounts.
        where: Conditions joined by semicolons, or a range of column, operator, value. One that
            accounts do not know, such as product=A, is on what was sold.
        period: The days of sales and visits that count: 2026, 2026-Q3, YTD; left out: the last 12
            months.
        show: regions, or accounts: each prospect with the nearest own customer.

    Returns:
        For regions the columns of by; accounts, customers, penetration with its interval low and
        high, potential, potential_share, revenue, revenue_share, index (100 is as the potential),
        visits, visits_per_account, resellers, expected_resellers, gap (those missing), lat, lon
        (the middle), finding. For accounts, those that never bought: account_id, owner, the columns
        of by, lat, lon, nearest, distance (km), potential, note. The lowest index first, or the
        nearest.

    Raises:
        #N/A: There are no accounts, sales or prospects. In cells: no potential, visits, resellers
            or place is known.
        #DIV/0!: In cells: nothing to divide by.
        #NUM!: A latitude lies outside -90 to 90 or a longitude outside -180 to 180, or a figure of
            a region is negative. In cells: more customers than companies.
        #REF!: There is no such column within reach.
        #VALUE!: There is no such period or view, or an account or region stands twice.

    Method:
        index: share of sales by share of potential, in percent, of territories whose potential is
        known (of the table regions, else of the accounts). Penetration: customers by the companies
        of the region, else by its accounts; Wilson's interval. Expected resellers: the share of
        potential in all resellers. Distances are great circles (haversine).

    Example:
        =CRM_TERRITORY(Model)
    """
    return territory(model, by, where, period, show)
