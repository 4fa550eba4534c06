"""What if: the forecast and its range again, under other assumptions on open deals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd

from xlcrm.analytics.figures import period_in
from xlcrm.analytics.forecast.open_values import (
    NAMED,
    checked_target,
    framed,
    named,
    open_deals,
    rho_of,
    total_of,
    weighted,
)
from xlcrm.analytics.forecast.revenue import won_by
from xlcrm.analytics.options import option
from xlcrm.analytics.targets import deal_targets
from xlcrm.conditions import Where
from xlcrm.errors import ExcelError, OutOfDomain, shortened
from xlcrm.kpis.open_deals import EXPECTED, OVERDUE
from xlcrm.kpis.probability import LEAST, MOST, Chances
from xlcrm.model.model import Model
from xlcrm.periods import Period
from xlcrm.reduce.grouping import BLANK

_LONGEST_SLIP = 36_525.0
_MOST_NAMED = 3


@dataclass(frozen=True)
class _Change:
    """An assumption.

    Attributes:
        name: What the row is called.
        what: What it changes, in words.
        deals: The open deals that then count.
    """

    name: str
    what: str
    deals: pd.DataFrame


def scenario(
    model: Model,
    where: Where = "",
    period: str = "",
    lose: float = 1.0,
    slip: float = 30.0,
    shift: float = -0.1,
    target: float | None = None,
    overdue: str = "push",
    method: str = "smoothed",
) -> pd.DataFrame:
    """Forecast again under assumptions: the biggest deals lost, all late, chances moved.

    Args:
        model: A model with deals and stages.
        where: Conditions on deals.
        period: The days that count; a slip moves open deals out of them, and others in.
        lose: How many of the biggest open deals of the period are lost.
        slip: By how many days every open deal closes later, overdue ones from `as_of`.
        shift: What is added to every probability; overrides stay.
        target: The revenue to reach; None for that of the targets.
        overdue: What happens to open deals whose expected close lies before `as_of`.
        method: How probabilities are found.

    Returns:
        ``scenario``: as it stands, the three changes, and all together; the number of open
        ``deals``; in money ``won``, ``weighted``, ``total``, its ``change`` against as it stands,
        ``p10``, ``p50``, ``p90`` and ``target``; the ``probability`` of the target, ``rho``,
        ``method``, and ``what`` is changed.

    Raises:
        NotAvailable: There are no deals, a stage has no probability, or no open deal an amount.
        OutOfDomain: ``lose`` or ``slip`` is negative or no whole number, ``slip`` is beyond a
            century, ``shift`` is not between -1 and 1, or the target is negative.
        WrongValue: There is no such method or treatment of overdue deals.
    """
    fewer, later = _whole("lose", lose), _whole("slip", slip, _LONGEST_SLIP)
    if not -1 < shift < 1:
        raise OutOfDomain(f"shift {shift:g} is not between -1 and 1; 10 points lower is -0.1")
    treated, typed = option("overdue", overdue, OVERDUE), checked_target(target)
    chances, rho = Chances(model, EXPECTED.method(method)), rho_of(model, None)
    model.table("deals")  # where there is none, that is what to say, not a missing date
    days = period_in(model, period)
    won = float(won_by(model, "", where, days)["won"].iloc[0])
    also = (*NAMED, "expected_on")
    near = open_deals(model, (), where, _and_before(days, later), treated, chances, also)
    aim = deal_targets(model, "", where, days).get(()) if typed is None else typed
    rows = [
        _figures(change, won, aim, rho)
        for change in _changes(named(near), days, fewer, later, shift)
    ]
    answer = framed(rows)
    answer.insert(5, "change", answer["total"] - answer["total"].iloc[0])
    answer.insert(len(answer.columns) - 1, "method", chances.words)
    return answer


def _whole(name: str, number: float, most: float = 1e15) -> int:
    if not 0 <= number <= most or number != int(number):
        limit = "" if most == 1e15 else f" up to {most:,.0f}"
        raise OutOfDomain(f"{name} {number:g} is no whole number from 0{limit}")
    return int(number)


def _and_before(days: Period, slip: int) -> Period:
    """Add the days from which a slip leads into a period."""
    if days.first is None:
        return days
    try:
        return Period(days.first - timedelta(slip), days.last, days.words)
    except OverflowError:
        return Period(None, days.last, days.words)


def _changes(
    deals: pd.DataFrame, days: Period, lose: int, slip: int, shift: float
) -> Sequence[_Change]:
    """Give the open deals that count as it stands and under each assumption."""
    now, then = _inside(deals, days, 0), _inside(deals, days, slip)
    ranked = deals[now].sort_values("value", ascending=False, kind="stable")
    biggest = ranked.head(lose)
    left = ~deals.index.isin(biggest.index)
    moved = _shifted(deals, shift)
    gone, come = int((now & ~then).sum()), int((then & ~now).sum())
    single = [
        _Change(_lost_name(lose), _lost(biggest, lose), deals[now & left]),
        _Change(f"all slip by {_days(slip)}", _slipped(slip, gone, come), deals[then]),
        _Change(_shift_name(shift), _moved(shift), moved[now]),
    ]
    together = "; ".join(change.what for change in single)
    return [
        _Change("as it stands", "nothing is changed", deals[now]),
        *single,
        _Change("all together", together, moved[then & left]),
    ]


def _inside(deals: pd.DataFrame, days: Period, slip: int) -> np.ndarray[Any, Any]:
    """Say which deals close in a period if they close some days later."""
    closes = deals["expected_on"].to_numpy(dtype="datetime64[us]") + np.timedelta64(slip, "D")
    inside = np.full(len(deals), fill_value=True)
    if days.first:
        inside &= closes >= np.datetime64(days.first)
    if days.last:
        inside &= closes <= np.datetime64(days.last)
    return inside


def _shifted(deals: pd.DataFrame, shift: float) -> pd.DataFrame:
    """Move every chance that no override has put, within what an open deal's may be."""
    if not shift:
        return deals
    chance = deals["chance"].to_numpy(dtype=float)
    certain = deals["certain"].to_numpy(dtype=bool)
    return deals.assign(chance=np.where(certain, chance, np.clip(chance + shift, LEAST, MOST)))


