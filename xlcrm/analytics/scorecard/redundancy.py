"""Measures that say the same: which of them to keep, and whether there are too many."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from xlcrm.analytics.scorecard.movements import LEAST_MONTHS, monthly_values
from xlcrm.analytics.scorecard.strategy import strategy
from xlcrm.analytics.scorecard.tree import Kind, rolled_up, tree_of
from xlcrm.errors import OutOfDomain, shortened
from xlcrm.model.model import Model
from xlcrm.stats.clusters import complete_linkage
from xlcrm.stats.correlation import changes, correlations

ALL = "All measures"

_UNLIKE = 2.0
"""A distance beyond that of any two measures whose correlation is known."""

_COLUMNS = ("group", "measure", "objective", "share", "alike_to", "correlation", "n", "advice")


def redundancy(model: Model, alike: float | None = None) -> pd.DataFrame:
    """Find measures that say the same, and say whether there are too many.

    Args:
        model: A model with measures and their history.
        alike: The correlation from which measures say the same; None for the setting.

    Returns:
        ``group`` (1, 2, ... of measures alike; 0 for one on its own), ``measure``,
        ``objective``, ``share`` (of the total, as if every measure had an actual), ``alike_to``
        (the one to keep), ``correlation`` (with it), ``n`` (months compared), ``advice``. The
        first row is of all measures, its n their number; then groups, the one to keep first,
        then those on their own, the largest share first.

    Raises:
        OutOfDomain: alike is not between 0 and 1.
    """
    limit = model.settings.number("alike_from") if alike is None else alike
    if not 0 <= limit <= 1:
        raise OutOfDomain(f"alike is {limit:g}; give a correlation between 0 and 1")
    found = strategy(model)
    tree = tree_of(found)
    every = rolled_up(tree, np.zeros(len(found.measures)))
    measures = found.measures.assign(
        share=every.share[tree.places(Kind.MEASURE)],
        goal=found.objectives["objective"].to_numpy(dtype=object)[found.measures["at"]],
    )
    ordered = ["measure_id", "measure", "objective_id"]
    measures = measures.sort_values(ordered, kind="stable").reset_index(drop=True)
    steps = changes(monthly_values(model, measures))
    r, n = correlations(steps, LEAST_MONTHS)
    distances = np.where(np.isnan(r), _UNLIKE, 1 - np.abs(r))
    np.fill_diagonal(distances, 0.0)
    codes = complete_linkage(distances, 1 - limit)
    kept, alone = _kept(measures, codes), np.bincount(codes)[codes] == 1
    rank = np.argsort(_by_share(measures))
    first = rank[kept]  # a group stands where the one to keep does
    rows = np.lexsort((rank, np.where(alone, 0, first), alone))
    groups = np.where(alone, 0, 1 + np.searchsorted(np.unique(first[~alone]), first))
    names = _names(measures)
    body = [
        (
            float(groups[k]),
            names[k],
            measures["goal"][k],
            float(measures["share"][k]),
            *_alike(k, kept[k], alone[k], names, r, n),
        )
        for k in rows
    ]
    head = _all(model, measures, len(body) - len(set(codes.tolist())))
    return pd.DataFrame([head, *body], columns=list(_COLUMNS))


def _by_share(measures: pd.DataFrame) -> Any:
    """Give the rows of measures by share, the largest first, then by name and id."""
    return np.lexsort((measures["measure"].astype(str), -measures["share"].round(12)))


def _kept(measures: pd.DataFrame, codes: Any) -> Any:
    """Give the measure to keep of each one's group."""
    order = _by_share(measures)
    groups, first = np.unique(codes[order], return_index=True)
    chosen = np.empty(len(groups), dtype=int)
    chosen[groups] = order[first]
    return chosen[codes]


def _names(measures: pd.DataFrame) -> list[str]:
    """Name measures, with their id where two have the same name."""
    shared = measures["measure"].duplicated(keep=False)
    full = [f"{name} ({key})" for name, key in zip(measures["measure"], measures["measure_id"],
                                                   strict=True)]  # fmt: skip
    return [shortened(str(name)) for name in measures["measure"].where(~shared, pd.Series(full))]


def _alike(row: int, kept: int, alone: bool, names: list[str], r: Any, n: Any) -> tuple[Any, ...]:
    """Say of a measure what it is like, and what to do about it."""
    own = float(n[row, row])
    if alone:
        return "", "", own, "no history" if own < LEAST_MONTHS else "on its own"
    if row == kept:
        return "", "", own, "keep"
    said = shortened(f"says the same as {names[kept]}; consider dropping it")
    return names[kept], float(r[row, kept]), float(n[row, kept]), said


def _all(model: Model, measures: pd.DataFrame, droppable: int) -> tuple[Any, ...]:
    count, most = len(measures), model.settings.number("most_measures")
    word = "measure" if count == 1 else "measures"
    said = f"{count} {word}, at most {most:g}"
    if count > most:
        said = f"{count} {word}: more than {most:g}, too many to steer by"
    if droppable:
        said += f"; {droppable} say the same as others" if droppable > 1 else (
            "; 1 says the same as another")  # fmt: skip
    share = 1.0 if (measures["share"] > 0).any() else 0.0
    return 0.0, ALL, "", share, "", "", float(count), said
