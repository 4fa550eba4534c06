"""What customers pay against list and market, and where discounts leak money."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.analytics.figures import period_in, ratio
from xlcrm.analytics.no_figure import no_figures
from xlcrm.conditions import Where
from xlcrm.errors import ExcelError, NotAvailable
from xlcrm.kpis.sales import ORDER_LINES
from xlcrm.model.model import Model
from xlcrm.model.relations import Hop, Path, join_key, values_along
from xlcrm.model.schema import KINDS
from xlcrm.reduce.grouping import in_order, keys_of, label_column, with_groups
from xlcrm.reduce.population import select
from xlcrm.reduce.problems import require_readable_along
from xlcrm.reduce.sums import grouped_sums, totals

ALL = "(all)"
"""The label of the row of totals."""

_SAME = 1e-9
"""The share of a list value up to which a discount is no more than allowed, from rounding."""

_READ = ("amount", "quantity", "list_price", "cost", "product")
_PLAIN = (
    "lines", "unpriced", "units", "list_value", "revenue", "leakage", "leaking", "margin",
    "costed", "costed_revenue",
)  # fmt: skip

Vector = np.ndarray[Any, np.dtype[np.float64]]


def price(model: Model, by: str = "product", where: Where = "", period: str = "") -> pd.DataFrame:
    """Compare what was charged with the list and the market (docs/methods.md: Price).

    Args:
        model: A model with orders; products have the prices that lines lack.
        by: What is compared: columns of orders or of related tables, units of time.
        where: Conditions on orders.
        period: The days that count.

    Returns:
        The columns of ``by``; ``lines`` with a list price and a quantity, ``unpriced`` others; over
        the former ``units``, ``list_value`` and ``revenue`` in money, ``discount`` (their
        difference), ``discount_share`` and ``realisation`` (by list value), ``leakage`` (what
        discounts beyond the setting cost), ``leaking`` (lines), ``margin`` and ``margin_share``
        over lines with a cost, ``market_index`` (revenue by value at market prices). The most
        leakage first, equal ones by name; the last row is `ALL`.

    Raises:
        NotAvailable: No line has a list price and a quantity.
    """
    model.table("orders")  # where there is none, that is what to say, not a missing date
    days = period_in(model, period)
    keys = keys_of(model, ORDER_LINES, by)
    asked = list(dict.fromkeys([*(key.base for key in keys), *_READ]))
    rows = select(model, ORDER_LINES, asked, where, days).counted
    listed = _of_products(model, "list_price")
    allowed = model.settings.number("discount_allowed")
    rows = rows.with_columns(unit_list=_list_price(listed)).with_columns(**_figures(allowed))
    groups = [*(key.group for key in keys), "product"]
    grouped = grouped_sums(with_groups(rows, keys), groups, {n: f"#{n}" for n in _PLAIN})
    at_market = _market_weights(model, grouped["product"])
    sums: dict[str, tuple[str, Vector | None]] = {name: (name, None) for name in _PLAIN}
    sums["at_market"] = ("units", at_market)
    sums["sold_at_market"] = ("revenue", (at_market != 0).astype(float))
    sums["has_market"] = ("lines", (at_market != 0).astype(float))
    whole = totals(grouped, (), sums)
    if not whole["lines"].sum():
        inside = "" if days.is_all else f" in {days.words}"
        raise NotAvailable(
            f"no order line{inside} has a list price and a quantity: enter them in Orders, or "
            "list_price in Products"
        )
    if not keys:
        return _finished(whole)
    columns = [label_column(key) for key in keys]
    answer = totals(grouped, keys, sums)
    answer = in_order(answer, ["leakage", *columns], [False, *[True] * len(columns)])
    labels: dict[str, Any] = {key.name: [*answer[label_column(key)], ALL] for key in keys}
    figures = _finished(pd.concat([answer[list(sums)], whole[list(sums)]], ignore_index=True))
    return pd.DataFrame(labels | {str(name): figures[name] for name in figures})


def _of_products(model: Model, column: str) -> Mapping[str, float]:
    """Give a price of each product sold, by the name that the order lines have."""
    if not model.column("products", column):
        return {}
    found = model.columns("orders", ["product"]).frame.unique().collect()["product"].to_list()
    sold = sorted(name for name in found if isinstance(name, str))
    path = Path((Hop("product", "products"),), "products", column)
    require_readable_along(model, path, sold)
    known = values_along(model, path)
    key_type = KINDS["products"].column("product").type
    prices = {name: known.get(join_key(name, key_type)) for name in sold}
    return {name: float(value) for name, value in prices.items() if value is not None}


def _list_price(of_products: Mapping[str, float]) -> nw.Expr:
    """Give the list price of a line: its own, else its product's."""
    own = nw.col("list_price")
    if not of_products:
        return own
    names, prices = list(of_products), list(of_products.values())
    theirs = nw.col("product").replace_strict(names, prices, default=None, return_dtype=nw.Float64)
    return nw.when(~own.is_null()).then(own).otherwise(theirs)


