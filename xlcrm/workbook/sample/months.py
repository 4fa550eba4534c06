"""The sample's months: their days, and which of them bring each seller's wins."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, timedelta
from itertools import accumulate

from xlcrm.workbook.sample.chance import Chance
from xlcrm.workbook.sample.company import FIRST_MONTH, MONTHS, REGULAR, SEASON, STUNTS, Seller

STUNT_AMOUNTS = {5: 330_000.0, 11: 455_000.0, 17: 345_000.0, 23: 420_000.0, 26: 310_000.0}
"""The large deals by their months, counted from 0; quarters end with those months."""
_BESIDE = 0.45
"""How much the others win in such a month, beside what they win in others."""
_SO_FAR = 0.55
"""The part of the last month that is over."""


def month_start(number: int) -> date:
    """Give the first day of a month of the history, counted from 0."""
    months = FIRST_MONTH[0] * 12 + FIRST_MONTH[1] - 1 + number
    return date(months // 12, months % 12 + 1, 1)


def month_end(day: date) -> date:
    """Give the last day of a day's month."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def working(day: date) -> date:
    """Give the day, or the Friday before where it lies on a weekend."""
    return day - timedelta(days=max(0, day.weekday() - 4))


def winning_months(chance: Chance, seller: Seller) -> list[int]:
    """Choose the months of wins: spread as the season is, but not to the day.

    Args:
        chance: The draws.
        seller: Who wins.

    Returns:
        A month for each win, counted from 0.
    """
    if seller.owner == REGULAR:
        return list(range(MONTHS))
    if seller.owner == STUNTS:
        return list(STUNT_AMOUNTS)
    weights = [tuple(SEASON.values())[month % 12] for month in range(MONTHS)]
    for month, part in ((MONTHS - 1, _SO_FAR), *((month, _BESIDE) for month in STUNT_AMOUNTS)):
        weights[month] *= part
    step = sum(weights) / seller.wins
    reached = list(accumulate(weights))
    return [
        bisect_right(reached, step * (number + chance.between(0.1, 0.9)))
        for number in range(seller.wins)
    ]
