"""What the figures of segments rest on: sales, and the earlier days in which costs were made."""

from __future__ import annotations

from typing import Any

import pandas as pd

from xlcrm.analytics.basis import rests_on, sold
from xlcrm.analytics.customers.contact_costs import MEASURED
from xlcrm.analytics.customers.scope import scope_of
from xlcrm.analytics.explain import Part, counts, told_as_table
from xlcrm.analytics.options import option
from xlcrm.analytics.segments.acquisition import seller_time
from xlcrm.analytics.segments.economics import require_allocation
from xlcrm.analytics.segments.lag import windows
from xlcrm.analytics.segments.marketing import MARKETING_SPEND
from xlcrm.analytics.segments.segments import VIEWS
from xlcrm.analytics.then_and_now import text_of
from xlcrm.conditions import Where
from xlcrm.kpis.deals import CLOSED
from xlcrm.model.model import Model
from xlcrm.reduce.population import select

_SALES = rests_on("Sales", sold, CLOSED)
_ECONOMICS = rests_on("Acquisition cost", sold)


def explain_segments(
    *,
    model: Model,
    by: str = "",
    where: Where = "",
    period: str = "",
    lag: float | None = None,
    alloc: str = "opps",
    show: str = "sales",
    rows: bool = False,
) -> pd.DataFrame:
    """Explain the figures of segments; the arguments are those of CRM_SEGMENTS.

    Args:
        model: The model.
        by: What is grouped by.
        where: Conditions.
        period: The days of orders.
        lag: The days by which spending runs ahead.
        alloc: How spend without a segment is shared.
        show: What is shown.
        rows: Whether to list the rows of what was sold.
    """
    chosen = option("show", show, VIEWS)
    if chosen == "sales":
        return _SALES(model=model, by=by, where=where, period=period, show=chosen, rows=rows)
    days = windows(model, period, lag)
    asked = {"by": by, "where": where, "period": text_of(days.bought)}
    shared = require_allocation(alloc)
    told = _ECONOMICS(model=model, **asked, alloc=shared, show=chosen, rows=rows)
    if rows:
        return told
    facts: list[tuple[str, Any]] = [
        ("lag in days", float(days.lag)),
        ("lag", days.words),
        ("days of spend and sellers' time", days.spent.words),
    ]
    for population in (MARKETING_SPEND, MEASURED):
        if population.table not in model.tables:
            facts.append(("not there", f"no table of {population.table}"))
            continue
        found = select(model, population, [population.date or ""], period=days.spent)
        facts += counts(model, Part(population, found, ()))
    worked = seller_time(model, scope_of(model, by, where), days.spent)
    facts.append(("activities with who was no customer yet", worked.rows))
    facts.append(("of these without a known cost", worked.unknown))
    return pd.concat([told, told_as_table(facts)], ignore_index=True)
