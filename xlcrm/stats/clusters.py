"""Which things are alike: clusters within which every two are."""

from __future__ import annotations

from typing import Any

import numpy as np

Matrix = np.ndarray[Any, np.dtype[np.float64]]

_ROUNDING = 1e-9


def complete_linkage(distances: Matrix, cut: float) -> Any:
    """Gather things so that no two of a cluster are farther apart than allowed.

    Method: the two clusters whose farthest members are nearest are joined, again and again
    (Sørensen 1948, Kongelige Danske Videnskabernes Selskab, Biologiske Skrifter 5).

    Args:
        distances: m by m, symmetric, finite; which of equal distances counts first follows the
            order of the things.
        cut: The largest distance within a cluster.

    Returns:
        The cluster of each thing, m whole numbers from 0 in the order of their first members.

    Example:
        >>> apart = np.array([[0.0, 0.1, 0.9], [0.1, 0.0, 0.2], [0.9, 0.2, 0.0]])
        >>> complete_linkage(apart, 0.2).tolist()
        [0, 0, 1]
    """
    if len(distances) < 2:
        return np.zeros(len(distances), dtype=int)
    from scipy.cluster.hierarchy import fcluster, linkage  # late: most calls do not need it

    above = distances[np.triu_indices(len(distances), 1)]
    found = fcluster(linkage(above, "complete"), cut + _ROUNDING, "distance")
    _, first, codes = np.unique(found, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[codes]
