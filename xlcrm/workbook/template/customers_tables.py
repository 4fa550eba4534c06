"""Tables of the sheet Customers that show some rows of an answer, with the names of customers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from xlcrm.workbook.template.customers_layout import (
    FIRST,
    ROOM,
    SECOND_ROOM,
    SECOND_TABLES,
    TABLES,
)
from xlcrm.workbook.template.page import Page
from xlcrm.workbook.template.panel import TEXTS, Answer, account_name, ruled, status_colours
from xlcrm.workbook.template.style import FALL, STATUS

VALUED = 15
"""How many of the most valuable customers are listed."""
_GOOD, _NEW, _COOLING, _GOING, _GONE = (
    STATUS["green"], ("#1B5E7D", "#E1EEF5"), STATUS["amber"], STATUS["red"], STATUS["missing"],
)  # fmt: skip
SEGMENTS: Mapping[str, tuple[str, str]] = {
    "Champions": _GOOD,
    "Potential Loyalist": _GOOD,
    "Loyal Customers": _GOOD,
    "Promising": _NEW,
    "New Customers": _NEW,
    "Need Attention": _COOLING,
    "About To Sleep": _COOLING,
    "At Risk": _GOING,
    "Can't Lose Them": _GOING,
    "Lost": _GONE,
}
"""Ink and ground of each segment's name; names of one's own stay plain."""

Picked = Sequence[tuple[str, str, str]]
"""What is shown: a header, the column of the answer (its customer's name for ""), and a role."""

_LOSING: Picked = (
    ("name", "", "answer_shrunk"),
    ("account_id", "account_id", "answer"),
    ("revenue", "revenue", "answer_money"),
    ("margin", "margin", "answer_money"),
    ("contact_cost", "contact_cost", "answer_money"),
    ("service_cost", "service_cost", "answer_money"),
    ("profit", "profit", "answer_money"),
)
_VALUE: Picked = (
    ("name", "", "answer_shrunk"),
    ("account", "account_id", "answer"),
    ("order days after first", "x", "answer_money"),
    ("weeks known", "T", "answer_money"),
    ("mean order", "mean_order", "answer_money"),
    ("p alive", "p_alive", "answer_share"),
    ("expected orders", "expected_orders", "answer_ratio"),
    ("expected revenue", "expected_revenue", "answer_money"),
    ("clv", "clv", "answer_money"),
)
_BEST: Picked = (
    ("by", "by", "answer_shrunk"),
    ("rank", "rank", "answer_score"),
    ("name", "", "answer"),
    ("", "-", "answer"),
    ("revenue", "revenue", "answer_money"),
    ("share", "share", "answer_share"),
    ("class", "class", "answer"),
)


@dataclass(frozen=True)
class Table:
    """Where such a table stands: its header, and the rows below it."""

    page: Page
    row: int
    column: int
    rows: int

    def cell(self, number: int, column: int = 0) -> str:
        """Give a cell, rows and columns counted from 0."""
        return self.page.at(self.row + 1 + number, self.column + column)


def losers(profit: Answer) -> str:
    """Give the formula of how many customers cost more than they bring."""
    return f'COUNTIF({profit.values("profit")},"<0")'


def write_tables(page: Page, found: Mapping[str, Answer]) -> dict[str, Table]:
    """Write the tables, and give them by their names.

    Args:
        page: The sheet.
        found: The answers by their names.
    """
    profit = found["profit"]
    last = f"COUNT({profit.values('profit')})"  # those whose profit is not known stand below
    tables = {
        "losing": _table(
            page, TABLES, FIRST["B"], profit, _LOSING, ROOM,
            lambda n: f"IF({n + 1}<={losers(profit)},{last}+1-{n},0)",
        ),
        "value": _table(page, SECOND_TABLES, FIRST["C"], found["value"], _VALUE, VALUED),
    }  # fmt: skip
    for name, band in (("history", "A"), ("projected", "B")):
        tables[name] = _table(page, SECOND_TABLES, FIRST[band], found[name], _BEST, SECOND_ROOM)
    for name in ("history", "projected"):
        head = page.styles["head"]
        text = f'=IFERROR(INDEX({found[name].spill},1,1),"")'
        page.sheet.write_formula(SECOND_TABLES, tables[name].column, text, head, "-")
    return tables


def _table(
    page: Page,
    row: int,
    column: int,
    of: Answer,
    shown: Picked,
    rows: int,
    taken: Callable[[int], str] | None = None,
) -> Table:
    """Write a table of plain cells, each of which takes one figure of an answer.

    Args:
        page: The sheet.
        row: The row of the header.
        column: The first column.
        of: The answer.
        shown: What is shown.
        rows: How many rows.
        taken: Gives the formula of the row of the answer from that of the table, counted from 0;
            0 where there is none; left out: the rows in their order.
    """
    for offset, (head, _, role) in enumerate(shown):
        is_text = role in TEXTS
        more = {"indent": 1, "align": "left"} if is_text and offset else {}
        look = page.styles.varied(
            "head" if is_text else "head_right", text_wrap=row == SECOND_TABLES, **more
        )
        page.sheet.write_string(row, column + offset, head, look)
        body = page.styles.varied(role, **more)
        for number in range(rows):
            at = taken(number) if taken else f"IF({number + 1}<ROWS({of.spill}),{number + 2},0)"
            text = _taken(of, head, shown[offset][1], at)
            if text:
                page.sheet.write_formula(row + 1 + number, column + offset, text, body, "")
    names = tuple(head for head, _, _ in shown)
    ruled(Answer(page, row, column, names, rows))
    return Table(page, row, column, rows)


def _taken(of: Answer, head: str, name: str, row: str) -> str:
    """Give the formula of a cell: blank where the answer has no such row."""
    if name == "-":
        return ""
    at = of.names.index(name or "account_id") + 1
    figure = f"INDEX({of.spill},_xlpm.r,{at})"
    if head == "name":
        known = f'XLOOKUP({figure},Accounts[account_id],Accounts[name],"")'
        figure = f"IF(LEN({known})=0,{figure},{known})"
    return f'=IFERROR(LET(_xlpm.r,{row},IF(_xlpm.r=0,"",IFERROR({figure},"-"))),"")'


def coloured(page: Page, found: Mapping[str, Answer], tables: Mapping[str, Table]) -> None:
    """Colour the names of segments and what was lost, and lay bars behind shares and values.

    Args:
        page: The sheet.
        found: The answers by their names.
        tables: The tables that pick from them.
    """
    rfm = found["rfm"]
    status_colours(page, rfm.row + 1, rfm.column, rfm.room, SEGMENTS)
    _bars(page, rfm.row + 1, rfm.column + rfm.names.index("revenue_share"), rfm.room)
    value, losing = tables["value"], tables["losing"]
    _bars(page, value.row + 1, value.column + len(_VALUE) - 1, value.rows)
    profit = losing.column + len(_LOSING) - 1
    page.sheet.conditional_format(
        losing.row + 1,
        profit,
        losing.row + losing.rows,
        profit,
        {
            "type": "cell",
            "criteria": "<",
            "value": 0,
            "format": page.styles.alone(font_color=FALL, bold=True),
        },
    )


def _bars(page: Page, row: int, column: int, rows: int) -> None:
    """Lay a bar from 0 to the largest behind each figure."""
    page.sheet.conditional_format(
        row,
        column,
        row + rows - 1,
        column,
        {"type": "data_bar", "bar_color": "#A9CBDB", "bar_solid": True, "min_type": "num",
         "min_value": 0, "max_type": "max"},
    )  # fmt: skip


def named(page: Page, best: Answer) -> Table:
    """Write the names of customers before an answer that lists their accounts.

    Args:
        page: The sheet.
        best: The answer.
    """
    column = best.column - 1
    page.write(best.row, column, "name", "head")
    account = best.column + best.names.index("account_id")
    look = page.styles["answer_shrunk"]
    for row in range(best.row + 1, best.row + 1 + best.room):
        page.sheet.write_formula(row, column, account_name(page.at(row, account)), look, "")
    ruled(best, before=1)
    return Table(page, best.row, column, best.room)
