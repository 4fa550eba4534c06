"""When each account became a customer: the day of its first order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import narwhals as nw
import pandas as pd

from xlcrm.kpis.purchases import ACCOUNT, DAY, days_bought
from xlcrm.kpis.sales import SALES_OF_ACCOUNTS
from xlcrm.model.model import Model
from xlcrm.reduce.dense import day_numbers
from xlcrm.reduce.population import Rule, select


def first_days(model: Model) -> pd.Series[Any]:
    """Give the day of each account's first order, as a number, by account.

    Args:
        model: A model with orders, or with deals won.
    """
    return model.fact("first order of each account", _found)


def _found(model: Model) -> pd.Series[Any]:
    sold = next((p for p in SALES_OF_ACCOUNTS if p.table in model.tables), SALES_OF_ACCOUNTS[0])
    own = sold.date or DAY
    is_dated = Rule(~nw.col(own).is_null(), f"no {own}", (own,))
    dated = replace(sold, rules=(*sold.rules, is_dated))
    frame = days_bought(select(model, dated, [ACCOUNT, DAY]).counted, ())
    numbers = pd.Series(day_numbers(frame[DAY])[0], index=frame[ACCOUNT].astype(object))
    return numbers.groupby(level=0).min()
