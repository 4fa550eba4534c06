"""Which objectives drive which: links of the table, and parents in other perspectives."""

from __future__ import annotations

from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from xlcrm.analytics.scorecard.rows import at_row, columns_of
from xlcrm.analytics.scorecard.strategy import Strategy
from xlcrm.cells import text_key
from xlcrm.errors import NotAvailable, OutOfDomain, WrongValue, suggestion
from xlcrm.model.model import Model


@dataclass(frozen=True)
class Links:
    """Causes and effects, by the rows of their objectives; in the order of the map.

    Attributes:
        cause: The objective that drives.
        effect: The one that is driven.
    """

    cause: Any
    effect: Any


def map_order(of: Strategy) -> Any:
    """Give the rows of objectives by perspective, name and id.

    Args:
        of: The strategy.
    """
    ids, names = (
        pd.factorize(of.objectives[column].astype(str), sort=True)[0]
        for column in ("objective_id", "objective")
    )
    return np.lexsort((ids, names, of.objectives["of"].to_numpy()))


def links_of(model: Model, of: Strategy) -> Links:
    """Gather the links of the table and those of parents in other perspectives, each once.

    Args:
        model: The model that the strategy is of.
        of: The strategy.

    Raises:
        NotAvailable: A link names an objective that is not there.
        OutOfDomain: Links form a circle.
        WrongValue: A link names an objective by words that two of them have.
    """
    serves = of.objectives["serves"].to_numpy()
    child = np.flatnonzero(serves >= 0)
    cause, effect = _listed(model, of)
    _refuse_circle(model, of, (cause, effect), (child, serves[child]))
    rank = np.argsort(map_order(of))
    pairs = np.unique(
        rank[[np.append(cause, child), np.append(effect, serves[child])]].astype(int), axis=1
    )
    first, second = map_order(of)[pairs]
    return Links(first, second)


def _listed(model: Model, of: Strategy) -> tuple[Any, Any]:
    if "links" not in model.tables:
        return np.zeros(0, dtype=int), np.zeros(0, dtype=int)
    frame = columns_of(model, "links", ("from_objective", "to_objective"))
    ids = dict(zip(of.objectives["objective_id"], range(len(of.objectives)), strict=True))
    names: dict[str, list[int]] = {}
    for row, name in enumerate(of.objectives["objective"]):
        names.setdefault(text_key(name), []).append(row)

    def found(row: int, name: str | None) -> int:
        if name is None:
            why = "it names no objective; fill it in"
            raise NotAvailable(at_row(model, "links", row, why))
        meant = [ids[name]] if name in ids else names.get(text_key(name), [])
        if len(meant) > 1:
            why = f"{name!r} names {len(meant)} objectives; give an objective_id"
            raise WrongValue(at_row(model, "links", row, why))
        if not meant:
            near = suggestion(name, sorted({*ids, *of.objectives["objective"]}))
            raise NotAvailable(at_row(model, "links", row, f"no objective {name!r}; {near}"))
        return meant[0]

    ends = (frame[column] for column in frame.columns)
    cause, effect = ([found(row, name) for row, name in enumerate(names)] for names in ends)
    return np.array(cause, dtype=int), np.array(effect, dtype=int)


def _refuse_circle(model: Model, of: Strategy, listed: Any, served: Any) -> None:
    """Refuse links of the table and of parents that lead from an objective back to it."""
    causes, effects = (np.append(*ends).tolist() for ends in zip(listed, served, strict=True))
    drivers: dict[int, set[int]] = {}
    for cause, effect in zip(causes, effects, strict=True):
        drivers.setdefault(effect, set()).add(cause)
    try:
        TopologicalSorter(drivers).prepare()
    except CycleError as error:
        circle = error.args[1]  # each of them drives the next
        steps = set(pairwise(circle))
        rows = zip(causes, effects, strict=True)  # those of the table first: parents make a tree
        row = next(k for k, link in enumerate(rows) if link in steps)
        names = [of.objectives["objective_id"][k] for k in circle]
        why = f"links form a circle, {' → '.join(names)}: take one out"
        raise OutOfDomain(at_row(model, "links", row, why)) from None
