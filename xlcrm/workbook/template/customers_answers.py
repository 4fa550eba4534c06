"""What the sheet Customers asks, and where whole answers stand, out of sight of its panels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from xlcrm.workbook.template.customers_layout import (
    CHART_DATA,
    FIRST,
    INPUTS,
    ROOM,
    TABLES,
    WHOLE,
)
from xlcrm.workbook.template.inputs import PERIOD_HINT, PERIODS, WHERE_HINT, free_input
from xlcrm.workbook.template.page import Page
from xlcrm.workbook.template.panel import Answer, Columns, dashed, put

BEST_OF = ("type", "segment", "region", "industry")
"""What the best customers are listed of; any other column of accounts may be typed."""
_BEST_HINT = "One column of accounts: the best customers of each of its values are listed."
_MONTHS_HINT = "How many months ahead customers are valued."
_ORDERS_HINT = "The days whose orders tell recency, frequency and money."
_RANKED: Columns = (
    ("rank", "answer_score"),
    ("account_id", "answer"),
    ("revenue", "answer_money"),
    ("share", "answer_share"),
    ("cumulative", "answer_share"),
    ("class", "answer"),
)

ANSWERS: Mapping[str, Columns] = {
    "best": _RANKED,
    "rfm": (
        ("rfm_segment", "answer"),
        ("customers", "answer_money"),
        ("share", "answer_share"),
        ("revenue", "answer_money"),
        ("revenue_share", "answer_share"),
        ("recency", "answer_money"),
        ("frequency", "answer_ratio"),
        ("monetary", "answer_money"),
    ),
    "history": (("by", "answer"), *_RANKED),
    "projected": (("by", "answer"), *_RANKED),
    "fit": (("figure", "answer"), ("value", "answer_any")),
    "ranked": _RANKED,
    "profit": (
        ("rank", "answer_score"),
        ("account_id", "answer"),
        ("revenue", "answer_money"),
        ("margin", "answer_money"),
        ("contact_cost", "answer_money"),
        ("service_cost", "answer_money"),
        ("profit", "answer_money"),
        ("profit_share", "answer_share"),
        ("customers_share", "answer_share"),
        ("profit_cumulative", "answer_share"),
    ),
    "value": (
        ("account_id", "answer"),
        ("x", "answer_money"),
        ("t_x", "answer_ratio"),
        ("T", "answer_ratio"),
        ("mean_order", "answer_money"),
        ("p_alive", "answer_share"),
        ("expected_orders", "answer_ratio"),
        ("expected_revenue", "answer_money"),
        ("clv", "answer_money"),
    ),
}
"""The columns of each answer, each with the role of its cells."""

SHOWN = ("best", "rfm")
"""The answers that stand in a panel; the others stand further right, and panels pick from them."""


def _placed() -> dict[str, tuple[int, int]]:
    places = {"best": (TABLES, FIRST["A"] + 1), "rfm": (TABLES, FIRST["C"])}
    places["fit"] = (TABLES, CHART_DATA + 22)
    at = WHOLE
    for name in ("history", "projected", "ranked", "profit", "value"):
        places[name] = (TABLES, at)
        at += len(ANSWERS[name]) + 1
    return places


PLACES = _placed()
"""The first cell of each answer: its row and column."""


@dataclass(frozen=True)
class Asked:
    """The cells of what was asked for."""

    period: str
    top: str
    by: str
    where: str
    orders: str
    months: str


def ask(page: Page) -> Asked:
    """Write the inputs.

    Args:
        page: The sheet.
    """
    typed = partial(free_input, page, INPUTS)
    return Asked(
        period=typed(FIRST["A"], "Period", "last 12 months", PERIOD_HINT, PERIODS),
        top=typed(FIRST["A"] + 2, "Key accounts listed", float(ROOM),
                  f"How many key accounts to list, up to {ROOM}.", within=(1, ROOM)),
        by=typed(FIRST["A"] + 5, "Best of each", "type", _BEST_HINT, BEST_OF),
        where=typed(FIRST["B"], "Only rows where", None, WHERE_HINT),
        orders=typed(FIRST["C"], "Orders that recency is told by", "all", _ORDERS_HINT,
                     PERIODS),
        months=typed(FIRST["C"] + 4, "Months ahead", 12.0, _MONTHS_HINT, within=(1, 600)),
    )  # fmt: skip


def answered(page: Page, of: Asked) -> dict[str, Answer]:
    """Write the answers, and give them by their names.

    Args:
        page: The sheet.
        of: What was asked for.
    """
    page.write(TABLES - 1, PLACES["fit"][1], "Whole answers that panels pick from", "note")
    page.write(TABLES - 1, WHOLE, "Whole answers that panels pick from", "note")
    days = f"{of.where},{of.period}"
    one = f'SUBSTITUTE({of.by},","," and ")'  # several would move the columns
    formulas = {
        "best": f"CRM_KEY_ACCOUNTS(Model,,{days},,MIN({ROOM},{of.top}))",
        "rfm": f'CRM_RFM(Model,"rfm_segment",{of.where},{of.orders})',
        "history": f"CRM_KEY_ACCOUNTS(Model,{one},{days})",
        "projected": f'CRM_KEY_ACCOUNTS(Model,{one},{of.where},,,,"projected")',
        "fit": f'CRM_CLV(Model,,{of.where},,{of.months},,,"model")',
        "ranked": f"CRM_KEY_ACCOUNTS(Model,,{days})",
        "profit": f'CRM_CUSTOMER_PROFIT(Model,"account_id",{days})',
        "value": f"CRM_CLV(Model,,{of.where},,{of.months})",
    }
    return {
        name: put(page, *PLACES[name], dashed(formula), ANSWERS[name],
                  room=ROOM if name in SHOWN else 100)
        for name, formula in formulas.items()
    }  # fmt: skip
