"""The Tables of the template: what each holds, and what it holds at first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from xlcrm.kpis.catalogue import KPIS
from xlcrm.model.schema import kind
from xlcrm.model.settings import SETTINGS, Setting
from xlcrm.workbook.importing.journal import COLUMNS
from xlcrm.workbook.sample import SampleTable, sample_tables


@dataclass(frozen=True)
class DataTable:
    """A Table on a sheet of its own.

    Attributes:
        name: The name of the Table and of its sheet.
        kind: The kind of its rows, or "" for one that the model does not read.
        title: What the sheet's title says.
        advice: How to fill it, in one sentence.
    """

    name: str
    kind: str
    title: str
    advice: str


DATA = (
    DataTable("Deals", "deals", "Deals: one row an opportunity",
              "Paste below the headers or run xlcrm import; columns that you do not have may stay "
              "blank."),
    DataTable("Orders", "orders", "Orders: one row an order line",
              "Lines of one order share its number; returns are negative; deal_id ties an order to "
              "the deal it came from."),
    DataTable("Accounts", "accounts", "Accounts: one row a customer or prospect",
              "Deals and orders name accounts by account_id."),
    DataTable("Sellers", "sellers", "Sellers: one row a seller",
              "owner is the name that deals and orders write."),
    DataTable("Products", "products", "Products: one row a product",
              "product is the name that deals and orders write."),
    DataTable("Stages", "stages", "Stages: one row a stage of the pipeline",
              "In their order; probability is the chance of a win that you expect from there."),
    DataTable("Snapshots", "snapshots", "Snapshots: one row a deal on a day",
              "xlcrm snapshot adds a picture of all deals, so that changes can be told."),
    DataTable("Activities", "activities", "Activities: one row a call, visit, mail or task",
              "deal_id ties an activity to its deal; what serves no customer, such as admin, names "
              "neither deal nor account."),
    DataTable("Spend", "spend", "Spend: one row a cost of marketing or sales",
              "What is spent on one segment names it; what names none is shared out."),
    DataTable("Timesheets", "timesheets", "Timesheets: one row a person's hours on a project",
              "cost_rate is what an hour costs you; account_id ties the hours to a customer."),
    DataTable("Surveys", "surveys", "Surveys: one row an answer",
              "score is 0 to 10; driver is the theme that moved the customer, such as price."),
    DataTable("Regions", "regions", "Regions: one row a territory",
              "potential is what all could spend there a year; companies counts who could buy."),
    DataTable("Cities", "cities", "Cities: one row a place",
              "Where accounts that name a city and no latitude are; nothing is looked up outside."),
    DataTable("Segment_rules", "segment_rules", "Segment rules: one row an RFM segment",
              "The scores 1 to 5 that make a segment; every combination must be in exactly one."),
    DataTable("Targets", "targets", "Targets: one row a goal number",
              "A blank owner means the whole company; months add up to quarters and years."),
    DataTable("Seasonality", "seasonality", "Seasonality: one row a month or quarter of any year",
              "Shares, percentages and indices all do: only their proportions count."),
    DataTable("Perspectives", "perspectives", "Perspectives: one row a side of the scorecard",
              "The scorecard shows them in their order; weights count beside one another."),
    DataTable("Objectives", "objectives", "Objectives: one row a goal of the strategy",
              "parent_id names the goal that it serves; weights count beside those of the same "
              "parent."),
    DataTable("Links", "links", "Links: one row a cause and its effect",
              "Name the objective that drives, then the one that is driven; circles are refused."),
    DataTable("Measures", "measures", "Measures: one row a measure of an objective",
              "Name a kpi, or type the actual, or a value a month in Actuals; a blank one is "
              "missing, never 0. A target below red means that less is better."),
    DataTable("Actuals", "actuals", "Actuals: one row the value of a measure in a month",
              "For measures without a kpi; how months make a year says the aggregation of the "
              "measure."),
    DataTable("Initiatives", "initiatives", "Initiatives: one row an effort for a measure",
              "expected_effect is in the unit of the measure, below 0 where it should fall; who is "
              "late is told by due, progress and the day."),
    DataTable("Settings", "settings", "Settings: parameters of this workbook",
              "Type in the column value; a blank one leaves the default."),
    DataTable("Aliases", "aliases", "Aliases: names to be read as others",
              "In this column of any table, this found text means that one."),
    DataTable("Imports", "", "Imports: what was taken over, and what was not",
              "xlcrm import adds a row for each file, so that nothing is lost unseen."),
)  # fmt: skip

CHOICES: Mapping[str, tuple[str, ...]] = {
    "Status": ("open", "won", "lost", "on hold"),
    "Category": ("commit", "best case", "pipeline", "omitted"),
    "Segment": ("Gold", "Silver", "Bronze"),
    "Region": ("North", "Central", "South"),
    "Industry": (
        "Food", "Health", "Hotels", "Logistics", "Manufacturing", "Offices", "Public sector",
        "Retail",
    ),
    "AccountType": ("End customer", "Installer", "Distributor"),
    "AccountStatus": ("Active", "Inactive", "Lost"),
    "Source": ("Web", "Referral", "Fair", "Own prospecting", "Partner", "Inbound"),
    "LostReason": ("Price", "No decision", "No budget", "Competitor", "Timing"),
    "Channel": ("Field", "Web", "Phone", "Partner"),
    "ActivityKind": ("call", "visit", "mail", "quote", "reminder", "training", "admin"),
    "ContactChannel": ("on site", "phone", "web", "mail"),
    "SpendCategory": ("Marketing", "Sales", "Overhead"),
    "Driver": ("Price", "Service", "Quality", "Brand", "Innovation"),
    "Metric": ("revenue", "margin_amount", "won_amount", "won_deals", "opportunities_created"),
    "Season": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December", "Q1", "Q2", "Q3", "Q4",
    ),
    "Level": ("strategic", "tactical", "operational"),
    "Kpi": tuple(sorted(KPIS)),
    "Direction": ("higher", "lower", "band"),
    "Aggregation": ("sum", "mean", "last", "ratio"),
    "InitiativeStatus": ("planned", "running", "done", "stopped"),
}  # fmt: skip
"""The lists of words, each a Table of its own on the sheet Lists."""

OWN_WORDS = ("Segment", "Region", "Industry")
"""The lists that are a company's own, and so blank in an empty workbook."""

