"""What the amounts won up to a day of the past say of a month to come."""

from __future__ import annotations

from typing import Any

import numpy as np

from xlcrm.reduce.population import overflow
from xlcrm.stats.series import forecast

Vector = np.ndarray[Any, np.dtype[np.float64]]

YEAR = 12
YEARS = 3
"""How far back averages look: far enough to settle, near enough to follow a company's growth."""

BY_SALES = ("same month", "average", "series", "naive")
"""The methods that look at past sales only."""

_FEWEST_FOR_A_SERIES = 3


def by_sales(won: Vector, ahead: int) -> dict[str, float]:
    """Forecast a month from the months before.

    Args:
        won: What was won in each whole month known, oldest first; there may be none.
        ahead: How many months after the last of them the month lies, at least 1.

    Returns:
        ``same month``: see `same_month`; ``average``: the mean of the last 36 months; ``series``:
        the combination of CRM_FORECAST_SERIES; ``naive``: the same month a year before, and the
        last month known where there is no year. Without a month known, all are 0.
    """
    if not len(won):
        return dict.fromkeys(BY_SALES, 0.0)
    year_before = len(won) + ahead - 1 - YEAR
    recent = won[-YEAR * YEARS :]
    return {
        "same month": same_month(recent, ahead),
        "average": float(recent.mean()),
        "series": _series(won, ahead),
        "naive": float(won[year_before] if year_before >= 0 else won[-1]),
    }


def same_month(won: Vector, ahead: int) -> float:
    """Forecast a month by the same month of the years before, as far as it stands out.

    Twelve means of few years each are mostly noise, so what they differ by from the mean of all
    months is shrunken by the James-Stein estimator, as seasonal indices are (Miller and Williams
    2003, International Journal of Forecasting 19:669-684). Below two years nothing tells the noise,
    and the month a year before stands; below one, the mean of all months does.

    Args:
        won: What was won in each month, oldest first, at least one.
        ahead: How many months after the last of them the month lies.
    """
    count = len(won)
    level = float(won.mean())
    places = (np.arange(count)[::-1] + ahead) % YEAR
    if not (places == 0).any():
        return level
    if count < 2 * YEAR:
        return float(won[places == 0].mean())
    counts = np.bincount(places, minlength=YEAR)
    means = np.bincount(places, won, YEAR) / counts
    largest = float(np.abs(won).max()) or 1.0  # so that no square overflows
    noise = float((((won - means[places]) / largest) ** 2).sum()) / max(count - YEAR, 1)
    apart = (means - level) / largest
    size = float(apart @ apart)
    lost = (YEAR - 3) * noise * float(np.mean(1 / counts))
    kept = max(0.0, 1 - lost / size) if size > 0 else 0.0
    return level + kept * float(means[0] - level)


def _series(won: Vector, ahead: int) -> float:
    if len(won) < _FEWEST_FOR_A_SERIES:
        return float(won.mean())
    try:
        return float(forecast(won, ahead, YEAR).mean[-1])
    except OverflowError:
        raise overflow("a series forecast") from None
