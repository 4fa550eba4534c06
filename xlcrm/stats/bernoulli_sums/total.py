"""The distribution of the sum."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from xlcrm.stats.bernoulli_sums.enumeration import FEWEST_ON_A_GRID, outcomes
from xlcrm.stats.bernoulli_sums.grid import Grid, grid_of
from xlcrm.stats.bernoulli_sums.law import Distribution
from xlcrm.stats.bernoulli_sums.money import Deals, checked_rho, sorted_deals
from xlcrm.stats.bernoulli_sums.shock import Shock, deviation, quadrature, step_width
from xlcrm.stats.bernoulli_sums.spectrum import Spectrum, pieces, spectrum_of

Vector = np.ndarray[Any, np.dtype[np.float64]]
Complex = np.ndarray[Any, np.dtype[np.complex128]]

_CELLS_OF_A_WIDE_SPECTRUM = 16_384


def distribution(amounts: ArrayLike, chances: ArrayLike, rho: float = 0.0) -> Distribution:
    """Give the distribution of what deals bring together.

    Args:
        amounts: The deals' amounts, n numbers of one currency; negative ones are allowed.
        chances: Their chances between 0 and 1, n numbers.
        rho: The correlation of the normal variables behind the deals, from 0 to below 1.

    Returns:
        The distribution; all at 0 where there are no deals.

    Raises:
        ValueError: The lengths differ, a number is not finite, a chance or rho is out of range.
        OverflowError: The sum may be beyond the largest number.

    Example:
        >>> law = distribution([100.0, 100.0, 50.0], [0.5, 0.5, 0.2])
        >>> law.mean, law.reaching(100.0)
        (110.0, 0.75)
    """
    rho, deals = checked_rho(rho), sorted_deals(amounts, chances)
    spread = deviation(deals.amounts, deals.chances, rho)
    if not len(deals.amounts):
        return Distribution(
            np.array([deals.certain]), np.ones(1), 0.0, True, deals.mean, spread
        )  # fmt: skip
    shock = factor(deals, rho)
    if len(deals.amounts) < FEWEST_ON_A_GRID:
        values, found = outcomes(deals, shock)
        return Distribution(values, found, 0.0, True, deals.mean, spread)
    spectrum = prepared(deals, shock)
    mixed = np.zeros(spectrum.grid.size // 2 + 1, dtype=complex)
    for nodes, turns, _, piece in pieces(spectrum):
        mixed[turns] += shock.weights[nodes] @ piece
    found = masses(spectrum.grid, mixed)
    grid = spectrum.grid
    return Distribution(
        grid.values(deals.certain), found, grid.width, grid.exact, deals.mean, spread
    )


def factor(deals: Deals, rho: float) -> Shock:
    """Choose the nodes of the common factor for these deals."""
    scaled = deals.amounts / float(np.abs(deals.amounts).max(initial=0.0) or 1.0)
    return quadrature(rho, step_width(scaled, deals.chances, rho))


def prepared(deals: Deals, shock: Shock) -> Spectrum:
    """Choose grid and frequencies; fewer cells where many frequencies count at many nodes."""
    spectrum = spectrum_of(deals, shock, grid_of(deals, shock))
    if not spectrum.wide or (spectrum.grid.exact and not shock.rho):
        return spectrum
    return spectrum_of(deals, shock, grid_of(deals, shock, _CELLS_OF_A_WIDE_SPECTRUM))


def masses(grid: Grid, transform: Complex) -> Vector:
    """Invert a characteristic function into the chances of the cells in use.

    Args:
        grid: The grid.
        transform: The characteristic function at the frequencies from 0 to half its size.
    """
    found = np.fft.irfft(np.conj(transform), grid.size)
    used = np.clip(np.roll(found, -(grid.first % grid.size))[: grid.used], 0.0, None)
    return used / math.fsum(used.tolist())
