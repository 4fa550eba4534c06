"""Few deals: every outcome counted.

The deals are cut into two halves; the chance of a pair of outcomes is a product given the common
factor, so all pairs are one product of two matrices.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from xlcrm.stats.bernoulli_sums.money import Deals, merged, money, shared_unit
from xlcrm.stats.bernoulli_sums.shock import Shock, conditional

Vector = np.ndarray[Any, np.dtype[np.float64]]

FEWEST_ON_A_GRID = 19
_TIE = 1e-12


def outcomes(deals: Deals, shock: Shock) -> tuple[Vector, Vector]:
    """Give the attainable sums of fewer than 19 deals and their chances.

    Args:
        deals: The deals.
        shock: The common factor.

    Returns:
        The distinct sums, rising, and the chance of each.
    """
    values, joint = _pairs(deals, shock)
    values, chances = merged(values.ravel(), joint.ravel())
    return values, chances / chances.sum()


def chance_of_reaching(deals: Deals, shock: Shock, target: float) -> float:
    """Give the chance that fewer than 19 deals bring a target or more.

    Args:
        deals: The deals.
        shock: The common factor.
        target: The amount to reach.
    """
    values, joint = _pairs(deals, shock)
    tie = _TIE * float(np.abs(values).max())
    return float(joint[values >= target - tie].sum())


def _pairs(deals: Deals, shock: Shock) -> tuple[Vector, Vector]:
    """Give the sum and the chance of every pair of outcomes of the two halves."""
    unit = shared_unit(deals.amounts, deals.certain) if len(deals.amounts) else None
    parts = deals.amounts if unit is None else np.rint(deals.amounts * unit[1]) / unit[0]
    half = len(parts) // 2
    left, left_chances = _half(parts[:half], deals.chances[:half], shock)
    right, right_chances = _half(parts[half:], deals.chances[half:], shock)
    joint = (left_chances * shock.weights[:, None]).T @ right_chances
    sums = np.add.outer(left, right)
    return sums + deals.certain if unit is None else money(sums, unit, deals.certain), joint


def _half(parts: Vector, chances: Vector, shock: Shock) -> tuple[Vector, Vector]:
    p = conditional(chances, shock.rho, shock.nodes)
    sums, found = np.zeros(1), np.ones((len(shock.nodes), 1))
    for k, part in enumerate(parts.tolist()):
        sums = np.concatenate([sums, sums + part])
        found = np.hstack([found * (1 - p[:, k : k + 1]), found * p[:, k : k + 1]])
    return sums, found
