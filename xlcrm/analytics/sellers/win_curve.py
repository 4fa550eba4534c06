"""How the chance of winning grows with the age of a deal, while it may also be lost."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from xlcrm.analytics.figures import period_in
from xlcrm.analytics.no_figure import no_figures
from xlcrm.analytics.sellers.outcomes import AGE, counted_as, deals_counted
from xlcrm.conditions import Where
from xlcrm.errors import ExcelError, NotAvailable
from xlcrm.model.model import Model
from xlcrm.reduce.grouping import Key, keys_of, label_column, with_groups
from xlcrm.reduce.population import require_rows, select
from xlcrm.reduce.sums import COUNT, grouped_sums, totals
from xlcrm.stats.competing_risks import aalen_johansen

_STEPS = 50
"""A curve shows the ages at which a further part of this many of its ends is reached."""

_AGE = Key(AGE, AGE, lambda ages: [float(age) for age in ages])


def win_curve(
    model: Model, by: str, where: Where = "", period: str = "", *, by_value: bool = False
) -> pd.DataFrame:
    """Estimate the chance that a deal is won by an age, losses competing.

    Open deals are censored at `as_of`; the estimate is Aalen and Johansen's (docs/methods.md,
    Conversion).

    Args:
        model: A model with deals.
        by: Columns and units of time; time is the day of creation.
        where: Conditions on deals.
        period: The days of creation that count.
        by_value: Whether deals are weighted by their amounts.

    Returns:
        The columns of ``by``; ``age`` in days: 0, and the ages at which a further 2 % of a
        group's deals won or lost is reached; ``at_risk`` (not closed before that age), ``won``
        and ``lost`` by that age, in deals or money; ``rate``, the chance of being won by then.

    Raises:
        NotAvailable: No deal counts.
    """
    population = deals_counted(model, "curve", by_value=by_value)
    keys = keys_of(model, population, by)
    days = period_in(model, period)
    sums = counted_as(by_value=by_value)
    asked = [*(key.base for key in keys), "status", AGE, *(["amount"] if by_value else [])]
    selection = select(model, population, list(dict.fromkeys(asked)), where, days)
    groups = [*(key.group for key in keys), AGE]
    grouped = grouped_sums(with_groups(selection.counted, keys), groups, sums)
    require_rows(selection, int(grouped[COUNT].sum()), population)
    if grouped.empty:
        inside = "" if days.is_all else f" created in {days.words}"
        raise NotAvailable(f"no {population.words} match{inside}")
    answer = totals(grouped, (*keys, _AGE), {name: (name, None) for name in sums})
    labels = [label_column(key) for key in keys]
    curves = answer.groupby(labels, sort=False) if labels else [((), answer)]
    parts = [_curve(part, dict(zip(keys, label, strict=True))) for label, part in curves]
    return pd.concat(parts, ignore_index=True)


def _curve(ages: pd.DataFrame, labels: dict[Key, Any]) -> pd.DataFrame:
    """Estimate the curve of one group, given its ages in order."""
    age = ages[label_column(_AGE)].to_numpy(dtype=float)
    won, lost, pending = (ages[name].to_numpy(dtype=float) for name in ("won", "lost", "open"))
    if age[0] > 0:  # a curve begins with the deal
        age, won, lost, pending = (np.concatenate([[0.0], x]) for x in (age, won, lost, pending))
    found = aalen_johansen(won, lost, pending)
    ends = np.cumsum(won + lost)
    step = np.floor(ends * _STEPS / ends[-1]) if ends[-1] else np.zeros(len(ends))
    shown = np.concatenate([[True], step[1:] > step[:-1]])
    worth = found.at_risk[0] > 0
    columns = {
        "age": age,
        "at_risk": found.at_risk,
        "won": np.cumsum(won),
        "lost": np.cumsum(lost),
        "rate": found.rate if worth else no_figures(len(age), ExcelError.DIV0),
    }
    some = {key.name: [label] * int(shown.sum()) for key, label in labels.items()}
    return pd.DataFrame({**some, **{name: values[shown] for name, values in columns.items()}})
