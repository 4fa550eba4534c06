"""Pipeline: what is open, how it moved, and what needs a hand today."""

from __future__ import annotations

from datetime import date

import pandas as pd

from xlcrm.analytics.basis import closed_as, open_of, rests_on
from xlcrm.analytics.pipeline.attention import attention
from xlcrm.analytics.pipeline.extreme_deals import extreme_deals
from xlcrm.analytics.pipeline.lost_reasons import lost_reasons
from xlcrm.analytics.pipeline.pipeline import pipeline
from xlcrm.analytics.pipeline.slippage import slippage
from xlcrm.analytics.pipeline.snapshots import PICTURES
from xlcrm.analytics.pipeline.waterfall import waterfall
from xlcrm.conditions import Where
from xlcrm.functions import worksheet_function
from xlcrm.kpis.deals import CLOSED
from xlcrm.kpis.open_deals import OPEN
from xlcrm.model.model import Model


@worksheet_function(
    "Pipeline",
    explain=rests_on("Pipeline", open_of, settings=("stale_after", "missing_amount")),
)
def CRM_PIPELINE(
    model: Model,
    by: str = "stage",
    where: Where = "",
    period: str = "",
    overdue: str = "push",
    moves: str = "passed",
    method: str = "smoothed",
) -> pd.DataFrame:
    """Describe the open pipeline: count, value, quality, age, progress, coverage.

    Args:
        model: The cell of CRM_MODEL, named Model in the template; or a range with headers.
        by: Columns and units of time, such as stage, owner or month of expected close.
        where: Conditions joined by semicolons, or a range of column, operator, value.
        period: The days of expected close that count; coverage needs one, such as this quarter.
        overdue: Open deals whose expected close lies before as_of: push, include or exclude.
        moves: With stages, how deals move on: passed (skipping a stage passes it) or direct (only
            deals that stood in it).
        method: smoothed, configured, historic or deal: how probabilities are found.

    Returns:
        The columns of by; open deals, value, weighted, average, quality, age (mean days since
        created), progress (mean place in the pipeline, 0 to 1), overdue and stale deals; won,
        target, coverage (open by target less won). By stage alone, in pipeline order, also
        reached, moved_on, conversion and drop_off. Last, the method in force. Groups that have a
        target are listed also where nothing is open.

    Raises:
        #N/A: No open deals, none with an amount, a stage without probability, or direct moves
            without snapshots. In cells: no target, no quality, nothing known of stages.
        #DIV/0!: In cells: the target is reached, there is nothing to cover; a mean over no deals.
        #REF!: There is no such column within reach.
        #VALUE!: There is no such method, period or option.

    Method:
        Conversion counts all deals that reached a stage, and those that later reached a higher one
        or were won; weighted is that of CRM_FORECAST.

    Example:
        =CRM_PIPELINE(Model, "stage")
    """
    return pipeline(model, by, where, period, overdue, moves, method)


@worksheet_function(
    "Pipeline",
    explain=rests_on("Waterfall", PICTURES),
)
def CRM_WATERFALL(
    model: Model,
    by: str = "",
    where: Where = "",
    period: str = "",
    first: date | None = None,
    last: date | None = None,
    show: str = "table",
) -> pd.DataFrame:
    """Show how the open pipeline moved between two snapshots, to the cent.

    Args:
        model: The cell of CRM_MODEL, named Model in the template; or a range with headers.
        by: Columns of snapshots or of related tables, such as owner, as of the later picture that
            shows the deal; left out: all in one.
        where: Conditions joined by semicolons, or a range of column, operator, value.
        period: The expected close that is watched, such as this quarter: deals move into it and
            out of it. Left out: all.
        first: The day by which the first snapshot was taken; left out: a month before the second,
            or the earliest.
        last: The day by which the second snapshot was taken; left out: as_of.
        show: table, or steps for one row a step, as a chart wants it.

    Returns:
        The columns of by; since, until, start, new, pulled_in, up, down, pushed, lost, won,
        dropped (on hold or gone without an outcome), end, deals, no_amount (deals with a blank
        one, which counts as 0); a last row (all). With steps: the columns of by; step, amount
        (signed), base, rise, fall, deals.

    Raises:
        #N/A: Fewer than two snapshots, none on or before the days asked for, an unknown status, or
            no deal has an amount.
        #NUM!: The parts do not add up, which is never shown as a table.
        #REF!: There is no such column within reach.
        #VALUE!: first lies behind last, a deal stands in a snapshot twice, several currencies, or
            there is no such option or period.

    Method:
        start + new + pulled_in + up - down - pushed - lost - won - dropped = end, held for every
        row and for the total.

    Example:
        =CRM_WATERFALL(Model, "owner")
    """
    return waterfall(model, by, where, period, first, last, show)


