"""Whether a KPI grows, stagnates or declines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from xlcrm.analytics.figures import period_in
from xlcrm.analytics.forecast.monthly import monthly, name_of, sum_named
from xlcrm.analytics.forecast.open_values import framed
from xlcrm.analytics.forecast.whole_months import Series, series_of
from xlcrm.analytics.options import method_named
from xlcrm.conditions import Where
from xlcrm.errors import ExcelError, OutOfDomain, shortened
from xlcrm.kpis.declaration import Kpi
from xlcrm.model.model import Model
from xlcrm.stats.series import deseasonalised
from xlcrm.stats.series.paths import Vector
from xlcrm.stats.trend import mann_kendall

METHODS = ("deseasonalised", "plain")
FEWEST = 4
_SEASON = 12
_VERBS = {"growing": "grow", "stagnating": "stagnate", "declining": "decline"}


def trend(
    model: Model,
    kpi: str = "revenue",
    where: Where = "",
    period: str = "",
    method: str = "deseasonalised",
) -> pd.DataFrame:
    """Test a KPI for a trend over a long and a short window (docs/methods.md: Trend).

    Args:
        model: The model.
        kpi: The KPI, a sum or a count of rows with a date.
        where: Conditions on the rows that count.
        period: The days that count; months lie in it as a whole.
        method: ``deseasonalised``, or ``plain`` for the months as they are.

    Returns:
        A row a window: ``window`` (months asked for), ``months`` (that there are), ``first``,
        ``last``, ``tau``, ``p_value``, ``slope`` (a month), ``yearly`` (the slope of a year by the
        median of the window), ``label`` and ``words``.

    Raises:
        NotAvailable: There are no rows, or fewer than 4 months.
        OutOfDomain: Too many months have no rows, or a figure is beyond the largest number.
        WrongValue: There is no such KPI, method or period, or the KPI is a ratio.
    """
    declared = sum_named(model, kpi)
    wanted = method_named(method, METHODS)
    days = period_in(model, period)
    past = series_of(model, monthly(model, declared, where), days, fewest=FEWEST)
    values, notes = past.values, list(past.notes)
    if wanted == "deseasonalised":
        if len(values) < 2 * _SEASON:
            notes.append(f"{len(values)} months are too few to take a season out")
        else:
            values = deseasonalised(values, _SEASON)
    if not np.isfinite(values).all() or np.abs(values).max() > np.finfo(float).max / 4:
        raise OutOfDomain("overflow: a slope is beyond 1.8E+308; look for a mistyped amount")
    windows = [int(model.settings.number(name)) for name in ("trend_months", "trend_months_short")]
    return framed([_window(model, declared, past, values, size, notes) for size in windows])


def _window(
    model: Model, kpi: Kpi, past: Series, values: Vector, size: int, notes: Sequence[str]
) -> dict[str, Any]:
    part = values[-size:]
    found = mann_kendall(part)
    change = 12 * found.slope
    middle = abs(float(np.median(part)))
    yearly: float | ExcelError = 0.0 if change == 0 else ExcelError.DIV0
    if change and middle:
        yearly = change / middle
    if isinstance(yearly, float) and not np.isfinite(yearly):
        raise OutOfDomain("overflow: a slope is beyond 1.8E+308; look for a mistyped amount")
    believed = found.p <= model.settings.number("trend_p")
    steep = isinstance(yearly, ExcelError) or abs(yearly) >= model.settings.number("trend_flat")
    moving = believed and steep and change != 0
    label = ("growing" if change > 0 else "declining") if moving else "stagnating"
    return {
        "window": float(size),
        "months": float(len(part)),
        "first": name_of(past.after - len(part)),
        "last": name_of(past.after - 1),
        "tau": found.tau,
        "p_value": found.p,
        "slope": found.slope,
        "yearly": yearly,
        "label": label,
        "words": _words(kpi, label, change, yearly, len(part), found.p, notes),
    }


def _words(
    kpi: Kpi,
    label: str,
    change: float,
    yearly: float | ExcelError,
    months: int,
    p: float,
    notes: Sequence[str],
) -> str:
    several = kpi.title.split()[0].endswith("s")
    verb = _VERBS[label] + ("" if several else "s")
    rate = abs(change) if isinstance(yearly, ExcelError) else abs(yearly)
    shown = f"{rate:.4g}" if isinstance(yearly, ExcelError) else f"{100 * rate:.1f} %"
    if label == "stagnating" and change:
        shown = f"{'+' if change > 0 else '-'}{shown}"
    chance = "p < 0.001" if p < 0.001 else f"p = {p:.2g}"
    told = f"{kpi.title} {verb}: {shown} a year over {months} months ({chance})"
    return shortened("; ".join([told, *notes]))
