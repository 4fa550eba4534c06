"""A KPI by month: what came in whole months, and in each up to the day of the month of `as_of`."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.analytics.figures import kpi_selection
from xlcrm.conditions import Where
from xlcrm.errors import NotAvailable, WrongValue
from xlcrm.kpis.catalogue import kpi as kpi_named
from xlcrm.kpis.declaration import Kpi
from xlcrm.model.model import EVENT_DATES, Model
from xlcrm.reduce.grouping import Key, keys_of, with_groups
from xlcrm.reduce.population import Population, require_rows
from xlcrm.reduce.sums import COUNT, grouped_sums, totals
from xlcrm.stats.series.paths import Vector

_AHEAD = ("expected_close", "expected_on")
_WHOLE_MONTH = 31


def number_of(day: date) -> int:
    """Number the month of a day, counted from January of the year 0."""
    return 12 * day.year + day.month - 1


def name_of(month: int) -> str:
    """Name a month by its number, such as 2026-03."""
    return f"{month // 12}-{month % 12 + 1:02d}"


def first_day(month: int) -> date:
    """Give the first day of a month by its number."""
    return date(month // 12, month % 12 + 1, 1)


def days_in(month: int) -> int:
    """Give the number of days of a month by its number."""
    return calendar.monthrange(month // 12, month % 12 + 1)[1]


def ended(day: date) -> int:
    """Give the last month that has ended when a day has: its own on its last day."""
    month = number_of(day)
    return month if day.day == days_in(month) else month - 1


@dataclass(frozen=True)
class Monthly:
    """A KPI by month, up to the month of `as_of`.

    Attributes:
        kpi: The KPI.
        first: The first month with rows; months are counted from January of the year 0.
        whole: The KPI of every month from the first to that of `as_of`, 0 where there are no rows.
        early: The same, of the days of a month up to the day that `as_of` is of its month.
        rows: How many rows each month has.
        until: The last month that has ended and that data reach.
        undated: How many rows have no date.
        groups: What the figures were added up from.
    """

    kpi: Kpi
    first: int
    whole: Vector
    early: Vector
    rows: Vector
    until: int
    undated: int
    groups: Groups

    def so_far(self, start: int) -> float:
        """Give the KPI from the first day of a month to `as_of`."""
        months = self.groups.months
        last = self.first + len(self.whole) - 1
        inside = (months >= start) & (months < last)
        return self.groups.total(inside | ((months == last) & self.groups.early))


@dataclass(frozen=True)
class Groups:
    """Rows by month and part of the month, before they are added up.

    Attributes:
        kpi: The KPI.
        frame: The groups.
        months: The month of each, NaN where there is none.
        early: Whether its days are those up to the day of `as_of`.
        weights: What each counts, or None.
    """

    kpi: Kpi
    frame: pd.DataFrame
    months: Vector
    early: np.ndarray[Any, Any]
    weights: np.ndarray[Any, Any] | None

    def total(self, chosen: np.ndarray[Any, Any]) -> float:
        """Give the KPI of some of the groups, in one sum.

        Args:
            chosen: Which groups count, one truth value each.

        Raises:
            OutOfDomain: A sum is beyond the largest number.
        """
        return float(self.by_code(chosen, np.zeros(int(chosen.sum()), dtype=np.int64), 1)[0][0])

    def by_code(
        self, chosen: np.ndarray[Any, Any], codes: np.ndarray[Any, Any], count: int
    ) -> tuple[Vector, Vector]:
        """Give the KPI of some of the groups by code.

        Args:
            chosen: Which groups count, one truth value each.
            codes: The code of each of those, whole numbers from 0.
            count: How many codes there are.

        Returns:
            The KPI and the number of rows, one number a code each.

        Raises:
            OutOfDomain: A sum is beyond the largest number.
        """
        values, rows = np.zeros(count), np.zeros(count)
        if not chosen.any():
            return values, rows
        part = self.frame[chosen].reset_index(drop=True).assign(code=codes.astype(float))
        weights = None if self.weights is None else self.weights[chosen]
        measure = self.kpi.numerator
        sums = {name: (name, weights) for name, _ in measure.sums}
        answer = totals(part, (_CODE,), sums, measure.distinct)
        places = answer["by code"].to_numpy(dtype=float).astype(np.int64)
        signed = [sign * answer[name].to_numpy(dtype=float) for name, sign in measure.signs]
        values[places] = np.sum(signed, axis=0)
        rows[places] = answer[COUNT].to_numpy(dtype=float)
        return values, rows


_CODE = Key("code", "code", lambda values: [float(value) for value in values])


def sum_named(model: Model, name: str) -> Kpi:
    """Find a KPI that has a sum for each past month.

    Args:
        model: The model.
        name: The KPI's name.

    Raises:
        WrongValue: There is no such KPI, it is a ratio, or it looks ahead.
    """
    kpi = kpi_named(name)
    if kpi.denominator:
        raise WrongValue(f"{kpi.name} is a ratio; give what it is made of, such as revenue")
    if kpi.population(model).date in _AHEAD:
        raise WrongValue(f"{kpi.name} lies ahead and has no past months; see CRM_FORECAST")
    return kpi


def monthly(
    model: Model, kpi: Kpi, where: Where, *, in_part: bool = False, required: bool = True
) -> Monthly:
    """Reduce a KPI to months.

    Args:
        model: The model.
        kpi: The KPI, a sum or a count.
        where: Conditions on the rows that count.
        in_part: Whether the part of each month is asked for; else it is the whole of it.
        required: Whether there must be rows; else the month of `as_of` alone is 0 without them.

    Raises:
        NotAvailable: There are no rows.
        OutOfDomain: A sum is beyond the largest number.
    """
    population = kpi.population(model)
    model.table(population.table)  # where there is none, that is what to say, not a missing date
    as_of = model.as_of
    now = number_of(as_of)
    cut = as_of.day if in_part and ended(as_of) < now else _WHOLE_MONTH
    groups = _groups(model, kpi, where, cut)
    known = ~np.isnan(groups.months)
    undated = int(groups.frame[COUNT].to_numpy()[~known].sum())
    chosen = known & (groups.months <= now)
    if cut < _WHOLE_MONTH:
        chosen &= groups.early | (groups.months < now)
    if required and not chosen.any():
        raise NotAvailable(f"no {population.words} match by {as_of}: {kpi.name} has no past")
    first = int(groups.months[chosen].min()) if chosen.any() else now
    count = now - first + 1
    codes = (groups.months[chosen] - first).astype(np.int64)
    whole, rows = groups.by_code(chosen, codes, count)
    early = whole
    if cut < _WHOLE_MONTH:
        part = chosen & groups.early
        early, _ = groups.by_code(part, (groups.months[part] - first).astype(np.int64), count)
    until = min(ended(as_of), number_of(_newest(model, population)))
    return Monthly(kpi, first, whole, early, rows, until, undated, groups)


def _groups(model: Model, kpi: Kpi, where: Where, cut: int) -> Groups:
    keys = keys_of(model, kpi.population(model), "month")
    population, selection, weight_keys = kpi_selection(model, kpi, keys, where, "", "")
    rows = with_groups(selection.counted, keys)
    names = [keys[0].group, *kpi.numerator.distinct, *weight_keys]
    if cut < _WHOLE_MONTH:
        day = nw.col(keys[0].base).dt.day()
        rows = rows.with_columns((day <= cut).cast(nw.Float64()).alias("early"))
        names.append("early")
    frame = grouped_sums(rows, names, dict(kpi.numerator.sums))
    require_rows(selection, int(frame[COUNT].sum()), population)
    for name in kpi.numerator.distinct:  # numbers are told apart faster than texts
        codes = pd.factorize(frame[name])[0].astype(float)
        frame[name] = np.where(codes < 0, np.nan, codes)
    early = frame["early"].to_numpy(dtype=float) == 1 if cut < _WHOLE_MONTH else None
    weighting = kpi.weighting
    return Groups(
        kpi,
        frame,
        frame[keys[0].group].to_numpy(dtype=float),
        np.ones(len(frame), dtype=bool) if early is None else early,
        weighting.weigh(model, weighting.method(""), frame) if weighting else None,
    )


def _newest(model: Model, population: Population) -> date:
    """Give the newest day of which a table tells anything: after it, data end."""
    kind = population.table
    names = dict.fromkeys((*EVENT_DATES.get(kind, ()), population.date or ""))

    def found(of: Model) -> date:
        frame = of.columns(kind, list(names)).frame
        latest = frame.select(*(nw.col(name).max() for name in names)).collect()
        days = [latest[name].item() for name in names]
        return max((pd.Timestamp(day).date() for day in days if not pd.isna(day)), default=date.max)

    return model.fact(f"newest of {kind} by {population.date}", found)
