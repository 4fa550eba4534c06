"""The characteristic function of the sum, only where it is not negligible.

A deal's factor 1 + p(e^{iωa} - 1) has a size of at most exp(-p(1 - p)(1 - cos ωa)). So the size of
the product is bounded by one Fourier transform of p(1 - p) over the amounts. For each stretch of
the common factor, frequencies where the bound times the stretch's weight is below 1e-8 are left
away (1e-12 where deals are independent): where deals are many, nearly all. What is left away
changes a cumulated chance by less than 1e-6.

An amount between two cells is split between them so that its mean stays (the method of mass
dispersal: Gerber 1982, "On the numerical evaluation of the distribution of aggregate claims",
Insurance: Mathematics and Economics 1). The error in money is a sum of independent errors with
mean 0 of at most one cell each, hence by Hoeffding beyond u √(m ln(2/ε) / 2) at most with the
chance ε, where u is the cell's width and m the number of deals between cells. Where the bound is
negligible above a quarter of the grid's frequencies, nothing needs splitting: the true amounts
enter, and cumulated chances are right within 2.4 times the largest chance of a cell (Esseen
1945, "Fourier analysis of distribution functions", Acta Mathematica 77).

Three ways lead to the product, each where it is the quickest: factor by factor, and the two of
``expansion``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np

from xlcrm.stats.bernoulli_sums.expansion import RADIUS, evaluated, series, transformed
from xlcrm.stats.bernoulli_sums.grid import Grid, knots
from xlcrm.stats.bernoulli_sums.money import Deals
from xlcrm.stats.bernoulli_sums.shock import Shock, conditional

Vector = np.ndarray[Any, np.dtype[np.float64]]
Complex = np.ndarray[Any, np.dtype[np.complex128]]
Cells = np.ndarray[Any, np.dtype[np.int64]]

_NEGLIGIBLE, _NEGLIGIBLE_ALONE = 1e-8, 1e-12
_BLOCK = 1 << 15
_AT_ONCE = 1 << 16
_WORTH_A_SERIES = 2_000_000
_WORTH_TRANSFORMS = 40
_NEARLY_CERTAIN = 0.4


@dataclass(frozen=True)
class Stretch:
    """A stretch of the common factor.

    Attributes:
        start: The first of its nodes.
        stop: The node after its last.
        kept: The frequencies that are not negligible in it, in turns round the circle.
        wide: Whether they reach high, so that amounts between cells are split.
    """

    start: int
    stop: int
    kept: Cells
    wide: bool


@dataclass(frozen=True)
class Spectrum:
    """What is needed to evaluate the characteristic function.

    Attributes:
        deals: The deals.
        shock: The common factor.
        grid: The grid of the deals.
        stretches: The stretches of the common factor that count.
    """

    deals: Deals
    shock: Shock
    grid: Grid
    stretches: tuple[Stretch, ...]

    @property
    def wide(self) -> bool:
        """Whether some stretch reaches high frequencies."""
        return any(stretch.wide for stretch in self.stretches)


def spectrum_of(deals: Deals, shock: Shock, grid: Grid) -> Spectrum:
    """Choose the frequencies.

    Args:
        deals: The deals.
        shock: The common factor.
        grid: The grid of these deals.
    """
    at = knots(shock)
    p = conditional(deals.chances, shock.rho, at)
    variances = p * (1 - p)
    if len(at) == 1:
        least, starts, negligible = [variances[0]], [0, 1], _NEGLIGIBLE_ALONE
    else:  # p(1 - p) has one peak in z: between two knots it is not below the lower of them
        least = [np.minimum(left, right) for left, right in pairwise(variances)]
        starts = [*np.searchsorted(shock.nodes, at[:-1]).tolist(), len(shock.nodes)]
        negligible = _NEGLIGIBLE
    places = np.concatenate([grid.cells, grid.cells + 1]) % grid.size
    shares = np.concatenate([1 - grid.rest, grid.rest])
    found = []
    for (start, stop), low in zip(pairwise(starts), least, strict=True):
        weight = float(shock.weights[start:stop].sum())
        held = np.bincount(places, np.tile(low, 2) * shares, grid.size)
        bound = weight * np.exp(np.fft.rfft(held).real - low.sum())
        kept = np.flatnonzero(bound > negligible)
        if stop > start:
            kept = kept if len(kept) else np.zeros(1, dtype=np.int64)
            found.append(Stretch(start, stop, kept, 4 * int(kept[-1]) >= grid.size))
    if len(deals.amounts) <= _WORTH_TRANSFORMS:
        found = _joined(found)
    return Spectrum(deals, shock, grid, tuple(found))


def _joined(stretches: list[Stretch]) -> list[Stretch]:
    """Join neighbouring wide stretches, so that their deals' waves are made once."""
    found: list[Stretch] = []
    for part in stretches:
        if found and found[-1].wide and part.wide:
            last = found.pop()
            part = Stretch(last.start, part.stop, _either(last.kept, part.kept), wide=True)
        found.append(part)
    return found


