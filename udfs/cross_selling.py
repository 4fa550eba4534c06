"""Segments: what to sell next to whom, and who is like the best customers."""

from __future__ import annotations

import pandas as pd

from xlcrm.analytics.basis import rests_on, sold
from xlcrm.analytics.cross_selling.attributes import ACCOUNTS
from xlcrm.analytics.cross_selling.lookalikes import lookalikes
from xlcrm.analytics.cross_selling.next_best import next_best
from xlcrm.analytics.cross_selling.profile import profile
from xlcrm.analytics.cross_selling.rules import cross_sell
from xlcrm.conditions import Where
from xlcrm.functions import worksheet_function
from xlcrm.kpis.sales import ORDER_LINES
from xlcrm.model.model import Model

_RULES = ("cross_sell_support", "cross_sell_confidence", "cross_sell_items")


@worksheet_function("Segments", explain=rests_on("Cross-selling", ORDER_LINES, settings=_RULES))
def CRM_CROSS_SELL(
    model: Model,
    item: str = "product",
    where: Where = "",
    period: str = "",
    support: float | None = None,
    confidence: float | None = None,
    size: float | None = None,
    show: str = "rules",
    top: float | None = None,
    method: str = "customers",
) -> pd.DataFrame:
    """Find what is bought together, and which customers have one and lack the other.

    Args:
        model: The cell of CRM_MODEL, named Model in the template; or a range with headers.
        item: What is sold: product, or category.
        where: Conditions joined by semicolons, or a range of column, operator, value.
        period: The days that count: 2026, 2026-Q3, last 12 months, YTD; left out: all.
        support: The least share of baskets with all of it; left out: the setting
            cross_sell_support.
        confidence: The least share of baskets with the first that have the second; left out: the
            setting cross_sell_confidence.
        size: How many things the first may be; left out: the setting cross_sell_items.
        show: rules, or accounts: who has the first and not the second, for rules with lift above 1.
        top: How many rows to list; left out: all rules, 1,000 accounts.
        method: customers (a basket is all that a customer bought) or orders.

    Returns:
        For rules has, sells, baskets (with both), support, confidence, lift, p (chance of as many
        without a link), accounts (that have and lack). For accounts account_id, owner, has, lacks,
        lift, confidence, basket (mean sales of what lacks to a customer who has it), expected
        (confidence by basket); each lack once. The highest lift or the most expected first.

    Raises:
        #N/A: Nothing was sold, no rule is strong enough, or nobody lacks anything.
        #NUM!: A limit lies outside 0 to 1, size outside 1 to 4, top is below 1, or support is so
            low that there are too many sets.
        #REF!: There is no such column within reach.
        #VALUE!: There is no such method or view, or item is not one column.

    Method:
        Association rules over frequent sets (Agrawal and Srikant 1994); lift is confidence by the
        share of all baskets with the second. p is Fisher's exact test, one-sided. A thing counts as
        had when its sales are positive net of returns.

    Example:
        =CRM_CROSS_SELL(Model, "product")
    """
    return cross_sell(model, item, where, period, support, confidence, size, show, top, method)


@worksheet_function("Segments", explain=rests_on("Next best product", ORDER_LINES, settings=_RULES))
def CRM_NEXT_BEST(
    model: Model,
    item: str = "product",
    where: Where = "",
    period: str = "",
    top: float = 1.0,
) -> pd.DataFrame:
    """Name for each customer the products to offer next, and why.

    Args:
        model: The cell of CRM_MODEL, named Model in the template; or a range with headers.
        item: What is sold: product, or category.
        where: Conditions joined by semicolons, or a range of column, operator, value.
        period: The days that count: 2026, 2026-Q3, last 12 months, YTD; left out: all.
        top: How many to name for each customer.

    Returns:
        account_id, owner, rank, offer, because (what the customer has), confidence, lift, basket
        (mean sales of the offer to a customer), expected (confidence by basket). Customers by the
        most expected, equal ones by account; customers without a rule are not listed.

    Raises:
        #N/A: Nothing was sold, or no rule fits any customer.
        #NUM!: top is below 1, or cross_sell_support is so low that there are too many sets.
        #REF!: There is no such column within reach.
        #VALUE!: item is not one column.

    Method:
        Of the rules of CRM_CROSS_SELL over customers whose first part a customer has, with lift
        above 1, the one of the highest confidence speaks for each product that it lacks; what is
        expected to bring most is offered first.

    Example:
        =CRM_NEXT_BEST(Model)
    """
    return next_best(model, item, where, period, top)


