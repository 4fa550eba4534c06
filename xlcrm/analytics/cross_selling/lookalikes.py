"""Prospects like the best customers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from xlcrm.analytics.cross_selling.attributes import (
    ACCOUNTS,
    Attribute,
    Described,
    best_customers,
    described,
)
from xlcrm.analytics.cross_selling.offers import owners_of
from xlcrm.analytics.figures import kpi_table
from xlcrm.conditions import Where
from xlcrm.errors import NotAvailable, OutOfDomain, shortened
from xlcrm.model.model import Model
from xlcrm.reduce.population import select
from xlcrm.stats import gower

USUAL = ("type", "region", "industry", "size", "potential")
"""The attributes that are compared where none is named; a segment tells of sales already."""

AGREE_WITHIN = 0.1
"""How far apart numbers may be, in their range, and still agree."""

Places = np.ndarray[Any, Any]


def lookalikes(
    model: Model,
    by: str = "",
    where: Where = "",
    period: str = "",
    share: float | None = None,
    top: float | None = None,
) -> pd.DataFrame:
    """List the prospects most like the best customers (docs/methods.md, Lookalikes).

    Args:
        model: A model with accounts, and with orders or deals won.
        by: Columns of accounts to compare; "" for `USUAL`, as far as they are there.
        where: Conditions on the prospects.
        period: The days whose sales make the best customers.
        share: The share of sales that the best bring; None for the setting ``key_account_share``.
        top: How many prospects to list; None for all.

    Returns:
        ``rank``, ``account_id``, ``owner``, ``similarity`` (0 to 1), ``like`` (the best customer
        most alike, the larger of equal ones), ``agrees_in``, ``differs_in`` and ``compared``
        (attributes known of both); the most alike first, then those compared in most, equal ones
        by account. Prospects that share no known attribute with a best customer are not listed.

    Raises:
        NotAvailable: There are no best customers, no prospects, or nothing to compare.
        OutOfDomain: The share lies outside 0 to 1, or ``top`` is below 1.
    """
    if top is not None and top < 1:
        raise OutOfDomain(f"top {top:g} lists no prospect; give 1 or more")
    every = described(model, by, USUAL)
    best = every.places(best_customers(model, "", period, share))
    if not len(best):
        raise NotAvailable("no best customer is in accounts: compare the ids of orders with them")
    prospects = _without_sales(model, every)
    compared = _compared(every.attributes, prospects, best, is_usual=not by.strip())
    wanted = np.intersect1d(prospects, every.places(_meeting(model, where)))
    if not len(wanted):
        raise NotAvailable("no account without sales meets the conditions: there is no prospect")
    attributes = [_of(attribute, wanted, best, span) for attribute, span in compared]
    alike = gower.most_alike(attributes, int(model.settings.number("lookalike_neighbours")))
    names = [attribute.name for attribute, _ in compared]
    agrees, differs, both = _told(attributes, alike.nearest, names)
    known = np.flatnonzero(both > 0)
    if not len(known):
        raise NotAvailable("no prospect tells anything that a best customer tells too")
    order = known[np.lexsort((known, -both[known], -alike.similarity[known]))]
    order = order if top is None else order[: int(top)]
    accounts = every.accounts[wanted[order]]
    return pd.DataFrame(
        {
            "rank": np.arange(1.0, len(order) + 1),
            "account_id": [shortened(account) for account in accounts],
            "owner": owners_of(model, list(accounts)),
            "similarity": alike.similarity[order],
            "like": [shortened(one) for one in every.accounts[best[alike.nearest[order]]]],
            "agrees_in": agrees[order],
            "differs_in": differs[order],
            "compared": both[order],
        }
    )


def _without_sales(model: Model, every: Described) -> Places:
    """Find the accounts that never bought anything, whatever the period."""
    sold = kpi_table(model, "revenue_per_customer", "account_id")["account_id"]
    bought = np.zeros(len(every.accounts), dtype=bool)
    bought[every.places([str(account) for account in sold])] = True
    if bought.all():
        raise NotAvailable("every account has bought: there are no prospects to compare")
    return np.flatnonzero(~bought)


def _meeting(model: Model, where: Where) -> list[Any]:
    met = select(model, ACCOUNTS, ["account_id"], where).counted
    return list(met.select("account_id").collect()["account_id"].to_list())


def _compared(
    attributes: Sequence[Attribute], prospects: Places, best: Places, *, is_usual: bool
) -> list[tuple[Attribute, float | None]]:
    """Choose the attributes known of both sides, each with the range of its numbers.

    The range is that of the best customers and of all prospects, so that a condition on prospects
    changes no similarity.
    """
    answer: list[tuple[Attribute, float | None]] = []
    for attribute in attributes:
        sides = [attribute.values[side] for side in (prospects, best)]
        here, there = (side[~np.isnan(side)] for side in sides)
        if not len(here) or not len(there):
            continue
        if is_usual and attribute.name == "type" and not np.isin(here, there).any():
            continue  # the type says no more than who is a prospect
        both = np.concatenate([here, there])
        answer.append((attribute, None if attribute.texts is not None else float(np.ptp(both))))
    if not answer:
        raise NotAvailable("prospects and best customers tell nothing that can be compared")
    return answer


def _of(
    attribute: Attribute, prospects: Places, best: Places, span: float | None
) -> gower.Attribute:
    return gower.Attribute(attribute.values[prospects], attribute.values[best], span)


def _told(
    attributes: Sequence[gower.Attribute], nearest: Places, names: Sequence[str]
) -> tuple[Places, Places, Places]:
    """Name what each prospect and the best customer most alike agree in, and differ in."""
    agreed = np.column_stack(
        [
            gower.agreement(one.values, one.others[nearest], one.span) >= 1 - AGREE_WITHIN
            for one in attributes
        ]
    )
    known = np.column_stack(
        [~(np.isnan(one.values) | np.isnan(one.others[nearest])) for one in attributes]
    )
    return _joined(agreed, names), _joined(known & ~agreed, names), known.sum(axis=1).astype(float)


def _joined(marked: Places, names: Sequence[str]) -> Places:
    """Join the names that are marked in each row, each pattern once."""
    patterns, row = np.unique(marked, axis=0, return_inverse=True)
    texts = [
        shortened(", ".join(name for name, on in zip(names, pattern, strict=True) if on))
        for pattern in patterns
    ]
    return np.array(texts, dtype=object)[row.reshape(-1)]
