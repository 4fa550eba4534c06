"""The days in which customers were won, and the earlier ones in which they were worked on."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.analytics.customers.scope import ACCOUNT
from xlcrm.analytics.figures import period_in
from xlcrm.analytics.segments.marketing import MARKETING_SPEND
from xlcrm.errors import NotAvailable, OutOfDomain
from xlcrm.model.model import Model
from xlcrm.periods import Period
from xlcrm.reduce.dense import day_numbers
from xlcrm.reduce.population import Population, Rule, select

DAYS_OF_MONTH = 365.25 / 12
"""The days of a month, on average."""

_WON_BY = Population(
    "deals",
    "deals won by accounts",
    (
        Rule(nw.col("status") == "won", "not won", ("status",)),
        Rule(~nw.col(ACCOUNT).is_null(), "no account", (ACCOUNT,)),
        Rule(~nw.col("closed_on").is_null(), "no closed_on date", ("closed_on",)),
    ),
    "closed_on",
)


@dataclass(frozen=True)
class Windows:
    """The days of a comparison, and the earlier ones in which its customers were worked on.

    Attributes:
        bought: The days of orders; the end is never later than `as_of`.
        spent: As many days earlier as the lag.
        lag: The days between them.
        words: Where the lag comes from.
    """

    bought: Period
    spent: Period
    lag: int
    words: str

    @property
    def end(self) -> date:
        """The last day of orders."""
        assert self.bought.last is not None
        return self.bought.last


def windows(model: Model, period: str, lag: float | None) -> Windows:
    """Find the days of orders, and the days in which spending led to them.

    Args:
        model: A model with orders, or deals won.
        period: The days of orders; without an end up to `as_of`.
        lag: The days between; None for the median from opening to winning of first deals, in
            whole months where marketing spend is entered by the month.

    Raises:
        NotAvailable: The period lies ahead.
        OutOfDomain: The lag is negative, or leads before the calendar begins.
    """
    require_lag(lag)
    asked, as_of = period_in(model, period), model.as_of
    last = min(asked.last or as_of, as_of)
    if asked.first and asked.first > last:
        raise NotAvailable(f"{asked.words} lies ahead of {as_of}: ask for an earlier period")
    bought = Period(asked.first, last, f"{asked.first or 'the beginning'} to {last}")
    days, words = (lag, "given") if lag is not None else _median_cycle(model, last)
    try:
        if lag is None and days and _is_by_month(model):
            months = int(days / DAYS_OF_MONTH + 0.5)
            words = f"{words}; {months} whole months, since spend is entered by the month"
            first, end = (_months_before(one, months) for one in (asked.first, last))
        else:
            back = timedelta(days=int(days + 0.5))
            first, end = (one and one - back for one in (asked.first, last))
    except (OverflowError, ValueError):
        raise OutOfDomain(f"lag {days:g} leads before the calendar begins") from None
    assert end is not None
    spent = Period(first, end, f"{first or 'the beginning'} to {end}")
    return Windows(bought, spent, (last - end).days, words)


def require_lag(lag: float | None) -> None:
    """Refuse a lag below 0.

    Raises:
        OutOfDomain: It is.
    """
    if lag is not None and lag < 0:
        raise OutOfDomain(f"lag {lag:g} is negative: spending runs ahead of orders")


def _median_cycle(model: Model, last: date) -> tuple[float, str]:
    """Give the median days from opening to winning of accounts' first deals won so far."""
    if "deals" not in model.tables:
        return 0.0, "no deals tell one"
    rows = select(model, _WON_BY, ["created"], period=Period(None, last, f"up to {last}")).counted
    grouped = rows.group_by(ACCOUNT, "closed_on").agg(nw.col("created").min()).collect().to_pandas()
    won = grouped.sort_values([ACCOUNT, "closed_on"]).drop_duplicates(ACCOUNT)
    (opened, unknown), (closed, _) = day_numbers(won["created"]), day_numbers(won["closed_on"])
    cycles = (closed - opened)[~unknown]
    cycles = cycles[cycles >= 0]
    if not len(cycles):
        return 0.0, "no first deal won tells one"
    return float(np.median(cycles)), f"median of {len(cycles):,} first deals won"


def _is_by_month(model: Model) -> bool:
    """Say whether all marketing spend is dated on the first or all on the last of a month."""
    if "spend" not in model.tables:
        return False
    rows = select(model, MARKETING_SPEND, ["date"]).counted
    found = rows.select("date").unique().collect().to_pandas()["date"].dropna()
    days = pd.DatetimeIndex(found)
    return len(days) > 1 and bool(days.is_month_start.all() or days.is_month_end.all())


def _months_before(day: date | None, months: int) -> date | None:
    """Give the same day some months before; the last of a month stays the last of one."""
    if day is None:
        return None
    year, month = divmod(12 * day.year + day.month - 1 - months, 12)
    end = monthrange(year, month + 1)[1]
    is_end = day.day == monthrange(day.year, day.month)[1]
    return date(year, month + 1, end if is_end else min(day.day, end))
