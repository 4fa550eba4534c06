"""How far a measure is on its way: the rules by which an actual becomes a score of 0 to 100."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from xlcrm.errors import OutOfDomain, WrongValue, suggestion

Vector = np.ndarray[Any, np.dtype[np.float64]]

AMBER, GREEN = 100 / 3, 200 / 3
"""The scores of red line and target: amber begins at the one, green at the other."""


def score(
    actual: Vector,
    target: Vector,
    red: Vector,
    stretch: Vector,
    worst: Vector,
    method: str = "piecewise",
    threshold: float = 0.9,
) -> Vector:
    """Score measures by one of the published rules.

    Args:
        actual: n numbers, NaN where missing.
        target: What is aimed at; for ``band`` the band's lower end.
        red: Where failure begins; for ``progress`` the baseline, for ``band`` the lower outer
            limit.
        stretch: Where the score is 100, NaN for target + (target - red); for ``band`` the band's
            upper end.
        worst: Where the score is 0, NaN for red - (target - red); for ``band`` the upper outer
            limit, NaN for as far above the band as red is below.
        method: ``piecewise``, ``progress``, ``ratio``, ``threshold`` or ``band``.
        threshold: For ``threshold``, the share of the target that is still amber.

    Returns:
        n scores between 0 and 100, NaN where the actual is missing.

    Raises:
        WrongValue: There is no such method.
        OutOfDomain: A red equals its target, or the limits of a measure are out of order.

    Example:
        >>> score(*[np.array([x]) for x in (87.5, 95.0, 80.0, np.nan, np.nan)]).tolist()
        [50.0]
    """
    name = method.strip().casefold() or "piecewise"
    if name not in METHODS:
        raise WrongValue(f"there is no method {method!r}; {suggestion(name, METHODS)}")
    if name == "threshold":
        return _threshold(actual, target, red, threshold)
    with np.errstate(over="ignore"):  # what is beyond all numbers is beyond 100 too
        return METHODS[name](actual, target, red, stretch, worst)


def progress(actual: Vector, baseline: Vector, target: Vector) -> Vector:
    """Give the part of the way from baseline to target that is done; not limited to 0 and 1.

    Args:
        actual: n numbers.
        baseline: Where the way begins.
        target: Where it ends.

    Raises:
        OutOfDomain: A baseline equals its target.

    Example:
        >>> progress(np.array([9.0]), np.array([15.0]), np.array([10.0])).tolist()
        [1.2]
    """
    _refuse_equal(target, baseline, "the baseline")
    return (actual - baseline) / (target - baseline)


def status(scores: Vector, coverage: Vector | None = None, needed: float = 0.0) -> list[str]:
    """Name scores: green, amber, red; missing where there is none.

    Args:
        scores: n scores, NaN where missing.
        coverage: The share of the weights that is present, or None where all is.
        needed: The least coverage that makes a score one; below it is ``insufficient``.
    """
    words = np.select(
        [np.isnan(scores), scores >= GREEN - 1e-9, scores >= AMBER - 1e-9],
        ["missing", "green", "amber"],
        "red",
    ).tolist()
    if coverage is None:
        return [str(word) for word in words]
    return [
        "insufficient" if word != "missing" and share < needed - 1e-12 else str(word)
        for word, share in zip(words, coverage, strict=True)
    ]


def _refuse_equal(target: Vector, red: Vector, what: str) -> None:
    equal = np.flatnonzero(target == red)
    if equal.size:
        value = float(target[equal[0]])
        raise OutOfDomain(f"target and {what} are both {value:g}: the direction cannot be told")


def _piecewise(
    actual: Vector, target: Vector, red: Vector, stretch: Vector, worst: Vector
) -> Vector:
    """Join worst 0, red 33.3, target 66.7 and stretch 100 by straight lines."""
    _refuse_equal(target, red, "red")
    way = target - red
    best = np.where(np.isnan(stretch), target + way, stretch)
    least = np.where(np.isnan(worst), red - way, worst)
    sign = np.sign(way)
    if ((best - target) * sign < 0).any() or ((red - least) * sign < 0).any():
        raise OutOfDomain("worst, red, target and stretch must rise or fall in this order")
    below = AMBER + AMBER * _part(actual - red, red - least)
    between = AMBER + AMBER * _part(actual - red, way)
    above = GREEN + AMBER * _part(actual - target, best - target)
    done = (actual - red) * sign
    answer = np.where(done < 0, below, np.where((actual - target) * sign <= 0, between, above))
    return np.clip(answer, 0.0, 100.0)


def _part(done: Vector, whole: Vector) -> Vector:
    """Divide; where the whole is 0, anything done is all of it."""
    zero = whole == 0
    return np.where(zero, np.sign(done), done / np.where(zero, 1.0, whole))


def _progress(actual: Vector, target: Vector, red: Vector, _: Vector, __: Vector) -> Vector:
    return np.clip(100 * progress(actual, red, target), 0.0, 100.0)


def _ratio(actual: Vector, target: Vector, red: Vector, _: Vector, __: Vector) -> Vector:
    """Actual by target, or target by actual where less is better (red above the target)."""
    _refuse_equal(target, red, "red")
    lower = red > target
    above, below = np.where(lower, target, actual), np.where(lower, actual, target)
    if (below == 0).any():
        raise OutOfDomain("ratio: the divisor is 0; choose another method")
    return np.clip(100 * above / below, 0.0, 100.0)


def _threshold(actual: Vector, target: Vector, red: Vector, share: float) -> Vector:
    """Green from the target on, amber from a share of it on, red below: 100, 50 and 0."""
    _refuse_equal(target, red, "red")
    lower = red > target
    limit = np.where(lower == (target >= 0), target / share, target * share)
    reached = np.where(lower, actual <= target, actual >= target)
    near = np.where(lower, actual <= limit, actual >= limit)
    answer = np.where(reached, 100.0, np.where(near, 50.0, 0.0))
    return np.where(np.isnan(actual), np.nan, answer)


def _band(actual: Vector, target: Vector, red: Vector, stretch: Vector, worst: Vector) -> Vector:
    """Give 100 inside the band from target to stretch, falling to 0 at the outer limits."""
    top = np.where(np.isnan(worst), stretch + (target - red), worst)
    ordered = (red < target) & (target <= stretch) & (stretch < top)
    if not ordered.all():
        raise OutOfDomain("a band needs outer limit < lower end ≤ upper end < outer limit")
    rising, falling = (actual - red) / (target - red), (top - actual) / (top - stretch)
    answer = 100 * np.clip(np.minimum(rising, falling), 0.0, 1.0)
    return np.where(np.isnan(actual), np.nan, answer)


METHODS: Mapping[str, Callable[..., Vector]] = {
    "piecewise": _piecewise,
    "progress": _progress,
    "ratio": _ratio,
    "threshold": _threshold,
    "band": _band,
}
"""The rules by name, the default first."""


def weighted(scores: Vector, weights: Vector) -> tuple[float, float]:
    """Roll scores up: the weighted mean of those present, and the share of the weights present.

    Args:
        scores: n scores, NaN where missing.
        weights: n weights, not negative.

    Returns:
        Score and coverage; NaN and 0 where nothing is present.

    Example:
        >>> weighted(np.array([80.0, np.nan, 40.0]), np.array([3.0, 2.0, 1.0]))
        (70.0, 0.6666666666666666)
    """
    present = ~np.isnan(scores) & (weights > 0)
    whole, held = float(weights.sum()), float(weights[present].sum())
    if not held:
        return float("nan"), 0.0
    return float((scores[present] * weights[present]).sum() / held), held / whole
