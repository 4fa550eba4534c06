"""The models behind a customer's value: fitted, or refused with the reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np

from xlcrm.analytics.customers.purchase_histories import PurchaseHistories
from xlcrm.conditions import Where
from xlcrm.errors import NotAvailable, OutOfDomain
from xlcrm.kpis.sales import COSTED_LINES_OF_ACCOUNTS
from xlcrm.model.model import Model
from xlcrm.periods import Period
from xlcrm.reduce.population import select
from xlcrm.reduce.sums import grouped_sums, totals
from xlcrm.stats import bg_nbd, gamma_gamma, pareto_nbd
from xlcrm.stats.fitted import Fitted
from xlcrm.stats.gamma_gamma import GammaGamma, Spending
from xlcrm.stats.purchase_patterns import PurchasePatterns, purchase_patterns

Vector = np.ndarray[Any, Any]

LEAST_CUSTOMERS = 10
"""Four parameters are not told by fewer."""


@dataclass(frozen=True)
class PurchaseModel:
    """A model of how customers buy and leave.

    Attributes:
        name: What it is called.
        fit: Finds its parameters.
        probability_alive: Gives the chance that a customer of each pattern has not left.
        expected_purchases: Gives the purchases that each pattern lets expect in times ahead.
    """

    name: str
    fit: Callable[[PurchasePatterns], Fitted[Any]]
    probability_alive: Callable[[Any, PurchasePatterns], Vector]
    expected_purchases: Callable[[Any, PurchasePatterns, list[float]], Vector]


METHODS: Mapping[str, PurchaseModel] = {
    "bg_nbd": PurchaseModel(
        "BG/NBD", bg_nbd.fit, bg_nbd.probability_alive, bg_nbd.expected_purchases
    ),
    "pareto_nbd": PurchaseModel(
        "Pareto/NBD",
        pareto_nbd.fit,
        pareto_nbd.probability_alive,
        pareto_nbd.expected_purchases,
    ),
}
"""The models by the name of the method, the default first."""


@dataclass(frozen=True)
class FittedPurchases:
    """How customers buy.

    Attributes:
        model: The model.
        patterns: What customers did.
        found: Its parameters.
    """

    model: PurchaseModel
    patterns: PurchasePatterns
    found: Fitted[Any]

    @property
    def alive(self) -> Vector:
        """The chance that each customer has not left."""
        chances = self.model.probability_alive(self.found.parameters, self.patterns)
        return chances[self.patterns.of_customers]

    def expected(self, weeks: Vector) -> Vector:
        """Give the purchases to be expected of each pattern, one row a time ahead."""
        return self.model.expected_purchases(self.found.parameters, self.patterns, list(weeks))


@dataclass(frozen=True)
class FittedValues:
    """What purchases are worth.

    Attributes:
        given: The customers with repeat purchases of a positive mean value.
        found: The parameters of Gamma-Gamma.
        left_out: How many customers with repeat purchases have no positive mean value.
    """

    given: Spending
    found: Fitted[GammaGamma]
    left_out: int


def fitted_purchases(histories: PurchaseHistories, method: str) -> FittedPurchases:
    """Fit a model of purchases.

    Days with purchases are whole and in order, so a time that lies beyond the end, or a repeat
    without a time, which the model itself refuses, cannot come from orders.

    Args:
        histories: What customers bought.
        method: One of `METHODS`.

    Raises:
        NotAvailable: There are too few customers.
        OutOfDomain: Nobody bought again, or there is no maximum inside the limits.
    """
    model, count = METHODS[method], len(histories.x)
    if count < LEAST_CUSTOMERS:
        raise NotAvailable(f"{model.name} needs {LEAST_CUSTOMERS} customers; {count} bought")
    if not histories.x.any():
        raise OutOfDomain(
            f"{model.name} is not identifiable: no repeat purchases, none of {count:,} customers "
            "bought on a second day; take in more time"
        )
    patterns = purchase_patterns(histories.x, histories.t_x, histories.T)
    found = model.fit(patterns)
    _require_converged(model.name, found)
    return FittedPurchases(model, patterns, found)


def fitted_values(histories: PurchaseHistories) -> FittedValues:
    """Fit Gamma-Gamma to what repeat purchases were worth.

    Args:
        histories: What customers bought.

    Raises:
        OutOfDomain: No repeat purchase was worth anything, or there is no maximum inside the
            limits.
    """
    again = histories.x > 0
    positive = again & (histories.mean > 0)
    if not positive.any():
        raise OutOfDomain("Gamma-Gamma is not identifiable: no repeat purchase has a value above 0")
    given = gamma_gamma.spending(histories.x[positive], histories.mean[positive])
    found = gamma_gamma.fit(given)
    _require_converged("Gamma-Gamma, for the value of an order", found)
    return FittedValues(given, found, int(again.sum() - positive.sum()))


def _require_converged(name: str, found: Fitted[Any]) -> None:
    if found.why_not:
        raise OutOfDomain(
            f"{name}: {found.why_not}; take in more customers or time, or narrow where to "
            "customers of one kind"
        )


def mean_orders(values: FittedValues, histories: PurchaseHistories) -> Vector:
    """Give the expected value of an order of each customer.

    A mean below 0 counts as 0: of what was all brought back no negative order can be foretold.

    Args:
        values: What purchases are worth.
        histories: What customers bought.
    """
    own = np.maximum(histories.mean, 0.0)
    return gamma_gamma.expected_mean(values.found.parameters, histories.x, own)


def margin_of_orders(model: Model, where: Where, days: Period) -> float | None:
    """Give the margin of order lines whose cost is known, or None where there is none.

    Args:
        model: The model.
        where: Conditions.
        days: The days that count.
    """
    if "orders" not in model.tables:
        return None
    population = COSTED_LINES_OF_ACCOUNTS
    columns = ["amount", "cost"]
    rows = select(model, population, columns, where, days).counted
    sums = grouped_sums(rows, [], {"amount": "amount", "margin": nw.col("amount") - nw.col("cost")})
    answer = totals(sums, [], {name: (name, None) for name in ("amount", "margin")})
    amount, margin = float(answer["amount"].iloc[0]), float(answer["margin"].iloc[0])
    return margin / amount if amount > 0 else None
