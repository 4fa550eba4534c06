"""Pareto/NBD: customers buy at a pace of their own, and leave at some time, seen or not.

While a customer stays, purchases come at random at a rate that differs among customers by a gamma
distribution (shape r, rate alpha); the customer leaves at a rate that differs by another (s, beta).
Schmittlein, Morrison and Colombo (1987), "Counting Your Customers: Who Are They and What Will They
Do Next?", Management Science 33(1):1-24.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from xlcrm.stats.fitted import Bound, Fitted, Objective
from xlcrm.stats.purchase_patterns import PurchasePatterns, likeliest

Vector = np.ndarray[Any, Any]

_BOUNDS = (
    Bound(-9, 9, "almost nobody buys again", "all customers buy at the same pace"),
    Bound(-12, 14, "almost nobody buys again", "all customers buy at the same pace"),
    Bound(-9, 9, "nobody seems to leave, no dropout to estimate",
          "the chance to leave is the same for all"),
    Bound(-12, 14, "customers leave at once or never", "nobody seems to leave, no dropout to "
          "estimate"),
)  # fmt: skip
_STARTS = ((0.0, 0.0, 0.0, 0.0), (-0.6, 0.0, -0.6, -1.0), (1.0, 0.0, 1.0, 1.0),
           (-1.5, 1.0, -1.5, -2.0), (2.0, 0.0, -2.0, 2.0))  # fmt: skip
"""By logarithms: r, the pace that it and alpha make by the one observed, s, and beta."""

_NODES = 32
_DEEPEST = 42.0
_BLOCK = 4096


@dataclass(frozen=True)
class ParetoNbd:
    """The parameters.

    Attributes:
        r: The shape of the paces of buying.
        alpha: Their rate, in units of time.
        s: The shape of the rates of leaving.
        beta: Their rate, in units of time.
    """

    r: float
    alpha: float
    s: float
    beta: float


@dataclass(frozen=True)
class _Left:
    """What a customer who has left since the last purchase adds to the likelihood.

    Attributes:
        log: The logarithm of its likelihood by that of having stayed, less log s.
        by_log_alpha: The mean of log(alpha + y) over the times y at which it may have left.
        by_log_beta: The mean of log(beta + y).
        by_alpha: The mean of 1 / (alpha + y).
        by_beta: The mean of 1 / (beta + y).
    """

    log: Vector
    by_log_alpha: Vector
    by_log_beta: Vector
    by_alpha: Vector
    by_beta: Vector


def fit(patterns: PurchasePatterns) -> Fitted[ParetoNbd]:
    """Find the parameters that make the purchases most likely.

    Method: maximum likelihood by the logarithms of the parameters, with time scaled to the longest;
    see `xlcrm.stats.fitted.maximum`.

    Args:
        patterns: What customers did.

    Raises:
        ValueError: No customer bought again.
    """
    return likeliest(patterns, objective, _STARTS, _BOUNDS, _parameters)


def _parameters(free: Vector, unit: float) -> ParetoNbd:
    r, alpha, s, beta = (float(one) for one in np.exp(free))
    return ParetoNbd(r, unit * alpha, s, unit * beta)


def objective(patterns: PurchasePatterns, unit: float = 1.0) -> Objective:
    """Give the mean log-likelihood of a customer as a function of the free parameters.

    Args:
        patterns: What customers did.
        unit: What times are divided by.

    Returns:
        A function of log r, log (alpha / unit), log s, and log (beta / unit), that gives the mean
        and its gradient; time in units, which leaves x log(unit) away.
    """
    from scipy.special import digamma, gammaln

    share = patterns.weights / patterns.count
    x, times = patterns.of_x.values, patterns.of_T.values / unit
    by_x = np.bincount(patterns.of_x.of, share, len(x))
    by_end = np.bincount(patterns.of_T.of, share, len(times))
    bought_by_end = np.bincount(patterns.of_T.of, share * patterns.x, len(times))
    last, seen = patterns.t_x / unit, patterns.T / unit

    def mean_and_gradient(free: Vector) -> tuple[float, Vector]:
        r, alpha, s, beta = (float(one) for one in np.exp(free))
        p = ParetoNbd(r, alpha, s, beta)
        by_alpha, by_beta = np.log(alpha + times), np.log(beta + times)
        until = r * by_end + bought_by_end
        left = _left(p, patterns.x, last, seen)
        odds = math.log(s) + left.log
        small = np.exp(-np.abs(odds))
        gone = share * np.where(odds > 0, 1.0, small) / (1.0 + small)
        value = (
            (by_x * (gammaln(r + x) - gammaln(r))).sum()
            + r * math.log(alpha) - (until * by_alpha).sum()
            + s * math.log(beta) - s * (by_end * by_beta).sum()
            + (share * (np.log1p(small) + np.maximum(odds, 0.0))).sum()
        )  # fmt: skip
        end_alpha, end_beta = by_alpha[patterns.of_T.of], by_beta[patterns.of_T.of]
        gradient = [
            r * (
                (by_x * (digamma(r + x) - digamma(r))).sum()
                + math.log(alpha) - (by_end * by_alpha).sum()
                + (gone * (end_alpha - left.by_log_alpha)).sum()
            ),
            r - alpha * (
                (until / (alpha + times)).sum()
                - (gone * (r + patterns.x) * (1.0 / (alpha + seen) - left.by_alpha)).sum()
            ),
            s * (
                math.log(beta) - (by_end * by_beta).sum()
                + (gone * (1.0 / s + end_beta - left.by_log_beta)).sum()
            ),
            s - beta * (
                s * (by_end / (beta + times)).sum()
                - (gone * (s / (beta + seen) - (s + 1.0) * left.by_beta)).sum()
            ),
        ]  # fmt: skip
        return float(value), np.array(gradient)

    return mean_and_gradient


def _left(p: ParetoNbd, x: Vector, last: Vector, seen: Vector) -> _Left:
    """Weigh the times at which customers may have left.

    The likelihood of having left at y, by that of having stayed to T, is s times the integral from
    t_x to T of ((alpha+T)/(alpha+y))^(r+x) ((beta+T)/(beta+y))^s / (beta+y). It is the difference
    of two 2F1, which cancel where t_x is near T and overflow where x is large; here it is taken by
    Gauss and Legendre's rule over log(y + the smaller of alpha and beta), on which scale the
    integrand is smooth, and by its largest value, at t_x.
    """
    columns = [
        _left_of(p, x[k : k + _BLOCK], last[k : k + _BLOCK], seen[k : k + _BLOCK])
        for k in range(0, len(x), _BLOCK)
    ]
    return _Left(*(np.concatenate(parts) for parts in zip(*columns, strict=True)))


def _left_of(p: ParetoNbd, x: Vector, last: Vector, seen: Vector) -> tuple[Vector, ...]:
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    near = min(p.alpha, p.beta)
    bought = p.r + x
    # The integrand falls by this power of y + near at least: beyond some depth nothing is left.
    falls = bought * (near + last) / (p.alpha + last) + p.s * (near + last) / (p.beta + last)
    width = np.log1p((seen - last) / (near + last))
    width = np.minimum(width, _DEEPEST / np.maximum(falls, 1e-300))
    steps = np.multiply.outer((nodes + 1.0) / 2.0, width)
    further = (near + last) * np.expm1(steps)
    first_alpha, first_beta = p.alpha + last, p.beta + last
    more_alpha, more_beta = np.log1p(further / first_alpha), np.log1p(further / first_beta)
    part = np.exp(-bought * more_alpha - (p.s + 1.0) * more_beta + steps)
    part *= weights[:, None]
    whole = part.sum(axis=0)
    whole = np.where(width > 0, whole, 1.0)
    since = np.log1p((seen - last) / first_alpha), np.log1p((seen - last) / first_beta)
    scale = np.log(np.maximum(width, 1e-300) / 2.0 * (near + last)) - np.log(first_beta)
    logs = np.where(width > 0, bought * since[0] + p.s * since[1] + scale + np.log(whole), -np.inf)
    means = [
        (part * values).sum(axis=0) / whole
        for values in (
            more_alpha, more_beta, 1.0 / (first_alpha + further), 1.0 / (first_beta + further),
        )
    ]  # fmt: skip
    return logs, np.log(first_alpha) + means[0], np.log(first_beta) + means[1], means[2], means[3]


def log_likelihood(parameters: ParetoNbd, patterns: PurchasePatterns) -> float:
    """Give the log-likelihood of what customers did.

    Args:
        parameters: The parameters.
        patterns: What customers did.
    """
    p = parameters
    return objective(patterns)(np.log([p.r, p.alpha, p.s, p.beta]))[0] * patterns.count


def probability_alive(parameters: ParetoNbd, patterns: PurchasePatterns) -> Vector:
    """Give the chance that a customer has not left.

    Args:
        parameters: The parameters.
        patterns: What customers did.

    Returns:
        One chance a pattern, within 0 and 1.
    """
    from scipy.special import expit

    left = _left(parameters, patterns.x, patterns.t_x, patterns.T)
    alive: Vector = expit(-(math.log(parameters.s) + left.log))
    return alive


def expected_purchases(
    parameters: ParetoNbd, patterns: PurchasePatterns, ahead: Vector | list[float]
) -> Vector:
    """Give the expected purchases of a customer in the time ahead.

    Args:
        parameters: The parameters.
        patterns: What customers did.
        ahead: m times, counted from the end of what was seen.

    Returns:
        m rows, one number a pattern in each.
    """
    p = parameters
    paces = (p.r + patterns.x) / (p.alpha + patterns.T) * probability_alive(p, patterns)
    times = np.asarray(ahead, dtype=float)[:, None]
    expected: Vector = paces * _time_with_customer(p.s, p.beta + patterns.T, times)
    return expected


def expected_from_start(parameters: ParetoNbd, times: Vector | list[float]) -> Vector:
    """Give the expected repeat purchases of a new customer.

    Args:
        parameters: The parameters.
        times: m times since the first purchase.

    Returns:
        m numbers.
    """
    p = parameters
    expected: Vector = (
        p.r / p.alpha * _time_with_customer(p.s, np.array(p.beta), np.asarray(times, dtype=float))
    )
    return expected


def _time_with_customer(s: float, rate: Vector, ahead: Vector) -> Vector:
    """Give the expected time that a customer stays of the time ahead; s may be 1."""
    longer = np.log1p(ahead / rate)
    power = s - 1.0
    stays: Vector = rate * (-np.expm1(-power * longer) / power if power else longer)
    return stays