@worksheet_function(
    "Pipeline",
    explain=rests_on("Late slippage", PICTURES, settings=("late_month_day",)),
)
def CRM_SLIPPAGE(
    model: Model,
    by: str = "owner",
    where: Where = "",
    period: str = "",
    day: float | None = None,
    show: str = "rates",
) -> pd.DataFrame:
    """Measure what is lost or postponed late in the month, and what is at risk this month.

    Args:
        model: The cell of CRM_MODEL, named Model in the template; or a range with headers.
        by: Columns of snapshots or of related tables, such as owner or manager.
        where: Conditions joined by semicolons, or a range of column, operator, value.
        period: The months that are judged, such as last 12 months; left out: all that snapshots
            allow.
        day: The day of the month up to which a snapshot counts; left out: the setting
            late_month_day (20).
        show: rates, or deals for the open deals at risk this month.

    Returns:
        The columns of by; months (judged, with deals expected); in money expected, slipped,
        lost_late, pushed_late, lost_early (by the day), won, undated (not closed, not moved); rate
        (slipped by expected), expected_deals, slipped_deals, rate_deals, at_risk and at_risk_deals
        (open, expected by the end of this month). With deals: deal_id, owner, stage, amount,
        expected_close, rate (of its group), at_risk (amount by rate), reason.

    Raises:
        #N/A: No snapshot on or before the day of any month that has ended, an unknown status, or no
            such deals. In cells: no amount.
        #DIV/0!: In cells: nothing was expected.
        #NUM!: day lies outside 1 to 27.
        #REF!: There is no such column within reach.
        #VALUE!: A deal stands in a snapshot twice, several currencies, or there is no such period
            or option.

    Method:
        Expected: open deals whose close lay in the month, in its last snapshot on or before the
        day, by their amounts then. Slipped: of these, lost after the day, or moved beyond the month
        by the first snapshot from its last day on.

    Example:
        =CRM_SLIPPAGE(Model, "owner")
    """
    return slippage(model, by, where, period, day, show)


@worksheet_function(
    "Pipeline",
    explain=rests_on("Attention", OPEN, settings=("stale_after", "unattended_after", "push_limit")),
)
def CRM_ATTENTION(
    model: Model,
    by: str = "",
    where: Where = "",
    period: str = "",
    rule: str = "",
    top: float | None = None,
) -> pd.DataFrame:
    """List the open deals that need attention today, with the reasons in words.

    Args:
        model: The cell of CRM_MODEL, named Model in the template; or a range with headers.
        by: Columns such as owner for counts; left out: one row a deal.
        where: Conditions joined by semicolons, or a range of column, operator, value.
        period: The days of expected close that count.
        rule: One of stale, unattended, overdue, pushed, no next action, which the deals listed must
            break; left out: any of them.
        top: How many deals to list, the largest amount at stake first; left out: all.

    Returns:
        deal_id, account_id, owner, stage, amount, expected_close, idle (days since the last
        update), pushes, rules (how many apply), reason, action, unchecked (rules whose data are
        missing). With by: its columns, open, needing, amount (at stake), stale, unattended,
        overdue, pushed, no_next_action, rate (needing by open), unchecked.

    Raises:
        #N/A: No open deals; the data of the rule are missing; no deal needs attention while not all
            rules could be checked.
        #NUM!: top is below 1.
        #REF!: There is no such column within reach.
        #VALUE!: There is no such rule or period, or top is given with by.

    Method:
        Stale: no update for stale_after days, or what its stage says. Unattended: no activity for
        unattended_after days. Pushed: expected close moved later push_limit times in snapshots.

    Example:
        =CRM_ATTENTION(Model)
    """
    return attention(model, by, where, period, rule, top)


@worksheet_function(
    "Pipeline",
    explain=rests_on("Lost reasons", closed_as, settings=("follow_up_gap", "follow_ups_needed")),
)
def CRM_LOST_REASONS(
    model: Model,
    by: str = "lost_reason",
    where: Where = "",
    period: str = "",
    outcome: str = "lost",
) -> pd.DataFrame:
    """Show why deals are lost or won, and what better follow-up would have saved.

    Args:
        model: The cell of CRM_MODEL, named Model in the template; or a range with headers.
        by: lost_reason, competitor, source, stage or any other column.
        where: Conditions joined by semicolons, or a range of column, operator, value.
        period: The days of closing that count.
        outcome: lost or won.

    Returns:
        The columns of by; deals, share, amount, amount_share, cumulative (share of amount, the
        largest first), average; poor_follow_up (deals), poor_share, poor_amount, avoidable (what
        followed deals' win rate would have saved of it).

    Raises:
        #N/A: No such deals. In cells: no activities tell how deals were followed, none to compare
            with, or avoidable of deals won.
        #DIV/0!: In cells: no amount to divide by.
        #REF!: There is no such column within reach.
        #VALUE!: There is no such period or outcome.

    Method:
        Poor follow-up: the reason says so, a silence of more than follow_up_gap days between
        creation, activities and closing, or fewer than follow_ups_needed activities.

    Example:
        =CRM_LOST_REASONS(Model)
    """
    return lost_reasons(model, by, where, period, outcome)


@worksheet_function(
    "Pipeline",
    explain=rests_on("Extreme deals", CLOSED, settings=("outlier_limit",)),
)
def CRM_EXTREME_DEALS(
    model: Model, where: Where = "", period: str = "", top: float = 5.0
) -> pd.DataFrame:
    """Find the exceptional and the weak deals among those closed, with the reason in words.

    Args:
        model: The cell of CRM_MODEL, named Model in the template; or a range with headers.
        where: Conditions joined by semicolons, or a range of column, operator, value.
        period: The days of closing that count, such as this month or last quarter.
        top: How many deals to list on each side.

    Returns:
        side (exceptional or weak), deal_id, account_id, owner, outcome, measure (amount, margin,
        cycle, discount), value, median, deviation (robust z), extreme (beyond outlier_limit),
        reason, unchecked (measures that too few deals have).

    Raises:
        #N/A: Fewer than 5 closed deals, or too few with any measure.
        #NUM!: top is below 1.
        #VALUE!: There is no such period.

    Method:
        Robust z: distance from the median of deals of the same outcome by 1.4826 times the median
        absolute deviation, of amounts on a log scale. Deals lost are weak where large or long.

    Example:
        =CRM_EXTREME_DEALS(Model,,"last quarter")
    """
    return extreme_deals(model, where, period, top)
