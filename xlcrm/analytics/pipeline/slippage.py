"""What is lost or postponed late in the month, and what of this month may go the same way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from xlcrm.analytics.figures import period_in, ratio
from xlcrm.analytics.options import option
from xlcrm.analytics.pipeline.deal_groups import (
    deal_groups,
    labels_of_groups,
    sizes_of,
    sums_of,
)
from xlcrm.analytics.pipeline.late_months import OUTCOMES, LateMonth, expected_deals, late_months
from xlcrm.analytics.pipeline.outcomes import one_currency, open_by
from xlcrm.analytics.pipeline.snapshots import (
    PICTURES,
    days_taken,
    last_by,
    picture,
    pushes,
)
from xlcrm.cells import text_of
from xlcrm.conditions import Where
from xlcrm.errors import ExcelError, NotAvailable, OutOfDomain, shortened
from xlcrm.model.model import Model
from xlcrm.periods import shifted, start_of
from xlcrm.reduce.grouping import Key, in_order, keys_of

SHOWS = ("rates", "deals")
"""What is shown; the default first."""

LATE = ("lost_late", "pushed_late")
"""The outcomes that are slippage."""

FIRST_CUT, LAST_CUT = 1, 27

_HISTORY = ("expected", "slipped", *OUTCOMES)
_COUNTS = ("expected_deals", "slipped_deals")
_RISK = ("at_risk", "at_risk_deals")


def slippage(
    model: Model,
    by: str = "owner",
    where: Where = "",
    period: str = "",
    day: float | None = None,
    show: str = "rates",
) -> pd.DataFrame:
    """Measure what is lost or postponed late in the month, and what is at risk this month.

    Args:
        model: A model with snapshots; deals tell when those were closed, and what is open now.
        by: Columns of snapshots or related tables, as of the snapshot before the day.
        where: Conditions on the same snapshot, and on the deals that are at risk.
        period: The months that are judged.
        day: The day of the month after which a loss or a move is late; None for the setting.
        show: One of `SHOWS`.

    Returns:
        The columns of ``by``; the number of ``months`` judged; in money ``expected``, ``slipped``
        and its parts ``lost_late`` and ``pushed_late``, ``lost_early``, ``won``, ``undated``;
        ``rate`` (slipped by expected, `ExcelError.DIV0` where nothing was); the same of deals;
        ``at_risk`` in money and ``at_risk_deals``. With deals, a row a deal at risk, the most
        money first.

    Raises:
        NotAvailable: No month can be judged, or there are no such deals.
        OutOfDomain: The day lies outside 1 to 27.
        WrongValue: There is no such option.
    """
    shown = option("show", show, SHOWS)
    months = late_months(model, cut_of(model, day), period_in(model, period))
    keys = keys_of(model, PICTURES, by)
    bases = [key.base for key in keys]
    history = expected_deals(model, months, bases, where)
    risky = at_risk(model, bases, where)
    one_currency(model, {*map(str, history["deal_id"]), *map(str, risky["deal_id"])}, keys)
    rates = _rates(history, risky, keys)
    if rates.empty:
        raise NotAvailable(f"no deals were expected in {_span(months)}, nor are any this month")
    if shown == "rates":
        return rates
    return _listed(model, rates, risky, keys)


def cut_of(model: Model, day: float | None) -> int:
    """Find the day of the month after which a loss or a move is late.

    Args:
        model: The model, whose setting ``late_month_day`` counts where no day is given.
        day: The day, or None.

    Raises:
        OutOfDomain: It is no whole number from 1 to 27.
    """
    cut = model.settings.number("late_month_day") if day is None else day
    if cut != int(cut) or not FIRST_CUT <= cut <= LAST_CUT:
        raise OutOfDomain(f"day is {cut:g}: give a whole day of the month from 1 to 27")
    return int(cut)


def at_risk(model: Model, columns: Sequence[str], where: Where) -> pd.DataFrame:
    """Give the deals that are open now and expected by the end of this month, overdue ones too.

    Args:
        model: A model with deals; without them, its newest snapshot tells what is open.
        columns: Columns of snapshots beside those of a picture.
        where: Conditions on the deals.

    Returns:
        The columns of a picture and those asked for, one row a deal, by id.
    """
    last = shifted(start_of(model.as_of, "month"), "month", 1) - timedelta(days=1)
    if "deals" in model.tables:
        return open_by(model, last, columns, where)
    newest = last_by(days_taken(model), model.as_of)
    assert newest is not None  # a month could be judged
    rows = picture(model, newest, columns, where)
    late = rows["expected_close"] <= pd.Timestamp(last)
    return rows[(rows["status"] == "open") & late].reset_index(drop=True)


def _rates(history: pd.DataFrame, risky: pd.DataFrame, keys: Sequence[Key]) -> pd.DataFrame:
    names = [key.name for key in keys]
    past, now = _history(history, keys), _now(risky, keys)
    both = past.merge(now, on=names, how="outer") if names else past.join(now)
    both = in_order(both, names, [True] * len(names)) if names else both
    figures = ["months", *_HISTORY, *_COUNTS, *_RISK]
    both = both.fillna(dict.fromkeys(figures, 0.0))
    both["rate"] = ratio(both["slipped"], both["expected"])
    both["rate_deals"] = ratio(both["slipped_deals"], both["expected_deals"])
    head = [*names, "months", *_HISTORY, "rate", *_COUNTS, "rate_deals"]
    return both[[*head, *_RISK]]


def _history(history: pd.DataFrame, keys: Sequence[Key]) -> pd.DataFrame:
    """Add up the amounts of the snapshot by what became of the deals; a blank one counts as 0."""
    amount = history["amount"].to_numpy(dtype=float)
    outcome = history["outcome"].to_numpy(dtype=object)
    late = np.isin(outcome, LATE)
    parts = {
        "expected": amount,
        "slipped": np.where(late, amount, 0.0),
        **{one: np.where(outcome == one, amount, 0.0) for one in OUTCOMES},
        "slipped_deals": late.astype(float),
    }
    groups = deal_groups(history, keys)
    months, _ = pd.factorize(history["month"])
    judged = np.unique(groups.codes * (len(history) + 1) + months) // (len(history) + 1)
    figures = {
        **sums_of(groups, parts),
        "months": np.bincount(judged, minlength=groups.count).astype(float),
        "expected_deals": sizes_of(groups),
    }
    return pd.DataFrame({**labels_of_groups(groups, keys), **figures})


def _now(risky: pd.DataFrame, keys: Sequence[Key]) -> pd.DataFrame:
    groups = deal_groups(risky, keys)
    figures = {**sums_of(groups, {"at_risk": risky["amount"]}), "at_risk_deals": sizes_of(groups)}
    return pd.DataFrame({**labels_of_groups(groups, keys), **figures})


def _listed(
    model: Model, rates: pd.DataFrame, risky: pd.DataFrame, keys: Sequence[Key]
) -> pd.DataFrame:
    """List the deals at risk, each with the rate of its group."""
    if risky.empty:
        raise NotAvailable("no open deal is expected to close by the end of this month")
    labels = _labels(risky, keys)
    names = [key.name for key in keys]
    known = dict(zip(_tuples(rates[names]), rates["rate"], strict=True))
    group_rates = [known[label] for label in labels]
    pushed = pushes(model, model.as_of, map(str, risky["deal_id"]))
    amounts = risky["amount"].to_numpy(dtype=float)
    stake = [_stake(a, r) for a, r in zip(amounts, group_rates, strict=True)]
    closes = [pd.Timestamp(day).date() for day in risky["expected_close"]]
    ids = risky["deal_id"].astype(str).tolist()
    reasons = [
        _reason(label, rate, amount, pushed.get(deal, 0), close, model.as_of)
        for label, rate, amount, deal, close in zip(
            labels, group_rates, amounts, ids, closes, strict=True
        )
    ]
    answer = pd.DataFrame(
        {
            "deal_id": ids,
            "owner": _texts(risky["owner"]),
            "stage": _texts(risky["stage"]),
            "amount": pd.Series([_known(amount) for amount in amounts], dtype=object),
            "expected_close": [close.isoformat() for close in closes],
            "rate": pd.Series(group_rates, dtype=object),
            "at_risk": pd.Series(stake, dtype=object),
            "reason": reasons,
        }
    )
    size = np.array([-np.inf if isinstance(one, ExcelError) else one for one in stake])
    order = np.lexsort((np.array(ids), -size))
    return answer.iloc[order].reset_index(drop=True)


def _labels(rows: pd.DataFrame, keys: Sequence[Key]) -> list[tuple[Any, ...]]:
    """Give the labels of each row, by what `by` names."""
    if not keys:
        return [()] * len(rows)
    groups = deal_groups(rows, keys)
    return [tuple(labels[code] for labels in groups.labels) for code in groups.codes]


def _tuples(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in frame.astype(object).to_numpy()]


def _stake(amount: float, rate: float | ExcelError) -> float | ExcelError:
    if isinstance(rate, ExcelError):
        return rate
    return _known(amount * rate)


def _known(number: float) -> float | ExcelError:
    return ExcelError.NA if np.isnan(number) else float(number) + 0.0


def _reason(
    label: tuple[Any, ...],
    rate: float | ExcelError,
    amount: float,
    pushed: int,
    close: date,
    as_of: date,
) -> str:
    who = ", ".join(text_of(one) for one in label) or "what is expected"
    if isinstance(rate, ExcelError):
        told = [f"{who}: nothing was expected in the months judged"]
    else:
        told = [f"{who} slips {round(100 * rate)} % late in the month"]
    if pushed:
        told.append(f"pushed {'once' if pushed == 1 else f'{pushed} times'}")
    if close < as_of:
        told.append(f"overdue since {close}")
    if np.isnan(amount):
        told.append("no amount")
    return shortened("; ".join(told))


def _texts(column: pd.Series[Any]) -> list[str]:
    return ["(blank)" if pd.isna(one) else str(one) for one in column]


def _span(months: Sequence[LateMonth]) -> str:
    first, last = months[0].start, months[-1].start
    names = [f"{day.year}-{day.month:02d}" for day in (first, last)]
    return names[0] if first == last else f"{names[0]} to {names[1]}"