_COMMON = ("perspectives", "segment_rules")
"""The kinds whose rows any company can begin with, and so stand in an empty workbook too."""


def list_table(name: str) -> str:
    """Give the name of the Table that holds a list of words."""
    return f"List{name}"


def is_own(table: DataTable) -> bool:
    """Say whether the rows of a Table are a company's own, and so blank in an empty workbook.

    Args:
        table: The Table.
    """
    return table.kind not in _COMMON


def starting_rows(*, empty: bool = False) -> dict[str, SampleTable]:
    """Give the headers and rows of every Table by its name.

    Args:
        empty: Whether to leave out the sample company; what any company needs stays.
    """
    sample = sample_tables()
    rows = {}
    for table in DATA:
        headers = kind(table.kind).names if table.kind else COLUMNS
        given = sample[table.kind].rows if table.kind and not (empty and is_own(table)) else ()
        rows[table.name] = SampleTable(headers, given or (tuple([None] * len(headers)),))
    as_of = None if empty else sample["settings"].rows[0][1]
    settings = tuple(_setting(one, as_of) for one in SETTINGS.values())
    rows["Settings"] = SampleTable(("name", "value", "default", "meaning"), settings)
    for name, words in CHOICES.items():
        kept = (None,) if empty and name in OWN_WORDS else words
        rows[list_table(name)] = SampleTable((name,), tuple((word,) for word in kept))
    return rows


def _setting(setting: Setting, as_of: object) -> tuple[str | float | date | None, ...]:
    value = as_of if setting.name == "as_of" and isinstance(as_of, date) else None
    default = "newest event" if setting.default is None else setting.default
    meaning = setting.meaning
    if setting.choices:
        meaning = f"{meaning} One of: {', '.join(setting.choices)}."
    return setting.name, value, default, meaning