def _figures(change: _Change, won: float, aim: float | None, rho: float) -> dict[str, Any]:
    total = total_of(change.deals, won, rho)
    return {
        "scenario": change.name,
        "deals": float(len(change.deals)),
        "won": won,
        "weighted": weighted(change.deals),
        "total": total.mean,
        "p10": total.quantile(0.1),
        "p50": total.quantile(0.5),
        "p90": total.quantile(0.9),
        "target": ExcelError.NA if aim is None else aim,
        "probability": ExcelError.NA if aim is None else total.reaching(aim),
        "rho": rho,
        "what": shortened(change.what),
    }


# ── words ───────────────────────────────────────────────────────────────────────────────────


def _lost_name(lose: int) -> str:
    if lose == 1:
        return "the biggest deal lost"
    return f"the {lose} biggest deals lost" if lose else "no deal lost"


def _lost(biggest: pd.DataFrame, lose: int) -> str:
    if not lose:
        return "no deal is lost"
    if biggest.empty:
        return "there is no open deal to lose"
    first = biggest.head(_MOST_NAMED)
    rows = zip(first["deal_id"], first["owner"], first["value"], strict=True)
    told = [
        f"{deal} ({_money(value)})" if owner == BLANK else f"{deal} ({owner}, {_money(value)})"
        for deal, owner, value in rows
    ]
    more = len(biggest) - len(told)
    told += [f"{more} more"] if more else []
    words = " and ".join([", ".join(told[:-1]), told[-1]] if len(told) > 1 else told)
    verb = "is lost" if len(biggest) == 1 else "are lost"
    return f"{words} {verb}" + ("; there are no more" if len(biggest) < lose else "")


def _slipped(slip: int, gone: int, come: int) -> str:
    if not slip:
        return "no deal slips"
    return f"every open deal closes {_days(slip)} later: {gone} leave the period, {come} enter it"


def _shift_name(shift: float) -> str:
    return f"every chance {_points(shift)}" if shift else "every chance as it is"


def _moved(shift: float) -> str:
    if not shift:
        return "no chance is changed"
    limits = f"{100 * LEAST:.0f} to {100 * MOST:.0f} %"
    return f"every chance is {_points(shift)}, within {limits}; overrides stay"


def _points(shift: float) -> str:
    return f"{abs(100 * shift):.4g} points {'lower' if shift < 0 else 'higher'}"


def _days(slip: int) -> str:
    return "1 day" if slip == 1 else f"{slip:,} days"


def _money(value: float) -> str:
    """Write an amount as a reader does: thousands apart, cents where there are any."""
    return f"{value:,.2f}".removesuffix(".00") if abs(value) < 1e15 else f"{value:.4g}"
