"""What is bought together."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xlcrm.analytics.cross_selling.baskets import ACCOUNT, ORDER, Bought, bought
from xlcrm.analytics.cross_selling.offers import (
    names_of,
    offers_of,
    owners_of,
    spoken_for,
    who_lacks,
)
from xlcrm.analytics.options import method_named, option
from xlcrm.cells import MOST_ROWS
from xlcrm.conditions import Where
from xlcrm.errors import NotAvailable, OutOfDomain, shortened
from xlcrm.model.model import Model
from xlcrm.stats.association_rules import Rules, association_rules
from xlcrm.stats.frequent_sets import MOST_SETS, Baskets
from xlcrm.stats.hypergeometric import upper_tail

METHODS = {"customers": ACCOUNT, "orders": ORDER}
"""What a basket is, the default first."""

VIEWS = ("rules", "accounts")
"""What is listed, the default first."""

MOST_ITEMS = 4
"""The most things that lead to another."""

ACCOUNTS_LISTED = 1_000


def cross_sell(
    model: Model,
    item: str = "product",
    where: Where = "",
    period: str = "",
    support: float | None = None,
    confidence: float | None = None,
    size: float | None = None,
    show: str = "rules",
    top: float | None = None,
    method: str = "customers",
) -> pd.DataFrame:
    """Find what is bought together, and who has one and lacks the other.

    Args:
        model: A model with orders.
        item: One column that names what is sold.
        where: Conditions on orders.
        period: The days that count.
        support: The least share of baskets with all of a rule; None for the setting
            ``cross_sell_support``.
        confidence: The least share of baskets with the first part that have the second; None for
            the setting ``cross_sell_confidence``.
        size: The most things of a first part; None for the setting ``cross_sell_items``.
        show: One of `VIEWS`.
        top: How many rows to list; None for all rules, or `ACCOUNTS_LISTED`.
        method: One of `METHODS`.

    Returns:
        For rules ``has``, ``sells``, ``baskets`` (with both), ``support``, ``confidence``,
        ``lift``, ``p`` (Fisher's exact test, one-sided) and ``accounts`` (that have and lack).
        For accounts ``account_id``, ``owner``, ``has``, ``lacks``, ``lift``, ``confidence``,
        ``basket`` and ``expected`` (money).

    Raises:
        NotAvailable: Nothing was sold, no rule is strong enough, or nobody lacks anything.
        OutOfDomain: A limit lies outside its range, or more rules hold than a sheet has rows.
        WrongValue: There is no such method or view.
    """
    chosen, view = method_named(method, METHODS), option("show", show, VIEWS)
    if top is not None and top < 1:
        raise OutOfDomain(f"top {top:g} lists nothing; give 1 or more")
    least = limits(model, support, confidence, size)
    had = bought(model, item, where, period)
    together = had if chosen == "customers" else bought(model, item, where, period, ORDER)
    rules = rules_over(together, had, *least)
    if view == "accounts":
        return _accounts(model, rules, had, int(top or ACCOUNTS_LISTED))
    return _listed(rules, had, top)


def limits(
    model: Model,
    support: float | None = None,
    confidence: float | None = None,
    size: float | None = None,
) -> tuple[float, float, int]:
    """Give the limits of rules, those of the settings where none is given.

    Args:
        model: The model.
        support: The least share of baskets.
        confidence: The least share of baskets with the first part.
        size: The most things of a first part.

    Raises:
        OutOfDomain: A share lies outside 0 to 1, or the size outside 1 to `MOST_ITEMS`.
    """
    settings = model.settings
    shares = {
        "support": settings.number("cross_sell_support") if support is None else support,
        "confidence": settings.number("cross_sell_confidence")
        if confidence is None
        else confidence,
    }
    for name, value in shares.items():
        if not 0 <= value <= 1:
            raise OutOfDomain(f"{name} {value:g} lies outside 0 to 1; 1% is 0.01")
    items = settings.number("cross_sell_items") if size is None else size
    if not 1 <= items <= MOST_ITEMS:
        raise OutOfDomain(f"size {items:g} lies outside 1 to {MOST_ITEMS}")
    return shares["support"], shares["confidence"], int(items)


def rules_over(
    together: Bought, had: Bought, support: float, confidence: float, size: int
) -> Rules:
    """Find the rules over baskets, under the numbers of the items that customers have.

    Args:
        together: What lies in each basket.
        had: What the customers have.
        support: The least share of baskets.
        confidence: The least share of baskets with the first part.
        size: The most things of a first part.

    Raises:
        NotAvailable: No rule is strong enough.
        OutOfDomain: There are too many frequent sets.
    """
    held, items = together.held, had.items
    if together is not had:  # an item of orders may be one that no customer is known to have
        place = np.searchsorted(items.astype(str), together.items.astype(str))
        found = np.minimum(place, len(items) - 1)
        known = (items[found] == together.items)[held.item]
        held = Baskets(held.basket[known], found[held.item[known]], held.count, len(items))
    try:
        rules = association_rules(held, support, confidence, size)
    except OverflowError:
        raise OutOfDomain(
            f"more than {MOST_SETS:,} sets reach support {support:g}: raise it, or lower size"
        ) from None
    if not len(rules.second):
        raise NotAvailable(
            f"no rule reaches support {support:g} and confidence {confidence:g} over "
            f"{held.count:,} baskets: lower them, or look at a longer period"
        )
    return rules


def _listed(rules: Rules, had: Bought, top: float | None) -> pd.DataFrame:
    if top is None and len(rules.second) >= MOST_ROWS:
        raise OutOfDomain(
            f"{len(rules.second):,} rules are more than rows of a sheet: give top, or raise support"
        )
    if top is not None:
        rules = rules.at(np.arange(min(int(top), len(rules.second))))
    p = upper_tail(rules.both, rules.with_first, rules.with_second, float(rules.baskets))
    return pd.DataFrame(
        {
            "has": names_of(rules, had.items),
            "sells": had.items[rules.second],
            "baskets": rules.both.astype(float),
            "support": rules.support,
            "confidence": rules.confidence,
            "lift": rules.lift,
            "p": p,
            "accounts": who_lacks(rules, had).astype(float),
        }
    )


def _accounts(model: Model, rules: Rules, had: Bought, top: int) -> pd.DataFrame:
    """List what accounts lack, the most expected first, equal ones by account and item."""
    offers = offers_of(rules, had)
    by_rank = np.argsort(offers.rank)
    levels = np.unique(-offers.expected, return_inverse=True)[1][by_rank]
    none = len(by_rank)
    best = np.zeros((2, 0), dtype=np.int64)
    for start, ranks in spoken_for(offers, had):
        account, place = np.nonzero(ranks < none)
        found = np.vstack([account + start, ranks[account, place]])
        found = np.hstack([best, _leading(found, levels, top)])
        best = found[:, np.lexsort((found[1], found[0], levels[found[1]]))[:top]]
    if not best.shape[1]:
        raise NotAvailable("nobody has the first part of a rule with lift above 1 and lacks more")
    accounts, spoken = had.baskets[best[0]], by_rank[best[1]]
    told = offers.rules.at(spoken)
    return pd.DataFrame(
        {
            "account_id": [shortened(account) for account in accounts],
            "owner": owners_of(model, list(accounts)),
            "has": names_of(told, had.items),
            "lacks": had.items[told.second],
            "lift": told.lift,
            "confidence": told.confidence,
            "basket": offers.basket[spoken],
            "expected": offers.expected[spoken],
        }
    )


def _leading(found: np.ndarray, levels: np.ndarray, top: int) -> np.ndarray:
    """Leave out what cannot be among the first."""
    reached = levels[found[1]]
    if len(reached) <= top:
        return found
    return found[:, reached <= np.partition(reached, top - 1)[top - 1]]
