"""The basket of each kind of account: per order, per period and per lifetime."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.analytics.figures import kpi_sums, period_in, ratio
from xlcrm.analytics.then_and_now import text_of
from xlcrm.conditions import Where
from xlcrm.errors import ExcelError, NotAvailable
from xlcrm.kpis.catalogue import kpi
from xlcrm.kpis.purchases import ACCOUNT, DAY, days_bought, purchases_of, waiting_of
from xlcrm.model.model import Model
from xlcrm.periods import Period
from xlcrm.reduce.grouping import Key, groups_of, in_order, keys_of, label_column
from xlcrm.reduce.population import Rule, select

ALL = "(all)"
"""The label of the row of totals."""

BASKETS = ("per_order", "per_customer", "lifetime")
"""The baskets that are compared."""

_DAYS_OF_YEAR = 365.25
_PER_CUSTOMER = "revenue_per_customer"
_SIZE = "order of rows"
_NO_RETURN = Rule(nw.col("amount") >= 0.0, "a return", ("amount",))


def basket(
    model: Model, by: str = "type", where: Where = "", period: str = "last 12 months"
) -> pd.DataFrame:
    """Give the baskets of each group (docs/methods.md: Basket).

    Args:
        model: A model with orders, or deals won.
        by: Columns of accounts or of what was sold.
        where: Conditions on what was sold.
        period: The days of the baskets of orders and of the period.

    Returns:
        The columns of ``by``; ``orders``, ``customers``, ``per_order``, ``per_customer``,
        ``lifetime`` (all money), ``years``, ``highest``, ``lowest``; the highest per order first,
        equal ones by name, a last row `ALL` where ``by`` names something.

    Raises:
        NotAvailable: Nothing was sold in the period.
    """
    keys = keys_of(model, kpi("revenue").population(model), by)
    whole = _divided(_sums(model, (), where, period), ())
    if not whole["orders"].iloc[0]:
        words = period_in(model, period).words
        raise NotAvailable(f"nothing was sold in {words}: there is no basket")
    if not keys:
        return whole.assign(highest="", lowest="")
    frame = _divided(_sums(model, keys, where, period), keys)
    frame = frame.assign(highest=_marked(frame, max), lowest=_marked(frame, min))
    size = [-np.inf if isinstance(one, ExcelError) else float(one) for one in frame["per_order"]]
    names = [key.name for key in keys]
    frame = in_order(frame.assign(**{_SIZE: size}), [_SIZE, *names], [False, *[True] * len(names)])
    last = {**dict.fromkeys(names, ALL), **whole.iloc[0], "highest": "", "lowest": ""}
    rows = {name: [*frame[name], last[name]] for name in frame if name != _SIZE}
    return pd.DataFrame({name: pd.Series(some, dtype=object) for name, some in rows.items()})


def _sums(model: Model, keys: Sequence[Key], where: Where, period: str) -> pd.DataFrame:
    """Add up what the baskets are made of, under the labels of the keys."""
    so_far = text_of(Period(None, period_in(model, period).last, ""))
    parts = [
        _part(model, "revenue", keys, where, period, amount="revenue"),
        _orders(model, keys, where, period),
        _part(model, _PER_CUSTOMER, keys, where, period, amount="bought", account_id="customers"),
        _part(model, _PER_CUSTOMER, keys, where, so_far, amount="so_far", account_id="known"),
        _together(model, keys, where, so_far),
    ]
    labels = [label_column(key) for key in keys]
    frame = parts[0]
    for part in parts[1:]:
        frame = frame.merge(part, on=labels, how="outer") if keys else frame.join(part)
    for name in frame.columns.difference(labels):
        frame[name] = frame[name].astype(float).fillna(0.0)
    return frame


def _part(
    model: Model, name: str, keys: Sequence[Key], where: Where, period: str, **called: str
) -> pd.DataFrame:
    """Read the sums of a KPI under other names."""
    found = kpi_sums(model, kpi(name), keys, where, period, "").rename(columns=called)
    return found[[*(label_column(key) for key in keys), *called.values()]]


def _orders(model: Model, keys: Sequence[Key], where: Where, period: str) -> pd.DataFrame:
    """Count orders; one of nothing but returns is no order of its own."""
    counted = kpi("orders")
    sales = tuple(replace(one, rules=(*one.rules, _NO_RETURN)) for one in counted.populations)
    found = kpi_sums(model, replace(counted, populations=sales), keys, where, period, "")
    found = found.rename(columns={"order_id": "orders"})
    return found[[*(label_column(key) for key in keys), "orders"]]


def _together(model: Model, keys: Sequence[Key], where: Where, so_far: str) -> pd.DataFrame:
    """Add up the days that customers have been ones: up to the last purchase of those lost."""
    population = kpi(_PER_CUSTOMER).population(model)
    last = period_in(model, so_far).last or model.as_of
    day = min(last, model.as_of)
    up_to = Period(None, day, f"up to {day}")
    columns = [*(key.base for key in keys), ACCOUNT, DAY]
    frame = days_bought(select(model, population, columns, where, up_to).counted, keys)
    groups = groups_of(frame, keys)
    purchases = purchases_of(frame, groups)
    number = (day - date(1970, 1, 1)).days
    end = purchases.state(number, waiting_of(model))
    until = np.where(end.until < number, end.last, number)
    together = until - (purchases.days[purchases.starts] if len(purchases.days) else 0)
    customers = purchases.per_group(np.ones(len(together)))
    labels = dict(zip((label_column(key) for key in keys), groups.labels, strict=True))
    days = {"days": purchases.per_group(together), "seen": customers}
    return pd.DataFrame({**labels, **days}, index=range(groups.count))


def _divided(sums: pd.DataFrame, keys: Sequence[Key]) -> pd.DataFrame:
    labels = {key.name: sums[label_column(key)] for key in keys}
    years = ratio(sums["days"] / _DAYS_OF_YEAR, sums["seen"])
    return pd.DataFrame(
        {
            **labels,
            "orders": sums["orders"],
            "customers": sums["customers"],
            "per_order": ratio(sums["revenue"], sums["orders"]),
            "per_customer": ratio(sums["bought"], sums["customers"]),
            "lifetime": ratio(sums["so_far"], sums["known"]),
            "years": years,
        }
    )


def _marked(frame: pd.DataFrame, best: Any) -> list[str]:
    """Say in which baskets each row is the best; in none where all are equal."""
    told: list[list[str]] = [[] for _ in range(len(frame))]
    for name in BASKETS:
        values = [None if isinstance(one, ExcelError) else float(one) for one in frame[name]]
        known = [one for one in values if one is not None]
        if len(set(known)) < 2:
            continue
        for row in np.flatnonzero([one == best(known) for one in values]):
            told[row].append(name)
    return [", ".join(names) for names in told]
