"""Segments: which segments and customers carry the company?"""

from __future__ import annotations

import pandas as pd

from xlcrm.analytics.basis import rests_on, sold
from xlcrm.analytics.segments.key_accounts import key_accounts
from xlcrm.analytics.segments.price_volume_mix import price_volume_mix
from xlcrm.analytics.segments.segments import segments
from xlcrm.conditions import Where
from xlcrm.functions import worksheet_function
from xlcrm.kpis.deals import CLOSED
from xlcrm.kpis.sales import ORDER_LINES
from xlcrm.model.model import Model


@worksheet_function("Segments", explain=rests_on("Sales", sold, CLOSED))
def CRM_SEGMENTS(model: Model, by: str, where: Where = "", period: str = "") -> pd.DataFrame:
    """Show what segments buy and how often their deals are won, by any column.

    Args:
        model: The cell of CRM_MODEL, named Model in the template; or a range with headers.
        by: The columns that make the segments, also of related tables: segment, region, product.
        where: Conditions joined by semicolons, or a range of column, operator, value.
        period: The days of orders and of closing dates: 2026, 2026-Q3, last 12 months, YTD.

    Returns:
        The columns of by; revenue, share, orders (deals won where there are no orders), customers,
        basket, per_customer; won, closed, win_rate with its interval low and high. The largest
        revenue first.

    Raises:
        #N/A: Nothing was sold and no deal closed. In cells: deals do not lead to these segments.
        #DIV/0!: In cells: no order, customer or closed deal to divide by.
        #REF!: There is no such column within reach.

    Method:
        The interval round a win rate is Wilson's, at confidence_level.

    Example:
        =CRM_SEGMENTS(Model, "segment")
    """
    return segments(model, by, where, period)


@worksheet_function(
    "Segments",
    explain=rests_on("Key accounts", sold, settings=("key_account_share", "abc_b_share")),
)
def CRM_KEY_ACCOUNTS(
    model: Model,
    where: Where = "",
    period: str = "",
    share: float | None = None,
    top: float | None = None,
) -> pd.DataFrame:
    """Rank customers by sales: the few that bring 80 % are class A.

    Args:
        model: The cell of CRM_MODEL, named Model in the template; or a range with headers.
        where: Conditions joined by semicolons, or a range of column, operator, value.
        period: The days that count: 2026, 2026-Q3, last 12 months, YTD.
        share: The share of the sales that class A brings, such as 0.8; left out: the setting
            key_account_share.
        top: How many customers to list; left out: all.

    Returns:
        rank, account_id, revenue, share, cumulative share, class (A, B, C; none where nothing was
        brought). Equal sales by account.

    Raises:
        #N/A: No account bought.
        #DIV/0!: No account's sales are positive.
        #NUM!: share lies outside 0 to 1, or top is below 1.

    Method:
        Class A is the smallest set that reaches the share, the account that crosses it included;
        class B reaches abc_b_share.

    Example:
        =CRM_KEY_ACCOUNTS(Model)
    """
    return key_accounts(model, where, period, share, top)


@worksheet_function(
    "Segments",
    explain=rests_on("Price, volume and mix", ORDER_LINES),
)
def CRM_PRICE_VOLUME_MIX(
    model: Model,
    by: str = "product",
    where: Where = "",
    period: str = "YTD",
    against: str = "",
) -> pd.DataFrame:
    """Explain a change of revenue by price, volume and mix, to the cent.

    Args:
        model: The cell of CRM_MODEL, named Model in the template; or a range with headers.
        by: What is sold: product, or product with segment, region, channel.
        where: Conditions joined by semicolons, or a range of column, operator, value.
        period: The days that are explained, such as YTD, 2026-Q2 or last month.
        against: The days compared with; left out: the same days a year before.

    Returns:
        The columns of by; units_before, units, price_before, price, revenue_before, revenue,
        price_effect, volume_effect, mix_effect, new, discontinued, change, note; a last row
        (all). A line without a quantity counts as one unit, and the note says so.

    Raises:
        #N/A: One of the periods has no orders.
        #DIV/0!: In cells: no units left after returns, so no price.
        #NUM!: The parts do not add up, which is never shown as a table.
        #REF!: There is no such column within reach.
        #VALUE!: There is no such period, or it has no beginning or end.

    Method:
        Volume: total units at the old mix and price; mix: the shift of shares at old prices; price:
        new units at the change of price. The parts add up to the change.

    Example:
        =CRM_PRICE_VOLUME_MIX(Model, "product")
    """
    return price_volume_mix(model, by, where, period, against)
