"""Gamma-Gamma: what a purchase is worth, given what those of a customer so far were worth.

The values of a customer's purchases scatter about a mean of its own (gamma, shape p), and the means
differ among customers (by another gamma, q and v), whatever the number of purchases. Fader, Hardie
and Lee (2005), "RFM and CLV: Using Iso-Value Curves for Customer Base Analysis", Journal of
Marketing Research 42(4):415-430; Fader and Hardie (2013), "The Gamma-Gamma Model of Monetary
Value".
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from xlcrm.stats.fitted import Bound, Fitted, Objective, maximum

Vector = np.ndarray[Any, Any]

_BOUNDS = (
    Bound(-7, 11, "values scatter without end", "each customer's purchases are alike in value"),
    Bound(-7, 11, "mean values differ without end", "all customers spend alike"),
    Bound(-16, 16, "mean values differ without end", "all customers spend alike"),
)
_STARTS = ((1.0, 1.0, 1.0), (0.0, 0.7, 0.7), (2.0, 2.0, 0.0), (3.0, 1.0, -1.0), (-1.0, 1.5, 2.0))
"""By logarithms: p, q, and v by the mean value."""


@dataclass(frozen=True)
class GammaGamma:
    """The parameters.

    Attributes:
        p: The shape of the values of a customer's purchases.
        q: The shape of the customers' scales.
        v: Their rate, in money.
    """

    p: float
    q: float
    v: float


@dataclass(frozen=True)
class Spending:
    """Customers with what their purchases were worth, sorted so that their order never matters.

    Attributes:
        x: How many purchases each of n has, at least 1.
        mean: Their mean value, above 0.
    """

    x: Vector
    mean: Vector


def spending(x: Vector, mean: Vector) -> Spending:
    """Sort customers by what their purchases were worth.

    Args:
        x: How many purchases each of n customers has.
        mean: Their mean value.

    Raises:
        ValueError: A customer has no purchase, or a mean value that is not above 0.
    """
    bought, worth = np.asarray(x, dtype=float), np.asarray(mean, dtype=float)
    if not ((bought >= 1) & (worth > 0) & np.isfinite(worth)).all():
        raise ValueError("each customer needs a purchase and a mean value above 0")
    order = np.lexsort((worth, bought))
    return Spending(bought[order], worth[order])


def fit(given: Spending) -> Fitted[GammaGamma]:
    """Find the parameters that make the mean values most likely.

    Method: maximum likelihood by the logarithms of the parameters, with money scaled to its mean;
    see `xlcrm.stats.fitted.maximum`.

    Args:
        given: Customers with purchases of a positive mean value.

    Raises:
        ValueError: There is no customer.
    """
    if not len(given.x):
        raise ValueError("not identifiable: no customer with a repeat purchase of positive value")
    unit = float((given.x * given.mean).sum() / given.x.sum())
    found = maximum(objective(given, unit), [np.array(start) for start in _STARTS], _BOUNDS)
    p, q, v = (float(one) for one in np.exp(found.at))
    value = (found.value - math.log(unit)) * len(given.x)
    why = found.why_not
    if not why and q <= 1.0:
        why = f"values differ so much among customers (q {q:.3g}) that they have no mean"
    return Fitted(GammaGamma(p, q, v * unit), value, found.gradient, why)


def objective(given: Spending, unit: float = 1.0) -> Objective:
    """Give the mean log-likelihood of a customer as a function of the free parameters.

    Args:
        given: Customers with purchases.
        unit: What values are divided by.

    Returns:
        A function of log p, log q, and log (v / unit), that gives the mean and its gradient; money
        in units, which leaves log(unit) away.
    """
    from scipy.special import digamma, gammaln

    n, mean = float(len(given.x)), given.mean / unit
    x, of = np.unique(given.x, return_inverse=True)
    by_x = np.bincount(of) / n
    spent, logs = given.x * mean, np.log(mean)
    level, weighted = logs.sum() / n, (given.x * logs).sum() / n
    of_orders = (by_x * x * np.log(x)).sum()

    def mean_and_gradient(free: Vector) -> tuple[float, Vector]:
        p, q, v = (float(one) for one in np.exp(free))
        whole = np.log(spent + v)
        by_whole = np.bincount(of, whole) / n
        rest = (by_x * digamma(p * x + q)).sum()
        value = (
            (by_x * (gammaln(p * x + q) - gammaln(p * x))).sum() - float(gammaln(q))
            + q * math.log(v) + p * weighted - level + p * of_orders
            - ((p * x + q) * by_whole).sum()
        )  # fmt: skip
        gradient = [
            p * (
                (by_x * x * (digamma(p * x + q) - digamma(p * x))).sum()
                + weighted + of_orders - (x * by_whole).sum()
            ),
            q * (rest - float(digamma(q)) + math.log(v) - by_whole.sum()),
            q - v * ((p * given.x + q) / (spent + v)).sum() / n,
        ]  # fmt: skip
        return float(value), np.array(gradient)

    return mean_and_gradient


def log_likelihood(parameters: GammaGamma, given: Spending) -> float:
    """Give the log-likelihood of the mean values.

    Args:
        parameters: The parameters.
        given: Customers with purchases.
    """
    free = np.log([parameters.p, parameters.q, parameters.v])
    return objective(given)(free)[0] * len(given.x)


def expected_mean(parameters: GammaGamma, x: Vector, mean: Vector) -> Vector:
    """Give the expected mean value of a customer's purchases.

    Args:
        parameters: The parameters, q above 1 where a customer has no purchase.
        x: How many purchases each of n customers has.
        mean: Their mean value, not negative; it does not count where there is none.

    Returns:
        n values: between the customer's own mean and that of all, nearer the former the more
        purchases there are.

    Example:
        >>> cdnow = GammaGamma(6.25, 3.74, 15.44)
        >>> expected_mean(cdnow, np.array([2, 0]), np.array([22.35, 0])).round(2).tolist()
        [24.66, 35.22]
    """
    p = parameters
    expected: Vector = p.p * (p.v + x * mean) / (p.p * x + p.q - 1.0)
    return expected
