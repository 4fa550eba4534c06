"""The few customers that bring most of the sales."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xlcrm.analytics.figures import kpi_table
from xlcrm.conditions import Where
from xlcrm.errors import NotAvailable, OutOfDomain, ZeroDenominator
from xlcrm.model.model import Model

_TINY = 1e-12
"""What a share that is exactly reached may be off by, from adding up in floating point."""


def key_accounts(
    model: Model,
    where: Where = "",
    period: str = "",
    share: float | None = None,
    top: float | None = None,
) -> pd.DataFrame:
    """Rank accounts by sales and class them A, B and C (docs/methods.md, Key accounts).

    Key accounts, class A, are the smallest set that brings at least ``share`` of the sales, the
    account that crosses it included.

    Args:
        model: A model with orders, or with deals won.
        where: Conditions on orders or deals.
        period: The days that count.
        share: The share that key accounts bring; None for the setting ``key_account_share``.
        top: How many accounts to list; None for all.

    Returns:
        ``rank``, ``account_id``, ``revenue``, its ``share`` of all positive sales, the
        ``cumulative`` share, and ``class``; equal sales by account, accounts that brought nothing
        last, as class ``none`` without a share.

    Raises:
        NotAvailable: No account bought.
        ZeroDenominator: No account's sales are positive.
        OutOfDomain: The share lies outside 0 to 1, or ``top`` is below 1.
    """
    a_share = model.settings.number("key_account_share") if share is None else share
    b_share = max(model.settings.number("abc_b_share"), a_share)
    if not 0 < a_share <= 1:
        raise OutOfDomain(f"share {a_share:g} lies outside 0 to 1; 80% is 0.8")
    if top is not None and top < 1:
        raise OutOfDomain(f"top {top:g} lists no account; give 1 or more")
    sold = kpi_table(model, "revenue_per_customer", "account_id", where, period)
    frame = sold.rename(columns={"value": "revenue"})[["account_id", "revenue"]]
    if frame.empty:
        raise NotAvailable("no account bought: there are no key accounts")
    frame = frame.sort_values(["revenue", "account_id"], ascending=[False, True], ignore_index=True)
    revenue = frame["revenue"].to_numpy(dtype=float)
    buying = revenue > 0
    whole = float(revenue[buying].sum())
    if not whole:
        raise ZeroDenominator("no account has positive sales: a share of nothing is undefined")
    cumulative = np.cumsum(np.where(buying, revenue, 0.0)) / whole
    before = np.concatenate([[0.0], cumulative[:-1]])
    answer = pd.DataFrame(
        {
            "rank": np.arange(1.0, len(frame) + 1),
            "account_id": frame["account_id"],
            "revenue": revenue,
            "share": np.where(buying, revenue / whole, np.nan),
            "cumulative": np.where(buying, cumulative, np.nan),
            "class": np.select(
                [~buying, before < a_share - _TINY, before < b_share - _TINY],
                ["none", "A", "B"],
                "C",
            ),
        }
    )
    return answer if top is None else answer.head(int(top))
