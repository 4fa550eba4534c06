"""Which share of the customers left in a period, and how many nobody can tell of yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from xlcrm.analytics.figures import period_in, ratio
from xlcrm.analytics.no_figure import where_known
from xlcrm.analytics.options import method_named
from xlcrm.analytics.retention.leaving import known_until, relations, way_of_leaving
from xlcrm.analytics.retention.revenue_lost import revenue_lost
from xlcrm.conditions import Where
from xlcrm.errors import ExcelError, NotAvailable, OutOfDomain, WrongValue
from xlcrm.kpis.catalogue import kpi
from xlcrm.kpis.declaration import Kpi
from xlcrm.kpis.purchases import Customers, Waiting, waiting_of
from xlcrm.model.model import Model
from xlcrm.stats.proportion import wilson
from xlcrm.stats.rates import poisson_intervals

Vector = np.ndarray[Any, Any]

_ALL = "all"
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class _Counts:
    """How many customers of each group are what: whole numbers, one a group."""

    at_start: Vector
    new: Vector
    lost: Vector
    lost_new: Vector
    undecided: Vector

    @property
    def retained(self) -> Vector:
        return self.at_start - self.lost - self.undecided


def churn(
    model: Model,
    by: str = "",
    where: Where = "",
    period: str = "last 12 months",
    least_days: float | None = None,
    gaps: float | None = None,
    leaving: str = "",
    method: str = "cohort",
) -> pd.DataFrame:
    """Say which share of the customers left in a period (docs/methods.md: Churn).

    Args:
        model: A model with orders or deals won, or with accounts that have days ``lost_on``.
        by: Columns that make groups of customers; "" for all of them together.
        where: Conditions on sales, or on accounts where they leave by contract.
        period: The days in which customers leave; the running one ends at `as_of`.
        least_days: Days of silence that make a customer lost; None for ``dormant_after``.
        gaps: Own gaps that do where they are longer; None for ``dormant_gaps``.
        leaving: ``orders``, ``contract``, or "" for what the model tells.
        method: ``cohort``, ``start``, ``average``, ``exposure`` or ``all``.

    Returns:
        The columns of ``by``; ``at_start``, ``new``, ``lost``, ``lost_new``, ``retained``,
        ``undecided``, ``churn`` with its interval ``low`` and ``high``, ``churn_at_most`` and
        ``revenue_lost``; for ``all`` a column for each method in place of ``churn``, and the rest
        of ``cohort``. A row for each group with customers in the period, by name.

    Raises:
        NotAvailable: There were no customers, or the period lies ahead.
        OutOfDomain: The waiting time is negative.
        WrongValue: There is no such method or way to leave, or the period has no beginning.
    """
    declared = kpi("churn_rate")
    chosen = method_named(method, (*declared.methods, _ALL))
    waiting = _waiting(model, least_days, gaps)
    way = way_of_leaving(model, leaving)
    days = period_in(model, period)
    if days.first is None:
        raise WrongValue(f"churn of {days.words} has no start: name a period, such as 2025")
    last = known_until(model, declared, days)
    who = relations(model, declared, way, by, where, last)
    customers = Customers(who.purchases, _number(days.first), _number(last), waiting)
    counts = _counts(customers, by_contract=who.by_contract)
    there = counts.at_start + counts.new > 0
    if not there.any():
        raise NotAvailable(f"there were no customers in {days.words}")
    methods = declared.methods if chosen == _ALL else (chosen,)
    rates = [_rate(model, declared, customers, counts, name) for name in methods]
    level = model.settings.number("confidence_level")
    gone = customers.at_start & customers.lost
    named = ("churn",) if len(rates) == 1 else methods
    columns = {
        "at_start": counts.at_start,
        "new": counts.new,
        "lost": counts.lost,
        "lost_new": counts.lost_new,
        "retained": counts.retained,
        "undecided": counts.undecided,
        **{name: rate.share for name, rate in zip(named, rates, strict=True)},
        **rates[0].interval(level),
        "churn_at_most": rates[0].at_most,
        "revenue_lost": revenue_lost(model, who, gone, where, days.first),
    }
    labels = zip(who.keys, who.groups.labels, strict=True)
    answer = {key.name: values for key, values in labels} | columns
    return pd.DataFrame({name: values[there] for name, values in answer.items()})


@dataclass(frozen=True)
class _Rate:
    """Customers lost by customers at risk, one of each a group."""

    lost: Vector
    at_risk: Vector
    most_lost: Vector
    least_at_risk: Vector
    is_share: bool

    @property
    def share(self) -> Vector:
        found: Vector = ratio(self.lost, self.at_risk)
        return found

    @property
    def at_most(self) -> Vector:
        """The rate if all undecided customers are lost."""
        found: Vector = ratio(self.most_lost, self.least_at_risk)
        return found

    def interval(self, level: float) -> dict[str, Vector]:
        """Give ``low`` and ``high``: of a share of cases, or of events that come one by one."""
        of = wilson if self.is_share else poisson_intervals
        ends = zip(("low", "high"), of(self.lost, self.at_risk, level), strict=True)
        return {name: where_known(end, ExcelError.DIV0) for name, end in ends}


def _waiting(model: Model, least_days: float | None, gaps: float | None) -> Waiting:
    for name, given in (("least_days", least_days), ("gaps", gaps)):
        if given is not None and given < 0:
            raise OutOfDomain(f"{name} {given:g} is negative; give 0 or more")
    usual = waiting_of(model)
    return Waiting(
        usual.least if least_days is None else least_days, usual.gaps if gaps is None else gaps
    )


def _counts(customers: Customers, *, by_contract: bool) -> _Counts:
    """Count customers; who is under contract need not buy to be kept, so none is undecided."""
    per_group = customers.purchases.per_group
    at_start, lost = customers.at_start, customers.lost
    new = ~at_start & (customers.bought > 0)
    silent = at_start & (customers.bought == 0) & ~lost
    return _Counts(
        per_group(at_start),
        per_group(new),
        per_group(at_start & lost),
        per_group(new & lost),
        per_group(silent & (not by_contract)),
    )


def _rate(model: Model, declared: Kpi, customers: Customers, counts: _Counts, method: str) -> _Rate:
    """Take the rate from the KPI; undecided customers that are lost are not there at the end."""
    assert declared.by_customer
    assert declared.denominator
    sums = declared.by_customer.sums(model, customers, method)
    lost, at_risk = (
        sums[measure.signs[0][0]].astype(float)
        for measure in (declared.numerator, declared.denominator)
    )
    fewer = counts.undecided / 2 if method == "average" else 0.0
    return _Rate(lost, at_risk, lost + counts.undecided, at_risk - fewer, method == "cohort")


def _number(day: date) -> int:
    return day.toordinal() - _EPOCH
