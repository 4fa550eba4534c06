"""What open deals are worth: amount, list price or the manager's override, and how surely."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.cells import text_key
from xlcrm.kpis.declaration import Weighting
from xlcrm.kpis.probability import LEAST, METHODS, MOST, Chances
from xlcrm.model.model import Model
from xlcrm.reduce.dates import midnight
from xlcrm.reduce.population import Population, Rule
from xlcrm.reduce.problems import require_readable

FROM_AMOUNT, FROM_LIST, FROM_OVERRIDE = 0.0, 1.0, 2.0
"""Where a deal's value comes from: its amount, its product's list price, the manager."""

_VALUE_FROM = dict.fromkeys(("value", "value_from"), ("amount", "product"))
_WORTH_FROM = {
    **_VALUE_FROM,
    **dict.fromkeys(("worth", "worth_from"), ("amount", "product", "override")),
    **dict.fromkeys(("expected_on", "is_overdue"), ("expected_close",)),
}
_STATUS_OPEN = Rule(nw.col("status") == "open", "not open", ("status",))
_VALUED = Rule(
    ~nw.col("value").is_null(),
    "no amount",
    ("value",),
    lack=True,
    remedy="enter amounts, or set missing_amount to list price",
)


def list_prices(model: Model) -> dict[str, float]:
    """Give the list price of each product that has one, by its folded name.

    Args:
        model: A model, with or without products.
    """
    if "products" not in model.tables:
        return {}
    require_readable(model, "products", ["product", "list_price"])
    frame = model.columns("products", ["product", "list_price"]).frame.collect().to_pandas()
    priced = frame[frame["list_price"].notna() & frame["product"].notna()]
    return {
        text_key(str(name)): float(price)
        for name, price in zip(priced["product"], priced["list_price"], strict=True)
    }


def value_of(model: Model) -> tuple[nw.Expr, nw.Expr]:
    """Say what an open deal is worth if won, and where that comes from.

    A value from a list price is 1 here, a count, and gets its price as a weight later: so the
    price needs no join, on any engine.

    Args:
        model: The model, whose setting ``missing_amount`` decides.

    Returns:
        Expressions for ``value`` and ``value_from`` over ``amount`` and ``product``.
    """
    amount = nw.col("amount")
    if not _uses_list_prices(model):
        return amount, nw.lit(FROM_AMOUNT)
    prices = list_prices(model)
    products = model.columns("deals", ["product"]).frame.unique().collect()["product"].to_list()
    priced = [p for p in products if isinstance(p, str) and text_key(p) in prices]
    by_list = amount.is_null() & nw.col("product").is_in(priced)
    return (
        nw.when(by_list).then(nw.lit(1.0)).otherwise(amount),
        nw.when(by_list).then(nw.lit(FROM_LIST)).otherwise(nw.lit(FROM_AMOUNT)),
    )


def with_value(model: Model, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Add what an open deal is worth if won, as ``value`` of the kind ``value_from``.

    Args:
        model: The model.
        frame: Deals with ``amount`` and ``product``.
    """
    value, value_from = value_of(model)
    return frame.with_columns(value=value, value_from=value_from)


OPEN = Population("deals", "open deals", (_STATUS_OPEN,), date="expected_close")
"""Open deals, by the day on which the customer is expected to decide."""

OPEN_VALUED = Population(
    "deals",
    "open deals",
    (_STATUS_OPEN, _VALUED),
    date="expected_close",
    adds=_VALUE_FROM,
    prepare=with_value,
)
"""Open deals with what they would bring if won."""

OVERDUE = ("push", "include", "exclude")
"""What happens to open deals whose expected close lies before `as_of`; the default first: they
are pushed to `as_of`, counted where they stand, or left out (docs/methods.md, Expected revenue)."""

_OMITTED = Rule(
    nw.col("forecast_category").is_null()
    | ~nw.col("forecast_category").is_in(["omitted", "Omitted", "OMITTED"]),
    "omitted from the forecast",
    ("forecast_category",),
)
_WORTH = Rule(
    ~nw.col("worth").is_null(), _VALUED.otherwise, ("worth",), lack=True, remedy=_VALUED.remedy
)
NOT_OVERDUE = Rule(nw.col("is_overdue") == 0.0, "expected close lies before as_of", ("is_overdue",))
"""What is met by open deals that are not overdue, of a population that knows."""


