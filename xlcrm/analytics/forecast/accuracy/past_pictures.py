"""What was known at the start of past months: the pictures of deals that were due in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import narwhals as nw

from xlcrm.analytics.pipeline.snapshots import PICTURES, days_taken, last_by
from xlcrm.cells import text_key
from xlcrm.conditions import Where
from xlcrm.errors import WrongValue, listing
from xlcrm.kpis.probability import LEAST, MOST
from xlcrm.model.derived import status_word
from xlcrm.model.model import Model
from xlcrm.periods import shifted, start_of
from xlcrm.reduce.dates import midnight
from xlcrm.reduce.population import Population, Rule, select

MONTH = "month forecast"
"""The column of the month that a picture opens, counted from January of the year 0."""

OWN, HAS_OWN = "own chance", "has own chance"
"""The deal's own probability, and 1 where it has one, else 0."""

WON_THEN, WON_EVER = "won in the month", "won in the end"
"""1 where the deal was won in the month forecast, else 0; 1 where it was ever won by `as_of`, 0
where it was lost, missing where it is undecided."""

_NAMED = Rule(~nw.col("deal_id").is_null(), "no deal_id", ("deal_id",))
_DEALS = Population("deals", "deals", (_NAMED,))


@dataclass(frozen=True)
class Opening:
    """A past month, and the day of the snapshot from which it is forecast.

    Attributes:
        month: The first day of the month.
        taken: The last day in the month before, or the month's first, on which one was taken.
    """

    month: date
    taken: date

    @property
    def number(self) -> int:
        """The month, counted from January of the year 0."""
        return month_number(self.month)

    @property
    def known(self) -> int:
        """The last whole month that had ended by the end of the day of the snapshot."""
        return month_number(self.taken + timedelta(days=1)) - 1


def month_number(day: date) -> int:
    """Count the month of a day from January of the year 0."""
    return day.year * 12 + day.month - 1


def openings(model: Model) -> tuple[Opening, ...]:
    """Find the whole months ended by `as_of` that have a snapshot at their start, in order.

    Args:
        model: A model with snapshots.

    Raises:
        NotAvailable: There is no snapshots table.
    """
    days = days_taken(model)
    found: list[Opening] = []
    if not days:
        return ()
    month = start_of(days[0], "month")
    while (after := shifted(month, "month", 1)) <= model.as_of + timedelta(days=1):
        taken = last_by(days, month)
        if taken and taken > shifted(month, "month", -1):
            found.append(Opening(month, taken))
        month = after
    return tuple(found)


def opening_pictures(
    model: Model, opened: Sequence[Opening], columns: Sequence[str], where: Where = ""
) -> nw.LazyFrame[Any]:
    """Give the open deals that the snapshots at the start of months show.

    Args:
        model: A model with snapshots.
        opened: The months.
        columns: Columns beside deal_id and `MONTH`.
        where: Conditions on the snapshot's columns or those of related tables.
    """
    population = replace(PICTURES, rules=(*PICTURES.rules, _open_rule(model)))
    names = list(dict.fromkeys(("taken_on", "deal_id", *columns)))
    rows = select(model, population, names, where).counted
    taken = nw.col("taken_on").dt
    day = taken.day().cast(nw.Float64())
    days = [float(o.taken.year * 372 + o.taken.month * 31 + o.taken.day) for o in opened]
    number = _months("taken_on")
    opens = nw.when(day > 1).then(number + 1).otherwise(number)
    there = ((number + 1) * 31 + day).is_in(days)  # 372 = 12 * 31: one number a day, in order
    kept = list(dict.fromkeys(("deal_id", "taken_on", *columns)))
    return rows.filter(there).with_columns(opens.alias(MONTH)).select(*kept, MONTH)


def _months(column: str) -> nw.Expr:
    day = nw.col(column).dt
    return day.year().cast(nw.Float64()) * 12 + day.month().cast(nw.Float64()) - 1


def _open_rule(model: Model) -> Rule:
    """Say which pictures show an open deal: by the status, where blank by the stage."""
    status, stage = nw.col("status"), nw.col("stage")
    says_open = [word for word in _words(model, "status") if status_word(word) in (None, "open")]
    closing = [
        word for word in _words(model, "stage") if status_word(word) in ("won", "lost", "on hold")
    ]
    ends = stage.is_in(closing).fill_null(value=False)
    is_open = status.is_in(says_open).fill_null(value=False) | (status.is_null() & ~ends)
    return Rule(is_open, "not open", ("status", "stage"))


