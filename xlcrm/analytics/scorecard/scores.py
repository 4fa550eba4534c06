"""How far a measure is on its way: the rules by which an actual becomes a score of 0 to 100."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from xlcrm.analytics.options import method_named
from xlcrm.errors import OutOfDomain

Vector = np.ndarray[Any, np.dtype[np.float64]]

AMBER, GREEN = 100 / 3, 200 / 3
"""The scores of red line and target: amber begins at the one, green at the other."""

TRENDS = ("better", "worse", "same")


@dataclass(frozen=True)
class Limits:
    """The values between which measures are scored, n each.

    Attributes:
        target: What is aimed at; for ``band`` the band's lower end.
        red: Where failure begins; for ``progress`` the baseline, for ``band`` the lower outer
            limit.
        stretch: Where the score is 100, NaN for target + (target - red); for ``band`` the band's
            upper end.
        worst: Where the score is 0, NaN for red - (target - red); for ``band`` the upper outer
            limit, NaN for as far above the band as red is below.
    """

    target: Vector
    red: Vector
    stretch: Vector
    worst: Vector

    def of(self, rows: Any) -> Limits:
        """Give the limits of some measures."""
        return Limits(self.target[rows], self.red[rows], self.stretch[rows], self.worst[rows])

    @property
    def way(self) -> Vector:
        """How far it is from red to target; below 0 where less is better."""
        return self.target - self.red

    @property
    def best(self) -> Vector:
        """The values worth 100."""
        return np.where(np.isnan(self.stretch), self.target + self.way, self.stretch)

    @property
    def least(self) -> Vector:
        """The values worth 0."""
        return np.where(np.isnan(self.worst), self.red - self.way, self.worst)


def score(
    actual: Vector, limits: Limits, method: str = "piecewise", threshold: float = 0.9
) -> Vector:
    """Score measures by one of the published rules (docs/methods.md: Scores).

    Args:
        actual: n numbers, NaN where missing.
        limits: The values between which they are scored.
        method: One of `METHODS`; "" for the default.
        threshold: For ``threshold``, the share of the target that is still amber.

    Returns:
        n scores between 0 and 100, NaN where the actual is missing.

    Raises:
        WrongValue: There is no such method.
        OutOfDomain: A red equals its target, or the limits of a measure are out of order.

    Example:
        >>> none = np.array([np.nan])
        >>> limits = Limits(np.array([95.0]), np.array([80.0]), none, none)
        >>> score(np.array([87.5]), limits).tolist()
        [50.0]
    """
    rule = METHODS[method_named(method, METHODS)]
    with np.errstate(over="ignore"):  # what is beyond all numbers is beyond 100 too
        answer = rule(actual, limits, threshold)
    return np.where(np.isnan(actual), np.nan, np.clip(answer, 0.0, 100.0))


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


def trend(scores: Vector, previous: Vector) -> list[str]:
    """Name the way of scores since the period before; "" where one of the two is missing.

    Args:
        scores: n scores, NaN where missing.
        previous: Those of the period before.
    """
    change = scores - previous
    named = np.select([np.isnan(change), change > 1e-9, change < -1e-9], ["", *TRENDS[:2]], "same")
    return [str(word) for word in named]


def _refuse_equal(target: Vector, red: Vector, what: str) -> None:
    equal = np.flatnonzero(target == red)
    if equal.size:
        value = float(target[equal[0]])
        raise OutOfDomain(f"target and {what} are both {value:g}: the direction cannot be told")


def _piecewise(actual: Vector, of: Limits, _: float) -> Vector:
    """Join worst 0, red 33.3, target 66.7 and stretch 100 by straight lines."""
    _refuse_equal(of.target, of.red, "red")
    _refuse_disorder(of)
    up = np.sign(of.way)  # turns what falls into what rises
    done = (actual - of.red) * up
    below = AMBER + AMBER * _part(done, (of.red - of.least) * up)
    between = AMBER + AMBER * _part(done, of.way * up)
    above = GREEN + AMBER * _part((actual - of.target) * up, (of.best - of.target) * up)
    return np.where(done < 0, below, np.where(actual * up <= of.target * up, between, above))


def _refuse_disorder(of: Limits) -> None:
    sign = np.sign(of.way)
    if ((of.best - of.target) * sign < 0).any() or ((of.red - of.least) * sign < 0).any():
        raise OutOfDomain("worst, red, target and stretch must rise or fall in this order")


def _part(done: Vector, whole: Vector) -> Vector:
    """Divide; where the whole is 0, anything done is all of it."""
    zero = whole == 0
    return np.where(zero, np.sign(done), done / np.where(zero, 1.0, whole))


def _progress(actual: Vector, of: Limits, _: float) -> Vector:
    return 100 * progress(actual, of.red, of.target)


def _range(actual: Vector, of: Limits, _: float) -> Vector:
    """One straight line from 0 at worst to 100 at stretch."""
    _refuse_equal(of.target, of.red, "red")
    _refuse_disorder(of)
    return 100 * (actual - of.least) / (of.best - of.least)


def _linear(actual: Vector, of: Limits, _: float) -> Vector:
    """One straight line through 50 at red and 100 at target."""
    _refuse_equal(of.target, of.red, "red")
    return 50 + 50 * (actual - of.red) / of.way


def _ratio(actual: Vector, of: Limits, _: float) -> Vector:
    """Actual by target, or target by actual where less is better (red above the target)."""
    _refuse_equal(of.target, of.red, "red")
    lower = of.way < 0
    if ((of.target < 0) | (~lower & (of.target == 0))).any():
        raise OutOfDomain("ratio needs a target above 0; choose another method")
    reached = lower & (actual <= of.target)
    above, below = np.where(lower, of.target, actual), np.where(lower, actual, of.target)
    return np.where(reached, 100.0, 100 * above / np.where(reached, 1.0, below))


def _threshold(actual: Vector, of: Limits, share: float) -> Vector:
    """Green from the target on, amber from a share of it on, red below: 100, 50 and 0."""
    _refuse_equal(of.target, of.red, "red")
    lower = of.way < 0
    limit = np.where(lower == (of.target >= 0), of.target / share, of.target * share)
    near = np.where(lower, actual <= limit, actual >= limit)
    return np.where(_reached(actual, of), 100.0, np.where(near, 50.0, 0.0))


def _binary(actual: Vector, of: Limits, _: float) -> Vector:
    """100 where the target is reached, else 0."""
    _refuse_equal(of.target, of.red, "red")
    return np.where(_reached(actual, of), 100.0, 0.0)


def _reached(actual: Vector, of: Limits) -> Any:
    return np.where(of.way < 0, actual <= of.target, actual >= of.target)


def _band(actual: Vector, of: Limits, _: float) -> Vector:
    """Give 100 inside the band from target to stretch, falling to 0 at the outer limits."""
    low, high = of.target, of.stretch
    top = np.where(np.isnan(of.worst), high + of.way, of.worst)
    if not ((of.red < low) & (low <= high) & (high < top)).all():
        raise OutOfDomain("a band needs outer limit < lower end ≤ upper end < outer limit")
    return 100 * np.minimum((actual - of.red) / of.way, (top - actual) / (top - high))


METHODS: Mapping[str, Callable[[Vector, Limits, float], Vector]] = {
    "piecewise": _piecewise,
    "progress": _progress,
    "range": _range,
    "linear": _linear,
    "ratio": _ratio,
    "threshold": _threshold,
    "binary": _binary,
    "band": _band,
}
"""The rules by name, the default first."""
