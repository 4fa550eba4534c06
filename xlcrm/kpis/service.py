"""The KPIs of service and care: complaints, reminders, contacts, surveys, answers, decisions."""

from __future__ import annotations

from typing import Any

import narwhals as nw

from xlcrm.cells import text_key
from xlcrm.kpis.blanks import filled, needing
from xlcrm.kpis.declaration import Better, Kpi, rows, total
from xlcrm.model.model import Model
from xlcrm.reduce.dates import with_days_between
from xlcrm.reduce.population import Population, Rule

VALUE_WORDS = (
    "price",
    "pricing",
    "value",
    "prix",
    "valeur",
    "preis",
    "wert",
    "prijs",
    "waarde",
    "precio",
    "valor",
    "цен",
    "стоимост",
)
"""A survey's driver that holds one of these, in small letters, speaks of price or value."""


def _with_value_driver(model: Model, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Say which answers were moved by price or value, looking at every different driver once."""
    needing("surveys", "driver")(model, frame)
    found = model.columns("surveys", ["driver"]).frame.unique().collect()["driver"].to_list()
    drivers = [d for d in found if isinstance(d, str)]
    meant = [d for d in drivers if any(word in text_key(d) for word in VALUE_WORDS)]
    speaks = nw.col("driver").is_in(meant).fill_null(value=False)
    return frame.with_columns(of_value=speaks.cast(nw.Float64()))


def _with_waiting(model: Model, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Say which cases were answered in time; their dates are days, so hours make whole days."""
    allowed = model.settings.number("response_hours")
    waited = with_days_between(frame, "waited", "opened", "first_response")
    return waited.with_columns(in_time=(nw.col("waited") * 24 <= allowed).cast(nw.Float64()))


_WELCOME = nw.when(nw.col("positive")).then(nw.lit(1.0)).otherwise(nw.lit(0.0))
_SCORED = Rule(~nw.col("score").is_null(), "no score", ("score",), True, "enter scores")
_COMPLAINT = ("date", "resolved_on")
_ANSWER = ("opened", "first_response")

COMPLAINTS = Population("complaints", "complaints", date="date")
RESOLVED = Population(
    "complaints",
    "complaints put right",
    (
        Rule(~nw.col("date").is_null(), "no date", ("date",), True, "enter it"),
        Rule(~nw.col("resolved_on").is_null(), "not put right yet", ("resolved_on",)),
        Rule(nw.col("resolved_on") >= nw.col("date"), "resolved before it came in", _COMPLAINT),
    ),
    date="resolved_on",
    adds={"took": _COMPLAINT},
    prepare=lambda _, frame: with_days_between(frame, "took", *_COMPLAINT),
)
REMINDERS = Population(
    "reminders", "reminders", date="sent_on", prepare=needing("reminders", "positive")
)
CONTACTS = Population(
    "activities",
    "contacts with a cost",
    (
        Rule(
            ~nw.col("deal_id").is_null() | ~nw.col("account_id").is_null(),
            "names neither a deal nor an account",
            ("deal_id", "account_id"),
        ),
        Rule(~nw.col("cost").is_null(), "no cost", ("cost",), True, "enter costs"),
    ),
    date="date",
)
DECISIONS = Population(
    "decisions", "decisions", date="date", prepare=needing("decisions", "evidence")
)
ACCOUNTS = Population(
    "accounts", "accounts", date="created", prepare=needing("accounts", "segment")
)
SURVEYS = Population("surveys", "survey answers", (_SCORED,), date="date")
VALUE_SURVEYS = Population(
    "surveys",
    "survey answers about price or value",
    (
        _SCORED,
        Rule(nw.col("of_value") == 1.0, "its driver is neither price nor value", ("of_value",)),
    ),
    date="date",
    adds={"of_value": ("driver",)},
    prepare=_with_value_driver,
)
ANSWERED = Population(
    "tickets",
    "service cases answered",
    (
        Rule(~nw.col("opened").is_null(), "no opened date", ("opened",), True, "enter it"),
        Rule(
            ~nw.col("first_response").is_null(),
            "no first_response",
            ("first_response",),
            True,
            "enter it",
        ),
        Rule(
            nw.col("first_response") >= nw.col("opened"), "answered before it was opened", _ANSWER
        ),
    ),
    date="opened",
    adds={"waited": _ANSWER, "in_time": _ANSWER},
    prepare=_with_waiting,
)

KPIS = (
    Kpi(
        "complaints",
        "Complaints",
        "The number of complaints that came in during the period.",
        "docs/methods.md: Service",
        "complaints",
        Better.LOWER,
        (COMPLAINTS,),
        rows(),
    ),
    Kpi(
        "complaint_days",
        "Days to put a complaint right",
        "The mean days from a complaint to the day it was put right, over complaints that were put "
        "right in the period.",
        "docs/methods.md: Service",
        "days",
        Better.LOWER,
        (RESOLVED,),
        total("took"),
        rows(),
    ),
    Kpi(
        "reminder_rate",
        "Positive reactions to reminders",
        "Reminders with a positive reaction by reminders sent in the period; with the condition "
        "responded=yes, by those that were answered.",
        "docs/methods.md: Service",
        "share",
        Better.HIGHER,
        (REMINDERS,),
        total("welcome", _WELCOME, ("positive",)),
        rows(),
    ),
    Kpi(
        "cost_per_contact",
        "Cost per contact",
        "The cost of the period's contacts by their number: activities that have a cost and name a "
        "deal or an account.",
        "docs/methods.md: Service",
        "money",
        Better.LOWER,
        (CONTACTS,),
        total("cost"),
        rows(),
    ),
    Kpi(
        "survey_score",
        "Survey score",
        "The mean score of the period's survey answers, 0 to 10.",
        "docs/methods.md: Customer value index",
        "points",
        Better.HIGHER,
        (SURVEYS,),
        total("score"),
        rows(),
    ),
    Kpi(
        "value_rating",
        "Rating of value for money",
        "The mean score, 0 to 10, of the period's survey answers whose driver speaks of price or "
        "value.",
        "docs/methods.md: Customer value index",
        "points",
        Better.HIGHER,
        (VALUE_SURVEYS,),
        total("score"),
        rows(),
    ),
    Kpi(
        "answered_in_time",
        "Cases answered in time",
        "Service cases opened in the period and answered within response_hours, by those answered; "
        "dates are days, so 8 hours mean the same day.",
        "docs/methods.md: Customer value index",
        "share",
        Better.HIGHER,
        (ANSWERED,),
        total("in_time"),
        rows(),
        settings=("response_hours",),
    ),
    Kpi(
        "evidence_share",
        "Decisions with evidence",
        "Decisions of the period that name the figure or report they rest on, by all decisions.",
        "docs/methods.md: Service",
        "share",
        Better.HIGHER,
        (DECISIONS,),
        filled("evidence"),
        rows(),
    ),
    Kpi(
        "segmented_share",
        "Accounts with a segment",
        "Accounts that have a segment by all accounts; with a period, of those created in it.",
        "docs/methods.md: Service",
        "share",
        Better.HIGHER,
        (ACCOUNTS,),
        filled("segment"),
        rows(),
    ),
)
