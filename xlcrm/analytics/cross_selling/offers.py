"""Which customers have the first part of a rule and lack what it leads to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from xlcrm.analytics.cross_selling.baskets import Bought
from xlcrm.analytics.segments.account_groups import values_of_accounts
from xlcrm.cells import text_of
from xlcrm.errors import shortened
from xlcrm.model.model import Model
from xlcrm.stats.association_rules import NO_ITEM, Rules
from xlcrm.stats.frequent_sets import bit_rows

Whole = np.ndarray[Any, Any]
Vector = np.ndarray[Any, np.dtype[np.float64]]

_CELLS_AT_ONCE = 1 << 23
_WORDS_AT_ONCE = 1 << 21


@dataclass(frozen=True)
class Offers:
    """Rules that speak for offers, and what each offer is worth.

    Attributes:
        rules: Rules with lift above 1, those that speak first standing first.
        basket: The mean sales, to a customer who buys it, of what each rule leads to.
        expected: The confidence of each rule by that.
        rank: The place of each rule by what is expected, equal ones by what they lead to.
    """

    rules: Rules
    basket: Vector
    expected: Vector
    rank: Whole


def offers_of(rules: Rules, had: Bought) -> Offers:
    """Give the rules that speak for offers.

    Args:
        rules: Rules in the order of `association_rules`.
        had: What the customers have.
    """
    together = rules.both * float(rules.baskets)
    spoken = rules.at(together > rules.with_first * rules.with_second.astype(float))
    basket = had.mean_sales[spoken.second]
    expected = spoken.confidence * basket
    order = np.lexsort((np.arange(len(expected)), spoken.second, -expected))
    rank = np.empty(len(order), dtype=np.int32)
    rank[order] = np.arange(len(order))
    return Offers(spoken, basket, expected, rank)


def spoken_for(offers: Offers, had: Bought) -> Iterator[tuple[int, Whole]]:
    """Find the rule that speaks for each item that each customer lacks, some customers at a time.

    Of the rules whose first part a customer has, the first in their order speaks.

    Args:
        offers: The rules.
        had: What the customers have.

    Yields:
        The number of the first customer, and for each customer from there on the ranks of the
        rules by item, the number of rules where none speaks.
    """
    rules, held = offers.rules, had.held
    offered, second = np.unique(rules.second, return_inverse=True)
    step = max(1, _CELLS_AT_ONCE // (held.kinds + len(offered)))
    for start in range(0, held.count, step):
        count = min(step, held.count - start)
        part = slice(*np.searchsorted(held.basket, (start, start + count)))
        has = np.zeros((held.kinds, count), dtype=bool)
        has[held.item[part], held.basket[part] - start] = True
        lacks = ~has[offered]
        ranks = np.full((len(offered), count), len(rules.second), dtype=np.int32)
        for rule, (first, offer) in enumerate(zip(rules.first, second, strict=True)):
            met = lacks[offer] & np.logical_and.reduce(has[first[first != NO_ITEM]], axis=0)
            ranks[offer, met] = offers.rank[rule]
            lacks[offer] &= ~met
        yield start, ranks.T


def who_lacks(rules: Rules, had: Bought) -> Whole:
    """Count the customers who have the first part of each rule and lack the second.

    Args:
        rules: r rules.
        had: What the customers have.

    Returns:
        r whole numbers.
    """
    held, words = had.held, -(-max(had.held.count, 1) // 64)
    bits = bit_rows(held.item, held.basket, held.kinds, held.count)
    counts = np.zeros(len(rules.second), dtype=np.int64)
    step = max(1, _WORDS_AT_ONCE // words)
    for k in range(0, len(counts), step):
        first, second = rules.first[k : k + step], rules.second[k : k + step]
        met = ~bits[second]
        for items in first.T:
            there = items != NO_ITEM
            met[there] &= bits[items[there]]
        counts[k : k + step] = np.bitwise_count(met).sum(axis=1, dtype=np.int64)
    return counts


def names_of(rules: Rules, items: Whole) -> list[str]:
    """Name the first part of each rule, several things joined by a plus sign.

    Args:
        rules: The rules.
        items: The names of the items.
    """
    parts = [items[first[first != NO_ITEM]] for first in rules.first]
    return [shortened(" + ".join(part)) for part in parts]


def owners_of(model: Model, accounts: Sequence[Any]) -> list[str]:
    """Name who looks after each account, "" where that is not known.

    Args:
        model: The model.
        accounts: The ids of n accounts.
    """
    if "accounts" not in model.tables or not len(accounts):
        return [""] * len(accounts)
    given = model.columns("accounts", ["account_id", "owner"])
    frame = given.frame.collect().to_pandas()
    known = frame[frame["account_id"].notna()]
    ids = pd.Index(known["account_id"].astype(object))
    if given.problems or not ids.is_unique:  # the slow way says what is wrong, and where
        values, _ = values_of_accounts(model, "owner", accounts)
        return [_name(value) for value in values]
    codes, owners = pd.factorize(known["owner"].astype(object))
    names = np.array([*map(_name, owners), ""], dtype=object)
    place = ids.get_indexer(pd.Index(accounts, dtype=object))
    return list(np.where(place < 0, "", names[codes[place]]))


def _name(owner: Any) -> str:
    return shortened(text_of(owner)) if isinstance(owner, str) else ""
