"""What the new customers of each month, quarter or year do later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.analytics.basis import rests_on
from xlcrm.analytics.figures import period_in
from xlcrm.analytics.options import option
from xlcrm.conditions import Where
from xlcrm.errors import NotAvailable, OutOfDomain, WrongValue
from xlcrm.kpis.catalogue import kpi
from xlcrm.kpis.purchases import ACCOUNT
from xlcrm.model.model import Model
from xlcrm.periods import CALENDAR, Period, label, start_of
from xlcrm.reduce.dates import midnight
from xlcrm.reduce.dense import day_numbers, months_of
from xlcrm.reduce.grouping import Groups, Key, groups_of, keys_of, names_in, with_groups
from xlcrm.reduce.parts import part_names
from xlcrm.reduce.population import Population, Rule, require_rows, select
from xlcrm.reduce.sums import grouped_sums

Vector = np.ndarray[Any, Any]

VIEWS = ("retention", "customers", "revenue", "revenue_per_customer", "cumulative_revenue")
_MONTHS_OF = {"month": 1, "quarter": 3, "year": 12}
_USUAL_AGES, _MOST_AGES = 36, 120
_AMOUNT = "amount"
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class _Clock:
    """The units of the calendar by which cohorts are cut, numbered through the years.

    Attributes:
        unit: month, quarter or year.
        fy_start: The month in which the fiscal year starts.
        last: The last day of the last one that is complete.
    """

    unit: str
    fy_start: int
    last: date

    def of_months(self, months: Vector) -> Vector:
        """Number the units of months that are counted from January of the year 0."""
        units: Vector = (months.astype(np.int64) - (self.fy_start - 1)) // _MONTHS_OF[self.unit]
        return units

    @property
    def now(self) -> int:
        """The number of the last complete unit."""
        months = np.array([self.last.year * 12 + self.last.month - 1])
        return int(self.of_months(months)[0])

    def name(self, number: int) -> str:
        """Name a unit by its number."""
        year, month = divmod(number * _MONTHS_OF[self.unit] + self.fy_start - 1, 12)
        return label(date(year, month + 1, 1), self.unit, self.fy_start)


@dataclass(frozen=True)
class _Visits:
    """Who bought in which unit of the calendar: n visits of k customers.

    Attributes:
        customers: The customer of each visit, whole numbers from 0.
        units: The unit of each.
        revenue: The exact parts of what each brought; none where nobody asks.
        group_of: The group of each customer.
        counted: Whether each customer's first purchase lies in the period that is asked for.
        groups: The groups.
    """

    customers: Vector
    units: Vector
    revenue: tuple[Vector, ...]
    group_of: Vector
    counted: Vector
    groups: Groups


def cohorts(
    model: Model,
    by: str = "quarter",
    where: Where = "",
    period: str = "",
    ages: float | None = None,
    show: str = "retention",
) -> pd.DataFrame:
    """Follow the customers of each first purchase (docs/methods.md: Cohorts).

    Args:
        model: A model with orders, or with deals won.
        by: A unit of time, which columns that make groups of customers may follow.
        where: Conditions on sales.
        period: The days of first purchases.
        ages: How many ages are shown; None for all that have passed, at most 36.
        show: ``retention``, ``customers``, ``revenue``, ``revenue_per_customer`` or
            ``cumulative_revenue``.

    Returns:
        ``cohort`` (its unit of time), the other columns of ``by``, ``customers``, and a column for
        each age from ``0``: blank where that unit is not complete at `as_of`. A row for each
        cohort that has customers, the oldest first.

    Raises:
        NotAvailable: Nobody bought for the first time in a unit that is complete.
        OutOfDomain: The ages lie outside 1 to 120.
        WrongValue: ``by`` does not begin with a unit of time, or there is no such view.
    """
    chosen = option("show", show, VIEWS)
    if ages is not None and not 1 <= ages <= _MOST_AGES:
        raise OutOfDomain(f"ages {ages:g} lie outside 1 to {_MOST_AGES}; give 12")
    clock, others = _clock(model, by)
    visits, keys = _visits(model, others, where, period, clock, money="revenue" in chosen)
    born = np.full(len(visits.group_of), np.iinfo(np.int64).max)
    np.minimum.at(born, visits.customers, visits.units)
    cohort_of = born * visits.groups.count + visits.group_of
    found, sizes = np.unique(cohort_of[visits.counted], return_counts=True)
    if not len(found):
        inside = "" if not period else f" in {period_in(model, period).words}"
        raise NotAvailable(
            f"nobody bought for the first time{inside} in a {clock.unit} that was over "
            f"by {model.as_of}"
        )
    first, group = found // visits.groups.count, found % visits.groups.count
    passed = clock.now - int(first[0]) + 1
    shown = min(passed, _USUAL_AGES) if ages is None else int(ages)
    place = np.searchsorted(found, np.where(visits.counted, cohort_of, found[0]))
    cells = _cells(visits, place, visits.units - born[visits.customers], shown, chosen, len(found))
    if chosen in ("retention", "revenue_per_customer"):
        cells = cells / sizes[:, None]
    known = first[:, None] + np.arange(shown) <= clock.now
    named = {key.name: labels[group] for key, labels in _labelled(keys, visits.groups)}
    figures = {f"{age}": _shown(cells[:, age], known[:, age]) for age in range(shown)}
    if both := named.keys() & figures.keys():
        raise WrongValue(f"by names the column {min(both)}, as an age is called: rename it")
    names = [clock.name(unit) for unit in first.tolist()]
    return pd.DataFrame({"cohort": names, **named, "customers": sizes.astype(float), **figures})


def explained(*, model: Model, rows: bool = False, period: str = "", **asked: Any) -> pd.DataFrame:
    """Tell what cohorts rest on: sales of complete units, whenever the first purchases were.

    Args:
        model: The model.
        rows: Whether rows are asked for, not facts.
        period: The days of first purchases, which are not those of all sales that count.
        **asked: The other arguments of `cohorts` by name.
    """

    def sales(model: Model, asked: Mapping[str, Any]) -> Population:
        of = kpi("customers").population(model)
        assert of.date is not None
        last = _clock(model, asked["by"])[0].last
        complete = nw.col(of.date) <= midnight(last)
        rules = (
            Rule(~nw.col(of.date).is_null(), f"no {of.date}", (of.date,)),
            Rule(complete, f"{of.date} outside the days up to {last}", (of.date,)),
        )
        return replace(of, rules=(*of.rules, *rules))

    return rests_on("Cohorts", sales)(model=model, rows=rows, first_purchases=period, **asked)


def _clock(model: Model, by: str) -> tuple[_Clock, str]:
    """Read the unit of time with which ``by`` begins, and what follows it."""
    unit, *others = [*names_in(by), ""]
    if unit.casefold() not in _MONTHS_OF:
        raise WrongValue(f"by begins with {unit!r}: name month, quarter or year first")
    if further := [name for name in others if name.casefold() in CALENDAR]:
        raise WrongValue(f"cohorts are cut by one unit of time: leave out {further[0]}")
    fy_start, as_of = int(model.settings.number("fy_start")), model.as_of
    begun = start_of(as_of, unit.casefold(), fy_start)
    over = as_of < date.max and start_of(as_of + timedelta(days=1), unit.casefold(), fy_start)
    last = as_of if over and over > begun else begun - timedelta(days=1)
    return _Clock(unit.casefold(), fy_start, last), ", ".join(filter(None, others))


def _visits(
    model: Model, by: str, where: Where, period: str, clock: _Clock, *, money: bool
) -> tuple[_Visits, Sequence[Key]]:
    population = kpi("customers").population(model)
    model.table(population.table)
    keys = keys_of(model, population, by)
    asked = period_in(model, period)
    whole = _in_whole_months(asked, clock.last)
    (month,) = keys_of(model, population, "month")
    when = replace(month, base="date") if whole else replace(month, base="date", months=False)
    sums = {_AMOUNT: _AMOUNT} if money else {}
    columns = [*(key.base for key in keys), ACCOUNT, "date", *sums]
    until = Period(None, clock.last, f"the days up to {clock.last}")
    selection = select(model, population, columns, where, until)
    names = [*(key.group for key in keys), ACCOUNT, when.group]
    sales = grouped_sums(with_groups(selection.counted, [*keys, when]), names, sums)
    require_rows(selection, len(sales), population)
    groups = groups_of(sales, keys)
    accounts, known = pd.factorize(sales[ACCOUNT])
    most = max(len(known), 1)
    customers, pairs = pd.factorize(groups.codes * most + accounts)
    months = sales[when.group].to_numpy(dtype=float) if whole else months_of(sales["date"])
    times = months if whole else day_numbers(sales["date"])[0].astype(float)
    first = np.full(len(pairs), np.inf)
    np.minimum.at(first, customers, times)
    low, high = (_time(day, whole=whole) for day in (asked.first, asked.last))
    counted = (first >= (-np.inf if low is None else low)) & (
        first <= (np.inf if high is None else high)
    )
    parts = (
        tuple(sales[part].to_numpy(dtype=float) for part in part_names(_AMOUNT)) if money else ()
    )
    units = clock.of_months(months)
    return _Visits(customers, units, parts, pairs // most, counted, groups), keys


def _in_whole_months(asked: Period, last: date) -> bool:
    """Say whether months tell what lies in a period, as far as it has run."""
    starts = asked.first is None or asked.first.day == 1
    day = asked.last
    return starts and (day is None or day >= last or (day + timedelta(days=1)).day == 1)


def _time(day: date | None, *, whole: bool) -> int | None:
    if day is None:
        return None
    return day.year * 12 + day.month - 1 if whole else day.toordinal() - _EPOCH


def _cells(
    visits: _Visits, place: Vector, age: Vector, shown: int, view: str, count: int
) -> Vector:
    """Count or add up visits by cohort and age: one row a cohort, one column an age."""
    told = visits.counted[visits.customers] & (age < shown)
    customers, ages = visits.customers[told], age[told]
    if not visits.revenue:
        once = pd.unique(customers * shown + ages)  # a customer may come in months of one quarter
        cell = place[once // shown] * shown + once % shown
        return np.bincount(cell, minlength=count * shown).reshape(count, shown).astype(float)
    cell = place[customers] * shown + ages
    coarse, fine = (
        np.bincount(cell, part[told], count * shown).reshape(count, shown)
        for part in visits.revenue
    )
    if view == "cumulative_revenue":
        coarse, fine = coarse.cumsum(axis=1), fine.cumsum(axis=1)  # exact, as these parts are
    return coarse + fine


def _shown(values: Vector, known: Vector) -> Vector:
    """Leave blank what is not over yet."""
    if known.all():
        return values
    answer = values.astype(object)
    answer[~known] = ""
    return answer


def _labelled(keys: Sequence[Key], groups: Groups) -> list[tuple[Key, Vector]]:
    return list(zip(keys, groups.labels, strict=True))
