"""The tree of goals: from the strategy down to the initiatives that serve it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from xlcrm.analytics.options import option
from xlcrm.analytics.scorecard.rows import positions
from xlcrm.analytics.scorecard.scores import status, trend
from xlcrm.analytics.scorecard.standing import initiatives_of, standing
from xlcrm.analytics.scorecard.strategy import Strategy, strategy
from xlcrm.analytics.scorecard.tree import MISSING, Kind, Rollup, Tree, rolled_up, tree_of
from xlcrm.model.model import Model

DEPTHS = ("objectives", "measures", "initiatives")
"""How far down the tree is listed; the default first."""

_KINDS = np.array(["strategy", "perspective", "objective", "measure"], dtype=object)
_TOP = "Strategy"


def goals(
    model: Model, period: str = "", depth: str = "", missing: str = "", method: str = ""
) -> pd.DataFrame:
    """List the tree of goals, each above what serves it.

    Args:
        model: A model with measures and objectives.
        period: What measures are read over; "" for the period of each.
        depth: How far down to go, one of `DEPTHS`.
        missing: What a missing score does, one of `MISSING`.
        method: The scoring rule (docs/methods.md: Scores).

    Returns:
        ``goal``, ``kind``, ``level``, ``depth``, ``parent``, ``weight`` (share of one beside its
        siblings), ``share`` (of the total), ``score``, ``coverage``, ``status``, ``trend``,
        ``children``, ``missing`` (children without a score), ``owner``.
    """
    policy = option("missing", missing, MISSING)
    down_to = option("depth", depth, DEPTHS)
    found = strategy(model, method, period)
    tree = tree_of(found)
    now = rolled_up(tree, found.measures["score"].to_numpy(dtype=float), policy)
    then = rolled_up(tree, found.measures["previous_score"].to_numpy(dtype=float), policy)
    needed = model.settings.number("coverage_needed")
    words = np.array(status(now.score, now.coverage, needed), dtype=object)
    leaves = tree.places(Kind.MEASURE)
    words[leaves[~found.measures["is_scored"].to_numpy(dtype=bool)]] = "unscored"
    names = _named(found, "objective", "measure")
    frame = pd.DataFrame(
        {
            "goal": names,
            "kind": _KINDS[tree.kind],
            "level": np.concatenate(
                [np.full(1 + len(found.perspectives), None), found.objectives["level"],
                 np.full(len(leaves), None)]
            ),
            "depth": tree.depth.astype(float),
            "parent": np.where(tree.parent < 0, "", names[tree.parent]),
            "weight": _beside(tree),
            "share": now.share,
            "score": now.score,
            "coverage": now.coverage,
            "status": words,
            "trend": trend(now.score, then.score),
            **_children(tree, now),
            "owner": _owners(found),
        }
    )  # fmt: skip
    order = in_order(tree, names, _named(found, "objective_id", "measure_id"))
    if down_to == "objectives":
        order = order[tree.kind[order] != Kind.MEASURE]
    listed: pd.DataFrame = frame.iloc[order].reset_index(drop=True)
    if down_to != "initiatives" or "initiatives" not in model.tables:
        return listed
    return _with_initiatives(model, found, tree, frame, order)


def in_order(tree: Tree, names: Any, ids: Any) -> Any:
    """Give the places of a tree from the top, each before what hangs below it.

    Siblings come as the scorecard shows them: measures before objectives, by name and id.

    Args:
        tree: The tree.
        names: The name of each node.
        ids: What tells nodes of one name apart.
    """
    rank = np.lexsort(
        (
            pd.factorize(ids, sort=True)[0],
            pd.factorize(names, sort=True)[0],
            np.where(tree.kind == Kind.PERSPECTIVE, tree.row, 0),
            -tree.kind,
        )
    )
    place = np.empty(len(rank), dtype=int)
    place[rank] = np.arange(1, len(rank) + 1)
    deepest = int(tree.depth.max())
    path = np.zeros((deepest + 1, len(place)), dtype=int)
    node = np.arange(len(place))
    depth = tree.depth.copy()
    for _ in range(deepest + 1):
        path[depth, np.arange(len(place))] = place[node]
        above = tree.parent[node]
        depth = np.where(above >= 0, depth - 1, depth)
        node = np.where(above >= 0, above, node)
    return np.lexsort(path[::-1])


def _named(of: Strategy, objective: str, measure: str) -> Any:
    """Name all nodes of the tree, by columns of objectives and measures."""
    return np.concatenate(
        [[_TOP], of.perspectives["perspective"], of.objectives[objective], of.measures[measure]]
    ).astype(object)


def _owners(of: Strategy) -> Any:
    above = np.full(1 + len(of.perspectives), None)
    return np.concatenate([above, of.objectives["owner"], of.measures["owner"]])


def _beside(tree: Tree) -> Any:
    """Give the weight of each node as its share beside its siblings."""
    whole = np.bincount(tree.parent[1:], tree.weight[1:], len(tree.parent))
    by = np.append(1.0, whole[tree.parent[1:]])
    return np.divide(tree.weight, by, out=np.zeros(len(by)), where=by > 0)


def _children(tree: Tree, of: Rollup) -> dict[str, Any]:
    """Count what hangs below each node, and what of it has no score; unscored does not count."""
    counts = tree.weight > 0
    counts[0] = False
    some = np.flatnonzero(counts)
    lost = some[np.isnan(of.score[some])]
    nodes = len(tree.parent)
    return {
        "children": np.bincount(tree.parent[some], minlength=nodes).astype(float),
        "missing": np.bincount(tree.parent[lost], minlength=nodes).astype(float),
    }


def _with_initiatives(
    model: Model, of: Strategy, tree: Tree, frame: pd.DataFrame, order: Any
) -> pd.DataFrame:
    """Put the initiatives below the measures that they are to move."""
    made = initiatives_of(model)
    at = positions(model, "initiatives", made["measure_id"], of.measures["measure_id"], "measure")
    parent = tree.places(Kind.MEASURE)[at]
    names = made["name"]
    below = pd.DataFrame(
        {
            "goal": names,
            "kind": "initiative",
            "level": None,
            "depth": tree.depth[parent] + 1.0,
            "parent": frame["goal"].to_numpy()[parent],
            "weight": 0.0,
            "share": 0.0,
            "score": np.nan,
            "coverage": 0.0,
            "status": standing(model, made).status,
            "trend": "",
            "children": 0.0,
            "missing": 0.0,
            "owner": made["owner"],
        }
    )
    place = np.empty(len(order), dtype=int)
    place[order] = np.arange(len(order))
    both = pd.concat([frame, below], ignore_index=True)
    above = np.zeros(len(frame), dtype=int)
    ids, words = (pd.factorize(n.astype(str), sort=True)[0] for n in (made["initiative_id"], names))
    keys = (np.append(above, 1 + ids), np.append(above, 1 + words), np.append(place, place[parent]))
    return both.iloc[np.lexsort(keys)].reset_index(drop=True)
