"""The KPIs of sales: order lines, or deals won where the model has no orders."""

from __future__ import annotations

from typing import Any

import narwhals as nw

from xlcrm.kpis.declaration import Better, Kpi, distinct, total
from xlcrm.model.model import Model
from xlcrm.reduce.dates import midnight
from xlcrm.reduce.population import Population, Rule

_AMOUNT = Rule(~nw.col("amount").is_null(), "no amount", ("amount",), True, "enter amounts")
_COST = Rule(~nw.col("cost").is_null(), "no cost", ("cost",), True, "enter costs")
_ACCOUNT = Rule(~nw.col("account_id").is_null(), "no account", ("account_id",), True, "enter it")
_WON = Rule(nw.col("status") == "won", "not won", ("status",))
_AS_ORDERS = {"order_id": "deal_id", "date": "closed_on"}

ORDER_LINES = Population("orders", "order lines", (_AMOUNT,), date="date")
WON_AS_ORDERS = Population(
    "deals", "deals won", (_WON, _AMOUNT), date="closed_on", reads=_AS_ORDERS
)
SALES = (ORDER_LINES, WON_AS_ORDERS)
"""What was sold: order lines, or deals won where the model has no orders."""

SALES_OF_ACCOUNTS = (
    Population("orders", "order lines", (_ACCOUNT, _AMOUNT), date="date"),
    Population("deals", "deals won", (_WON, _ACCOUNT, _AMOUNT), date="closed_on", reads=_AS_ORDERS),
)
"""The same, as far as the customer is known."""


def _with_ahead(model: Model, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    ahead = (nw.col("date") > midnight(model.as_of)).fill_null(value=False)
    return frame.with_columns(is_ahead=ahead.cast(nw.Float64()))


LINES_AHEAD = Population(
    "orders",
    "order lines ahead",
    (_AMOUNT, Rule(nw.col("is_ahead") == 1.0, "dated as_of or before", ("is_ahead",))),
    date="date",
    adds={"is_ahead": ("date",)},
    prepare=_with_ahead,
)
"""Order lines that are agreed on and lie ahead of `as_of`."""

COSTED_LINES = Population("orders", "order lines", (_AMOUNT, _COST), date="date")
COSTED_LINES_OF_ACCOUNTS = Population(
    "orders", "order lines", (_ACCOUNT, _AMOUNT, _COST), date="date"
)

_MARGIN = total("gross margin", nw.col("amount") - nw.col("cost"), ("amount", "cost"))

KPIS = (
    Kpi(
        "revenue",
        "Revenue",
        "The sum of the net amounts sold in the period: order lines, or deals won where there are "
        "no orders.",
        "docs/methods.md: Sales",
        "money",
        Better.HIGHER,
        SALES,
        total("amount"),
    ),
    Kpi(
        "margin",
        "Gross margin",
        "Revenue less the cost of what was sold, as a share of revenue; lines without a cost are "
        "left out of both.",
        "docs/methods.md: Sales",
        "share",
        Better.HIGHER,
        (COSTED_LINES,),
        _MARGIN,
        total("amount"),
    ),
    Kpi(
        "margin_amount",
        "Gross margin in money",
        "Revenue less the cost of what was sold; lines without a cost are left out.",
        "docs/methods.md: Sales",
        "money",
        Better.HIGHER,
        (COSTED_LINES,),
        _MARGIN,
    ),
    Kpi(
        "order_book",
        "Order book",
        "The sum of the net amounts of order lines dated after as_of: sold, and not yet due.",
        "docs/methods.md: Sales",
        "money",
        Better.HIGHER,
        (LINES_AHEAD,),
        total("amount"),
        settings=("as_of",),
        is_state=True,
    ),
    Kpi(
        "orders",
        "Orders",
        "The number of different orders in the period, or of deals won where there are no orders.",
        "docs/methods.md: Sales",
        "orders",
        Better.HIGHER,
        SALES,
        distinct("order_id"),
    ),
    Kpi(
        "customers",
        "Customers",
        "The number of different accounts that bought in the period.",
        "docs/methods.md: Sales",
        "customers",
        Better.HIGHER,
        SALES_OF_ACCOUNTS,
        distinct("account_id"),
    ),
    Kpi(
        "revenue_per_customer",
        "Revenue per customer",
        "Revenue in the period by the number of accounts that bought in it.",
        "docs/methods.md: Sales",
        "money",
        Better.HIGHER,
        SALES_OF_ACCOUNTS,
        total("amount"),
        distinct("account_id"),
    ),
    Kpi(
        "sales_per_customer",
        "Orders per customer",
        "Orders in the period by the number of accounts that bought in it.",
        "docs/methods.md: Sales",
        "orders",
        Better.HIGHER,
        SALES_OF_ACCOUNTS,
        distinct("order_id"),
        distinct("account_id"),
    ),
    Kpi(
        "repeat_purchases",
        "Repeat purchases",
        "Orders beyond each account's first in the period: orders less the accounts that bought.",
        "docs/methods.md: Sales",
        "orders",
        Better.HIGHER,
        SALES_OF_ACCOUNTS,
        distinct("order_id") - distinct("account_id"),
    ),
    Kpi(
        "margin_per_customer",
        "Gross margin per customer",
        "Revenue less the cost of what was sold in the period, by the number of accounts that "
        "bought; lines without a cost are left out of both.",
        "docs/methods.md: Sales",
        "money",
        Better.HIGHER,
        (COSTED_LINES_OF_ACCOUNTS,),
        _MARGIN,
        distinct("account_id"),
    ),
)