@worksheet_function(
    "Segments", explain=rests_on("Profile", sold, settings=("key_account_share", "significance"))
)
def CRM_PROFILE(
    model: Model,
    by: str = "",
    where: Where = "",
    period: str = "",
    share: float | None = None,
) -> pd.DataFrame:
    """Describe the typical best customer: what class A is more often than the others.

    Args:
        model: The cell of CRM_MODEL, named Model in the template; or a range with headers.
        by: Columns of accounts; left out: type, segment, region, industry, size and potential, as
            far as they are there.
        where: Conditions joined by semicolons, or a range of column, operator, value.
        period: The days that count: 2026, 2026-Q3, last 12 months, YTD; left out: all.
        share: The share of sales that the best customers bring; left out: the setting
            key_account_share.

    Returns:
        attribute, is (its value, or a quarter of its numbers), best (customers), base (accounts),
        best_share, base_share, lift, p, adjusted (p by Holm), finding (typical, untypical, or no
        different). Attributes in their order, the highest lift first.

    Raises:
        #N/A: Nobody bought, or accounts tell nothing about themselves.
        #NUM!: share lies outside 0 to 1.
        #REF!: There is no such column within reach.
        #VALUE!: An account stands twice, or by names a column twice.

    Method:
        The base is all accounts, with and without sales. Numbers are cut at the quartiles of the
        base. p is Fisher's exact test, two-sided, of the best against all others; a finding needs
        adjusted below the setting significance.

    Example:
        =CRM_PROFILE(Model)
    """
    return profile(model, by, where, period, share)


@worksheet_function(
    "Segments",
    explain=rests_on(
        "Lookalikes", ACCOUNTS, settings=("key_account_share", "lookalike_neighbours")
    ),
)
def CRM_LOOKALIKES(
    model: Model,
    by: str = "",
    where: Where = "",
    period: str = "",
    share: float | None = None,
    top: float | None = None,
) -> pd.DataFrame:
    """List the prospects that are most like the best customers.

    Args:
        model: The cell of CRM_MODEL, named Model in the template; or a range with headers.
        by: Columns of accounts to compare; left out: type (unless it only parts prospects from
            customers), region, industry, size and potential, as far as they are there.
        where: Conditions on the prospects, joined by semicolons, or a range of column, operator,
            value.
        period: The days whose sales make the best customers; left out: all.
        share: The share of sales that the best customers bring; left out: the setting
            key_account_share.
        top: How many prospects to list; left out: all.

    Returns:
        rank, account_id, owner, similarity (0 to 1), like (the best customer most alike),
        agrees_in (numbers within a tenth of their range), differs_in, compared (attributes known of
        both: few make a similarity weak). The most alike first, then those compared in more.

    Raises:
        #N/A: There are no best customers, no prospects, or nothing to compare.
        #NUM!: share lies outside 0 to 1, or top is below 1.
        #REF!: There is no such column within reach.
        #VALUE!: An account stands twice, or by names a column twice.

    Method:
        Gower's similarity (1971) over the attributes known of both; a prospect's is the mean over
        the lookalike_neighbours best customers most alike. Prospects are accounts without sales.

    Example:
        =CRM_LOOKALIKES(Model)
    """
    return lookalikes(model, by, where, period, share, top)
