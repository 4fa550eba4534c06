"""What each customer bought so far: how often, since when, until when, and worth how much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from xlcrm.analytics.figures import period_in
from xlcrm.conditions import Where
from xlcrm.errors import NotAvailable
from xlcrm.kpis.catalogue import kpi
from xlcrm.kpis.purchases import ACCOUNT, DAY
from xlcrm.model.model import Model
from xlcrm.periods import Period
from xlcrm.reduce.dense import day_numbers
from xlcrm.reduce.parts import part_names
from xlcrm.reduce.population import require_rows, select
from xlcrm.reduce.sums import grouped_sums

Vector = np.ndarray[Any, Any]

DAYS_A_WEEK = 7
_NOTHING = 1e-9
"""What amounts that cancel may be off by: 0.1 + 0.2 - 0.3."""


@dataclass(frozen=True)
class PurchaseHistories:
    """The purchases of n customers, by account.

    Attributes:
        accounts: The accounts.
        x: The days with purchases after the first one.
        t_x: The weeks from the first of them to the last.
        T: The weeks from the first of them to the end.
        mean: What a day after the first brought on average, returns netted; 0 where there is none.
        returned: How many accounts only returned things, and are not among them.
    """

    accounts: pd.Index[Any]
    x: Vector
    t_x: Vector
    T: Vector
    mean: Vector
    returned: int


def days_seen(model: Model, period: str) -> Period:
    """Give the days of a period that are not ahead of as_of.

    Args:
        model: The model.
        period: The days that count; "" for all.

    Raises:
        NotAvailable: The period lies ahead.
    """
    days, as_of = period_in(model, period), model.as_of
    last = min(days.last, as_of) if days.last else as_of
    if days.first and days.first > last:
        raise NotAvailable(f"{days.words} lies ahead of {as_of}: ask for an earlier period")
    return Period(days.first, last, f"{days.words} up to {last}")


def purchase_histories(model: Model, where: Where, days: Period) -> PurchaseHistories:
    """Reduce sales to the days on which each customer bought, and what these were worth.

    Returns are netted by customer and day. A day that brought back less than nothing is one of
    returns: it is no purchase, and lessens what the customer's other days after the first brought.

    Args:
        model: A model with orders, or with deals won.
        where: Conditions on them.
        days: The days that count, with a last one.

    Raises:
        NotAvailable: There is no purchase, or rows that would count lack data.
    """
    population = kpi("customers").population(model)
    model.table(population.table)
    selection = select(model, population, [ACCOUNT, DAY, "amount"], where, days)
    sums = grouped_sums(selection.counted, [ACCOUNT, DAY], {"amount": "amount"})
    require_rows(selection, len(sums), population)
    if not len(sums):
        raise NotAvailable("no account bought: there are no customers to value")
    assert days.last is not None
    end = int(np.datetime64(days.last).astype(np.int64))
    return _histories(sums, end)


def _histories(sums: pd.DataFrame, end: int) -> PurchaseHistories:
    numbers, _ = day_numbers(sums[DAY])
    codes, known = pd.factorize(sums[ACCOUNT], sort=True)
    earliest = int(numbers.min())
    width = int(numbers.max()) - earliest + 1
    found, of = np.unique(codes * width + (numbers - earliest), return_inverse=True)
    net = np.zeros(len(found))
    for part in part_names("amount"):
        net += np.bincount(of, sums[part], len(found))
    customers, when = found // width, found % width + earliest
    bought = net > -_NOTHING
    buyers, on = customers[bought], when[bought]
    is_first = np.diff(buyers, prepend=-1) != 0
    starts = np.flatnonzero(is_first)
    first = np.zeros(len(known), dtype=np.int64)
    last = np.zeros(len(known), dtype=np.int64)
    first[buyers[starts]] = on[starts]
    last[buyers] = on  # the days of each rise: the last one stays
    x = np.bincount(buyers, minlength=len(known)) - 1
    after = when > first[customers]
    later = np.bincount(customers, np.where(after, net, 0.0), len(known))
    there = x >= 0
    x, first, last, later = x[there], first[there], last[there], later[there]
    mean = np.divide(later, x, out=np.zeros(len(x)), where=x > 0)
    return PurchaseHistories(
        pd.Index(known)[there],
        x.astype(float),
        (last - first) / DAYS_A_WEEK,
        (end - first) / DAYS_A_WEEK,
        mean,
        int(len(there) - there.sum()),
    )
