"""The few customers that bring most of the sales."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd

from xlcrm.analytics.figures import kpi_table, period_in
from xlcrm.analytics.options import method_named
from xlcrm.analytics.segments.account_groups import account_groups
from xlcrm.analytics.two_periods import a_year_before
from xlcrm.conditions import Where
from xlcrm.errors import NotAvailable, OutOfDomain, WrongValue, ZeroDenominator
from xlcrm.model.model import Model
from xlcrm.periods import start_of
from xlcrm.reduce.population import overflow

METHODS = ("history", "projected")

_ACCOUNT, _REVENUE = "account_id", "revenue"
_TINY = 1e-12
"""What a share that is exactly reached may be off by, from adding up in floating point."""


def key_accounts(
    model: Model,
    by: str = "",
    where: Where = "",
    period: str = "",
    share: float | None = None,
    top: float | None = None,
    method: str = "history",
) -> pd.DataFrame:
    """Rank accounts by sales and class them A, B and C (docs/methods.md, Key accounts).

    Key accounts, class A, are the smallest set that brings at least ``share`` of the sales, the
    account that crosses it included.

    Args:
        model: A model with orders, or with deals won.
        by: Columns of accounts whose groups are ranked by themselves; "" for one ranking.
        where: Conditions on orders or deals.
        period: The days that count; the method ``projected`` is about the current year.
        share: The share that key accounts bring; None for the setting ``key_account_share``.
        top: How many accounts to list, of each group; None for all, and with ``by`` for the
            setting ``key_accounts_per_group``.
        method: One of `METHODS`.

    Returns:
        The columns of ``by``; ``rank``, ``account_id``, ``revenue``, its ``share`` of all positive
        sales of the group, the ``cumulative`` share, and ``class``. Groups by name; the largest
        sales first, equal ones by account; accounts that brought nothing last, as class ``none``
        without a share.

    Raises:
        NotAvailable: No account bought.
        ZeroDenominator: No account's sales are positive.
        OutOfDomain: The share lies outside 0 to 1, ``top`` is below 1, or a sum is too large.
        UnknownName: Accounts lead to no such column.
        WrongValue: There is no such method, or ``by`` names the account itself.
    """
    chosen = method_named(method, METHODS)
    a_share = model.settings.number("key_account_share") if share is None else share
    if not 0 < a_share <= 1:
        raise OutOfDomain(f"share {a_share:g} lies outside 0 to 1; 80% is 0.8")
    if top is not None and top < 1:
        raise OutOfDomain(f"top {top:g} lists no account; give 1 or more")
    sold = _projected(model, where) if chosen == METHODS[1] else _sold(model, where, period)
    if sold.empty:
        raise NotAvailable("no account bought: there are no key accounts")
    groups, headings = account_groups(model, by, sold[_ACCOUNT].tolist())
    if _ACCOUNT in headings:
        raise WrongValue(f"by groups accounts: leave {_ACCOUNT} out, each is listed anyway")
    b_share = max(model.settings.number("abc_b_share"), a_share)
    answer = _ranked(sold.assign(group=groups.codes), a_share, b_share)
    codes = answer.pop("group").to_numpy()
    labels = dict(zip(headings, (column[codes] for column in groups.labels), strict=True))
    answer = pd.DataFrame({**labels, **answer})
    if top is None and headings:
        top = model.settings.number("key_accounts_per_group")
    return answer if top is None else answer[answer["rank"] < int(top) + 1].reset_index(drop=True)


def _ranked(sold: pd.DataFrame, a_share: float, b_share: float) -> pd.DataFrame:
    """Rank and class the accounts of each group, whose numbers stand in ``group``."""
    frame = sold.sort_values(
        ["group", _REVENUE, _ACCOUNT], ascending=[True, False, True], ignore_index=True
    )
    revenue = frame[_REVENUE].to_numpy(dtype=float)
    buying = revenue > 0
    if not buying.any():
        raise ZeroDenominator("no account has positive sales: a share of nothing is undefined")
    starts = np.flatnonzero(np.diff(frame["group"], prepend=-1))
    lengths = np.diff(np.append(starts, len(frame)))
    counted = np.where(buying, revenue, 0.0)
    with np.errstate(over="ignore"):
        sums = np.concatenate([np.cumsum(part) for part in np.split(counted, starts[1:])])
    whole = np.repeat(sums[starts + lengths - 1], lengths)
    if not np.isfinite(whole).all():
        raise overflow(_REVENUE)
    there = np.where(whole > 0, whole, 1.0)
    cumulative = sums / there
    before = np.where(np.isin(np.arange(len(frame)), starts), 0.0, np.roll(cumulative, 1))
    return pd.DataFrame(
        {
            "group": frame["group"],
            "rank": 1.0 + np.arange(len(frame)) - np.repeat(starts, lengths),
            _ACCOUNT: frame[_ACCOUNT],
            _REVENUE: revenue,
            "share": np.where(buying, revenue / there, np.nan),
            "cumulative": np.where(buying, cumulative, np.nan),
            "class": np.select(
                [~buying, before < a_share - _TINY, before < b_share - _TINY],
                ["none", "A", "B"],
                "C",
            ),
        }
    )


def _sold(model: Model, where: Where, period: str) -> pd.DataFrame:
    """Give the net sales of each account in a period."""
    sold = kpi_table(model, "revenue_per_customer", _ACCOUNT, where, period)
    return sold.rename(columns={"value": _REVENUE})[[_ACCOUNT, _REVENUE]]


def _projected(model: Model, where: Where) -> pd.DataFrame:
    """Give what each account brings this year: so far, and in the same rest of last year."""
    as_of, fy_start = model.as_of, int(model.settings.number("fy_start"))
    start = start_of(as_of, "year", fy_start)
    if start.year < 2:
        raise NotAvailable(f"there is no year before {as_of} to tell the rest of this one")
    so_far = f"{start}..{as_of}"
    parts = [_sold(model, where, so_far)]
    rest = (a_year_before(period_in(model, so_far)).last or as_of) + timedelta(days=1)
    if rest < start:
        parts.append(_sold(model, where, f"{rest}..{start - timedelta(days=1)}"))
    found = pd.concat(parts, ignore_index=True).groupby(_ACCOUNT)[_REVENUE].sum()
    return pd.DataFrame({_ACCOUNT: found.index, _REVENUE: found.to_numpy(dtype=float)})
