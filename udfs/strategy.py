"""Scorecard: does the strategy hold together, and what would move it?"""

from __future__ import annotations

import pandas as pd

from xlcrm.analytics.basis import rests_on
from xlcrm.analytics.scorecard.populations import LINKS, MEASURES, OBJECTIVES
from xlcrm.analytics.scorecard.redundancy import redundancy
from xlcrm.analytics.scorecard.sensitivity import sensitivity
from xlcrm.analytics.scorecard.strategy_map import strategy_map
from xlcrm.functions import worksheet_function
from xlcrm.model.model import Model


@worksheet_function(
    "Scorecard",
    explain=rests_on(
        "Strategy map",
        MEASURES,
        OBJECTIVES,
        LINKS,
        settings=("history_months", "map_lags", "significance", "coverage_needed"),
    ),
)
def CRM_STRATEGY_MAP(
    model: Model, show: str = "links", lags: float | None = None, method: str = "piecewise"
) -> pd.DataFrame:
    """List the links of cause and effect, and whether the cause moved before the effect.

    Args:
        model: The cell of CRM_MODEL, named Model in the template, with objectives, measures and
            links.
        show: links, or objectives for their places on a drawing of the map.
        lags: The months by which a cause may run ahead of its effect; left out: map_lags.
        method: How actuals become scores: piecewise, progress, range, ratio, threshold or binary.

    Returns:
        For links cause, effect, cause_perspective, effect_perspective, cause_score, effect_score,
        cause_trend, effect_trend (better, worse, same), ahead (months), correlation, p, n (months
        compared), finding (cause first, together, effect first, against, not seen, no history).
        For objectives objective, perspective, score, status, across (0 to 1), up (0 to 1).

    Raises:
        #N/A: There are no measures, no links to list, or a link's objective is not there.
        #NUM!: Links form a circle, lags are below 1, or what CRM_GOALS refuses.
        #VALUE!: There is no such view or method, or a link's name is that of two objectives.

    Method:
        The monthly changes of cause and effect are compared at each lead up to lags, without the
        season where both have one; the strongest correlation counts where Student's t, corrected
        for months that repeat each other and by Bonferroni for the leads tried, is below the
        setting significance. A correlation is no proof of a cause.

    Example:
        =CRM_STRATEGY_MAP(Model)
    """
    return strategy_map(model, show, lags, method)


@worksheet_function(
    "Scorecard", explain=rests_on("Sensitivity", MEASURES, settings=("coverage_needed",))
)
def CRM_SENSITIVITY(
    model: Model,
    period: str = "",
    gain: float = 1.0,
    missing: str = "ignore",
    method: str = "piecewise",
) -> pd.DataFrame:
    """Say what would move the total most: each measure one unit better, or at its target.

    Args:
        model: The cell of CRM_MODEL, named Model in the template, with objectives and measures.
        period: What measures are read over in place of their own periods, such as 2026-Q1.
        gain: How much better, in the unit of each measure.
        missing: What a missing score does: ignore, zero or blank, as for CRM_PERSPECTIVES.
        method: How actuals become scores: piecewise, progress, range, ratio, threshold or binary.

    Returns:
        measure, objective, perspective, unit, actual, target, score, share (of the total), one_gain
        (points of the total gained), to_target (points of the total gained), total (then), rank.
        The largest to_target first, then the largest one_gain, then by name.

    Raises:
        #N/A: There are no measures with a target, or an objective is not there.
        #NUM!: gain is not above 0, a red equals its target, or a weight is negative.
        #VALUE!: There is no such method, KPI, period or treatment of missing scores.

    Method:
        The total is computed anew with the one score changed, up the tree. A measure without an
        actual has no one_gain, only what the total would be with it at its target.

    Example:
        =CRM_SENSITIVITY(Model)
    """
    return sensitivity(model, period, gain, missing, method)


@worksheet_function(
    "Scorecard",
    explain=rests_on(
        "Redundant measures", MEASURES, settings=("alike_from", "most_measures", "history_months")
    ),
)
def CRM_KPI_REDUNDANCY(model: Model, alike: float | None = None) -> pd.DataFrame:
    """Find measures that say the same, and say where there are too many.

    Args:
        model: The cell of CRM_MODEL, named Model in the template, with measures and their history.
        alike: The correlation from which measures say the same; left out: alike_from.

    Returns:
        group (1, 2, ... of measures alike; 0 for one on its own), measure, objective, share (of the
        total), alike_to (the one to keep), correlation (with it), n (months compared), advice. A
        first row All measures says how many there are, as n too, and whether that is too many.

    Raises:
        #N/A: There are no measures.
        #NUM!: alike is not between 0 and 1, or what CRM_GOALS refuses.

    Method:
        Complete-linkage clusters on 1 - |r| of monthly changes, over at least 12 common months;
        within a cluster every pair is alike. The measure with the largest share stays.

    Example:
        =CRM_KPI_REDUNDANCY(Model)
    """
    return redundancy(model, alike)
