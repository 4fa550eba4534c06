"""The days on which customers bought, and who is a customer on a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.model.model import Model
from xlcrm.reduce.dense import day_numbers, pandas_rows
from xlcrm.reduce.grouping import Groups, Key, with_groups
from xlcrm.reduce.sums import COUNT, grouped_sums

Vector = np.ndarray[Any, Any]

ACCOUNT, DAY = "account_id", "date"
"""The columns of sales that tell who bought, and when."""


@dataclass(frozen=True)
class Waiting:
    """How long a customer may stay away before being lost (docs/methods.md: Customers).

    Attributes:
        least: The least days.
        gaps: How many of the customer's own median gaps.
    """

    least: float
    gaps: float


def waiting_of(model: Model) -> Waiting:
    """Read the waiting time from the settings ``dormant_after`` and ``dormant_gaps``."""
    settings = model.settings
    return Waiting(settings.number("dormant_after"), settings.number("dormant_gaps"))


@dataclass(frozen=True)
class State:
    """Customers as they stand at the end of a day, one number a customer.

    Attributes:
        bought: The days on which each has bought so far.
        last: The last of them; it means nothing for who has not bought.
        until: The last day before the waiting time has elapsed.
    """

    bought: Vector
    last: Vector
    until: Vector


@dataclass(frozen=True)
class Purchases:
    """The days on which customers bought, by customer and then by day, each day once.

    A customer of two groups, such as products, is a customer of each.

    Attributes:
        days: n days, counted from 1 January 1970.
        customers: The customer of each, whole numbers from 0.
        group_of: The group of each of k customers, whole numbers from 0.
        groups: How many groups there are.
    """

    days: Vector
    customers: Vector
    group_of: Vector
    groups: int

    @cached_property
    def starts(self) -> Vector:
        """Where each customer's days begin."""
        starts: Vector = np.searchsorted(self.customers, np.arange(len(self.group_of)))
        return starts

    @cached_property
    def again(self) -> Vector:
        """Where the days stand that have one of the same customer before."""
        return np.flatnonzero(np.diff(self.customers, prepend=-1) == 0)

    @cached_property
    def gaps(self) -> Vector:
        """For each of those, the days since the one before."""
        since: Vector = self.days[self.again] - self.days[self.again - 1]
        return since

    @cached_property
    def _gaps_by_size(self) -> tuple[Vector, Vector]:
        """The gaps by customer and size, and the day on which each ended."""
        order = np.lexsort((self.gaps, self.customers[self.again]))
        return self.gaps[order], self.days[self.again][order]

    def state(self, day: int, waiting: Waiting) -> State:
        """Say who has bought by the end of a day, and how long each may still stay away.

        Args:
            day: The day; what comes after it is not known yet.
            waiting: How long a customer may stay away.
        """
        bought = self._count(self.customers[self.days <= day])
        last = self.days[np.maximum(self.starts + bought - 1, 0)] if len(self.days) else bought
        usual = self._median_gaps(day, np.maximum(bought - 1, 0))
        return State(bought, last, last + np.floor(np.maximum(waiting.least, waiting.gaps * usual)))

    def _median_gaps(self, day: int, counts: Vector) -> Vector:
        """Give the median of each customer's gaps that ended by a day, 0 for who has none."""
        gaps, ended = self._gaps_by_size
        known = gaps[ended <= day]
        if not len(known):
            return np.zeros(len(counts))
        first = np.cumsum(counts) - counts
        low, high = (np.minimum(first + k // 2, len(known) - 1) for k in (counts - 1, counts))
        return np.where(counts > 0, (known[low] + known[high]) / 2, 0.0)

    def _count(self, customers: Vector) -> Vector:
        return np.bincount(customers, minlength=len(self.group_of))

    def per_group(self, values: Vector, customers: Vector | None = None) -> Vector:
        """Add up whole numbers by group.

        Args:
            values: One a customer, or as many as ``customers``.
            customers: The customer of each value; None for all of them in order.
        """
        groups = self.group_of if customers is None else self.group_of[customers]
        return np.bincount(groups, values, self.groups)


@dataclass(frozen=True)
class Customers:
    """Customers over a span of days.

    Attributes:
        purchases: What they bought, when.
        first: The first day of the span; None for the first purchase of each.
        last: Its last day.
        waiting: How long a customer may stay away.
    """

    purchases: Purchases
    first: int | None
    last: int
    waiting: Waiting

    @cached_property
    def end(self) -> State:
        """The customers at the end of the span."""
        return self.purchases.state(self.last, self.waiting)

    @cached_property
    def _eve(self) -> State | None:
        """The customers on the eve of the span, as they stood then."""
        return None if self.first is None else self.purchases.state(self.first - 1, self.waiting)

    @cached_property
    def at_start(self) -> Vector:
        """Whether each is a customer at the start; without one, whether it ever bought."""
        if self._eve is None or self.first is None:
            return self.end.bought > 0
        return (self._eve.bought > 0) & (self._eve.until >= self.first - 1)

    @cached_property
    def bought(self) -> Vector:
        """The days within the span on which each bought."""
        return self.end.bought - (0 if self._eve is None else self._eve.bought)

    @cached_property
    def seen(self) -> Vector:
        """Whether each was a customer at the start or bought in the span."""
        return self.at_start | (self.bought > 0)

    @cached_property
    def lost(self) -> Vector:
        """Whether each of those is lost at the end: its waiting time has elapsed."""
        return self.seen & (self.end.until < self.last)

    @cached_property
    def since(self) -> Vector:
        """The first day within the span on which each of those is a customer."""
        purchases, first = self.purchases, self.first
        if self._eve is None or first is None:
            return purchases.days[purchases.starts]
        place = np.minimum(purchases.starts + self._eve.bought, max(len(purchases.days) - 1, 0))
        return np.where(self.at_start, first, purchases.days[place])

    @property
    def span(self) -> int:
        """The days of the span; without a start, from the first purchase of all."""
        first = self.first
        if first is None:
            first = int(self.purchases.days.min(initial=self.last))
        return self.last - first + 1


def days_bought(rows: nw.LazyFrame[Any], keys: Sequence[Key]) -> pd.DataFrame:
    """Reduce sales to the days on which each customer of each group bought.

    Args:
        rows: The sales that count.
        keys: What the groups are made of.

    Returns:
        The columns of the keys, `ACCOUNT`, `DAY` and `COUNT`, how many rows each stands for.
        Rows of pandas stay as they are: sorting them once is faster than grouping them.
    """
    names = list(dict.fromkeys((*(key.group for key in keys), ACCOUNT, DAY)))
    grouped = with_groups(rows, keys)
    here = pandas_rows(grouped)
    if here is not None:
        return here[names].assign(**{COUNT: 1}).reset_index(drop=True)
    return grouped_sums(grouped, names, {})


def purchases_of(frame: pd.DataFrame, groups: Groups) -> Purchases:
    """Sort the days on which customers bought.

    Args:
        frame: A result of `days_bought`.
        groups: The group of each of its rows.
    """
    days, _ = day_numbers(frame[DAY])
    accounts, known = pd.factorize(frame[ACCOUNT])
    if not len(days):
        nothing = np.zeros(0, dtype=np.int64)
        return Purchases(nothing, nothing, nothing, groups.count)
    earliest = int(days.min())
    width, most = int(days.max()) - earliest + 1, max(len(known), 1)
    found = np.sort((groups.codes * most + accounts) * width + (days - earliest))
    found = found[np.diff(found, prepend=-1) != 0]  # several times as fast as np.unique
    pairs = found // width
    is_first = np.diff(pairs, prepend=-1) != 0
    return Purchases(
        found % width + earliest, np.cumsum(is_first) - 1, pairs[is_first] // most, groups.count
    )
