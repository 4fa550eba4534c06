"""Which deals a rate of conversion counts, and what came of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import narwhals as nw

from xlcrm.conditions import Where
from xlcrm.kpis.deals import CLOSED, CREATED
from xlcrm.model.model import Model
from xlcrm.reduce.dates import midnight, with_days_between
from xlcrm.reduce.population import Population, Rule, select
from xlcrm.reduce.sums import COUNT, grouped_sums

AGE = "days to end"
"""The age at which a deal closed, or that it has reached: a name that no table's column has."""

_TO_CLOSE = "days to close"
_EARLIEST = date(1800, 1, 1)
_CLOSED = nw.col("status").is_in(["won", "lost"])
_STATUS_KNOWN = Rule(~nw.col("status").is_null(), "no status", ("status",))
_CREATED_KNOWN = Rule(
    ~nw.col("created").is_null(), "no created date", ("created",), True, "enter it"
)
_AMOUNTS = (
    Rule(~nw.col("amount").is_null(), "no amount", ("amount",), True, "enter amounts"),
    Rule(nw.col("amount") >= 0.0, "an amount below 0", ("amount",)),
)
_ENDED = {
    "ended_on": ("status", "created", "closed_on"),
    AGE: ("status", "created", "closed_on"),
}
_CYCLES = replace(
    CLOSED,
    rules=(
        *CLOSED.rules,
        Rule(~nw.col("created").is_null(), "no created date", ("created",)),
        Rule(~nw.col("closed_on").is_null(), "no closed_on date", ("closed_on",)),
        Rule(
            nw.col("closed_on") >= nw.col("created"),
            "closed before it was created",
            ("created", "closed_on"),
        ),
    ),
    adds={_TO_CLOSE: ("created", "closed_on")},
    prepare=lambda _, frame: with_days_between(frame, _TO_CLOSE, "created", "closed_on"),
)


def deals_counted(model: Model, method: str, *, by_value: bool) -> Population:
    """Give the deals of which a rate says how many were won.

    Args:
        model: The model.
        method: closed, cohort, aged or curve (docs/methods.md, Conversion).
        by_value: Whether amounts are added up: deals without one, or with one below 0, are left
            out.
    """
    found = {
        "closed": lambda: CLOSED,
        "cohort": lambda: CREATED,
        "aged": lambda: _aged(model),
        "curve": lambda: _TIMED,
    }[method]()
    return replace(found, rules=(*found.rules, *_AMOUNTS)) if by_value else found


def _aged(model: Model) -> Population:
    """Deals closed, and open ones so long past their expected close that they count as lost."""
    edge = days_before(model.as_of, model.settings.number("grace_days"))
    late = (nw.col("status") == "open") & (nw.col("expected_close") < midnight(edge))
    told_by = ("status", "expected_close")

    def prepare(_: Model, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        ended = nw.when(_CLOSED).then(nw.col("closed_on")).otherwise(nw.col("expected_close"))
        return frame.with_columns(ended_on=ended)

    return Population(
        "deals",
        "deals won, lost or long overdue",
        (
            _STATUS_KNOWN,
            Rule(_CLOSED | late.fill_null(value=False), "neither closed nor long overdue", told_by),
        ),
        date="ended_on",
        adds={"ended_on": ("status", "closed_on", "expected_close")},
        prepare=prepare,
    )


def _with_age(model: Model, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Add the age in days at which a deal closed, or that it has reached without closing."""
    ended = nw.when(_CLOSED).then(nw.col("closed_on")).otherwise(midnight(model.as_of))
    return with_days_between(frame.with_columns(ended_on=ended), AGE, "created", "ended_on")


_TIMED = Population(
    "deals",
    "opportunities",
    (
        _STATUS_KNOWN,
        _CREATED_KNOWN,
        Rule(~nw.col("ended_on").is_null(), "no closed_on date", ("ended_on",), True, "enter it"),
        Rule(nw.col(AGE) >= 0.0, "created after it ended, or after as_of", (AGE,)),
    ),
    date="created",
    adds=_ENDED,
    prepare=_with_age,
)


def counted_as(*, by_value: bool) -> Mapping[str, nw.Expr]:
    """Say what a deal adds to what was won, lost and neither, as a count or by its amount.

    Args:
        by_value: Whether by its amount.
    """
    worth = nw.col("amount") if by_value else nw.lit(1.0)
    nothing = nw.lit(0.0)
    return {
        "won": nw.when(nw.col("status") == "won").then(worth).otherwise(nothing),
        "lost": nw.when(nw.col("status") == "lost").then(worth).otherwise(nothing),
        "open": nw.when(_CLOSED).then(nothing).otherwise(worth),
    }


def days_before(day: date, days: float) -> date:
    """Give the day that lies so many whole days before another, none earlier than 1800.

    Args:
        day: The later day.
        days: How many days; a part of a day does not count.
    """
    most = (day - _EARLIEST).days
    return day - timedelta(days=int(min(days, most)))


def mature_age(model: Model, where: Where) -> float | None:
    """Give the age in days by which most deals have closed.

    Args:
        model: The model, whose setting ``mature_share`` says how many are most.
        where: Conditions on deals.

    Returns:
        The least cycle, from created to won or lost, within which that share of the deals closed;
        None where no deal closed with both dates.
    """
    rows = select(model, _CYCLES, [_TO_CLOSE], where).counted
    grouped = grouped_sums(rows, [_TO_CLOSE], {}).sort_values(_TO_CLOSE, ignore_index=True)
    if grouped.empty:
        return None
    running = grouped[COUNT].cumsum().to_numpy(dtype=float)
    reached = running >= model.settings.number("mature_share") * running[-1]
    return float(grouped[_TO_CLOSE][int(reached.argmax())])
