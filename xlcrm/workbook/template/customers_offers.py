"""Panels of the sheet Customers that say whom to call: who sleeps, and what to offer next."""

from __future__ import annotations

from collections.abc import Mapping

from xlcrm.workbook.template.customers_layout import FIRST, LAST
from xlcrm.workbook.template.customers_views import (
    BODY,
    INPUTS,
    NOTES,
    TROUBLE,
    Shown,
    counted,
    linked,
    message,
    thousand,
    view,
    whole,
)
from xlcrm.workbook.template.inputs import Input, one_input
from xlcrm.workbook.template.page import Page
from xlcrm.workbook.template.panel import Answer, Columns, ruled, trouble

ANSWERS: Mapping[str, Columns] = {
    "dormant": (
        ("account_id", "answer"),
        ("owner", "answer"),
        ("last_order", "answer"),
        ("last_touch", "answer"),
        ("silent", "answer_money"),
        ("usual_gap", "answer_money"),
        ("limit", "answer_money"),
        ("value", "answer_money"),
        ("return_chance", "answer_share"),
        ("at_stake", "answer_money"),
    ),
    "offers": (
        ("account_id", "answer"),
        ("owner", "answer"),
        ("rank", "answer_score"),
        ("offer", "answer"),
        ("because", "answer"),
        ("confidence", "answer_share"),
        ("lift", "answer_ratio"),
        ("basket", "answer_money"),
        ("expected", "answer_money"),
    ),
    "rules": (
        ("has", "answer"),
        ("sells", "answer"),
        ("baskets", "answer_money"),
        ("support", "answer_share"),
        ("confidence", "answer_share"),
        ("lift", "answer_ratio"),
        ("p", "answer_precise"),
        ("accounts", "answer_money"),
    ),
}
"""The columns of each whole answer."""
LISTED, RULES = 28, 25
"""The most customers and rules there is room for."""
_PRODUCTS = 20
"""How many products are counted, those that bring most first."""

_DORMANT = (
    Shown("account_id", "customer", "answer_shrunk", named=True),
    Shown("owner", "owner", "answer_shrunk"),
    Shown("silent", "silent, days", "answer_money"),
    Shown("limit", "limit, days", "answer_money"),
    Shown("value", "yearly sales", "answer_money"),
    Shown("return_chance", "chance", "answer_share"),
    Shown("at_stake", "at stake", "answer_money"),
)
_OFFERS = (
    Shown("account_id", "customer", "answer_shrunk", named=True),
    Shown("offer", "offer", "answer_shrunk"),
    Shown("because", "because it has", "answer", wide=3),
    Shown("confidence", "confidence", "answer_share"),
    Shown("expected", "expected", "answer_money"),
)
_RULES = (
    Shown("has", "who has", "answer_shrunk"),
    Shown("sells", "buys", "answer", wide=2),
    Shown("confidence", "confidence", "answer_share"),
    Shown("lift", "lift", "answer_ratio"),
    Shown("p", "p", "answer_share", number_format="0.000"),
    Shown("accounts", "lack it", "answer_money"),
)


def write_dormant(page: Page, row: int, column: int, where: str) -> Answer:
    """Write who sleeps, those first whom it pays most to call.

    Args:
        page: The sheet.
        row: The row of the heading.
        column: The first column of the whole answer.
        where: The cell with conditions.

    Returns:
        The whole answer.
    """
    left = FIRST["A"]
    count = _listed(page, row, left, "Customers listed", 15, LISTED)
    answer = whole(page, row, column, f"CRM_DORMANT(Model,{where})", ANSWERS["dormant"])
    ruled(view(page, row + BODY, left, answer, _DORMANT, LISTED, count))
    linked(page, row, LAST["A"], answer, "all of them")
    trouble(page, row + TROUBLE, left, [answer])
    sleeping = f"(ROWS({answer.spill})-1)"
    stake = thousand(f"SUM({answer.values('at_stake')})")
    message(
        page,
        row,
        left,
        f'{counted(sleeping, "customer is", "customers are")}&" silent for too long; "&'
        f'{stake}&" at stake"',
        "Who sleeps: whom to call first",
    )
    page.write(
        row + NOTES,
        left,
        "At stake: sales of their last year by the chance that they return; - : none like it did.",
        "note",
    )
    return answer


