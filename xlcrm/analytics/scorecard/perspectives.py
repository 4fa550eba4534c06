"""The perspectives of the scorecard: their scores, and that of the strategy as a whole."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from xlcrm.analytics.options import option
from xlcrm.analytics.scorecard.scores import status, trend
from xlcrm.analytics.scorecard.strategy import strategy
from xlcrm.analytics.scorecard.tree import MISSING, Kind, rolled_up, tree_of
from xlcrm.model.model import Model


def perspectives(
    model: Model, period: str = "", missing: str = "", method: str = ""
) -> pd.DataFrame:
    """Score the perspectives of the scorecard, and the strategy as a whole.

    Args:
        model: A model with measures and objectives.
        period: What measures are read over; "" for the period of each.
        missing: What a missing score does, one of `MISSING`.
        method: The scoring rule (docs/methods.md: Scores).

    Returns:
        ``perspective``, ``weight`` (share of one), ``score``, ``coverage`` (the share of the
        weights below that is present), ``status`` (green, amber, red, missing, or insufficient
        where the coverage is too low), ``trend``, ``objectives``, ``measures``; in the order of
        the scorecard, the row ``Total`` last.

    Raises:
        WrongValue: There is no such treatment of missing scores.
    """
    policy = option("missing", missing, MISSING)
    found = strategy(model, method, period)
    tree = tree_of(found)
    now = rolled_up(tree, found.measures["score"].to_numpy(dtype=float), policy)
    then = rolled_up(tree, found.measures["previous_score"].to_numpy(dtype=float), policy)
    rows = np.append(tree.places(Kind.PERSPECTIVE), 0)
    weight = found.perspectives["weight"].to_numpy(dtype=float)
    of = found.objectives["of"].to_numpy()
    counts = [_counted(of, weight), _counted(of[found.measures["at"].to_numpy()], weight)]
    needed = model.settings.number("coverage_needed")
    return pd.DataFrame(
        {
            "perspective": [*found.perspectives["perspective"], "Total"],
            "weight": np.append(weight / weight.sum() if weight.sum() else weight, 1.0),
            "score": now.score[rows],
            "coverage": now.coverage[rows],
            "status": status(now.score[rows], now.coverage[rows], needed),
            "trend": trend(now.score[rows], then.score[rows]),
            "objectives": counts[0],
            "measures": counts[1],
        }
    )


def _counted(codes: Any, of: Any) -> Any:
    """Count what is in each perspective, and all of it."""
    counted = np.bincount(codes, minlength=len(of)).astype(float)
    return np.append(counted, counted.sum())
