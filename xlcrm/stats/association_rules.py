"""Association rules: what is found together more often than apart, over frequent sets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from xlcrm.stats.frequent_sets import Baskets, Sets, at_least, frequent_sets

Vector = np.ndarray[Any, np.dtype[np.float64]]
Whole = np.ndarray[Any, Any]

NO_ITEM = -1
"""What fills up the first part of a rule that is shorter than others."""


@dataclass(frozen=True)
class Rules:
    """Rules from a first part to one item: who has the first has the second.

    Attributes:
        first: r rows of items, ascending, filled up with `NO_ITEM`.
        second: The item that each leads to.
        both: Baskets with all of it.
        with_first: Baskets with the first part.
        with_second: Baskets with the second.
        baskets: All baskets.
    """

    first: Whole
    second: Whole
    both: Whole
    with_first: Whole
    with_second: Whole
    baskets: int

    @property
    def support(self) -> Vector:
        """The share of baskets with all of it."""
        return np.asarray(self.both / self.baskets, dtype=float)

    @property
    def confidence(self) -> Vector:
        """The share of baskets with the first part that have the second."""
        return np.asarray(self.both / self.with_first, dtype=float)

    @property
    def lift(self) -> Vector:
        """How many times more often the second lies with the first than anywhere."""
        return np.asarray(
            self.both * float(self.baskets) / (self.with_first * self.with_second.astype(float)),
            dtype=float,
        )

    def at(self, places: Whole) -> Rules:
        """Give some of the rules.

        Args:
            places: Their places, or which of them, in any order.
        """
        return Rules(
            self.first[places],
            self.second[places],
            self.both[places],
            self.with_first[places],
            self.with_second[places],
            self.baskets,
        )


def association_rules(held: Baskets, support: float, confidence: float, size: int) -> Rules:
    """Find the rules that enough baskets speak for.

    Args:
        held: What lies in each basket.
        support: The least share of baskets with all of a rule, 0 to 1.
        confidence: The least share of baskets with the first part that have the second, 0 to 1.
        size: The most items of a first part.

    Returns:
        The rules, the highest lift first, then the highest confidence, then the most baskets;
        equal ones by the numbers of their items.

    Raises:
        OverflowError: There are more than `MOST_SETS` frequent sets.
    """
    levels = frequent_sets(held, support, size + 1)
    parts = [_rules_of(levels, k, held, size) for k in range(1, len(levels))]
    if not parts:
        nothing = np.zeros(0, dtype=np.int64)
        blank = np.zeros((0, size), dtype=np.int64)
        return Rules(blank, nothing, nothing, nothing, nothing, held.count)
    first, second, both, with_first, with_second = (
        np.concatenate(some) for some in zip(*parts, strict=True)
    )
    rules = Rules(first, second, both, with_first, with_second, held.count)
    rules = rules.at(at_least(rules.both, confidence, rules.with_first))
    names = (rules.second, *rules.first.T[::-1])
    return rules.at(np.lexsort((*names, -rules.both, -rules.confidence, -rules.lift)))


def _rules_of(levels: list[Sets], level: int, held: Baskets, size: int) -> tuple[Whole, ...]:
    """Lead to each item of each set from all others of the set."""
    sets, counts = levels[level].items, levels[level].counts
    singles = np.bincount(held.item, minlength=held.kinds)
    first, second, with_first = [], [], []
    for out in range(level + 1):
        others = np.delete(sets, out, axis=1)
        padded = np.full((len(sets), size), NO_ITEM)
        padded[:, :level] = others
        first.append(padded)
        second.append(sets[:, out])
        with_first.append(levels[level - 1].counts[_places(levels, others, held.kinds)])
    leads_to = np.concatenate(second)
    return (
        np.concatenate(first),
        leads_to,
        np.tile(counts, level + 1),
        np.concatenate(with_first),
        singles[leads_to],
    )


def _places(levels: list[Sets], wanted: Whole, kinds: int) -> Whole:
    """Find frequent sets among those of their size, item by item."""
    place = np.searchsorted(levels[0].items[:, 0], wanted[:, 0])
    for level in range(1, wanted.shape[1]):
        known = levels[level].items
        keys = _places(levels, known[:, :-1], kinds) * kinds + known[:, -1]
        place = np.searchsorted(keys, place * kinds + wanted[:, level])
    return place
