"""What each measure stands at: read from a KPI, typed, or made of its months."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from xlcrm.analytics.figures import period_named
from xlcrm.analytics.pipeline.past import model_on
from xlcrm.analytics.scorecard.binding import Bound, Figures, bound_measures, figures, in_row
from xlcrm.analytics.scorecard.months import aggregated, months_of
from xlcrm.analytics.scorecard.rows import texts
from xlcrm.analytics.targets import targets
from xlcrm.errors import CrmError, NotAvailable, shortened
from xlcrm.model.model import Model
from xlcrm.periods import ALL, Period, period_before

TYPED = "typed"
"""Where a value is from that stands in the table of measures."""


def with_readings(model: Model, measures: pd.DataFrame, asked: str = "") -> pd.DataFrame:
    """Read the actual and previous values of measures (docs/methods.md: Scorecard).

    Args:
        model: The model.
        measures: The measures as they stand in their table.
        asked: The period to read all of them over; "" for the period of each.

    Returns:
        The measures with ``actual``, ``previous``, ``target`` and ``from``: the KPI and its
        period in words, typed, the months it is made of, or why there is none.

    Raises:
        CrmError: A measure names a KPI, group or period that is not there; its row is named.
    """
    bound = measures["kpi"].notna().to_numpy()
    typed = measures["actual"].notna().to_numpy() & ~bound
    if asked:
        typed &= _same_period(model, measures, asked)
    read = measures.assign(
        actual=np.where(typed, measures["actual"], np.nan),
        previous=np.where(typed, measures["previous"], np.nan),
        **{"from": texts(np.where(typed, TYPED, "no actual").astype(object))},
    )
    if "actuals" in model.tables and not (typed | bound).all():
        read = _with_months(model, read, ~typed & ~bound, asked)
    for some in bound_measures(model, measures) if bound.any() else ():
        for text, rows in _by_period(model, measures, some.rows, asked).items():
            try:
                read = _with_figures(model, read, _part(some, rows), text)
            except CrmError as error:
                raise in_row(model, measures, int(some.rows[rows[0]]), error) from None
    return read


def _default(model: Model) -> str:
    return model.settings.word("measure_period")


def _same_period(model: Model, measures: pd.DataFrame, asked: str) -> Any:
    """Say which measures are typed for the period that is asked for."""
    wanted = period_named(model, asked)
    codes, texts = pd.factorize(measures["period"])
    spans = [period_named(model, str(text)) for text in texts]
    same = [(one.first, one.last) == (wanted.first, wanted.last) for one in spans]
    return np.array([*same, False])[codes]


def _by_period(model: Model, measures: pd.DataFrame, rows: Any, asked: str) -> Mapping[str, Any]:
    """Gather places among rows by the period over which they are read."""
    if asked:
        return {asked: np.arange(len(rows))}
    named = measures["period"].iloc[rows].fillna(_default(model)).to_numpy(dtype=object)
    return {name: np.flatnonzero(named == name) for name in sorted(set(named))}


def _part(of: Bound, places: Any) -> Bound:
    labels = tuple(of.labels[k] for k in places)
    return replace(of, rows=of.rows[places], labels=labels, factors=of.factors[places])


def _with_figures(model: Model, read: pd.DataFrame, of: Bound, text: str) -> pd.DataFrame:
    """Read measures that ask the same over the same period from their KPI."""
    days = period_named(model, text)
    before = None
    if days.first and days.last:
        reached = days.last if of.binding.kpi.is_state else _today(model, days)
        before = period_before(days, reached)
    now = figures_over(model, of, days)
    then = Figures({}, {}) if before is None else figures_over(model, of, before)
    words = [of.binding.words(label, days.words) for label in of.labels]
    said = [
        word if label in now.values else shortened(f"{word}: {now.reasons.get(label, 'no figure')}")
        for word, label in zip(words, of.labels, strict=True)
    ]
    answer = read.copy(deep=False)
    for column, found in (("actual", now), ("previous", then)):
        values = answer[column].to_numpy(dtype=float).copy()
        values[of.rows] = _values(found.values, of)
        answer[column] = values
    origin = answer["from"].to_numpy(dtype=object).copy()
    origin[of.rows] = said
    target = answer["target"].to_numpy(dtype=float).copy()
    unset = np.isnan(target[of.rows])
    if unset.any():
        target[of.rows] = np.where(unset, _planned(model, of, days), target[of.rows])
    return answer.assign(target=target, **{"from": texts(origin)})


def figures_over(model: Model, of: Bound, days: Period) -> Figures:
    """Read a KPI over a period; one that is a state as it stood on its last day.

    Every function of the scorecard asks for the same figures: they are found once a model.

    Args:
        model: The model.
        of: The measures that ask for it.
        days: The period.
    """
    asked = (of.binding.kpi.name, of.binding.by, of.binding.where, of.labels, days.first, days.last)
    return model.fact(("figures", *asked), lambda noting: _figures_over(noting, of, days))


def _figures_over(model: Model, of: Bound, days: Period) -> Figures:
    if not of.binding.kpi.is_state:
        return figures(model, of.binding, of.labels, days)
    try:
        then = (
            model if days.last is None or days.last >= model.as_of else model_on(model, days.last)
        )
    except NotAvailable as error:
        return Figures({}, dict.fromkeys(of.labels, error.message))
    return figures(then, of.binding, of.labels, ALL)


def _today(model: Model, days: Period) -> Any:
    """Give the day up to which a period has run; a period that is past needs none."""
    try:
        return model.as_of
    except NotAvailable:
        return days.last


def _values(found: Mapping[Any, float], of: Bound) -> Any:
    return np.array([found.get(label, np.nan) for label in of.labels]) * of.factors


def _planned(model: Model, of: Bound, days: Period) -> Any:
    """Find the targets that the plan sets for a KPI and period."""
    by, where = ", ".join(of.binding.by), of.binding.where
    found = targets(model, of.binding.kpi.name, by, where, days)
    return _values(found, of)


def _with_months(model: Model, read: pd.DataFrame, rows: Any, asked: str) -> pd.DataFrame:
    """Read measures from their values by month or other period."""
    months = months_of(model, read)
    named = read["period"].fillna(_default(model)).to_numpy(dtype=object)
    spans = {name: _span(model, asked or name) for name in sorted(set(named[rows]))}
    nothing = ((1, 0), (1, 0))
    days = np.array([spans.get(name, nothing) for name in named])
    actual, n, before = aggregated(months, read, *days[:, 0].T)
    previous, *_ = aggregated(months, read, *days[:, 1].T)
    previous = np.where(np.isnan(before), previous, before)
    words = [f"{int(k)} values of {asked or name}" for k, name in zip(n, named, strict=True)]
    found = rows & ~np.isnan(actual)
    return read.assign(
        actual=np.where(found, actual, read["actual"]),
        previous=np.where(rows, previous, read["previous"]),
        **{"from": texts(np.where(found, np.array(words, dtype=object), read["from"]))},
    )


def _span(model: Model, text: str) -> Sequence[tuple[int, int]]:
    """Give first and last day of a period and of the one before, as numbers of days."""
    days = period_named(model, text)
    if days.first is None or days.last is None:
        return ((1, date.max.toordinal()), (1, 0))
    before = period_before(days, days.last)  # months are whole, whatever day it is
    return tuple(
        ((one.first or date.min).toordinal(), (one.last or date.min).toordinal())
        for one in (days, before)
    )
