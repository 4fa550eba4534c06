"""Which segments carry the company: sales, customers, baskets and win rates by any column."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from xlcrm.analytics.figures import kpi_table, ratio
from xlcrm.analytics.no_figure import no_figures
from xlcrm.analytics.options import option
from xlcrm.analytics.segments.economics import economics, require_allocation
from xlcrm.analytics.segments.lag import require_lag
from xlcrm.conditions import Where
from xlcrm.errors import ExcelError, NotAvailable, UnknownName
from xlcrm.model.model import Model
from xlcrm.reduce.grouping import in_order
from xlcrm.stats.proportion import wilson

VIEWS = ("sales", "economics")
"""What is shown of segments; the default first."""


def segments(
    model: Model,
    by: str,
    where: Where = "",
    period: str = "",
    lag: float | None = None,
    alloc: str = "opps",
    show: str = "sales",
) -> pd.DataFrame:
    """Describe segments by what they buy and how often they are won.

    Args:
        model: A model with orders, deals, or both.
        by: The columns that make the segments.
        where: Conditions on orders and deals.
        period: The days of orders and of closing dates that count.
        lag: The days by which spending runs ahead; None for the median of first deals.
        alloc: How spend without a segment is shared.
        show: ``sales`` or ``economics``.

    Returns:
        The columns of ``by``; ``revenue``, its ``share`` of all, ``orders`` (or deals won where
        the model has no orders), ``customers``, ``basket`` (revenue by order), ``per_customer``;
        ``won``, ``closed``, ``win_rate`` with its Wilson interval ``low`` and ``high`` (#N/A where
        deals cannot be told apart so); the largest revenue first, equal ones by name.

    Raises:
        NotAvailable: There are neither orders nor deals.
        OutOfDomain: The lag is negative.
        WrongValue: There is no such allocation or view, or ``by`` names no column.
    """
    chosen = option("show", show, VIEWS)
    shared_by = require_allocation(alloc)
    require_lag(lag)
    if chosen == "economics":
        return economics(model, by, where, period, lag, shared_by)
    sold = kpi_table(model, "revenue", by, where, period)
    names = list(sold.columns[:-2])
    frame = sold.rename(columns={"value": "revenue"}).drop(columns="n")
    for column, kpi in (("orders", "orders"), ("customers", "customers")):
        part = kpi_table(model, kpi, by, where, period)
        frame = frame.merge(_named(part, column, names), on=names, how="outer")
    rates = _win_rates(model, by, where, period, names)
    if rates is not None:
        frame = frame.merge(rates, on=names, how="outer")
    else:
        frame[["won", "closed"]] = 0.0
    money = ["revenue", "orders", "customers", "won", "closed"]
    frame[money] = frame[money].fillna(0.0)
    if frame.empty:
        raise NotAvailable("no sales and no closed deals match: there is no segment")
    frame = in_order(frame, ["revenue", *names], [False, *[True] * len(names)])
    return _finished(model, frame, names, known=rates is not None)


def _named(part: pd.DataFrame, column: str, names: list[str]) -> pd.DataFrame:
    return part[[*names, "value"]].rename(columns={"value": column})


def _win_rates(
    model: Model, by: str, where: Where, period: str, names: list[str]
) -> pd.DataFrame | None:
    """Count deals won and closed by segment; None where deals do not lead to the segments."""
    if "deals" not in model.tables:
        return None
    try:
        rates = kpi_table(model, "win_rate", by, where, period)
    except UnknownName:
        return None
    rates = rates.set_axis([*names, "value", "n"], axis=1)
    won = rates["value"].to_numpy(dtype=float) * rates["n"].to_numpy(dtype=float)
    return rates[names].assign(won=np.rint(won), closed=rates["n"])


def _finished(model: Model, frame: pd.DataFrame, names: list[str], *, known: bool) -> pd.DataFrame:
    revenue, closed = frame["revenue"].to_numpy(dtype=float), frame["closed"].to_numpy(dtype=float)
    level = model.settings.number("confidence_level")
    low, high = wilson(frame["won"].to_numpy(dtype=float), closed, level)
    columns: dict[str, Any] = {
        "revenue": revenue,
        "share": ratio(revenue, np.full(len(frame), revenue.sum())),
        "orders": frame["orders"],
        "customers": frame["customers"],
        "basket": ratio(revenue, frame["orders"]),
        "per_customer": ratio(revenue, frame["customers"]),
        "won": frame["won"],
        "closed": closed,
        "win_rate": ratio(frame["won"], closed),
        "low": _where_closed(low, closed),
        "high": _where_closed(high, closed),
    }
    if not known:
        unknown = ("won", "closed", "win_rate", "low", "high")
        columns |= dict.fromkeys(unknown, no_figures(len(frame)))
    return pd.DataFrame({**{name: frame[name] for name in names}, **columns})


def _where_closed(values: Any, closed: Any) -> Any:
    if (closed > 0).all():
        return values
    shown = values.astype(object)
    shown[closed == 0] = ExcelError.DIV0
    return shown
