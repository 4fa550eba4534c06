"""A change of a ratio, parted by groups into what they did and how much they weigh."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Vector = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class RatioChange:
    """The parts of the change of a ratio, one number a group.

    Attributes:
        rate: What the change of the group's own ratio adds.
        mix: What the change of its weight adds.
    """

    rate: Vector
    mix: Vector

    @property
    def contribution(self) -> Vector:
        """What the group adds in all; over all groups, the change of the ratio."""
        return self.rate + self.mix


def ratio_change(before: tuple[Vector, Vector], now: tuple[Vector, Vector]) -> RatioChange:
    """Part the change of a ratio of sums by groups.

    With r the ratio of a group, w its share in the denominators and R the ratio of all, the rate
    effect is the mean of w times the change of r, and the mix effect the change of w times the
    mean of r less the mean of R. Over all groups they add up to the change of R.

    Where a group's denominator is 0 before or now, its own ratio is not known: then all that it
    adds is mix.

    Source: E. M. Kitagawa, "Components of a Difference Between Two Rates", Journal of the American
    Statistical Association 50 (1955), 1168-1194.

    Args:
        before: Numerators and denominators of n groups.
        now: The same later; the denominators of each add up to another number than 0.

    Example:
        >>> before = np.array([10.0, 10.0]), np.array([20.0, 80.0])
        >>> now = np.array([40.0, 10.0]), np.array([50.0, 50.0])
        >>> ratio_change(before, now).contribution.round(4).tolist()
        [0.195, 0.105]
    """
    (above_0, below_0), (above_1, below_1) = before, now
    whole_0, whole_1 = below_0.sum(), below_1.sum()
    weight_0, weight_1 = below_0 / whole_0, below_1 / whole_1
    mean = (above_0.sum() / whole_0 + above_1.sum() / whole_1) / 2
    known = (below_0 != 0) & (below_1 != 0)
    own_0, own_1 = (
        np.divide(above, below, out=np.zeros(len(below)), where=known)
        for above, below in (before, now)
    )
    grown = weight_1 - weight_0
    rate = (weight_0 + weight_1) / 2 * (own_1 - own_0)
    whole = above_1 / whole_1 - above_0 / whole_0 - grown * mean
    return RatioChange(rate, np.where(known, grown * ((own_0 + own_1) / 2 - mean), whole))