def expected_population(overdue: str = OVERDUE[0]) -> Population:
    """Give the open deals of a forecast, by the day on which they are expected to close.

    Args:
        overdue: What happens to overdue deals, one of `OVERDUE`.
    """

    def prepare(model: Model, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        value, value_from = value_of(model)
        close = nw.col("expected_close")
        as_of = midnight(model.as_of)
        late = (close < as_of).fill_null(value=False)
        added = {
            "value": value,
            "expected_on": nw.when(late).then(as_of).otherwise(close)
            if overdue == "push"
            else close,
            "is_overdue": late.cast(nw.Float64()),
        }
        if has_overrides(model):
            called = ~nw.col("override").is_null()
            added["worth"] = nw.when(called).then(nw.col("override")).otherwise(value)
            added["worth_from"] = nw.when(called).then(nw.lit(FROM_OVERRIDE)).otherwise(value_from)
        else:
            added |= {"worth": value, "worth_from": value_from}
        return frame.with_columns(value_from=value_from, **added)

    rules = (_STATUS_OPEN, _OMITTED, _WORTH)
    return Population(
        "deals",
        "open deals",
        (*rules, NOT_OVERDUE) if overdue == "exclude" else rules,
        date="expected_on",
        adds=_WORTH_FROM,
        prepare=prepare,
    )


OPEN_WORTH = expected_population()
"""Open deals with what they are worth, overdue ones pushed to `as_of`."""


def list_price_weights(model: Model, groups: pd.DataFrame, kind: str) -> np.ndarray[Any, Any]:
    """Give the weight of each group's value: its list price where that stands in for an amount.

    Args:
        model: The model.
        groups: Groups of open deals, with ``product`` where list prices are used.
        kind: The column that says where each group's value comes from; without it, from amounts.
    """
    weights = np.ones(len(groups))
    by_list = came_from(FROM_LIST, groups, kind)
    if by_list.any():
        prices = list_prices(model)
        weights[by_list] = [prices[text_key(str(name))] for name in groups["product"][by_list]]
    return weights


def came_from(source: float, groups: pd.DataFrame, kind: str) -> np.ndarray[Any, Any]:
    """Say which groups' value comes from a source.

    Args:
        source: One of `FROM_AMOUNT`, `FROM_LIST` and `FROM_OVERRIDE`.
        groups: Groups of open deals.
        kind: The column that says it; without it, all values come from amounts.
    """
    if kind not in groups:
        return np.full(len(groups), source == FROM_AMOUNT)
    return (groups[kind] == source).to_numpy()


def _value_weights(model: Model, _: str, groups: pd.DataFrame) -> np.ndarray[Any, Any]:
    return list_price_weights(model, groups, "value_from")


def _expected_weights(model: Model, method: str, groups: pd.DataFrame) -> np.ndarray[Any, Any]:
    return expected_weights(Chances(model, method), groups)


def expected_weights(chances: Chances, groups: pd.DataFrame) -> np.ndarray[Any, Any]:
    """Give the weight of each group's worth: list price times probability.

    Args:
        chances: The probabilities in force.
        groups: Groups with ``stage`` and whatever else `EXPECTED` asks for.
    """
    weights = list_price_weights(chances.model, groups, "worth_from")
    weights *= chances_of(chances, groups)
    return weights


def chances_of(chances: Chances, groups: pd.DataFrame) -> np.ndarray[Any, Any]:
    """Give the probability of each group: 1 where the manager has put an amount.

    Args:
        chances: The probabilities in force.
        groups: Groups with ``stage`` and whatever else `EXPECTED` asks for.
    """
    chance = np.ones(len(groups))
    asked = ~came_from(FROM_OVERRIDE, groups, "worth_from")
    if chances.method == "deal":
        own = groups["probability"].to_numpy(dtype=float)
        has_own = asked & ~np.isnan(own)
        chance[has_own] = np.clip(own[has_own], LEAST, MOST)
        asked = asked & ~has_own
    if asked.any():
        chance[asked] = chances.of_stages(groups["stage"][asked])
    return chance


def _expected_keys(model: Model, method: str) -> tuple[str, ...]:
    """Name what tells a deal's weight; fewer columns make fewer groups, and faster ones."""
    listed = ("worth_from", "product") if _uses_list_prices(model) else ()
    called = ("worth_from",) if has_overrides(model) else ()
    own = ("probability",) if method == "deal" else ()
    return tuple(dict.fromkeys(("stage", *listed, *called, *own)))


def _value_keys(model: Model, _: str) -> tuple[str, ...]:
    return ("value_from", "product") if _uses_list_prices(model) else ()


def has_overrides(model: Model) -> bool:
    """Say whether a manager has put an amount in the place of any deal's.

    Args:
        model: A model with deals.
    """

    def count(of: Model) -> int:
        frame = of.columns("deals", ["override"]).frame
        return int(frame.select(nw.col("override").count().alias("n")).collect()["n"].item())

    return model.fact("overrides", count) > 0


def _uses_list_prices(model: Model) -> bool:
    return model.settings.word("missing_amount") == "list price"


VALUE = Weighting(("plain",), _value_keys, _value_weights)
"""Weights for ``value``: list prices."""

EXPECTED = Weighting(METHODS, _expected_keys, _expected_weights)
"""Weights for ``worth``: list prices times the probability of the deal's stage."""