def _words(model: Model, column: str) -> list[str]:
    frame = model.columns("snapshots", [column]).frame
    known = frame.filter(~nw.col(column).is_null()).select(column).unique().collect()
    return sorted(str(word) for word in known[column].to_list() if text_key(str(word)))


def due_pictures(
    model: Model, opened: Sequence[Opening], columns: Sequence[str], where: Where = ""
) -> nw.LazyFrame[Any]:
    """Give the open deals that were due in each month by the snapshot at its start.

    Due is what was expected to close in the month, and what was overdue on the day of the
    snapshot. A picture without amount or expected close counts in no forecast.

    Args:
        model: A model with snapshots and deals.
        opened: The months.
        columns: Columns beside deal_id, stage, amount and `MONTH`.
        where: Conditions on the snapshot's columns or those of related tables.

    Returns:
        The columns, `OWN`, `HAS_OWN`, `WON_THEN`, `WON_EVER`, and ``own amount`` and ``own
        square`` made of `OWN`.
    """
    names = list(dict.fromkeys(("stage", "amount", "expected_close", *columns)))
    shown = opening_pictures(model, opened, names, where)
    late = nw.col("expected_close").dt.truncate("1d") <= nw.col("taken_on").dt.truncate("1d")
    due = shown.filter(
        ~nw.col("amount").is_null(),
        ~nw.col("expected_close").is_null(),
        late | (_months("expected_close") == nw.col(MONTH)),
    )
    kept = due.select(*dict.fromkeys(("deal_id", "stage", "amount", *columns)), MONTH)
    told = kept.join(_told_of_deals(model), on="deal_id", how="left")
    own = nw.col(OWN)
    won_then = (nw.col("won month") == nw.col(MONTH)).fill_null(value=False)
    return told.with_columns(
        nw.when(own.is_null()).then(nw.lit(0.0)).otherwise(nw.lit(1.0)).alias(HAS_OWN),
        nw.when(won_then).then(nw.lit(1.0)).otherwise(nw.lit(0.0)).alias(WON_THEN),
        (own * nw.col("amount")).alias("own amount"),
        (own * own).alias("own square"),
    )


def require_one_picture(due: nw.LazyFrame[Any]) -> None:
    """Refuse snapshots that show a deal twice.

    Args:
        due: Pictures with deal_id and `MONTH`.

    Raises:
        WrongValue: A deal stands twice in the snapshot that opens a month.
    """
    counted = due.group_by(MONTH, "deal_id").agg(nw.len().alias("rows"))
    twice = counted.filter(nw.col("rows") > 1).select("deal_id").unique().collect()
    if len(twice):
        names = listing(sorted(str(name) for name in twice["deal_id"].to_list()))
        raise WrongValue(f"a snapshot shows a deal twice: {names}; keep one row a deal and day")


def _told_of_deals(model: Model) -> nw.LazyFrame[Any]:
    """Give what the deals table says today, one row a deal.

    A probability of 0 or 1 of a deal that is closed is what the CRM wrote when it was closed, not
    what the seller thought.
    """
    columns = ["deal_id", "status", "probability", "closed_on"]
    rows = select(model, _DEALS, columns).counted
    status, closed_on, own = nw.col("status"), nw.col("closed_on"), nw.col("probability")
    ended = status.is_in(["won", "lost"]).fill_null(value=False)
    past = (closed_on < midnight(model.as_of + timedelta(days=1))).fill_null(value=False)
    won = (status == "won").fill_null(value=False)
    written = ended & ((own <= 0) | (own >= 1)).fill_null(value=False)
    nothing = nw.lit(None).cast(nw.Float64())
    outcome = nw.when(won).then(nw.lit(1.0)).otherwise(nw.lit(0.0))
    named = rows.with_columns(
        nw.when(own.is_null() | written).then(nothing).otherwise(own.clip(LEAST, MOST)).alias(OWN),
        nw.when(won & past).then(_months("closed_on")).otherwise(nothing).alias("won month"),
        nw.when(ended & past).then(outcome).otherwise(nothing).alias(WON_EVER),
    )
    asked = [nw.col(name).max() for name in (OWN, "won month", WON_EVER)]
    return named.group_by("deal_id").agg(*asked)


def has_own_chances(model: Model) -> bool:
    """Say whether any deal has a probability of its own.

    Args:
        model: A model with deals.
    """
    found = _told_of_deals(model).select(nw.col(OWN).count().alias("n")).collect()
    return int(found["n"].item()) > 0
