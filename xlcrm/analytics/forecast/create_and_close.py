"""What deals will bring that are not created yet: what such deals brought in past periods.

A month is foretold on one of its days, or before it begins. Deals created after that day and won
within the month are in no pipeline yet; the mean of what they brought in the last like months,
counted from the same day, stands for them (docs/methods.md: Create and close).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import and_
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.kpis.deals import CREATED
from xlcrm.model.model import Model
from xlcrm.periods import CALENDAR, Period, label, shifted, start_of
from xlcrm.reduce.dates import with_days_between
from xlcrm.reduce.dense import kept
from xlcrm.reduce.grouping import BLANK, Key, names_in, with_groups
from xlcrm.reduce.population import select, within
from xlcrm.reduce.sums import grouped_sums, labels_of, totals

UNITS = ("month", "quarter", "year")
"""The units of time whose past tells what is created and closed."""

_CLOSING = Key("month of closing", "closed_on", list, months=True)


@dataclass(frozen=True)
class Span:
    """Whole months that are foretold, and how many like ones there were before them.

    Attributes:
        first: The first day.
        last: The last day.
        months: How many months it has.
        lead: Days from the day of the forecast to the first day; negative within the span.
        likes: How many times its months lie back the like periods that tell of it.
        name: Its label.
    """

    first: date
    last: date
    months: int
    lead: int
    likes: tuple[int, ...]
    name: str


@dataclass(frozen=True)
class Foretold:
    """The spans of a forecast that have not ended.

    Attributes:
        unit: The unit of time by which it is grouped, or "" for all days in one.
        spans: The spans.
        needed: How many like periods it takes.
    """

    unit: str
    spans: tuple[Span, ...]
    needed: int

    @property
    def told(self) -> tuple[Span, ...]:
        """The spans that enough like periods tell of."""
        return tuple(span for span in self.spans if len(span.likes) >= self.needed)

    def reach(self, days: Period) -> Period:
        """Give a period that has the days of the forecast and those of the like periods.

        Args:
            days: The days of the forecast.
        """
        if not self.told or days.is_all:
            return days
        firsts = [shifted(s.first, "month", -max(s.likes) * s.months) for s in self.told]
        return Period(days.first and min(days.first, *firsts), days.last, "like periods and these")


def foretold_by(model: Model, by: str, days: Period, forecast: pd.DataFrame) -> Foretold | None:
    """Cut the days that are foretold into spans, of which each has its like periods.

    Args:
        model: A model with deals; its `as_of`, fiscal year and settings count.
        by: What the forecast is grouped by, as the function was asked.
        days: The days that count.
        forecast: What open deals bring; where the days have no end, it says which unit is last.

    Returns:
        The spans that have not ended; None where the days are no whole months.
    """
    units = [name.casefold() for name in names_in(by) if name.casefold() in CALENDAR]
    unit = units[0] if units else ""
    if len(units) > 1 or unit not in ("", *UNITS):
        return None
    fy_start = int(model.settings.number("fy_start"))
    if unit:
        begin = start_of(max(days.first or date.min, model.as_of), unit, fy_start)
        last = max((one for one in forecast[unit] if one != BLANK), default="")
        bounds = list(_units(begin, days.last, last, unit, fy_start))
    elif days.first is None or days.last is None:
        return None
    else:
        bounds = [(days.first, days.last, "")]
    if any(first.day != 1 or (end + timedelta(days=1)).day != 1 for first, end, _ in bounds):
        return None
    earliest = _first_created(model)
    spans = tuple(
        _span(model, first, end, name, earliest)
        for first, end, name in bounds
        if end >= model.as_of
    )
    return Foretold(unit, spans, int(model.settings.number("like_periods_needed")))


def _units(
    first: date, end: date | None, last: str, unit: str, fy_start: int
) -> Iterator[tuple[date, date, str]]:
    name = label(first, unit, fy_start)
    while (first <= end) if end else (name <= last):
        after = shifted(first, unit, 1)
        yield first, after - timedelta(days=1), name
        first, name = after, label(after, unit, fy_start)


def _first_created(model: Model) -> date | None:
    def found(of: Model) -> date | None:
        rows = select(of, CREATED, ["created"]).counted
        first = rows.select(nw.col("created").min()).collect()["created"].item()
        return None if pd.isna(first) else pd.Timestamp(first).date()

    return model.fact("first created", found)


def _span(model: Model, first: date, last: date, name: str, earliest: date | None) -> Span:
    months = 12 * (last.year - first.year) + last.month - first.month + 1
    lead = (first - model.as_of).days
    most = int(model.settings.number("like_periods"))
    likes: list[int] = []
    back = 1
    while earliest is not None and len(likes) < most:
        start = shifted(first, "month", -back * months)
        if start - timedelta(days=lead) < earliest:
            break
        if shifted(start, "month", months) - timedelta(days=1) <= model.as_of:
            likes.append(back)
        back += 1
    return Span(first, last, months, lead, tuple(likes), name)


def with_create_and_close(
    forecast: pd.DataFrame,
    names: Sequence[str],
    won: nw.LazyFrame[Any],
    keys: Sequence[Key],
    foretold: Foretold | None,
) -> pd.DataFrame:
    """Add what deals not yet created will bring to a forecast.

    Args:
        forecast: A row a group; rows may be added for what such deals bring alone.
        names: The columns of its groups.
        won: Deals won with ``amount``, ``created``, ``closed_on`` and the columns of the keys.
        keys: What the forecast is grouped by.
        foretold: The spans that are foretold; None where there are none.

    Returns:
        The forecast with ``create_and_close`` in money, missing where it cannot be told, and
        ``note``, what it rests on.
    """
    if foretold is None:
        note = "create_and_close needs a period of whole months, or month, quarter or year in by"
        return forecast.assign(create_and_close=np.nan, note=note)
    answer = forecast.assign(create_and_close=0.0)
    if foretold.told:
        others = [key for key in keys if key.name != foretold.unit]
        added = _create_and_close(won, others, foretold)
        if names:
            answer = forecast.merge(added, on=list(names), how="outer")
        else:
            answer = forecast.join(added)
    notes = {span.name: _note(span, foretold.needed) for span in foretold.spans}
    of_rows = answer[foretold.unit] if foretold.unit else [""] * len(answer)
    ended = "create_and_close is 0: the period has ended"
    return answer.assign(
        create_and_close=answer["create_and_close"].fillna(0.0),
        note=[notes.get(name, ended) for name in of_rows],
    )


def _note(span: Span, needed: int) -> str:
    if len(span.likes) < needed:
        return f"create_and_close is 0: {len(span.likes)} like periods before, {needed} needed"
    return f"create_and_close is the mean of {len(span.likes)} like periods"


def _create_and_close(
    won: nw.LazyFrame[Any], keys: Sequence[Key], foretold: Foretold
) -> pd.DataFrame:
    told = foretold.told
    thresholds = np.unique([limit for span in told for limit in _limits(span)])
    grouped = _grouped(won, keys, thresholds, _history(told))
    weights = np.array([_weights(grouped, span, thresholds) for span in told])
    places, rows = np.nonzero(weights)
    of_spans = grouped.iloc[rows].assign(span=places.astype(float)).reset_index(drop=True)
    time = Key(foretold.unit, "span", lambda found: [told[int(place)].name for place in found])
    by = [*keys, time] if foretold.unit else keys
    answer = totals(of_spans, by, {"create_and_close": ("amount", weights[places, rows])})
    return pd.DataFrame({**labels_of(answer, by), "create_and_close": answer["create_and_close"]})


def _history(told: Sequence[Span]) -> Period:
    """Give the days that the like periods of spans lie in."""
    starts = [shifted(one.first, "month", -max(one.likes) * one.months) for one in told]
    ends = [shifted(one.first, "month", (1 - min(one.likes)) * one.months) for one in told]
    return Period(min(starts), max(ends) - timedelta(days=1), "like periods")


def _limits(span: Span) -> Iterable[int]:
    """Give what days there may be from creation to the start of the month of closing, by month."""
    for back in span.likes:
        start = shifted(span.first, "month", -back * span.months)
        for month in range(span.months):
            yield span.lead + (shifted(start, "month", month) - start).days


def _grouped(
    won: nw.LazyFrame[Any], keys: Sequence[Key], thresholds: np.ndarray[Any, Any], days: Period
) -> pd.DataFrame:
    """Add up deals won by the month of closing and by how long before it they were created."""
    before = nw.col("cycle") - nw.col("closed_on").dt.day().cast(nw.Float64()) + 1
    rows = with_days_between(won, "cycle", "created", "closed_on").with_columns(before=before)
    late = nw.col("before") < float(thresholds[-1])
    rows = kept(rows, [reduce(and_, [*within("closed_on", days), late])])
    passed = [(nw.col("before") >= float(limit)).cast(nw.Float64()) for limit in thresholds]
    rows = with_groups(rows.with_columns(passed=nw.sum_horizontal(*passed)), [_CLOSING])
    groups = [*(key.group for key in keys), _CLOSING.group, "passed"]
    return grouped_sums(rows, groups, {"amount": "amount"})


def _weights(
    grouped: pd.DataFrame, span: Span, thresholds: np.ndarray[Any, Any]
) -> np.ndarray[Any, Any]:
    """Say what part of each group a span expects: in how many like periods it counts, by all."""
    closing = grouped[_CLOSING.group].to_numpy(dtype=float)
    passed = grouped["passed"].to_numpy(dtype=float)
    counts = np.zeros(len(grouped))
    for back in span.likes:
        start = shifted(span.first, "month", -back * span.months)
        for number in range(span.months):
            month = shifted(start, "month", number)
            limit = np.searchsorted(thresholds, span.lead + (month - start).days)
            counts += (closing == 12 * month.year + month.month - 1) & (passed <= limit)
    return counts / len(span.likes)
