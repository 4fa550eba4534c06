"""What contacts with customers and prospects cost: sellers' time, and what was paid beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.analytics.customers.scope import ACCOUNT
from xlcrm.model.model import Model
from xlcrm.model.relations import Hop, Path, join_key, values_along
from xlcrm.model.schema import KINDS
from xlcrm.periods import Period
from xlcrm.reduce.grouping import Key
from xlcrm.reduce.population import Population, Rule, select
from xlcrm.reduce.problems import require_readable_along
from xlcrm.reduce.sums import COUNT, grouped_sums, totals

_NAMED = Rule(
    ~nw.col(ACCOUNT).is_null() | ~nw.col("deal_id").is_null(),
    "names neither a deal nor an account",
    (ACCOUNT, "deal_id"),
)
ACTIVITIES = Population("activities", "activities with customers or prospects", (_NAMED,), "date")
"""Activities that name an account, or a deal that may lead to one."""

MEASURED = Population(
    "activities",
    "activities with minutes or a cost",
    (
        _NAMED,
        Rule(
            ~nw.col("minutes").is_null() | ~nw.col("cost").is_null(),
            "neither minutes nor a cost",
            ("minutes", "cost"),
            True,
            "enter minutes",
        ),
    ),
    "date",
)
"""Those of them that cost something, if their seller's hourly cost is known."""

_RATE, _WITH_COST, _KNOWN = "hourly_cost", "with cost", "rows with a cost"
_MINUTES, _WITH_MINUTES = "minutes spent", "with minutes"
_PAID = "money paid"

COST, ROWS, KNOWN = "cost of contacts", "contacts", "contacts with a cost"
"""Columns of `contact_costs`."""


def contacts(
    model: Model, population: Population, days: Period, keys: Sequence[Key] = ()
) -> pd.DataFrame:
    """Reduce activities to what each seller did for each account on each day.

    Args:
        model: A model with activities.
        population: `ACTIVITIES`, or those of them that meet conditions.
        days: The days that count.
        keys: What they are grouped by beside.

    Returns:
        ``account_id`` (that of the deal where the activity names none), ``date``, the columns of
        the keys, sums for `contact_costs`, and the seller's hourly cost, missing where nobody
        entered it. Activities of unknown accounts are left out.
    """
    names = [ACCOUNT, "deal_id", "owner", "date", *(key.group for key in keys)]
    rows = select(model, population, [*names, "minutes", "cost"], period=days).counted
    known, timed = (~nw.col(column).is_null() for column in ("cost", "minutes"))
    sums: dict[str, nw.Expr | str] = {
        _MINUTES: "minutes",
        _PAID: "cost",
        _WITH_COST: known.cast(nw.Float64()),
        _WITH_MINUTES: (known | timed).cast(nw.Float64()),
    }
    frame = grouped_sums(rows, names, sums)
    frame[ACCOUNT] = _accounts_of(model, frame)
    frame = frame[frame[ACCOUNT].notna()].reset_index(drop=True)
    return frame.assign(**{_RATE: _along(model, frame["owner"], _HOURLY_COST)})


_HOURLY_COST = Path((Hop("owner", "sellers"),), "sellers", "hourly_cost")
_ACCOUNT_OF_DEAL = Path((Hop("deal_id", "deals"),), "deals", ACCOUNT)


def _accounts_of(model: Model, frame: pd.DataFrame) -> pd.Series[Any]:
    named = frame[ACCOUNT].astype(object)
    asked = named.isna()
    if asked.any():
        named = named.where(~asked, _along(model, frame["deal_id"].where(asked), _ACCOUNT_OF_DEAL))
    return named


def _along(model: Model, values: pd.Series[Any], path: Path) -> pd.Series[Any]:
    """Follow a path from each value; missing where it leads nowhere."""
    first = path.hops[0]
    codes, different = pd.factorize(values)
    found: list[Any] = [None] * (len(different) + 1)
    if first.kind in model.tables and len(different):
        require_readable_along(model, path, different)
        known = values_along(model, path)
        key_type = KINDS[first.kind].column(KINDS[first.kind].key or "").type
        found[:-1] = [known.get(join_key(one, key_type)) for one in different]
    is_number = path.column == _HOURLY_COST.column
    return pd.Series(found, dtype=float if is_number else object).iloc[codes].set_axis(values.index)


def contact_costs(frame: pd.DataFrame, keys: Sequence[Key]) -> pd.DataFrame:
    """Add up what contacts cost: minutes at the seller's hourly cost, and what was paid beside.

    An activity whose minutes or whose seller's hourly cost are not known counts with what was paid
    alone; one of which nothing is known has no cost (docs/methods.md: Acquisition cost).

    Args:
        frame: Rows of `contacts`.
        keys: What they are grouped by.

    Returns:
        The labels, as `xlcrm.reduce.sums.totals` gives them, `COST`, `ROWS`, and `KNOWN`, how
        many of the rows have a cost.
    """
    rate = frame[_RATE].to_numpy(dtype=float)
    is_known = ~np.isnan(rate)
    weights = np.where(is_known, rate, 0.0) / 60.0
    sums = {
        "time": (_MINUTES, weights),
        "paid": (_PAID, None),
        "told": (_WITH_MINUTES, is_known.astype(float)),
        "paid rows": (_WITH_COST, (~is_known).astype(float)),
    }
    answer = totals(frame, keys, sums)
    cost = answer["time"] + answer["paid"]
    counted = {ROWS: answer[COUNT].astype(float), KNOWN: answer["told"] + answer["paid rows"]}
    return answer.drop(columns=[*sums, COUNT]).assign(**{COST: cost, **counted})
