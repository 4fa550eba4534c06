"""How alike records of numbers and texts are (Gower 1971, Biometrics 27:857-871)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Vector = np.ndarray[Any, np.dtype[np.float64]]

_CELLS_AT_ONCE = 1 << 20


@dataclass(frozen=True)
class Attribute:
    """One attribute of n records and of m others that they are compared with.

    Attributes:
        values: n numbers, or numbers that stand for texts; NaN where it is not known.
        others: m of the like.
        span: The range over which numbers are scaled; None for texts, which are equal or not.
    """

    values: Vector
    others: Vector
    span: float | None = None

    def rows(self, part: slice) -> Attribute:
        """Give the attribute of some of the records.

        Args:
            part: Which of them.
        """
        return Attribute(self.values[part], self.others, self.span)


@dataclass(frozen=True)
class Alike:
    """To which others n records are most alike.

    Attributes:
        similarity: The mean similarity to the others most alike, 0 to 1; NaN where no attribute is
            known of both.
        nearest: The place of the one most alike, the first of equal ones.
    """

    similarity: Vector
    nearest: np.ndarray[Any, Any]


def agreement(one: Vector, other: Vector, span: float | None) -> Vector:
    """Say how far values agree: texts wholly or not at all, numbers by their distance.

    Args:
        one: Values; NaN where one is not known.
        other: As many, or of a shape that goes with theirs.
        span: The range of numbers; None for texts. In a range of 0 all numbers agree.

    Returns:
        Numbers from 0 to 1; NaN where a value is not known.
    """
    apart = np.abs(one - other)
    if span is None:
        return np.where(np.isnan(apart), np.nan, apart == 0)
    agreed: Vector = 1.0 - apart / (span or 1.0)
    return agreed


def similarity(attributes: Sequence[Attribute]) -> Vector:
    """Give the similarity of every record to every other.

    Args:
        attributes: The attributes, at least one.

    Returns:
        n rows of m: the mean agreement over the attributes known of both; NaN where there is none.
    """
    shape = (len(attributes[0].values), len(attributes[0].others))
    agreed, known = np.zeros(shape), np.zeros(shape)
    for attribute in attributes:
        one, other = attribute.values[:, None], attribute.others[None, :]
        if np.isnan(attribute.values).any() or np.isnan(attribute.others).any():
            part = agreement(one, other, attribute.span)
            there = ~np.isnan(part)
            known += there
            np.add(agreed, part, out=agreed, where=there)
        else:
            known += 1.0
            agreed += (
                one == other if attribute.span is None else agreement(one, other, attribute.span)
            )
    unknown = np.full(shape, np.nan)
    alike: Vector = np.divide(agreed, known, out=unknown, where=known > 0)
    return alike


def most_alike(attributes: Sequence[Attribute], neighbours: int) -> Alike:
    """Compare records with the few others that each is most alike to.

    Args:
        attributes: The attributes, at least one, of at least one other.
        neighbours: How many others the similarity is a mean over, at least 1; fewer where fewer
            can be compared.
    """
    count, others = len(attributes[0].values), len(attributes[0].others)
    few = min(neighbours, others)
    means, nearest = np.empty(count), np.empty(count, dtype=np.int64)
    step = max(1, _CELLS_AT_ONCE // others)
    for k in range(0, count, step):
        part = slice(k, k + step)
        alike = similarity([attribute.rows(part) for attribute in attributes])
        np.copyto(alike, -1.0, where=np.isnan(alike))  # less alike than any that can be compared
        nearest[part] = alike.argmax(axis=1)
        top = np.sort(np.partition(alike, others - few, axis=1)[:, others - few :], axis=1)
        compared = (top >= 0).sum(axis=1)
        total = np.where(top >= 0, top, 0.0).sum(axis=1)
        means[part] = np.divide(
            total, compared, out=np.full(len(total), np.nan), where=compared > 0
        )
    return Alike(means, nearest)
