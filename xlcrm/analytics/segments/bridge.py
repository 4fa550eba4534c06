"""From the sales of one period to those of another, by customers (docs/methods.md: Bridge)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.analytics.no_figure import no_figures, where_known
from xlcrm.analytics.options import option
from xlcrm.analytics.segments.account_groups import account_groups, values_of_accounts
from xlcrm.analytics.two_periods import compared, days_in, in_either, inside
from xlcrm.conditions import Where
from xlcrm.errors import NotAvailable, OutOfDomain
from xlcrm.kpis.catalogue import kpi
from xlcrm.model.model import Model
from xlcrm.periods import Period
from xlcrm.reduce.grouping import Groups
from xlcrm.reduce.parts import part_names
from xlcrm.reduce.population import Population, require_rows, select
from xlcrm.reduce.sums import COUNT, grouped_sums
from xlcrm.stats.exact import sums_by_code

VIEWS = ("columns", "steps")
"""How the bridge is laid out; the default first."""

EFFECTS = ("new", "cross_sell", "more", "less", "lost")
"""The parts of a change of sales, in the order in which they lead from before to after."""

_STEPS = ("before", *EFFECTS, "after")
_NOW, _BEFORE = 1.0, 2.0
_DAYS_OF_YEAR = 365.25
_NOISE = 1e-9

Vector = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Change:
    """What each of k accounts bought before and after, and how the one became the other.

    Money stands in two rows, coarse and fine parts, whose sums are exact in any order.

    Attributes:
        accounts: The accounts.
        money: Two rows of k numbers for ``before``, ``after`` and each of `EFFECTS`.
        counts: Whether each account counts for it, by the same names.
    """

    accounts: Vector
    money: Mapping[str, Vector]
    counts: Mapping[str, Vector]


def bridge(
    model: Model,
    by: str = "",
    where: Where = "",
    period: str = "YTD",
    against: str = "",
    show: str = "columns",
) -> pd.DataFrame:
    """Part a change of sales into customers won and lost and what the others buy.

    Args:
        model: A model with orders, or with deals won.
        by: Columns of accounts or of what they lead to; "" for the company.
        where: Conditions on what was sold.
        period: The days that are explained.
        against: The days compared with; "" for the same days a year before.
        show: One of `VIEWS`.

    Returns:
        The columns of ``by``; money ``before``, the `EFFECTS` (what is lost or less is negative),
        ``after`` and ``change``; ``wallet_share``, sales at a yearly rate by the potential of the
        accounts that bought, #N/A where none has one; sorted by name, the last row ``(all)``. With
        steps a row a step: ``step``, ``amount``, ``accounts``, ``base``, ``rise``, ``fall``.

    Raises:
        NotAvailable: Nothing was sold in either period.
        OutOfDomain: The parts do not add up.
        WrongValue: There is no such view, or a period has no beginning or no end.
    """
    shown = option("show", show, VIEWS)
    now, before = compared(model, period, against)
    change = _changed(model, where, now, before)
    groups, names = account_groups(model, by, change.accounts)
    money = {name: _by_group(parts, groups) for name, parts in change.money.items()}
    balanced(money)
    labels = dict(zip(names, groups.labels, strict=True))
    if shown == "steps":
        accounts = {name: _by_group(some, groups) for name, some in change.counts.items()}
        return _steps(labels, money, accounts)
    figures = {name: money[name].sum(axis=0) for name in _STEPS}
    figures["change"] = (money["after"] - money["before"]).sum(axis=0)
    wallet = _wallet_share(model, change, groups, now)
    return pd.DataFrame({**labels, **figures, "wallet_share": wallet})


def sold_in_either(model: Model, asked: Mapping[str, Any]) -> Population:
    """Give what was sold in either of the two periods that were asked for.

    Args:
        model: The model.
        asked: The arguments of the bridge by name.
    """
    periods = compared(model, asked.get("period", "YTD"), asked.get("against", ""))
    return in_either(kpi("customers").population(model), *periods)


def balanced(money: Mapping[str, Vector]) -> None:
    """Hold that what was sold before and the effects make what was sold after.

    Args:
        money: Exact parts of ``before``, ``after`` and each of `EFFECTS`.

    Raises:
        OutOfDomain: They do not, by however little.
    """
    reached = money["before"] + np.sum([money[name] for name in EFFECTS], axis=0)
    if not (reached == money["after"]).all():
        raise OutOfDomain("the parts of the change of sales do not add up; please report this")


def _changed(model: Model, where: Where, now: Period, before: Period) -> Change:
    """Reduce sales to accounts and products in both periods, and part each account's change."""
    sold = kpi("customers").population(model)
    model.table(sold.table)
    assert sold.date
    population = in_either(sold, now, before)
    columns = ["account_id", "product", "amount", "date"]
    selection = select(model, population, columns, where)
    span = inside(sold.date, now).cast(nw.Float64()) * _NOW
    span = span + inside(sold.date, before).cast(nw.Float64()) * _BEFORE
    rows = selection.counted.with_columns(span=span)
    grouped = grouped_sums(rows, ["account_id", "product", "span"], {"amount": "amount"})
    require_rows(selection, int(grouped[COUNT].sum()), population)
    if not len(grouped):
        raise NotAvailable(f"nothing was sold in {now.words} or {before.words}: no bridge")
    return _parted(grouped)


