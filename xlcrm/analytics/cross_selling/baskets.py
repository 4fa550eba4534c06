"""What each customer or each order has: the baskets of cross-selling."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.analytics.figures import period_in
from xlcrm.cells import text_of
from xlcrm.conditions import Where
from xlcrm.errors import NotAvailable, WrongValue, shortened
from xlcrm.kpis.sales import ORDER_LINES
from xlcrm.model.model import Model
from xlcrm.model.relations import unmatched
from xlcrm.model.schema import KINDS
from xlcrm.reduce.grouping import BLANK, Key, keys_of, label_column, names_in, with_groups
from xlcrm.reduce.population import Population, Rule, overflow, require_rows, select
from xlcrm.reduce.sums import COUNT, grouped_sums, totals
from xlcrm.stats.exact import sums_by_code
from xlcrm.stats.frequent_sets import Baskets

Vector = np.ndarray[Any, np.dtype[np.float64]]
Names = np.ndarray[Any, Any]

ACCOUNT, ORDER = "account_id", "order_id"
"""What makes a basket: all that an account bought, or one order."""

_TINY = 1e-12
"""What is left of money that was wholly returned, by what went to and fro: 0.1 + 0.2 - 0.3."""

_NO_ITEMS = frozenset({BLANK, *map(unmatched, KINDS)})


@dataclass(frozen=True)
class Bought:
    """What was bought net of returns, by basket.

    Attributes:
        held: The pairs of basket and item whose net sales are positive, by basket and item.
        baskets: The name of each basket, in order.
        items: The name of each item, in order.
        sales: The net sales of each pair.
    """

    held: Baskets
    baskets: Names
    items: Names
    sales: Vector

    @property
    def mean_sales(self) -> Vector:
        """The mean net sales of each item in the baskets that hold it."""
        counts = np.bincount(self.held.item, minlength=len(self.items))
        try:
            return sums_by_code(self.sales, self.held.item, len(self.items)) / counts
        except OverflowError:
            raise overflow("sales") from None


def bought(model: Model, item: str, where: Where, period: str, per: str = ACCOUNT) -> Bought:
    """Reduce order lines to what each basket holds.

    An item is in a basket when its net sales there are positive, so what was returned is not.
    Lines without an item, or with one that leads to nothing, are left out.

    Args:
        model: A model with orders.
        item: One column of orders, of products, or of what else orders lead to.
        where: Conditions on orders.
        period: The days that count.
        per: `ACCOUNT` or `ORDER`.

    Raises:
        NotAvailable: Nothing was sold net.
        WrongValue: ``item`` is not one column.
    """
    model.table("orders")
    if len(names_in(item)) != 1:
        raise WrongValue("item is one column that says what was sold, such as product")
    population = _lines(per)
    (sold,) = keys_of(model, population, _of_products(model, item.strip()))
    population = _lines(per, sold)
    keys = (Key("basket", per, list), replace(sold, name="item"))
    asked = list(dict.fromkeys([per, sold.base, "amount"]))
    selection = select(model, population, asked, where, period_in(model, period))
    rows = with_groups(selection.counted, keys)
    sums: dict[str, nw.Expr | str] = {"sales": "amount", "gross": nw.col("amount").abs()}
    grouped = grouped_sums(rows, [key.group for key in keys], sums)
    require_rows(selection, int(grouped[COUNT].sum()), population)
    codes, names = pd.factorize(grouped[per].astype(object), sort=True)
    frame = totals(grouped.assign(**{per: codes}), keys, {name: (name, None) for name in sums})
    frame = frame.rename(columns={label_column(key): key.name for key in keys})
    is_had = frame["sales"] > _TINY * frame["gross"]
    frame = frame[~frame["item"].isin(_NO_ITEMS) & is_had]
    if frame.empty:
        raise NotAvailable(f"nothing was sold whose {item.strip()} is known, net of returns")
    return _numbered(frame, np.asarray(names, dtype=object))


def _of_products(model: Model, item: str) -> str:
    """Say that a name means a column of products where orders have none of that name.

    Accounts may have one too: a category is theirs in some exports.
    """
    if "." in item or model.table("orders").column(item) or "products" not in model.tables:
        return item
    return f"products.{item}" if model.table("products").column(item) else item


def _lines(per: str, item: Key | None = None) -> Population:
    """Give the order lines of which the basket, the item and the amount are known."""
    needed = [per, *([item.base] if item else [])]
    known = tuple(
        Rule(~nw.col(name).is_null(), f"no {name}", (name,), True, "enter it") for name in needed
    )
    return replace(ORDER_LINES, rules=(*known, *ORDER_LINES.rules))


def _numbered(frame: pd.DataFrame, names: Names) -> Bought:
    """Number baskets and items in the order of their names; numbers are named as texts."""
    kept, basket = np.unique(frame["basket"].to_numpy(dtype=np.int64), return_inverse=True)
    item, labels = pd.factorize(frame["item"].astype(object))
    texts = [shortened(text_of(label)) for label in labels]
    items = sorted(set(texts))
    place = {text: k for k, text in enumerate(items)}
    item = np.array([place[text] for text in texts])[item]
    order = np.lexsort((item, basket))
    held = Baskets(basket[order], item[order], len(kept), len(items))
    sales = frame["sales"].to_numpy(dtype=float)[order]
    return Bought(held, names[kept], np.array(items, dtype=object), sales)
