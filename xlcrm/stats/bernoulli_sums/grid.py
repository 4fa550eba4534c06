"""The grid on which many deals are added up."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from xlcrm.stats.bernoulli_sums.money import Deals, money, shared_unit
from xlcrm.stats.bernoulli_sums.shock import Shock, conditional

Vector = np.ndarray[Any, np.dtype[np.float64]]
Cells = np.ndarray[Any, np.dtype[np.int64]]

MOST_CELLS = 65_536
_LOG_TAIL = 30.0  # e^-30 = 1e-13: the chance left outside the grid at either end
_KNOTS = 17


@dataclass(frozen=True)
class Grid:
    """Cells of one width, counted round a circle of a power of two.

    Attributes:
        unit: The cell's width as a whole number and what it is to be divided by.
        exact: Whether every amount is a whole number of cells.
        first: The number of the lowest cell.
        used: How many cells are used.
        size: The circle's length.
        cells: The whole cells of each amount, n numbers.
        rest: What of each amount lies beyond them, n parts of a cell from 0 to below 1.
    """

    unit: tuple[float, float]
    exact: bool
    first: int
    used: int
    size: int
    cells: Cells
    rest: Vector

    @property
    def width(self) -> float:
        """The width of a cell in money."""
        return float(self.unit[0] / self.unit[1])

    def of(self, chosen: Any) -> Grid:
        """Give the grid of some of the deals."""
        return replace(self, cells=self.cells[chosen], rest=self.rest[chosen])

    def values(self, certain: float) -> Vector:
        """Give the amounts of the cells in use, moved by what is certain."""
        cells = np.arange(self.first, self.first + self.used, dtype=float)
        if self.exact:
            return money(cells, self.unit, certain)
        found: Vector = cells * self.unit[0] / self.unit[1] + certain
        return found


def grid_of(deals: Deals, shock: Shock, most: int = MOST_CELLS) -> Grid:
    """Choose a grid: the shared unit of the amounts where it suffices, else 1, 2 or 5 times 10ᵏ.

    Independent deals keep their shared unit up to `MOST_CELLS`, since they take little time.

    Args:
        deals: At least one deal.
        shock: The common factor.
        most: The most cells to use.
    """
    low, high = _window(deals, shock)
    shared = shared_unit(deals.amounts, deals.certain)
    if shared is not None:
        step, scale = shared
        first, last = math.floor(low * scale / step), math.ceil(high * scale / step)
        if last - first < (most if shock.rho else MOST_CELLS):
            cells = np.rint(deals.amounts * scale).astype(np.int64) // step
            return Grid(
                shared, True, first, last - first + 1, _circle(last - first + 1), cells,
                np.zeros(len(cells)),
            )  # fmt: skip
    count = len(deals.amounts)
    margin = min(count, math.ceil(4 * math.sqrt(count))) + 1  # Hoeffding: 1e-13 beyond it
    unit = _nice((high - low) / (most - 2 * margin - 4))
    places = deals.amounts * unit[1] / unit[0]
    cells = np.floor(places).astype(np.int64)
    first = math.floor(low * unit[1] / unit[0]) - margin
    used = math.ceil(high * unit[1] / unit[0]) + margin - first + 1
    return Grid(unit, False, first, used, _circle(used), cells, places - cells)


def _circle(cells: int) -> int:
    return int(1 << max(cells - 1, 1).bit_length())


def _nice(least: float) -> tuple[float, float]:
    """Give the least 1, 2 or 5 times a power of ten that is not below a number."""
    power = math.floor(math.log10(least))
    scale = 10.0**-power if power < 0 else 1.0
    for digit in (1, 2, 5, 10, 20):
        step = float(digit) if power < 0 else digit * 10.0**power
        if step / scale >= least:
            return step, scale
    raise AssertionError("a power of ten is above every number")


def _window(deals: Deals, shock: Shock) -> tuple[float, float]:
    """Give two amounts outside of which the sum falls with a chance below 2e-13 (Bernstein)."""
    a = deals.amounts
    largest = float(np.abs(a).max())
    scaled = a / largest
    p = conditional(deals.chances, shock.rho, knots(shock))
    means = p @ scaled
    spread = (p * (1 - p)) @ (scaled * scaled)
    reach = _LOG_TAIL / 3 + np.sqrt((_LOG_TAIL / 3) ** 2 + 2 * _LOG_TAIL * spread)
    low = max(float((means - reach).min()) * largest, float(a[a < 0].sum()))
    high = min(float((means + reach).max()) * largest, float(a[a > 0].sum()))
    return low, high


def knots(shock: Shock) -> Vector:
    """Give values of the common factor from its first node to its last."""
    if not shock.rho:
        return np.zeros(1)
    return np.linspace(shock.nodes[0], shock.nodes[-1], _KNOTS)
