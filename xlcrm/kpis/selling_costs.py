"""What selling costs by what it brings: ratios of spend and sales."""

from __future__ import annotations

import narwhals as nw

from xlcrm.kpis import sales
from xlcrm.kpis.composite import Composite, SubScore
from xlcrm.kpis.declaration import Better, Kpi, total
from xlcrm.reduce.population import Population, Rule

_SOURCE = "docs/methods.md: Cost of sales"

SPEND = Population(
    "spend",
    "costs of marketing and sales",
    (Rule(~nw.col("amount").is_null(), "no amount", ("amount",), True, "enter amounts"),),
    date="date",
)

SALES_COST = Kpi(
    "sales_cost",
    "Cost of marketing and sales",
    "The sum of spend in the period, whatever its category: marketing, sales, overhead.",
    _SOURCE,
    "money",
    Better.LOWER,
    (SPEND,),
    total("amount"),
)

_SOLD = {kpi.name: kpi for kpi in sales.KPIS}

RATIOS = (
    Composite(
        "cost_to_sales",
        "Cost of sales by revenue",
        "The cost of marketing and sales in the period by the revenue of the same period.",
        _SOURCE,
        (SubScore("cost by revenue", "", SALES_COST, _SOLD["revenue"]),),
        unit="share",
        better=Better.LOWER,
    ),
    Composite(
        "sales_roi",
        "Return on the cost of sales",
        "Gross margin less the cost of marketing and sales, by that cost, in the same period; "
        "order lines without a cost are left out.",
        _SOURCE,
        (SubScore("margin by cost", "", _SOLD["margin_amount"], SALES_COST, less=1.0),),
        unit="share",
    ),
)
"""Ratios of spend and sales."""
