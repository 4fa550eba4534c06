"""Serving customers and running the company: service, reviews, the CRM project, lists."""

from __future__ import annotations

from xlcrm.model.kinds.shape import (
    TableKind,
    amount,
    date,
    identifier,
    logical,
    number,
    text,
)

TIMESHEETS = TableKind(
    "timesheets",
    "hours on a project",
    columns=(
        date("date", "The day of the work.", required=True),
        text("person", "Who did the work.", required=True),
        text("project", "The project the work was for.", required=True),
        identifier("account_id", "The customer the work was for."),
        text("task", "What was done."),
        number("planned_hours", "Hours in the offer or plan.", unit="hours"),
        number("spent_hours", "Hours truly worked.", unit="hours"),
        number("billable_hours", "Hours that may be invoiced.", unit="hours"),
        number("invoiced_hours", "Hours that were invoiced.", unit="hours"),
        amount("cost_rate", "What an hour costs the company.", unit="money per hour"),
        amount("bill_rate", "What the customer pays for an hour.", unit="money per hour"),
    ),
)

TICKETS = TableKind(
    "tickets",
    "a service case",
    columns=(
        date("opened", "When the case was opened.", required=True),
        identifier("account_id", "The customer concerned."),
        text("technician", "Who worked on it."),
        date("first_response", "When the customer was first answered."),
        date("resolved", "When it was solved; blank while it is not."),
        logical("reopened", "Whether it came back after it was solved."),
        text("cause", "What was wrong."),
    ),
)

MEETINGS = TableKind(
    "meetings",
    "a review meeting",
    columns=(
        date("date", "The day of the meeting.", required=True),
        text("owner", "The seller whose work was reviewed.", required=True),
        text("kind", "One-to-one, team, pipeline review and the like."),
    ),
)

DECISIONS = TableKind(
    "decisions",
    "a decision taken",
    columns=(
        date("date", "The day it was taken.", required=True),
        identifier("decision", "The decision in words.", required=True),
        identifier("evidence", "The figure or report it rests on; blank for instinct."),
    ),
)

CHECKLIST = TableKind(
    "checklist",
    "a readiness item",
    columns=(
        identifier("item", "What must be in place.", required=True),
        text("area", "Culture and people, process, strategy or software."),
        number("weight", "Its weight beside the other items."),
        logical("done", "Whether it is in place."),
    ),
)

PROJECT_COSTS = TableKind(
    "project_costs",
    "a cost of the CRM project",
    columns=(
        date("date", "The day or week of the cost.", required=True),
        text("item", "What was paid for.", required=True),
        amount("cost", "What it cost.", required=True),
        logical("internal", "Whether it is the company's own work and not an invoice."),
    ),
)

BENEFITS = TableKind(
    "benefits",
    "a benefit of the CRM project",
    columns=(
        date("date", "The day or week of the benefit.", required=True),
        text("item", "What was gained or saved.", required=True),
        amount("amount", "What it is worth.", required=True),
    ),
)

RATES = TableKind(
    "rates",
    "an exchange rate",
    columns=(
        text("currency", "The foreign currency, such as USD.", required=True),
        text("period", "The day, month or year for which the rate holds.", required=True),
        number("rate", "What one unit of it is worth in the model's own currency.", required=True),
    ),
)

# Every table has days, some several: calendar words in `by` read this table, no join does.
CALENDAR = TableKind(
    "calendar",
    "a day",
    columns=(
        date("date", "The day.", required=True),
        text("period", "The fiscal period to which the day belongs."),
        logical("working_day", "Whether the company works that day."),
    ),
)

ALIASES = TableKind(
    "aliases",
    "a name to be read as another",
    columns=(
        text("column", "The column in which the name is found, such as product.", required=True),
        identifier("found", "The name as the data write it.", required=True),
        identifier("means", "The name it stands for.", required=True),
    ),
)

SETTINGS = TableKind(
    "settings",
    "a named parameter",
    columns=(
        identifier("name", "The name of the setting.", required=True),
        identifier("value", "Its value: a number, date, text or yes and no.", required=True),
    ),
)

KINDS = (
    TIMESHEETS,
    TICKETS,
    MEETINGS,
    DECISIONS,
    CHECKLIST,
    PROJECT_COSTS,
    BENEFITS,
    RATES,
    CALENDAR,
    ALIASES,
    SETTINGS,
)
