"""Where objectives stand on a drawing of the strategy map, so that its lines cross little.

Perspectives are layers; within them objectives are ordered by the mean place of those that they
are linked with, sweep by sweep (the barycentre rule: Sugiyama, Tagawa and Toda 1981, IEEE
Transactions on Systems, Man and Cybernetics 11:109-125), then each is put where fewest lines cross
(sifting: Matuszewski, Schönfeld and Molitor 1999, Graph Drawing, LNCS 1731:217-224).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

_SWEEPS = 24
_MOST_COUNTED = 200
"""The lines up to which crossings are counted; beyond them the last sweep stays."""

_MOST_SIFTED = 60
"""The lines up to which single nodes are moved; a drawing of more can hardly be read."""

_STARTS = 5
"""How many orders that sweeps found are made better by moves, and how many drawn by lot."""

_IN_ONE_ROW = 3
_STAGGER = 0.2
_SAME = 1e-9


@dataclass(frozen=True)
class _Pairs:
    """Pairs of lines that may cross: those that pass the same height and share no node.

    Attributes:
        nodes: The ends of the one and of the other, four a pair.
        first: What the places of these weigh in the gap between the lines where both begin.
        last: The same where the first of them ends.
    """

    nodes: Any
    first: Any
    last: Any

    def crossed(self, across: Any) -> Any:
        """Count the crossings of drawings, given where the nodes of each stand, a row each."""
        at = across[:, self.nodes]
        gaps = ((at * weights).sum(axis=2) for weights in (self.first, self.last))
        first, last = (np.where(np.abs(gap) < _SAME, 0.0, gap) for gap in gaps)
        return (first * last < 0).sum(axis=1)


def places_of(layer: Any, layers: int, cause: Any, effect: Any) -> tuple[Any, Any]:
    """Place nodes that stand in layers.

    Args:
        layer: The layer of each of n nodes, 0 the topmost; nodes of a layer in the order that
            breaks ties.
        layers: How many layers there are.
        cause: Where each line begins, a node.
        effect: Where it ends.

    Returns:
        Across and up, n each, between 0 and 1: layers in bands of one height, nodes evenly within
        them; a layer of many nodes in two rows, by turns.
    """
    between = layer[cause] != layer[effect]
    lines = np.stack([cause[between], effect[between]])
    start = _numbered(layer, np.arange(len(layer)))
    downward, upward = (
        _sweeps(layer, layers, start, lines, downwards=first) for first in (True, False)
    )
    count = lines.shape[1]
    if count > _MOST_COUNTED:
        return _points(layer, layers, downward[-1])
    pairs = _pairs(layer, lines)
    orders = np.unique([start, *downward, *upward], axis=0)
    orders = orders[np.argsort(pairs.crossed(_across(layer, orders)), kind="stable")]
    if count <= _MOST_SIFTED:
        chance = np.random.default_rng(_STARTS)  # seeded: the same map is drawn the same
        others = [_numbered(layer, chance.random(len(layer))) for _ in range(_STARTS)]
        starts = [*orders[:_STARTS], *others]
        orders = np.array([_sifted(layer, order, pairs) for order in starts])
    best = int(np.argmin(pairs.crossed(_across(layer, orders))))
    return _points(layer, layers, orders[best])


def _numbered(layer: Any, key: Any) -> Any:
    """Number the nodes of each layer from 0 in the order of a key; ties as they stand."""
    order = np.lexsort((np.arange(len(layer)), key, layer))
    place = np.empty(len(layer), dtype=int)
    place[order] = np.arange(len(layer)) - np.searchsorted(layer[order], layer[order])
    return place


def _across(layer: Any, place: Any) -> Any:
    return (place + 0.5) / np.bincount(layer)[layer]


def _sweeps(layer: Any, layers: int, start: Any, lines: Any, *, downwards: bool) -> list[Any]:
    """Sweep to and fro, until that changes nothing."""
    found = [start]
    for sweep in range(_SWEEPS):
        down = downwards == (sweep % 2 == 0)
        found.append(_swept(layer, layers, found[-1], lines, downwards=down))
        if sweep and (found[-1] == found[-3]).all():
            break
    return found


def _swept(layer: Any, layers: int, place: Any, lines: Any, *, downwards: bool) -> Any:
    """Order layer by layer after the nodes that lines lead to on the side one comes from."""
    ends = np.concatenate([lines, lines[::-1]], axis=1)
    for at in range(layers) if downwards else range(layers - 1, -1, -1):
        towards = layer[ends[1]] < at if downwards else layer[ends[1]] > at
        here = ends[:, (layer[ends[0]] == at) & towards]
        across = _across(layer, place)
        counts = np.bincount(here[0], minlength=len(layer))
        sums = np.bincount(here[0], across[here[1]], len(layer))
        means = np.where(counts > 0, sums / np.maximum(counts, 1), across)
        moved = _numbered(layer, np.round(means, 9))
        place = np.where(layer == at, moved, place)
    return place


def _pairs(layer: Any, lines: Any) -> _Pairs:
    height = layer.astype(float)
    swap = height[lines[0]] > height[lines[1]]
    top, low = np.where(swap, lines[::-1], lines)
    one, other = np.triu_indices(lines.shape[1], 1)
    nodes = np.stack([top[one], low[one], top[other], low[other]], axis=1)
    high = np.maximum(height[nodes[:, 0]], height[nodes[:, 2]])
    deep = np.minimum(height[nodes[:, 1]], height[nodes[:, 3]])
    shared = (nodes[:, :2, None] == nodes[:, None, 2:]).any(axis=(1, 2))
    kept = (high < deep) & ~shared
    nodes, high, deep = nodes[kept], high[kept], deep[kept]

    def weights(at: Any) -> Any:
        begin, end = height[nodes[:, ::2]], height[nodes[:, 1::2]]
        part = (at[:, None] - begin) / (end - begin)
        return np.stack([1 - part[:, 0], part[:, 0], part[:, 1] - 1, -part[:, 1]], axis=1)

    return _Pairs(nodes, weights(high), weights(deep))


def _sifted(layer: Any, place: Any, pairs: _Pairs) -> Any:
    """Put each node where fewest lines cross, as long as that takes crossings away."""
    fewest = int(pairs.crossed(_across(layer, place[None]))[0])
    before = fewest + 1
    while 0 < fewest < before:
        before = fewest
        for node in np.unique(pairs.nodes):
            own = np.flatnonzero(layer == layer[node])
            others = own[own != node][np.argsort(place[own[own != node]])]
            tried = np.repeat(place[None], len(own), axis=0)
            for k in range(len(own)):
                tried[k, np.insert(others, k, node)] = np.arange(len(own))
            crossed = pairs.crossed(_across(layer, tried))
            if crossed.min() < fewest:
                fewest, place = int(crossed.min()), tried[int(np.argmin(crossed))]
    return place


def _points(layer: Any, layers: int, place: Any) -> tuple[Any, Any]:
    many = np.bincount(layer)[layer] > _IN_ONE_ROW
    stagger = np.where(many, np.where(place % 2 == 0, _STAGGER, -_STAGGER), 0.0)
    return _across(layer, place), 1 - (layer + 0.5 - stagger) / layers
