"""How probable a win is from each stage: configured, seen, and smoothed between the two."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xlcrm.errors import ExcelError
from xlcrm.kpis.open_deals import EXPECTED
from xlcrm.kpis.probability import Chances
from xlcrm.model.model import Model


def stage_rates(model: Model, method: str = "") -> pd.DataFrame:
    """Give each stage's win probability with what it rests on.

    Args:
        model: A model with stages and deals.
        method: The method whose probability is ``probability`` (docs/methods.md).

    Returns:
        ``stage``, ``order``, ``configured``; ``won`` and ``closed``, the deals won and closed that
        reached the stage; ``historic`` (won by closed), ``smoothed``, ``low`` and ``high`` (its
        credible interval), #N/A where nothing tells how far closed deals came; ``probability``,
        the one in force; and ``method``.
    """
    chances = Chances(model, EXPECTED.method(method))
    frame = chances.rates
    answer = frame[["stage", "order", "configured"]].copy()
    for name in ("won", "closed", "historic", "smoothed", "low", "high"):
        answer[name] = _or_na(frame[name])
    answer["probability"] = _or_na(frame[chances.in_force])
    answer["method"] = chances.words
    return answer


def _or_na(values: pd.Series[float]) -> pd.Series[float]:
    """Show what is not known as #N/A."""
    missing = np.isnan(values.to_numpy(dtype=float))
    if not missing.any():
        return values
    shown = values.astype(object)
    shown[missing] = ExcelError.NA
    return shown
