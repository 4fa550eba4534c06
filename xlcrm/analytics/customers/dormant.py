"""Customers who are silent for longer than is usual for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.analytics.customers.sales_days import (
    SalesDays,
    day_texts,
    in_order_of,
    number_of_day,
    sales_days,
)
from xlcrm.analytics.no_figure import where_known
from xlcrm.analytics.segments.account_groups import values_of_accounts
from xlcrm.conditions import Where, conditions
from xlcrm.errors import NotAvailable, OutOfDomain
from xlcrm.kpis.purchases import ACCOUNT, DAY, waiting_of
from xlcrm.model.model import Model
from xlcrm.periods import Period
from xlcrm.reduce.population import Population, Rule, select
from xlcrm.stats.survival import kaplan_meier

Vector = np.ndarray[Any, Any]

YEAR = 365
"""The days of the value of a customer, and of the chance that one comes back."""

_CONTACTS = Population(
    "activities",
    "activities with accounts",
    (Rule(~nw.col(ACCOUNT).is_null(), "no account", (ACCOUNT,)),),
    date=DAY,
)


@dataclass(frozen=True)
class _Rhythm:
    """How k customers bought: one number a customer, and one a gap between two purchases.

    Attributes:
        last: The last day on which each bought.
        usual: The days that usually lie between two purchases of each, missing where no customer
            tells it.
        gaps: The gaps between purchases.
        of: The customer of each gap.
    """

    last: Vector
    usual: Vector
    gaps: Vector
    of: Vector


def dormant(model: Model, where: Where = "", top: float | None = None) -> pd.DataFrame:
    """List customers who are silent for too long (docs/methods.md, Dormant customers).

    Args:
        model: A model with orders, or with deals won.
        where: Conditions on them.
        top: How many customers to list; None for all.

    Returns:
        ``account_id``, ``owner``, ``last_order``, ``last_touch`` (blank where there is none),
        ``silent``, ``usual_gap`` and ``limit`` in days, ``value`` (sales of the 365 days up to the
        last order), ``return_chance``, ``at_stake``, their product; #N/A where no customer tells
        it. The most at stake first, then, where that is not known, the most value, then by account.

    Raises:
        NotAvailable: Nobody bought, or nobody is dormant.
        OutOfDomain: ``top`` is below 1.
    """
    if top is not None and top < 1:
        raise OutOfDomain(f"top {top:g} lists no customer; give 1 or more")
    as_of = model.as_of
    so_far = Period(None, as_of, f"the days up to {as_of}")
    sold = sales_days(model, where, so_far)
    if not len(sold.accounts):
        raise NotAvailable(f"nobody bought up to {as_of}: there is nobody to be dormant")
    today, waiting = number_of_day(as_of), waiting_of(model)
    rhythm = _rhythm(model, sold)
    silent = today - rhythm.last
    own = waiting.gaps * rhythm.usual
    limit = np.where(np.isnan(own), waiting.least, np.maximum(waiting.least, own))
    asleep = np.flatnonzero(silent > limit)
    if not len(asleep):
        raise NotAvailable("nobody is dormant: all bought within the time that is usual for them")
    value = sold.revenue(sold.days > (rhythm.last - YEAR)[sold.customers])[asleep]
    everyone = rhythm if not conditions(where) else _rhythm(model, sales_days(model, "", so_far))
    chance = _return_chances(rhythm, silent, everyone, today)[asleep]
    at_stake = value * chance
    unknown = np.isnan(chance)
    accounts = sold.accounts[asleep]
    order = in_order_of(accounts, unknown.astype(float), -np.where(unknown, 0.0, at_stake), -value)[
        : None if top is None else int(top)
    ]
    names = accounts[order]
    return pd.DataFrame(
        {
            "account_id": names,
            "owner": _owners(model, names),
            "last_order": day_texts(rhythm.last[asleep][order]),
            "last_touch": _last_touches(model, names),
            "silent": silent[asleep][order].astype(float),
            "usual_gap": where_known(rhythm.usual[asleep][order]),
            "limit": limit[asleep][order],
            "value": value[order],
            "return_chance": where_known(chance[order]),
            "at_stake": where_known(at_stake[order]),
        }
    )


def _rhythm(model: Model, sold: SalesDays) -> _Rhythm:
    customers, days = sold.different()
    count = len(sold.accounts)
    again = np.flatnonzero(np.diff(customers, prepend=-1) == 0)
    gaps, of = (days[again] - days[again - 1]).astype(float), customers[again]
    last = days[np.searchsorted(customers, np.arange(count), side="right") - 1]
    own = pd.Series(gaps).groupby(of).median().reindex(range(count)).to_numpy(dtype=float)
    return _Rhythm(last, _usual_gaps(model, sold.accounts, own), gaps, of)


def _usual_gaps(model: Model, accounts: Vector, own: Vector) -> Vector:
    """Give those who bought once the median gap of their segment, else that of all customers."""
    once = np.isnan(own)
    if not once.any() or once.all():
        return own
    typical = np.full(len(own), np.median(own[~once]))
    if model.column("accounts", "segment"):
        segment, _ = values_of_accounts(model, "segment", list(accounts))
        medians = pd.Series(own).groupby(segment.to_numpy()).median()
        theirs = segment.map(medians).to_numpy(dtype=float)
        typical = np.where(np.isnan(theirs), typical, theirs)
    return np.where(once, typical, own)


def _return_chances(rhythm: _Rhythm, silent: Vector, everyone: _Rhythm, today: int) -> Vector:
    """Give the chance of an order within a year, missing where no return tells it.

    Silence is counted in the usual gaps of each customer; whoever waits still goes on. All
    customers tell the chance, also those that conditions leave out: few returns tell little.
    """
    ended = everyone.gaps / everyone.usual[everyone.of]
    waiting = (today - everyone.last) / everyone.usual
    durations = np.concatenate([ended, waiting[~np.isnan(waiting)]])
    chance = np.full(len(silent), np.nan)
    if not len(ended):
        return chance
    curve = kaplan_meier(durations, np.arange(len(durations)) < len(ended))
    share = np.append(1.0, curve.share)
    waited = silent / rhythm.usual
    at_now, at_end = (
        share[np.searchsorted(curve.times, times, side="right")]
        for times in (waited, (silent + YEAR) / rhythm.usual)
    )
    seen = waited < ended.max()  # never so where no gap is usual
    chance[seen] = 1.0 - at_end[seen] / at_now[seen]
    return chance


def _owners(model: Model, accounts: Vector) -> list[str]:
    """Look up who looks after each account, "" where nobody is named."""
    if "accounts" not in model.tables:
        return [""] * len(accounts)
    owners, _ = values_of_accounts(model, "owner", list(accounts))
    return [owner if isinstance(owner, str) else "" for owner in owners]


def _last_touches(model: Model, accounts: Vector) -> list[str]:
    """Look up the day of the last activity with each account so far, "" where there is none."""
    if "activities" not in model.tables:
        return [""] * len(accounts)
    as_of = model.as_of
    days = Period(None, as_of, f"the days up to {as_of}")
    rows = select(model, _CONTACTS, [ACCOUNT, DAY], period=days).counted
    latest = rows.group_by(ACCOUNT).agg(nw.col(DAY).max()).collect()
    pairs = zip(latest[ACCOUNT].to_list(), latest[DAY].to_list(), strict=True)
    known = {account: pd.Timestamp(day).date().isoformat() for account, day in pairs}
    return [known.get(account, "") for account in accounts]
