"""How sure a landing is: from how such landings missed, or from the errors of the series."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from xlcrm.analytics.forecast.landing.seasons import YEAR, Season
from xlcrm.analytics.forecast.monthly import Monthly, days_in
from xlcrm.analytics.forecast.whole_months import Series
from xlcrm.errors import OutOfDomain
from xlcrm.stats.series import Forecast, total
from xlcrm.stats.series.paths import Vector

FEWEST_LIKE = 4
MOST_LIKE = 24
_MOST_SKEWED = math.log(2.0)
_TIE = 1e-12


@dataclass(frozen=True)
class Outcome:
    """What a period may come to: what is certain, and a variable that is normal or Student's t.

    Attributes:
        certain: What is added to the variable.
        middle: Its centre, on its scale.
        size: Its spread, on its scale; 0 where it is certain too.
        free: Its degrees of freedom, infinite for a normal one.
        logs: Whether its scale is the natural logarithm.
        least: What the period comes to at least.
    """

    certain: float
    middle: float
    size: float
    free: float
    logs: bool
    least: float

    def quantile(self, chance: float) -> float:
        """Give what is not exceeded with a chance.

        Args:
            chance: Between 0 and 1.
        """
        from scipy.special import stdtrit  # late: it costs a quarter of a second, once

        away = float(stdtrit(self.free, chance)) * self.size if self.size else 0.0
        place = self.middle + away
        return max(self.certain + (_exp(place) if self.logs else place), self.least)

    def reaching(self, target: float, *, beyond: bool = False) -> float:
        """Give the chance of a target or more.

        Args:
            target: The target.
            beyond: Whether more than the target is asked for.
        """
        from scipy.special import stdtr

        if target < self.least or (target == self.least and not beyond):
            return 1.0
        asked = target - self.certain
        if self.logs and asked <= 0:
            return 1.0
        ahead = self.middle - (math.log(asked) if self.logs else asked)
        if not self.size:
            unit = 1.0 if self.logs else max(abs(self.middle), abs(asked))
            return 1.0 if ahead >= (_TIE if beyond else -_TIE) * unit else 0.0
        return float(stdtr(self.free, ahead / self.size))


def _exp(power: float) -> float:
    try:
        return math.exp(power)
    except OverflowError:
        raise OutOfDomain("overflow: the range of a landing is beyond 1.8E+308") from None


def never_below_zero(found: Monthly) -> bool:
    """Say whether no month so far, in whole or in part, was below 0."""
    return bool((found.whole >= 0).all() and (found.early >= 0).all())


def like_periods(
    found: Monthly, season: Season, month: int, months: int, step: int, day: int
) -> tuple[Vector, Vector]:
    """Land the past periods on their like days, and give what came of them.

    Args:
        found: The KPI by month, of which the part up to a day of the month is known.
        season: The season in force.
        month: The first month of the period that is landed now.
        months: How many months it has.
        step: Months from one like period to the next.
        day: The day that `as_of` is of its month, 31 on the last.

    Returns:
        The landings said and what came, the latest first, one number a period each.
    """
    now = found.first + len(found.whole) - 1
    reached = now - month
    said, came = [], []
    for back in range(1, MOST_LIKE + 1):
        start = month - back * step - found.first
        if start < 0:
            break
        end = start + months
        if end > found.until - found.first + 1:
            continue
        weights = season.weights[(found.first + np.arange(start, end)) % YEAR]
        passed = min(day / days_in(found.first + start + reached), 1.0)
        elapsed = float(weights[:reached].sum() + weights[reached] * passed)
        if not elapsed > 0:
            continue
        so_far = float(found.whole[start : start + reached].sum() + found.early[start + reached])
        said.append(so_far * float(weights.sum()) / elapsed)
        came.append(float(found.whole[start:end].sum()))
    return np.array(said), np.array(came)


def outcome_of_likes(landing: float, said: Vector, came: Vector, least: float) -> Outcome | None:
    """Tell what a landing may come to from how such landings missed.

    Args:
        landing: The landing.
        said: Landings of like periods on their like days.
        came: What came of them.
        least: What the period comes to at least.

    Returns:
        A t variable on as many degrees of freedom as there are like periods; on logarithms where
        all are above 0. None for fewer than 4.
    """
    count = len(said)
    if count < FEWEST_LIKE:
        return None
    if landing > 0 and (said > 0).all() and (came > 0).all():
        misses = np.log(came) - np.log(said)
        return Outcome(0.0, math.log(landing), _root_mean_square(misses), count, True, least)
    return Outcome(0.0, landing, _root_mean_square(came - said), count, False, least)


def _root_mean_square(numbers: Vector) -> float:
    largest = float(np.abs(numbers).max())
    return largest * math.sqrt(float(np.mean((numbers / largest) ** 2))) if largest else 0.0


@dataclass(frozen=True)
class Rest:
    """What is still to come of a period by the forecast of its months.

    Attributes:
        expected: Its mean.
        outcome: What it may come to, beside what is certain already.
    """

    expected: float
    outcome: Outcome


def rest_of(
    found: Forecast, past: Series, parts: Mapping[int, float], certain: float, least: float
) -> Rest:
    """Forecast what is still to come of a period.

    The spread of whole months is that of sums of as many months in the past of the series; of a
    share of them it is that times the square root of the share, as of days that come independently.

    Args:
        found: The forecast of the months after ``past``.
        past: The whole months so far.
        parts: The share of each month that is still to come, by its number, without a gap.
        certain: What came so far.
        least: What the period comes to at least.

    Raises:
        OutOfDomain: The sum is beyond the largest number.
    """
    first, last = min(parts) - past.after + 1, max(parts) - past.after + 1
    means = found.mean[first - 1 : last]
    expected = float(means @ np.array([parts[month] for month in sorted(parts)]))
    try:
        whole, low, high = total(found, last, first)
    except OverflowError:
        raise OutOfDomain("overflow: the rest of the period is beyond 1.8E+308") from None
    share = sum(parts.values()) / len(parts)
    quantile = _normal_quantile(found.level)
    if found.paths.logs and low > 0 and expected > 0:
        half = (math.log(high) - math.log(low)) / 2 / math.sqrt(share)
        skew = (2 * math.log(whole) - math.log(high) - math.log(low)) / 2 / share
        middle = math.log(expected) - min(skew, _MOST_SKEWED)
        return Rest(expected, Outcome(certain, middle, half / quantile, math.inf, True, least))
    half = (high - whole) * math.sqrt(share)
    return Rest(
        expected, Outcome(certain, expected, half / quantile, math.inf, False, least)
    )  # fmt: skip


def _normal_quantile(level: float) -> float:
    from scipy.special import ndtri

    return float(ndtri(0.5 + level / 2))


def at_pace(rest: Rest, actual: float, landing: float, least: float) -> Outcome:
    """Carry the spread of a forecast of the rest over to the rest at the pace so far.

    Args:
        rest: The rest by the series.
        actual: What came so far.
        landing: The landing at the pace so far.
        least: What the period comes to at least.
    """
    of, remaining = rest.outcome, landing - actual
    if of.logs and remaining > 0:
        middle = of.middle + math.log(remaining) - math.log(rest.expected)
        return Outcome(actual, middle, of.size, of.free, True, least)
    if of.logs:
        size = (of.quantile(_ONE_UP) - of.quantile(1 - _ONE_UP)) / 2
        return Outcome(actual, remaining, size, of.free, False, least)
    return Outcome(actual, remaining, of.size, of.free, False, least)


_ONE_UP = 0.8413447460685429
"""The chance that a normal variable does not exceed its mean by more than its deviation."""


def certain(actual: float) -> Outcome:
    """Give the outcome of a period that has ended."""
    return Outcome(actual, 0.0, 0.0, math.inf, False, actual)
