"""What one deal changes: the chance of reaching a target if it is won, and if it is lost.

A deal that is won says something of the common factor too, and so of all other deals. The sum of
the others is found by dividing the characteristic function, given the common factor, by the deal's
own factor: the very number that it was multiplied by, so nothing is lost where that is small.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from xlcrm.stats.bernoulli_sums.enumeration import FEWEST_ON_A_GRID, chance_of_reaching
from xlcrm.stats.bernoulli_sums.grid import Grid
from xlcrm.stats.bernoulli_sums.law import Distribution
from xlcrm.stats.bernoulli_sums.money import Deals, checked_rho, sorted_deals
from xlcrm.stats.bernoulli_sums.shock import Shock, conditional, deviation, quadrature
from xlcrm.stats.bernoulli_sums.spectrum import factors, pieces, waves
from xlcrm.stats.bernoulli_sums.total import factor, masses, prepared

Vector = np.ndarray[Any, np.dtype[np.float64]]
Complex = np.ndarray[Any, np.dtype[np.complex128]]


def influences(
    amounts: ArrayLike,
    chances: ArrayLike,
    target: float,
    rho: float = 0.0,
    which: Sequence[int] | None = None,
) -> tuple[Vector, Vector]:
    """Give the chances of reaching a target if one deal is won, and if it is lost.

    A deal costs up to a tenth of what the distribution costs: where deals are many, ask for the
    leading ones only (see ``leading``).

    Args:
        amounts: The deals' amounts, n numbers.
        chances: Their chances between 0 and 1, n numbers.
        target: The amount to reach.
        rho: The correlation, from 0 to below 1.
        which: The places of the deals asked about, m numbers from 0; all if left out.

    Returns:
        P(S >= target | won) and P(S >= target | lost), m numbers each. What a certain deal does
        not do (being lost at the chance 1) is answered as if it did, all others being as they are.

    Raises:
        ValueError: A number is out of range, see ``distribution``.
        OverflowError: The sum may be beyond the largest number.
    """
    rho, deals = checked_rho(rho), sorted_deals(amounts, chances)
    every = list(zip(np.asarray(amounts).tolist(), np.asarray(chances).tolist(), strict=True))
    asked = every if which is None else [every[k] for k in which]
    asked = [(float(amount), float(chance)) for amount, chance in asked]
    distinct = list(dict.fromkeys(asked))
    answer = _enumerated if len(deals.amounts) < FEWEST_ON_A_GRID else _on_a_grid
    shock = factor(deals, rho)
    found = dict(zip(distinct, answer(deals, shock, distinct, target), strict=True))
    pairs = np.array([found[deal] for deal in asked]).reshape(len(asked), 2)
    return np.clip(pairs[:, 0], 0.0, 1.0), np.clip(pairs[:, 1], 0.0, 1.0)


def leading(
    amounts: ArrayLike, chances: ArrayLike, target: float, rho: float = 0.0, count: int = 50
) -> list[int]:
    """Find the deals that matter most for reaching a target.

    They are those with the largest difference between won and lost when the sum is taken to be
    normal, with the mean that it has given that deal; ties go to the larger amount, then chance.

    Args:
        amounts: The deals' amounts, n numbers.
        chances: Their chances, n numbers.
        target: The amount to reach.
        rho: The correlation, from 0 to below 1.
        count: How many deals to find.

    Returns:
        Their places, the largest difference first.

    Raises:
        ValueError: A number is out of range, see ``distribution``.
        OverflowError: The sum may be beyond the largest number.
    """
    from scipy.special import ndtr

    rho, deals = checked_rho(rho), sorted_deals(amounts, chances)
    a, p = np.asarray(amounts, dtype=float), np.asarray(chances, dtype=float)
    order = np.lexsort((p, a))
    a, p = a[order], p[order]
    largest = float(np.abs(a).max(initial=0.0))
    spread = deviation(deals.amounts, deals.chances, rho)
    if not spread:
        return []
    shock = quadrature(rho, math.sqrt((1 - rho) / rho) if rho else math.inf)
    moved = conditional(p, rho, shock.nodes)
    means = moved @ (a / largest)
    shared = (shock.weights * (means - shock.weights @ means)) @ moved
    uncertain = (p > 0) & (p < 1)
    risk = np.where(uncertain, p * (1 - p), 1.0)
    pull = np.where(uncertain, a / largest + shared / risk, 0.0)
    gap = (target - deals.mean) / largest
    scale = spread / largest
    effect = ndtr(((1 - p) * pull - gap) / scale) - ndtr((-p * pull - gap) / scale)
    ranked = np.lexsort((-p, -np.abs(a), -np.abs(np.where(uncertain, effect, 0.0))))
    chosen = ranked[uncertain[ranked]][:count]
    return [int(k) for k in order[chosen]]


def _given(shock: Shock, chance: float, *, won: bool) -> Shock:
    """Weigh the common factor by what a deal's end says of it."""
    p = conditional(np.array([chance]), shock.rho, shock.nodes)[:, 0]
    told = shock.weights * (p if won else 1 - p)
    if not 0 < chance < 1 or not told.sum():
        return shock
    return replace(shock, weights=told / told.sum())


