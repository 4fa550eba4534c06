"""What customers who left had brought in the year before."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from xlcrm.analytics.no_figure import no_figures
from xlcrm.analytics.retention.leaving import Relations
from xlcrm.conditions import Where
from xlcrm.errors import ExcelError, WrongValue
from xlcrm.kpis.catalogue import kpi
from xlcrm.kpis.purchases import ACCOUNT
from xlcrm.model.model import Model
from xlcrm.periods import Period, shifted
from xlcrm.reduce.grouping import Key, groups_of, with_groups
from xlcrm.reduce.parts import part_names
from xlcrm.reduce.population import select
from xlcrm.reduce.sums import grouped_sums

Vector = np.ndarray[Any, Any]

_AMOUNT, _GROUP = "amount", "group"


def revenue_lost(model: Model, who: Relations, lost: Vector, where: Where, first: date) -> Vector:
    """Add up what lost customers brought in the 12 months before a day.

    Args:
        model: A model; without sales there is no figure.
        who: The customers.
        lost: Whether each is lost.
        where: The conditions by which they were found.
        first: The day.

    Returns:
        One sum a group; #N/A without sales, #VALUE! where they have several currencies.
    """
    population = kpi("revenue_per_customer").population(model)
    count = who.groups.count
    if population.table not in model.tables:
        return no_figures(count)
    # Where the account alone tells the group, sales need not be brought to groups once more.
    is_known = who.by_contract or all(key.base == ACCOUNT for key in who.keys)
    keys: tuple[Key, ...] = () if is_known else who.keys
    columns = [*(key.base for key in keys), ACCOUNT, _AMOUNT]
    asked: Where = "" if who.by_contract else where
    try:
        selection = select(model, population, columns, asked, _year_before(first))
    except WrongValue:  # what else is wrong has been said when the customers were looked for
        return no_figures(count, ExcelError.VALUE)
    names = [*(key.group for key in keys), ACCOUNT]
    sales = grouped_sums(with_groups(selection.counted, keys), names, {_AMOUNT: _AMOUNT})
    parts = list(part_names(_AMOUNT))
    group = who.purchases.group_of[lost]
    left = pd.DataFrame({ACCOUNT: who.accounts[lost], _GROUP: group})
    on = [ACCOUNT]
    if keys:
        sales, on = sales.assign(**{_GROUP: _same_groups(who, sales)}), [ACCOUNT, _GROUP]
    found = sales[[*on, *parts]].merge(left, on=on)
    groups = found[_GROUP].to_numpy(dtype=np.int64)
    coarse, fine = (np.bincount(groups, found[part].to_numpy(dtype=float), count) for part in parts)
    return (coarse + fine).astype(float)  # numpy counts nothing as whole numbers


def _year_before(day: date) -> Period:
    if day.year == date.min.year:
        return Period(None, date.min, "no day")
    year = shifted(day.replace(day=1), "month", -12)
    # 29 February has no day of its own a year before: the month's last stands for it.
    end_of_month = shifted(year, "month", 1) - timedelta(days=1)
    first, eve = min(year + timedelta(days=day.day - 1), end_of_month), day - timedelta(days=1)
    return Period(first, eve, f"{first} to {eve}")


def _same_groups(who: Relations, sales: pd.DataFrame) -> Vector:
    """Number the groups of sales as those of the customers, whose sales they are among."""
    number = {labels: k for k, labels in enumerate(zip(*who.groups.labels, strict=True))}
    groups = groups_of(sales, who.keys)
    same = np.array([number[labels] for labels in zip(*groups.labels, strict=True)], dtype=int)
    return same[groups.codes] if len(same) else np.zeros(0, dtype=int)
