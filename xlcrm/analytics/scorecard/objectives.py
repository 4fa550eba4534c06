"""The goals of the strategy: perspectives in their order, and the tree of objectives in them."""

from __future__ import annotations

from math import isnan
from typing import Any

import numpy as np
import pandas as pd

from xlcrm.analytics.scorecard.rows import (
    at_row,
    columns_of,
    filled,
    positions,
    refuse_negative,
    refuse_twice,
    texts,
)
from xlcrm.cells import text_key
from xlcrm.errors import NotAvailable, OutOfDomain, WrongValue, suggestion
from xlcrm.model.model import Model
from xlcrm.model.perspective_sides import SIDES, side_of

NONE = "(none)"
"""The perspective of an objective that names none."""

WEIGHTS = ("weight_finance", "weight_perspective")
"""The settings that weigh finance, and every other perspective."""


def perspectives_of(model: Model, objectives: pd.DataFrame) -> pd.DataFrame:
    """List the perspectives: those of their table, else those that objectives name.

    Args:
        model: The model.
        objectives: The objectives with ``perspective``.

    Returns:
        ``perspective`` and ``weight``, in the order of the scorecard; `NONE` last, where objectives
        name none.

    Raises:
        NotAvailable: An objective names one that the table does not have.
    """
    if "perspectives" in model.tables:
        listed = columns_of(model, "perspectives", ("perspective", "order", "weight"))
        refuse_negative(model, "perspectives", listed)
        refuse_twice(model, "perspectives", listed["perspective"])
        if NONE in set(objectives["perspective"]):
            none = {"perspective": [NONE], "order": [np.nan], "weight": [np.nan]}
            listed = pd.concat([listed, pd.DataFrame(none)], ignore_index=True)
        known = {text_key(name) for name in listed["perspective"]}
        for name in sorted(set(objectives["perspective"])):
            if text_key(name) not in known:
                row = int(np.flatnonzero((objectives["perspective"] == name).to_numpy())[0])
                near = suggestion(name, listed["perspective"])
                why = f"no perspective {name!r}; {near}"
                raise NotAvailable(at_row(model, "objectives", row, why))
    else:
        names = sorted({text_key(n): n for n in sorted(set(objectives["perspective"]))}.values())
        listed = pd.DataFrame({"perspective": names, "order": np.nan, "weight": np.nan})
    ranked = []
    for name, order, weight in listed.itertuples(index=False):
        place = _place(name)
        default = model.settings.number(_weight_setting(place))
        rank = (isnan(order), 0.0 if isnan(order) else order, place, name)
        ranked.append((rank, name, default if isnan(weight) else weight))
    rows = [(name, weight) for _, name, weight in sorted(ranked)]
    return pd.DataFrame(rows, columns=["perspective", "weight"])


def _place(name: str) -> int:
    """Put finance first, then customers, processes, learning, then others."""
    side = side_of(name)
    return len(SIDES) if side is None else side


def _weight_setting(place: int) -> str:
    return WEIGHTS[1] if place else WEIGHTS[0]


def objectives_of(model: Model, measures: pd.DataFrame) -> pd.DataFrame:
    """Read the objectives: those of their table, else those that measures name in words.

    Args:
        model: The model.
        measures: The measures with ``objective_id`` and ``perspective``.

    Returns:
        ``objective_id``, ``objective``, ``perspective`` (its own or the nearest ancestor's),
        ``level``, ``weight``, ``owner``, ``parent`` (a position, -1 at the top).

    Raises:
        NotAvailable: A parent is not there.
        OutOfDomain: A weight is negative, or parents form a circle.
        WrongValue: An objective stands twice.
    """
    if "objectives" not in model.tables:
        return _named_by_measures(model, measures)
    names = ("objective_id", "objective", "perspective", "parent_id", "level", "weight", "owner")
    frame = columns_of(model, "objectives", names)
    frame["objective_id"] = filled(frame["objective_id"], frame["objective"])
    refuse_twice(model, "objectives", frame["objective_id"])
    refuse_negative(model, "objectives", frame)
    parent = np.full(len(frame), -1)
    named = frame["parent_id"].notna().to_numpy()
    parent[named] = positions(
        model, "objectives", frame["parent_id"], frame["objective_id"], "parent", named
    )
    depth = depths(parent)
    if (depth < 0).any():
        row = int(np.flatnonzero(depth < 0)[0])
        why = f"the parents of {frame['objective_id'][row]!r} form a circle; give one no parent"
        raise OutOfDomain(at_row(model, "objectives", row, why))
    perspective = frame["perspective"].to_numpy(dtype=object).copy()
    for k in np.argsort(depth, kind="stable"):
        if perspective[k] is None:
            perspective[k] = perspective[parent[k]] if parent[k] >= 0 else NONE
    return frame.assign(
        objective=filled(frame["objective"], frame["objective_id"]),
        perspective=texts(perspective),
        weight=filled(frame["weight"], 1.0),
        parent=parent,
    ).drop(columns="parent_id")


def _named_by_measures(model: Model, measures: pd.DataFrame) -> pd.DataFrame:
    """Make objectives of the words that measures name; each is of one perspective."""
    named = measures[["objective_id", "perspective"]]
    named = named[named["objective_id"].notna()].drop_duplicates()
    said = named.dropna().sort_values(["objective_id", "perspective"])
    if said["objective_id"].duplicated().any():
        twice = said["objective_id"][said["objective_id"].duplicated()].iloc[0]
        row = int(np.flatnonzero((measures["objective_id"] == twice).to_numpy())[0])
        why = f"the objective {twice!r} stands in two perspectives; name one"
        raise WrongValue(at_row(model, "measures", row, why))
    of = dict(zip(said["objective_id"], said["perspective"], strict=True))
    names = sorted(set(named["objective_id"]))
    return pd.DataFrame(
        {
            "objective_id": names,
            "objective": names,
            "perspective": [of.get(name, NONE) for name in names],
            "level": None,
            "weight": 1.0,
            "owner": None,
            "parent": np.full(len(names), -1),
        }
    )


def depths(parent: Any) -> Any:
    """Count the steps to the top of a tree; -1 for who never gets there.

    Args:
        parent: The position of each row's parent, -1 at the top.
    """
    depth, above = np.zeros(len(parent), dtype=int), np.asarray(parent).copy()
    for _ in range(len(parent)):
        climbing = above >= 0
        if not climbing.any():
            return depth
        depth[climbing] += 1
        above = np.where(climbing, parent[above], -1)
    return np.where(above >= 0, -1, depth)
