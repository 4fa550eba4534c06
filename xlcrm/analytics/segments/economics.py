"""Which segments pay: margin by customer before and after what it cost to win one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from xlcrm.analytics.customers.scope import Scope, scope_of
from xlcrm.analytics.figures import kpi_table
from xlcrm.analytics.no_figure import no_figures, where_known
from xlcrm.analytics.options import option
from xlcrm.analytics.segments.acquisition import (
    SellerTime,
    new_customers,
    opportunities,
    seller_time,
)
from xlcrm.analytics.segments.lag import DAYS_OF_MONTH, Windows, windows
from xlcrm.analytics.segments.marketing import Count, Marketing, folded, marketing
from xlcrm.analytics.segments.rank_change import findings, ranks, with_remarks
from xlcrm.analytics.then_and_now import text_of
from xlcrm.cells import number_text
from xlcrm.conditions import Where
from xlcrm.errors import ExcelError, NotAvailable, WrongValue
from xlcrm.kpis.first_purchases import first_days
from xlcrm.model.model import Model
from xlcrm.periods import CALENDAR
from xlcrm.reduce.grouping import in_order

UNSHARED = "(not shared)"
"""The label of the row of costs that belong to no segment."""

ALLOCATIONS = ("opps", "new", "none")
"""By what spend without a segment is shared; the default first."""

_FIGURES = {
    "revenue": "revenue",
    "customers": "customers",
    "margin": "margin_amount",
    "margin_per_customer": "margin_per_customer",
}
"""The KPIs that are compared."""

_SUMS = ("revenue", "margin", "customers", "new_customers", "marketing", "seller_time")

Vector = np.ndarray[Any, np.dtype[np.float64]]


def economics(
    model: Model, by: str, where: Where, period: str, lag: float | None, alloc: str
) -> pd.DataFrame:
    """Compare segments by what a customer brings and by what it costs to win one.

    Marketing spend and sellers' time on those who are no customers yet count as many days before
    the first orders as it takes to win one (docs/methods.md: Acquisition cost).

    Args:
        model: A model with orders, or deals won; spend, activities, sellers, deals and accounts
            tell costs.
        by: The columns that make the segments.
        where: Conditions on orders; those on accounts hold for costs, too.
        period: The days of orders; without an end up to `as_of`.
        lag: The days by which spending runs ahead; None for the median of first deals.
        alloc: One of `ALLOCATIONS`.

    Returns:
        The columns of ``by``; ``revenue``, ``margin``, ``customers``, ``new_customers``,
        ``marketing``, ``seller_time``, ``cac``, ``margin_per_customer``, ``net_per_new`` (all money
        but customers), ``payback`` (months), ``rank_before``, ``rank_after``, ``finding``; the
        largest revenue first, a last row `UNSHARED` where a cost belongs to nobody.

    Raises:
        NotAvailable: Nothing was sold, or the period lies ahead.
        OutOfDomain: The lag is negative.
        WrongValue: ``by`` names no column, or a unit of time.
    """
    scope = _scope(model, by, where)
    days = windows(model, period, lag)
    headings = [key.name for key in scope.keys]
    spent = marketing(model, scope, days.spent, _count(model, alloc, days))
    worked = seller_time(model, scope, days.spent)
    won = new_customers(model, scope, days.bought).rename(columns={"n": "new_customers"})
    sold = [_figure(model, by, where, text_of(days.bought), *pair) for pair in _FIGURES.items()]
    if sold[0] is None or not len(sold[0]):
        raise NotAvailable(f"nothing was sold in {days.bought.words}: there is no segment")
    pieces = [one for one in (*sold, won, spent.frame, worked.frame) if one is not None]
    frame = _costed(_merged(pieces, headings), spent, worked)
    return _finished(frame, headings, spent, worked, _months(model, days))


def require_allocation(alloc: str) -> str:
    """Find what spend without a segment is shared by.

    Args:
        alloc: One of `ALLOCATIONS`, "" for the default.

    Raises:
        WrongValue: There is no such allocation.
    """
    return option("alloc", alloc, ALLOCATIONS)


def _scope(model: Model, by: str, where: Where) -> Scope:
    scope = scope_of(model, by, where)
    if not scope.keys:
        raise WrongValue("by names no column: give those that make the segments, such as segment")
    units = [name for name in scope.names if name.casefold() in CALENDAR]
    if units:
        raise WrongValue(f"economics compare segments of one period: leave {units[0]} out of by")
    return scope


def _count(model: Model, alloc: str, days: Windows) -> Count | None:
    chosen = require_allocation(alloc)
    if chosen == "none":
        return None
    if chosen == "new":
        return lambda scope: new_customers(model, scope, days.bought)
    return lambda scope: opportunities(model, scope, days.spent)


def _figure(
    model: Model, by: str, where: Where, period: str, column: str, kpi: str
) -> pd.DataFrame | None:
    """Read a KPI by group; None where what it needs is not known of any row."""
    try:
        found = kpi_table(model, kpi, by, where, period)
    except NotAvailable:
        if kpi == _FIGURES["revenue"]:
            raise
        return None
    values = [np.nan if isinstance(one, ExcelError) else float(one) for one in found["value"]]
    return found.iloc[:, :-2].assign(**{column: np.array(values, dtype=float)})


def _merged(pieces: Sequence[pd.DataFrame], headings: list[str]) -> pd.DataFrame:
    """Bring figures of several tables together, whatever the spelling of a group in each.

    Returns:
        The headings, and a column for each figure: NaN where a KPI has no such group, 0 where
        a cost or a count has none.
    """
    groups: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    places = []
    for piece in pieces:
        labels = list(piece[headings].itertuples(index=False, name=None))
        keys = [tuple(folded(one) for one in label) for label in labels]
        for key, label in zip(keys, labels, strict=True):
            groups.setdefault(key, label)
        places.append(keys)
    number = {key: k for k, key in enumerate(groups)}
    columns: dict[str, Any] = {
        heading: pd.Series([label[k] for label in groups.values()], dtype=object)
        for k, heading in enumerate(headings)
    }
    for piece, keys in zip(pieces, places, strict=True):
        at = np.array([number[key] for key in keys], dtype=np.int64)
        name = piece.columns[-1]
        values = np.full(len(groups), np.nan if name in _FIGURES else 0.0)
        values[at] = 0.0
        np.add.at(values, at, piece[name].to_numpy(dtype=float))
        columns[name] = values
    return pd.DataFrame(columns)


def _costed(frame: pd.DataFrame, spent: Marketing, worked: SellerTime) -> pd.DataFrame:
    """Add what is not known, and what winning a customer cost as far as it is."""
    nothing, unknown = np.zeros(len(frame)), np.full(len(frame), np.nan)
    sold = frame["revenue"].notna().to_numpy()
    filled: dict[str, Any] = {
        name: frame[name].fillna(0.0) for name in ("revenue", "customers", "new_customers")
    }
    margin = frame["margin"].to_numpy() if "margin" in frame else unknown
    filled["margin"] = np.where(np.isnan(margin) & ~sold, nothing, margin)
    if "margin_per_customer" not in frame:
        filled["margin_per_customer"] = unknown
    filled["marketing"] = _cost(frame, "marketing", lacking=spent.is_lacking)
    filled["seller_time"] = _cost(frame, "seller_time", lacking=worked.is_lacking)
    kept = (("marketing", spent.is_kept), ("seller_time", worked.is_kept))
    costs = [filled[name] for name, is_kept in kept if is_kept]
    return frame.assign(**filled, cost=np.sum(costs, axis=0) if costs else unknown)


def _finished(
    frame: pd.DataFrame,
    headings: list[str],
    spent: Marketing,
    worked: SellerTime,
    months: float,
) -> pd.DataFrame:
    """Divide, rank and tell; what belongs to no segment stands last."""
    frame = in_order(frame, ["revenue", *headings], [False, *[True] * len(headings)])
    figures = {name: frame[name].to_numpy(dtype=float) for name in (*_SUMS, "cost")}
    won, per_customer = figures["new_customers"], frame["margin_per_customer"].to_numpy(dtype=float)
    cac = np.divide(figures["cost"], won, out=np.full(len(frame), np.nan), where=won > 0)
    net = per_customer - cac
    monthly = per_customer / months
    payback = np.divide(cac, monthly, out=np.full(len(frame), np.nan), where=monthly > 0)
    before, after = ranks(np.where(np.isnan(net), np.nan, per_customer)), ranks(net)
    names = [" / ".join(_word(one) for one in label) for label in
             frame[headings].itertuples(index=False, name=None)]  # fmt: skip
    absent = figures["customers"] == 0
    told = [
        sentence or _why_not(*state)
        for sentence, *state in zip(
            findings(names, before, after), absent, won == 0, np.isnan(per_customer), strict=True
        )
    ]
    remarks = [one.remark for one in (spent, worked) if one.remark]
    losing = np.where(net < 0, "a new customer costs more than it brings", "")
    columns: dict[str, Any] = {
        **{name: frame[name] for name in headings},
        **{name: where_known(figures[name]) for name in _SUMS},
        "cac": _errors(cac, won == 0),
        "margin_per_customer": _errors(per_customer, absent),
        "net_per_new": _errors(net, absent | (won == 0)),
        "payback": _errors(payback, absent | (won == 0)),
        "rank_before": where_known(before),
        "rank_after": where_known(after),
        "finding": [with_remarks(one, [loss, *remarks])
                    for one, loss in zip(told, losing, strict=True)],
    }  # fmt: skip
    answer = pd.DataFrame(columns)
    if not (spent.unshared or worked.unshared):
        return answer
    last = _unshared(headings, spent, worked)
    rows = {name: pd.Series([*answer[name], last[name]], dtype=object) for name in columns}
    return pd.DataFrame({name: column.infer_objects() if _is_plain(column) else column
                         for name, column in rows.items()})  # fmt: skip


def _is_plain(column: pd.Series[Any]) -> bool:
    """Say whether a column holds no error, of which pandas would make a number."""
    return not any(isinstance(one, ExcelError) for one in column)


def _unshared(headings: list[str], spent: Marketing, worked: SellerTime) -> dict[str, Any]:
    """Make the row of what belongs to no segment."""
    reasons = [
        f"{what}: {one.reason}"
        for what, one in (("marketing", spent), ("sellers' time", worked))
        if one.unshared
    ]
    return {
        **dict.fromkeys(headings, UNSHARED),
        **dict.fromkeys(_SUMS, 0.0),
        "marketing": spent.unshared if spent.is_kept else ExcelError.NA,
        "seller_time": worked.unshared if worked.is_kept else ExcelError.NA,
        **dict.fromkeys(("cac", "margin_per_customer", "net_per_new", "payback"), ExcelError.DIV0),
        **dict.fromkeys(("rank_before", "rank_after"), ExcelError.NA),
        "finding": with_remarks("", reasons),
    }


def _why_not(absent: bool, none_new: bool, no_margin: bool) -> str:
    if absent:
        return "no customer in these days"
    if none_new:
        return "no new customer: nothing to set its margin against"
    return "no cost of what was sold is known" if no_margin else "no cost of winning it is known"


def _word(label: Any) -> str:
    return label if isinstance(label, str) else number_text(float(label))


def _errors(values: Vector, none: Any) -> Any:
    """Put #DIV/0! where there is nothing to divide by, #N/A where a figure is not known."""
    shown = where_known(values)
    return np.where(none, no_figures(len(values), ExcelError.DIV0), shown) if none.any() else shown


def _cost(frame: pd.DataFrame, name: str, *, lacking: bool) -> Vector:
    if name not in frame or lacking:
        return np.full(len(frame), np.nan)
    return frame[name].to_numpy(dtype=float)


def _months(model: Model, days: Windows) -> float:
    """Give the months of the period; without a beginning, from the first order of all."""
    end = (days.end - date(1970, 1, 1)).days
    if days.bought.first:
        return ((days.end - days.bought.first).days + 1) / DAYS_OF_MONTH
    return float(end - first_days(model).min() + 1) / DAYS_OF_MONTH
