"""What is left of customers' margin after contacts and service."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import fsum
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.analytics.basis import rests_on, sold
from xlcrm.analytics.customers.contact_costs import (
    ACTIVITIES,
    COST,
    KNOWN,
    MEASURED,
    ROWS,
    contact_costs,
    contacts,
)
from xlcrm.analytics.customers.scope import (
    ACCOUNT,
    Scope,
    meet,
    require_accounts,
    scope_of,
    within_scope,
)
from xlcrm.analytics.explain import told_as_table
from xlcrm.analytics.figures import kpi_selection, kpi_sums, period_in
from xlcrm.analytics.no_figure import no_figures, where_known
from xlcrm.conditions import Where
from xlcrm.errors import ExcelError, NotAvailable, OutOfDomain, UnknownName
from xlcrm.kpis.catalogue import kpi
from xlcrm.kpis.first_purchases import first_days
from xlcrm.model.model import Model
from xlcrm.periods import Period
from xlcrm.reduce.grouping import Key, in_order, label_column
from xlcrm.reduce.population import Population, Rule, select
from xlcrm.reduce.sums import COUNT, grouped_sums, totals

_FOR_ACCOUNT = Rule(~nw.col(ACCOUNT).is_null(), "no account", (ACCOUNT,))
HOURS = Population("timesheets", "hours for customers", (_FOR_ACCOUNT,), "date")
COSTED_HOURS = Population(
    "timesheets",
    "hours for customers with a cost_rate",
    (
        _FOR_ACCOUNT,
        Rule(~nw.col("spent_hours").is_null(), "no spent_hours", ("spent_hours",), True, "enter"),
        Rule(~nw.col("cost_rate").is_null(), "no cost_rate", ("cost_rate",), True, "enter it"),
    ),
    "date",
)
"""Hours of service whose cost is known."""

Vector = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class _Costs:
    """A cost of customers.

    Attributes:
        frame: By account and group: `COST`, `ROWS` and `KNOWN`; None where the cost of none of
            them is known.
        accounts: The customers with such rows.
        others: The rows of accounts that never bought.
        unknown: The rows of customers without a known cost.
    """

    frame: pd.DataFrame | None
    accounts: pd.Series[Any]
    others: float = 0.0
    unknown: float = 0.0


_NOTHING = _Costs(None, pd.Series([], dtype=object))

_MONEY = ("revenue", "margin", "contact_cost", "service_cost", "profit")
_Add = Callable[[pd.DataFrame, Sequence[Key]], pd.DataFrame]
_Reduced = tuple[pd.DataFrame, _Add]
_Find = Callable[[Model, Scope, Period], _Reduced | None]


def customer_profit(
    model: Model,
    by: str = "account_id",
    where: Where = "",
    period: str = "",
    top: float | None = None,
) -> pd.DataFrame:
    """Rank customers by what is left of their margin (docs/methods.md: Customer profit).

    Args:
        model: A model with orders and their cost; activities and sellers tell the cost of
            contacts, timesheets that of service.
        by: ``account_id``, or columns of accounts.
        where: Conditions on orders; those on accounts hold for costs, too.
        period: The days that count.
        top: How many rows to list; None for all.

    Returns:
        ``rank``, the columns of ``by``, ``revenue``, ``margin``, ``contact_cost``,
        ``service_cost``, ``profit`` (money), ``profit_share``, ``customers_share`` and
        ``profit_cumulative`` (shares of all); the most profitable first, equal ones by name, those
        without a profit last.

    Raises:
        NotAvailable: Nothing was sold, or no cost of what was sold is known.
        OutOfDomain: ``top`` is below 1.
        UnknownName: ``by`` names what no account tells.
    """
    if top is not None and top < 1:
        raise OutOfDomain(f"top {top:g} lists no customer; give 1 or more")
    scope = scope_of(model, by if by.strip() else ACCOUNT, where)
    require_accounts(scope, "customer profit")
    days = period_in(model, period)
    sales = kpi_sums(model, kpi("revenue_per_customer"), scope.keys, where, period, "")
    if not len(sales):
        raise NotAvailable(f"nothing was sold in {days.words}: there is no profit")
    margins = kpi_sums(model, kpi("margin_per_customer"), scope.keys, where, period, "")
    if not len(margins):
        raise NotAvailable(f"no cost of what was sold in {days.words} is known: enter costs")
    contact, service = (_cost(model, scope, days, found) for found in (_contacts, _service))
    frame = _joined(scope.keys, sales, margins, {"contact_cost": contact, "service_cost": service})
    labels = [label_column(key) for key in scope.keys]
    customers = _customers(model, scope, where, period, (contact, service))
    answer = _ranked(frame.merge(customers, on=labels, how="left"), scope.keys)
    return answer if top is None else answer.head(int(top))


def _cost(model: Model, scope: Scope, days: Period, found: _Find) -> _Costs:
    """Add up a cost of those who are customers by the end of the period."""
    try:
        reduced = found(model, scope, days)
    except (UnknownName, NotAvailable):  # the table cannot tell which rows meet the conditions
        return _NOTHING
    if reduced is None:
        return _NOTHING
    frame, add = reduced
    if not add(frame, ())[KNOWN].sum():
        return _NOTHING
    last = days.last or date.max
    first = frame[ACCOUNT].map(first_days(model)).to_numpy(dtype=float)
    buys = first <= (last - date(1970, 1, 1)).days
    met = meet(model, scope, frame[ACCOUNT])
    kept = frame[buys & met].reset_index(drop=True)
    costs = add(kept, scope.keys)
    others = add(frame[~buys & met].reset_index(drop=True), ())
    unknown = float((costs[ROWS] - costs[KNOWN]).sum())
    return _Costs(costs, kept[ACCOUNT], float(others[ROWS].sum()), unknown)


def _contacts(model: Model, scope: Scope, days: Period) -> _Reduced | None:
    if ACTIVITIES.table not in model.tables:
        return None
    return contacts(model, within_scope(model, scope, ACTIVITIES), days), contact_costs


def _service(model: Model, scope: Scope, days: Period) -> _Reduced | None:
    if HOURS.table not in model.tables:
        return None
    population = within_scope(model, scope, HOURS)
    rows = select(model, population, [ACCOUNT, "spent_hours", "cost_rate"], period=days).counted
    cost = nw.col("spent_hours") * nw.col("cost_rate")
    is_known = (~cost.is_null()).cast(nw.Float64())
    frame = grouped_sums(rows, [ACCOUNT], {COST: cost, KNOWN: is_known})
    frame[ACCOUNT] = frame[ACCOUNT].astype(object)
    return frame, _service_costs


def _service_costs(frame: pd.DataFrame, keys: Sequence[Key]) -> pd.DataFrame:
    answer = totals(frame, keys, {COST: (COST, None), KNOWN: (KNOWN, None)})
    return answer.rename(columns={COUNT: ROWS})


def _joined(
    keys: Sequence[Key], sales: pd.DataFrame, margins: pd.DataFrame, costs: Mapping[str, _Costs]
) -> pd.DataFrame:
    """Bring sales, margins and costs together: NaN for what is not known, 0 where there is none."""
    labels = [label_column(key) for key in keys]
    frame = sales[[*labels, "amount"]].rename(columns={"amount": "revenue"})
    margin = margins[[*labels, "gross margin"]].rename(columns={"gross margin": "margin"})
    frame = frame.merge(margin, on=labels, how="outer")
    known = {name: cost.frame for name, cost in costs.items() if cost.frame is not None}
    for name, found in known.items():
        lost = (found[ROWS] > 0) & (found[KNOWN] == 0)
        told = found[labels].copy()
        told[name], told[f"{name} is"] = found[COST].where(~lost), 1.0
        frame = frame.merge(told, on=labels, how="outer")
    for name in known:
        frame[name] = frame[name].where(frame[f"{name} is"].notna(), 0.0)
    bought = frame["revenue"].notna()
    frame["margin"] = frame["margin"].where(bought, 0.0)
    frame["revenue"] = frame["revenue"].fillna(0.0)
    frame["profit"] = frame["margin"] - sum(frame[name] for name in known)
    for name in costs.keys() - known.keys():
        frame[name] = np.nan
    return frame


def _customers(
    model: Model, scope: Scope, where: Where, period: str, costs: Sequence[_Costs]
) -> pd.DataFrame:
    """Count the customers of each group: who bought in the period, and who cost something."""
    asked = kpi("revenue_per_customer")
    _, selection, _ = kpi_selection(model, asked, scope.keys, where, period, "")
    buyers = grouped_sums(selection.counted, [ACCOUNT], {})[ACCOUNT].astype(object)
    accounts = pd.concat([buyers, *(one.accounts for one in costs)]).unique()
    frame = pd.DataFrame({ACCOUNT: pd.Series(accounts, dtype=object), COUNT: 1})
    counted = totals(frame, scope.keys, {}, [ACCOUNT])
    labels = [label_column(key) for key in scope.keys]
    return counted[[*labels, ACCOUNT]].rename(columns={ACCOUNT: "customers"})


def _ranked(frame: pd.DataFrame, keys: Sequence[Key]) -> pd.DataFrame:
    """Rank rows by profit, those without one last by revenue, and run up their shares."""
    frame = frame.rename(columns={label_column(key): key.name for key in keys})
    names = [key.name for key in keys]
    frame["known"] = frame["profit"].notna().astype(float)
    frame["placed"] = frame["profit"].fillna(frame["revenue"])
    ascending = [False, False, *[True] * len(names)]
    frame = in_order(frame, ["known", "placed", *names], ascending)
    profit = frame["profit"].to_numpy(dtype=float)
    known = ~np.isnan(profit)
    whole = fsum(profit[known])
    customers = frame["customers"].to_numpy(dtype=float)
    columns: dict[str, Any] = {
        "rank": np.arange(1.0, len(frame) + 1),
        **{name: frame[name] for name in names},
        **{name: where_known(frame[name].to_numpy(dtype=float)) for name in _MONEY},
        "profit_share": _shares(profit, whole),
        "customers_share": np.cumsum(customers) / customers.sum(),
        "profit_cumulative": _shares(np.where(known, np.nancumsum(profit), np.nan), whole),
    }
    return pd.DataFrame(columns)


def _shares(money: Vector, whole: float) -> Any:
    """Divide by all profits; by nothing or a loss there is no share."""
    if whole > 0:
        return where_known(money / whole)
    return no_figures(len(money), ExcelError.DIV0)


def explain_customer_profit(
    *,
    model: Model,
    by: str = "account_id",
    where: Where = "",
    period: str = "",
    top: float | None = None,
    rows: bool = False,
) -> pd.DataFrame:
    """Explain customer profit; the arguments are those of CRM_CUSTOMER_PROFIT.

    Args:
        model: The model.
        by: What is grouped by.
        where: Conditions.
        period: The days that count.
        top: How many rows are listed.
        rows: Whether to list the rows.
    """
    told = _RESTS_ON(model=model, by=by, where=where, period=period, top=top, rows=rows)
    if rows:
        return told
    scope, days = scope_of(model, by if by.strip() else ACCOUNT, where), period_in(model, period)
    facts: list[tuple[str, Any]] = []
    for words, found in (("contacts", _contacts), ("hours of service", _service)):
        cost = _cost(model, scope, days, found)
        if cost.frame is None:
            facts.append((words, "no cost of them is known: not taken from profit"))
            continue
        facts.append((f"{words} of customers", float(cost.frame[ROWS].sum())))
        facts.append((f"{words} without a known cost", cost.unknown))
        facts.append((f"left out: {words} of who never bought", cost.others))
    return pd.concat([told, told_as_table(facts)], ignore_index=True)


_RESTS_ON = rests_on("Customer profit", sold, MEASURED, COSTED_HOURS)
