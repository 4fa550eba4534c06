"""What each customer bought on which day, and the days with an order left after returns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from xlcrm.conditions import Where
from xlcrm.errors import NotAvailable
from xlcrm.kpis.catalogue import kpi
from xlcrm.kpis.purchases import ACCOUNT, DAY
from xlcrm.model.model import Model
from xlcrm.periods import Period
from xlcrm.reduce.dense import day_numbers, pandas_rows
from xlcrm.reduce.parts import part_names
from xlcrm.reduce.population import overflow, require_rows, select
from xlcrm.reduce.sums import grouped_sums
from xlcrm.stats.exact import grid, parts

Vector = np.ndarray[Any, Any]

_AMOUNT = "amount"
_SMALL_KEYS = 1 << 32


@dataclass(frozen=True)
class SalesDays:
    """Sales of k customers, n of them, by customer and day; a day may stand several times.

    Attributes:
        accounts: The customers' ids, in no order.
        customers: The customer of each sale, whole numbers from 0.
        days: The day of each, counted from 1 January 1970.
        coarse: The first part of each amount, whose sums are exact (`xlcrm.stats.exact`).
        fine: The second part.
    """

    accounts: Vector
    customers: Vector
    days: Vector
    coarse: Vector
    fine: Vector

    def revenue(self, counted: Vector | None = None) -> Vector:
        """Add up amounts by customer.

        Args:
            counted: Which sales count, one a sale; None for all.

        Raises:
            OutOfDomain: A sum is beyond the largest number.
        """
        chosen: Any = slice(None) if counted is None else counted
        customers, count = self.customers[chosen], len(self.accounts)
        answer: Vector = np.bincount(customers, self.coarse[chosen], count)
        answer = answer + np.bincount(customers, self.fine[chosen], count)
        if not np.isfinite(answer).all():
            raise overflow("revenue")
        return answer

    def different(self, *, ordered: bool = False) -> tuple[Vector, Vector]:
        """Give the different days of each customer, by customer and then by day.

        Args:
            ordered: Only days on which more than nothing is left after that day's returns.

        Returns:
            The customers and the days.
        """
        if not len(self.days):
            return self.customers, self.days
        earliest = int(self.days.min())
        width = int(self.days.max()) - earliest + 1
        keys = self.customers * width + (self.days - earliest)
        if len(self.accounts) * width < _SMALL_KEYS:
            keys = keys.astype(np.uint32)  # sorted in half the time
        found = self._with_orders(keys) if ordered else keys
        found = np.sort(found)
        is_new = np.ones(len(found), dtype=bool)
        is_new[1:] = found[1:] != found[:-1]
        customers, days = np.divmod(found[is_new], keys.dtype.type(width))
        return customers.astype(np.int64), days.astype(np.int64) + earliest

    def _with_orders(self, keys: Vector) -> Vector:
        """Leave out the keys of days on which nothing is left; only customers with returns do."""
        back = (self.coarse + self.fine) <= 0
        if not back.any():
            return keys
        suspects = np.zeros(len(self.accounts), dtype=bool)
        suspects[self.customers[back]] = True
        looked_at = suspects[self.customers]
        days, places = np.unique(keys[looked_at], return_inverse=True)
        net = np.bincount(places, self.coarse[looked_at]) + np.bincount(
            places, self.fine[looked_at]
        )
        return np.concatenate([keys[~looked_at], days[net > 0]])


def sales_days(model: Model, where: Where, days: Period) -> SalesDays:
    """Reduce what was sold to known customers to sales by customer and day.

    Rows of pandas stay as they are, since what follows is faster on them than grouping them.

    Args:
        model: A model with orders, or with deals won.
        where: Conditions on them.
        days: The days that count, with an end.

    Raises:
        NotAvailable: There are no such tables, or no row with an account and an amount.
        OutOfDomain: A sum is beyond the largest number.
    """
    population = kpi("customers").population(model)
    model.table(population.table)
    selection = select(model, population, [ACCOUNT, DAY, _AMOUNT], where, days)
    rows = selection.counted
    here = pandas_rows(rows)
    sold = grouped_sums(rows, [ACCOUNT, DAY], {_AMOUNT: _AMOUNT}) if here is None else here
    require_rows(selection, len(sold), population)
    names = part_names(_AMOUNT)
    coarse, fine = _parts(sold) if here is not None else (sold[n].to_numpy() for n in names)
    customers, accounts = pd.factorize(sold[ACCOUNT])
    return SalesDays(
        np.asarray(accounts, dtype=object), customers, day_numbers(sold[DAY])[0], coarse, fine
    )


def _parts(sold: pd.DataFrame) -> tuple[Vector, Vector]:
    amounts = sold[_AMOUNT].to_numpy(dtype=float)
    try:
        on = grid(float(np.abs(amounts).max(initial=0.0)), len(amounts))
    except OverflowError:
        raise overflow(_AMOUNT) from None
    coarse, fine = parts(amounts, on)
    return coarse, fine


def days_up_to_now(model: Model, days: Period) -> tuple[Period, int]:
    """Cut a period at `as_of`: what comes after it is not known yet.

    Args:
        model: The model.
        days: The period.

    Returns:
        The days that count, and the last of them, counted from 1 January 1970.

    Raises:
        NotAvailable: The period lies ahead.
    """
    as_of = model.as_of
    last = min(days.last, as_of) if days.last else as_of
    if days.first and days.first > last:
        raise NotAvailable(f"{days.words} lies ahead of {as_of}: ask for an earlier period")
    words = days.words if days.last == last else f"the days up to {last}"
    return Period(days.first, last, words), number_of_day(last)


def number_of_day(day: date) -> int:
    """Count a day from 1 January 1970."""
    return day.toordinal() - date(1970, 1, 1).toordinal()


def day_texts(days: Vector) -> Vector:
    """Write days as ISO text.

    Args:
        days: Days counted from 1 January 1970.
    """
    answer: Vector = days.astype("datetime64[D]").astype(str).astype(object)
    return answer


def in_order_of(accounts: Vector, *keys: Vector) -> Vector:
    """Sort customers by numbers, the first deciding first, and equal ones by their id.

    Args:
        accounts: The ids of n customers.
        keys: n numbers each, the smallest first.

    Returns:
        The places of the customers in order.
    """
    order: Vector = np.lexsort(keys[::-1])
    same = np.ones(max(len(order) - 1, 0), dtype=bool)
    for key in keys:
        same &= key[order[1:]] == key[order[:-1]]
    tied = np.flatnonzero(np.append(same, False) | np.append(False, same))
    if len(tied):
        runs = np.cumsum(~np.append(False, same))[tied]
        names = np.argsort(np.argsort(accounts[order[tied]].astype(str), kind="stable"))
        order[tied] = order[tied][np.lexsort((names, runs))]
    return order
