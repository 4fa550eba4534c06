"""How customers see the company: quality, service, value and time as one index."""

from __future__ import annotations

from xlcrm.kpis.composite import Composite, SubScore
from xlcrm.kpis.declaration import Kpi
from xlcrm.kpis.sales import KPIS as OF_SALES
from xlcrm.kpis.service import KPIS as OF_SERVICE

_KPIS: dict[str, Kpi] = {kpi.name: kpi for kpi in (*OF_SALES, *OF_SERVICE)}

CUSTOMER_VALUE_INDEX = Composite(
    "customer_value_index",
    "Customer value index",
    "The weighted mean of quality (1 less complaints by orders), service (survey score), value "
    "(survey score where price or value moved the customer) and time (cases answered in time), "
    "0 to 100.",
    "docs/methods.md: Customer value index",
    (
        SubScore("quality", "weight_quality", _KPIS["complaints"], _KPIS["orders"], turned=True),
        SubScore("service", "weight_service", _KPIS["survey_score"], most=10.0),
        SubScore("value", "weight_value", _KPIS["value_rating"], most=10.0),
        SubScore("time", "weight_time", _KPIS["answered_in_time"]),
    ),
)
"""The customers' perspective of a Balanced Scorecard in one figure."""
