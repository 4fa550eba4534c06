"""The KPIs of opportunities."""

from __future__ import annotations

from typing import Any

import narwhals as nw

from xlcrm.cells import text_key
from xlcrm.kpis.blanks import filled, needing
from xlcrm.kpis.customer_state import with_customer_state
from xlcrm.kpis.declaration import Better, Kpi, rows, total
from xlcrm.kpis.open_deals import EXPECTED, OPEN, OPEN_VALUED, OPEN_WORTH, VALUE
from xlcrm.model.model import Model
from xlcrm.reduce.dates import with_days_between
from xlcrm.reduce.population import Offered, Population, Rule

_WON = Rule(nw.col("status") == "won", "not won", ("status",))
_LOST = Rule(nw.col("status") == "lost", "not lost", ("status",))
_HAS_AMOUNT = Rule(
    ~nw.col("amount").is_null(), "no amount", ("amount",), lack=True, remedy="enter amounts"
)
_HAS_SOURCE = Rule(
    ~nw.col("source").is_null(), "no source", ("source",), lack=True, remedy="enter sources"
)
_CYCLE_COLUMNS = ("created", "closed_on")


def _with_reactive(model: Model, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Say which deals came by themselves, looking at every different source once."""
    words = {text_key(word) for word in model.settings.word("reactive_sources").split(",")}
    found = model.columns("deals", ["source"]).frame.unique().collect()["source"].to_list()
    meant = [source for source in found if isinstance(source, str) and text_key(source) in words]
    came = nw.col("source").is_in(meant).fill_null(value=False)
    return frame.with_columns(is_reactive=came.cast(nw.Float64()))


CREATED = Population(
    "deals",
    "opportunities",
    date="created",
    offers={"customer_state": Offered(("account_id", "created"), with_customer_state)},
)
CLOSED = Population(
    "deals",
    "deals won or lost",
    (Rule(nw.col("status").is_in(["won", "lost"]), "neither won nor lost", ("status",)),),
    date="closed_on",
)
WON = Population("deals", "deals won", (_WON,), date="closed_on")
LOST = Population("deals", "deals lost", (_LOST,), date="closed_on")
LOST_FOR_A_REASON = Population(
    "deals", "deals lost", (_LOST,), date="closed_on", prepare=needing("deals", "lost_reason")
)
WON_VALUED = Population("deals", "deals won", (_WON, _HAS_AMOUNT), date="closed_on")
WON_FROM_SOURCE = Population(
    "deals",
    "deals won with a source",
    (_WON, _HAS_SOURCE, _HAS_AMOUNT),
    date="closed_on",
    adds={"is_reactive": ("source",)},
    prepare=_with_reactive,
)
LOST_VALUED = Population("deals", "deals lost", (_LOST, _HAS_AMOUNT), date="closed_on")
WON_TIMED = Population(
    "deals",
    "deals won",
    (
        _WON,
        Rule(~nw.col("created").is_null(), "no created date", ("created",), True, "enter it"),
        Rule(~nw.col("closed_on").is_null(), "no closed_on date", ("closed_on",), True, "enter it"),
        Rule(
            nw.col("closed_on") >= nw.col("created"), "closed before it was created", _CYCLE_COLUMNS
        ),
    ),
    date="closed_on",
    adds={"cycle": _CYCLE_COLUMNS},
    prepare=lambda _, frame: with_days_between(frame, "cycle", *_CYCLE_COLUMNS),
)

KPIS = (
    Kpi(
        "opportunities_created",
        "Opportunities created",
        "The number of opportunities opened in the period, by their created date.",
        "docs/methods.md: Deals",
        "deals",
        Better.HIGHER,
        (CREATED,),
        rows(),
    ),
    Kpi(
        "won_deals",
        "Deals won",
        "The number of deals won in the period, by their closing date.",
        "docs/methods.md: Deals",
        "deals",
        Better.HIGHER,
        (WON,),
        rows(),
    ),
    Kpi(
        "lost_deals",
        "Deals lost",
        "The number of deals lost in the period, by their closing date.",
        "docs/methods.md: Deals",
        "deals",
        Better.LOWER,
        (LOST,),
        rows(),
    ),
    Kpi(
        "open_deals",
        "Open deals",
        "The number of open deals, by the day they are expected to close; deals on hold are not "
        "open.",
        "docs/methods.md: Expected revenue",
        "deals",
        Better.HIGHER,
        (OPEN,),
        rows(),
        is_state=True,
    ),
    Kpi(
        "won_amount",
        "Amount won",
        "The sum of the amounts of deals won in the period, by their closing date.",
        "docs/methods.md: Deals",
        "money",
        Better.HIGHER,
        (WON_VALUED,),
        total("amount"),
    ),
    Kpi(
        "lost_amount",
        "Amount lost",
        "The sum of the amounts of deals lost in the period, by their closing date.",
        "docs/methods.md: Deals",
        "money",
        Better.LOWER,
        (LOST_VALUED,),
        total("amount"),
    ),
    Kpi(
        "open_amount",
        "Open pipeline",
        "The sum of what open deals would bring if all of them were won, by expected close.",
        "docs/methods.md: Deals",
        "money",
        Better.HIGHER,
        (OPEN_VALUED,),
        total("value"),
        weighting=VALUE,
        settings=("missing_amount",),
        is_state=True,
    ),
    Kpi(
        "expected_revenue",
        "Expected revenue",
        "The sum over open deals of amount times the probability that the deal is won, by expected "
        "close; the manager's override beats both.",
        "docs/methods.md: Stage probability, Expected revenue",
        "money",
        Better.HIGHER,
        (OPEN_WORTH,),
        total("worth"),
        weighting=EXPECTED,
        settings=("missing_amount", "prior_strength"),
        is_state=True,
    ),
    Kpi(
        "average_deal",
        "Average deal",
        "The mean amount of deals won in the period: their sum by their number.",
        "docs/methods.md: Deals",
        "money",
        Better.HIGHER,
        (WON_VALUED,),
        total("amount"),
        rows(),
    ),
    Kpi(
        "win_rate",
        "Win rate",
        "Deals won by deals won or lost in the period, by their closing date.",
        "docs/methods.md: Win rate",
        "share",
        Better.HIGHER,
        (CLOSED,),
        total("won", (nw.col("status") == "won").cast(nw.Float64()), ("status",)),
        rows(),
    ),
    Kpi(
        "cycle_days",
        "Sales cycle",
        "The mean number of days from creation to closing of deals won in the period.",
        "docs/methods.md: Deals",
        "days",
        Better.LOWER,
        (WON_TIMED,),
        total("cycle"),
        rows(),
    ),
    Kpi(
        "reactive_share",
        "Sales that came by themselves",
        "The amount of deals won in the period whose source is one of reactive_sources, by the "
        "amount of all deals won in it that have a source.",
        "docs/methods.md: Deals",
        "share",
        Better.LOWER,
        (WON_FROM_SOURCE,),
        total(
            "reactive amount", nw.col("amount") * nw.col("is_reactive"), ("amount", "is_reactive")
        ),
        total("amount"),
        settings=("reactive_sources",),
    ),
    Kpi(
        "lost_reason_known",
        "Losses with a reason",
        "Deals lost in the period whose reason is known, by all deals lost in it.",
        "docs/methods.md: Deals",
        "share",
        Better.HIGHER,
        (LOST_FOR_A_REASON,),
        filled("lost_reason"),
        rows(),
    ),
)
