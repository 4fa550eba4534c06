"""What the deals table says of deals that snapshots show: how they ended, when, for how much."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.analytics.pipeline.snapshots import IDENTIFIED, SHOWN
from xlcrm.conditions import Condition, Where, conditions
from xlcrm.errors import NotAvailable, WrongValue, listing
from xlcrm.kpis.deals import CLOSED
from xlcrm.kpis.open_deals import OPEN
from xlcrm.model.model import Model
from xlcrm.reduce.dates import midnight
from xlcrm.reduce.filters import filter_of
from xlcrm.reduce.grouping import Key
from xlcrm.reduce.population import Population, Rule, select

TOLD = (*SHOWN, "closed_on")
"""The columns of deals beside those that are asked for."""


def deals_of(model: Model, ids: Iterable[str], columns: Sequence[str] = ()) -> pd.DataFrame:
    """Give what the deals table says now of some deals.

    Args:
        model: A model, with or without deals.
        ids: Their ids.
        columns: Columns of snapshots beside those of `TOLD`; blank where deals have no such one.

    Returns:
        The columns of `TOLD` and those asked for, one row a deal that the table has, by id.

    Raises:
        WrongValue: A deal stands in the table twice.
    """
    named = Rule(nw.col("deal_id").is_in(sorted(ids)), "another deal", ("deal_id",))
    return _rows(model, (IDENTIFIED, named), columns)


def closed_between(
    model: Model, after: date, until: date, columns: Sequence[str], where: Where
) -> pd.DataFrame:
    """Give the deals that were created and won or lost between two days.

    Args:
        model: A model, with or without deals.
        after: The day after which they were created and closed.
        until: The last day on which they were closed.
        columns: Columns of snapshots beside those of `TOLD`; blank where deals have no such one.
        where: Conditions; one that names what no deal has leaves none.

    Returns:
        The columns of `TOLD` and those asked for, one row a deal, by id.

    Raises:
        WrongValue: A deal stands in the table twice.
    """
    first, last = nw.col("closed_on") > midnight(after), nw.col("closed_on") <= midnight(until)
    rules = (
        IDENTIFIED,
        *CLOSED.rules,
        Rule(first & last, "closed at another time", ("closed_on",)),
        Rule(nw.col("created") > midnight(after), "created before", ("created",)),
    )
    return _rows(model, rules, columns, where)


def open_by(model: Model, last: date, columns: Sequence[str], where: Where) -> pd.DataFrame:
    """Give the deals that are open now and expected to close by a day, overdue ones included.

    Args:
        model: A model, with or without deals.
        last: The day.
        columns: Columns of snapshots beside those of `TOLD`; blank where deals have no such one.
        where: Conditions; one that names what no deal has leaves none.

    Returns:
        The columns of `TOLD` and those asked for, one row a deal, by id.

    Raises:
        WrongValue: A deal stands in the table twice.
    """
    rules = (
        IDENTIFIED,
        *OPEN.rules,
        Rule(nw.col("expected_close") <= midnight(last), "expected later", ("expected_close",)),
    )
    return _rows(model, rules, columns, where)


def one_currency(model: Model, ids: Iterable[str], keys: Sequence[Key]) -> None:
    """Refuse to add up amounts of deals that the deals table has in several currencies.

    Args:
        model: A model, with or without deals.
        ids: The deals whose amounts are added up.
        keys: What `by` names; a figure by currency adds up none of two.

    Raises:
        WrongValue: They have several currencies.
    """
    by_currency = any(key.name.rpartition(".")[2] == "currency" for key in keys)
    if "deals" in model.tables and not by_currency:
        named = Rule(nw.col("deal_id").is_in(sorted(ids)), "another deal", ("deal_id",))
        select(model, Population("deals", "deals in snapshots", (IDENTIFIED, named)), ["amount"])


def _rows(
    model: Model, rules: tuple[Rule, ...], columns: Sequence[str], where: Where = ""
) -> pd.DataFrame:
    names = list(dict.fromkeys((*TOLD, *columns)))
    met = _met(model, where) if "deals" in model.tables else None
    if met is None:
        return _none(names)
    table = model.table("deals")
    own = [name for name in names if table.column(name) == name]
    # Whether amounts may be added up is for the caller to ask, of the deals that count in the end.
    asked = [*own, *(["currency"] if table.column("currency") else [])]
    rows = select(model, Population("deals", "deals", (*rules, *met)), asked).counted
    frame = rows.select(*own).collect().to_pandas()
    twice = sorted(set(map(str, frame["deal_id"][frame["deal_id"].duplicated()])))
    if twice:
        raise WrongValue(f"deals has a second row for {listing(twice)}: keep one row a deal")
    frame["deal_id"] = frame["deal_id"].astype(object)
    frame = frame.sort_values("deal_id", ignore_index=True)
    return frame.reindex(columns=names)


def _none(names: Sequence[str]) -> pd.DataFrame:
    """Give no rows of these columns, dates as dates and amounts as numbers."""
    types = {"expected_close": "datetime64[us]", "closed_on": "datetime64[us]", "amount": "float64"}
    return pd.DataFrame({n: np.array([], dtype=types.get(n, "object")) for n in names})


def _met(model: Model, where: Where) -> list[Rule] | None:
    """Turn conditions into rules; None where one names only what deals do not have.

    Snapshots may know a seller whom no deal has any more: that is no mistake of who asks.
    """
    rules = []
    for condition in conditions(where):
        known = condition
        if condition.operator in ("=", "in"):
            values = tuple(v for v in condition.values if _is_known(model, condition, v))
            if not values:
                return None
            known = replace(condition, values=values)
        test = filter_of(model, "deals", known)
        rules.append(Rule(test.keeps, f"not {test.words}", test.columns))
    return rules


def _is_known(model: Model, condition: Condition, value: str | float) -> bool:
    try:
        filter_of(model, "deals", replace(condition, operator="=", values=(value,)))
    except NotAvailable:
        return False
    return True
