"""Whether the recommended forecasting method deserves it, on companies whose truth is known.

Each company has 60 months. From the 25th on, a method is recommended at the start of every month
by the months before it; what it then forecasts for the month is out of sample. Its error over
these 36 months is compared with that of the best single method, which is known in hindsight only.

How much of a miss is luck is told by the method with the least mean error over all companies of
the kind: it is the best to be had without hindsight, and no rule knows it beforehand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from benchmarks.companies import KINDS, company
from benchmarks.pairs import Figure
from xlcrm.analytics.forecast.accuracy.past_forecasts import by_month
from xlcrm.analytics.forecast.accuracy.past_pictures import openings
from xlcrm.analytics.forecast.accuracy.past_rates import ended
from xlcrm.analytics.forecast.accuracy.trust import COMBINED, Past, trusted, weights
from xlcrm.model.model import Model

SEEDS = range(30)
OTHERS = range(200, 230)
"""Companies on which no choice of the rule was tried."""
LEARNING = 24
NEAR = 1.05
WANTED = 90


@dataclass(frozen=True)
class Trial:
    """What the recommendation was worth to one company.

    Attributes:
        error: Its sum of absolute errors out of sample.
        errors: That of each method.
        ratio: Its error by that of the best method in hindsight.
        skill: 1 less its error by that of the naive forecast.
    """

    error: float
    errors: Mapping[str, float]
    ratio: float
    skill: float


def past_of(model: Model) -> Past:
    """Forecast all past months of a company by every method."""
    opened = openings(model)
    return by_month(model, opened, ended(model), "")[0]


def recommended(past: Past, start: int) -> np.ndarray:
    """Give the forecasts of the methods recommended month by month.

    Args:
        past: Past forecasts.
        start: The first month that counts.
    """
    months = range(start, len(past.months))
    chosen = [trusted(weights(past, int(past.known[k]))) for k in months]
    return np.array([past.made[name][k] for name, k in zip(chosen, months, strict=True)])


def errors_of(past: Past, start: int) -> dict[str, float]:
    """Give the sum of absolute errors of each method from a month on."""
    actual = past.actual[start:]
    return {name: float(np.abs(m[start:] - actual).sum()) for name, m in past.made.items()}


def trial(past: Past, start: int = LEARNING) -> Trial:
    """Measure the recommendation out of sample.

    Args:
        past: Past forecasts.
        start: The first month that counts.
    """
    errors = errors_of(past, start)
    missed = float(np.abs(recommended(past, start) - past.actual[start:]).sum())
    return Trial(missed, errors, missed / min(errors.values()), 1 - missed / errors["naive"])


def share(trials: Iterable[Trial]) -> float:
    """Give the share of companies for which the recommendation held both parts of the promise."""
    return _share(t.ratio <= NEAR and t.skill >= 0 for t in trials)


def ratios() -> list[Figure]:
    """Measure 30 companies of each kind, and print other ways to read the promise."""
    found: list[Figure] = []
    everyone: list[Trial] = []
    for kind in KINDS:
        pasts = [past_of(company(kind, seed)) for seed in SEEDS]
        for start in (LEARNING, 36, 48):
            _print_readings(kind, start, [trial(past, start) for past in pasts])
        others = [trial(past_of(company(kind, seed))) for seed in OTHERS]
        _print_readings(f"other {kind}", LEARNING, others)
        trials = [trial(past) for past in pasts]
        everyone += trials
        found.append(Figure(f"{kind} companies, advice good", 100 * share(trials), "%", WANTED))
    found.append(Figure("all companies, advice good", 100 * share(everyone), "%", WANTED))
    return found


def _share(held: Iterable[bool]) -> float:
    return float(np.mean(list(held)))


def _print_readings(kind: str, start: int, trials: list[Trial]) -> None:
    methods = [name for name in trials[0].errors if name != COMBINED]
    mean = {name: sum(t.errors[name] / min(t.errors.values()) for t in trials) for name in methods}
    best = min(methods, key=lambda name: mean[name])
    near = _share(t.ratio <= NEAR for t in trials)
    usual = _share(t.error <= NEAR * t.errors[best] for t in trials)
    luck = _share(t.errors[best] <= NEAR * min(t.errors.values()) for t in trials)
    ahead = _share(t.skill >= 0 for t in trials)
    print(
        f"  {kind}, months {start + 1} to 60: {near:.0%} near the best in hindsight ({best}, the "
        f"best for such companies: {luck:.0%}); {usual:.0%} near {best}; {ahead:.0%} no worse "
        "than naive"
    )