def write_offers(page: Page, row: int, column: int, data: tuple[int, int], where: str) -> Answer:
    """Write what to offer each customer next, the most that is expected first.

    Args:
        page: The sheet.
        row: The row of the heading.
        column: The first column of the whole answer.
        data: The row and the column of what the heading is told from.
        where: The cell with conditions.

    Returns:
        The whole answer.
    """
    left = FIRST["B"]
    count = _listed(page, row, left, "Customers listed", 25, LISTED)
    call = f'CRM_NEXT_BEST(Model,"product",{where})'
    answer = whole(page, row, column, call, ANSWERS["offers"])
    ruled(view(page, row + BODY, left, answer, _OFFERS, LISTED, count))
    linked(page, row, LAST["B"], answer, "all of them")
    trouble(page, row + TROUBLE, left, [answer])
    names, suits, brings = _by_product(page, *data, answer)
    most = f"MAX({suits})"
    offer, brought = (f"XLOOKUP({most},{suits},{cells})" for cells in (names, brings))
    customers = f"(ROWS({answer.spill})-1)"
    message(
        page,
        row,
        left,
        f'IF({most}=0,NA(),"Offer "&{offer}&" next: it suits "&{most}&" of "&{customers}&'
        f'" customers, "&{thousand(brought)}&" expected")',
        "What to offer next",
    )
    page.write(
        row + NOTES,
        left,
        "Expected: confidence by what the product brings from a customer. The most first.",
        "note",
    )
    return answer


def _by_product(page: Page, row: int, column: int, answer: Answer) -> tuple[str, str, str]:
    """Count the customers to whom each product is offered.

    Returns:
        The cells with products, customers and what is expected.
    """
    offers, expected = answer.values("offer"), answer.values("expected")
    for offset, head in enumerate(("offered", "customers", "expected")):
        page.write(row, column + offset, head, "head" if offset == 0 else "head_right")
    first, last = row + 1, row + _PRODUCTS
    for at in range(first, last + 1):
        name = f'=IFERROR(INDEX(UNIQUE({offers}),{at - row + 1}),"")'
        page.answer(at, column, name, "calculated")
        same = f'({offers}={page.at(at, column)})*({page.at(at, column)}<>"")'
        for offset, cells in enumerate(("", f",{expected}"), 1):
            text = f"=IFERROR(SUMPRODUCT({same}{cells}),0)"
            page.answer(at, column + offset, text, "calculated_number")
    names, suits, brings = (
        f"{page.at(first, column + k)}:{page.at(last, column + k)}" for k in range(3)
    )
    return names, suits, brings


def write_rules(page: Page, row: int, column: int, where: str) -> Answer:
    """Write what is bought together, the strongest link first.

    Args:
        page: The sheet.
        row: The row of the heading.
        column: The first column of the whole answer.
        where: The cell with conditions.

    Returns:
        The whole answer.
    """
    left = FIRST["B"]
    count = _listed(page, row, left, "Rules listed", 15, RULES)
    support = one_input(
        page,
        row + INPUTS,
        left + 1,
        Input("Support", 0.1, (), "The least share of customers with both products.",
              role="input_share", within=(0, 1)),
    )  # fmt: skip
    size = one_input(
        page,
        row + INPUTS,
        left + 2,
        Input("Has up to", 1.0, ("1", "2", "3", "4"),
              "How many products together may call for another.", role="input_number"),
    )  # fmt: skip
    call = f'CRM_CROSS_SELL(Model,"product",{where},,{support},,{size})'
    answer = whole(page, row, column, call, ANSWERS["rules"])
    ruled(view(page, row + BODY, left, answer, _RULES, RULES, count))
    linked(page, row, LAST["B"], answer, "all rules")
    trouble(page, row + TROUBLE, left, [answer])
    has, sells, lift = (_top(answer, name) for name in ("has", "sells", "lift"))
    message(
        page,
        row,
        left,
        f'"Who has "&{has}&" buys "&{sells}&" "&FIXED({lift},1)&" times as often as all"',
        "What is bought together",
    )
    page.write(
        row + NOTES,
        left,
        "Lift: how often it is bought by them against all; p: chance of as many without a link.",
        "note",
    )
    return answer


def _top(answer: Answer, name: str) -> str:
    """Give the cell of a column in the first row."""
    return f"INDEX({answer.spill},2,{answer.names.index(name) + 1})"


def _listed(page: Page, row: int, column: int, label: str, first: float, most: int) -> str:
    """Write the input that says how many rows to list."""
    hint = f"How many to list, up to {most}; all of them stand further right."
    return one_input(
        page,
        row + INPUTS,
        column,
        Input(label, first, (), hint, role="input_number", within=(1, most)),
    )