def _parted(grouped: pd.DataFrame) -> Change:
    """Part the change of each account by what it bought of which product in which period."""
    account, accounts = pd.factorize(grouped["account_id"])
    product, products = pd.factorize(grouped["product"], use_na_sentinel=False)
    found, pair = np.unique(account * len(products) + product, return_inverse=True)
    owner, pairs = found // len(products), len(found)
    span = grouped["span"].to_numpy(dtype=float)
    amount = grouped[list(part_names("amount"))].to_numpy(dtype=float).T
    is_now, was_before = np.isin(span, (_NOW, _NOW + _BEFORE)), span >= _BEFORE
    earlier, later = (_added(amount * there, pair, pairs) for there in (was_before, is_now))
    had, has = (np.bincount(pair, there, pairs) > 0 for there in (was_before, is_now))

    def of_accounts(values: Vector) -> Vector:
        return _added(np.atleast_2d(values), owner, len(accounts))

    bought, buys = (of_accounts(some)[0] > 0 for some in (had, has))
    stays = bought & buys
    added = has & ~had & stays[owner]  # products that an account did not buy before
    start, end, cross = of_accounts(earlier), of_accounts(later), of_accounts(later * added)
    rest = np.where(stays, end - start - cross, 0.0)
    moved = rest.sum(axis=0)
    gross = of_accounts(np.abs(earlier.sum(axis=0)) + np.abs(later.sum(axis=0)))[0]
    told = np.abs(moved) > _NOISE * gross  # 0.1 + 0.2 less 0.3 moves no account
    money = {
        "before": start,
        "new": np.where(bought, 0.0, end),
        "cross_sell": cross,
        "more": np.where(moved >= 0, rest, 0.0),  # of 0 too: its two parts need not be 0
        "less": np.where(moved < 0, rest, 0.0),
        "lost": np.where(buys, 0.0, -start),
        "after": end,
    }
    counts = {
        "before": bought,
        "new": buys & ~bought,
        "cross_sell": of_accounts(added)[0] > 0,
        "more": told & (moved > 0),
        "less": told & (moved < 0),
        "lost": bought & ~buys,
        "after": buys,
    }
    return Change(np.asarray(accounts, dtype=object), money, counts)


def _added(values: Vector, codes: Vector, count: int) -> Vector:
    """Add up the columns of each code, row by row; of exact parts this is exact."""
    return np.array([np.bincount(codes, row, count) for row in values])


def _by_group(values: Vector, groups: Groups) -> Vector:
    """Add up accounts by group, and all of them in a last column where there are groups."""
    rows = np.atleast_2d(values).astype(float)
    each = _added(rows, groups.codes, groups.count - 1) if groups.count > 1 else None
    whole = rows.sum(axis=1, keepdims=True)
    return whole if each is None else np.hstack([each, whole])


def _wallet_share(model: Model, change: Change, groups: Groups, now: Period) -> Vector:
    """Divide the sales of accounts that have a potential, at a yearly rate, by it."""
    potential = _potentials(model, change)
    if potential is None:
        return no_figures(groups.count)
    rate = _DAYS_OF_YEAR / days_in(now)
    known = change.counts["after"] & (potential > 0)
    sales = _by_group(change.money["after"] * known, groups).sum(axis=0)
    worth = np.where(known, potential, 0.0)
    every = np.zeros(len(worth), dtype=np.int64)
    whole = sums_by_code(worth, every, 1)
    if groups.count > 1:
        whole = np.append(sums_by_code(worth, groups.codes, groups.count - 1), whole)
    return where_known(
        np.divide(sales * rate, whole, out=np.full(groups.count, np.nan), where=whole > 0)
    )


def _potentials(model: Model, change: Change) -> Vector | None:
    """Give the potential of each account that bought, 0 where none is known; None without any."""
    if not model.column("accounts", "potential"):
        return None
    buys = change.counts["after"]
    found, _ = values_of_accounts(model, "potential", change.accounts[buys])
    potential = np.zeros(len(buys))
    potential[buys] = np.nan_to_num(np.array(found, dtype=float))
    return potential


def _steps(
    labels: Mapping[str, Vector], money: Mapping[str, Vector], accounts: Mapping[str, Vector]
) -> pd.DataFrame:
    """Lay each group out as the columns of a chart: an invisible base, a visible rise or fall."""
    parts = np.array([money[name] for name in _STEPS])  # step, part, group
    levels = np.cumsum(parts[:-1], axis=0).sum(axis=1)
    amounts = parts.sum(axis=1) + 0.0
    base = np.zeros(amounts.shape)
    base[1:-1] = np.minimum(levels[:-1], levels[1:])
    count = amounts.shape[1]
    figures = {
        "amount": amounts,
        "accounts": np.array([accounts[name][0] for name in _STEPS]),
        "base": base,
        "rise": np.maximum(amounts, 0.0),
        "fall": np.maximum(-amounts, 0.0),
    }
    return pd.DataFrame(
        {
            **{name: np.repeat(column, len(_STEPS)) for name, column in labels.items()},
            "step": [step.replace("_", " ") for step in _STEPS] * count,
            **{name: rows.T.ravel() for name, rows in figures.items()},
        }
    )
