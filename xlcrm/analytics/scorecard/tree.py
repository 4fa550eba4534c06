"""The tree of a strategy: from the total over perspectives and objectives down to measures."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Any

import numpy as np

from xlcrm.analytics.scorecard.strategy import Strategy
from xlcrm.stats.exact import sums_by_code

Vector = np.ndarray[Any, np.dtype[np.float64]]

MISSING = ("ignore", "zero", "blank")
"""What a missing score does to those that rest on it; the default first (see Roll-up)."""


class Kind(IntEnum):
    """What a node of the tree is."""

    STRATEGY = 0
    PERSPECTIVE = 1
    OBJECTIVE = 2
    MEASURE = 3


@dataclass(frozen=True)
class Level:
    """The nodes of one depth, with their parents.

    Attributes:
        nodes: The places of the nodes.
        above: The places of their parents, each once.
        codes: For each node, which of the parents is its own.
    """

    nodes: Any
    above: Any
    codes: Any


@dataclass(frozen=True)
class Tree:
    """Nodes, one a place: the total first, then perspectives, objectives and measures.

    Attributes:
        kind: What each node is, a `Kind`.
        row: Its row among perspectives, objectives or measures; 0 for the total.
        parent: The place of its parent, -1 for the total.
        depth: The steps to the total.
        weight: Its weight beside its siblings; 0 for a measure that is not scored.
    """

    kind: Any
    row: Any
    parent: Any
    depth: Any
    weight: Vector

    def places(self, kind: Kind) -> Any:
        """Give the places of the nodes of a kind, in the order of their rows."""
        return np.flatnonzero(self.kind == kind)

    @cached_property
    def levels(self) -> tuple[Level, ...]:
        """The nodes of each depth, the deepest first, the total left out."""
        found = []
        for depth in range(int(self.depth.max()), 0, -1):
            nodes = np.flatnonzero(self.depth == depth)
            above, codes = np.unique(self.parent[nodes], return_inverse=True)
            found.append(Level(nodes, above, codes))
        return tuple(found)


def tree_of(of: Strategy) -> Tree:
    """Build the tree of a strategy.

    Args:
        of: The strategy.
    """
    counts = (1, len(of.perspectives), len(of.objectives), len(of.measures))
    first = np.cumsum((0, *counts))
    inside = of.objectives["parent"].to_numpy()
    group = of.objectives["of"].to_numpy()
    at = of.measures["at"].to_numpy()
    deep = of.objectives["depth"].to_numpy() + 2
    scored = of.measures["is_scored"].to_numpy(dtype=bool)
    weight = np.where(scored, of.measures["weight"].to_numpy(dtype=float), 0.0)
    return Tree(
        kind=np.repeat(np.arange(4), counts),
        row=np.concatenate([np.arange(n) for n in counts]),
        parent=np.concatenate(
            [[-1], np.zeros(counts[1], int), np.where(inside < 0, group + first[1],
             inside + first[2]), at + first[2]]
        ).astype(int),
        depth=np.concatenate([[0], np.ones(counts[1], int), deep, deep[at] + 1]).astype(int),
        weight=np.concatenate(
            [[1.0], of.perspectives["weight"], of.objectives["weight"], weight]
        ).astype(float),
    )  # fmt: skip


@dataclass(frozen=True)
class Rollup:
    """The scores of all nodes of a tree.

    Attributes:
        score: 0 to 100, NaN where missing.
        coverage: The share of the weights below each that is present.
        points: The sum of weight times score of its children.
        divisor: What the points are divided by: the weights of the children that count.
        share: The share of the total's score that each node carries: over any cut through the
            tree, share times score adds up to the total.
    """

    score: Vector
    coverage: Vector
    points: Vector
    divisor: Vector
    share: Vector


def rolled_up(tree: Tree, scores: Vector, missing: str = "ignore") -> Rollup:
    """Roll the scores of measures up (docs/methods.md: Roll-up).

    Args:
        tree: The tree.
        scores: The score of each measure, NaN where missing.
        missing: What a missing score does: ``ignore`` renormalises the weights of the others,
            ``zero`` counts it as 0, ``blank`` makes whatever rests on it missing too.
    """
    nodes = len(tree.kind)
    score, coverage = np.full(nodes, np.nan), np.zeros(nodes)
    points, divisor = np.zeros(nodes), np.zeros(nodes)
    leaves = tree.places(Kind.MEASURE)
    score[leaves] = np.where(tree.weight[leaves] > 0, scores, np.nan)
    coverage[leaves] = ~np.isnan(score[leaves])
    for level in tree.levels:
        weight, below = tree.weight[level.nodes], score[level.nodes]
        held = np.where(np.isnan(below), 0.0, weight)
        terms = (weight, held, held * np.nan_to_num(below), weight * coverage[level.nodes])
        groups = len(level.above)
        codes = np.concatenate([level.codes + k * groups for k in range(len(terms))])
        sums = sums_by_code(np.concatenate(terms), codes, groups * len(terms))
        whole, present, gained, covered = sums.reshape(len(terms), groups)
        by = whole if missing == "zero" else present
        answer = np.divide(gained, by, out=np.full(groups, np.nan), where=by > 0)
        if missing == "blank":
            answer = np.where(present < whole, np.nan, answer)
        score[level.above], divisor[level.above], points[level.above] = answer, by, gained
        share = np.divide(covered, whole, out=np.zeros(groups), where=whole > 0)
        coverage[level.above] = share
    return Rollup(score, coverage, points, divisor, _shares(tree, score, divisor, missing))


def _shares(tree: Tree, score: Vector, divisor: Vector, missing: str) -> Vector:
    share = np.zeros(len(score))
    share[0] = 1.0
    for level in reversed(tree.levels):
        here, above = level.nodes, tree.parent[level.nodes]
        counts = (divisor[above] > 0) & ((missing == "zero") | ~np.isnan(score[here]))
        part = np.divide(tree.weight[here], divisor[above], out=np.zeros(len(here)), where=counts)
        share[here] = share[above] * part
    return share


def totals_with(tree: Tree, of: Rollup, scores: Vector, missing: str = "ignore") -> Vector:
    """Give the total as it were with the score of one measure changed, for each measure alone.

    Args:
        tree: The tree.
        of: Its scores as they are.
        scores: The other score of each measure, NaN where there is none.
        missing: What a missing score does; one that ``blank`` leaves missing stays so.

    Returns:
        n totals, NaN where the other score is.
    """
    node = tree.places(Kind.MEASURE)
    changed = np.where(tree.weight[node] > 0, scores, np.nan)
    for _ in range(int(tree.depth.max())):
        climbing = tree.parent[node] >= 0
        above, weight, before = tree.parent[node], tree.weight[node], of.score[node]
        newly = np.isnan(before) & (missing == "ignore")
        points = of.points[above] + weight * (changed - np.nan_to_num(before))
        by = of.divisor[above] + np.where(newly, weight, 0.0)
        mean = np.divide(points, by, out=np.full(len(node), np.nan), where=by > 0)
        if missing == "blank":
            mean = np.where(np.isnan(of.score[above]), np.nan, mean)
        changed = np.where(climbing, mean, changed)
        node = np.where(climbing, above, node)
    return changed
