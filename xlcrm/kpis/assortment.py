"""The KPIs of what is offered: how new it is, and what becomes of its list price."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.errors import NotAvailable
from xlcrm.kpis.declaration import Better, Kpi, total
from xlcrm.model.model import Model
from xlcrm.model.relations import Hop, Path, join_key, values_along
from xlcrm.model.schema import KINDS
from xlcrm.reduce.dates import midnight
from xlcrm.reduce.dense import pandas_rows
from xlcrm.reduce.population import Population, Rule
from xlcrm.reduce.problems import require_readable_along

_AMOUNT = Rule(~nw.col("amount").is_null(), "no amount", ("amount",), True, "enter amounts")
_LAUNCH = Path((Hop("product", "products"),), "products", "launched")


def _with_newness(model: Model, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Add ``is_new``: 1 where the product was new on the line's date, 0 where not, else missing."""
    ends = _new_until(model)
    rows = pandas_rows(frame)
    if rows is not None:
        codes, products = pd.factorize(rows["product"])
        until = [np.datetime64(ends.get(str(name)), "us") for name in products]
        of_rows = np.array([*until, np.datetime64("NaT")], dtype="datetime64[us]")[codes]
        days = rows["date"].to_numpy(dtype="datetime64[us]")
        told = np.where(np.isnat(of_rows) | np.isnat(days), np.nan, days < of_rows)
        return nw.from_native(rows.assign(is_new=told.astype(float))).lazy()
    by_end: dict[date, list[str]] = {}
    for name, end in ends.items():
        by_end.setdefault(end, []).append(name)
    product, day = nw.col("product"), nw.col("date")
    fresh = [product.is_in(names) & (day < midnight(end)) for end, names in by_end.items()]
    new = nw.any_horizontal(*fresh, ignore_nulls=True) if fresh else nw.lit(value=False)
    known = product.is_in(list(ends)) & ~day.is_null()
    return frame.with_columns(is_new=nw.when(known).then(new.cast(nw.Float64())))


def _new_until(model: Model) -> dict[str, date]:
    """Give the first day on which each product sold is no longer new; unknown ones are left out."""
    if not model.table("products").column("launched"):
        raise NotAvailable("products have no column launched: enter the day each came to market")
    found = model.columns("orders", ["product"]).frame.unique().collect()["product"].to_list()
    sold = sorted({str(name) for name in found if isinstance(name, str)})
    require_readable_along(model, _LAUNCH, sold)
    launched = values_along(model, _LAUNCH)
    key_type = KINDS["products"].column("product").type
    months = round(12 * min(model.settings.number("new_product_years"), 9999.0))
    days = {name: launched.get(join_key(name, key_type)) for name in sold}
    return {name: _later(day, months) for name, day in days.items() if not pd.isna(day)}


def _later(day: Any, months: int) -> date:
    """Give the same day some months later, or the last of a month that lacks it."""
    start = pd.Timestamp(day).date()
    year, month = divmod(12 * start.year + start.month - 1 + months, 12)
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


LAUNCHED_LINES = Population(
    "orders",
    "order lines of products whose launch is known",
    (
        _AMOUNT,
        Rule(~nw.col("date").is_null(), "no date", ("date",), True, "enter dates"),
        Rule(
            ~nw.col("is_new").is_null(),
            "no launch date of the product",
            ("is_new",),
            True,
            "enter launched in Products",
        ),
    ),
    date="date",
    adds={"is_new": ("product", "date")},
    prepare=_with_newness,
)
LISTED_LINES = Population(
    "orders",
    "order lines with list price and quantity",
    (
        _AMOUNT,
        Rule(~nw.col("list_price").is_null(), "no list price", ("list_price",), True, "enter it"),
        Rule(~nw.col("quantity").is_null(), "no quantity", ("quantity",), True, "enter it"),
    ),
    date="date",
)

KPIS = (
    Kpi(
        "vitality",
        "Revenue from new products",
        "Revenue from products launched less than new_product_years before the order, by the "
        "revenue from all products whose launch is known.",
        "docs/methods.md: Assortment",
        "share",
        Better.HIGHER,
        (LAUNCHED_LINES,),
        total("new revenue", nw.col("amount") * nw.col("is_new"), ("amount", "is_new")),
        total("amount"),
        settings=("new_product_years",),
    ),
    Kpi(
        "price_realisation",
        "Price realisation",
        "What was charged by what the list prices would have brought, over order lines that have a "
        "list price and a quantity.",
        "docs/methods.md: Assortment",
        "share",
        Better.HIGHER,
        (LISTED_LINES,),
        total("amount"),
        total(
            "list value",
            nw.col("list_price") * nw.col("quantity"),
            ("list_price", "quantity"),
        ),
    ),
)