def _either(left: Cells, right: Cells) -> Cells:
    """Give what is in either of two rising lists of frequencies."""
    there = np.zeros(max(left[-1], right[-1]) + 1, dtype=bool)
    there[left] = there[right] = True
    return np.flatnonzero(there)


def waves(grid: Grid, turns: Cells, *, split: bool) -> Complex:
    """Give e^{iωa} of the amounts of a grid.

    Args:
        grid: The grid with d amounts.
        turns: f frequencies.
        split: Whether amounts between cells are split; else they enter as they are.

    Returns:
        d x f numbers.
    """
    turn = 2 * math.pi / grid.size
    whole = (grid.cells[:, None] * turns) % grid.size
    if not split:
        true: Complex = np.exp(1j * turn * (whole + grid.rest[:, None] * turns))
        return true
    found: Complex = _roots(grid.size)[whole]
    if not grid.exact:
        found *= 1 + grid.rest[:, None] * (np.exp(1j * turn * turns) - 1)
    return found


@cache
def _roots(size: int) -> Complex:
    """Give the points of a circle; sizes are few powers of two."""
    found: Complex = np.exp(2j * math.pi / size * np.arange(size))
    return found


def factors(p: Vector, wave: Complex) -> Complex:
    """Give factors 1 + p(e^{iωa} - 1); what is exactly 0 is kept from being so, to divide by it."""
    found: Complex = 1 + p * (wave - 1)
    found[found == 0] = 1e-100
    return found


def pieces(spectrum: Spectrum) -> Iterator[tuple[slice, Cells, bool, Complex]]:
    """Evaluate the characteristic function given the common factor, a piece at a time.

    Yields:
        The piece's k nodes, f frequencies, whether amounts are split, and k x f numbers.
    """
    shock, grid = spectrum.shock, spectrum.grid
    narrow = [stretch for stretch in spectrum.stretches if not stretch.wide]
    small, coefficients = np.zeros(len(grid.cells), dtype=bool), np.zeros((len(shock.nodes), 20))
    work = sum((part.stop - part.start) * len(part.kept) for part in narrow)
    turn = 2 * math.pi / grid.size
    if work * len(small) > _WORTH_A_SERIES:
        highest = max(float(part.kept[-1]) for part in narrow)
        small = np.abs(grid.cells + grid.rest) * highest * turn <= RADIUS
    if small.any():
        places = (grid.cells + grid.rest)[small]
        coefficients = series(places, spectrum.deals.chances[small], shock)
    for part in spectrum.stretches:
        if part.wide and len(small) > _WORTH_TRANSFORMS:
            for node in range(part.start, part.stop):
                yield slice(node, node + 1), part.kept, True, _wide(spectrum, node, part.kept)
            continue
        length = max(_AT_ONCE // (part.stop - part.start), 1)
        nodes = slice(part.start, part.stop)
        large = np.flatnonzero(~small | part.wide)
        p = conditional(spectrum.deals.chances[large], shock.rho, shock.nodes[nodes])
        for first in range(0, len(part.kept), length):
            turns = part.kept[first : first + length]
            product = np.ones((nodes.stop - nodes.start, len(turns)), dtype=complex)
            if len(large) < len(small):
                product *= evaluated(coefficients[nodes], turn * np.asarray(turns, dtype=float))
            _multiply(product, p, grid.of(large), turns, split=part.wide)
            yield nodes, turns, part.wide, product


def _multiply(product: Complex, p: Vector, grid: Grid, turns: Cells, *, split: bool) -> None:
    """Multiply k x f numbers by the factors of the deals of a grid, whose chances are k x d."""
    block = max(_BLOCK // product.size, 1)
    for first in range(0, len(grid.cells), block):
        chosen = slice(first, first + block)
        wave = waves(grid.of(chosen), turns, split=split)
        part = factors(p[:, chosen].T[:, :, None], wave[:, None, :])
        product *= part[0] if len(part) == 1 else np.multiply.reduce(part, axis=0)


def _wide(spectrum: Spectrum, node: int, kept: Cells) -> Complex:
    """Evaluate the characteristic function at one node and many frequencies."""
    shock, grid = spectrum.shock, spectrum.grid
    p = conditional(spectrum.deals.chances, shock.rho, shock.nodes[node : node + 1])[0]
    odds = np.minimum(p, 1 - p) / np.maximum(p, 1 - p)
    calm = odds < _NEARLY_CERTAIN
    moved = calm & (p > 0.5) & (grid.rest > 0)  # split as losses, which blurs equal sums
    if moved.sum() <= _WORTH_TRANSFORMS:
        calm &= ~moved
    product = np.ones((1, len(kept)), dtype=complex)
    if calm.sum() > _WORTH_TRANSFORMS:
        weight = float(shock.weights[node])
        product *= transformed(grid.of(calm), p[calm], weight)[kept]
    else:
        calm[:] = False
    _multiply(product, p[None, ~calm], grid.of(~calm), kept, split=True)
    return product
