"""The sample's office work: what sellers do at their desks instead of selling."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from xlcrm.workbook.sample.activities import Activity
from xlcrm.workbook.sample.chance import Chance
from xlcrm.workbook.sample.company import AS_OF, REGULAR, SELLERS, SLIPS, Seller
from xlcrm.workbook.sample.months import working

_SHARE = 0.42
"""The part of all minutes that office work takes."""
_TWICE = ((0.55, 12), (0.45, 26))
"""It is written down twice a month: the part of the month's minutes, and the day."""
_FEW = 60.0
"""Minutes of a month that bring no office work of their own."""


def office_work(done: Sequence[Activity]) -> list[Activity]:
    """Make the office work that comes with other activities, month by month.

    Args:
        done: All other activities.
    """
    chance = Chance(5)
    drawn = [
        (seller.owner, day, minutes)
        for seller in SELLERS
        for day, minutes in _wanted(chance, seller, done)
    ]
    wanted = sum(one.minutes for one in done) * _SHARE / (1 - _SHARE)
    factor = wanted / sum(minutes for _, _, minutes in drawn)
    return [
        Activity(day, owner, "admin", None, None, _rounded(minutes * factor), None, None, None)
        for owner, day, minutes in drawn
    ]


def _wanted(
    chance: Chance, seller: Seller, done: Sequence[Activity]
) -> Iterator[tuple[date, float]]:
    months: dict[date, float] = {}
    for one in done:
        if one.owner == seller.owner:
            month = one.date.replace(day=1)
            months[month] = months.get(month, 0.0) + one.minutes
    for month, minutes in sorted(months.items()):
        if minutes < _FEW:
            continue
        for part, day in _TWICE:
            on = working(month.replace(day=day))
            if on <= AS_OF:
                yield on, minutes * part * _burden(seller) * chance.between(0.8, 1.2)


def _burden(seller: Seller) -> float:
    """Give how much office work a seller has beside the others."""
    if seller.owner in (REGULAR, SLIPS):
        return 0.7 if seller.owner == REGULAR else 1.3
    return 1.15 if seller.seniority == "junior" else 1.0


def _rounded(minutes: float) -> float:
    return max(5.0, float(round(minutes / 5) * 5))
