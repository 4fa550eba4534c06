"""Scorecard: is the strategy being met?"""

from __future__ import annotations

import pandas as pd

from xlcrm.analytics.basis import rests_on
from xlcrm.analytics.scorecard.goals import goals
from xlcrm.analytics.scorecard.initiatives import initiatives
from xlcrm.analytics.scorecard.perspectives import perspectives
from xlcrm.analytics.scorecard.populations import INITIATIVES, MEASURES, OBJECTIVES
from xlcrm.analytics.scorecard.scorecard import scorecard
from xlcrm.analytics.scorecard.single_score import Numbers, score_of
from xlcrm.conditions import Where
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
        red: The value at which failure begins; the baseline for progress, the value worth 50 for
            linear, the lower outer limit for band.
        stretch: The value worth 100; left out: as far beyond the target as red is before it. For
            band: the upper end of the band, whose lower end is the target.
        worst: The value worth 0; left out: as far before red as the target is beyond it.
        method: piecewise, progress, range, linear, ratio, threshold, binary or band.

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


@worksheet_function(
    "Scorecard", explain=rests_on("Scorecard", MEASURES, settings=("measure_period", "red_share"))
)
def CRM_SCORECARD(
    model: Model,
    where: Where = "",
    period: str = "",
    months: float = 0.0,
    method: str = "piecewise",
) -> pd.DataFrame:
    """List every measure of the strategy with target, actual, score, status, trend and burn.

    Args:
        model: The cell of CRM_MODEL, named Model in the template, with objectives and measures.
        where: Conditions on measures joined by semicolons, such as owner=Ann; or a range of
            column, operator, value. They choose what is listed, and change no score.
        period: What measures are read over in place of their own periods, such as 2026-Q1.
        months: How many months of history to add, a column each; 0 for none.
        method: How actuals become scores: piecewise, progress, range, ratio, threshold or binary;
            a measure with a band is scored by its band.

    Returns:
        perspective, objective, measure, unit, baseline, target, actual, score (0 to 100), status
        (green, amber, red, missing, unscored), trend (better, worse, same), burn (spent by budget
        of its initiatives), owner, from (where the actual comes from); and a column a month.

    Raises:
        #N/A: There are no measures, or an objective, a KPI's table or a group is not there.
        #NUM!: A weight is negative, a red equals its target, or objectives form a circle.
        #VALUE!: There is no such method, KPI or period.

    Method:
        A measure with a kpi is read from the model for its period and the one before. A blank,
        N/A or #N/A actual is missing, never 0.

    Example:
        =CRM_SCORECARD(Model)
    """
    return scorecard(model, where, period, months, method)


@worksheet_function(
    "Scorecard",
    explain=rests_on(
        "Roll-up",
        MEASURES,
        OBJECTIVES,
        settings=("coverage_needed", "weight_finance", "weight_perspective"),
    ),
)
def CRM_PERSPECTIVES(
    model: Model, period: str = "", missing: str = "ignore", method: str = "piecewise"
) -> pd.DataFrame:
    """Score the perspectives of the scorecard and the strategy as a whole.

    Args:
        model: The cell of CRM_MODEL, named Model in the template, with objectives and measures.
        period: What measures are read over in place of their own periods, such as 2026-Q1.
        missing: What a missing score does: ignore spreads its weight over the others, zero counts
            it as 0, blank makes what rests on it missing too.
        method: How actuals become scores: piecewise, progress, range, ratio, threshold or binary.

    Returns:
        perspective, weight, score, coverage (the share of the weights that is present), status
        (insufficient where coverage is below coverage_needed), trend (better, worse, same),
        objectives, measures; and a Total.

    Raises:
        #N/A: There are no measures, or an objective, a KPI's table or a group is not there.
        #NUM!: A weight is negative, a red equals its target, or objectives form a circle.
        #VALUE!: There is no such method, KPI, period or treatment of missing scores.

    Method:
        The weighted mean of what is present. Weights stand in the table of perspectives; where
        they do not, finance weighs weight_finance and every other one weight_perspective.

    Example:
        =CRM_PERSPECTIVES(Model)
    """
    return perspectives(model, period, missing, method)


@worksheet_function(
    "Scorecard", explain=rests_on("Goals", OBJECTIVES, MEASURES, settings=("coverage_needed",))
)
def CRM_GOALS(
    model: Model,
    period: str = "",
    depth: str = "objectives",
    missing: str = "ignore",
    method: str = "piecewise",
) -> pd.DataFrame:
    """List the tree of goals from the company down, each with its roll-up and its share.

    Args:
        model: The cell of CRM_MODEL, named Model in the template, with objectives and measures.
        period: What measures are read over in place of their own periods, such as 2026-Q1.
        depth: How far down to go: objectives, measures, or initiatives.
        missing: What a missing score does: ignore, zero or blank, as for CRM_PERSPECTIVES.
        method: How actuals become scores: piecewise, progress, range, ratio, threshold or binary.

    Returns:
        goal, kind (strategy, perspective, objective, measure, initiative), level (strategic,
        tactical, operational), depth (0 at the top), parent, weight (beside the others under the
        same parent, share of 1), share (of the total), score (0 to 100), coverage, status, trend,
        children, missing (the children without a score), owner. Each goal above what serves it.

    Raises:
        #N/A: There are no measures, or an objective, a KPI's table or a group is not there.
        #NUM!: A weight is negative, a red equals its target, or objectives form a circle.
        #VALUE!: There is no such depth, method, KPI, period or treatment of missing scores.

    Method:
        Scores roll up by weights normalised under each parent; share times score adds up to the
        total, wherever the tree is cut. An objective whose parent is in another perspective stands
        at the top of its own; the two are a link of the strategy map.

    Example:
        =CRM_GOALS(Model)
    """
    return goals(model, period, depth, missing, method)


@worksheet_function(
    "Scorecard", explain=rests_on("Initiatives", INITIATIVES, settings=("as_of", "late_tolerance"))
)
def CRM_INITIATIVES(
    model: Model, where: Where = "", period: str = "", method: str = "piecewise"
) -> pd.DataFrame:
    """List the initiatives: what they cost, how far they are, what they brought, who is late.

    Args:
        model: The cell of CRM_MODEL, named Model in the template, with measures and initiatives.
        where: Conditions on initiatives joined by semicolons, such as owner=Ann; or a range of
            column, operator, value.
        period: What measures are read over in place of their own periods, such as 2026-Q1.
        method: How actuals become scores: piecewise, progress, range, ratio, threshold or binary.

    Returns:
        initiative, measure, objective, perspective, owner, status (planned, on time, late, done,
        stopped), due (such as 2026-06-30), budget, spent, burn (spent by budget), progress, time
        (the share of its time that is gone), expected (the effect hoped for, in the measure's
        unit), achieved (the measure's way from its baseline, as this initiative shares in it),
        points (of the measure's score gained so), money_per_point.

    Raises:
        #N/A: There are no initiatives, one names a measure that is not there, or there is no day
            to look from.
        #NUM!: An initiative is due before it starts, a red equals its target, or a weight is
            negative.
        #VALUE!: There is no such method, KPI or period, or an initiative stands twice.

    Method:
        What a measure gained is split over its initiatives that have begun by their expected
        effect, evenly where none is stated. Late: past its due day and not done, progress behind
        time by more than late_tolerance, or late by its own status.

    Example:
        =CRM_INITIATIVES(Model)
    """
    return initiatives(model, where, period, method)
