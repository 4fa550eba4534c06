"""What became of the deals expected in a month, as seen late in it and just after it.

The rules stand in docs/methods.md: Late slippage.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from xlcrm.analytics.pipeline.outcomes import deals_of
from xlcrm.analytics.pipeline.snapshots import days_taken, first_from, last_by, pictures
from xlcrm.conditions import Where
from xlcrm.errors import NotAvailable
from xlcrm.model.model import Model
from xlcrm.periods import Period, shifted, start_of

OUTCOMES = ("lost_late", "pushed_late", "lost_early", "won", "undated")
"""What can become of a deal expected in a month: each has exactly one of them."""


@dataclass(frozen=True)
class LateMonth:
    """A month that can be judged.

    Attributes:
        start: Its first day.
        end: Its last day.
        cut: The day up to which its snapshot counts; what happens after it is late.
        before: The day of its last snapshot up to the cut.
        after: The day of the first snapshot from its last day on.
    """

    start: date
    end: date
    cut: date
    before: date
    after: date


def late_months(model: Model, cut: int, period: Period) -> tuple[LateMonth, ...]:
    """Find the months that can be judged.

    A month can be judged when it has ended by `as_of`; its last snapshot on or before the day
    ``cut`` is not older than the start of the month before; and the first from its last day on is
    not younger than the end of the month after.

    Args:
        model: The model.
        cut: The day of the month.
        period: The days that count; months lie in it as a whole.

    Raises:
        NotAvailable: There is no such month.
    """
    if "snapshots" not in model.tables:
        raise NotAvailable(
            f"late slippage needs snapshots on or before day {cut} of a month: the model has none"
        )
    as_of = model.as_of
    days = [day for day in days_taken(model) if day <= as_of]
    found = tuple(_judged(days, cut, as_of, period))
    if not found:
        has = f"they run from {days[0]} to {days[-1]}" if days else "there are none"
        inside = "" if period.is_all else f" in {period.words}"
        raise NotAvailable(
            f"late slippage needs snapshots on or before day {cut} of a month{inside} that has "
            f"ended by {as_of}, and one from its last day on: {has}"
        )
    return found


def _judged(days: Sequence[date], cut: int, as_of: date, period: Period) -> Iterator[LateMonth]:
    start = start_of(days[0], "month") if days else as_of
    while (following := shifted(start, "month", 1)) <= as_of + timedelta(days=1) and days:
        end = following - timedelta(days=1)
        before, after = last_by(days, start.replace(day=cut)), first_from(days, end)
        inside = (period.first is None or period.first <= start) and (
            period.last is None or end <= period.last
        )
        if (
            inside
            and before is not None
            and before >= shifted(start, "month", -1)
            and after is not None
            and after < shifted(start, "month", 2)
        ):
            yield LateMonth(start, end, start.replace(day=cut), before, after)
        start = following


def expected_deals(
    model: Model, months: Sequence[LateMonth], columns: Sequence[str], where: Where
) -> pd.DataFrame:
    """Give the deals that were expected in each month, and what became of them.

    Args:
        model: A model with snapshots; deals tell on which day they were closed.
        months: The months.
        columns: Columns of snapshots beside those of a picture.
        where: Conditions on the picture taken before the cut.

    Returns:
        The columns of a picture and those asked for, all as of the snapshot before the cut;
        ``month`` (its first day), and ``outcome``, one of `OUTCOMES`. One row a month and deal.
    """
    shown = pictures(model, [month.before for month in months], columns, where)
    frames = []
    for month in months:
        taken = shown["taken_on"] == pd.Timestamp(month.before)
        close = shown["expected_close"]
        inside = close.between(pd.Timestamp(month.start), pd.Timestamp(month.end))
        rows = shown[taken & inside & (shown["status"] == "open")]
        dates = {name: pd.Timestamp(getattr(month, name)) for name in ("start", "end", "cut")}
        frames.append(rows.assign(**dates, seen=pd.Timestamp(month.after)))
    base = pd.concat(frames, ignore_index=True)
    ids = sorted(set(map(str, base["deal_id"])))
    later = pictures(model, [month.after for month in months], of=ids).set_index(
        ["taken_on", "deal_id"]
    )
    keys = pd.MultiIndex.from_arrays([base["seen"], base["deal_id"]])
    after = later[~later.index.duplicated()].reindex(keys)
    told = deals_of(model, ids).set_index("deal_id").reindex(base["deal_id"])
    outcome = _outcomes(base, after, told)
    return base.rename(columns={"start": "month"}).assign(outcome=outcome)


def _outcomes(
    base: pd.DataFrame, after: pd.DataFrame, told: pd.DataFrame
) -> np.ndarray[Any, np.dtype[Any]]:
    """Say what became of each deal; the first of the rules that holds decides."""
    end, cut, seen = (_days(base[name]) for name in ("end", "cut", "seen"))
    status, shown = (frame["status"].to_numpy(dtype=object) for frame in (told, after))
    closed_on = _days(told["closed_on"])
    pictured = after["status"].notna().to_numpy()
    dated = ~np.isnat(closed_on) & np.isin(status, ("won", "lost"))
    in_time = dated & (closed_on <= end)
    # Shown as closed, though its last closing is unknown or came only later: it was reopened.
    by_picture = pictured & (~dated | (closed_on > seen))
    undated = ~pictured & ~dated
    close = np.where(pictured, _days(after["expected_close"]), _days(told["expected_close"]))
    rules = [
        ((status == "won") & in_time, "won"),
        ((status == "lost") & in_time & (closed_on > cut), "lost_late"),
        ((status == "lost") & in_time, "lost_early"),
        ((shown == "won") & by_picture, "won"),
        ((shown == "lost") & by_picture, "lost_late"),
        ((status == "won") & undated, "won"),
        ((status == "lost") & undated, "lost_late"),
        (close > end, "pushed_late"),
    ]
    conditions, answers = zip(*rules, strict=True)
    return np.select(conditions, [np.array(a, dtype=object) for a in answers], default="undated")


def _days(column: pd.Series[Any]) -> np.ndarray[Any, Any]:
    return column.to_numpy(dtype="datetime64[us]")
