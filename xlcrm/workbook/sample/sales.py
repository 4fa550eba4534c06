"""The sample's order lines: what won deals brought, and what customers ordered again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from xlcrm.workbook.sample.chance import Chance
from xlcrm.workbook.sample.company import AS_OF, PRODUCTS, Account, Product
from xlcrm.workbook.sample.deal import Deal
from xlcrm.workbook.sample.months import month_end, month_start

_BY_NAME = {product.product: product for product in PRODUCTS}
_MAIN = ("Controller S", "Controller L", "Gateway", "Energy Insight", "Site licence")
_AGAIN = ("Sensor pack", "Service plan", "Commissioning", "Energy Insight", "Gateway")
_EVERY = {"Gold": (20, 60), "Silver": (50, 130), "Bronze": (110, 300)}
"""Days between repeat orders, by segment."""
_QUIET, _QUIET_SINCE = 2, date(2025, 10, 31)
"""How many Gold accounts stopped ordering, and when."""
_RETURNED = 190
"""Every so manieth repeat line is followed by a return."""


@dataclass(frozen=True)
class Line:
    """An order line."""

    order_id: str
    account: Account
    date: date
    amount: float
    quantity: float
    product: Product
    channel: str
    owner: str
    deal_id: str | None

    @property
    def cost(self) -> float:
        """What the line costs."""
        return self.quantity * self.product.cost


def main_product(deal: Deal) -> Product:
    """Give the product that a deal is about: one of which it needs several.

    Args:
        deal: A deal.
    """
    amount = deal.amount or 30_000.0
    fitting = [_BY_NAME[name] for name in _MAIN if _BY_NAME[name].list_price * 5 <= amount]
    fitting = fitting[-3:] or [_BY_NAME["Sensor pack"]]
    return fitting[deal.created.toordinal() % len(fitting)]


def orders(deals: Sequence[Deal], again: Sequence[Line]) -> tuple[Line, ...]:
    """Make the order lines, in the order of their days.

    Args:
        deals: The company's deals.
        again: The lines of repeat orders.
    """
    chance = Chance(3)
    lines = [line for deal in deals if deal.status == "won" for line in _of_deal(chance, deal)]
    lines += again
    lines.sort(key=lambda line: (line.date, line.account.account_id, line.deal_id or ""))
    numbers: dict[tuple[date, str, str | None], str] = {}
    numbered = []
    for line in lines:
        key = (line.date, line.account.account_id, line.deal_id)
        number = numbers.setdefault(key, f"O-{len(numbers) + 1:04d}")
        numbered.append(replace(line, order_id=number))
    return tuple(numbered)


def _of_deal(chance: Chance, deal: Deal) -> Iterator[Line]:
    """Cut a deal into lines that add up to its amount."""
    amount = deal.amount or 0.0
    main = main_product(deal)
    parts = [(main, round(amount * chance.between(0.6, 0.72) / 50) * 50.0)]
    if amount > 12_000:
        share = chance.between(0.1, 0.18)
        parts.append((_BY_NAME["Commissioning"], round(amount * share / 50) * 50.0))
    rest = amount - sum(part for _, part in parts)
    parts.append((_BY_NAME[chance.one(("Sensor pack", "Service plan"))], rest))
    closed = deal.closed_on or AS_OF
    day = min(AS_OF, month_end(closed), closed + timedelta(days=chance.whole(1, 9)))
    for product, part in parts:
        yield Line(
            "", deal.account, day, part, _quantity(part, product), product, "Field", deal.owner,
            deal.deal_id,
        )  # fmt: skip


def _quantity(amount: float, product: Product) -> float:
    """Give the units that make an amount at list price or below."""
    return float(max(1, -(-amount // product.list_price)))


def repeats(accounts: Sequence[Account], deals: Sequence[Deal]) -> Iterator[Line]:
    """Let customers order again: from a month after their first order, or as they long did.

    Args:
        accounts: The company's accounts; Gold ones were customers before the history begins.
        deals: Its deals.

    Yields:
        The lines of repeat orders.
    """
    chance = Chance(6)
    long_ago = month_start(-1)
    first = {one.account_id: (long_ago, one) for one in accounts if one.segment == "Gold"}
    for deal in deals:
        if deal.status == "won" and deal.closed_on:
            known = first.get(deal.account.account_id, (deal.closed_on, deal.account))
            first[deal.account.account_id] = (min(known[0], deal.closed_on), deal.account)
    count = 0
    quiet = _gone_quiet(accounts, deals)
    for start, account in (first[key] for key in sorted(first)):
        low, high = _EVERY[account.segment]
        day = start + timedelta(days=33 + chance.whole(0, high))
        while day <= (_QUIET_SINCE if account.account_id in quiet else AS_OF):
            for product in dict.fromkeys((chance.one(_AGAIN), chance.one(_AGAIN))):
                count += 1
                line = _repeat(chance, account, day - timedelta(days=max(0, day.weekday() - 4)),
                               _BY_NAME[product])  # fmt: skip
                yield line
                back = line.date + timedelta(days=21)
                if count % _RETURNED == 0 and back <= AS_OF:
                    yield replace(line, date=back, amount=-line.amount, quantity=-line.quantity)
            day += timedelta(days=chance.whole(low, high))


def _gone_quiet(accounts: Sequence[Account], deals: Sequence[Deal]) -> set[str]:
    """Choose Gold accounts that stop ordering, of those that no later deal was won with."""
    late = {
        deal.account.account_id
        for deal in deals
        if deal.status == "won" and deal.closed_on and deal.closed_on > _QUIET_SINCE
    }
    fit = [a.account_id for a in accounts if a.segment == "Gold" and a.account_id not in late]
    return set(fit[:_QUIET])


def _repeat(chance: Chance, account: Account, day: date, product: Product) -> Line:
    most = {"Gold": 6, "Silver": 4, "Bronze": 2}[account.segment]
    quantity = 1 if product.list_price > 3_000 else chance.whole(1, most)
    discount = chance.one((0.0, 0.05, 0.1), (0.5, 0.3, 0.2))
    amount = float(round(quantity * product.list_price * (1 - discount)))
    channel = chance.one(("Web", "Phone", "Partner"), (0.5, 0.35, 0.15))
    return Line(
        "", account, day, amount, float(quantity), product, channel, account.owner, None
    )  # fmt: skip
