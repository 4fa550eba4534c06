"""Whom the company sells to, where they are and what they say."""

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

ACCOUNTS = TableKind(
    "accounts",
    "a customer or prospect",
    key="account_id",
    columns=(
        identifier("account_id", "What tells this account from all others.", required=True),
        identifier("name", "The company's name."),
        text("type", "Customer, prospect, distributor, point of sale and the like."),
        text("segment", "The segment in which strategy puts the account, such as Gold."),
        text("region", "The territory to which the account belongs."),
        text("industry", "The line of business of the account."),
        number("size", "The number of people employed there.", unit="employees"),
        text("owner", "The seller who looks after the account."),
        date("created", "The day the account was entered, or became a customer."),
        text("status", "Active, inactive, lost and the like."),
        amount("potential", "What it could spend with us in a year.", unit="money per year"),
        date("lost_on", "The day its contract ended or it left, where that is known."),
        identifier("city", "The place where it is."),
        number("lat", "Latitude of its place, north positive.", unit="degrees"),
        number("lon", "Longitude of its place, east positive.", unit="degrees"),
    ),
)

CONTACTS = TableKind(
    "contacts",
    "a person at an account",
    key="contact_id",
    columns=(
        identifier("contact_id", "What tells this person from all others.", required=True),
        identifier("account_id", "The account for which the person works."),
        date("created", "The day the person was entered."),
        text("created_by", "Who entered the person."),
        text("department", "The department in which the person works."),
        date("last_verified", "The day the data were last found right."),
        date("last_touch", "The day the person was last called, written to or met."),
        logical("valid", "Whether the data were still right when last verified."),
        identifier("email", "The person's e-mail address."),
        identifier("phone", "The person's telephone number."),
    ),
)

SURVEYS = TableKind(
    "surveys",
    "an answer to a survey",
    columns=(
        date("date", "The day of the answer.", required=True),
        identifier("account_id", "The customer who answered."),
        text("touchpoint", "The occasion that was asked about: delivery, visit, service case."),
        number("score", "How likely a recommendation is, 0 to 10.", unit="points", required=True),
        identifier("comment", "What the customer added in words."),
        text("driver", "The theme that moved the customer: price, service, quality, brand."),
    ),
)

COMPLAINTS = TableKind(
    "complaints",
    "a complaint",
    columns=(
        date("date", "The day the complaint came in.", required=True),
        identifier("account_id", "The customer who complained.", required=True),
        text("cause", "What was wrong."),
        date("resolved_on", "The day it was put right; blank while it is not."),
    ),
)

REMINDERS = TableKind(
    "reminders",
    "a reminder sent",
    columns=(
        date("sent_on", "The day the reminder went out.", required=True),
        identifier("account_id", "The customer who got it.", required=True),
        logical("responded", "Whether the customer answered at all."),
        logical("positive", "Whether the answer was welcome."),
    ),
)

REGIONS = TableKind(
    "regions",
    "a territory",
    key="region",
    columns=(
        text("region", "The territory, as accounts and sellers write it.", required=True),
        amount("potential", "What all buyers there could spend in a year.", unit="money per year"),
        number("companies", "Companies there that could buy.", unit="companies"),
        number("population", "People who live there.", unit="people"),
        number("resellers", "Resellers or points of sale at work there."),
        number("area", "Its size on the map.", unit="km²"),
        text("owner", "The seller who works the territory."),
    ),
)

CITIES = TableKind(
    "cities",
    "a place",
    key="city",
    columns=(
        identifier("city", "The name of the place.", required=True),
        text("country", "The country in which it lies."),
        number("lat", "Its latitude, north positive.", unit="degrees"),
        number("lon", "Its longitude, east positive.", unit="degrees"),
    ),
)

# An RFM segment is a verdict on behaviour and no account's `segment`: nothing joins to it.
SEGMENT_RULES = TableKind(
    "segment_rules",
    "an RFM segment",
    columns=(
        text("segment", "The name of the segment, such as Champions.", required=True),
        number("r_from", "Lowest recency score in the segment, 1 to 5.", unit="points"),
        number("r_to", "Highest recency score in the segment, 1 to 5.", unit="points"),
        number("f_from", "Lowest frequency score in the segment, 1 to 5.", unit="points"),
        number("f_to", "Highest frequency score in the segment, 1 to 5.", unit="points"),
        number("m_from", "Lowest monetary score in the segment, 1 to 5.", unit="points"),
        number("m_to", "Highest monetary score in the segment, 1 to 5.", unit="points"),
    ),
)

KINDS = (ACCOUNTS, CONTACTS, SURVEYS, COMPLAINTS, REMINDERS, REGIONS, CITIES, SEGMENT_RULES)
