"""The logarithm of the characteristic function of many deals at once.

At low frequencies log(1 + p(e^{iθ} - 1)) is expanded in powers of θ = ωa for |θ| <= 1.5 (it
converges for |θ| < π). The coefficients are polynomials in s = 1 - 2p, whose sums over the deals
are smooth in the common factor, and so are interpolated between Chebyshev nodes.

At all frequencies, for deals that are nearly certain given the common factor, it is log(1 - p) +
Σ (-1)^{m+1} r^m e^{imθ} / m with r = p / (1 - p), which is one Fourier transform over the amounts
(Kornya 1983, "Distribution of aggregate claims in the individual risk theory model", Transactions
of the Society of Actuaries 35). A deal that is nearly won counts as a certain amount and a loss.
"""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np

from xlcrm.stats.bernoulli_sums.grid import Grid
from xlcrm.stats.bernoulli_sums.shock import Shock, conditional

Vector = np.ndarray[Any, np.dtype[np.float64]]
Complex = np.ndarray[Any, np.dtype[np.complex128]]

RADIUS = 1.5
_ORDER = 20
_LEFT_AWAY = 1e-10


def evaluated(coefficients: Vector, omega: Vector) -> Complex:
    """Exponentiate a series in iω, k x 20 coefficients, at f frequencies."""
    powers = np.cumprod(np.broadcast_to(omega, (_ORDER, len(omega))), axis=0)
    signs = (-1.0) ** np.arange(_ORDER // 2)[:, None]
    odd = coefficients[:, 0::2] @ (powers[0::2] * signs)
    even = coefficients[:, 1::2] @ (powers[1::2] * -signs)
    found: Complex = np.exp(even + 1j * odd)
    return found


def series(places: Vector, chances: Vector, shock: Shock) -> Vector:
    """Add up the series of the logarithms of deals' factors, at all nodes of the common factor.

    Args:
        places: The amounts in cells, n numbers.
        chances: Their chances, n numbers.
        shock: The common factor with k nodes.

    Returns:
        k x 20 coefficients of the powers of iω.
    """
    at, weights = _chebyshev(shock)
    largest = float(np.abs(places).max())
    powers = np.cumprod(np.broadcast_to(places / largest, (_ORDER, len(places))), axis=0).T
    powers = np.ascontiguousarray(powers)
    table = _coefficients()
    s = 1 - 2 * conditional(chances, shock.rho, at)
    total = np.tile(powers.sum(axis=0) * table[0, 1:], (len(at), 1))
    power = np.ones_like(s)
    for m in range(1, _ORDER + 1):
        power *= s
        total[:, m - 1 :: 2] += (power @ powers[:, m - 1 :: 2]) * table[m, m::2]
    found: Vector = (weights @ total) * largest ** np.arange(1.0, _ORDER + 1)
    return found


def _coefficients() -> Vector:
    """Give the coefficients of s^m t^r in log(1 + p(e^t - 1)), where s = 1 - 2p.

    It is t/2 + log cosh(t/2) + log(1 - s tanh(t/2)).
    """
    tanh = np.zeros(_ORDER + 1)
    tanh[1] = 0.5
    for r in range(1, _ORDER):  # y' = (1 - y²) / 2
        square = float(np.dot(tanh[: r + 1], tanh[r::-1]))
        tanh[r + 1] = -0.5 * square / (r + 1)
    table = np.zeros((_ORDER + 1, _ORDER + 1))
    table[0, 1] = 0.5
    table[0, 2:] += 0.5 * tanh[1:-1] / np.arange(2, _ORDER + 1)
    power = np.zeros(_ORDER + 1)
    power[0] = 1.0
    for m in range(1, _ORDER + 1):
        power = np.convolve(power, tanh)[: _ORDER + 1]
        table[m] -= power / m
    return table


def _chebyshev(shock: Shock) -> tuple[Vector, Vector]:
    """Give Chebyshev nodes over the factor's range, and weights that interpolate to its nodes.

    Returns:
        c values of the factor, and k x c weights (barycentric).
    """
    if not shock.rho:
        return shock.nodes, np.ones((1, 1))
    reach = float(shock.nodes[-1])
    count = math.ceil(16 + 10 * reach * math.sqrt(shock.rho / (1 - shock.rho)))
    if count >= len(shock.nodes):
        return shock.nodes, np.eye(len(shock.nodes))
    angles = (2 * np.arange(count) + 1) * math.pi / (2 * count)
    at = reach * np.cos(angles)
    weight = np.sin(angles) * (-1.0) ** np.arange(count)
    gaps = shock.nodes[:, None] - at[None, :]
    hits = gaps == 0
    found = weight / np.where(hits, 1.0, gaps)
    found /= found.sum(axis=1, keepdims=True)
    return at, np.where(hits.any(axis=1, keepdims=True), hits.astype(float), found)


def transformed(grid: Grid, chances: Vector, weight: float) -> Complex:
    """Give the characteristic function of nearly certain deals at all frequencies.

    Args:
        grid: The grid with the deals' amounts.
        chances: Their chances, n numbers well away from a half.
        weight: How much it counts: the error allowed is 1e-10 over it.

    Returns:
        As many numbers as there are frequencies from 0 to half the grid's size.
    """
    won = chances > 0.5
    odds = np.minimum(chances, 1 - chances) / np.maximum(chances, 1 - chances)
    between = won & (grid.rest > 0)
    cells = np.where(won, -grid.cells, grid.cells) - between
    rest = np.where(between, 1 - grid.rest, grid.rest)
    power, total = odds.copy(), np.zeros(grid.size)
    for m in itertools.count(1):
        for k in range(m + 1 if rest.any() else 1):  # m draws between two cells: binomial
            share = math.comb(m, k) * (1 - rest) ** (m - k) * rest**k
            terms = (-1) ** (m + 1) / m * power * share
            total += np.bincount((m * cells + k) % grid.size, terms, grid.size)
        power *= odds
        if weight * float(power.sum()) < _LEFT_AWAY * (m + 1):
            break
    turns = np.arange(grid.size // 2 + 1)
    surely = int(grid.cells[won].sum()) + float(grid.rest[won].sum())
    whole = math.floor(surely)
    turn = 2 * math.pi / grid.size
    base = np.exp(1j * turn * ((whole * turns) % grid.size))
    base *= 1 + (surely - whole) * (np.exp(1j * turn * turns) - 1)
    constant = float(np.log(np.maximum(chances, 1 - chances)).sum())
    found: Complex = base * np.exp(constant + np.conj(np.fft.rfft(total)))
    return found
