"""What the sample's customers say: Bronze speaks of the price, Gold of service."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from xlcrm.workbook.sample.chance import Chance
from xlcrm.workbook.sample.company import AS_OF, MONTHS, Account
from xlcrm.workbook.sample.lines import Line
from xlcrm.workbook.sample.months import month_end, month_start

_FIRST = 5
"""The month of the first survey, counted from 0."""
_A_MONTH = 12
_ASKED = {"Gold": 1.0, "Silver": 0.6, "Bronze": 0.55}
"""How likely a customer of a segment is to answer, beside others."""
_DRIVERS = ("Price", "Service", "Quality", "Brand", "Innovation")
_NAMED = {
    "Gold": (0.09, 0.42, 0.22, 0.10, 0.17),
    "Silver": (0.20, 0.20, 0.33, 0.12, 0.15),
    "Bronze": (0.50, 0.16, 0.17, 0.09, 0.08),
}
"""What moves a segment: the share of its answers that name each driver."""
_LIKED = {
    "Gold": (7.6, 9.2, 8.3, 8.0, 8.4),
    "Silver": (7.6, 7.9, 8.9, 8.0, 8.2),
    "Bronze": (6.2, 8.4, 8.2, 7.8, 7.8),
}
"""The points that those who name it give."""
_SPREAD = 2.6
_NO_DRIVER = 0.06
_OCCASIONS = {"Delivery": 0.3, "Visit": 0.25, "Service case": 0.3, "Renewal": 0.15}
_WORDS = {
    ("Price", False): "Others offer the same for less",
    ("Price", True): "A fair price for what we get",
    ("Service", False): "We waited a week for the technician",
    ("Service", True): "The technician knew our building",
    ("Quality", False): "Two sensors failed in the first winter",
    ("Quality", True): "It has run for two years without a fault",
}
_COMMENTED = 0.3

Answer = tuple[date, str, str, float, str | None, str | None]
"""Day, account, occasion, points, comment, driver."""


def surveys(lines: Sequence[Line]) -> list[Answer]:
    """Make the answers of customers, month after month, in the order of their days.

    Args:
        lines: The company's order lines, in the order of their days.
    """
    chance = Chance(19)
    return sorted(
        answer
        for number in range(_FIRST, MONTHS)
        for answer in _of_month(chance, month_start(number), lines)
    )


def _of_month(chance: Chance, first: date, lines: Sequence[Line]) -> Iterator[Answer]:
    """Let some of those who had bought by then answer, each once."""
    known = {line.account.account_id: line.account for line in lines if line.date < first}
    last = min(month_end(first), AS_OF)
    for _ in range(min(_A_MONTH, len(known))):
        weights = [_ASKED[account.segment] for account in known.values()]
        account = known.pop(chance.one(list(known), weights))
        yield _answer(chance, account, chance.day(first, last))


def _answer(chance: Chance, account: Account, day: date) -> Answer:
    driver = chance.one(_DRIVERS, _NAMED[account.segment])
    points = _LIKED[account.segment][_DRIVERS.index(driver)]
    points = min(10, max(0, round(points + chance.middling(-_SPREAD, _SPREAD))))
    occasion = chance.one(list(_OCCASIONS), list(_OCCASIONS.values()))
    said = _WORDS.get((driver, points >= 8)) if chance.happens(_COMMENTED) else None
    named = None if chance.happens(_NO_DRIVER) else driver
    return day, account.account_id, occasion, float(points), said if named else None, named
