"""What customers of given scores for recency, frequency and money are called."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from xlcrm.errors import NotAvailable, OutOfDomain, WrongValue
from xlcrm.model.model import Model
from xlcrm.reduce.problems import require_readable

Vector = np.ndarray[Any, Any]
Span = tuple[float, float]

HIGHEST = 5
"""The best score."""

RULES = "segment_rules"
_LIMITS = tuple(f"{score}_{end}" for score in "rfm" for end in ("from", "to"))


@dataclass(frozen=True)
class SegmentRule:
    """A segment, and the scores of its customers: a box of combinations.

    Attributes:
        segment: Its name.
        r: The lowest and the highest score for recency.
        f: The same for frequency.
        m: The same for money.
    """

    segment: str
    r: Span
    f: Span
    m: Span

    @property
    def cells(self) -> list[int]:
        """The combinations that it holds, by `cell_of`."""
        spans = (
            [s for s in range(1, HIGHEST + 1) if low <= s <= high]
            for low, high in (self.r, self.f, self.m)
        )
        return [int(cell_of(*scores)) for scores in product(*spans)]


DEFAULT_RULES = (
    SegmentRule("Champions", (5, 5), (5, 5), (5, 5)),
    SegmentRule("Potential Loyalist", (3, 5), (4, 5), (1, 5)),
    SegmentRule("Potential Loyalist", (3, 5), (3, 3), (2, 5)),
    SegmentRule("Loyal Customers", (2, 4), (2, 2), (2, 4)),
    SegmentRule("Loyal Customers", (2, 2), (3, 4), (2, 4)),
    SegmentRule("Promising", (3, 4), (1, 2), (3, 5)),
    SegmentRule("New Customers", (4, 5), (1, 3), (1, 5)),
    SegmentRule("Can't Lose Them", (1, 2), (3, 4), (4, 5)),
    SegmentRule("At Risk", (1, 2), (2, 5), (4, 5)),
    SegmentRule("Need Attention", (1, 2), (3, 5), (3, 5)),
    SegmentRule("About To Sleep", (2, 3), (1, 5), (1, 5)),
    SegmentRule("Lost", (1, 1), (1, 5), (1, 5)),
)
"""The segments of the R package rfm, completed (docs/methods.md: RFM)."""


def cell_of(r: Any, f: Any, m: Any) -> Any:
    """Number a combination of scores from 0.

    Args:
        r: The score for recency, 1 to 5; a number or many.
        f: The same for frequency.
        m: The same for money.
    """
    return ((r - 1) * HIGHEST + (f - 1)) * HIGHEST + (m - 1)


def words_of(cell: int) -> str:
    """Say which scores a number of `cell_of` stands for."""
    rest, m = divmod(cell, HIGHEST)
    r, f = divmod(rest, HIGHEST)
    return f"r {r + 1}, f {f + 1}, m {m + 1}"


def segment_rules(model: Model) -> tuple[SegmentRule, ...]:
    """Read the Table Segment_rules; the default rules where there is none, or it has no row.

    A blank limit is none: from 1, or up to 5.

    Args:
        model: The model.

    Raises:
        ErrorInData: A cell of the Table cannot be read.
        OutOfDomain: A segment's limits hold no score.
    """
    if RULES not in model.tables:
        return DEFAULT_RULES
    names = ["segment", *_LIMITS]
    require_readable(model, RULES, names)
    frame = model.columns(RULES, names).frame.collect()
    columns = [frame[name].to_list() for name in names]
    rules = [_rule(row) for row in zip(*columns, strict=True) if isinstance(row[0], str)]
    return tuple(rules) or DEFAULT_RULES


def _rule(row: tuple[Any, ...]) -> SegmentRule:
    segment, *limits = row
    ends = [
        (1.0, float(HIGHEST))[place % 2] if limit is None or limit != limit else float(limit)
        for place, limit in enumerate(limits)
    ]
    rule = SegmentRule(segment, *((ends[k], ends[k + 1]) for k in (0, 2, 4)))
    if not rule.cells:
        raise OutOfDomain(
            f"{RULES}: the limits of {segment!r} hold no score from 1 to {HIGHEST}: "
            "each from must not lie above its to"
        )
    return rule


def segments_by_cell(rules: tuple[SegmentRule, ...]) -> Vector:
    """Name the segment of every combination of scores.

    Where rules overlap, the narrower one counts, that which holds fewer combinations; so an
    exception needs no more than a row of its own, and the order of rows never matters.

    Args:
        rules: The rules.

    Returns:
        125 names by `cell_of`, "" where no rule holds the combination.

    Raises:
        WrongValue: Two segments claim a combination equally narrowly.
    """
    names = np.full(HIGHEST**3, "", dtype=object)
    widths = np.full(HIGHEST**3, np.inf)
    rivals: dict[int, str] = {}
    for rule in sorted(rules, key=lambda one: (len(one.cells), one.segment)):
        width = len(rule.cells)
        for cell in rule.cells:
            if width < widths[cell]:
                names[cell], widths[cell] = rule.segment, width
            elif width == widths[cell] and rule.segment != names[cell]:
                rivals.setdefault(cell, rule.segment)
    if rivals:
        cell = min(rivals)
        raise WrongValue(
            f"{RULES}: {names[cell]!r} and {rivals[cell]!r} both hold {words_of(cell)}, and "
            "neither is narrower: change the limits of one"
        )
    return names


def require_segments(names: Vector, cells: Vector) -> None:
    """Refuse customers whose scores no rule holds.

    Args:
        names: A result of `segments_by_cell`.
        cells: The combination of each customer.

    Raises:
        NotAvailable: There are such customers.
    """
    counts = np.bincount(cells, minlength=len(names))
    left = np.flatnonzero((counts > 0) & (names == ""))
    if len(left):
        raise NotAvailable(
            f"no row of {RULES} holds {words_of(int(left[0]))}, the scores of "
            f"{counts[left[0]]:,} customers: add one"
        )
