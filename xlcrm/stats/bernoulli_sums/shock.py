"""The common shock: one normal factor that moves every deal's chance.

Given the factor z, deals are independent with the chances
p(z) = Φ((Φ⁻¹(p) - √rho z) / √(1 - rho)). (Vasicek 2002, "The distribution of loan portfolio value",
Risk 15.) The factor is integrated out by Gauss-Hermite quadrature. What is integrated is nearly a
step in z where deals are many, so the number of nodes grows until their distance is less than the
step's width (131,072 nodes at most); more nodes then change less than 1e-6, as the tests measure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

Vector = np.ndarray[Any, np.dtype[np.float64]]

_FEWEST_NODES, _MOST_NODES = 24, 1 << 17
_LEAST_WEIGHT = 1e-12
_STILL = 1e-6


@dataclass(frozen=True)
class Shock:
    """The nodes of the common factor.

    Attributes:
        rho: The correlation, from 0 to below 1.
        nodes: The factor's values, k numbers.
        weights: Their weights, k numbers that add up to 1.
    """

    rho: float
    nodes: Vector
    weights: Vector


def conditional(chances: Vector, rho: float, nodes: Vector) -> Vector:
    """Give the chances of n deals at k values of the common factor.

    Args:
        chances: n numbers between 0 and 1; 0 and 1 stay.
        rho: The correlation, from 0 to below 1.
        nodes: k numbers.

    Returns:
        k x n numbers.
    """
    from scipy.special import ndtr, ndtri  # late: half a second that most calls do not need

    if not rho:
        return np.broadcast_to(chances, (len(nodes), len(chances)))
    shift = math.sqrt(rho / (1 - rho)) * nodes[:, None]
    found: Vector = ndtr(ndtri(chances)[None, :] / math.sqrt(1 - rho) - shift)
    return found


def quadrature(rho: float, width: float) -> Shock:
    """Choose the nodes of the common factor.

    Args:
        rho: The correlation.
        width: The width in z of what must be resolved.
    """
    from scipy.special import roots_hermitenorm

    if not rho:
        return Shock(0.0, np.zeros(1), np.ones(1))
    needed = (math.pi / width) ** 2  # the nodes lie π/√n apart
    count = min(max(_FEWEST_NODES, 1 << math.ceil(math.log2(needed))), _MOST_NODES)
    nodes, weights = roots_hermitenorm(count)
    kept = weights > _LEAST_WEIGHT * weights.sum()
    return Shock(rho, nodes[kept], weights[kept] / weights[kept].sum())


def step_width(amounts: Vector, chances: Vector, rho: float) -> float:
    """Give the width in z of the steepest step of P(S >= x | z).

    It is the conditional deviation of the sum over the slope of its conditional mean.

    Args:
        amounts: n amounts, at most about 1 in size.
        chances: n chances strictly between 0 and 1.
        rho: The correlation.
    """
    from scipy.special import ndtri

    if not rho:
        return math.inf
    each = math.sqrt((1 - rho) / rho)  # the width of one deal's step
    at = np.linspace(-4, 4, 2 * min(max(math.ceil(4 / each), 3), 50) + 1)
    p = conditional(chances, rho, at)
    slack, pull = math.sqrt(1 - rho), math.sqrt(rho)
    points = (ndtri(chances)[None, :] - pull * at[:, None]) / slack
    density = np.exp(-0.5 * points * points) / math.sqrt(2 * math.pi)
    slope = pull / slack * (density @ np.abs(amounts))
    spread = np.sqrt((p * (1 - p)) @ (amounts * amounts))
    moves = spread > _STILL
    return float((spread[moves] / slope[moves]).min(initial=each))


def deviation(amounts: Vector, chances: Vector, rho: float) -> float:
    """Give the standard deviation of the sum: what the deals vary, and what the factor moves.

    Args:
        amounts: n amounts.
        chances: n chances.
        rho: The correlation.
    """
    largest = float(np.abs(amounts).max(initial=0.0))
    if not largest:
        return 0.0
    scaled = amounts / largest
    shock = quadrature(rho, math.sqrt((1 - rho) / rho) if rho else math.inf)
    p = conditional(chances, rho, shock.nodes)
    means = p @ scaled
    inner = means @ shock.weights
    within = p @ (scaled * scaled) - (p * p) @ (scaled * scaled)
    total = shock.weights @ (within + (means - inner) ** 2)
    return math.sqrt(max(float(total), 0.0)) * largest
