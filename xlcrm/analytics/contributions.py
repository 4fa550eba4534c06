"""What each group adds to the change of a figure (docs/methods.md: Compare)."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum
from typing import Any

import numpy as np

from xlcrm.errors import OutOfDomain
from xlcrm.stats.kitagawa import RatioChange, ratio_change

_TOLERANCE = 1e-9

Vector = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Sums:
    """What a figure is made of in one period.

    Attributes:
        above: Its numerator, or the figure itself, of each of n groups.
        below: Its denominator of each; None where there is none.
        whole_above: The numerator of all.
        whole_below: The denominator of all, not 0; 1 where there is none.
    """

    above: Vector
    below: Vector | None
    whole_above: float
    whole_below: float = 1.0

    @property
    def value(self) -> float:
        """The figure of all."""
        return self.whole_above / self.whole_below


@dataclass(frozen=True)
class Contributions:
    """What each of n groups adds to a change, and what lies between them.

    Attributes:
        parts: The parts of the change, one number a group; the overlap, if there is one, last.
        overlap: What groups do not add up to, before and now; None where they do.
    """

    parts: RatioChange
    overlap: tuple[float, float] | None


def contributions(before: Sums, now: Sums, *, overlapping: bool) -> Contributions:
    """Part a change by groups.

    Args:
        before: The sums of n groups before.
        now: The same later.
        overlapping: Whether a row may count in several groups, such as a customer who bought two
            products: then what is left over is the overlap.

    Raises:
        OutOfDomain: The contributions do not add up to the change.
    """
    sides = [_with_rest(sums, overlapping=overlapping) for sums in (before, now)]
    lies_between = any(above[-1] or below[-1] for above, below in sides)
    if not lies_between:
        sides = [(above[:-1], below[:-1]) for above, below in sides]
    (above_0, below_0), (above_1, below_1) = sides
    if before.below is None:
        own = above_1 - above_0
        mixed = np.zeros(len(own))
        if lies_between:
            own[-1], mixed[-1] = 0.0, own[-1]
        parts = RatioChange(own, mixed)
    else:
        parts = ratio_change((above_0, below_0), (above_1, below_1))
        if lies_between:  # a ratio of what lies between groups means nothing
            rate, mix = parts.rate.copy(), parts.mix.copy()
            rate[-1], mix[-1] = 0.0, parts.contribution[-1]
            parts = RatioChange(rate, mix)
    _require_balance(parts.contribution, before, now)
    overlap = (float(above_0[-1]), float(above_1[-1])) if lies_between else None
    return Contributions(parts, overlap)


def _with_rest(sums: Sums, *, overlapping: bool) -> tuple[Vector, Vector]:
    """Give numerators and denominators of groups, and last what is missing to those of all."""
    below = np.zeros(len(sums.above)) if sums.below is None else sums.below
    whole = 0.0 if sums.below is None else sums.whole_below
    pairs = ((sums.above, sums.whole_above), (below, whole))
    above_rest, below_rest = (_rest(*pair) if overlapping else 0.0 for pair in pairs)
    return np.append(sums.above, above_rest), np.append(below, below_rest)


def _rest(parts: Vector, whole: float) -> float:
    rest = whole - fsum(parts)
    return rest if abs(rest) > _TOLERANCE * (fsum(np.abs(parts)) + abs(whole)) else 0.0


def _require_balance(found: Vector, before: Sums, now: Sums) -> None:
    sizes = [fsum(np.abs(one.above)) / abs(one.whole_below) for one in (before, now)]
    if before.below is not None:
        sizes += [
            fsum(np.abs(one.below)) / abs(one.whole_below) * abs(one.value)
            for one in (before, now)
            if one.below is not None
        ]
    if not abs(fsum(found) - (now.value - before.value)) <= _TOLERANCE * (fsum(sizes) + 1e-300):
        raise OutOfDomain("the contributions of the groups do not add up to the change")
