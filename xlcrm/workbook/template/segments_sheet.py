"""The sheet Segments: which carry the company, what does a customer cost there, what changed?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from xlcrm.workbook.template.inputs import PERIOD_HINT, PERIODS, WHERE_HINT, free_input
from xlcrm.workbook.template.page import Page
from xlcrm.workbook.template.panel import Answer, dashed, picked, put, ruled, trouble
from xlcrm.workbook.template.segments_charts import write_charts
from xlcrm.workbook.template.segments_colours import coloured
from xlcrm.workbook.template.segments_layout import (
    ANSWERS,
    FIRST,
    INPUTS,
    STEPS,
    STEPS_AT,
    TABLES,
    TROUBLE,
    place,
    set_up,
)
from xlcrm.workbook.template.segments_matrix import write_matrices
from xlcrm.workbook.template.segments_messages import write_messages
from xlcrm.workbook.template.segments_tiles import write_tiles

NAME = "Segments"

BY = (
    "segment",
    "accounts.region",
    "industry",
    "type",
    "product",
    "products.category",
    "channel",
    "owner",
    "team",
)
"""What sales can be cut by; a name that several tables have says of which it is."""

KPIS = (
    "revenue", "margin", "margin_amount", "margin_per_customer", "price_realisation", "orders",
    "customers", "revenue_per_customer", "churn_rate", "repeat_rate", "win_rate", "won_amount",
    "average_deal", "cycle_days",
)  # fmt: skip
"""The figures that are offered for comparing; any other may be typed."""

_BY_HINT = "One column of orders, accounts, products or sellers. Blank: segment."
_AGAINST_HINT = "The days that are compared with. Blank: the same days a year before."
_PRICES_HINT = "Whose prices are compared: one column, such as owner, product or channel."
_KPI_HINT = "Any KPI that CRM_KPI knows; margin is the share of revenue."
_SPREAD_HINT = "A table and one of its columns with numbers, such as deals.amount."
_BINS_HINT = "How many ranges, up to 100. Blank: as many as suit the spread."
_CUT_HINT = "equal: as wide; quantile: as many values in each; log: each as much wider."
_SPREADS = ("orders.amount", "orders.quantity", "deals.amount", "accounts.potential")


@dataclass(frozen=True)
class Asked:
    """The cells of what was asked for."""

    by: str
    period: str
    against: str
    where: str
    prices: str
    kpi: str
    column: str
    bins: str
    cut: str

    @property
    def one(self) -> str:
        """What is cut by; charts read one column, so that several are one that is not there."""
        return f'IF({self.by}="","segment",TRIM(SUBSTITUTE({self.by},","," and ")))'


def write_segments(workbook: Any, page: Page) -> tuple[Answer, str, str]:
    """Write the sheet.

    Args:
        workbook: The workbook being written.
        page: The sheet.

    Returns:
        The answer by segment, and the cells of its condition and period.
    """
    set_up(page)
    of = _asked(page)
    found = {
        name: put(page, TABLES, FIRST[name], dashed(formula), ANSWERS[name])
        for name, formula in _formulas(of).items()
    }
    found["steps"] = put(
        page,
        INPUTS,
        STEPS_AT,
        f'=CRM_BRIDGE(Model,,{of.where},{of.period},{of.against},"steps")',
        STEPS,
        room=12,
    )
    moves = picked(page, TABLES, FIRST["moves"], found["steps"], ANSWERS["moves"], room=12)
    write_matrices(page, found["needs"])
    coloured(found)
    for answer in (*found.values(), moves):
        ruled(answer)
    for name, answer in found.items():
        trouble(page, TROUBLE, FIRST["moves" if name == "steps" else name], [answer])
    write_tiles(page, found["economics"], of.where, of.period)
    write_charts(workbook, page, found, of.kpi, of.column)
    write_messages(page, found, of.kpi)
    return found["sales"], of.where, of.period


def _asked(page: Page) -> Asked:
    """Write the inputs, each at the answers that it changes."""
    price, changes, spread = (FIRST[name] for name in ("price", "changes", "spread"))
    ask = partial(free_input, page, INPUTS)
    return Asked(
        by=ask(1, "Cut by", "segment", _BY_HINT, BY),
        period=ask(2, "Period", "last 12 months", PERIOD_HINT, PERIODS),
        against=ask(3, "Compared with", None, _AGAINST_HINT),
        where=ask(5, "Only rows where", None, WHERE_HINT),
        prices=ask(price, "Prices by", "owner", _PRICES_HINT, BY),
        kpi=ask(changes, "Figure compared", "revenue", _KPI_HINT, KPIS),
        column=ask(place("spread", "label"), "Values of", "orders.amount", _SPREAD_HINT, _SPREADS),
        bins=ask(spread, "Ranges", None, _BINS_HINT),
        cut=ask(spread + 1, "Cut", "equal", _CUT_HINT, ("equal", "quantile", "log")),
    )


def _formulas(of: Asked) -> dict[str, str]:
    """Give the call that answers each panel."""
    days = f"{of.where},{of.period}"
    return {
        "economics": f'CRM_SEGMENTS(Model,{of.one},{days},,,"economics")',
        "sales": f"CRM_SEGMENTS(Model,{of.one},{days})",
        "bridge": f"CRM_BRIDGE(Model,{of.one},{days},{of.against})",
        "basket": f"CRM_BASKET(Model,{of.one},{days})",
        "price": f"CRM_PRICE(Model,{of.prices},{days})",
        "needs": f"CRM_NEEDS(Model,{of.one},{days})",
        "profile": f"CRM_PROFILE(Model,,{days})",
        "changes": f"CRM_COMPARE(Model,{of.kpi},{of.one},{days},{of.against})",
        "spread": f"CRM_HISTOGRAM(Model,{of.column},{days},{of.bins},{of.cut})",
    }
