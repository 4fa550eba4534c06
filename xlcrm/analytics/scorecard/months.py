"""Measures that are fed by hand, a value a month or another period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from xlcrm.analytics.figures import period_named
from xlcrm.analytics.options import option
from xlcrm.analytics.scorecard.binding import is_percent
from xlcrm.analytics.scorecard.rows import at_row, columns_of, positions
from xlcrm.errors import WrongValue
from xlcrm.model.model import Model
from xlcrm.stats.exact import sums_by_code

AGGREGATIONS = ("last", "sum", "mean", "ratio")
"""How the values of months make one of a longer period; the default first."""


@dataclass(frozen=True)
class Months:
    """The values of measures in periods, in the order of measure and time.

    Attributes:
        measure: The row of the measure of each value.
        first: The first day of its period, as a number of days.
        last: The last day of it.
        value: The value, NaN where it is missing.
        numerator: What a ratio divides; the value itself where none is given.
        denominator: What it is divided by; 1 where none is given.
    """

    measure: Any
    first: Any
    last: Any
    value: Any
    numerator: Any
    denominator: Any


def months_of(model: Model, measures: pd.DataFrame) -> Months:
    """Read the values of measures by period.

    Args:
        model: A model with actuals.
        measures: The measures with ``measure_id``.

    Raises:
        NotAvailable: A value is of no measure.
        WrongValue: A period cannot be read, or two periods of a measure overlap.
    """
    names = ("measure_id", "period", "actual", "numerator", "denominator")
    frame = columns_of(model, "actuals", names)
    measure = positions(model, "actuals", frame["measure_id"], measures["measure_id"], "measure")
    codes, texts = pd.factorize(frame["period"])
    if (codes < 0).any():
        row = int(np.flatnonzero(codes < 0)[0])
        raise WrongValue(at_row(model, "actuals", row, "it names no period"))
    spans = []
    for code, text in enumerate(texts):
        try:
            found = period_named(model, str(text))
        except WrongValue as error:
            row = int(np.flatnonzero(codes == code)[0])
            raise WrongValue(at_row(model, "actuals", row, error.message)) from None
        spans.append((found.first, found.last))
    days = np.array([[_number(a), _number(b)] for a, b in spans]).reshape(-1, 2)[codes]
    value = frame["actual"].to_numpy(dtype=float)
    above, below = (frame[c].to_numpy(dtype=float) for c in ("numerator", "denominator"))
    divided = ~np.isnan(above) & ~np.isnan(below)
    ratio = np.divide(above, below, out=np.full(len(value), np.nan), where=divided & (below != 0))
    order = np.lexsort((days[:, 0], measure))
    columns = (
        measure,
        days[:, 0],
        days[:, 1],
        np.where(np.isnan(value), ratio, value),
        np.where(divided, above, value),
        np.where(divided, below, np.where(np.isnan(value), np.nan, 1.0)),
    )
    months = Months(*(column[order] for column in columns))
    same = (months.measure[1:] == months.measure[:-1]) & (months.first[1:] <= months.last[:-1])
    if same.any():
        row = int(order[1:][same].min())
        why = f"its period overlaps another of {frame['measure_id'][row]}; keep one of them"
        raise WrongValue(at_row(model, "actuals", row, why))
    return months


def _number(day: date | None) -> int:
    return 0 if day is None else day.toordinal()


def aggregated(
    months: Months, measures: pd.DataFrame, first: Any, last: Any
) -> tuple[Any, Any, Any]:
    """Make one value a measure of those within its period.

    Args:
        months: The values.
        measures: The measures with ``aggregation``.
        first: The first day of each measure's period, as a number of days.
        last: The last day of it.

    Returns:
        The values, NaN where there is none; how many there were; and those one before, which is
        the value before the last where the last counts, else NaN.

    Raises:
        WrongValue: There is no such aggregation.
    """
    count = len(measures)
    rows = months.measure
    inside = (months.first >= first[rows]) & (months.last <= last[rows]) & ~np.isnan(months.value)
    at = np.flatnonzero(inside)
    of = rows[at]
    values, above, below = months.value[at], months.numerator[at], months.denominator[at]
    n = np.bincount(of, minlength=count).astype(float)
    total = sums_by_code(values, of, count)
    up, down = sums_by_code(above, of, count), sums_by_code(below, of, count)
    newest, before = np.full(count, np.nan), np.full(count, np.nan)
    newest[of] = values  # in order of time: the last one stays
    older = at[np.append(of[1:] == of[:-1], False)] if len(at) else at
    before[rows[older]] = months.value[older]
    codes, words = pd.factorize(measures["aggregation"].fillna(""))
    ways = np.array([option("aggregation", str(word), AGGREGATIONS) for word in words], object)
    way = ways[codes]
    nothing = np.full(count, np.nan)
    mean = np.divide(total, n, out=nothing.copy(), where=n > 0)
    percent = np.array([is_percent(str(unit or "")) for unit in measures["unit"]])
    ratio = np.divide(up, down, out=nothing.copy(), where=(n > 0) & (down != 0))
    ratio *= np.where(percent, 100.0, 1.0)
    said = np.select([way == "sum", way == "mean", way == "ratio"], [total, mean, ratio], newest)
    return np.where(n > 0, said, np.nan), n, np.where(way == "last", before, np.nan)
