"""The distribution of 10,000 deals, against 10,000 simulations of the same deals in numpy."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import ndtri

from benchmarks.pairs import Ratio, compared
from xlcrm.stats.bernoulli_sums import Distribution, distribution

DEALS, DRAWS, AT_ONCE = 10_000, 10_000, 500


def ratios() -> list[Ratio]:
    """Give the distribution of 10,000 deals, independent and with a common shock."""
    chance = np.random.default_rng(20)
    amounts = np.round(np.exp(chance.normal(9, 1, DEALS)), 2)
    chances = np.round(chance.uniform(0.02, 0.98, DEALS), 4)
    found = []
    for rho in (0.1, 0.0):

        def ours(rho: float = rho) -> Distribution:
            return distribution(amounts, chances, rho)

        def peer(rho: float = rho) -> np.ndarray:
            return simulated(amounts, chances, rho)

        law, sums = ours(), peer()
        for q in (0.1, 0.5, 0.9):
            assert abs((sums <= law.quantile(q)).mean() - q) < 4 * math.sqrt(q * (1 - q) / DRAWS)
        what = f"distribution of {DEALS:,} deals, rho = {rho:g}"
        found.append(compared(what, ours, peer, f"{DRAWS:,} simulations in numpy", at_most=0.1))
    return found


def simulated(amounts: np.ndarray, chances: np.ndarray, rho: float) -> np.ndarray:
    """Simulate the deals in single precision, the quickest way that numpy has for each model."""
    random = np.random.default_rng(21)
    single = amounts.astype(np.float32)
    levels = (ndtri(chances) if rho else chances).astype(np.float32)
    shared, own = np.float32(math.sqrt(rho)), np.float32(math.sqrt(1 - rho))
    sums = []
    for _ in range(DRAWS // AT_ONCE):
        if rho:
            noise = random.standard_normal((AT_ONCE, DEALS), dtype=np.float32)
            noise *= own
            noise += shared * random.standard_normal((AT_ONCE, 1), dtype=np.float32)
        else:
            noise = random.random((AT_ONCE, DEALS), dtype=np.float32)
        sums.append((noise < levels).astype(np.float32) @ single)
    return np.concatenate(sums)
