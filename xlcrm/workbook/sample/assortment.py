"""What the sample's customers buy: the product of a deal, what goes with it, and what follows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from xlcrm.workbook.sample.company import PRODUCTS, Account, Product
from xlcrm.workbook.sample.deal import Deal
from xlcrm.workbook.sample.lines import Line

BY_NAME = {product.product: product for product in PRODUCTS}
_MAIN = {
    "controls": ("Controller S", "Controller L"),
    "energy": ("Energy Insight", "Site licence"),
    "all": ("Controller S", "Controller L", "Gateway", "Energy Insight", "Site licence"),
}
"""What deals are about, by the taste of the account."""
_UNITS = {"Energy Insight": 2.5, "Site licence": 2.5}
"""How many units a deal must be worth of what it is about; five of the others."""
_BELONGS = {"Controller L": "Gateway", "Site licence": "Service plan"}
"""What goes with the product that a deal is about."""
_INSTEAD = {
    ("controls", True): {"Service plan": "Sensor pack", "Energy Insight": "Gateway"},
    ("controls", False): {
        "Service plan": "Sensor pack",
        "Energy Insight": "Commissioning",
        "Gateway": "Sensor pack",
    },
    ("energy", True): {"Sensor pack": "Service plan", "Gateway": "Service plan"},
    ("energy", False): {"Service plan": "Sensor pack", "Gateway": "Commissioning"},
}
"""What is ordered again in place of what a taste does not want, or lacks."""


def main_product(deal: Deal) -> Product:
    """Give the product that a deal is about: one of which it needs several.

    Args:
        deal: A deal.
    """
    amount = deal.amount or 30_000.0
    wanted = (BY_NAME[name] for name in _MAIN[deal.account.taste])
    fitting = [one for one in wanted if one.list_price * _UNITS.get(one.product, 5) <= amount]
    fitting = fitting[-3:] or [BY_NAME["Sensor pack"]]
    return fitting[deal.created.toordinal() % len(fitting)]


def beside(main: Product, account: Account, drawn: str) -> Product:
    """Give what a deal holds beside its main product and the work on site.

    Args:
        main: The product that the deal is about.
        account: Who buys.
        drawn: What it is where nothing belongs to the product.
    """
    if account.taste != "energy":
        drawn = _BELONGS.get(main.product, drawn)
    elif account.complete:
        drawn = "Service plan"
    lacking = {"controls": "Gateway", "energy": "Service plan"}.get(account.taste)
    if not account.complete and drawn == lacking:
        drawn = "Sensor pack"
    if account.taste == "controls" and drawn == "Service plan":
        drawn = "Sensor pack"
    return BY_NAME[drawn if drawn != main.product else "Service plan"]


def suited(lines: Iterable[Line]) -> Iterator[Line]:
    """Let repeat orders be of what their customer's taste wants, each product once an order.

    Args:
        lines: Order lines.

    Yields:
        The lines; another product stands in about the same value.
    """
    orders: dict[tuple[object, ...], Line] = {}
    for line in lines:
        one = _instead(line)
        key = (one.date, one.account.account_id, one.product.product, one.amount < 0)
        known = orders.get(key)
        orders[key] = (
            replace(known, amount=known.amount + one.amount, quantity=known.quantity + one.quantity)
            if known
            else one
        )
    yield from orders.values()


def _instead(line: Line) -> Line:
    others = _INSTEAD.get((line.account.taste, line.account.complete), {})
    product = BY_NAME[others.get(line.product.product, line.product.product)]
    if product is line.product:
        return line
    value = line.quantity * line.product.list_price
    sign = 1.0 if line.quantity > 0 else -1.0
    quantity = sign * max(1.0, float(round(abs(value) / product.list_price)))
    amount = float(round(quantity * product.list_price * line.amount / value))
    return replace(line, product=product, quantity=quantity, amount=amount)
