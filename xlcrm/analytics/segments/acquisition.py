"""Who was won, and what sellers did for it: new customers, opportunities, sellers' time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from xlcrm.analytics.customers.contact_costs import (
    ACTIVITIES,
    COST,
    KNOWN,
    ROWS,
    contact_costs,
    contacts,
)
from xlcrm.analytics.customers.scope import ACCOUNT, Scope, keys_on, meet, within_scope
from xlcrm.errors import NotAvailable, UnknownName
from xlcrm.kpis.catalogue import kpi
from xlcrm.kpis.deals import CREATED
from xlcrm.kpis.first_purchases import first_days
from xlcrm.kpis.purchases import DAY
from xlcrm.model.model import Model
from xlcrm.periods import Period
from xlcrm.reduce.dense import day_numbers
from xlcrm.reduce.grouping import Key
from xlcrm.reduce.population import select
from xlcrm.reduce.sums import COUNT, grouped_sums, labels_of, totals


def new_customers(model: Model, scope: Scope, days: Period) -> pd.DataFrame:
    """Count the accounts whose first order falls in a period.

    Args:
        model: A model with orders, or with deals won.
        scope: The groups, and the conditions that the first orders meet.
        days: The period.

    Returns:
        The headings of the scope's keys and ``n``. An account is new in each group in which it
        ordered on its first day.
    """
    population = within_scope(model, scope, kpi("customers").population(model))
    columns = [*(key.base for key in scope.keys), ACCOUNT, DAY]
    rows = select(model, population, columns, period=days).counted
    names = list(dict.fromkeys([*(key.group for key in scope.keys), ACCOUNT, DAY]))
    frame = grouped_sums(rows, names, {})
    when = day_numbers(frame[DAY])[0]
    accounts = frame[ACCOUNT].astype(object)
    is_first = accounts.map(first_days(model)).to_numpy(dtype=float) == when
    frame = frame[is_first & meet(model, scope, accounts)].reset_index(drop=True)
    return _counted(frame, scope.keys, distinct=True)


def opportunities(model: Model, scope: Scope, days: Period) -> pd.DataFrame:
    """Count the opportunities created in a period.

    Args:
        model: The model, with or without deals.
        scope: The groups and conditions.
        days: The period.

    Returns:
        The headings of the scope's keys and ``n``.

    Raises:
        UnknownName: Deals do not lead to a group or a condition.
        NotAvailable: There are no deals.
    """
    model.table("deals")
    keys = keys_on(model, scope, CREATED)
    population = within_scope(model, scope, CREATED)
    names = list(dict.fromkeys([*(key.group for key in keys), ACCOUNT]))
    rows = select(model, population, [*(key.base for key in keys), ACCOUNT], period=days).counted
    frame = grouped_sums(rows, names, {})
    kept = meet(model, scope, frame[ACCOUNT].astype(object))
    return _counted(frame[kept].reset_index(drop=True), keys, distinct=False)


def _counted(frame: pd.DataFrame, keys: Sequence[Key], *, distinct: bool) -> pd.DataFrame:
    if not len(frame):
        return pd.DataFrame({key.name: pd.Series(dtype=object) for key in keys} | {"n": []})
    answer = totals(frame, keys, {}, [ACCOUNT] if distinct else [])
    counts = answer[ACCOUNT if distinct else COUNT].to_numpy(dtype=float)
    return pd.DataFrame({**labels_of(answer, keys), "n": counts})


@dataclass(frozen=True)
class SellerTime:
    """What sellers' work on those who were no customers yet cost.

    Attributes:
        frame: The headings of the scope's keys and ``seller_time``, NaN where activities have no
            known cost; None where nothing tells it.
        unshared: What belongs to groups that nothing can tell apart.
        reason: Why there is no frame, or "".
        is_lacking: Whether there is such a cost that belongs to the groups all the same.
        rows: How many activities are concerned.
        unknown: How many of them have no known cost.
    """

    frame: pd.DataFrame | None
    unshared: float = 0.0
    reason: str = ""
    is_lacking: bool = False
    rows: float = 0.0
    unknown: float = 0.0

    @property
    def is_kept(self) -> bool:
        """Whether the company enters this cost at all."""
        return self.frame is not None or self.is_lacking

    @property
    def remark(self) -> str:
        """What a reader of a figure that rests on it must know, or ""."""
        if not self.is_kept:
            return f"without sellers' time: {self.reason}"
        return "sellers' time is not known by segment" if self.is_lacking else ""


def seller_time(model: Model, scope: Scope, days: Period) -> SellerTime:
    """Add up what sellers did for accounts without an order before or on that day.

    Args:
        model: The model, with or without activities.
        scope: The groups and conditions.
        days: The days that count.
    """
    if ACTIVITIES.table not in model.tables:
        return SellerTime(None, reason="no activities")
    keys: tuple[Key, ...] = ()
    try:
        population = within_scope(model, scope, ACTIVITIES)
        keys = keys_on(model, scope, ACTIVITIES)
    except (UnknownName, NotAvailable) as error:
        population, reason = ACTIVITIES, error.message
    else:
        reason = ""
    frame = contacts(model, population, days, keys)
    every = contact_costs(frame, ())
    if not every[KNOWN].sum():
        return SellerTime(None, reason="no activity has a known cost")
    first = frame[ACCOUNT].map(first_days(model)).to_numpy(dtype=float)
    early = np.isnan(first) | (first > day_numbers(frame["date"])[0])
    kept = early & meet(model, scope, frame[ACCOUNT])
    costs = contact_costs(frame[kept].reset_index(drop=True), keys)
    rows, unknown = float(costs[ROWS].sum()), float((costs[ROWS] - costs[KNOWN]).sum())
    if reason:
        whole = 0.0 if scope.others else float(costs[COST].sum())
        return SellerTime(None, whole, reason, is_lacking=True, rows=rows, unknown=unknown)
    lost = (costs[ROWS] > 0) & (costs[KNOWN] == 0)
    money = np.where(lost, np.nan, costs[COST].to_numpy(dtype=float))
    answer = pd.DataFrame({**labels_of(costs, keys), "seller_time": money})
    return SellerTime(answer, rows=rows, unknown=unknown)
