"""Maximum likelihood, and whether to believe what an optimiser found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np

Vector = np.ndarray[Any, Any]
Objective = Callable[[Vector], tuple[float, Vector]]
Parameters = TypeVar("Parameters")

MOST_ITERATIONS = 100
GRADIENT = 1e-7
"""The largest slope at a maximum: of the mean log-likelihood, by the logarithm of a parameter."""

_CURVATURE = 1e-9
_NEAR_LIMIT = 1e-3
_STEP = 1e-4
_FLAT = GRADIENT / 100
_LONGEST = 2.0
_HALVINGS = 30
_ENOUGH = 1e-4
_ROUNDING = 1e-13


@dataclass(frozen=True)
class Bound:
    """The limits of one free parameter, and what it means to run to one.

    Attributes:
        low: The least.
        high: The largest.
        at_low: What the data then seem to say.
        at_high: The same.
    """

    low: float
    high: float
    at_low: str
    at_high: str


@dataclass(frozen=True)
class Fitted(Generic[Parameters]):
    """Parameters that make the data most likely, or the best that were found.

    Attributes:
        parameters: The parameters.
        log_likelihood: The logarithm of the likelihood there.
        gradient: The largest slope there, of the mean log-likelihood of a customer by the
            logarithm of a parameter.
        why_not: Why they are not to be used; "" where the fit converged.
    """

    parameters: Parameters
    log_likelihood: float
    gradient: float
    why_not: str

    @property
    def converged(self) -> bool:
        """Whether this is a maximum inside the limits."""
        return not self.why_not


@dataclass(frozen=True)
class Maximum:
    """Where an objective is largest.

    Attributes:
        at: The free parameters.
        value: The objective there.
        gradient: Its largest slope there.
        why_not: Why this is no maximum; "" where it is one.
        at_limit: Whether that is because a limit is near.
    """

    at: Vector
    value: float
    gradient: float
    why_not: str
    at_limit: bool = False


def maximum(objective: Objective, starts: Sequence[Vector], bounds: Sequence[Bound]) -> Maximum:
    """Climb to a maximum from one start after the other, until one climb ends at a maximum.

    Method: Newton's steps inside the limits, with differences of the gradient for its curvature
    (Nocedal and Wright 2006, "Numerical Optimization", chapters 3 and 16): for few parameters as
    fast as BFGS, and quick along ridges too. That a climb ended says nothing: at a maximum the
    gradient vanishes, no limit is near, and the surface is curved in every direction.

    Args:
        objective: The mean log-likelihood and its gradient, by k free parameters.
        starts: Where to begin, k numbers each.
        bounds: The limits of the k parameters.

    Returns:
        The first maximum, or the best that was found and why it is none.
    """
    found: list[Maximum] = []
    for start in starts:
        found.append(_climbed(objective, start, bounds))
        if not found[-1].why_not:
            return found[-1]
        reasons = [one.why_not for one in found if one.at_limit]
        if len(set(reasons)) < len(reasons):  # a second climb to a limit says: it is the data
            break
    return max(found, key=lambda one: one.value)


def _climbed(objective: Objective, start: Vector, bounds: Sequence[Bound]) -> Maximum:
    low = np.array([bound.low for bound in bounds])
    high = np.array([bound.high for bound in bounds])
    at, value, gradient, steps = _ascent(objective, np.clip(start, low, high), low, high)
    slope = _slope(gradient)
    if limit := _limit_reached(at, bounds):
        return Maximum(at, value, slope, limit, at_limit=True)
    if not slope <= GRADIENT:
        why = f"it did not converge after {steps} iterations: the slope is still {slope:.1e}"
        return Maximum(at, value, slope, why)
    curvature = -np.linalg.eigvalsh(_hessian(objective, at, gradient)).max()
    alike = "" if curvature >= _CURVATURE else "the data do not tell its parameters apart"
    return Maximum(at, value, slope, alike)


def _ascent(
    objective: Objective, at: Vector, low: Vector, high: Vector
) -> tuple[Vector, float, Vector, int]:
    """Climb by Newton's steps inside the limits, until it is flat or no step leads higher."""
    value, gradient = objective(at)
    taken = 0
    while taken < MOST_ITERATIONS and np.isfinite(value) and np.isfinite(gradient).all():
        outward = ((at <= low) & (gradient < 0)) | ((at >= high) & (gradient > 0))
        free = np.where(outward, 0.0, gradient)
        if _slope(free) <= _FLAT:
            break
        hessian = _hessian(objective, at, gradient)
        if not np.isfinite(hessian).all():
            break
        way = _way(hessian, free, ~outward)
        found = _higher(objective, at, value, gradient, way, low, high)
        if found is None:
            break
        gained, slope = found[1] - value, _slope(gradient)
        at, value, gradient = found
        taken += 1
        if gained <= _ROUNDING * abs(value) and _slope(gradient) > slope / 2:
            break
    return at, value, gradient, taken


def _way(hessian: Vector, gradient: Vector, free: Vector) -> Vector:
    """Give Newton's step, uphill also where the surface is curved the wrong way, and not long."""
    curved, axes = np.linalg.eigh(hessian[np.ix_(free, free)])
    along = (axes * gradient[free][:, None]).sum(axis=0) / np.maximum(np.abs(curved), 1e-12)
    way = np.zeros(len(gradient))
    way[free] = (axes * along).sum(axis=1)
    return way * min(1.0, _LONGEST / _slope(way))


def _higher(
    objective: Objective,
    at: Vector,
    value: float,
    gradient: Vector,
    way: Vector,
    low: Vector,
    high: Vector,
) -> tuple[Vector, float, Vector] | None:
    """Go so much of the way that it leads up enough (Armijo's rule); None where nothing does.

    Near the top, where values differ by rounding alone, a smaller slope will do.
    """
    part = 1.0
    for _ in range(_HALVINGS):
        after = np.clip(at + part * way, low, high)
        rise = float((gradient * (after - at)).sum())
        next_value, next_gradient = objective(after)
        if np.isfinite(next_value) and np.isfinite(next_gradient).all():
            level = next_value >= value - _ROUNDING * abs(value)
            flatter = level and _slope(next_gradient) < _slope(gradient) / 2
            if (next_value >= value + _ENOUGH * rise and rise > 0) or flatter:
                return after, next_value, next_gradient
        part /= 2
    return None


def _slope(gradient: Vector) -> float:
    return float(np.abs(gradient).max())


def _hessian(objective: Objective, at: Vector, gradient: Vector) -> Vector:
    """Difference the gradient one-sidedly: enough for Newton's steps and the sign of curvature."""
    rows = [(objective(at + step)[1] - gradient) / _STEP for step in _STEP * np.eye(len(at))]
    hessian = np.array(rows)
    symmetric: Vector = (hessian + hessian.T) / 2
    return symmetric


def _limit_reached(at: Vector, bounds: Sequence[Bound]) -> str:
    for value, bound in zip(at, bounds, strict=True):
        if value < bound.low + _NEAR_LIMIT:
            return f"it ran to a limit: {bound.at_low}"
        if value > bound.high - _NEAR_LIMIT:
            return f"it ran to a limit: {bound.at_high}"
    return ""
