"""How long customers stay, counting those who are still there for what is known."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from xlcrm.analytics.no_figure import where_known
from xlcrm.analytics.options import option
from xlcrm.analytics.retention.leaving import Relations, relations, way_of_leaving
from xlcrm.conditions import Where
from xlcrm.errors import OutOfDomain
from xlcrm.kpis.catalogue import kpi
from xlcrm.kpis.purchases import Customers, waiting_of
from xlcrm.model.model import Model
from xlcrm.stats.survival import (
    Survival,
    kaplan_meier,
    log_log_intervals,
    longest_durations,
    means_to,
    median_durations,
)

Vector = np.ndarray[Any, Any]

_EPOCH = date(1970, 1, 1).toordinal()


def survival(
    model: Model,
    by: str = "",
    where: Where = "",
    horizon: float | None = None,
    leaving: str = "",
    show: str = "curve",
) -> pd.DataFrame:
    """Show how long customers stay (docs/methods.md: Survival).

    Args:
        model: A model with orders or deals won, or with accounts that have days ``lost_on``.
        by: Columns that make groups of customers; "" for all of them together.
        where: Conditions on sales, or on accounts where they leave by contract.
        horizon: The days up to which the curve is shown and the mean is taken; None for the
            longest relationship of all.
        leaving: ``orders``, ``contract``, or "" for what the model tells.
        show: ``curve`` or ``means``.

    Returns:
        For ``curve`` the columns of ``by``; ``days``, ``at_risk``, ``lost``, ``survival``, ``low``
        and ``high``, a row for day 0 and each day on which somebody left. For ``means`` the
        columns of ``by``; ``customers``, ``lost``, ``median``, ``mean``, ``low``, ``high``,
        ``horizon`` and ``mean_so_far``. By group.

    Raises:
        NotAvailable: There were no customers.
        OutOfDomain: The horizon is not positive, or longer than was seen.
        WrongValue: There is no such view or way to leave.
    """
    chosen = option("show", show, ("curve", "means"))
    if horizon is not None and horizon <= 0:
        raise OutOfDomain(f"horizon {horizon:g} is not positive; give days, such as 365")
    way = way_of_leaving(model, leaving)
    who = relations(model, kpi("relationship_days"), way, by, where, model.as_of)
    durations, ended, group = _durations(model, who)
    longest = float(durations.max(initial=0.0))
    if horizon is not None and horizon > longest:
        raise OutOfDomain(
            f"horizon {horizon:g}: the longest relationship lasted {longest:g} days; give no more"
        )
    curve = kaplan_meier(durations, ended, group)
    level = model.settings.number("confidence_level")
    until = longest if horizon is None else horizon
    if chosen == "curve":
        return _curve(who, curve, until, level)
    return _means(who, curve, durations, until, level)


def _durations(model: Model, who: Relations) -> tuple[Vector, Vector, Vector]:
    """Give the days of each relationship, whether it is over, and its group.

    As the KPI relationship_days tells it: what is over ended with the last purchase.
    """
    purchases = who.purchases
    last = model.as_of.toordinal() - _EPOCH
    end = Customers(purchases, None, last, waiting_of(model)).end
    ended = end.until < last
    durations = np.where(ended, end.last, last) - purchases.days[purchases.starts]
    return durations.astype(float), ended, purchases.group_of


def _curve(who: Relations, curve: Survival, until: float, level: float) -> pd.DataFrame:
    low, high = log_log_intervals(curve, level)
    steps = {
        "days": curve.times,
        "at_risk": curve.at_risk,
        "lost": curve.ended,
        "survival": curve.share,
        "low": low,
        "high": high,
    }
    told = (curve.ended > 0) & (curve.times <= until)
    shown = {name: values[told] for name, values in steps.items()}
    group = curve.groups[told]
    # A group in which nobody left on the first day starts with all of its customers.
    first = np.flatnonzero(curve.is_first)
    whole = first[(curve.times[first] > 0) | (curve.ended[first] == 0)]
    starts = {"days": 0.0, "at_risk": curve.at_risk[whole], "lost": 0.0}
    blank = {name: starts.get(name, 1.0) * np.ones(len(whole)) for name in steps}
    columns = {name: np.concatenate([blank[name], shown[name]]) for name in steps}
    groups = np.concatenate([curve.groups[whole], group])
    order = np.lexsort((columns["days"], groups))
    for name in ("low", "high"):
        columns[name] = where_known(columns[name])
    answer = _labels(who, groups) | columns
    return pd.DataFrame({name: values[order] for name, values in answer.items()})


def _means(
    who: Relations, curve: Survival, durations: Vector, until: float, level: float
) -> pd.DataFrame:
    from statistics import NormalDist

    count = who.groups.count
    horizons = np.minimum(longest_durations(curve, count), until)
    means, variances = means_to(curve, horizons)
    half = NormalDist().inv_cdf(0.5 + level / 2) * np.sqrt(variances)
    group = who.purchases.group_of
    customers = np.bincount(group, minlength=count).astype(float)
    columns = {
        "customers": customers,
        "lost": np.bincount(curve.groups, curve.ended, count),
        "median": where_known(median_durations(curve, count)),
        "mean": means,
        "low": _where_it_varies(np.maximum(means - half, 0.0), half),
        "high": _where_it_varies(np.minimum(means + half, horizons), half),
        "horizon": horizons,
        "mean_so_far": np.bincount(group, durations, count) / customers,
    }
    return pd.DataFrame(_labels(who, np.arange(count)) | columns)


def _where_it_varies(ends: Vector, half: Vector) -> Vector:
    """Give no interval where nobody left or all did at once: that is not certainty."""
    return where_known(np.where(half > 0, ends, np.nan))


def _labels(who: Relations, groups: Vector) -> dict[str, Vector]:
    named = zip(who.keys, who.groups.labels, strict=True)
    return {key.name: labels[groups] for key, labels in named}
