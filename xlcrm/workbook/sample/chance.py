"""Chance that is the same in every build: small draws from one seeded generator."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

SEED = 20_260_630

Drawn = TypeVar("Drawn")


class Chance:
    """Draws of one part of the sample; parts have generators of their own.

    Only uniform numbers are taken from the generator: their stream is the same in every release
    of numpy, which other distributions do not promise.
    """

    def __init__(self, part: int) -> None:
        self._generator = np.random.Generator(np.random.PCG64([SEED, part]))

    def between(self, low: float, high: float) -> float:
        """Draw a number."""
        return low + (high - low) * float(self._generator.random())

    def whole(self, low: int, high: int) -> int:
        """Draw a whole number, both ends included."""
        return low + int(self.between(0, high - low + 1))

    def happens(self, probability: float) -> bool:
        """Say whether something of a probability happens."""
        return self.between(0, 1) < probability

    def one(self, of: Sequence[Drawn], weights: Sequence[float] = ()) -> Drawn:
        """Draw one of several, with weights where some are likelier."""
        if not weights:
            return of[self.whole(0, len(of) - 1)]
        at = self.between(0, sum(weights))
        for item, weight in zip(of, weights, strict=True):
            at -= weight
            if at < 0:
                return item
        return of[-1]

    def middling(self, low: float, high: float) -> float:
        """Draw a number that is rather in the middle of a span than at its ends."""
        return (self.between(low, high) + self.between(low, high)) / 2

    def day(self, first: date, last: date) -> date:
        """Draw a working day; a weekend becomes the Friday before, within the span."""
        drawn = first + timedelta(days=self.whole(0, (last - first).days))
        return max(first, drawn - timedelta(days=max(0, drawn.weekday() - 4)))
