"""What the sample company spends on marketing: most on Gold accounts, of which it wins few."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from xlcrm.workbook.sample.chance import Chance
from xlcrm.workbook.sample.company import MONTHS
from xlcrm.workbook.sample.months import month_start

_BEFORE = 6
"""The months of spending before the history begins: it runs ahead of what it brings."""
_Cost = tuple[float, str, str | None, str | None]
"""EUR, campaign, segment, channel."""
_EVERY_MONTH: tuple[_Cost, ...] = (
    (9_000.0, "Key account programme", "Gold", "Events"),
    (2_600.0, "Energy savings seminars", "Silver", "Events"),
    (1_300.0, "Trade press", "Silver", "Print"),
    (1_900.0, "Search and newsletter", "Bronze", "Web"),
    (3_200.0, "Brand and website", None, "Web"),
)
_NOW_AND_THEN: tuple[tuple[int, _Cost], ...] = (
    (3, (10_000.0, "Pilot installations", "Gold", "Field")),
    (3, (5_200.0, "CRM and sales tools", None, None)),
    (6, (15_000.0, "Trade fair", "Gold", "Fair")),
    (6, (7_000.0, "Trade fair", "Silver", "Fair")),
)
"""Every so manieth month, and what it costs then."""
_SALES = "CRM and sales tools"
"""The campaign that is no marketing."""
_SWING = 0.15

Spend = tuple[date, str, float, str, str | None, str | None]
"""Month, category, EUR, campaign, segment, channel."""


def spend() -> Iterator[Spend]:
    """Make the costs of each month, by campaign.

    Yields:
        The costs, in the order of their months.
    """
    chance = Chance(17)
    for number in range(-_BEFORE, MONTHS):
        due = [cost for every, cost in _NOW_AND_THEN if number % every == 1]
        for amount, campaign, segment, channel in (*_EVERY_MONTH, *due):
            category = "Sales" if campaign == _SALES else "Marketing"
            about = amount * chance.between(1 - _SWING, 1 + _SWING)
            yield (
                month_start(number),
                category,
                float(round(about / 10) * 10),
                campaign,
                segment,
                channel,
            )
