"""What is meant to happen: targets, plans, budgets, pay, and the strategy's scorecard."""

from __future__ import annotations

from xlcrm.model.kinds.shape import (
    TableKind,
    amount,
    date,
    identifier,
    measured,
    number,
    share,
    text,
)

_PERIOD = "A day, month, quarter or year, such as 2026-03, 2026-Q1 or 2026."

SPEND = TableKind(
    "spend",
    "a cost of marketing or sales",
    columns=(
        date("date", "The day or month of the cost.", required=True),
        text("category", "Marketing, sales or overhead.", required=True),
        amount("amount", "What was spent.", required=True),
        text("campaign", "The campaign it was spent on."),
        text("segment", "The customer segment it was spent on."),
        text("channel", "The channel it was spent on."),
    ),
)

TARGETS = TableKind(
    "targets",
    "a goal number",
    columns=(
        text("period", _PERIOD, required=True),
        text("metric", "The figure that is set a goal: revenue, won_deals, visits.", required=True),
        number("target", "The value to be reached.", required=True),
        text("owner", "The seller who is set the goal; blank for the whole company."),
        text("segment", "The customer segment the goal is for."),
        text("product", "The product the goal is for."),
        text("version", "The version of the plan: baseline, first revision, current."),
    ),
)

SEASONALITY = TableKind(
    "seasonality",
    "a weight of a period",
    columns=(
        text("period", "The month or quarter of any year, such as 3, March or Q1.", required=True),
        number("weight", "Its part of the year: a share, an index or any weight.", required=True),
    ),
)

PLAN = TableKind(
    "plan",
    "an intended activity rate",
    columns=(
        text("kind", "The kind of activity: call, visit, mail.", required=True),
        number("per_year", "How often a year each account should get it.", required=True),
        text("owner", "The seller who should do it; blank for all."),
        text("segment", "The segment of accounts that should get it."),
        identifier("account_id", "The one account that should get it, where it is named."),
        number("minutes", "How long one such activity takes.", unit="minutes"),
    ),
)

ALLOCATION = TableKind(
    "allocation",
    "strategy by segment",
    columns=(
        text("segment", "The customer segment.", required=True),
        share("share", "The part of the company's target that the segment should bring."),
        text("owner", "The seller who is charged with the segment, where there are specialists."),
        share("responsibility", "The part of the segment's target that this seller carries."),
    ),
)

CAPACITY = TableKind(
    "capacity",
    "available hours",
    columns=(
        text("person", "Whose hours they are.", required=True),
        text("period", _PERIOD, required=True),
        number("hours", "Hours available for work in the period.", unit="hours", required=True),
    ),
)

COMMISSION = TableKind(
    "commission",
    "a pay plan tier",
    columns=(
        text("plan", "The pay plan, or the seller who has one of their own.", required=True),
        amount("from", "Where the tier begins."),
        amount("to", "Where the tier ends; blank for no end."),
        share("rate", "The part of sales within the tier that is paid."),
        amount("cap", "The most that is paid in all; blank for no limit."),
        number("gate", "The attainment from which rates above the first are paid, 1 = target."),
    ),
)

PERSPECTIVES = TableKind(
    "perspectives",
    "a perspective of the scorecard",
    key="perspective",
    columns=(
        text("perspective", "Such as Finance, or Customers.", required=True),
        number("order", "Its place on the scorecard: 1 stands first."),
        number("weight", "Its weight beside the others; blank for the one in the settings."),
    ),
)

OBJECTIVES = TableKind(
    "objectives",
    "a goal in the tree of goals",
    key="objective_id",
    columns=(
        identifier("objective_id", "What tells this objective from all others.", required=True),
        identifier("objective", "The objective in words.", required=True),
        text("perspective", "Finance, customers, processes, or learning and growth."),
        identifier("parent_id", "The objective that it serves; blank at the top."),
        text("level", "Strategic, tactical or operational."),
        number("weight", "Its weight beside the others under the same parent."),
        text("owner", "Who answers for it."),
    ),
)

MEASURES = TableKind(
    "measures",
    "a measure of an objective",
    key="measure_id",
    columns=(
        identifier("measure_id", "What tells this measure from all others.", required=True),
        identifier("objective_id", "The objective it measures.", required=True),
        identifier("measure", "The measure in words.", required=True),
        text("unit", "The unit of its values: money, %, days."),
        number("weight", "Its weight beside the others of the same objective."),
        number("baseline", "The value from which the effort started."),
        number("red", "The value at which it turns red."),
        number("target", "The value to be reached.", required=True),
        number("stretch", "The value that would be outstanding."),
        number("band_low", "The lowest good value, where too much is as bad as too little."),
        number("band_high", "The highest good value, where too much is as bad as too little."),
        measured("actual", "The value now; blank where there is none yet.", required=True),
        measured("previous", "The value one period before."),
        text("period", _PERIOD),
        text("owner", "Who answers for it."),
        text("kpi", "The figure of the model from which the actual value is read."),
        text("by", "Columns whose values in this row name the group of the figure: owner."),
        text("where", "Conditions on the rows that the figure counts, such as region=North."),
        text("direction", "Higher, lower or band; needed only where no red line tells it."),
        text("aggregation", "How its months make its period: sum, mean, last or ratio."),
        date("reviewed", "The day on which target and weight were last set or confirmed."),
        text("perspective", "Its objective's perspective, where no table of objectives says it."),
    ),
)

ACTUALS = TableKind(
    "actuals",
    "the value of a measure in a period",
    columns=(
        identifier("measure_id", "The measure.", required=True),
        text("period", _PERIOD, required=True),
        measured("actual", "Its value in that period.", required=True),
        number("numerator", "What is divided, where the measure is a ratio."),
        number("denominator", "What it is divided by, where the measure is a ratio."),
    ),
)

INITIATIVES = TableKind(
    "initiatives",
    "an effort for a measure",
    key="initiative_id",
    columns=(
        identifier("initiative_id", "What tells this initiative from all others.", required=True),
        identifier("measure_id", "The measure it should move.", required=True),
        identifier("name", "The initiative in words.", required=True),
        text("owner", "Who leads it."),
        date("start", "The day it begins."),
        date("due", "The day it should be finished."),
        amount("budget", "What it may cost."),
        amount("spent", "What it has cost so far."),
        share("progress", "How much of it is done."),
        text("status", "Planned, running, done, late or stopped."),
        number("expected_effect", "By how much it should move the measure, in the measure's unit."),
    ),
)

LINKS = TableKind(
    "links",
    "a cause and its effect",
    columns=(
        identifier("from_objective", "The objective that drives.", required=True),
        identifier("to_objective", "The objective that is driven.", required=True),
        identifier("note", "Why the one is thought to drive the other."),
    ),
)

KINDS = (
    SPEND,
    TARGETS,
    SEASONALITY,
    PLAN,
    ALLOCATION,
    CAPACITY,
    COMMISSION,
    PERSPECTIVES,
    OBJECTIVES,
    MEASURES,
    ACTUALS,
    INITIATIVES,
    LINKS,
)
