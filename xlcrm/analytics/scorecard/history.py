"""What measures stood at month by month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from xlcrm.analytics.figures import kpi_table
from xlcrm.analytics.scorecard.binding import Bound, bound_measures, span_of
from xlcrm.analytics.scorecard.months import months_of
from xlcrm.analytics.scorecard.readings import figures_over
from xlcrm.cells import text_key
from xlcrm.errors import CrmError, ErrorInData, ExcelError, NotAvailable, OutOfDomain
from xlcrm.model.model import Model
from xlcrm.periods import Period, label, shifted, start_of


@dataclass(frozen=True)
class History:
    """Values of measures by month.

    Attributes:
        months: The months, in order: first and last day, and name.
        values: A row a measure, a column a month; NaN where there is none.
    """

    months: tuple[Period, ...]
    values: Any

    @property
    def labels(self) -> tuple[str, ...]:
        """The months as ``2026-03``."""
        return tuple(month.words for month in self.months)


def history(model: Model, measures: pd.DataFrame, months: int) -> History:
    """Read the values of measures in the last whole months.

    A KPI is read month by month, a state as it stood at their ends; a value that is fed by hand
    stands in the month in which its period ends.

    Args:
        model: The model.
        measures: The measures.
        months: How many months.

    Raises:
        CrmError: A measure names a KPI or group that is not there.
    """
    fed = months_of(model, measures) if "actuals" in model.tables else None
    spans = _months(model, fed, months)
    values = np.full((len(measures), len(spans)), np.nan)
    if not spans:
        return History((), values)
    for some in bound_measures(model, measures):
        values[some.rows] = _read(model, some, spans) * some.factors[:, None]
    if fed is not None:
        unbound = measures["kpi"].isna().to_numpy()[fed.measure]
        starts, ends = np.array([_numbers(span) for span in spans]).T
        column = np.searchsorted(ends, fed.last)
        inside = (column < len(spans)) & unbound
        inside[inside] &= fed.last[inside] >= starts[column[inside]]
        values[fed.measure[inside], column[inside]] = fed.value[inside]
    return History(spans, values)


def _numbers(span: Period) -> tuple[int, int]:
    return (span.first or date.min).toordinal(), (span.last or date.max).toordinal()


def _months(model: Model, fed: Any, count: int) -> tuple[Period, ...]:
    """Name the whole months that have ended by `as_of`, or by the newest value fed by hand."""
    try:
        newest = model.as_of
    except NotAvailable:
        if fed is None or not len(fed.last):
            return ()
        newest = date.fromordinal(int(fed.last.max()))
    after = start_of(newest + timedelta(days=1), "month")
    starts = [shifted(after, "month", k - count) for k in range(count + 1)]
    return tuple(Period(a, b - timedelta(days=1), label(a, "month")) for a, b in pairwise(starts))


def _read(model: Model, of: Bound, spans: tuple[Period, ...]) -> Any:
    """Read a KPI for its groups, month by month, once a model."""
    asked = (of.binding.kpi.name, of.binding.by, of.binding.where, of.labels)
    months = (spans[0].first, spans[-1].last)
    return model.fact(("months", *asked, *months), lambda noting: _by_month(noting, of, spans))


def _by_month(model: Model, of: Bound, spans: tuple[Period, ...]) -> Any:
    if of.binding.kpi.is_state:
        read = [figures_over(model, of, span).values for span in spans]
        return np.array([[one.get(group, np.nan) for one in read] for group in of.labels])
    names = [*of.binding.by, "month"]
    whole = Period(spans[0].first, spans[-1].last, "")
    try:
        frame = kpi_table(
            model, of.binding.kpi.name, ", ".join(names), of.binding.where, span_of(whole)
        )
    except (NotAvailable, OutOfDomain):
        return np.full((len(of.rows), len(spans)), np.nan)
    except CrmError as error:
        raise ErrorInData(error.code, f"{of.binding.kpi.name}: {error.message}") from None
    keys = [[text_key(str(value)) for value in frame.iloc[:, k]] for k in range(len(names))]
    values = [np.nan if isinstance(v, ExcelError) else float(v) for v in frame["value"]]
    found = dict(zip(zip(*keys, strict=True), values, strict=True))
    empty = of.binding.empty
    groups = [tuple(map(text_key, group)) for group in of.labels]
    return np.array([[found.get((*g, s.words), empty) for s in spans] for g in groups])
