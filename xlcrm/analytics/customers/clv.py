"""What customers will order and be worth."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields
from typing import Any

import numpy as np
import pandas as pd

from xlcrm.analytics.customers.lifetime_models import (
    METHODS,
    FittedPurchases,
    FittedValues,
    fitted_purchases,
    fitted_values,
    margin_of_orders,
    mean_orders,
)
from xlcrm.analytics.customers.purchase_histories import (
    DAYS_A_WEEK,
    PurchaseHistories,
    days_seen,
    purchase_histories,
)
from xlcrm.analytics.customers.scope import require_accounts, scope_of
from xlcrm.analytics.options import method_named, option
from xlcrm.conditions import Where
from xlcrm.errors import ExcelError, OutOfDomain
from xlcrm.kpis.purchases import ACCOUNT
from xlcrm.model.model import Model
from xlcrm.reduce.grouping import Key, groups_of, in_order
from xlcrm.stats.exact import sums_by_code
from xlcrm.stats.fitted import Fitted

Vector = np.ndarray[Any, Any]

WEEKS_A_MONTH = 365.25 / 12 / DAYS_A_WEEK
_SHOWS = ("customers", "model")
_MOST_MONTHS = 600
_AT_ONCE = 24
"""Months whose expectations are held at once."""
_SUMS = ("expected_orders", "expected_revenue", "clv")


@dataclass(frozen=True)
class _Terms:
    """What orders ahead are worth today.

    Attributes:
        months: How far ahead to look.
        margin: The share of an order that is earned.
        margin_from: Where that is from.
        discount: The interest of a year.
    """

    months: int
    margin: float
    margin_from: str
    discount: float


def clv(
    model: Model,
    by: str = "",
    where: Where = "",
    period: str = "",
    months: float | None = None,
    margin: float | None = None,
    discount: float | None = None,
    show: str = "customers",
    method: str = "bg_nbd",
) -> pd.DataFrame:
    """Value customers by expected orders (docs/methods.md: Customer lifetime value).

    Args:
        model: A model with orders, or with deals won.
        by: Columns of accounts that make groups; "" for a row for each customer.
        where: Conditions on orders or deals.
        period: The days of the orders that count.
        months: How far ahead to look; None for the setting ``clv_months``.
        margin: The share of an order that is earned; None for that of orders with a cost, else 1.
        discount: The interest of a year; None for the setting ``discount_rate``.
        show: ``customers`` or ``model``.
        method: ``bg_nbd`` or ``pareto_nbd``.

    Returns:
        ``account_id``, ``x`` (days), ``t_x``, ``T`` (weeks), ``mean_order`` (money), ``p_alive``
        (share), ``expected_orders``, ``expected_revenue``, ``clv`` (money); with ``by`` its
        columns, ``customers`` and sums; the greatest clv first, equal ones by name. Of the model
        ``figure`` and ``value``.

    Raises:
        NotAvailable: There are too few customers for a fit.
        OutOfDomain: No repeat purchase, no fit inside the limits, or an argument out of its domain.
        UnknownName: ``by`` names what the account does not tell.
        WrongValue: There is no such method or view.
    """
    wanted, chosen = option("show", show, _SHOWS), method_named(method, METHODS)
    ahead = _months(model, months)
    interest = model.settings.number("discount_rate") if discount is None else discount
    _require_share("discount", interest, "10% is 0.1")
    if margin is not None:
        _require_share("margin", margin, "40% is 0.4")
    scope = scope_of(model, by, where)
    require_accounts(scope, "a customer's value")
    days = days_seen(model, period)
    histories = purchase_histories(model, where, days)
    purchases, values = fitted_purchases(histories, chosen), fitted_values(histories)
    earned, source = margin, "given"
    if earned is None:
        earned, source = margin_of_orders(model, where, days), "orders with a cost"
    if earned is None:
        earned, source = 1.0, "no cost is known"
    terms = _Terms(ahead, earned, source, interest)
    if wanted == "model":
        facts = _facts(histories, purchases, values, terms)
        return pd.DataFrame([*facts], columns=["figure", "value"], dtype=object)
    frame = _customers(histories, purchases, values, terms)
    return _groups(frame, scope.keys) if scope.keys else frame


def _months(model: Model, months: float | None) -> int:
    ahead = model.settings.number("clv_months") if months is None else months
    if not (1 <= ahead <= _MOST_MONTHS and ahead == int(ahead)):
        raise OutOfDomain(f"months {ahead:g}: give a whole number from 1 to {_MOST_MONTHS}")
    return int(ahead)


def _require_share(name: str, value: float, hint: str) -> None:
    if not 0 <= value <= 1:
        raise OutOfDomain(f"{name} {value:g} lies outside 0 to 1; {hint}")


def _customers(
    histories: PurchaseHistories, purchases: FittedPurchases, values: FittedValues, terms: _Terms
) -> pd.DataFrame:
    """Value each customer; what depends on its pattern alone is computed once a pattern."""
    orders, discounted = _orders_ahead(purchases, terms)
    of, mean_order = purchases.patterns.of_customers, mean_orders(values, histories)
    frame = pd.DataFrame(
        {
            ACCOUNT: histories.accounts,
            "x": histories.x,
            "t_x": histories.t_x,
            "T": histories.T,
            "mean_order": mean_order,
            "p_alive": purchases.alive,
            "expected_orders": orders[of],
            "expected_revenue": orders[of] * mean_order,
            "clv": discounted[of] * mean_order * terms.margin,
        }
    )
    return frame.sort_values(["clv", ACCOUNT], ascending=[False, True], ignore_index=True)


def _orders_ahead(purchases: FittedPurchases, terms: _Terms) -> tuple[Vector, Vector]:
    """Give the orders to be expected of each pattern, and the same discounted by month.

    The sum over months of what the expected orders E rise by, times the discount v^month, is
    E(last) v^last and, for each month before, E(month) (v^month - v^(month + 1)).
    """
    months = np.arange(1, terms.months + 1)
    worth = (1.0 + terms.discount) ** (-months / 12)
    drops = worth - np.append(worth[1:], 0.0)
    orders = discounted = np.zeros(len(purchases.patterns.x))
    for k in range(0, terms.months, _AT_ONCE):
        expected = purchases.expected(months[k : k + _AT_ONCE] * WEEKS_A_MONTH)
        discounted = discounted + (drops[k : k + _AT_ONCE, None] * expected).sum(axis=0)
        orders = expected[-1]
    return orders, discounted


def _groups(frame: pd.DataFrame, keys: tuple[Key, ...]) -> pd.DataFrame:
    groups, names = groups_of(frame, keys), [key.name for key in keys]
    answer = dict(zip(names, groups.labels, strict=True))
    answer["customers"] = np.bincount(groups.codes, minlength=groups.count).astype(float)
    for name in _SUMS:
        answer[name] = sums_by_code(frame[name].to_numpy(dtype=float), groups.codes, groups.count)
    return in_order(pd.DataFrame(answer), ["clv", *names], [False, *[True] * len(names)])


def _facts(
    histories: PurchaseHistories, purchases: FittedPurchases, values: FittedValues, terms: _Terms
) -> Iterator[tuple[str, Any]]:
    """Tell the fitted models, how well they fit, and what else the values rest on."""
    yield "method", purchases.model.name
    yield from _fit_facts("", purchases.found)
    yield "customers", purchases.patterns.count
    yield "repeat_customers", float((histories.x > 0).sum())
    yield "patterns", float(len(purchases.patterns.x))
    yield "only_returns", float(histories.returned)
    yield "value_method", "Gamma-Gamma"
    yield from _fit_facts("value_", values.found)
    yield "value_customers", float(len(values.given.x))
    yield "value_left_out", float(values.left_out)
    yield "value_correlation", _correlation(values)
    yield "months", float(terms.months)
    yield "margin", terms.margin
    yield "margin_from", terms.margin_from
    yield "discount", terms.discount


def _fit_facts(prefix: str, found: Fitted[Any]) -> Iterator[tuple[str, Any]]:
    names = [field.name for field in fields(found.parameters)]
    for name, value in zip(names, astuple(found.parameters), strict=True):
        yield f"{prefix}{name}", float(value)
    yield f"{prefix}log_likelihood", found.log_likelihood
    yield f"{prefix}gradient", found.gradient
    yield f"{prefix}converged", found.converged


def _correlation(values: FittedValues) -> float | ExcelError:
    """Correlate frequency with value, which Gamma-Gamma takes to be independent."""
    x, mean = values.given.x, values.given.mean
    apart = [part - part.mean() for part in (x, mean)]
    spread = [float((part * part).sum()) for part in apart]
    if not (spread[0] and spread[1]):
        return ExcelError.DIV0
    return float((apart[0] * apart[1]).sum()) / math.sqrt(spread[0] * spread[1])
