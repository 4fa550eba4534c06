"""How customers leave: they fall silent, or their contract ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.analytics.customer_figures import history
from xlcrm.analytics.figures import period_in
from xlcrm.analytics.options import option
from xlcrm.conditions import Where
from xlcrm.errors import NotAvailable, WrongValue
from xlcrm.kpis.catalogue import kpi
from xlcrm.kpis.declaration import Kpi
from xlcrm.kpis.purchases import ACCOUNT, Purchases, State, Waiting, days_bought, purchases_of
from xlcrm.model.model import Model
from xlcrm.periods import CALENDAR, Period
from xlcrm.reduce.dates import midnight
from xlcrm.reduce.dense import day_numbers
from xlcrm.reduce.grouping import Groups, Key, groups_of, keys_of, with_groups
from xlcrm.reduce.population import Population, Rule, require_rows, select

Vector = np.ndarray[Any, Any]

ORDERS, CONTRACT = "orders", "contract"
_CREATED, _LOST_ON = "created", "lost_on"
_NEVER = np.iinfo(np.int32).max
"""The last day of a contract that goes on, counted from 1 January 1970: none reaches it."""


@dataclass(frozen=True)
class Contracts(Purchases):
    """Contracts as purchases of one day, that of signing, after which nobody has to buy again.

    Attributes:
        ends: The day on which each ends; `_NEVER` where it goes on.
    """

    ends: Vector

    def state(self, day: int, waiting: Waiting) -> State:  # noqa: ARG002 - contracts do not wait
        """Say who has signed by the end of a day, and until when each is a customer.

        Args:
            day: The day.
            waiting: Of no account: a contract says by itself when it ends.
        """
        return State((self.days <= day).astype(np.int64), self.ends, self.ends - 1)


@dataclass(frozen=True)
class Relations:
    """Customers of every group, with what made them customers.

    Attributes:
        purchases: What each bought when, or signed.
        accounts: The account of each of its k customers.
        groups: The groups that they are customers of.
        keys: What the groups are made of.
        by_contract: Whether a contract says who leaves.
    """

    purchases: Purchases
    accounts: pd.Series[Any]
    groups: Groups
    keys: tuple[Key, ...]
    by_contract: bool


def way_of_leaving(model: Model, leaving: str) -> str:
    """Say how customers leave; by contract where accounts have days on which some ended.

    Args:
        model: The model.
        leaving: ``orders``, ``contract``, or "" for what the model tells.

    Raises:
        NotAvailable: By contract, and no account has a day on which it was lost.
    """
    asked = option("leaving", leaving, ("", ORDERS, CONTRACT))
    if asked == ORDERS:
        return asked
    if asked == CONTRACT:
        model.table("accounts")
    if _ends_known(model):
        return CONTRACT
    if asked == CONTRACT:
        raise NotAvailable("no account has a day lost_on: enter it, or ask with leaving orders")
    return ORDERS


def _ends_known(model: Model) -> bool:
    if model.column("accounts", _LOST_ON) is None:
        return False
    days = model.columns("accounts", [_LOST_ON]).frame
    latest = days.select(nw.col(_LOST_ON).max()).collect()[_LOST_ON].item()
    return not pd.isna(latest)


def contracts_until(last: date) -> Population:
    """Give the accounts that became customers up to a day.

    Args:
        last: The day.
    """
    known = Rule(~nw.col(_CREATED).is_null(), "no created", (_CREATED,), True, "enter it")
    ends = nw.col(_LOST_ON)
    forward = ends.is_null() | (ends >= nw.col(_CREATED))
    return Population(
        "accounts",
        "accounts",
        (
            Rule(~nw.col(ACCOUNT).is_null(), "no account_id", (ACCOUNT,), True, "enter it"),
            known,
            Rule(forward, "lost before it was created", (_CREATED, _LOST_ON)),
            Rule(nw.col(_CREATED) <= midnight(last), f"created after {last}", (_CREATED,)),
        ),
    )


def who_leaves(name: str) -> Callable[[Model, Mapping[str, Any]], Population]:
    """Say which rows tell who leaves, for CRM_EXPLAIN.

    Args:
        name: The KPI that the analysis is about.
    """

    def population(model: Model, asked: Mapping[str, Any]) -> Population:
        declared = kpi(name)
        days = history(model, declared, period_in(model, asked.get("period", "")))
        assert days.last is not None
        if way_of_leaving(model, asked.get("leaving", "")) == CONTRACT:
            return contracts_until(days.last)
        return sales_until(model, declared, days.last)

    return population


def sales_until(model: Model, declared: Kpi, last: date) -> Population:
    """Give the sales of a KPI up to a day; all of them, for what comes first tells who is new.

    Args:
        model: The model.
        declared: The KPI.
        last: The day.
    """
    of = declared.population(model)
    assert of.date is not None
    words = f"{of.date} outside the days up to {last}"
    rules = (
        Rule(~nw.col(of.date).is_null(), f"no {of.date}", (of.date,)),
        Rule(nw.col(of.date) <= midnight(last), words, (of.date,)),
    )
    return replace(of, date=None, rules=(*of.rules, *rules))


def relations(
    model: Model, declared: Kpi, way: str, by: str, where: Where, last: date
) -> Relations:
    """Find the customers of each group, and what made them customers up to a day.

    Args:
        model: The model.
        declared: The KPI that the analysis is about.
        way: How customers leave, see `way_of_leaving`.
        by: The columns that make the groups.
        where: Conditions on sales, or on accounts where they leave by contract.
        last: The day.

    Raises:
        NotAvailable: There are none.
        WrongValue: ``by`` names a unit of time, or an account stands twice.
    """
    of = contracts_until(last) if way == CONTRACT else sales_until(model, declared, last)
    model.table(of.table)
    keys = _keys(model, declared, of, by)
    if way == CONTRACT:
        found = _by_contract(model, of, keys, where)
    else:
        found = _by_purchases(model, of, keys, where)
    if not len(found.accounts):
        inside = " that meet the conditions" if where else ""
        raise NotAvailable(f"there were no customers{inside} up to {last}")
    return found


def _keys(model: Model, declared: Kpi, of: Population, by: str) -> tuple[Key, ...]:
    for name in (part.strip().casefold() for part in by.split(",")):
        if name in CALENDAR:
            raise WrongValue(
                f"customers are grouped by columns, not by {name}: ask CRM_KPI for "
                f"{declared.name} by {name}"
            )
    return keys_of(model, of, by)


def _by_purchases(model: Model, of: Population, keys: tuple[Key, ...], where: Where) -> Relations:
    columns = [*(key.base for key in keys), ACCOUNT, "date"]
    selection = select(model, of, columns, where)
    sales = days_bought(selection.counted, keys)
    require_rows(selection, len(sales), of)
    groups = groups_of(sales, keys)
    accounts, known = pd.factorize(sales[ACCOUNT])
    most = max(len(known), 1)
    # A customer of each group is numbered once here, as a group of its own, so that it stays
    # known whose the purchases are.
    customers, pairs = pd.factorize(groups.codes * most + accounts, sort=True)
    purchases = purchases_of(sales, Groups(customers, (), len(pairs)))
    return Relations(
        replace(purchases, group_of=pairs // most, groups=groups.count),
        pd.Series(known[pairs % most]),
        groups,
        keys,
        by_contract=False,
    )


def _by_contract(model: Model, of: Population, keys: tuple[Key, ...], where: Where) -> Relations:
    columns = [*(key.base for key in keys), ACCOUNT, _CREATED, _LOST_ON]
    selection = select(model, of, columns, where)
    names = list(dict.fromkeys((*(key.group for key in keys), ACCOUNT, _CREATED, _LOST_ON)))
    signed = with_groups(selection.counted, keys).select(names).collect().to_pandas()
    require_rows(selection, len(signed), of)
    twice = signed[ACCOUNT][signed[ACCOUNT].duplicated()]
    if len(twice):
        raise WrongValue(f"accounts has a second row for {min(twice)!r}: keep one")
    groups = groups_of(signed, keys)
    ends, goes_on = day_numbers(signed[_LOST_ON])
    purchases = Contracts(
        day_numbers(signed[_CREATED])[0],
        np.arange(len(signed)),
        groups.codes,
        groups.count,
        np.where(goes_on, _NEVER, ends),
    )
    return Relations(purchases, signed[ACCOUNT], groups, keys, by_contract=True)


def known_until(model: Model, declared: Kpi, days: Period) -> date:
    """Give the last day of a period of which something is known.

    Args:
        model: The model; what comes after its `as_of` is not known.
        declared: The KPI that the analysis is about, for messages.
        days: The period.
    """
    last = history(model, declared, days).last
    assert last is not None
    return last
