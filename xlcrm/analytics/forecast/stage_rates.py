"""How probable a win is from each stage: configured, seen, and smoothed between the two."""

from __future__ import annotations

import pandas as pd

from xlcrm.analytics.no_figure import where_known
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
        answer[name] = where_known(frame[name].to_numpy(dtype=float))
    answer["probability"] = where_known(frame[chances.in_force].to_numpy(dtype=float))
    answer["method"] = chances.words
    return answer
