"""How many events there were for how much that was exposed to them."""

from __future__ import annotations

from typing import Any

import numpy as np

Vector = np.ndarray[Any, Any]


def poisson_intervals(counts: Vector, exposed: Vector, level: float) -> tuple[Vector, Vector]:
    """Give the exact interval of a rate whose events come one by one.

    Method: Garwood 1936, Biometrika 28: the Poisson means for which as many events or more, as
    few or less, have half of what the level leaves.

    Args:
        counts: Events, n numbers.
        exposed: What they are divided by, n numbers; 0 gives NaN.
        level: The confidence level, such as 0.95.

    Returns:
        Lower and upper end, n numbers each.

    Example:
        >>> low, high = poisson_intervals(np.array([10.0]), np.array([1.0]), 0.95)
        >>> round(float(low[0]), 2), round(float(high[0]), 2)
        (4.8, 18.39)
    """
    from scipy.special import gammaincinv  # late: half a second that most calls do not need

    tail = (1 - level) / 2
    below = np.where(exposed > 0, exposed, np.nan)
    low = np.where(counts > 0, gammaincinv(np.maximum(counts, 1), tail), 0.0)
    return low / below, gammaincinv(counts + 1, 1 - tail) / below
