"""What to offer each customer next."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xlcrm.analytics.cross_selling.baskets import bought
from xlcrm.analytics.cross_selling.offers import names_of, offers_of, owners_of, spoken_for
from xlcrm.analytics.cross_selling.rules import limits, rules_over
from xlcrm.conditions import Where
from xlcrm.errors import NotAvailable, OutOfDomain, shortened
from xlcrm.model.model import Model


def next_best(
    model: Model, item: str = "product", where: Where = "", period: str = "", top: float = 1.0
) -> pd.DataFrame:
    """Name for each customer what to offer next (docs/methods.md, Next best product).

    Args:
        model: A model with orders.
        item: One column that names what is sold.
        where: Conditions on orders.
        period: The days that count.
        top: How many offers to name for each customer.

    Returns:
        ``account_id``, ``owner``, ``rank``, ``offer``, ``because`` (what the customer has),
        ``confidence``, ``lift``, ``basket`` and ``expected`` (money); customers by the most
        expected, equal ones by account, and each one's offers likewise, equal ones by name.

    Raises:
        NotAvailable: Nothing was sold, or no rule fits any customer.
        OutOfDomain: ``top`` is below 1, or there are too many frequent sets.
    """
    if top < 1:
        raise OutOfDomain(f"top {top:g} names no offer; give 1 or more")
    had = bought(model, item, where, period)
    offers = offers_of(rules_over(had, had, *limits(model)), had)
    none = len(offers.rank)
    parts = []
    for start, ranks in spoken_for(offers, had):
        few = min(int(top), ranks.shape[1])
        best = np.sort(np.partition(ranks, few - 1, axis=1)[:, :few], axis=1) if few else ranks
        account, place = np.nonzero(best < none)
        parts.append((account + start, place, best[account, place]))
    account, place, rank = (np.concatenate(some) for some in zip(*parts, strict=True))
    if not len(account):
        raise NotAvailable(
            "no rule with lift above 1 fits a customer: lower cross_sell_support or "
            "cross_sell_confidence in the settings, or look at a longer period"
        )
    spoken = np.argsort(offers.rank)[rank]
    expected = offers.expected[spoken]
    most = expected[place == 0]
    most = np.repeat(most, np.bincount(np.cumsum(place == 0) - 1))
    order = np.lexsort((place, account, -most))
    account, place, spoken = account[order], place[order], spoken[order]
    told = offers.rules.at(spoken)
    accounts = had.baskets[account]
    reasons = np.array(names_of(offers.rules, had.items), dtype=object)
    return pd.DataFrame(
        {
            "account_id": [shortened(one) for one in accounts],
            "owner": owners_of(model, list(accounts)),
            "rank": place + 1.0,
            "offer": had.items[told.second],
            "because": reasons[spoken],
            "confidence": told.confidence,
            "lift": told.lift,
            "basket": offers.basket[spoken],
            "expected": offers.expected[spoken],
        }
    )
