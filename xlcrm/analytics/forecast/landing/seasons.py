"""The weights of the months of a year, and which share of a period has passed by them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from xlcrm.analytics.forecast.landing.month_names import months_named
from xlcrm.analytics.forecast.monthly import days_in, name_of, number_of
from xlcrm.analytics.forecast.whole_months import Series
from xlcrm.errors import OutOfDomain, WrongValue, listing
from xlcrm.model.model import Model
from xlcrm.reduce.problems import require_readable
from xlcrm.stats.series.outliers import without_outliers
from xlcrm.stats.series.paths import Vector
from xlcrm.stats.series.seasonality import centred_average

YEAR = 12
EVEN = np.full(YEAR, 1 / YEAR)
_SHRUNK = 0.5
_OFF = 0.01
_NEARLY = 0.1


@dataclass(frozen=True)
class Season:
    """What part of a year falls on each month.

    Attributes:
        weights: The parts of January to December, which add up to 1.
        words: Where they come from.
    """

    weights: Vector
    words: str

    def share(self, first: date, last: date) -> float:
        """Give the weight of a span of days, in years; days of a month weigh alike.

        Args:
            first: The first day.
            last: The last day.
        """
        parts = (
            self.weights[month % YEAR] * part
            for month, part in shares_of_months(first, last).items()
        )
        return float(sum(parts))


def shares_of_months(first: date, last: date) -> dict[int, float]:
    """Say which share of each month's days lies in a span.

    Args:
        first: The first day.
        last: The last day; before the first for no span.

    Returns:
        The share of each month, by its number counted from January of the year 0.
    """
    if last < first:
        return {}
    found = {}
    for month in range(number_of(first), number_of(last) + 1):
        begin = first.day if month == number_of(first) else 1
        end = last.day if month == number_of(last) else days_in(month)
        found[month] = (end - begin + 1) / days_in(month)
    return found


def season_of(model: Model, past: Series | None) -> Season:
    """Find the season: that of the Seasonality table, else the past's (docs/methods.md: Landing).

    Args:
        model: The model, with or without seasonality.
        past: The whole months so far, None where there are none.

    Raises:
        WrongValue: A period of the Seasonality table is unknown, missing, or there twice.
        OutOfDomain: A weight is negative, or all are 0.
        ErrorInData: A cell of it cannot be read.
    """
    return _given(model) or (estimated(past) if past else Season(EVEN, "even season: no past"))


def _given(model: Model) -> Season | None:
    if "seasonality" not in model.tables:
        return None
    require_readable(model, "seasonality", ["period", "weight"])
    frame = model.columns("seasonality", ["period", "weight"]).frame.collect().to_pandas()
    frame = frame[frame["weight"].notna()]
    if frame.empty:
        return None
    if frame["period"].isna().any():
        raise WrongValue("seasonality: a weight stands without its month; enter the month")
    weights, parts = np.full(YEAR, np.nan), frame["weight"].to_numpy(dtype=float)
    fy_start = int(model.settings.number("fy_start"))
    for text, weight in zip(map(str, frame["period"]), parts.tolist(), strict=True):
        months = months_named(text, fy_start, model.date_system)
        if not months:
            raise WrongValue(f"seasonality: {text!r} is no month or quarter, such as 3, March, Q1")
        if weight < 0:
            raise OutOfDomain(f"seasonality: the weight of {text} is {weight:g}, below 0")
        if not np.isnan(weights[list(months)]).all():
            raise WrongValue(f"seasonality: {text} is there twice; give every month once")
        weights[list(months)] = weight / len(months)
    missing = np.flatnonzero(np.isnan(weights)) + 1
    if len(missing):
        names = listing(str(month) for month in missing)
        raise WrongValue(f"seasonality: there is no weight for month {names}; enter 0 for none")
    with np.errstate(over="ignore"):
        total = float(np.sort(parts).sum())
    if not 0 < total < np.inf:
        raise OutOfDomain(f"seasonality: the weights add up to {total:g}")
    return Season(weights / total, f"season of the Seasonality table{_percentages(total)}")


def _percentages(total: float) -> str:
    """Say so where weights look like percentages and do not add up to 100."""
    hundred = total / 100 if total > 10 else total
    if _OFF < abs(hundred - 1) <= _NEARLY:
        return f", whose weights add up to {100 * hundred:.4g} % and are scaled"
    return ""


def estimated(past: Series) -> Season:
    """Estimate the season of a past.

    From two years on it is that of classical multiplicative decomposition; additive where a month
    is not above 0. Of one year it is half-way from the months' shares to even ones.

    Args:
        past: The whole months so far.
    """
    values, count = past.values, len(past.values)
    largest = float(np.abs(values).max())
    if count < YEAR or not largest:
        return Season(EVEN, f"even season: {count} months of the past")
    scaled: Vector = values / largest
    places: list[int] = []
    if not (scaled == scaled[0]).all():
        scaled, places = without_outliers(scaled, YEAR)
    left = f", without {listing(name_of(past.first + k) for k in places)}" if places else ""
    calendar = (past.first + np.arange(count)) % YEAR
    if count < 2 * YEAR:
        year = np.zeros(YEAR)
        year[calendar[-YEAR:]] = scaled[-YEAR:]
        if (year < 0).any() or year.sum() <= 0:
            return Season(EVEN, "even season: the year so far has months below 0")
        shares = year / year.sum()
        weights = _SHRUNK * shares + (1 - _SHRUNK) * EVEN
        return Season(weights, f"season of one year, half-way to an even one{left}")
    weights = np.zeros(YEAR)
    weights[(past.first + np.arange(YEAR)) % YEAR] = decomposed(scaled)
    weights = np.maximum(weights, 0.0)
    if not weights.sum() > 0:
        return Season(EVEN, "even season: the past adds up to 0 or less")
    return Season(weights / weights.sum(), f"season of {count} months{left}")


def decomposed(values: Vector, season: int = YEAR) -> Vector:
    """Give the seasonal indices of classical decomposition, with a mean of 1.

    Ratios to the centred moving average are averaged by place in the season and rescaled. Where a
    value is not above 0, differences from it are, and the mean of the values is added.

    Args:
        values: The series, at least two seasons.
        season: Values in a season.

    Returns:
        An index for each place, that of the first value first; below 0 where additive ones are.
        All 0 where the values of an additive one add up to 0 or less.
    """
    smooth = centred_average(values, season)
    skipped = season // 2
    inner = values[skipped : skipped + len(smooth)]
    positive = bool((values > 0).all())
    left = inner / smooth if positive else inner - smooth
    places = (skipped + np.arange(len(left))) % season
    indices = np.bincount(places, left, season) / np.bincount(places, minlength=season)
    if positive:
        return np.asarray(indices / indices.mean())
    mean = float(values.mean())
    return (indices - indices.mean() + mean) / mean if mean > 0 else np.zeros(season)
