"""Sellers: who sells how, and whether the difference is more than chance?"""

from __future__ import annotations

import pandas as pd

from xlcrm.analytics.basis import rests_on
from xlcrm.analytics.sellers.conversion import conversion
from xlcrm.conditions import Where
from xlcrm.functions import worksheet_function
from xlcrm.kpis.deals import CREATED
from xlcrm.model.model import Model


@worksheet_function(
    "Sellers",
    explain=rests_on(
        "Conversion",
        CREATED,
        settings=("confidence_level", "grace_days", "mature_share", "least_deals", "significance"),
    ),
)
def CRM_CONVERSION(
    model: Model,
    by: str = "owner",
    where: Where = "",
    period: str = "",
    count: str = "deals",
    method: str = "closed",
) -> pd.DataFrame:
    """Compare win rates with their intervals, and flag those that differ by more than chance.

    Args:
        model: The cell of CRM_MODEL, named Model in the template; or a range with headers.
        by: What is compared, such as owner; owner, product compares within each product.
        where: Conditions joined by semicolons, or a range of column, operator, value.
        period: The days of closing (closed, aged) or of creation (cohort, curve) that count.
        count: deals, or amount for rates by value.
        method: closed (won by won or lost), cohort (won by created), aged (open deals long past
            their close count as lost) or curve (won by age in days, losses competing).

    Returns:
        The columns of by; won, lost, open (counted, and not closed), n (deals), rate, low, high;
        rest (the rate of all others), p_value, adjusted, different (better, worse or no); note.
        With curve: by, age, at_risk, won and lost by that age, rate.

    Raises:
        #N/A: No deals. In cells: no others to compare with, or no test and interval of amounts.
        #DIV/0!: In cells: nothing to divide by.
        #NUM!: The setting confidence_level is 1.
        #REF!: There is no such column within reach.
        #VALUE!: There is no such method, period or option.

    Method:
        Wilson intervals; Fisher's exact test where an expected count is below 5, else chi-square,
        against the rest, adjusted by Holm; different needs least_deals deals.

    Example:
        =CRM_CONVERSION(Model, "owner")
    """
    return conversion(model, by, where, period, count, method)
