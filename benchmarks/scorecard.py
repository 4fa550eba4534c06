"""A strategy of 5,000 measures in a tree of five levels, against one group-by over them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from benchmarks.pairs import Ratio, compared
from xlcrm.analytics.scorecard.perspectives import perspectives
from xlcrm.cells import Range, canonical
from xlcrm.model.model import Model, model_of
from xlcrm.model.table import table_of

COUNT = 5_000
_PERSPECTIVES = ("Finance", "Customers", "Processes", "Learning and growth")
_OBJECTIVES = (2, 8, 32)
"""The objectives of a perspective on each of three levels; the strategy and the perspectives
stand above them, the measures below."""


def ratios() -> list[Ratio]:
    """Score and roll up, where a setting changed and where an actual did."""
    measures, objectives = _measures(), _objectives()
    tables = [table_of("measures", measures), table_of("objectives", objectives)]
    perspectives(model_of(tables))
    plain = pd.DataFrame(measures.rows[1:], columns=[str(cell) for cell in measures.rows[0]])

    def group_by() -> Any:
        return plain.groupby("objective_id")["actual"].mean()

    def changed() -> Model:
        return model_of([table_of("measures", measures), tables[1]])

    named = "one pandas group-by"
    return [
        compared(f"{COUNT:,} measures rolled up anew, tables as they were",
                 lambda: perspectives(model_of(tables)), group_by, named, at_most=20),
        compared(f"{COUNT:,} measures read, typed and rolled up after one actual changed",
                 lambda: perspectives(changed()), group_by, named, at_most=20),
    ]  # fmt: skip


def _objectives() -> Range:
    rows: list[tuple[Any, ...]] = [("objective_id", "objective", "perspective", "parent_id")]
    for side in _PERSPECTIVES:
        above: list[str | None] = [None]
        for level, count in enumerate(_OBJECTIVES):
            names = [f"{side} {level} {k}" for k in range(count)]
            rows += [(name, name, side, above[k % len(above)]) for k, name in enumerate(names)]
            above = list(names)
    return Range(canonical(rows))


def _measures() -> Range:
    chance = np.random.default_rng(1)
    lowest, deepest = len(_OBJECTIVES) - 1, _OBJECTIVES[-1]
    head = (
        "measure_id",
        "objective_id",
        "measure",
        "weight",
        "red",
        "target",
        "actual",
        "previous",
    )
    rows: list[tuple[Any, ...]] = [head]
    for k in range(COUNT):
        objective = f"{_PERSPECTIVES[k % 4]} {lowest} {chance.integers(deepest)}"
        actual, previous = (80 + 20 * chance.random(2)).tolist()
        weight = float(chance.integers(1, 5))
        rows.append((f"M{k}", objective, f"Measure {k}", weight, 80.0, 95.0, actual, previous))
    return Range(canonical(rows))
