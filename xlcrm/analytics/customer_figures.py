"""Figures over customers: who bought when is reduced once, then looked at over spans of days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from xlcrm.errors import NotAvailable, WrongValue
from xlcrm.kpis.declaration import Kpi
from xlcrm.kpis.purchases import DAY, Customers, days_bought, purchases_of, waiting_of
from xlcrm.model.model import Model
from xlcrm.periods import CALENDAR, Period, label, shifted, start_of
from xlcrm.reduce.dense import day_numbers
from xlcrm.reduce.grouping import Key, groups_of, in_order, label_column
from xlcrm.reduce.population import Population, Selection, require_rows
from xlcrm.reduce.sums import COUNT

_EPOCH = date(1970, 1, 1).toordinal()
_TOO_SHORT = "day"
_DAYS = {"week": 7, "month": 30, "quarter": 91, "year": 365}
_MOST_SPANS = 1_200


@dataclass(frozen=True)
class _Span:
    """Days from the first, None for no start, to the last, counted from 1 January 1970."""

    name: str
    first: int | None
    last: int


def history(model: Model, kpi: Kpi, days: Period) -> Period:
    """Give the days whose sales tell about customers: all up to the end of a period.

    Args:
        model: The model; what comes after its `as_of` is not known.
        kpi: The KPI, for messages.
        days: The period.

    Raises:
        NotAvailable: The period lies ahead.
    """
    last = _last(model, days)
    if days.first and days.first > last:
        raise NotAvailable(
            f"{kpi.name} is known up to {last}, and {days.words} lies ahead: ask for an earlier one"
        )
    return Period(None, last, f"the days up to {last}")


def customer_sums(
    model: Model,
    kpi: Kpi,
    population: Population,
    selection: Selection,
    keys: Sequence[Key],
    days: Period,
    method: str,
) -> pd.DataFrame:
    """Give the sums of a KPI over customers, for each group and unit of the calendar.

    Args:
        model: The model.
        kpi: The KPI.
        population: The sales that it is about.
        selection: Those up to the end of the period.
        keys: What `by` names; a unit of the calendar cuts the period into spans.
        days: The period.
        method: One of the KPI's methods.

    Returns:
        As `xlcrm.reduce.sums.totals` does: labels, the sums by name, and `COUNT`, the rows up to
        the end of the period or of its part. A group is listed from its first row on.

    Raises:
        NotAvailable: Nothing counts, and some rows would if they did not lack data.
        WrongValue: The KPI cannot be cut by this unit of the calendar, by two of them, or into
            so many.
    """
    assert kpi.by_customer is not None
    unit = _unit(kpi, keys)
    columns = [key for key in keys if key.name not in CALENDAR]
    sales = days_bought(selection.counted, columns)
    require_rows(selection, len(sales), population)
    groups = groups_of(sales, columns)
    purchases, waiting = purchases_of(sales, groups), waiting_of(model)
    when = day_numbers(sales[DAY])[0]
    spans = _spans(
        model, kpi, days, unit.name if unit else "", int(when.min()) if len(when) else None
    )
    part_of = groups.codes * len(spans) + np.searchsorted([span.last for span in spans], when)
    came = np.bincount(part_of, sales[COUNT], groups.count * len(spans))
    rows = came.reshape(groups.count, len(spans)).cumsum(axis=1)
    named = dict(zip((label_column(key) for key in columns), groups.labels, strict=True))
    parts = []
    for place, span in enumerate(spans):
        customers = Customers(purchases, span.first, span.last, waiting)
        sums = kpi.by_customer.sums(model, customers, kpi.method(method))
        sums = {**sums, COUNT: rows[:, place]}
        listed = sums[COUNT] > 0 if keys else np.ones(1, dtype=bool)
        part = {name: values[listed] for name, values in (named | sums).items()}
        parts.append(pd.DataFrame({label_column(unit): span.name, **part} if unit else part))
    answer = pd.concat(parts, ignore_index=True)
    names = [label_column(key) for key in keys]
    return in_order(answer, names, [True] * len(names)) if unit else answer


def _last(model: Model, days: Period) -> date:
    return min(days.last, model.as_of) if days.last else model.as_of


def _unit(kpi: Kpi, keys: Sequence[Key]) -> Key | None:
    """Find the unit of the calendar that `by` names."""
    units = [key for key in keys if key.name in CALENDAR]
    if any(key.name == _TOO_SHORT for key in units):
        raise WrongValue(f"{kpi.name} has no figure of a day: ask by week, month, quarter or year")
    if len(units) > 1:
        raise WrongValue(f"{kpi.name} is cut by one unit of time: leave out {units[0].name}")
    return units[0] if units else None


def _spans(model: Model, kpi: Kpi, days: Period, unit: str, earliest: int | None) -> list[_Span]:
    """Cut a period, or what has run of it, into units of the calendar."""
    end = _last(model, days)
    if not unit or earliest is None:
        return [_Span("", None if days.first is None else _number(days.first), _number(end))]
    fy_start = int(model.settings.number("fy_start"))
    first = max(days.first or date.min, date.fromordinal(earliest + _EPOCH))
    if (end - first).days > _MOST_SPANS * _DAYS[unit] or end.year == date.max.year:
        raise WrongValue(
            f"{kpi.name} by {unit} from {first} to {end} has too many rows: name a period, "
            "such as last 24 months"
        )
    spans, begin = [], start_of(first, unit, fy_start)
    while begin <= end:
        after = shifted(begin, unit, 1)
        last = min(after - timedelta(days=1), end)
        start = max(begin, days.first or begin)
        spans.append(_Span(label(begin, unit, fy_start), _number(start), _number(last)))
        begin = after
    return spans


def _number(day: date) -> int:
    return day.toordinal() - _EPOCH
