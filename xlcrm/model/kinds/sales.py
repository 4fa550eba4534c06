"""The work of selling: deals and their snapshots, stages, sellers, products, orders."""

from __future__ import annotations

from xlcrm.model.kinds.shape import TableKind, amount, date, identifier, number, share, text

DEALS = TableKind(
    "deals",
    "an opportunity",
    key="deal_id",
    columns=(
        identifier("deal_id", "What tells this opportunity from all others.", required=True),
        identifier("account_id", "The customer or prospect who may buy."),
        text("owner", "The seller who answers for the opportunity.", required=True),
        date("created", "The day the opportunity was opened.", required=True),
        text("source", "Where the opportunity came from: marketing, referral, own prospecting."),
        text("stage", "The pipeline stage in which it stands now.", required=True),
        text("reached", "The furthest pipeline stage it ever stood in."),
        amount("amount", "What the customer would pay if it is won.", required=True),
        text("currency", "The currency of the amount, such as EUR."),
        share("probability", "The seller's own chance of winning it."),
        text("forecast_category", "Commit, best case, pipeline or omitted: how it is called."),
        amount("override", "The amount that the manager puts in the computed one's place."),
        text("override_by", "Who set the override."),
        date("override_on", "The day the override was set."),
        identifier("override_why", "The reason for the override, in the manager's words."),
        date("expected_close", "The day the customer is expected to decide.", required=True),
        date("closed_on", "The day on which it was won or lost."),
        text("status", "Open, won, lost or on hold.", required=True),
        text("lost_reason", "Why it was lost."),
        text("competitor", "Who else bids, or who won instead."),
        text("product", "The product or product line on offer."),
        date("last_update", "The day anything about the opportunity was last changed."),
        identifier("next_action", "What the seller will do next; blank where nothing is planned."),
        text("template", "The call script, interview guide or standard offer that was used."),
        share("quality", "How much of the qualification checklist is ticked."),
    ),
)

SNAPSHOTS = TableKind(
    "snapshots",
    "a deal on a day",
    columns=(
        date("taken_on", "The day the picture of the pipeline was taken.", required=True),
        identifier("deal_id", "The opportunity that is pictured.", required=True),
        text("stage", "The pipeline stage in which it stood that day."),
        amount("amount", "Its amount that day."),
        date("expected_close", "The closing date expected that day."),
        text("status", "Open, won, lost or on hold, as of that day."),
        text("owner", "The seller who answered for it that day."),
    ),
)

STAGES = TableKind(
    "stages",
    "a pipeline stage",
    key="stage",
    columns=(
        text("stage", "The name of the stage, as the deals write it.", required=True),
        number("order", "Its place in the pipeline, counted from 1.", required=True),
        share("probability", "The chance that a deal in this stage is won, as configured."),
        text("category", "Commit, best case or pipeline: how deals in it are called."),
        number("stale_after", "Days without an update that make a deal in it stale.", unit="days"),
        number("min_activities", "Activities a deal needs before it may leave the stage."),
    ),
)

SELLERS = TableKind(
    "sellers",
    "a seller",
    key="owner",
    columns=(
        text("owner", "The seller, as deals, orders and activities write the name.", required=True),
        identifier("name", "The seller's full name."),
        text("manager", "The person to whom the seller reports."),
        text("team", "The team to which the seller belongs."),
        text("region", "The territory in which the seller works."),
        text("seniority", "Junior, senior and the like; it sets how often reviews are due."),
        date("hired", "The day the seller joined."),
        amount("hourly_cost", "What an hour of the seller costs.", unit="money per hour"),
    ),
)

PRODUCTS = TableKind(
    "products",
    "a product",
    key="product",
    columns=(
        text("product", "The product, as deals and orders write it.", required=True),
        text("category", "The product line or family."),
        amount("list_price", "The price before any discount.", unit="money per unit"),
        amount("market_price", "What others ask for the like.", unit="money per unit"),
        amount("cost", "What one unit costs.", unit="money per unit"),
        date("launched", "The day the product came to market."),
    ),
)

ORDERS = TableKind(
    "orders",
    "an order line",
    columns=(
        identifier("order_id", "The order; its lines share the number.", required=True),
        identifier("account_id", "The customer who bought.", required=True),
        date("date", "The day of the order.", required=True),
        amount("amount", "The net value of the line, negative for a return.", required=True),
        text("currency", "The currency of the amount, such as EUR."),
        number("quantity", "Units sold.", unit="units"),
        amount("list_price", "The price of a unit before discount.", unit="money per unit"),
        amount("cost", "What the whole line costs to make or buy."),
        text("product", "The product sold."),
        text("channel", "The way it was sold: field, web, phone, partner."),
        text("owner", "The seller who is credited with it."),
        identifier("deal_id", "The opportunity from which it came."),
    ),
)

ACTIVITIES = TableKind(
    "activities",
    "a call, visit, mail, quote or admin task",
    columns=(
        date("date", "The day it was done.", required=True),
        text("owner", "The seller who did it.", required=True),
        text("kind", "Call, visit, mail, quote, reminder, admin and the like.", required=True),
        identifier("account_id", "The customer or prospect concerned."),
        identifier("deal_id", "The opportunity concerned."),
        number("minutes", "How long it took.", unit="minutes"),
        amount("cost", "What it cost beside the seller's time."),
        text("channel", "By which way the customer was met: on site, phone, web, mail."),
        text("stage", "The pipeline stage in which the opportunity stood."),
    ),
)

LEADS = TableKind(
    "leads",
    "a lead",
    key="lead_id",
    columns=(
        identifier("lead_id", "What tells this lead from all others.", required=True),
        date("created", "The day the lead came in.", required=True),
        text("source", "Where it came from: web, fair, referral, cold call.", required=True),
        text("campaign", "The campaign that brought it."),
        date("qualified_on", "The day it was found worth pursuing; blank where it was not."),
        identifier("deal_id", "The opportunity it became."),
    ),
)

KINDS = (DEALS, SNAPSHOTS, PRODUCTS, SELLERS, STAGES, ORDERS, ACTIVITIES, LEADS)
