"""What was sold in each territory, and how often its accounts were visited."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.cells import Rows, text_key
from xlcrm.kpis.catalogue import kpi
from xlcrm.model.model import Model
from xlcrm.model.relations import Hop, Path, values_along
from xlcrm.periods import Period
from xlcrm.reduce.grouping import Key, label_column
from xlcrm.reduce.population import Population, Rule, select
from xlcrm.reduce.problems import require_readable_along
from xlcrm.reduce.sums import COUNT, grouped_sums, totals

VISIT_WORDS = ("visit", "besuch", "bezoek", "визит", "посещ")
"""An activity whose kind holds one of these, in small letters, is a visit; the first of them is
also French, Spanish (visita) and Italian."""

_DEAL = Path((Hop("deal_id", "deals"),), "deals", "account_id")

Vector = np.ndarray[Any, Any]


def buyers_of(model: Model, where: Rows, days: Period | None) -> pd.DataFrame:
    """Reduce sales to the accounts that bought.

    Args:
        model: A model with orders, or with deals won.
        where: Conditions on sales.
        days: The days that count; None for all.

    Returns:
        A result of `grouped_sums` by account_id, which may be missing, with the sum ``amount``.
    """
    population = kpi("revenue").population(model)
    model.table(population.table)  # where there is none, that is what to say, not a missing date
    rows = select(model, population, ["account_id", "amount"], where, days).counted
    return grouped_sums(rows, ["account_id"], {"amount": "amount"})


def sold_in(buyers: pd.DataFrame, territory: Mapping[Any, int], blank: int, other: int) -> Any:
    """Add up what was sold in each territory, and count who bought.

    Args:
        buyers: A result of `buyers_of`.
        territory: The territory of each account.
        blank: The territory of sales whose account is blank.
        other: The territory of accounts that are in none.

    Returns:
        For each territory in which something was sold, revenue and the number of buyers.
    """

    def codes(ids: Any) -> list[float]:
        return [float(blank if pd.isna(one) else territory.get(one, other)) for one in ids]

    key = Key("territory", "account_id", codes)
    sold = totals(buyers, [key], {"amount": ("amount", None)}, ["account_id"])
    return {
        int(code): (float(amount), float(count))
        for code, amount, count in zip(
            sold[label_column(key)], sold["amount"], sold["account_id"], strict=True
        )
    }


def visits_of(model: Model, days: Period) -> Mapping[str, float] | None:
    """Count the visits to each account, by the activity's account or else its deal's.

    Args:
        model: A model, with or without activities.
        days: The days that count.

    Returns:
        Visits by account_id; None where activities tell of no account.
    """
    table = model.tables.get("activities")
    if table is None or not (table.column("account_id") or table.column("deal_id")):
        return None
    found = model.columns("activities", ["kind"]).frame.unique().collect()["kind"].to_list()
    kinds = sorted(kind for kind in found if isinstance(kind, str) and _is_visit(kind))
    if not kinds:
        return {}
    visits = Population(
        "activities", "visits", (Rule(nw.col("kind").is_in(kinds), "no visit", ("kind",)),), "date"
    )
    named = ["account_id", "deal_id"]
    counted = grouped_sums(select(model, visits, named, "", days).counted, named, {})
    accounts = counted["account_id"].astype(object)
    told = counted["deal_id"].notna() & accounts.isna()
    if told.any() and "deals" in model.tables:
        deals = counted["deal_id"].astype(object)
        require_readable_along(model, _DEAL, deals[told])
        of_deal = values_along(model, _DEAL)
        accounts = accounts.where(~told, deals.map(lambda one: of_deal.get(one)))
    sums = counted[COUNT].groupby(accounts.to_numpy(dtype=object)).sum()
    return {str(name): float(number) for name, number in sums.items()}


def _is_visit(kind: str) -> bool:
    return any(word in text_key(kind) for word in VISIT_WORDS)