def _place(deals: Deals, deal: tuple[float, float]) -> int | None:
    """Find an uncertain deal, or one that is equal to it."""
    found = np.flatnonzero((deals.amounts == deal[0]) & (deals.chances == deal[1]))
    return int(found[0]) if len(found) else None


def _without(deals: Deals, deal: tuple[float, float], *, won: bool) -> Deals:
    """Give the other deals, and what the deal adds to what is certain."""
    amount, chance = deal
    place = _place(deals, deal)
    if place is None:
        added = amount * (won - chance) if chance in (0.0, 1.0) else 0.0
        return replace(deals, certain=deals.certain + added)
    return replace(
        deals,
        amounts=np.delete(deals.amounts, place),
        chances=np.delete(deals.chances, place),
        certain=deals.certain + amount * won,
    )


def _enumerated(
    deals: Deals, shock: Shock, asked: list[tuple[float, float]], target: float
) -> list[tuple[float, float]]:
    def reached(deal: tuple[float, float], won: bool) -> float:
        others, told = _without(deals, deal, won=won), _given(shock, deal[1], won=won)
        return chance_of_reaching(others, told, target)

    return [(reached(deal, True), reached(deal, False)) for deal in asked]


def _on_a_grid(
    deals: Deals, shock: Shock, asked: list[tuple[float, float]], target: float
) -> list[tuple[float, float]]:
    spectrum = prepared(deals, shock)
    grid = spectrum.grid
    places = [_place(deals, deal) for deal in asked]
    ends = [
        np.stack([_given(shock, chance, won=won).weights for won in (True, False)])
        for _, chance in asked
    ]
    both = np.zeros((len(asked), 2, grid.size // 2 + 1), dtype=complex)
    for nodes, turns, split, piece in pieces(spectrum):
        for k, (place, weights) in enumerate(zip(places, ends, strict=True)):
            if place is None:
                both[k][:, turns] += weights[:, nodes] @ piece
                continue
            wave = waves(grid.of(slice(place, place + 1)), turns, split=split)
            p = conditional(deals.chances[place : place + 1], shock.rho, shock.nodes[nodes])
            part = weights[:, nodes] @ (piece / factors(p, wave))
            part[0] *= wave[0]
            both[k][:, turns] += part
    answers = []
    for deal, place, (won, lost) in zip(asked, places, both, strict=True):
        in_place = place is not None
        if_won = deals if in_place else _without(deals, deal, won=True)
        if_lost = deals if in_place else _without(deals, deal, won=False)
        answers.append((_tail(grid, won, if_won, target), _tail(grid, lost, if_lost, target)))
    return answers


def _tail(grid: Grid, transform: Complex, deals: Deals, target: float) -> float:
    law = Distribution(
        grid.values(deals.certain), masses(grid, transform), grid.width, grid.exact, 0.0, 0.0
    )
    return law.reaching(target)
