"""The pictures of the pipeline: on which days they were taken, and what each of them shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.conditions import Where
from xlcrm.errors import NotAvailable, WrongValue, listing, suggestion
from xlcrm.model.derived import STATUSES, status_word
from xlcrm.model.model import Model
from xlcrm.reduce.population import Population, Rule, select

_TAKEN = Rule(~nw.col("taken_on").is_null(), "no taken_on date", ("taken_on",))
IDENTIFIED = Rule(~nw.col("deal_id").is_null(), "no deal_id", ("deal_id",))

PICTURES = Population("snapshots", "pictures of deals", (_TAKEN, IDENTIFIED), date="expected_close")
"""Pictures of deals on days, by the close expected in them."""

SHOWN = ("deal_id", "stage", "amount", "expected_close", "status", "owner")
"""The columns of a picture."""


def days_taken(model: Model) -> tuple[date, ...]:
    """Give the days on which snapshots were taken, the earliest first.

    Args:
        model: A model with snapshots.

    Raises:
        NotAvailable: There is no snapshots table.
    """

    def found(of: Model) -> tuple[date, ...]:
        rows = select(of, PICTURES, ["taken_on"]).counted
        days = rows.select("taken_on").unique().collect()["taken_on"].to_list()
        return tuple(sorted({pd.Timestamp(day).date() for day in days}))

    return model.fact("days taken", found)


def last_by(days: Sequence[date], day: date) -> date | None:
    """Give the last of some days in order that is not after a day; None where there is none.

    Args:
        days: Days in order.
        day: The day.
    """
    return max((one for one in days if one <= day), default=None)


def first_from(days: Sequence[date], day: date) -> date | None:
    """Give the first of some days in order that is not before a day; None where there is none.

    Args:
        days: Days in order.
        day: The day.
    """
    return min((one for one in days if one >= day), default=None)


def pictures(
    model: Model,
    days: Iterable[date],
    columns: Sequence[str] = (),
    where: Where = "",
    of: Iterable[str] | None = None,
) -> pd.DataFrame:
    """Give what the snapshots of some days show, read in one go.

    Args:
        model: A model with snapshots.
        days: The days on which they were taken.
        columns: Columns beside those of `SHOWN`.
        where: Conditions on the snapshots' columns or those of related tables.
        of: The deals that count; None for all of them.

    Returns:
        ``taken_on``, the columns of `SHOWN`, and those asked for, one row a day and deal in the
        order of both; missing where blank. ``status`` is open, won, lost or on hold; a blank one
        is told from the stage, as it is for deals.

    Raises:
        WrongValue: A deal stands in a snapshot twice.
        NotAvailable: A status is none of those known.
    """
    wanted = [datetime.combine(day, time()) for day in sorted(set(days))]
    rules = [*PICTURES.rules, _on(wanted)]
    if of is not None:
        named = nw.col("deal_id").is_in(sorted(of))
        rules.append(Rule(named, "another deal", ("deal_id",)))
    names = list(dict.fromkeys(("taken_on", *SHOWN, *columns)))
    rows = select(model, replace(PICTURES, rules=tuple(rules)), names, where).counted
    frame = rows.select(*names).collect().to_pandas()
    again = frame[frame.duplicated(["taken_on", "deal_id"])]
    if len(again):
        day = again["taken_on"].min()
        twice = sorted(set(map(str, again["deal_id"][again["taken_on"] == day])))
        raise WrongValue(
            f"the snapshot of {day.date()} shows a deal twice: {listing(twice)}; "
            "keep one row a deal and day"
        )
    frame["status"] = _statuses(frame)
    frame["deal_id"] = frame["deal_id"].astype(object)  # ids are looked up, which objects do fast
    return frame.sort_values(["taken_on", "deal_id"], ignore_index=True)


def picture(
    model: Model,
    day: date,
    columns: Sequence[str] = (),
    where: Where = "",
    of: Iterable[str] | None = None,
) -> pd.DataFrame:
    """Give what a snapshot shows: one row a deal, in the order of their ids.

    Args:
        model: A model with snapshots.
        day: The day on which it was taken.
        columns: Columns beside those of `SHOWN`.
        where: Conditions on the snapshot's columns or those of related tables.
        of: The deals that count; None for all of them.

    Returns:
        The columns of `SHOWN`, and those asked for; missing where blank.

    Raises:
        WrongValue: A deal stands in the snapshot twice.
    """
    frame = pictures(model, [day], columns, where, of)
    return frame if "taken_on" in columns else frame.drop(columns="taken_on")


def deals_shown(model: Model, day: date) -> list[str]:
    """Give the ids of the deals that a snapshot shows, whatever their status, in order.

    Args:
        model: A model with snapshots.
        day: The day on which it was taken.
    """
    rules = (*PICTURES.rules, _on([datetime.combine(day, time())]))
    rows = select(model, replace(PICTURES, rules=rules), ["taken_on", "deal_id"]).counted
    return sorted({str(one) for one in rows.select("deal_id").collect()["deal_id"].to_list()})


def pushes(model: Model, until: date, of: Iterable[str]) -> dict[str, int]:
    """Count how often a deal's expected close moved later from one snapshot to the next.

    Args:
        model: A model with snapshots.
        until: The day after which snapshots no longer count.
        of: The deals' ids.

    Returns:
        The number by deal, for deals that were pushed at least once.
    """
    known = Rule(~nw.col("expected_close").is_null(), "no expected_close", ("expected_close",))
    named = Rule(nw.col("deal_id").is_in(sorted(of)), "another deal", ("deal_id",))
    seen = Rule(
        nw.col("taken_on") <= nw.lit(datetime.combine(until, time()), nw.Datetime("us")),
        "taken later",
        ("taken_on",),
    )
    rules = (*PICTURES.rules, named, seen, known)
    asked = ["deal_id", "taken_on", "expected_close"]
    rows = select(model, replace(PICTURES, rules=rules), asked).counted
    before = nw.col("expected_close").shift(1).over("deal_id", order_by="taken_on")
    later = rows.with_columns(before.alias("before")).filter(
        nw.col("expected_close") > nw.col("before")
    )
    counted = later.group_by("deal_id").agg(nw.len().alias("pushes")).collect()
    named_counts = zip(counted["deal_id"].to_list(), counted["pushes"].to_list(), strict=True)
    return {str(deal): int(number) for deal, number in sorted(named_counts)}


def _on(moments: Sequence[datetime]) -> Rule:
    return Rule(nw.col("taken_on").is_in(moments), "taken on another day", ("taken_on",))


def _statuses(frame: pd.DataFrame) -> np.ndarray[Any, Any]:
    """Read each picture's status word, a blank one from its stage."""
    codes, words = pd.factorize(frame["status"])
    told = [status_word(str(word)) for word in words]
    unknown = sorted(str(w) for w, status in zip(words, told, strict=True) if status is None)
    if unknown:
        raise NotAvailable(
            f"snapshots: status {unknown[0]!r} is none of {listing(STATUSES)}; "
            f"{suggestion(unknown[0], STATUSES)}"
        )
    stage_codes, stages = pd.factorize(frame["stage"])
    by_stage = [status_word(str(stage)) or "open" for stage in stages]
    from_stage = np.array([*by_stage, "open"], dtype=object)[stage_codes]
    return np.where(codes < 0, from_stage, np.array([*told, ""], dtype=object)[codes])
