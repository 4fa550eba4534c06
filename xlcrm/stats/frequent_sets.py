"""Frequent sets: items that lie together in many baskets.

Sets grow depth first, the rarest item first. For each item only the baskets that hold it
are looked at; in them every further item is a row of bits, so that two rows have in common what
their conjunction counts (Zaki 2000, IEEE Transactions on Knowledge and Data Engineering 12). Every
subset of a frequent set is frequent (Agrawal and Srikant 1994), so no set is counted in vain that
extends an infrequent one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Whole = np.ndarray[Any, Any]
Bits = np.ndarray[Any, np.dtype[np.uint64]]

MOST_SETS = 1_000_000
"""Beyond so many frequent sets nobody reads the rules, and memory ends."""

_ROUNDING = 1e-9
_WORDS_AT_ONCE = 1 << 21


@dataclass(frozen=True)
class Baskets:
    """What lies in each basket, every pair of basket and item once.

    Attributes:
        basket: The basket of each of n pairs, whole numbers from 0.
        item: The item of each, whole numbers from 0.
        count: How many baskets there are.
        kinds: How many items there are.
    """

    basket: Whole
    item: Whole
    count: int
    kinds: int


@dataclass(frozen=True)
class Sets:
    """Frequent sets of one size.

    Attributes:
        items: s sets of k items each, ascending; the sets in lexicographic order.
        counts: How many baskets hold each set.
    """

    items: Whole
    counts: Whole


def at_least(counts: Whole, share: float, of: Whole) -> Whole:
    """Say which counts are at least a share of others, whatever the rounding.

    Args:
        counts: n whole numbers.
        share: The share, 0 to 1; 7 is 7 % of 100, although 0.07 * 100 is a little more.
        of: n whole numbers, or one for all.

    Example:
        >>> at_least(np.array([6, 7]), 0.07, np.array([100, 100])).tolist()
        [False, True]
    """
    wanted = share * np.asarray(of, dtype=float)
    reached: Whole = counts >= wanted - _ROUNDING * np.maximum(1.0, wanted)
    return reached


def frequent_sets(held: Baskets, support: float, most: int) -> list[Sets]:
    """Find the sets of items that lie together in enough baskets.

    Args:
        held: What lies in each basket.
        support: The least share of baskets, 0 to 1; a set lies in at least one.
        most: The largest size of a set.

    Returns:
        The sets of size 1, 2 and so on, up to the largest there are.

    Raises:
        OverflowError: There are more than `MOST_SETS`.
    """
    counts = np.bincount(held.item, minlength=held.kinds)
    possible = np.arange(1, held.count + 1)
    least = 1 + int(at_least(possible, support, np.array(held.count)).argmax())
    rising = np.lexsort((np.arange(held.kinds), counts))
    known = rising[counts[rising] >= least]
    found = _Found(known, least, most)
    found.add((), np.arange(len(known))[:, None], counts[known])
    if most > 1:
        _grow_from_items(held, found)
    return found.sets()


class _Found:
    """Frequent sets as they are found, over items numbered from the rarest."""

    def __init__(self, known: Whole, least: int, most: int) -> None:
        self.known, self.least, self.most = known, least, most
        self.count = 0
        self._parts: dict[int, list[tuple[Whole, Whole]]] = {}

    def add(self, prefix: tuple[int, ...], ends: Whole, counts: Whole) -> None:
        """Add sets that share all but their last items."""
        self.count += len(counts)
        if self.count > MOST_SETS:
            raise OverflowError(f"there are more than {MOST_SETS:,} frequent sets")
        if len(counts):
            starts = np.broadcast_to(np.array(prefix, dtype=np.int64), (len(ends), len(prefix)))
            sets = np.hstack([starts, ends])
            self._parts.setdefault(sets.shape[1], []).append((sets, counts))

    def sets(self) -> list[Sets]:
        """Give all of them, under the items' own numbers."""
        answer = []
        for size in sorted(self._parts):
            items = np.sort(self.known[np.concatenate([s for s, _ in self._parts[size]])], axis=1)
            order = np.lexsort(items.T[::-1])
            counts = np.concatenate([c for _, c in self._parts[size]])
            answer.append(Sets(items[order], counts[order].astype(np.int64)))
        return answer


def _grow_from_items(held: Baskets, found: _Found) -> None:
    """Find all sets of two items or more, from each item over the baskets that hold it."""
    place = np.full(held.kinds, -1)
    place[found.known] = np.arange(len(found.known))
    codes = place[held.item]
    there = np.flatnonzero(codes >= 0)
    there = there[np.lexsort((codes[there], held.basket[there]))]
    codes, baskets = codes[there], held.basket[there]
    ends = np.searchsorted(baskets, baskets, side="right")
    by_item = np.argsort(codes, kind="stable")
    starts = np.searchsorted(codes[by_item], np.arange(len(found.known) + 1))
    for item in range(len(found.known)):
        places = by_item[starts[item] : starts[item + 1]]
        lengths = ends[places] - places - 1  # what is less rare stands after it in the basket
        local = np.repeat(np.arange(len(places)), lengths)
        within = np.arange(len(local)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        beside = codes[np.repeat(places + 1, lengths) + within]
        counts = np.bincount(beside, minlength=len(found.known))
        more = np.flatnonzero(counts >= found.least)
        found.add((item,), more[:, None], counts[more])
        if found.most > 2 and len(more) > 1:
            row = np.full(len(found.known), -1)
            row[more] = np.arange(len(more))
            kept = row[beside] >= 0
            rows = bit_rows(row[beside[kept]], local[kept], len(more), len(places))
            _grow(found, (item,), more, rows)


def _grow(found: _Found, prefix: tuple[int, ...], items: Whole, rows: Bits) -> None:
    """Find the sets that extend a prefix by two items or more.

    Args:
        found: Where they are added.
        prefix: The items that all of them have.
        items: c items that are frequent with the prefix.
        rows: c rows of bits: the baskets that hold the prefix and the item.
    """
    one, other = np.triu_indices(len(items), 1)
    counts = np.empty(len(one), dtype=np.int64)
    step = max(1, _WORDS_AT_ONCE // rows.shape[1])
    for k in range(0, len(one), step):
        part = slice(k, k + step)
        counts[part] = _bits_in(rows[one[part]] & rows[other[part]])
    kept = counts >= found.least
    one, other = one[kept], other[kept]
    found.add(prefix, np.column_stack([items[one], items[other]]), counts[kept])
    if len(prefix) + 2 == found.most or not len(one):
        return
    firsts, starts = np.unique(one, return_index=True)
    for first, others in zip(firsts, np.split(other, starts[1:]), strict=True):
        if len(others) > 1:
            _grow(found, (*prefix, int(items[first])), items[others], rows[others] & rows[first])


def bit_rows(row: Whole, place: Whole, rows: int, places: int) -> Bits:
    """Set a bit for each pair of row and place.

    Args:
        row: The row of each of n pairs, whole numbers from 0.
        place: The place of each, whole numbers from 0.
        rows: How many rows there are.
        places: How many places there are.

    Returns:
        ``rows`` rows of 64-bit words; the bits beyond the last place are 0.
    """
    held = np.zeros((rows, -(-max(places, 1) // 64) * 64), dtype=bool)
    held[row, place] = True
    return np.packbits(held, axis=1).view(np.uint64)


def _bits_in(rows: Bits) -> Whole:
    counts: Whole = np.bitwise_count(rows).sum(axis=1, dtype=np.int64)
    return counts