def _figures(allowed: float) -> dict[str, nw.Expr]:
    """Say what each line adds to the sums; one without list price or quantity adds itself alone.

    A line leaks where its amount and its list value have the same sign; a return then takes back
    what its sale had leaked. Where signs differ, the line is no sale at a discount.
    """
    amount, cost, nothing = nw.col("amount"), nw.col("cost"), nw.lit(0.0)
    value = nw.col("unit_list") * nw.col("quantity")
    priced = ~value.is_null()
    beyond = value * (1.0 - allowed) - amount
    slack = value * _SAME
    sale = (value > 0.0) & (amount >= 0.0) & (beyond > slack)
    back = (value < 0.0) & (amount <= 0.0) & (beyond < slack)
    leaks = priced & (sale | back)
    costed = priced & ~cost.is_null()
    one = nw.lit(1.0)
    shares = {
        "lines": nw.when(priced).then(one).otherwise(nothing),
        "unpriced": nw.when(priced).then(nothing).otherwise(one),
        "units": nw.when(priced).then(nw.col("quantity")).otherwise(nothing),
        "list_value": nw.when(priced).then(value).otherwise(nothing),
        "revenue": nw.when(priced).then(amount).otherwise(nothing),
        "leakage": nw.when(leaks).then(beyond).otherwise(nothing),
        "leaking": nw.when(leaks).then(one).otherwise(nothing),
        "margin": nw.when(costed).then(amount - cost).otherwise(nothing),
        "costed": nw.when(costed).then(one).otherwise(nothing),
        "costed_revenue": nw.when(costed).then(amount).otherwise(nothing),
    }
    return {f"#{name}": share for name, share in shares.items()}


def _market_weights(model: Model, products: pd.Series[Any]) -> Vector:
    """Give the market price of each group's product, 0 where none is known."""
    known = _of_products(model, "market_price")
    found = [known.get(name, 0.0) if isinstance(name, str) else 0.0 for name in products]
    return np.array(found, dtype=float)


def _finished(sums: pd.DataFrame) -> pd.DataFrame:
    """Make the figures of sums."""
    of = {name: sums[name].to_numpy(dtype=float) for name in sums}
    discount = of["list_value"] - of["revenue"]
    columns = {
        **{name: of[name] for name in ("lines", "unpriced", "units", "list_value", "revenue")},
        "discount": discount,
        "discount_share": _by(discount, of["list_value"], of["lines"]),
        "realisation": _by(of["revenue"], of["list_value"], of["lines"]),
        "leakage": of["leakage"],
        "leaking": of["leaking"],
        "margin": _known(of["margin"], of["costed"]),
        "margin_share": _by(of["margin"], of["costed_revenue"], of["costed"]),
        "market_index": _by(of["sold_at_market"], of["at_market"], of["has_market"]),
    }
    return pd.DataFrame(columns)


def _by(above: Vector, below: Vector, lines: Vector) -> Any:
    """Divide; #N/A where no line tells, #DIV/0! where those that do come to 0."""
    return _known(ratio(above, below), lines)


def _known(values: Any, lines: Vector) -> Any:
    if (lines > 0).all():
        return values
    return np.where(lines > 0, values, no_figures(len(lines), ExcelError.NA))
