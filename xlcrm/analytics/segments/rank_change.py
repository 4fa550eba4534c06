"""Ranks before and after a cost, and who passes whom, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from xlcrm.errors import listing, shortened

_PLACES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
_MOST_NAMES = 3

Vector = np.ndarray[Any, np.dtype[np.float64]]


def ranks(values: Vector) -> Vector:
    """Rank numbers, the largest first; equal ones share the better place.

    Args:
        values: n numbers, NaN for what is not ranked.

    Returns:
        n ranks from 1, NaN where nothing is ranked.
    """
    known = values[~np.isnan(values)]
    placed = 1.0 + len(known) - np.searchsorted(np.sort(known), values, side="right")
    return np.where(np.isnan(values), np.nan, placed)


def findings(names: Sequence[str], before: Vector, after: Vector) -> list[str]:
    """Say of each group where it stands before and after, whom it passes and who passes it.

    Args:
        names: n groups.
        before: Their ranks by margin, NaN for what is not ranked.
        after: Their ranks after the cost.

    Returns:
        n sentences, "" for what is not ranked.
    """
    told = []
    for k in range(len(names)):
        if np.isnan(before[k]):
            told.append("")
            continue
        passes = (before < before[k]) & (after > after[k])
        falls = (before > before[k]) & (after < after[k])
        passed, behind = ([names[int(j)] for j in np.flatnonzero(met)] for met in (passes, falls))
        first, then = (_place(ranked[k]) for ranked in (before, after))
        same = f"{first} by margin and after acquisition cost"
        moved = f"{first} by margin, {then} after acquisition cost"
        parts = [f"passes {listing(passed, _MOST_NAMES)}"] if passed else []
        parts += [f"falls behind {listing(behind, _MOST_NAMES)}"] if behind else []
        sentence = same if first == then else moved
        told.append(f"{sentence}: {' and '.join(parts)}" if parts else sentence)
    return told


def with_remarks(sentence: str, remarks: Sequence[str]) -> str:
    """Add remarks to a finding; what is too long for a cell is cut.

    Args:
        sentence: The finding.
        remarks: What else there is to say.
    """
    return shortened("; ".join(one for one in (sentence, *remarks) if one))


def _place(rank: float) -> str:
    number = int(rank)
    if number <= len(_PLACES):
        return _PLACES[number - 1]
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if 10 < number % 100 < 14 else ending}"
