"""The sample's order lines: what won deals brought, and what customers ordered again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from math import ceil

from xlcrm.workbook.sample.assortment import BY_NAME, beside, main_product
from xlcrm.workbook.sample.chance import Chance
from xlcrm.workbook.sample.company import AS_OF, SLIPS, Account, Product
from xlcrm.workbook.sample.deal import Deal
from xlcrm.workbook.sample.lines import Line
from xlcrm.workbook.sample.months import month_end, month_start, working

_AGAIN = ("Sensor pack", "Service plan", "Commissioning", "Energy Insight", "Gateway")
_EVERY = {"Gold": (20, 60), "Silver": (50, 130), "Bronze": (110, 300)}
"""Days between repeat orders, by segment."""
_QUIET, _QUIET_SINCE = 2, date(2025, 10, 31)
"""How many Gold accounts stopped ordering, and when."""
_LEFT = {
    "A-023": date(2025, 8, 20),
    "A-040": date(2024, 12, 10),
    "A-054": date(2025, 9, 30),
    "A-097": date(2025, 5, 31),
    "A-114": date(2024, 8, 31),
}
"""Silver and Bronze accounts that ordered no more after a day."""
_TRIED = {
    "A-058": date(2025, 6, 20),
    "A-060": date(2024, 8, 10),
    "A-063": date(2024, 12, 20),
    "A-075": date(2024, 12, 10),
    "A-101": date(2024, 12, 5),
    "A-106": date(2024, 11, 30),
}
"""Accounts that ordered often until a day, and no more after it."""
_OFTEN = (16, 44)
_SELDOM = {"A-104": date(2025, 4, 10), "A-115": date(2025, 5, 8), "A-120": date(2025, 3, 14)}
"""Accounts that ordered once again, most of a year after the first time."""
_PAUSED = {
    "A-002": (date(2024, 3, 10), date(2025, 4, 10)),
    "A-004": (date(2024, 8, 1), date(2025, 4, 15)),
    "A-016": (date(2024, 10, 20), date(2025, 5, 10)),
    "A-017": (date(2024, 8, 10), date(2025, 2, 20)),
    "A-025": (date(2024, 8, 15), date(2025, 3, 20)),
    "A-028": (date(2024, 6, 1), date(2025, 3, 31)),
    "A-043": (date(2024, 8, 1), date(2025, 3, 20)),
    "A-046": (date(2024, 6, 1), date(2025, 3, 1)),
}
"""Gold and Silver accounts that did not order for most of a year, and came back."""
_RETURNED = 190
"""Every so manieth repeat line is followed by a return."""
_GIVEN, _RARELY, _LEAKED = (0.0, 0.065), (0.11, 0.15), (0.13, 0.22)
"""The discounts that are given on deals, now and then, and by the one who saves his months so."""
_HOW_RARELY = 0.05


def orders(deals: Sequence[Deal], again: Sequence[Line]) -> tuple[Line, ...]:
    """Make the order lines, in the order of their days.

    Args:
        deals: The company's deals.
        again: The lines of repeat orders.
    """
    chance, discounts = Chance(3), Chance(10)
    lines = [
        line
        for deal in deals
        if deal.status == "won"
        for line in _of_deal(chance, deal, _discount(discounts, deal))
    ]
    lines += again
    lines.sort(key=lambda line: (line.date, line.account.account_id, line.deal_id or ""))
    numbers: dict[tuple[date, str, str | None], str] = {}
    numbered = []
    for line in lines:
        key = (line.date, line.account.account_id, line.deal_id)
        number = numbers.setdefault(key, f"O-{len(numbers) + 1:04d}")
        numbered.append(replace(line, order_id=number))
    return tuple(numbered)


def _discount(chance: Chance, deal: Deal) -> float:
    rarely = chance.happens(_HOW_RARELY)
    return chance.between(*(_LEAKED if deal.owner == SLIPS else _RARELY if rarely else _GIVEN))


def _of_deal(chance: Chance, deal: Deal, discount: float) -> Iterator[Line]:
    """Cut a deal into lines of one discount, near the given one, that add up to its amount."""
    amount = deal.amount or 0.0
    main = main_product(deal)
    value = amount / (1 - discount)
    parts = [(main, _units(value * chance.between(0.6, 0.72), main))]
    if amount > 12_000:
        work = BY_NAME["Commissioning"]
        parts.append((work, _units(value * chance.between(0.1, 0.18), work)))
    third = beside(main, deal.account, chance.one(("Sensor pack", "Service plan")))
    known = sum(units * product.list_price for product, units in parts)
    least = ceil((amount - known) / third.list_price)
    parts.append((third, max(1, least, round((value - known) / third.list_price))))
    whole = sum(units * product.list_price for product, units in parts)
    closed = deal.closed_on or AS_OF
    day = min(AS_OF, month_end(closed), closed + timedelta(days=chance.whole(1, 9)))
    left = amount
    for product, units in parts:
        paid = (
            left if product is third else float(round(units * product.list_price * amount / whole))
        )
        left -= paid
        yield Line(
            "", deal.account, day, paid, float(units), product, "Field", deal.owner, deal.deal_id
        )


def _units(value: float, product: Product) -> int:
    return max(1, int(value / product.list_price))


def repeats(accounts: Sequence[Account], deals: Sequence[Deal]) -> Iterator[Line]:
    """Let customers order again: from a month after their first order, or as they long did.

    Args:
        accounts: The accounts of old; Gold ones were customers before the history begins.
        deals: Their deals.

    Yields:
        The lines of repeat orders.
    """
    chance, often = Chance(6), Chance(20)
    long_ago = month_start(-1)
    first = {one.account_id: (long_ago, one) for one in accounts if one.segment == "Gold"}
    for deal in deals:
        if deal.status == "won" and deal.closed_on:
            known = first.get(deal.account.account_id, (deal.closed_on, deal.account))
            first[deal.account.account_id] = (min(known[0], deal.closed_on), deal.account)
    quiet = dict.fromkeys(_gone_quiet(accounts, deals), _QUIET_SINCE)
    until = {**_LEFT, **dict.fromkeys((*_TRIED, *_SELDOM), date.min), **quiet}
    count = 0
    for key in sorted(first):
        start, account = first[key]
        last = until.get(key, AS_OF)
        drawn_until = quiet.get(key, AS_OF)
        paused, back_again = _PAUSED.get(key, (date.max, date.max))
        for line in _ordered_again(chance, account, start, drawn_until):
            count += 1
            back = line.date + timedelta(days=21)
            if line.date > last or paused <= line.date < back_again:
                continue
            yield line
            if count % _RETURNED == 0 and back <= AS_OF:
                yield replace(line, date=back, amount=-line.amount, quantity=-line.quantity)
        if key in _TRIED:
            yield from _tried(often, account, start, _TRIED[key])
        if key in _SELDOM:
            yield _repeat(often, account, _SELDOM[key], BY_NAME["Gateway"])


def repeats_of_newcomers(deals: Sequence[Deal], newcomers: Sequence[Account]) -> Iterator[Line]:
    """Let the accounts that entered late order again too.

    Args:
        deals: The company's deals.
        newcomers: The accounts that entered late.

    Yields:
        The lines of repeat orders.
    """
    chance = Chance(12)
    for account in newcomers:
        won = [d.closed_on for d in deals if d.account is account and d.closed_on]
        yield from _ordered_again(chance, account, min(won), AS_OF)


def _ordered_again(chance: Chance, account: Account, start: date, last: date) -> Iterator[Line]:
    low, high = _EVERY[account.segment]
    day = start + timedelta(days=33 + chance.whole(0, high))
    while day <= last:
        on = day - timedelta(days=max(0, day.weekday() - 4))
        for product in dict.fromkeys((chance.one(_AGAIN), chance.one(_AGAIN))):
            yield _repeat(chance, account, on, BY_NAME[product])
        day += timedelta(days=chance.whole(low, high))


def _tried(chance: Chance, account: Account, start: date, last: date) -> Iterator[Line]:
    day = working(start + timedelta(days=chance.whole(*_OFTEN)))
    while day <= last:
        yield _repeat(chance, account, day, BY_NAME[chance.one(_AGAIN)])
        day = working(day + timedelta(days=chance.whole(*_OFTEN)))


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
