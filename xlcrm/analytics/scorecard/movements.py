"""How measures and objectives moved from month to month."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from xlcrm.analytics.scorecard.history import history
from xlcrm.analytics.scorecard.links import Links
from xlcrm.analytics.scorecard.tree import Kind, Tree, rolled_up
from xlcrm.model.model import Model
from xlcrm.stats.correlation import changes
from xlcrm.stats.exact import sums_by_code

Matrix = np.ndarray[Any, np.dtype[np.float64]]

LEAST_MONTHS = 12
"""The changes that a correlation needs."""

_CONSTANT = 1e-9


@dataclass(frozen=True)
class Parts:
    """The measures that objectives rest on, one a place.

    Attributes:
        objective: The row of the objective.
        measure: The row of a measure of its own, or of an objective below it.
        weight: The share of the measure in it.
    """

    objective: Any
    measure: Any
    weight: Any

    def of(self, places: Any) -> Parts:
        """Give some of them."""
        return Parts(self.objective[places], self.measure[places], self.weight[places])


def monthly_values(model: Model, measures: pd.DataFrame) -> Matrix:
    """Read the history of measures over the months that the settings say.

    Args:
        model: The model.
        measures: The measures.

    Returns:
        A row a measure, a column a month; NaN where there is none.
    """
    read = history(model, measures, int(model.settings.number("history_months"))).values
    values: Matrix = np.where(np.isfinite(read), read, np.nan)
    return values


def standard_changes(measures: pd.DataFrame, values: Matrix) -> Matrix:
    """Give the monthly changes of measures in their standard deviations, up where it is better.

    Args:
        measures: The measures with their limits.
        values: A row a measure, a column a month.

    Returns:
        A column less; 0 for what never moves.
    """
    low, high, red, first, target = (
        measures[name].to_numpy(dtype=float)[:, None]
        for name in ("band_low", "band_high", "red", "baseline", "target")
    )
    better = np.sign(target - np.where(np.isnan(red), first, red))
    outside = np.fmax(np.fmax(low - values, values - high), 0.0) + 0 * values
    good = np.where(np.isnan(low) | np.isnan(high), better * values, -outside)
    there = ~np.isnan(good)
    size = np.where(there, np.abs(good), 0.0).max(axis=1, keepdims=True, initial=0.0)
    part = np.where(there, good, 0.0) / np.where(size > 0, size, 1.0)
    count = np.maximum(there.sum(axis=1, keepdims=True), 1)
    mean = part.sum(axis=1, keepdims=True) / count
    spread = np.sqrt((np.where(there, part - mean, 0.0) ** 2).sum(axis=1, keepdims=True) / count)
    moves = spread > _CONSTANT
    steps = changes(np.where(there, part, np.nan)) / np.where(moves, spread, 1.0)
    standard: Matrix = np.where(moves | np.isnan(steps), steps, 0.0)
    return standard


def parts_of(tree: Tree, measures: int) -> Parts:
    """Say what objectives rest on: their measures and those of all objectives below them.

    Args:
        tree: The tree of the strategy.
        measures: How many measures there are.

    Returns:
        Their parts, with the weights that measures have in the score of the objective where
        every one has an actual.
    """
    full = rolled_up(tree, np.zeros(measures))
    node = tree.places(Kind.MEASURE)
    measure, weight = np.arange(measures), np.ones(measures)
    found = []
    while len(node):
        above = tree.parent[node]
        counts = ~np.isnan(full.score[node]) & (full.divisor[above] > 0)
        weight = np.where(counts, weight * tree.weight[node], 0.0) / np.where(
            counts, full.divisor[above], 1.0
        )
        kept = (tree.kind[above] == Kind.OBJECTIVE) & (weight > 0)
        node, measure, weight = above[kept], measure[kept], weight[kept]
        found.append((tree.row[node], measure, weight))
    return Parts(*(np.concatenate(column) for column in zip(*found, strict=True)))


def link_changes(parts: Parts, links: Links, depth: Any, steps: Matrix) -> tuple[Matrix, Matrix]:
    """Give the monthly changes of causes and of effects, one row a link.

    An objective is compared with one below it by the measures that the two do not share.

    Args:
        parts: What objectives rest on.
        links: The links.
        depth: How far each objective stands below the top of its perspective.
        steps: The changes of the measures, a row each.
    """
    ends = (links.cause, links.effect)
    above = (depth[links.cause] < depth[links.effect], depth[links.effect] < depth[links.cause])
    rows, used = zip(*(_parts_by_link(parts, end) for end in ends), strict=True)
    keys = [row * len(steps) + part.measure for row, part in zip(rows, used, strict=True)]
    first, second = (
        _averaged(rows[k][kept], used[k].of(kept), steps, len(links.cause))
        for k in (0, 1)
        for kept in [~(above[k][rows[k]] & np.isin(keys[k], keys[1 - k]))]
    )
    return first, second


def _parts_by_link(parts: Parts, ends: Any) -> tuple[Any, Parts]:
    """Repeat the parts of objectives for every link that has them at one end."""
    order = np.argsort(parts.objective, kind="stable")
    first, after = (np.searchsorted(parts.objective, ends, side, order) for side in
                    ("left", "right"))  # fmt: skip
    counts = after - first
    link = np.repeat(np.arange(len(ends)), counts)
    place = np.arange(len(link)) - np.repeat(np.cumsum(counts) - counts, counts)
    return link, parts.of(order[np.repeat(first, counts) + place])


def _averaged(rows: Any, parts: Parts, steps: Matrix, count: int) -> Matrix:
    """Average the changes that there are in each month, by the weights of their measures."""
    months = steps.shape[1]
    moved = steps[parts.measure]
    there = ~np.isnan(moved)
    weight = np.where(there, parts.weight[:, None], 0.0)
    terms = np.where(there, weight * np.where(there, moved, 0.0), 0.0)
    codes = (rows[:, None] * months + np.arange(months)).ravel()
    top, whole = (sums_by_code(x.ravel(), codes, count * months) for x in (terms, weight))
    nothing = np.full(count * months, np.nan)
    answer: Matrix = np.divide(top, whole, out=nothing, where=whole > 0).reshape(count, months)
    return answer
