"""BG/NBD: customers buy at a pace of their own, and may leave after each purchase.

While a customer stays, purchases come at random at a rate that differs among customers by a gamma
distribution (shape r, rate alpha); after each the customer leaves with a chance that differs by a
beta distribution (a, b). Fader, Hardie and Lee (2005), "Counting Your Customers the Easy Way",
Marketing Science 24(2):275-284.
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
    Bound(-11, 11, "nobody seems to leave, no dropout to estimate", "everyone leaves at once"),
    Bound(-9, 11, "customers stay for ever or leave at once",
          "the chance to leave is the same for all"),
)  # fmt: skip
_STARTS = ((0.0, 0.0, -1.0, 0.7), (-1.5, 0.7, -1.0, 1.0), (1.0, 0.0, -3.0, 2.0),
           (0.0, 1.0, 0.0, -1.0), (2.0, -1.0, -2.0, 3.0))  # fmt: skip
"""By logarithms: r, the pace that it and alpha make by the one observed, odds of a, and a + b."""

_RELATIVE = 1e-15
_LARGE = 1e150
_EVERY = 16


@dataclass(frozen=True)
class BgNbd:
    """The parameters.

    Attributes:
        r: The shape of the paces.
        alpha: Their rate, in units of time.
        a: The first parameter of the chances to leave.
        b: The second.
    """

    r: float
    alpha: float
    a: float
    b: float


def fit(patterns: PurchasePatterns) -> Fitted[BgNbd]:
    """Find the parameters that make the purchases most likely.

    Method: maximum likelihood by log r, log alpha, the log odds of a / (a + b), and log (a + b),
    with time scaled to the longest; see `xlcrm.stats.fitted.maximum`.

    Args:
        patterns: What customers did.

    Raises:
        ValueError: No customer bought again.

    Example:
        >>> from xlcrm.stats.purchase_patterns import purchase_patterns
        >>> seen = purchase_patterns(*np.array([[0, 2, 9], [0, 30, 38], [39, 39, 39.0]]))
        >>> fit(seen).converged
        False
    """
    return likeliest(patterns, objective, _STARTS, _BOUNDS, _parameters)


def _parameters(free: Vector, unit: float) -> BgNbd:
    shape, rate, odds, size = (float(one) for one in free)
    share = 1 / (1 + math.exp(-odds))
    rest = 1 / (1 + math.exp(odds))
    both = math.exp(size)
    return BgNbd(math.exp(shape), unit * math.exp(rate), share * both, rest * both)


def objective(patterns: PurchasePatterns, unit: float = 1.0) -> Objective:
    """Give the mean log-likelihood of a customer as a function of the free parameters.

    Gamma functions are taken over distinct x only, logarithms over distinct times.

    Args:
        patterns: What customers did.
        unit: What times are divided by.

    Returns:
        A function of log r, log (alpha / unit), log (a / b), and log (a + b), that gives the mean
        and its gradient; time in units, which leaves x log(unit) away.
    """
    from scipy.special import digamma, gammaln

    share = patterns.weights / patterns.count
    purchases, ended, last = patterns.of_x, patterns.of_T, patterns.of_t_x
    x, seen, last_seen = purchases.values, ended.values / unit, last.values / unit
    by_x = np.bincount(purchases.of, share, len(x))
    by_end = np.bincount(ended.of, share, len(seen))
    bought_by_end = np.bincount(ended.of, share * patterns.x, len(seen))
    again = int(np.searchsorted(patterns.x, 1.0))  # patterns are sorted by x
    more, weights = patterns.x[again:], share[again:]
    end_of, last_of, x_of = ended.of[again:], last.of[again:], purchases.of[again:]

    def mean_and_gradient(free: Vector) -> tuple[float, Vector]:
        p = _parameters(free, 1.0)
        both = p.a + p.b
        to_end, to_last = np.log(p.alpha + seen), np.log(p.alpha + last_seen)
        until = p.r * by_end + bought_by_end
        since = to_end[end_of] - to_last[last_of]
        before = np.log(p.b + np.maximum(x, 1.0) - 1.0)
        odds = (p.r + more) * since + (math.log(p.a) - before[x_of])
        small = np.exp(-np.abs(odds))
        left = weights * np.where(odds > 0, 1.0, small) / (1.0 + small)
        value = (
            (by_x * (
                gammaln(p.r + x) - gammaln(p.r)
                + gammaln(p.b + x) - gammaln(p.b)
                - gammaln(both + x) + gammaln(both)
            )).sum()
            + p.r * math.log(p.alpha) - (until * to_end).sum()
            + (weights * (np.log1p(small) + np.maximum(odds, 0.0))).sum()
        )  # fmt: skip
        sooner, earlier = 1.0 / (p.alpha + seen), 1.0 / (p.alpha + last_seen)
        of_both = (by_x * (digamma(both) - digamma(both + x))).sum()
        left_by_x = np.bincount(x_of, left, len(x))
        by_r = (
            (by_x * (digamma(p.r + x) - digamma(p.r))).sum()
            + math.log(p.alpha) - (by_end * to_end).sum() + (left * since).sum()
        )  # fmt: skip
        by_alpha = (
            p.r / p.alpha - (until * sooner).sum()
            + (left * (p.r + more) * (sooner[end_of] - earlier[last_of])).sum()
        )  # fmt: skip
        by_a = of_both + left.sum() / p.a
        by_b = (
            of_both + (by_x * (digamma(p.b + x) - digamma(p.b))).sum()
            - (left_by_x * np.exp(-before)).sum()
        )  # fmt: skip
        turned = p.a * p.b / both
        return float(value), np.array(
            [p.r * by_r, p.alpha * by_alpha, turned * (by_a - by_b), p.a * by_a + p.b * by_b]
        )

    return mean_and_gradient


def log_likelihood(parameters: BgNbd, patterns: PurchasePatterns) -> float:
    """Give the log-likelihood of what customers did.

    Args:
        parameters: The parameters.
        patterns: What customers did.
    """
    p = parameters
    free = np.log([p.r, p.alpha, p.a / p.b, p.a + p.b])
    return objective(patterns)(free)[0] * patterns.count


def probability_alive(parameters: BgNbd, patterns: PurchasePatterns) -> Vector:
    """Give the chance that a customer has not left.

    Args:
        parameters: The parameters.
        patterns: What customers did.

    Returns:
        One chance a pattern, within 0 and 1; 1 for who bought once, who could not leave yet.
    """
    from scipy.special import expit

    p, x = parameters, patterns.x
    since = np.log(p.alpha + patterns.T) - np.log(p.alpha + patterns.t_x)
    odds = (p.r + x) * since + math.log(p.a) - np.log(p.b + np.maximum(x, 1.0) - 1.0)
    return np.where(x > 0, expit(-odds), 1.0)


def expected_purchases(
    parameters: BgNbd, patterns: PurchasePatterns, ahead: Vector | list[float]
) -> Vector:
    """Give the expected purchases of a customer in the time ahead.

    Args:
        parameters: The parameters.
        patterns: What customers did.
        ahead: m times, counted from the end of what was seen.

    Returns:
        m rows, one number a pattern in each.
    """
    # Of those who stay, the time of the last purchase tells nothing more: distinct x and T do.
    pairs = patterns.of_x.of * len(patterns.of_T.values) + patterns.of_T.of
    distinct, of = np.unique(pairs, return_inverse=True)
    x = patterns.of_x.values[distinct // len(patterns.of_T.values)]
    seen = patterns.of_T.values[distinct % len(patterns.of_T.values)]
    alive = probability_alive(parameters, patterns)
    rows = [_purchases_of_who_stays(parameters, x, seen, time)[of] * alive for time in ahead]
    return np.array(rows).reshape(len(rows), len(alive))


def expected_from_start(parameters: BgNbd, times: Vector | list[float]) -> Vector:
    """Give the expected repeat purchases of a new customer.

    Args:
        parameters: The parameters.
        times: m times since the first purchase.

    Returns:
        m numbers.

    Example:
        >>> cdnow = BgNbd(0.24259, 4.41353, 0.79289, 2.42575)
        >>> expected_from_start(cdnow, [1, 78]).round(4).tolist()
        [0.0532, 1.8579]
    """
    new = np.zeros(1)
    return np.array([_purchases_of_who_stays(parameters, new, new, t)[0] for t in times])


def _purchases_of_who_stays(p: BgNbd, x: Vector, seen: Vector, ahead: float) -> Vector:
    """Give the expected purchases ahead of customers who have not left yet.

    If nobody could leave, their number K would be negative binomial; of k purchases the j-th is
    made with the chance (b+x)_j / (a+b+x)_j. The sum over k of P(K = k) times these chances up to
    k has no term that is negative, unlike the closed form by 2F1, which breaks down at a = 1.
    """
    odds = ahead / (p.alpha + seen)
    answer = np.zeros(len(x))
    places = np.flatnonzero(odds > 0)
    nothing, whole = np.zeros(len(x)), np.ones(len(x))
    state = np.array(
        [
            p.r + x, odds / (1.0 + odds), p.b + x, p.a + p.b + x,
            whole, nothing, nothing, whole, -(p.r + x) * np.log1p(odds),
        ]
    )[:, places]  # fmt: skip
    k = 0
    while len(places):
        # Rows of the state, changed in place; chances of K are by that of 0, its logarithm last.
        shape, rising, stays, either, chance, total, reached, made, scale = state
        for _ in range(_EVERY):
            chance *= (shape + k) / (k + 1.0) * rising
            reached += made
            total += chance * reached
            made *= (stays + k) / (either + k)
            k += 1
        falls = (shape + k) / (k + 1.0) * rising * (1.0 + made / reached)
        rest = _RELATIVE * total * (1.0 - np.minimum(falls, 1.0))
        done = (falls < 1.0) & (chance * reached <= rest)
        large = chance * reached > _LARGE
        if large.any():
            cut = np.where(large, 1.0 / _LARGE, 1.0)
            chance *= cut
            total *= cut
            scale -= np.log(cut)
        if done.any():
            answer[places[done]] = np.exp(np.log(total[done]) + scale[done])
            places, state = places[~done], state[:, ~done]
    return answer
