"""The Balanced Scorecard: each measure with target, actual, score and the effort behind it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from xlcrm.analytics.no_figure import where_known
from xlcrm.analytics.scorecard.history import history
from xlcrm.analytics.scorecard.listing import listed
from xlcrm.analytics.scorecard.rows import columns_of
from xlcrm.analytics.scorecard.scores import status, trend
from xlcrm.analytics.scorecard.strategy import Strategy, strategy
from xlcrm.conditions import Where
from xlcrm.errors import OutOfDomain
from xlcrm.model.model import Model
from xlcrm.stats.exact import sums_by_code

_MOST_MONTHS = 120


def scorecard(
    model: Model, where: Where = "", period: str = "", months: float = 0.0, method: str = ""
) -> pd.DataFrame:
    """List every measure of the strategy with its score.

    Args:
        model: A model with measures and objectives.
        where: Conditions on measures; they choose what is listed and change no score.
        period: What measures are read over; "" for the period of each.
        months: How many months of history are added.
        method: The scoring rule (docs/methods.md: Scores).

    Returns:
        ``perspective``, ``objective``, ``measure``, ``unit``, ``baseline``, ``target``,
        ``actual``, ``score`` (0 to 100), ``status`` (green, amber, red, missing, unscored),
        ``trend`` against the previous value, ``burn`` (spent by budget of its initiatives),
        ``owner``, ``from``; and a column a month. By perspective, objective and measure.

    Raises:
        NotAvailable: No measure meets the conditions.
        OutOfDomain: The months are below 0 or above 120.
    """
    if not 0 <= months <= _MOST_MONTHS:
        raise OutOfDomain(f"months is {months:g}; give 0 to {_MOST_MONTHS}")
    found = strategy(model, method, period)
    measures = found.measures
    of = found.objectives.iloc[measures["at"]]
    scores = measures["score"].to_numpy(dtype=float)
    words = np.array(status(scores), dtype=object)
    frame = pd.DataFrame(
        {
            "perspective": of["perspective"].to_numpy(),
            "objective": of["objective"].to_numpy(),
            "measure": measures["measure"],
            "unit": measures["unit"],
            "baseline": measures["baseline"],
            "target": measures["target"],
            "actual": measures["actual"],
            "score": scores,
            "status": np.where(measures["is_scored"], words, "unscored"),
            "trend": trend(scores, measures["previous_score"].to_numpy(dtype=float)),
            "burn": burn(model, measures),
            "owner": measures["owner"],
            "from": measures["from"],
        }
    )
    if months >= 1:
        past = history(model, measures, int(months))
        columns = (where_known(column) for column in past.values.T)
        frame = frame.assign(**dict(zip(past.labels, columns, strict=True)))
    return listed(model, "measures", frame, order_of(found), where)


def order_of(of: Strategy) -> Any:
    """Give the rows of measures by perspective, objective, name and id.

    Args:
        of: The strategy.
    """
    at = of.measures["at"].to_numpy()
    of_objective = [of.objectives[name].iloc[at] for name in ("objective_id", "objective")]
    names = (of.measures["measure_id"], of.measures["measure"], *of_objective)
    ranks = [pd.factorize(name.astype(str), sort=True)[0] for name in names]
    return np.lexsort((*ranks, of.objectives["of"].to_numpy()[at]))


def burn(model: Model, measures: pd.DataFrame) -> Any:
    """Give what the initiatives of each measure have spent by their budgets, NaN without any.

    Args:
        model: The model.
        measures: The measures with ``measure_id``.
    """
    nothing = np.full(len(measures), np.nan)
    if "initiatives" not in model.tables:
        return nothing
    made = columns_of(model, "initiatives", ("measure_id", "budget", "spent"))
    index = pd.Index(measures["measure_id"].to_numpy(dtype=object), dtype=object)
    at = index.get_indexer(made["measure_id"].to_numpy(dtype=object))
    budget = made["budget"].fillna(0.0).to_numpy(dtype=float)
    funded = (at >= 0) & (budget > 0)
    spent = made["spent"].fillna(0.0).to_numpy(dtype=float)
    sums = [sums_by_code(part[funded], at[funded], len(measures)) for part in (spent, budget)]
    return np.divide(sums[0], sums[1], out=nothing, where=sums[1] > 0)
