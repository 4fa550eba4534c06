"""Whether the account of a deal was a customer already when the deal was created."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.kpis.first_purchases import first_days
from xlcrm.model.model import Model
from xlcrm.reduce.dense import day_numbers, pandas_rows

EXISTING, NEW = "existing", "new"
"""An account that had bought before the day, and one that had not."""


def with_customer_state(model: Model, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Add ``customer_state`` to deals: existing or new, missing without an account or a day.

    An account exists that had bought before the day on which the deal was created. Deals are few
    beside what was sold, so those of other engines are brought here.

    Args:
        model: A model with deals, and orders where there are any.
        frame: Deals with ``account_id`` and ``created``.
    """
    rows = pandas_rows(frame)
    if rows is None:
        rows = frame.collect().to_pandas()
    since = rows["account_id"].astype(object).map(first_days(model)).to_numpy(dtype=float)
    created, is_undated = day_numbers(rows["created"])
    told = np.where(since < created, EXISTING, NEW).astype(object)
    told[rows["account_id"].isna().to_numpy() | is_undated] = None
    state = pd.Series(told, index=rows.index, dtype="str")
    return nw.from_native(rows.assign(customer_state=state)).lazy()
