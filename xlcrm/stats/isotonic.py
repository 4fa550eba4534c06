"""Isotonic regression: the nearest sequence that never falls."""

from __future__ import annotations

from typing import Any

import numpy as np

Vector = np.ndarray[Any, np.dtype[np.float64]]


def rising(values: Vector, weights: Vector) -> Vector:
    """Give the sequence that never falls and is nearest to ``values`` in weighted least squares.

    Method: pool adjacent violators (Ayer et al. 1955, Annals of Mathematical Statistics 26).

    Args:
        values: The sequence, n numbers.
        weights: Their weights, n positive numbers.

    Returns:
        n numbers.

    Example:
        >>> rising(np.array([1.0, 3.0, 2.0]), np.ones(3)).tolist()
        [1.0, 2.5, 2.5]
    """
    blocks: list[tuple[float, float, int]] = []
    for value, weight in zip(values.tolist(), weights.tolist(), strict=True):
        mean, mass, size = value, weight, 1
        while blocks and blocks[-1][0] > mean:
            before, before_mass, before_size = blocks.pop()
            mean = (before * before_mass + mean * mass) / (before_mass + mass)
            mass, size = mass + before_mass, size + before_size
        blocks.append((mean, mass, size))
    return np.repeat([mean for mean, _, _ in blocks], [size for _, _, size in blocks])
