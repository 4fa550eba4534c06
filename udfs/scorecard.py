"""Scorecard: is the strategy being met?"""

from __future__ import annotations

import pandas as pd

from xlcrm.analytics.scorecard.scorecard import perspectives, scorecard
from xlcrm.analytics.scorecard.single_score import Numbers, score_of
from xlcrm.functions import worksheet_function
from xlcrm.model.model import Model


@worksheet_function("Scorecard")
def CRM_SCORE(
    actual: Numbers,
    target: Numbers,
    red: Numbers,
    stretch: Numbers = None,
    worst: Numbers = None,
    method: str = "piecewise",
) -> float | list[list[float]]:
    """Score an actual value from 0 to 100: red below 33.3, green from 66.7.

    Args:
        actual: The value reached; one cell, or a column or row of them.
        target: The value aimed at; a target below red means that less is better.
        red: The value at which failure begins; the baseline for progress, the lower outer limit
            for band.
        stretch: The value worth 100; left out: as far beyond the target as red is before it. For
            band: the upper end of the band, whose lower end is the target.
        worst: The value worth 0; left out: as far before red as the target is beyond it.
        method: piecewise, progress, ratio, threshold or band.

    Returns:
        A number from 0 to 100; a column of them where ranges are given.

    Raises:
        #N/A: The actual value is missing.
        #NUM!: Target and red are equal, or the limits are out of order.
        #VALUE!: The ranges are of different lengths, or a value is no number.

    Method:
        Piecewise: straight lines through worst 0, red 33.3, target 66.7 and stretch 100.

    Example:
        =CRM_SCORE(87.5, 95, 80)
    """
    return score_of(actual, target, red, stretch, worst, method)


@worksheet_function("Scorecard")
def CRM_SCORECARD(model: Model, method: str = "piecewise") -> pd.DataFrame:
    """List every measure of the strategy with target, actual, score and status.

    Args:
        model: The cell of CRM_MODEL, named Model in the template, with objectives and measures.
        method: How actuals become scores: piecewise, progress, ratio or threshold; a measure with
            a band is scored by its band.

    Returns:
        perspective, objective, measure, unit, baseline, target, actual, score (0 to 100), status
        (green, amber, red, missing), trend (better, worse, same), owner.

    Raises:
        #N/A: There are no measures, or a measure's objective is not there.
        #NUM!: A weight is negative, a red equals its target, or objectives form a circle.

    Method:
        A blank, N/A or #N/A actual is missing, never 0.

    Example:
        =CRM_SCORECARD(Model)
    """
    return scorecard(model, method)


@worksheet_function("Scorecard")
def CRM_PERSPECTIVES(
    model: Model, missing: str = "ignore", method: str = "piecewise"
) -> pd.DataFrame:
    """Score the perspectives of the scorecard and the strategy as a whole.

    Args:
        model: The cell of CRM_MODEL, named Model in the template, with objectives and measures.
        missing: What a missing score does: ignore spreads its weight over the others, zero counts
            it as 0, blank makes what rests on it missing too.
        method: How actuals become scores: piecewise, progress, ratio or threshold.

    Returns:
        perspective, weight, score, coverage (the share of the weights that is present), status
        (insufficient where coverage is below coverage_needed), objectives, measures; and a Total.

    Raises:
        #N/A: There are no measures, or a measure's objective is not there.
        #NUM!: A weight is negative, a red equals its target, or objectives form a circle.

    Method:
        The weighted mean of what is present. Finance weighs weight_finance, every other
        perspective weight_perspective; both are settings.

    Example:
        =CRM_PERSPECTIVES(Model)
    """
    return perspectives(model, missing, method)
