"""The typical best customer."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xlcrm.analytics.cross_selling.attributes import Attribute, best_customers, described
from xlcrm.conditions import Where
from xlcrm.errors import NotAvailable
from xlcrm.model.model import Model
from xlcrm.reduce.grouping import BLANK
from xlcrm.stats.differences import fisher_exact, holm

USUAL = ("type", "segment", "region", "industry", "size", "potential")
"""The attributes that are looked at where none is named."""


def profile(
    model: Model,
    by: str = "",
    where: Where = "",
    period: str = "",
    share: float | None = None,
) -> pd.DataFrame:
    """Say what the best customers are more often than others (docs/methods.md, Profile).

    Args:
        model: A model with accounts, and with orders or deals won.
        by: Columns of accounts; "" for `USUAL`, as far as they are there.
        where: Conditions on orders or deals.
        period: The days that count.
        share: The share of sales that the best bring; None for the setting ``key_account_share``.

    Returns:
        ``attribute``, ``is`` (a value, a quarter of the numbers, or `BLANK`), ``best`` and
        ``base`` (accounts), ``best_share``, ``base_share``, ``lift`` (the one by the other),
        ``p``, ``adjusted`` (by Holm over all rows) and ``finding``; attributes in their order, the
        highest lift first, equal ones in the order of values.

    Raises:
        NotAvailable: Nobody bought, the best are not among accounts, or accounts tell nothing.
        OutOfDomain: The share lies outside 0 to 1.
    """
    base = described(model, by, USUAL)
    is_best = np.zeros(len(base.accounts), dtype=bool)
    is_best[base.places(best_customers(model, where, period, share))] = True
    if not is_best.any():
        raise NotAvailable("no best customer is in accounts: compare the ids of orders with them")
    parts = [_rows(attribute, is_best) for attribute in base.attributes]
    frame = pd.concat(parts, ignore_index=True)
    best, every = frame["best"].to_numpy(), frame["base"].to_numpy()
    chosen, count = float(is_best.sum()), float(len(is_best))
    p = np.array(
        [
            fisher_exact(hits, chosen, cases - hits, count - chosen)
            for hits, cases in zip(best, every, strict=True)
        ]
    )
    adjusted = holm(p)
    lift = best * count / (every * chosen)
    sure = adjusted < model.settings.number("significance")
    frame = frame.assign(
        best_share=best / chosen,
        base_share=every / count,
        lift=lift,
        p=p,
        adjusted=adjusted,
        finding=np.select([sure & (lift > 1), sure], ["typical", "untypical"], "no different"),
    )
    place = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    order = np.lexsort((-lift, place))
    return frame.iloc[order].reset_index(drop=True)


def _rows(attribute: Attribute, is_best: np.ndarray) -> pd.DataFrame:
    """Count the best and all accounts by value, numbers by quarter, blanks last."""
    names, codes = _values(attribute)
    every = np.bincount(codes, minlength=len(names)).astype(float)
    best = np.bincount(codes[is_best], minlength=len(names)).astype(float)
    rows = pd.DataFrame({"attribute": attribute.name, "is": names, "best": best, "base": every})
    return rows[every > 0]


def _values(attribute: Attribute) -> tuple[list[str], np.ndarray]:
    """Give the values of an attribute in their order, the last `BLANK`, and each account's."""
    numbers = attribute.values
    blank = np.isnan(numbers)
    if attribute.texts is not None:
        return [*attribute.texts, BLANK], np.where(blank, len(attribute.texts), numbers).astype(int)
    known = numbers[~blank]
    quartiles = np.quantile(known, [0.25, 0.5, 0.75], method="inverted_cdf")
    edges = np.unique(np.append(quartiles, known.max()))
    codes = np.where(blank, len(edges), np.searchsorted(edges, numbers))
    lowest = known[known <= edges[0]].min()
    shown = [attribute.shown(edge) for edge in edges]
    only = lowest == edges[0]
    names = [shown[0] if only else f"up to {shown[0]}"]
    for k in range(1, len(edges)):
        last = "" if k == len(edges) - 1 else f" to {shown[k]}"
        names.append(f"above {shown[k - 1]}{last}")
    return [*names, BLANK], codes
