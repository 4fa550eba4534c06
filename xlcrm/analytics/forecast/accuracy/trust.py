"""Which forecasting method deserves trust, and the combination of those that may deserve it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from xlcrm.stats.series.damped import likelihood_weights

Vector = np.ndarray[Any, np.dtype[np.float64]]

CANDIDATES = ("smoothed", "configured", "same month", "average")
"""The methods that are combined: two of the pipeline, two of the past."""

COMBINED = "combined"

CONVINCING = 0.95
"""The weight from which one method is trusted alone."""

MEMORY = 36
"""The months that weights rest on, at most."""


@dataclass(frozen=True)
class Past:
    """What each method forecast for past months, and what came; n months in order.

    Attributes:
        months: The months, counted from January of the year 0.
        known: For each, the last whole month that had ended when it was forecast.
        made: The forecasts of each method.
        actual: What was won.
        seasoned: Whether a year of months was known when it was forecast.
    """

    months: np.ndarray[Any, np.dtype[np.int64]]
    known: np.ndarray[Any, np.dtype[np.int64]]
    made: Mapping[str, Vector]
    actual: Vector
    seasoned: np.ndarray[Any, np.dtype[np.bool_]]


def weights(past: Past, known: int) -> dict[str, float]:
    """Weigh the candidates by the likelihood of what came, given what they had forecast.

    Each weight is proportional to the mean squared error to the power of -n/2, the likelihood
    under normal errors: few months leave the weights near one another, many decide. Only months
    tell that were forecast with a year known, since before it two of the methods have to improvise.

    Args:
        past: Past forecasts.
        known: The last month whose outcome is known.

    Returns:
        A weight for each of `CANDIDATES` that there is; they add up to 1, and are equal where
        nothing tells.
    """
    telling = np.flatnonzero(past.seasoned & (past.months <= known))[-MEMORY:]
    names = [name for name in CANDIDATES if name in past.made]
    if not len(telling):
        return dict.fromkeys(names, 1 / len(names))
    errors = np.array([past.made[name][telling] - past.actual[telling] for name in names])
    largest = float(np.abs(errors).max())
    squares = ((errors / (largest or 1.0)) ** 2).sum(axis=1)
    found = likelihood_weights(squares, len(telling))
    return dict(zip(names, found.tolist(), strict=True))


def combined(past: Past) -> Vector:
    """Forecast each month by the candidates, weighted by what was known of them at the time.

    Args:
        past: Past forecasts of the candidates.
    """
    answer = np.zeros(len(past.months))
    for place, known in enumerate(past.known.tolist()):
        found = weights(past, known)
        answer[place] = sum(past.made[name][place] * weight for name, weight in found.items())
    return answer


def trusted(found: Mapping[str, float]) -> str:
    """Name the method to trust: the one that carries nearly all the weight, else the combination.

    Args:
        found: The weights of the candidates.
    """
    best = max(found, key=lambda name: found[name])
    return best if found[best] >= CONVINCING else COMBINED


def leaning(found: Mapping[str, float]) -> str:
    """Say what the combination rests on, the heaviest first; what has less than 1 % is left out.

    Args:
        found: The weights of the candidates.
    """
    order = sorted(found, key=lambda name: -found[name])
    return ", ".join(f"{name} {found[name]:.0%}" for name in order if found[name] >= 0.01)
